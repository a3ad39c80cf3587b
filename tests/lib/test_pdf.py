import gc
import http.server
import io
import re
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pdfua
import pikepdf
import pytest
from celery.signals import worker_process_shutdown
from django.test import override_settings

from kraftsamling.lib.pdf import forget_fonts, html_to_pdf
from tests.pdf_reading import text_of

DOCUMENT = """{% extends "pdf/base.html" %}
{% block content %}
<h1>{{ pdf_title }}</h1>
<p class="user-text">{{ text }}</p>
<h2>Kostnader</h2>
<table><caption>Budget</caption><thead><tr><th>Kostnad</th><th class="num">2027</th></tr></thead>
<tbody>{% for row in rows %}<tr><th>Rad {{ row }}</th><td class="num">1&nbsp;000&nbsp;kr</td></tr>{% endfor %}</tbody></table>
{{ raw|safe }}
{% endblock content %}
"""
HOSTILE = '<script>alert(1)</script><img src="file:///etc/passwd"> 🐟 שלום مرحبا \u202e \x00 \ud800 Čuoŋo Łódź ' + "x" * 500


@pytest.fixture
def write(tmp_path, settings):
    """write(text) makes a document and returns its bytes."""
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "document.html").write_text(DOCUMENT)
    templates = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], folder]}]

    def written(text="Hej", *, rows=3, raw="", title="Kvittens på skiss", language="sv"):
        with override_settings(TEMPLATES=templates):
            return html_to_pdf("document.html", {"text": text, "rows": range(rows), "raw": raw}, title=title, language=language)

    return written


def test_document_is_tagged_archivable_and_says_so(write, tmp_path):
    content = write(rows=80)

    (tmp_path / "a.pdf").write_bytes(content)
    assert [finding.rule_id for finding in pdfua.validate(tmp_path / "a.pdf").findings] == []
    with pikepdf.open(io.BytesIO(content)) as pdf:
        metadata = pdf.Root.Metadata.read_bytes().decode()
        assert (str(pdf.Root.Lang), bool(pdf.Root.MarkInfo.Marked), bool(pdf.Root.ViewerPreferences.DisplayDocTitle)) == (
            "sv",
            True,
            True,
        )
        assert (str(pdf.docinfo["/Title"]), str(pdf.docinfo["/Author"])) == ("Kvittens på skiss", "Kraftsamling")
    assert [metadata.count(claim) for claim in ('pdfuaid:part="1"', "pdfaExtension:schemas>", 'pdfaid:part="3"')] == [1, 2, 1]


def test_header_cells_say_what_they_are_the_header_of(write):
    scopes = []

    def look(element):
        if str(element.get("/S", "")) == "/TH":
            scopes.append(str(element["/A"]["/Scope"]))
        kids = element.get("/K")
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, pikepdf.Dictionary):
                look(kid)

    with pikepdf.open(io.BytesIO(write(rows=2))) as pdf:
        look(pdf.Root.StructTreeRoot)

    assert scopes == ["/Column", "/Column", "/Row", "/Row"]


def test_document_has_no_syntax_errors(write):
    with pikepdf.open(io.BytesIO(write(HOSTILE, rows=80)), attempt_recovery=False) as pdf:
        assert (len(pdf.pages), pdf.check_pdf_syntax(), pdf.get_warnings()) == (4, [], [])


def test_document_uses_our_fonts_alone_and_carries_them(write, tmp_path):
    path = tmp_path / "fonts.pdf"
    path.write_bytes(write("Hyphens: återrapporteringsskyldighet " * 40 + "Čuoŋo Łódź"))
    listed = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout.splitlines()[2:]

    assert {line.split()[0].partition("+")[2] for line in listed} == {
        "Figtree",
        "Figtree-Bold",
        "Figtree-Tabular",
        "Figtree-Tabular-Semi-Bold",
        "Figtree-Ext",
    }
    assert {line[58:].split()[1] for line in listed} == {"yes"}


def test_numbers_stand_under_one_another_in_tables_alone(write, tmp_path):
    table = "<table><tr><td class='num'>1111</td></tr><tr><td class='num'>8888</td></tr></table>"
    (tmp_path / "a.pdf").write_bytes(write("1117 8887", rows=0, raw=table))
    done = subprocess.run(["pdftotext", "-bbox", tmp_path / "a.pdf", "-"], capture_output=True, text=True, check=True)
    words = re.findall(r'xMin="([\d.]+)".*xMax="([\d.]+)".*>(\d{4})<', done.stdout)
    width = {word: round(float(right) - float(left), 2) for left, right, word in words}
    assert width["1111"] == width["8888"]
    assert width["1117"] < width["8887"]


def test_no_style_asks_for_features_of_a_font_where_text_is(settings):
    """Each piece of text would leave its wish in the memory of the worker: half a megabyte for each report."""
    styles = "".join(path.read_text() for path in (settings.BASE_DIR / "templates/pdf").rglob("*.*"))
    outside = re.sub(r"@font-face \{.*?\}", "", styles)
    assert re.findall(r"font-(?:variant|feature|kerning)[a-z-]*", outside) == []


def test_pages_are_numbered_under_a_running_header(write, tmp_path):
    pages = text_of(write(rows=120, language="en"), tmp_path).split("\f")[:-1]

    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        lines = [line for line in page.splitlines() if line.strip()]
        assert lines[0].strip() == "Kvittens på skiss"
        assert lines[-1].split() == ["Kraftsamling", "Page", str(number), "of", str(len(pages))]


def test_what_people_write_is_shown_and_never_obeyed(write, tmp_path):
    text = " ".join(text_of(write(HOSTILE), tmp_path).split())

    assert [text.count(part) for part in ("<script>alert(1)</script>", '<img src="file:///etc/passwd">', "Čuoŋo Łódź", "root:")] == [
        1, 1, 1, 0,
    ]  # fmt: skip


def test_a_word_without_end_takes_time_by_its_length_and_not_by_the_square(write, tmp_path):
    """Four times as long is four times the work, with a wide margin for what else the machine does; it was sixteen."""
    write()
    short, long = ("ö&<" * (count // 3) for count in (9_000, 36_000))
    taken = {}
    for word in (short, long):
        began = time.thread_time()
        document = write(word)
        taken[word] = time.thread_time() - began
    assert "".join(text_of(document, tmp_path).split()).replace("\u200b", "").count("ö&<") >= len(long) // 3 - 100
    assert taken[long] < 9 * taken[short]


def test_even_markup_that_slips_through_fetches_nothing(write, tmp_path):
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

    secret = tmp_path / "secret.txt"
    secret.write_text("hemlighet")
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    outside = f"http://127.0.0.1:{server.server_port}"
    try:
        content = write(
            raw=f'<img src="{outside}/a.png" alt="a"><img src="file://{secret}" alt="b"><link rel="stylesheet" href="{outside}/b.css">'
            f'<link rel="attachment" href="file://{secret}"><img src="static:../manage.py" alt="c"><img src="/etc/passwd" alt="d">'
            f"<style>@import url({outside}/c.css); body {{ background: url({outside}/d.png) }}</style>"
        )
    finally:
        server.shutdown()
        server.server_close()

    assert asked == []
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert list(pdf.attachments) == []


def test_the_same_content_gives_the_same_pages(write, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")

    assert write() == write()


def test_a_document_is_the_same_whatever_has_been_written_before(write):
    """Fonts are kept from one to the next: neither words nor sizes of another document get into this one."""
    forget_fonts()
    alone = write("Först")
    for text in (HOSTILE, "Čuoŋo Łódź", "0123456789" * 50):
        write(text, raw="<h3 style='font-variant-numeric: oldstyle-nums; font-size: 31pt'>Annat</h3>")
    assert write("Först") == alone


def test_fonts_are_unpacked_once_and_their_files_go_with_them(write, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    forget_fonts()
    write("Ett")
    (folder,) = (tmp_path / "temporary").iterdir()
    files = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    write("Två")
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == files != {}
    forget_fonts()
    gc.collect()
    assert list((tmp_path / "temporary").iterdir()) == []


def test_threads_that_write_at_once_write_the_same():
    def written(_number):
        return html_to_pdf("pdf/base.html", {}, title="Samtidigt")

    with ThreadPoolExecutor(3) as threads:
        assert set(threads.map(written, range(6))) == {written(0)}


def test_a_worker_that_ends_takes_the_files_with_it(write, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    forget_fonts()
    write("Ett")
    worker_process_shutdown.send(sender=None, pid=0, exitcode=0)
    gc.collect()
    assert list((tmp_path / "temporary").iterdir()) == []
