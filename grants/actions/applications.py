"""What can happen to an application: written together, signed and sent in, withdrawn, left unsent."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from grants import application_content, cofinancing, permissions, rules
from grants.application_content import ApplicationContent
from grants.budget import rules as budget_rules
from grants.budget.store import store
from grants.models import (
    Application,
    ApplicationDraft,
    ApplicationFile,
    ApplicationVersion,
    HandIn,
    Question,
    Sketch,
)
from grants.states import APPLICATION_MOVES, WRITING_STATES, ApplicationState, CompletionState
from kraftsamling.accounts.models import Signatory, User
from kraftsamling.audit import log as audit
from kraftsamling.files.models import StoredFile
from kraftsamling.lib.dates import later_moment_text, stockholm_today
from kraftsamling.lib.transitions import LostRace, TransitionRefused, advance, claim
from kraftsamling.notifications import outbox
from kraftsamling.notifications.models import Category
from kraftsamling.search import index

from .completions import close_completion
from .freezing import freeze
from .locks import lock_application
from .receivers import officers_of
from .sketches import MOST_FILES, DraftConflict


def open_application(sketch: Sketch, *, due_at: datetime, at: datetime) -> Application:
    """The application that an invitation opens, begun from what the sketch already tells."""
    application = Application.objects.create(sketch=sketch, opened_at=at, due_at=due_at)
    content = application_content.from_sketch(sketch.handed_in)
    ApplicationDraft.objects.create(application=application, content=content)
    return application


def draft_of(application: Application) -> ApplicationDraft:
    """The draft as it stands now."""
    return ApplicationDraft.objects.get(application=application)


def _require_writable(application: Application) -> None:
    lock_application(application)
    if application.state not in WRITING_STATES:
        raise TransitionRefused(_("The application has been sent in or closed, and can no longer be changed."))


@transaction.atomic
def save_application_draft(
    application: Application, *, typed: dict[str, Any], names: frozenset[str], revision: int, by: Any, at: datetime | None = None
) -> int:
    """Keeps what was typed in one part of the application, right or wrong, and gives the new revision.

    `names` are the fields of that part; other parts are left as they are.
    Raises DraftConflict if the draft is not the one this window began from.
    """
    at = at or timezone.now()
    permissions.require(permissions.can_write_application(by, application))
    _require_writable(application)
    draft = draft_of(application)
    content = {**{name: value for name, value in draft.content.items() if name not in names}, **typed}
    if draft.content == content and draft.revision == revision:
        return revision
    try:
        claim(draft, expecting={"revision": revision}, revision=revision + 1, content=content, saved_at=at, saved_by=by)
    except LostRace:
        raise DraftConflict from None
    return draft.revision


@transaction.atomic
def add_application_file(
    application: Application,
    *,
    file: StoredFile,
    kind: str,
    question: Question | None = None,
    financier: str = "",
    by: Any,
    at: datetime | None = None,
) -> ApplicationFile:
    """Lays a file beside the draft. It goes with the next version that is handed in."""
    at = at or timezone.now()
    permissions.require(permissions.can_write_application(by, application))
    _require_writable(application)
    if application.files.filter(removed_at=None).count() >= MOST_FILES:
        raise TransitionRefused(_("An application can have at most %(count)d files.") % {"count": MOST_FILES})

    link = ApplicationFile.objects.create(
        application=application, file=file, kind=kind, question=question, financier=financier, added_at=at, added_by=by
    )
    _bump_revision(application, by=by, at=at)

    audit.record("grants.application.add_file", application.sketch, by=by, at=at, name=file.name, sha256=file.sha256)
    return link


@transaction.atomic
def remove_application_file(link: ApplicationFile, *, by: Any, at: datetime | None = None) -> None:
    """Takes a file away from the draft. Versions already handed in keep theirs."""
    at = at or timezone.now()
    permissions.require(permissions.can_write_application(by, link.application))
    _require_writable(link.application)

    claim(link, expecting={"removed_at": None}, removed_at=at, removed_by=by)
    _bump_revision(link.application, by=by, at=at)

    audit.record("grants.application.remove_file", link.application.sketch, by=by, at=at, name=link.file.name)


def _bump_revision(application: Application, *, by: Any, at: datetime) -> None:
    draft = draft_of(application)
    ApplicationDraft.objects.filter(pk=draft.pk).update(revision=F("revision") + 1, saved_at=at, saved_by=by)


def needs_two(signatory: Signatory) -> bool:
    """The organisation has said that this person signs together with somebody else."""
    return signatory.jointly


@transaction.atomic
def mark_ready(application: Application, *, revision: int, by: Any, at: datetime | None = None) -> None:
    """The first of two says that this revision is ready. Another person sends it in; a change makes it unready again."""
    at = at or timezone.now()
    permissions.require(permissions.can_write_application(by, application))
    _require_writable(application)
    if draft_of(application).revision != revision:
        raise DraftConflict

    HandIn.objects.update_or_create(application=application, defaults={"revision": revision, "ready_at": at, "ready_by": by})

    audit.record("grants.application.ready", application.sketch, by=by, at=at)


@transaction.atomic
def submit_application(
    application: Application,
    *,
    content: ApplicationContent,
    signatory: Signatory,
    revision: int,
    by: Any,
    at: datetime | None = None,
) -> ApplicationVersion:
    """Freezes the draft of that revision as a signed version with receipt. The same revision twice gives the same receipt.

    Raises TransitionRefused when it is too late, a rule is broken, or the signature does not hold; DraftConflict when
    the draft has moved on.
    """
    at = at or timezone.now()
    permissions.require(permissions.can_write_application(by, application))
    lock_application(application)
    already = application.versions.filter(draft_revision=revision).first()
    if already:
        return already
    _guard_submission(application, content, signatory, revision=revision, by=by, at=at)

    close_completion(application, at=at)
    version = _freeze(application, content, signatory, revision=revision, by=by, at=at)

    audit.record(
        "grants.application.submit",
        application.sketch,
        by=by,
        at=at,
        receipt=version.receipt_number,
        signed_by=version.signed_by_name,
        checksum=version.checksum,
    )
    body = "\n".join(row["text"] for section in content.sections for row in section["rows"])
    index.put("application", application.pk, title=version.title, body=body, url=application.get_absolute_url(), at=at)
    _tell_officers(application, version, at=at)
    return version


def _guard_submission(
    application: Application, content: ApplicationContent, signatory: Signatory, *, revision: int, by: Any, at: datetime
) -> None:
    if application.state not in WRITING_STATES:
        raise TransitionRefused(_("The application has been sent in or closed, and cannot be sent in again."))
    if application.state == ApplicationState.OPEN and at >= application.due_at:
        raise TransitionRefused(
            _("The application should have been in before %(moment)s, so it cannot be sent in. Your text is kept.")
            % {"moment": later_moment_text(application.due_at)}
        )
    if not ApplicationDraft.objects.filter(application=application, revision=revision).exists():
        raise DraftConflict
    _guard_signature(application, signatory, revision=revision, by=by, at=at)
    broken = [
        *rules.period_breaches(application.sketch.call, content.starts_on, content.ends_on),
        *budget_rules.breaches(application.sketch.call, content.budget, starts_on=content.starts_on, ends_on=content.ends_on),
    ]
    if broken:
        raise TransitionRefused(" ".join(breach.message for breach in broken))


def _guard_signature(application: Application, signatory: Signatory, *, revision: int, by: Any, at: datetime) -> None:
    """A named person with a current proof; two people where the organisation asks for it (domain 10, rule 24)."""
    current = Signatory.objects.current(on=stockholm_today(at)).filter(organisation=application.sketch.organisation_id)
    if not current.filter(pk=signatory.pk).exists():
        raise TransitionRefused(_("Choose a signatory of the organisation whose proof is valid today."))
    signing = {by.pk}
    if needs_two(signatory):
        ready = HandIn.objects.filter(application=application, revision=revision).first()
        if ready is None or ready.ready_by_id == by.pk:
            raise TransitionRefused(
                _("Two people send in together: one says that the application is ready, and another one sends it in.")
            )
        signing.add(ready.ready_by_id)
    if signatory.user_id and signatory.user_id not in signing:
        raise TransitionRefused(
            _("%(name)s has an account and signs with it. Ask %(name)s to log in and send in.") % {"name": signatory.name}
        )


def _freeze(
    application: Application, content: ApplicationContent, signatory: Signatory, *, revision: int, by: Any, at: datetime
) -> ApplicationVersion:
    number = application.versions_count + 1
    links = list(application.files.filter(removed_at=None).select_related("file").order_by("added_at", "pk"))
    files = [link.file for link in links]
    version = freeze(
        ApplicationVersion,
        content,
        application_content.frozen(content, files) | {"cofinancing": cofinancing.frozen(content.budget, links)},
        files=files,
        receipt=f"{application.sketch.number}-A{number}",
        number=number,
        revision=revision,
        by=by,
        at=at,
        application=application,
        budget=store(content.budget),
        signatory=signatory,
        signed_by_name=signatory.name,
        signed_by_title=signatory.title,
    )
    values = {"versions_count": number, "current_version": version, "submitted_at": at, "submitted_by": by}
    advance(application, ApplicationState.SUBMITTED, table=APPLICATION_MOVES, **values)
    return version


def _tell_officers(application: Application, version: ApplicationVersion, *, at: datetime) -> None:
    sketch = application.sketch
    outbox.promise(
        "grants/application_arrived",
        to=officers_of(sketch),
        context={
            "title": version.title,
            "organisation": sketch.organisation.name,
            "call": sketch.call.title,
            "number": sketch.number,
            "sought": str(version.sought),
            "version": version.number,
            "path": application.get_absolute_url(),
        },
        category=Category.NEWS,
        about=sketch,
        programme_id=sketch.call.programme_id,
        dedupe_key=f"application-arrived-{version.pk}",
        at=at,
    )


@transaction.atomic
def attach_application_receipt(version: ApplicationVersion, *, pdf: StoredFile, at: datetime | None = None) -> None:
    """Puts the receipt in the case and mails it, once."""
    at = at or timezone.now()
    claim(version, expecting={"receipt_pdf": None}, receipt_pdf=pdf)

    sketch = version.application.sketch
    outbox.promise(
        "grants/application_receipt",
        to=_receipt_readers(version),
        context={
            "title": version.title,
            "organisation": sketch.organisation.name,
            "call": sketch.call.title,
            "receipt": version.receipt_number,
            "moment": later_moment_text(version.submitted_at),
            "by": str(version.submitted_by),
            "signed_by": version.signed_by_name,
            "checksum": version.checksum,
            "sought": str(version.sought),
            "path": version.application.get_absolute_url(),
            "decision_expected_on": sketch.call.decision_expected_on,
        },
        about=sketch,
        programme_id=sketch.call.programme_id,
        dedupe_key=f"application-receipt-{version.pk}",
        attachment=pdf,
        at=at,
    )


def _receipt_readers(version: ApplicationVersion) -> Iterable[User]:
    organisation = version.application.sketch.organisation
    contacts = organisation.members.filter(is_active=True, memberships__is_contact=True)
    return [*contacts.distinct(), version.submitted_by]


@transaction.atomic
def withdraw_application(application: Application, *, reason: str, by: Any, at: datetime | None = None) -> None:
    """The organisation takes a sent application back before the decision. What was handed in is kept."""
    at = at or timezone.now()
    permissions.require(permissions.can_write_application(by, application))
    lock_application(application)
    if application.state not in {ApplicationState.SUBMITTED, ApplicationState.RETURNED}:
        raise TransitionRefused(_("The application has got its decision, or has not been sent in."))

    close_completion(application, at=at, to=CompletionState.CANCELLED)
    advance(application, ApplicationState.WITHDRAWN, table=APPLICATION_MOVES, withdrawn_at=at, withdrawn_by=by)

    audit.record("grants.application.withdraw", application.sketch, by=by, at=at, reason=reason)
    _tell_about(application, "grants/application_withdrawn", to=officers_of(application.sketch), at=at, by=str(by))


@transaction.atomic
def extend_application(application: Application, *, due_at: datetime, reason: str, by: Any, at: datetime | None = None) -> None:
    """Gives an invited organisation more time, also after the last moment has passed. Logged with the reason."""
    at = at or timezone.now()
    permissions.require(permissions.can_handle_application(by, application))
    lock_application(application)
    if application.state not in {ApplicationState.OPEN, ApplicationState.LAPSED}:
        raise TransitionRefused(_("The application has been sent in or closed, and needs no more time."))
    if due_at <= max(at, application.due_at if application.state == ApplicationState.OPEN else at):
        raise TransitionRefused(_("The new last moment must be later than both now and the old one."))

    if application.state == ApplicationState.LAPSED:
        advance(application, ApplicationState.OPEN, table=APPLICATION_MOVES, due_at=due_at)
    else:
        claim(application, expecting={"state": ApplicationState.OPEN, "due_at": application.due_at}, due_at=due_at)

    audit.record("grants.application.extend", application.sketch, by=by, at=at, until=due_at.isoformat(), reason=reason)
    members = application.sketch.organisation.members.filter(is_active=True)
    _tell_about(application, "grants/application_extended", to=members, at=at, due=later_moment_text(due_at))


@transaction.atomic
def lapse_application(application: Application, *, at: datetime) -> None:
    """The last moment has passed and nothing has come in: done by the system, undone by giving more time."""
    advance(application, ApplicationState.LAPSED, table=APPLICATION_MOVES)

    audit.record("grants.application.lapse", application.sketch, by=None, at=at)
    members = application.sketch.organisation.members.filter(is_active=True)
    _tell_about(application, "grants/application_lapsed", to=members, at=at)


def _tell_about(application: Application, kind: str, *, to: Any, at: datetime, **context: Any) -> None:
    sketch = application.sketch
    outbox.promise(
        kind,
        to=to,
        context={"title": sketch.handed_in.title, "path": application.get_absolute_url(), **context},
        about=sketch,
        programme_id=sketch.call.programme_id,
        at=at,
    )
