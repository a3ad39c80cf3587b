"""The information item as a document: what page, PDF and DOCX share, and the two files."""

import io
from typing import Any

from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from kraftsamling.lib.dates import day_text
from kraftsamling.lib.pdf import html_to_pdf
from kraftsamling.lib.text import clean_text
from pilots import board, builds
from pilots.models import BoardItem, DocumentBuild, Project
from pilots.permissions import learning as permissions

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LANGUAGE = "sv-SE"


def projects_of(item: BoardItem) -> list[Project]:
    related = ("owner", "application__current_version")
    return board.in_order(item.projects.select_related(*related))


def context_of(item: BoardItem) -> dict[str, Any]:
    parts = board.running_order(item.content)
    return {
        "item": item,
        "description": item.content.get("description", ""),
        "projects": board.project_rows(projects_of(item), item.content),
        "analysis": board.analysis_rows(item.content),
        "parts": parts,
        "has_minutes": any(part["minutes"] for part in parts),
    }


def file_name(item: BoardItem) -> str:
    return f"informationsarende-{item.number}-{slugify(item.title)[:60] or 'utan-rubrik'}"


def pdf_of(item: BoardItem) -> bytes:
    with translation.override("sv"):
        return html_to_pdf("pdf/pilots/board_item.html", context_of(item), title=item.title)


# ---- Word


def docx_of(item: BoardItem) -> bytes:
    """Real headings, a table with a header row, and Swedish as its language: also readable aloud. Takes some 50 ms."""
    with translation.override("sv"):
        document = _document(item)
        context = context_of(item)
        _heading(document, item)
        _section(document, _("What it is about"), context["description"])
        document.add_heading(_("Projects"), level=2)
        for project in context["projects"]:
            _project(document, project)
        document.add_heading(_("Joint analysis"), level=2)
        for label, text in context["analysis"]:
            document.add_heading(str(label), level=3)
            _paragraphs(document, text)
        document.add_heading(_order_title(item), level=2)
        _running_order(document, context["parts"], minutes=item.minutes if context["has_minutes"] else None)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _document(item: BoardItem) -> Any:
    from docx import Document  # noqa: PLC0415 - takes its time, and few pages need it

    document = Document()
    properties = document.core_properties
    properties.title, properties.subject = clean_text(item.title), _("Information item")
    properties.author = properties.last_modified_by = "Kraftsamling"
    properties.language, properties.comments, properties.keywords = LANGUAGE, "", ""
    properties.created = properties.modified = item.saved_at.replace(tzinfo=None)
    _speak_swedish(document)
    relations = document.part.package.rels
    for key in [key for key, relation in relations.items() if relation.reltype.endswith("/thumbnail")]:
        del relations[key]  # a picture of the library's own empty document
    return document


def _speak_swedish(document: Any) -> None:
    """The language of the default run properties, which every text inherits."""
    from docx.oxml import OxmlElement  # noqa: PLC0415 - see above
    from docx.oxml.ns import qn  # noqa: PLC0415

    defaults = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    language = defaults.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        defaults.append(language)
    for name in ("w:val", "w:eastAsia"):
        language.set(qn(name), LANGUAGE)


def _heading(document: Any, item: BoardItem) -> None:
    document.add_heading(clean_text(item.title), level=1)
    facts = _("Information item number %(number)d. %(meeting)s, %(day)s. Nothing is to be decided.") % {
        "number": item.number,
        "meeting": item.meeting,
        "day": day_text(item.meeting_on),
    }
    document.add_paragraph(clean_text(facts))


def _section(document: Any, title: str, text: str) -> None:
    document.add_heading(title, level=2)
    _paragraphs(document, text)


def _paragraphs(document: Any, text: str) -> None:
    for part in clean_text(text).split("\n"):
        if part.strip():
            document.add_paragraph(part.strip())


def _project(document: Any, project: dict[str, str]) -> None:
    document.add_heading(clean_text(project["name"]), level=3)
    labels = {"owner": _("Owner"), "target": _("Target group"), "tried": _("What is tried")}
    for name, label in labels.items():
        if project[name]:
            paragraph = document.add_paragraph()
            paragraph.add_run(f"{label}: ").bold = True
            paragraph.add_run(clean_text(project[name]))


def _order_title(item: BoardItem) -> str:
    return _("Running order, %(limit)d minutes") % {"limit": item.limit}


def _running_order(document: Any, parts: list[dict[str, str]], *, minutes: int | None) -> None:
    from docx.oxml import OxmlElement  # noqa: PLC0415 - see above
    from docx.oxml.ns import qn  # noqa: PLC0415

    header = [_("No."), _("Point"), _("Presenter"), _("Organisation"), _("Minutes")]
    table = document.add_table(rows=1, cols=len(header), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, header, strict=True):
        cell.paragraphs[0].add_run(text).bold = True
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(mark)  # noqa: SLF001 - the library has no other way to mark a header row
    rows = [
        (part["number"], part["title"], part["presenter"] or "–", part["organisation"] or "–", part["minutes"] or "–")
        for part in parts
    ]
    if minutes is not None:
        rows.append(("", _("In all"), "", "", str(minutes)))
    for values in rows:
        for cell, text in zip(table.add_row().cells, values, strict=True):
            cell.text = clean_text(text)


# ---- The PDF, made by a worker


def _item(build: DocumentBuild) -> BoardItem:
    return BoardItem.objects.select_related("programme__region", "analysis").get(pk=build.subject_id)


def make_pdf(build: DocumentBuild, _progress: builds.Progress) -> builds.Made:
    item = _item(build)
    if str(item.revision) != build.key:
        raise builds.CannotBeMade(_("The item has been changed meanwhile. Go back and ask for the PDF again."))
    return builds.Made(f"{file_name(item)}.pdf", pdf_of(item))


def may_read(user: Any, build: DocumentBuild) -> bool:
    """Who reads the item as it is now; an earlier text of it is for those who write it."""
    item = BoardItem.objects.visible_to(user).filter(pk=build.subject_id).first()
    return item is not None and (build.key == str(item.revision) or permissions.can_write_board_item(user, item))


builds.register(
    "board_item",
    make=make_pdf,
    readers=may_read,
    title=lambda build: str(_item(build).title),
    back=lambda build: _item(build).get_absolute_url(),
)
