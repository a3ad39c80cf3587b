"""A report is written, handed in, returned, handed in again and approved; and who may do which."""

import datetime as dt
import hashlib
import json
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from grants.actions.sketches import DraftConflict
from kraftsamling.accounts.models import Membership
from kraftsamling.audit.models import AuditEntry
from kraftsamling.files import store
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Role
from pilots import report_content
from pilots.actions import reports as actions
from pilots.forms.reports import ReportForms
from pilots.models import IndicatorValue, Project, Report, ReportedCost, ReportReview, ReportVersion
from pilots.states import REPORT_MOVES, ReportState
from tests.factories import grants as make
from tests.factories import reports
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.applications import create_signatory
from tests.factories.pilots import create_elsewhere, create_project, writer
from tests.grants.scene import EVERY_ROLE, again, fresh, people
from tests.kept import kept

pytestmark = pytest.mark.django_db

LATE = dt.datetime(2027, 6, 1, 9, tzinfo=STOCKHOLM)


def make_project():
    return create_elsewhere()


_project_once, project = kept(make_project)


@pytest.fixture
def report(project):
    return project.reports.select_related("project").get(number=1)


@pytest.fixture
def final(project):
    return project.reports.get(kind="final")


@pytest.fixture
def officer(project):
    return make.officer(project.programme, name="Leda Process")


def prepared(project):
    """A pilot of a call, whose application names an indicator that counts people."""
    from pilots.models import Indicator

    return Indicator.objects.get(project=project)


# ---- Writing


def test_a_draft_begins_with_what_the_application_planned_and_the_budget_has():
    project = create_project()
    report = project.reports.get(number=1)
    begun = report_content.begun(report, given=report_content.given(report))
    assert begun["activity_1_name"] == "Två lotsar utbildas och börjar följa unga."
    assert begun["cost_own_staff_2027_forecast"] == "400\u00a0000"
    assert "cost_own_staff_2027_booked" not in begun


def test_the_next_report_begins_with_the_figures_of_the_one_before():
    project = create_project()
    reports.create_submitted(project.reports.get(number=1), activity_2_name="En träff för föräldrar.", activity_2_done="going_on")
    second = project.reports.get(number=2)
    begun = report_content.begun(second, given=report_content.given(second))
    assert begun["cost_own_staff_2027_booked"] == "100\u00a0000"
    assert begun["cost_own_staff_2027_forecast"] == "390\u00a0000"
    assert begun["activity_2_name"] == "En träff för föräldrar."


def test_saving_one_part_first_keeps_what_the_others_began_with(report):
    by = writer(report.project)
    revision = actions.save_report_draft(
        report, typed={"summary": "Hej"}, names=frozenset({"summary"}), begun={"activity_1_name": "Plan"}, revision=0, by=by
    )
    assert (revision, actions.draft_of(report).content) == (1, {"activity_1_name": "Plan", "summary": "Hej"})


def test_two_windows_do_not_overwrite_one_another(report):
    by = writer(report.project)
    said = {"names": frozenset({"summary"}), "begun": {}, "revision": 0, "by": by}
    actions.save_report_draft(report, typed={"summary": "Ett"}, **said)
    with pytest.raises(DraftConflict):
        actions.save_report_draft(report, typed={"summary": "Två"}, **said)
    assert actions.draft_of(report).content == {"summary": "Ett"}


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_who_may_write(report, role):
    person = people(report.project.programme, report.project.owner)[role]
    save = {"typed": {"summary": "x"}, "names": frozenset({"summary"}), "begun": {}, "revision": 0, "by": person}
    if role == "member":
        assert actions.save_report_draft(report, **save) == 1
    else:
        with pytest.raises(PermissionDenied):
            actions.save_report_draft(report, **save)


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("summary", "Barnet 20120321-2384 var med.", "identity_number"),
        ("summary", "ord " * 121, "too_many_words"),
        ("cost_own_staff_2027_booked", "mycket", "not_an_amount"),
        ("cost_own_staff_2027_booked", "-5", "negative"),
        ("activity_1_done", "hemlig", "invalid_choice"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(report, field, text, code):
    typed = reports.typed_report(report, **{field: text})
    whole = ReportForms(typed, given=report_content.given(report))
    assert [name for _part, name, _message in whole.wrong()] == [field]
    errors = next(form for form in whole.parts.values() if field in form.fields).errors.as_data()[field]
    assert [error.code for error in errors] == [code]


def test_a_named_pupil_is_asked_about_and_may_be_said_to_be_nobody(report):
    typed = reports.typed_report(report, results="Lisa går i klass 5B och mår bra.")
    given = report_content.given(report)
    assert [name for _part, name, _message in ReportForms(typed, given=given).wrong()] == ["groups_only"]
    assert ReportForms({**typed, "groups_only": "on"}, given=given).is_complete()


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"women": "30", "men": "10"}, "women"),
        ({"value": None}, "value"),
        ({"on": "2029-01-01"}, "on"),
        ({"value": "tolv"}, "value"),
    ],
)
def test_outcomes_add_up_and_lie_in_the_period(changes, wrong):
    project = create_project()
    indicator = prepared(project)
    indicator.concerns_people = True
    indicator.save()
    report = project.reports.get(number=1)
    typed = reports.typed_report(report, **{f"outcome_{indicator.pk}_{part}": text for part, text in changes.items()})
    whole = ReportForms(typed, given=report_content.given(report))
    assert [name for _part, name, _message in whole.wrong()] == [f"outcome_{indicator.pk}_{wrong}"]


def test_the_final_report_asks_for_goals_and_outcomes_and_a_progress_report_does_not():
    project = create_project()
    for report in (project.reports.get(number=1), project.reports.get(kind="final")):
        whole = ReportForms({}, given=report_content.given(report))
        asked = {name for _part, name, _label in whole.remaining()}
        value = f"outcome_{prepared(project).pk}_value"
        assert ({"goal_1_name", "carried_on", "others", value} <= asked) is report.is_final


# ---- Handing in


def test_what_is_handed_in_is_frozen_numbered_receipted_and_told(report, officer):
    version = reports.create_submitted(report)
    report.refresh_from_db()
    assert (report.state, report.current_version, version.number) == ("submitted", version, 1)
    assert (version.receipt_number, version.due_on, version.was_late) == (f"P{report.project_id}-R1-1", report.due_on, False)
    whole = {"content": version.content, "receipt": version.receipt_number, "submitted_at": "2027-04-20T07:00:00+00:00"}
    canonical = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    assert version.checksum == hashlib.sha256(canonical).hexdigest()
    sections = {section["key"]: section for section in version.content["sections"]}
    assert list(sections) == ["genomfort", "resultat", "samverkan", "indikatorer", "ekonomi", "bilder"]
    assert {"name": "did_not_work", "label": "Vad som inte fungerade", "within": "", "text": reports.WORDS["did_not_work"]} in (
        sections["resultat"]["rows"]
    )
    receipt = Message.objects.get(kind="pilots/report_receipt")
    assert (version.receipt_number in receipt.text, version.checksum in receipt.text) == (True, True)
    assert officer in [m.to for m in Message.objects.filter(kind="pilots/report_arrived")]
    entry = AuditEntry.objects.get(action="pilots.report.submit")
    assert (entry.by, entry.details["late"], entry.details["checksum"]) == (version.submitted_by, False, version.checksum)


def test_figures_are_kept_in_columns_too():
    project = create_project()
    report = project.reports.get(number=1)
    version = reports.create_submitted(report)
    costs = [(row.category, row.year, row.booked, row.forecast) for row in ReportedCost.objects.all()]
    assert costs == [("own_staff", 2027, Kronor(100_000), Kronor(390_000))]
    value = IndicatorValue.objects.get()
    assert (value.version, value.value, value.measured_on) == (version, Decimal(22), report.covers_to_on)
    assert version.content["costs"][0]["budget"] == "400000"
    assert version.content["indicators"][0]["target"] == "40"


def test_pressing_twice_gives_one_version(report):
    reports.write(report)
    first, second = reports.send_in(report), reports.send_in(report)
    assert (first, ReportVersion.objects.count(), Message.objects.filter(kind="pilots/report_receipt").count()) == (second, 1, 1)


def test_a_late_report_is_taken_in_and_marked(report):
    version = reports.create_submitted(report, at=LATE)
    assert (version.was_late, AuditEntry.objects.get(action="pilots.report.submit").details["late"]) == (True, True)
    assert "efter sista dagen" in Message.objects.get(kind="pilots/report_receipt").text


def test_the_last_day_itself_is_not_late(report):
    last = dt.datetime.combine(report.due_on, dt.time(23, 59, 59), tzinfo=STOCKHOLM)
    assert reports.create_submitted(report, at=last).was_late is False


def test_the_draft_must_be_the_one_that_was_read_through(report):
    reports.write(report)
    given = report_content.given(report)
    draft = actions.draft_of(report)
    from pilots.forms.reports import content_of

    content = content_of(ReportForms(draft.content, given=given))
    with pytest.raises(DraftConflict):
        actions.submit_report(
            report, content=content, given=given, signatory=None, revision=draft.revision + 1, by=writer(report.project)
        )


@pytest.mark.parametrize("state", ReportState.values)
def test_from_which_states_a_report_is_handed_in(report, state):
    reports.write(report)
    approved = {"approved_at": LATE, "approved_by": writer(report.project)} if state == "approved" else {}
    Report.objects.filter(pk=report.pk).update(state=state, **approved)
    if ReportState.SUBMITTED in REPORT_MOVES[state]:
        assert reports.send_in(report).number == 1
    else:
        with pytest.raises(TransitionRefused):
            reports.send_in(report)


def test_a_closed_project_takes_in_no_more(report):
    reports.write(report)
    Project.objects.update(state="revoked")
    with pytest.raises(TransitionRefused):
        reports.send_in(again(report))


def test_the_final_report_is_signed(final):
    by = writer(final.project)
    signatory = create_signatory(final.project.owner)
    version = reports.create_submitted(final, signatory=signatory, by=by)
    assert (version.signatory, version.signed_by_name, version.receipt_number) == (
        signatory, "Siv Signerande", f"P{final.project_id}-S-1",
    )  # fmt: skip


@pytest.mark.parametrize("case", ["none", "elsewhere", "ended", "own account", "two"])
def test_a_signature_that_does_not_hold(final, case):
    owner = final.project.owner
    match case:
        case "elsewhere":
            other = OrganisationFactory()
            UserFactory(member_of=other)
            signatory = create_signatory(other)
        case "ended":
            signatory = create_signatory(owner, valid_to_on=dt.date(2026, 12, 31))
        case "own account":
            signatory = create_signatory(owner, user=UserFactory(member_of=owner))
        case "two":
            signatory = create_signatory(owner, jointly=True)
        case _:
            signatory = None
    reports.write(final)
    given = report_content.given(final)
    from pilots.forms.reports import content_of

    draft = actions.draft_of(final)
    content = content_of(ReportForms(draft.content, given=given))
    with pytest.raises(TransitionRefused):
        actions.submit_report(
            final, content=content, given=given, signatory=signatory, revision=draft.revision, by=writer(final.project), at=LATE
        )
    assert ReportVersion.objects.count() == 0


def test_two_sign_together(final):
    owner = final.project.owner
    first, second = writer(final.project), UserFactory(member_of=owner)
    signatory = create_signatory(owner, jointly=True)
    revision = reports.write(final, by=first)
    actions.mark_report_ready(final, revision=revision, by=first)
    with pytest.raises(TransitionRefused):
        reports.send_in(final, by=first, signatory=signatory)
    assert reports.send_in(final, by=second, signatory=signatory).submitted_by == second


@pytest.mark.parametrize("place", ["says ready", "sends in"])
def test_a_joint_signatory_with_an_account_is_one_of_the_two(final, place):
    owner = final.project.owner
    one, other, signs = (UserFactory(member_of=owner) for _ in range(3))
    signatory = create_signatory(owner, jointly=True, user=signs)
    revision = reports.write(final, by=one)
    actions.mark_report_ready(final, revision=revision, by=one)
    with pytest.raises(TransitionRefused, match="eget konto"):
        reports.send_in(final, by=other, signatory=signatory)
    if place == "says ready":
        actions.mark_report_ready(final, revision=revision, by=signs)
    else:
        other = signs
    assert reports.send_in(final, by=other, signatory=signatory).submitted_by == other


# ---- Review


def test_a_report_is_returned_with_comments_and_a_day_and_comes_again(report, officer):
    first = reports.create_submitted(report)
    reports.give_back(report, by=officer, resultat="Hur många?")
    assert (report.state, report.return_due_on, report.last_day) == ("returned", dt.date(2027, 5, 20), dt.date(2027, 5, 20))
    review = ReportReview.objects.get()
    assert (review.version, review.comments, review.outcome, review.decided_by) == (
        first, {"resultat": "Hur många?"}, "returned", officer,
    )  # fmt: skip
    message = Message.objects.get(kind="pilots/report_returned")
    assert ("20\u00a0maj 2027" in message.text, "Leda Process" in message.text) == (True, True)
    second = reports.create_submitted(report, at=reports.REVIEWING, results="Fyrtio unga.")
    assert (second.number, second.receipt_number[-4:], report.current_version) == (2, "R1-2", second)
    assert first.content["sections"] != second.content["sections"]


def test_a_report_is_approved_by_a_named_officer(report, officer):
    reports.create_submitted(report)
    reports.approve(report, by=officer)
    assert (report.state, report.approved_by, report.approved_at) == ("approved", officer, reports.REVIEWING)
    assert Message.objects.filter(kind="pilots/report_approved").count() == 1


def test_comments_are_needed_to_return_and_a_day_that_can_be_kept(report, officer):
    version = reports.create_submitted(report)
    said = {"revision": 0, "by": officer, "at": reports.REVIEWING}
    with pytest.raises(TransitionRefused):
        actions.return_report(version, comments={"resultat": ""}, due_on=dt.date(2027, 5, 20), **said)
    with pytest.raises(TransitionRefused):
        actions.return_report(version, comments={"resultat": "x"}, due_on=reports.REVIEWING.date(), **said)


def test_two_officers_at_once_one_wins(report, officer):
    version = reports.create_submitted(report)
    other = make.officer(report.project.programme)
    stale = ReportVersion.objects.select_related("report__project").get(pk=version.pk)
    actions.approve_report(version, comments={}, revision=0, by=officer, at=reports.REVIEWING)
    with pytest.raises(TransitionRefused):
        actions.return_report(
            stale, comments={"": "Nej."}, due_on=dt.date(2027, 5, 20), revision=0, by=other, at=reports.REVIEWING
        )
    report.refresh_from_db()
    assert (report.state, report.approved_by, Message.objects.filter(kind="pilots/report_returned").count()) == (
        "approved", officer, 0,
    )  # fmt: skip


def test_two_officers_who_write_comments_do_not_overwrite_one_another(report, officer):
    version = reports.create_submitted(report)
    actions.save_review(version, comments={"": "Ett"}, revision=0, by=officer)
    with pytest.raises(LostRace):
        actions.save_review(version, comments={"": "Två"}, revision=0, by=officer)


def test_an_older_version_is_not_reviewed(report, officer):
    first = reports.create_submitted(report)
    reports.give_back(report, by=officer)
    reports.create_submitted(report, at=reports.REVIEWING, results="Mer.")
    with pytest.raises(TransitionRefused):
        actions.approve_report(again(first), comments={}, revision=1, by=officer)


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_who_may_review(report, role):
    version = reports.create_submitted(report)
    person = people(report.project.programme, report.project.owner)[role]
    if role in {Role.PROCESS_LEADER, Role.PROCESS_TEAM}:
        actions.approve_report(version, comments={}, revision=0, by=person, at=reports.REVIEWING)
        return
    with pytest.raises(PermissionDenied):
        actions.approve_report(version, comments={}, revision=0, by=person, at=reports.REVIEWING)


def test_an_officer_does_not_review_their_own_organisation(report, officer):
    version = reports.create_submitted(report)
    Membership.objects.create(user=officer, organisation=report.project.owner, joined_at=LATE)
    with pytest.raises(PermissionDenied):
        actions.approve_report(version, comments={}, revision=0, by=fresh(officer), at=reports.REVIEWING)


# ---- Files


def test_files_go_with_the_version_and_versions_keep_theirs(report):
    by = writer(report.project)
    first = store.store_bytes("a.png", b"png", "image/png", by=by)
    link = actions.add_report_file(report, file=first, alt="En lots visar vägen.", by=by)
    actions.add_report_file(report, file=store.store_bytes("b.txt", b"hej", "text/plain", by=by), by=by)
    version = reports.create_submitted(report)
    assert [(row["name"], row["alt"]) for row in version.content["pictures"]] == [("a.png", "En lots visar vägen.")]
    assert [row["name"] for row in version.content["files"]] == ["b.txt"]
    with pytest.raises(TransitionRefused):
        actions.remove_report_file(link, by=by)
    assert version.files.count() == 2


def test_a_picture_without_words_is_refused_by_the_database(report):
    link = actions.add_report_file(
        report, file=store.store_bytes("a.png", b"png", "image/png", by=None), alt="x", by=writer(report.project)
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        type(link).objects.filter(pk=link.pk).update(alt="")


def test_a_change_of_files_makes_a_ready_report_unready(final):
    by = writer(final.project)
    revision = reports.write(final)
    actions.mark_report_ready(final, revision=revision, by=by)
    actions.add_report_file(final, file=store.store_bytes("b.txt", b"hej", "text/plain", by=by), by=by)
    draft = actions.draft_of(final)
    assert draft.ready_revision != draft.revision
