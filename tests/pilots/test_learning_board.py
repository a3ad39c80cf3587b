"""Information items for the board: AC-040 to AC-046, by number."""

import datetime as dt
import io
import time
import zipfile

import pdfua
import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from docx import Document
from docx.oxml.ns import qn

from grants import actions as grants_actions
from kraftsamling.accounts.models import Membership, OrganisationKind
from kraftsamling.lib.single_child import single_child_hints
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from pilots import board, board_documents
from pilots.actions import board as actions
from pilots.forms.board import BoardItemForm, board_item_content
from pilots.models import BoardItem, Project, ProjectPartner
from pilots.states import BOARD_ITEM_MOVES, BoardItemState
from tests.factories import learning as make
from tests.factories.accounts import OrganisationFactory
from tests.factories.pilots import create_elsewhere
from tests.grants import trail
from tests.grants.scene import again, fresh, signed_in, storable
from tests.kept import kept
from tests.pilots.learning_scene import granted, light

pytestmark = pytest.mark.django_db

AT = make.AT
HEADING = {"title": "Om kraftsamlingen", "meeting": "Regional tillväxtnämnd", "meeting_on": dt.date(2027, 9, 1), "limit": 30}


def make_stage():
    found = light()
    town = OrganisationFactory(name="Hallsbergs kommun", kind=OrganisationKind.MUNICIPALITY)
    found.town = create_elsewhere(found.programme, owner=town, by=found.leader, title="Vändpunkten")
    found.girls = create_elsewhere(found.programme, by=found.leader, title="Girl Unit")
    values = {"target_group": "Flickor och icke-binära unga", "summary": "Träffar med fasta ledare."}
    Project.objects.filter(pk=found.girls.pk).update(**values)
    found.projects = [found.girls, found.town]
    analysis = make.create_analysis(found.programme, by=found.leader)
    make.create_finding(analysis, by=found.leader, title="Vuxna som stannar")
    make.publish(again(analysis), by=found.leader)
    found.analysis = again(analysis)
    found.item = make.create_board_item(found.programme, _fresh(found.projects), by=found.leader, analysis=found.analysis)
    return found


_stage_once, stage = kept(make_stage)


def _fresh(projects):
    return list(Project.objects.filter(pk__in=[one.pk for one in projects]).select_related("owner"))


def edit(item, *, by, texts=None, revision=None, **heading):
    item = again(item)
    actions.edit_board_item(
        item,
        values={**HEADING, **heading},
        texts=texts or {},
        revision=item.revision if revision is None else revision,
        by=by,
        at=AT,
    )
    return again(item)


# ---- AC-040 to AC-046


def test_ac_040_the_description_is_made_and_can_be_edited(stage):
    made = stage.item.content["description"]
    assert stage.programme.name in made
    assert edit(stage.item, by=stage.team, texts={"description": "En egen text."}).content["description"] == "En egen text."


def test_ac_041_two_projects_with_owner_target_group_and_what_is_tried(stage):
    rows = board.project_rows(stage.projects, stage.item.content)
    assert [(row["name"], row["owner"]) for row in rows] == [
        ("Vändpunkten", "Hallsbergs kommun"),
        ("Girl Unit", stage.girls.owner.name),
    ]
    assert (rows[1]["target"], rows[1]["tried"]) == ("Flickor och icke-binära unga", "Träffar med fasta ledare.")
    with pytest.raises(TransitionRefused):
        make.create_board_item(stage.programme, [stage.town], by=stage.leader)


def test_ac_041_a_granted_project_tells_what_its_application_says():
    stage = granted()
    item = make.create_board_item(stage.programme, [stage.project, stage.other], by=stage.leader)
    texts = {name.partition("_")[2]: text for name, text in item.content.items() if name.startswith(f"p{stage.project.pk}_")}
    assert texts["target"] == "Unga 13–16 år, omkring 80 personer."
    assert "lots" in texts["tried"]


@pytest.mark.parametrize("ticked", [False, True])
def test_ac_042_a_text_about_a_single_child_is_asked_about(stage, ticked):
    text = "Alva Berg går i klass 7B och trivs bättre."
    assert single_child_hints(text)
    typed = {**_typed(stage.item), f"p{stage.town.pk}_target": text, **({"groups_only": "on"} if ticked else {})}
    form = BoardItemForm(typed, item=stage.item, projects=stage.projects)
    assert form.is_valid() is ticked
    assert ("groups_only" in form.errors) is not ticked


def test_ac_043_the_joint_analysis_stands_in_it_without_quotes(stage):
    text = "\n".join(text for name, text in stage.item.content.items() if name.startswith("analysis_"))
    for part in ("Tillit tar tid.", "Tiden räcker inte.", "En chef som äger frågan.", "Vuxna som stannar"):
        assert part in text


def test_ac_044_it_is_an_information_item_with_the_programmes_next_number(stage):
    second = make.create_board_item(stage.programme, _fresh(stage.projects), by=stage.leader)
    assert (stage.item.number, second.number) == (1, 2)
    assert "informationsärende" in _words(docx(stage.item)).casefold()


def test_ac_045_the_running_order_has_four_parts(stage):
    parts = board.running_order(stage.item.content)
    assert [(part["title"], part["presenter"], part["organisation"], part["minutes"]) for part in parts] == [
        ("Inledning", "Leda Process", "Örebro län", ""),
        ("Vändpunkten", "", "Hallsbergs kommun", ""),
        ("Girl Unit", "", stage.girls.owner.name, ""),
        ("Samlad analys", "Leda Process", "Örebro län", ""),
    ]


def test_ac_045_each_of_more_projects_has_its_point(stage):
    item = make.create_board_item(stage.programme, _fresh([*stage.projects, stage.other]), by=stage.leader)
    titles = ["Inledning", "Vändpunkten", "Girl Unit", "Vuxna som stannar", "Samlad analys"]
    assert [part["title"] for part in board.running_order(item.content)] == titles
    form = BoardItemForm(_typed(item), item=item, projects=[*stage.projects, stage.other])
    assert ("part5_minutes" in form.fields, "part6_minutes" in form.fields) == (True, False)
    page = signed_in(stage.leader).get(reverse("board_item_edit", args=[item.pk])).content.decode()
    assert [page.count(f'aria-label="Punkt {number}" role="group"') for number in range(1, 7)] == [1, 1, 1, 1, 1, 0]
    with pytest.raises(TransitionRefused):
        edit(item, by=stage.leader, texts={"part4_minutes": "20", "part5_minutes": "11"})
    assert edit(item, by=stage.leader, texts={"part4_minutes": "20", "part5_minutes": "10"}).minutes == 30
    assert [row.cells[1].text for row in Document(io.BytesIO(docx(item))).tables[0].rows][1:6] == titles


@pytest.mark.parametrize(
    ("minutes", "limit", "goes"),
    [(["", "", "", ""], 30, True), ([5, 10, 10, 5], 30, True), ([5, 10, 10, 6], 30, False), ([5, 10, 10, 6], 31, False), ([5, 5, 5, 5], 31, False), ([5, 5, 5, 5], 20, True), ([31, "", "", ""], 30, False)],
)  # fmt: skip
def test_ac_045_the_minutes_never_exceed_the_limit(stage, minutes, limit, goes):
    texts = {f"part{number}_minutes": str(value) for number, value in enumerate(minutes, start=1)}
    form = BoardItemForm({**_typed(stage.item), **texts, "limit": str(limit)}, item=stage.item, projects=stage.projects)
    assert form.is_valid() is goes
    if goes:
        item = edit(stage.item, by=stage.leader, texts=texts, limit=limit)
        assert (item.minutes, item.limit) == (sum(value or 0 for value in minutes), limit)
    else:
        with pytest.raises(TransitionRefused):
            edit(stage.item, by=stage.leader, texts=texts, limit=limit)
        assert again(stage.item).minutes == 0


def test_ac_045_the_database_holds_the_limit_too(stage):
    assert stage.item.limit == 30
    with pytest.raises(IntegrityError), transaction.atomic():
        BoardItem.objects.filter(pk=stage.item.pk).update(minutes=31)
    with pytest.raises(IntegrityError), transaction.atomic():
        BoardItem.objects.filter(pk=stage.item.pk).update(minutes=31, limit=31)


def test_ac_046_word_has_real_headings_a_header_row_and_is_in_swedish(stage):
    item = edit(stage.item, by=stage.leader, texts={"part1_minutes": "5"})
    document = Document(io.BytesIO(docx(item)))
    assert [(p.style.name, p.text) for p in document.paragraphs if p.style.name.startswith("Heading")][:3] == [
        ("Heading 1", "Om kraftsamlingen"), ("Heading 2", "Vad det handlar om"), ("Heading 2", "Projekt"),
    ]  # fmt: skip
    table = document.tables[0]
    assert [cell.text for cell in table.rows[0].cells] == ["Nr", "Punkt", "Föredragande", "Organisation", "Minuter"]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert [row.cells[4].text for row in table.rows[1:]] == ["5", "–", "–", "–", "5"]
    assert [cell.text for cell in table.rows[-1].cells] == ["", "Totalt", "", "", "5"]
    assert [
        row.cells[4].text
        for row in Document(io.BytesIO(docx(edit(item, by=stage.leader, texts={"part1_minutes": ""})))).tables[0].rows[1:]
    ] == ["–"] * 4
    assert (document.core_properties.language, document.core_properties.title) == ("sv-SE", "Om kraftsamlingen")
    lang = document.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    assert lang.get(qn("w:val")) == "sv-SE"


def test_ac_046_the_pdf_is_tagged_archivable_and_in_swedish(stage, tmp_path):
    item = edit(stage.item, by=stage.leader, texts={"part1_minutes": "5"})
    content = board_documents.pdf_of(item)
    (tmp_path / "arende.pdf").write_bytes(content)
    assert [finding.rule_id for finding in pdfua.validate(tmp_path / "arende.pdf").findings] == []
    with pikepdf.open(io.BytesIO(content)) as pdf:
        xml = pdf.Root.Metadata.read_bytes().decode()
        assert (str(pdf.Root.Lang), [xml.count(claim) for claim in ('pdfuaid:part="1"', 'pdfaid:part="3"')]) == ("sv", [1, 1])
    assert content == board_documents.pdf_of(again(item))


def test_ac_046_word_is_quick_enough_to_be_made_at_once(stage):
    docx(stage.item)
    begun = time.process_time()
    docx(stage.item)
    assert time.process_time() - begun < 0.2


def docx(item):
    return board_documents.docx_of(again(item))


def _words(content):
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs)


def _typed(item):
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in board_item_content(item).items()}


# ---- Made anew, ready, taken back


def test_made_anew_it_keeps_what_was_edited(stage):
    edit(stage.item, by=stage.leader, texts={"description": "En egen text.", "part2_presenter": "Kim"})
    Project.objects.filter(pk=stage.girls.pk).update(target_group="Unga 12–18 år")
    item = again(stage.item)
    make_anew(item, stage, by=stage.team)
    content = again(item).content
    assert (content["description"], content["part2_presenter"]) == ("En egen text.", "Kim")
    assert content[f"p{stage.girls.pk}_target"] == "Unga 12–18 år"


def test_made_anew_it_replaces_an_edited_text_when_asked_to(stage):
    edit(stage.item, by=stage.leader, texts={"description": "En egen text.", "part2_presenter": "Kim"})
    make_anew(again(stage.item), stage, by=stage.team, take=["description"])
    content = again(stage.item).content
    assert (stage.programme.name in content["description"], content["part2_presenter"]) == (True, "Kim")


def make_anew(item, stage, *, by, take=(), projects=None, revision=None):
    actions.make_anew(
        item, projects=_fresh(projects or stage.projects), analysis=stage.analysis, take=take,
        revision=item.revision if revision is None else revision, by=by, at=AT,
    )  # fmt: skip


def test_made_anew_with_another_project_it_has_that_ones_texts(stage):
    make_anew(again(stage.item), stage, by=stage.team, projects=[stage.town, stage.other])
    item = again(stage.item)
    assert set(item.projects.all()) == {stage.town, stage.other}
    assert (f"p{stage.girls.pk}_name" in item.content, item.content[f"p{stage.other.pk}_name"]) == (False, "Vuxna som stannar")


def test_made_anew_with_one_project_more_each_keeps_its_presenter(stage):
    edit(stage.item, by=stage.leader, texts={"part3_presenter": "Kim", "part4_presenter": "Robin", "part4_minutes": "9"})
    make_anew(again(stage.item), stage, by=stage.team, projects=[*stage.projects, stage.other], take=["part4_presenter"])
    item = again(stage.item)
    assert [(part["title"], part["presenter"], part["minutes"]) for part in board.running_order(item.content)] == [
        ("Inledning", "Leda Process", ""),
        ("Vändpunkten", "", ""),
        ("Girl Unit", "Kim", ""),
        ("Vuxna som stannar", "", ""),
        ("Samlad analys", "Leda Process", "9"),
    ]
    make_anew(again(stage.item), stage, by=stage.team, projects=[stage.girls, stage.other])
    parts = board.running_order(again(stage.item).content)
    assert [(part["title"], part["presenter"]) for part in parts[1:3]] == [("Girl Unit", "Kim"), ("Vuxna som stannar", "")]
    assert (len(parts), parts[3]["minutes"], again(stage.item).minutes) == (4, "9", 9)


def test_of_two_who_save_at_once_one_wins(stage):
    edit(stage.item, by=stage.team, texts={"description": "Först."})
    for act in (
        lambda: edit(stage.item, by=stage.leader, texts={"description": "Sedan."}, revision=1),
        lambda: make_anew(again(stage.item), stage, by=stage.leader, revision=1),
        lambda: actions.ready_board_item(again(stage.item), revision=1, by=stage.leader, at=AT),
    ):
        with pytest.raises(LostRace):
            act()
    assert again(stage.item).content["description"] == "Först."


@pytest.mark.parametrize("was", BoardItemState)
def test_each_state_allows_what_the_table_says(stage, was):
    if was == BoardItemState.READY:
        actions.ready_board_item(again(stage.item), revision=1, by=stage.leader, at=AT)
        for act in (lambda: edit(stage.item, by=stage.leader), lambda: make_anew(again(stage.item), stage, by=stage.leader)):
            with pytest.raises(TransitionRefused):
                act()
    acts = {
        BoardItemState.READY: lambda: actions.ready_board_item(
            again(stage.item), revision=again(stage.item).revision, by=stage.leader, at=AT
        ),
        BoardItemState.DRAFT: lambda: actions.reopen_board_item(again(stage.item), by=stage.leader, at=AT),
    }
    for to, act in acts.items():
        if to in BOARD_ITEM_MOVES[was]:
            act()
            assert again(stage.item).state == to
            break
        with pytest.raises(TransitionRefused):
            act()


def test_the_steering_group_reads_it_when_it_is_ready(stage):
    assert list(BoardItem.objects.visible_to(stage.steering)) == []
    actions.ready_board_item(again(stage.item), revision=1, by=stage.leader, at=AT)
    for who, may in (("steering", True), ("decider", True), ("reference", False), ("writer", False), ("stranger", False)):
        assert list(BoardItem.objects.visible_to(getattr(stage, who))) == [stage.item] * may


@pytest.mark.parametrize("who", ["steering", "decider", "reference", "writer", "stranger"])
def test_readers_do_not_write(stage, who):
    person = getattr(stage, who)
    acts = [
        lambda: make.create_board_item(stage.programme, _fresh(stage.projects), by=person),
        lambda: edit(stage.item, by=person),
        lambda: make_anew(again(stage.item), stage, by=person),
        lambda: actions.ready_board_item(again(stage.item), revision=1, by=person, at=AT),
        lambda: actions.reopen_board_item(again(stage.item), by=person, at=AT),
    ]
    since = trail.mark()
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()
    assert trail.entries(since) == []


def test_an_item_about_a_project_is_closed_to_who_is_in_conflict_in_it():
    stage = granted()
    item = make.create_board_item(stage.programme, [stage.project, stage.other], by=stage.leader)
    for person in (stage.team, stage.steering):
        if person == stage.team:
            grants_actions.declare_on_case(stage.sketch, ground="Släkt.", by=person, at=AT)
            assert list(BoardItem.objects.visible_to(fresh(person))) == []
    assert list(BoardItem.objects.visible_to(stage.leader)) == [item]
    with pytest.raises(PermissionDenied):
        make.create_board_item(stage.programme, [stage.project, stage.other], by=fresh(stage.team))


def test_an_item_is_closed_to_who_belongs_to_a_partner_of_a_project_in_it_also_where_it_was_decided_elsewhere():
    stage = granted()
    elsewhere = create_elsewhere(stage.programme)
    item = make.create_board_item(stage.programme, [stage.project, elsewhere], by=stage.leader)
    actions.ready_board_item(item, revision=item.revision, by=stage.leader, at=AT)
    assert list(BoardItem.objects.visible_to(fresh(stage.steering))) == [item]
    own = OrganisationFactory()
    Membership.objects.create(user=stage.steering, organisation=own)
    ProjectPartner.objects.create(project=elsewhere, name=own.name, organisation=own)
    assert list(BoardItem.objects.visible_to(fresh(stage.steering))) == []


HOSTILE = "<script>alert(1)</script> & =1+1 😀 \x00 \u202e ]]> " + "x" * 500


def test_hostile_text_is_only_text_in_both_documents(stage):
    item = edit(
        stage.item,
        by=stage.leader,
        texts={"description": storable(HOSTILE), "part1_presenter": "<b>=cmd</b>"},
        title="<i>Titel</i>",
    )
    content = docx(item)
    assert "<script>alert(1)</script> & =1+1 😀" in _words(content)
    assert "\x00" not in zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    assert board_documents.pdf_of(item).startswith(b"%PDF")
    assert board_documents.file_name(item).isascii()
