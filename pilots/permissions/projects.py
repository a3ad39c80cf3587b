"""Who may do what with a project, its page and its terms."""

from typing import Any

from kraftsamling.programmes.models import Programme, Role
from kraftsamling.programmes.permissions import OFFICERS, has_role, is_process_leader
from pilots.models import CASE_READERS, PUBLISHERS, ChangeRequest, Project


def can_register_project(user: Any, programme: Programme) -> bool:
    return is_process_leader(user, programme)


def is_member(user: Any, project: Project) -> bool:
    return user.is_authenticated and project.owner_id in user.organisation_ids


def can_handle_project(user: Any, project: Project) -> bool:
    """An officer of the programme, not in conflict of interest."""
    return _handles(user, project, *OFFICERS)


def can_describe_project(user: Any, project: Project) -> bool:
    """The owner's members and the officers write what the project is."""
    return is_member(user, project) or can_handle_project(user, project)


def can_publish_project(user: Any, project: Project) -> bool:
    """What becomes public is the process leader's or the communications officer's to say."""
    return _handles(user, project, *PUBLISHERS)


def can_ask_for_change(user: Any, project: Project) -> bool:
    return is_member(user, project)


def can_write_change(user: Any, change: ChangeRequest) -> bool:
    """As long as it is not decided: a member of the owner that asks."""
    return user.is_authenticated and change.organisation_id in user.organisation_ids


def can_decide_change(user: Any, change: ChangeRequest) -> bool:
    """A decision maker of the programme: never of the owner, of who is to be the owner, or of a partner (domain 10, rule 11)."""
    if not user.is_authenticated or {change.project.owner_id, change.organisation_id, change.new_owner_id} & set(
        user.organisation_ids
    ):
        return False
    return _handles(user, change.project, Role.DECISION_MAKER)


def reads_case(user: Any, project: Project) -> bool:
    """What the owner has sent in: the owner's members, and who handles the case."""
    return is_member(user, project) or _handles(user, project, *CASE_READERS)


def can_report_conflict(user: Any, project: Project) -> bool:
    """Whoever handles the case: nobody reports that of what is closed to them already."""
    return _handles(user, project, *CASE_READERS)


def _handles(user: Any, project: Project, *roles: Role) -> bool:
    return has_role(user, project.programme_id, *roles) and _is_free(user, project)


def _is_free(user: Any, project: Project) -> bool:
    """Not in conflict of interest. Asked once for each copy of the project, since a page asks for several rights at once."""
    known = project.__dict__.setdefault("_free_for", {})
    if user.pk not in known:
        known[user.pk] = Project.objects.free_of_conflict_for(user).filter(pk=project.pk).exists()
    return bool(known[user.pk])


def keep_as_read(user: Any, project: Project) -> None:
    """For a project that was found by visible_to: who is not of its owner has no conflict of interest in it, or would not see it."""
    if not is_member(user, project):
        project.__dict__.setdefault("_free_for", {})[user.pk] = True
