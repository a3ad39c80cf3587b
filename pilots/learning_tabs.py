"""The parts of the learning pages, and who is shown which."""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import OFFICERS, has_role_anywhere
from pilots.models import ANALYSIS_READERS, EVALUATION_READERS
from pilots.models.projects import CASE_READERS


class Tab(NamedTuple):
    """A key for the page that is open, a name, an address, and who is shown it; empty for everybody who is logged in."""

    key: str
    title: Any
    url_name: str
    roles: frozenset[Role] = frozenset()
    members: bool = False


TABS = (
    Tab("learnings", _("Learnings"), "learning_list"),
    Tab("indicators", _("Indicators"), "indicator_overview"),
    Tab("notes", _("Interviews"), "note_list", OFFICERS, members=True),
    Tab("matrix", _("Matrix"), "theme_matrix", EVALUATION_READERS),
    Tab("analyses", _("Joint analysis"), "analysis_list", ANALYSIS_READERS),
    Tab("evaluations", _("Stage evaluations"), "evaluation_list", EVALUATION_READERS),
    Tab("follow_ups", _("Yearly follow-up"), "follow_up_list", CASE_READERS),
    Tab("board_items", _("Items for the board"), "board_item_list", EVALUATION_READERS),
)


def tabs_for(user: Any) -> list[Tab]:
    return [
        tab for tab in TABS if not tab.roles or has_role_anywhere(user, *tab.roles) or (tab.members and user.organisation_ids)
    ]
