"""The pages of the application: written in parts, nothing lost, nobody else's to see, signed and sent in."""

import datetime as dt
import html
import re
from collections import Counter

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext

from grants import actions
from grants.forms.applications import BY_KEY, MOST_GOALS, SECTIONS, SectionForm
from grants.models import Application, ApplicationVersion
from tests.factories import applications as make
from tests.factories.accounts import UserFactory
from tests.factories.grants import APPLICATION_DUE, create_published_call, officer
from tests.grants.scene import signed_in
from tests.kept import kept

pytestmark = pytest.mark.django_db
XSS = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _while_writing(time_machine):
    time_machine.move_to(make.WRITING, tick=False)


def make_application():
    return make.create_open()


_application_once, application = kept(make_application)


@pytest.fixture
def writer(application):
    return signed_in(make.writer(application))


@pytest.fixture
def leader(application):
    return signed_in(application.sketch.call.created_by)


def edit(application, key="projekt"):
    return reverse("application_edit", args=[application.pk, key])


def url(name, application, *args):
    return reverse(name, args=[application.pk, *args])


def draft(application):
    return actions.draft_of(application)


def section_data(application, key, **changes):
    """What the page of one section would send, with everything filled in."""
    everything = {**draft(application).content, **make.typed_application(), **changes}
    form = SectionForm(BY_KEY[key], everything, application=application)
    sent = {name: everything[name] for name in form.all_names() if everything.get(name) is not None}
    return {**sent, "revision": draft(application).revision}


def test_a_part_that_is_done_is_not_called_the_whole(application, writer):
    make.write(application)
    page = writer.get(edit(application, SECTIONS[0].key)).content.decode()
    words = [
        gettext(text) for text in ("This part is done.", "Everything is filled in.", "Read it through once more, and send it in.")
    ]
    assert [text in page for text in words] == [True, False, False]


def test_what_remains_is_named_under_the_part_that_it_belongs_to(application, writer):
    page = writer.get(url("application_preview", application))
    errors = page.content.decode().split('class="errors"')[1].split("</div>")[0]
    shown = {part.split("</h3>")[0]: part.count("<li>") for part in errors.split("<h3>")[1:]}
    titles = {section["key"]: section["title"] for section in page.context["sections"]}
    expected = Counter(titles[section] for section, _name, _label in page.context["remaining"])
    assert shown == expected
    assert len(shown) > 3


def test_all_parts_are_written_page_by_page_and_sent_in(application, writer, leader):
    make.create_signatory(application.sketch.organisation)
    for section in SECTIONS:
        assert writer.get(edit(application, section.key)).status_code == 200
        assert writer.post(edit(application, section.key), section_data(application, section.key)).status_code == 302
    make.write(application)  # the budget has a page, and tests, of its own
    page = writer.get(url("application_preview", application))
    assert (page.context["wrong"], page.context["remaining"]) == ([], [])
    data = {"revision": draft(application).revision, "signatory": page.context["signatories"][0].pk, "is_true": "on"}
    sent = writer.post(url("application_submit", application), data, follow=True)
    version = ApplicationVersion.objects.get()
    assert sent.redirect_chain[-1][0] == application.get_absolute_url()
    assert version.receipt_number in sent.content.decode()
    assert "Fler unga ska ha en fritid" in leader.get(application.get_absolute_url()).content.decode()


def test_sending_twice_is_one_version(application, writer):
    make.write(application)
    signatory = make.create_signatory(application.sketch.organisation)
    data = {"revision": draft(application).revision, "signatory": signatory.pk, "is_true": "on"}
    for _ in range(2):
        assert writer.post(url("application_submit", application), data).status_code == 302
    assert ApplicationVersion.objects.count() == 1


@pytest.mark.parametrize("left_out", ["signatory", "is_true"])
def test_without_signature_or_declaration_nothing_is_sent(application, writer, left_out):
    make.write(application)
    signatory = make.create_signatory(application.sketch.organisation)
    data = {"revision": draft(application).revision, "signatory": signatory.pk, "is_true": "on"}
    del data[left_out]
    page = writer.post(url("application_submit", application), data)
    assert (page.status_code, left_out in page.context["form"].errors) == (200, True)
    summary = page.content.decode().split('class="errors" role="alert" tabindex="-1" autofocus')[1].split("</ul>")[0]
    assert re.findall(r'href="#([^"]+)"', summary) == [{"signatory": "id_signatory_0", "is_true": "id_is_true"}[left_out]]
    assert not ApplicationVersion.objects.exists()


def test_it_is_said_to_be_ready_with_nothing_signed_and_a_colleague_sends_it_in(application, writer):
    """The browser holds nothing back: the first of two neither signs nor declares."""
    signatory = make.create_signatory(application.sketch.organisation, jointly=True)
    make.write(application)
    preview = writer.get(url("application_preview", application)).content.decode()
    form = preview[preview.index(url("application_submit", application)) :].partition("</form>")[0]
    assert ('name="ready"' in form, " required" in form) == (True, False)
    said = writer.post(
        url("application_submit", application), {"revision": draft(application).revision, "ready": "1"}, follow=True
    )
    assert "Nu kan en kollega skicka in den" in said.content.decode()
    colleague = signed_in(UserFactory(member_of=application.sketch.organisation))
    assert "sa att den är klar" in colleague.get(url("application_preview", application)).content.decode()
    data = {"revision": draft(application).revision, "signatory": signatory.pk, "is_true": "on"}
    colleague.post(url("application_submit", application), data)
    assert ApplicationVersion.objects.count() == 1


def test_what_remains_leads_to_its_field(application, writer):
    page = writer.get(url("application_preview", application)).content.decode()
    assert f"{edit(application)}?kontroll=1#div_id_purpose" in page
    assert f"{edit(application, 'uppfoljning')}?kontroll=1#div_id_indicator_1_name" in page


def test_after_the_last_moment_the_text_is_kept_and_the_page_says_so(application, time_machine):
    make.write(application)
    time_machine.move_to(APPLICATION_DUE, tick=False)
    writer = signed_in(make.writer(application))
    signatory = make.create_signatory(application.sketch.organisation)
    data = {"revision": draft(application).revision, "signatory": signatory.pk, "is_true": "on"}
    answer = writer.post(url("application_submit", application), data, follow=True)
    assert answer.context["too_late"] is True
    assert not ApplicationVersion.objects.exists()
    assert draft(application).content["purpose"] == make.typed_application()["purpose"]


@pytest.mark.parametrize("key", BY_KEY)
def test_a_wrong_or_unfinished_text_is_kept(application, writer, key):
    data = section_data(application, key) | {"revision": 0, "summary": "ord" + " ord" * 499, "workplace_number": "12"}
    writer.post(edit(application, key), data)
    form = SectionForm(BY_KEY[key], data, application=application)
    kept = {name: draft(application).content.get(name) for name in form.fields if data.get(name)}
    assert kept == {name: data[name].strip() if isinstance(data[name], str) else data[name] for name in kept}


def test_rows_that_are_emptied_are_gone(application, writer):
    rows = {f"goal_{n}_goal": f"Mål {n}" for n in (1, 2, 3)}
    writer.post(edit(application, "genomforande"), {"revision": 0, **rows})
    writer.post(edit(application, "genomforande"), {"revision": 1, "goal_1_goal": "Mål 1", "goal_2_goal": "", "goal_3_goal": ""})
    assert [name for name in draft(application).content if name.startswith("goal_")] == ["goal_1_goal"]


def rows_of(page):
    """The groups whose last row has a place to go to, and those that may have another row."""
    content = page.content.decode()
    return re.findall(r'id="row-(\w+)"', content), re.findall(r'name="row" value="(\w+)"', content)


def test_another_row_is_a_button_away_and_saves_what_is_typed(application, writer):
    path = edit(application, "genomforande")
    assert rows_of(writer.get(path)) == (["goal"], ["goal"])
    answer = writer.post(path, {"revision": draft(application).revision, "goal_1_goal": "Mål 1", "row": "goal"})
    assert answer["Location"] == f"{path}#row-goal"
    page = writer.get(path).content.decode()
    assert 'value="Mål 1"' in page
    assert 'id="row-goal"' in page
    assert page.index('name="goal_1_goal"') < page.index('id="row-goal"') < page.index('name="goal_2_goal"')


def test_no_more_rows_are_offered_than_there_is_room_for(application, writer):
    path = edit(application, "genomforande")
    rows = {f"goal_{n}_goal": f"Mål {n}" for n in range(1, MOST_GOALS)}
    writer.post(path, {"revision": draft(application).revision, **rows})
    assert rows_of(writer.get(path)) == (["goal"], [])


def test_rows_whose_number_is_given_have_no_such_button(application, writer):
    assert rows_of(writer.get(edit(application, "parter"))) == (["partner"], ["partner"])


@pytest.mark.parametrize("asked", ["contact2", "", "//elsewhere.example", '"><script>'])
def test_an_unknown_row_leads_nowhere_else(application, writer, asked):
    path = edit(application, "genomforande")
    answer = writer.post(path, {"revision": draft(application).revision, "row": asked})
    assert answer["Location"] == path


def test_two_windows_meet_on_a_page_with_both_texts(application, writer):
    writer.post(edit(application), {"revision": 0, "purpose": "Kollegans text"})
    page = writer.post(edit(application), {"revision": 0, "purpose": "Min text"})
    assert page.status_code == 409
    assert [(theirs, mine) for _label, theirs, mine in page.context["differing"] if mine == "Min text"] == [
        ("Kollegans text", "Min text")
    ]
    assert draft(application).content["purpose"] == "Kollegans text"
    writer.post(edit(application), {"revision": page.context["revision"], "purpose": "Båda"})
    assert draft(application).content["purpose"] == "Båda"


def test_autosave_answers_with_the_new_revision_or_the_conflict(application, writer):
    address = url("application_autosave", application, "projekt")
    first = writer.post(address, {"revision": 0, "purpose": "Ett"})
    assert (first.status_code, first.json()["revision"]) == (200, 1)
    assert (writer.post(address, {"revision": 0, "purpose": "Två"}).status_code, draft(application).content["purpose"]) == (
        409,
        "Ett",
    )
    assert Client().post(address, {"revision": 1, "purpose": "Tre"}).status_code == 401


def test_a_text_written_after_the_session_ended_is_back_after_log_in(application, writer):
    stranger = Client()
    answer = stranger.post(edit(application), {"revision": 0, "purpose": "Skrivet utan inloggning"})
    token = answer["Location"].partition("parkerad%3D")[2]
    assert draft(application).revision == 0
    page = writer.get(edit(application), {"parkerad": token})
    assert (page.context["restored"], page.context["form"].data["purpose"]) == (True, "Skrivet utan inloggning")


@pytest.mark.parametrize("name", ["application_file_add", "application_file_remove"])
def test_a_text_sent_with_a_file_after_the_session_ended_is_back_after_log_in(application, writer, name):
    writer.post(url("application_file_add", application), {"file": upload(), "about": "other"})
    more = [application.files.get().pk] if name == "application_file_remove" else []
    before = draft(application).content
    answer = Client().post(
        url(name, application, *more), {"revision": 0, "postal_address": "Storgatan 1", "file": upload("b.pdf")}
    )
    token = answer["Location"].partition("parkerad%3D")[2]
    assert (application.files.filter(removed_at=None).count(), draft(application).content) == (1, before)
    page = writer.get(edit(application, "uppgifter"), {"parkerad": token})
    assert (page.context["restored"], page.context["form"].data["postal_address"]) == (True, "Storgatan 1")


def test_nobody_else_sees_a_draft(application, leader):
    make.write(application, purpose="Hemligt ännu")
    others = [leader, signed_in(UserFactory()), signed_in(make.writer(make.create_open(application.sketch.call)))]
    names = ["application_preview", "application_withdraw"]
    for client in others:
        assert {client.get(url(name, application)).status_code for name in names} == {404}
        assert client.get(edit(application)).status_code == 404
        assert client.post(edit(application), {"revision": 1, "purpose": "Ändrat"}).status_code == 404
        assert client.post(url("application_autosave", application, "projekt"), {"revision": 1}).status_code == 404
    assert "Hemligt ännu" not in leader.get(application.get_absolute_url()).content.decode()
    assert draft(application).content["purpose"] == "Hemligt ännu"


def test_an_officer_in_conflict_sees_nothing(application):
    make.create_sent_in(application)
    person = officer(application.sketch.call.programme)
    client = signed_in(person)
    assert client.get(application.get_absolute_url()).status_code == 200
    actions.declare_on_case(application.sketch, ground="Min syster är anställd där.", by=person)
    assert client.get(application.get_absolute_url()).status_code == 404
    assert client.get(url("application_version", application, 1)).status_code == 404


def upload(name="intyg.pdf"):
    return SimpleUploadedFile(name, make.PDF, "application/pdf")


def test_a_file_is_added_with_the_text_and_taken_away(application, writer):
    data = {"revision": 0, "postal_address": "Storgatan 1", "file": upload(), "about": "cofinancing"}
    writer.post(url("application_file_add", application), data)
    link = application.files.get()
    assert (link.kind, link.file.name, draft(application).content["postal_address"]) == (
        "cofinancing",
        "intyg.pdf",
        "Storgatan 1",
    )
    assert writer.get(url("application_file", application, link.file_id)).status_code == 200
    writer.post(url("application_file_remove", application, link.pk), {"revision": draft(application).revision})
    assert application.files.filter(removed_at=None).count() == 0


def test_a_file_beside_the_draft_is_for_the_organisation_alone(application, writer, leader):
    writer.post(url("application_file_add", application), {"file": upload(), "about": "other"})
    address = url("application_file", application, application.files.get().file_id)
    assert (writer.get(address).status_code, leader.get(address).status_code) == (200, 404)
    make.write(application)
    make.send_in(application)
    assert leader.get(address).status_code == 200


def test_a_refused_file_costs_nobody_their_text(application, writer):
    lie = SimpleUploadedFile("bild.pdf", b"MZ\x90\x00 not a pdf", "application/pdf")
    writer.post(
        url("application_file_add", application), {"revision": 0, "postal_address": "Storgatan 1", "file": lie, "about": "other"}
    )
    assert (application.files.count(), draft(application).content["postal_address"]) == (0, "Storgatan 1")


def test_two_versions_are_compared_text_by_text(application, writer, leader):
    make.create_sent_in(application)
    Application.objects.filter(pk=application.pk).update(state="returned")
    make.write(application, purpose="Ett nytt syfte", **make.typed_budget(sought=150_000, own=250_000))
    make.send_in(application)
    page = leader.get(url("application_compare", application))
    changed = {label: (old, new) for label, old, new in page.context["changes"]}
    assert changed.pop("Syfte") == ("Fler unga ska ha en fritid som betyder något.", "Ett nytt syfte")
    assert all("2027" in old and "2027" in new for old, new in changed.values())
    assert len(changed) >= 2


def test_hostile_text_is_shown_as_it_was_written(application, writer, leader):
    make.write(application, title=XSS, purpose=XSS, partner_1_name=XSS, goal_1_goal=XSS, contact_1_name=XSS)
    make.send_in(application)
    pages = [application.get_absolute_url(), url("application_version", application, 1)]
    for client in (writer, leader):
        for address in pages:
            assert XSS not in client.get(address).content.decode()
    Application.objects.filter(pk=application.pk).update(state="returned")
    for address in [*(edit(application, key) for key in BY_KEY), url("application_preview", application)]:
        assert XSS not in writer.get(address).content.decode()


@pytest.mark.parametrize("key", BY_KEY)
def test_a_section_asks_the_database_as_often_for_many_rows_as_for_few(application, writer, key):
    writer.get(edit(application, key))
    counts = []
    for rows in (1, 5):
        many = {f"goal_{n}_goal": "Mål" for n in range(1, rows + 1)} | {f"partner_{n}_name": "Part" for n in range(1, rows + 1)}
        make.write(application, **many)
        with CaptureQueriesContext(connection) as captured:
            assert writer.get(edit(application, key)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 15


def test_the_case_page_asks_the_database_as_often_for_three_versions_as_for_one(application, leader):
    make.create_sent_in(application)
    counts = []
    for _ in range(2):
        leader.get(application.get_absolute_url())
        with CaptureQueriesContext(connection) as captured:
            leader.get(application.get_absolute_url())
        counts.append(len(captured))
        Application.objects.filter(pk=application.pk).update(state="returned")
        make.write(application, purpose="Igen")
        make.send_in(application)
    assert counts[0] == counts[1] <= 15


def test_more_time_is_given_by_officers_with_a_reason(application, leader, writer):
    later = (APPLICATION_DUE + dt.timedelta(days=7)).strftime("%Y-%m-%dT%H:%M")
    assert leader.post(url("application_extend", application), {"due_at": later}).status_code == 200
    assert leader.post(url("application_extend", application), {"due_at": later, "reason": "Sjukdom"}).status_code == 302
    application.refresh_from_db()
    assert application.due_at == APPLICATION_DUE + dt.timedelta(days=7)
    assert writer.post(url("application_extend", application), {"due_at": later, "reason": "Jag vill"}).status_code == 403


def test_other_organisations_numbers_open_nothing(application, writer):
    other = make.create_open(create_published_call(application.sketch.call.programme))
    make.create_sent_in(other)
    addresses = [
        other.get_absolute_url(), edit(other), url("application_preview", other), url("application_version", other, 1),
        url("application_compare", other), url("application_receipt", other, 1), url("application_withdraw", other),
    ]  # fmt: skip
    assert {writer.get(address).status_code for address in addresses} == {404}


def test_saving_the_partners_again_makes_no_partner_of_an_empty_row(application, writer):
    make.write(application, partner_1_name="Fritidsbanken", partner_1_role="financier")
    for _ in range(3):
        page = writer.get(edit(application, "parter"))
        shown = {field.html_name: field.value() or "" for field in page.context["form"]}
        assert sum(name.endswith("_role") for name in shown) == 2
        shown = {name: value or ("partner" if name.endswith("_role") else "") for name, value in shown.items()}
        writer.post(edit(application, "parter"), {**shown, "revision": draft(application).revision})
    make.send_in(application)
    told = [
        row["name"] for row in application.current_version.content["sections"][4]["rows"] if row["name"].startswith("partner")
    ]
    assert told == ["partner_1_name", "partner_1_role"]


def test_what_is_sent_in_is_in_swedish_whatever_language_the_writer_reads(application):
    user = make.writer(application)
    user.language = "en"
    user.save()
    make.write(application)
    signatory = make.create_signatory(application.sketch.organisation)
    data = {"revision": draft(application).revision, "signatory": signatory.pk, "is_true": "on"}
    signed_in(user).post(url("application_submit", application), data)
    section = ApplicationVersion.objects.get().content["sections"][0]
    assert (section["title"], section["rows"][0]["label"]) == ("Projektet", "Titel")


def test_the_budget_leads_on_to_the_part_after_it_and_shows_what_remains(application, writer):
    page = writer.get(url("application_budget", application))
    assert [section["key"] for section in page.context["sections"]][:3] == ["projekt", "genomforande", "budget"]
    answer = writer.post(url("application_budget", application), {"revision": 0, "do": "save_next", **make.typed_budget()})
    assert answer["Location"] == edit(application, "hallbarhet")
    assert draft(application).content["b_c0_2027"] == "400000"


EVERYTHING = {
    "title": "Ungdomslots", "summary": "Kort om projektet.", "background": "Bakgrunden i siffror.", "purpose": "Syftet med det.",
    "overall_goal": "Det övergripande målet.", "project_goal": "Projektmålet.", "target_group": "Unga 13–16 år.",
    "other_geography": "Även Kungsör.", "goal_1_goal": "Första delmålet.", "goal_1_activities": "Träffar varje vecka.",
    "goal_1_when": "Våren", "goal_2_goal": "Andra delmålet.", "goal_2_activities": "Läger i juni.", "goal_2_when": "Sommaren",
    "implementation": "Steg för steg.", "timetable": "Start i januari.", "organisation": "Processteam och styrgrupp.",
    "delimitation": "Skilt från det vi gör i dag.", "procurement": "yes", "passes_on": "no",
    "sustainability_economy": "Ekonomin.", "sustainability_environment": "Miljön.",
    "sustainability_integration": "Integrationen.", "sustainability_gender_equality": "Jämställdheten.",
    "strategy_link": "Kopplingen till strategin.", "strategy_area": "b", "child_rights": "Barnets bästa är prövat.",
    "indicator_1_name": "Närvaro", "indicator_1_unit": "procent", "indicator_1_baseline": "61", "indicator_1_target": "83",
    "indicator_1_source": "Skolans register", "indicator_1_by_sex": "on", "evaluation_plan": "Vi följer upp varje etapp.",
    "dissemination_plan": "Vi berättar vidare.", "continuation_plan": "Kommunen tar över.",
    "partner_1_name": "Fritidsbanken", "partner_1_role": "co_applicant", "partner_1_part": "Lånar ut utrustning.",
    "postal_address": "Storgatan 7", "workplace_number": "12345678", "account_kind": "plusgiro", "account_number": "98 76-5",
    "vat_deductible": "yes", "other_support": "Sökt hos en stiftelse.", "economic_activity": "no",
}  # fmt: skip
"""Every field of the data dictionary that the applicant fills in (domain 1.4), beside the budget, the files and the signature."""
CHOSEN = {
    "procurement": "Ja", "passes_on": "Nej", "strategy_area": "Kompetensförsörjning och kompetensutveckling i hela landet",
    "indicator_1_by_sex": "Ja", "partner_1_role": "Medsökande, delar ansvaret", "account_kind": "Plusgiro", "vat_deductible": "Ja",
    "economic_activity": "Nej",
}  # fmt: skip


def test_every_field_of_the_dictionary_is_kept_as_it_was_sent_in_and_read_by_the_officer(application, leader):
    goals = [str(number) for number in range(1, 18)]
    make.write(application, **EVERYTHING, global_goals=goals)
    make.send_in(application)
    version = ApplicationVersion.objects.get()
    told = {row["name"]: row["text"] for section in version.content["sections"] for row in section["rows"]}
    assert {name: told.get(name) for name in EVERYTHING} == {**EVERYTHING, **CHOSEN}
    assert told["global_goals"].split(", ")[0] == "Ingen fattigdom"
    assert "Bekämpa klimatförändringarna" in told["global_goals"]
    page = html.unescape(leader.get(application.get_absolute_url()).content.decode())
    assert [text for text in told.values() if text not in page] == []
