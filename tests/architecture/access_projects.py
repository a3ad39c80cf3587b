"""Who reaches a project, its public page and the changes of its terms."""

from kraftsamling.programmes.models import Role
from tests.architecture.access_table import (
    CASE_READERS,
    DECIDER,
    EVERYBODY,
    LEADER,
    LOGGED_IN,
    OFFICERS,
    OTHER_LEADER,
    OWN,
    Row,
    button,
    form,
    page,
)
from tests.walks.world import VISITOR

STEERING = frozenset({Role.STEERING_GROUP})
HANDLES = CASE_READERS | {Role.FINANCE_OFFICER}
READS = HANDLES | STEERING | {Role.COMMUNICATIONS_OFFICER}
PUBLISHES = frozenset({LEADER, Role.COMMUNICATIONS_OFFICER})
FOR_ALL_WHO_READ = page(OWN | READS)

PROJECTS = {
    "public_project_list": page(EVERYBODY),
    "public_project_file": Row(other={(VISITOR, "GET"): 404, (VISITOR, "POST"): 405}),
    **{f"public_project_file@{kind}": page(EVERYBODY) for kind in ("csv", "xlsx", "json")},
    "public_project": page(EVERYBODY),
    "public_project@unpublished": Row(other={(VISITOR, "GET"): 404}),
    "project_list": page(LOGGED_IN),
    "project_list_file": Row(),
    **{f"project_list_file@{kind}": page(LOGGED_IN) for kind in ("csv", "xlsx")},
    "project_register": form(frozenset({LEADER, OTHER_LEADER}), forbidden=LOGGED_IN),
    "project_feed": page(EVERYBODY),
    "project_feed@renewed": Row(other={(VISITOR, "GET"): 404}),
    "project_feed_renew": button(OWN | READS),
    "project_detail": FOR_ALL_WHO_READ,
    "project_detail@elsewhere": FOR_ALL_WHO_READ,
    "project_timeline": FOR_ALL_WHO_READ,
    "project_calendar": FOR_ALL_WHO_READ,
    "project_history": FOR_ALL_WHO_READ,
    "project_terms": FOR_ALL_WHO_READ,
    "project_describe": form(OWN | OFFICERS, forbidden=READS),
    "project_people": form(OWN | OFFICERS, forbidden=READS),
    "project_conflict": button(HANDLES, forbidden=OWN | READS),
    "project_publish": button(PUBLISHES, forbidden=OWN | READS),
    "project_unpublish": button(PUBLISHES, forbidden=OWN | READS),
    "change_list": page(OWN | HANDLES),
    "change_begin": button(OWN, forbidden=HANDLES),
    "change_detail": page(OWN | HANDLES),
    "change_detail@draft": page(OWN),
    "change_detail@decided": page(OWN | HANDLES),
    "change_edit": form(OWN),
    "change_edit@sent": Row(on=OWN, forbidden=HANDLES),
    "change_autosave": Row(get=None, post=OWN, other={(VISITOR, "GET"): 405, (VISITOR, "POST"): 401}),
    "change_budget": form(OWN),
    "change_file_add": button(OWN),
    "change_file_remove": button(OWN),
    "change_file": page(OWN | HANDLES),
    "change_file@draft": page(OWN),
    "change_letter": page(OWN | HANDLES),
    "change_letter@waiting": Row(),
    "change_send": button(OWN),
    "change_withdraw": button(OWN, forbidden=HANDLES),
    "change_decide": form(frozenset({DECIDER}), forbidden=OWN | HANDLES),
}
