"""Who reaches the money of a project: the owner, who handles the case, and the economist who pays."""

from kraftsamling.programmes.models import Role
from tests.architecture.access_table import CASE_READERS, DECIDER, NOBODY, OFFICERS, OWN, Row, button, form, kept, page

ECONOMIST = frozenset({Role.FINANCE_OFFICER})
DECIDES = ECONOMIST | {DECIDER}
READERS = OWN | CASE_READERS | ECONOMIST
NOT_OWNER, NOT_ECONOMIST, NOT_DECIDING = READERS - OWN, READERS - ECONOMIST, OWN | OFFICERS

MONEY = {
    "project_money": form(READERS, acts=NOBODY),
    "project_money@settled": form(READERS),
    "account_set": button(OWN, forbidden=NOT_OWNER),
    "payment_begin": button(OWN, forbidden=NOT_OWNER),
    "project_settle": form(DECIDES, forbidden=NOT_DECIDING),
    "payment_detail": page(READERS),
    "payment_detail@draft": Row(on=OWN),
    "payment_detail@returned": page(READERS),
    "payment_detail@decided": page(READERS),
    "payment_rows_file": Row(),
    "payment_rows_file@csv": page(READERS),
    "payment_rows_file@xlsx": page(READERS),
    "payment_rows_file@draft": page(OWN),
    "payment_edit": form(OWN),
    "payment_edit@sent": Row(on=OWN),
    "payment_paste": kept(OWN),
    "payment_import": button(OWN),
    "payment_books": form(OWN),
    "payment_indirect": button(OWN),
    "payment_file_add": button(OWN),
    "payment_file_remove": button(OWN),
    "payment_file": page(READERS),
    "payment_file@draft": page(OWN),
    "payment_preview": page(OWN),
    "payment_final": button(OWN),
    "payment_submit": button(OWN),
    "payment_withdraw": button(OWN),
    "payment_document": button(READERS),
    "payment_document@sent": button(frozenset()),
    "payment_list": page(ECONOMIST),
    "payment_review": form(ECONOMIST, forbidden=NOT_ECONOMIST),
    "payment_approve_rest": button(ECONOMIST, forbidden=NOT_ECONOMIST),
    "payment_return": button(ECONOMIST, forbidden=NOT_ECONOMIST),
    "payment_decide": button(ECONOMIST, forbidden=NOT_ECONOMIST),
    "payout_list": page(ECONOMIST),
    "payout_batch_make": button(ECONOMIST),
    "payout_batch_file": Row(),
    "payout_batch_file@csv": page(ECONOMIST),
    "payout_batch_file@xlsx": page(ECONOMIST),
    "payout_paid": Row(post=ECONOMIST, on=ECONOMIST),
    "payout_cancel": button(ECONOMIST),
    "payout_take_back": button(ECONOMIST),
    "advance_ask": form(OWN, forbidden=NOT_OWNER),
    "advance_detail": form(READERS, acts=NOBODY),
    "advance_detail@decided": form(READERS),
    "advance_decide": button(DECIDES, forbidden=NOT_DECIDING),
    "advance_withdraw": button(OWN, forbidden=NOT_OWNER),
    "recovery_open": form(DECIDES, forbidden=NOT_DECIDING),
    "recovery_detail": form(READERS, acts=NOBODY),
    "recovery_detail@decided": form(READERS),
    "recovery_answer": button(OWN, forbidden=NOT_OWNER),
    "recovery_decide": button(DECIDES, forbidden=NOT_DECIDING),
    "recovery_drop": button(DECIDES, forbidden=NOT_DECIDING),
    "recovery_repay": button(DECIDES, forbidden=NOT_DECIDING),
}
ADDRESSES = {
    "project_money": "/projekt/1/utbetalning/",
    "payment_list": "/projekt/utbetalning/",
    "payment_detail": "/projekt/utbetalning/1/",
    "payout_list": "/projekt/betalningar/",
    "advance_detail": "/projekt/forskott/1/",
    "recovery_detail": "/projekt/aterkrav/1/",
}
