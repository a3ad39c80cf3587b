"""The document of a report: tagged, archivable, the same bytes each time; and what cannot be made says why."""

import datetime as dt
import hashlib
import io
import random
import struct
import subprocess
import time
import zipfile
import zlib

import pdfua
import pikepdf
import pytest
from PIL import Image

from kraftsamling.accounts.models import User
from kraftsamling.files import store
from kraftsamling.files.models import StoredFile
from pilots import builds, report_documents
from pilots.actions import conflicts
from pilots.actions import reports as actions
from pilots.models import DocumentBuild, Indicator, Report, ReportVersion
from pilots.pictures import MOST_PIXELS, PictureRefused, for_document, size_of
from tests.factories import grants as make
from tests.factories import reports
from tests.factories.pilots import create_elsewhere, create_project, writer
from tests.grants.scene import storable
from tests.pdf_reading import text_of

pytestmark = pytest.mark.django_db

HOSTILE = (
    '<script>alert(1)</script><img src="file:///etc/passwd"> {{ settings.SECRET_KEY }} 🐟 שלום \u202e \x00 Čuoŋo ' + "x" * 300
)


def picture(width=900, height=600, *, mode="RGB", kind="PNG"):
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert(mode).save(out, kind)
    return out.getvalue()


def png_that_claims(width, height):
    """Some hundred bytes that say they are a picture of so many points."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.fixture
def version():
    project = create_project()
    Indicator.objects.update(concerns_people=True)
    report = project.reports.get(number=1)
    by = writer(project)
    stored = store.store_bytes("lotsarna.png", picture(), "image/png", by=by)
    actions.add_report_file(report, file=stored, alt="Två lotsar framför skolan.", by=by)
    return reports.create_submitted(report)


def changed(version, **content):
    """A version with other content, as if it had been handed in so: the form refuses what the worker must survive."""
    number = version.number + 1
    return ReportVersion.objects.create(
        report=version.report, number=number, draft_revision=version.draft_revision + 1, content={**version.content, **content},
        checksum=version.checksum, receipt_number=f"{version.receipt_number}-{number}", submitted_at=version.submitted_at,
        submitted_by=version.submitted_by, due_on=version.due_on,
    )  # fmt: skip


def with_picture(version, content):
    file = store.store_bytes("bild.png", content, "image/png", by=None)
    version.files.add(file)
    return changed(version, pictures=[{"id": str(file.pk), "name": file.name, "size": 1, "sha256": "", "alt": "En bild."}])


def with_text(version, text):
    sections = [
        {"key": "resultat", "title": "Resultat", "rows": [{"name": "r", "label": "Resultat", "within": "", "text": text}]}
    ]
    return changed(version, sections=sections)


def made(version):
    build = builds.ask(report_documents.KIND, version.pk, by=None, at=dt.datetime(2027, 5, 1, tzinfo=dt.UTC))
    builds.run(build.pk, worker="w")
    build.refresh_from_db()
    return build


def test_it_is_tagged_archivable_and_says_so(version, tmp_path):
    content = report_documents.report_pdf(version)
    (tmp_path / "a.pdf").write_bytes(content)
    assert [finding.rule_id for finding in pdfua.validate(tmp_path / "a.pdf").findings] == []
    with pikepdf.open(io.BytesIO(content)) as pdf:
        metadata = pdf.Root.Metadata.read_bytes().decode()
        assert (str(pdf.Root.Lang), str(pdf.docinfo["/Title"])) == ("sv", "Lägesrapport 1: Fritidslots")
        assert [metadata.count(claim) for claim in ('pdfuaid:part="1"', 'pdfaid:part="3"')] == [1, 1]


def test_the_same_version_gives_the_same_bytes(version, time_machine):
    first = report_documents.report_pdf(version)
    time_machine.move_to(dt.datetime(2031, 1, 1, tzinfo=dt.UTC))
    assert report_documents.report_pdf(ReportVersion.objects.get(pk=version.pk)) == first


def test_built_twice_it_is_one_file_kept_with_the_version(version):
    first, second = made(version), made(version)
    version.refresh_from_db()
    assert (first, first.state, version.pdf) == (second, "ready", first.file)
    assert first.file.name == f"p{version.report.project_id}-lagesrapport-1-fritidslots-v1.pdf"
    assert hashlib.sha256(store.read(first.file)).hexdigest() == first.file.sha256


def test_it_holds_all_that_was_written_and_nothing_else(version, tmp_path):
    text = text_of(report_documents.report_pdf(version), tmp_path)
    words = " ".join(text.split())
    for said in reports.WORDS.values():
        if said != "done":
            assert said.replace("-", "") in words.replace("-", ""), said
    for part in (
        "Två lotsar framför skolan.",
        "Unga i förening",
        "400 000",
        "100 000",
        "390 000",
        version.receipt_number,
        "Innehåll",
    ):
        assert part in words.replace("\u00a0", " "), part
    assert version.checksum in "".join(text.split())


def test_pages_are_numbered_under_a_head_with_project_and_number(version, tmp_path):
    pages = text_of(report_documents.report_pdf(changed(version, registry_number="26RS4711")), tmp_path).split("\f")[:-1]
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        lines = [line for line in page.splitlines() if line.strip()]
        assert lines[0].split() == ["Fritidslots", "·", "26RS4711", "·", "Lägesrapport", "1"]
        assert lines[-1].split() == ["Kraftsamling", "Sida", str(number), "av", str(len(pages))]


def test_charts_are_drawn_and_pictures_are_scaled_down(version):
    content = report_documents.report_pdf(with_picture(version, picture(3000, 2400, mode="RGBA")))
    with pikepdf.open(io.BytesIO(content)) as pdf:
        images = {int(image["/Width"]) for page in pdf.pages for image in page.get_images().values()}
    assert images == {1400}
    assert len(content) < 2_000_000


def test_only_our_fonts_are_used(version, tmp_path):
    path = tmp_path / "fonts.pdf"
    path.write_bytes(report_documents.report_pdf(version))
    listed = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert {line.split()[0].partition("+")[2].partition("-")[0] for line in listed} == {"Figtree"}


def test_hostile_text_is_shown_and_never_obeyed(version, tmp_path):
    words = " ".join(text_of(report_documents.report_pdf(with_text(version, storable(HOSTILE))), tmp_path).split())
    assert "<script>alert(1)</script>" in words
    assert "{{ settings.SECRET_KEY }}" in words
    assert "root:" not in words


# ---- What cannot be made


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (png_that_claims(40_000, 40_000), "för många bildpunkter"),
        (png_that_claims(9_000, 9_000), "för många bildpunkter"),
        (b"no picture at all", "trasig"),
        (picture()[:1500], "trasig"),
        (b"", "trasig"),
    ],
)
def test_a_bad_picture_gives_a_failure_in_words(version, content, words):
    build = made(with_picture(version, content))
    assert (build.state, "bild.png" in build.error, words in build.error) == ("failed", True, True)


def test_three_hundred_pages_of_text_give_a_failure_in_words(version):
    build = made(with_text(version, "Ett långt stycke om allt som hände. " * 26_000))
    assert (build.state, "182\u00a0000" in build.error or "182000" in build.error) == ("failed", True)


def test_a_thousand_pages_of_line_breaks_give_a_failure_in_words(version):
    build = made(with_text(version, "a" + "\n" * 8_001 + "b"))
    assert (build.state, "radbrytningar" in build.error) == ("failed", True)


def test_a_word_without_end_takes_no_longer_than_others(version, tmp_path):
    """Hyphenating it took minutes: time by the square of its length. The form lets 24 000 signs of one word through."""
    word = "x" * 24_000
    long = with_text(version, f"Före {word} efter")
    began = time.process_time()
    content = report_documents.report_pdf(long)
    assert time.process_time() - began < 30
    assert text_of(content, tmp_path).count("x") >= 24_000
    (tmp_path / "a.pdf").write_bytes(content)
    assert [finding.rule_id for finding in pdfua.validate(tmp_path / "a.pdf").findings] == []


def test_a_long_report_that_can_be_made_is_made(version):
    text = "\n\n".join("Ett stycke om det som hände under våren, och vad vi lärde oss. " * 12 for _ in range(50))
    with pikepdf.open(io.BytesIO(report_documents.report_pdf(with_text(version, text)))) as pdf:
        assert len(pdf.pages) > 10


def test_a_picture_that_is_gone_is_told(version):
    store.private_storage().delete(StoredFile.objects.get(name="lotsarna.png").path)
    build = made(version)
    assert (build.state, "lotsarna.png" in build.error) == ("failed", True)


def test_a_picture_loses_what_the_camera_noted():
    out = io.BytesIO()
    taken = Image.new("RGB", (300, 200), "red")
    noted = Image.Exif()
    noted[0x010E], noted[0x0112] = "Hemma hos oss", 6
    taken.save(out, "JPEG", exif=noted)
    content, kind = for_document(out.getvalue())
    with Image.open(io.BytesIO(content)) as kept:
        assert (kind, kept.size, dict(kept.getexif())) == ("image/jpeg", (200, 300), {})


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "LA"])
def test_pictures_of_every_kind_are_taken(mode):
    assert size_of(io.BytesIO(for_document(picture(40, 30, mode="L" if mode == "P" else mode))[0])) == (40, 30)


def test_random_bytes_are_never_more_than_refused():
    noise = random.Random(7)
    head = picture(60, 40)
    for cut in range(10, len(head), max(1, len(head) // 40)):
        broken = head[:cut] + noise.randbytes(80) + head[cut + 80 :]
        try:
            for_document(broken)
        except PictureRefused:
            continue
    assert MOST_PIXELS["JPEG"] > MOST_PIXELS["PNG"]


# ---- All of a call


def batch(call, by):
    key = report_documents.batch_key(report_documents.versions_of_call(call.pk, by))
    build = builds.ask(report_documents.BATCH, call.pk, key=key, by=by, at=dt.datetime(2027, 5, 1, tzinfo=dt.UTC))
    builds.run(build.pk, worker="w")
    build.refresh_from_db()
    return build


def test_all_reports_of_a_call_come_in_one_archive(version):
    call = version.report.project.application.sketch.call
    second = version.report.project.reports.get(number=2)
    broken = with_picture(reports.create_submitted(second), b"broken")
    Report.objects.filter(pk=second.pk).update(current_version=broken)
    build = batch(call, make.officer(call.programme))
    assert (build.state, build.done, build.steps) == ("ready", 2, 2)
    with zipfile.ZipFile(io.BytesIO(store.read(build.file))) as archive:
        names = archive.namelist()
        assert [name.partition("fritidslots")[2] for name in names] == ["-v1.pdf", "-v2.pdf.txt"]
        assert archive.read(names[0]) == store.read(DocumentBuild.objects.ready().get(kind="report").file)
        assert "trasig" in archive.read(names[1]).decode()


def test_an_archive_of_nothing_is_a_failure_in_words():
    project = create_project()
    call = project.application.sketch.call
    build = batch(call, make.officer(call.programme))
    assert (build.state, build.error) == ("failed", "Ingen rapport i utlysningen har kommit in än.")


def test_an_archive_is_read_by_officers_who_may_read_all_of_it(version):
    call = version.report.project.application.sketch.call
    officer, other = make.officer(call.programme), make.officer(create_elsewhere().programme)
    key = report_documents.batch_key([version])
    build = builds.ask(report_documents.BATCH, call.pk, key=key, by=officer, at=dt.datetime(2027, 5, 1, tzinfo=dt.UTC))
    assert builds.may_read(make.officer(call.programme), build) is True
    for person in (other, writer(version.report.project)):
        assert builds.may_read(person, build) is False


@pytest.mark.parametrize("asked_by", ["a colleague who has left", "the officer"])
def test_an_archive_is_closed_to_an_officer_who_has_come_into_conflict_whoever_asked_for_it(version, asked_by):
    project = version.report.project
    call = project.application.sketch.call
    officer, colleague = make.officer(call.programme), make.officer(call.programme)
    build = batch(call, officer if asked_by == "the officer" else colleague)
    assert (builds.may_read(officer, build), builds.may_read(colleague, build)) == (True, True)
    conflicts.report_conflict(project, ground="Vän.", by=officer, at=dt.datetime(2027, 5, 2, tzinfo=dt.UTC))
    if asked_by != "the officer":
        colleague.roles.all().delete()
    assert builds.may_read(User.objects.get(pk=officer.pk), DocumentBuild.objects.get(pk=build.pk)) is False


def test_an_archive_of_what_an_officer_in_conflict_may_read_is_theirs_until_more_has_come_in(version):
    call = version.report.project.application.sketch.call
    closed = create_project(call=call)
    officer = make.officer(call.programme)
    conflicts.report_conflict(closed, ground="Vän.", by=officer, at=dt.datetime(2027, 5, 1, tzinfo=dt.UTC))
    reports.create_submitted(closed.reports.get(number=1))
    build = batch(call, officer)
    assert builds.may_read(officer, build) is True
    reports.create_submitted(version.report.project.reports.get(number=2))
    assert builds.may_read(officer, build) is False
    assert builds.may_read(make.officer(call.programme), build) is True


def test_documents_are_read_by_those_who_read_the_report(version):
    build = builds.ask(report_documents.KIND, version.pk, by=None, at=dt.datetime(2027, 5, 1, tzinfo=dt.UTC))
    assert builds.may_read(writer(version.report.project), build) is True
    assert builds.may_read(writer(create_elsewhere()), build) is False
    assert Report.objects.get(pk=version.report_id).get_absolute_url() == builds.kind_of(build).back(build)
