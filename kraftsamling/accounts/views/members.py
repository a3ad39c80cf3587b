"""Joining, inviting, leaving."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from kraftsamling.accounts import actions, permissions
from kraftsamling.accounts.actions.members import hash_of
from kraftsamling.accounts.forms import InviteForm, JoinForm
from kraftsamling.accounts.models import Invitation, Membership, Organisation
from kraftsamling.lib.transitions import TransitionRefused

from .organisations import detail_context, visible_organisation


def _tell(request: HttpRequest, done: str, act: Callable[[], Any]) -> bool:
    """Whether it happened; either way the person is told."""
    try:
        act()
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, done)
    return True


def join_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever knows the organisation number may ask; they see its name and nothing more."""
    organisation = get_object_or_404(Organisation, pk=pk)
    if permissions.is_member(request.user, organisation):
        return redirect(organisation)
    form = JoinForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/organisation_join.html", {"form": form, "organisation": organisation})
    done = _("You have asked. We mail you when somebody has answered.")
    _tell(request, done, lambda: actions.ask_to_join(organisation, message=form.cleaned_data["message"], by=request.user))
    return redirect("organisation_list")


@require_POST
def join_answer(request: HttpRequest, pk: int, request_pk: int) -> HttpResponse:
    organisation = visible_organisation(request, pk)
    asked = get_object_or_404(organisation.join_requests.select_related("user", "organisation"), pk=request_pk)
    accept = request.POST.get("answer") == "yes"
    done = _("You have let in %(name)s.") if accept else _("You have said no to %(name)s.")
    _tell(
        request,
        done % {"name": asked.user.name},
        lambda: actions.answer_join_request(asked, accept=accept, by=request.user),
    )
    return redirect(organisation)


@require_POST
def member_invite(request: HttpRequest, pk: int) -> HttpResponse:
    organisation = visible_organisation(request, pk)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return render(request, "accounts/organisation_detail.html", detail_context(request, organisation, form))
    email = form.cleaned_data["email"]
    done = _("We have mailed an invitation to %(email)s.") % {"email": email}
    _tell(request, done, lambda: actions.invite(organisation, email=email, by=request.user))
    return redirect(organisation)


@require_POST
def invitation_revoke(request: HttpRequest, pk: int, invitation_pk: int) -> HttpResponse:
    organisation = visible_organisation(request, pk)
    invitation = get_object_or_404(organisation.invitations.select_related("organisation"), pk=invitation_pk)
    _tell(request, _("The invitation is taken back."), lambda: actions.revoke_invitation(invitation, by=request.user))
    return redirect(organisation)


@login_not_required
@never_cache
@sensitive_variables("secret")
def invitation_accept(request: HttpRequest, secret: str) -> HttpResponse:
    """Open to everybody who has the link; who is not logged in is led to log-in or sign-up and back here."""
    invitation = Invitation.objects.select_related("organisation", "invited_by").filter(secret_hash=hash_of(secret)).first()
    if invitation is None:
        raise Http404
    is_for_me = permissions.can_accept_invitation(request.user, invitation)
    context = {"invitation": invitation, "is_for_me": is_for_me, "state": _state(invitation)}
    if request.method != "POST" or not is_for_me or context["state"] != "open":
        return render(request, "accounts/invitation_accept.html", context)
    done = _("Welcome! You now act for %(name)s.") % {"name": invitation.organisation.name}
    if _tell(request, done, lambda: actions.accept_invitation(invitation, by=request.user)):
        return redirect(invitation.organisation)
    return redirect(request.path)


def _state(invitation: Invitation) -> str:
    if invitation.accepted_at:
        return "accepted"
    if invitation.revoked_at:
        return "revoked"
    return "open" if invitation.expires_at > timezone.now() else "too_old"


@require_POST
def organisation_leave(request: HttpRequest, pk: int) -> HttpResponse:
    organisation = visible_organisation(request, pk)
    done = _("You no longer act for %(name)s.") % {"name": organisation.name}
    if _tell(request, done, lambda: actions.leave(organisation, by=request.user)):
        return redirect("organisation_list")
    return redirect(organisation)


@require_POST
def member_remove(request: HttpRequest, pk: int, user_pk: int) -> HttpResponse:
    membership = _membership(request, pk, user_pk)
    done = _("%(name)s no longer acts for the organisation.") % {"name": membership.user.name}
    _tell(request, done, lambda: actions.remove_member(membership.organisation, membership.user, by=request.user))
    return redirect("organisation_list") if membership.user == request.user else redirect(membership.organisation)


@require_POST
def member_contact(request: HttpRequest, pk: int, user_pk: int) -> HttpResponse:
    membership = _membership(request, pk, user_pk)
    is_contact = request.POST.get("is_contact") == "yes"
    _tell(request, _("Saved."), lambda: actions.set_contact(membership, is_contact=is_contact, by=request.user))
    return redirect(membership.organisation)


def _membership(request: HttpRequest, pk: int, user_pk: int) -> Membership:
    organisation = visible_organisation(request, pk)
    return get_object_or_404(organisation.memberships.select_related("user", "organisation"), user_id=user_pk)
