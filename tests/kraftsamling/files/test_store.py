import hashlib
import io
import stat
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from kraftsamling.files import kinds, names, responses, store
from kraftsamling.files.models import StoredFile
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj <<>> endobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x02\x00\x00\x00"  # says 2 147 483 647 x 2 147 483 647
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"
WORD_PARTS = (
    b'<Types><Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
SHEET_PARTS = (
    b'<Types><Override ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
MACRO_PARTS = b'<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'


def archive(**entries):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in entries.items():
            book.writestr({"types": "[Content_Types].xml"}.get(name, name), content)
    return buffer.getvalue()


DOCX = archive(types=WORD_PARTS, **{"word/document.xml": "<w/>"})
XLSX = archive(types=SHEET_PARTS, **{"xl/workbook.xml": "<w/>"})
ODT = archive(mimetype=kinds.ODT, **{"content.xml": "<o/>"})
ODS = archive(mimetype=kinds.ODS, **{"content.xml": "<o/>"})
GOOD = {
    "budget.pdf": (PDF, kinds.PDF),
    "BUDGET.PDF": (PDF, kinds.PDF),
    "bild.png": (PNG, kinds.PNG),
    "bild.jpg": (JPEG, kinds.JPEG),
    "bild.jpeg": (JPEG, kinds.JPEG),
    "plan.docx": (DOCX, kinds.DOCX),
    "tal.xlsx": (XLSX, kinds.XLSX),
    "plan.odt": (ODT, kinds.ODT),
    "tal.ods": (ODS, kinds.ODS),
    "text.txt": ("Åtgärder i Örebro 🐟".encode(), kinds.TEXT),
    "bom.txt": ("\ufeffHej".encode(), kinds.TEXT),
    "lång.txt": (b"x" + "ö".encode() * 300_000, kinds.TEXT),  # letters that are cut by the blocks they are read in
}
BAD = {
    "empty": ("tom.txt", b"", "empty"),
    "svg": ("bild.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "type"),
    "svg called png": ("bild.png", b'<?xml version="1.0"?><svg/>', "type"),
    "svg called txt": ("bild.txt", b"  \n<svg/>", "type"),
    "html called txt": ("sida.txt", b"\xef\xbb\xbf<!DOCTYPE html><p>", "type"),
    "html further down": ("sida.txt", b"hej\n" * 100 + b"<SCRIPT>alert(1)</SCRIPT>", "type"),
    "program": ("budget.pdf", b"\x7fELF\x02\x01\x01" + b"\x00" * 300, "type"),
    "windows program": ("budget.pdf", b"MZ\x90\x00" + b"\x00" * 300, "type"),
    "shell script": ("skript.txt", b"#!/bin/sh\nrm -rf /\n", "type"),
    "png called pdf": ("budget.pdf", PNG, "name"),
    "pdf called png": ("bild.png", PDF, "name"),
    "pdf called exe": ("budget.pdf.exe", PDF, "name"),
    "pdf without ending": ("budget", PDF, "name"),
    "docx called xlsx": ("tal.xlsx", DOCX, "name"),
    "odt called docx": ("plan.docx", ODT, "name"),
    "nul": ("text.txt", b"hej\x00hej", "type"),
    "latin-1": ("text.txt", "Örebro".encode("latin-1"), "type"),
    "utf-8 cut off": ("text.txt", "Örebro Ö".encode()[:-1], "type"),
    "other archive": ("plan.docx", archive(a="b"), "type"),
    "broken archive": ("plan.docx", DOCX[:60], "type"),
    "old word": ("plan.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "type"),
    "macros by part": ("plan.docx", archive(types=WORD_PARTS, **{"word/vbaProject.bin": b"x"}), "content"),
    "macros by type": ("plan.docx", archive(types=MACRO_PARTS), "content"),
    "macros in odt": ("plan.odt", archive(mimetype=kinds.ODT, **{"Basic/Standard/Module1.xml": "<x/>"}), "content"),
    "many parts": ("plan.docx", archive(types=WORD_PARTS, **{f"p{n}": "" for n in range(5001)}), "type"),
    "gif": ("bild.gif", b"GIF89a\x01\x00\x01\x00", "type"),
}


def upload(name, content):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


@pytest.mark.parametrize("name", GOOD)
def test_store_judges_the_type_by_the_content_and_keeps_every_byte(name):
    content, content_type = GOOD[name]
    user = UserFactory()

    stored = store.store(upload(name, content), by=user)

    assert (stored.content_type, stored.size, stored.sha256, stored.stored_by) == (
        content_type, len(content), hashlib.sha256(content).hexdigest(), user,
    )  # fmt: skip
    assert (store.read(stored), store.verify(stored)) == (content, True)


@pytest.mark.parametrize("case", BAD)
def test_store_refuses_with_words(case):
    name, content, code = BAD[case]

    with pytest.raises(ValidationError) as refusal:
        store.store(upload(name, content), by=None)

    assert (refusal.value.code, StoredFile.objects.count()) == (code, 0)
    assert len(refusal.value.messages[0]) > 10


@pytest.mark.parametrize(("size", "kept"), [(1000, True), (1001, False)])
def test_store_keeps_up_to_the_limit(settings, size, kept):
    settings.FILE_SIZE_LIMIT = 1000
    content = b"x" * size

    if kept:
        assert store.store(upload("a.txt", content), by=None).size == size
    else:
        with pytest.raises(ValidationError) as refusal:
            store.store(upload("a.txt", content), by=None)
        assert refusal.value.code == "size"


def test_store_takes_a_limit_of_its_own():
    with pytest.raises(ValidationError):
        store.store(upload("a.txt", b"xxx"), by=None, limit=2)


def test_stored_files_lie_under_names_nobody_can_guess_and_cannot_be_run(settings):
    stored = store.store(upload("../../x.txt", b"hej"), by=None)

    path = settings.PRIVATE_FILES_DIR / stored.path
    assert (stored.name, path.suffix, stored.name in stored.path) == ("x.txt", "", False)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Budget 2026.PDF", "Budget 2026.pdf"),
        ("C:\\Users\\x\\budget.pdf", "budget.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\u202egpj.pdf", "abgpj.pdf"),
        ('"<b>?".txt', "b.txt"),
        ("Å\u0308.txt", "Å\u0308.txt"),
        ("A\u030a.txt", "Å.txt"),
        ("...", "fil"),
        ("", "fil"),
        (".pdf", "pdf"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        ("rad\nbrott.pdf", "rad brott.pdf"),
    ],
)
def test_clean_name(name, clean):
    assert names.clean_name(name) == clean


def test_store_bytes_keeps_what_we_made_ourselves():
    stored = store.store_bytes("kvittens.pdf", PDF, kinds.PDF, by=None)

    assert (stored.name, store.read(stored)) == ("kvittens.pdf", PDF)


@pytest.mark.parametrize("damage", ["changed", "longer", "gone"])
def test_verify_sees_damage(settings, damage):
    stored = store.store(upload("a.txt", b"hej"), by=None)
    path = settings.PRIVATE_FILES_DIR / stored.path
    match damage:
        case "changed":
            path.write_bytes(b"HEJ")
        case "longer":
            path.write_bytes(b"hejhej")
        case "gone":
            path.unlink()

    assert store.verify(stored) is False


def test_send_is_a_download_that_no_browser_shows_or_keeps(rf):
    stored = store.store(upload("Årets plan.pdf", PDF), by=None)

    response = responses.send(rf.get("/"), stored)

    assert b"".join(response.streaming_content) == PDF
    assert {
        name: response[name] for name in ("Content-Type", "Content-Length", "Content-Disposition", "X-Content-Type-Options")
    } == {
        "Content-Type": "application/pdf",
        "Content-Length": str(len(PDF)),
        "Content-Disposition": "attachment; filename*=utf-8''%C3%85rets%20plan.pdf",
        "X-Content-Type-Options": "nosniff",
    }
    assert (response["Content-Security-Policy"], response["Cache-Control"]) == (
        "sandbox; default-src 'none'",
        "private, no-store",
    )


def test_send_by_way_of_the_proxy_names_the_file_and_sends_no_content(rf, settings):
    settings.PRIVATE_FILES_ACCEL_PREFIX = "/private/"
    stored = store.store(upload("plan.pdf", PDF), by=None)

    response = responses.send(rf.get("/"), stored)

    assert (response["X-Accel-Redirect"], response.content, response["Content-Type"]) == (
        f"/private/{stored.path}", b"", "application/pdf",
    )  # fmt: skip


def test_send_of_a_file_that_is_gone_is_not_found(rf, settings):
    stored = store.store(upload("plan.pdf", PDF), by=None)
    (settings.PRIVATE_FILES_DIR / stored.path).unlink()

    with pytest.raises(Http404):
        responses.send(rf.get("/"), stored)
