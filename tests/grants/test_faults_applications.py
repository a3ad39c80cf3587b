"""What can go wrong around an application: files too large or lying, odd text, other people's ids, a broker away, a killed worker."""

import datetime as dt
import json
import select
import subprocess
import sys
from urllib.parse import quote_plus

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver, reverse
from django.utils.html import escape
from django.utils.translation import gettext as _

from grants import actions, tasks
from grants.models import ApplicationFile, ApplicationVersion, Decision
from kraftsamling.files.models import StoredFile
from kraftsamling.notifications.models import Message
from kraftsamling.notifications.tasks import sweep
from tests.factories import applications as make
from tests.factories import decisions
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.grants.scene import signed_in, told
from tests.grants.test_actions_sketches import broker_away  # noqa: F401 - a fixture
from tests.grants.test_decisions import waiting
from tests.grants.test_forms_sketch import ODD
from tests.grants.test_views_sketches import MEGABYTE, Body
from tests.grants.trail import everything
from tests.kraftsamling.notifications.test_killed_worker import Installation, kill

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(make.WRITING, tick=False)
    return time_machine


@pytest.fixture
def application():
    return make.create_open()


@pytest.fixture
def writer(application):
    return signed_in(make.writer(application))


def url(name, application, *args):
    return reverse(name, args=[application.pk, *args])


# ---- Files


def send_large(client, application, size):
    before = [("revision", "0"), ("postal_address", "Före filen 1"), ("about", "other")]
    body = Body(before, size, [("account_number", "123-4567")])
    return client.request(
        **{
            "REQUEST_METHOD": "POST",
            "PATH_INFO": url("application_file_add", application),
            "CONTENT_TYPE": "multipart/form-data; boundary=grans",
            "CONTENT_LENGTH": str(body.length),
            "wsgi.input": body,
        }
    )


@pytest.mark.parametrize("megabytes", [21, 300])
def test_a_file_that_is_too_large_is_told_and_the_text_around_it_is_kept(writer, application, megabytes):
    response = send_large(writer, application, megabytes * MEGABYTE)
    content = actions.draft_of(application).content
    assert (response.status_code, ApplicationFile.objects.count(), StoredFile.objects.count()) == (302, 0, 0)
    assert (content["postal_address"], content["account_number"]) == ("Före filen 1", "123-4567")
    assert told(response) == [_("The file is too large. The largest file that can be sent is 20 MB.")]


@pytest.mark.parametrize(("size", "kept"), [(3 * MEGABYTE, 1), (3 * MEGABYTE + 1, 0)])
def test_the_limit_of_a_file_is_kept_to_the_byte(writer, application, settings, size, kept):
    settings.FILE_SIZE_LIMIT = 3 * MEGABYTE
    send_large(writer, application, size)
    assert application.files.count() == kept


LIES = {
    "program.pdf": b"MZ\x90\x00 not a pdf",
    "sida.pdf": b"<!DOCTYPE html><script>alert(1)</script>",
    "bild.png": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "sida.html": b"<!DOCTYPE html><script>alert(1)</script>",
    "arkiv.docx": b"PK\x03\x04 no document",
}


@pytest.mark.parametrize("name", LIES)
def test_a_file_that_lies_about_what_it_is_is_refused(writer, application, name):
    file = SimpleUploadedFile(name, LIES[name], "application/pdf")
    response = writer.post(url("application_file_add", application), {"file": file, "about": "other"})
    assert (response.status_code, ApplicationFile.objects.count()) == (302, 0)


def test_a_certificate_of_the_preparation_is_judged_by_its_content_too():
    stage = waiting()
    file = SimpleUploadedFile("intyg.pdf", LIES["sida.pdf"], "application/pdf")
    data = {"revision": 0, "certificate": file}
    signed_in(stage.leader).post(reverse("preparation_save", args=[stage.application.pk]), data)
    assert not hasattr(stage.application, "preparation") or not stage.application.preparation.certificates.exists()


def test_a_download_is_never_shown_in_the_page(writer, application):
    file = SimpleUploadedFile("sida.txt", b"Underlag", "text/html")
    writer.post(url("application_file_add", application), {"file": file, "about": "other"})
    response = writer.get(url("application_file", application, application.files.get().file_id))
    kind = response["Content-Disposition"].split(";")[0]
    assert (response.status_code, response["X-Content-Type-Options"], kind) == (200, "nosniff", "attachment")


# ---- Odd text


@pytest.mark.parametrize("name", ODD)
def test_odd_text_goes_in_and_comes_out_again(writer, application, name):
    typed, kept = ODD[name]
    make.write(application)
    revision = actions.draft_of(application).revision
    section = {**make.typed_application(), "title": typed, "purpose": typed, "summary": "Kort.", "background": "Behov."}
    content = {**actions.draft_of(application).content, **section}
    names = ("title", "summary", "background", "purpose", "overall_goal", "project_goal", "target_group", "focus_areas",
             "main_focus_area", "municipalities")  # fmt: skip
    sent = {name: content[name] for name in names} | {"revision": revision}
    assert writer.post(url("application_edit", application, "projekt"), sent).status_code == 302
    assert actions.draft_of(application).content["purpose"] == kept
    version = make.send_in(application)
    assert (version.title, version.content["title"]) == (kept, kept)
    for page in (application.get_absolute_url(), url("application_version", application, 1)):
        html = writer.get(page).content.decode()
        assert (escape(kept) in html, "<script>alert" in html) == (True, False)


def test_lone_surrogates_become_replacement_signs_and_break_nothing(writer, application):
    typed = {"revision": "0", "purpose": "a\ud83dz"}
    body = "&".join(f"{name}={quote_plus(value.encode('utf-8', 'surrogatepass'))}" for name, value in typed.items())
    address = url("application_edit", application, "projekt")
    assert writer.post(address, body, content_type="application/x-www-form-urlencoded").status_code == 302
    assert actions.draft_of(application).content["purpose"] == "a\ufffd\ufffd\ufffdz"
    assert json.loads(json.dumps(actions.draft_of(application).content))["purpose"] == "a\ufffd\ufffd\ufffdz"
    assert writer.get(address).status_code == 200


def test_text_of_200_000_characters_is_kept_and_has_its_error_at_the_field(writer, application):
    long = "räv 🦊 " * 33_334
    address = url("application_edit", application, "projekt")
    assert writer.post(address, {"revision": 0, "purpose": long}).status_code == 302
    assert actions.draft_of(application).content["purpose"] == long
    page = writer.get(address)
    assert (page.status_code, [name for name, _text in page.context["wrong"]]) == (200, ["purpose"])
    assert writer.get(url("application_preview", application)).context["content"] is None


AMOUNTS = ["-1", "−1", "1e9", "1e-2", "99999999999999999999", "1,234", "0x10", "٣", "NaN", "inf", "10 000,5,5"]


@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_amount_that_is_none_is_kept_named_at_its_cell_and_never_sent_in(writer, application, amount):
    make.write(application)
    address = reverse("application_budget", args=[application.pk])
    typed = {**make.typed_budget(), "b_f1_2027": amount, "revision": actions.draft_of(application).revision}
    assert writer.post(address, typed).status_code == 302
    page = writer.get(f"{address}?kontroll=1")
    assert [wrong[0] for wrong in page.context["wrong"]] == ["b_f1_2027"]
    assert amount in page.content.decode()
    assert writer.get(url("application_preview", application)).context["content"] is None


@pytest.mark.parametrize("amount", ["-1", "1e3", "99999999999999999999", "NaN", "0", "abc"])
def test_an_amount_of_the_decision_that_is_none_is_refused_at_its_field(amount):
    stage = waiting()
    typed = {"kind": "granted", "cap": amount, "share": "28", "revision": 0, "seen_version": 1}
    page = signed_in(stage.leader).post(reverse("decision_save", args=[stage.application.pk]), typed)
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["cap"])
    assert not Decision.objects.exists()


@pytest.mark.parametrize("share", ["-1", "0", "50,01", "NaN", "Infinity", "99999"])
def test_a_share_of_the_decision_that_is_none_is_refused_at_its_field(share):
    stage = waiting()
    typed = {"kind": "granted", "cap": "100 000", "share": share, "revision": 0, "seen_version": 1}
    page = signed_in(stage.leader).post(reverse("decision_save", args=[stage.application.pk]), typed)
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["share"])


# ---- Too late, and twice


def test_the_last_moment_passes_between_opening_and_sending(application, clock):
    make.write(application)
    signatory = make.create_signatory(application.sketch.organisation)
    clock.move_to(application.due_at - dt.timedelta(microseconds=1))
    writer = signed_in(make.writer(application))
    page = writer.get(url("application_preview", application))
    assert page.context["too_late"] is False
    before = everything()
    clock.move_to(application.due_at)
    data = {"revision": page.context["revision"], "signatory": signatory.pk, "is_true": "on"}
    response = writer.post(url("application_submit", application), data)
    assert (response["Location"], everything() == before) == (url("application_preview", application), True)
    assert actions.draft_of(application).content["purpose"]


def test_a_double_click_on_the_decision_issues_once(clock):
    clock.move_to(decisions.DECIDING)
    stage = waiting()
    decisions.prepare(stage.application, by=stage.leader)
    draft = decisions.write(stage.application, by=stage.leader, at=decisions.PREPARING)
    client = signed_in(stage.decider)
    for _click in range(2):
        assert client.post(reverse("decision_issue", args=[draft.pk]), {"revision": draft.revision}).status_code == 302
    assert Decision.objects.issued().count() == 1


# ---- Somebody else's ids


def names(patterns=None, parts=()):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        found = {*parts, *pattern.pattern.regex.groupindex}
        if hasattr(pattern, "url_patterns"):
            yield from names(pattern.url_patterns, found)
        elif pattern.name:
            yield pattern.name, frozenset(found)


def test_every_address_of_an_application_is_closed_to_another_organisation(application):
    make.write(application)
    file = SimpleUploadedFile("intyg.pdf", make.PDF, "application/pdf")
    signed_in(make.writer(application)).post(url("application_file_add", application), {"file": file, "about": "other"})
    make.send_in(application)
    link = application.files.get()
    values = {
        "pk": application.pk,
        "key": "projekt",
        "number": 1,
        "link": link.pk,
        "file_id": link.file_id,
        "kind": "csv",
        "completion": 1,
    }
    stranger = signed_in(UserFactory(member_of=OrganisationFactory()))
    tried, before = 0, everything()
    for name, parts in names():
        if not name.startswith(
            ("application_", "completion_", "ruling_", "preparation_save", "aid_registered", "decision_edit", "decision_save")
        ):
            continue
        address = reverse(name, kwargs={part: values[part] for part in parts})
        for method in (stranger.get, stranger.post):
            assert method(address).status_code in {404, 405}, (name, method)
            tried += 1
    assert (tried > 50, everything() == before) == (True, True)


def test_ones_own_application_gives_nothing_of_another_ones(application):
    other = make.create_open()
    theirs = signed_in(make.writer(other))
    file = SimpleUploadedFile("deras.pdf", make.PDF, "application/pdf")
    theirs.post(url("application_file_add", other), {"file": file, "about": "other"})
    make.write(other)
    make.send_in(other)
    link, client = other.files.get(), signed_in(make.writer(application))
    assert client.get(url("application_file", application, link.file_id)).status_code == 404
    assert client.post(url("application_file_remove", application, link.pk)).status_code == 404
    assert client.get(url("application_version", application, 1)).status_code == 404
    assert client.get(url("application_receipt", application, 1)).status_code == 404
    make.write(application)
    signatory = make.create_signatory(other.sketch.organisation, name="Annan")
    data = {"revision": actions.draft_of(application).revision, "signatory": signatory.pk, "is_true": "on"}
    page = client.post(url("application_submit", application), data)
    assert (page.status_code, list(page.context["form"].errors)) == (200, ["signatory"])
    assert ApplicationVersion.objects.filter(application=application).count() == 0


# ---- The broker is away, the worker is killed


def test_an_application_sent_in_while_the_broker_is_away_stands_and_the_mail_follows(
    writer, application, broker_away, django_capture_on_commit_callbacks, caplog, clock  # noqa: F811 - the fixture
):  # fmt: skip
    make.write(application)
    signatory = make.create_signatory(application.sketch.organisation)
    leader, person = application.sketch.call.created_by, make.writer(application)
    data = {"revision": actions.draft_of(application).revision, "signatory": signatory.pk, "is_true": "on"}
    with django_capture_on_commit_callbacks(execute=True):
        response = writer.post(url("application_submit", application), data)
    assert (response.status_code, response["Location"]) == (302, application.get_absolute_url())
    warned = [record.getMessage().partition(",")[0] for record in caplog.records if record.levelname == "WARNING"]
    assert set(warned) == {"the broker does not answer"}
    version = ApplicationVersion.objects.get()
    assert (version.receipt_pdf, mail.outbox) == (None, [])
    kinds = ["grants/application_arrived", "grants/application_receipt"]
    broker_away()
    for later in (dt.timedelta(minutes=5), dt.timedelta(days=1)):
        clock.move_to(make.WRITING + later)
        with django_capture_on_commit_callbacks(execute=True):
            tasks.build_missing_receipts()
        sweep()
    version.refresh_from_db()
    assert version.receipt_pdf.name == f"kvitto-{version.receipt_number}.pdf"
    promised = Message.objects.filter(kind__in=kinds).order_by("kind")
    assert list(promised.values_list("kind", "to_email", "state")) == [
        (kinds[0], leader.email, "sent"),
        (kinds[1], person.email, "sent"),
    ]
    subjects = [message.subject for message in mail.outbox]
    assert [subjects.count(message.subject) for message in promised] == [1, 1]


STAGE = """
import datetime as dt
from django.utils import timezone
from grants.models import Decision
from tests.grants.test_decisions import waiting
from tests.factories import decisions
stage = waiting()
version = stage.application.current_version
decision = decisions.decide(stage.application, officer=stage.leader, decider=stage.decider)
print(version.pk, decision.pk)
"""
HOLDING = """
import sys
from grants import tasks
from kraftsamling.files import store
kept = store.store_bytes
def held(*args, **kwargs):
    made = kept(*args, **kwargs) if {after} else None
    print("HELD", flush=True)
    sys.stdin.read()
store.store_bytes = held
tasks.{task}({pk})
"""
JUDGE = """
import json
import time_machine
from celery import current_app
current_app.conf.task_always_eager = True
time_machine.travel("2026-12-20T12:00:00+00:00").start()
from grants import tasks
from grants.models import ApplicationVersion, Decision
from kraftsamling.notifications.models import Message
for _ in range(2):
    tasks.build_missing_receipts()
    tasks.build_missing_letters()
version, decision = ApplicationVersion.objects.get(), Decision.objects.get()
count = lambda kind: Message.objects.filter(kind=kind).count()
print(json.dumps([version.receipt_pdf is not None, decision.letter is not None, count("grants/application_receipt"), count("grants/decision")]))
"""


def killed_while_building(installation, task, pk, *, after):
    """A worker that stands still in the middle of its work, before or after the file is stored, and is killed there."""
    code = HOLDING.format(task=task, pk=pk, after=after)
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    process = subprocess.Popen(
        command, cwd=".", env=installation.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    ready, _write, _error = select.select([process.stdout], [], [], 60)
    said = process.stdout.readline().strip() if ready else ""
    kill(process)
    process.stdin.close()
    process.stdout.close()
    assert said == "HELD"


@pytest.mark.services
def test_a_worker_killed_while_it_builds_receipt_or_letter_loses_nothing_and_mails_once(tmp_path, clock):
    clock.move_to(time_machine.escape_hatch.datetime.datetime.now(tz=dt.UTC), tick=True)  # what follows waits for processes
    installation = Installation(tmp_path, 25, "")
    installation.manage("migrate", "-v", "0")
    version, decision = installation.shell(STAGE).split()[-2:]
    killed_while_building(installation, "build_application_receipt", version, after=False)
    killed_while_building(installation, "build_letter", decision, after=True)
    assert json.loads(installation.shell(JUDGE).splitlines()[-1]) == [True, True, 1, 1]
