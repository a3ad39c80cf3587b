"""The pages of what is learned: who reads what, how many questions they ask, hostile texts, and what a form refuses."""

import io
from urllib.parse import unquote

import openpyxl
import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse

from grants import actions as grants_actions
from kraftsamling.programmes.models import Role
from pilots.actions import board, evaluations
from pilots.actions import learning as actions
from pilots.models import (
    BoardItem,
    DocumentBuild,
    Indicator,
    IndicatorValue,
    InterviewNote,
    Learning,
    Passage,
    Project,
    Theme,
    YearlyFollowUp,
)
from tests.factories import grants
from tests.factories import learning as make
from tests.factories.pilots import create_elsewhere
from tests.grants.scene import EVERY_ROLE, again, fresh, people, questions, signed_in, told
from tests.kept import kept
from tests.pilots.learning_scene import granted, light

pytestmark = pytest.mark.django_db

AT = make.AT
NUMBER = "811228-9874"
HOSTILE = "<script>alert(1)</script> =1+1 😀 \u202e"
LISTS = [
    "learning_list", "indicator_overview", "note_list", "theme_list", "theme_matrix", "passage_list", "analysis_list", "evaluation_list",
    "follow_up_list", "board_item_list",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(AT, tick=False):
        yield


def make_stage():
    return light()


_stage_once, stage = kept(make_stage)


def test_the_list_of_learnings_offers_the_factors_and_projects_of_what_is_read(stage):
    other = light()
    areas = list(stage.programme.focus_areas.order_by("position"))
    for one in (stage, other):
        make.create_learning(one.project, by=one.leader, focus_areas=list(one.programme.focus_areas.order_by("position")[:1]))

    def offered(**asked):
        page = signed_in(stage.leader).get(reverse("learning_list"), asked)
        fields = page.context["filter_form"].fields
        shown = [learning.project_id for learning in page.context["page"]]
        return list(fields["faktor"].queryset), [key for key, _name in fields["projekt"].choices], shown

    assert offered() == (areas, ["", stage.project.pk], [stage.project.pk])
    assert offered(faktor=areas[0].pk)[2] == [stage.project.pk]
    assert offered(faktor=areas[1].pk)[2] == []
    Learning.objects.filter(project=other.project).update(is_public=True)
    assert offered()[:2] == (
        [*areas, *other.programme.focus_areas.order_by("position")],
        [
            "",
            *Project.objects.filter(pk__in=[stage.project.pk, other.project.pk])
            .order_by("title", "pk")
            .values_list("pk", flat=True),
        ],
    )


def filled(stage, project):
    """One row more in every list."""
    note = make.create_note(project, by=stage.leader)
    theme = make.create_theme(stage.programme, f"Tema {project.pk}", by=stage.leader)
    actions.code_passage(note, theme=theme, quote=make.TRUST, by=stage.leader, at=AT)
    make.approve(note, by=stage.leader)
    areas = list(stage.programme.focus_areas.all()[:2])
    make.create_learning(project, by=stage.leader, note=note, focus_areas=areas)
    version = make.create_report(project, by=stage.leader)
    indicator = Indicator.objects.create(project=project, name="Deltagare", unit="personer", baseline=0, target=40)
    IndicatorValue.objects.create(indicator=indicator, version=version, measured_on=AT.date(), value=12, women=7, men=5)
    analysis = make.create_analysis(stage.programme, by=stage.leader)
    make.create_finding(analysis, by=stage.leader)
    make.publish(again(analysis), by=stage.leader)
    make.create_evaluation(stage.programme, by=stage.leader, project=project)
    YearlyFollowUp.objects.create(project=project, year=2027, due_on=AT.date(), made_at=AT)
    make.create_board_item(stage.programme, [stage.project, stage.other], by=stage.leader)


def test_one_and_three_rows_ask_the_same_few_questions(stage):
    client, asked = signed_in(stage.leader), {}
    for count in (1, 3):
        for _ in range(count if count == 1 else 2):
            filled(stage, create_elsewhere(stage.programme, by=stage.leader))
        for name in LISTS:
            cache.clear()
            asked[name, count] = len(questions(client, reverse(name))[0])
    assert {name: (asked[name, 1], asked[name, 3]) for name in LISTS if asked[name, 1] != asked[name, 3]} == {}
    assert {name: asked[name, 3] for name in LISTS if asked[name, 3] > 12} == {}


def test_pages_of_one_thing_ask_few_questions(stage):
    for project in (stage.project, stage.other):
        filled(stage, project)
    analysis, item = stage.programme.analyses.first(), BoardItem.objects.first()
    board.edit_board_item(
        item,
        values={"title": "A", "meeting": "B", "meeting_on": AT.date(), "limit": 30},
        texts={},
        revision=1,
        by=stage.leader,
        at=AT,
    )
    pages = [
        Learning.objects.first().get_absolute_url(), InterviewNote.objects.first().get_absolute_url(), analysis.get_absolute_url(),
        item.get_absolute_url(), reverse("board_item_edit", args=[item.pk]), reverse("board_item_docx", args=[item.pk]),
        stage.programme.evaluations.first().get_absolute_url(), YearlyFollowUp.objects.first().get_absolute_url(),
        reverse("project_learning", args=[stage.project.pk]), reverse("learning_create", args=[stage.project.pk]),
    ]  # fmt: skip
    counts = {url: len(questions(signed_in(stage.leader), url)[0]) for url in pages}
    assert {url: count for url, count in counts.items() if count > 15} == {}


# ---- Who reads what


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_who_reads_a_learning_and_a_note(stage, role):
    person = people(stage.programme, stage.project.owner)[role]
    draft = make.create_note(stage.project, by=stage.leader)
    shared = make.approve(make.create_note(stage.project, by=stage.leader), by=stage.leader)
    from_draft = make.create_learning(stage.project, by=stage.leader, note=draft)
    plain, public = (
        make.create_learning(stage.project, by=stage.leader),
        make.create_learning(stage.other, by=stage.leader, is_public=True),
    )
    officer = role in {Role.PROCESS_LEADER, Role.PROCESS_TEAM}
    staff = officer or role in {
        Role.DECISION_MAKER, Role.STEERING_GROUP, Role.FINANCE_OFFICER, Role.COMMUNICATIONS_OFFICER,
    }  # fmt: skip
    seen = set(Learning.objects.visible_to(person))
    expected = {public} if person.is_authenticated else set()
    expected |= {plain, from_draft} if staff else {plain} if role == "member" else set()
    assert seen == expected
    notes = set(InterviewNote.objects.visible_to(person))
    assert notes == ({draft, shared} if officer else {shared} if role == "member" else set())


def test_nothing_of_a_project_is_read_by_who_is_in_conflict_in_it():
    stage = granted()
    for project in (stage.project, stage.other):
        filled(stage, project)
        make.create_learning(project, by=stage.leader, is_public=True)
    note = InterviewNote.objects.get(project=stage.project)
    grants_actions.declare_on_case(stage.sketch, ground="Släkt.", by=stage.team, at=AT)
    client = signed_in(fresh(stage.team))
    title = stage.project.title
    for name in LISTS:
        assert title not in client.get(reverse(name)).content.decode(), name
    for name in ("learning_list_file", "theme_matrix_file", "indicator_overview_file"):
        response = client.get(reverse(name, kwargs={"kind": "csv"}))
        content = b"".join(response.streaming_content).decode()
        assert (title in content, stage.other.title in content) == (False, True), name
    pages = [
        note.get_absolute_url(), Learning.objects.filter(project=stage.project).first().get_absolute_url(),
        reverse("note_create", args=[stage.project.pk]), reverse("project_learning", args=[stage.project.pk]),
        stage.programme.evaluations.get(project=stage.project).get_absolute_url(),
        YearlyFollowUp.objects.get(project=stage.project).get_absolute_url(),
    ]  # fmt: skip
    assert {client.get(url).status_code for url in pages} == {404}
    search = client.get(reverse("search"), {"q": "samma vuxna"}).content.decode()
    assert (note.get_absolute_url() in search, InterviewNote.objects.get(project=stage.other).get_absolute_url() in search) == (
        False,
        True,
    )


def test_the_steering_group_counts_passages_and_opens_none(stage):
    filled(stage, stage.project)
    page = signed_in(stage.steering).get(reverse("theme_matrix")).content.decode()
    assert (reverse("passage_list") in page, stage.project.title in page) == (False, True)
    assert signed_in(stage.steering).get(reverse("passage_list")).status_code == 404
    opened = signed_in(stage.leader).get(reverse("theme_matrix"))
    assert f"{reverse('passage_list')}?projekt={stage.project.pk}" in opened.content.decode()


def test_every_number_of_the_matrix_is_the_number_of_passages_behind_it(stage):
    for project in (stage.project, stage.other):
        filled(stage, project)
    client = signed_in(stage.leader)
    found = client.get(reverse("theme_matrix")).context["matrix"]
    for row in found.rows:
        for cell in row.cells:
            query = {"projekt": row.project.pk, "tema": cell.theme.pk}
            assert client.get(reverse("passage_list"), query).context["page"].paginator.count == cell.count
        total = client.get(reverse("passage_list"), {"projekt": row.project.pk}).context["page"].paginator.count
        assert total == row.total == sum(cell.count for cell in row.cells)
    assert found.total == Passage.objects.count() == sum(cell.count for cell in found.totals)


def test_the_reference_group_reads_the_analysis_without_case_details(stage):
    filled(stage, stage.project)
    analysis = stage.programme.analyses.get()
    page = signed_in(stage.reference).get(analysis.get_absolute_url()).content.decode()
    assert ("Tillit tar tid." in page, stage.project.title in page) == (True, False)


# ---- Filters, files


def test_the_filters_of_the_list_are_those_of_its_files(stage):
    make.create_learning(stage.project, by=stage.leader, text="Affischer nådde ingen.", kind="not_worked")
    make.create_learning(stage.other, by=stage.leader, text="Mat gjorde att fler kom.")
    client = signed_in(stage.leader)
    for query, expected in [
        ({"slag": "not_worked"}, ["Affischer nådde ingen."]),
        ({"projekt": stage.other.pk}, ["Mat gjorde att fler kom."]),
        ({"q": "mat KOM"}, ["Mat gjorde att fler kom."]),
        ({"kalla": "intervju"}, []),
        ({"kalla": "handlaggare", "slag": "worked"}, ["Mat gjorde att fler kom."]),
    ]:
        page = client.get(reverse("learning_list"), query)
        assert [learning.text for learning in page.context["page"]] == expected
        book = openpyxl.load_workbook(io.BytesIO(client.get(reverse("learning_list_file", args=["xlsx"]), query).content))
        assert [row[3].value for row in list(book.active.rows)[1:]] == expected


def test_the_latest_outcome_is_the_one_of_an_approved_report(stage):
    filled(stage, stage.project)
    indicator = Indicator.objects.get()
    unapproved = make.create_report(stage.project, by=stage.leader, approved=False, number=2)
    IndicatorValue.objects.create(indicator=indicator, version=unapproved, measured_on=AT.date(), value=39)
    row = signed_in(stage.steering).get(reverse("indicator_overview")).context["page"].object_list[0]
    assert (row.latest_value, row.latest_women) == (12, 7)


# ---- Hostile texts, and what is refused


def test_hostile_text_is_only_text_on_pages_and_in_files(stage):
    note = make.create_note(stage.project, by=stage.leader, text=HOSTILE, held_with="<b>x</b>")
    theme = make.create_theme(stage.programme, "=cmd|'<i>'", by=stage.leader)
    actions.code_passage(note, theme=theme, quote=HOSTILE[:30], by=stage.leader, at=AT)
    make.approve(note, by=stage.leader)
    learning = make.create_learning(stage.project, by=stage.leader, text="=HYPERLINK(1) <script>alert(1)</script>")
    analysis = make.create_analysis(stage.programme, by=stage.leader, title="<u>A</u>")
    make.create_finding(analysis, by=stage.leader, title="<script>alert(1)</script>", text=HOSTILE)
    make.publish(again(analysis), by=stage.leader)
    client = signed_in(stage.leader)
    pages = [reverse(name) for name in LISTS] + [
        note.get_absolute_url(),
        learning.get_absolute_url(),
        analysis.get_absolute_url(),
    ]
    for url in pages:
        assert "<script>alert(1)" not in client.get(url).content.decode(), url
        assert "<b>x</b>" not in client.get(url).content.decode(), url
    for name in ("learning_list_file", "theme_matrix_file"):
        book = openpyxl.load_workbook(io.BytesIO(client.get(reverse(name, args=["xlsx"])).content))
        cells = [cell for row in book.active.rows for cell in row]
        assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
        assert [cell.coordinate for cell in cells if str(cell.value).startswith("=")] == []


def _note(text, **more):
    return {"held_on": "2027-05-30", "held_with": "Projektledaren", "text": text, **more}


def test_a_note_with_a_personal_identity_number_is_refused(stage):
    page = signed_in(stage.leader).post(reverse("note_create", args=[stage.project.pk]), _note(f"Hon har {NUMBER}."))
    assert (page.status_code, InterviewNote.objects.count()) == (422, 0)
    assert "personnumret" in page.content.decode()


def test_a_name_with_a_class_is_asked_about_and_saved_when_we_are_wrong(stage):
    client, url = signed_in(stage.leader), reverse("note_create", args=[stage.project.pk])
    plain = client.get(url).content.decode()
    page = client.post(url, _note("Alva går i klass 7B och trivs."))
    assert (page.status_code, InterviewNote.objects.count()) == (422, 0)
    assert ('type="checkbox" name="groups_only"' in plain, 'type="checkbox" name="groups_only"' in page.content.decode()) == (
        False,
        True,
    )
    assert client.post(url, _note("Alva går i klass 7B och trivs.", groups_only="on")).status_code == 302
    assert InterviewNote.objects.get().text == "Alva går i klass 7B och trivs."


@pytest.mark.parametrize(("text", "status"), [("x" * 200_000, 422), ("Bra 😀", 302), ("NUL\x00 här", 302), ("", 422)])
def test_long_and_odd_texts(stage, text, status):
    page = signed_in(stage.leader).post(reverse("note_create", args=[stage.project.pk]), _note(text))
    assert (page.status_code, InterviewNote.objects.count()) == (status, int(status == 302))
    assert "\x00" not in "".join(InterviewNote.objects.values_list("text", flat=True))


@pytest.mark.parametrize("text", ["x" * 200_000, f"{NUMBER} 😀", "<script>", "\x00"])
def test_the_draft_of_an_analysis_keeps_whatever_is_typed_and_publishes_only_what_is_right(stage, text):
    analysis = make.create_analysis(stage.programme, by=stage.leader)
    make.create_finding(analysis, by=stage.leader)
    client = signed_in(stage.leader)
    typed = {**make.SYNTHESIS, "learnings": text, "revision": again(analysis).revision}
    saved = client.post(reverse("analysis_autosave", args=[analysis.pk]), typed)
    assert (saved.status_code, saved.json()["conflict"]) == (200, False)
    kept = again(analysis)
    assert kept.content.get("learnings", "") == text.replace("\x00", "")
    assert client.get(reverse("analysis_edit", args=[analysis.pk])).status_code == 200
    client.post(reverse("analysis_publish", args=[analysis.pk]), {"revision": kept.revision})
    assert again(analysis).versions_count == int(text == "<script>")


# ---- Two at once, and logged out while writing


def test_a_second_window_gets_both_texts(stage):
    note = make.create_note(stage.project, by=stage.leader)
    client, url = signed_in(stage.leader), reverse("note_edit", args=[note.pk])
    values = {"held_on": note.held_on, "held_with": note.held_with, "text": "Kollegans text."}
    actions.change_note(again(note), values=values, revision=1, by=stage.team, at=AT)
    page = client.post(url, _note("Min text.", revision=1))
    text = page.content.decode()
    assert (page.status_code, "Kollegans" in text, "Min text." in text, again(note).text) == (409, True, True, "Kollegans text.")


def test_a_second_window_of_the_analysis_gets_a_conflict_page(stage):
    analysis = make.create_analysis(stage.programme, by=stage.leader)
    client = signed_in(stage.leader)
    typed = {**make.SYNTHESIS, "learnings": "Min.", "revision": 0}
    page = client.post(reverse("analysis_save", args=[analysis.pk]), typed)
    assert (page.status_code, "Min." in page.content.decode()) == (409, True)
    saved = client.post(reverse("analysis_autosave", args=[analysis.pk]), typed)
    assert (saved.status_code, saved.json()["conflict"]) == (409, True)
    assert again(analysis).content["learnings"] == "Tillit tar tid."


@pytest.mark.parametrize("name", ["note_create", "learning_create"])
def test_who_was_logged_out_while_writing_gets_the_text_back(stage, client, name):
    url = reverse(name, args=[stage.project.pk])
    answer = client.post(url, _note("En lång text som tog en timme."))
    assert answer.status_code == 302
    query = answer["Location"].partition("parkerad")[2]
    token = query.removeprefix("%3D").removeprefix("=")
    page = signed_in(stage.leader).get(f"{url}?parkerad={token}")
    assert "En lång text som tog en timme." in page.content.decode()
    assert InterviewNote.objects.count() == 0


@pytest.mark.parametrize(
    ("page", "name", "typed"),
    [
        ("evaluation_detail", "evaluation_note", {"anteckning-text": "En lång text som tog en timme."}),
        ("evaluation_detail", "evaluation_close", {"avslut-summary": "En lång text som tog en timme."}),
        ("note_detail", "passage_add", {"quote": "En lång text som tog en timme.", "theme": ""}),
    ],
)
def test_a_small_form_gives_its_text_back_on_the_page_it_stands_on(stage, client, page, name, typed):
    evaluation = make.create_evaluation(stage.programme, by=stage.leader)
    about = evaluation if page == "evaluation_detail" else make.create_note(stage.project, by=stage.leader)
    answer = client.post(reverse(name, args=[about.pk]), typed)
    path = unquote(answer["Location"].partition("next=")[2])
    assert path.partition("?")[0] == reverse(page, args=[about.pk])
    back = signed_in(stage.leader).get(path)
    assert (back.status_code, back.content.decode().count("En lång text som tog en timme.")) == (200, 1)


@pytest.mark.parametrize("name", ["theme_list", "theme_edit"])
def test_a_theme_gives_its_text_back(stage, client, name):
    url = reverse(name, args=[stage.theme.pk] if name == "theme_edit" else [])
    answer = client.post(url, {"name": "Vuxna som stannar kvar", "description": "", "position": "1"})
    back = signed_in(stage.leader).get(unquote(answer["Location"].partition("next=")[2]))
    assert (back.status_code, 'value="Vuxna som stannar kvar"' in back.content.decode()) == (200, True)
    assert list(Theme.objects.values_list("name", flat=True)) == [stage.theme.name]


def test_a_summary_that_comes_too_early_is_not_lost(stage):
    evaluation = make.create_evaluation(stage.programme, by=stage.leader)
    url = reverse("evaluation_close", args=[evaluation.pk])
    answer = signed_in(stage.leader).post(url, {"avslut-summary": "En lång text som tog en timme."})
    assert (answer.status_code, "En lång text som tog en timme." in answer.content.decode()) == (409, True)
    assert again(evaluation).is_open


@pytest.mark.parametrize(("name", "field"), [("evaluation_note", "anteckning-text"), ("evaluation_close", "avslut-summary")])
def test_a_text_that_comes_too_late_is_not_lost_either(stage, name, field):
    evaluation = make.create_evaluation(stage.programme, by=stage.leader)
    evaluations.judge_goal(evaluation.goals.get(), judgement="partly", reasons="En av två.", by=stage.team, at=make.AT)
    evaluations.close_evaluation(again(evaluation), summary="Klart.", by=stage.team, at=make.AT)
    answer = signed_in(stage.leader).post(reverse(name, args=[evaluation.pk]), {field: "En lång text som tog en timme."})
    assert (answer.status_code, "En lång text som tog en timme." in answer.content.decode()) == (409, True)
    assert again(evaluation).summary == "Klart."


# ---- The way through


def test_a_note_is_written_coded_approved_and_quoted_page_by_page(stage):
    client = signed_in(stage.team)
    client.post(reverse("note_create", args=[stage.project.pk]), _note(make.TEXT))
    note = InterviewNote.objects.get()
    client.post(reverse("passage_add", args=[note.pk]), {"quote": make.TRUST, "theme": stage.theme.pk})
    assert client.post(reverse("passage_add", args=[note.pk]), {"quote": "Påhittat.", "theme": stage.theme.pk}).status_code == 422
    client.post(reverse("note_approve", args=[note.pk]), {"revision": again(note).revision})
    programme = f"program-{stage.programme.pk}"
    client.post(reverse("analysis_create"), {"about": programme, "title": "Samlad analys"})
    analysis = stage.programme.analyses.get()
    client.post(reverse("analysis_save", args=[analysis.pk]), {**make.SYNTHESIS, "revision": analysis.revision})
    client.post(
        reverse("finding_add", args=[analysis.pk]), {"kind": "success", "title": "Vuxna som stannar", "theme": stage.theme.pk}
    )
    finding = analysis.findings.get()
    url = reverse("quote_add", args=[analysis.pk, finding.pk])
    assert make.TRUST in client.get(url).content.decode()
    assert client.post(url, {"source": f"intervju-{note.pk}", "quote": "Påhittat."}).status_code == 409
    client.post(url, {"source": f"intervju-{note.pk}", "quote": make.TRUST})
    client.post(reverse("analysis_publish", args=[analysis.pk]), {"revision": again(analysis).revision, "is_public": "on"})
    page = signed_in(stage.steering).get(analysis.get_absolute_url()).content.decode()
    assert (make.TRUST in page, again(analysis).is_public) == (True, True)


def test_an_unapproved_note_is_not_offered_and_not_taken_as_a_source(stage):
    note = make.create_note(stage.project, by=stage.leader)
    analysis = make.create_analysis(stage.programme, by=stage.leader)
    finding = make.create_finding(analysis, by=stage.leader)
    url = reverse("quote_add", args=[analysis.pk, finding.pk])
    page = signed_in(stage.leader).post(url, {"source": f"intervju-{note.pk}", "quote": make.TRUST})
    assert (page.status_code, finding.quotes.count()) == (422, 0)


def test_an_item_is_made_edited_and_printed_page_by_page(stage, settings):
    client = signed_in(stage.leader)
    made = {
        "title": "Om försöken",
        "meeting": "Nämnden",
        "meeting_on": "2027-09-01",
        "projects": [stage.project.pk, stage.other.pk],
    }
    client.post(reverse("board_item_create"), made)
    item = BoardItem.objects.get()
    form = client.get(reverse("board_item_edit", args=[item.pk])).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields} | {
        "meeting_on": "2027-09-01",
        "revision": 1,
        "groups_only": "",
    }
    over = client.post(reverse("board_item_edit", args=[item.pk]), {**typed, "part1_minutes": 20, "part2_minutes": 11})
    assert (over.status_code, again(item).minutes) == (422, 0)
    done = client.post(reverse("board_item_edit", args=[item.pk]), {**typed, "part1_minutes": 20, "part2_minutes": 10})
    assert (done.status_code, again(item).minutes) == (302, 30)
    word = client.get(reverse("board_item_docx", args=[item.pk]))
    assert word["Content-Disposition"] == 'attachment; filename="informationsarende-1-om-forsoken.docx"'
    answer = client.post(reverse("board_item_pdf", args=[item.pk]))
    build = DocumentBuild.objects.get()
    assert (answer["Location"], build.key) == (build.get_absolute_url(), str(again(item).revision))
    again_ = client.post(reverse("board_item_pdf", args=[item.pk]))
    assert again_["Location"] == build.get_absolute_url()
    assert signed_in(stage.steering).get(build.get_absolute_url()).status_code == 404
    client.post(reverse("board_item_ready", args=[item.pk]), {"revision": again(item).revision})
    assert signed_in(stage.steering).get(item.get_absolute_url()).status_code == 200
    assert signed_in(stage.steering).get(build.get_absolute_url()).status_code == 404
    newest = signed_in(stage.steering).post(reverse("board_item_pdf", args=[item.pk]))["Location"]
    assert signed_in(stage.steering).get(newest).status_code == 200


def test_making_anew_asks_about_what_was_edited(stage):
    item = make.create_board_item(stage.programme, [stage.project, stage.other], by=stage.leader)
    heading = {"title": item.title, "meeting": item.meeting, "meeting_on": item.meeting_on, "limit": 30}
    board.edit_board_item(item, values=heading, texts={"description": "Min egen text."}, revision=1, by=stage.leader, at=AT)
    client, url = signed_in(stage.leader), reverse("board_item_anew", args=[item.pk])
    page = client.get(url).content.decode()
    assert ("Min egen text." in page, 'name="take" value="description"' in page) == (True, True)
    typed = {"projects": [stage.project.pk, stage.other.pk], "revision": 2}
    client.post(url, typed)
    assert again(item).content["description"] == "Min egen text."
    client.post(url, {**typed, "revision": 3, "take": ["description"]})
    assert stage.programme.name in again(item).content["description"]


def test_a_follow_up_is_done_page_by_page(stage):
    row = YearlyFollowUp.objects.create(project=stage.project, year=2027, due_on=AT.date(), made_at=AT)
    client = signed_in(stage.leader)
    assert client.post(row.get_absolute_url(), {"done_on": "2027-06-01", "note": ""}).status_code == 422
    answer = client.post(row.get_absolute_url(), {"done_on": "2027-06-01", "note": "Som det var tänkt."})
    assert (answer["Location"], again(row).note) == (reverse("follow_up_list"), "Som det var tänkt.")
    late = client.post(row.get_absolute_url(), {"done_on": "2027-06-01", "note": "En till."})
    assert (late.status_code, "En till." in late.content.decode(), again(row).note) == (409, True, "Som det var tänkt.")


def test_an_evaluation_goes_from_goals_to_a_judgement_page_by_page(stage):
    client = signed_in(stage.leader)
    about = f"projekt-{stage.project.pk}"
    typed = {"about": about, "stage": "Etapp 1", "starts_on": "2027-01-01", "ends_on": "2026-01-01", "goals": "Ett\nTvå"}
    assert client.post(reverse("evaluation_create"), typed).status_code == 422
    client.post(reverse("evaluation_create"), {**typed, "ends_on": "2027-06-30"})
    evaluation = stage.programme.evaluations.get()
    for goal in evaluation.goals.all():
        url = reverse("goal_judge", args=[evaluation.pk, goal.pk])
        assert client.post(url, {"judgement": "partly", "reasons": ""}).status_code == 422
        client.post(url, {"judgement": "partly", "reasons": "Tre av fyra."})
    client.post(reverse("evaluation_note", args=[evaluation.pk]), {"anteckning-text": "Vi byter dag."})
    answer = client.post(reverse("evaluation_close", args=[evaluation.pk]), {"avslut-summary": "På god väg."})
    assert (told(answer) != [], again(evaluation).state, evaluation.notes.count()) == (True, "closed", 1)
    page = signed_in(stage.steering).get(evaluation.get_absolute_url()).content.decode()
    assert ("Tre av fyra." in page, "På god väg." in page) == (True, True)


def test_the_menu_leads_to_the_learning_for_those_it_concerns(stage):
    link = f'href="{reverse("learning_list")}"'
    for person, may in (
        (stage.leader, True),
        (stage.steering, True),
        (stage.reference, True),
        (stage.writer, True),
        (stage.stranger, False),
    ):
        assert (link in signed_in(person).get(reverse("home")).content.decode()) is may
    assert grants.officer(stage.programme, Role.REVIEWER)
    assert evaluations.FOLLOW_UP_MONTH == 10
