# ruff: noqa: S608 - the statements are put together from this module alone
"""What the database itself holds of money, whoever writes to it: triggers for SQLite and PostgreSQL.

Project.paid is the sum of its payouts; no payment passes what the formula gives, and no advance what the law allows;
what is decided is not changed afterwards. They are laid anew after every migration: SQLite drops a table's triggers when it
remakes the table, and cannot remake it while triggers of other tables name it.
"""

from typing import Any

_SUM = """(SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM pilots_payout WHERE project_id = {project} AND state <> 'cancelled')"""

_COSTS = """(SELECT CAST(COALESCE(SUM(e.approved), 0) AS BIGINT) FROM pilots_costentry e JOIN pilots_paymentrequest r ON r.id = e.request_id
    WHERE r.project_id = {project} AND r.state = 'decided')"""

_REVOKED = """(SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM pilots_recovery
    WHERE project_id = {project} AND state IN ('decided', 'settled') AND ground <> 'overpaid')"""

_ADVANCES = """(SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM pilots_payout
    WHERE project_id = {project} AND state <> 'cancelled' AND kind = 'advance')"""

NOT_IN_MEMORY = "(SELECT file FROM pragma_database_list WHERE name = 'main') <> ''"
"""A database in memory is one of a test, which must be emptied between tests."""

_UNLAWFUL = """NEW.amount {0} OLD.amount OR NEW.kind {0} OLD.kind OR NEW.project_id {0} OLD.project_id
    OR NEW.request_id {0} OLD.request_id OR NEW.advance_id {0} OLD.advance_id OR NEW.recovery_id {0} OLD.recovery_id
    OR NEW.reference {0} OLD.reference OR NEW.decided_at {0} OLD.decided_at OR NEW.decided_by_id {0} OLD.decided_by_id
    OR (NEW.account {0} OLD.account AND NOT (OLD.state = 'exported' AND NEW.state = 'decided'))
    OR (OLD.state IN ('paid', 'cancelled') AND (NEW.paid_on {0} OLD.paid_on OR NEW.batch_id {0} OLD.batch_id
        OR NEW.exported_at {0} OLD.exported_at OR NEW.cancelled_at {0} OLD.cancelled_at
        OR NEW.cancelled_by_id {0} OLD.cancelled_by_id OR NEW.cancel_reason {0} OLD.cancel_reason))"""
"""What is never changed in a payment; the account only when it comes back from the finance system, to be paid anew."""

_BACKWARDS = """(OLD.state IN ('cancelled', 'paid') AND NEW.state <> OLD.state)
    OR (OLD.state = 'exported' AND NEW.state = 'cancelled')"""
"""What has been paid stays paid, and what has been sent comes back before it is cancelled: nothing is paid a second time."""

ABOVE_FORMULA = "paid_is_at_most_what_the_formula_gives"
ABOVE_ADVANCE = "advance_is_at_most_half_of_the_grant_and_400000"
NOT_RUNNING = "only_a_running_project_is_paid"
KEPT = "project_paid_is_the_sum_of_its_payouts"
FIXED = "a_payout_is_cancelled_never_changed"
FROZEN = "a_decided_payment_request_is_never_changed"


EVENTS = {
    "money_payout_kept": "AFTER INSERT OR UPDATE OF state ON pilots_payout",
    "money_payout_fixed": "BEFORE DELETE OR UPDATE ON pilots_payout",
    "money_project_paid": "AFTER UPDATE OF paid ON pilots_project",
    "money_entry_frozen": "BEFORE INSERT OR UPDATE OR DELETE ON pilots_costentry",
    "money_request_frozen": "BEFORE UPDATE ON pilots_paymentrequest",
}
"""When the functions of PostgreSQL are run."""


def _formula(project: str, least: str) -> str:
    """In öre, as pilots.entitlement has it: the share half up in whole kronor, the lawful part of the costs and the cap downwards."""
    costs = _COSTS.format(project=project)
    points = "CAST(ROUND(share * 100) AS BIGINT)"
    return f"""(SELECT {least}(((MAX_0 * {points} + 500000) / 1000000) * 100, (MAX_0 * lawful / 10000) * 100, (cap / 100) * 100)
        - {_REVOKED.format(project=project)}
        FROM (SELECT share, cap, CASE WHEN eu_cofinanced THEN 60 ELSE 50 END AS lawful, CASE WHEN {costs} > 0 THEN {costs} ELSE 0 END AS MAX_0
              FROM pilots_project WHERE id = {project}) AS terms)"""


def _sqlite() -> dict[str, str]:
    formula, paid = _formula("NEW.project_id", "MIN"), "(SELECT paid FROM pilots_project WHERE id = NEW.project_id)"
    keep = f"UPDATE pilots_project SET paid = {_SUM.format(project='NEW.project_id')} WHERE id = NEW.project_id;"
    limits = f"""
        SELECT RAISE(ABORT, '{NOT_RUNNING}') WHERE NEW.amount > 0 AND NEW.state <> 'cancelled'
            AND (SELECT state FROM pilots_project WHERE id = NEW.project_id) <> 'running';
        SELECT RAISE(ABORT, '{ABOVE_FORMULA}') WHERE NEW.kind IN ('request', 'final') AND NEW.state <> 'cancelled'
            AND {paid} > {formula};
        SELECT RAISE(ABORT, '{ABOVE_ADVANCE}') WHERE NEW.kind = 'advance' AND NEW.state <> 'cancelled'
            AND ({_ADVANCES.format(project="NEW.project_id")} * 2 > (SELECT cap FROM pilots_project WHERE id = NEW.project_id)
                 OR {_ADVANCES.format(project="NEW.project_id")} > 40000000);"""
    decided = "(SELECT state FROM pilots_paymentrequest WHERE id = {row}.request_id) = 'decided'"
    triggers = {
        "money_payout_insert": f"AFTER INSERT ON pilots_payout BEGIN {keep} {limits} END",
        "money_payout_state": f"AFTER UPDATE OF state ON pilots_payout BEGIN {keep} END",
        "money_payout_revived": f"""AFTER UPDATE OF state ON pilots_payout WHEN {_BACKWARDS}
            BEGIN SELECT RAISE(ABORT, '{FIXED}'); END""",
        "money_payout_fixed": f"""BEFORE UPDATE ON pilots_payout WHEN {_UNLAWFUL.format("IS NOT")}
            BEGIN SELECT RAISE(ABORT, '{FIXED}'); END""",
        "money_payout_delete": f"BEFORE DELETE ON pilots_payout WHEN {NOT_IN_MEMORY} BEGIN SELECT RAISE(ABORT, '{FIXED}'); END",
        "money_project_paid": f"""AFTER UPDATE OF paid ON pilots_project WHEN NEW.paid <> {_SUM.format(project="NEW.id")}
            BEGIN SELECT RAISE(ABORT, '{KEPT}'); END""",
        "money_entry_insert": f"""BEFORE INSERT ON pilots_costentry WHEN {decided.format(row="NEW")}
            BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END""",
        "money_entry_update": f"""BEFORE UPDATE ON pilots_costentry WHEN {decided.format(row="OLD")} OR {decided.format(row="NEW")}
            BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END""",
        "money_entry_delete": f"""BEFORE DELETE ON pilots_costentry WHEN {decided.format(row="OLD")} AND {NOT_IN_MEMORY}
            BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END""",
        "money_request_frozen": f"""BEFORE UPDATE ON pilots_paymentrequest
            WHEN OLD.state = 'decided' BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END""",
    }
    return {name: f"CREATE TRIGGER {name} {body}" for name, body in triggers.items()}


def _bodies() -> dict[str, str]:
    """What the functions of PostgreSQL do, by the name of their trigger."""
    formula = _formula("NEW.project_id", "LEAST")
    advances = _ADVANCES.format(project="NEW.project_id")

    def refuse(name: str) -> str:
        return f"RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation';"

    return {
        # The project's row is locked before anything is summed, so that two payments at once see one another.
        "money_payout_kept": f"""DECLARE the_project RECORD; BEGIN
            SELECT * INTO the_project FROM pilots_project WHERE id = NEW.project_id FOR UPDATE;
            UPDATE pilots_project SET paid = {_SUM.format(project='NEW.project_id')} WHERE id = NEW.project_id
                RETURNING * INTO the_project;
            IF TG_OP = 'UPDATE' AND ({_BACKWARDS}) THEN {refuse(FIXED)} END IF;
            IF TG_OP = 'UPDATE' OR NEW.state = 'cancelled' THEN RETURN NULL; END IF;
            IF NEW.amount > 0 AND the_project.state <> 'running' THEN {refuse(NOT_RUNNING)} END IF;
            IF NEW.kind IN ('request', 'final') AND the_project.paid > {formula} THEN {refuse(ABOVE_FORMULA)} END IF;
            IF NEW.kind = 'advance' AND ({advances} * 2 > the_project.cap OR {advances} > 40000000) THEN {refuse(ABOVE_ADVANCE)} END IF;
            RETURN NULL; END""",
        "money_payout_fixed": f"""BEGIN
            IF TG_OP = 'DELETE' THEN {refuse(FIXED)} END IF;
            IF {_UNLAWFUL.format("IS DISTINCT FROM")} THEN {refuse(FIXED)} END IF;
            RETURN NEW; END""",
        "money_project_paid": f"""BEGIN
            IF NEW.paid <> {_SUM.format(project='NEW.id')} THEN {refuse(KEPT)} END IF;
            RETURN NULL; END""",
        "money_entry_frozen": f"""BEGIN
            IF TG_OP <> 'INSERT' AND EXISTS (SELECT 1 FROM pilots_paymentrequest WHERE id = OLD.request_id AND state = 'decided')
                THEN {refuse(FROZEN)} END IF;
            IF TG_OP <> 'DELETE' AND EXISTS (SELECT 1 FROM pilots_paymentrequest WHERE id = NEW.request_id AND state = 'decided')
                THEN {refuse(FROZEN)} END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW; END""",
        "money_request_frozen": f"BEGIN IF OLD.state = 'decided' THEN {refuse(FROZEN)} END IF; RETURN NEW; END",
    }  # fmt: skip


def _postgresql() -> list[str]:
    made = []
    for name, body in _bodies().items():
        made.append(f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
        made.append(f"DROP TRIGGER IF EXISTS {name} ON {EVENTS[name].rpartition(' ')[2]}")
        made.append(f"CREATE TRIGGER {name} {EVENTS[name]} FOR EACH ROW EXECUTE FUNCTION {name}()")
    return made


TABLES = frozenset({"pilots_project", "pilots_payout", "pilots_costentry", "pilots_paymentrequest", "pilots_recovery"})


def lay(connection: Any) -> None:
    """Lays the triggers where their tables are, in place of older ones."""
    with connection.cursor() as cursor:
        if not set(connection.introspection.table_names(cursor)) >= TABLES or not _has_columns(connection, cursor):
            return
        if connection.vendor == "sqlite":
            for name, statement in _sqlite().items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(statement)
        else:
            for statement in _postgresql():
                cursor.execute(statement)


def _has_columns(connection: Any, cursor: Any) -> bool:
    """An older state of the schema, reached by migrating backwards, has no such columns."""
    names = {column.name for column in connection.introspection.get_table_description(cursor, "pilots_payout")}
    return {"advance_id", "recovery_id"} <= names


def lift(connection: Any) -> None:
    """Takes them away while SQLite remakes tables. PostgreSQL changes tables with their triggers in place."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name in _sqlite():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
