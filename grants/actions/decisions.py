"""What can happen to a decision: written, proposed, issued by a human, mailed, confirmed as read, corrected by a new version."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from grants import decision_rules as rules
from grants import permissions, signals
from grants.models import Application, ApplicationVersion, Call, Decision, DecisionKind, Preparation, StateAid
from grants.states import APPLICATION_MOVES, DECISION_MOVES, ApplicationState, DecisionState
from kraftsamling.audit import log as audit
from kraftsamling.files.models import StoredFile
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.transitions import LostRace, TransitionRefused, advance, claim
from kraftsamling.notifications import outbox
from kraftsamling.search import index

from .locks import lock_application
from .preparation import PREPARED_STATES

STATE_AFTER = {
    DecisionKind.GRANTED: ApplicationState.GRANTED,
    DecisionKind.REJECTED: ApplicationState.REJECTED,
    DecisionKind.DISMISSED: ApplicationState.DISMISSED,
}
COPIED = (
    "application_id", "application_version_id", "budget_id", "kind", "share", "cap", "eu_cofinanced", "starts_on", "ends_on", "conditions",
    "follow_up", "financing_plan", "final_report", "reasons", "strategy_link", "no_appeal", "deciding_body", "decided_on",
    "minutes_item", "delegation_item", "presenter", "took_part", "exceeds_reason",
)  # fmt: skip
"""What a correction begins with."""


@transaction.atomic
def write_decision(
    application: Application, *, values: Mapping[str, Any], revision: int, seen_version: int, by: Any, at: datetime | None = None
) -> Decision:
    """Begins or changes the draft. `revision` is the one seen, 0 if there was none: LostRace if a colleague got there first.

    `seen_version` is the number of the application's version that was read.
    """
    at = at or timezone.now()
    permissions.require(permissions.can_write_decision(by, application))
    lock_application(application)
    draft = Decision.objects.in_draft().filter(application=application).select_related("replaces").first()
    version = _read_version(application, draft, seen_version=seen_version)
    values = {**values, "application_version": version, "budget": version.budget}
    values |= {"written_at": at, "written_by": by}
    if values["kind"] != DecisionKind.GRANTED:
        values |= {"share": None, "cap": None, "eu_cofinanced": False}
    if draft is None or not draft.replaces_id:
        values["correction"] = ""
    elif not values["correction"].strip():
        raise TransitionRefused(_("Write what was wrong."))

    if draft is None:
        if revision:
            raise LostRace
        draft = Decision.objects.create(application=application, **values)
    else:
        claim(draft, expecting={"revision": revision, "state": DecisionState.DRAFT}, revision=revision + 1, **values)

    audit.record("grants.decision.write", application.sketch, by=by, at=at, version=draft.version)
    return draft


def _read_version(application: Application, draft: Decision | None, *, seen_version: int) -> ApplicationVersion:
    """The version that the decision is about. Refuses a case that is not to be decided, or has changed since it was read."""
    corrects = draft is not None and draft.replaces_id is not None
    if not corrects and application.state not in PREPARED_STATES:
        raise TransitionRefused(_("The application is not being prepared: it has been decided or taken back, or is not sent in."))
    version = ApplicationVersion.objects.select_related("budget").get(current_for=application.pk)
    if version.number != seen_version:
        raise TransitionRefused(
            _("The application has come in again since you opened the page. Read the new version, then save.")
        )
    return version


@transaction.atomic
def propose_decision(decision: Decision, *, revision: int, by: Any, at: datetime | None = None) -> None:
    """Says that the draft is finished, so that a decision maker sees that it waits."""
    at = at or timezone.now()
    permissions.require(permissions.can_write_decision(by, decision.application))

    claim(
        decision,
        expecting={"revision": revision, "state": DecisionState.DRAFT, "proposed_at": None},
        proposed_at=at,
        proposed_by=by,
    )

    audit.record("grants.decision.propose", decision.application.sketch, by=by, at=at, kind=str(decision.get_kind_display()))


@transaction.atomic
def drop_decision(decision: Decision, *, revision: int, by: Any, at: datetime | None = None) -> None:
    """Takes a draft away. What has been issued is never taken away."""
    permissions.require(permissions.can_write_decision(by, decision.application))

    deleted, _per_model = Decision.objects.in_draft().filter(pk=decision.pk, revision=revision).delete()
    if not deleted:
        raise LostRace

    audit.record("grants.decision.drop", decision.application.sketch, by=by, at=at)


# ---- Issue


@transaction.atomic
def issue_decision(decision: Decision, *, revision: int, by: Any, at: datetime | None = None) -> Decision:
    """A human issues the decision exactly as it was read; gives it as issued. A grant opens its project in the same transaction.

    The call's row is locked first, so that two grants at once cannot both take what is left of the frame.
    The letter is built and mailed afterwards by a worker: an issued decision without letter is the promise of one.
    """
    at = at or timezone.now()
    permissions.require(permissions.can_decide_on_application(by, decision.application))
    Call.objects.select_for_update(of=("self",)).get(pk=decision.application.sketch.call_id)
    lock_application(decision.application)
    fresh = _as_read(decision, revision=revision)
    limits = rules.limits_of(fresh)
    exceeded = _guard_issue(fresh, limits, at=at)

    if fresh.replaces is None:
        advance(fresh.application, STATE_AFTER[DecisionKind(fresh.kind)], table=APPLICATION_MOVES)
    else:
        advance(fresh.replaces, DecisionState.REPLACED, table=DECISION_MOVES)
    advance(
        fresh, DecisionState.ISSUED, table=DECISION_MOVES, issued_at=at, issued_by=by,
        wording=rules.wording(fresh), counted_costs=limits.costs if fresh.is_grant else None,
    )  # fmt: skip
    if fresh.is_grant:
        signal = signals.application_awarded if fresh.replaces is None else signals.decision_corrected
        signal.send(sender=Decision, decision=fresh, at=at)

    _record_issue(fresh, exceeded, by=by, at=at)
    _put_in_index(fresh, at=at)
    decision.state = fresh.state
    return fresh


def _as_read(decision: Decision, *, revision: int) -> Decision:
    """The row as it is now. Raises LostRace unless it is the draft, in the wording, that the decision maker has read."""
    rows: Any = Decision.objects.select_for_update(of=("self",)).with_details().select_related("budget", "replaces")
    fresh: Decision | None = rows.filter(pk=decision.pk).first()
    if fresh is None or fresh.state != DecisionState.DRAFT or fresh.revision != revision:
        raise LostRace
    fresh.application.state = decision.application.state
    return fresh


def _guard_issue(decision: Decision, limits: rules.Limits, *, at: datetime) -> list[str]:
    """Refuses what may not be issued. Gives the limits that are exceeded, with a reason."""
    corrects = decision.replaces is not None
    if not corrects and decision.application.state != ApplicationState.SUBMITTED:
        raise TransitionRefused(_("The application does not wait for a decision: it is decided, taken back or being completed."))
    if decision.replaces is not None and decision.replaces.kind != decision.kind:
        raise TransitionRefused(_("A correction mends what was plainly wrong. It cannot make the decision another one."))
    if not corrects and decision.application_version_id != decision.application.current_version_id:
        raise TransitionRefused(
            _("The application has come in again since the decision was written. Read it, and save the draft.")
        )
    _refuse(_("The decision cannot be issued. It lacks: %(parts)s."), "parts", rules.missing_parts(decision), ", ")
    if decision.decided_on is None or decision.decided_on > stockholm_today(at):
        raise TransitionRefused(_("The day of the decision has not come yet."))
    if not decision.is_grant:
        return []
    _refuse("%(why)s", "why", list(rules.unlawful(decision, limits)), " ")
    preparation = Preparation.objects.filter(application=decision.application_id).first()
    _refuse("%(why)s", "why", rules.preparation_obstacles(preparation, cap=decision.cap), " ")
    exceeded = list(rules.exceeded(decision, limits))
    if exceeded and not decision.exceeds_reason.strip():
        raise TransitionRefused(_("%(why)s Write the reason, if it is to be exceeded.") % {"why": " ".join(exceeded)})
    return exceeded


def _refuse(text: str, name: str, found: list[str], separator: str) -> None:
    if found:
        raise TransitionRefused(text % {name: separator.join(found)})


def _record_issue(decision: Decision, exceeded: list[str], *, by: Any, at: datetime) -> None:
    sketch, action = decision.application.sketch, "correct" if decision.replaces else decision.kind
    words = {"wording": decision.wording, "item": decision.item, "correction": decision.correction, "version": decision.version}
    audit.record(f"grants.decision.{action}", sketch, by=by, at=at, **words)
    if exceeded:
        audit.record("grants.decision.exceed", sketch, by=by, at=at, limits=" ".join(exceeded), reason=decision.exceeds_reason)
    aided = decision.is_grant and Preparation.objects.filter(
        application=decision.application_id, state_aid=StateAid.DE_MINIMIS, aid_registered_on=None
    )
    if aided and aided.exists():
        audit.record("grants.decision.register_aid", sketch, by=by, at=at)


def _put_in_index(decision: Decision, *, at: datetime) -> None:
    if decision.replaces_id:
        index.remove("decision", decision.replaces_id)
    sketch = decision.application.sketch
    words = [sketch.number or "", sketch.registry_number, sketch.organisation.name, decision.wording, decision.reasons]
    title = f"{decision.get_kind_display()}: {decision.application_version.title}"
    index.put("decision", decision.pk, title=title, body="\n".join(words), url=decision.get_absolute_url(), at=at)


# ---- Afterwards


@transaction.atomic
def attach_letter(decision: Decision, *, pdf: StoredFile, at: datetime | None = None) -> None:
    """Lays the letter in the case and mails it to the organisation, once."""
    at = at or timezone.now()
    claim(decision, expecting={"letter": None}, letter=pdf)

    sketch = decision.application.sketch
    outbox.promise(
        "grants/decision",
        to=sketch.organisation.members.filter(is_active=True),
        context={
            "title": decision.application_version.title,
            "organisation": sketch.organisation.name,
            "wording": decision.wording,
            "number": sketch.registry_number or sketch.number,
            "corrects": decision.replaces_id is not None,
            "correction": decision.correction,
            "granted": decision.is_grant,
            "path": decision.get_absolute_url(),
        },
        about=sketch,
        programme_id=sketch.call.programme_id,
        dedupe_key=f"decision-{decision.pk}",
        attachment=pdf,
        at=at,
    )


@transaction.atomic
def confirm_read(decision: Decision, *, by: Any, at: datetime | None = None) -> None:
    """A member says that the organisation has read the decision; once, with name and moment."""
    at = at or timezone.now()
    permissions.require(permissions.can_confirm_decision(by, decision))
    if decision.state != DecisionState.ISSUED:
        raise TransitionRefused(_("This version of the decision does not count. Read the one that does."))

    claim(decision, expecting={"read_at": None, "state": DecisionState.ISSUED}, read_at=at, read_by=by)

    audit.record("grants.decision.read", decision.application.sketch, by=by, at=at, version=decision.version)


@transaction.atomic
def correct_decision(decision: Decision, *, correction: str, by: Any, at: datetime | None = None) -> Decision:
    """Begins a new version of an issued decision (förvaltningslagen 36 §). The old one counts until the new one is issued."""
    at = at or timezone.now()
    permissions.require(permissions.can_write_decision(by, decision.application))
    lock_application(decision.application)
    if not Decision.objects.issued().filter(pk=decision.pk).exists():
        raise TransitionRefused(_("Only an issued decision can be corrected, and only the version that counts."))
    if Decision.objects.in_draft().filter(application=decision.application).exists():
        raise TransitionRefused(_("A correction of this decision is already being written."))
    if not correction.strip():
        raise TransitionRefused(_("Write what was wrong."))

    last = Decision.objects.filter(application=decision.application).aggregate(last=Max("version"))["last"]
    draft = Decision.objects.create(
        **{name: getattr(decision, name) for name in COPIED},
        version=last + 1, replaces=decision, correction=correction, written_at=at, written_by=by,
    )  # fmt: skip

    audit.record("grants.decision.begin_correction", decision.application.sketch, by=by, at=at, correction=correction)
    return draft
