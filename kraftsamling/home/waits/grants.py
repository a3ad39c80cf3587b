"""What waits in calls, sketches, applications and decisions, and in organisations, in the order in which it is shown."""

from . import keepers, members, officers, reviewers
from .kinds import Source

SOURCES = (
    Source(members.drafts, members.finish_draft),
    Source(members.invitations, members.write_application),
    Source(members.completions_asked, members.complete_application),
    Source(members.unread_messages, members.read_messages),
    Source(members.lonely_organisations, members.invite_colleague),
    Source(members.join_requests, members.answer_join_request),
    Source(reviewers.review_calls, reviewers.review_sketches),
    Source(reviewers.review_calls_of_applications, reviewers.review_applications),
    Source(officers.calls_in_preparation, officers.publish_call),
    Source(officers.calls_without_reviewers, officers.assign_reviewers),
    Source(officers.calls_without_answers, officers.prepare_answers),
    Source(officers.calls_with_unsent_answers, officers.send_answers),
    Source(officers.lapsed_completions, officers.follow_up_completion),
    Source(officers.slow_applications, officers.decide_soon),
    Source(officers.applications_to_prepare, officers.prepare_application),
    Source(officers.proposals_to_decide, officers.decide),
    Source(members.decisions_to_confirm, members.confirm_decision),
    Source(keepers.undelivered_messages, keepers.look_at_messages),
    Source(keepers.leaderless_programmes, keepers.appoint_leader),
)
