import copy
import datetime as dt
import hashlib
import json
import socket

import pytest
import time_machine
from celery import current_app
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import gettext as _

from grants import actions, tasks
from grants.actions.freezing import checksum
from grants.actions.sketches import LARGEST_PARKED, MOST_FILES, PARKED_FOR
from grants.forms.sketches import SketchForm
from grants.models import OutcomeKind, ParkedText, Sketch, SketchDraft, SketchFile, SketchVersion
from grants.states import SKETCH_MOVES, SketchState
from kraftsamling.accounts.models import Membership, OrganisationKind
from kraftsamling.audit.models import AuditEntry
from kraftsamling.files import store
from kraftsamling.files.models import StoredFile
from kraftsamling.lib.dates import STOCKHOLM, moment_text
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.notifications.models import Message
from kraftsamling.notifications.tasks import sweep
from kraftsamling.programmes.models import Role
from kraftsamling.search.models import SearchEntry
from tests.factories import grants as make
from tests.factories.accounts import OrganisationFactory, UserFactory, org_number
from tests.factories.programmes import ProgrammeFactory
from tests.grants.trail import entries, everything, letters, mark

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
MICRO = dt.timedelta(microseconds=1)
STATES = ["draft", "submitted", "invited", "declined", "withdrawn", "withdrawn draft"]


@pytest.fixture
def leader():
    return make.officer(ProgrammeFactory())


@pytest.fixture
def call(leader):
    return make.create_published_call(leader.roles.get().programme, by=leader)


def member(sketch):
    return sketch.organisation.members.order_by("pk").first()


def content_of(sketch, **changes):
    form = SketchForm({**sketch.draft.content, **changes}, call=sketch.call)
    assert form.is_valid(), form.errors
    return form.content()


def submit(sketch, *, by=None, at=make.DURING, **changes):
    return actions.submit_sketch(
        sketch, content=content_of(sketch, **changes), revision=sketch.draft.revision, by=by or member(sketch), at=at
    )


def save(sketch, *, by=None, at=make.DURING, revision=None, **changes):
    content = {**sketch.draft.content, **changes}
    return actions.save_draft(
        sketch, content=content, revision=sketch.draft.revision if revision is None else revision, by=by or member(sketch), at=at
    )


def stored(name="bilaga.txt", text="Text"):
    return store.store(SimpleUploadedFile(name, text.encode()), by=None, at=make.DURING)


def in_state(state, call, leader):
    """A sketch with one file in that state, with a draft that has moved on since what was sent in."""
    sketch = make.create_draft(call)
    actions.add_file(sketch, file=stored(), question=None, by=member(sketch), at=make.DURING)
    if state not in {"draft", "withdrawn draft"}:
        make.hand_in(sketch)
        save(sketch, title="Ändrad")
    if state in {"invited", "declined"}:
        outcome = make.create_outcome(sketch, by=leader, kind=OutcomeKind(state))
        actions.send_outcomes(call, outcomes=[outcome], by=leader, at=make.ANSWERING)
    if state.startswith("withdrawn"):
        actions.withdraw_sketch(sketch, reason="Hinner inte", by=member(sketch), at=make.DURING)
    return Sketch.objects.select_related("draft", "call").get(pk=sketch.pk)


def acts(sketch):
    """Every action of the organisation's and the registry's on a sketch, with arguments that are otherwise in order."""
    at = make.DURING
    return {
        "save_draft": lambda by: save(sketch, by=by, title="Ny"),
        "submit_sketch": lambda by: submit(sketch, by=by),
        "withdraw_sketch": lambda by: actions.withdraw_sketch(sketch, reason="Nej", by=by, at=at),
        "add_file": lambda by: actions.add_file(sketch, file=stored("ny.txt"), question=None, by=by, at=at),
        "remove_file": lambda by: actions.remove_file(sketch.files.get(), by=by, at=at),
        "set_registry_number": lambda by: actions.set_registry_number(sketch, number="RÖL-2026-1", by=by, at=at),
    }


WRITING = {"draft", "submitted"}
ALLOWED_IN = dict.fromkeys(["save_draft", "submit_sketch", "withdraw_sketch", "add_file", "remove_file"], WRITING)
SILENT = {"save_draft"}


# ---- From every state, by everybody


def test_the_table_of_moves_is_the_one_that_is_tested():
    assert {
        "draft": {"submitted", "withdrawn"},
        "submitted": {"invited", "declined", "withdrawn"},
        "invited": set(),
        "declined": set(),
        "withdrawn": set(),
    } == SKETCH_MOVES
    assert {state.split()[0] for state in STATES} == set(SketchState.values)


@pytest.mark.parametrize("name", list(ALLOWED_IN))
@pytest.mark.parametrize("state", STATES)
def test_action_from_every_state(name, state, call, leader):
    sketch = in_state(state, call, leader)
    act = acts(sketch)[name]
    before, since = everything(), mark()
    if state in ALLOWED_IN[name]:
        act(member(sketch))
        assert len(entries(since)) == (0 if name in SILENT else 1)
    else:
        with pytest.raises(TransitionRefused):
            act(member(sketch))
        assert everything() == before


@pytest.mark.parametrize("state", STATES)
def test_registry_number_from_every_state(state, call, leader):
    sketch = in_state(state, call, leader)
    before, since = everything(), mark()
    if state in {"draft", "withdrawn draft"}:
        with pytest.raises(PermissionDenied):
            acts(sketch)["set_registry_number"](leader)
        assert everything() == before
    else:
        acts(sketch)["set_registry_number"](leader)
        sketch.refresh_from_db()
        assert (sketch.registry_number, entries(since)) == ("RÖL-2026-1", [("grants.sketch.register", leader.pk)])
        assert AuditEntry.objects.order_by("-pk").first().details == {"number": "RÖL-2026-1", "was": ""}


OUTSIDERS = ["nobody", "other organisation", "former member", "other programme", *Role]


@pytest.mark.parametrize(
    ("name", "who"),
    [
        *((name, who) for name in ALLOWED_IN for who in OUTSIDERS),
        *(("set_registry_number", who) for who in OUTSIDERS if who not in {Role.PROCESS_LEADER, Role.PROCESS_TEAM}),
    ],
)
def test_action_by_an_outsider_is_refused_and_changes_nothing(name, who, call, leader):
    sketch = in_state("submitted", call, leader)
    user = {
        "nobody": lambda: UserFactory(),
        "other organisation": lambda: member(make.create_draft(call)),
        "former member": lambda: UserFactory(member_of=sketch.organisation),
        "other programme": lambda: make.officer(ProgrammeFactory()),
    }.get(who, lambda: make.officer(call.programme, who))()
    if who == "former member":
        Membership.objects.filter(user=user).delete()
    before = everything()
    with pytest.raises(PermissionDenied):
        acts(sketch)[name](user)
    assert everything() == before


def test_a_member_of_the_organisation_sets_no_registry_number(call, leader):
    sketch = in_state("submitted", call, leader)
    with pytest.raises(PermissionDenied):
        acts(sketch)["set_registry_number"](member(sketch))


def test_an_officer_in_conflict_sets_no_registry_number(call, leader):
    sketch = in_state("submitted", call, leader)
    actions.declare_on_case(sketch, ground="Släkt", by=leader, at=make.DURING)
    with pytest.raises(PermissionDenied):
        acts(sketch)["set_registry_number"](leader)


def test_registry_number_from_an_older_window_is_told(call, leader):
    sketch = in_state("submitted", call, leader)
    stale = Sketch.objects.get(pk=sketch.pk)
    actions.set_registry_number(sketch, number="1", by=leader)
    before = everything()
    with pytest.raises(LostRace):
        actions.set_registry_number(stale, number="2", by=leader)
    assert everything() == before


# ---- Begin


def test_start_sketch_gives_an_empty_draft_of_the_organisation(call):
    organisation = OrganisationFactory()
    user, since = UserFactory(member_of=organisation), mark()
    sketch = actions.start_sketch(call, organisation, by=user, at=make.DURING)
    assert (sketch.state, sketch.organisation, sketch.created_at, sketch.created_by, sketch.number, sketch.versions_count) == (
        "draft", organisation, make.DURING, user, None, 0
    )  # fmt: skip
    draft = SketchDraft.objects.get()
    assert (draft.content, draft.revision, draft.saved_at, draft.saved_by) == ({}, 0, make.DURING, user)
    assert (entries(since), letters(since)) == ([("grants.sketch.start", user.pk)], [])
    assert SearchEntry.objects.filter(kind="sketch").count() == 0


@pytest.mark.parametrize(
    ("at", "refused"),
    [
        (make.OPENS - MICRO, True),
        (make.OPENS, False),
        (make.CLOSES - MICRO, False),
        (make.CLOSES, True),
        (make.CLOSES + MICRO, True),
    ],
)
def test_a_sketch_is_begun_only_while_the_call_is_open(at, refused, call):
    organisation = OrganisationFactory()
    user, before = UserFactory(member_of=organisation), everything()
    if refused:
        with pytest.raises(TransitionRefused) as refusal:
            actions.start_sketch(call, organisation, by=user, at=at)
        assert str(refusal.value) == _("The call is not open for new sketches.")
        assert everything() == before
    else:
        assert actions.start_sketch(call, organisation, by=user, at=at).state == "draft"


@pytest.mark.parametrize("state", ["draft", "cancelled"])
def test_no_sketch_is_begun_in_a_call_that_is_not_published(state, leader):
    call = make.create_call(leader.roles.get().programme, by=leader)
    if state == "cancelled":
        actions.publish_call(call, by=leader, at=make.PREPARED)
        actions.cancel_call(call, by=leader, at=make.PREPARED)
    organisation = OrganisationFactory()
    with pytest.raises(TransitionRefused):
        actions.start_sketch(call, organisation, by=UserFactory(member_of=organisation), at=make.DURING)


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_a_sketch_is_begun_only_by_kinds_that_may_apply(kind, call):
    organisation = OrganisationFactory(kind=kind)
    user = UserFactory(member_of=organisation)
    if kind in call.eligible_kinds:
        assert actions.start_sketch(call, organisation, by=user, at=make.DURING).organisation == organisation
    else:
        with pytest.raises(TransitionRefused) as refusal:
            actions.start_sketch(call, organisation, by=user, at=make.DURING)
        assert str(refusal.value) == _("This call is for: %(kinds)s.") % {"kinds": ", ".join(call.eligible_kind_labels).lower()}


def test_a_sketch_is_begun_only_by_members(call, leader):
    organisation = OrganisationFactory()
    before = None
    for user in (UserFactory(), UserFactory(member_of=OrganisationFactory()), leader):
        before = everything()
        with pytest.raises(PermissionDenied):
            actions.start_sketch(call, organisation, by=user, at=make.DURING)
        assert everything() == before


# ---- Save


def test_save_draft_keeps_anything_and_gives_the_next_revision(call):
    sketch, content = make.create_draft(call), {"sought": "mycket", "title": "T" * 300}
    since = mark()
    assert actions.save_draft(sketch, content=content, revision=1, by=member(sketch), at=make.CLOSES) == 2
    draft = SketchDraft.objects.get()
    assert (draft.content, draft.title, draft.revision, draft.saved_at, draft.saved_by) == (
        content, "T" * 200, 2, make.CLOSES, member(sketch)
    )  # fmt: skip
    assert (entries(since), letters(since)) == ([], [])


def test_saving_the_same_text_again_is_no_new_revision(call):
    sketch = make.create_draft(call)
    before = everything()
    assert save(sketch) == 1
    assert everything() == before


def test_two_colleagues_saving_lose_nothing(call):
    sketch = make.create_draft(call)
    colleague = UserFactory(member_of=sketch.organisation)
    stale = Sketch.objects.select_related("draft").get(pk=sketch.pk)
    save(sketch, need="Den enas")
    before = everything()
    with pytest.raises(actions.DraftConflict):
        save(stale, by=colleague, need="Den andras")
    assert everything() == before
    assert SketchDraft.objects.get().content["need"] == "Den enas"
    fresh = Sketch.objects.select_related("draft").get(pk=sketch.pk)
    assert save(fresh, by=colleague, need="Bådas") == 3


@pytest.mark.parametrize("revision", [0, 2, 99, -1])
def test_saving_from_a_revision_that_is_not_the_present_is_a_conflict(revision, call):
    sketch = make.create_draft(call)
    with pytest.raises(actions.DraftConflict):
        save(sketch, revision=revision, title="Ny")


def test_the_text_can_be_saved_after_the_call_has_closed(call):
    sketch = make.create_draft(call)
    assert save(sketch, at=make.REVIEWING, title="Sent") == 2


def test_who_opened_the_draft_before_it_was_withdrawn_cannot_save_into_it(call):
    sketch = make.create_draft(call)
    stale = Sketch.objects.select_related("draft").get(pk=sketch.pk)
    actions.withdraw_sketch(sketch, reason="Nej", by=member(sketch), at=make.DURING)
    before = everything()
    with pytest.raises(TransitionRefused):
        save(stale, title="Ny")
    assert everything() == before


# ---- Hand in


def test_submit_sketch_freezes_numbers_logs_indexes_and_tells(call, leader):
    sketch = make.create_draft(call, partner_1_name="Klubben")
    team = make.officer(call.programme, Role.PROCESS_TEAM)
    for role in set(Role) - {Role.PROCESS_LEADER, Role.PROCESS_TEAM}:
        make.officer(call.programme, role)
    user, since = member(sketch), mark()
    version = submit(sketch)
    sketch.refresh_from_db()
    assert (sketch.state, sketch.submitted_at, sketch.submitted_by) == ("submitted", make.DURING, user)
    assert (sketch.number, sketch.versions_count, sketch.current_version) == ("K-2026-0001", 1, version)
    assert (version.number, version.receipt_number, version.draft_revision) == (1, "K-2026-0001-1", 1)
    assert (version.sought, version.total_cost, version.own_financing) == (Kronor(200_000), Kronor(400_000), Kronor(200_000))
    assert (list(version.municipalities.values_list("pk", flat=True)), version.whole_county) == (["1880"], False)
    assert entries(since) == [("grants.sketch.submit", user.pk)]
    assert AuditEntry.objects.order_by("-pk").first().details == {
        "receipt": "K-2026-0001-1", "version": 1, "checksum": version.checksum
    }  # fmt: skip
    assert sorted(letters(since)) == sorted(("grants/sketch_arrived", officer.email) for officer in (leader, team))
    [entry] = SearchEntry.objects.filter(kind="sketch")
    assert (entry.object_id, entry.title, entry.url) == (sketch.pk, "Fritidslots", sketch.get_absolute_url())


def test_frozen_content_is_whole_and_plain(call):
    number = org_number(901)
    sketch = make.create_draft(call, partner_1_name="Klubben", partner_1_org_number=number, partner_1_part="Lokal", sought="199 999,50",
                               own_financing="200 000,25", other_financing="0,25")  # fmt: skip
    link = actions.add_file(sketch, file=stored(), question=None, by=member(sketch), at=make.DURING)
    version = submit(sketch)
    area = call.focus_areas.order_by("position").first()
    frozen = SketchVersion.objects.get().content
    assert frozen == json.loads(json.dumps(frozen))
    assert frozen == {
        "title": "Fritidslots",
        "texts": {name: sketch.draft.content[name] for name in ("summary", "need", "idea", "target_group", "learning")},
        "focus_areas": [{"key": area.key, "name": area.name}],
        "main_focus_area": {"key": area.key, "name": area.name},
        "whole_county": False,
        "municipalities": [{"code": "1880", "name": "Örebro"}],
        "partners": [{"name": "Klubben", "org_number": number, "part": "Lokal"}],
        "contacts": [
            {"name": "Kim Exempel", "email": "kim@example.se", "phone": ""},
            {"name": "Robin Exempel", "email": "robin@example.se", "phone": ""},
        ],
        "sought": "199999.5",
        "costs": {"own_staff": "300000", "external_services": "80000", "travel": "20000", "indirect": "0"},
        "total_cost": "400000",
        "own_financing": "200000.25",
        "other_financing": "0.25",
        "starts_on": "2027-01-15",
        "ends_on": "2027-12-31",
        "answers": [],
        "files": [{"id": str(link.file_id), "name": "bilaga.txt", "size": 4, "sha256": hashlib.sha256(b"Text").hexdigest()}],
    }
    assert list(version.files.all()) == [link.file]


def recomputed(version, content=None, receipt=None, at=None):
    """The checksum as anybody can compute it from what is kept, without our code."""
    whole = {
        "content": version.content if content is None else content,
        "receipt": receipt or version.receipt_number,
        "submitted_at": (at or version.submitted_at).isoformat(),
    }
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("at", [make.DURING.astimezone(dt.UTC), make.DURING])
def test_checksum_is_recomputable_from_what_is_kept(at, call):
    make.hand_in(make.create_draft(call, title="Räv 🦊"), at=at)
    version = SketchVersion.objects.get()
    assert version.checksum == recomputed(version)


def test_checksum_differs_if_a_single_character_changes(call):
    make.hand_in(make.create_draft(call))
    version = SketchVersion.objects.get()
    changed = []
    for path in (["title"], ["texts", "need"], ["sought"], ["contacts", 0, "email"]):
        content = copy.deepcopy(version.content)
        place = content
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] += " "
        changed.append(recomputed(version, content=content))
    changed += [recomputed(version, receipt="K-2026-0001-2"), recomputed(version, at=version.submitted_at + MICRO)]
    assert len({version.checksum, *changed}) == 7
    assert checksum(version.content, receipt=version.receipt_number, at=version.submitted_at) == recomputed(version)


@pytest.mark.parametrize(
    ("at", "refused"),
    [
        (make.OPENS - MICRO, True),
        (make.OPENS, False),
        (make.CLOSES - MICRO, False),
        (make.CLOSES, True),
        (make.CLOSES + MICRO, True),
    ],
)
def test_the_deadline_is_half_open(at, refused, call):
    sketch = make.create_draft(call)
    before = everything()
    if refused:
        with pytest.raises(TransitionRefused) as refusal:
            submit(sketch, at=at)
        assert str(refusal.value) == _("The call closed on %(moment)s, so the sketch cannot be sent in. Your text is kept.") % {
            "moment": moment_text(make.CLOSES)
        }
        assert everything() == before
    else:
        assert submit(sketch, at=at).submitted_at == at


NIGHT = dt.datetime(2026, 10, 25, 2, 30, tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("closes_at", "in_utc"),
    [
        (NIGHT, dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)),
        (NIGHT.replace(fold=1), dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)),
        (dt.datetime(2027, 3, 28, 3, 0, tzinfo=STOCKHOLM), dt.datetime(2027, 3, 28, 1, 0, tzinfo=dt.UTC)),
    ],
)
def test_the_deadline_holds_on_the_nights_when_the_clock_is_moved(closes_at, in_utc, leader):
    call = make.create_published_call(
        leader.roles.get().programme, by=leader, closes_at=closes_at, review_due_at=closes_at + 5 * DAY,
        application_due_at=closes_at + 9 * DAY,
    )  # fmt: skip
    call.refresh_from_db()
    sketch = make.create_draft(call)
    assert call.closes_at == in_utc
    for at in (in_utc, in_utc.astimezone(STOCKHOLM), in_utc + dt.timedelta(hours=1)):
        with pytest.raises(TransitionRefused):
            submit(sketch, at=at)
    assert submit(sketch, at=in_utc - MICRO).number == 1


def test_more_time_lets_that_organisation_send_in_and_nobody_else(call, leader):
    mine, theirs = make.create_draft(call), make.create_draft(call)
    actions.extend_deadline(call, mine.organisation, until_at=make.CLOSES + DAY, reason="Sjukdom", by=leader, at=make.DURING)
    assert submit(mine, at=make.CLOSES + DAY - MICRO).number == 1
    with pytest.raises(TransitionRefused):
        submit(theirs, at=make.CLOSES)
    save(mine, title="Igen")
    with pytest.raises(TransitionRefused):
        submit(mine, at=make.CLOSES + DAY)


def test_sending_the_same_revision_twice_gives_one_version_one_number_one_entry_and_one_mail(call, leader):
    sketch = make.create_draft(call)
    stale = Sketch.objects.select_related("call").get(pk=sketch.pk)
    first = submit(sketch)
    tasks.build_receipt(first.pk)
    before = everything()
    second = submit(stale)
    tasks.build_receipt(second.pk)
    assert (second, SketchVersion.objects.count()) == (first, 1)
    assert everything() == before
    assert [kind for kind, _email in letters()].count("grants/sketch_receipt") == 1
    assert [action for action, _by in entries()].count("grants.sketch.submit") == 1


def test_sending_the_same_revision_after_closing_still_gives_its_receipt(call):
    sketch = make.create_draft(call)
    version = submit(sketch)
    assert submit(sketch, at=make.REVIEWING) == version


def test_sending_a_draft_that_a_colleague_has_changed_is_a_conflict(call):
    sketch = make.create_draft(call)
    content = content_of(sketch)
    colleague = Sketch.objects.select_related("draft").get(pk=sketch.pk)
    save(colleague, need="Ändrat")
    before = everything()
    with pytest.raises(actions.DraftConflict):
        actions.submit_sketch(sketch, content=content, revision=1, by=member(sketch), at=make.DURING)
    assert everything() == before


def test_who_opened_the_sketch_before_it_was_withdrawn_cannot_send_it(call):
    sketch = make.create_draft(call)
    stale = Sketch.objects.select_related("draft", "call").get(pk=sketch.pk)
    actions.withdraw_sketch(sketch, reason="Nej", by=member(sketch), at=make.DURING)
    before = everything()
    with pytest.raises(TransitionRefused):
        submit(stale)
    assert everything() == before


def test_a_call_that_is_cancelled_takes_no_sketch(call, leader):
    sketch = make.create_draft(call)
    actions.cancel_call(call, by=leader, at=make.DURING)
    with pytest.raises(TransitionRefused):
        submit(sketch)


def test_an_organisation_of_another_kind_than_the_calls_cannot_send_in(call):
    sketch = make.create_draft(call)
    sketch.organisation.kind = OrganisationKind.COMPANY
    sketch.organisation.save()
    before = everything()
    with pytest.raises(TransitionRefused):
        submit(sketch)
    assert everything() == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"sought": Kronor("99999.99"), "other_financing": Kronor("100000.01")}, "sought"),
        ({"sought": Kronor("300000.01")}, "sought"),
        ({"own_financing": Kronor("199999.99"), "other_financing": Kronor("0.01")}, "own_financing"),
        ({"other_financing": Kronor("0.01")}, "own_financing"),
        ({"starts_on": dt.date(2026, 12, 31)}, "starts_on"),
        ({"ends_on": dt.date(2029, 1, 1)}, "ends_on"),
    ],
)
def test_rules_are_asked_again_at_hand_in_whatever_the_form_said(changes, field, call):
    sketch = make.create_draft(call)
    content = content_of(sketch)
    broken = type(content)(**{**vars(content), **changes})
    before = everything()
    with pytest.raises(TransitionRefused):
        actions.submit_sketch(sketch, content=broken, revision=1, by=member(sketch), at=make.DURING)
    assert everything() == before


def test_sending_in_again_makes_version_two_and_the_first_stays_as_it_was(call, leader):
    sketch = make.create_draft(call)
    first = submit(sketch)
    kept = SketchVersion.objects.values().get(pk=first.pk)
    save(sketch, title="Ny titel", sought="150 000", own_financing="250 000")
    since = mark()
    later = make.DURING + dt.timedelta(hours=1)
    second = submit(Sketch.objects.select_related("draft", "call").get(pk=sketch.pk), at=later)
    sketch.refresh_from_db()
    assert (second.number, second.receipt_number, second.draft_revision) == (2, "K-2026-0001-2", 2)
    assert (sketch.number, sketch.versions_count, sketch.current_version, sketch.submitted_at) == (
        "K-2026-0001",
        2,
        second,
        later,
    )
    assert SketchVersion.objects.values().get(pk=first.pk) == kept
    assert entries(since) == [("grants.sketch.submit", member(sketch).pk)]
    assert letters(since) == [("grants/sketch_arrived", leader.email)]
    assert [letter.subject for letter in Message.objects.filter(kind="grants/sketch_arrived").order_by("pk")] == [
        "Ny skiss K-2026-0001: Fritidslots",
        "Ändrad skiss K-2026-0001, version 2: Ny titel",
    ]
    assert list(SearchEntry.objects.filter(kind="sketch").values_list("title", flat=True)) == ["Ny titel"]


def test_numbers_follow_each_other_within_a_year_and_begin_anew(call, leader):
    sketches = [make.create_submitted(call) for _n in range(3)]
    late = make.create_published_call(
        call.programme, by=leader, title="Över nyår", closes_at=dt.datetime(2027, 2, 1, tzinfo=STOCKHOLM),
        review_due_at=dt.datetime(2027, 3, 1, tzinfo=STOCKHOLM), application_due_at=dt.datetime(2027, 4, 1, tzinfo=STOCKHOLM),
    )  # fmt: skip
    new_year = dt.datetime(2027, 1, 1, tzinfo=STOCKHOLM)
    before, after = make.create_submitted(late, at=new_year - MICRO), make.create_submitted(late, at=new_year)
    numbers = [sketch.number for sketch in [*sketches, before, after]]
    assert numbers == ["K-2026-0001", "K-2026-0002", "K-2026-0003", "K-2026-0004", "K-2027-0001"]


def test_news_goes_to_no_officer_whose_own_organisation_takes_part(call, leader):
    partner, applicant = OrganisationFactory(), OrganisationFactory()
    team = [make.officer(call.programme, Role.PROCESS_TEAM, member_of=organisation) for organisation in (partner, applicant)]
    make.officer(call.programme, Role.PROCESS_TEAM, is_active=False)
    sketch = make.create_draft(
        call,
        organisation=applicant,
        partner_1_name="Part",
        partner_1_org_number=partner.org_number,
        by=UserFactory(member_of=applicant),
    )
    since = mark()
    submit(sketch)
    assert letters(since) == [("grants/sketch_arrived", leader.email)]
    assert team[0].email != leader.email


def test_news_of_a_changed_sketch_goes_to_no_officer_who_has_declared_a_conflict(call, leader):
    sketch = make.create_draft(call)
    team = make.officer(call.programme, Role.PROCESS_TEAM)
    submit(sketch)
    sketch.refresh_from_db()
    actions.declare_on_case(sketch, ground="Släkt", by=team, at=make.DURING)
    save(sketch, title="Ändrad")
    since = mark()
    submit(sketch)
    assert letters(since) == [("grants/sketch_arrived", leader.email)]


# ---- Receipt


def test_the_receipt_is_built_and_mailed_once(call, leader):
    sketch = make.create_draft(call)
    contact = member(sketch)
    colleague = UserFactory(member_of=sketch.organisation)
    version = submit(sketch)
    since = mark()
    tasks.build_receipt(version.pk)
    tasks.build_receipt(version.pk)
    version.refresh_from_db()
    assert (version.receipt_pdf.name, version.receipt_pdf.content_type, store.verify(version.receipt_pdf)) == (
        "kvitto-K-2026-0001-1.pdf", "application/pdf", True
    )  # fmt: skip
    assert (StoredFile.objects.count(), store.read(version.receipt_pdf)[:5]) == (1, b"%PDF-")
    assert sorted(letters(since)) == sorted(("grants/sketch_receipt", user.email) for user in (contact, colleague))
    assert entries(since) == []


def test_a_receipt_that_another_worker_has_just_laid_there_is_not_replaced(call):
    sketch = make.create_draft(call)
    version = submit(sketch)
    stale = SketchVersion.objects.get(pk=version.pk)
    first, second = stored("ett.txt"), stored("två.txt")
    actions.attach_receipt(version, pdf=first)
    before = everything()
    with pytest.raises(LostRace):
        actions.attach_receipt(stale, pdf=second)
    assert everything() == before
    assert SketchVersion.objects.get().receipt_pdf == first


def test_the_receipt_tells_number_moment_and_checksum(call):
    sketch = make.create_draft(call)
    version = submit(sketch)
    tasks.build_receipt(version.pk)
    [letter] = Message.objects.filter(kind="grants/sketch_receipt")
    assert letter.subject == _("Receipt %(receipt)s: %(title)s") % {"receipt": "K-2026-0001-1", "title": "Fritidslots"}
    for words in ("K-2026-0001-1", moment_text(make.DURING), version.checksum, sketch.get_absolute_url()):
        assert (words in letter.text, words in letter.html) == (True, True)


def test_a_mail_says_that_a_receipt_is_attached_only_if_one_is(call, django_capture_on_commit_callbacks):
    sketch = make.create_draft(call)
    version = submit(sketch)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.build_receipt(version.pk)
    [letter] = [message for message in mail.outbox if "K-2026-0001-1" in message.subject]
    says = _("The receipt as a PDF is attached, and stands in the case together with the sketch.") in letter.body
    assert says == bool(letter.attachments)


def test_the_receipt_goes_to_the_contacts_of_this_organisation(call):
    sketch = make.create_draft(call)
    contact, other = member(sketch), UserFactory(member_of=sketch.organisation)
    Membership.objects.filter(user=other).update(is_contact=False)
    Membership.objects.create(user=other, organisation=OrganisationFactory(), is_contact=True)
    UserFactory(member_of=sketch.organisation, is_active=False)
    version = submit(sketch)
    since = mark()
    tasks.build_receipt(version.pk)
    assert letters(since) == [("grants/sketch_receipt", contact.email)]


def test_an_organisation_without_contacts_gets_its_receipt_all_the_same(call):
    sketch = make.create_draft(call)
    Membership.objects.update(is_contact=False)
    version = submit(sketch)
    since = mark()
    tasks.build_receipt(version.pk)
    assert letters(since) == [("grants/sketch_receipt", member(sketch).email)]


@pytest.mark.parametrize(("waited", "built"), [(dt.timedelta(minutes=2), False), (dt.timedelta(minutes=2) + MICRO, True)])
def test_missing_receipts_are_built_after_a_while(waited, built, call, django_capture_on_commit_callbacks):
    version = submit(make.create_draft(call))
    with time_machine.travel(make.DURING + waited, tick=False), django_capture_on_commit_callbacks(execute=True):
        tasks.build_missing_receipts()
    version.refresh_from_db()
    assert (version.receipt_pdf is not None) == built


@pytest.fixture
def broker_away():
    """The broker's address is a port where nobody listens, and tasks are handed to it as in production; it comes back when called."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    conf = current_app.conf
    kept = conf.task_always_eager, conf.broker_url
    forget_connections()
    conf.task_always_eager, conf.broker_url = False, f"redis://127.0.0.1:{port}/0"

    def back():
        conf.task_always_eager, conf.broker_url = kept
        forget_connections()

    yield back
    back()


def forget_connections():
    current_app._pool = None
    current_app.amqp._producer_pool = None


def test_a_sketch_sent_in_while_the_broker_is_away_stands_and_the_mail_follows(
    call, leader, client, broker_away, django_capture_on_commit_callbacks, caplog
):
    sketch = make.create_draft(call)
    client.force_login(member(sketch))
    with time_machine.travel(make.DURING, tick=False), django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("sketch_submit", args=[sketch.pk]), {"revision": 1})
    assert (response.status_code, response["Location"]) == (302, sketch.get_absolute_url())
    warned = [record.getMessage().partition(",")[0] for record in caplog.records if record.levelname == "WARNING"]
    assert warned == ["the broker does not answer"] * 2
    version = SketchVersion.objects.get()
    assert (version.receipt_pdf, mail.outbox) == (None, [])
    assert letters() == [("grants/sketch_arrived", leader.email)]
    broker_away()
    later = make.DURING + dt.timedelta(minutes=5)
    with time_machine.travel(later, tick=False), django_capture_on_commit_callbacks(execute=True):
        tasks.build_missing_receipts()
    with time_machine.travel(later, tick=False):
        sweep()
    version.refresh_from_db()
    assert version.receipt_pdf.name == "kvitto-K-2026-0001-1.pdf"
    assert sorted(message.to[0] for message in mail.outbox) == sorted([leader.email, member(sketch).email])
    with time_machine.travel(later + DAY, tick=False), django_capture_on_commit_callbacks(execute=True):
        tasks.build_missing_receipts()
        sweep()
    assert (len(mail.outbox), StoredFile.objects.count()) == (2, 1)


# ---- Withdraw


@pytest.mark.parametrize(("state", "mails"), [("draft", 0), ("submitted", 2)])
def test_withdraw_sketch_takes_it_back_and_tells_the_organisation_if_it_was_sent_in(state, mails, call, leader):
    sketch = in_state(state, call, leader)
    user = member(sketch)
    UserFactory(member_of=sketch.organisation)
    UserFactory(member_of=sketch.organisation, is_active=False)
    versions, since = list(SketchVersion.objects.values()), mark()
    actions.withdraw_sketch(sketch, reason="Hinner inte", by=user, at=make.REVIEWING)
    sketch.refresh_from_db()
    assert (sketch.state, sketch.withdrawn_at, sketch.withdrawn_by) == ("withdrawn", make.REVIEWING, user)
    assert entries(since) == [("grants.sketch.withdraw", user.pk)]
    assert AuditEntry.objects.order_by("-pk").first().details == {"reason": "Hinner inte"}
    assert [kind for kind, _email in letters(since)] == ["grants/sketch_withdrawn"] * mails
    assert list(SketchVersion.objects.values()) == versions


def test_withdrawing_drops_an_answer_that_was_being_prepared(call, leader):
    sketch = in_state("submitted", call, leader)
    make.create_outcome(sketch, by=leader)
    actions.withdraw_sketch(Sketch.objects.get(pk=sketch.pk), reason="Nej", by=member(sketch), at=make.ANSWERING)
    assert not Sketch.objects.filter(outcome__isnull=False).exists()


def test_withdrawing_from_an_older_window_is_told(call, leader):
    sketch = in_state("submitted", call, leader)
    stale = Sketch.objects.get(pk=sketch.pk)
    make.create_invited(sketch, by=leader)
    before = everything()
    with pytest.raises(LostRace):
        actions.withdraw_sketch(stale, reason="Nej", by=member(sketch), at=make.ANSWERING)
    assert everything() == before


# ---- Files


def test_add_file_lays_it_beside_the_draft_as_a_new_revision(call):
    sketch, file = make.create_draft(call), stored()
    since = mark()
    link = actions.add_file(sketch, file=file, question=None, by=member(sketch), at=make.DURING)
    draft = SketchDraft.objects.get()
    assert (link.file, link.question, link.added_at, link.added_by, link.removed_at) == (
        file,
        None,
        make.DURING,
        member(sketch),
        None,
    )
    assert (draft.revision, sketch.draft.revision) == (2, 2)
    assert (entries(since), letters(since)) == ([("grants.sketch.add_file", member(sketch).pk)], [])


def test_remove_file_takes_it_from_the_draft_but_not_from_what_was_sent_in(call):
    sketch = make.create_draft(call)
    link = actions.add_file(sketch, file=stored(), question=None, by=member(sketch), at=make.DURING)
    first = make.hand_in(sketch)
    since = mark()
    actions.remove_file(link, by=member(sketch), at=make.DURING)
    second = make.hand_in(sketch)
    assert (list(first.files.all()), list(second.files.all())) == ([link.file], [])
    assert (first.content["files"][0]["name"], second.content["files"]) == ("bilaga.txt", [])
    assert entries(since)[0] == ("grants.sketch.remove_file", member(sketch).pk)
    assert StoredFile.objects.count() == 1


def test_removing_a_file_twice_is_told(call):
    sketch = make.create_draft(call)
    link = actions.add_file(sketch, file=stored(), question=None, by=member(sketch), at=make.DURING)
    stale = SketchFile.objects.get(pk=link.pk)
    actions.remove_file(link, by=member(sketch), at=make.DURING)
    before = everything()
    with pytest.raises(LostRace):
        actions.remove_file(stale, by=member(sketch), at=make.DURING)
    assert everything() == before


def test_a_sketch_holds_a_bounded_number_of_files(call):
    sketch, file = make.create_draft(call), stored()
    links = [actions.add_file(sketch, file=file, question=None, by=member(sketch), at=make.DURING) for _n in range(MOST_FILES)]
    before = everything()
    with pytest.raises(TransitionRefused):
        actions.add_file(sketch, file=file, question=None, by=member(sketch), at=make.DURING)
    assert (everything(), MOST_FILES) == (before, 20)
    actions.remove_file(links[0], by=member(sketch), at=make.DURING)
    actions.add_file(sketch, file=file, question=None, by=member(sketch), at=make.DURING)


def test_a_file_added_by_a_colleague_is_not_sent_in_unseen(call):
    sketch = make.create_draft(call)
    content = content_of(sketch)
    colleague = Sketch.objects.select_related("draft").get(pk=sketch.pk)
    actions.add_file(colleague, file=stored(), question=None, by=member(sketch), at=make.DURING)
    with pytest.raises(actions.DraftConflict):
        actions.submit_sketch(sketch, content=content, revision=1, by=member(sketch), at=make.DURING)


# ---- Reminders of drafts


def test_a_reminder_of_a_draft_goes_once_per_interval_to_the_members(call, leader):
    sketch = make.create_draft(call)
    colleague = UserFactory(member_of=sketch.organisation)
    since = mark()
    for _n in range(2):
        actions.remind_about_draft(sketch, days=7, at=make.DURING)
    assert sorted(letters(since)) == sorted(("grants/draft_reminder", user.email) for user in (member(sketch), colleague))
    actions.remind_about_draft(sketch, days=2, at=make.DURING)
    assert len(letters(since)) == 4


def test_no_officer_reads_the_title_of_a_draft_in_the_outbox(call, leader):
    sketch = make.create_draft(call, title="Hemlig idé")
    actions.remind_about_draft(sketch, days=7, at=make.DURING)
    readers = [leader, make.officer(call.programme, Role.PROCESS_TEAM), make.officer(call.programme, Role.ADMINISTRATOR)]
    seen = [
        message.subject
        for user in readers
        for message in Message.objects.visible_to(user)
        if "Hemlig" in message.subject + message.text
    ]
    assert seen == []


@pytest.mark.parametrize(("days_before", "reminded"), [(8, 0), (7, 1), (6, 0), (3, 0), (2, 1), (1, 0), (0, 0)])
def test_writers_are_reminded_seven_and_two_days_before_their_deadline(days_before, reminded, call):
    make.create_draft(call)
    make.create_submitted(call)
    since = mark()
    with time_machine.travel(make.CLOSES.replace(hour=8) - days_before * DAY, tick=False):
        tasks.remind()
    assert [kind for kind, _email in letters(since)] == ["grants/draft_reminder"] * reminded


# ---- Parked texts


def test_a_parked_text_comes_back_to_its_page_alone(call):
    token = actions.park_text(path="/skisser/1/skriv/", content={"need": "Text"}, at=make.DURING)
    assert actions.unpark_text(token, path="/skisser/1/skriv/", at=make.DURING) == {"need": "Text"}
    assert actions.unpark_text(token, path="/skisser/2/skriv/", at=make.DURING) is None
    assert actions.unpark_text("annan", path="/skisser/1/skriv/", at=make.DURING) is None
    assert len(token) >= 32


@pytest.mark.parametrize(("waited", "kept"), [(PARKED_FOR - MICRO, True), (PARKED_FOR, False)])
def test_a_parked_text_is_kept_for_two_days(waited, kept):
    token = actions.park_text(path="/x/", content={"need": "Text"}, at=make.DURING)
    assert (actions.unpark_text(token, path="/x/", at=make.DURING + waited) is not None) == kept
    assert PARKED_FOR == 2 * DAY


@pytest.mark.parametrize(("waited", "left"), [(PARKED_FOR, 1), (PARKED_FOR + MICRO, 0)])
def test_parked_texts_are_cleared(waited, left):
    actions.park_text(path="/x/", content={"need": "Text"}, at=make.DURING)
    with time_machine.travel(make.DURING + waited, tick=False):
        tasks.clear_parked_texts()
    assert ParkedText.objects.count() == left


def test_a_text_too_long_to_be_parked_is_refused():
    with pytest.raises(TransitionRefused):
        actions.park_text(path="/x/", content={"need": "x" * LARGEST_PARKED})
    assert ParkedText.objects.count() == 0


@pytest.mark.parametrize("letter", ["x", "ö", "🦊"])
def test_a_text_of_200_000_characters_can_be_parked_in_any_alphabet(letter):
    token = actions.park_text(path="/x/", content={"need": letter * 200_000}, at=make.DURING)
    assert actions.unpark_text(token, path="/x/", at=make.DURING) == {"need": letter * 200_000}
