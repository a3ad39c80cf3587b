"""The small forms of money: what was written is back after log-in, and after what was not right; nothing is done meanwhile."""

from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from pilots.models import Advance, PaymentRequest, Payout, Recovery
from tests.factories import money
from tests.factories import pilots as projects
from tests.grants.scene import signed_in
from tests.kept import kept

pytestmark = pytest.mark.django_db

WORDS = "Det här har tagit mig en hel förmiddag att skriva."
BACK = "Texten är tillbaka."


@pytest.fixture(autouse=True)
def _in_may():
    with time_machine.travel(money.PAYING, tick=False):
        yield


def make_project():
    return money.create_project()


_project_once, project = kept(make_project)


def address(name, pk):
    return reverse(name, args=[pk])


def asked(project):
    return money.create_advance(project, 50_000, granted=False)


def heard(project):
    by = money.economist(project)
    money.create_decided(project, 100_000, by=by)
    money.pay_all(project.programme, by=by, at=money.PAYING)
    return money.create_hearing(project, by=by)


def sent(project):
    return money.create_sent_in(project, 100_000)


FORMS = {
    "ask for an advance": ("advance_ask", "advance_ask", lambda project: project.pk, "owner", {"amount": "25 000", "reasons": WORDS}),
    "decide on an advance": (
        "advance_decide", "advance_detail", lambda project: asked(project).pk, "economist",
        {"amount": "25 000", "special_reasons": WORDS, "financial_check": "Soliditet 40 procent."},
    ),
    "open a recovery": (
        "recovery_open", "recovery_open", lambda project: project.pk, "economist",
        {"ground": "use", "text": WORDS, "hearing_due_on": "2027-06-01"},
    ),
    "answer a hearing": ("recovery_answer", "recovery_detail", lambda project: heard(project).pk, "owner", {"answer": WORDS}),
    "decide on a recovery": (
        "recovery_decide", "recovery_detail", lambda project: heard(project).pk, "economist",
        {"reasons": WORDS, "interest_basis": "Räntelagen 6 §"},
    ),
    "recover nothing": ("recovery_drop", "recovery_detail", lambda project: heard(project).pk, "economist", {"reason": WORDS}),
    "settle": ("project_settle", "project_settle", lambda project: project.pk, "economist", {"other_financing": "1 000", "note": WORDS}),
    "return a request": (
        "payment_return", "payment_review", lambda project: sent(project).pk, "economist", {"reason": WORDS, "due_on": "2027-06-01"},
    ),
    "pay a lower amount": (
        "payment_decide", "payment_review", lambda project: decidable(project).pk, "economist", {"amount": "10", "lower_reason": WORDS},
    ),
}  # fmt: skip


def decidable(project):
    request = sent(project)
    request.entries.update(approved=request.entries.get().amount)
    return request


def people(project):
    return {"owner": projects.writer(project), "economist": money.economist(project)}


def states():
    return [
        sorted(model.objects.values_list("pk", "state")) for model in (Advance, Recovery, PaymentRequest, Payout)
    ]  # fmt: skip


@pytest.mark.parametrize("what", FORMS)
def test_what_was_written_is_back_after_an_expired_session(project, what):
    act, page, subject, who, typed = FORMS[what]
    pk = subject(project)
    before = states()
    answer = Client().post(address(act, pk), typed)
    assert (answer.status_code, states()) == (302, before)

    [after_log_in] = parse_qs(urlsplit(answer["Location"]).query)["next"]
    assert urlsplit(after_log_in).path == address(page, pk)
    shown = signed_in(people(project)[who]).get(after_log_in)
    text = unescape(shown.content.decode())
    assert (shown.status_code, states()) == (200, before)
    assert [words for words in (BACK, *typed.values()) if words not in text and words != "use"] == []


@pytest.mark.parametrize("what", FORMS)
def test_a_plain_visit_says_nothing_of_a_text(project, what):
    _act, page, subject, who, _typed = FORMS[what]
    text = signed_in(people(project)[who]).get(address(page, subject(project))).content.decode()
    assert (BACK in text, WORDS in text) == (False, False)


@pytest.mark.parametrize("what", FORMS)
def test_another_organisation_gets_nothing_of_it(project, what):
    act, _page, subject, _who, typed = FORMS[what]
    answer = Client().post(address(act, subject(project)), typed)
    [after_log_in] = parse_qs(urlsplit(answer["Location"]).query)["next"]
    other = projects.writer(money.create_project())
    assert signed_in(other).get(after_log_in).status_code == 404


IDENTITY = "Det gäller 811218-9876."


@pytest.mark.parametrize(
    ("what", "field"),
    [("answer a hearing", "answer"), ("recover nothing", "reason"), ("return a request", "reason"), ("pay a lower amount", "lower_reason"),
     ("decide on an advance", "special_reasons"), ("decide on a recovery", "reasons")],
)  # fmt: skip
def test_what_is_not_right_is_still_there_with_what_is_wrong(project, what, field):
    act, _page, subject, who, typed = FORMS[what]
    pk, written = subject(project), f"{WORDS} {IDENTITY}"
    before = states()
    shown = signed_in(people(project)[who]).post(address(act, pk), {**typed, field: written})
    text = unescape(shown.content.decode())
    assert (shown.status_code, states()) == (200, before)
    assert written in text


def test_a_request_that_a_colleague_has_decided_is_not_returned_and_says_so(project):
    request, by = decidable(project), money.economist(project)
    client = signed_in(by)
    money.decide(request, by=money.economist(project))
    answer = client.post(
        address("payment_return", request.pk), {"reason": WORDS, "due_on": "2027-06-01", "revision": "1"}, follow=True
    )
    assert PaymentRequest.objects.get().state == "decided"
    assert "beslutad" in unescape(answer.content.decode())


def test_a_lower_amount_that_is_more_than_what_can_be_paid_keeps_its_words(project):
    request, by = decidable(project), money.economist(project)
    typed = {"amount": "99 999", "lower_reason": WORDS, "revision": str(request.revision)}
    text = unescape(signed_in(by).post(address("payment_decide", request.pk), typed).content.decode())
    assert [words for words in (WORDS, "99 999", "är mer än vad som kan betalas") if words not in text] == []
    assert PaymentRequest.objects.get().state == "submitted"
