"""Who may do what with calls, sketches, assessments and outcomes: predicates only, never when."""

from typing import Any

from django.core.exceptions import PermissionDenied

from kraftsamling.accounts.models import Organisation
from kraftsamling.programmes.models import Programme, Role
from kraftsamling.programmes.permissions import has_role, is_officer, is_process_leader

from .models import Application, Assessment, Call, CompletionRequest, Decision, Outcome, Sketch
from .models.sketches import CASE_READERS


def require(allowed: bool) -> None:
    """Raises PermissionDenied unless allowed."""
    if not allowed:
        raise PermissionDenied


def can_create_call(user: Any, programme: Programme) -> bool:
    return is_officer(user, programme)


def can_edit_call(user: Any, call: Call) -> bool:
    return is_officer(user, call.programme_id)


def can_publish_call(user: Any, call: Call) -> bool:
    return is_process_leader(user, call.programme_id)


def can_extend_deadline(user: Any, call: Call) -> bool:
    return is_officer(user, call.programme_id)


def can_read_board(user: Any, call: Call) -> bool:
    return has_role(user, call.programme_id, *CASE_READERS)


def can_keep_scenarios(user: Any, call: Call) -> bool:
    """Alternatives for the frame belong to all who may compare; they decide nothing."""
    return can_read_board(user, call)


def can_assign_reviewers(user: Any, call: Call) -> bool:
    return is_officer(user, call.programme_id)


def can_start_sketch(user: Any, organisation: Organisation) -> bool:
    return organisation.pk in user.organisation_ids


def can_write_sketch(user: Any, sketch: Sketch) -> bool:
    return sketch.organisation_id in user.organisation_ids


def can_answer_invitation(user: Any, application: Application) -> bool:
    return application.sketch.organisation_id in user.organisation_ids


def can_write_application(user: Any, application: Application) -> bool:
    return application.sketch.organisation_id in user.organisation_ids


def can_handle_application(user: Any, application: Application) -> bool:
    """Completion, preparation and proposal: an officer who may read the case."""
    return can_handle_sketch(user, application.sketch)


def can_follow_up_completion(user: Any, completion: CompletionRequest) -> bool:
    """What is done when nothing came is the process leader's to say, and never of somebody in conflict."""
    sketch = completion.application.sketch
    return is_process_leader(user, sketch.call.programme_id) and can_read_case_as_officer(user, sketch)


def can_read_messages(user: Any, sketch: Sketch) -> bool:
    """The organisation, and those who handle or decide; reviewers assess what was handed in."""
    return can_write_sketch(user, sketch) or can_read_case_as_officer(user, sketch)


def can_decide_on_application(user: Any, application: Application) -> bool:
    """A decision maker of the programme, never in conflict of interest (domain 10, rules 9 and 11)."""
    sketch = application.sketch
    return has_role(user, sketch.call.programme_id, Role.DECISION_MAKER) and can_read_case_as_officer(user, sketch)


def can_write_decision(user: Any, application: Application) -> bool:
    """The draft is written by those who prepare and by those who decide."""
    return can_read_case_as_officer(user, application.sketch)


def can_confirm_decision(user: Any, decision: Decision) -> bool:
    """That the organisation has read it, any of its members may say."""
    return decision.application.sketch.organisation_id in user.organisation_ids


def can_read_case_as_officer(user: Any, sketch: Sketch) -> bool:
    """Runs the call or decides, and is not in conflict of interest."""
    return Sketch.objects.readable_by_officer(user).filter(pk=sketch.pk).exists()


def can_handle_sketch(user: Any, sketch: Sketch) -> bool:
    """Notes, registry number and outcomes: an officer who may read the case."""
    return is_officer(user, sketch.call.programme_id) and can_read_case_as_officer(user, sketch)


def can_declare_conflict(user: Any, sketch: Sketch) -> bool:
    """Whoever may work with it, the economist too: the payments are of the case."""
    return has_role(user, sketch.call.programme_id, *CASE_READERS, Role.REVIEWER, Role.FINANCE_OFFICER)


def can_declare_on_assessment(user: Any, assessment: Assessment) -> bool:
    return assessment.reviewer_id == user.pk and has_role(user, assessment.sketch.call.programme_id, Role.REVIEWER)


def can_assess(user: Any, assessment: Assessment) -> bool:
    """The assigned reviewer, as long as no conflict is known: also one that has arisen after the declaration."""
    free = Sketch.objects.filter(pk=assessment.sketch_id).free_of_conflict_for(user)
    return can_declare_on_assessment(user, assessment) and free.exists()


def can_send_outcome(user: Any, outcome: Outcome) -> bool:
    """Answers go out from the process leader, and never from somebody in conflict."""
    return is_process_leader(user, outcome.sketch.call.programme_id) and can_read_case_as_officer(user, outcome.sketch)
