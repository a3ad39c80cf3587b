"""The case: one address, shown to the organisation as theirs and to officers and reviewers as theirs."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants import actions, board, documents, permissions
from grants.forms.drafts import typed_content
from grants.forms.reviews import ConflictForm, NoteForm, RegistryForm
from grants.forms.sketches import FileForm, TurnDownForm
from grants.models import Application, Sketch, SketchVersion, Step
from grants.states import FINISHED_STATES
from kraftsamling.audit import log as audit
from kraftsamling.files import store
from kraftsamling.files.models import StoredFile
from kraftsamling.files.responses import send
from kraftsamling.lib.transitions import TransitionRefused

from .common import attempt, compare_page, conflict_reported, keeps_text_on, part_of, sent_back, unparked
from .common import number as number_of
from .sketches import bound_form, conflict_page, organisation_context, own_sketch

DRAFT_ACTIONS = (
    "grants.sketch.add_file",
    "grants.sketch.remove_file",
    "grants.application.add_file",
    "grants.application.remove_file",
    "grants.application.ready",
)
"""What happens beside the draft is for the organisation alone, also after a version has been handed in."""


def readable_sketch(request: HttpRequest, pk: int) -> Sketch:
    """The case in any capacity the person has. Raises Http404 otherwise."""
    sketches = Sketch.objects.visible_to(request.user).select_related(
        "call__programme",
        "organisation__seat",
        "current_version__main_focus_area",
        "current_version__submitted_by",
        "outcome",
        "application",
    )
    return get_object_or_404(sketches, pk=pk)


@require_GET
def sketch_detail(request: HttpRequest, pk: int) -> HttpResponse:
    sketch = readable_sketch(request, pk)
    own = permissions.can_write_sketch(request.user, sketch)
    officer = not own and permissions.can_read_case_as_officer(request.user, sketch)
    context = {
        "sketch": sketch,
        "own": own,
        "case_links": own or officer,
        "versions": sketch.versions.select_related("submitted_by", "receipt_pdf").order_by("-number"),
    }
    if own:
        history = audit.history(sketch, internal=False)
        context |= organisation_context(request, sketch)
    else:
        history = audit.history(sketch, internal=officer).without(DRAFT_ACTIONS)
        context |= _staff_context(request, sketch, officer=officer)
    if sketch.current_version:
        context["parts"] = documents.version_sections(sketch.current_version)
    return render(request, "grants/sketch_detail.html", {**context, "history": history.select_related("by")[:100]})


def _staff_context(request: HttpRequest, sketch: Sketch, *, officer: bool) -> dict[str, Any]:
    own = sketch.assessments.in_step(Step.SKETCH).filter(reviewer=request.user).first()
    reads_others = officer or (own is not None and own.state in FINISHED_STATES)
    assessments = (
        sketch.assessments.active().in_step(Step.SKETCH).select_related("reviewer").prefetch_related("scores__criterion")
    )
    parked = unparked(request, path=request.path)
    return {
        "officer": officer,
        "application": getattr(sketch, "application", None) if officer else None,
        "may_handle": officer and permissions.is_officer(request.user, sketch.call.programme_id),
        "own_assessment": own,
        "assessments": assessments.order_by("reviewer__name", "pk") if reads_others else [],
        "means": board.criterion_means(sketch) if reads_others else [],
        "notes": sketch.notes.visible_to(request.user).select_related("written_by").order_by("-written_at", "-pk"),
        "note_form": NoteForm(part_of(parked, "text")),
        "registry_form": RegistryForm(initial={"number": sketch.registry_number}),
        "conflict_form": ConflictForm(part_of(parked, "ground")),
    }


@require_GET
def sketch_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    sketch = readable_sketch(request, pk)
    version = get_object_or_404(sketch.versions.select_related("submitted_by"), number=number)
    context = {"sketch": sketch, "version": version, "parts": documents.version_sections(version)}
    return render(request, "grants/sketch_version.html", context)


@require_GET
def sketch_compare(request: HttpRequest, pk: int) -> HttpResponse:
    sketch = readable_sketch(request, pk)
    return compare_page(request, sketch, sketch.versions.all(), changes)


def changes(before: SketchVersion, after: SketchVersion) -> list[tuple[str, str, str]]:
    """(label, then, now) of everything that differs."""
    rows = zip(_compared(before), _compared(after), strict=True)
    return [(label, old, new) for (label, old), (_same, new) in rows if old != new]


def _compared(version: SketchVersion) -> list[tuple[str, str]]:
    """A version as labelled texts, in the same order for every version of a call."""
    parts = documents.version_sections(version)
    rows = [(_("Title"), version.title), *((str(label), text) for label, text in parts["texts"])]
    rows += [
        (_("Protective factors"), ", ".join(parts["areas"])),
        (_("The most important one"), parts["main_area"]),
        (_("Municipalities"), ", ".join(parts["places"])),
        (_("Partners"), "\n".join(" – ".join(filter(None, partner.values())) for partner in parts["partners"])),
        (_("Contacts"), "\n".join(", ".join(filter(None, contact.values())) for contact in parts["contacts"])),
    ]
    rows += [(str(label), str(amount)) for label, amount in [*parts["costs"], *parts["financing"]]]
    rows += [(_("Period"), f"{version.starts_on} – {version.ends_on}")]
    rows += [(answer["question"], answer["answer"]) for answer in parts["answers"]]
    rows += [(_("Files"), "\n".join(file["name"] for file in parts["files"]))]
    return rows


@require_GET
def sketch_receipt(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    sketch = readable_sketch(request, pk)
    version = get_object_or_404(sketch.versions.select_related("receipt_pdf"), number=number)
    if version.receipt_pdf is None:
        raise Http404
    return send(request, version.receipt_pdf)


@require_GET
def sketch_file(request: HttpRequest, pk: int, file_id: UUID) -> HttpResponseBase:
    """A file of the case. The organisation reaches its draft's files too; others only what has been handed in."""
    sketch = readable_sketch(request, pk)
    keys = set(SketchVersion.files.through.objects.filter(sketchversion__sketch=sketch).values_list("storedfile_id", flat=True))
    if permissions.can_write_sketch(request.user, sketch):
        keys |= set(sketch.files.values_list("file_id", flat=True))
    if file_id not in keys:
        raise Http404
    return send(request, get_object_or_404(StoredFile, pk=file_id))


@require_POST
@keeps_text_on("sketch_edit")
def sketch_file_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Saves the draft that came with the form, then the file: a refused file costs nobody their text."""
    sketch = own_sketch(request, pk)
    form = FileForm(request.POST, request.FILES, questions=list(sketch.call.questions.filter(step=Step.SKETCH)))
    return _text_beside(request, sketch) or _file_added(request, sketch, form)


def _file_added(request: HttpRequest, sketch: Sketch, form: FileForm) -> HttpResponse:
    if getattr(request, "upload_too_large", False):
        messages.error(request, _("The file is too large. The largest file that can be sent is 20 MB."))
    elif not form.is_valid():
        messages.error(request, _("Choose a file first."))
    else:
        try:
            stored = store.store(form.cleaned_data["file"], by=request.user)
            actions.add_file(sketch, file=stored, question=form.cleaned_data["question"], by=request.user)
        except (ValidationError, TransitionRefused) as refusal:
            messages.error(request, " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal))
        else:
            messages.success(request, _("The file is added."))
    return redirect(f"{sketch.get_absolute_url()}skriv/#filer")


def _text_beside(request: HttpRequest, sketch: Sketch) -> HttpResponse | None:
    """Keeps the text that came with the file's form; the page that tells why, if it could not be kept."""
    if "revision" not in request.POST:
        return None
    typed = typed_content(request.POST, bound_form(sketch, {}))
    try:
        actions.save_draft(sketch, content=typed, revision=number_of(request.POST["revision"]), by=request.user)
    except actions.DraftConflict:
        return conflict_page(request, sketch, typed)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(sketch)
    return None


@require_POST
@keeps_text_on("sketch_edit")
def sketch_file_remove(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    sketch = own_sketch(request, pk)
    found = get_object_or_404(sketch.files.filter(removed_at=None).select_related("file", "sketch"), pk=link)
    trouble = _text_beside(request, sketch)
    if trouble:
        return trouble
    attempt(request, partial(actions.remove_file, found, by=request.user), done=_("The file is taken away."))
    return redirect(f"{sketch.get_absolute_url()}skriv/#filer")


@keeps_text_on("sketch_detail")
@require_POST
def sketch_note(request: HttpRequest, pk: int) -> HttpResponse:
    sketch = readable_sketch(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return sent_back(request, path=sketch.get_absolute_url(), anchor="#anteckningar")
    actions.write_note(sketch, by=request.user, **form.cleaned_data)
    messages.success(request, _("The note is saved."))
    return redirect(f"{sketch.get_absolute_url()}#anteckningar")


@require_POST
def sketch_register(request: HttpRequest, pk: int) -> HttpResponse:
    sketch = readable_sketch(request, pk)
    form = RegistryForm(request.POST)
    if form.is_valid():
        act = partial(actions.set_registry_number, sketch, number=form.cleaned_data["number"], by=request.user)
        attempt(request, act, done=_("The registry number is saved."))
    return redirect(sketch)


@keeps_text_on("sketch_detail")
@require_POST
def sketch_conflict(request: HttpRequest, pk: int) -> HttpResponse:
    sketch = readable_sketch(request, pk)
    return conflict_reported(request, sketch, actions.declare_on_case)


@require_POST
def application_turn_down(request: HttpRequest, pk: int) -> HttpResponse:
    application = get_object_or_404(Application.objects.visible_to(request.user).select_related("sketch"), pk=pk)
    form = TurnDownForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect(application)
    act = partial(actions.turn_down_invitation, application, reason=form.cleaned_data["reason"], by=request.user)
    attempt(request, act, done=_("You have turned down the invitation. Thank you for telling."))
    return redirect(application)
