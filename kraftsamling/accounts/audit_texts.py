"""The sentences of the account and organisation entries in the case log."""

from typing import Any

from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from kraftsamling.audit.log import register

CHANGED = {
    "name": _("name"),
    "kind": _("kind of organisation"),
    "legal_form": _("legal form"),
    "seat": _("seat"),
}


def _changed_fields(details: dict[str, Any]) -> str:
    names = ", ".join(str(CHANGED.get(field, field)) for field in details["fields"])
    return _g("changed the organisation’s details: %(names)s") % {"names": names}


def _contact(details: dict[str, Any]) -> str:
    if details["is_contact"]:
        return _g("made %(name)s a contact") % details
    return _g("%(name)s is no longer a contact") % details


def _answered(details: dict[str, Any]) -> str:
    if details["accepted"]:
        return _g("let %(name)s join") % details
    return _g("said no to %(name)s, who asked to join") % details


register("accounts.user.open", _("opened the account"), internal=True)
register("accounts.user.change_name", _("changed the name of the account"), internal=True)
register("accounts.user.change_language", _("chose the language %(language)s"), internal=True)
register("accounts.user.close", _("closed the account"), internal=True)
register("accounts.organisation.register", _("registered the organisation"))
register("accounts.organisation.change", _changed_fields)
register("accounts.organisation.ask_to_join", _("asked to join"))
register("accounts.organisation.answer_join_request", _answered)
register("accounts.organisation.invite", _("invited %(email)s"))
register("accounts.organisation.revoke_invitation", _("took back the invitation of %(email)s"))
register("accounts.organisation.accept_invitation", _("accepted the invitation and joined"))
register("accounts.organisation.leave", _("left the organisation"))
register("accounts.organisation.remove_member", _("removed %(name)s"))
register("accounts.organisation.set_contact", _contact)
register("accounts.organisation.add_signatory", _("registered %(name)s as authorised signatory, with the proof “%(proof)s”"))
register("accounts.organisation.end_signatory", _("ended the validity of %(name)s as authorised signatory on %(on)s"))
register("accounts.organisation.read_proof", _("read the proof of %(name)s as authorised signatory"), internal=True)
