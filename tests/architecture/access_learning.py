"""Who reaches the addresses of what is learned."""

from kraftsamling.programmes.models import Role
from tests.architecture.access_table import (
    CASE_READERS,
    LOGGED_IN,
    OFFICERS,
    OTHER_LEADER,
    OWN,
    VISITOR,
    Row,
    button,
    form,
    page,
)

STEERING, ECONOMIST, REFERENCE = Role.STEERING_GROUP, Role.FINANCE_OFFICER, Role.REFERENCE_GROUP
PROJECT = CASE_READERS | {STEERING, ECONOMIST, Role.COMMUNICATIONS_OFFICER} | OWN
READERS = CASE_READERS | {STEERING}
ANY_OFFICER = OFFICERS | {OTHER_LEADER}


def written(who, **more):
    """A form that keeps the text of who has been logged out."""
    return form(who, **more)


LEARNING = {
    "project_learning": page(PROJECT),
    "learning_list": page(LOGGED_IN),
    "learning_list_file": Row(),
    **{f"learning_list_file@{kind}": page(LOGGED_IN) for kind in ("csv", "xlsx")},
    "learning_pick": page(ANY_OFFICER, forbidden=LOGGED_IN),
    "learning_pick@note": page(ANY_OFFICER, forbidden=LOGGED_IN),
    "learning_create": written(OFFICERS, forbidden=PROJECT),
    "learning_detail": page(PROJECT),
    "learning_edit": written(OFFICERS, forbidden=PROJECT),
    "learning_remove": button(OFFICERS, forbidden=PROJECT),
    "indicator_overview": page(LOGGED_IN),
    "indicator_overview_file": Row(),
    **{f"indicator_overview_file@{kind}": page(LOGGED_IN) for kind in ("csv", "xlsx")},
    "note_list": page(LOGGED_IN),
    "note_create": written(OFFICERS, forbidden=PROJECT),
    "note_detail": page(OFFICERS),
    "note_detail@approved": page(OFFICERS | OWN),
    "note_edit": written(OFFICERS),
    "note_approve": button(OFFICERS),
    "note_reopen": button(OFFICERS, forbidden=OWN),
    "passage_add": button(OFFICERS, forbidden=OWN),
    "passage_remove": button(OFFICERS, forbidden=OWN),
    "theme_list": form(ANY_OFFICER, forbidden=LOGGED_IN),
    "theme_edit": form(OFFICERS),
    "theme_retire": button(OFFICERS),
    "theme_matrix": page(READERS | {OTHER_LEADER}, forbidden=LOGGED_IN),
    "theme_matrix_file": Row(forbidden=LOGGED_IN - READERS - {OTHER_LEADER}),
    **{f"theme_matrix_file@{kind}": page(READERS | {OTHER_LEADER}, forbidden=LOGGED_IN) for kind in ("csv", "xlsx")},
    "passage_list": page(ANY_OFFICER),
    "analysis_list": page(LOGGED_IN),
    "analysis_create": form(ANY_OFFICER, forbidden=LOGGED_IN),
    "analysis_detail": page(READERS | {REFERENCE}),
    "analysis_detail@draft": Row(on=OFFICERS),
    "analysis_version": page(READERS | {REFERENCE}),
    "analysis_edit": page(OFFICERS),
    "analysis_preview": page(OFFICERS),
    "analysis_edit@published": Row(on=OFFICERS, forbidden=READERS | {REFERENCE}),
    "analysis_save": Row(get=None, post=OFFICERS, other={(VISITOR, "GET"): 405}),
    "analysis_autosave": Row(get=None, post=OFFICERS, other={(VISITOR, "GET"): 405, (VISITOR, "POST"): 401}),
    "analysis_publish": button(OFFICERS),
    "analysis_reopen": button(OFFICERS, forbidden=READERS | {REFERENCE}),
    "finding_add": written(OFFICERS),
    "finding_edit": written(OFFICERS),
    "finding_remove": button(OFFICERS),
    "quote_add": written(OFFICERS),
    "quote_remove": button(OFFICERS),
    "evaluation_list": page(LOGGED_IN),
    "evaluation_create": written(ANY_OFFICER, forbidden=LOGGED_IN),
    "evaluation_detail": page(READERS),
    "evaluation_detail@open": page(OFFICERS),
    "evaluation_note": button(OFFICERS),
    "goal_judge": written(OFFICERS),
    "evaluation_close": button(OFFICERS),
    "follow_up_list": page(CASE_READERS | {ECONOMIST, OTHER_LEADER}, forbidden=LOGGED_IN),
    "follow_up_detail": form(CASE_READERS | {ECONOMIST}, acts=OFFICERS, forbidden=CASE_READERS | {ECONOMIST}),
    "follow_up_detail@done": form(CASE_READERS | {ECONOMIST}, acts=OFFICERS, forbidden=CASE_READERS | {ECONOMIST}),
    "board_item_list": page(READERS | {OTHER_LEADER}, forbidden=LOGGED_IN),
    "board_item_create": written(ANY_OFFICER, forbidden=LOGGED_IN),
    "board_item_detail": page(OFFICERS),
    "board_item_detail@ready": page(READERS),
    "board_item_edit": written(OFFICERS),
    "board_item_edit@ready": Row(on=OFFICERS, post=OFFICERS, forbidden=READERS),
    "board_item_anew": form(OFFICERS),
    "board_item_ready": button(OFFICERS),
    "board_item_reopen": button(OFFICERS, forbidden=READERS),
    "board_item_pdf": button(READERS),
    "board_item_docx": page(READERS),
}
