"""The pages of preparation and decision: nothing typed is lost, what is issued is what was read, and the list as page and file."""

import csv
import io

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from grants import actions
from grants.models import Decision, Preparation
from kraftsamling.home.waiting import waiting_for
from kraftsamling.lib.money import Kronor
from kraftsamling.notifications.models import Message
from tests.factories import decisions
from tests.factories.applications import PDF
from tests.grants.scene import again, fresh, questions, signed_in, told
from tests.grants.test_decisions import another, corrected, waiting
from tests.grants.test_hostile_text import CORE, Reader
from tests.kept import kept

pytestmark = pytest.mark.django_db

AT = decisions.DECIDING
TYPED = {
    "kind": "granted", "share": "27,5", "cap": "150 000", "starts_on": "2027-01-15", "ends_on": "2027-12-31",
    "decided_on": "2026-12-09", "conditions": "Villkor.", "follow_up": "Uppföljning.", "financing_plan": "Plan.",
    "final_report": "Slutrapport.", "reasons": "Skäl.", "strategy_link": "Strategi.", "no_appeal": "Får inte överklagas.",
    "deciding_body": "Nämnden", "minutes_item": "§ 2", "delegation_item": "", "presenter": "Före Dragande", "took_part": "",
    "exceeds_reason": "", "revision": "0", "seen_version": "1",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(AT, tick=False):
        yield


def make_stage():
    return waiting()


_stage_once, stage = kept(make_stage)


@pytest.fixture
def leader(stage):
    return signed_in(stage.leader)


def checklist(**changes):
    typed = {f"{name}_ok": "yes" for name in (
        "eligibility", "delimitation", "not_elsewhere", "no_double_funding", "no_conflict", "child_rights",
    )}  # fmt: skip
    return {
        **typed,
        "strategy_link": "Strategi.",
        "state_aid": "not_aid",
        "state_aid_reason": "Ideellt.",
        "revision": "0",
        **changes,
    }


# ---- The checklist


def test_the_checklist_is_saved_and_shown_again(stage, leader):
    url = reverse("application_preparation", args=[stage.application.pk])
    save = reverse("preparation_save", args=[stage.application.pk])
    response = leader.post(save, checklist(child_rights_ok="no", child_rights_note="Saknas än.", euro_rate="11,2345"))
    assert response.url == url
    kept = Preparation.objects.get()
    assert (kept.child_rights_ok, kept.child_rights_note, kept.eligibility_ok, str(kept.euro_rate), kept.revision) == (
        False, "Saknas än.", True, "11.2345", 1,
    )  # fmt: skip
    page = leader.get(url)
    assert page.context["form"].initial["child_rights_ok"] == "no"
    assert "Saknas än." in page.content.decode()


def test_a_mistake_costs_neither_text_nor_file(stage, leader):
    save = reverse("preparation_save", args=[stage.application.pk])
    file = SimpleUploadedFile("intyg.pdf", PDF, "application/pdf")
    response = leader.post(save, checklist(previous_aid="tolv", strategy_link="Lång text.", certificate=file))
    page = response.content.decode()
    assert (response.status_code, "Lång text." in page, "tolv" in page, "intyg.pdf" in page) == (422, True, True, True)
    assert [found.name for found in Preparation.objects.get().certificates.all()] == ["intyg.pdf"]
    assert leader.post(save, checklist(previous_aid="12")).status_code == 302
    [kept] = Preparation.objects.get().certificates.all()
    file_url = reverse("preparation_file", args=[stage.application.pk, kept.pk])
    assert leader.get(file_url).status_code == 200
    assert signed_in(stage.writer).get(file_url).status_code == 404
    assert signed_in(stage.decider).get(file_url).status_code == 200


def test_a_file_that_is_no_certificate_is_refused_and_the_text_is_saved(stage, leader):
    file = SimpleUploadedFile("intyg.exe", b"MZ\x90\x00", "application/pdf")
    response = leader.post(reverse("preparation_save", args=[stage.application.pk]), checklist(certificate=file))
    assert (response.status_code, Preparation.objects.get().certificates.count(), len(told(response))) == (302, 0, 2)


def test_two_who_prepare_see_both_texts(stage, leader):
    save = reverse("preparation_save", args=[stage.application.pk])
    signed_in(stage.team).post(save, checklist(strategy_link="Kollegans ord."))
    response = leader.post(save, checklist(strategy_link="Mina ord."))
    page = response.content.decode()
    assert (response.status_code, "Kollegans" in page, "Mina" in page) == (409, True, True)
    assert Preparation.objects.get().strategy_link == "Kollegans ord."
    leader.post(save, checklist(strategy_link="Båda.", revision=str(response.context["revision"])))
    assert Preparation.objects.get().strategy_link == "Båda."


@pytest.mark.parametrize(
    ("save", "edit", "data"),
    [
        ("preparation_save", "application_preparation", {"strategy_link": "Kvar."}),
        ("decision_save", "decision_edit", {"reasons": "Kvar."}),
    ],
)
def test_text_survives_a_session_that_has_expired(stage, leader, save, edit, data):
    response = Client().post(reverse(save, args=[stage.application.pk]), {**data, "revision": "0", "kind": "rejected"})
    back = leader.get(response.url, follow=True) if response.url.startswith("/ans") else leader.get(_after_log_in(response.url))
    assert "Kvar." in back.content.decode()
    assert (Preparation.objects.count(), Decision.objects.count()) == (0, 0)


def _after_log_in(url):
    from urllib.parse import parse_qs, urlsplit

    return parse_qs(urlsplit(url).query)["next"][0]


def test_identity_numbers_are_refused_in_every_text(stage, leader):
    response = leader.post(
        reverse("preparation_save", args=[stage.application.pk]), checklist(strategy_link="19900101-0017 Kalle")
    )
    assert list(response.context["form"].errors) == ["strategy_link"]


def test_the_decision_maker_reads_the_checklist_and_may_not_save_it(stage):
    client = signed_in(stage.decider)
    assert client.get(reverse("application_preparation", args=[stage.application.pk])).status_code == 200
    assert client.post(reverse("preparation_save", args=[stage.application.pk]), checklist()).status_code == 403


# ---- The draft


def save(client, stage, **changes):
    return client.post(reverse("decision_save", args=[stage.application.pk]), {**TYPED, **changes})


def test_the_first_draft_begins_with_the_applications_data_but_no_share(stage, leader):
    initial = leader.get(reverse("decision_edit", args=[stage.application.pk])).context["form"].initial
    assert (initial["cap"], initial["presenter"], "share" in initial) == (Kronor(200_000), stage.leader.name, False)
    assert "200\u00a0000" in initial["financing_plan"]
    assert initial["no_appeal"] != ""


def test_a_draft_is_saved_as_it_was_typed(stage, leader):
    response = save(leader, stage)
    draft = Decision.objects.get()
    assert (response.url, str(draft.share), draft.cap) == (draft.get_absolute_url(), "27.50", Kronor(150_000))
    assert "Skäl." in leader.get(response.url).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [("share", "50,01"), ("share", "0"), ("cap", "0"), ("ends_on", "2027-01-14"), ("kind", ""), ("share", "x")],
)
def test_a_mistake_in_the_draft_costs_no_text(stage, leader, field, value):
    response = save(leader, stage, **{field: value})
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert "Skäl." in response.content.decode()
    assert not Decision.objects.exists()


def test_two_who_write_see_both_texts(stage, leader):
    save(signed_in(stage.team), stage, reasons="Kollegans ord.")
    response = save(leader, stage, reasons="Mina ord.")
    page = response.content.decode()
    assert (response.status_code, "Kollegans" in page, "Mina" in page) == (409, True, True)
    save(leader, stage, reasons="Båda.", revision=str(response.context["revision"]))
    assert Decision.objects.get().reasons == "Båda."


def test_a_version_that_was_not_read_keeps_the_text(stage, leader):
    response = save(leader, stage, seen_version="7")
    assert (response.status_code, "Skäl." in response.content.decode()) == (409, True)


def test_a_draft_that_was_taken_away_keeps_the_text(stage, leader):
    response = save(leader, stage, revision="3")
    assert (response.status_code, "Skäl." in response.content.decode()) == (409, True)


# ---- From draft to read


def test_the_whole_way_by_the_pages(stage, leader, django_capture_on_commit_callbacks):
    leader.post(reverse("preparation_save", args=[stage.application.pk]), checklist())
    save(leader, stage)
    draft = Decision.objects.get()
    decider, member = signed_in(stage.decider), signed_in(stage.writer)
    assert draft.get_absolute_url() not in [task.url for task in waiting_for(fresh(stage.decider), at=AT)]
    leader.post(reverse("decision_propose", args=[draft.pk]), {"revision": "1"})
    assert draft.get_absolute_url() in [task.url for task in waiting_for(fresh(stage.decider), at=AT)]
    page = decider.get(draft.get_absolute_url())
    assert (page.context["ready"], page.context["may_decide"]) == (True, True)
    with django_capture_on_commit_callbacks(execute=True):
        decider.post(reverse("decision_issue", args=[draft.pk]), {"revision": "1"})
    assert (again(draft).state, again(draft).letter is None) == ("issued", False)
    assert draft.get_absolute_url() in [task.url for task in waiting_for(fresh(stage.writer), at=AT)]
    assert member.get(reverse("decision_letter", args=[draft.pk])).status_code == 200
    member.post(reverse("decision_confirm", args=[draft.pk]))
    assert draft.get_absolute_url() not in [task.url for task in waiting_for(fresh(stage.writer), at=AT)]
    assert stage.writer.name in leader.get(draft.get_absolute_url()).content.decode()
    leader.post(reverse("decision_correct", args=[draft.pk]), {"correction": "Fel."})
    assert Decision.objects.in_draft().get().replaces == draft


def test_a_draft_that_lacks_a_part_is_not_issued_by_the_page(stage, leader):
    decisions.prepare(stage.application, by=stage.leader)
    save(leader, stage, reasons="")
    draft = Decision.objects.get()
    decider = signed_in(stage.decider)
    page = decider.get(draft.get_absolute_url())
    assert (page.context["ready"], reverse("decision_issue", args=[draft.pk]) in page.content.decode()) == (False, False)
    response = decider.post(reverse("decision_issue", args=[draft.pk]), {"revision": "1"})
    assert (again(draft).state, len(told(response))) == ("draft", 1)


def drafted(application, stage):
    decisions.prepare(application, by=stage.leader)
    return decisions.write(application, by=stage.leader)


def test_what_waits_for_its_decision_stands_above_what_is_decided(stage, leader):
    draft = drafted(stage.application, stage)
    Decision.objects.filter(pk=draft.pk).update(decided_on=None)
    issued = decisions.issue(drafted(another(stage), stage), by=stage.decider)
    assert draft.pk < issued.pk
    assert list(leader.get(reverse("decision_list")).context["page"]) == [draft, issued]


def test_the_page_of_the_application_leads_the_officer_to_the_next_thing(stage, leader):
    application, url = stage.application, reverse("application_preparation", args=[stage.application.pk])
    page = leader.get(application.get_absolute_url()).content.decode()
    assert (f'class="btn" href="{url}"' in page, reverse("completion_ask", args=[application.pk]) in page) == (True, True)
    draft = drafted(application, stage)
    page = leader.get(application.get_absolute_url())
    assert (list(page.context["decisions"]), draft.get_absolute_url() in page.content.decode()) == ([draft], True)
    decisions.issue(draft, by=stage.decider)
    page = leader.get(application.get_absolute_url()).content.decode()
    assert (f'class="btn quiet" href="{url}"' in page, 'id="komplettering"' in page) == (True, False)
    sketch = leader.get(application.sketch.get_absolute_url()).content.decode()
    assert f'class="btn quiet" href="{application.get_absolute_url()}"' in sketch


def test_officers_see_what_to_prepare_until_it_is_proposed(stage):
    url = reverse("application_preparation", args=[stage.application.pk])
    assert url in [task.url for task in waiting_for(stage.leader, at=AT)]
    draft = decisions.write(stage.application, by=stage.leader)
    actions.propose_decision(draft, revision=1, by=stage.leader, at=AT)
    assert url not in [task.url for task in waiting_for(stage.leader, at=AT)]


def test_a_replaced_version_points_to_the_one_that_counts(stage):
    first = decisions.decide(stage.application, officer=stage.leader, decider=stage.decider)
    second = corrected(stage, first)
    page = signed_in(stage.writer).get(first.get_absolute_url()).content.decode()
    assert second.get_absolute_url() in page
    assert reverse("decision_confirm", args=[first.pk]) not in page


# ---- The list


def rows_of(response):
    return [decision.pk for decision in response.context["page"].object_list]


def test_the_filters_of_the_address(stage, leader):
    granted = decisions.decide(stage.application, officer=stage.leader, decider=stage.decider)
    other = another(stage)
    draft = decisions.write(other, by=stage.leader, values=decisions.REJECTION)
    actions.propose_decision(draft, revision=1, by=stage.leader, at=AT)
    url = reverse("decision_list")
    found = {query: rows_of(leader.get(f"{url}?{query}")) for query in (
        "", "slag=granted", "slag=rejected", "lage=vantar", "lage=issued", "lage=draft", "lage=nonsense",
        f"q={stage.organisation.name}", "q=finns-inte",
    )}  # fmt: skip
    assert found == {
        "": [draft.pk, granted.pk], "slag=granted": [granted.pk], "slag=rejected": [draft.pk], "lage=vantar": [draft.pk],
        "lage=issued": [granted.pk], "lage=draft": [draft.pk], "lage=nonsense": [draft.pk, granted.pk],
        f"q={stage.organisation.name}": [granted.pk], "q=finns-inte": [],
    }  # fmt: skip
    assert rows_of(signed_in(stage.writer).get(url)) == [granted.pk]


def test_the_files_hold_the_same_rows(stage, leader):
    decisions.decide(stage.application, officer=stage.leader, decider=stage.decider)
    decisions.write(another(stage), by=stage.leader, values=decisions.REJECTION)
    url = reverse("decision_list_file", args=["csv"]) + "?slag=granted"
    table = list(csv.reader(io.StringIO(b"".join(leader.get(url)).decode("utf-8-sig")), delimiter=";"))
    sheet = openpyxl.load_workbook(io.BytesIO(leader.get(reverse("decision_list_file", args=["xlsx"])).content)).active
    assert [row[3] for row in table[1:]] == [stage.organisation.name]
    assert (table[1][9], table[1][10], sheet.max_row) == ("28,00", "150000,00", 3) or table[1][9:11] == ["28,00", "150000"]


def test_one_and_three_rows_ask_the_same_questions(stage, leader):
    decisions.decide(stage.application, officer=stage.leader, decider=stage.decider)
    another(stage)
    one, _page = questions(leader, reverse("decision_list"))
    for _ in range(2):
        decisions.decide(another(stage), officer=stage.leader, decider=stage.decider)
        another(stage)
    three, page = questions(leader, reverse("decision_list"))
    assert (len(rows_of(page)), len(page.context["waiting"])) == (3, 3)
    assert (len(one) == len(three), len(three) <= 12) == (True, True)


def test_the_pages_of_one_decision_ask_few_questions(stage, leader):
    decisions.prepare(stage.application, by=stage.leader)
    draft = decisions.write(stage.application, by=stage.leader)
    for url in (
        draft.get_absolute_url(),
        reverse("decision_edit", args=[stage.application.pk]),
        reverse("application_preparation", args=[stage.application.pk]),
    ):
        asked, page = questions(leader, url)
        assert (page.status_code, len(asked) <= 15) == (200, True), (url, len(asked))


# ---- Hostile text


def test_every_page_shows_hostile_text_as_it_was_written(stage):
    texts = {name: f"zq{name}:{CORE}" for name in (
        "conditions", "follow_up", "financing_plan", "final_report", "reasons", "strategy_link", "no_appeal", "exceeds_reason",
    )}  # fmt: skip
    decisions.prepare(stage.application, by=stage.leader, strategy_link=f"zqlink:{CORE}", child_rights_note=f"zqnote:{CORE}")
    first = decisions.issue(decisions.write(stage.application, by=stage.leader, **texts), by=stage.decider)
    second = corrected(stage, first, correction=f"zqcorrection:{CORE}", **texts)
    urls = [
        first.get_absolute_url(), second.get_absolute_url(), second.project.get_absolute_url(), reverse("decision_list"),
        reverse("project_list"), reverse("application_preparation", args=[stage.application.pk]),
    ]  # fmt: skip
    seen = ""
    for user in (stage.leader, stage.writer):
        for url in urls:
            response = signed_in(user).get(url)
            reader = Reader(response.content.decode())
            assert reader.wrong == [], url
            seen += "".join(reader.texts) + " ".join(reader.values)
    for wanted in [*texts.values(), f"zqcorrection:{CORE}", f"zqlink:{CORE}", f"zqnote:{CORE}"]:
        assert wanted in seen
    assert Message.objects.filter(kind="grants/decision").count() == 0
