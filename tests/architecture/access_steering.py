"""Who reaches the dashboards of the steering group."""

from kraftsamling.programmes.models import Role
from tests.architecture.access_table import CASE_READERS, LEADER, OFFICERS, OTHER_LEADER, Row, button, form, page

FINANCE = frozenset({Role.FINANCE_OFFICER})
ROWS = CASE_READERS | FINANCE | {Role.STEERING_GROUP, OTHER_LEADER}
FIGURES = ROWS | {Role.REFERENCE_GROUP}
OF_THE_PROGRAMME = FIGURES - {OTHER_LEADER}
"""The leader of another programme sees the dashboards, of that other programme."""

STEERING = {
    "steering_home": page(FIGURES),
    "steering_money": page(FIGURES),
    "steering_platform": page(FIGURES),
    "steering_portfolio": page(FIGURES),
    "steering_rows": page(FIGURES),
    "steering_rows@parts": page(FIGURES),
    "steering_rows@projects": page(FIGURES),
    "steering_rows_file": Row(),
    **{f"steering_rows_file@{kind}": page(FIGURES) for kind in ("csv", "xlsx")},
    "steering_outcome": form(FINANCE, forbidden=OF_THE_PROGRAMME),
    "steering_outcome_save": button(FINANCE, forbidden=OF_THE_PROGRAMME),
    "steering_outcome_template": page(FINANCE, forbidden=OF_THE_PROGRAMME),
    "steering_outcome_undo": button(FINANCE, forbidden=ROWS - {OTHER_LEADER}),
    "steering_document": button(FIGURES),
    "steering_snapshots": form(FIGURES, acts=OFFICERS | FINANCE | {OTHER_LEADER}, forbidden=FIGURES),
    "steering_snapshot": page(OF_THE_PROGRAMME),
    "steering_yearly": page(FIGURES),
    "steering_yearly_file": Row(),
    **{f"steering_yearly_file@{kind}": page(FIGURES) for kind in ("csv", "xlsx")},
    "steering_yearly_sent": button(frozenset({LEADER, OTHER_LEADER}), forbidden=FIGURES),
}
