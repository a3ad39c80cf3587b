"""The pages of an organisation, and the list of all for those who run the programme."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from kraftsamling.accounts import actions, permissions
from kraftsamling.accounts.forms import InviteForm, OrganisationFilterForm, OrganisationForm, OrganisationNumberForm
from kraftsamling.accounts.forms import RegisterOrganisationForm as RegisterForm
from kraftsamling.accounts.models import Invitation, Organisation
from kraftsamling.accounts.queries import listed
from kraftsamling.audit.log import history
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.pagination import paged
from kraftsamling.lib.spreadsheet import csv_response, xlsx_response
from kraftsamling.lib.transitions import TransitionRefused

HISTORY_ROWS = 30


def visible_organisation(request: HttpRequest, pk: int) -> Organisation:
    """Raises Http404 for an organisation the person may not see."""
    return get_object_or_404(Organisation.objects.visible_to(request.user).select_related("seat"), pk=pk)


def organisation_list(request: HttpRequest) -> HttpResponse:
    """Mine, and those I have asked to join."""
    context = {
        "organisations": Organisation.objects.of_member(request.user).select_related("seat").in_swedish_order(),
        "waiting": request.user.join_requests.filter(answered_at=None).select_related("organisation"),
        "invitations": _open_invitations(request),
        "sees_all": permissions.sees_all_organisations(request.user),
    }
    return render(request, "accounts/organisation_list.html", context)


def _open_invitations(request: HttpRequest) -> Any:
    return Invitation.objects.open(at=timezone.now()).filter(email__iexact=request.user.email).select_related("organisation")


def organisation_all(request: HttpRequest) -> HttpResponse:
    if not permissions.sees_all_organisations(request.user):
        raise Http404
    form, rows = _filtered(request)
    page = paged(request, rows)
    return render(request, "accounts/organisation_all.html", {"form": form, "page": page, "sort": "name"})


def organisation_file(request: HttpRequest, extension: str) -> HttpResponseBase:
    """The same rows as the list, in a file."""
    if not permissions.sees_all_organisations(request.user):
        raise Http404
    _form, rows = _filtered(request)
    header = [_("Name"), _("Organisation number"), _("Kind"), _("Legal form"), _("Seat"), _("Members")]
    lines = (
        [row.name, row.org_number, row.get_kind_display(), row.get_legal_form_display(), row.seat.name, row.member_count]
        for row in rows.iterator(chunk_size=500)
    )
    if extension == "csv":
        return csv_response("organisationer", header, lines)
    return xlsx_response("organisationer", _("Organisations"), header, lines)


def _filtered(request: HttpRequest) -> tuple[OrganisationFilterForm, Any]:
    form = OrganisationFilterForm(request.GET)
    filters = form.cleaned_data if form.is_valid() else {}
    return form, listed(filters, sort=request.GET.get("sort", "name"))


def organisation_register(request: HttpRequest) -> HttpResponse:
    """First the number; then either the rest, or the way to join what is here already."""
    number_form = OrganisationNumberForm(request.GET or None)
    if request.method != "POST":
        if not request.GET or not number_form.is_valid():
            return render(request, "accounts/organisation_number.html", {"form": number_form})
        number = number_form.cleaned_data["org_number"]
        existing = Organisation.objects.filter(org_number=number).first()
        if existing:
            return redirect("organisation_join", existing.pk)
        return render(request, "accounts/organisation_register.html", {"form": RegisterForm(initial={"org_number": number})})
    form = RegisterForm(request.POST)
    if form.is_valid():
        return _registered(request, form.cleaned_data)
    return render(request, "accounts/organisation_register.html", {"form": form})


def _registered(request: HttpRequest, values: dict[str, Any]) -> HttpResponse:
    try:
        organisation = actions.register_organisation(**values, by=request.user)
    except TransitionRefused as refusal:
        messages.info(request, str(refusal))
        return redirect("organisation_join", Organisation.objects.get(org_number=values["org_number"]).pk)
    messages.success(request, _("The organisation is registered. Now invite a colleague: two contacts are safer than one."))
    return redirect(organisation)


def organisation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    organisation = visible_organisation(request, pk)
    return render(request, "accounts/organisation_detail.html", detail_context(request, organisation))


def detail_context(request: HttpRequest, organisation: Organisation, invite_form: InviteForm | None = None) -> dict[str, Any]:
    user, today = request.user, stockholm_today()
    memberships = list(
        organisation.memberships.filter(user__is_active=True).select_related("user").order_by("user__name", "user_id")
    )
    signatories = list(organisation.signatories.select_related("user", "proof").order_by("-valid_from_on", "-pk"))
    current = set(organisation.signatories.current(on=today).values_list("pk", flat=True))
    manages = permissions.can_manage_members(user, organisation)
    return {
        "organisation": organisation,
        "memberships": memberships,
        "contacts": sum(membership.is_contact for membership in memberships),
        "signatories": [(signatory, signatory.pk in current) for signatory in signatories],
        "invitations": organisation.invitations.open(at=timezone.now()).select_related("invited_by") if manages else [],
        "join_requests": organisation.join_requests.filter(answered_at=None).select_related("user") if manages else [],
        "history": history(organisation, internal=permissions.sees_all_organisations(user))[:HISTORY_ROWS],
        "invite_form": invite_form or InviteForm(),
        "can_change": permissions.can_change_organisation(user, organisation),
        "can_manage_members": manages,
        "can_register_signatory": permissions.can_register_signatory(user, organisation),
        "is_member": permissions.is_member(user, organisation),
        "sees_all": permissions.sees_all_organisations(user),
        "today": today,
    }


def organisation_change(request: HttpRequest, pk: int) -> HttpResponse:
    organisation = visible_organisation(request, pk)
    permissions.require(permissions.can_change_organisation(request.user, organisation))
    initial = {field: getattr(organisation, field) for field in ("name", "kind", "legal_form", "seat")}
    form = OrganisationForm(request.POST or None, initial=initial)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/organisation_change.html", {"form": form, "organisation": organisation})
    try:
        actions.change_organisation(organisation, **form.cleaned_data, by=request.user)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect(organisation)
