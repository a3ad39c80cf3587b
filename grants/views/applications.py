"""The organisation's application: its sections, the reading through, the signature and the hand-in."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants import actions, cofinancing, tasks
from grants.application_content import FROM_SKETCH, ApplicationContent
from grants.budget.tables import table_of_content
from grants.forms.applications import BUDGET_SECTION, BY_KEY, ROW_GROUPS, SectionForm
from grants.forms.drafts import typed_content
from grants.forms.hand_in import ApplicationFileForm, SubmitForm, WithdrawApplicationForm
from grants.forms.rows import row_anchor
from grants.forms.whole import ORDER, ApplicationForms
from grants.models import Application
from kraftsamling.accounts.models import Signatory
from kraftsamling.files import store
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.handover import after_commit
from kraftsamling.lib.transitions import TransitionRefused

from .common import attempt, autosaved, checks_of, keeps_text, keeps_text_on, log_in_first, number, unparked

PREVIEW = "preview"
FILES = "uppgifter"
"""The part that has the files."""


def own_application(request: HttpRequest, pk: int) -> Application:
    """The application, if it is the person's organisation's. Raises Http404 otherwise."""
    applications = Application.objects.of_organisations(request.user).select_related(
        "sketch__call__programme__region", "sketch__organisation", "sketch__current_version", "draft__saved_by"
    )
    return get_object_or_404(applications, pk=pk)


def all_forms(application: Application, typed: dict[str, Any]) -> ApplicationForms:
    links = list(application.files.filter(removed_at=None).select_related("file", "question").order_by("added_at", "pk"))
    answered = frozenset(link.question_id for link in links if link.question_id)
    found = ApplicationForms(application, typed, files_for=answered)
    found.links, found.asked = links, found.cofinancing(links)
    return found


def financiers_of(whole: ApplicationForms) -> list[str]:
    return [asked.financier for asked in whole.asked]


def frozen_content(application: Application) -> ApplicationContent:
    """What is handed in, with its headings in Swedish whatever language the writer reads."""
    with translation.override(settings.LANGUAGE_CODE):
        return all_forms(application, application.draft.content).content()


def _section_form(application: Application, key: str, typed: dict[str, Any]) -> SectionForm:
    if key not in BY_KEY:
        raise Http404
    return SectionForm(BY_KEY[key], typed, application=application)


@keeps_text
def application_edit(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    application = own_application(request, pk)
    if key not in BY_KEY:
        raise Http404
    if not application.is_being_written:
        return redirect(application)
    if request.method == "POST":
        return _saved(request, application, key)
    typed, revision = application.draft.content, application.draft.revision
    parked = unparked(request, path=request.path)
    if parked is not None:
        mine = typed_content(parked, _section_form(application, key, typed))
        typed, revision = {**typed, **mine}, number(parked.get("revision", ""))
    return _page(request, application, key, typed, revision=revision, restored=parked is not None)


def _page(
    request: HttpRequest, application: Application, key: str, typed: dict[str, Any], *, revision: int, **more: Any
) -> HttpResponse:
    whole = all_forms(application, typed)
    form = whole.sections[key]
    context = {
        "application": application,
        "sketch": application.sketch,
        "form": form,
        "key": key,
        "sections": whole.progress(),
        "next_key": next_part(key),
        "wrong": form.wrong(),
        "remaining": form.remaining(),
        "revision": revision,
        "from_sketch": _beside(application, form),
        "files": whole.links,
        "cofinancing": whole.asked,
        "file_form": ApplicationFileForm(questions=form.questions, financiers=financiers_of(whole)),
        "at": timezone.now(),
        **more,
    }
    if request.GET.get("kontroll") != "1":
        form.hide_remaining()
    return render(request, "grants/application_edit.html", context)


def next_part(key: str) -> str:
    """The part after this one; after the last comes the reading through."""
    return dict(zip(ORDER, [*ORDER[1:], PREVIEW], strict=True))[key]


def part_url(application: Application, key: str) -> str:
    """The page of a part, of the budget or of the reading through."""
    names = {PREVIEW: "application_preview", BUDGET_SECTION: "application_budget"}
    return reverse(names[key], args=[application.pk]) if key in names else reverse("application_edit", args=[application.pk, key])


def _beside(application: Application, form: SectionForm) -> list[dict[str, Any]]:
    """What the sketch said where this section goes on from it, and what has been written since."""
    texts = application.sketch.handed_in.content["texts"]
    said = {**texts, "title": application.sketch.handed_in.title}
    return [
        {"label": form.fields[name].label, "before": said.get(theirs, ""), "now": str(form.data.get(name, ""))}
        for name, theirs in FROM_SKETCH.items()
        if name in form.fields
    ]


def _saved(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    trouble = _kept(request, application, key)
    goes_to = request.POST.get("next", "")
    if trouble or goes_to in {*ORDER, PREVIEW}:
        return trouble or redirect(part_url(application, goes_to))
    messages.success(request, _("Saved."))
    return redirect(part_url(application, key) + row_anchor(request.POST, ROW_GROUPS))


def _kept(request: HttpRequest, application: Application, key: str) -> HttpResponse | None:
    """Keeps what was typed in the part; the page that tells why, if it could not be kept."""
    form = _section_form(application, key, request.POST.dict())
    typed = typed_content(request.POST, form)
    try:
        _save(request, application, form, typed)
    except actions.DraftConflict:
        return conflict_page(request, application, key, typed)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(application)
    return None


def _save(request: HttpRequest, application: Application, form: SectionForm, typed: dict[str, Any]) -> int:
    return actions.save_application_draft(
        application,
        typed=typed,
        names=form.all_names(),
        revision=number(request.POST.get("revision", "")),
        by=request.user,
    )


def conflict_page(request: HttpRequest, application: Application, key: str, mine: dict[str, Any]) -> HttpResponse:
    """Both texts, side by side; nothing is overwritten until the person has chosen."""
    application.draft.refresh_from_db()
    theirs = application.draft.content
    form = _section_form(application, key, {**theirs, **mine})
    form.is_valid()
    form.hide_remaining()
    context = {
        "application": application,
        "draft": application.draft,
        "form": form,
        "key": key,
        "revision": application.draft.revision,
        "differing": form.differences(theirs, mine),
    }
    return render(request, "grants/application_conflict.html", context, status=409)


@login_not_required
@require_POST
def application_autosave(request: HttpRequest, pk: int, key: str) -> JsonResponse:
    if not request.user.is_authenticated:
        return JsonResponse({"logged_out": True}, status=401)
    application = own_application(request, pk)
    form = _section_form(application, key, request.POST.dict())
    form.data = typed = typed_content(request.POST, form)

    said = _("Somebody else has saved the application. Press Save, and you will see both texts.")
    back = reverse("application_edit", args=[pk, key])
    return autosaved(
        partial(_save, request, application, form, typed),
        conflict=(said, back),
        case=application,
        checks=partial(checks_of, request, form),
    )


@require_GET
def application_preview(request: HttpRequest, pk: int) -> HttpResponse:
    application = own_application(request, pk)
    if not application.is_being_written:
        return redirect(application)
    return _preview(request, application, SubmitForm(signatories=_signatories(application)))


def _signatories(application: Application) -> Any:
    current = Signatory.objects.current(on=stockholm_today(timezone.now()))
    return current.filter(organisation=application.sketch.organisation_id).order_by("name", "pk")


def _preview(request: HttpRequest, application: Application, form: SubmitForm) -> HttpResponse:
    whole = all_forms(application, application.draft.content)
    content = whole.content() if whole.is_complete() else None
    ready = getattr(application, "hand_in", None)
    context = {
        "application": application,
        "sketch": application.sketch,
        "sections": whole.progress(),
        "wrong": whole.wrong(),
        "remaining": whole.remaining(),
        "content": content,
        "table": table_of_content(content.budget) if content else None,
        "uncertified": cofinancing.missing(whole.asked),
        "revision": application.draft.revision,
        "form": form,
        "signatories": form.fields["signatory"].queryset,
        "ready": ready if ready and ready.revision == application.draft.revision else None,
        "too_late": application.state == "open" and timezone.now() >= application.due_at,
    }
    return render(request, "grants/application_preview.html", context)


@login_not_required
@require_POST
def application_submit(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect(log_in_first(reverse("application_preview", args=[pk])))
    application = own_application(request, pk)
    whole = all_forms(application, application.draft.content)
    form = SubmitForm(request.POST, signatories=_signatories(application))
    revision = number(request.POST.get("revision", ""))
    if "ready" in request.POST:
        act = partial(actions.mark_ready, application, revision=revision, by=request.user)
        attempt(request, act, done=_("You have said that the application is ready. Now a colleague can send it in."))
        return redirect("application_preview", pk)
    if not form.is_valid() or not whole.is_complete():
        return _preview(request, application, form)
    try:
        version = actions.submit_application(
            application,
            content=frozen_content(application),
            signatory=form.cleaned_data["signatory"],
            revision=revision,
            by=request.user,
        )
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("application_preview", pk)
    after_commit(tasks.build_application_receipt, version.pk)
    messages.success(request, _("The application is sent in. Receipt %(receipt)s.") % {"receipt": version.receipt_number})
    return redirect(application)


@require_POST
@keeps_text_on("application_edit", FILES)
def application_file_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Saves the text that came with the form, then the file: a refused file costs nobody their text."""
    key = FILES
    application = own_application(request, pk)
    trouble = _text_beside(request, application, key)
    if trouble:
        return trouble
    whole = all_forms(application, application.draft.content)
    questions = whole.sections[key].questions
    form = ApplicationFileForm(request.POST, request.FILES, questions=questions, financiers=financiers_of(whole))
    if getattr(request, "upload_too_large", False):
        messages.error(request, _("The file is too large. The largest file that can be sent is 20 MB."))
    elif not form.is_valid():
        messages.error(request, _("Choose a file first."))
    else:
        _add_file(request, application, form)
    return redirect(f"{reverse('application_edit', args=[pk, key])}#filer")


def _add_file(request: HttpRequest, application: Application, form: ApplicationFileForm) -> None:
    try:
        stored = store.store(form.cleaned_data["file"], by=request.user)
        about = {"kind": form.file_kind(), "question": form.question(), "financier": form.financier()}
        actions.add_application_file(application, file=stored, **about, by=request.user)
    except (ValidationError, TransitionRefused) as refusal:
        messages.error(request, " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal))
    else:
        messages.success(request, _("The file is added."))


def _text_beside(request: HttpRequest, application: Application, key: str) -> HttpResponse | None:
    return _kept(request, application, key) if "revision" in request.POST else None


@require_POST
@keeps_text_on("application_edit", FILES)
def application_file_remove(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    key = FILES
    application = own_application(request, pk)
    found = get_object_or_404(application.files.filter(removed_at=None).select_related("file", "application__sketch"), pk=link)
    trouble = _text_beside(request, application, key)
    if trouble:
        return trouble
    attempt(request, partial(actions.remove_application_file, found, by=request.user), done=_("The file is taken away."))
    return redirect(f"{reverse('application_edit', args=[pk, key])}#filer")


def application_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    application = own_application(request, pk)
    form = WithdrawApplicationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.withdraw_application, application, reason=form.cleaned_data["reason"], by=request.user)
        attempt(request, act, done=_("The application is withdrawn."))
        return redirect(application)
    return render(request, "grants/application_withdraw.html", {"application": application, "form": form})
