"""The decision on a payment as a document: whole, reasoned, the same bytes each time, and for those alone who read the payment."""

import datetime as dt
import io
import re
from pathlib import Path

import pdfua
import pikepdf
import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from grants.models import CostCategory
from kraftsamling.files import store
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.money import Kronor
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Role
from pilots import builds, payment_documents
from pilots.models import DocumentBuild, Project
from tests.factories import grants as make
from tests.factories import money
from tests.factories import pilots as projects
from tests.factories.accounts import OrganisationFactory
from tests.grants.scene import signed_in, storable
from tests.grants.test_hostile_text import CORE, unbroken
from tests.kept import kept
from tests.pdf_reading import running_text_of

pytestmark = pytest.mark.django_db

AS_IT_WAS = Path(__file__).with_name("payment_decision.html")
DEDUCTED = {1: (Kronor(90_000), "Momsen dras av."), 3: (Kronor(0), "Hyran hör till ordinarie verksamhet.")}


@pytest.fixture(autouse=True)
def _in_may(time_machine):
    time_machine.move_to(money.PAYING, tick=False)


def make_project():
    return money.create_project()


_project_once, project = kept(make_project)


def costs():
    return [
        money.cost(100_000, voucher="A1", text="Föreläsare"),
        money.cost(40_000, voucher="A2", category=CostCategory.OWN_STAFF, text="Lön i februari"),
        money.cost("5000.50", voucher="A3", category=CostCategory.INVESTMENT, text="Lokal"),
    ]


def decided(project, *, deduct=None, **kwargs):
    request = money.create_sent_in(project, costs=costs())
    return money.decide(request, by=money.economist(project, name="Eko Nom"), deduct=deduct or DEDUCTED, **kwargs)


def the_build():
    return DocumentBuild.objects.get(kind=payment_documents.KIND)


def made(build=None):
    build = build or the_build()
    builds.run(build.pk, worker="w")
    build.refresh_from_db()
    return build


def lacking(content, folder, parts):
    text = unbroken(running_text_of(content, folder))
    return [part for part in parts if unbroken(part) not in text]


def test_it_says_what_is_paid_how_it_is_worked_out_and_who_decided(project, tmp_path):
    request = decided(project)
    content = payment_documents.document_pdf(request)
    parts = [
        "Beslut om utbetalning", request.receipt_number, project.title, project.registry_number, project.owner.name,
        project.owner.org_number, "Eko Nom", "25 april 2027", request.signed_by_name, "40 % av de bokförda kostnaderna",
        "150 000 kr", "52 000 kr betalas ut till", "145 000,50 kr", "130 000 kr", "2003:596, 11 §", "2003:596, 5 §",
        "Egen personal", "får inte överklagas", "14 §", "36 §", request.checksum,
    ]  # fmt: skip
    assert lacking(content, tmp_path, parts) == []


def test_each_deducted_row_stands_there_with_its_reason_and_no_other(project, tmp_path):
    content = payment_documents.document_pdf(decided(project))
    parts = [
        "A1",
        "Föreläsare",
        "100 000 kr",
        "90 000 kr",
        "Momsen dras av.",
        "A3",
        "Lokal",
        "5 000,50 kr",
        *[r for _, r in DEDUCTED.values()],
    ]
    assert lacking(content, tmp_path, parts) == []
    assert lacking(content, tmp_path, ["Lön i februari", "Alla rader är godkända"]) == [
        "Lön i februari",
        "Alla rader är godkända",
    ]


def test_each_step_of_the_frozen_calculation_stands_there(project, tmp_path):
    request = decided(project)
    steps = [part for row in request.calculation["lines"] for part in (row["label"], Kronor(row["amount"]).exact, row["law"])]
    assert len(steps) == 21
    assert lacking(payment_documents.document_pdf(request), tmp_path, steps) == []


def test_a_lower_amount_and_nothing_at_all_are_said_with_why(project, tmp_path):
    lower = decided(project, amount=Kronor(0), lower_reason="Projektet har begärt att vänta.")
    parts = ["Inget betalas ut", "Uträkningen ger 52 000 kr", "Projektet har begärt att vänta."]
    assert lacking(payment_documents.document_pdf(lower), tmp_path, parts) == []


def test_without_deductions_it_says_so(project, tmp_path):
    request = money.decide(money.create_sent_in(project, 10_000))
    content = payment_documents.document_pdf(request)
    assert lacking(content, tmp_path, ["Alla rader är godkända i sin helhet", "4 000 kr betalas ut"]) == []


def test_the_sums_by_category_add_up(project):
    context = payment_documents.document_context(decided(project))
    *rows, total = [(row.asked, row.less, row.approved) for row in context["sums"]]
    assert tuple(sum(column, Kronor(0)) for column in zip(*rows, strict=True)) == total
    assert total == (Kronor("145000.50"), Kronor("15000.50"), Kronor(130_000))


@pytest.mark.parametrize("lines", range(0, 24, 3))
def test_it_is_tagged_and_archivable(project, tmp_path, lines):
    """Wherever its pages end."""
    content = payment_documents.document_pdf(decided(project, amount=Kronor(1), lower_reason="Skäl.\n" * (lines + 1)))
    (tmp_path / "beslut.pdf").write_bytes(content)
    assert [str(finding) for finding in pdfua.validate(tmp_path / "beslut.pdf").findings] == []
    with pikepdf.open(io.BytesIO(content)) as pdf:
        metadata = pdf.Root.Metadata.read_bytes().decode()
        assert (str(pdf.Root.Lang), str(pdf.docinfo["/Title"])[:21]) == ("sv", "Beslut om utbetalning")
    assert [metadata.count(claim) for claim in ('pdfuaid:part="1"', 'pdfaid:part="3"')] == [1, 1]


def test_the_same_decision_gives_the_same_bytes_whatever_happens_afterwards(project, time_machine):
    request = decided(project)
    first = payment_documents.document_pdf(payment_documents.decided_request(request.pk))
    time_machine.move_to(dt.datetime(2031, 1, 1, tzinfo=STOCKHOLM))
    owner = project.owner
    owner.name = "Ett nytt namn"
    owner.save()
    Project.objects.filter(pk=project.pk).update(title="En ny titel", registry_number="31RS1")
    assert payment_documents.document_pdf(payment_documents.decided_request(request.pk)) == first


def test_it_reads_word_for_word_as_it_always_has(project):
    """Decisions that have been told already are the same document when they are made again."""
    request = decided(project, amount=Kronor(1), lower_reason="Projektet har begärt att vänta.")
    context = payment_documents.document_context(request)
    with translation.override("sv"):
        html = render_to_string("pdf/pilots/payment_decision.html", {**context, "pdf_title": "Beslutet", "pdf_language": "sv"})
    signed = context["signed"]
    made_up = [request.receipt_number, request.checksum, project.programme.name, signed["owner"], signed["org_number"]]
    for number, name in enumerate([*made_up, str(request.submitted_by)]):
        html = html.replace(name, f"NAMN{number}")
    read = re.sub(r">\s+|\s+<", lambda found: found.group().strip(), html[html.index("<body") :])
    assert re.sub(r"><", ">\n<", read) + "\n" == AS_IT_WAS.read_text()


def test_a_worker_gets_it_with_the_decision_and_makes_it_once(project, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as handed_over:
        request = decided(project)
    assert any("make_document" in repr(call) for call in handed_over)
    build = made()
    assert (build.state, build.subject_id, build.asked_by) == ("ready", request.pk, request.decided_by)
    assert build.file.name == f"utbetalningsbeslut-{request.receipt_number.lower()}.pdf"
    page = signed_in(projects.writer(project)).post(reverse("payment_document", args=[request.pk]))
    assert (page["Location"], the_build().pk) == (build.get_absolute_url(), build.pk)


def test_the_owner_is_led_to_the_file_from_the_page_and_the_mail(project):
    request = decided(project)
    client, address = signed_in(projects.writer(project)), reverse("payment_document", args=[request.pk])
    assert f'action="{address}"' in client.get(request.get_absolute_url()).content.decode()
    build = made()
    page = client.get(request.get_absolute_url()).content.decode()
    file = reverse("build_file", args=[build.pk])
    assert (f'href="{file}"' in page, f'action="{address}"' in page) == (True, False)
    assert b"".join(client.get(file).streaming_content) == store.read(build.file)
    letter = Message.objects.get(kind="pilots/payment_decided")
    assert "som ett dokument (pdf)" in letter.text
    assert request.get_absolute_url() in letter.text


def test_what_is_not_decided_has_no_document(project):
    request = money.create_sent_in(project, 10_000)
    answer = signed_in(projects.writer(project)).post(reverse("payment_document", args=[request.pk]))
    assert (answer.status_code, DocumentBuild.objects.count()) == (404, 0)


def readers(project):
    return {
        "owner": (projects.writer(project), 200),
        "economist": (money.economist(project), 200),
        "another organisation": (projects.writer(projects.create_elsewhere(owner=OrganisationFactory())), 404),
        "steering group": (make.officer(project.programme, Role.STEERING_GROUP), 404),
        "reference group": (make.officer(project.programme, Role.REFERENCE_GROUP), 404),
    }


@pytest.mark.parametrize("who", ["owner", "economist", "another organisation", "steering group", "reference group"])
def test_it_is_read_by_who_reads_the_payment(project, who):
    request = decided(project)
    build = made()
    user, expected = readers(project)[who]
    client = signed_in(user)
    addresses = [build.get_absolute_url(), reverse("build_file", args=[build.pk]), request.get_absolute_url()]
    assert [client.get(address).status_code for address in addresses] == [expected] * 3
    assert client.post(reverse("payment_document", args=[request.pk])).status_code == {200: 302}.get(expected, expected)


def test_hostile_text_is_shown_and_never_obeyed(project, tmp_path):
    text = storable(CORE)[:390]
    request = decided(project, deduct={1: (Kronor(1), text)}, amount=Kronor(0), lower_reason=text)
    content = payment_documents.document_pdf(request)
    assert "root:" not in running_text_of(content, tmp_path)
    (tmp_path / "x.pdf").write_bytes(content)
    assert [finding.rule_id for finding in pdfua.validate(tmp_path / "x.pdf").findings] == []


def test_very_many_deductions_are_bounded_and_counted(project, tmp_path, monkeypatch):
    monkeypatch.setattr(payment_documents, "MOST_DEDUCTED", 1)
    parts = ["Ytterligare 1 rad", "Momsen dras av."]
    assert lacking(payment_documents.document_pdf(decided(project)), tmp_path, parts) == []


def test_it_asks_few_questions(project, django_assert_max_num_queries):
    request = decided(project)
    with django_assert_max_num_queries(6):
        payment_documents.document_pdf(payment_documents.decided_request(request.pk))
