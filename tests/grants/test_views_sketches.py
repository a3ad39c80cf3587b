import datetime as dt
import re
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _

from grants import actions, tasks
from grants.models import ParkedText, QuestionKind, Sketch, SketchDraft, SketchFile, SketchVersion
from kraftsamling.accounts.models import OrganisationKind
from kraftsamling.files import store
from kraftsamling.files.models import StoredFile
from kraftsamling.lib.dates import moment_text
from kraftsamling.programmes.models import Role
from tests.factories import grants as make
from tests.factories.accounts import PASSWORD, OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory
from tests.grants.scene import told
from tests.grants.trail import everything

pytestmark = pytest.mark.django_db

MEGABYTE = 1024 * 1024
XSS = "<script>alert(1)</script>"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(make.DURING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def leader():
    return make.officer(ProgrammeFactory())


@pytest.fixture
def call(leader):
    return make.create_published_call(leader.roles.get().programme, by=leader)


@pytest.fixture
def sketch(call):
    return make.create_draft(call)


@pytest.fixture
def writer(client, sketch):
    client.force_login(member(sketch))
    return client


def member(sketch):
    return sketch.organisation.members.order_by("pk").first()


def url(name, sketch, *more):
    return reverse(name, args=[sketch.pk, *more])


def draft_of(sketch):
    return SketchDraft.objects.get(sketch=sketch)


def typed(sketch, **changes):
    """What the form sends: the text as it stands with changes, and the revision the window began from."""
    draft = draft_of(sketch)
    data = {**draft.content, "revision": str(draft.revision), **changes}
    return {name: value for name, value in data.items() if value is not None}


def add_file(sketch, name="bilaga.txt", text="Text"):
    file = store.store(SimpleUploadedFile(name, text.encode()), by=member(sketch))
    return actions.add_file(sketch, file=file, question=None, by=member(sketch), at=make.DURING)


def submit(client, sketch):
    return client.post(url("sketch_submit", sketch), {"revision": draft_of(sketch).revision})


# ---- Who reaches what


def test_a_draft_is_called_by_its_title_and_says_once_what_to_do_next(writer, sketch):
    title = draft_of(sketch).content["title"]
    page = writer.get(url("sketch_detail", sketch)).content.decode()
    assert f"<title>{title} – Kraftsamling</title>" in page
    assert title in page.split('class="breadcrumbs"')[1].split("</nav>")[0]
    assert page.count(f'href="{url("sketch_edit", sketch)}"') == 1


PAGES = ["sketch_detail", "sketch_edit", "sketch_preview", "sketch_withdraw", "sketch_compare"]
POSTS = [
    "sketch_save", "sketch_autosave", "sketch_submit", "sketch_withdraw", "sketch_file_add", "sketch_note", "sketch_register",
    "sketch_conflict",
]  # fmt: skip
STRANGERS = ["nobody's", "other organisation", "leader", "team", "decision maker", "reviewer", "administrator"]


def stranger(who, call):
    roles = {
        "leader": Role.PROCESS_LEADER, "team": Role.PROCESS_TEAM, "decision maker": Role.DECISION_MAKER,
        "reviewer": Role.REVIEWER, "administrator": Role.ADMINISTRATOR,
    }  # fmt: skip
    if who in roles:
        return make.officer(call.programme, roles[who])
    return UserFactory() if who == "nobody's" else member(make.create_draft(call))


@pytest.mark.parametrize("who", STRANGERS)
def test_a_draft_is_there_for_nobody_outside_the_organisation(client, call, sketch, who):
    link = add_file(sketch)
    client.force_login(stranger(who, call))
    before = everything()
    assert {name: client.get(url(name, sketch)).status_code for name in PAGES} == dict.fromkeys(PAGES, 404)
    data = typed(sketch, title="Kapad", text="x", number="1", ground="x", reason="x")
    assert {name: client.post(url(name, sketch), data).status_code for name in POSTS} == dict.fromkeys(POSTS, 404)
    more = [
        client.get(url("sketch_file", sketch, link.file_id)), client.post(url("sketch_file_remove", sketch, link.pk)),
        client.get(url("sketch_version", sketch, 1)), client.get(url("sketch_receipt", sketch, 1)),
    ]  # fmt: skip
    assert [response.status_code for response in more] == [404] * 4
    assert everything() == before


@pytest.mark.parametrize("who", ["nobody's", "other organisation", "reviewer", "administrator"])
def test_a_sketch_sent_in_is_not_there_for_strangers(client, call, sketch, who):
    link = add_file(sketch)
    make.hand_in(sketch)
    client.force_login(stranger(who, call))
    before = everything()
    assert {name: client.get(url(name, sketch)).status_code for name in PAGES} == dict.fromkeys(PAGES, 404)
    data = typed(sketch, title="Kapad", text="x", number="1", ground="x", reason="x")
    assert {name: client.post(url(name, sketch), data).status_code for name in POSTS} == dict.fromkeys(POSTS, 404)
    for address in (url("sketch_file", sketch, link.file_id), url("sketch_version", sketch, 1), url("sketch_receipt", sketch, 1)):
        assert client.get(address).status_code == 404
    assert everything() == before


def test_officers_read_what_was_sent_in_and_write_nothing_of_the_organisations(client, call, sketch, leader):
    make.hand_in(sketch)
    client.force_login(leader)
    assert client.get(url("sketch_detail", sketch)).status_code == 200
    assert client.get(url("sketch_version", sketch, 1)).status_code == 200
    before = everything()
    for name in ("sketch_edit", "sketch_preview", "sketch_withdraw"):
        assert client.get(url(name, sketch)).status_code == 404
    for name in ("sketch_save", "sketch_autosave", "sketch_submit", "sketch_withdraw", "sketch_file_add"):
        assert client.post(url(name, sketch), typed(sketch, title="Kapad", reason="x")).status_code == 404
    assert everything() == before


def test_pages_ask_for_log_in_and_lead_back(client, sketch):
    for name in PAGES:
        assert client.get(url(name, sketch))["Location"] == f"{reverse('account_login')}?next={url(name, sketch)}"
    assert client.get(reverse("sketch_list"))["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", ["sketch_save", "sketch_autosave", "sketch_submit", "sketch_file_add"])
def test_what_changes_is_never_done_by_a_link(writer, sketch, name):
    before = everything()
    assert (writer.get(url(name, sketch)).status_code, everything() == before) == (405, True)


@pytest.mark.parametrize("pk", [0, 99999, 2**63, 10**30])
@pytest.mark.parametrize("name", PAGES)
def test_a_case_that_is_not_is_not_there(writer, name, pk):
    assert writer.get(reverse(name, args=[pk])).status_code == 404


@pytest.mark.parametrize("number", [0, 2, 10**6, 10**30])
def test_a_version_that_is_not_is_not_there(writer, sketch, number):
    make.hand_in(sketch)
    assert [writer.get(url(name, sketch, number)).status_code for name in ("sketch_version", "sketch_receipt")] == [404, 404]


def test_officers_do_not_see_what_is_written_after_hand_in(client, sketch, leader):
    make.hand_in(sketch)
    actions.save_draft(sketch, content={**sketch.draft.content, "title": "Hemlig titel"}, revision=1, by=member(sketch))
    link = add_file(sketch, name="hemlig-bilaga.txt")
    client.force_login(leader)
    assert client.get(url("sketch_file", sketch, link.file_id)).status_code == 404
    html = client.get(url("sketch_detail", sketch)).content.decode()
    assert [word in html for word in ("Hemlig titel", "hemlig-bilaga.txt", "Fritidslots")] == [False, False, True]
    reviewer = make.officer(sketch.call.programme, Role.REVIEWER)
    assessment = make.assign(sketch, reviewer, by=leader)
    actions.declare_on_assessment(assessment, has_conflict=False, by=reviewer)
    client.force_login(reviewer)
    html = client.get(url("sketch_detail", sketch)).content.decode()
    assert [word in html for word in ("Hemlig titel", "hemlig-bilaga.txt", "Fritidslots")] == [False, False, True]


# ---- Files and whose they are


def test_files_of_the_draft_are_for_the_organisation_until_they_are_sent_in(client, sketch, leader):
    link = add_file(sketch)
    make.hand_in(sketch)
    late = add_file(sketch, name="sen.txt")
    for user, seen in ((member(sketch), [200, 200]), (leader, [200, 404])):
        client.force_login(user)
        assert [client.get(url("sketch_file", sketch, one.file_id)).status_code for one in (link, late)] == seen


def test_a_file_comes_as_a_download_that_nothing_runs(writer, sketch):
    link = add_file(sketch, text="Hej")
    response = writer.get(url("sketch_file", sketch, link.file_id))
    assert (b"".join(response.streaming_content), response["X-Content-Type-Options"], response["Content-Disposition"]) == (
        b"Hej", "nosniff", 'attachment; filename="bilaga.txt"'
    )  # fmt: skip


def test_the_file_of_another_organisation_is_not_there_under_ones_own_sketch(writer, call, sketch):
    foreign = add_file(make.create_draft(call))
    before = everything()
    assert writer.get(url("sketch_file", sketch, foreign.file_id)).status_code == 404
    assert writer.post(url("sketch_file_remove", sketch, foreign.pk)).status_code == 404
    assert everything() == before


def test_the_file_of_ones_own_other_sketch_is_not_there_under_this_one(writer, call, sketch):
    other = make.create_draft(call, organisation=sketch.organisation, by=member(sketch))
    link = add_file(other)
    assert writer.get(url("sketch_file", sketch, link.file_id)).status_code == 404


def test_a_receipt_is_not_there_as_a_file_of_the_case(writer, sketch):
    version = make.hand_in(sketch)
    tasks.build_receipt(version.pk)
    version.refresh_from_db()
    assert writer.get(url("sketch_receipt", sketch, 1)).status_code == 200
    assert writer.get(url("sketch_file", sketch, version.receipt_pdf_id)).status_code == 404


# ---- Begin


def test_begin_through_the_page(client, call):
    organisation = OrganisationFactory()
    user = UserFactory(member_of=organisation)
    client.force_login(user)
    page = client.get(reverse("sketch_start", args=[call.slug]))
    assert (page.status_code, page.context["form"]["organisation"].value()) == (200, organisation.pk)
    response = client.post(reverse("sketch_start", args=[call.slug]), {"organisation": organisation.pk})
    sketch = Sketch.objects.get()
    assert (response["Location"], sketch.organisation, sketch.created_by) == (url("sketch_edit", sketch), organisation, user)


@pytest.mark.parametrize("whose", ["another's", "of another kind", "none", "junk"])
def test_begin_for_an_organisation_that_is_not_ones_own_or_may_not_apply(client, call, whose):
    mine = [OrganisationFactory(), OrganisationFactory(kind=OrganisationKind.COMPANY)]
    client.force_login(UserFactory(member_of=mine))
    chosen = {"another's": OrganisationFactory().pk, "of another kind": mine[1].pk, "none": "", "junk": "x"}[whose]
    response = client.post(reverse("sketch_start", args=[call.slug]), {"organisation": chosen})
    assert (response.status_code, list(response.context["form"].errors), Sketch.objects.count()) == (200, ["organisation"], 0)


@pytest.mark.parametrize("at", [make.OPENS - dt.timedelta(seconds=1), make.CLOSES])
def test_begin_while_the_call_is_not_open_is_refused_with_words(client, call, clock, at):
    organisation = OrganisationFactory()
    client.force_login(UserFactory(member_of=organisation))
    clock.move_to(at)
    assert client.get(reverse("sketch_start", args=[call.slug])).context["is_open"] is False
    response = client.post(reverse("sketch_start", args=[call.slug]), {"organisation": organisation.pk})
    assert (response.context["form"].non_field_errors(), Sketch.objects.count()) == (
        [_("The call is not open for new sketches.")],
        0,
    )


@pytest.mark.parametrize("organisations", [[], [OrganisationKind.COMPANY]])
def test_who_has_no_organisation_that_may_apply_is_told_what_to_do(client, call, organisations):
    client.force_login(UserFactory(member_of=[OrganisationFactory(kind=kind) for kind in organisations]))
    page = client.get(reverse("sketch_start", args=[call.slug]))
    words = (
        "This call is for: %(kinds)s. None of your organisations is of such a kind."
        if organisations
        else "First, your organisation"
    )
    told = _(words) % {"kinds": ", ".join(call.eligible_kind_labels)} if organisations else _(words)
    assert (page.status_code, escape(told) in page.content.decode()) == (200, True)


# ---- Write


def test_save_keeps_the_text_and_stays(writer, sketch):
    response = writer.post(url("sketch_save", sketch), typed(sketch, title="Ny titel", sought="mycket"))
    draft = draft_of(sketch)
    assert (response["Location"], draft.title, draft.content["sought"], draft.revision) == (
        url("sketch_edit", sketch),
        "Ny titel",
        "mycket",
        2,
    )
    assert told(response) == [_("Saved.")]


def test_save_and_go_on_leads_to_the_reading_through(writer, sketch):
    response = writer.post(url("sketch_save", sketch), typed(sketch, title="Ny", next="1"))
    assert response["Location"] == url("sketch_preview", sketch)


@pytest.mark.parametrize("field", ["state", "organisation", "number", "call", "submitted_at", "versions_count"])
def test_nothing_but_the_text_can_be_sent_with_the_form(writer, sketch, field):
    before = Sketch.objects.values().get()
    writer.post(url("sketch_save", sketch), typed(sketch, title="Ny", **{field: "1"}))
    assert (Sketch.objects.values().get(), field in draft_of(sketch).content) == (before, False)


def test_unfinished_is_no_error_while_writing_but_wrong_is(writer, sketch):
    writer.post(url("sketch_save", sketch), {"revision": "1", "title": "Bara titel", "sought": "-1"})
    page = writer.get(url("sketch_edit", sketch))
    assert list(page.context["form"].errors) == ["sought"]
    assert "sought" in dict(page.context["wrong"])
    assert "need" in dict(page.context["remaining"])
    checked = writer.get(url("sketch_edit", sketch), {"kontroll": "1"})
    assert {"need", "sought"} <= set(checked.context["form"].errors)


def test_two_colleagues_saving_get_a_page_with_both_texts_and_nothing_is_overwritten(writer, sketch):
    colleague = UserFactory(member_of=sketch.organisation, name="Kollega Kollegasson")
    mine = typed(sketch, need="Min text om behovet", municipalities=["1880"], whole_county="on")
    theirs = {**draft_of(sketch).content, "need": "Kollegans text om behovet"}
    actions.save_draft(sketch, content=theirs, revision=1, by=colleague, at=make.DURING)
    response = writer.post(url("sketch_save", sketch), mine)
    html = response.content.decode()
    assert (response.status_code, draft_of(sketch).content) == (409, theirs)
    assert [text in html for text in ("Kollegans text om behovet", "Min text om behovet", "Kollega Kollegasson")] == [True] * 3
    assert [str(label) for label, _theirs, _mine in response.context["differing"]] == [_("The need"), _("The whole county")]
    assert response.context["form"]["need"].value() == "Min text om behovet"
    again = writer.post(url("sketch_save", sketch), {**mine, "revision": response.context["revision"], "need": "Bådas"})
    assert (again.status_code, draft_of(sketch).content["need"], draft_of(sketch).revision) == (302, "Bådas", 3)


@pytest.mark.parametrize("revision", ["", "x", "-1", "0", "7", "9" * 30, "9" * 5000, "²"])
@pytest.mark.parametrize("name", ["sketch_save", "sketch_autosave", "sketch_file_add", "sketch_submit"])
def test_a_revision_that_is_not_the_present_overwrites_nothing(writer, sketch, name, revision):
    before = everything()
    response = writer.post(url(name, sketch), typed(sketch, title="Ny", revision=revision))
    assert response.status_code in {302, 409}
    assert everything() == before


@pytest.mark.parametrize("asked", ["x", "9" * 5000, "-1", "²", "0", "3"])
def test_versions_that_are_not_are_not_compared(writer, sketch, asked):
    make.hand_in(sketch)
    add_file(sketch)
    make.hand_in(sketch)
    page = writer.get(url("sketch_compare", sketch), {"fran": asked, "till": asked})
    assert (page.status_code, page.context["before"].number, page.context["after"].number) == (200, 1, 2)


@pytest.mark.parametrize("state", ["withdrawn", "invited"])
def test_a_case_that_is_over_is_not_written_in(writer, sketch, leader, state):
    make.hand_in(sketch)
    if state == "withdrawn":
        actions.withdraw_sketch(sketch, reason="Nej", by=member(sketch))
    else:
        make.create_invited(sketch, by=leader)
    before = everything()
    assert writer.get(url("sketch_edit", sketch))["Location"] == sketch.get_absolute_url()
    assert writer.get(url("sketch_preview", sketch)).status_code == 200
    assert writer.post(url("sketch_save", sketch), typed(sketch, title="Ny"))["Location"] == sketch.get_absolute_url()
    assert writer.post(url("sketch_autosave", sketch), typed(sketch, title="Ny")).status_code == 409
    assert writer.post(url("sketch_submit", sketch), {"revision": "99"}).status_code == 302
    file = SimpleUploadedFile("a.txt", b"Text")
    assert writer.post(url("sketch_file_add", sketch), {"file": file}).status_code == 302
    assert writer.post(url("sketch_withdraw", sketch), {"reason": "Nej"})["Location"] == sketch.get_absolute_url()
    assert everything() == before


# ---- Autosave


def test_autosave_answers_what_is_saved_and_what_remains(writer, sketch):
    response = writer.post(url("sketch_autosave", sketch), typed(sketch, need="", sought="-1"), headers={"X-Autosave": "1"})
    answer = response.json()
    assert (response.status_code, answer["revision"], answer["conflict"], answer["url"]) == (200, 2, False, "")
    assert answer["saved"] == _("Saved %(moment)s") % {"moment": moment_text(make.DURING)}
    assert [words in answer["checks_html"] for words in (_("The amount cannot be less than zero."), escape(_("The need")))] == [
        True,
        True,
    ]
    assert draft_of(sketch).content["sought"] == "-1"


def test_autosave_of_the_same_text_is_no_new_revision(writer, sketch):
    assert [writer.post(url("sketch_autosave", sketch), typed(sketch)).json()["revision"] for _n in range(3)] == [1, 1, 1]


def test_autosave_after_a_colleague_says_so_and_overwrites_nothing(writer, sketch):
    data = typed(sketch, title="Min")
    actions.save_draft(sketch, content={"title": "Kollegans"}, revision=1, by=member(sketch))
    response = writer.post(url("sketch_autosave", sketch), data)
    assert (response.status_code, response.json()["conflict"], response.json()["url"]) == (409, True, url("sketch_edit", sketch))
    assert draft_of(sketch).title == "Kollegans"


def test_autosave_without_session_says_so_and_leaks_nothing(client, sketch):
    response = client.post(url("sketch_autosave", sketch), typed(sketch, title="Ny"))
    assert (response.status_code, response.json(), draft_of(sketch).title) == (401, {"logged_out": True}, "Fritidslots")
    assert client.post(reverse("sketch_autosave", args=[99999])).status_code == 401


def test_autosave_shows_no_text_as_code(writer, sketch):
    add = {"label": XSS, "kind": QuestionKind.SHORT_TEXT}
    call = make.create_published_call(questions=[add])
    other = make.create_draft(call, organisation=sketch.organisation, by=member(sketch))
    html = writer.post(url("sketch_autosave", other), typed(other, need=f"{XSS} Lisa går i klass 4B")).json()["checks_html"]
    assert (XSS in html, escape(XSS) in html) == (False, True)


def test_autosave_shows_no_label_of_what_is_wrong_as_code(writer, sketch):
    call = make.create_published_call(questions=[{"label": XSS, "kind": QuestionKind.NUMBER}])
    other = make.create_draft(call, organisation=sketch.organisation, by=member(sketch))
    html = writer.post(url("sketch_autosave", other), typed(other, **{call.questions.get().field_name: "x"})).json()[
        "checks_html"
    ]
    assert (XSS in html, html.count(f"{escape(XSS)}: ")) == (False, 1)


# ---- The session has expired


def after_log_in(client, response, user, secret=None):
    """Through the real log-in form, and the second step if there is one; gives the page one comes back to."""
    next_page = parse_qs(urlsplit(response["Location"]).query)["next"][0]
    answer = client.post(response["Location"], {"login": user.email, "password": PASSWORD, "next": next_page})
    if secret:
        assert answer["Location"].startswith(reverse("mfa_authenticate"))
        code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
        answer = client.post(answer["Location"], {"code": code})
    assert answer.status_code == 302
    return answer["Location"]


@pytest.mark.parametrize("two_steps", [False, True])
def test_text_sent_after_the_session_has_expired_comes_back_after_log_in(sketch, two_steps):
    user, secret = member(sketch), None
    if two_steps:
        secret = generate_totp_secret()
        TOTP.activate(user, secret)
    client = Client()
    data = typed(sketch, need="Lång text 🦊 som inte får gå förlorad", sought="180 000", own_financing="220 000")
    response = client.post(url("sketch_save", sketch), data)
    assert (response.status_code, ParkedText.objects.count(), draft_of(sketch).revision) == (302, 1, 1)
    page = client.get(after_log_in(client, response, user, secret))
    form = page.context["form"]
    assert (page.status_code, page.context["restored"], page.context["revision"]) == (200, True, 1)
    assert form["need"].value() == "Lång text 🦊 som inte får gå förlorad"
    assert (form.wrong(), form.remaining()) == ([], [])
    assert draft_of(sketch).content["need"] == "Många unga saknar en fritid."
    saved = client.post(url("sketch_save", sketch), {**data, "revision": page.context["revision"]})
    assert (saved.status_code, draft_of(sketch).content["need"]) == (302, "Lång text 🦊 som inte får gå förlorad")


def test_text_that_comes_back_after_a_colleague_has_saved_is_a_conflict_and_no_loss(sketch):
    client, user = Client(), member(sketch)
    response = client.post(url("sketch_save", sketch), typed(sketch, need="Min"))
    actions.save_draft(sketch, content={**sketch.draft.content, "need": "Kollegans"}, revision=1, by=user)
    page = client.get(after_log_in(client, response, user))
    assert (page.context["form"]["need"].value(), page.context["revision"]) == ("Min", 1)
    saved = client.post(url("sketch_save", sketch), typed(sketch, need="Min", revision="1"))
    assert (saved.status_code, draft_of(sketch).content["need"]) == (409, "Kollegans")


def test_a_parked_text_is_not_shown_to_somebody_else_or_at_another_sketch(client, call, sketch):
    client.post(url("sketch_save", sketch), typed(sketch, need="Hemligt"))
    token = ParkedText.objects.get().token
    other = make.create_draft(call)
    client.force_login(member(other))
    assert client.get(url("sketch_edit", sketch), {"parkerad": token}).status_code == 404
    page = client.get(url("sketch_edit", other), {"parkerad": token})
    assert (page.context["restored"], "Hemligt" in page.content.decode()) == (False, False)


@pytest.mark.parametrize("token", ["", "x", "\x00", "a" * 5000])
def test_a_token_that_is_none_shows_the_draft_as_it_stands(writer, sketch, token):
    page = writer.get(url("sketch_edit", sketch), {"parkerad": token})
    assert (page.status_code, page.context["restored"], page.context["form"]["title"].value()) == (200, False, "Fritidslots")


@pytest.mark.parametrize("letter", ["x", "ö", "🦊"])
def test_a_long_text_sent_after_the_session_has_expired_comes_back_too(sketch, letter):
    client = Client()
    response = client.post(url("sketch_save", sketch), typed(sketch, need=letter * 200_000))
    page = client.get(after_log_in(client, response, member(sketch)))
    assert page.context["form"]["need"].value() == letter * 200_000


def test_what_is_parked_can_be_stored_in_any_database(client, sketch):
    body = "need=a%00b%ED%A0%80&odd%00name=1&%ED%A0%80=2&municipalities=1880&revision=" + "9" * 5000
    response = client.post(url("sketch_save", sketch), body, content_type="application/x-www-form-urlencoded")
    content = ParkedText.objects.get().content
    everything_written = [*content, *(str(value) for value in content.values())]
    assert [text for text in everything_written if "\x00" in text or re.search("[\ud800-\udfff]", text)] == []
    assert client.get(after_log_in(client, response, member(sketch))).status_code == 200


@pytest.mark.parametrize("name", ["sketch_file_add", "sketch_file_remove"])
def test_text_sent_with_a_file_after_the_session_has_expired_comes_back_too(sketch, name):
    link = add_file(sketch)
    client = Client()
    address = url(name, sketch, link.pk) if name == "sketch_file_remove" else url(name, sketch)
    response = client.post(address, {**typed(sketch, need="Får inte gå förlorad"), "file": SimpleUploadedFile("a.txt", b"Text")})
    page = client.get(after_log_in(client, response, member(sketch)))
    assert page.status_code == 200
    assert page.context["form"]["need"].value() == "Får inte gå förlorad"


@pytest.mark.parametrize("name", ["sketch_submit", "sketch_withdraw"])
def test_log_in_after_sending_leads_to_a_page_that_is_there(sketch, name):
    client = Client()
    response = client.post(url(name, sketch), {"revision": "1"})
    page = client.get(after_log_in(client, response, member(sketch)), follow=True)
    assert (page.status_code, Sketch.objects.get().state) == (200, "draft")


# ---- Files in the form


def test_a_file_is_added_with_the_text_beside_it_and_taken_away_again(writer, sketch):
    upload = SimpleUploadedFile("budget.txt", "Ungefär".encode())
    response = writer.post(url("sketch_file_add", sketch), {**typed(sketch, need="Nytt"), "file": upload})
    link = SketchFile.objects.get()
    assert (response.status_code, link.file.name, link.added_by, draft_of(sketch).content["need"]) == (
        302,
        "budget.txt",
        member(sketch),
        "Nytt",
    )
    assert told(response) == [_("The file is added.")]
    assert [shown.file.name for shown in writer.get(url("sketch_edit", sketch)).context["files"]] == ["budget.txt"]
    response = writer.post(url("sketch_file_remove", sketch, link.pk), typed(sketch, need="Nyare"))
    link.refresh_from_db()
    assert (link.removed_at, link.removed_by, draft_of(sketch).content["need"]) == (make.DURING, member(sketch), "Nyare")
    assert writer.post(url("sketch_file_remove", sketch, link.pk)).status_code == 404


LIES = [
    ("skiss.pdf", b"Bara text"),
    ("skiss.txt", PNG),
    ("skiss.png", b"%PDF-1.7 x"),
    ("skiss.txt", b"<!doctype html><script>alert(1)</script>"),
    ("skiss.exe", b"MZ\x90\x00"),
    ("skiss.pdf.exe", b"%PDF-1.7 x"),
    ("skiss.svg", b"<svg onload=alert(1)>"),
    ("skiss.docx", b"PK\x03\x04 inget arkiv"),
    ("tom.txt", b""),
]


@pytest.mark.parametrize(("name", "content"), LIES)
def test_a_file_that_lies_about_what_it_is_is_refused_and_the_text_is_kept(writer, sketch, name, content):
    upload = SimpleUploadedFile(name, content, content_type="application/pdf")
    response = writer.post(url("sketch_file_add", sketch), {**typed(sketch, need="Kvar"), "file": upload})
    assert (response.status_code, SketchFile.objects.count(), StoredFile.objects.count()) == (302, 0, 0)
    assert (len(told(response)), draft_of(sketch).content["need"]) == (1, "Kvar")


def test_no_file_chosen_is_told_and_the_text_is_kept(writer, sketch):
    response = writer.post(url("sketch_file_add", sketch), typed(sketch, need="Kvar"))
    assert (told(response), draft_of(sketch).content["need"]) == ([_("Choose a file first.")], "Kvar")


def test_a_file_with_a_text_that_a_colleague_has_passed_is_not_added_and_overwrites_nothing(writer, sketch):
    data = typed(sketch, need="Min")
    actions.save_draft(sketch, content={"title": "Kollegans"}, revision=1, by=member(sketch))
    response = writer.post(url("sketch_file_add", sketch), {**data, "file": SimpleUploadedFile("a.txt", b"Text")})
    assert (response.status_code, draft_of(sketch).title, SketchFile.objects.count()) == (409, "Kollegans", 0)


def test_the_text_sent_with_a_file_is_not_lost_when_a_colleague_has_saved(writer, sketch):
    data = typed(sketch, need="Min långa text")
    actions.save_draft(sketch, content={"title": "Kollegans"}, revision=1, by=member(sketch))
    response = writer.post(url("sketch_file_add", sketch), {**data, "file": SimpleUploadedFile("a.txt", b"Text")}, follow=True)
    assert "Min långa text" in response.content.decode()


@pytest.mark.parametrize("whose", ["another call's", "of another kind", "junk"])
def test_a_file_answers_no_question_that_is_not_a_file_question_of_this_call(client, whose):
    call = make.create_published_call(
        questions=[
            {"label": "Budget", "kind": QuestionKind.FILE, "required": False},
            {"label": "Text", "kind": QuestionKind.SHORT_TEXT, "required": False},
        ]
    )
    foreign = make.create_published_call(questions=[{"label": "Annan", "kind": QuestionKind.FILE}])
    sketch = make.create_draft(call)
    client.force_login(member(sketch))
    question = {
        "another call's": foreign.questions.get().pk, "of another kind": call.questions.get(label="Text").pk, "junk": "x"
    }[whose]  # fmt: skip
    client.post(url("sketch_file_add", sketch), {"file": SimpleUploadedFile("a.txt", b"Text"), "question": question})
    assert SketchFile.objects.count() == 0
    client.post(
        url("sketch_file_add", sketch),
        {"file": SimpleUploadedFile("a.txt", b"Text"), "question": call.questions.get(label="Budget").pk},
    )
    assert SketchFile.objects.get().question.label == "Budget"


class Body:
    """A form with a large file between its texts, that exists only while it is read."""

    boundary = "grans"

    def __init__(self, before, size, after):
        self.parts = [
            *(self.field(*pair) for pair in before),
            self.head,
            None,
            b"\r\n",
            *(self.field(*pair) for pair in after),
            f"--{self.boundary}--\r\n".encode(),
        ]
        self.size = size
        self.length = size + sum(len(part) for part in self.parts if part)
        self.pieces, self.rest = self.read_pieces(), b""

    head = b'--grans\r\nContent-Disposition: form-data; name="file"; filename="stor.txt"\r\n\r\n'

    def field(self, name, value):
        return f'--{self.boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()

    def read_pieces(self):
        for part in self.parts:
            if part is not None:
                yield part
                continue
            for start in range(0, self.size, MEGABYTE):
                yield b"x" * min(MEGABYTE, self.size - start)

    def read(self, size=-1):
        while (size < 0 or len(self.rest) < size) and (piece := next(self.pieces, b"")):
            self.rest += piece
        taken, self.rest = (self.rest, b"") if size < 0 else (self.rest[:size], self.rest[size:])
        return taken

    readline = None

    def close(self):
        pass


def send_large(client, sketch, size):
    data = typed(sketch, need="Text före filen", learning="Text efter filen")
    pairs = [(name, value) for name, values in data.items() for value in (values if isinstance(values, list) else [values])]
    after = [pair for pair in pairs if pair[0] in {"learning", "ends_on"}]
    body = Body([pair for pair in pairs if pair not in after], size, after)
    return client.request(
        **{
            "REQUEST_METHOD": "POST",
            "PATH_INFO": url("sketch_file_add", sketch),
            "CONTENT_TYPE": "multipart/form-data; boundary=grans",
            "CONTENT_LENGTH": str(body.length),
            "wsgi.input": body,
        }
    )


@pytest.mark.parametrize("megabytes", [21, 300])
def test_a_file_that_is_too_large_is_told_and_the_text_around_it_is_kept(writer, sketch, megabytes):
    response = send_large(writer, sketch, megabytes * MEGABYTE)
    draft = draft_of(sketch)
    assert (response.status_code, SketchFile.objects.count(), StoredFile.objects.count()) == (302, 0, 0)
    assert (draft.content["need"], draft.content["learning"], draft.content["ends_on"]) == (
        "Text före filen",
        "Text efter filen",
        "2027-12-31",
    )
    assert told(response) == [_("The file is too large. The largest file that can be sent is 20 MB.")]


@pytest.mark.parametrize(("size", "kept"), [(3 * MEGABYTE, True), (3 * MEGABYTE + 1, False)])
def test_the_limit_of_a_file_is_kept_to_the_byte(writer, sketch, settings, size, kept):
    settings.FILE_SIZE_LIMIT = 3 * MEGABYTE
    send_large(writer, sketch, size)
    assert (SketchFile.objects.count(), draft_of(sketch).content["learning"]) == (int(kept), "Text efter filen")


# ---- Send in


def test_the_whole_way_through_the_pages(client, call, leader, django_capture_on_commit_callbacks):
    organisation = OrganisationFactory()
    user = UserFactory(member_of=organisation)
    client.force_login(user)
    client.post(reverse("sketch_start", args=[call.slug]), {"organisation": organisation.pk})
    sketch = Sketch.objects.get()
    data = {**make.typed_sketch(call), "revision": "0", "next": "1"}
    preview = client.get(client.post(url("sketch_save", sketch), data)["Location"])
    assert (preview.context["may_be_handed_in"], preview.context["remaining"], preview.context["wrong"]) == (True, [], [])
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(url("sketch_submit", sketch), {"revision": preview.context["revision"]})
    sketch.refresh_from_db()
    assert (response["Location"], sketch.state, sketch.number) == (sketch.get_absolute_url(), "submitted", "K-2026-0001")
    assert told(response) == [_("The sketch is sent in. Receipt %(receipt)s.") % {"receipt": "K-2026-0001-1"}]
    page = client.get(sketch.get_absolute_url())
    html = page.content.decode()
    assert [words in html for words in ("K-2026-0001", "Fritidslots", url("sketch_receipt", sketch, 1))] == [True, True, True]
    receipt = client.get(url("sketch_receipt", sketch, 1))
    assert (receipt["Content-Type"], b"".join(receipt.streaming_content)[:5]) == ("application/pdf", b"%PDF-")
    client.force_login(leader)
    assert client.get(sketch.get_absolute_url()).status_code == 200


def test_a_double_click_sends_once(writer, sketch):
    first = writer.post(url("sketch_submit", sketch), {"revision": "1"})
    before = everything()
    second = writer.post(url("sketch_submit", sketch), {"revision": "1"})
    assert [response["Location"] for response in (first, second)] == [sketch.get_absolute_url()] * 2
    assert (everything() == before, SketchVersion.objects.count()) == (True, 1)


def test_the_deadline_passes_between_reading_through_and_sending(writer, sketch, clock):
    clock.move_to(make.CLOSES - dt.timedelta(microseconds=1))
    page = writer.get(url("sketch_preview", sketch))
    assert page.context["may_be_handed_in"] is True
    before = everything()
    clock.move_to(make.CLOSES)
    response = writer.post(url("sketch_submit", sketch), {"revision": page.context["revision"]})
    words = _("The call closed on %(moment)s, so the sketch cannot be sent in. Your text is kept.") % {
        "moment": moment_text(make.CLOSES)
    }
    assert (response["Location"], told(response)) == (url("sketch_preview", sketch), [words])
    assert everything() == before
    late = writer.get(url("sketch_preview", sketch))
    assert (late.status_code, late.context["may_be_handed_in"], late.context["form"]["title"].value()) == (
        200,
        False,
        "Fritidslots",
    )
    saved = writer.post(url("sketch_save", sketch), typed(sketch, need="Skrivet efter stängning"))
    assert (saved.status_code, draft_of(sketch).content["need"]) == (302, "Skrivet efter stängning")
    assert writer.get(url("sketch_edit", sketch)).status_code == 200


def test_an_unfinished_sketch_is_led_back_to_what_remains(writer, sketch):
    writer.post(url("sketch_save", sketch), typed(sketch, need=None))
    before = everything()
    response = submit(writer, sketch)
    assert (response["Location"], everything() == before) == (f"{url('sketch_edit', sketch)}?kontroll=1", True)
    assert [name for name, _label in writer.get(url("sketch_preview", sketch)).context["remaining"]] == ["need"]


def test_a_sketch_that_a_colleague_has_changed_is_read_once_more_before_it_is_sent(writer, sketch):
    actions.save_draft(sketch, content={**sketch.draft.content, "title": "Ändrad"}, revision=1, by=member(sketch))
    before = everything()
    response = writer.post(url("sketch_submit", sketch), {"revision": "1"})
    assert (response["Location"], len(told(response)), everything() == before) == (url("sketch_preview", sketch), 1, True)


def test_changes_after_sending_are_seen_as_not_sent_and_can_be_sent_again_and_compared(writer, sketch):
    submit(writer, sketch)
    assert writer.get(url("sketch_detail", sketch)).context["has_unsent_changes"] is False
    assert writer.get(url("sketch_compare", sketch))["Location"] == sketch.get_absolute_url()
    writer.post(
        url("sketch_save", sketch),
        typed(sketch, title="Fritidslotsar", need=f"{XSS} nytt", sought="150 000", own_financing="250 000"),
    )
    assert writer.get(url("sketch_detail", sketch)).context["has_unsent_changes"] is True
    submit(writer, sketch)
    page = writer.get(url("sketch_compare", sketch))
    changed = {str(label): (old, new) for label, old, new in page.context["changes"]}
    assert sorted(changed) == sorted([_("Title"), _("The need"), _("Amount sought"), _("Own financing")])
    assert changed[_("Title")] == ("Fritidslots", "Fritidslotsar")
    assert (XSS in page.content.decode(), "<ins>" in page.content.decode()) == (False, True)
    swapped = writer.get(url("sketch_compare", sketch), {"fran": "2", "till": "1"})
    assert (swapped.context["before"].number, swapped.context["after"].number) == (2, 1)
    first = writer.get(url("sketch_version", sketch, 1))
    assert ("Fritidslots" in first.content.decode(), SketchVersion.objects.get(number=1).checksum in first.content.decode()) == (
        True,
        True,
    )


def test_withdraw_through_the_page_asks_why(writer, sketch):
    assert writer.get(url("sketch_withdraw", sketch)).status_code == 200
    refused = writer.post(url("sketch_withdraw", sketch), {"reason": ""})
    assert (refused.status_code, Sketch.objects.get().state) == (200, "draft")
    assert writer.post(url("sketch_withdraw", sketch), {"reason": "Hinner inte"})["Location"] == sketch.get_absolute_url()
    assert Sketch.objects.get().state == "withdrawn"
    assert writer.get(sketch.get_absolute_url()).status_code == 200


def test_no_text_of_a_sketch_runs_as_code_anywhere(client, call, leader):
    call = make.create_published_call(
        call.programme, by=leader, questions=[{"label": XSS, "kind": QuestionKind.SHORT_TEXT, "help_text": XSS}]
    )
    organisation = OrganisationFactory(name=XSS)
    author = UserFactory(member_of=organisation, name=XSS)
    texts = dict.fromkeys(["title", "summary", "need", "idea", "target_group", "learning", "partner_1_name", "partner_1_part",
                           "contact_1_name", "contact_1_phone", call.questions.get().field_name], XSS)  # fmt: skip
    sketch = make.create_draft(call, organisation=organisation, by=author, **texts)
    add_file(sketch)
    make.hand_in(sketch)
    actions.save_draft(
        sketch, content={**sketch.draft.content, "title": XSS + "2"}, revision=draft_of(sketch).revision, by=author
    )
    make.hand_in(sketch)
    for user in (author, leader):
        client.force_login(user)
        addresses = [url("sketch_detail", sketch), url("sketch_compare", sketch), url("sketch_version", sketch, 1)]
        if user == author:
            addresses += [
                reverse("sketch_list"),
                *(url(name, sketch) for name in ("sketch_edit", "sketch_preview", "sketch_withdraw")),
                call.get_absolute_url(),
            ]
        pages = {address: client.get(address) for address in addresses}
        assert {page.status_code for page in pages.values()} == {200}
        assert [address for address, page in pages.items() if XSS in page.content.decode()] == []


# ---- Number of questions to the database


def test_sketch_list_asks_as_often_for_one_row_as_for_three(writer, call, sketch, django_assert_num_queries):
    writer.get(reverse("sketch_list"))  # what stands on every page is kept in the cache
    for rows in (1, 3):
        while sketch.organisation.sketches.count() < rows:
            make.create_submitted(call, organisation=sketch.organisation, by=member(sketch))
        with django_assert_num_queries(7):
            page = writer.get(reverse("sketch_list"))
        assert len(page.context["page"].object_list) == rows


@pytest.mark.parametrize(("who", "number"), [("member", 10), ("leader", 12)])
def test_sketch_detail_asks_as_often_for_one_version_as_for_three(client, sketch, leader, who, number, django_assert_num_queries):
    make.hand_in(sketch)
    client.force_login(leader if who == "leader" else member(sketch))
    client.get(url("sketch_detail", sketch))  # what stands on every page is kept in the cache
    for rows in (1, 3):
        while sketch.versions.count() < rows:
            add_file(sketch, name=f"{sketch.versions.count()}.txt")
            make.hand_in(sketch)
        with django_assert_num_queries(number):
            page = client.get(url("sketch_detail", sketch))
        assert len(page.context["versions"]) == rows


def asked(act):
    with CaptureQueriesContext(connection) as queries:
        response = act()
    return len(queries), response.status_code


def with_rows(call, rows):
    """A draft with so many files, partners and places, in a call with so many questions."""
    call = make.create_published_call(
        call.programme, by=call.created_by,
        questions=[{"label": f"Fråga {n}", "kind": QuestionKind.SHORT_TEXT, "required": False} for n in range(rows)],
    )  # fmt: skip
    partners = {f"partner_{n}_name": f"Part {n}" for n in range(1, rows + 1)}
    sketch = make.create_draft(call, **partners)
    for n in range(rows):
        add_file(sketch, name=f"{n}.txt")
    return sketch


def warm(client, call):
    """What stands on every page and form is kept in the cache, and the year has its series of numbers."""
    sketch = make.create_draft(call)
    client.force_login(member(sketch))
    client.get(url("sketch_edit", sketch))
    make.hand_in(sketch)


@pytest.mark.parametrize(("name", "most"), [("sketch_edit", 10), ("sketch_preview", 15), ("sketch_detail", 15)])
def test_page_asks_as_often_for_one_row_as_for_three_and_stays_within_its_budget(client, call, name, most):
    warm(client, call)
    counts = []
    for rows in (1, 3):
        sketch = with_rows(call, rows)
        client.force_login(member(sketch))
        counts.append(asked(lambda sketch=sketch: client.get(url(name, sketch))))
    assert counts[0] == counts[1]
    assert counts[0][0] <= most


@pytest.mark.parametrize(("name", "most"), [("sketch_save", 20), ("sketch_autosave", 20), ("sketch_submit", 30)])
def test_post_asks_as_often_for_one_row_as_for_three_and_stays_within_its_budget(client, call, name, most):
    warm(client, call)
    counts = []
    for rows in (1, 3):
        sketch = with_rows(call, rows)
        client.force_login(member(sketch))
        data = typed(sketch) if name == "sketch_submit" else typed(sketch, title="Ny")
        counts.append(asked(lambda sketch=sketch, data=data: client.post(url(name, sketch), data)))
    assert counts[0] == counts[1]
    assert counts[0][0] <= most
