"""What can happen to learnings, themes, interview notes and the passages in them."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kraftsamling.audit import log as audit
from kraftsamling.lib.transitions import TransitionRefused, advance, claim
from kraftsamling.notifications import outbox
from kraftsamling.programmes.models import Programme
from kraftsamling.search import index
from pilots import quotes
from pilots.models import InterviewNote, Learning, Passage, Project, Theme
from pilots.permissions import learning as permissions
from pilots.states import NOTE_MOVES, NoteState

# ---- Learnings


@transaction.atomic
def write_learning(project: Project, *, values: dict[str, Any], by: Any, at: datetime | None = None) -> Learning:
    """Writes down what a project has taught. `values` are the fields of the form."""
    at = at or timezone.now()
    permissions.require(permissions.can_write_learning(by, project))
    _require_sound_source(project, values)
    areas = values.get("focus_areas", [])
    columns = {name: value for name, value in values.items() if name != "focus_areas"}

    learning = Learning.objects.create(project=project, **columns, written_at=at, written_by=by, changed_at=at, changed_by=by)
    learning.focus_areas.set(areas)

    audit.record("pilots.learning.write", learning, by=by, at=at)
    _index_learning(learning, at=at)
    return learning


@transaction.atomic
def change_learning(learning: Learning, *, values: dict[str, Any], revision: int, by: Any, at: datetime | None = None) -> None:
    """Raises LostRace if a colleague has changed it since the page was opened."""
    at = at or timezone.now()
    permissions.require(permissions.can_change_learning(by, learning))
    _require_sound_source(learning.project, values)
    columns = {name: value for name, value in values.items() if name != "focus_areas"}

    claim(learning, expecting={"revision": revision}, revision=revision + 1, changed_at=at, changed_by=by, **columns)
    learning.focus_areas.set(values.get("focus_areas", []))

    audit.record("pilots.learning.change", learning, by=by, at=at)
    _index_learning(learning, at=at)


@transaction.atomic
def remove_learning(learning: Learning, *, revision: int, by: Any, at: datetime | None = None) -> None:
    permissions.require(permissions.can_change_learning(by, learning))
    claim(learning, expecting={"revision": revision}, revision=revision + 1)

    audit.record("pilots.learning.remove", learning.project, by=by, at=at, text=str(learning))
    index.remove("learning", learning.pk)
    learning.focus_areas.clear()
    learning.delete()


def _require_sound_source(project: Project, values: dict[str, Any]) -> None:
    """A source is one of the project's own; a report or a note that is not approved does not become public."""
    version, note = values.get("version"), values.get("note")
    if version is not None and (version.report.project_id != project.pk or not quotes.is_approved(version)):
        raise TransitionRefused(_("Choose an approved report of the project as the source."))
    if note is not None and note.project_id != project.pk:
        raise TransitionRefused(_("Choose an interview about the project as the source."))
    if note is not None and values.get("is_public") and not note.is_approved:
        raise TransitionRefused(
            _("The interview has not been approved for sharing, so what comes from it is not shown in public.")
        )


def _index_learning(learning: Learning, *, at: datetime) -> None:
    body = f"{learning.project.title}\n{learning.project.owner.name}\n{learning.text}"
    index.put("learning", learning.pk, title=learning.text[:120], body=body, url=learning.get_absolute_url(), at=at)


# ---- Themes


@transaction.atomic
def add_theme(programme: Programme, *, values: dict[str, Any], by: Any, at: datetime | None = None) -> Theme:
    permissions.require(permissions.can_keep_themes(by, programme))

    theme = Theme(programme=programme, **values)
    _save_theme(theme)

    audit.record("pilots.theme.add", programme, by=by, at=at, name=theme.name)
    return theme


@transaction.atomic
def change_theme(theme: Theme, *, values: dict[str, Any], by: Any, at: datetime | None = None) -> None:
    permissions.require(permissions.can_change_theme(by, theme))
    before = theme.name

    for name, value in values.items():
        setattr(theme, name, value)
    _save_theme(theme)

    audit.record("pilots.theme.change", theme.programme, by=by, at=at, name=theme.name, before=before)


def _save_theme(theme: Theme) -> None:
    """Of two names that differ in nothing but capitals and spaces, nobody knows which to choose."""
    others = Theme.objects.filter(programme=theme.programme_id).exclude(pk=theme.pk).values_list("name", flat=True)
    if quotes.squeezed(theme.name).casefold() in {quotes.squeezed(name).casefold() for name in others}:
        raise TransitionRefused(_("There is a theme called “%(name)s” already.") % {"name": theme.name})
    try:
        with transaction.atomic():
            theme.save()
    except IntegrityError:
        raise TransitionRefused(_("There is a theme called “%(name)s” already.") % {"name": theme.name}) from None


@transaction.atomic
def retire_theme(theme: Theme, *, by: Any, at: datetime | None = None) -> None:
    """Nothing new is coded with it; what has been coded, and its column in the matrix, stay."""
    at = at or timezone.now()
    permissions.require(permissions.can_change_theme(by, theme))

    claim(theme, expecting={"retired_at": None}, retired_at=at)

    audit.record("pilots.theme.retire", theme.programme, by=by, at=at, name=theme.name)


@transaction.atomic
def restore_theme(theme: Theme, *, by: Any, at: datetime | None = None) -> None:
    permissions.require(permissions.can_change_theme(by, theme))

    claim(theme, expecting={"retired_at__isnull": False}, retired_at=None)

    audit.record("pilots.theme.restore", theme.programme, by=by, at=at, name=theme.name)


# ---- Interview notes


@transaction.atomic
def write_note(project: Project, *, values: dict[str, Any], by: Any, at: datetime | None = None) -> InterviewNote:
    at = at or timezone.now()
    permissions.require(permissions.can_write_note(by, project))

    note = InterviewNote.objects.create(project=project, **values, written_at=at, written_by=by, changed_at=at, changed_by=by)

    audit.record("pilots.note.write", note, by=by, at=at)
    _index_note(note, at=at)
    return note


@transaction.atomic
def change_note(note: InterviewNote, *, values: dict[str, Any], revision: int, by: Any, at: datetime | None = None) -> None:
    """Only as long as it is not approved, and never so that a coded passage loses its words. Raises LostRace as ever."""
    at = at or timezone.now()
    permissions.require(permissions.can_change_note(by, note))
    note.state = InterviewNote.objects.select_for_update().values_list("state", flat=True).get(pk=note.pk)
    if note.is_approved:
        raise TransitionRefused(_("The note is approved and stands as it is. Take the approval back first."))
    changed = InterviewNote(text=values["text"])
    gone = [passage.quote for passage in note.passages.order_by("pk") if not quotes.stands_in(passage.quote, changed)]
    if gone:
        raise TransitionRefused(
            _("A coded passage would lose its words: “%(quote)s”. Take the coding away first, or keep the words.")
            % {"quote": gone[0][:120]}
        )

    claim(note, expecting={"revision": revision}, revision=revision + 1, changed_at=at, changed_by=by, **values)

    audit.record("pilots.note.change", note, by=by, at=at)
    _index_note(note, at=at)


@transaction.atomic
def approve_note(note: InterviewNote, *, revision: int, by: Any, at: datetime | None = None) -> None:
    """From now on the owner reads it, and it can be quoted. Raises LostRace if it was changed since it was shown."""
    at = at or timezone.now()
    permissions.require(permissions.can_change_note(by, note))
    claim(note, expecting={"revision": revision}, revision=revision + 1)

    advance(note, NoteState.APPROVED, table=NOTE_MOVES, approved_at=at, approved_by=by)

    audit.record("pilots.note.approve", note, by=by, at=at)
    outbox.promise(
        "pilots/note_shared",
        to=note.project.owner.members.filter(is_active=True),
        context={
            "project": note.project.title,
            "action_url": settings.SITE_URL + note.get_absolute_url(),
            "action_label": gettext_lazy("Read the interview note"),
        },
        about=note,
        programme_id=note.project.programme_id,
        at=at,
    )


@transaction.atomic
def reopen_note(note: InterviewNote, *, by: Any, at: datetime | None = None) -> None:
    """Takes the approval back, as long as nothing leans on it."""
    permissions.require(permissions.can_change_note(by, note))
    if note.quotes.exists() or note.learnings.public().exists():
        raise TransitionRefused(_("A joint analysis quotes the note, or a public learning comes from it. Take that away first."))

    advance(note, NoteState.DRAFT, table=NOTE_MOVES, approved_at=None, approved_by=None)

    audit.record("pilots.note.reopen", note, by=by, at=at)


def _index_note(note: InterviewNote, *, at: datetime) -> None:
    title = f"{note.project.title}: {note.held_with}"
    index.put("interview_note", note.pk, title=title, body=note.text, url=note.get_absolute_url(), at=at)


# ---- Passages


@transaction.atomic
def code_passage(note: InterviewNote, *, theme: Theme, quote: str, by: Any, at: datetime | None = None) -> Passage:
    """Codes words of the note with a theme of the programme. The same words have each theme once."""
    at = at or timezone.now()
    permissions.require(permissions.can_change_note(by, note))
    note = InterviewNote.objects.select_for_update(of=("self",)).select_related("project").get(pk=note.pk)
    if theme.programme_id != note.project.programme_id or theme.retired_at is not None:
        raise TransitionRefused(_("Choose a theme that the programme uses."))
    if not quotes.stands_in(quote, note):
        raise TransitionRefused(_("These words do not stand in the note. Copy them as they are written."))
    if any(quotes.squeezed(one.quote) == quotes.squeezed(quote) for one in note.passages.filter(theme=theme)):
        raise TransitionRefused(_("The passage has that theme already."))

    passage = Passage.objects.create(note=note, theme=theme, quote=quote, coded_at=at, coded_by=by)

    audit.record("pilots.note.code", note, by=by, at=at, theme=theme.name)
    return passage


@transaction.atomic
def uncode_passage(passage: Passage, *, by: Any, at: datetime | None = None) -> None:
    permissions.require(permissions.can_change_note(by, passage.note))

    audit.record("pilots.note.uncode", passage.note, by=by, at=at, theme=passage.theme.name)
    passage.delete()
