"""The pages of roles, and the page that asks staff to protect their accounts."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kraftsamling.audit.log import history
from kraftsamling.lib.transitions import TransitionRefused

from . import actions
from .forms import GiveRoleForm
from .models import Programme, Role
from .permissions import can_give_roles, is_staff_anywhere, programmes_with_role

HISTORY_ROWS = 30


def second_factor_wanted(request: HttpRequest) -> HttpResponse:
    """Why a person with a role must set up a second step, and the two ways to do it."""
    if not is_staff_anywhere(request.user):
        return redirect("mfa_index")
    return render(request, "programmes/second_factor_wanted.html")


def role_list(request: HttpRequest) -> HttpResponse:
    """The programmes whose roles the person gives; straight to the page where there is one."""
    programmes = Programme.objects.filter(pk__in=programmes_with_role(request.user, Role.ADMINISTRATOR)).order_by("name", "pk")
    if not programmes:
        raise Http404
    if len(programmes) == 1:
        return redirect("programme_roles", programmes[0].slug)
    return render(request, "programmes/role_list.html", {"programmes": programmes})


def programme_roles(request: HttpRequest, slug: str) -> HttpResponse:
    programme = _administered(request, slug)
    return _roles_page(request, programme, GiveRoleForm())


@require_POST
def role_give(request: HttpRequest, slug: str) -> HttpResponse:
    programme = _administered(request, slug)
    form = GiveRoleForm(request.POST)
    if not form.is_valid():
        return _roles_page(request, programme, form)
    try:
        actions.give_role(programme, form.user, form.cleaned_data["role"], by=request.user)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s has the role.") % {"name": form.user.name})
    return redirect("programme_roles", slug)


@require_POST
def role_take(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    programme = _administered(request, slug)
    given = get_object_or_404(programme.roles.select_related("user"), pk=pk)
    try:
        actions.take_role(given, by=request.user)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s no longer has the role.") % {"name": given.user.name})
    if can_give_roles(request.user, programme):
        return redirect("programme_roles", slug)
    return redirect("home")


def _administered(request: HttpRequest, slug: str) -> Programme:
    programme = get_object_or_404(Programme, slug=slug)
    if not can_give_roles(request.user, programme):
        raise Http404
    return programme


def _roles_page(request: HttpRequest, programme: Programme, form: GiveRoleForm) -> HttpResponse:
    given = list(programme.roles.select_related("user", "given_by").order_by("user__name", "user_id", "pk"))
    groups = [(label, [row for row in given if row.role == role]) for role, label in Role.choices]
    context = {
        "programme": programme,
        "groups": [(label, rows) for label, rows in groups if rows],
        "form": form,
        "history": history(programme, internal=True)[:HISTORY_ROWS],
    }
    return render(request, "programmes/programme_roles.html", context)
