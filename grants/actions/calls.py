"""What can happen to a call before and while it is open."""

from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from grants import completeness, defaults, permissions
from grants.models import Call, CallFrame, CallQuestion, Criterion, DeadlineExtension, Question
from grants.states import CALL_MOVES, CallState
from kraftsamling.accounts.models import Organisation
from kraftsamling.audit import log as audit
from kraftsamling.lib.dates import later_moment_text
from kraftsamling.lib.http import forget_public_page
from kraftsamling.lib.transitions import LostRace, TransitionRefused, advance, claim
from kraftsamling.notifications import outbox
from kraftsamling.programmes.models import Programme
from kraftsamling.search import index

TEXT_FIELDS = [
    "summary", "purpose", "not_funded", "eligibility", "how_assessed", "funder",
    "contact_name", "contact_email", "contact_phone", "invitation_letter", "declining_letter",
]  # fmt: skip
RULE_FIELDS = [
    "smallest_grant", "largest_grant", "highest_share", "lowest_own_share", "indirect_rate",
    "report_every_months", "final_report_months", "report_before_payment", "holdback", "category_tolerance",
    "period_starts_on", "period_ends_on", "eligible_kinds", "opens_at",
]  # fmt: skip
"""What applicants have relied on: fixed once the call is published, so that all have the same rules."""
DATE_FIELDS = [
    "closes_at", "review_due_at", "answer_expected_on", "application_due_at", "application_review_due_at", "decision_expected_on",
]  # fmt: skip
EDITABLE_FIELDS = ["title", *TEXT_FIELDS, *RULE_FIELDS, *DATE_FIELDS]


def free_slug(title: str) -> str:
    """An address from the title that no other call has."""
    stem = slugify(title)[:60].strip("-") or "utlysning"
    taken = set(Call.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for slug in [stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))] if slug not in taken)


def _as_it_stands(call: Call) -> None:
    """Locks the call and reads it anew, so that a rule is never judged on a copy from before somebody else's change."""
    call.refresh_from_db(from_queryset=Call.objects.select_for_update(of=("self",)))


@transaction.atomic
def create_call(programme: Programme, *, title: str, by: Any, at: datetime | None = None) -> Call:
    """A draft with the default criteria, letters and focus areas, for the officer to fill in."""
    at = at or timezone.now()
    permissions.require(permissions.can_create_call(by, programme))

    with translation.override(settings.LANGUAGE_CODE):
        letters = {"invitation_letter": defaults.invitation_letter(), "declining_letter": defaults.declining_letter()}
        criteria = defaults.criteria()
    call = Call.objects.create(
        programme=programme,
        slug=free_slug(title),
        title=title,
        funder=programme.funder,
        contact_name=str(by),
        contact_email=by.email,
        **letters,
        created_at=at,
        created_by=by,
    )
    call.focus_areas.set(programme.focus_areas.all())
    Criterion.objects.bulk_create(
        Criterion(call=call, position=place, **criterion) for place, criterion in enumerate(criteria, start=1)
    )

    audit.record("grants.call.create", call, by=by, at=at)
    return call


@transaction.atomic
def clone_call(original: Call, *, title: str, by: Any, at: datetime | None = None) -> Call:
    """A new draft with everything but the moments, days and frames of the old one."""
    at = at or timezone.now()
    permissions.require(permissions.can_create_call(by, original.programme))

    kept = {name: getattr(original, name) for name in EDITABLE_FIELDS if not name.endswith(("_at", "_on")) and name != "title"}
    call = Call.objects.create(
        programme=original.programme, slug=free_slug(title), title=title, created_at=at, created_by=by, **kept
    )
    call.focus_areas.set(original.focus_areas.all())
    criteria = original.criteria.values("position", "name", "description", "weight", "levels")
    Criterion.objects.bulk_create(Criterion(call=call, **row) for row in criteria)
    questions = original.questions.values("step", "position", "kind", "label", "help_text", "required", "word_limit", "choices")
    Question.objects.bulk_create(Question(call=call, **row) for row in questions)

    audit.record("grants.call.clone", call, by=by, at=at, original=original.title)
    return call


@transaction.atomic
def edit_call(call: Call, *, values: dict[str, Any], revision: int, by: Any, at: datetime | None = None) -> None:
    """Changes fields. Raises LostRace if somebody else has saved since the form was opened.

    A published call keeps its rules, and its closing moment is never moved earlier.
    """
    at = at or timezone.now()
    permissions.require(permissions.can_edit_call(by, call))
    _as_it_stands(call)
    if call.revision != revision:
        raise LostRace
    areas = values.pop("focus_areas", None)
    changed = {name: value for name, value in values.items() if _comparable(getattr(call, name)) != _comparable(value)}
    if call.state != CallState.DRAFT:
        _guard_published(call, changed, areas)

    claim(call, expecting={"revision": revision}, revision=revision + 1, **changed)
    if areas is not None:
        call.focus_areas.set(areas)

    audit.record("grants.call.edit", call, by=by, at=at, fields=sorted(changed))
    if call.state == CallState.PUBLISHED:
        put_in_index(call, at=at)
        _show_at_once(call)


def _comparable(value: Any) -> Any:
    """Kinds of organisation are a set: the order they stand in says nothing."""
    return frozenset(value) if isinstance(value, list) else value


def _guard_published(call: Call, changed: dict[str, Any], areas: Any) -> None:
    fixed = [name for name in RULE_FIELDS if name in changed]
    if areas is not None and {area.pk for area in areas} != set(call.focus_areas.values_list("pk", flat=True)):
        fixed.append("focus_areas")
    if fixed:
        names = ", ".join(str(Call._meta.get_field(name).verbose_name) for name in fixed)  # type: ignore[union-attr]
        raise TransitionRefused(
            _("The call is published, so that its rules stand. This cannot be changed: %(names)s.") % {"names": names}
        )
    if "closes_at" in changed and (not changed["closes_at"] or changed["closes_at"] < call.closes_at):
        raise TransitionRefused(_("The closing moment of a published call can be moved later, but not earlier."))


@transaction.atomic
def set_frames(call: Call, *, frames: dict[int, Any], by: Any, at: datetime | None = None) -> None:
    """The money set aside per year, in kronor. May change also after publishing; the log keeps what it was."""
    permissions.require(permissions.can_edit_call(by, call))

    call.frames.all().delete()
    CallFrame.objects.bulk_create(CallFrame(call=call, year=year, amount=amount) for year, amount in sorted(frames.items()))

    shown = ", ".join(f"{year}: {amount}" for year, amount in sorted(frames.items()))
    audit.record("grants.call.frames", call, by=by, at=at, frames=shown)


@transaction.atomic
def set_criteria(call: Call, *, criteria: list[dict[str, Any]], by: Any, at: datetime | None = None) -> None:
    """Replaces the criteria. Only in a draft: those who write must know what they are judged by."""
    permissions.require(permissions.can_edit_call(by, call))
    _as_it_stands(call)
    _require_draft(call)

    call.criteria.all().delete()
    Criterion.objects.bulk_create(Criterion(call=call, position=place, **row) for place, row in enumerate(criteria, start=1))

    audit.record("grants.call.criteria", call, by=by, at=at, count=len(criteria))


@transaction.atomic
def set_questions(call: Call, *, questions: list[dict[str, Any]], by: Any, at: datetime | None = None) -> None:
    """Replaces the call's own questions. Only in a draft, so that all answer the same ones."""
    permissions.require(permissions.can_edit_call(by, call))
    _as_it_stands(call)
    _require_draft(call)

    call.questions.all().delete()
    Question.objects.bulk_create(Question(call=call, position=place, **row) for place, row in enumerate(questions, start=1))

    audit.record("grants.call.questions", call, by=by, at=at, count=len(questions))


def _require_draft(call: Call) -> None:
    if call.state != CallState.DRAFT:
        raise TransitionRefused(_("The call is published, so that its criteria and questions stand."))


@transaction.atomic
def publish_call(call: Call, *, by: Any, at: datetime | None = None) -> None:
    """Makes the call public. Raises TransitionRefused that names what is missing."""
    at = at or timezone.now()
    permissions.require(permissions.can_publish_call(by, call))
    _as_it_stands(call)
    missing = completeness.missing(call, at=at)
    if missing:
        raise TransitionRefused(_("The call cannot be published yet: %(what)s") % {"what": " ".join(m.message for m in missing)})

    advance(call, CallState.PUBLISHED, table=CALL_MOVES, published_at=at, published_by=by)

    audit.record("grants.call.publish", call, by=by, at=at)
    _show_at_once(call)
    put_in_index(call, at=at)


@transaction.atomic
def cancel_call(call: Call, *, by: Any, at: datetime | None = None) -> None:
    """Takes the call back. What organisations have written stays theirs."""
    at = at or timezone.now()
    permissions.require(permissions.can_publish_call(by, call))
    _as_it_stands(call)
    if call.sketches.submitted_ever().exists():
        raise TransitionRefused(_("Sketches have been sent in, so the call cannot be cancelled. Give each an answer instead."))

    advance(call, CallState.CANCELLED, table=CALL_MOVES, cancelled_at=at, cancelled_by=by)

    audit.record("grants.call.cancel", call, by=by, at=at)
    _show_at_once(call)


@transaction.atomic
def answer_question(call: Call, *, question: str, answer: str, by: Any, at: datetime | None = None) -> CallQuestion:
    """Publishes a question and its answer on the call's page, for everybody at once."""
    at = at or timezone.now()
    permissions.require(permissions.can_edit_call(by, call))

    entry = CallQuestion.objects.create(call=call, question=question, answer=answer, answered_at=at, answered_by=by)

    audit.record("grants.call.answer", call, by=by, at=at, question=question)
    _show_at_once(call)
    return entry


@transaction.atomic
def remove_answer(entry: CallQuestion, *, by: Any, at: datetime | None = None) -> None:
    """Takes a question off the page; the log keeps both question and answer."""
    permissions.require(permissions.can_edit_call(by, entry.call))

    call, question, answer = entry.call, entry.question, entry.answer
    entry.delete()

    audit.record("grants.call.unanswer", call, by=by, at=at, question=question, answer=answer)
    _show_at_once(call)


@transaction.atomic
def extend_deadline(
    call: Call, organisation: Organisation, *, until_at: datetime, reason: str, by: Any, at: datetime | None = None
) -> DeadlineExtension:
    """Gives one organisation more time, with a reason that is logged and mailed."""
    at = at or timezone.now()
    permissions.require(permissions.can_extend_deadline(by, call))
    if call.state != CallState.PUBLISHED or call.closes_at is None:
        raise TransitionRefused(_("Only a published call can have its time extended."))
    if until_at <= max(call.closes_at, at):
        raise TransitionRefused(_("The new moment must be later than the closing moment, and not in the past."))

    extension = DeadlineExtension.objects.create(
        call=call, organisation=organisation, until_at=until_at, reason=reason, given_at=at, given_by=by
    )

    audit.record(
        "grants.call.extend", call, by=by, at=at, organisation=organisation.name, until=until_at.isoformat(), reason=reason
    )
    outbox.promise(
        "grants/deadline_extended",
        to=organisation.members.filter(is_active=True),
        context={
            "call": call.title,
            "until": later_moment_text(until_at),
            "organisation": organisation.name,
            "path": call.get_absolute_url(),
        },
        programme_id=call.programme_id,
        at=at,
    )
    return extension


def _show_at_once(call: Call) -> None:
    """The public pages that are kept for a minute are built anew after the commit."""
    for path in ("/", reverse("call_list"), call.get_absolute_url()):
        transaction.on_commit(partial(forget_public_page, path))


def put_in_index(call: Call, *, at: datetime) -> None:
    body = f"{call.summary}\n{call.purpose}\n{call.not_funded}\n{call.eligibility}"
    index.put("call", call.pk, title=call.title, body=body, url=call.get_absolute_url(), at=at)
