"""The record of a case: its public documents as list and file, secrecy marks, and disclosure as one PDF."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants import actions, permissions, records, tasks
from grants.forms.correspondence import DiscloseForm, MarkForm
from grants.models import Disclosure, Sketch
from kraftsamling.files.responses import send
from kraftsamling.lib.handover import after_commit
from kraftsamling.lib.transitions import TransitionRefused

from .common import as_file, attempt
from .correspondence import party_sketch

DISCLOSURES_SHOWN = 20


@require_GET
def case_record(request: HttpRequest, pk: int) -> HttpResponse:
    sketch = party_sketch(request, pk)
    rows = records.documents(sketch)
    return render(request, "grants/case_record.html", _record_context(request, sketch, rows, ticked=set()))


def _record_context(request: HttpRequest, sketch: Sketch, rows: list[records.Document], **more: Any) -> dict[str, Any]:
    own = permissions.can_write_sketch(request.user, sketch)
    handles = not own and permissions.can_handle_sketch(request.user, sketch)
    context = {"sketch": sketch, "rows": rows, "parties": records.parties(sketch), "own": own, "handles": handles}
    if handles:
        disclosures = sketch.disclosures.select_related("asked_by", "pdf").order_by("-asked_at", "-pk")
        context |= {
            "disclose_form": DiscloseForm(rows=rows),
            "mark_form": MarkForm(rows=rows, initial={"authority": records.authority_of(sketch)}),
            "disclosures": disclosures[:DISCLOSURES_SHOWN],
        }
    return {**context, **more}


@require_GET
def case_record_file(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    sketch = party_sketch(request, pk)
    rows = records.export_rows(sketch, records.documents(sketch))
    return as_file(kind, f"handlingar-{sketch.number or sketch.pk}", _("Documents"), records.export_header(), rows)


@require_POST
def case_mark(request: HttpRequest, pk: int) -> HttpResponse:
    sketch = party_sketch(request, pk)
    permissions.require(permissions.can_handle_sketch(request.user, sketch))
    rows = records.documents(sketch)
    form = MarkForm(request.POST, rows=rows)
    if not form.is_valid():
        context = _record_context(request, sketch, rows, ticked=set(), mark_form=form)
        return render(request, "grants/case_record.html", context, status=422)
    titles = {row.key: row.title for row in rows}
    title = titles[form.cleaned_data["document"]]
    act = partial(actions.mark_document, sketch, title=title, by=request.user, **form.cleaned_data)
    attempt(request, act, done=_("The document is marked. The mark is a warning: each request is tried anew."))
    return redirect("case_record", pk)


@require_POST
def case_unmark(request: HttpRequest, pk: int, mark: int) -> HttpResponse:
    sketch = party_sketch(request, pk)
    found = get_object_or_404(sketch.secrecy_marks.filter(removed_at=None), pk=mark)
    found.sketch = sketch
    titles = {row.key: row.title for row in records.documents(sketch)}
    act = partial(actions.unmark_document, found, title=titles.get(found.document, found.document), by=request.user)
    attempt(request, act, done=_("The mark is taken away."))
    return redirect("case_record", pk)


@require_POST
def case_disclose(request: HttpRequest, pk: int) -> HttpResponse:
    sketch = party_sketch(request, pk)
    permissions.require(permissions.can_handle_sketch(request.user, sketch))
    rows = records.documents(sketch)
    form = DiscloseForm(request.POST, rows=rows)
    if not form.is_valid():
        ticked = set(request.POST.getlist("documents"))
        context = _record_context(request, sketch, rows, ticked=ticked, disclose_form=form)
        return render(request, "grants/case_record.html", context, status=422)
    wanted = set(form.cleaned_data["documents"])
    titles = [row.title for row in rows if row.key in wanted]
    disclosure = actions.disclose_documents(sketch, titles=titles, by=request.user, **form.cleaned_data)
    after_commit(tasks.build_disclosure, disclosure.pk)
    messages.success(request, _("The file is being made. It stands below when it is ready; reload the page to see."))
    return redirect(f"{sketch.get_absolute_url()}handlingar/#utlamnande")


def _disclosure(request: HttpRequest, pk: int, disclosure: int) -> Disclosure:
    """Those who hand out documents read what has been handed out."""
    sketch = party_sketch(request, pk)
    permissions.require(permissions.can_handle_sketch(request.user, sketch))
    found = get_object_or_404(sketch.disclosures.select_related("pdf"), pk=disclosure)
    found.sketch = sketch
    return found


@require_GET
def case_disclosure(request: HttpRequest, pk: int, disclosure: int) -> HttpResponseBase:
    found = _disclosure(request, pk, disclosure)
    if found.pdf is None:
        raise Http404
    return send(request, found.pdf)


@require_POST
def case_disclosure_retry(request: HttpRequest, pk: int, disclosure: int) -> HttpResponse:
    found = _disclosure(request, pk, disclosure)
    try:
        actions.retry_disclosure(found, by=request.user)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        after_commit(tasks.build_disclosure, found.pk)
        messages.success(request, _("The file is being made once more."))
    return redirect(f"{sketch_url(found)}#utlamnande")


def sketch_url(disclosure: Disclosure) -> str:
    return f"{disclosure.sketch.get_absolute_url()}handlingar/"
