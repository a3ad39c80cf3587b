"""The letter: built by a worker, complete by law, accessible and archivable, mailed once, and true to what was written."""

import contextlib
import datetime as dt
import io

import pdfua
import pikepdf
import pytest
import time_machine

from grants import actions, decision_documents, tasks
from grants.models import Decision, DecisionKind
from grants.states import ApplicationState
from kraftsamling.files import store
from kraftsamling.files.models import StoredFile
from kraftsamling.lib.transitions import LostRace
from kraftsamling.notifications.models import Message
from tests.factories import decisions
from tests.factories.accounts import UserFactory
from tests.grants.scene import again
from tests.grants.test_decisions import another, corrected, waiting
from tests.grants.test_hostile_text import CORE, OVERRIDE, unbroken
from tests.kept import kept
from tests.pdf_reading import running_text_of

pytestmark = pytest.mark.django_db

DE_MINIMIS = {"state_aid": "de_minimis", "previous_aid": 0, "euro_rate": "11.2345", "euro_rate_on": dt.date(2026, 12, 4)}


def make_stage():
    return waiting()


_stage_once, stage = kept(make_stage)


def text_of(decision, folder):
    return running_text_of(store.read(again(decision).letter), folder)


def granted(stage, **changes):
    decision = decisions.decide(stage.application, officer=stage.leader, decider=stage.decider, **changes)
    tasks.build_letter(decision.pk)
    return decision


def test_the_letter_holds_all_that_the_law_asks_for(stage, tmp_path):
    actions.set_registry_number(stage.sketch, number="26RS123", by=stage.leader)
    decision = granted(stage, took_part="Del Tagare")
    text = unbroken(text_of(decision, tmp_path))
    values = [value for value in decisions.GRANT.values() if isinstance(value, str) and value not in DecisionKind.values]
    version = stage.application.current_version
    expected = [
        *filter(None, values), again(decision).wording, "26RS123", stage.sketch.number, stage.organisation.name,
        stage.organisation.org_number, stage.call.title, version.title, version.receipt_number, "Del Tagare", str(stage.decider),
        "9 december 2026", "400 000", "200 000", "Egna medel", "2027",
    ]  # fmt: skip
    assert [part for part in expected if unbroken(part) not in text] == []


def test_the_letter_is_tagged_and_archivable(stage, tmp_path):
    decision = granted(stage)
    content = store.read(again(decision).letter)
    (tmp_path / "brev.pdf").write_bytes(content)
    assert [finding.rule_id for finding in pdfua.validate(tmp_path / "brev.pdf").findings] == []
    with pikepdf.open(io.BytesIO(content)) as pdf:
        metadata = pdf.Root.Metadata.read_bytes().decode()
        assert (str(pdf.Root.Lang), bool(pdf.Root.MarkInfo.Marked), str(pdf.docinfo["/Author"])) == (
            "sv", True, "Regional tillväxtnämnd",
        )  # fmt: skip
    assert [metadata.count(claim) for claim in ('pdfuaid:part="1"', 'pdfaid:part="3"')] == [1, 1]
    assert (again(decision).letter.name, again(decision).letter.content_type) == (
        f"beslut-{stage.sketch.number}-1.pdf", "application/pdf",
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["rejected", "dismissed"])
def test_a_refusal_gets_a_reasoned_letter_without_budget(stage, tmp_path, kind):
    draft = decisions.write(stage.application, by=stage.leader, values=decisions.REJECTION, kind=kind)
    decision = decisions.issue(draft, by=stage.decider)
    tasks.build_letter(decision.pk)
    text = unbroken(text_of(decision, tmp_path))
    assert unbroken("Medlen räcker inte.") in text
    assert unbroken("Egna medel") + unbroken("200 000") not in text


def test_the_letter_tells_of_de_minimis_aid_with_amount_and_regulation(stage, tmp_path):
    decisions.prepare(stage.application, by=stage.leader, **DE_MINIMIS)
    decisions.certificate(stage.application, by=stage.leader)
    decision = decisions.issue(decisions.write(stage.application, by=stage.leader), by=stage.decider)
    tasks.build_letter(decision.pk)
    text = unbroken(text_of(decision, tmp_path))
    for part in ("2023/2831", "13 351,73 EUR", "11,2345", "300 000,00 EUR"):
        assert unbroken(part) in text


def test_the_letter_is_mailed_once_to_the_active_members_with_the_pdf(stage):
    UserFactory(member_of=stage.organisation, is_active=False)
    colleague = UserFactory(member_of=stage.organisation)
    decision = granted(stage)
    tasks.build_letter(decision.pk)
    sent = Message.objects.filter(kind="grants/decision")
    assert {message.to for message in sent} == {stage.writer, colleague}
    assert sent.count() == 2
    assert {message.attachment for message in sent} == {again(decision).letter}
    assert again(decision).wording in sent[0].text
    assert StoredFile.objects.filter(name__startswith="beslut-").count() == 1


def test_a_letter_that_was_built_at_the_same_moment_is_not_replaced(stage):
    decision = granted(stage)
    stale = Decision.objects.select_related("application__sketch__call").get(pk=decision.pk)
    with pytest.raises(LostRace):
        actions.attach_letter(stale, pdf=again(decision).letter)
    assert Message.objects.filter(kind="grants/decision").count() == 1


def test_letters_that_nobody_built_are_taken_up_and_one_that_fails_does_not_stop_the_others(
    stage, monkeypatch, django_capture_on_commit_callbacks
):
    first = decisions.decide(stage.application, officer=stage.leader, decider=stage.decider)
    second = decisions.decide(another(stage), officer=stage.leader, decider=stage.decider)
    kept = decision_documents.letter_context

    def broken(decision):
        if decision.pk == first.pk:
            raise OSError("no room")
        return kept(decision)

    with monkeypatch.context() as held, time_machine.travel(decisions.DECIDING + dt.timedelta(minutes=3), tick=False):
        held.setattr(decision_documents, "letter_context", broken)
        with django_capture_on_commit_callbacks() as handed_over:
            tasks.build_missing_letters()
        for task in handed_over:
            with contextlib.suppress(OSError):
                task()
    assert (len(handed_over), again(first).letter, again(second).letter is None) == (2, None, False)
    with (
        time_machine.travel(decisions.DECIDING + dt.timedelta(minutes=4), tick=False),
        django_capture_on_commit_callbacks(execute=True),
    ):
        tasks.build_missing_letters()
    assert again(first).letter is not None
    assert list(Decision.objects.without_letter(before=dt.datetime(2100, 1, 1, tzinfo=dt.UTC))) == []


def test_a_fresh_promise_is_left_to_its_own_worker(stage):
    decision = decisions.decide(stage.application, officer=stage.leader, decider=stage.decider)
    assert list(Decision.objects.without_letter(before=decisions.DECIDING)) == []
    assert again(stage.application).state == ApplicationState.GRANTED
    assert list(Decision.objects.without_letter(before=decisions.DECIDING + dt.timedelta(seconds=1))) == [decision]


def test_both_letters_of_a_correction_are_kept_and_the_new_one_says_what_was_wrong(stage, tmp_path):
    first = granted(stage)
    second = corrected(stage, first, correction="Två siffror hade bytt plats.", cap=first.cap)
    tasks.build_letter(second.pk)
    assert again(first).letter not in {None, again(second).letter}
    text = unbroken(text_of(second, tmp_path))
    assert unbroken("Två siffror hade bytt plats.") in text
    assert Message.objects.filter(kind="grants/decision").count() == 2


def test_the_letter_shows_hostile_text_as_it_was_written(stage, tmp_path):
    texts = {name: f"zq{name.replace('_', '')}:{CORE}" for name in (
        "conditions", "follow_up", "financing_plan", "final_report", "reasons", "strategy_link", "no_appeal",
    )}  # fmt: skip
    short = {name: f"zq{name.replace('_', '')}:<b onclick=x>{{{{7}}}}" for name in (
        "deciding_body", "minutes_item", "delegation_item", "presenter", "took_part",
    )}  # fmt: skip
    stage.organisation.name = f"zqorg:{CORE}"
    stage.organisation.save()
    decision = granted(stage, **texts, **short)
    text = unbroken(text_of(decision, tmp_path))
    wanted = [*texts.values(), *short.values(), stage.organisation.name]
    assert [part for part in wanted if unbroken(part.replace("🦦", "")) not in text.replace("🦦", "")] == []
    assert ("1337" in text, OVERRIDE in text) == (False, False)
    [mail] = Message.objects.filter(kind="grants/decision")
    assert stage.organisation.name in mail.text
    assert "<script" not in mail.html
    assert "<img" not in mail.html
