"""The letter of a change decision: complete by law, accessible and archivable, mailed once, taken up again, true to what was written."""

import datetime as dt
import io
from decimal import Decimal

import pdfua
import pikepdf
import pytest
import time_machine
from django.utils import timezone

from kraftsamling.files import store
from kraftsamling.files.models import StoredFile
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Role
from pilots import tasks
from pilots.actions import change_letters
from pilots.change_documents import letter_context
from pilots.models import ChangeDecision
from tests.factories import applications, pilots
from tests.factories import grants as make
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.grants.scene import again, questions, signed_in
from tests.grants.test_hostile_text import CORE, OVERRIDE, unbroken
from tests.kept import kept
from tests.pdf_reading import running_text_of

pytestmark = pytest.mark.django_db


def make_project():
    return pilots.create_elsewhere()


_project_once, project = kept(make_project)


def decider(project):
    return make.officer(project.programme, Role.DECISION_MAKER, name="Be Slutar")


def granted(project, *, wishes=None, budget=None, **values):
    change = pilots.ask(project, budget=budget, **(wishes or {}))
    return built(pilots.grant(change, by=decider(project), **values))


def refused(project, *, wishes=None, budget=None, **values):
    change = pilots.ask(project, budget=budget, **(wishes or {}))
    return built(pilots.refuse(change, by=decider(project), **values))


def built(decision):
    tasks.build_change_letter(decision.pk)
    return again(decision)


def text_of(decision, folder):
    return running_text_of(store.read(decision.letter), folder)


def lacking(decision, folder, parts):
    text = unbroken(text_of(decision, folder))
    return [part for part in parts if unbroken(part) not in text]


def test_the_letter_holds_all_that_the_law_asks_for(project, tmp_path):
    heir = OrganisationFactory(name="Nya ägaren")
    wished = applications.budget_content(sought=250_000, own=250_000)
    decision = granted(
        project, wishes={"cap": Kronor(180_000), "share": Decimal(45), "new_owner": heir, **pilots.LONGER}, budget=wished,
        took_part="Del Tagare", delegation_item="4.2",
    )  # fmt: skip
    change = decision.request
    parts = [
        *(value for value in pilots.DECIDED.values() if isinstance(value, str) and value), "Del Tagare", "4.2", "Be Slutar",
        "9 mars 2027", decision.wording, change.reason, change.receipt_number, change.checksum, project.registry_number,
        project.title, change.organisation.name, change.organisation.org_number, heir.name, heir.org_number,
        "150 000 kr", "180 000 kr", "40 %", "45 %", "31 december 2027", "31 mars 2028", "400 000 kr", "500 000 kr",
        "200 000 →", "250 000", "(+50 000)", "2027", "Egen finansiering", "2003:596", "får inte överklagas", "Ändringen beviljas",
    ]  # fmt: skip
    assert lacking(decision, tmp_path, parts) == []


def test_a_refusal_is_reasoned_and_shows_that_the_terms_stay(project, tmp_path):
    decision = refused(
        project, wishes={"cap": Kronor(180_000)}, reasons="Det ryms inte i ramen.", minutes_item="", delegation_item="7"
    )
    parts = [
        "Det ryms inte i ramen.",
        "avslås",
        "180 000 kr",
        "150 000 kr",
        "Inget ändras",
        "Budgeten är som den var",
        "får inte överklagas",
    ]
    assert lacking(decision, tmp_path, parts) == []


def test_the_terms_of_a_refusal_are_those_of_its_day(project, tmp_path):
    """Also if the letter is made when later terms count."""
    change = pilots.ask(project, cap=Kronor(180_000))
    first = pilots.refuse(change, by=decider(project))
    later = pilots.CHANGING + dt.timedelta(days=9)
    pilots.grant(pilots.ask(project, at=later, cap=Kronor(170_000)), by=decider(project), at=later)
    decision = built(first)
    assert unbroken("170 000") not in unbroken(text_of(decision, tmp_path))
    page = signed_in(pilots.writer(project)).get(change.get_absolute_url()).content.decode()
    assert ("150\u00a0000" in page, "170\u00a0000" in page) == (True, False)


@pytest.mark.parametrize("lines", range(0, 24, 3))
def test_the_letter_is_tagged_and_archivable(project, tmp_path, lines):
    """Wherever its pages end."""
    wished = applications.budget_content(sought=250_000, own=250_000)
    content = store.read(granted(project, budget=wished, reasons="Skäl.\n" * (lines + 1)).letter)
    (tmp_path / "brev.pdf").write_bytes(content)
    assert [str(finding) for finding in pdfua.validate(tmp_path / "brev.pdf").findings] == []
    with pikepdf.open(io.BytesIO(content)) as pdf:
        metadata = pdf.Root.Metadata.read_bytes().decode()
        assert (str(pdf.Root.Lang), bool(pdf.Root.MarkInfo.Marked), str(pdf.docinfo["/Author"]), str(pdf.docinfo["/Title"])) == (
            "sv", True, "Regional tillväxtnämnd", "Ändringsbeslut 26RS4711",
        )  # fmt: skip
    assert [metadata.count(claim) for claim in ('pdfuaid:part="1"', 'pdfaid:part="3"')] == [1, 1]


def test_the_letter_is_mailed_once_to_the_parties_with_the_pdf(project):
    heir = OrganisationFactory()
    old, new = pilots.writer(project), UserFactory(member_of=heir)
    UserFactory(member_of=heir, is_active=False)
    decision = granted(project, wishes={"new_owner": heir})
    tasks.build_change_letter(decision.pk)
    sent = Message.objects.filter(kind="pilots/change_decided")
    assert ({message.to for message in sent}, sent.count()) == ({old, new}, 2)
    assert {message.attachment for message in sent} == {decision.letter}
    assert decision.wording in sent[0].text
    assert StoredFile.objects.filter(name=f"andringsbeslut-{decision.request.receipt_number}.pdf").count() == 1


def test_a_refused_takeover_is_not_mailed_to_who_did_not_get_it(project):
    heir = OrganisationFactory()
    UserFactory(member_of=heir)
    refused(project, wishes={"new_owner": heir})
    assert [message.to for message in Message.objects.filter(kind="pilots/change_decided")] == [pilots.writer(project)]


def test_a_letter_that_was_built_at_the_same_moment_is_not_replaced(project):
    stale = pilots.grant(pilots.ask(project), by=decider(project))
    decision = built(ChangeDecision.objects.get(pk=stale.pk))
    with pytest.raises(LostRace):
        change_letters.attach_change_letter(stale, pdf=decision.letter)
    assert Message.objects.filter(kind="pilots/change_decided").count() == 1


def test_letters_that_no_worker_built_are_taken_up_and_a_fresh_one_is_left_to_its_own(
    project, django_capture_on_commit_callbacks
):
    decision = pilots.grant(pilots.ask(project), by=decider(project))
    for wait, is_there in [(dt.timedelta(minutes=1), False), (dt.timedelta(minutes=3), True), (dt.timedelta(minutes=4), True)]:
        with time_machine.travel(pilots.CHANGING + wait, tick=False), django_capture_on_commit_callbacks(execute=True):
            tasks.build_missing_change_letters()
        assert (again(decision).letter is not None) == is_there
    assert Message.objects.filter(kind="pilots/change_decided").count() == 1
    assert not ChangeDecision.objects.without_letter(before=timezone.now() + dt.timedelta(days=36500)).exists()


def test_a_worker_that_dies_between_file_and_mail_leaves_a_promise_that_is_kept_once(project, monkeypatch):
    decision = pilots.grant(pilots.ask(project), by=decider(project))

    class Killed(BaseException):
        pass

    def die(*args, **kwargs):
        raise Killed

    with monkeypatch.context() as held, pytest.raises(Killed):
        held.setattr(change_letters.outbox, "promise", die)
        tasks.build_change_letter(decision.pk)
    assert (again(decision).letter, Message.objects.filter(kind="pilots/change_decided").count()) == (None, 0)
    assert built(decision).letter is not None
    assert Message.objects.filter(kind="pilots/change_decided").count() == 1


def test_the_letter_shows_hostile_text_as_it_was_written(project, tmp_path):
    project.owner.name = f"zqorg:{CORE}"
    project.owner.save()
    short = {name: f"zq{name.replace('_', '')}:<b onclick=x>{{{{7}}}}" for name in (
        "deciding_body", "minutes_item", "delegation_item", "presenter", "took_part",
    )}  # fmt: skip
    change = pilots.begin(project)
    pilots.lay_beside(change, name="zq<img src=x>.txt")
    change = pilots.ask_from(change, reason=f"zqreason:{CORE}")
    decision = built(pilots.grant(change, by=decider(project), reasons=f"zqreasons:{CORE}", **short))
    text = unbroken(text_of(decision, tmp_path)).replace("🦦", "")
    wanted = [*short.values(), f"zqreasons:{CORE}", change.reason, project.owner.name, change.files.get().file.name]
    assert [part for part in wanted if unbroken(part.replace("🦦", "")) not in text] == []
    assert ("1337" in text, OVERRIDE in text) == (False, False)
    [mail] = Message.objects.filter(kind="pilots/change_decided")
    assert f"zqreasons:{CORE}" in mail.text
    assert [bad for bad in ("<script", "<img src=x") if bad in mail.html] == []


@pytest.mark.parametrize("length", [20_000])
def test_a_very_long_reason_gets_its_letter(project, length):
    assert granted(project, reasons="Skälen är många. " * (length // 17)).letter.size > 10_000


# ---- Handed out


def test_the_letter_is_the_partys_and_the_officers_alone(project):
    decision = granted(project)
    url = f"{decision.request.get_absolute_url()}beslut.pdf"
    for user, status in [
        (pilots.writer(project), 200),
        (make.officer(project.programme), 200),
        (UserFactory(member_of=OrganisationFactory()), 404),
        (make.officer(project.programme, Role.STEERING_GROUP), 404),
    ]:
        assert signed_in(user).get(url).status_code == status
    answer = signed_in(pilots.writer(project)).get(url)
    assert b"".join(answer.streaming_content) == store.read(decision.letter)
    assert answer["Cache-Control"] == "private, no-store"


def test_the_page_leads_to_the_letter_when_it_is_there(project):
    decision = pilots.refuse(pilots.ask(project), by=decider(project))
    client, path = signed_in(pilots.writer(project)), decision.request.get_absolute_url()
    assert ("beslut.pdf" in client.get(path).content.decode(), client.get(f"{path}beslut.pdf").status_code) == (False, 404)
    built(decision)
    asked, page = questions(client, path)
    assert ("beslut.pdf" in page.content.decode(), len(asked) <= 15) == (True, True)


def test_the_letter_asks_few_questions_however_large_the_budget(project, django_assert_max_num_queries):
    decision = pilots.grant(
        pilots.ask(project, budget=applications.budget_content(sought=250_000, own=250_000)), by=decider(project)
    )
    fresh = ChangeDecision.objects.with_details().get(pk=decision.pk)
    with django_assert_max_num_queries(10):
        letter_context(fresh)
