"""The main way in a real browser: from an open call to a sent sketch, an assessment, an answer and an invitation."""

import datetime as dt
import re

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from grants import actions
from grants.models import Sketch, SketchVersion
from kraftsamling.accounts.models import OrganisationKind
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Role
from tests.browser.hands import DESK, PHONE, fill, press, sv
from tests.factories.accounts import PASSWORD, MunicipalityFactory, OrganisationFactory, UserFactory
from tests.factories.grants import create_call, officer, typed_sketch
from tests.factories.programmes import ProgrammeFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NUMBER = re.compile(r"K-\d{4}-\d{4}-1")
DAY = dt.timedelta(days=1)


@pytest.fixture
def call(transactional_db):
    MunicipalityFactory(code="1861", name="Hallsberg")
    programme = ProgrammeFactory()
    leader, at = officer(programme, name="Elin Skogsäter"), timezone.now()
    moments = {"opens_at": at - 5 * DAY, "closes_at": at + 20 * DAY, "review_due_at": at + 30 * DAY}
    call = create_call(programme, by=leader, title="Pilotprojekt", **moments, application_due_at=at + 60 * DAY)
    actions.publish_call(call, by=leader, at=at - 10 * DAY)
    return call


@pytest.fixture
def member(call):
    home = OrganisationFactory(name="Hallsbergs kommun", kind=OrganisationKind.MUNICIPALITY)
    return UserFactory(name="Maja Lindqvist-Berg", member_of=home)


@pytest.fixture
def typed(call):
    return typed_sketch(call, municipalities=["1861"])


def begin(page, call):
    page.goto(reverse("call_list"))
    page.get_by_role("link", name=call.title).first.click()
    page.get_by_role("link", name=sv("Write a sketch")).first.click()
    press(page, "Begin")
    page.wait_for_url(re.compile(r"/skisser/\d+/skriv/$"))


def send_in(page):
    """From the form to the receipt; gives its number."""
    press(page, "Read through and send in")
    page.wait_for_url(re.compile(r"/las-igenom/$"))
    expect(page.locator("main")).to_contain_text("Många unga saknar en fritid.")
    press(page, "Send in the sketch")
    page.wait_for_url(re.compile(r"/skisser/\d+/$"))
    return receipt_of(page)


def receipt_of(page):
    receipt = SketchVersion.objects.get().receipt_number
    assert NUMBER.fullmatch(receipt)
    expect(page.locator("main")).to_contain_text(receipt)
    return receipt


def test_from_the_open_call_to_the_invitation(desk, call, member, typed):
    page = desk(member, PHONE)
    begin(page, call)
    page.locator("#id_title").fill(typed["title"])
    expect(page.locator("#saved")).to_contain_text(sv("Saved %(moment)s").split("%")[0].strip())
    expect(page.locator("#checks")).to_contain_text(re.compile(r"\d+ "))
    page.locator("#id_file").set_input_files({"name": "plan.txt", "mimeType": "text/plain", "buffer": "Vår plan.".encode()})
    press(page, "Add the file")
    expect(page.locator(".files")).to_contain_text("plan.txt")
    expect(page.locator("#id_title")).to_have_value(typed["title"])
    expect(page.locator("#checks")).not_to_contain_text(sv("Everything is filled in."))

    fill(page, typed)
    expect(page.locator("#checks")).to_contain_text(sv("Everything is filled in."))
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    receipt = send_in(page)
    assert receipt in "".join(Message.objects.filter(to=member).values_list("text", flat=True))

    sketch = Sketch.objects.get()
    reviewer = assessed(desk, call, sketch)
    answered(desk, call, sketch, reviewer)

    page.goto(reverse("sketch_list"))
    page.get_by_role("link", name=typed["title"]).first.click()
    expect(page.locator("main")).to_contain_text("Er idé är klok och prövbar.")
    page.get_by_role("link", name=sv("To the application")).first.click()
    expect(page.get_by_role("heading", name=sv("The invitation"))).to_be_visible()
    expect(page.locator("main")).to_contain_text("Er idé är klok och prövbar.")


def assessed(desk, call, sketch):
    """The process leader asks a reviewer, who declares, assesses and hands in."""
    reviewer = UserFactory(name="Amina Kjellvik", roles=[(call.programme, Role.REVIEWER)])
    page = desk(leader_of(call), DESK)
    page.goto(reverse("reviewers", args=[call.slug]))
    page.get_by_label(sketch.current_version.title).check()
    page.get_by_label(reviewer.name).check()
    press(page, "Ask them")
    expect(page.get_by_role("row", name=reviewer.name).first).to_be_visible()

    page = desk(reviewer, DESK)
    page.goto(reverse("review_list"))
    page.get_by_role("link", name=sketch.current_version.title).first.click()
    expect(page.locator("main")).not_to_contain_text("Många unga saknar en fritid.")
    page.get_by_label(sv("No, I can assess it without being partial")).check()
    press(page, "Go on")
    expect(page.locator("main")).to_contain_text("Många unga saknar en fritid.")
    for criterion in call.criteria.all():
        page.locator(f"input[name=score_{criterion.pk}][value='4']").check()
        page.locator(f"#id_reason_{criterion.pk}").fill("Tydligt beskrivet.")
    page.locator("input[name=recommendation][value=invite]").check()
    press(page, "Hand in")
    expect(page.get_by_role("button", name=sv("Open it again"))).to_be_visible()
    assert sketch.assessments.submitted().count() == 1
    return reviewer


def answered(desk, call, sketch, reviewer):
    """The process leader reads the assessment, prepares an invitation, looks at the letter and sends it."""
    page = desk(leader_of(call), DESK)
    page.goto(reverse("sketch_detail", args=[sketch.pk]))
    expect(page.locator("main")).to_contain_text(reviewer.name)
    page.get_by_role("link", name=sv("Prepare an answer")).first.click()
    page.locator("input[name=kind][value=invited]").check()
    page.locator("#id_reason").fill("Er idé är klok och prövbar.")
    press(page, "Save the answer")
    page.wait_for_url(re.compile(rf"/beredning/{call.slug}/$"))
    page.goto(reverse("outcomes", args=[call.slug]))
    letter = page.locator(".letter")
    expect(letter).to_contain_text("Er idé är klok och prövbar.")
    previewed = letter.inner_text()
    asks = page.locator("summary", has_text=sv("Send the answers"))
    where = asks.bounding_box()
    asks.click()
    assert asks.bounding_box() == where  # what sends is never put under the pointer: a double click sends nothing
    press(page, "Yes, send those that are ticked")
    expect(page.locator("main")).to_contain_text(sv("No answers prepared"))
    sketch.refresh_from_db()
    assert sketch.state == "invited"
    mail = Message.objects.filter(to__memberships__organisation=sketch.organisation).latest("pk")
    assert "".join(previewed.split()) in "".join(mail.text.split())


def leader_of(call):
    return call.programme.roles.get(role=Role.PROCESS_LEADER).user


def test_a_sketch_is_sent_in_without_javascript(desk, call, member, typed):
    page = desk(member, PHONE, java_script_enabled=False)
    begin(page, call)
    fill(page, {"title": typed["title"]})
    press(page, "Save")
    expect(page.locator("#id_title")).to_have_value(typed["title"])
    fill(page, typed)
    send_in(page)


class Keyboard:
    """A person with a keyboard alone: moves with Tab, chooses with Space, presses with Enter, and types."""

    FOCUS = """() => { const e = document.activeElement; return {
        tag: e.tagName, type: e.type || "", name: e.name || "", value: e.value || "", text: (e.innerText || "").trim(),
        path: e.pathname || "", checked: !!e.checked, tabindex: e.tabIndex } }"""

    def __init__(self, page):
        self.page = page
        page.set_content("<input type=date aria-label=x>")
        page.get_by_label("x").focus()
        page.keyboard.type("01152027")
        self.month_first = page.get_by_label("x").input_value() == "2027-01-15"

    def type_day(self, day):
        """The browser's own field for a day takes its parts in the order of the machine's language."""
        year, month, day = day.split("-")
        if self.month_first:
            self.page.keyboard.type(month + day + year)
        else:
            self.page.keyboard.type(year)
            self.page.keyboard.press("Tab")
            self.page.keyboard.type(month + day)

    def tab(self):
        self.page.keyboard.press("Tab")
        return self.page.evaluate(self.FOCUS)

    def go_to(self, wanted, *, most=400):
        for _step in range(most):
            focused = self.tab()
            if wanted(focused):
                return focused
        raise AssertionError("Tab does not lead there")

    def press(self, msgid):
        self.go_to(lambda focused: focused["tag"] in {"A", "BUTTON"} and focused["text"] == sv(msgid))
        self.page.keyboard.press("Enter")

    def write(self, typed):
        """Goes through the form once, in the order of the page, and leaves each field filled."""
        left = {name: list(value) if isinstance(value, list) else [value] for name, value in typed.items()}

        def done(focused):
            values = left.get(focused["name"], [])
            if focused["type"] in {"checkbox", "radio"}:
                if focused["value"] in values:
                    self.page.keyboard.press("Space")
                    values.remove(focused["value"])
            elif values and focused["type"] == "date":
                self.type_day(values.pop())
            elif values:
                self.page.keyboard.type(values.pop())
            return not any(left.values())

        self.go_to(done)


def test_a_sketch_is_sent_in_by_keyboard_alone(desk, call, member, typed):
    page = desk(member, PHONE)
    keyboard = Keyboard(page)
    page.goto(reverse("call_list"))
    keyboard.go_to(lambda focused: focused["path"] == call.get_absolute_url())
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{call.get_absolute_url()}")
    keyboard.press("Write a sketch")
    page.wait_for_url("**/skriv-skiss/")
    keyboard.press("Begin")
    page.wait_for_url("**/skriv/")
    keyboard.write(typed)
    assert {name: page.locator(f"#id_{name}").input_value() for name in ("starts_on", "sought")} == {
        "starts_on": typed["starts_on"],
        "sought": typed["sought"],
    }
    keyboard.press("Read through and send in")
    page.wait_for_url("**/las-igenom/")
    keyboard.press("Send in the sketch")
    page.wait_for_url(re.compile(r"/skisser/\d+/$"))
    receipt_of(page)


def test_a_text_written_after_the_session_ended_is_back_after_log_in(desk, call, member, typed):
    page = desk(member, PHONE)
    begin(page, call)
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    fill(page, {"title": typed["title"], "need": typed["need"]})
    press(page, "Save")
    page.wait_for_url(re.compile(r"/konto/logga-in/"))
    page.locator("#id_login").fill(member.email)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main form.stack button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/skriv/\?parkerad="))
    expect(page.get_by_role("status").filter(has_text=sv("Your text is back."))).to_be_visible()
    expect(page.locator("#id_title")).to_have_value(typed["title"])
    expect(page.locator("#id_need")).to_have_value(typed["need"])
    press(page, "Save")
    page.wait_for_url(re.compile(r"/skriv/$"))
    draft = Sketch.objects.get().draft
    assert (draft.content["title"], draft.content["need"]) == (typed["title"], typed["need"])
