"""Advance, recovery and final settlement as documents: whole, reasoned, the same bytes each time, for those who read the page."""

import datetime as dt
import io
from decimal import Decimal
from importlib import import_module

import pdfua
import pikepdf
import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse
from django.utils import translation

from kraftsamling.accounts.models import User
from kraftsamling.files import store
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.money import Kronor
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Programme, Role
from pilots import advance_documents, builds, frozen, recovery_documents, settlement_documents
from pilots.actions import advances, conflicts, recoveries, settlements
from pilots.models import Advance, DocumentBuild, Project, Recovery, Settlement, Terms
from tests.factories import grants as make
from tests.factories import money
from tests.factories import pilots as projects
from tests.factories.accounts import OrganisationFactory
from tests.grants.scene import again, signed_in, storable
from tests.grants.test_hostile_text import CORE, unbroken
from tests.pdf_reading import running_text_of

pytestmark = pytest.mark.django_db

ADVANCE, RECOVERY, SETTLEMENT = advance_documents.LETTER, recovery_documents.LETTER, settlement_documents.LETTER
CHECK = "Årsredovisningen visar ordnad ekonomi."
INTEREST = "6 § räntelagen från 30 dagar efter kravet."
LATER = dt.datetime(2027, 5, 25, 9, tzinfo=STOCKHOLM)


@pytest.fixture(autouse=True)
def _in_may(time_machine):
    time_machine.move_to(money.PAYING, tick=False)


@pytest.fixture
def project():
    return money.create_project()


@pytest.fixture
def by(project):
    return money.economist(project, name="Eko Nom")


def paid(project, *amounts, by):
    for amount in amounts:
        money.create_decided(again(project), amount, by=by)
        money.pay_all(project.programme, by=by)


def granted(project, by, **values):
    made = money.create_advance(project, 60_000, granted=False)
    said = {"amount": Kronor(50_000), "special_reasons": "Liten förening utan eget kapital.", "financial_check": CHECK, **values}
    advances.grant_advance(made, **said, by=by, at=money.REVIEWING)
    return made


def recovered(project, by, **kwargs):
    paid(project, 100_000, 50_000, by=by)
    return money.create_recovery(project, 5_000, 7_000, by=by, **kwargs)


def dropped(project, by, *, answer="Vi har bokfört fel.", at=LATER):
    paid(project, 100_000, by=by)
    made = money.create_hearing(project, by=by)
    if answer:
        recoveries.answer_recovery(made, answer=answer, by=projects.writer(project), at=money.PAYING)
    recoveries.drop_recovery(made, reasons="Hyran hörde till projektet.", by=by, at=at)
    return made


def settled(project, by, *, other=0, **kwargs):
    money.approve_final_report(project, by=by)
    grant = settlements.outcome_of(again(project), other_financing=Kronor(other)).grant
    return settlements.settle(
        again(project), other_financing=Kronor(other), seen_grant=grant, by=by, at=money.AFTER, **kwargs
    )  # fmt: skip


def ended(project, by, **kwargs):
    paid(project, 100_000, by=by)
    return settled(project, by, **kwargs)


MADE = {"advance": (ADVANCE, granted), "recovery": (RECOVERY, recovered), "settlement": (SETTLEMENT, ended)}
PAGES = {"advance": "advance_detail", "recovery": "recovery_detail", "settlement": "project_money"}


@pytest.fixture(params=MADE)
def which(request):
    return request.param


@pytest.fixture
def decided(which, project, by):
    letter, decide = MADE[which]
    return letter, decide(project, by)


def page_of(which, decision):
    return reverse(PAGES[which], args=[decision.project_id if which == "settlement" else decision.pk])


def read(letter, decision, folder, edition=""):
    return running_text_of(letter.pdf(letter.of(decision.pk), edition), folder)


def lacking(text, parts):
    text = unbroken(text)
    return [part for part in parts if unbroken(part) not in text]


def built(letter, decision, key=""):
    build = DocumentBuild.objects.get(kind=letter.kind, subject_id=decision.pk, key=key)
    builds.run(build.pk, worker="w")
    build.refresh_from_db()
    return build


# ---- What stands in them


def test_each_says_who_decided_what_and_when_and_that_it_may_not_be_appealed(decided, project, tmp_path):
    letter, made = decided
    text = read(letter, made, tmp_path)
    parts = [
        letter.heading(), project.title, project.registry_number, project.owner.name, project.owner.org_number, project.programme.name,
        "40 % av de bokförda kostnaderna", "150 000 kr", "Eko Nom (ekonom)", "Ingen har föredragit ärendet", "2003:596",
        "Beslutet får inte överklagas", "14 §", "33 §", "36 §", "37 och 38 §§",
    ]  # fmt: skip
    assert lacking(text, parts) == []


def test_the_presenter_stands_there(project, by, tmp_path):
    text = read(ADVANCE, granted(project, by, presenter="Före Dragande"), tmp_path)
    assert lacking(text, ["Föredragande", "Före Dragande"]) == []
    assert "Ingen har föredragit" not in text


def test_a_granted_advance_with_its_limits_and_how_it_is_set_off(project, by, tmp_path):
    text = read(ADVANCE, granted(project, by), tmp_path)
    parts = [
        "får 50 000 kr i förskott", "60 000 kr, begärdes 20 april 2027", "25 april 2027", "Liten förening utan eget kapital.",
        "Föreningen kan inte ligga ute med lönen.", "högst hälften av bidraget", "400 000", "Hälften av det, i hela kronor", "75 000 kr",
        "Högsta möjliga förskott", "särskilda skäl", "11 §", "kostnader på sammanlagt 125 000 kr", "slutavräkningen",
        "Före beslutet prövades projektägarens ekonomi", "10 §",
    ]  # fmt: skip
    assert lacking(text, parts) == []
    assert CHECK not in text


def test_the_costs_at_which_it_is_set_off_are_those_that_pay_again(project, by):
    """What the document says is what happens: not a krona earlier, and the krona that follows is paid."""
    costs = Kronor(granted(project, by).facts["set_off_at"])
    assert costs == Kronor(125_000)
    assert money.create_decided(again(project), costs.amount, by=by).amount == Kronor(0)
    assert money.create_decided(again(project), 10, by=by).amount == Kronor(4)


def test_the_limits_count_what_was_advanced_and_paid_before(project, by):
    money.create_advance(project, 15_000, by=by)
    made = granted(project, by, amount=Kronor(40_000))
    assert {row["key"]: (Kronor(row["amount"]), row["counts"]) for row in made.facts["lines"]} == {
        "cap": (Kronor(150_000), True), "half": (Kronor(75_000), True), "ceiling": (Kronor(400_000), False),
        "advances": (Kronor(-15_000), True), "room": (Kronor(135_000), False), "most": (Kronor(60_000), True),
        "asked": (Kronor(60_000), True), "granted": (Kronor(40_000), True),
    }  # fmt: skip
    assert Kronor(made.facts["set_off_at"]) == Kronor(137_500)


def test_the_limit_of_the_law_and_what_is_left_count_where_they_are_the_lowest(project, by):
    def counting(made):
        return [row["key"] for row in made.facts["lines"] if row["counts"]]

    Project.objects.filter(pk=project.pk).update(cap=Kronor(2_000_000), share=Decimal(10))
    assert counting(granted(again(project), by)) == ["cap", "ceiling", "most", "asked", "granted"]
    paid(project, 19_500_000, by=by)
    made = money.create_advance(again(project), 50_000, by=by)
    assert counting(made) == ["cap", "ceiling", "advances", "room", "most", "asked", "granted"]


def test_an_advance_that_is_refused(project, by, tmp_path):
    made = money.create_advance(project, 60_000, granted=False)
    advances.refuse_advance(made, reasons="Projektägaren har eget kapital.", by=by, at=money.REVIEWING)
    text = read(ADVANCE, made, tmp_path)
    assert (
        lacking(text, ["beviljas inte det förskott på 60 000 kr", "Projektägaren har eget kapital.", "Högsta möjliga förskott"])
        == []
    )
    assert lacking(text, ["Så räknas förskottet av", "Före beslutet prövades"]) == [
        "Så räknas förskottet av",
        "Före beslutet prövades",
    ]


def test_a_recovery_with_ground_payments_interest_and_the_hearing(project, by, tmp_path):
    text = read(RECOVERY, recovered(project, by), tmp_path)
    parts = [
        "ska betala tillbaka 12 000 kr", "Bidraget upphävs till den delen", "Villkor har inte följts (13 § 2)", "13 § 3",
        "KS", "3 maj 2037", "3 maj 2027", "40 000 kr", "20 000 kr", "5 000 kr", "7 000 kr", "Kostnaden hör inte till projektet.", INTEREST,
        "räntelagen (1975:635)", "25 §", "Lokalhyran avser en annan verksamhet.", "Vi har bokfört fel.", "20 maj 2027", "faktura",
        "räknas av mot de utbetalningar som följer", "inom tio år",
    ]  # fmt: skip
    assert lacking(text, parts) == []


def test_a_whole_grant_that_is_revoked(project, by, tmp_path):
    paid(project, 100_000, by=by)
    text = read(RECOVERY, money.create_recovery(project, 40_000, by=by, whole=True), tmp_path)
    assert lacking(text, ["Hela bidraget upphävs, och projektet slutar med detta beslut", "ska betala tillbaka 40 000 kr"]) == []
    assert lacking(text, ["mot de utbetalningar som följer"]) != []


@pytest.mark.parametrize("answer", ["Hyran gällde projektet.", ""])
def test_a_recovery_that_is_dropped_with_and_without_an_answer(project, by, tmp_path, answer):
    text = read(RECOVERY, dropped(project, by, answer=answer), tmp_path)
    parts = ["behöver inte betala tillbaka något", "Hyran hörde till projektet.", answer or "Inget svar hade kommit"]
    assert lacking(text, parts) == []
    assert lacking(text, ["Ränta", "Belopp per utbetalning"]) == ["Ränta", "Belopp per utbetalning"]


def test_what_was_paid_too_much_is_recovered_on_11_paragraph(project, by, tmp_path):
    money.create_advance(project, 75_000, by=by)
    paid(project, 100_000, by=by)
    settled(project, by)
    hearing = project.recoveries.get()
    payout = project.payouts.get()
    made = recoveries.decide_recovery(
        hearing, parts={payout.pk: Kronor(35_000)}, reasons="x", interest_basis="Ingen.", by=by, at=money.AFTER + dt.timedelta(days=30)
    )  # fmt: skip
    text = read(RECOVERY, made, tmp_path)
    assert lacking(text, ["utöver vad slutavräkningen ger", "(11 §)", "35 000 kr", "Förskott"]) == []
    assert lacking(text, ["upphävs till den delen", "mot de utbetalningar som följer"]) != []


def test_a_settlement_with_costs_share_cap_and_what_was_paid(project, by, tmp_path):
    money.create_advance(project, 30_000, by=by)
    paid(project, 100_000, by=by)
    text = read(SETTLEMENT, settled(project, by, note="Revisorn hade inga anmärkningar."), tmp_path)
    parts = [
        "Bidraget blir 40 000 kr, för godkända kostnader på 100 000 kr", "40 000 kr har betalats ut tidigare, och inget mer betalas ut",
        "Projektet är avslutat", "15 januari 2027 till och med 31 december 2027", "40 procent av kostnaderna", "50 procent av kostnaderna",
        "150 000 kr", "Förskott", "30 000 kr", "10 000 kr", "Externa tjänster", "5 och 9 §§", "11 §", "Revisorn hade inga anmärkningar.",
        "bidraget beslutades någon annanstans",
    ]  # fmt: skip
    assert lacking(text, parts) == []


@pytest.fixture
def of_a_call():
    """28 per cent, at most 150 000 kr, of a frame of 1 000 000."""
    found = projects.create_project()
    Project.objects.filter(pk=found.pk).update(account=money.ACCOUNT)
    return again(found)


def test_what_goes_back_to_the_frame(of_a_call, tmp_path):
    by = money.economist(of_a_call)
    text = read(SETTLEMENT, ended(of_a_call, by), tmp_path)
    call = of_a_call.application.sketch.call.title
    assert lacking(text, ["används inte 122 000 kr", "Det går tillbaka till utlysningens ram", call, "Ramens år: 2027"]) == []


def test_the_holdback_that_is_released(of_a_call, tmp_path):
    by = money.economist(of_a_call)
    Project.objects.filter(pk=of_a_call.pk).update(holdback=Decimal(20))
    paid(again(of_a_call), 1_000_000, by=by)
    text = read(SETTLEMENT, settled(of_a_call, by), tmp_path)
    parts = ["120 000 kr har betalats ut tidigare, och", "får nu 30 000 kr till", "innehållet tills slutrapporten godkändes"]
    assert lacking(text, [*parts, "minus 20 procent", "Inget går tillbaka: hela bidraget har betalats ut"]) == []
    lines = {line.key: line.amount for line in SETTLEMENT.whole_context(SETTLEMENT.of(of_a_call.settlement.pk))["lines"]}
    assert (lines["freed"], lines["grant"], lines["paid"], lines["due"]) == (
        Kronor(30_000), Kronor(150_000), Kronor(-120_000), Kronor(30_000),
    )  # fmt: skip


def test_financing_above_the_costs_and_what_is_to_come_back(of_a_call, tmp_path):
    by = money.economist(of_a_call)
    made = ended(of_a_call, by, other="77000.50")
    text = read(SETTLEMENT, made, tmp_path)
    parts = [
        "All annan finansiering blev 77 000,50 kr",
        "−5 001 kr",
        "2003:596, 5, 9 §§",
        "22 999 kr",
        "så 5 001 kr ska tillbaka",
    ]
    assert lacking(text, [*parts, "Det som betalas tillbaka senare går till ramen"]) == []


def test_what_had_been_decided_to_be_repaid_is_not_asked_for_twice(of_a_call):
    by = money.economist(of_a_call)
    paid(of_a_call, 100_000, by=by)
    money.create_recovery(of_a_call, 8_000, by=by)
    made = settled(of_a_call, by, other=85_000)
    found = settlement_documents.outcome_of(made)
    assert (made.paid - made.grant, found.to_repay, found.over) == (Kronor(13_000), Kronor(8_000), Kronor(5_000))
    assert "så 5\u00a0000\u00a0kr ska tillbaka" in of_a_call.recoveries.get(ground="overpaid").text


# ---- Frozen, archivable, the same bytes


def test_the_same_decision_gives_the_same_bytes_whatever_happens_afterwards(decided, project, by, time_machine):
    letter, made = decided
    first = letter.pdf(letter.of(made.pk))
    time_machine.move_to(dt.datetime(2031, 1, 1, tzinfo=STOCKHOLM))
    OrganisationFactory._meta.model.objects.update(name="Ett nytt namn", org_number="802999-9999")
    User.objects.update(name="Någon Annan")
    Programme.objects.update(name="Ett annat program")
    Project.objects.update(title="En ny titel", registry_number="31RS1", share=Decimal(10), cap=Kronor(145_000))
    Project.objects.update(starts_on=dt.date(2026, 1, 1), account="Bankgiro 1-1")
    assert letter.pdf(letter.of(made.pk)) == first


def test_a_recovery_that_has_been_repaid_afterwards_is_the_same_document(project, by):
    made = recovered(project, by)
    first = RECOVERY.pdf(RECOVERY.of(made.pk))
    recoveries.book_repayment(made, amount=Kronor(12_000), paid_on=LATER.date(), by=by, at=LATER)
    assert again(made).state == "settled"
    assert RECOVERY.pdf(RECOVERY.of(made.pk)) == first


def test_a_settlement_is_the_same_document_when_money_has_come_back(of_a_call):
    by = money.economist(of_a_call)
    made = ended(of_a_call, by, other=77_000)
    first = SETTLEMENT.pdf(SETTLEMENT.of(made.pk))
    later = money.AFTER + dt.timedelta(days=30)
    parts = {of_a_call.payouts.get().pk: Kronor(5_000)}
    claim = recoveries.decide_recovery(
        of_a_call.recoveries.get(), parts=parts, reasons="x", interest_basis="x", by=by, at=later
    )  # fmt: skip
    recoveries.book_repayment(claim, amount=Kronor(5_000), paid_on=later.date(), by=by, at=later)
    assert SETTLEMENT.pdf(SETTLEMENT.of(made.pk)) == first


@pytest.mark.parametrize("lines", [0, 9, 18, 27])
def test_they_are_tagged_and_archivable_wherever_their_pages_end(which, project, by, tmp_path, lines):
    words = "Skäl.\n" * (lines + 1)
    letter = MADE[which][0]
    if which == "advance":
        made = granted(project, by, special_reasons=words)
    elif which == "recovery":
        paid(project, 100_000, by=by)
        made = money.create_hearing(project, by=by)
        recoveries.drop_recovery(made, reasons=words, by=by, at=LATER)
    else:
        made = ended(project, by, note=words)
    content = letter.pdf(letter.of(made.pk))
    (tmp_path / "beslut.pdf").write_bytes(content)
    assert [str(finding) for finding in pdfua.validate(tmp_path / "beslut.pdf").findings] == []
    with pikepdf.open(io.BytesIO(content)) as pdf:
        metadata = pdf.Root.Metadata.read_bytes().decode()
        assert (str(pdf.Root.Lang), str(pdf.docinfo["/Title"])) == ("sv", f"{letter.heading()}: Unga i rörelse")
        pages = len(pdf.pages)
    assert [metadata.count(claim) for claim in ('pdfuaid:part="1"', 'pdfaid:part="3"')] == [1, 1]
    text = running_text_of(content, tmp_path)
    header = f"{project.programme.name} · {letter.heading()} · 26RS4711"
    assert (text.count(header), f"Sida {pages} av {pages}" in text) == (pages, True)


def test_the_words_are_swedish_whoever_decides_and_asks(project, by, tmp_path):
    with translation.override("en"):
        made = granted(project, by)
    assert "Hälften av det" in read(ADVANCE, made, tmp_path)
    with translation.override("en"):
        ADVANCE.title(made)
        build = built(ADVANCE, made)
    assert unbroken("Hälften av det") in unbroken(running_text_of(store.read(build.file), tmp_path))


@pytest.fixture
def without_facts():
    """As it was before decisions kept them."""
    frozen.lift(connection)
    for model in (Advance, Recovery, Settlement):
        model.objects.update(facts={})
    yield
    frozen.lay(connection)


def test_decisions_from_before_get_the_terms_that_counted_then(which, project, by, tmp_path, request):
    letter, decide = MADE[which]
    made = decide(project, by)
    request.getfixturevalue("without_facts")
    at = getattr(made, letter.decided_at) + dt.timedelta(days=1)
    old = project.terms.get()
    Terms.objects.create(
        project=project, number=2, owner=old.owner, share=Decimal(20), cap=Kronor(100_000), starts_on=old.starts_on,
        ends_on=old.ends_on, budget=old.budget, set_at=at,
    )  # fmt: skip
    Project.objects.filter(pk=project.pk).update(share=Decimal(20))
    import_module("pilots.migrations.0014_money_decision_facts").keep_what_is_known(apps, None)
    text = read(letter, made, tmp_path)
    parts = ["40 % av de bokförda kostnaderna", "150 000 kr", project.owner.name, "26RS4711", "Eko Nom", "får inte överklagas"]
    assert (lacking(text, parts), "Föredragande" in text) == ([], False)


def test_what_is_not_decided_keeps_nothing(project, by):
    paid(project, 10_000, by=by)
    waiting = [money.create_advance(project, 10_000, granted=False), money.create_hearing(project, by=by)]
    import_module("pilots.migrations.0014_money_decision_facts").keep_what_is_known(apps, None)
    assert [again(made).facts for made in waiting] == [{}, {}]


# ---- Asked for, made by a worker, read by who reads the page


def test_a_worker_gets_it_with_the_decision_and_makes_it_once(which, project, by, django_capture_on_commit_callbacks):
    letter, decide = MADE[which]
    with django_capture_on_commit_callbacks() as handed_over:
        made = decide(project, by)
    assert any("make_document" in repr(call) for call in handed_over)
    build = built(letter, made)
    assert (build.state, build.asked_by, build.file.name) == ("ready", by, f"{letter.file_name}-26rs4711-{made.pk}.pdf")
    page = signed_in(projects.writer(project)).post(page_of(which, made))
    assert (page["Location"], DocumentBuild.objects.filter(kind=letter.kind).count()) == (build.get_absolute_url(), 1)


def test_the_owner_is_led_to_the_file_from_the_page_and_the_mail(which, decided, project):
    letter, made = decided
    client, address = signed_in(projects.writer(project)), page_of(which, made)
    button = f'<form method="post" action="{address}" data-once>'
    assert button in client.get(address).content.decode()
    build = built(letter, made)
    page, file = client.get(address).content.decode(), reverse("build_file", args=[build.pk])
    assert (f'href="{file}"' in page, button in page) == (True, False)
    assert b"".join(client.get(file).streaming_content) == store.read(build.file)
    shown = client.get(build.get_absolute_url()).content.decode()
    assert (letter.title(made) in shown, f'href="{address}"' in shown) == (True, True)
    kind = {"advance": "advance_decided", "recovery": "recovery_decided", "settlement": "project_settled"}[which]
    for mail in Message.objects.filter(kind=f"pilots/{kind}"):
        assert ["som ett dokument (pdf)" in body and address in body for body in (mail.text, mail.html)] == [True, True]


def test_the_mail_of_a_recovery_that_is_dropped_and_of_a_refusal_say_where(project, by):
    dropped(project, by)
    made = money.create_advance(project, 10_000, granted=False)
    advances.refuse_advance(made, reasons="x", by=by, at=money.REVIEWING)
    mails = Message.objects.filter(kind__in=["pilots/recovery_dropped", "pilots/advance_decided"])
    assert ["som ett dokument (pdf)" in mail.text for mail in mails] == [True, True]


def test_one_that_was_decided_before_there_were_documents_is_asked_for_on_the_page(which, decided, project):
    letter, made = decided
    DocumentBuild.objects.all().delete()
    client, address = signed_in(projects.writer(project)), page_of(which, made)
    assert f'action="{address}"' in client.get(address).content.decode()
    led = client.post(address)
    assert led["Location"] == DocumentBuild.objects.get(kind=letter.kind, subject_id=made.pk).get_absolute_url()


def test_what_is_not_decided_has_no_document(project, by):
    asked = money.create_advance(project, 10_000, granted=False)
    paid(project, 100_000, by=by)
    heard = money.create_hearing(project, by=by)
    client = signed_in(by)
    DocumentBuild.objects.all().delete()
    addresses = [asked.get_absolute_url(), heard.get_absolute_url(), reverse("project_money", args=[project.pk])]
    assert [client.post(address).status_code for address in addresses] == [404] * 3
    assert not DocumentBuild.objects.exists()


def in_conflict(project):
    person = money.economist(project)
    conflicts.report_conflict(project, ground="Min syster leder projektet.", by=person)
    return person


PEOPLE = {
    "owner": (projects.writer, 200),
    "economist": (money.economist, 200),
    "process leader": (lambda project: make.officer(project.programme, Role.PROCESS_LEADER), 200),
    "conflict of interest": (in_conflict, 404),
    "another organisation": (lambda project: projects.writer(projects.create_elsewhere(owner=OrganisationFactory())), 404),
    "another programme": (lambda project: money.economist(money.create_project()), 404),
    "steering group": (lambda project: make.officer(project.programme, Role.STEERING_GROUP), 404),
    "reference group": (lambda project: make.officer(project.programme, Role.REFERENCE_GROUP), 404),
    "reviewer": (lambda project: make.officer(project.programme, Role.REVIEWER), 404),
    "communications": (lambda project: make.officer(project.programme, Role.COMMUNICATIONS_OFFICER), 404),
}


@pytest.mark.parametrize("who", PEOPLE)
def test_it_is_read_by_who_reads_the_page(which, decided, project, who):
    letter, made = decided
    build = built(letter, made)
    find, expected = PEOPLE[who]
    client = signed_in(find(project))
    addresses = [build.get_absolute_url(), reverse("build_file", args=[build.pk]), page_of(which, made)]
    assert [client.get(address).status_code for address in addresses] == [expected] * 3
    assert client.post(page_of(which, made)).status_code == {200: 302}.get(expected, expected)
    assert client.post(page_of(which, made), {"edition": "something else"}).status_code == 404


def test_the_check_of_the_finances_is_read_by_who_decides_alone(project, by, tmp_path):
    made = granted(project, by)
    address, edition = made.get_absolute_url(), {"edition": advance_documents.WITH_CHECK}
    decider = signed_in(make.officer(project.programme, Role.DECISION_MAKER))
    assert decider.post(address, edition).status_code == 302
    build = built(ADVANCE, made, advance_documents.WITH_CHECK)
    text = running_text_of(store.read(build.file), tmp_path)
    assert (lacking(text, [CHECK]), lacking(text, ["Före beslutet prövades"])) == ([], ["Före beslutet prövades"])
    file = reverse("build_file", args=[build.pk])
    assert (decider.get(file).status_code, file in decider.get(address).content.decode()) == (200, True)
    for person in (projects.writer(project), make.officer(project.programme, Role.PROCESS_LEADER)):
        client = signed_in(person)
        assert [client.get(file).status_code, client.post(address, edition).status_code] == [404, 404]
        assert file not in client.get(address).content.decode()
        assert client.post(reverse("build_again", args=[build.pk])).status_code == 404


# ---- Hostile, long, few questions


def hostile(which, project, by, text):
    """Through the actions, which take any length."""
    Project.objects.filter(pk=project.pk).update(title=text[:110], registry_number=text[:28])
    type(project.owner).objects.update(name=text[:110])
    project = again(project)
    if which == "advance":
        asked = advances.ask_for_advance(project, amount=Kronor(10), reasons=text, by=projects.writer(project), at=money.ASKING)
        advances.grant_advance(
            asked, amount=Kronor(10), special_reasons=text, financial_check=text, presenter=text[:110], by=by, at=money.REVIEWING
        )  # fmt: skip
        return asked
    paid(project, 100_000, by=by)
    if which == "settlement":
        return settled(project, by, note=text, presenter=text[:110])
    made = recoveries.open_recovery(
        project, ground="use", text=text, hearing_due_on=dt.date(2027, 5, 20), by=by, at=money.PAYING
    )  # fmt: skip
    recoveries.answer_recovery(made, answer=text, by=projects.writer(project), at=money.PAYING)
    parts = {project.payouts.get().pk: Kronor("10.50")}
    return recoveries.decide_recovery(
        made, parts=parts, reasons=text, interest_basis=text, presenter=text[:110], by=by, at=LATER
    )  # fmt: skip


def test_hostile_text_is_shown_and_never_obeyed(which, project, by, tmp_path):
    made = hostile(which, project, by, storable(CORE + "\x00 <img src=file:///etc/passwd>"))
    letter = MADE[which][0]
    content = letter.pdf(letter.of(made.pk), "kontroll" if which == "advance" else "")
    text = running_text_of(content, tmp_path)
    assert ("root:" in text, lacking(text, ["<script>alert(1)</script>", "{{ 1300|add:37 }}", '{% now "Y" %}'])) == (False, [])
    (tmp_path / "x.pdf").write_bytes(content)
    assert [finding.rule_id for finding in pdfua.validate(tmp_path / "x.pdf").findings] == []
    assert built(letter, made).state == "ready"


def test_two_hundred_thousand_signs_become_a_document(project, by):
    """Past the forms, which take two thousand; and a word without end as long as they let it be."""
    made = granted(project, by, special_reasons="Långa skäl " * 18_200, financial_check="å" * 2_000)
    content = ADVANCE.pdf(ADVANCE.of(made.pk), advance_documents.WITH_CHECK)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert len(pdf.pages) > 40


TOO_LONG = "x" * 200_000


@pytest.mark.parametrize(
    ("which", "address", "typed"),
    [
        ("advance", "advance_decide", {"amount": "10", "special_reasons": TOO_LONG, "financial_check": "x"}),
        ("advance", "advance_decide", {"amount": "10", "special_reasons": "x", "financial_check": "x", "presenter": TOO_LONG}),
        ("recovery", "recovery_decide", {"reasons": "x", "interest_basis": "x", "presenter": TOO_LONG}),
        ("recovery", "recovery_drop", {"reason": "x", "presenter": TOO_LONG}),
        ("settlement", "project_settle", {"other_financing": "0", "presenter": TOO_LONG, "settle": "1", "seen": "0"}),
    ],
)
def test_the_forms_take_no_more_than_there_is_room_for(project, by, which, address, typed):
    paid(project, 10_000, by=by)
    subject = {
        "advance": lambda: money.create_advance(project, 10_000, granted=False),
        "recovery": lambda: money.create_hearing(project, by=by),
        "settlement": lambda: project,
    }[which]()
    page = signed_in(by).post(reverse(address, args=[subject.pk]), typed)
    assert (page.status_code, "200000" in page.content.decode()) == (200, True)
    assert not DocumentBuild.objects.filter(kind=MADE[which][0].kind).exists()


def test_the_presenter_is_written_in_the_forms(project, by):
    """And kept with each of the decisions."""
    client, who = signed_in(by), {"presenter": "Före Dragande"}
    asked = money.create_advance(project, 10_000, granted=False)
    said = {"amount": "10 000", "special_reasons": "Skäl.", "financial_check": "Ordnad."}
    client.post(reverse("advance_decide", args=[asked.pk]), said | who)
    money.pay_all(project.programme, by=by)
    first = money.create_hearing(project, by=by, due_on=dt.date(2027, 5, 4))
    recoveries.answer_recovery(first, answer="Nej.", by=projects.writer(project), at=money.PAYING)
    client.post(reverse("recovery_drop", args=[first.pk]), {"reason": "Rätt."} | who)
    second = money.create_hearing(project, by=by, due_on=dt.date(2027, 5, 4))
    recoveries.answer_recovery(second, answer="Ja.", by=projects.writer(project), at=money.PAYING)
    part = {f"part_{project.payouts.get().pk}": "10", "reasons": "Fel.", "interest_basis": "Ingen."}
    client.post(reverse("recovery_decide", args=[second.pk]), part | who)
    money.approve_final_report(project, by=by)
    client.post(reverse("project_settle", args=[project.pk]), {"other_financing": "0", "settle": "1", "seen": "0"} | who)
    kept = [again(asked), again(first), again(second), again(project).settlement]
    assert [made.facts.get("presenter") for made in kept] == ["Före Dragande"] * 4


@pytest.mark.parametrize("payments", [1, 4])
def test_it_asks_few_questions(which, project, by, payments, django_assert_num_queries):
    letter = MADE[which][0]
    if which == "advance":
        made = granted(project, by)
    else:
        paid(project, *[10_000] * payments, by=by)
        made = money.create_recovery(project, *[10] * payments, by=by) if which == "recovery" else settled(project, by)
    with django_assert_num_queries({"advance": 1, "recovery": 2, "settlement": 2}[which]):
        letter.pdf(letter.of(made.pk))


def test_the_pages_ask_few_questions(which, decided, project, by, django_assert_num_queries):
    client = signed_in(by)
    client.get(page_of(which, decided[1]))
    with django_assert_num_queries(15 if which == "settlement" else 12):
        client.get(page_of(which, decided[1]))
