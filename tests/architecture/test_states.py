"""Every state has a row in its table, and the drawn tables are the real ones."""

import pytest

from kraftsamling.lib.diagram import states_document
from kraftsamling.management.commands.state_diagrams import TABLES, TITLE, document_path


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.__name__)
def test_every_state_has_a_row_and_every_move_leads_to_a_state(kind):
    assert set(TABLES[kind]) == set(kind)
    assert set().union(*TABLES[kind].values()) <= set(kind)


def test_the_drawn_tables_are_current():
    assert document_path().read_text(encoding="utf-8") == states_document(TITLE, TABLES)
