"""The main way of a project in a real browser: its report, its payment, and the figure that the steering group opens."""

import datetime as dt
import io
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import expect

from grants.budget.content import BudgetContent, CostPart, FinancingPart
from kraftsamling.accounts.models import OrganisationKind
from kraftsamling.lib.dates import months_after, stockholm_today
from kraftsamling.lib.money import Kronor
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Role
from pilots.models import PaymentRequest, Payout, Project
from tests.browser.test_main_way import DESK, PHONE, press, sv
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.applications import PDF, create_signatory
from tests.factories.grants import officer
from tests.factories.pilots import create_elsewhere
from tests.factories.programmes import ProgrammeFactory
from tests.factories.reports import WORDS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLE = "Kvällar som samlar"
PASTED = """Datum\tVerifikat\tText\tKostnadsslag\tBelopp
{day}\tA1\tProjektledare, lön\tEgen personal\t60 000,00
{day}\tA2\tFika till ett annat möte\tEgen personal\t1 000,50"""
REASON = "Mötet hör inte till projektet."


@pytest.fixture
def people(transactional_db):
    programme = ProgrammeFactory()
    roles = {"leader": Role.PROCESS_LEADER, "economist": Role.FINANCE_OFFICER, "steering": Role.STEERING_GROUP}
    names = {"leader": "Elin Skogsäter", "economist": "Petra Räknelin", "steering": "Karin Överblick"}
    return {key: officer(programme, role, name=names[key]) for key, role in roles.items()} | {"programme": programme}


@pytest.fixture
def project(people):
    """Has run for some more than three months, so that a first report is asked for and costs have been booked."""
    owner = OrganisationFactory(name="Hallsbergs kommun", kind=OrganisationKind.MUNICIPALITY)
    UserFactory(name="Maja Lindqvist-Berg", member_of=owner)
    create_signatory(owner)
    today = stockholm_today(timezone.now())
    starts_on = months_after(today, -3) - dt.timedelta(days=3)
    opened = create_elsewhere(
        people["programme"], owner=owner, by=people["leader"], title=TITLE, content=budget_of(starts_on.year),
        starts_on=starts_on, ends_on=months_after(starts_on, 12), at=timezone.now() - dt.timedelta(days=90),
    )  # fmt: skip
    Project.objects.filter(pk=opened.pk).update(account="Bankgiro 123-4567")
    return opened


def budget_of(year):
    def part(role, name):
        amounts = (Kronor(200_000),)
        return FinancingPart(role, name, is_public=True, in_kind=False, appropriation="", amounts=amounts)

    staff = CostPart("own_staff", "Projektledare", in_kind=False, amounts=(Kronor(400_000),))
    return BudgetContent(years=(year,), costs=(staff,), financing=(part("grant", "Region Örebro län"), part("own", "Egna medel")))


TOO_WIDE = """addEventListener("load", () => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) console.error(`${location.pathname} is ${scrollWidth} wide`);
})"""


@pytest.fixture
def desk(desk):
    """A page for a person, of which nothing may be wider than its window, and whose console has nothing to say."""
    said, bare = [], desk

    def opened(user, size):
        page = bare(user, size)
        page.add_init_script(TOO_WIDE)
        page.on("console", lambda line: said.append(line.text) if line.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    yield opened
    assert said == []


def writer_of(project):
    return project.owner.members.get()


def begins(msgid):
    """The words of a text before what is put into it."""
    return re.compile(f"^{re.escape(sv(msgid).split('%(')[0].strip())}")


def test_from_the_report_to_the_figure_of_the_steering_group(desk, people, project):
    member = desk(writer_of(project), PHONE)
    writes(member, project)
    hands_in(member, project)
    officer_page = desk(people["leader"], DESK)
    gives_back(officer_page)
    completes(member, project)
    approves(officer_page)
    fetches_pdf(member)

    asks_for_money(member, project)
    economist = desk(people["economist"], DESK)
    decides(economist, project)
    told(member)
    pays(economist)
    opens_the_figure(desk(people["steering"], DESK))


# ---- The report


def writes(page, project):
    """The first part by autosave, the others part by part."""
    page.goto(reverse("report_plan", args=[project.pk]))
    page.get_by_role("link", name=str(report_of(project))).first.click()
    page.get_by_role("link", name=sv("Write the report")).click()
    page.locator("#id_summary").fill(WORDS["summary"])
    expect(page.locator("#saved")).to_contain_text(begins("Saved %(moment)s"))
    assert report_of(project).draft.content["summary"] == WORDS["summary"]

    page.reload()
    expect(page.locator("#id_summary")).to_have_value(WORDS["summary"])
    for part in ("genomfort", "resultat", "samverkan", "indikatorer", "ekonomi", "bilder"):
        assert page.url.endswith(f"/skriv/{part}/")
        fill_part(page)
        press(page, "Save and go on")
        page.wait_for_url(re.compile(rf"/(?!{part}/)[a-z-]+/$"))


def report_of(project):
    return project.reports.order_by("due_on").first()


def fill_part(page):
    for name, words in WORDS.items():
        field = page.locator(f"#id_{name}")
        if field.count() and name.endswith("_done"):
            field.select_option(words)
        elif field.count():
            field.fill(words)
    booked = page.locator("input[name$='_booked']")
    if booked.count():
        booked.first.fill("60 000")


def hands_in(page, project):
    expect(page.locator("main")).to_contain_text(WORDS["did_not_work"])
    page.locator("#id_is_true").check()
    press(page, "Send in")
    page.wait_for_url(re.compile(r"/projekt/rapport/\d+/$"))
    version = report_of(project).current_version
    expect(page.locator("main")).to_contain_text(version.receipt_number)
    mails = "".join(Message.objects.filter(to=writer_of(project)).values_list("text", flat=True))
    assert version.receipt_number in mails


COMMENT = "Hur många av dem är flickor?"
COMPLETED = "Fler unga har hittat till en förening, hälften av dem flickor."


def gives_back(page):
    """From the officer's own first page: a comment on one part, and a day."""
    page.goto(reverse("report_list"))
    page.get_by_role("link", name=TITLE).first.click()
    page.get_by_role("link", name=sv("Review the report")).click()
    expect(page.locator("main")).to_contain_text(WORDS["results"])
    page.locator("#id_comment_resultat").fill(COMMENT)
    press(page, "Return it with the comments")
    page.wait_for_url(re.compile(r"/projekt/rapport/\d+/$"))
    expect(page.get_by_role("link", name=sv("Review the report"))).to_have_count(0)


def completes(page, project):
    page.reload()
    expect(page.locator("main")).to_contain_text(COMMENT)
    page.get_by_role("link", name=sv("Complete the report")).click()
    page.get_by_role("link", name=sv("Results and learnings")).click()
    expect(page.locator("main")).to_contain_text(COMMENT)
    page.locator("#id_results").fill(COMPLETED)
    press(page, "Save")
    page.get_by_role("link", name=sv("Read through and send in")).click()
    page.locator("#id_is_true").check()
    press(page, "Send in")
    page.wait_for_url(re.compile(r"/projekt/rapport/\d+/$"))
    assert [version.number for version in report_of(project).versions.order_by("number")] == [1, 2]


def approves(page):
    page.reload()
    page.get_by_role("link", name=sv("Review the report")).click()
    expect(page.locator("main")).to_contain_text(COMPLETED)
    press(page, "Approve the report")
    page.wait_for_url(re.compile(r"/projekt/rapport/\d+/$"))
    expect(page.locator("main")).to_contain_text(sv("The report is approved, and the organisation has been told."))


def fetches_pdf(page):
    """The worker's task runs as soon as it is handed over; the page of the document says that it is ready."""
    page.reload()
    press(page, "Make a PDF")
    page.wait_for_url(re.compile(r"/projekt/dokument/\d+/$"))
    expect(page.locator("#progress")).to_contain_text(sv("The document is ready."))
    with page.expect_download() as download:
        page.get_by_role("link", name=sv("Download")).click()
    assert download.value.path().read_bytes().startswith(b"%PDF-1.7")


# ---- The money


def asks_for_money(page, project):
    page.goto(reverse("project_money", args=[project.pk]))
    press(page, "Begin a payment request")
    page.wait_for_url(re.compile(r"/skriv/$"))
    page.locator("#id_paste").fill(PASTED.format(day=project.starts_on + dt.timedelta(days=10)))
    press(page, "Add the rows")
    expect(page.locator("[data-cost-sum]")).to_have_text("61\xa0001\xa0kr")
    press(page, "Save, attach and sign")
    page.wait_for_url(re.compile(r"/las-igenom/$"))
    for kind, name in (("ledger", "huvudbok.pdf"), ("income", "resultat.pdf")):
        page.locator("#id_kind").select_option(kind)
        page.locator("#id_file").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": PDF})
        press(page, "Add the file")
        expect(page.locator(".files")).to_contain_text(name)
    page.locator("input[name=signatory]").first.check()
    page.locator("#id_is_true").check()
    press(page, "Sign and send in")
    page.wait_for_url(re.compile(r"/projekt/utbetalning/\d+/$"))
    expect(page.locator("main")).to_contain_text(PaymentRequest.objects.get().receipt_number)


def decides(page, project):
    """One row is refused with a reason; the calculation is read before it is decided on."""
    page.goto(reverse("payment_list"))
    page.get_by_role("link", name=TITLE).first.click()
    page.wait_for_url(re.compile(r"/granska/$"))
    page.get_by_label(sv("Approved of %(voucher)s") % {"voucher": "A2"}).fill("0")
    page.get_by_label(sv("Reason for %(voucher)s") % {"voucher": "A2"}).fill(REASON)
    press(page, "Save and count again")
    page.get_by_role("button", name="Godkänn raden som är kvar").click()
    expect(page.locator("main .calculation")).to_contain_text("24\xa0000\xa0kr")
    expect(page.locator("main .calculation")).to_contain_text("5 §")
    press(page, "Decide and tell the owner")
    page.wait_for_url(re.compile(r"/projekt/utbetalning/\d+/$"))
    expect(page.locator("main .calculation")).to_contain_text("24\xa0000\xa0kr")
    assert Payout.objects.get().amount == Kronor(24_000)


def told(page):
    page.reload()
    expect(page.locator("main")).to_contain_text(REASON)
    expect(page.locator("main .calculation")).to_contain_text("24\xa0000\xa0kr")


def pays(page):
    """The file goes to the finance system, and comes back with the day that it was paid."""
    page.goto(reverse("payout_list"))
    page.get_by_role("button", name=begins("Make the file of %(name)s")).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX").first.click()
    sheet = load_workbook(io.BytesIO(download.value.path().read_bytes()))
    day = stockholm_today(timezone.now())
    rows = [[cell.value for cell in row] for row in sheet.active.iter_rows()]
    reference = Payout.objects.get().reference
    assert reference in next(row for row in rows if reference in row)
    csv = f"Referens;Belopp;Utbetald\n{reference};24000;{day}\n"
    page.locator("#id_file").set_input_files({"name": "betalt.csv", "mimeType": "text/csv", "buffer": csv.encode()})
    press(page, "Read the file and show")
    page.get_by_role("button", name="Bokför 1 utbetalning").click()
    page.wait_for_url(re.compile(r"/projekt/betalningar/$"))
    expect(page.get_by_role("row", name=reference)).to_contain_text(sv("Paid"))


def opens_the_figure(page):
    """What the steering group reads is what has been paid, and its rows are the payments."""
    page.goto(reverse("steering_money"))
    figure = page.locator(".figure").filter(has_text=sv("Paid of it"))
    expect(figure.locator(".figure-value")).to_have_text("24\xa0000\xa0kr")
    figure.get_by_role("link").click()
    page.wait_for_url(re.compile(r"/styrning/rader/"))
    row = page.get_by_role("row", name=TITLE)
    expect(row).to_contain_text("24\xa0000\xa0kr")
