"""Reports of the world: one that is written, one sent in twice, a final one, and a document of each kind."""

import datetime as dt

from kraftsamling.files import store
from kraftsamling.programmes.models import Role
from pilots import builds, report_documents
from pilots.actions import indicators
from pilots.actions import reports as actions
from pilots.models import DocumentBuild
from tests.factories import pilots
from tests.factories import reports as make

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def reports(programme, home, people, granted, *, member, at):
    """`granted` is the world's project that a grant here has opened."""
    leader, days = people[Role.PROCESS_LEADER], dt.timedelta(days=1)
    period = {"starts_on": (at - 300 * days).date(), "ends_on": (at + 90 * days).date()}
    project = pilots.create_elsewhere(
        programme, owner=home, by=leader, at=at - 290 * days, title="Cykelskolan (exempel)", **period
    )
    measure = {"unit": "barn", "baseline": 0, "target": 80, "source": "Egna listor", "concerns_people": True}
    _told, untold = (
        indicators.set_indicator(project, None, values={**measure, "name": name}, by=member, at=at - 280 * days)
        for name in ("Barn som cyklar till skolan", "Föräldrar som hjälper till")
    )
    sent, written = project.reports.get(number=1), project.reports.get(number=2)
    kept = _file(sent, member, at=at - 210 * days)
    make.create_submitted(sent, by=member, at=at - 200 * days, **_silent(untold))
    make.give_back(sent, by=leader, at=at - 190 * days, due_on=(at - 170 * days).date())
    make.create_submitted(sent, by=member, at=at - 180 * days, results="Sextio barn cyklar nu. (exempel)", **_silent(untold))
    link = actions.add_report_file(written, file=_stored(member, at=at - 3 * days), by=member, at=at - 3 * days)
    make.write(written, by=member, at=at - 2 * days, **_silent(untold))
    document = _document(sent.current_version, leader, at=at)
    return _arguments(project, granted, sent, written, kept, link, document, untold)


def _silent(indicator):
    parts = ("value", "women", "men", "on")
    return {f"outcome_{indicator.pk}_{part}": None for part in parts}


def _stored(member, *, at):
    return store.store_bytes("schema.pdf", PDF, "application/pdf", by=member, at=at)


def _file(report, member, *, at):
    file = _stored(member, at=at)
    actions.add_report_file(report, file=file, by=member, at=at)
    return file


def _document(version, leader, *, at):
    """A finished document, without the time it takes to draw one."""
    build = builds.ask(report_documents.KIND, version.pk, by=leader, at=at)
    DocumentBuild.objects.filter(pk=build.pk).update(
        state="ready", file=store.store_bytes("rapport.pdf", PDF, "application/pdf", by=None, at=at), ended_at=at
    )
    return build


def _arguments(project, granted, sent, written, kept, link, document, indicator):
    pk, case, draft = {"pk": project.pk}, {"pk": sent.pk}, {"pk": written.pk}
    rows = {"report_list_file": {"kind": "pdf"}, "report_batch": {"slug": granted.application.sketch.call.slug}}
    rows |= {f"report_list_file@{kind}": {"kind": kind} for kind in ("csv", "xlsx")}
    rows |= {name: pk for name in ["report_plan", "report_add", "indicator_list", "indicator_add"]}  # noqa: C420
    rows |= {f"indicator_{name}": {**pk, "indicator": indicator.pk} for name in ["edit", "remove"]}
    rows |= {f"report_{name}": case for name in ["detail", "compare", "review"]}
    rows |= {"report_detail@final": {"pk": project.reports.get(kind="final").pk}, "report_edit@sent": {**case, "key": "resultat"}}
    rows |= {f"report_{name}": draft for name in ["detail@draft", "move", "cancel", "file_add", "preview", "submit"]}
    keys = {"together": "samverkan", "indicators": "indikatorer", "economy": "ekonomi", "files": "bilder", "work": "genomfort"}
    rows |= {f"report_edit@{name}": {**draft, "key": key} for name, key in keys.items()}
    rows |= {f"report_{name}": {**draft, "key": "resultat"} for name in ["edit", "autosave"]}
    rows |= {"report_edit@goals": {"pk": project.reports.get(kind="final").pk, "key": "mal"}}
    rows |= {"report_file_remove": {**draft, "link": link.pk}, "report_file": {**case, "file_id": kept.pk}}
    rows |= {f"report_{name}": {**case, "number": 2} for name in ["version", "pdf"]}
    return rows | {f"build_{name}": {"pk": document.pk} for name in ["detail", "file", "again"]}


def typed(arguments, *, at):
    """What a person would send."""
    day = (at + dt.timedelta(days=30)).date().isoformat()
    return {
        "report_add": {
            "covers_from_on": "2026-01-01",
            "covers_to_on": "2026-01-31",
            "due_on": day,
            "reason": "Vi vill veta mer.",
        },
        "report_move": {"due_on": day, "reason": "Sjukdom."},
        "report_cancel": {"avsluta-reason": "Vi ringde."},
        "report_edit": {"revision": 2, "results": "Fler."},
        "report_autosave": {"revision": 2, "results": "Fler."},
        "report_submit": {"revision": 2, "is_true": "on"},
        "report_review": {"revision": 0, "approve": "1"},
        "indicator_add": {"name": "Kvällar", "unit": "kvällar"},
        "indicator_edit": {"name": "Kvällar", "unit": "kvällar"},
    }
