"""Builds the demo data through the actions, each at its own moment, so that rules and case log are the real ones."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from stdnum import luhn

from grants import actions
from grants.forms.sketches import SketchForm
from grants.models import Application, Assessment, Call, OutcomeKind, QuestionKind, Recommendation, Sketch, Step
from kraftsamling.accounts.actions import add_signatory, register_organisation
from kraftsamling.accounts.actions.organisations import add_member
from kraftsamling.accounts.demo import DEMO_DOMAIN, DEMO_PASSWORD
from kraftsamling.accounts.models import Organisation, OrganisationKind, User
from kraftsamling.lib.money import Kronor
from kraftsamling.notifications.models import Message, MessageState
from kraftsamling.places.models import Municipality, Region
from kraftsamling.programmes.actions import give_first_role
from kraftsamling.programmes.models import FocusArea, FocusColour, Programme

from .applications import DemoApplications
from .closing import closing
from .learning import learning
from .moments import at_clock, moment
from .money import money
from .people import MORE_REVIEWERS, ORGANISATIONS, PEOPLE, ROLES, WRITERS, DemoOrganisation
from .projects import projects
from .reports import reports
from .sketches import INVITED, LEARNING, REASONS_DECLINED, REASONS_INVITED, SKETCHES, DemoSketch
from .steering import steering

STAGES = ("sketches", "invited", "applications", "decided", "running")
"""Where the building may stop: before the review, when the invitations are out, when applications are in, when they are
decided, or not at all: then the projects live on until today."""
FIRST_INVENTED_NUMBER = 802_999_100
LIFE: tuple[Callable[[Any, datetime], None], ...] = (projects, reports, money, learning, steering, closing)
"""What happens in the projects after the grants, in this order; each takes the demo and the moment it is built."""
LEANINGS = (0, 1, 0, 0, -1, 0, 1)
"""How reviewers differ from one another and from criterion to criterion."""


FACTORS = [
    ("familj", "God relation mellan barn och föräldrar", "Familj", FocusColour.FAMILY, "Barn som har en trygg och varm relation till sina föräldrar klarar mer."),
    ("skola", "Skolgång som fungerar", "Skola", FocusColour.SCHOOL, "Att klara skolan är det som skyddar mest mot utanförskap senare i livet."),
    ("fritid", "Meningsfull fritid", "Fritid", FocusColour.LEISURE, "En fritid med vuxna som ser en, och något att längta till."),
    ("plats", "Tryggt närsamhälle", "Närsamhälle", FocusColour.PLACE, "Platser där barn och unga kan röra sig fritt, och vuxna som bryr sig."),
]  # fmt: skip


class Demo:
    """The whole of the demo data, step by step. Raises RuntimeError where data is already there."""

    def __init__(self) -> None:
        self.password = make_password(DEMO_PASSWORD)
        """The same for all and known to all, so that it is hashed once: that is dear on purpose."""
        self.users: dict[str, User] = {}
        self.organisations: dict[str, Organisation] = {}
        self.areas: dict[str, FocusArea] = {}
        self.programme: Programme

    @transaction.atomic
    def build(self, *, stage: str, at: datetime) -> None:
        if Programme.objects.exists():
            raise RuntimeError("there is a programme already; begin again with make run FRESH=1")
        self._programme()
        self._people()
        call = self._first_call()
        sketches = self._sketches(call)
        reached = STAGES.index(stage)
        if reached >= STAGES.index("invited"):
            self._review(call, sketches)
            self._answers(call, sketches)
        second = DemoApplications(self, call)
        if reached >= STAGES.index("applications"):
            second.applications(sketches, at)
        if reached >= STAGES.index("decided"):
            second.decisions(sketches, at)
            second.earlier_call()
            second.platform_project()
        if reached >= STAGES.index("running"):
            for step in LIFE:
                step(self, at)
        self._open_call(at)
        self._past_mail(at)

    # ---- The programme, its people and organisations

    def _programme(self) -> None:
        self.programme = Programme.objects.create(
            region=Region.objects.get(code="18"),
            slug="barn-och-unga",
            name="Kraftsamling barn och unga",
            tagline="Tillsammans för att alla barn och unga ska lyckas",
            description=(
                "Kommuner, föreningar och region prövar nya sätt att arbeta, lär av varandra och berättar vad som fungerade – "
                "och vad som inte gjorde det."
            ),
            funder="Region Örebro län, med statliga medel för regional utveckling (anslag 1:1)",
        )
        for position, (key, name, short_name, colour, text) in enumerate(FACTORS, start=1):
            self.areas[key] = FocusArea.objects.create(
                programme=self.programme,
                key=key,
                name=name,
                short_name=short_name,
                colour=colour,
                description=text,
                position=position,
            )

    def _people(self) -> None:
        at = moment(2024, 8, 1)
        for key, (name, _organisation) in PEOPLE.items():
            self._person(key, name)
        for key, name in MORE_REVIEWERS.items():
            self._person(key, name)
        for key, role in ROLES.items():
            give_first_role(self.programme, self.users[key], role, at=at)
        for number, organisation in enumerate(ORGANISATIONS):
            self._organisation(number, organisation, at=at)
        add_signatory(
            self.organisations["hallsberg"],
            name=self.users["firmatecknare"].name,
            title="Kommundirektör",
            user=self.users["firmatecknare"],
            jointly=False,
            proof=SimpleUploadedFile("delegationsordning.txt", "Påhittat utdrag ur delegationsordningen.".encode(), "text/plain"),
            valid_from_on=date(2024, 1, 1),
            valid_to_on=None,
            by=self.users["kommun"],
            at=at,
        )

    def _person(self, key: str, name: str) -> User:
        email = f"{key}@{DEMO_DOMAIN}"
        user = User.objects.create_user(email, None, name=name)
        User.objects.filter(pk=user.pk).update(password=self.password)
        user.password = self.password
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        self.users[key] = user
        return user

    def _organisation(self, number: int, row: DemoOrganisation, *, at: datetime) -> None:
        members = [self.users[key] for key, (_name, belongs) in PEOPLE.items() if belongs == row.key]
        if not members:
            writer = WRITERS[number % len(WRITERS)]
            members = [self._person(f"{row.key}.skribent", writer)]
        org_number = row.org_number or invented_number(number)
        seat = Municipality.objects.get(code=row.seat)
        organisation = register_organisation(
            name=row.name, org_number=org_number, kind=row.kind, legal_form=row.legal_form, seat=seat, by=members[0], at=at
        )
        for colleague in members[1:]:
            add_member(organisation, colleague)
        self.organisations[row.key] = organisation

    def member_of(self, organisation: Organisation) -> User:
        return organisation.members.order_by("pk")[0]

    # ---- The call that the minutes tell of

    def _first_call(self) -> Call:
        leader, at = self.users["processledare"], moment(2024, 8, 12)
        call = actions.create_call(self.programme, title="Pilotprojekt 2024", by=leader, at=at)
        values = {
            **self.call_texts(),
            "opens_at": moment(2024, 8, 26),
            "closes_at": moment(2024, 10, 4, 16),
            "review_due_at": moment(2024, 10, 18, 16),
            "answer_expected_on": date(2024, 10, 25),
            "application_due_at": moment(2024, 11, 29, 16),
            "decision_expected_on": date(2024, 12, 18),
            "period_starts_on": date(2025, 1, 1),
            "period_ends_on": date(2026, 6, 30),
        }
        actions.edit_call(call, values=values, revision=call.revision, by=leader, at=at)
        actions.set_frames(call, frames={2025: Kronor(600_000), 2026: Kronor(400_000)}, by=leader, at=at)
        actions.publish_call(call, by=leader, at=moment(2024, 8, 19))
        actions.answer_question(
            call,
            question="Får ideellt arbete räknas som egen finansiering?",
            answer="Ja, i skissen räcker en rimlig uppskattning av timmar. I ansökan beskriver ni hur ni har räknat.",
            by=leader,
            at=moment(2024, 9, 5),
        )
        return call

    def call_texts(self) -> dict[str, Any]:
        return {
            "summary": "Pengar till små försök som stärker det som skyddar barn och unga. Börja med en skiss på en sida.",
            "purpose": (
                "Vi söker idéer som prövar något nytt i liten skala, tillsammans med andra, och som andra i länet kan lära av.\n\n"
                "Försöken ska stärka minst en av de fyra skyddsfaktorerna. De ska vara tänkta att leva vidare i ordinarie "
                "verksamhet om de fungerar."
            ),
            "not_funded": (
                "Sådant som redan görs, investeringar i lokaler och stöd till enskilda barn. Pengarna får inte bli statligt stöd till företag."
            ),
            "eligibility": (
                "Kommuner, föreningar, studieförbund, stiftelser, trossamfund, universitet och regionens egna verksamheter. "
                "Den som söker ska vara en juridisk person. Grupper som inte är det kan vara med som parter."
            ),
            "how_assessed": (
                "Minst två personer läser varje skiss och ger 0–5 för varje kriterium, med motivering. "
                "Poängen är ett stöd. Människor väljer, och alla får ett svar med skäl."
            ),
            "contact_name": "Elin Skogsäter",
            "contact_email": f"processledare@{DEMO_DOMAIN}",
            "contact_phone": "019-000 00 00",
            "smallest_grant": Kronor(100_000),
            "largest_grant": Kronor(300_000),
            "indirect_rate": Decimal("21.39"),
            "eligible_kinds": [
                OrganisationKind.MUNICIPALITY, OrganisationKind.REGION, OrganisationKind.ASSOCIATION,
                OrganisationKind.STUDY_ASSOCIATION, OrganisationKind.UNIVERSITY, OrganisationKind.FOUNDATION, OrganisationKind.RELIGIOUS,
            ],
        }  # fmt: skip

    # ---- The sketches

    def _sketches(self, call: Call) -> list[Sketch]:
        opens = moment(2024, 9, 2)
        return [
            self.sketch(call, row, started_at=opens + timedelta(days=number, hours=number % 5), number=number)
            for number, row in enumerate(SKETCHES)
        ]

    def sketch(self, call: Call, row: DemoSketch, *, started_at: datetime, number: int) -> Sketch:
        organisation = self.organisations[row.owner]
        by = self.member_of(organisation)
        sketch = actions.start_sketch(call, organisation, by=by, at=started_at)
        typed = self.typed(call, row, by=by)
        self._write_and_submit(sketch, typed, by=by, at=started_at + timedelta(days=3, hours=2, minutes=7 * number))
        return sketch

    def _write_and_submit(self, sketch: Sketch, typed: dict[str, Any], *, by: User, at: datetime) -> None:
        revision = actions.save_draft(sketch, content=typed, revision=0, by=by, at=at - timedelta(minutes=15))
        form = SketchForm(typed, call=sketch.call)
        if not form.is_valid():
            raise RuntimeError(f"the demo sketch “{typed['title']}” is not right: {form.wrong()} {form.remaining()}")
        actions.submit_sketch(sketch, content=form.content(), revision=revision, by=by, at=at)
        sketch.refresh_from_db()

    def typed(self, call: Call, row: DemoSketch, *, by: User) -> dict[str, Any]:
        """What the writer types into the form."""
        own = row.sought + (20_000 if row.sought % 3 else 0)
        total = row.sought + own
        staff, travel = total * 6 // 10, total // 20
        first_day = call.period_starts_on + timedelta(days=14)
        typed: dict[str, Any] = {
            "title": row.title,
            "summary": row.idea.split(". ")[0].rstrip(".") + ".",
            "need": row.need,
            "idea": row.idea,
            "target_group": row.target,
            "learning": LEARNING,
            "focus_areas": [str(self.areas[key].pk) for key in (row.main, *row.others)],
            "main_focus_area": str(self.areas[row.main].pk),
            "cost_own_staff": str(staff),
            "cost_external_services": str(total - staff - travel - total // 10),
            "cost_travel": str(travel),
            "cost_indirect": str(total // 10),
            "sought": str(row.sought),
            "own_financing": str(own),
            "starts_on": first_day.isoformat(),
            "ends_on": (first_day + timedelta(days=330)).isoformat(),
            "contact_1_name": by.name,
            "contact_1_email": by.email,
            "contact_2_name": "Robin Exempelsson",
            "contact_2_email": f"kontakt@{DEMO_DOMAIN}",
            "groups_only": "on",
        }
        typed |= {"municipalities": list(row.places)} if row.places else {"whole_county": "on"}
        for number, (key, part) in enumerate(row.partners, start=1):
            known = self.organisations.get(key)
            typed[f"partner_{number}_name"] = known.name if known else key
            typed[f"partner_{number}_part"] = part
            if known:
                typed[f"partner_{number}_org_number"] = known.org_number
        return typed

    # ---- Review and answers

    def _review(self, call: Call, sketches: list[Sketch]) -> None:
        reviewers = [self.users[key] for key in ("granskare", *MORE_REVIEWERS)]
        actions.assign_reviewers(
            call, sketches=sketches, reviewers=reviewers, by=self.users["processledare"], at=moment(2024, 10, 7)
        )
        levels = {sketch.pk: row.level for sketch, row in zip(sketches, SKETCHES, strict=True)}
        assessments = Assessment.objects.filter(sketch__call=call).select_related(
            "sketch__call", "sketch__current_version", "reviewer"
        )
        for number, assessment in enumerate(assessments.order_by("pk")):
            at = moment(2024, 10, 8) + timedelta(hours=3 * number)
            actions.declare_on_assessment(assessment, has_conflict=False, by=assessment.reviewer, at=at)
            self._assess(assessment, level=levels[assessment.sketch_id], number=number, at=at + timedelta(minutes=25))

    def _assess(self, assessment: Assessment, *, level: int, number: int, at: datetime) -> None:
        scores = {}
        for place, criterion in enumerate(assessment.sketch.call.criteria.order_by("position")):
            value = max(0, min(5, level + LEANINGS[(number * 7 + place * 5 + number * place) % len(LEANINGS)]))
            scores[criterion] = (value, criterion.levels[value])
        recommendation = {5: Recommendation.INVITE, 4: Recommendation.INVITE, 3: Recommendation.MAYBE}.get(
            level, Recommendation.DECLINE
        )
        actions.submit_assessment(
            assessment, scores=scores, recommendation=recommendation, comment="", by=assessment.reviewer, at=at
        )

    def _answers(self, call: Call, sketches: list[Sketch]) -> None:
        leader, at = self.users["processledare"], moment(2024, 10, 21, 14)
        outcomes = []
        for number, sketch in enumerate(sketches):
            invited = number < INVITED
            reason = REASONS_INVITED[number] if invited else REASONS_DECLINED[number % len(REASONS_DECLINED)]
            kind = OutcomeKind.INVITED if invited else OutcomeKind.DECLINED
            outcomes.append(actions.prepare_outcome(sketch, kind=kind, reason=reason, revision=0, by=leader, at=at))
        actions.send_outcomes(call, outcomes=outcomes, by=leader, at=moment(2024, 10, 24, 10))
        if Application.objects.count() != INVITED:
            raise RuntimeError("the demo invites seven")

    # ---- The call that is open today

    def _open_call(self, at: datetime) -> None:
        leader = self.users["processledare"]
        opened = at_clock(at - timedelta(days=20), 9)
        closes = at_clock(next_thursday(at + timedelta(days=24)), 16)
        call = actions.create_call(self.programme, title=f"Pilotprojekt {closes.year}", by=leader, at=opened - timedelta(days=10))
        starts_on = date(closes.year, closes.month, 1) + timedelta(days=150)
        values = {
            **self.call_texts(),
            "opens_at": opened,
            "closes_at": closes,
            "review_due_at": closes + timedelta(days=21),
            "answer_expected_on": (closes + timedelta(days=30)).date(),
            "application_due_at": closes + timedelta(days=70),
            "application_review_due_at": closes + timedelta(days=84),
            "decision_expected_on": (closes + timedelta(days=100)).date(),
            "period_starts_on": starts_on,
            "period_ends_on": starts_on + timedelta(days=730),
        }
        actions.edit_call(call, values=values, revision=call.revision, by=leader, at=opened - timedelta(days=9))
        frames = {starts_on.year: Kronor(600_000), starts_on.year + 1: Kronor(600_000)}
        actions.set_frames(call, frames=frames, by=leader, at=opened - timedelta(days=9))
        actions.set_questions(call, questions=OWN_QUESTIONS, by=leader, at=opened - timedelta(days=9))
        actions.publish_call(call, by=leader, at=opened - timedelta(days=5))
        self._open_sketches(call, opened)

    def _open_sketches(self, call: Call, opened: datetime) -> None:
        own_answers = {
            q.field_name: "0" if q.kind == QuestionKind.CHOICE else "Ungdomsrådet har läst skissen och ändrat i den."
            for q in call.questions.all()
        }
        for number, row in enumerate(OPEN_SKETCHES):
            organisation = self.organisations[row.owner]
            by = self.member_of(organisation)
            started_at = opened + timedelta(days=4 + number, hours=2)
            sketch = actions.start_sketch(call, organisation, by=by, at=started_at)
            self._write_and_submit(
                sketch, {**self.typed(call, row, by=by), **own_answers}, by=by, at=started_at + timedelta(days=2)
            )
        reviewer, leader = self.users["granskare"], self.users["processledare"]
        actions.assign_reviewers(
            call, sketches=Sketch.objects.filter(call=call), reviewers=[reviewer], by=leader, at=opened + timedelta(days=9)
        )
        writer = self.users["kommun"]
        draft = actions.start_sketch(call, self.organisations["hallsberg"], by=writer, at=opened + timedelta(days=10))
        half = {
            "title": "Vägen in i föreningslivet (exempel)",
            "need": "Många unga i våra mindre orter säger att de inte vet vad som finns att göra efter skolan.",
            "sought": "320 000",
        }
        actions.save_draft(draft, content=half, revision=0, by=writer, at=opened + timedelta(days=10, minutes=12))

    def _past_mail(self, at: datetime) -> None:
        """Mail that belongs to the past is put down as sent then: nobody is to get a letter from 2024 today."""
        Message.objects.due(at=at - timedelta(hours=1)).update(state=MessageState.SENT, sent_at=F("written_at"))


def next_thursday(day: datetime) -> datetime:
    return day + timedelta(days=(3 - day.weekday()) % 7)


def invented_number(number: int) -> str:
    digits = str(FIRST_INVENTED_NUMBER + number)
    digits += luhn.calc_check_digit(digits)
    return f"{digits[:6]}-{digits[6:]}"


OWN_QUESTIONS = [
    {
        "step": Step.SKETCH, "kind": QuestionKind.LONG_TEXT, "label": "Hur har barn och unga varit med och tänkt?",
        "help_text": "Skriv kort: vilka har ni frågat, och vad ändrade det?", "required": True, "word_limit": 80, "choices": [],
    },
    {
        "step": Step.SKETCH, "kind": QuestionKind.CHOICE, "label": "Har ni sökt pengar hos oss förut?",
        "help_text": "", "required": True, "word_limit": None, "choices": ["Nej", "Ja, men fick inte", "Ja, och fick"],
    },
]  # fmt: skip

OPEN_SKETCHES = [
    DemoSketch(
        "karlskoga", "Lärlingar på fritidsgården" + " (exempel)", "fritid", ("skola",), ("1883",), 190_000, 3,
        "Fritidsgården har många besökare men få unga ledare.",
        "Elever från gymnasiet leder en kväll i veckan mot betygsgrundande praktik. Vi prövar en termin på en gård.",
        "Unga 12–18 år i Karlskoga, omkring 70 besökare.",
    ),
    DemoSketch(
        "vuxenskolan", "Tjejgrupper med egen röst, steg två" + " (exempel)", "fritid", ("plats", "familj"), ("1880", "1861"), 210_000, 3,
        "Efter förra skissen har vi pratat med deltagare i tre områden. De vill ha fasta ledare och få välja själva.",
        "Två grupper med fasta ledare prövar under ett halvår, och deltagarna lär upp nästa grupp.",
        "Flickor och icke-binära unga 12–18 år, omkring 40 personer.",
        (("hallsberg", "Lokal och fritidsledare"),),
    ),
]  # fmt: skip


def build(*, stage: str) -> None:
    """Raises RuntimeError outside demo mode and where a programme already exists."""
    if not settings.DEMO:
        raise RuntimeError("demo data is only built when DEMO is on")
    Demo().build(stage=stage, at=timezone.now())
