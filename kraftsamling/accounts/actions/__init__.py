"""All that can happen to people's accounts and to organisations."""

from .account import change_language, change_name, close_account, open_account
from .members import (
    accept_invitation,
    answer_join_request,
    ask_to_join,
    invite,
    leave,
    remove_member,
    revoke_invitation,
    set_contact,
)
from .organisations import change_organisation, register_organisation
from .signatories import add_signatory, end_signatory

__all__ = [
    "accept_invitation",
    "add_signatory",
    "answer_join_request",
    "ask_to_join",
    "change_language",
    "change_name",
    "change_organisation",
    "close_account",
    "end_signatory",
    "invite",
    "leave",
    "open_account",
    "register_organisation",
    "remove_member",
    "revoke_invitation",
    "set_contact",
]
