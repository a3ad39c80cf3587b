"""Who reaches which address. One row per URL name; `name@variant` is the same address with another object.

The objects are those of tests/walks/world.py: always of one organisation (the member's) in one programme.
"""

from typing import NamedTuple

from kraftsamling.programmes.models import Role
from tests.walks.world import MEMBER, OTHER_LEADER, ROLES, VISITOR

LEADER, TEAM, DECIDER, ADMIN = Role.PROCESS_LEADER, Role.PROCESS_TEAM, Role.DECISION_MAKER, Role.ADMINISTRATOR

LOG_IN, ELSEWHERE = "302 to log-in", "302 to another page"
NOBODY = frozenset()
EVERYBODY = frozenset(ROLES)
LOGGED_IN = EVERYBODY - {VISITOR}
STAFF = frozenset({*Role, OTHER_LEADER})
OFFICERS = frozenset({LEADER, TEAM})
CASE_READERS = OFFICERS | {DECIDER}
ALL_ORGANISATIONS = OFFICERS | {ADMIN, OTHER_LEADER}
OUTBOX = ALL_ORGANISATIONS
OWN = frozenset({MEMBER})
REVIEWER = frozenset({Role.REVIEWER})


class Row(NamedTuple):
    """What each role is answered. Whoever stands nowhere is answered 404, a visitor is led to log-in."""

    get: frozenset | None = NOBODY
    """200. None where only POST is answered: 405."""
    post: frozenset | None = None
    """May act. None where POST is no other thing than GET: 405, or the same page again."""
    on: frozenset = NOBODY
    """Led on to another page."""
    forbidden: frozenset = NOBODY
    """Sees the thing, and is told that this is not theirs to do: 403."""
    other: dict = {}
    """(role, method): the answer, where it is none of these."""

    def answer(self, role, method):
        """GET: a status, LOG_IN or ELSEWHERE. POST: the same, or None for who may act."""
        refused = 403 if role in self.forbidden else 404
        only_post = method == "GET" and self.get is None
        answers = [
            ((role, method) in self.other, self.other.get((role, method))),
            (method == "POST" and role in (self.post or NOBODY), None),
            (method == "GET" and role in (self.get or NOBODY), 200),
            (role in self.on, ELSEWHERE),
            (role == VISITOR, LOG_IN),
            (only_post, 405),
        ]
        return next((answer for applies, answer in answers if applies), refused)


def page(who, **more):
    return Row(get=who, **more)


def form(who, *, acts=None, **more):
    return Row(get=who, post=who if acts is None else acts, **more)


def button(who, **more):
    return Row(get=None, post=who, **more)


def kept(who, **more):
    """Open to who has been logged out, since it keeps their text; their GET is answered like anybody's."""
    return Row(get=None, post=who, other={(VISITOR, "GET"): 405}, **more)


def log_in_form():
    """For visitors; who is logged in is led home."""
    return Row(get=frozenset({VISITOR}), post=frozenset({VISITOR}), on=LOGGED_IN)


ON = Row(on=EVERYBODY)
OWN_CASE = page(OWN | CASE_READERS | REVIEWER)

HOME = {
    "start": page(EVERYBODY),
    "home": page(LOGGED_IN),
    "about": page(EVERYBODY),
    "accessibility": form(EVERYBODY),
    "privacy": page(EVERYBODY),
    "cookies": page(EVERYBODY),
    "finnish": page(EVERYBODY),
    "language": ON,
    "health": Row(other={(role, method): 503 for role in ROLES for method in ("GET", "POST")}),  # no worker runs in a test
    "robots": page(EVERYBODY),
    "favicon": ON,
    "security_text": page(EVERYBODY),
    "gallery": page(STAFF),
    "search": page(EVERYBODY),
}

ACCOUNT = {
    "account_home": page(LOGGED_IN),
    "account_name": button(LOGGED_IN),
    "account_data": page(LOGGED_IN),
    "resume": Row(on=LOGGED_IN),  # nothing is kept in the world
    "account_close": form(LOGGED_IN),
    "account_login": log_in_form(),
    "account_logout": form(LOGGED_IN, on=frozenset({VISITOR})),
    "account_signup": log_in_form(),
    "account_inactive": page(EVERYBODY),
    "account_reauthenticate": form(LOGGED_IN),
    "account_email": form(LOGGED_IN),
    "account_email_verification_sent": Row(on=LOGGED_IN),
    "account_request_login_code": log_in_form(),
    "account_confirm_login_code": ON,
    "account_change_password": form(LOGGED_IN),
    "account_set_password": Row(on=LOGGED_IN),
    "account_reset_password": form(EVERYBODY),
    "account_confirm_password_reset_code": Row(other={(role, "GET"): LOG_IN for role in EVERYBODY}),
    "account_complete_password_reset": ON,
    "account_password_reset_completed": page(EVERYBODY),
    "mfa_index": page(LOGGED_IN),
    "mfa_authenticate": Row(on=LOGGED_IN),
    "mfa_reauthenticate": form(OWN, on=LOGGED_IN - OWN),
    "mfa_activate_totp": form(LOGGED_IN - OWN, on=OWN),
    "mfa_deactivate_totp": form(OWN),
    "mfa_view_recovery_codes": page(OWN),
    "mfa_generate_recovery_codes": form(LOGGED_IN),
    "mfa_download_recovery_codes": page(OWN),
    "mfa_list_webauthn": page(LOGGED_IN),
    "mfa_add_webauthn": form(LOGGED_IN),
    "mfa_login_webauthn": Row(on=LOGGED_IN),
    "mfa_reauthenticate_webauthn": page(OWN, on=LOGGED_IN - OWN, other={(MEMBER, "POST"): LOG_IN}),
    "mfa_remove_webauthn": form(OWN),
    "mfa_edit_webauthn": form(OWN),
    "socialaccount_connections": form(LOGGED_IN),
    "socialaccount_login_cancelled": page(EVERYBODY),
    "socialaccount_login_error": Row(other={(role, "GET"): 401 for role in LOGGED_IN}),  # shown in place, never led to
    "socialaccount_signup": Row(other={(role, "GET"): LOG_IN for role in EVERYBODY}),
    "openid_connect_login": Row(other={(VISITOR, "GET"): 404, (VISITOR, "POST"): 404}),
    "openid_connect_callback": Row(other={(VISITOR, "GET"): 404, (VISITOR, "POST"): 404}),
    "second_factor_wanted": page(STAFF, on=LOGGED_IN - STAFF),
    "mail_preferences": form(LOGGED_IN),
    "unsubscribe": form(EVERYBODY),
}

ORGANISATIONS = {
    "organisation_list": page(LOGGED_IN),
    "organisation_all": page(ALL_ORGANISATIONS),
    "organisation_csv": page(ALL_ORGANISATIONS),
    "organisation_xlsx": page(ALL_ORGANISATIONS),
    "organisation_register": form(LOGGED_IN),
    "organisation_detail": page(OWN | ALL_ORGANISATIONS),
    "organisation_change": form(OWN | {ADMIN}, forbidden=ALL_ORGANISATIONS),
    "organisation_join": form(LOGGED_IN - OWN, on=OWN),
    "organisation_join_answer": button(OWN | {ADMIN}, forbidden=ALL_ORGANISATIONS),
    "organisation_invite": button(OWN | {ADMIN}, forbidden=ALL_ORGANISATIONS),
    "invitation_revoke": button(OWN | {ADMIN}, forbidden=ALL_ORGANISATIONS),
    "organisation_leave": button(OWN, forbidden=ALL_ORGANISATIONS),
    "organisation_member_remove": button(OWN | {ADMIN}, forbidden=ALL_ORGANISATIONS),
    "organisation_member_contact": button(OWN | {ADMIN}, forbidden=ALL_ORGANISATIONS),
    "invitation_accept": page(EVERYBODY),
    "signatory_add": form(OWN, forbidden=ALL_ORGANISATIONS),
    "signatory_proof": page(OWN | ALL_ORGANISATIONS),
    "signatory_end": button(OWN, forbidden=ALL_ORGANISATIONS),
}

PROGRAMME = {
    "role_list": Row(on=frozenset({ADMIN})),
    "programme_roles": page(frozenset({ADMIN})),
    "role_give": button(frozenset({ADMIN})),
    "role_take": button(frozenset({ADMIN})),
    "outbox_list": page(OUTBOX),
    "outbox_csv": page(OUTBOX),
    "message_detail": page(OUTBOX - {OTHER_LEADER}),
    "message_send_again": button(OUTBOX - {OTHER_LEADER}),
    "message_arrived": button(OUTBOX - {OTHER_LEADER}),
}

CALLS = {
    "call_list": page(EVERYBODY),
    "call_list_file": Row(other={(VISITOR, "GET"): 404, (VISITOR, "POST"): 405}),
    "call_list_file@csv": page(EVERYBODY),
    "call_list_file@xlsx": page(EVERYBODY),
    "call_create": form(OFFICERS | {OTHER_LEADER}, forbidden=LOGGED_IN),
    "call_detail": page(EVERYBODY),
    "call_detail@closed": page(EVERYBODY),
    "call_detail@draft": page(CASE_READERS, other={(VISITOR, "GET"): 404}),
    "call_calendar": page(EVERYBODY),
    "call_calendar@draft": Row(other={(VISITOR, "GET"): 404}),
    "call_edit": form(OFFICERS),
    "call_edit@draft": form(OFFICERS),
    "call_criteria": form(OFFICERS),
    "call_criteria@draft": form(OFFICERS),
    "call_questions": form(OFFICERS),
    "call_questions@draft": form(OFFICERS),
    "call_answers": form(OFFICERS),
    "call_answers@draft": form(OFFICERS),
    "call_answer_remove": button(OFFICERS),
    "call_extension": form(OFFICERS),
    "call_extension@draft": form(OFFICERS),
    "call_publish": button(frozenset({LEADER}), forbidden=OFFICERS),
    "call_cancel": button(frozenset({LEADER}), forbidden=OFFICERS),
    "call_clone": button(OFFICERS),
}

SKETCHES = {
    "sketch_list": page(LOGGED_IN),
    "sketch_start": form(LOGGED_IN),
    "sketch_start@draft": Row(),
    "sketch_detail": OWN_CASE,
    "sketch_detail@draft": page(OWN),
    "sketch_detail@invited": page(OWN | CASE_READERS),
    "sketch_edit": page(OWN),
    "sketch_edit@submitted": page(OWN),
    "sketch_edit@answered": Row(on=OWN),
    "sketch_save": kept(OWN),
    "sketch_autosave": Row(get=None, post=OWN, other={(VISITOR, "GET"): 405, (VISITOR, "POST"): 401}),
    "sketch_preview": page(OWN),
    "sketch_submit": kept(OWN),
    "sketch_withdraw": form(OWN),
    "sketch_withdraw@draft": form(OWN),
    "sketch_file_add": kept(OWN),
    "sketch_file": OWN_CASE,
    "sketch_file_remove": kept(OWN),
    "sketch_version": OWN_CASE,
    "sketch_receipt": OWN_CASE,
    "sketch_compare": OWN_CASE,
    "sketch_compare@draft": Row(on=OWN),
    "sketch_note": button(OFFICERS, forbidden=OWN | CASE_READERS | REVIEWER),
    "sketch_register": button(OFFICERS, forbidden=OWN | CASE_READERS | REVIEWER),
    "sketch_conflict": button(CASE_READERS | REVIEWER, forbidden=OWN),
    "application_detail": page(OWN | CASE_READERS),
    "application_detail@sent": page(OWN | CASE_READERS),
    "application_turn_down": button(OWN, forbidden=CASE_READERS),
    "application_budget": form(OWN),
    "application_budget_autosave": Row(get=None, post=OWN, other={(VISITOR, "GET"): 405, (VISITOR, "POST"): 401}),
    "application_budget_file": Row(),
    "application_budget_file@csv": page(OWN),
    "application_budget_file@xlsx": page(OWN),
    **{f"application_edit@{key}": form(OWN) for key in ("implementation", "sustainability", "learning", "partners", "facts")},
    "application_edit": form(OWN),
    "application_edit@sent": Row(on=OWN),
    "application_autosave": Row(get=None, post=OWN, other={(VISITOR, "GET"): 405, (VISITOR, "POST"): 401}),
    "application_preview": page(OWN),
    "application_submit": kept(OWN),
    "application_withdraw": form(OWN),
    "application_withdraw@sent": form(OWN),
    "application_extend": form(OFFICERS, forbidden=OWN | {DECIDER}),
    "application_file_add": kept(OWN),
    "application_file_remove": kept(OWN),
    "application_file": page(OWN | CASE_READERS),
    "application_version": page(OWN | CASE_READERS),
    "application_receipt": page(OWN | CASE_READERS),
    "application_compare": page(OWN | CASE_READERS),
}

CASE = {
    "case_messages": page(OWN | CASE_READERS),
    "case_message_write": kept(OWN | OFFICERS, forbidden=CASE_READERS),
    "case_conversation_write": kept(OFFICERS, forbidden=OWN | CASE_READERS),
    "case_message_file": page(OWN | CASE_READERS),
    "case_record": page(OWN | CASE_READERS),
    "case_record_file": Row(),
    "case_record_file@csv": page(OWN | CASE_READERS),
    "case_record_file@xlsx": page(OWN | CASE_READERS),
    "case_mark": button(OFFICERS, forbidden=OWN | CASE_READERS),
    "case_unmark": button(OFFICERS, forbidden=OWN | CASE_READERS),
    "case_disclose": button(OFFICERS, forbidden=OWN | CASE_READERS),
    "case_disclosure": page(OFFICERS, forbidden=OWN | CASE_READERS),
    "case_disclosure_retry": button(OFFICERS, forbidden=OWN | CASE_READERS),
    "completion_ask": page(OFFICERS, forbidden=OWN | CASE_READERS),
    "completion_send": kept(OFFICERS, forbidden=OWN | CASE_READERS),
    "completion_extend": button(OFFICERS, forbidden=OWN | CASE_READERS),
    "completion_cancel": button(OFFICERS, forbidden=OWN | CASE_READERS),
    "completion_follow_up": button(frozenset({LEADER}), forbidden=OWN | CASE_READERS),
    "ruling_ask": button(OWN, forbidden=CASE_READERS),
}

REVIEW = {
    "review_list": page(LOGGED_IN),
    "assessment_detail": page(REVIEWER),
    "assessment_detail@assigned": page(REVIEWER),
    "assessment_detail@application": page(REVIEWER),
    "assessment_detail@done": page(REVIEWER),
    "assessment_declare": button(REVIEWER),
    "assessment_save": kept(REVIEWER),
    "assessment_autosave": Row(get=None, post=REVIEWER, other={(VISITOR, "GET"): 405, (VISITOR, "POST"): 401}),
    "assessment_abstain": button(REVIEWER),
    "assessment_skip": button(REVIEWER),
    "assessment_reopen": button(REVIEWER),
}

PREPARATION = {
    "preparation_list": page(CASE_READERS, forbidden=LOGGED_IN),
    "outcome_edit": form(OFFICERS, forbidden=CASE_READERS),
    "outcome_edit@unanswered": form(OFFICERS, forbidden=CASE_READERS),
    "outcome_drop": button(OFFICERS, forbidden=CASE_READERS),
    "letter_edit": form(OFFICERS, forbidden=CASE_READERS),
    "reviewer_remove": button(OFFICERS, forbidden=CASE_READERS),
    "board_detail": page(CASE_READERS),
    "board_detail@answered": page(CASE_READERS),
    "board_file": Row(),
    "board_file@csv": page(CASE_READERS),
    "board_file@xlsx": page(CASE_READERS),
    "applications_board": page(CASE_READERS),
    "applications_board_file": Row(),
    "applications_board_file@csv": page(CASE_READERS),
    "applications_board_file@xlsx": page(CASE_READERS),
    "applications_assign": button(OFFICERS, forbidden=CASE_READERS),
    "reviewers": form(CASE_READERS, acts=OFFICERS, forbidden=CASE_READERS),
    "applications_suggest": form(OFFICERS, forbidden=CASE_READERS),
    "reviewers_suggest": form(OFFICERS, forbidden=CASE_READERS),
    "simulator": page(CASE_READERS),
    "simulator_print": page(CASE_READERS),
    "simulator_compare": page(CASE_READERS),
    "scenario_save": button(CASE_READERS),
    "scenario_rename": button(CASE_READERS),
    "scenario_copy": button(CASE_READERS),
    "scenario_remove": button(CASE_READERS),
    "outcomes": page(CASE_READERS),
    "outcomes@answered": page(CASE_READERS),
    "outcomes_send": button(frozenset({LEADER}), forbidden=CASE_READERS),
}

DECISIONS = {
    "application_preparation": page(CASE_READERS),
    "preparation_save": Row(
        get=None, post=OFFICERS, forbidden=CASE_READERS, other={(VISITOR, "GET"): 405, (DECIDER, "GET"): 405}
    ),
    "aid_registered": button(OFFICERS, forbidden=CASE_READERS),
    "preparation_file": page(CASE_READERS),
    "decision_edit": page(CASE_READERS),
    "decision_edit@decided": Row(on=CASE_READERS),
    "decision_save": kept(CASE_READERS),
    "decision_list": page(LOGGED_IN),
    "decision_list_file": Row(),
    "decision_list_file@csv": page(LOGGED_IN),
    "decision_list_file@xlsx": page(LOGGED_IN),
    "decision_detail": page(OWN | CASE_READERS),
    "decision_detail@draft": page(CASE_READERS),
    "decision_letter": page(OWN | CASE_READERS),
    "decision_letter@draft": Row(),
    "decision_propose": button(CASE_READERS),
    "decision_issue": button(frozenset({DECIDER}), forbidden=CASE_READERS),
    "decision_drop": button(CASE_READERS),
    "decision_confirm": button(OWN, forbidden=CASE_READERS),
    "decision_correct": button(CASE_READERS, forbidden=OWN),
}

from tests.architecture.access_learning import LEARNING  # noqa: E402 - made of the kinds of rows above
from tests.architecture.access_money import ADDRESSES, MONEY  # noqa: E402
from tests.architecture.access_projects import PROJECTS  # noqa: E402
from tests.architecture.access_reports import REPORTS  # noqa: E402
from tests.architecture.access_steering import STEERING  # noqa: E402

PILOTS = PROJECTS | REPORTS | MONEY | LEARNING | STEERING
TABLE = PILOTS | DECISIONS | HOME | ACCOUNT | ORGANISATIONS | PROGRAMME | CALLS | SKETCHES | CASE | REVIEW | PREPARATION
WHOLE_ADDRESSES = {
    **ADDRESSES,
    "start": "/",
    "home": "/hem/",
    "account_home": "/konto/",
    "account_login": "/konto/logga-in/",
    "account_logout": "/konto/logga-ut/",
    "account_signup": "/konto/skapa/",
    "mfa_list_webauthn": "/konto/passnyckel/",
    "mfa_index": "/konto/tvasteg/",
    "account_data": "/konto/mina-uppgifter.json",
    "resume": "/konto/fortsatt/",
    "mail_preferences": "/konto/utskick/",
    "organisation_list": "/organisationer/",
    "organisation_all": "/organisationer/alla/",
    "organisation_csv": "/organisationer/alla.csv",
    "organisation_xlsx": "/organisationer/alla.xlsx",
    "organisation_register": "/organisationer/ny/",
    "organisation_detail": "/organisationer/1/",
    "organisation_change": "/organisationer/1/andra/",
    "signatory_add": "/organisationer/1/firmatecknare/",
    "call_list": "/utlysningar/",
    "call_list_file": "/utlysningar.csv",
    "call_create": "/utlysningar/ny/",
    "call_detail": "/utlysningar/hosten/",
    "call_calendar": "/utlysningar/hosten/datum.ics",
    "call_edit": "/utlysningar/hosten/redigera/",
    "sketch_start": "/utlysningar/hosten/skriv-skiss/",
    "sketch_list": "/skisser/",
    "sketch_detail": "/skisser/1/",
    "sketch_edit": "/skisser/1/skriv/",
    "sketch_preview": "/skisser/1/las-igenom/",
    "sketch_version": "/skisser/1/versioner/2/",
    "sketch_receipt": "/skisser/1/versioner/2/kvitto.pdf",
    "sketch_compare": "/skisser/1/jamfor/",
    "application_detail": "/ansokningar/1/",
    "application_edit": "/ansokningar/1/skriv/projekt/",
    "application_preview": "/ansokningar/1/las-igenom/",
    "application_version": "/ansokningar/1/versioner/2/",
    "application_receipt": "/ansokningar/1/versioner/2/kvitto.pdf",
    "case_messages": "/skisser/1/meddelanden/",
    "case_record": "/skisser/1/handlingar/",
    "case_record_file": "/skisser/1/handlingar.csv",
    "application_budget": "/ansokningar/1/skriv/budget/",
    "application_budget_file": "/ansokningar/1/skriv/budget.csv",
    "review_list": "/granskning/",
    "assessment_detail": "/granskning/1/",
    "preparation_list": "/beredning/",
    "board_detail": "/beredning/hosten/",
    "board_file": "/beredning/hosten.csv",
    "applications_board": "/beredning/hosten/ansokningar/",
    "applications_board_file": "/beredning/hosten/ansokningar.csv",
    "reviewers": "/beredning/hosten/granskare/",
    "applications_suggest": "/beredning/hosten/ansokningar/granskare/forslag/",
    "reviewers_suggest": "/beredning/hosten/granskare/forslag/",
    "simulator": "/beredning/hosten/simulator/",
    "simulator_compare": "/beredning/hosten/simulator/jamfor/",
    "outcomes": "/beredning/hosten/svar/",
    "application_preparation": "/ansokningar/1/beredning/",
    "decision_edit": "/ansokningar/1/beslut/",
    "decision_list": "/beslut/",
    "decision_list_file": "/beslut.csv",
    "decision_detail": "/beslut/1/",
    "decision_letter": "/beslut/1/brev.pdf",
    "project_list": "/projekt/",
    "project_list_file": "/projekt.csv",
    "project_detail": "/projekt/1/",
    "steering_home": "/styrning/",
    "steering_money": "/styrning/pengar/",
    "steering_platform": "/styrning/plattformen/",
    "steering_portfolio": "/styrning/portfolj/",
    "steering_rows": "/styrning/rader/projekt/",
    "steering_yearly": "/styrning/arsrapport/",
    "steering_snapshots": "/styrning/ogonblick/",
    "steering_snapshot": "/styrning/ogonblick/1/",
    "project_register": "/projekt/registrera/",
    "project_timeline": "/projekt/1/tidslinje/",
    "project_calendar": "/projekt/1/tidslinje.ics",
    "project_history": "/projekt/1/historia/",
    "project_terms": "/projekt/1/villkor/",
    "change_list": "/projekt/1/andringar/",
    "change_detail": "/projekt/andringar/1/",
    "public_project_list": "/pilotprojekt/",
    "public_project_file": "/pilotprojekt.csv",
    "public_project": "/pilotprojekt/hosten/",
    "report_list": "/projekt/rapporter/",
    "report_list_file": "/projekt/rapporter.csv",
    "report_plan": "/projekt/1/rapporter/",
    "report_detail": "/projekt/rapport/1/",
    "report_edit": "/projekt/rapport/1/skriv/projekt/",
    "report_preview": "/projekt/rapport/1/las-igenom/",
    "report_version": "/projekt/rapport/1/versioner/2/",
    "report_review": "/projekt/rapport/1/granska/",
    "indicator_list": "/projekt/1/indikatorer/",
    "build_detail": "/projekt/dokument/1/",
    "outbox_list": "/utskick/",
    "outbox_csv": "/utskick.csv",
    "role_list": "/program/roller/",
    "search": "/sok/",
    "about": "/om/",
    "accessibility": "/tillganglighet/",
    "privacy": "/integritet/",
    "cookies": "/kakor/",
    "finnish": "/suomeksi/",
    "health": "/halsa/",
    "security_text": "/.well-known/security.txt",
}
"""The addresses that are promised to stay (design 4): people have them in mails, decisions and bookmarks."""
