"""What can happen to a sketch: begun, saved, handed in, withdrawn, and its receipt."""

import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from grants import permissions, rules
from grants.models import (
    Call,
    NumberSeries,
    ParkedText,
    Question,
    Sketch,
    SketchDraft,
    SketchFile,
    SketchVersion,
)
from grants.states import SKETCH_MOVES, SketchState
from kraftsamling.accounts.models import Organisation, User
from kraftsamling.audit import log as audit
from kraftsamling.files.models import StoredFile
from kraftsamling.lib.dates import STOCKHOLM, later_moment_text
from kraftsamling.lib.transitions import LostRace, TransitionRefused, advance, claim
from kraftsamling.notifications import outbox
from kraftsamling.notifications.models import Category
from kraftsamling.search import index

from .freezing import freeze
from .receivers import officers_of

PARKED_FOR = timedelta(days=2)
LARGEST_PARKED = 2_000_000
TITLE_LENGTH = 200
MOST_FILES = 20


class DraftConflict(LostRace):
    """Somebody has saved the draft since this window was opened; nothing has been overwritten."""


@transaction.atomic
def start_sketch(call: Call, organisation: Organisation, *, by: Any, at: datetime | None = None) -> Sketch:
    """Begins a draft that only the organisation sees. Raises TransitionRefused if the call is not for it now."""
    at = at or timezone.now()
    permissions.require(permissions.can_start_sketch(by, organisation))
    if not call.is_open(at):
        raise TransitionRefused(_("The call is not open for new sketches."))
    if organisation.kind not in call.eligible_kinds:
        kinds = ", ".join(call.eligible_kind_labels).lower()
        raise TransitionRefused(_("This call is for: %(kinds)s.") % {"kinds": kinds})

    sketch = Sketch.objects.create(call=call, organisation=organisation, created_at=at, created_by=by)
    SketchDraft.objects.create(sketch=sketch, content={}, saved_at=at, saved_by=by)

    audit.record("grants.sketch.start", sketch, by=by, at=at)
    return sketch


def _require_changeable(sketch: Sketch) -> None:
    """Locks the case and reads its state anew, so that no older window writes into a case that is closed by now."""
    sketch.state = Sketch.objects.select_for_update().values_list("state", flat=True).get(pk=sketch.pk)
    if sketch.state not in {SketchState.DRAFT, SketchState.SUBMITTED}:
        raise TransitionRefused(_("The sketch has got its answer, or has been withdrawn, and can no longer be changed."))


@transaction.atomic
def save_draft(sketch: Sketch, *, content: dict[str, Any], revision: int, by: Any, at: datetime | None = None) -> int:
    """Keeps what was typed, right or wrong, and gives the new revision.

    Raises DraftConflict if the draft is not the one this window began from.
    """
    at = at or timezone.now()
    permissions.require(permissions.can_write_sketch(by, sketch))
    _require_changeable(sketch)
    draft = sketch.draft
    if draft.content == content and draft.revision == revision:
        return revision

    title = str(content.get("title", ""))[:TITLE_LENGTH]
    try:
        claim(
            draft,
            expecting={"revision": revision},
            revision=revision + 1,
            content=content,
            title=title,
            saved_at=at,
            saved_by=by,
        )
    except LostRace:
        raise DraftConflict from None
    return draft.revision


@transaction.atomic
def submit_sketch(
    sketch: Sketch, *, content: rules.SketchContent, revision: int, by: Any, at: datetime | None = None
) -> SketchVersion:
    """Freezes the draft of that revision as a version with receipt. Sending the same revision twice gives the same receipt.

    Raises TransitionRefused when closed, when a rule is broken, or when the draft has moved on.
    """
    at = at or timezone.now()
    permissions.require(permissions.can_write_sketch(by, sketch))
    sketch = Sketch.objects.select_for_update(of=("self",)).select_related("call", "organisation").get(pk=sketch.pk)
    already = sketch.versions.filter(draft_revision=revision).first()
    if already:
        return already
    _guard_submission(sketch, content, revision=revision, at=at)

    version = _freeze(sketch, content, revision=revision, by=by, at=at)

    audit.record(
        "grants.sketch.submit",
        sketch,
        by=by,
        at=at,
        receipt=version.receipt_number,
        version=version.number,
        checksum=version.checksum,
    )
    _put_in_index(sketch, version, content, at=at)
    _tell_officers(sketch, version, at=at)
    return version


def _guard_submission(sketch: Sketch, content: rules.SketchContent, *, revision: int, at: datetime) -> None:
    if sketch.state not in {SketchState.DRAFT, SketchState.SUBMITTED}:
        raise TransitionRefused(_("The sketch has got its answer, or has been withdrawn, and can no longer be sent in."))
    if not sketch.may_be_handed_in(at):
        raise TransitionRefused(
            _("The call closed on %(moment)s, so the sketch cannot be sent in. Your text is kept.")
            % {"moment": later_moment_text(sketch.deadline())}
        )
    if sketch.organisation.kind not in sketch.call.eligible_kinds:
        raise TransitionRefused(_("The call is not for this kind of organisation."))
    if not SketchDraft.objects.filter(sketch=sketch, revision=revision).exists():
        raise DraftConflict
    broken = rules.breaches(sketch.call, content)
    if broken:
        raise TransitionRefused(" ".join(breach.message for breach in broken))


def _freeze(sketch: Sketch, content: rules.SketchContent, *, revision: int, by: Any, at: datetime) -> SketchVersion:
    number = sketch.versions_count + 1
    case_number = sketch.number or _next_case_number(at.astimezone(STOCKHOLM).date())
    files = [link.file for link in sketch.files.filter(removed_at=None).select_related("file").order_by("added_at", "pk")]
    receipt = f"{case_number}-{number}"
    frozen = _frozen_content(content, files)
    version = freeze(
        SketchVersion,
        content,
        frozen,
        files=files,
        receipt=receipt,
        number=number,
        revision=revision,
        by=by,
        at=at,
        sketch=sketch,
    )
    values = {"number": case_number, "versions_count": number, "current_version": version, "submitted_at": at, "submitted_by": by}
    if sketch.state == SketchState.DRAFT:
        advance(sketch, SketchState.SUBMITTED, table=SKETCH_MOVES, **values)
    else:
        claim(sketch, expecting={"state": SketchState.SUBMITTED, "versions_count": number - 1}, **values)
    return version


def _next_case_number(on: date) -> str:
    """K-2026-0007: one series a year. The row is locked by the UPDATE until the transaction ends."""
    name = f"K-{on.year}"
    series = NumberSeries.objects.filter(name=name)
    if not series.update(last=F("last") + 1):
        NumberSeries.objects.get_or_create(name=name)
        series.update(last=F("last") + 1)
    return f"{name}-{series.values_list('last', flat=True)[0]:04}"


def _frozen_content(content: rules.SketchContent, files: Iterable[StoredFile]) -> dict[str, Any]:
    """Plain JSON with names beside keys, readable without the database (OSL 4 kap. 3 §)."""
    return {
        "title": content.title,
        "texts": content.texts,
        "focus_areas": [{"key": area.key, "name": area.name} for area in content.focus_areas],
        "main_focus_area": {"key": content.main_focus_area.key, "name": content.main_focus_area.name},
        "whole_county": content.whole_county,
        "municipalities": [{"code": place.code, "name": place.name} for place in content.municipalities],
        "partners": [asdict(partner) for partner in content.partners],
        "contacts": [asdict(contact) for contact in content.contacts],
        "sought": str(content.sought.amount),
        "costs": {key: str(amount.amount) for key, amount in content.costs.items()},
        "total_cost": str(content.total_cost.amount),
        "own_financing": str(content.own_financing.amount),
        "other_financing": str(content.other_financing.amount),
        "starts_on": content.starts_on.isoformat(),
        "ends_on": content.ends_on.isoformat(),
        "answers": content.answers,
        "files": [{"id": str(file.pk), "name": file.name, "size": file.size, "sha256": file.sha256} for file in files],
    }


def _put_in_index(sketch: Sketch, version: SketchVersion, content: rules.SketchContent, *, at: datetime) -> None:
    body = "\n".join([sketch.number or "", sketch.organisation.name, *content.texts.values()])
    index.put("sketch", sketch.pk, title=version.title, body=body, url=sketch.get_absolute_url(), at=at)


def _tell_officers(sketch: Sketch, version: SketchVersion, *, at: datetime) -> None:
    outbox.promise(
        "grants/sketch_arrived",
        to=officers_of(sketch),
        context={
            "title": version.title,
            "organisation": sketch.organisation.name,
            "call": sketch.call.title,
            "number": sketch.number,
            "sought": str(version.sought),
            "path": sketch.get_absolute_url(),
            "version": version.number,
        },
        category=Category.NEWS,
        about=sketch,
        programme_id=sketch.call.programme_id,
        dedupe_key=f"sketch-arrived-{version.pk}",
        at=at,
    )


@transaction.atomic
def attach_receipt(version: SketchVersion, *, pdf: StoredFile | None, at: datetime | None = None) -> None:
    """Puts the receipt in the case and mails it, once. Without PDF if it could not be built."""
    at = at or timezone.now()
    if pdf is not None:
        claim(version, expecting={"receipt_pdf": None}, receipt_pdf=pdf)
    sketch = version.sketch
    outbox.promise(
        "grants/sketch_receipt",
        to=_receipt_readers(version),
        context={
            "title": version.title,
            "organisation": sketch.organisation.name,
            "call": sketch.call.title,
            "number": sketch.number,
            "receipt": version.receipt_number,
            "moment": later_moment_text(version.submitted_at),
            "by": str(version.submitted_by),
            "checksum": version.checksum,
            "sought": str(version.sought),
            "version": version.number,
            "has_pdf": pdf is not None,
            "path": sketch.get_absolute_url(),
            "answer_expected_on": sketch.call.answer_expected_on,
        },
        about=sketch,
        programme_id=sketch.call.programme_id,
        dedupe_key=f"sketch-receipt-{version.pk}",
        attachment=pdf,
        at=at,
    )


def _receipt_readers(version: SketchVersion) -> list[User]:
    """The organisation's contacts, and whoever sent it in."""
    contacts = version.sketch.organisation.members.filter(is_active=True, memberships__is_contact=True)
    return [*contacts.distinct(), version.submitted_by]


@transaction.atomic
def withdraw_sketch(sketch: Sketch, *, reason: str, by: Any, at: datetime | None = None) -> None:
    """Takes the sketch back. What was handed in is kept; an answer that was being prepared is dropped."""
    at = at or timezone.now()
    permissions.require(permissions.can_write_sketch(by, sketch))

    advance(sketch, SketchState.WITHDRAWN, table=SKETCH_MOVES, withdrawn_at=at, withdrawn_by=by)
    outcome = getattr(sketch, "outcome", None)
    if outcome is not None:
        outcome.delete()

    audit.record("grants.sketch.withdraw", sketch, by=by, at=at, reason=reason)
    if sketch.submitted_at:
        outbox.promise(
            "grants/sketch_withdrawn",
            to=sketch.organisation.members.filter(is_active=True),
            context={
                "title": sketch.handed_in.title,
                "number": sketch.number,
                "by": str(by),
                "path": sketch.get_absolute_url(),
            },
            about=sketch,
            programme_id=sketch.call.programme_id,
            at=at,
        )


@transaction.atomic
def add_file(sketch: Sketch, *, file: StoredFile, question: Question | None, by: Any, at: datetime | None = None) -> SketchFile:
    """Lays a file beside the draft. It goes with the next version that is handed in."""
    at = at or timezone.now()
    permissions.require(permissions.can_write_sketch(by, sketch))
    _require_changeable(sketch)
    if sketch.files.filter(removed_at=None).count() >= MOST_FILES:
        raise TransitionRefused(_("A sketch can have at most %(count)d files.") % {"count": MOST_FILES})

    link = SketchFile.objects.create(sketch=sketch, file=file, question=question, added_at=at, added_by=by)
    _bump_revision(sketch, by=by, at=at)

    audit.record("grants.sketch.add_file", sketch, by=by, at=at, name=file.name, sha256=file.sha256)
    return link


@transaction.atomic
def remove_file(link: SketchFile, *, by: Any, at: datetime | None = None) -> None:
    """Takes a file away from the draft. Versions already handed in keep theirs."""
    at = at or timezone.now()
    permissions.require(permissions.can_write_sketch(by, link.sketch))
    _require_changeable(link.sketch)

    claim(link, expecting={"removed_at": None}, removed_at=at, removed_by=by)
    _bump_revision(link.sketch, by=by, at=at)

    audit.record("grants.sketch.remove_file", link.sketch, by=by, at=at, name=link.file.name)


def _bump_revision(sketch: Sketch, *, by: Any, at: datetime) -> None:
    """A changed set of files is a changed draft, so that it can be handed in as a new version."""
    SketchDraft.objects.filter(sketch=sketch).update(revision=F("revision") + 1, saved_at=at, saved_by=by)
    sketch.draft.refresh_from_db()


@transaction.atomic
def set_registry_number(sketch: Sketch, *, number: str, by: Any, at: datetime | None = None) -> None:
    """Notes the number from the region's registry; never invented here (domain 10, rule 18)."""
    permissions.require(permissions.can_handle_sketch(by, sketch))

    was = sketch.registry_number
    claim(sketch, expecting={"registry_number": was}, registry_number=number)

    audit.record("grants.sketch.register", sketch, by=by, at=at, number=number, was=was)


@transaction.atomic
def remind_about_draft(sketch: Sketch, *, days: int, at: datetime) -> None:
    """Tells the organisation that a draft has not been sent in and the call closes soon. At most once per interval.

    Nothing of the draft stands in the mail, since officers see what the programme has sent.
    """
    outbox.promise(
        "grants/draft_reminder",
        to=sketch.organisation.members.filter(is_active=True),
        context={
            "call": sketch.call.title,
            "deadline": later_moment_text(sketch.deadline()),
            "days": days,
            "path": sketch.get_absolute_url(),
        },
        category=Category.REMINDER,
        about=sketch,
        programme_id=sketch.call.programme_id,
        dedupe_key=f"draft-reminder-{sketch.pk}-{days}",
        at=at,
    )


def park_text(*, path: str, content: dict[str, Any], at: datetime | None = None) -> str:
    """Keeps what was sent by somebody whose session had expired; gives the token that brings it back."""
    at = at or timezone.now()
    if len(json.dumps(content, ensure_ascii=False)) > LARGEST_PARKED:
        raise TransitionRefused(_("The text is too long to be kept. Go back in the browser and copy it."))
    token = secrets.token_urlsafe(24)
    ParkedText.objects.create(token=token, path=path, content=content, parked_at=at)
    return token


def unpark_text(token: str, *, path: str, at: datetime | None = None) -> dict[str, Any] | None:
    """What was parked for that page, if it is still kept."""
    at = at or timezone.now()
    parked = ParkedText.objects.filter(token=token, path=path, parked_at__gt=at - PARKED_FOR).first()
    return parked.content if parked else None
