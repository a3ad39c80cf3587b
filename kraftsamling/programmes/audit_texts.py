"""The sentences of the role entries in the case log."""

from typing import Any

from django.utils.translation import gettext as _

from kraftsamling.audit.log import register

from .models import Role


def _role_name(details: dict[str, Any]) -> str:
    return str(dict(Role.choices).get(details["role"], details["role"]))


def _given(details: dict[str, Any]) -> str:
    return _("Gave %(name)s the role %(role)s.") % {"name": details["name"], "role": _role_name(details)}


def _taken(details: dict[str, Any]) -> str:
    return _("Took the role %(role)s from %(name)s.") % {"name": details["name"], "role": _role_name(details)}


register("programmes.role.give", _given, internal=True)
register("programmes.role.take", _taken, internal=True)
