"""Finds the texts of the product, compiles their translations, and says which are missing."""

import io
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation import template as django_template
from django.utils.translation.reloader import translation_file_changed

_KEYWORDS = {
    **dict.fromkeys(("_", "_l", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
_TEMPLATE_KINDS = {".html", ".txt", ".svg"}


@dataclass(frozen=True, slots=True)
class Gap:
    """A text that a reader of the language would see in English, or in words that no one has read through."""

    language: str
    text: str
    problem: str
    place: str

    def __str__(self) -> str:
        return f"{self.language}: {self.problem}: “{self.text}” ({self.place})"


def _source_of(path: Path) -> str:
    if path.suffix == ".py":
        with tokenize.open(path) as file:
            return file.read()
    lines = django_template.templatize(path.read_text(encoding="utf-8"), origin=str(path)).splitlines()
    return "\n".join(line.lstrip() for line in lines)  # read as Python, to which indentation would matter


def _sources(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix == ".py" or (path.suffix in _TEMPLATE_KINDS and "templates" in path.parts):
                yield path


def collect(root: Path, folders: Iterable[Path]) -> Catalog:
    """Every text in code and templates that is marked for translation."""
    catalog = Catalog(charset="utf-8")
    for path in _sources(folders):
        source = io.BytesIO(_source_of(path).encode())
        options = {"encoding": "utf-8"}
        for line, message, _comments, context in extract("python", source, keywords=_KEYWORDS, options=options):
            catalog.add(message, locations=[(str(path.relative_to(root)), line)], context=context)
    return catalog


def _catalogs(locale: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(locale.glob("*/LC_MESSAGES/django.po")):
        yield path.parts[-3], path


def _read(path: Path, language: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def compile_stale(locale: Path) -> list[str]:
    """Compiles each catalogue that has changed since it was compiled; returns their languages.

    This process speaks by the new ones at once: what it had read before, or had not found, is forgotten.
    """
    done = []
    for language, path in _catalogs(locale):
        compiled = path.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns >= path.stat().st_mtime_ns:
            continue
        half = compiled.with_suffix(".mo.new")
        with half.open("wb") as file:
            write_mo(file, _read(path, language))
        half.replace(compiled)
        translation_file_changed(None, compiled)
        done.append(language)
    return done


def _is_translated(strings: object) -> bool:
    parts = strings if isinstance(strings, (tuple, list)) else (strings,)
    return bool(parts) and all(parts)


def gaps(locale: Path, texts: Catalog, languages: Iterable[str]) -> list[Gap]:
    """What is missing, unsure or wrongly written in each of the languages."""
    found = []
    for language in languages:
        path = locale / language / "LC_MESSAGES" / "django.po"
        catalog = _read(path, language) if path.exists() else Catalog(locale=language)
        for message in texts:
            if not message.id:
                continue
            text = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
            place = f"{message.locations[0][0]}:{message.locations[0][1]}" if message.locations else "?"
            there = catalog.get(message.id, message.context)
            if there is None or not _is_translated(there.string):
                found.append(Gap(language, text, "missing", place))
            elif there.fuzzy:
                found.append(Gap(language, text, "unsure (fuzzy)", place))
            elif there.id != message.id:
                found.append(Gap(language, text, f"another plural in the code: “{message.id[1]}”", place))
            found += [Gap(language, text, str(error), place) for error in (there.check() if there else ())]
    return found


def update(locale: Path, texts: Catalog, languages: Iterable[str]) -> None:
    """Brings the catalogues up to date with the code; what is new in them is empty and waits for its words."""
    for language in languages:
        path = locale / language / "LC_MESSAGES" / "django.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        catalog = _read(path, language) if path.exists() else Catalog(locale=language, charset="utf-8", fuzzy=False)
        catalog.update(texts, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalog, width=0, sort_output=True, no_location=True)
