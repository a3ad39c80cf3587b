"""Registering a project that somebody else has decided on: the form and the budget on one page."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grants.budget import edits
from grants.budget.editor import editor
from grants.budget.reading import typed_budget
from grants.models import Call
from grants.models.calls import LAWFUL_SHARE_WITH_EU
from grants.views.budgets import pressed
from grants.views.common import keeps_text, unparked
from kraftsamling.accounts.models import PUBLIC_KINDS
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.transitions import TransitionRefused
from kraftsamling.programmes.models import Programme, Role
from kraftsamling.programmes.permissions import programmes_with_role
from pilots.actions import registration as actions
from pilots.forms.projects import RegisterForm


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def project_register(request: HttpRequest) -> HttpResponse:
    programme = Programme.objects.filter(pk__in=programmes_with_role(request.user, Role.PROCESS_LEADER)).order_by("pk").first()
    if programme is None:
        raise PermissionDenied
    if request.method == "POST":
        return _pressed(request, programme)
    parked = unparked(request, path=request.path)
    return _page(request, programme, RegisterForm(parked), typed_budget(parked or {}), restored=parked is not None)


def setting_of(programme: Programme, form: RegisterForm) -> edits.Setting:
    """What the budget is written by: the law's limits alone, since the call's were looked at where it was decided."""
    form.full_clean()
    cleaned: dict[str, Any] = getattr(form, "cleaned_data", {})
    call = Call(
        programme=programme, highest_share=LAWFUL_SHARE_WITH_EU, lowest_own_share=Decimal(0), funder=programme.funder,
        indirect_rate=cleaned.get("indirect_rate") or Decimal(0),
    )  # fmt: skip
    owner = getattr(form, "owner", None)
    return edits.Setting(
        call=call, starts_on=cleaned.get("starts_on"), ends_on=cleaned.get("ends_on"), grant_from=programme.funder,
        own_name=owner.name if owner else "", own_is_public=owner is not None and owner.kind in PUBLIC_KINDS,
    )  # fmt: skip


def _pressed(request: HttpRequest, programme: Programme) -> HttpResponse:
    """The buttons of the budget change what is typed and show the page again; only “Register” writes anything."""
    form = RegisterForm(request.POST)
    setting = setting_of(programme, form)
    edit, problems = pressed(request, typed_budget(request.POST), setting)
    if request.POST.get("do") != "register":
        if edit.refused:
            messages.error(request, edit.refused)
        kept = RegisterForm(initial=request.POST.dict())
        return _page(request, programme, kept, edit.typed, setting=setting, problems=problems, status=422 if problems else 200)
    return _register(request, programme, form, edit.typed, setting)


def _register(
    request: HttpRequest, programme: Programme, form: RegisterForm, typed: dict[str, str], setting: edits.Setting
) -> HttpResponse:
    budget = edits.form_of(typed, setting)
    if not form.is_valid() or budget.content is None or form.owner is None:
        return _page(request, programme, form, typed, setting=setting, asked=True, status=422)
    try:
        project = actions.register_project(
            programme, owner=form.owner, values=form.values(), content=budget.content, by=request.user
        )
    except TransitionRefused as refusal:
        form.add_error("cap", str(refusal))
        return _page(request, programme, form, typed, setting=setting, status=409)
    messages.success(request, _("The project is registered. Write what it is about, so that it can be published."))
    return redirect(project)


def _page(
    request: HttpRequest,
    programme: Programme,
    form: RegisterForm,
    typed: dict[str, str],
    *,
    setting: edits.Setting | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    setting = setting or setting_of(programme, form)
    budget = edits.form_of(typed or {"b_years": edits.years_text(_years(setting))}, setting)
    context = {
        "form": form, "call": setting.call, "editor": editor(budget), "wrong": budget.wrong_at(), "remaining": budget.remaining(),
        "problems": [], "pasted": request.POST.get("paste", ""), "asked": False, "restored": False,
    }  # fmt: skip
    return render(request, "pilots/project_register.html", {**context, **more}, status=status)


def _years(setting: edits.Setting) -> range | tuple[int, ...]:
    if setting.starts_on and setting.ends_on:
        return range(setting.starts_on.year, setting.ends_on.year + 1)
    return (stockholm_today().year,)
