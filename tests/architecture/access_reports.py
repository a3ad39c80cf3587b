"""Who reaches the reports of a project, what it measures, and the documents that a worker makes."""

from tests.architecture.access_projects import HANDLES, READS
from tests.architecture.access_table import LOGGED_IN, OFFICERS, OWN, Row, button, form, kept, page
from tests.walks.world import VISITOR

PARTY = OWN | HANDLES
OTHERS = HANDLES - OFFICERS

REPORTS = {
    "report_list": page(LOGGED_IN),
    "report_list_file": Row(),
    **{f"report_list_file@{kind}": page(LOGGED_IN) for kind in ("csv", "xlsx")},
    "report_batch": button(OFFICERS),
    "report_plan": page(PARTY),
    "report_add": button(OFFICERS, forbidden=OWN | OTHERS),
    "report_move": button(OFFICERS, forbidden=OWN | OTHERS),
    "report_cancel": button(OFFICERS, forbidden=OWN | OTHERS),
    "indicator_list": page(OWN | READS),
    "indicator_add": form(OWN | OFFICERS, forbidden=READS),
    "indicator_edit": form(OWN | OFFICERS, forbidden=READS),
    "indicator_remove": button(OWN | OFFICERS, forbidden=READS),
    "report_detail": page(PARTY),
    "report_detail@draft": page(PARTY),
    "report_detail@final": page(PARTY),
    **{f"report_edit@{name}": form(OWN) for name in ("together", "indicators", "economy", "files", "work", "goals")},
    "report_edit": form(OWN),
    "report_edit@sent": Row(on=OWN),
    "report_autosave": Row(get=None, post=OWN, other={(VISITOR, "GET"): 405, (VISITOR, "POST"): 401}),
    "report_file_add": kept(OWN),
    "report_file_remove": kept(OWN),
    "report_file": page(PARTY),
    "report_preview": page(OWN),
    "report_submit": kept(OWN),
    "report_version": page(PARTY),
    "report_pdf": button(PARTY),
    "report_compare": page(PARTY),
    "report_review": form(OFFICERS, forbidden=OWN | OTHERS),
    "build_detail": page(PARTY),
    "build_file": page(PARTY),
    "build_again": button(PARTY),
}
"""The steering group, the reference group and other organisations reach no report, no file and no document by its number."""
