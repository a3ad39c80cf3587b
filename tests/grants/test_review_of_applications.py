"""Reviewers of applications: a moment by which they are done, reminders once each, and a suggestion of who reads what."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from grants import actions, completeness, suggestions, tasks
from grants.forms.calls import CallForm
from grants.models import Assessment, Call, Sketch, Step
from kraftsamling.accounts.models import Membership, User
from kraftsamling.home.waiting import waiting_for
from kraftsamling.notifications.models import Message
from kraftsamling.places.models import CountyPart, Municipality
from kraftsamling.programmes.models import Role
from tests.factories import applications, decisions
from tests.factories import grants as make
from tests.factories.accounts import MunicipalityFactory, OrganisationFactory, UserFactory
from tests.grants.scene import again, people, questions, signed_in

pytestmark = pytest.mark.django_db

NOW = applications.HANDED_IN
DUE = make.APPLICATION_DUE + dt.timedelta(days=14)
MICRO = dt.timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


def sent(call, leader, *, title="Ängen", partner=None, **sketch):
    organisation = OrganisationFactory(name=f"{title}s förening")
    UserFactory(member_of=organisation)
    application = make.create_invited(make.create_submitted(call, organisation=organisation, title=title, **sketch), by=leader)
    more = {"partner_1_name": "Grannen", "partner_1_org_number": partner.org_number} if partner else {}
    applications.write(application, title=title, **more)
    applications.send_in(application)
    return application


@pytest.fixture
def plan():
    call = make.create_published_call(application_review_due_at=DUE)
    leader = call.created_by
    reviewers = [make.officer(call.programme, Role.REVIEWER, name=name) for name in ("Gran Skare", "Sekund Läsare")]
    return SimpleNamespace(call=call, leader=leader, reviewers=reviewers, application=sent(call, leader))


def ask(plan, application=None, number=0):
    sketch = (application or plan.application).sketch
    return make.assign(sketch, plan.reviewers[number], by=plan.leader, at=NOW, step=Step.APPLICATION)


def reminders():
    return Message.objects.filter(kind="grants/review_reminder").order_by("pk")


def reminded(time_machine, days):
    """The days on which reminders were written, running twice each day, at 08.05 in Stockholm."""
    found = []
    for number in range(days):
        day = NOW.date() + dt.timedelta(days=number)
        time_machine.move_to(dt.datetime.combine(day, dt.time(8, 5), tzinfo=NOW.tzinfo), tick=False)
        before = reminders().count()
        tasks.remind()
        tasks.remind()
        found += [day] * (reminders().count() - before)
    return found


def days_before(due, *numbers):
    return [due.date() - dt.timedelta(days=number) for number in numbers]


# ---- The moment


def test_the_moment_is_after_the_applications_are_due(plan):
    for wrong in (make.APPLICATION_DUE, make.APPLICATION_DUE - MICRO):
        with pytest.raises(IntegrityError), transaction.atomic():
            Call.objects.filter(pk=plan.call.pk).update(application_review_due_at=wrong)
    Call.objects.filter(pk=plan.call.pk).update(application_review_due_at=make.APPLICATION_DUE + MICRO)
    Call.objects.filter(pk=plan.call.pk).update(application_review_due_at=None)


@pytest.mark.parametrize(("moved", "found"), [(-MICRO, True), (dt.timedelta(0), True), (MICRO, False), (None, False)])
def test_publishing_names_the_wrong_order_and_the_moment_may_be_missing(moved, found):
    call = make.create_call()
    call.application_review_due_at = None if moved is None else make.APPLICATION_DUE + moved
    fields = [row.field for row in completeness.missing(call, at=make.PREPARED)]
    assert fields == (["application_review_due_at"] if found else [])


@pytest.mark.parametrize(
    ("typed", "wrong"), [("2026-12-01T16:00", True), ("2026-11-30T16:00", True), ("2026-12-01T16:01", False), ("", False)]
)
def test_the_form_of_a_call_checks_the_order(plan, typed, wrong):
    form = CallForm({"application_due_at": "2026-12-01T16:00", "application_review_due_at": typed}, instance=plan.call)
    form.is_valid()
    assert ("application_review_due_at" in form.errors) is wrong


def test_the_moment_of_a_published_call_can_be_moved_and_a_copy_has_none(plan):
    later = DUE + dt.timedelta(days=3)
    actions.edit_call(
        plan.call, values={"application_review_due_at": later}, revision=again(plan.call).revision, by=plan.leader, at=NOW
    )
    assert again(plan.call).application_review_due_at == later
    assert actions.clone_call(plan.call, title="Nästa", by=plan.leader, at=NOW).application_review_due_at is None


@pytest.mark.parametrize(
    ("role", "seen"), [(Role.PROCESS_LEADER, True), (Role.PROCESS_TEAM, True), (Role.REVIEWER, False), ("member", False)]
)
def test_the_facts_show_the_moment_to_those_who_run_the_call(plan, role, seen):
    user = people(plan.call.programme, plan.application.sketch.organisation)[role]
    page = signed_in(user).get(plan.call.get_absolute_url()).content.decode()
    assert ("Granskarna är klara med ansökningarna" in page) is seen
    assert "Granskarna är klara med ansökningarna" not in Client().get(plan.call.get_absolute_url()).content.decode()


def test_the_reviewer_sees_the_moment_everywhere(plan):
    assessment, reviewer = ask(plan), plan.reviewers[0]
    told = Message.objects.filter(kind="grants/reviews_assigned").latest("pk")
    assert "15\xa0december 2026" in told.text
    client = signed_in(reviewer)
    shown = '<time datetime="2026-12-15T16:00:00+01:00">'
    assert shown in client.get(reverse("review_list")).content.decode()
    assert shown in client.get(assessment.get_absolute_url()).content.decode()
    [task] = [task for task in waiting_for(User.objects.get(pk=reviewer.pk), at=NOW) if "ansökan att bedöma" in task.title]
    assert task.due_at == DUE
    actions.declare_on_assessment(assessment, has_conflict=False, by=reviewer, at=NOW)
    assert "klar senast" in client.get(assessment.get_absolute_url()).content.decode()


def test_without_a_moment_the_desk_says_before_the_decision(plan):
    Call.objects.filter(pk=plan.call.pk).update(application_review_due_at=None)
    ask(plan)
    page = signed_in(plan.reviewers[0]).get(reverse("review_list")).content.decode()
    assert "före beslutet" in page
    [task] = [task for task in waiting_for(User.objects.get(pk=plan.reviewers[0].pk), at=NOW) if "att bedöma" in task.title]
    assert task.due_at is None


# ---- Reminders


def test_reminders_7_and_2_days_before_on_the_day_and_the_day_after_once_each(plan, time_machine):
    ask(plan)
    assert reminded(time_machine, 40) == days_before(DUE, 7, 2, 0, -1)
    assert {message.to for message in reminders()} == {plan.reviewers[0]}


def test_a_reminder_says_how_many_applications_and_when(plan, time_machine):
    other = sent(plan.call, plan.leader, title="Sjön")
    ask(plan), ask(plan, other), ask(plan, other, number=1)
    time_machine.move_to(DUE - dt.timedelta(days=7), tick=False)
    tasks.remind()
    told = {message.to: message.text for message in reminders()}
    assert "Du har 2 ansökningar kvar att bedöma. De bör vara klara senast 15\xa0december 2026" in told[plan.reviewers[0]]
    assert "Du har en ansökan kvar att bedöma." in told[plan.reviewers[1]]


def test_sketches_and_applications_of_one_call_are_reminded_of_apart(plan, time_machine):
    """A sketch that still waits is no application that waits, even where both are due on the same day."""
    Call.objects.filter(pk=plan.call.pk).update(review_due_at=DUE)
    make.assign(make.create_submitted(plan.call), plan.reviewers[0], by=plan.leader, at=NOW)
    ask(plan)
    time_machine.move_to(DUE - dt.timedelta(days=2), tick=False)
    for _ in range(2):
        tasks.remind()
    assert sorted("ansökan kvar" in message.text for message in reminders()) == [False, True]


def test_a_moment_that_is_moved_is_reminded_of_anew(plan, time_machine):
    ask(plan)
    assert reminded(time_machine, 19) == days_before(DUE, 7)
    later = DUE + dt.timedelta(days=10)
    Call.objects.filter(pk=plan.call.pk).update(application_review_due_at=later)
    assert reminded(time_machine, 50) == days_before(later, 7, 2, 0, -1)


def test_another_clock_time_on_the_same_day_is_no_new_moment(plan, time_machine):
    ask(plan)
    assert reminded(time_machine, 19) == days_before(DUE, 7)
    Call.objects.filter(pk=plan.call.pk).update(application_review_due_at=DUE + dt.timedelta(hours=2))
    assert reminded(time_machine, 40) == days_before(DUE, 2, 0, -1)


@pytest.mark.parametrize("why", ["no moment", "no role", "conflict", "taken back", "done", "decided", "withdrawn"])
def test_nobody_is_reminded_who_has_nothing_left(plan, time_machine, why):
    assessment, reviewer = ask(plan), plan.reviewers[0]
    match why:
        case "no moment":
            Call.objects.filter(pk=plan.call.pk).update(application_review_due_at=None)
        case "no role":
            reviewer.roles.all().delete()
        case "conflict":
            actions.declare_on_assessment(assessment, has_conflict=True, ground="Vän.", by=reviewer, at=NOW)
        case "taken back":
            actions.unassign_reviewer(assessment, by=plan.leader, at=NOW)
        case "done":
            actions.declare_on_assessment(assessment, has_conflict=False, by=reviewer, at=NOW)
            actions.abstain(again(assessment), by=reviewer, at=NOW)
        case "decided":
            decisions.decide(
                plan.application, officer=plan.leader, decider=make.officer(plan.call.programme, Role.DECISION_MAKER)
            )
        case "withdrawn":
            writer = applications.writer(plan.application)
            actions.withdraw_application(again(plan.application), reason="Vi hinner inte.", by=writer, at=NOW)
    time_machine.move_to(DUE - dt.timedelta(days=7), tick=False)
    tasks.remind()
    assert not reminders().exists()


def test_while_it_is_completed_the_reviewer_is_still_reminded(plan, time_machine):
    ask(plan)
    actions.request_completion(
        again(plan.application),
        text="Budgeten.",
        due_at=DUE + dt.timedelta(days=9),
        consequence="as_it_is",
        by=plan.leader,
        at=NOW,
    )
    time_machine.move_to(DUE, tick=False)
    tasks.remind()
    assert reminders().count() == 1


# ---- The suggestion


def suggested(plan, per_case=2, step=Step.APPLICATION):
    proposals, _loads = suggestions.suggest(plan.call, plan.leader, step=step, per_case=per_case)
    return {proposal.sketch.pk: [one.name for one in proposal.picked] for proposal in proposals}


def only(plan, **kwargs):
    return suggested(plan, **kwargs)[plan.application.sketch_id]


def suggest_url(plan):
    return reverse("applications_suggest", args=[plan.call.slug])


def test_only_applications_that_wait_for_a_decision_are_in_it(plan):
    make.create_submitted(plan.call)
    applications.create_open(plan.call, by=plan.leader, title="Inte inskickad")
    decided, closed = sent(plan.call, plan.leader, title="Avgjord"), sent(plan.call, plan.leader, title="Stängd")
    decisions.decide(decided, officer=plan.leader, decider=make.officer(plan.call.programme, Role.DECISION_MAKER))
    actions.declare_on_case(closed.sketch, ground="Vän.", by=plan.leader, at=NOW)
    returned = sent(plan.call, plan.leader, title="Åter")
    actions.request_completion(
        returned, text="Budgeten.", due_at=NOW + dt.timedelta(days=9), consequence="as_it_is", by=plan.leader, at=NOW
    )
    assert set(suggested(plan)) == {plan.application.sketch_id, returned.sketch_id}


def test_who_has_been_asked_about_the_sketch_may_be_asked_about_the_application(plan):
    sketch = make.create_submitted(plan.call)
    make.create_assessed(sketch, plan.reviewers[0], by=plan.leader)
    application = applications.create_sent_in(make.create_invited(sketch, by=plan.leader))
    assert suggested(plan)[application.sketch_id] == ["Gran Skare", "Sekund Läsare"]
    ask(plan, application)
    assert suggested(plan)[application.sketch_id] == ["Sekund Läsare"]
    actions.unassign_reviewer(ask(plan, application, number=1), by=plan.leader, at=NOW)
    assert suggested(plan)[application.sketch_id] == []


def test_never_the_own_organisation_as_applicant_or_as_a_partner_who_came_with_the_application(plan):
    Membership.objects.create(user=plan.reviewers[0], organisation=plan.application.sketch.organisation)
    own = OrganisationFactory()
    Membership.objects.create(user=plan.reviewers[1], organisation=own)
    joint = sent(plan.call, plan.leader, title="Tillsammans", partner=own)
    assert suggested(plan) == {plan.application.sketch_id: ["Sekund Läsare"], joint.sketch_id: ["Gran Skare"]}


def test_never_in_conflict_and_nobody_whom_the_action_would_pass_over(plan):
    actions.declare_on_case(plan.application.sketch, ground="Vän.", by=plan.reviewers[0], at=NOW)
    own = OrganisationFactory()
    Membership.objects.create(user=plan.reviewers[1], organisation=own)
    sent(plan.call, plan.leader, title="Tillsammans", partner=own)
    assert only(plan) == ["Sekund Läsare"]
    for proposal in suggestions.suggest(plan.call, plan.leader, step=Step.APPLICATION)[0]:
        free = {
            one.pk
            for one in plan.reviewers
            if Sketch.objects.filter(pk=proposal.sketch.pk).free_of_conflict_for(User.objects.get(pk=one.pk)).exists()
        }
        assert {one.pk for one in proposal.allowed} == free


def test_the_load_is_sketches_and_applications_together_in_both_suggestions(plan):
    ask(plan, sent(plan.call, plan.leader, title="Sjön"))
    fresh = make.create_submitted(plan.call)
    assert only(plan, per_case=1) == ["Sekund Läsare"]
    assert suggested(plan, per_case=1, step=Step.SKETCH) == {fresh.pk: ["Sekund Läsare"]}
    make.assign(fresh, plan.reviewers[1], by=plan.leader, at=NOW)
    assert only(plan, per_case=1) == ["Gran Skare"]


def test_what_is_decided_is_no_load(plan):
    other = sent(plan.call, plan.leader, title="Sjön")
    ask(plan, other)
    decisions.decide(other, officer=plan.leader, decider=make.officer(plan.call.programme, Role.DECISION_MAKER))
    loads = suggestions.suggest(plan.call, plan.leader, step=Step.APPLICATION)[1]
    assert loads[plan.reviewers[0].pk][1] == 0


def test_of_equals_who_has_read_most_of_the_applications_own_factor(plan):
    """The factor may have changed since the sketch: what was sent in last counts."""
    areas = [str(area.pk) for area in plan.call.focus_areas.order_by("position")]
    of_second = {"focus_areas": areas[1:2], "main_focus_area": areas[1]}
    past = sent(make.create_published_call(plan.call.programme, by=plan.leader), plan.leader, title="Förr", **of_second)
    make.create_assessed(past.sketch, plan.reviewers[1], by=plan.leader, at=NOW, step=Step.APPLICATION)
    other = make.create_submitted(make.create_published_call(plan.call.programme, by=plan.leader))
    make.create_assessed(other, plan.reviewers[0], by=plan.leader, at=NOW)
    Municipality.objects.update(county_part=None)
    version = again(plan.application).current_version
    type(version).objects.filter(pk=version.pk).update(main_focus_area=areas[1])
    assert only(plan, per_case=1) == ["Sekund Läsare"]
    type(version).objects.filter(pk=version.pk).update(main_focus_area=areas[0])
    assert only(plan, per_case=1) == ["Gran Skare"]


def test_of_equals_who_has_read_most_from_the_applications_county_part(plan):
    part = CountyPart.objects.create(region=plan.call.programme.region, key="vastra-x", name="Västra delen", position=90)
    MunicipalityFactory(code="1883", name="Karlskoga")
    Municipality.objects.filter(pk="1883").update(county_part=part)
    Municipality.objects.filter(pk="1880").update(county_part=None)
    past = make.create_published_call(plan.call.programme, by=plan.leader)
    west = sent(past, plan.leader, title="Förr", municipalities=["1883"])
    make.create_assessed(west.sketch, plan.reviewers[1], by=plan.leader, at=NOW, step=Step.APPLICATION)
    make.create_assessed(make.create_submitted(past), plan.reviewers[0], by=plan.leader, at=NOW)
    other = sent(plan.call, plan.leader, title="Sjön", municipalities=["1883"])
    assert suggested(plan, per_case=1)[other.sketch_id] == ["Sekund Läsare"]


# ---- Accepted or changed


def test_looking_changes_nothing_and_the_board_leads_here(plan):
    client = signed_in(plan.leader)
    assert suggest_url(plan) in client.get(reverse("applications_board", args=[plan.call.slug])).content.decode()
    page = client.get(suggest_url(plan))
    assert (page.status_code, Assessment.objects.count()) == (200, 0)
    assert plan.application.get_absolute_url() in page.content.decode()


def test_accepting_asks_for_the_application_with_one_mail_each(plan):
    other, mails = sent(plan.call, plan.leader, title="Sjön"), Message.objects.count()
    keys = [case.sketch_id for case in (plan.application, other)]
    data = {f"granskare-{key}": [one.pk for one in plan.reviewers] for key in keys}
    assert signed_in(plan.leader).post(suggest_url(plan), {"skiss": keys, **data}).status_code == 302
    assert list(Assessment.objects.values_list("step", flat=True)) == [Step.APPLICATION] * 4
    assert Message.objects.count() - mails == 2
    assert suggested(plan) == {}


def test_what_is_changed_and_unticked_counts_and_nobody_else_gets_in(plan):
    other, stranger = sent(plan.call, plan.leader, title="Sjön"), make.officer(plan.call.programme, Role.PROCESS_TEAM)
    Membership.objects.create(user=plan.reviewers[0], organisation=plan.application.sketch.organisation)
    mine, sketch = plan.application.sketch_id, make.create_submitted(plan.call)
    data = {
        "skiss": [mine, sketch.pk, "x"],
        f"granskare-{mine}": [plan.reviewers[0].pk, plan.reviewers[1].pk, stranger.pk, "", "\u0661"],
        f"granskare-{other.sketch_id}": [plan.reviewers[0].pk],
        f"granskare-{sketch.pk}": [plan.reviewers[1].pk],
    }
    signed_in(plan.leader).post(suggest_url(plan), data)
    assert list(Assessment.objects.values_list("sketch", "reviewer", "step")) == [(mine, plan.reviewers[1].pk, "application")]


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.DECISION_MAKER, 403), (Role.REVIEWER, 404), (Role.FINANCE_OFFICER, 404), ("member", 404), ("elsewhere", 404)],
)
def test_only_officers_suggest_and_accept(plan, role, status):
    user = people(plan.call.programme, plan.application.sketch.organisation)[role]
    data = {"skiss": [plan.application.sketch_id], f"granskare-{plan.application.sketch_id}": [plan.reviewers[0].pk]}
    client = signed_in(user)
    assert (client.get(suggest_url(plan)).status_code, client.post(suggest_url(plan), data).status_code) == (status, status)
    with pytest.raises(PermissionDenied):
        actions.accept_suggestion(
            plan.call, chosen={plan.reviewers[0]: [plan.application.sketch]}, step=Step.APPLICATION, by=user
        )
    assert not Assessment.objects.exists()


def test_hostile_titles_are_shown_as_text(plan):
    version = again(plan.application).current_version
    type(version).objects.filter(pk=version.pk).update(title="<script>alert(1)</script> %s {{ x }}")
    page = signed_in(plan.leader).get(suggest_url(plan)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; %s {{ x }}" in page


def test_equally_many_questions_for_1_and_3_applications(plan):
    one, _page = questions(signed_in(plan.leader), suggest_url(plan))
    for title in ("Sjön", "Ån"):
        ask(plan, sent(plan.call, plan.leader, title=title))
    three, _page = questions(signed_in(plan.leader), suggest_url(plan))
    assert len(one) == len(three) <= 12
