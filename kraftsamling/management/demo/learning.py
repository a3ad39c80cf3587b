"""What the projects of the demo have taught. All of it is invented, and says so."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import F

from kraftsamling.accounts.models import User
from kraftsamling.lib.dates import stockholm_today
from pilots import quotes
from pilots.actions import analyses, board, evaluations
from pilots.actions import learning as actions
from pilots.models import (
    Finding,
    FindingKind,
    InterviewNote,
    JointAnalysis,
    Judgement,
    LearningKind,
    Project,
    ReportVersion,
    Theme,
    YearlyFollowUp,
)
from pilots.states import ReportState

from .moments import moment
from .sketches import EXAMPLE

if TYPE_CHECKING:
    from .build import Demo


class DemoPassage(NamedTuple):
    """A sentence of an interview, and the theme it is coded with."""

    theme: str
    text: str


THEMES = {
    "Vuxna som stannar": "Att samma vuxna finns kvar över tid.",
    "Unga bestämmer": "Deltagarnas inflytande över vad som görs.",
    "Samarbete": "Hur skola, socialtjänst och föreningar arbetar ihop.",
    "Tid och bemanning": "Om tiden räcker, och vad som händer när någon slutar.",
    "Trösklar": "Avgifter, resor, språk och annat som stänger ute.",
    "Vägen till vardag": "Vad som krävs för att arbetet ska bli kvar i ordinarie verksamhet.",
}

P = DemoPassage
INTERVIEWS = [
    ("projektledaren", [
        P("Vuxna som stannar", "Det som gör skillnad är att samma två vuxna är där varje vecka."),
        P("Samarbete", "Skolan ringer oss nu innan det har blivit ett ärende."),
        P("Tid och bemanning", "När en kollega slutade stod gruppen still i två månader."),
        P("Vägen till vardag", "Förvaltningschefen har sagt att en halv tjänst kan läggas in i budgeten."),
    ]),
    ("tre deltagare och en ledare", [
        P("Unga bestämmer", "Gruppen valde själv bort idrotten och ville laga mat i stället."),
        P("Vuxna som stannar", "Ledarna frågar hur det gick förra gången, och då märks det att de minns."),
        P("Trösklar", "Bussen går inte hem på kvällen, så de som bor utanför tätorten slutar komma."),
    ]),
    ("projektgruppen", [
        P("Samarbete", "Vi hade olika ord för samma sak, och det tog en termin att hitta gemensamma."),
        P("Samarbete", "Mötena blev bra först när de som möter ungdomarna själva var med."),
        P("Vägen till vardag", "Ingen äger frågan när projektet tar slut, och det oroar oss."),
    ]),
    ("rektor och kurator", [
        P("Tid och bemanning", "Det är svårt att frigöra lärare till träffar på dagtid."),
        P("Unga bestämmer", "Eleverna ändrade verktyget två gånger, och det blev bättre båda gångerna."),
        P("Vägen till vardag", "Vi fortsätter, för det kostar mindre än det vi gjorde förut."),
    ]),
    ("verksamhetschefen", [
        P("Trösklar", "När vi tog bort avgiften kom dubbelt så många."),
        P("Vuxna som stannar", "Tilliten kom när samma handläggare satt hos oss varje onsdag."),
        P("Tid och bemanning", "Två mentorer räcker för trettio unga, inte för femtio."),
        P("Samarbete", "Kommunen och vi delar numera på uppföljningen."),
    ]),
]  # fmt: skip

LEARNINGS = [
    (LearningKind.WORKED, "Samma vuxna på samma plats, varje vecka, betyder mer än vilken aktivitet det är.", True),
    (LearningKind.NOT_WORKED, "Affischer och utskick nådde nästan ingen. De som kom hade fått en fråga av någon de kände.", True),
    (LearningKind.CONDITION, "Någon i ordinarie verksamhet behöver äga frågan från första dagen, inte från den sista.", False),
    (LearningKind.WORKED, "När deltagarna fick bestämma innehållet ökade närvaron, och fler tog med sig en vän.", True),
    (
        LearningKind.NOT_WORKED,
        "Att träffas på skoltid gick inte. Lärarna kunde inte frigöras, och eleverna missade lektioner.",
        False,
    ),
]

SYNTHESIS = {
    "learnings": (
        "Projekten är olika men säger samma sak: det är relationen som bär. Där samma vuxna finns kvar över tid kommer deltagarna tillbaka, "
        "och där skola, socialtjänst och föreningar möts utan mellanled upptäcks behoven tidigare.\n\n"
        "Det som inte fungerade var breda utskick, träffar på skoltid och grupper där innehållet var bestämt i förväg."
    ),
    "challenges": (
        "Arbetet är sårbart när det hänger på en person. Resor och avgifter stänger fortfarande ute dem som bor längst bort. "
        "Flera projekt har haft svårt att få tid från ordinarie personal."
    ),
    "conditions": (
        "En chef som äger frågan från start, en tjänst i budgeten innan projektet tar slut, och en gemensam uppföljning som "
        "parterna gör tillsammans en gång om året."
    ),
}
FINDINGS = [
    (FindingKind.SUCCESS, "Vuxna som stannar", "Samma vuxna, på samma plats och tid", "Flera projekt beskriver att tilliten kommer först efter en termin."),
    (FindingKind.SUCCESS, "Unga bestämmer", "Deltagarna bestämmer innehållet", "Där unga själva väljer blir närvaron jämnare."),
    (FindingKind.SUCCESS, "Samarbete", "De som möter barn och unga möts själva", "Samarbete på chefsnivå räcker inte."),
    (FindingKind.OBSTACLE, "Tid och bemanning", "Arbetet hänger på en person", "När någon slutar stannar arbetet upp."),
    (FindingKind.OBSTACLE, "Trösklar", "Resor och avgifter stänger ute", "Det gäller särskilt utanför tätorterna."),
]  # fmt: skip

FROM_REPORTS = {
    "Vuxna som stannar": "En vuxen som är där varje gång är värd mer än ett stort program.",
    "Samarbete": "En ledare från föreningen är på skolan två dagar i veckan.",
    "Trösklar": "Den digitala anmälan stängde ute familjer utan e-legitimation.",
}
"""By theme: words of the demo's reports."""

TURNING_POINT = {
    "name": "Vändpunkten – vardagsstöd för unga i risk",
    "target": "Unga med hög skolfrånvaro, svaga vuxenrelationer och risk för kriminalitet eller missbruk.",
    "tried": "Ett litet team möter familjer hemma, tillsammans med skolan, innan problemen har vuxit. (exempel)",
}
GIRL_UNIT = {
    "name": "Girl Unit",
    "target": "Flickor och icke-binära unga i socioekonomiskt utsatta områden.",
    "tried": "Träffar med fasta ledare där deltagarna bestämmer. De som varit med lär upp nästa grupp. (exempel)",
}
MINUTES = ("5", "8", "8", "9")
LOOKED_AT = "Vi träffades på plats. Pengarna används som det var tänkt, och arbetet följer planen i stort. Nästa avstämning är bestämd. (exempel)"


def learning(demo: "Demo", at: datetime) -> None:
    leader, team = demo.users["processledare"], demo.users["processteam"]
    begun = Project.objects.pilots().filter(starts_on__lt=stockholm_today(at))
    projects = list(begun.select_related("owner", "programme").order_by("starts_on", "pk"))
    if not projects:
        return
    themes = _themes(demo, leader)
    notes = [_interview(project, number, themes, team, at) for number, project in enumerate(projects)]
    _learnings(projects, notes, team)
    analysis = _analysis(demo, themes, notes, leader)
    _evaluation(demo, projects[0], leader)
    _follow_ups(leader, at)
    _board_item(projects, analysis, leader, at)


def _themes(demo: "Demo", by: User) -> dict[str, Theme]:
    return {
        name: actions.add_theme(
            demo.programme,
            values={"name": name, "description": f"{text}{EXAMPLE}", "position": place},
            by=by,
            at=moment(2025, 3, 3),
        )
        for place, (name, text) in enumerate(THEMES.items(), start=1)
    }


def _interview(project: Project, number: int, themes: dict[str, Theme], by: User, now: datetime) -> InterviewNote:
    """Written down, coded and, but for the last of five, approved for sharing."""
    whom, passages = INTERVIEWS[number % len(INTERVIEWS)]
    some_weeks_in = min(project.opened_at + timedelta(days=40), now - timedelta(days=5))
    at = max(moment(2025, 9, 1, 13) + timedelta(days=7 * number), some_weeks_in)
    text = "\n\n".join([f"Påhittad intervju om {project.title}.", *(passage.text for passage in passages), EXAMPLE.strip()])
    note = actions.write_note(project, values={"held_on": at.date(), "held_with": f"{whom}{EXAMPLE}", "text": text}, by=by, at=at)
    for passage in passages:
        theme = themes[passage.theme]
        actions.code_passage(note, theme=theme, quote=passage.text, by=by, at=at + timedelta(days=1))
    if number % len(INTERVIEWS) != len(INTERVIEWS) - 1 or number == 0:
        actions.approve_note(note, revision=note.revision, by=by, at=at + timedelta(days=3))
    return note


def _learnings(projects: list[Project], notes: list[InterviewNote], by: User) -> None:
    for number, (kind, text, is_public) in enumerate(LEARNINGS):
        place = number % len(projects)
        project, note = projects[place], notes[place]
        source = note if note.is_approved else None
        values = {
            "kind": kind,
            "text": f"{text}{EXAMPLE}",
            "is_public": is_public,
            "note": source,
            "focus_areas": list(project.focus_areas.all()),
        }
        actions.write_learning(project, values=values, by=by, at=moment(2025, 10, 20) + timedelta(days=number))


def _analysis(demo: "Demo", themes: dict[str, Theme], notes: list[InterviewNote], by: User) -> JointAnalysis:
    at = moment(2025, 11, 10)
    title = f"Samlad analys av pilotprojekten{EXAMPLE}"
    analysis = analyses.begin_analysis(demo.programme, call=None, title=title, by=by, at=at)
    content = {"title": title, **{key: f"{text}{EXAMPLE}" for key, text in SYNTHESIS.items()}}
    analyses.save_analysis(analysis, content=content, revision=0, by=by, at=at)
    for kind, theme, name, text in FINDINGS:
        values = {"kind": kind, "title": f"{name}{EXAMPLE}", "text": text, "theme": themes[theme]}
        finding = analyses.add_finding(analysis, values=values, by=by, at=at)
        for note in [note for note in notes if note.approved_at and note.approved_at < at]:
            for passage in note.passages.filter(theme=themes[theme])[:1]:
                analyses.add_quote(finding, source=note, quote=passage.quote, by=by, at=at)
        _quote_reports(finding, theme, by=by, at=at)
    analyses.publish_analysis(
        analysis, content=content, is_public=True, revision=analysis.revision, by=by, at=moment(2025, 12, 4, 15)
    )
    return analysis


def _quote_reports(finding: Finding, theme: str, *, by: User, at: datetime) -> None:
    """What an approved report says in the same matter, under a finding."""
    words = FROM_REPORTS.get(theme)
    if words is None:
        return
    approved = ReportVersion.objects.filter(
        report__state=ReportState.APPROVED, report__approved_at__lt=at, report__current_version=F("pk")
    )
    for version in approved.select_related("report__project").order_by("report__due_on", "pk"):
        if quotes.stands_in(words, version):
            analyses.add_quote(finding, source=version, quote=words, by=by, at=at)
            return


def _evaluation(demo: "Demo", project: Project, by: User) -> None:
    """One stage of the programme, closed, and one of a project that goes on."""
    goals = [
        "Minst fem försök har kommit i gång.",
        "Varje försök har en plan för vad som händer sedan.",
        "Alla tolv kommuner deltar.",
    ]
    stage = evaluations.begin_evaluation(
        demo.programme, project=None, stage=f"Etapp 1: komma i gång{EXAMPLE}", starts_on=date(2024, 8, 1), ends_on=date(2025, 6, 30),
        goals=goals, by=by, at=moment(2024, 9, 2),
    )  # fmt: skip
    seen = "Skisserna kom mest från söder. Vi bjuder in de norra kommunerna till ett eget möte. (exempel)"
    evaluations.add_formative_note(stage, text=seen, by=by, at=moment(2024, 10, 22))
    judged = [
        (Judgement.FULFILLED, "Fem försök har fått pengar och arbetar. (exempel)"),
        (Judgement.PARTLY, "Tre av fem har en plan som någon i ordinarie verksamhet har skrivit under. (exempel)"),
        (Judgement.NOT, "Två kommuner har inte varit med än. (exempel)"),
    ]
    for goal, (judgement, reasons) in zip(stage.goals.order_by("position"), judged, strict=True):
        evaluations.judge_goal(goal, judgement=judgement, reasons=reasons, by=by, at=moment(2025, 7, 1))
    summary = "Kraftsamlingen har kommit i gång som planerat. Nästa etapp behöver nå hela länet. (exempel)"
    evaluations.close_evaluation(stage, summary=summary, by=by, at=moment(2025, 7, 2))
    going_on = evaluations.begin_evaluation(
        demo.programme, project=project, stage=f"Etapp 2: pröva på två platser{EXAMPLE}", starts_on=date(2025, 7, 1),
        ends_on=date(2026, 12, 31), goals=["Arbetssättet är prövat på två platser."], by=by, at=moment(2025, 8, 18),
    )  # fmt: skip
    text = "Den andra platsen kom i gång en månad sent, när ledaren var på plats. (exempel)"
    evaluations.add_formative_note(going_on, text=text, by=by, at=moment(2025, 11, 3))


def _follow_ups(by: User, at: datetime) -> None:
    """Asked for each October, done in December; of this year's, one remains."""
    for year in range(2024, at.year + 1):
        evaluations.ask_for_follow_ups(at=min(moment(year, 10, 1, 5), at))
    remaining = YearlyFollowUp.objects.open().order_by("year", "project__starts_on", "pk")
    for row in list(remaining)[:-1]:
        done_at = min(moment(row.year, 12, 10, 14), at)
        evaluations.do_follow_up(row, done_on=stockholm_today(done_at), note=LOOKED_AT, by=by, at=done_at)


def _board_item(projects: list[Project], analysis: JointAnalysis, by: User, at: datetime) -> None:
    """The two projects that the document of the board names, with its running order (AC-040…046)."""
    named = {project.title.partition(" –")[0].removesuffix(EXAMPLE): project for project in projects}
    first, second = named.get("Vändpunkten"), named.get("Girl Unit")
    if first is None or second is None:
        return
    meeting_on = stockholm_today(at) + timedelta(days=19)
    item = board.make_board_item(
        first.programme, title=f"Information om Kraftsamling barn och unga{EXAMPLE}", meeting="Regional tillväxtnämnd", meeting_on=meeting_on,
        projects=[first, second], analysis=analysis, by=by, at=at - timedelta(days=6),
    )  # fmt: skip
    texts = {f"p{first.pk}_{name}": text for name, text in TURNING_POINT.items()}
    texts |= {f"p{second.pk}_{name}": text for name, text in GIRL_UNIT.items()}
    texts |= {f"part{number}_minutes": minutes for number, minutes in enumerate(MINUTES, start=1)}
    texts |= {"part2_presenter": "Maja Lindqvist-Berg", "part3_presenter": "Samira Nordhage"}
    heading = {"title": item.title, "meeting": item.meeting, "meeting_on": item.meeting_on, "limit": item.limit}
    board.edit_board_item(item, values=heading, texts=texts, revision=item.revision, by=by, at=at - timedelta(days=5))
    board.ready_board_item(item, revision=item.revision, by=by, at=at - timedelta(days=4))
