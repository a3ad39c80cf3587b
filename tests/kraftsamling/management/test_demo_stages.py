"""What the demo says of the first call is what the seeds say, and the stages stop where they are said to."""

from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from grants.models import Application, ApplicationVersion, Assessment, Call, Decision, Outcome, Sketch
from grants.states import CallState, SketchState
from kraftsamling.accounts.demo import DEMO_ACCOUNTS, DEMO_DOMAIN
from kraftsamling.accounts.models import Organisation, OrganisationKind, User
from kraftsamling.audit.models import AuditEntry
from kraftsamling.lib.money import Kronor
from kraftsamling.management.demo.build import STAGES
from kraftsamling.programmes.models import FocusArea, Programme, Role
from pilots.models import Project
from tests.factories.programmes import ProgrammeFactory

pytestmark = pytest.mark.django_db

NAMED_IN_THE_SEEDS = {
    "Digitalt verktyg för samspel och förståelse för flickor med NPF-diagnos": "Örebro universitet",
    "Stöd för ungdomar för att förebygga utanförskap": "Örebro stadsmission",
    "Gemensamma studiecirklar för barn och föräldrar i ekonomiskt utsatta familjer": "Medborgarskolan",
    "Implementering av TSI och Backa barnet-modellen i norra Örebro län": "Lindesbergs kommun",
    "Ett inkluderande Folkets hus i Ljusnarsberg för barn och unga": "Folkets hus Ljusnarsberg",
    "Ungdomslots till meningsfulla fritidsaktiviteter": "Laxå kommun",
}
ROLE_OF = {
    "processledare": Role.PROCESS_LEADER,
    "processteam": Role.PROCESS_TEAM,
    "granskare": Role.REVIEWER,
    "beslut": Role.DECISION_MAKER,
    "ekonom": Role.FINANCE_OFFICER,
    "kommunikator": Role.COMMUNICATIONS_OFFICER,
    "styrgrupp": Role.STEERING_GROUP,
    "referensgrupp": Role.REFERENCE_GROUP,
    "admin": Role.ADMINISTRATOR,
}
MEMBER_OF = {
    "kommun": "Hallsbergs kommun",
    "kommun.kollega": "Hallsbergs kommun",
    "firmatecknare": "Hallsbergs kommun",
    "forening": "Studieförbundet Vuxenskolan",
}


def built_to(stage, *, folder, blocker):
    with blocker.unblock(), override_settings(DEMO=True, PRIVATE_FILES_DIR=folder), transaction.atomic():
        call_command("demo", stage=stage)
        yield Call.objects.order_by("opens_at").first()
        transaction.set_rollback(True)


@pytest.fixture(scope="class")
def sketches(django_db_setup, django_db_blocker, tmp_path_factory):
    yield from built_to("sketches", folder=tmp_path_factory.mktemp("files"), blocker=django_db_blocker)


@pytest.fixture(scope="class")
def invited(django_db_setup, django_db_blocker, tmp_path_factory):
    yield from built_to("invited", folder=tmp_path_factory.mktemp("files"), blocker=django_db_blocker)


class TestBeforeTheReview:
    def test_nineteen_sketches_seek_exactly_four_and_a_half_millions(self, sketches):
        sent = Sketch.objects.filter(call=sketches).select_related("current_version", "organisation")
        assert {sketch.state for sketch in sent} == {SketchState.SUBMITTED}
        assert (len(sent), sum(sketch.handed_in.sought.ore for sketch in sent)) == (19, 4_500_000_00)
        assert all(Kronor(100_000) <= sketch.handed_in.sought <= Kronor(300_000) for sketch in sent)
        assert all(sketch.handed_in.sought.ore * 2 <= sketch.handed_in.total_cost.ore for sketch in sent)
        who = {sketch.handed_in.title: sketch.organisation.name for sketch in sent}
        assert who.items() >= NAMED_IN_THE_SEEDS.items()
        invented = who.keys() - NAMED_IN_THE_SEEDS
        assert (len(invented), {title[-10:] for title in invented}) == (13, {" (exempel)"})

    def test_the_call_is_the_one_that_the_seeds_tell_of(self, sketches):
        assert sum(frame.amount.ore for frame in sketches.frames.all()) == 1_000_000_00
        assert (sketches.smallest_grant, sketches.largest_grant) == (Kronor(100_000), Kronor(300_000))
        assert (sketches.highest_share, sketches.lowest_own_share) == (50, 50)
        assert sketches.criteria.count() == 8

    def test_nothing_of_the_review_has_begun(self, sketches):
        of_it = [rows.filter(sketch__call=sketches) for rows in (Assessment.objects, Outcome.objects, Application.objects)]
        assert [rows.count() for rows in of_it] == [0, 0, 0]
        assert not Assessment.objects.exclude(submitted_at=None).exists()

    def test_a_second_call_is_open_today(self, sketches):
        [second] = Call.objects.open(at=timezone.now())
        assert (second.state, second != sketches) == (CallState.PUBLISHED, True)

    def test_the_programme_its_factors_and_the_twelve_municipalities(self, sketches):
        assert list(FocusArea.objects.order_by("position").values_list("programme__slug", "key")) == [
            ("barn-och-unga", key) for key in ("familj", "skola", "fritid", "plats")
        ]
        assert Organisation.objects.filter(kind=OrganisationKind.MUNICIPALITY, seat__code__startswith="18").count() == 12

    def test_the_log_tells_it_in_real_order_and_nothing_is_ahead_of_today(self, sketches):
        submitted = list(
            AuditEntry.objects.filter(action="grants.sketch.submit", at__lt=sketches.closes_at)
            .order_by("pk")
            .values_list("at", flat=True)
        )
        assert len(submitted) == 19
        assert all(earlier <= later for earlier, later in pairwise(submitted))
        assert (min(submitted) > sketches.opens_at, max(submitted) < sketches.closes_at) == (True, True)
        assert not AuditEntry.objects.filter(at__gt=timezone.now()).exists()


class TestWhenTheInvitationsAreOut:
    def test_seven_are_invited_and_the_six_of_the_seeds_are_among_them(self, invited):
        at = Sketch.objects.filter(call=invited, state=SketchState.INVITED)
        assert (at.count(), Application.objects.filter(sketch__call=invited).count()) == (7, 7)
        assert {sketch.handed_in.title for sketch in at} > NAMED_IN_THE_SEEDS.keys()
        assert Sketch.objects.filter(call=invited, state=SketchState.DECLINED).count() == 12
        assert not Outcome.objects.filter(sketch__call=invited, reason="").exists()
        assert not Outcome.objects.filter(sketch__call=invited, sent_at=None).exists()

    def test_each_sketch_has_been_read_by_two(self, invited):
        done = Assessment.objects.filter(sketch__call=invited).exclude(submitted_at=None).values_list("sketch", flat=True)
        assert {list(done).count(sketch) >= 2 for sketch in invited.sketches.values_list("pk", flat=True)} == {True}

    def test_there_is_an_account_for_each_role(self, invited):
        programme = Programme.objects.get()
        assert [account.name for account in DEMO_ACCOUNTS] == [*MEMBER_OF, *ROLE_OF]
        for name, role in ROLE_OF.items():
            user = User.objects.get(email=f"{name}@{DEMO_DOMAIN}")
            assert list(user.roles.values_list("programme", "role")) == [(programme.pk, role)], name
        for name, organisation in MEMBER_OF.items():
            user = User.objects.get(email=f"{name}@{DEMO_DOMAIN}")
            assert [str(one) for one in user.organisations.all()] == [organisation], name


@pytest.mark.parametrize(("stage", "reached"), [("applications", (6, 0, 0)), ("decided", (6, 4, 6))])
def test_the_building_stops_at_the_stage_that_was_asked_for(stage, reached, tmp_path, settings):
    settings.DEMO, settings.PRIVATE_FILES_DIR = True, tmp_path
    call_command("demo", stage=stage)
    call = Call.objects.order_by("opens_at").get(title="Pilotprojekt 2024")
    assert Application.objects.filter(sketch__call=call).count() == 7
    assert (
        ApplicationVersion.objects.filter(application__sketch__call=call, number=1).count(),
        Decision.objects.issued().filter(application__sketch__call=call).count(),
        Project.objects.count(),
    ) == reached


@pytest.mark.parametrize("stage", STAGES)
def test_data_that_is_there_is_never_built_over(settings, stage):
    settings.DEMO = True
    ProgrammeFactory()
    with pytest.raises(CommandError, match="there is a programme already"):
        call_command("demo", stage=stage)


def test_a_real_installation_gets_no_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="only built when DEMO is on"):
        call_command("demo", stage="sketches")
    assert not User.objects.exists()
