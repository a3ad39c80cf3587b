"""The same hostile text in every field of an application and all that follows it, and every page, letter and file that shows it."""

import csv
import datetime as dt
import io
from types import SimpleNamespace

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from grants import actions, tasks
from grants.forms.applications import SECTIONS, SectionForm
from grants.forms.fields import PlainTextField
from grants.models import Assessment, Decision, Step
from kraftsamling.files import store
from kraftsamling.lib.spreadsheet import harmless
from kraftsamling.lib.text import clean_text
from kraftsamling.notifications.models import Message
from tests.factories import applications, decisions
from tests.factories import grants as make
from tests.grants.scene import scene, signed_in
from tests.grants.test_hostile_text import (
    CORE,
    OVERRIDE,
    SHORT,
    Reader,
    hostile,
    marks,
    typed,
    unbroken,
    written,
    wrongly_shown,
)
from tests.pdf_reading import running_text_of

pytestmark = pytest.mark.django_db

AT = decisions.DECIDING + dt.timedelta(hours=1)
FORMULAS = ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"]


def text_fields(application):
    """(name, longest) of every free text in the parts of the application, with each row group begun."""
    begun = {
        f"{group}_{n}_{part}": "x"
        for group, part in (("goal", "goal"), ("indicator", "name"), ("partner", "name"))
        for n in (1, 2)
    }
    for section in SECTIONS:
        form = SectionForm(section, begun, application=application)
        for name, field in form.fields.items():
            if isinstance(field, PlainTextField):
                yield name, field.max_length


def hostile_application(application, version=""):
    """Every free text, with a mark of its own."""
    rows = {}
    for name, longest in text_fields(application):
        if name.startswith(("goal_3", "indicator_3", "partner_3")):
            continue
        core = CORE if not longest or longest >= len(CORE) + 30 else SHORT
        rows[name] = clean_text(typed(f"{name.replace('_', '')}{version}", core))
    return rows | {
        "groups_only": "on",
        "b_c0_label": clean_text(typed(f"label{version}", SHORT)),
        "b_f1_financier": clean_text(typed(f"fin{version}")),
        "b_f2_role": "other", "b_f2_financier": clean_text(typed("other")), "b_f2_public": "0", "b_f2_2027": "10000",
        "b_f1_2027": "200000", "b_c0_2027": "410000",
    }  # fmt: skip


@pytest.fixture
def world():
    written.clear()
    stage = scene(lowest_own_share=0)
    application = make.create_invited(stage.sketch, by=stage.leader)
    applications.write(application, **hostile_application(application))
    file = store.store(SimpleUploadedFile("<img src=x onerror=alert(2)>{{ 7 }}&amp;.txt", b"Underlag"), by=stage.writer)
    actions.add_application_file(application, file=file, kind="cofinancing", financier=written["other"], by=stage.writer,
                                 at=applications.WRITING)  # fmt: skip
    signatory = applications.create_signatory(stage.organisation, name=hostile("sig"), title=hostile("sigtitle", SHORT))
    applications.send_in(application, signatory=signatory)
    completion = actions.request_completion(
        application, text=hostile("completion"), due_at=applications.HANDED_IN + dt.timedelta(days=5), consequence="as_it_is",
        by=stage.leader, at=applications.HANDED_IN,
    )  # fmt: skip
    again = hostile_application(application) | {"purpose": clean_text(typed("purposeb"))}
    applications.write(application, at=applications.HANDED_IN, **again)
    applications.send_in(application, signatory=signatory, at=applications.HANDED_IN + dt.timedelta(days=1))
    reviewed(stage, application)
    decided(stage, application)
    for version in application.versions.all():
        tasks.build_application_receipt(version.pk)
    for decision in Decision.objects.exclude_drafts():
        tasks.build_letter(decision.pk)
    return SimpleNamespace(**vars(stage), application=application, file=file, completion=completion)


def reviewed(stage, application):
    assessment = make.assign(stage.sketch, stage.reviewer, by=stage.leader, at=decisions.PREPARING, step=Step.APPLICATION)
    actions.declare_on_assessment(assessment, has_conflict=False, by=stage.reviewer, at=decisions.PREPARING)
    scores = {criterion: (3, hostile("scorereason")) for criterion in stage.call.criteria.all()}
    actions.submit_assessment(
        assessment, scores=scores, recommendation="maybe", comment=hostile("comment"), by=stage.reviewer, at=decisions.PREPARING
    )


def decided(stage, application):
    actions.write_message(stage.sketch, text=hostile("message"), by=stage.leader, at=decisions.PREPARING)
    notes = {name: hostile(f"note{n}") for n, name in enumerate(key for key in decisions.CHECKED if key.endswith("_note"))}
    aid = {"strategy_link": hostile("prepstrategy"), "state_aid_reason": hostile("aidreason")}
    decisions.prepare(application, by=stage.leader, **notes, **aid)
    texts = {
        name: hostile(f"d{name.replace('_', '')}")
        for name in ("reasons", "strategy_link", "conditions", "follow_up", "financing_plan", "final_report", "no_appeal",
                     "deciding_body", "presenter", "took_part", "exceeds_reason")
    } | {"minutes_item": hostile("ditem", SHORT)}  # fmt: skip
    draft = decisions.write(application, by=stage.leader, at=decisions.PREPARING, **texts)
    issued = decisions.issue(draft, by=stage.decider)
    corrected = actions.correct_decision(issued, correction=hostile("correction"), by=stage.leader, at=decisions.DECIDING)
    decisions.issue(corrected, by=stage.decider)


def addresses(world):
    pk, old, new = world.application.pk, *Decision.objects.order_by("version")
    case = [("application_version", 1), ("application_version", 2)]
    yield reverse("application_detail", args=[pk])
    for name, number in case:
        yield reverse(name, args=[pk, number])
    for name in ("application_compare", "application_preparation", "application_preview"):
        yield reverse(name, args=[pk])
    for decision in (old, new):
        yield decision.get_absolute_url()
    yield reverse("decision_list")
    yield f"{reverse('applications_board', args=[world.call.slug])}?visa={world.sketch.pk}"
    yield f"{reverse('simulator', args=[world.call.slug])}?steg=ansokningar"
    yield f"{reverse('simulator_print', args=[world.call.slug])}?steg=ansokningar"
    for name in ("sketch_detail", "case_messages", "case_record"):
        yield reverse(name, args=[world.sketch.pk])
    yield Assessment.objects.in_step(Step.APPLICATION).get().get_absolute_url()
    yield reverse("review_list")
    yield reverse("project_detail", args=[new.project.pk])
    yield reverse("home")
    yield f"{reverse('search')}?q=zqtitle"
    for message in Message.objects.filter(programme_id=world.programme.pk):
        yield reverse("message_detail", args=[message.pk])


def walked(world, user):
    client = signed_in(user)
    for address in addresses(world):
        response = client.get(address)
        assert response.status_code in {200, 302, 403, 404}, address
        if response.status_code == 200:
            yield address, response.content.decode()


ON_NO_PAGE = {"aidreason", "prepstrategy"} | {f"note{n}" for n in range(20)}
"""Of a decided case the checklist is shown in its form, whose values are read as such."""


def test_every_page_shows_hostile_text_as_it_was_written(world):
    seen, wrong, pages = set(), {}, 0
    with time_machine.travel(AT, tick=False):
        for user in (world.leader, world.decider, world.writer, world.reviewer):
            for address, page in walked(world, user):
                reader, pages = Reader(page), pages + 1
                shown = [] if "jamfor" in address else ["".join(reader.texts)]
                found = reader.wrong + [w for text in shown for w in wrongly_shown(text)]
                found += [w for value in reader.values for w in wrongly_shown(value)]
                found += ["override"] if OVERRIDE in page else []
                if found:
                    wrong[f"{user} {address}"] = found[:3]
                seen |= marks("".join(reader.texts) + " ".join(reader.values))
    assert wrong == {}
    assert pages > 50
    assert set(written) - seen - ON_NO_PAGE == set()


def test_mails_show_hostile_text_as_it_was_written(world):
    wrong, kinds = {}, set()
    for message in Message.objects.all():
        kinds.add(message.kind)
        reader = Reader(message.html)
        found = (
            reader.wrong
            + wrongly_shown("".join(reader.texts))
            + wrongly_shown(message.text)
            + wrongly_shown(message.subject + "…")
        )
        if found or OVERRIDE in message.html + message.text + message.subject or "\n" in message.subject:
            wrong[message.kind] = found[:3]
    assert wrong == {}
    assert {"grants/application_arrived", "grants/application_receipt", "grants/completion_asked", "grants/decision"} <= kinds


def test_receipt_and_letter_show_hostile_text_as_it_was_written(world, tmp_path):
    core = unbroken(CORE.replace("🦦", ""))
    first = world.application.versions.get(number=1)
    text = unbroken(running_text_of(store.read(first.receipt_pdf), tmp_path))
    keys = (
        "purpose",
        "summary",
        "overallgoal",
        "organisation",
        "strategylink",
        "childrights",
        "partner1name",
        "goal1activities",
        "fin",
        "sig",
        "other",
    )
    assert [key for key in keys if f"zq{key}:{core}" not in text] == []
    assert (unbroken(world.file.name) in text, "1337" in text, OVERRIDE in text) == (True, False, False)
    for decision in Decision.objects.exclude_drafts():
        letter = unbroken(running_text_of(store.read(decision.letter), tmp_path))
        keys = ["dreasons", "dconditions", "dfollowup", "dfinancingplan", "dfinalreport", "dstrategylink", "dnoappeal",
                "ddecidingbody", "dpresenter", "dtookpart", *(["correction"] if decision.version > 1 else [])]  # fmt: skip
        assert [key for key in keys if f"zq{key}:{core}" not in letter] == []
        assert ("1337" in letter, OVERRIDE in letter) == (False, False)


# ---- Files


def rows_of(client, address, kind):
    response = client.get(address)
    assert (response.status_code, response["X-Content-Type-Options"]) == (200, "nosniff"), address
    whole = response.getvalue()
    if kind == "csv":
        return list(csv.reader(io.StringIO(whole.decode("utf-8-sig"), newline=""), delimiter=";"))
    sheet = openpyxl.load_workbook(io.BytesIO(whole)).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} & {"f", "e"} == set()
    return [["" if value is None else value for value in row] for row in sheet.values]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_no_list_or_budget_holds_a_formula(kind, formula, time_machine):
    time_machine.move_to(applications.HANDED_IN, tick=False)
    stage = scene(lowest_own_share=0)
    stage.organisation.name = f"{formula}org"
    stage.organisation.save()
    application = make.create_invited(stage.sketch, by=stage.leader)
    words = {"title": f"{formula}titel", "b_c0_label": f"{formula}rad", "b_f1_financier": f"{formula}vi"}
    applications.write(application, **{name: clean_text(text) for name, text in words.items()})
    writer = signed_in(stage.writer)
    budget = rows_of(writer, reverse("application_budget_file", args=[application.pk, kind]), kind)
    applications.send_in(application)
    decisions.prepare(application, by=stage.leader, at=applications.HANDED_IN)
    day = {"decided_on": applications.HANDED_IN.date()}
    decisions.issue(decisions.write(application, by=stage.leader, at=applications.HANDED_IN, **day), by=stage.decider,
                    at=applications.HANDED_IN)  # fmt: skip
    leader = signed_in(stage.leader)
    addresses = [
        reverse("applications_board_file", args=[stage.call.slug, kind]), reverse("decision_list_file", args=[kind]),
        reverse("case_record_file", args=[stage.sketch.pk, kind]),
    ]  # fmt: skip
    cells = [
        str(cell) for rows in [budget, *(rows_of(leader, address, kind) for address in addresses)] for row in rows for cell in row
    ]
    ours = [
        cell
        for cell in cells
        if (any(cell.endswith(end) for end in ("titel", "rad", "vi", "org")) and "1" in cell) or "SUM" in cell
    ]
    assert len(ours) >= 4
    assert [cell for cell in ours if cell != harmless(cell)] == []
