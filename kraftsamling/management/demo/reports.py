"""Reports of the demo: on time and late, approved, returned and waiting; with two years of figures. All invented."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from PIL import Image, ImageDraw

from kraftsamling.accounts.actions import add_signatory
from kraftsamling.accounts.models import Signatory
from kraftsamling.files import store
from kraftsamling.lib.dates import STOCKHOLM, stockholm_today
from kraftsamling.lib.money import Kronor, KronorFormField
from pilots import report_content
from pilots.actions import indicators as indicator_actions
from pilots.actions import report_reminders
from pilots.actions import reports as actions
from pilots.forms.reports import ReportForms, content_of
from pilots.models import Project, ProjectKind, Report

WORDS = (
    {
        "summary": "Gruppen är i gång. Trettio unga har varit med minst tre gånger, och skolorna hör av sig oftare än vi gör.",
        "results": "Fler kommer tillbaka än vi räknade med. De unga säger att de vuxna lyssnar, och att de vågar fråga.",
        "did_not_work": "Affischerna gav nästan ingenting. De som kom hade hört talas om oss av en kompis eller en lärare.",
        "learnings": "Det personliga mötet avgör. En vuxen som är där varje gång är värd mer än ett stort program.",
        "deviations": "Starten blev tre veckor senare, eftersom en ledare blev sjuk.",
        "collaboration": "Skolan, fritidsgården och en förening träffas varannan vecka. Det korta mötet fungerar bäst.",
        "next_steps": "Vi börjar med en andra grupp och låter deltagarna välja tema.",
    },
    {
        "summary": "Två grupper pågår. Föräldrarna har varit med vid två kvällar, och det har ändrat vad vi gör.",
        "results": "Närvaron i skolan har ökat för dem som varit med längst, enligt skolans egna siffror för hela gruppen.",
        "did_not_work": "Kvällarna för föräldrar låg för tidigt. Många arbetar skift, och då kom bara några få.",
        "learnings": "Fråga om tiderna först. Mat och barnpassning gör större skillnad än innehållet på kvällen.",
        "deviations": "Vi bytte lokal, så ett av tillfällena flyttades till nästa månad.",
        "collaboration": "Socialtjänsten är med från i höst. Vi har kommit överens om vad vi berättar för varandra och inte.",
        "next_steps": "Nästa period provar vi samma upplägg på en skola till, i mindre skala.",
    },
    {
        "summary": "Arbetet har satt sig. Vi följer samma unga ett år, och kan för första gången jämföra med hur det var i början.",
        "results": "Över hälften är kvar i en förening eller en grupp efter ett halvår. De yngsta stannar längst.",
        "did_not_work": "Den digitala anmälan stängde ute familjer utan e-legitimation. Vi gick tillbaka till papper och telefon.",
        "learnings": "Enkla vägar in är viktigare än bra verktyg. Det som krånglar för oss stänger någon annan ute.",
        "deviations": "Vi nådde färre pojkar än planerat under våren, och har ändrat hur vi berättar om grupperna.",
        "collaboration": "En ledare från föreningen är på skolan två dagar i veckan. Det har gjort att lärarna litar på oss.",
        "next_steps": "Vi skriver ner arbetssättet så att ordinarie verksamhet kan ta över.",
    },
)
SAME = {
    "gender_equality": "Vi räknar flickor och pojkar var för sig varje månad. Skillnaden har minskat sedan vi ändrade tiderna.",
    "integration": "Texterna finns på fyra språk, och två av ledarna talar arabiska och somaliska.",
    "dissemination": "Vi berättade på länets träff, och två kommuner har varit på besök.",
    "measuring": "Siffrorna kommer från närvarolistor utan namn. De visar inte vad de unga gör däremellan.",
    "economy": "Kostnaderna följer budgeten i stort. Resorna blev billigare, och lönerna ökar till hösten.",
}
FINAL = {
    "carried_on": "Kommunen anställer en ledare på halvtid. Grupperna går vidare med samma lokal och samma tider.",
    "others": "Börja med en skola och en förening som redan litar på varandra. Låt de unga bestämma något på riktigt.",
}
COMMENT = "Berätta hur många som var med från början, så att det går att se om gruppen har vuxit. Lägg gärna till en mening om varför. (exempel)"
WAITING_FOR_REVIEW, RETURNED, LATE = range(3)
"""What the newest report of the first three projects is; of all others everything is approved."""
BEHIND = "Stöd för ungdomar"
"""The project whose measured figures have come less far than its time."""
LATE_DAYS = (0, 0, 6, 0, -3, 0, 0, -1)
"""How many days after its last day each report of a project comes in."""


def reports(demo: Any, at: datetime) -> None:
    """Each project has reported what has fallen due, except what waits for somebody today."""
    for place, project in enumerate(_projects()):
        _indicators(project, demo, at=min(project.opened_at + timedelta(days=20), at))
        due = [report for report in project.reports.asked_for().order_by("due_on", "pk") if report.due_on < stockholm_today(at)]
        for number, report in enumerate(due):
            last = number == len(due) - 1
            _report(demo, report, number, newest=place if last and project.kind == ProjectKind.PILOT else None, at=at)


def _projects() -> Iterator[Project]:
    yield from Project.objects.select_related("programme", "owner", "decision__application_version").order_by("pk")


def _report(demo: Any, report: Report, number: int, *, newest: int | None, at: datetime) -> None:
    if newest == LATE:
        _remind(report, at=at)
        return
    sent_at = min(_on(report.due_on + timedelta(days=LATE_DAYS[number % len(LATE_DAYS)])), at - timedelta(days=2))
    _send_in(demo, report, number, at=sent_at)
    if newest == WAITING_FOR_REVIEW:
        return
    leader, version = demo.users["processledare"], report.current_version
    if newest == RETURNED:
        back = min(sent_at + timedelta(days=6), at - timedelta(days=1))
        due_on = stockholm_today(at) + timedelta(days=9)
        actions.return_report(version, comments={"resultat": COMMENT}, due_on=due_on, revision=0, by=leader, at=back)
        return
    comments = (
        {"": "Tack för en öppen rapport. Det ni skriver om vad som inte fungerade är till stor nytta. (exempel)"}
        if number
        else {}
    )
    approved_at = min(sent_at + timedelta(days=8, hours=2), at - timedelta(days=1))
    actions.approve_report(version, comments=comments, revision=0, by=leader, at=approved_at)


def _on(day: date) -> datetime:
    return datetime.combine(day, time(14, 20), tzinfo=STOCKHOLM)


def _remind(report: Report, *, at: datetime) -> None:
    for days in report_reminders.reminder_days():
        moment = _on(report.due_on - timedelta(days=days))
        if moment < at:
            report_reminders.remind_about_report(report, days=days, at=moment)


# ---- Indicators


def _indicators(project: Project, demo: Any, *, at: datetime) -> None:
    """One that counts people and one that does not, beside those of the application."""
    by = demo.users["processledare"]
    wanted = [
        ("Unga som varit med minst tre gånger (exempel)", "personer", 0, 60, "Närvarolistor utan namn", True),
        ("Nöjda med bemötandet (exempel)", "procent", 55, 85, "Enkät två gånger om året", False),
    ]
    for name, unit, baseline, target, source, people in wanted:
        values = {
            "name": name, "unit": unit, "baseline": Decimal(baseline), "target": Decimal(target), "source": source,
            "concerns_people": people,
        }  # fmt: skip
        indicator_actions.set_indicator(project, None, values=values, by=by, at=at)


def _outcomes(report: Report, given: report_content.Given, number: int) -> dict[str, str]:
    typed = {}
    behind = report.project.title.startswith(BEHIND)
    for place, indicator in enumerate(given.indicators):
        if indicator.target is None:
            typed[f"outcome_{indicator.pk}_value"] = str(3 + number)
            continue
        begin = indicator.baseline or Decimal(0)
        steps = min(Decimal(number + 1) / 7, Decimal("1.1")) - Decimal((number * (place + 3)) % 4) / 40
        if behind and not place:
            steps *= Decimal("0.3")
        value = int(begin + (indicator.target - begin) * steps)
        typed[f"outcome_{indicator.pk}_value"] = str(value)
        typed[f"outcome_{indicator.pk}_on"] = report.covers_to_on.isoformat()
        if indicator.concerns_people:
            women = value * (11 + number % 3) // 22
            typed |= {f"outcome_{indicator.pk}_women": str(women), f"outcome_{indicator.pk}_men": str(value - women)}
    return typed


# ---- One report


def _typed(report: Report, given: report_content.Given, number: int) -> dict[str, Any]:
    words = {**WORDS[number % len(WORDS)], **SAME, **(FINAL if report.is_final else {})}
    typed = {**report_content.begun(report, given=given), **{name: f"{text} (exempel)" for name, text in words.items()}}
    typed.setdefault("activity_1_name", "Grupper och träffar enligt planen (exempel)")
    if report.is_final:
        typed.setdefault("goal_1_name", "Arbetssättet är prövat i två grupper (exempel)")
    for n in range(1, 9):
        if f"activity_{n}_name" in typed:
            typed |= {
                f"activity_{n}_done": ("done", "going_on", "changed")[(n + number) % 3],
                f"activity_{n}_text": "Som planerat. (exempel)",
            }
        if f"goal_{n}_name" in typed:
            typed |= {f"goal_{n}_reached": ("yes", "partly")[n % 2], f"goal_{n}_text": "Vi ser det i närvaron. (exempel)"}
    return {**typed, **_outcomes(report, given, number), **_costs(report, given, number)}


def _costs(report: Report, given: report_content.Given, number: int) -> dict[str, str]:
    """Booked as far as the period has come into each year, and foreseen a little beside the budget."""
    typed, amount = {}, KronorFormField().prepare_value
    for place, category in enumerate(given.categories):
        for year in given.years:
            budget = given.budget.get((category, year), Kronor(0))
            gone = _part_of_year(report, year)
            foreseen = Decimal(100 - (place * 4 + number) % 9)
            booked = budget.percent(foreseen * gone / 100)
            typed[f"cost_{category}_{year}_booked"] = amount(Kronor(booked.whole))
            typed[f"cost_{category}_{year}_forecast"] = amount(Kronor(budget.percent(foreseen).whole))
    return typed


def _part_of_year(report: Report, year: int) -> Decimal:
    """Per cent of the project's days in the year that the report has told of."""
    project = report.project
    first, last = max(project.starts_on, date(year, 1, 1)), min(project.ends_on, date(year, 12, 31))
    if last < first:
        return Decimal(0)
    told = (min(report.covers_to_on, last) - first).days + 1
    return Decimal(max(0, told)) * 100 / Decimal((last - first).days + 1)


def _send_in(demo: Any, report: Report, number: int, *, at: datetime) -> None:
    signatory = _signatory(demo, report, at=at) if report.is_final else None
    by = (signatory.user if signatory else None) or demo.member_of(report.project.owner)
    given = report_content.given(report)
    typed = _typed(report, given, number)
    if number in {1, 4}:
        _picture(report, by=by, at=at - timedelta(days=3))
    draft = actions.draft_of(report)
    revision = actions.save_report_draft(
        report, typed=typed, names=frozenset(typed), begun={}, revision=draft.revision, by=by, at=at - timedelta(days=1)
    )
    with translation.override("sv"):
        whole = ReportForms(typed, given=given)
        if not whole.is_complete():
            raise RuntimeError(f"the demo report {report.pk} is not right: {whole.wrong()} {whole.remaining()}")
        said = {"content": content_of(whole), "given": given, "signatory": signatory, "revision": revision}
        actions.submit_report(report, by=by, at=at, **said)


def _signatory(demo: Any, report: Report, *, at: datetime) -> Signatory:
    owner = report.project.owner
    found = Signatory.objects.current(on=stockholm_today(at)).filter(organisation=owner).first()
    return found or add_signatory(
        owner,
        name="Runa Tallåsen",
        title="Förvaltningschef",
        proof=SimpleUploadedFile("delegation.txt", "Påhittat utdrag ur en delegationsordning.".encode(), "text/plain"),
        valid_from_on=date(2024, 1, 1),
        by=demo.member_of(owner),
        at=at - timedelta(days=3),
    )


def _picture(report: Report, *, by: Any, at: datetime) -> None:
    """Drawn here: nobody's photograph."""
    image = Image.new("RGB", (960, 540), "#e7f0ef")
    draw = ImageDraw.Draw(image)
    for place, colour in enumerate(["#a83a63", "#2f5da8", "#2e7d4f", "#a8540b"]):
        left = 90 + place * 210
        draw.ellipse((left, 150, left + 150, 300), fill=colour)
        draw.rounded_rectangle((left - 10, 310, left + 160, 470), radius=40, fill=colour)
    out = io.BytesIO()
    image.save(out, "PNG")
    file = store.store_bytes("exempelbild.png", out.getvalue(), "image/png", by=by, at=at)
    alt = "Fyra tecknade figurer i de fyra skyddsfaktorernas färger, sida vid sida. (exempel)"
    actions.add_report_file(report, file=file, alt=alt, by=by, at=at)
