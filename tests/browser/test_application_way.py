"""The main way of the application in a real browser: written part by part, signed, prepared, decided, read, and a project."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from grants import actions
from grants.models import ApplicationVersion, Check, CostCategory, Decision
from kraftsamling.accounts.models import OrganisationKind
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.programmes.models import Role
from pilots.models import Project
from tests.browser.hands import DESK, PHONE, fill, press, sv
from tests.factories import applications
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.grants import create_call, create_invited, create_submitted, officer
from tests.factories.programmes import ProgrammeFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DAY = dt.timedelta(days=1)
PURPOSE = "Fler unga ska ha en fritid som betyder något."
DRAFT = {
    "kind": "granted", "share": "27,5", "cap": "150 000", "starts_on": "2027-01-15", "ends_on": "2027-12-31",
    "reasons": "Projektet prövar något nytt och är väl genomtänkt.", "strategy_link": "Goda uppväxtvillkor i länet.",
    "conditions": "Betalas i efterskott mot redovisade kostnader.", "follow_up": "Följs upp varje år.",
    "financing_plan": "1:1-medel och egna medel.", "final_report": "Slutrapport inom en månad.",
    "deciding_body": "Regional tillväxtnämnd", "minutes_item": "§ 2", "presenter": "Elin Skogsäter",
}  # fmt: skip


@pytest.fixture
def invited(transactional_db):
    """Invited ten days ago, with nothing written yet."""
    programme = ProgrammeFactory()
    leader, at = officer(programme, name="Elin Skogsäter"), timezone.now()
    moments = {"opens_at": at - 60 * DAY, "closes_at": at - 30 * DAY, "review_due_at": at - 20 * DAY}
    call = create_call(programme, by=leader, title="Pilotprojekt", **moments, application_due_at=at + 30 * DAY)
    actions.publish_call(call, by=leader, at=at - 70 * DAY)
    home = OrganisationFactory(name="Hallsbergs kommun", kind=OrganisationKind.MUNICIPALITY)
    UserFactory(name="Maja Lindqvist-Berg", member_of=home)
    sketch = create_submitted(call, organisation=home, at=at - 40 * DAY)
    applications.create_signatory(home, name="Siv Signerande")
    return create_invited(sketch, by=leader, at=at - 10 * DAY)


@pytest.fixture
def seated(desk):
    """As `desk`; what the browser complains of is an error of the test."""
    wrong = []

    def opened(user, size, **options):
        page = desk(user, size, **options)
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        page.on("console", lambda told: told.type == "error" and wrong.append(f"{page.url}: {told.text}"))
        return page

    yield opened
    assert wrong == []


def fits(page):
    """Nothing is wider than the window, once the page that was asked for is there."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"], page.url


def figure(page, key):
    return page.locator(f"dl [data-figure={key}]")


def go_on(page, end):
    fits(page)
    press(page, "Save and go on")
    page.wait_for_url(re.compile(rf"/{end}/$"))


def write_part(page, typed):
    """Fills what the page asks for, of all that is typed."""
    here = {name: value for name, value in typed.items() if page.locator(f"[name={name}]").count()}
    fill(page, here)
    return here


def test_from_the_invitation_to_the_open_project(seated, invited):
    member = applications.writer(invited)
    page = seated(member, PHONE)
    written(page, invited)
    receipt = signed(page)
    officer_page = seated(invited.sketch.call.created_by, DESK)
    draft = proposed(officer_page, invited, receipt)
    issued(seated, draft)
    read(page, draft)


def written(page, application):
    """The six parts and the budget, by an organisation on a phone; what is typed is saved by itself."""
    page.goto(application.get_absolute_url())
    expect(page.get_by_role("heading", name=sv("The invitation"))).to_be_visible()
    fits(page)
    page.get_by_role("link", name=sv("Write the application")).first.click()
    expect(page.locator("#id_title")).to_have_value("Fritidslots")
    page.locator("#id_purpose").fill(PURPOSE)
    expect(page.locator("#saved")).to_contain_text(sv("Saved %(moment)s").split("%")[0].strip())
    assert application.draft.content["purpose"] == PURPOSE

    typed = {name: value for name, value in applications.typed_application().items() if not name.startswith("b_")}
    for key in ("genomforande", "budget"):
        assert write_part(page, typed)
        go_on(page, key)
    budgeted(page)
    for key in ("uppfoljning", "parter", "uppgifter", "las-igenom"):
        write_part(page, typed)
        go_on(page, key)


def budgeted(page):
    """A line more on both sides: the sums follow what is typed before anything is sent."""
    expect(figure(page, "costs")).to_have_text(kronor(400_000))
    page.locator(f"button[value=add_cost-{CostCategory.INVESTMENT.value}]").click()
    line = page.locator("tr[data-line]", has=page.locator(f"input[value={CostCategory.INVESTMENT.value}]"))
    line.locator(".budget-text").fill("Cyklar till lotsarna")
    line.locator("[data-year]").fill("20 000")
    expect(figure(page, "costs")).to_have_text(kronor(420_000))
    expect(figure(page, "gap")).to_have_text(kronor(20_000))
    page.locator("[name=b_f1_2027]").fill("220 000")
    expect(figure(page, "gap")).to_have_text("0")
    expect(page.locator("#checks")).to_contain_text(sv("The budget adds up."))
    go_on(page, "hallbarhet")


def kronor(amount):
    return f"{amount:,}".replace(",", "\u00a0")


def signed(page):
    """Read through, signed by the signatory; gives the receipt."""
    main = page.locator("main")
    for text in (PURPOSE, "Cyklar till lotsarna", kronor(420_000)):
        expect(main).to_contain_text(text)
    fits(page)
    page.get_by_label("Siv Signerande").check()
    page.locator("input[name=is_true]").check()
    press(page, "Sign and send in")
    page.wait_for_url(re.compile(r"/ansokningar/\d+/$"))
    version = ApplicationVersion.objects.get()
    expect(main).to_contain_text(version.receipt_number)
    expect(main).to_contain_text("Siv Signerande")
    fits(page)
    return version.receipt_number


def proposed(page, application, receipt):
    """The officer fills in the checklist, writes the proposal and hands it over to the decision makers."""
    page.goto(application.get_absolute_url())
    expect(page.locator("main")).to_contain_text(receipt)
    page.get_by_role("link", name=sv("Prepare the decision")).first.click()
    fits(page)
    fill(page, {f"{check.value}_ok": "yes" for check in Check})
    fill(
        page, {"strategy_link": "Goda uppväxtvillkor.", "state_aid": "not_aid", "state_aid_reason": "Ingen ekonomisk verksamhet."}
    )
    press(page, "Save")
    expect(page.locator("aside")).to_contain_text(sv("Nothing in the preparation stands in the way of a grant."))

    page.get_by_role("link", name=sv("Write the proposal")).first.click()
    fits(page)
    fill(page, {**DRAFT, "decided_on": stockholm_today().isoformat()})
    press(page, "Save and read through")
    page.wait_for_url(re.compile(r"/beslut/\d+/$"))
    press(page, "Hand over to the decision makers")
    expect(page.get_by_role("button", name=sv("Hand over to the decision makers"))).to_have_count(0)
    fits(page)
    return Decision.objects.get()


def issued(seated, draft):
    """The decision maker reads and issues it; the letter is there as a PDF."""
    programme = draft.application.sketch.call.programme
    page = seated(UserFactory(name="Be Slutande", roles=[(programme, Role.DECISION_MAKER)]), DESK)
    page.goto(reverse("decision_list"))
    page.get_by_role("link", name="Fritidslots").first.click()
    expect(page.locator("main")).to_contain_text(DRAFT["reasons"])
    fits(page)
    page.locator("summary", has_text=sv("Issue the decision")).click()
    press(page, "Yes, issue the decision")
    letter = page.get_by_role("link", name=sv("The letter (PDF)")).first
    expect(letter).to_be_visible()
    answer = page.request.get(letter.get_attribute("href"))
    assert (answer.status, answer.body()[:5]) == (200, b"%PDF-")


def read(page, draft):
    """The organisation finds the decision, confirms that it has been read, and has a project."""
    page.goto(reverse("decision_list"))
    page.get_by_role("link", name="Fritidslots").first.click()
    expect(page.locator("main")).to_contain_text(DRAFT["reasons"])
    fits(page)
    press(page, "We have read the decision")
    expect(page.get_by_role("button", name=sv("We have read the decision"))).to_have_count(0)
    draft.refresh_from_db()
    assert (draft.state, draft.read_by.name) == ("issued", "Maja Lindqvist-Berg")

    page.goto(reverse("project_list"))
    page.get_by_role("link", name="Fritidslots").first.click()
    page.wait_for_url(f"**{Project.objects.get().get_absolute_url()}")
    expect(page.locator("main")).to_contain_text(kronor(150_000))
    fits(page)


def test_without_javascript_the_budget_is_counted_by_its_button(seated, invited):
    page = seated(applications.writer(invited), PHONE, java_script_enabled=False)
    page.goto(reverse("application_budget", args=[invited.pk]))
    page.locator("[name=b_c0_2027]").fill("310 000")
    expect(figure(page, "costs")).to_have_text(kronor(400_000))
    press(page, "Count again")
    expect(figure(page, "costs")).to_have_text(kronor(410_000))
    expect(figure(page, "gap")).to_have_text(kronor(10_000))
