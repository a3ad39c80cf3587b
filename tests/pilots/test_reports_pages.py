"""The pages of reports: written without a script, read by those who may, with few questions and nothing obeyed."""

import datetime as dt
import io
import re
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import gettext

from grants.models import ParkedText
from kraftsamling.accounts.models import Membership
from kraftsamling.files import store
from kraftsamling.home.waiting import waiting_for
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.programmes.models import Role
from kraftsamling.search import index
from pilots import builds, report_content, report_documents
from pilots.actions import reports as actions
from pilots.forms.reports import sections_of
from pilots.models import DocumentBuild, Indicator, Report, ReportFile, ReportReview, ReportVersion
from tests.factories import grants as make
from tests.factories import reports
from tests.factories.accounts import UserFactory
from tests.factories.pilots import create_elsewhere, create_project, writer
from tests.grants.scene import EVERY_ROLE, fresh, people, questions, signed_in, told
from tests.kept import kept
from tests.pilots.test_reports_pdf import picture

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2027, 4, 20, 9, tzinfo=STOCKHOLM)
HOSTILE = "<script>alert('zq1')</script>{{ 7|add:7 }}=cmd|'/c calc'!A1 🐟 שלום"
READS_THE_CASE = {"member", Role.PROCESS_LEADER, Role.PROCESS_TEAM, Role.DECISION_MAKER, Role.FINANCE_OFFICER}


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


def make_project():
    return create_project()


_project_once, project = kept(make_project)


@pytest.fixture
def report(project):
    return project.reports.get(number=1)


@pytest.fixture
def officer(project):
    return make.officer(project.programme, name="Leda Process")


@pytest.fixture
def member(project):
    return signed_in(writer(project))


def url(name, report, *args):
    return reverse(name, args=[report.pk, *args])


def typed_by_part(report):
    """What the pages of the form send, part by part."""
    typed = reports.typed_report(report)
    from pilots.forms.reports import ReportForm

    given = report_content.given(report)
    for section in sections_of(report.is_final):
        names = ReportForm(section, typed, given=given).fields
        yield section.key, {name: value for name, value in typed.items() if name in names}


# ---- The whole way, by forms alone


def test_a_report_goes_the_whole_way_without_a_script(report, member, officer):
    page = member.get(report.get_absolute_url())
    assert url("report_edit", report, "genomfort") in page.content.decode()
    revision = 0
    for key, typed in typed_by_part(report):
        answer = member.post(url("report_edit", report, key), {**typed, "revision": revision, "next": "las-igenom"})
        assert answer.status_code == 302
        revision = actions.draft_of(report).revision
    preview = member.get(url("report_preview", report)).content.decode()
    assert "Affischer i skolan gav ingenting." in preview
    sent = member.post(url("report_submit", report), {"revision": revision, "is_true": "on"}, follow=True)
    assert told(sent) == [f"Rapporten är inskickad. Kvitto P{report.project_id}-R1-1."]

    client = signed_in(officer)
    review = client.get(url("report_review", report)).content.decode()
    assert "Affischer i skolan gav ingenting." in review
    kept = client.post(url("report_review", report), {"revision": 0, "comment_resultat": "Hur många?", "save": "1"})
    assert kept["Location"] == url("report_review", report)
    assert "Hur många?" not in member.get(report.get_absolute_url()).content.decode()
    given_back = {"revision": 1, "comment_resultat": "Hur många?", "due_on": "2027-05-10", "return": "1"}
    assert client.post(url("report_review", report), given_back)["Location"] == report.get_absolute_url()
    assert "Hur många?" in member.get(report.get_absolute_url()).content.decode()
    assert "Hur många?" in member.get(url("report_edit", report, "resultat")).content.decode()

    reports.create_submitted(Report.objects.get(pk=report.pk), at=NOW, results="Fyrtio unga.")
    compared = member.get(url("report_compare", report)).content.decode()
    assert "<ins>" in compared
    approved = client.post(url("report_review", report), {"revision": 0, "approve": "1"}, follow=True)
    assert told(approved)[-1] == "Rapporten är godkänd, och organisationen har fått veta det."
    assert Report.objects.get(pk=report.pk).approved_by == officer


def test_an_unfinished_report_is_not_sent_in(report, member):
    page = member.get(url("report_preview", report)).content.decode()
    assert "Rapporten kan inte skickas in än" in page
    member.post(url("report_submit", report), {"revision": 0, "is_true": "on"})
    assert ReportVersion.objects.count() == 0


def test_it_is_not_sent_in_before_it_is_said_to_be_right(report, member):
    revision = reports.write(report)
    answer = member.post(url("report_submit", report), {"revision": revision})
    assert (answer.status_code, ReportVersion.objects.count()) == (200, 0)
    summary = answer.content.decode().split('class="errors" role="alert" tabindex="-1" autofocus')[1].split("</ul>")[0]
    assert re.findall(r'href="#([^"]+)"', summary) == ["id_is_true"]


def test_a_part_that_is_done_is_not_called_the_whole(report, member):
    page = member.get(url("report_edit", report, "bilder")).content.decode()
    words = [gettext("This part is done."), gettext("Everything is filled in.")]
    assert [text in page for text in words] == [True, False]


def test_pressed_twice_there_is_one_receipt(report, member):
    sent = {"revision": reports.write(report), "is_true": "on"}
    for _ in range(2):
        member.post(url("report_submit", report), sent)
    assert ReportVersion.objects.count() == 1


def test_what_is_frozen_is_in_swedish_whatever_the_writer_reads(report, project):
    person = writer(project)
    person.language = "en"
    person.save()
    revision = reports.write(report)
    client = signed_in(person)
    client.cookies["django_language"] = "en"
    client.post(url("report_submit", report), {"revision": revision, "is_true": "on"}, headers={"Accept-Language": "en"})
    content = ReportVersion.objects.get().content
    assert (content["name"], content["sections"][1]["title"]) == ("Lägesrapport 1", "Resultat och lärdomar")


def test_another_activity_is_a_button_away(report, member):
    (path,) = {url("report_edit", report, key) for key, typed in typed_by_part(report) if "activity_1_name" in typed}
    answer = member.post(path, {"revision": 0, "activity_1_name": "Läger", "row": "activity"})
    assert answer["Location"] == f"{path}#row-activity"
    page = member.get(path).content.decode()
    assert (page.count('id="row-activity"'), page.count('name="row" value="activity"')) == (1, 1)
    assert page.index('name="activity_1_name"') < page.index('id="row-activity"') < page.index('name="activity_2_name"')


# ---- Never lose text


def test_autosave_keeps_and_a_second_window_is_told(report, member):
    first = member.post(url("report_autosave", report, "resultat"), {"revision": 0, "results": "Ett"})
    assert first.json()["revision"] == 1
    second = member.post(url("report_autosave", report, "resultat"), {"revision": 0, "results": "Två"})
    assert (second.status_code, second.json()["conflict"]) == (409, True)
    page = member.post(url("report_edit", report, "resultat"), {"revision": 0, "results": "Två"})
    text = page.content.decode()
    assert (page.status_code, "Ett" in text, "Två" in text) == (409, True, True)
    assert actions.draft_of(report).content["results"] == "Ett"


def test_a_text_written_after_log_out_comes_back(report, project, client, member):
    path = url("report_edit", report, "resultat")
    answer = client.post(path, {"revision": 0, "results": "Kvar"})
    assert (answer.status_code, ParkedText.objects.count()) == (302, 1)
    page = member.get(path, {"parkerad": ParkedText.objects.get().token}).content.decode()
    assert ("Kvar" in page, "Texten är tillbaka." in page) == (True, True)
    assert client.post(url("report_autosave", report, "resultat"), {"revision": 0}).status_code == 401


def test_a_whole_novel_is_kept_and_told_to_be_too_long(report, member):
    text = "ord " * 50_000
    member.post(url("report_edit", report, "resultat"), {"revision": 0, "results": text})
    assert actions.draft_of(report).content["results"].split() == text.split()
    assert "Korta den" in member.get(url("report_edit", report, "resultat")).content.decode()


def test_nul_and_direction_overrides_are_taken_away(report, member):
    member.post(url("report_edit", report, "resultat"), {"revision": 0, "results": "a\x00b\u202ec 🐟"})
    assert actions.draft_of(report).content["results"] == "abc 🐟"


# ---- Who reads what


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_who_reads_a_report_its_files_and_documents(report, project, role):
    by = writer(project)
    file = store.store_bytes("a.pdf", b"%PDF-1.4", "application/pdf", by=by)
    actions.add_report_file(report, file=file, by=by)
    version = reports.create_submitted(report)
    build = builds.ask(report_documents.KIND, version.pk, by=by, at=NOW)
    person = people(project.programme, project.owner)[role]
    if role == "nobody":
        return
    client = signed_in(person)
    addresses = [
        report.get_absolute_url(), url("report_version", report, 1), url("report_file", report, file.pk),
        reverse("report_plan", args=[project.pk]), build.get_absolute_url(),
    ]  # fmt: skip
    expected = 200 if role in READS_THE_CASE else 404
    assert [client.get(address).status_code for address in addresses] == [expected] * len(addresses)
    assert list(Report.objects.visible_to(person)) == (list(project.reports.all()) if expected == 200 else [])
    found = {entry.kind for entry in index.find(person, "Affischer", at=NOW)}
    assert ("report" in found) is (expected == 200)


def test_another_organisation_finds_nothing_by_number(report, project):
    by = writer(project)
    link = actions.add_report_file(report, file=store.store_bytes("a.txt", b"hej", "text/plain", by=by), by=by)
    version = reports.create_submitted(report)
    build = builds.ask(report_documents.KIND, version.pk, by=by, at=NOW)
    stranger = signed_in(writer(create_elsewhere(project.programme)))
    pages = [
        url("report_detail", report), url("report_edit", report, "resultat"), url("report_preview", report),
        url("report_version", report, 1), url("report_compare", report), url("report_file", report, link.file_id),
        url("report_review", report), reverse("report_plan", args=[project.pk]), reverse("indicator_list", args=[project.pk]),
        reverse("build_detail", args=[build.pk]), reverse("build_file", args=[build.pk]),
    ]  # fmt: skip
    assert {page: stranger.get(page).status_code for page in pages} == dict.fromkeys(pages, 404)
    posts = [
        url("report_autosave", report, "resultat"), url("report_submit", report), url("report_file_add", report),
        url("report_file_remove", report, link.pk), url("report_pdf", report, 1), reverse("build_again", args=[build.pk]),
    ]  # fmt: skip
    assert {page: stranger.post(page).status_code for page in posts} == dict.fromkeys(posts, 404)
    assert "Fritidslots" not in stranger.get(reverse("report_list")).content.decode()
    assert "Fritidslots" not in b"".join(stranger.get(reverse("report_list_file", args=["csv"])).streaming_content).decode()


def test_a_draft_is_seen_by_nobody_but_the_organisation(report, officer):
    reports.write(report, results="Ett hemligt utkast.")
    client = signed_in(officer)
    for address in (report.get_absolute_url(), reverse("report_plan", args=[report.project_id]), reverse("report_list")):
        assert "hemligt" not in client.get(address).content.decode()
    assert client.get(url("report_edit", report, "resultat")).status_code == 404
    draft_file = ReportFile.objects.create(
        report=report, file=store.store_bytes("b.txt", b"x", "text/plain", by=None), added_at=NOW, added_by=writer(report.project)
    )
    assert client.get(url("report_file", report, draft_file.file_id)).status_code == 404


def test_the_steering_group_sees_approved_figures_and_no_texts(report, project, officer):
    steering = signed_in(make.officer(project.programme, Role.STEERING_GROUP))
    page = reverse("indicator_list", args=[project.pk])
    reports.create_submitted(report)
    assert "<strong>22</strong>" not in steering.get(page).content.decode()
    reports.approve(report, by=officer)
    text = steering.get(page).content.decode()
    assert ("<strong>22</strong>" in text, report.get_absolute_url() in text) == (True, False)


@pytest.mark.parametrize(("women", "men", "columns"), [("", "", 0), ("12", "10", 1), ("0", "22", 1)])
def test_columns_for_sex_are_there_where_somebody_told_of_it(report, project, officer, women, men, columns):
    indicator = project.indicators.get()
    Indicator.objects.filter(pk=indicator.pk).update(concerns_people=True)
    typed = {f"outcome_{indicator.pk}_women": women, f"outcome_{indicator.pk}_men": men}
    reports.create_submitted(report, **typed)
    html = signed_in(officer).get(reverse("indicator_list", args=[project.pk])).content.decode()
    assert [html.count(f">{gettext(word)}</th>") for word in ("Outcome", "Girls and women", "Boys and men")] == [
        1,
        columns,
        columns,
    ]


def test_an_officer_who_joins_the_owner_no_longer_reviews(report, officer):
    reports.create_submitted(report)
    Membership.objects.create(user=officer, organisation=report.project.owner, joined_at=NOW)
    assert signed_in(fresh(officer)).get(url("report_review", report)).status_code in {403, 404}


def test_unfinished_comments_are_not_told_to_the_owner(report, officer, member):
    version = reports.create_submitted(report)
    actions.save_review(version, comments={"": "Hemligt än."}, revision=0, by=officer)
    for address in (report.get_absolute_url(), url("report_version", report, 1)):
        assert "Hemligt än." not in member.get(address).content.decode()
    assert ReportReview.objects.get().outcome == ""


# ---- Files


def test_a_picture_is_described_and_a_bomb_refused(report, member):
    def send(content, name="bild.png", **more):
        upload = SimpleUploadedFile(name, content, "image/png")
        return told(member.post(url("report_file_add", report), {"file": upload, **more}, follow=True))

    from tests.pilots.test_reports_pdf import png_that_claims

    assert send(picture(60, 40)) == ["Skriv vad bilden föreställer, för den som inte ser den."]
    assert send(png_that_claims(50_000, 50_000), alt="Stor")[0].startswith("Bilden har för många bildpunkter.")
    assert send(b"<svg onload=alert(1)>", "bild.svg", alt="x") != ["Filen är tillagd."]
    assert ReportFile.objects.count() == 0
    assert send(picture(60, 40), alt="En lots visar vägen.") == ["Filen är tillagd."]
    link = ReportFile.objects.get()
    assert (link.is_picture, link.alt) == (True, "En lots visar vägen.")
    member.post(url("report_file_remove", report, link.pk))
    assert ReportFile.objects.kept().count() == 0


@pytest.mark.parametrize("name", ["report_file_add", "report_file_remove"])
def test_a_text_sent_with_a_file_after_the_session_ended_is_back_after_log_in(report, member, client, name):
    member.post(
        url("report_file_add", report), {"file": SimpleUploadedFile("a.png", picture(60, 40), "image/png"), "alt": "Vägen."}
    )
    more = [ReportFile.objects.get().pk] if name == "report_file_remove" else []
    answer = client.post(url(name, report, *more), {"revision": 0, "told_elsewhere": "En film om vägen."})
    token = answer["Location"].partition("parkerad%3D")[2]
    assert ReportFile.objects.kept().count() == 1
    page = member.get(url("report_edit", report, "bilder"), {"parkerad": token})
    assert (page.context["restored"], page.context["form"].data["told_elsewhere"]) == (True, "En film om vägen.")


# ---- Lists, files and what waits


def test_the_list_has_what_is_late_first_and_the_same_rows_as_a_file(project, officer):
    late = create_elsewhere(project.programme, starts_on=dt.date(2026, 12, 1), ends_on=dt.date(2027, 3, 1), title="=SUM(A1)")
    Report.objects.filter(project=late).update(due_on=dt.date(2027, 4, 1))
    reports.create_submitted(project.reports.get(number=1))
    client = signed_in(officer)
    page = client.get(reverse("report_list"))
    titles = [(row.project.title, row.state) for row in page.context["page"].object_list]
    lately = [title for title, state in titles if state == "planned"]
    assert (titles[0], lately[0]) == (("=SUM(A1)", "planned"), "=SUM(A1)")
    assert [row.rank for row in page.context["page"].object_list] == sorted(row.rank for row in page.context["page"].object_list)
    only = client.get(reverse("report_list"), {"lage": "sena"})
    assert {row.project_id for row in only.context["page"].object_list} == {late.pk}
    sheet = client.get(reverse("report_list_file", args=["xlsx"]), {"lage": "sena"})
    content = b"".join(sheet.streaming_content) if sheet.streaming else sheet.content
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    assert len(rows) == 1 + len(only.context["page"].object_list)
    assert {cell.data_type for row in openpyxl.load_workbook(io.BytesIO(content)).active for cell in row} <= {"s", "n", "d", "b"}


def test_one_and_three_projects_ask_the_same_questions(project, officer):
    client = signed_in(officer)
    one, _page = questions(client, reverse("report_list"))
    for _ in range(2):
        create_elsewhere(project.programme)
    three, _page = questions(client, reverse("report_list"))
    assert (len(one) == len(three), len(three) <= 12) == (True, True)


@pytest.mark.parametrize("key", ["genomfort", "resultat", "indikatorer", "ekonomi", "bilder"])
def test_the_form_asks_few_questions(report, member, key):
    reports.write(report)
    asked, _page = questions(member, url("report_edit", report, key))
    assert len(asked) <= 15, "\n".join(asked)


def test_the_other_pages_ask_few_questions(report, project, officer, member):
    reports.create_submitted(report)
    client = signed_in(officer)
    for address in (
        report.get_absolute_url(), url("report_review", report), reverse("report_plan", args=[project.pk]),
        reverse("indicator_list", args=[project.pk]),
    ):  # fmt: skip
        asked, _page = questions(client, address)
        assert len(asked) <= 15, address
    asked, _page = questions(member, url("report_preview", project.reports.get(number=2)))
    assert len(asked) <= 15


def waits(user, at=NOW):
    return [task.title for task in waiting_for(fresh(user), at=at) if "rapport" in task.title]


def test_what_waits_for_whom(project, report, officer):
    team, by = make.officer(project.programme, Role.PROCESS_TEAM), writer(project)
    assert waits(by) == ["Skicka in lägesrapport 1: ”Fritidslots”"]
    assert waits(by, at=NOW - dt.timedelta(days=20)) == []
    after = dt.datetime(2027, 5, 13, 9, tzinfo=STOCKHOLM)
    assert waits(officer, at=after) == ["Lägesrapport 1 har inte kommit: ”Fritidslots”"]
    assert (waits(team, at=after), waits(officer, at=after - dt.timedelta(days=1))) == ([], [])
    reports.create_submitted(report)
    assert (waits(by), waits(team)) == ([], ["Granska lägesrapport 1: ”Fritidslots”"])
    reports.give_back(report, by=officer)
    assert (waits(by), waits(team)) == (["Komplettera lägesrapport 1: ”Fritidslots”"], [])


# ---- Plan, indicators and documents


def test_the_officer_changes_the_plan_on_the_pages(report, project, officer):
    client = signed_in(officer)
    moved = client.post(url("report_move", report), {"due_on": "2027-05-15", "reason": "Sjukdom."}, follow=True)
    assert told(moved) == ["Sista dagen är ändrad, och organisationen har fått veta det."]
    added = {"covers_from_on": "2027-03-01", "covers_to_on": "2027-03-31", "due_on": "2027-05-05", "reason": "Starten."}
    client.post(reverse("report_add", args=[project.pk]), added)
    new = project.reports.latest("pk")
    assert (new.due_on, client.post(reverse("report_add", args=[project.pk]), {}).status_code) == (dt.date(2027, 5, 5), 422)
    client.post(url("report_cancel", new), {"avsluta-reason": "Vi ringde."})
    assert Report.objects.get(pk=new.pk).state == "cancelled"
    assert told(client.post(url("report_move", report), {"due_on": "x"}, follow=True)) != []
    assert told(client.post(url("report_cancel", report), {}, follow=True)) == ["Skriv varför rapporten inte behöver skrivas."]


def test_indicators_are_written_and_taken_away_while_nobody_has_reported(report, project, member):
    add = reverse("indicator_add", args=[project.pk])
    member.post(add, {"name": "Kvällar", "unit": "kvällar", "baseline": "0", "target": "12,5"})
    made = Indicator.objects.get(name="Kvällar")
    assert made.target == Decimal("12.5")
    assert member.post(add, {"name": "", "unit": ""}).status_code == 422
    edit = reverse("indicator_edit", args=[project.pk, made.pk])
    member.post(edit, {"name": "Kvällar i veckan", "unit": "kvällar", "concerns_people": "on"})
    made.refresh_from_db()
    assert (made.name, made.concerns_people) == ("Kvällar i veckan", True)
    member.post(add, {"name": "Möten", "unit": "möten"})
    other = Indicator.objects.get(name="Möten")
    member.post(reverse("indicator_remove", args=[project.pk, other.pk]))
    assert not Indicator.objects.filter(pk=other.pk).exists()
    reports.create_submitted(report)
    remove = reverse("indicator_remove", args=[project.pk, made.pk])
    assert told(member.post(remove, follow=True))[-1] == "Det finns rapporterade värden för indikatorn, så den står kvar."
    assert Indicator.objects.filter(pk=made.pk).exists()


def test_a_pdf_is_asked_for_once_and_found_again(report, member):
    reports.create_submitted(report)
    first = member.post(url("report_pdf", report, 1))
    second = member.post(url("report_pdf", report, 1))
    assert (first["Location"], DocumentBuild.objects.count()) == (second["Location"], 1)
    assert "Lägesrapport 1: Fritidslots" in member.get(first["Location"]).content.decode()


def test_all_reports_of_a_call_are_asked_for_by_officers_alone(report, project, officer, member):
    reports.create_submitted(report)
    slug = project.application.sketch.call.slug
    address = reverse("report_batch", args=[slug])
    assert member.post(address).status_code == 404
    answer = signed_in(officer).post(address)
    assert answer["Location"] == DocumentBuild.objects.get(kind="call_reports").get_absolute_url()
    assert address in signed_in(officer).get(reverse("report_list")).content.decode()


def test_hostile_text_is_shown_as_it_was_written(report, project, officer, member):
    Indicator.objects.update(name=HOSTILE, unit="<b>st</b>")
    by = writer(project)
    actions.add_report_file(report, file=store.store_bytes("a.png", picture(40, 30), "image/png", by=by), alt=HOSTILE, by=by)
    reports.write(report, results=HOSTILE, activity_1_name=HOSTILE)
    pages = [
        url("report_edit", report, key) for key in ("genomfort", "resultat", "indikatorer", "bilder")
    ] + [url("report_preview", report), reverse("indicator_list", args=[project.pk])]  # fmt: skip
    seen = [member.get(page).content.decode() for page in pages]
    reports.send_in(report)
    client = signed_in(officer)
    seen += [client.get(page).content.decode() for page in (report.get_absolute_url(), url("report_review", report))]
    reports.give_back(report, by=officer, resultat=HOSTILE)
    seen += [member.get(page).content.decode() for page in (report.get_absolute_url(), url("report_edit", report, "resultat"))]
    for text in seen:
        assert "<script>alert('zq1')" not in text
        assert "<b>st</b>" not in text
        assert not re.search(r"zq1.{0,40}14=cmd", text)
    assert sum("&lt;script&gt;alert(&#x27;zq1&#x27;)" in text for text in seen) >= 8


def test_a_part_that_is_not_there_is_404(report, member):
    for key in ("finns-inte", "mal"):
        assert member.get(url("report_edit", report, key)).status_code == 404
    assert member.post(url("report_autosave", report, "mal"), {"revision": 0}).status_code == 404


def test_a_stranger_has_an_empty_list(project):
    page = signed_in(UserFactory()).get(reverse("report_list"))
    assert list(page.context["page"].object_list) == []
