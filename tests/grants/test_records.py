"""The record of a case: which documents are public, how they are marked, and how they are handed out."""

import csv
import datetime as dt
import io
from time import process_time

import pikepdf
import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from grants import actions, records, tasks
from grants.models import Disclosure, OutcomeKind, SecrecyMark, Sketch
from grants.states import DisclosureState
from kraftsamling.audit.log import sentence_of
from kraftsamling.audit.models import AuditEntry
from kraftsamling.files import store
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from tests.factories import applications, grants
from tests.factories.accounts import OrganisationFactory
from tests.grants.scene import EVERY_ROLE, again, people, questions, scene
from tests.grants.trail import entries, everything, mark
from tests.kept import kept

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 23, 9, tzinfo=STOCKHOLM)
DUE = dt.datetime(2026, 12, 10, 16, tzinfo=STOCKHOLM)
MINUTE = dt.timedelta(minutes=1)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def stage():
    return scene()


def make_whole():
    """A case with one of each kind of document."""
    place = scene(submitted=False)
    kept = store.store(SimpleUploadedFile("plan.pdf", PDF, "application/pdf"), by=place.writer, at=grants.DURING)
    actions.add_file(place.sketch, file=kept, question=None, by=place.writer, at=grants.DURING)
    grants.hand_in(place.sketch)
    tasks.build_receipt(place.sketch.current_version_id)
    place.application = applications.create_sent_in(grants.create_invited(place.sketch, by=place.leader))
    actions.write_message(place.sketch, text="Ring 019-123 45 67 eller kim@example.se.", by=place.writer, at=AT)
    actions.note_conversation(place.sketch, text="Lokalen är klar.", held_at=AT, held_with="Kim", by=place.leader, at=AT)
    actions.request_completion(
        place.application, text="Budgeten.", due_at=DUE, consequence="as_it_is", by=place.leader, at=AT + MINUTE
    )
    place.sketch = case(place.sketch)
    return place


_whole_once, whole = kept(make_whole)


def case(sketch):
    related = ("call__programme", "organisation", "current_version", "outcome", "application")
    return Sketch.objects.select_related(*related).get(pk=sketch.pk)


def keys(sketch):
    return [row.key.rpartition("-")[0] if not row.is_file else "file" for row in records.documents(case(sketch))]


def url(stage, name="case_record", *more):
    return reverse(name, args=[stage.sketch.pk, *more])


# ---- What is public


def test_a_draft_has_no_documents():
    assert keys(scene(submitted=False).sketch) == []


def test_everything_that_has_come_in_or_been_sent_is_there(whole):
    found = records.documents(whole.sketch)
    assert sorted(keys(whole.sketch)) == sorted([
        "sketch-version", "file", "sketch-receipt", "outcome", "application-version", "message", "message", "completion",
    ])  # fmt: skip
    directions = {row.key.rpartition("-")[0]: row.came_in for row in found if not row.is_file}
    assert directions == {
        "sketch-version": True, "sketch-receipt": False, "outcome": False, "application-version": True, "message": False,
        "completion": False,
    }  # fmt: skip
    version = whole.sketch.versions.get()
    row = next(row for row in found if row.key == f"sketch-version-{version.pk}")
    assert (row.at, row.sender, row.receiver, row.checksum) == (
        version.submitted_at, whole.organisation.name, "Region Örebro län", version.checksum,
    )  # fmt: skip
    file = next(row for row in found if row.is_file)
    assert ("plan.pdf" in file.title, file.checksum, file.came_in) == (True, version.files.get().sha256, True)
    assert [row.at for row in found] == sorted(row.at for row in found)


def test_notes_assessments_unsent_answers_and_later_drafts_are_not_there(stage):
    before = keys(stage.sketch)
    actions.write_note(stage.sketch, text="Hemligt arbete.", visibility="reviewers", by=stage.leader, at=AT)
    grants.create_assessed(stage.sketch, stage.reviewer, by=stage.leader)
    outcome = grants.create_outcome(stage.sketch, by=stage.leader, kind=OutcomeKind.DECLINED)
    draft = {**stage.sketch.draft.content, "need": "Inte inskickat."}
    actions.save_draft(stage.sketch, content=draft, revision=stage.sketch.draft.revision, by=stage.writer, at=AT)
    assert keys(stage.sketch) == before == ["sketch-version"]
    texts = str([extract.parts for extract in records.extracts(records.documents(case(stage.sketch)), without_contacts=False)])
    assert "Inte inskickat." not in texts
    assert "Hemligt arbete." not in texts
    outcome.refresh_from_db()
    actions.send_outcomes(stage.call, outcomes=[outcome], by=stage.leader, at=AT)
    assert keys(stage.sketch) == ["sketch-version", "outcome"]


def test_a_file_in_two_versions_is_one_document(whole):
    place = scene(submitted=False)
    kept = store.store(SimpleUploadedFile("plan.pdf", PDF, "application/pdf"), by=place.writer, at=grants.DURING)
    actions.add_file(place.sketch, file=kept, question=None, by=place.writer, at=grants.DURING)
    grants.hand_in(place.sketch)
    typed = {**place.sketch.draft.content, "title": "Lots igen"}
    actions.save_draft(place.sketch, content=typed, revision=place.sketch.draft.revision, by=place.writer, at=grants.DURING)
    grants.hand_in(place.sketch)
    assert keys(place.sketch) == ["sketch-version", "file", "sketch-version"]


def test_another_part_can_add_its_documents(stage):
    def decisions(sketch):
        yield records.Document(
            key="decision-1", title="Beslut", at=AT, came_in=False, sender="Region", receiver=sketch.organisation.name
        )

    records.provides(decisions)
    try:
        assert keys(stage.sketch) == ["sketch-version", "decision"]
        assert records.extracts(records.chosen(case(stage.sketch), ["decision-1"]), without_contacts=True)[0].parts == []
    finally:
        records._providers.remove(decisions)


def test_the_parties_are_the_applicant_and_its_partners():
    place = scene(submitted=False)
    typed = {**place.sketch.draft.content, "partner_1_name": "Föreningen Ljus"}
    actions.save_draft(place.sketch, content=typed, revision=place.sketch.draft.revision, by=place.writer, at=grants.DURING)
    grants.hand_in(place.sketch)
    assert [(name, number) for _role, name, number in records.parties(case(place.sketch))] == [
        (place.organisation.name, place.organisation.org_number), ("Föreningen Ljus", ""),
    ]  # fmt: skip


# ---- Contact details


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mejla kim.exempel@example.se nu.", "Mejla [] nu."),
        ("Mejla (kim+råd@a-b.example.se), ej @kim eller kim@.", "Mejla ([]), ej @kim eller kim@."),
        ("Ring 019-123 45 67.", "Ring []."),
        ("Ring 070 123 45 67 eller +46 70-123 45 67!", "Ring [] eller []!"),
        ("Från 2027-01-15 2027-12-31 söker vi 200 000 kr.", "Från 2027-01-15 2027-12-31 söker vi 200 000 kr."),
        ("Organisationsnummer 802000-0018, 0 kr, kl. 09.00.", "Organisationsnummer 802000-0018, 0 kr, kl. 09.00."),
    ],
)
def test_how_people_are_reached_is_taken_out(text, expected):
    assert records.without_contact_details(text) == expected.replace("[]", str(records.LEFT_OUT))


@pytest.mark.parametrize("word", ["x", "x.", "x@", "0 ", "0-", "+46 ", "x@x-"])
def test_a_text_without_end_or_spaces_keeps_no_worker_from_handing_out_the_rest(word):
    begun = process_time()
    records.without_contact_details(word * 40_000)
    assert process_time() - begun < 2  # a quarter of a minute, where each sign is taken for the first one of an address


def test_contacts_are_shown_or_left_out_after_the_tick(whole):
    rows = records.documents(whole.sketch)
    shown, hidden = (str([e.parts for e in records.extracts(rows, without_contacts=out)]) for out in (False, True))
    for words in ("Kim Exempel", "kim@example.se", "019-123 45 67", "Siv Signerande"):
        assert (words in shown, words in hidden) == (True, False)
    assert "Många unga saknar en fritid." in hidden


# ---- Marks


def test_a_mark_says_section_date_and_authority_and_is_logged(stage):
    since = mark()
    key = records.documents(case(stage.sketch))[0].key
    made = actions.mark_document(
        stage.sketch, document=key, title="Skissen", section="21 kap. 1 § OSL", authority="Regionen", by=stage.team, at=AT
    )
    row = records.documents(case(stage.sketch))[0]
    assert (row.mark.section, row.mark.marked_at, row.mark.authority, row.mark.marked_by) == (
        "21 kap. 1 § OSL", AT, "Regionen", stage.team,
    )  # fmt: skip
    with pytest.raises(TransitionRefused):
        actions.mark_document(stage.sketch, document=key, title="x", section="x", authority="x", by=stage.leader, at=AT)
    stale = again(made)
    actions.unmark_document(made, title="Skissen", by=stage.leader, at=AT + MINUTE)
    with pytest.raises(LostRace):
        actions.unmark_document(stale, title="Skissen", by=stage.team, at=AT + MINUTE)
    assert records.documents(case(stage.sketch))[0].mark is None
    found = SecrecyMark.objects.get()
    assert (found.removed_at, found.removed_by) == (AT + MINUTE, stage.leader)
    assert entries(since) == [("grants.record.mark", stage.team.pk), ("grants.record.unmark", stage.leader.pk)]


@pytest.mark.parametrize("who", ["writer", "decider", "reviewer"])
def test_others_mark_and_disclose_nothing(stage, who):
    person, before = getattr(stage, who), everything()
    with pytest.raises(PermissionDenied):
        actions.mark_document(stage.sketch, document="x", title="x", section="x", authority="x", by=person, at=AT)
    with pytest.raises(PermissionDenied):
        actions.disclose_documents(stage.sketch, documents=["x"], titles=["x"], by=person, at=AT)
    assert everything() == before


# ---- Disclosure


def ordered(stage, *, keys_=None, at=AT, **kwargs):
    rows = records.documents(case(stage.sketch))
    wanted = keys_ or [row.key for row in rows]
    return actions.disclose_documents(
        stage.sketch, documents=wanted, titles=[row.title for row in rows if row.key in wanted], by=stage.leader, at=at, **kwargs
    )


def test_what_is_handed_out_is_logged_for_officers_without_a_receiver(whole):
    since = mark()
    made = ordered(whole)
    entry = AuditEntry.objects.get(action="grants.record.disclose")
    assert entries(since) == [("grants.record.disclose", whole.leader.pk)]
    assert (entry.internal, set(entry.details)) == (True, {"documents"})
    assert "plan.pdf" in sentence_of(entry)
    assert (made.state, made.asked_by, made.asked_at) == ("pending", whole.leader, AT)


def test_nothing_ticked_is_nothing_to_hand_out(stage):
    with pytest.raises(TransitionRefused):
        actions.disclose_documents(stage.sketch, documents=[], titles=[], by=stage.leader, at=AT)


def test_the_file_is_an_accessible_pdf_of_the_chosen_documents(whole):
    version = whole.sketch.versions.get()
    made = ordered(whole, keys_=[f"sketch-version-{version.pk}"], left_out="Bilaga 2: 21 kap. 1 § OSL.", without_contacts=True)
    tasks.build_disclosure(made.pk)
    made = again(made)
    assert (made.state, made.attempts) == ("ready", 1)
    assert made.pdf.name == f"handlingar-{whole.sketch.number}-{made.pk}.pdf"
    context = records.disclosure_context(Disclosure.objects.select_related("sketch").get(pk=made.pk))
    assert [row.key for row in context["rows"]] == [f"sketch-version-{version.pk}"]
    with pikepdf.open(io.BytesIO(store.read(made.pdf))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "sv"
        assert len(pdf.pages) >= 2
    tasks.build_disclosure(made.pk)
    assert again(made).attempts == 1


def test_the_whole_record_becomes_a_file(whole):
    made = ordered(whole)
    tasks.build_disclosure(made.pk)
    assert again(made).state == "ready"


def test_what_a_dead_worker_left_is_taken_up_once(whole):
    made = ordered(whole)
    assert actions.claim_disclosure(made, at=AT) is True
    with time_machine.travel(AT + 4 * MINUTE, tick=False):
        tasks.build_left_disclosures()
    assert again(made).state == "pending"
    with time_machine.travel(AT + 6 * MINUTE, tick=False):
        tasks.build_left_disclosures()
    assert (again(made).state, again(made).attempts) == ("ready", 2)


def test_two_workers_at_once_make_one_file(whole):
    made = ordered(whole)
    stale = again(made)
    assert actions.claim_disclosure(made, at=AT) is True
    with pytest.raises(LostRace):
        actions.claim_disclosure(stale, at=AT)


def test_after_three_attempts_it_is_given_up_with_a_reason_and_can_be_tried_again(whole):
    made = ordered(whole)
    Disclosure.objects.filter(pk=made.pk).update(attempts=3, claimed_at=AT)
    with time_machine.travel(AT + 6 * MINUTE, tick=False):
        tasks.build_left_disclosures()
    made = again(made)
    assert (made.state, bool(made.error)) == ("failed", True)
    since = mark()
    actions.retry_disclosure(made, by=whole.leader, at=AT)
    assert (again(made).state, again(made).attempts, again(made).error) == ("pending", 0, "")
    assert entries(since) == [("grants.record.retry", whole.leader.pk)]
    with pytest.raises(PermissionDenied):
        actions.retry_disclosure(made, by=whole.writer, at=AT)


def test_what_cannot_be_made_says_why(whole, settings):
    made = ordered(whole)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [], "APP_DIRS": False}]
    settings.TEMPLATES[0]["OPTIONS"] = {
        **settings.TEMPLATES[0]["OPTIONS"],
        "loaders": [("django.template.loaders.locmem.Loader", {})],
    }
    tasks.build_disclosure(made.pk)
    assert again(made).state == "failed"
    assert "record.html" in again(made).error


@pytest.mark.parametrize("state", [state for state in DisclosureState if state != "failed"])
def test_only_what_failed_is_tried_again(whole, state):
    made = ordered(whole)
    if state == "ready":
        tasks.build_disclosure(made.pk)
    with pytest.raises(TransitionRefused):
        actions.retry_disclosure(again(made), by=whole.leader, at=AT)


def test_the_database_keeps_ready_and_its_file_together(whole):
    made = ordered(whole)
    with pytest.raises(IntegrityError), transaction.atomic():
        Disclosure.objects.filter(pk=made.pk).update(state="ready")


# ---- Pages


@pytest.mark.parametrize("who", EVERY_ROLE)
def test_who_reads_the_record_and_its_files(client, whole, who):
    person = people(whole.programme, whole.organisation)[who]
    if person.is_authenticated:
        client.force_login(person)
    reads = {"member", "process_leader", "process_team", "decision_maker"}
    expected = 200 if who in reads else 302 if who == "nobody" else 404
    assert client.get(url(whole)).status_code == expected
    assert client.get(url(whole, "case_record_file", "csv")).status_code == expected


def test_the_page_says_what_is_not_there_and_officers_alone_hand_out(client, whole):
    client.force_login(whole.writer)
    page = client.get(url(whole)).content.decode()
    assert url(whole, "case_disclose") not in page
    assert whole.organisation.org_number in page
    client.force_login(whole.leader)
    assert url(whole, "case_disclose") in client.get(url(whole)).content.decode()


def test_the_list_as_a_file(client, whole):
    client.force_login(whole.leader)
    content = b"".join(client.get(url(whole, "case_record_file", "csv")).streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content), delimiter=";"))
    assert len(rows) == 1 + len(records.documents(whole.sketch))
    assert {row[0] for row in rows[1:]} == {whole.sketch.number}
    assert client.get(url(whole, "case_record_file", "xlsx")).content[:2] == b"PK"
    assert client.get(url(whole, "case_record_file", "json")).status_code == 404


def test_handing_out_through_the_page(client, whole, django_capture_on_commit_callbacks):
    client.force_login(whole.leader)
    assert client.post(url(whole, "case_disclose"), {"documents": ["message-0"]}).status_code == 422
    assert client.post(url(whole, "case_disclose"), {}).status_code == 422
    chosen = records.documents(whole.sketch)[0].key
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url(whole, "case_disclose"), {"documents": [chosen], "without_contacts": "on"})
    made = Disclosure.objects.get()
    assert (made.state, made.documents, made.without_contacts) == ("ready", [chosen], True)
    address = url(whole, "case_disclosure", made.pk)
    assert address in client.get(url(whole)).content.decode()
    assert b"".join(client.get(address).streaming_content)[:5] == b"%PDF-"
    for person, status in ((whole.writer, 403), (whole.decider, 403), (whole.reviewer, 404)):
        client.force_login(person)
        assert client.get(address).status_code == status
    other = grants.create_submitted(whole.call, organisation=OrganisationFactory())
    client.force_login(whole.leader)
    assert client.get(reverse("case_disclosure", args=[other.pk, made.pk])).status_code == 404


def test_pending_and_failed_are_said_on_the_page(client, whole, django_capture_on_commit_callbacks):
    made = ordered(whole)
    client.force_login(whole.leader)
    assert client.get(url(whole, "case_disclosure", made.pk)).status_code == 404
    assert f'<a href="{url(whole)}">' in client.get(url(whole)).content.decode()
    actions.fail_disclosure(made, error="Det gick inte, av ett skäl.")
    assert "Det gick inte, av ett skäl." in client.get(url(whole)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url(whole, "case_disclosure_retry", made.pk))
    assert again(made).state == "ready"
    client.post(url(whole, "case_disclosure_retry", made.pk))
    assert again(made).state == "ready"


def test_marking_through_the_page(client, whole):
    client.force_login(whole.leader)
    key = records.documents(whole.sketch)[0].key
    typed = {"document": key, "section": "21 kap. 1 § OSL", "authority": "Regionen"}
    assert client.post(url(whole, "case_mark"), {**typed, "document": "message-0"}).status_code == 422
    assert client.post(url(whole, "case_mark"), typed).status_code == 302
    assert client.post(url(whole, "case_mark"), typed).status_code == 422
    found = SecrecyMark.objects.get()
    page = client.get(url(whole)).content.decode()
    assert "21 kap. 1 § OSL" in page
    client.force_login(whole.decider)
    assert client.post(url(whole, "case_unmark", found.pk)).status_code == 403
    client.force_login(whole.leader)
    other = grants.create_submitted(whole.call, organisation=OrganisationFactory())
    assert client.post(reverse("case_unmark", args=[other.pk, found.pk])).status_code == 404
    client.post(url(whole, "case_unmark", found.pk))
    assert again(found).removed_by == whole.leader


@pytest.mark.parametrize("who", ["writer", "leader"])
def test_the_record_asks_as_much_for_few_documents_as_for_many(client, whole, who):
    client.force_login(getattr(whole, who))
    one, _page = questions(client, url(whole))
    for minutes in range(3):
        actions.write_message(whole.sketch, text="Mer.", by=whole.writer, at=AT + minutes * MINUTE)
        ordered(whole)
    many, _page = questions(client, url(whole))
    assert len(many) == len(one) <= 15
