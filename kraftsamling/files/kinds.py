"""Judges what a file is by its content. Nothing is unpacked, drawn or run."""

import codecs
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath
from typing import BinaryIO

import filetype
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
TEXT = "text/plain"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"

EXTENSIONS = {
    ".pdf": PDF, ".png": PNG, ".jpg": JPEG, ".jpeg": JPEG, ".docx": DOCX, ".xlsx": XLSX, ".odt": ODT, ".ods": ODS, ".txt": TEXT,
}  # fmt: skip

_HEAD = 8192
_MOST_ENTRIES = 5000
_LARGEST_LIST = 2 * 1024 * 1024
_BLOCK = 256 * 1024
_OPEN_DOCUMENT = {ODT.encode(): ODT, ODS.encode(): ODS}
_OFFICE_MAIN_PART = {
    b"wordprocessingml.document.main+xml": DOCX,
    b"spreadsheetml.sheet.main+xml": XLSX,
}
_MACRO_NAMES = ("vbaproject.bin", "vbadata.xml")
_MACRO_FOLDERS = ("basic/", "scripts/", "macros/", "xl/macrosheets/", "word/activex/", "xl/activex/")
_MARKUP = (b"<!doctype", b"<html", b"<svg", b"<?xml", b"<script", b"<!--", b"{\\rtf", b"#!")


@dataclass(frozen=True, slots=True)
class Kind:
    """What the content is, and why it is refused if it is."""

    content_type: str = ""
    refusal: str = ""


def judge(name: str, stream: BinaryIO) -> str:
    """The content type. Raises ValidationError with words if the type is not taken or the name says something else."""
    kind = _kind_of(stream)
    if kind.refusal:
        raise ValidationError(kind.refusal, code="content")
    if not kind.content_type:
        raise ValidationError(
            _(
                "This type of file is not accepted. Send a PDF, a document (docx, odt), a sheet (xlsx, ods), a picture (png, jpg) or a text (txt)."
            ),
            code="type",
        )
    if EXTENSIONS.get(PurePath(name).suffix.lower()) != kind.content_type:
        raise ValidationError(
            _("The name of the file does not match its content. Save it again in the right format and try once more."),
            code="name",
        )
    return kind.content_type


def _kind_of(stream: BinaryIO) -> Kind:
    stream.seek(0)
    head = stream.read(_HEAD)
    guess = filetype.guess(head)
    mime = guess.mime if guess else ""
    if head.startswith(b"%PDF-"):
        return Kind(PDF)
    if mime in {PNG, JPEG}:
        return Kind(mime)
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_archive(stream)
    return Kind(TEXT) if not mime and _is_text(stream) else Kind()


def _kind_of_archive(stream: BinaryIO) -> Kind:
    """Office documents are archives; only their lists of parts are read, and only so much of them."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            names = [entry.filename.lower() for entry in archive.infolist()]
            if len(names) > _MOST_ENTRIES:
                return Kind()
            parts = _part(archive, "[Content_Types].xml")
            content_type = _open_document(archive) or _office_document(parts)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
    ):
        return Kind()
    if b"macroenabled" in parts.lower() or (content_type and any(map(_is_macro, names))):
        return Kind(refusal=_("The document holds macros (small programs). Save it without macros and send it again."))
    return Kind(content_type)


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """The part's first bytes, empty if there is none: a list that is longer than any real one is not read on."""
    if name not in archive.namelist():
        return b""
    with archive.open(name) as part:
        return part.read(_LARGEST_LIST)


def _open_document(archive: zipfile.ZipFile) -> str:
    return _OPEN_DOCUMENT.get(_part(archive, "mimetype").strip(), "")


def _office_document(parts: bytes) -> str:
    for main_part, content_type in _OFFICE_MAIN_PART.items():
        if main_part in parts:
            return content_type
    return ""


def _is_macro(name: str) -> bool:
    return PurePosixPath(name).name in _MACRO_NAMES or name.startswith(_MACRO_FOLDERS)


def _is_text(stream: BinaryIO) -> bool:
    """Plain text in UTF-8, and nothing a browser or a shell would take for more than that."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    first = True
    while block := stream.read(_BLOCK):
        if first and block.removeprefix(codecs.BOM_UTF8).lstrip().lower().startswith(_MARKUP):
            return False
        first = False
        try:
            text = decoder.decode(block)
        except UnicodeDecodeError:
            return False
        if "\x00" in text or _holds_markup(text):
            return False
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _holds_markup(text: str) -> bool:
    lowered = text.lower()
    return any(sign in lowered for sign in ("<script", "<html", "<svg"))
