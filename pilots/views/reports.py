"""Writing a report: its parts, the reading through, the signature and the hand-in."""

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

from grants.actions.sketches import DraftConflict
from grants.forms.drafts import typed_content
from grants.forms.hand_in import SubmitForm
from grants.forms.rows import row_anchor
from grants.views.common import (
    attempt,
    autosaved,
    checks_of,
    keeps_text,
    keeps_text_on,
    log_in_first,
    number,
    unparked,
)
from kraftsamling.accounts.models import Signatory
from kraftsamling.files import store
from kraftsamling.files.uploads import upload_refusal
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.transitions import TransitionRefused
from pilots import report_content
from pilots.actions import reports as actions
from pilots.forms.report_files import ReportFileForm
from pilots.forms.reports import BY_KEY, ECONOMY, FILES, ReportForm, ReportForms, content_of, sections_of
from pilots.models import Report, ReportReview
from pilots.report_documents import parts_of_content
from pilots.report_tables import economy_table

PREVIEW = "preview"


def own_report(request: HttpRequest, pk: int) -> Report:
    """The report, if it is of the person's organisation. Raises Http404 otherwise."""
    reports = Report.objects.filter(project__owner__in=request.user.organisation_ids).with_details()
    return get_object_or_404(reports.select_related("draft__saved_by", "project__decision__application_version"), pk=pk)


def typed_of(report: Report, given: report_content.Given) -> dict[str, Any]:
    """What has been written, or what the report begins with."""
    return report.draft.content if report.draft.revision else report_content.begun(report, given=given)


def comments_of(report: Report) -> dict[str, str]:
    """What the officer has said of the version that was returned."""
    review = ReportReview.objects.filter(version=report.current_version_id).exclude(outcome="").first()
    return review.comments if review else {}


def _section(report: Report, key: str) -> Any:
    if key not in BY_KEY or (BY_KEY[key].only_final and not report.is_final):
        raise Http404
    return BY_KEY[key]


@keeps_text
def report_edit(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    report = own_report(request, pk)
    section = _section(report, key)
    if not report.is_being_written:
        return redirect(report)
    if request.method == "POST":
        return _saved(request, report, key)
    given = report_content.given(report)
    typed, revision = typed_of(report, given), report.draft.revision
    parked = unparked(request, path=request.path)
    if parked is not None:
        typed = {**typed, **typed_content(parked, ReportForm(section, typed, given=given))}
        revision = number(parked.get("revision", ""))
    return _page(request, report, key, ReportForms(typed, given=given), revision=revision, restored=parked is not None)


def _page(request: HttpRequest, report: Report, key: str, whole: ReportForms, *, revision: int, **more: Any) -> HttpResponse:
    form, comments = whole.parts[key], comments_of(report)
    context = {
        "report": report,
        "project": report.project,
        "form": form,
        "key": key,
        "sections": whole.progress(comments),
        "next_key": next_part(report, key),
        "wrong": form.wrong(),
        "remaining": form.remaining(),
        "revision": revision,
        "comment": comments.get(key, ""),
        "table": economy_table(form) if key == ECONOMY else None,
        "today": stockholm_today(),
        **more,
    }
    if key == FILES:
        context |= {"files": report.files.kept().select_related("file").order_by("added_at", "pk"), "file_form": ReportFileForm()}
    if request.GET.get("kontroll") != "1":
        form.hide_remaining()
    return render(request, "pilots/report_edit.html", context)


def next_part(report: Report, key: str) -> str:
    """The part after this one; after the last comes the reading through."""
    keys = [section.key for section in sections_of(report.is_final)]
    return dict(zip(keys, [*keys[1:], PREVIEW], strict=True))[key]


def _saved(request: HttpRequest, report: Report, key: str) -> HttpResponse:
    trouble = _kept(request, report, key)
    if trouble:
        return trouble
    goes_to = request.POST.get("next", "")
    if goes_to == PREVIEW:
        return redirect("report_preview", report.pk)
    if goes_to not in {section.key for section in sections_of(report.is_final)}:
        messages.success(request, _("Saved."))
        goes_to = key
    return redirect(reverse("report_edit", args=[report.pk, goes_to]) + row_anchor(request.POST, ReportForm.row_groups))


def _kept(request: HttpRequest, report: Report, key: str) -> HttpResponse | None:
    """Keeps what was typed in the part; the page that tells why, if it could not be kept."""
    given = report_content.given(report)
    form = ReportForm(BY_KEY[key], request.POST.dict(), given=given)
    typed = typed_content(request.POST, form)
    try:
        _save(request, report, form, typed)
    except DraftConflict:
        return _conflict(request, report, key, typed, given=given)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(report)
    return None


def _save(request: HttpRequest, report: Report, form: ReportForm, typed: dict[str, Any]) -> int:
    begun = {} if report.draft.revision else report_content.begun(report, given=form.given)
    revision = number(request.POST.get("revision", ""))
    return actions.save_report_draft(report, typed=typed, names=form.all_names(), begun=begun, revision=revision, by=request.user)


def _conflict(
    request: HttpRequest, report: Report, key: str, mine: dict[str, Any], *, given: report_content.Given
) -> HttpResponse:
    """Both texts, side by side; nothing is overwritten until the person has chosen."""
    report.draft.refresh_from_db()
    theirs = report.draft.content
    form = ReportForm(BY_KEY[key], {**theirs, **mine}, given=given)
    form.is_valid()
    form.hide_remaining()
    context = {
        "report": report,
        "draft": report.draft,
        "form": form,
        "key": key,
        "revision": report.draft.revision,
        "differing": form.differences(theirs, mine),
        "table": economy_table(form) if key == ECONOMY else None,
    }
    return render(request, "pilots/report_conflict.html", context, status=409)


@login_not_required
@require_POST
def report_autosave(request: HttpRequest, pk: int, key: str) -> JsonResponse:
    if not request.user.is_authenticated:
        return JsonResponse({"logged_out": True}, status=401)
    report = own_report(request, pk)
    section = _section(report, key)
    form = ReportForm(section, request.POST.dict(), given=report_content.given(report))
    form.data = typed = typed_content(request.POST, form)

    said = _("Somebody else has saved the report. Press Save, and you will see both texts.")
    back = reverse("report_edit", args=[pk, key])
    return autosaved(
        partial(_save, request, report, form, typed), conflict=(said, back), case=report, checks=partial(checks_of, request, form)
    )


# ---- Reading through and handing in


def _whole(report: Report) -> ReportForms:
    given = report_content.given(report)
    return ReportForms(typed_of(report, given), given=given)


def _signatories(report: Report) -> Any:
    current = Signatory.objects.current(on=stockholm_today(timezone.now()))
    return current.filter(organisation=report.project.owner_id).order_by("name", "pk")


@require_GET
def report_preview(request: HttpRequest, pk: int) -> HttpResponse:
    report = own_report(request, pk)
    if not report.is_being_written:
        return redirect(report)
    return _preview(request, report, _whole(report), SubmitForm(signatories=_signatories(report)))


def _preview(request: HttpRequest, report: Report, whole: ReportForms, form: SubmitForm) -> HttpResponse:
    draft = report.draft
    complete = whole.is_complete()
    kept = report_content.frozen(report, content_of(whole), _links(report), given=whole.given) if complete else None
    context = {
        "report": report,
        "project": report.project,
        "sections": whole.progress(comments_of(report)),
        "wrong": whole.wrong(),
        "remaining": whole.remaining(),
        "parts": parts_of_content(kept, comments={}) if kept else None,
        "revision": draft.revision,
        "form": form,
        "signatories": form.fields["signatory"].queryset if report.is_final else [],
        "ready": draft if draft.ready_revision == draft.revision and draft.revision else None,
        "today": stockholm_today(),
    }
    return render(request, "pilots/report_preview.html", context)


def _links(report: Report) -> Any:
    return report.files.kept().select_related("file").order_by("added_at", "pk")


@login_not_required
@require_POST
def report_submit(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect(log_in_first(reverse("report_preview", args=[pk])))
    report = own_report(request, pk)
    revision = number(request.POST.get("revision", ""))
    if "ready" in request.POST:
        act = partial(actions.mark_report_ready, report, revision=revision, by=request.user)
        attempt(request, act, done=_("You have said that the report is ready. Now a colleague can send it in."))
        return redirect("report_preview", pk)
    form = SubmitForm(request.POST, signatories=_signatories(report))
    if not report.is_final:
        del form.fields["signatory"]
    with translation.override(settings.LANGUAGE_CODE):
        whole = _whole(report)
        content = content_of(whole) if form.is_valid() and whole.is_complete() else None
    if content is None:
        return _preview(request, report, _whole(report), form) if report.is_being_written else redirect(report)
    said = {"content": content, "given": whole.given, "signatory": form.cleaned_data.get("signatory"), "revision": revision}
    return _hand_in(request, report, said)


def _hand_in(request: HttpRequest, report: Report, said: dict[str, Any]) -> HttpResponse:
    try:
        with translation.override(settings.LANGUAGE_CODE):
            version = actions.submit_report(report, by=request.user, **said)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("report_preview", report.pk)
    messages.success(request, _("The report is sent in. Receipt %(receipt)s.") % {"receipt": version.receipt_number})
    return redirect(report)


# ---- Pictures and files


@require_POST
@keeps_text_on("report_edit", FILES)
def report_file_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Saves the text that came with the form, then the file: a refused file costs nobody their text."""
    report = own_report(request, pk)
    too_large = upload_refusal(request)
    trouble = _kept(request, report, FILES) if "revision" in request.POST else None
    if trouble:
        return trouble
    form = ReportFileForm(request.POST, request.FILES)
    if too_large:
        messages.error(request, too_large)
    elif not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
    else:
        _add_file(request, report, form)
    return redirect(f"{reverse('report_edit', args=[pk, FILES])}#filer")


def _add_file(request: HttpRequest, report: Report, form: ReportFileForm) -> None:
    try:
        stored = store.store(form.cleaned_data["file"], by=request.user)
        actions.add_report_file(report, file=stored, alt=form.alt(), by=request.user)
    except (ValidationError, TransitionRefused) as refusal:
        messages.error(request, " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal))
    else:
        messages.success(request, _("The file is added."))


@require_POST
@keeps_text_on("report_edit", FILES)
def report_file_remove(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    report = own_report(request, pk)
    found = get_object_or_404(report.files.kept().select_related("file", "report__project"), pk=link)
    trouble = _kept(request, report, FILES) if "revision" in request.POST else None
    if trouble:
        return trouble
    attempt(request, partial(actions.remove_report_file, found, by=request.user), done=_("The file is taken away."))
    return redirect(f"{reverse('report_edit', args=[pk, FILES])}#filer")
