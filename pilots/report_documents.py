"""What the documents of reports are made of: one report as a PDF, and all reports of a call as an archive."""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from grants.models import Call
from kraftsamling.files import store
from kraftsamling.files.models import StoredFile
from kraftsamling.lib.line_charts import LineChart, PairedBar, line_chart, paired_bars
from kraftsamling.lib.pdf import html_to_pdf
from kraftsamling.lib.text import word_count
from kraftsamling.programmes.permissions import is_officer
from pilots import builds
from pilots.models import DocumentBuild, Report, ReportVersion
from pilots.pictures import PictureRefused, for_document
from pilots.report_tables import YearTable, year_tables

KIND, BATCH = "report", "call_reports"
MOST_SIGNS = 400_000
"""About 150 pages: the form takes far less, and the worker's time is for everybody."""
MOST_LINES = 8_000
"""As many pages of line breaks: a text of two words can be a thousand pages long."""


@dataclass(frozen=True)
class FrozenIndicator:
    """An indicator of a version, as page and document show it."""

    name: str
    unit: str
    source: str
    concerns_people: bool
    measured_on: date
    figures: dict[str, Decimal | None]
    chart: LineChart


@dataclass(frozen=True)
class VersionParts:
    """A frozen report in its parts. Reads nothing but the version."""

    sections: list[dict[str, Any]]
    indicators: list[FrozenIndicator]
    tables: list[YearTable]
    bars: list[PairedBar]
    pictures: list[dict[str, Any]]
    files: list[dict[str, Any]]


def parts_of_version(version: ReportVersion, *, comments: Mapping[str, str] | None = None) -> VersionParts:
    return parts_of_content(version.content, comments=comments or {})


def parts_of_content(content: Mapping[str, Any], *, comments: Mapping[str, str]) -> VersionParts:
    tables = year_tables(content["costs"])
    whole = tables[-1] if tables else None
    return VersionParts(
        sections=[{**section, "comment": comments.get(section["key"], "")} for section in content["sections"]],
        indicators=[_indicator(row) for row in content["indicators"]],
        tables=tables,
        bars=paired_bars([(line.label, line.budget.ore, line.booked.ore) for line in whole.lines]) if whole else [],
        pictures=content["pictures"],
        files=content["files"],
    )


def _indicator(row: Mapping[str, Any]) -> FrozenIndicator:
    figures = {
        name: None if row[name] is None else Decimal(row[name]) for name in ("baseline", "target", "value", "women", "men")
    }
    measured_on = date.fromisoformat(row["measured_on"])
    told = [(date.fromisoformat(day), Decimal(value)) for day, value in row["before"]]
    values = [*told, (measured_on, figures["value"] or Decimal(0))]
    chart = line_chart(values, target=figures["target"])
    return FrozenIndicator(row["name"], row["unit"], row["source"], row["concerns_people"], measured_on, figures, chart)


# ---- One report


def name_of(version: ReportVersion) -> str:
    content = version.content
    return f"{content['name']}: {content['title']}"


def report_pdf(version: ReportVersion) -> bytes:
    """The version as a document, the same bytes each time. Raises CannotBeMade with words for who asked."""
    content = version.content
    texts = [row["text"] for section in content["sections"] for row in section["rows"]]
    if sum(map(len, texts)) > MOST_SIGNS:
        raise builds.CannotBeMade(
            _("The report has %(count)d words, which is too long for one document. Shorten its texts.")
            % {"count": sum(map(word_count, texts))}
        )
    lines = sum(text.count("\n") for text in texts)
    if lines > MOST_LINES:
        raise builds.CannotBeMade(
            _("The report has %(count)d line breaks, which is too many for one document. Take away the empty lines.")
            % {"count": lines}
        )
    context = {
        "version": version,
        "content": content,
        "parts": parts_of_version(version),
        "first": date.fromisoformat(content["covers_from_on"]),
        "last": date.fromisoformat(content["covers_to_on"]),
    }
    return html_to_pdf("pdf/pilots/report.html", context, title=name_of(version), pictures=_pictures(version))


def _pictures(version: ReportVersion) -> dict[str, tuple[bytes, str]]:
    wanted = {picture["id"]: picture["name"] for picture in version.content["pictures"]}
    found = {}
    for file in StoredFile.objects.filter(pk__in=wanted):
        try:
            found[str(file.pk)] = for_document(store.read(file))
        except PictureRefused as reason:
            raise builds.CannotBeMade(f"“{wanted[str(file.pk)]}”: {reason}") from reason
        except OSError as error:
            raise builds.CannotBeMade(_("The picture “%(name)s” is gone from the storage.") % {"name": file.name}) from error
    return found


def file_name(version: ReportVersion) -> str:
    content = version.content
    number = content["registry_number"] or f"P{version.report.project_id}"
    return f"{slugify(number)}-{slugify(content['name'])}-{slugify(content['title'])[:60]}-v{version.number}.pdf"


def _version(build: DocumentBuild) -> ReportVersion:
    related = ("report__project__owner", "submitted_by")
    return ReportVersion.objects.select_related(*related).get(pk=build.subject_id)


def _make(build: DocumentBuild, progress: builds.Progress) -> builds.Made:
    version = _version(build)
    progress(0, 1)
    return builds.Made(file_name(version), report_pdf(version))


def _may_read(user: Any, build: DocumentBuild) -> bool:
    return Report.objects.visible_to(user).filter(versions=build.subject_id).exists()


def _title(build: DocumentBuild) -> str:
    return name_of(_version(build))


def _back(build: DocumentBuild) -> str:
    return _version(build).report.get_absolute_url()


def _keep(build: DocumentBuild) -> None:
    ReportVersion.objects.filter(pk=build.subject_id).update(pdf=build.file)


builds.register(KIND, make=_make, readers=_may_read, title=_title, back=_back, keep=_keep)


# ---- All reports of a call


def versions_of_call(call_id: int, user: Any) -> list[ReportVersion]:
    """The newest version of each report of the call that has come in, and that the person may read."""
    reports = Report.objects.visible_to(user).filter(project__application__sketch__call=call_id)
    found = ReportVersion.objects.filter(pk__in=reports.values("current_version"))
    return list(
        found.select_related("report__project__owner", "submitted_by").order_by("report__project", "report__due_on", "pk")
    )


def batch_key(versions: Iterable[ReportVersion]) -> str:
    """The same for the same versions, whoever asks."""
    return hashlib.sha256(",".join(str(version.pk) for version in versions).encode()).hexdigest()[:40]


def _make_batch(build: DocumentBuild, progress: builds.Progress) -> builds.Made:
    versions = versions_of_call(build.subject_id, build.asked_by)
    if not versions:
        raise builds.CannotBeMade(_("No report of the call has come in yet."))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for done, version in enumerate(versions):
            progress(done, len(versions))
            name, content = _for_archive(build, version)
            archive.writestr(zipfile.ZipInfo(name, date_time=_ZIP_DAY), content)
        progress(len(versions), len(versions))
    call = Call.objects.get(pk=build.subject_id)
    return builds.Made(f"rapporter-{call.slug}.zip", out.getvalue())


_ZIP_DAY = (2000, 1, 1, 0, 0, 0)
"""No clock inside: the same reports make the same archive."""


def _for_archive(build: DocumentBuild, version: ReportVersion) -> tuple[str, bytes]:
    """The report's own document, made now if nobody has asked for it; in place of one that cannot be made, why."""
    ready = DocumentBuild.objects.of(KIND, version.pk).ready().select_related("file").first()
    if ready is not None and ready.file is not None:
        return file_name(version), store.read(ready.file)
    try:
        return file_name(version), builds.make_within(KIND, version.pk, build=build)
    except builds.CannotBeMade as reason:
        return f"{file_name(version)}.txt", f"{name_of(version)}\n\n{reason}\n".encode()


def _may_read_batch(user: Any, build: DocumentBuild) -> bool:
    """An officer who may read every report of the call; or all that was in it when it was asked for, and nothing else."""
    call = Call.objects.filter(pk=build.subject_id).first()
    if call is None or not is_officer(user, call.programme_id):
        return False
    mine = versions_of_call(call.pk, user)
    come_in = Report.objects.handed_in().filter(project__application__sketch__call=call)
    return len(mine) == come_in.count() or batch_key(mine) == build.key


def _batch_title(build: DocumentBuild) -> str:
    return _("All reports: %(call)s") % {"call": Call.objects.get(pk=build.subject_id).title}


def _batch_back(build: DocumentBuild) -> str:
    return reverse("report_list")


builds.register(BATCH, make=_make_batch, readers=_may_read_batch, title=_batch_title, back=_batch_back)
