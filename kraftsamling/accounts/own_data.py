"""Everything the programme keeps about a person, found by asking every model that points at people."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.db import models

from .models import Membership, User

NOT_LISTED = frozenset({Authenticator, EmailAddress, SocialAccount, Membership})
"""Shown in words of their own, or holding secrets."""
MOST_ROWS = 1000


def own_data(user: User) -> dict[str, Any]:
    """Ready for JSON. Rows of other apps are named by model and key, with what they are called."""
    return {
        "account": {
            "name": user.name,
            "email": user.email,
            "language": user.language,
            "joined_at": user.joined_at.isoformat(),
            "last_login": user.last_login.isoformat() if user.last_login else None,
        },
        "email_addresses": list(EmailAddress.objects.filter(user=user).values("email", "verified", "primary")),
        "second_step": [
            {"type": row.type, "added_at": row.created_at.isoformat()} for row in Authenticator.objects.filter(user=user)
        ],
        "other_log_in": list(SocialAccount.objects.filter(user=user).values("provider", "uid")),
        "organisations": [
            {"name": row.organisation.name, "org_number": row.organisation.org_number, "joined_at": row.joined_at.isoformat()}
            for row in Membership.objects.filter(user=user).select_related("organisation")
        ],
        "roles": [{"programme": role.programme.name, "role": role.role} for role in user.roles.select_related("programme")],
        "appears_in": _appearances(user),
    }


def _appearances(user: User) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for model in apps.get_models():
        if model in NOT_LISTED or model is User:
            continue
        for field in model._meta.get_fields():
            wanted = _about(user, field)
            if wanted and (listed := _listed(model._base_manager.filter(**wanted))):
                found[f"{model._meta.label_lower}.{field.name}"] = listed
    return found


def _about(user: User, field: Any) -> dict[str, Any] | None:
    """How the rows are found where the field points at the person, or holds the address: an invitation knows no account."""
    if isinstance(field, models.ForeignKey) and field.related_model is User:
        return {field.name: user}
    return {f"{field.name}__iexact": user.email} if isinstance(field, models.EmailField) else None


def _listed(rows: models.QuerySet) -> list[dict[str, Any]]:
    """Each row by its key and what it is called; of very many, the first ones and how many there are more."""
    listed: list[dict[str, Any]] = [{"id": str(row.pk), "is": str(row)} for row in rows.order_by("pk")[:MOST_ROWS]]
    if len(listed) == MOST_ROWS and (more := rows.count() - MOST_ROWS):
        listed.append({"more": more})
    return listed
