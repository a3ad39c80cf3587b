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
    return _g("Changed the organisation’s details: %(names)s.") % {"names": names}


def _contact(details: dict[str, Any]) -> str:
    if details["is_contact"]:
        return _g("Made %(name)s a contact.") % details
    return _g("%(name)s is no longer a contact.") % details


def _answered(details: dict[str, Any]) -> str:
    if details["accepted"]:
        return _g("Let in %(name)s.") % details
    return _g("Said no to %(name)s, who asked to join.") % details


register("accounts.user.open", _("Opened the account."), internal=True)
register("accounts.user.change_name", _("Changed the name of the account."), internal=True)
register("accounts.user.change_language", _("Chose the language %(language)s."), internal=True)
register("accounts.user.close", _("Closed the account."), internal=True)
register("accounts.organisation.register", _("Registered the organisation."))
register("accounts.organisation.change", _changed_fields)
register("accounts.organisation.ask_to_join", _("Asked to join."))
register("accounts.organisation.answer_join_request", _answered)
register("accounts.organisation.invite", _("Invited %(email)s."))
register("accounts.organisation.revoke_invitation", _("Took back the invitation of %(email)s."))
register("accounts.organisation.accept_invitation", _("Accepted the invitation and joined."))
register("accounts.organisation.leave", _("Left the organisation."))
register("accounts.organisation.remove_member", _("Removed %(name)s."))
register("accounts.organisation.set_contact", _contact)
register("accounts.organisation.add_signatory", _("Registered %(name)s as authorised signatory, with the proof “%(proof)s”."))
register("accounts.organisation.end_signatory", _("Ended the validity of %(name)s as authorised signatory on %(on)s."))
register("accounts.organisation.read_proof", _("Read the proof of %(name)s as authorised signatory."), internal=True)
