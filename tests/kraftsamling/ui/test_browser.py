"""The gallery and the behaviours in a real browser."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import expect

from kraftsamling.programmes.models import Role
from tests.factories.accounts import UserFactory
from tests.factories.programmes import ProgrammeFactory

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WIDTHS = [1280, 390]
HOST = "http://draft.example"


@pytest.fixture
def gallery(page, live_server):
    client = Client()
    client.force_login(UserFactory(roles=[(ProgrammeFactory(), Role.PROCESS_LEADER)]))
    session = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}
    page.context.add_cookies([{**session, "url": live_server.url}])
    bad = []
    page.on("console", lambda message: bad.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: bad.append(str(error)))
    page.on(
        "request", lambda request: bad.append(request.url) if not request.url.startswith((live_server.url, "data:")) else None
    )
    page.goto(live_server.url + reverse("gallery"))
    yield page
    assert bad == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", WIDTHS)
def test_gallery_is_accessible_and_fits(gallery, width):
    gallery.set_viewport_size({"width": width, "height": 900})
    gallery.reload()
    results = Axe().run(gallery, options=RULES)
    assert results.violations_count == 0, results.generate_report()
    assert gallery.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.django_db(transaction=True)
def test_error_summary_takes_focus_and_leads_to_the_field(gallery):
    expect(gallery.locator(".errors")).to_be_focused()
    gallery.locator(".errors a").first.click()
    expect(gallery.locator("#id_title")).to_be_focused()


@pytest.mark.django_db(transaction=True)
def test_menu_opens_by_keyboard_without_javascript(browser, gallery, live_server):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    context.add_cookies(gallery.context.cookies())
    page = context.new_page()
    page.goto(live_server.url + "/finns-inte/")
    expect(page.locator(".menu")).to_be_hidden()
    page.get_by_role("button", name=re.compile("Menu|Meny")).first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".menu")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".menu")).to_be_hidden()
    context.close()


# ---- The behaviours, on a page of their own


class Desk:
    """A page served from memory. `answer` says what the autosave address answers; the posts are kept."""

    def __init__(self, page, form):
        self.page = page
        self.posts = []
        self.answer = {"status": 200, "json": {"saved": "Saved at 10.42", "revision": 8, "checks_html": "<p>All well</p>"}}
        with translation.override("en"):
            scripts = render_to_string("components/behaviours.html", {"names": ["autosave", "counter", "filesize", "once"]})
        self.html = f'<!doctype html><html lang="en"><title>x</title>{form}{scripts}'
        page.route(f"{HOST}/**", self.serve)
        page.goto(f"{HOST}/")

    def serve(self, route):
        path = route.request.url.removeprefix(HOST)
        if path.startswith("/static/"):
            route.fulfill(path=settings.BASE_DIR / path.lstrip("/"), content_type="text/javascript")
        elif path == "/save":
            self.posts.append(route.request)
            route.abort() if self.answer is None else route.fulfill(**self.answer)
        elif route.request.method == "POST":
            self.posts.append(route.request)
            route.fulfill(status=204)
        else:
            route.fulfill(body=self.html, content_type="text/html; charset=utf-8")


FORM = """<form method="post" action="/send" data-autosave-url="/save" data-autosave-status="#saved">
<input type="hidden" name="revision" value="7"><textarea name="need" aria-label="Need" data-count-words="3"></textarea>
<input type="file" name="file" aria-label="File" data-max-bytes="1048576"><button>Send</button></form>
<p id="saved"></p><div id="checks"></div>"""


def test_autosave_saves_after_a_pause_and_takes_the_answer(page):
    desk = Desk(page, FORM)
    page.get_by_label("Need").fill("one two")
    expect(page.locator("#saved")).to_have_text("Saved at 10.42")
    expect(page.locator("#checks")).to_have_text("All well")
    assert page.locator("[name=revision]").input_value() == "8"
    assert [(request.headers["x-autosave"], "one two" in request.post_data) for request in desk.posts] == [("1", True)]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (
            {"status": 401, "json": {}},
            "You have been logged out. Your text is kept on this page: press Save to log in and go on.",
        ),
        ({"status": 500, "body": "x"}, "Could not be saved just now. We try again soon; your text is kept on this page."),
        (
            {"status": 409, "json": {"conflict": True, "url": "/conflict"}},
            "Somebody else has changed the same text, so yours is not saved yet. Compare the two",
        ),
        (None, "No connection. Your text is kept on this page, and we try again soon."),
    ],
)
def test_autosave_tells_when_it_could_not(page, answer, text):
    desk = Desk(page, FORM)
    desk.answer = answer
    page.get_by_label("Need").fill("one")
    expect(page.locator("#saved")).to_have_text(text)
    assert page.get_by_label("Need").input_value() == "one"


def test_autosave_tries_again_when_the_connection_is_back(page):
    desk = Desk(page, FORM)
    desk.answer = None
    page.get_by_label("Need").fill("one")
    expect(page.locator("#saved")).to_contain_text("No connection")
    desk.answer = {"status": 200, "json": {"saved": "Saved"}}
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#saved")).to_have_text("Saved")


EARLY = FORM + """<script>document.querySelector("textarea").value = "typed early"</script>"""


def test_autosave_saves_what_was_typed_before_its_script_came(page):
    desk = Desk(page, EARLY)
    expect(page.locator("#saved")).to_have_text("Saved at 10.42")
    assert ["typed early" in request.post_data for request in desk.posts] == [True]


KINDS = """<form method="post" action="/send" data-autosave-url="/save"><input type="hidden" name="revision" value="7">
<input name="text" value="a"><input name="number" type="number" value="4"><textarea name="long">
a
b</textarea><input type="file" name="file"><input type="checkbox" name="box" checked><input type="radio" name="one" value="1">
<input type="radio" name="one" value="2" checked><select name="first"><option>a</option><option>b</option></select>
<select name="sent"><option>a</option><option selected>b</option></select>
<select name="many" multiple><option selected>a</option><option>b</option></select><button>Send</button></form>"""
CHANGES = {
    "text": "text.value = 'b'", "number": "number.value = 5", "long": "long.value = 'a'", "box": "box.checked = false",
    "first": "first.value = 'b'", "sent": "sent.value = 'a'", "many": "many.options[1].selected = true",
}  # fmt: skip


def test_autosave_takes_only_what_differs_from_what_the_page_was_sent_with(page):
    Desk(page, KINDS)
    assert page.evaluate("[...document.forms[0].elements].filter(differs).length") == 0
    for name, change in CHANGES.items():
        page.evaluate(f"(() => {{ const {name} = document.forms[0].elements.namedItem('{name}'); {change}; }})()")
        assert page.evaluate("[...document.forms[0].elements].filter(differs).map((field) => field.name)") == [name]
        page.evaluate("document.forms[0].reset()")
    page.evaluate("document.forms[0].elements.namedItem('one')[0].checked = true")
    assert page.evaluate("[...document.forms[0].elements].some(differs)")


def test_autosave_stops_when_the_form_is_sent(page):
    desk = Desk(page, FORM)
    page.get_by_label("Need").fill("one")
    with page.expect_request(f"{HOST}/send"):
        page.get_by_role("button", name="Send").click()
    page.wait_for_timeout(2300)
    assert [request.url for request in desk.posts] == [f"{HOST}/send"]


def test_counter_counts_words_and_says_when_there_are_too_many(page):
    Desk(page, FORM)
    counter = page.locator(".counter")
    expect(counter).to_have_text("0 of 3 words")
    page.get_by_label("Need").fill("one two\nthree  four")
    expect(counter).to_have_text("4 of 3 words: 1 too many")
    expect(page.locator("[aria-live=polite]")).to_have_text("4 of 3 words: 1 too many")


def test_too_large_file_is_told_of_and_not_sent(page):
    desk = Desk(page, FORM)
    page.get_by_label("File").set_input_files({"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"x" * 2_000_000})
    expect(page.get_by_role("alert")).to_have_text("“plan.pdf” is 1.9 MB. At most 1 MB can be sent. Choose a smaller file.")
    page.get_by_role("button", name="Send").click()
    page.get_by_label("File").set_input_files({"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"x"})
    expect(page.get_by_role("alert")).to_have_text("")
    assert desk.posts == []


def test_double_click_sends_once_with_the_pressed_button(page):
    form = '<form method="post" action="/send" data-once><button name="do" value="save">Save</button></form>'
    desk = Desk(page, form)
    with page.expect_request(f"{HOST}/send"):
        page.get_by_role("button").dblclick()
    expect(page.get_by_role("button")).to_be_disabled()
    assert [request.post_data for request in desk.posts] == ["do=save"]


def test_form_sent_twice_in_the_same_moment_goes_once(page):
    desk = Desk(page, '<form method="post" action="/send" data-once><button>Save</button></form>')
    with page.expect_request(f"{HOST}/send"):
        page.evaluate("const form = document.forms[0]; form.requestSubmit(); form.requestSubmit()")
    assert (
        page.evaluate("document.forms[0].dispatchEvent(new SubmitEvent('submit', { cancelable: true, bubbles: true }))") is False
    )
    assert len(desk.posts) == 1


# ---- Paper

SHEET = """<style>{css}</style><a class="skip-link" href="#x">Skip</a><nav class="menu">Menu</nav>
<main id="x"><h1>Call</h1><details class="how"><summary>How it is counted</summary><p>Only on the screen</p></details>
<details class="how in-print"><summary>What the scores mean</summary><p>Also on paper</p></details><p><a class="btn" href="/">Do it</a></p></main>"""


def test_paper_shows_what_is_folded_but_belongs_to_the_text_and_nothing_to_press(page):
    css = (settings.BASE_DIR / "static/css/kraft.css").read_text(encoding="utf-8")
    page.set_content(SHEET.format(css=css))
    seen = {text: page.get_by_text(text) for text in ("Call", "Only on the screen", "Also on paper", "Do it", "Menu", "Skip")}
    shown = "(element) => element.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true})"
    assert [seen[text].evaluate(shown) for text in ("Only on the screen", "Also on paper", "Do it")] == [False, False, True]
    page.emulate_media(media="print")
    assert {text: place.evaluate(shown) for text, place in seen.items()} == {
        "Call": True, "Only on the screen": False, "Also on paper": True, "Do it": False, "Menu": False, "Skip": False,
    }  # fmt: skip


# ---- A phone, a keyboard, large text


def styled(page, body, *, width=390):
    css = (settings.BASE_DIR / "static/css/kraft.css").read_text(encoding="utf-8")
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(reduced_motion="reduce")
    page.set_content(f"<!doctype html><html lang='sv'><style>{css}</style><main>{body}</main></html>")


def test_what_has_the_focus_is_never_behind_the_bar_with_the_buttons(page):
    fields = "".join(f"<div class='field'><label>{n}<input name='f{n}'></label></div>" for n in range(40))
    styled(page, f"<form>{fields}<div class='sticky-bar'><button class='btn'>Save</button></div></form>")
    top = page.locator(".sticky-bar").bounding_box()["y"]
    page.locator("[name=f0]").focus()
    lowest = []
    for _n in range(30):
        page.keyboard.press("Tab")
        lowest.append(page.evaluate("document.activeElement.getBoundingClientRect().bottom"))
    assert max(lowest) <= top


def test_a_message_is_seen_where_the_page_opens_further_down(page):
    styled(
        page,
        "<div class='wrap messages'><p class='notice error'>Too large</p></div>"
        "<p style='height:3000px'></p><section id='filer'>Files<p style='height:2000px'></p></section>",
    )
    page.evaluate("location.hash = 'filer'")
    expect(page.locator("#filer")).to_be_in_viewport()
    expect(page.get_by_text("Too large")).to_be_in_viewport()


TABLE = """<table class="table cards"><thead><tr><th>Sketch</th><th>State</th></tr></thead><tbody>
<tr><td data-label="Sketch"><a href="/">Evening</a></td><td data-label="State">Sent</td></tr>
<tr><td data-label="Choose"></td><td data-label="Sketch">Morning</td><td data-label="State">Sent</td></tr>
<tr><td data-label="Booked"><input name="day" aria-label="Booked"></td><td data-label="Sum">7</td></tr>
<tr class="sum"><th scope="row">Total</th><td data-label="2026">7</td></tr></tbody></table>"""


def test_on_a_phone_a_card_begins_with_its_subject_and_a_field_keeps_its_name(page):
    styled(page, TABLE)
    label = "(cell) => { const s = getComputedStyle(cell, '::before'); return s.display === 'none' ? '' : s.content }"
    named = ["", '"State"', "", "", '"State"', '"Booked"', '"Sum"', '"2026"']
    assert [cell.evaluate(label) for cell in page.locator("td").all()] == named
    lines = "(cells) => cells.map((cell) => getComputedStyle(cell).borderTopWidth)"
    assert page.locator(".sum > *").evaluate_all(lines) == ["0px", "0px"]


@pytest.mark.parametrize(
    "body",
    [
        "<a class='btn small' href='/'>Do</a>", "<details><summary>More</summary></details>",
        "<p class='export'><a href='/'>CSV</a></p>", "<form class='filter-bar'><p class='filter'><select></select></p></form>",
        "<table class='table cards'><tr><td><input></td></tr></table>",
    ],
)  # fmt: skip
def test_what_is_tapped_is_44_pixels_high_on_a_phone(page, body):
    styled(page, body)
    assert page.locator("main :is(.btn, summary, a, select, input)").bounding_box()["height"] >= 44


def test_the_button_of_a_form_stands_clear_of_the_field_above_also_with_a_hidden_field_between(page):
    styled(
        page,
        "<form class='stack'><input type='hidden'><div class='field'><input aria-label='Mail'></div><input type='hidden'>"
        "<div class='cluster'><button class='btn'>Log in</button></div></form>",
    )
    field, button = page.locator(".field").bounding_box(), page.locator(".btn").bounding_box()
    assert button["y"] - (field["y"] + field["height"]) > 20


def test_the_menu_of_a_phone_closes_when_the_focus_leaves_it(page):
    script = "<script src='/static/js/menu.js' defer></script>"
    header = "<button popovertarget='menu'>Menu</button><div id='menu' popover><a href='/a'>Calls</a></div><a href='/b'>Page</a>"
    Desk(page, header + script)
    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#menu")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Calls")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Page")).to_be_focused()
    expect(page.locator("#menu")).to_be_hidden()
