"""What can happen to a change of the terms: written, asked for, taken back, granted or refused by a human."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from grants.actions import DraftConflict
from grants.actions.freezing import checksum
from grants.budget.content import BudgetContent
from grants.budget.store import content_of, store
from grants.models import Call
from grants.permissions import require
from grants.rules import percent_text
from kraftsamling.accounts.models import User
from kraftsamling.audit import log as audit
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.transitions import LostRace, TransitionRefused, advance, claim
from kraftsamling.notifications import outbox
from kraftsamling.programmes.models import Role
from pilots import change_rules as rules
from pilots.change_rules import NewTerms
from pilots.models import ChangeDecision, ChangeOutcome, ChangeRequest, Project, Terms
from pilots.permissions import projects as permissions
from pilots.signals import terms_changed
from pilots.states import CHANGE_MOVES, ChangeState, ProjectState

from .change_files import files_as_json
from .projects import keep_terms, latest_terms, lock_project, put_in_index

PARTS = ("reasons", "deciding_body", "presenter")
"""What every decision must hold (förvaltningslagen 31–32 §§)."""
WISHES = ("cap", "share", "starts_on", "ends_on", "new_owner")


# ---- Written by the owner


@transaction.atomic
def begin_change(project: Project, *, by: Any, at: datetime | None = None) -> ChangeRequest:
    """Begins a draft that only the owner sees. One at a time, so that two wishes never pull in different directions."""
    at = at or timezone.now()
    require(permissions.can_ask_for_change(by, project))
    project = lock_project(project)
    _require_running(project)
    if project.changes.open().exists():
        raise TransitionRefused(_("A change of this project is already being written or waits for a decision. Go on from there."))

    number = (project.changes.aggregate(last=Max("number"))["last"] or 0) + 1
    return ChangeRequest.objects.create(project=project, number=number, organisation=project.owner, begun_at=at, begun_by=by)


def _require_running(project: Project) -> None:
    if project.state != ProjectState.RUNNING:
        raise TransitionRefused(_("The project is closed, and its terms can no longer be changed."))


@transaction.atomic
def save_change(
    change: ChangeRequest, *, typed: dict[str, Any], names: frozenset[str], revision: int, by: Any, at: datetime | None = None
) -> int:
    """Keeps what was typed in one part of the draft, right or wrong; gives the new revision. Raises DraftConflict."""
    at = at or timezone.now()
    require(permissions.can_write_change(by, change))
    fresh = ChangeRequest.objects.get(pk=change.pk)
    if fresh.state != ChangeState.DRAFT:
        raise TransitionRefused(_("The change has been sent or taken back, and can no longer be written in."))
    content = {**{name: value for name, value in fresh.content.items() if name not in names}, **typed}
    if fresh.content == content and fresh.revision == revision:
        return revision
    expected = {"revision": revision, "state": ChangeState.DRAFT}
    try:
        claim(fresh, expecting=expected, revision=revision + 1, content=content, saved_at=at, saved_by=by)
    except LostRace:
        raise DraftConflict from None
    return fresh.revision


@transaction.atomic
def send_change(
    change: ChangeRequest,
    *,
    values: Mapping[str, Any],
    budget: BudgetContent | None,
    revision: int,
    by: Any,
    at: datetime | None = None,
) -> ChangeRequest:
    """Sends the change to those who decide, exactly as it was read; it is frozen, with a receipt number and a checksum."""
    at = at or timezone.now()
    require(permissions.can_write_change(by, change))
    project = lock_project(change.project)
    fresh = ChangeRequest.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if fresh.revision != revision:
        raise DraftConflict
    wishes = {name: value for name, value in values.items() if name in WISHES and value is not None}
    _guard_wish(project, wishes, budget, reason=values["reason"])

    kept = store(budget) if budget is not None else None
    receipt = f"A{at:%y}-{project.pk}-{fresh.number}"
    frozen = {**fresh.content, "budget": budget.as_json() if budget else None, **files_as_json(fresh)}
    advance(
        fresh, ChangeState.ASKED, table=CHANGE_MOVES, reason=values["reason"], **wishes, budget=kept, asked_at=at, asked_by=by,
        receipt_number=receipt, checksum=checksum(frozen, receipt=receipt, at=at),
    )  # fmt: skip

    audit.record("pilots.change.ask", project, by=by, at=at, number=fresh.number, receipt=receipt)
    _tell_officers(fresh, project, at=at)
    return fresh


def _guard_wish(project: Project, wishes: dict[str, Any], budget: BudgetContent | None, *, reason: str) -> None:
    _require_running(project)
    if not reason.strip():
        raise TransitionRefused(_("Write why the change is needed."))
    if not wishes and budget is None:
        raise TransitionRefused(_("Nothing is asked for yet. Write what you want to have changed."))
    _refuse_unlawful(project, rules.wanted_by(project, wishes), budget or content_of(project.budget))
    if budget is None or wishes:
        return
    tolerance = rules.tolerance_of(project)
    if rules.is_only_a_small_move(content_of(project.budget), budget, tolerance):
        raise TransitionRefused(
            _(
                "This is a move between cost categories within %(tolerance)s per cent, which needs no decision. "
                "Just tell of it in your next report."
            ) % {"tolerance": percent_text(tolerance)}
        )  # fmt: skip


@transaction.atomic
def withdraw_change(change: ChangeRequest, *, by: Any, at: datetime | None = None) -> None:
    """Takes the change back, before anybody has decided on it."""
    at = at or timezone.now()
    require(permissions.can_write_change(by, change))
    was_sent = change.asked_at is not None

    advance(change, ChangeState.WITHDRAWN, table=CHANGE_MOVES)

    if was_sent:
        audit.record("pilots.change.withdraw", change.project, by=by, at=at, number=change.number)


# ---- Decided by a human


@transaction.atomic
def grant_change(
    change: ChangeRequest, *, wanted: NewTerms, values: Mapping[str, Any], seen_terms: int, by: Any, at: datetime | None = None
) -> ChangeDecision:
    """A decision maker sets new terms, which count at once; the old ones are kept beside them (domain 10, rule 16).

    The letter is built and mailed afterwards by a worker: a decision without letter is the promise of one.

    `seen_terms` is the number of the terms that were read: LostRace if others count by now.

    The call's row is locked first, so that a grant at the same moment cannot take the same money of the frame.
    """
    at = at or timezone.now()
    require(permissions.can_decide_change(by, change))
    call = rules.call_of(change.project)
    if call is not None:
        Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    project = lock_project(change.project)
    _require_waiting(change, project, values, at=at)
    before = latest_terms(project)
    if before.number != seen_terms:
        raise LostRace
    over = _guard_grant(project, wanted, values)

    advance(change, ChangeState.DECIDED, table=CHANGE_MOVES)
    decision = _decision(change, ChangeOutcome.GRANTED, rules.wording(project, wanted), values, by=by, at=at)
    after = _set_terms(project, wanted, decision, at=at)

    _record_grant(project, decision, before, after, over, by=by, at=at)
    terms_changed.send(sender=Project, project=project, at=at, before=before, after=after)
    return decision


def _require_waiting(change: ChangeRequest, project: Project, values: Mapping[str, Any], *, at: datetime) -> None:
    """With the project locked: of two decision makers at once, the second is told that somebody was first."""
    if change.is_waiting and not project.changes.waiting().filter(pk=change.pk).exists():
        raise LostRace
    lacking = [str(ChangeDecision._meta.get_field(name).verbose_name) for name in PARTS if not values[name].strip()]  # type: ignore[union-attr]
    if not values["minutes_item"].strip() and not values["delegation_item"].strip():
        lacking.append(_("minutes item or delegation item"))
    if lacking:
        raise TransitionRefused(_("The decision cannot be issued. It lacks: %(parts)s.") % {"parts": ", ".join(lacking)})
    if values["decided_on"] > stockholm_today(at):
        raise TransitionRefused(_("The day of the decision has not come yet."))


def _guard_grant(project: Project, wanted: NewTerms, values: Mapping[str, Any]) -> list[str]:
    """Refuses what may not be decided. Gives the limits that are exceeded, with a reason."""
    _require_running(project)
    if wanted == rules.as_they_are(project):
        raise TransitionRefused(_("These are the terms that count already. Change something, or refuse the change."))
    content = content_of(wanted.budget)
    _refuse_unlawful(project, wanted, content)
    over = list(rules.exceeded(project, wanted, content.base))
    if over and not values["exceeds_reason"].strip():
        raise TransitionRefused(_("%(why)s Write the reason, if it is to be exceeded.") % {"why": " ".join(over)})
    return over


def _refuse_unlawful(project: Project, wanted: NewTerms, content: BudgetContent) -> None:
    wrong = list(rules.unlawful(wanted, content, rules.happened_in(project)))
    if wrong:
        raise TransitionRefused(" ".join(wrong))


def _decision(
    change: ChangeRequest, outcome: str, words: str, values: Mapping[str, Any], *, by: Any, at: datetime
) -> ChangeDecision:
    return ChangeDecision.objects.create(
        request=change, outcome=outcome, wording=words, decided_at=at, decided_by=by, **values
    )  # fmt: skip


def _set_terms(project: Project, wanted: NewTerms, decision: ChangeDecision, *, at: datetime) -> Terms:
    wanted = replace(wanted, eu_cofinanced=content_of(wanted.budget).eu_cofinanced)
    claim(project, expecting={"state": ProjectState.RUNNING}, changed_at=at, **rules.as_values(wanted))
    put_in_index(project, at=at)
    return keep_terms(project, decision=None, change=decision, at=at)


def _record_grant(
    project: Project, decision: ChangeDecision, before: Terms, after: Terms, over: list[str], *, by: Any, at: datetime
) -> None:
    changed = "; ".join(f"{what}: {was} → {now}" for what, was, now in rules.differences(before, after))
    words = {"number": decision.request.number, "wording": decision.wording, "item": decision.item, "changed": changed}
    audit.record("pilots.change.grant", project, by=by, at=at, **words)
    if over:
        audit.record("pilots.change.exceed", project, by=by, at=at, limits=" ".join(over), reason=decision.exceeds_reason)


@transaction.atomic
def refuse_change(change: ChangeRequest, *, values: Mapping[str, Any], by: Any, at: datetime | None = None) -> ChangeDecision:
    """Refuses the change, with reasons. The terms stay as they are."""
    at = at or timezone.now()
    require(permissions.can_decide_change(by, change))
    project = lock_project(change.project)
    _require_waiting(change, project, values, at=at)

    advance(change, ChangeState.REFUSED, table=CHANGE_MOVES)
    decision = _decision(change, ChangeOutcome.REFUSED, rules.wording(project, None), values, by=by, at=at)

    audit.record("pilots.change.refuse", project, by=by, at=at, number=change.number, item=decision.item)
    return decision


# ---- Told


def _tell_officers(change: ChangeRequest, project: Project, *, at: datetime) -> None:
    free = [user for user in _deciders(project) if permissions.can_decide_change(user, change)]
    outbox.promise(
        "pilots/change_asked",
        to=free,
        context={
            "title": project.title,
            "number": change.number,
            "organisation": change.organisation.name,
            "path": change.get_absolute_url(),
        },
        about=project,
        programme_id=project.programme_id,
        dedupe_key=f"change-asked-{change.pk}",
        at=at,
    )


def _deciders(project: Project) -> list[User]:
    having = {"roles__programme": project.programme_id, "roles__role": Role.DECISION_MAKER}
    return list(User.objects.filter(is_active=True, **having).distinct())
