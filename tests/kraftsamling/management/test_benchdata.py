"""The data for measuring is what the database takes, in the numbers that were asked for."""

import io

import pikepdf
import pytest
from django.core.management import call_command
from django.urls import reverse

from kraftsamling.accounts.models import User
from kraftsamling.lib.money import Kronor
from kraftsamling.management.commands.bench import Page
from kraftsamling.management.demo.bench_pages import pages
from kraftsamling.management.demo.bench_registry import longest_report
from pilots.models import CostEntry, IndicatorValue, PaymentRequest, Payout, Project, Report, ReportVersion
from pilots.report_documents import report_pdf
from pilots.states import ReportState

pytestmark = pytest.mark.django_db


@pytest.fixture
def filled(capsys):
    call_command("benchdata", sketches=4, organisations=3, projects=5, costs=40)


def test_projects_have_ten_years_of_reports_and_what_they_were_paid(filled):
    assert (Project.objects.count(), Report.objects.count()) == (5, 50)
    done = Report.objects.filter(state=ReportState.APPROVED)
    assert 0 < done.count() < 50
    told = Report.objects.handed_in()
    assert (done.filter(current_version=None).count(), ReportVersion.objects.count()) == (0, told.count())
    assert IndicatorValue.objects.count() == 2 * told.count()
    decided = PaymentRequest.objects.decided()
    assert (decided.count(), CostEntry.objects.filter(request__in=decided).count(), Payout.objects.count()) == (10, 40, 10)
    assert set(decided.values_list("amount", flat=True)) == {Kronor(200)}
    assert {project.paid for project in Project.objects.all()} == {Kronor(400)}
    assert CostEntry.objects.approved_sum() == Kronor(4000)


def test_it_can_be_filled_once_more(filled):
    call_command("benchdata", sketches=0, organisations=1, projects=2, costs=4)
    assert Project.objects.count() == 7
    assert Report.objects.filter(state=ReportState.APPROVED, current_version=None).count() == 0


def test_every_page_that_is_measured_is_there_and_has_its_budget(filled, client):
    rows = pages(Page)
    assert {reverse("project_list"), Project.objects.running().order_by("pk")[0].get_absolute_url()} <= {
        row.address for row in rows
    }
    assert [row.name for row in rows if not (row.most_ms and row.most_queries)] == []
    assert len(rows) == len({row.name for row in rows}) > 50
    for email in {row.email for row in rows if row.email}:
        client.force_login(User.objects.get(email=email))
        opened = {row.name: client.get(row.address).status_code for row in rows if row.email == email and not row.sends}
        assert set(opened.values()) == {200}, opened


def test_the_report_that_is_measured_as_a_document_has_six_pages_with_charts_and_pictures(filled):
    with pikepdf.open(io.BytesIO(report_pdf(longest_report().current_version))) as document:
        pictures = {name for page in document.pages for name in page.get_images()}
        marked = [row for row in document.objects if isinstance(row, pikepdf.Dictionary) and row.get("/S") == "/Figure"]
        assert (len(document.pages), len(pictures), len(marked)) == (6, 2, 5)
