"""The second step of the demo: applications in different stages, decisions within the frame, and the projects they open."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile

from grants import actions, decision_rules
from grants.budget import platform
from grants.budget.store import store
from grants.forms.whole import ApplicationForms
from grants.models import (
    Application,
    Assessment,
    Call,
    Check,
    Decision,
    DecisionKind,
    OutcomeKind,
    Recommendation,
    Sketch,
    StateAid,
    Step,
)
from kraftsamling.accounts.actions import add_signatory
from kraftsamling.accounts.demo import DEMO_DOMAIN
from kraftsamling.accounts.models import Organisation, Signatory, User
from kraftsamling.lib.money import Kronor
from pilots.actions import descriptions, enter_project

from .moments import at_clock, moment
from .sketches import SKETCHES, DemoSketch

if TYPE_CHECKING:
    from .build import Demo

PLATFORM = {
    "summary": (
        "En plattform där kommuner, regionen och civilsamhället tillsammans stärker det som skyddar barn och unga: vi kartlägger det som "
        "görs, lär av varandra, prövar lokalt i liten skala och för in det som fungerar i ordinarie verksamhet."
    ),
    "strategy_link": (
        "De prioriterade områdena Kunskapslyft och Utbildning. Målet hög och jämlik livskvalitet: goda uppväxtvillkor, delaktighet och "
        "inflytande. Perspektiven Jämställdhet och Integration."
    ),
    "target_group": "",
    "continuation_plan": "Det som prövats och visat sig ha värde förs in i ordinarie verksamhet.",
    "direction_decision": "Regional tillväxtnämnd 2024-02-09 § 2: Projekt som bidrar till att rusta barn och unga",
    "registry_number": "23RS10970",
    "external_case_id": "",
}
"""What the region's own project is, after its description (domain 7.1, AC-004…023)."""
PLATFORM_TEAM = (
    ("Elin Skogsäter", "Processledare"),
    ("Områdeschefer i regionen", "Styrgrupp: följer arbetet och undanröjer hinder"),
    ("Partnerskapet", "Referensgrupp"),
)
EARLIER = [
    DemoSketch(
        "hallsberg", "Vändpunkten", "familj", ("skola",), ("1861",), 180_000, 5,
        "Skola och socialtjänst möter ofta samma familjer var för sig, och stödet kommer sent.",
        "Ett litet team möter familjer hemma, tillsammans med skolan, innan problemen har vuxit. Vi prövar i två skolområden.",
        "Familjer med barn 6–13 år, omkring 30 familjer.",
    ),
    DemoSketch(
        "vuxenskolan", "Girl Unit", "fritid", ("plats",), ("1880",), 150_000, 5,
        "Flickor är färre än pojkar i den öppna fritidsverksamheten, och många säger att de inte vågar komma.",
        "Träffar med fasta ledare där deltagarna bestämmer. De som varit med lär upp nästa grupp.",
        "Flickor och icke-binära unga 12–18 år, omkring 45 personer.",
    ),
]  # fmt: skip

SIGNATORIES = ["Berit Almskog", "Roland Tjäder", "Siv Norrmalm", "Edvin Hällestrand", "Marit Ljusberg", "Tage Sundevall"]
LEFT = Kronor(105_000)
"""Of the frame, when three have been granted what they sought."""
SHARE_OF_FIRST_YEAR = 6
"""Tenths of every amount that fall in the first of the two years."""


class DemoApplications:
    """Goes on where the invitations have gone out."""

    def __init__(self, demo: "Demo", call: Call) -> None:
        self.demo, self.call = demo, call
        self.leader, self.decider = demo.users["processledare"], demo.users["beslut"]

    # ---- An earlier call, and the platform's own project

    def earlier_call(self) -> None:
        at = moment(2024, 1, 15)
        call = actions.create_call(self.demo.programme, title="Första försöken 2024", by=self.leader, at=at)
        values = {
            **self.demo.call_texts(),
            "opens_at": moment(2024, 2, 1),
            "closes_at": moment(2024, 2, 29, 16),
            "review_due_at": moment(2024, 3, 10, 16),
            "answer_expected_on": date(2024, 3, 15),
            "application_due_at": moment(2024, 4, 15, 16),
            "decision_expected_on": date(2024, 5, 15),
            "period_starts_on": date(2024, 6, 1),
            "period_ends_on": date(2026, 6, 30),
        }
        actions.edit_call(call, values=values, revision=call.revision, by=self.leader, at=at)
        actions.set_frames(call, frames={2024: Kronor(250_000), 2025: Kronor(150_000)}, by=self.leader, at=at)
        actions.publish_call(call, by=self.leader, at=moment(2024, 1, 20))
        for number, row in enumerate(EARLIER):
            sketch = self.demo.sketch(call, row, started_at=moment(2024, 2, 5 + number), number=number)
            reason = "En tydlig idé som prövas i liten skala, med parter som redan litar på varandra."
            outcome = actions.prepare_outcome(
                sketch, kind=OutcomeKind.INVITED, reason=reason, revision=0, by=self.leader, at=moment(2024, 3, 11)
            )
            actions.send_outcomes(call, outcomes=[outcome], by=self.leader, at=moment(2024, 3, 14))
            application = self.sent_in(sketch, row, at=moment(2024, 4, 9 + number))
            self.decide(application, at=moment(2024, 5, 14), item="2024-05-14 § 7", number=f"24RS{2110 + number}")

    def platform_project(self) -> None:
        """The region's own project, as the signed document prints it (domain 7.1 and 7.2)."""
        region = Organisation.objects.get(org_number="232100-0164")
        project = enter_project(
            self.demo.programme,
            owner=region,
            title="Kraftsamling barn och unga",
            registry_number="23RS10970",
            share=platform.DECIDED_SHARE,
            cap=platform.CAP,
            starts_on=date(2024, 8, 1),
            ends_on=date(2026, 8, 1),
            budget=store(platform.content(), printed=platform.PRINTED),
            by=self.leader,
            at=moment(2024, 8, 1, 10),
        )
        areas = list(self.demo.areas.values())
        values = {**PLATFORM, "whole_county": True, "main_focus_area": areas[0], "focus_areas": areas, "municipalities": []}
        described = moment(2024, 8, 2, 10)
        descriptions.describe_project(project, values=values, revision=project.revision, by=self.leader, at=described)
        team = [{"name": name, "role": role, "email": ""} for name, role in PLATFORM_TEAM]
        descriptions.set_people(project, partners=[], team=team, revision=project.revision, by=self.leader, at=described)

    # ---- The seven invited of the first call

    def applications(self, sketches: list[Sketch], at: datetime) -> None:
        """Four sent in on time; three not, and given more time when there was money left."""
        for number, sketch in enumerate(sketches[:4]):
            self.sent_in(sketch, SKETCHES[number], at=moment(2024, 11, 25 + number, 14))
        again = at - timedelta(days=15)
        for sketch in sketches[4:7]:
            application = Application.objects.select_related("sketch__call", "sketch__organisation").get(sketch=sketch)
            actions.lapse_application(application, at=moment(2024, 11, 29, 16))
            reason = "Det finns pengar kvar i utlysningen, och ni kan söka på nytt."
            actions.extend_application(
                application, due_at=at_clock(at + timedelta(days=20), 16), reason=reason, by=self.leader, at=again
            )
        partner = ("Ljusnarsbergs kommun", 8_000)
        self.sent_in(sketches[4], SKETCHES[4], at=at - timedelta(days=8), partner=partner)
        self.sent_in(sketches[5], SKETCHES[5], at=at - timedelta(days=6))
        self._half_written(sketches[6], at=at - timedelta(days=2))

    def _half_written(self, sketch: Sketch, *, at: datetime) -> None:
        application = Application.objects.get(sketch=sketch)
        typed = {"purpose": "Fler elever ska komma tillbaka till skolan efter lovet med rutinerna i behåll."}
        actions.save_application_draft(
            application, typed=typed, names=frozenset(typed), revision=0, by=self.demo.users["kommun"], at=at
        )

    def decisions(self, sketches: list[Sketch], at: datetime) -> None:
        """Three grants within the frame, a reasoned rejection, one to be completed, one proposal that waits."""
        items = ["2024-12-18 § 41", "2024-12-18 § 42", "2024-12-18 § 43", "2024-12-18 § 44"]
        for number, sketch in enumerate(sketches[:4]):
            application = self.application_of(sketch)
            kind = DecisionKind.REJECTED if number == 2 else DecisionKind.GRANTED  # noqa: PLR2004 - the third of them
            self.decide(application, at=moment(2024, 12, 18, 11), item=items[number], number=f"24RS{8801 + number}", kind=kind)
        returned, waiting = self.application_of(sketches[4]), self.application_of(sketches[5])
        actions.request_completion(
            returned,
            text="Skriv hur många kvällar i veckan huset är öppet, och skicka med kommunens intyg om medfinansiering.",
            due_at=at_clock(at + timedelta(days=9), 16),
            consequence="as_it_is",
            by=self.leader,
            at=at - timedelta(days=5),
        )
        actions.write_message(
            returned.sketch, text="Hej! Hör av er om något är oklart, så går vi igenom det tillsammans.", by=self.leader,
            at=at - timedelta(days=5, hours=-1),
        )  # fmt: skip
        self._reviewed([returned, waiting], at=at - timedelta(days=5))
        decision = self._written(waiting, at=at - timedelta(days=2), item="", kind=DecisionKind.GRANTED, cap=LEFT)
        actions.propose_decision(decision, revision=decision.revision, by=self.leader, at=at - timedelta(days=1))

    def _reviewed(self, applications: list[Application], *, at: datetime) -> None:
        """Two reviewers read both; one of them has handed in the one that has come further."""
        reviewers = [self.demo.users["granskare"], User.objects.get(email=f"granskare.tva@{DEMO_DOMAIN}")]
        call, sketches = applications[0].sketch.call, [application.sketch for application in applications]
        due_at = at_clock(at + timedelta(days=11), 16)
        actions.edit_call(call, values={"application_review_due_at": due_at}, revision=call.revision, by=self.leader, at=at)
        actions.assign_reviewers(call, sketches=sketches, reviewers=reviewers, step=Step.APPLICATION, by=self.leader, at=at)
        done = Assessment.objects.in_step(Step.APPLICATION).get(sketch=sketches[1], reviewer=reviewers[1])
        actions.declare_on_assessment(done, has_conflict=False, by=reviewers[1], at=at + timedelta(hours=2))
        scores = {criterion: (4, criterion.levels[4]) for criterion in call.criteria.order_by("position")}
        actions.submit_assessment(
            done, scores=scores, recommendation=Recommendation.INVITE, comment="", by=reviewers[1], at=at + timedelta(days=1)
        )

    def application_of(self, sketch: Sketch) -> Application:
        related = ("sketch__call__programme", "sketch__organisation", "current_version")
        return Application.objects.select_related(*related).get(sketch=sketch)

    # ---- One application

    def sent_in(self, sketch: Sketch, row: DemoSketch, *, at: datetime, partner: tuple[str, int] | None = None) -> Application:
        """`partner` finances a part in the first year, instead of the applicant's own money."""
        application = self.application_of(sketch)
        organisation = sketch.organisation
        signatory = self.signatory_of(organisation, at=at)
        by = signatory.user or self.demo.member_of(organisation)
        draft = actions.draft_of(application)
        typed = {**self.typed(application, row), **self.budget(application, row, partner)}
        revision = actions.save_application_draft(
            application, typed=typed, names=frozenset(typed), revision=draft.revision, by=by, at=at - timedelta(minutes=20)
        )
        whole = ApplicationForms(application, actions.draft_of(application).content)
        if not whole.is_complete():
            raise RuntimeError(f"the demo application “{row.title}” is not right: {whole.wrong()} {whole.remaining()}")
        actions.submit_application(application, content=whole.content(), signatory=signatory, revision=revision, by=by, at=at)
        return self.application_of(sketch)

    def signatory_of(self, organisation: Organisation, *, at: datetime) -> Signatory:
        found = Signatory.objects.filter(organisation=organisation).first()
        return found or add_signatory(
            organisation,
            name=SIGNATORIES[Signatory.objects.count() % len(SIGNATORIES)],
            title="Ordförande",
            proof=SimpleUploadedFile("protokoll.txt", "Påhittat utdrag ur ett protokoll.".encode(), "text/plain"),
            valid_from_on=date(2024, 1, 1),
            by=self.demo.member_of(organisation),
            at=at - timedelta(days=3),
        )

    def typed(self, application: Application, row: DemoSketch) -> dict[str, Any]:
        starts_on = self._starts_on(application)
        return {
            "purpose": row.idea.split(". ")[0].rstrip(".") + ".",
            "overall_goal": "Fler barn och unga i länet har goda villkor och klarar skolan.",
            "project_goal": "När projektet är slut har vi prövat arbetssättet på två platser och vet vad som fungerar.",
            "summary": row.idea, "background": row.need, "implementation": row.idea, "target_group": row.target,
            "starts_on": starts_on.isoformat(), "ends_on": (starts_on + timedelta(days=480)).isoformat(),
            "goal_1_goal": "Arbetssättet är prövat i liten skala.", "goal_1_when": "Första halvåret",
            "goal_1_activities": "Vi bygger upp gruppen, prövar under en termin och ändrar tillsammans med deltagarna.",
            "goal_2_goal": "Andra kan lära av det.", "goal_2_when": "Andra året",
            "goal_2_activities": "Vi skriver ner vad som fungerade och inte, och bjuder in andra kommuner och föreningar.",
            "organisation": "En projektledare på halvtid, en styrgrupp med en person från varje part, och deltagarna själva.",
            "delimitation": "Arbetet är nytt för oss och har egen budget, egen tid och eget slutdatum.",
            "procurement": "no", "passes_on": "no",
            "sustainability_economy": "Fler klarar skolan och får arbete. Stöd tidigt kostar mindre än stöd sent.",
            "sustainability_environment": "Vi reser kollektivt och lånar i stället för att köpa.",
            "sustainability_integration": "Inbjudan finns på fem språk, och tolk är med när någon behöver.",
            "sustainability_gender_equality": "Vi följer flickor och pojkar var för sig, och ändrar om någon grupp blir kvar utanför.",
            "strategy_link": "Bidrar till målet hög och jämlik livskvalitet, och till området Kunskapslyft.",
            "strategy_area": "a", "global_goals": ["3", "4", "10"],
            "child_rights": "Barn och unga har varit med i tankarna bakom, och en ungdomsgrupp följer projektet.",
            "indicator_1_name": "Deltagare som är kvar efter ett halvår", "indicator_1_unit": "personer",
            "indicator_1_baseline": "0", "indicator_1_target": "40", "indicator_1_source": "Närvarolista på gruppnivå",
            "indicator_1_by_sex": "on",
            "evaluation_plan": "Vi stämmer av varje månad, frågar deltagarna varje termin och gör en bedömning på slutet.",
            "dissemination_plan": "Vi berättar på Kraftsamlings träffar och skriver en kort handledning.",
            "continuation_plan": "Om det fungerar tar kommunen och föreningen över arbetet. Annars skriver vi varför och slutar.",
            "postal_address": "Storgatan 1\n701 00 Örebro", "account_kind": "bankgiro", "account_number": "123-4567",
            "vat_deductible": "no", "economic_activity": "no", "groups_only": "on",
        }  # fmt: skip

    def _starts_on(self, application: Application) -> date:
        call = application.sketch.call
        return (call.period_starts_on or date(2025, 1, 1)) + timedelta(days=14)

    def budget(self, application: Application, row: DemoSketch, partner: tuple[str, int] | None) -> dict[str, str]:
        """The sketch's costs over two years, with the grant and the own money following the costs."""
        sketch = application.sketch.handed_in.content
        years = (self._starts_on(application).year, self._starts_on(application).year + 1)
        amounts = {key: int(Decimal(amount)) for key, amount in sketch["costs"].items()}
        names = {"own_staff": "Projektledare och ledare", "external_services": "Föreläsare och utvärdering", "travel": "Resor"}
        typed = {"b_years": " ".join(map(str, years))}
        whole = [0, 0]
        for place, (category, amount) in enumerate(amounts.items()):
            parts = _split(amount)
            whole = [sum(pair) for pair in zip(whole, parts, strict=True)]
            typed |= {f"b_c{place}_category": category, f"b_c{place}_label": names.get(category, "")}
            typed |= {f"b_c{place}_{year}": str(part) for year, part in zip(years, parts, strict=True)}
        grant = _split(row.sought)
        own = [cost - part for cost, part in zip(whole, grant, strict=True)]
        typed |= {"b_f0_role": "grant", "b_f0_financier": "Region Örebro län, 1:1-medel"}
        typed |= {"b_f1_role": "own", "b_f1_financier": application.sketch.organisation.name, "b_f1_public": "1"}
        typed |= {"b_f1_appropriation": "other"}
        if partner:
            own[0] -= partner[1]
            typed |= {"b_f2_role": "other", "b_f2_financier": partner[0], "b_f2_public": "1", "b_f2_appropriation": "other"}
            typed[f"b_f2_{years[0]}"] = str(partner[1])
        for prefix, parts in (("b_f0", grant), ("b_f1", own)):
            typed |= {f"{prefix}_{year}": str(part) for year, part in zip(years, parts, strict=True)}
        return typed

    # ---- One decision

    def decide(self, application: Application, *, at: datetime, item: str, number: str, kind: str = DecisionKind.GRANTED) -> None:
        actions.set_registry_number(application.sketch, number=number, by=self.leader, at=at - timedelta(days=20))
        application.sketch.refresh_from_db()
        decision = self._written(application, at=at - timedelta(days=3), item=item, kind=kind)
        actions.propose_decision(decision, revision=decision.revision, by=self.leader, at=at - timedelta(days=2))
        decision.refresh_from_db()
        issued = actions.issue_decision(decision, revision=decision.revision, by=self.decider, at=at)
        member = self.demo.member_of(application.sketch.organisation)
        actions.confirm_read(issued, by=member, at=at + timedelta(days=1))

    def _written(self, application: Application, *, at: datetime, item: str, kind: str, cap: Kronor | None = None) -> Decision:
        checks = {f"{check.value}_ok": True for check in Check} | {f"{check.value}_note": "" for check in Check}
        link = "Bidrar till målet hög och jämlik livskvalitet och till det prioriterade området Kunskapslyft."
        values = {
            **checks, "strategy_link": link, "state_aid": StateAid.NOT_AID,
            "state_aid_reason": "Sökanden säljer inga varor eller tjänster i projektet.",
            "previous_aid": None, "euro_rate": None, "euro_rate_on": None,
        }  # fmt: skip
        actions.save_preparation(application, values=values, revision=0, by=self.leader, at=at - timedelta(days=1))
        version = application.handed_in
        granted = kind == DecisionKind.GRANTED
        words = {
            "kind": kind,
            "share": Decimal(50) if granted else None,
            "cap": (cap or version.sought) if granted else None,
            "starts_on": version.starts_on if granted else None,
            "ends_on": version.ends_on if granted else None,
            **(TERMS if granted else dict.fromkeys(TERMS, "")),
            "reasons": GRANTED_BECAUSE if granted else REJECTED_BECAUSE,
            "strategy_link": link,
            "no_appeal": "Beslutet får inte överklagas (14 § förordningen 2003:596).",
            "deciding_body": "Regional tillväxtnämnd",
            "decided_on": at.date() + timedelta(days=3) if item else None,
            "minutes_item": item,
            "delegation_item": "",
            "presenter": self.leader.name,
            "took_part": "",
            "exceeds_reason": "",
            "correction": "",
        }
        decision = actions.write_decision(
            application, values=words, revision=0, seen_version=version.number, by=self.leader, at=at
        )
        words["wording"] = decision_rules.wording(decision)
        return actions.write_decision(
            application, values=words, revision=decision.revision, seen_version=version.number, by=self.leader, at=at
        )


TERMS = {
    "conditions": (
        "Pengarna betalas ut i efterskott mot redovisade, bokförda och betalda kostnader. "
        "Projektet redovisas skilt från annan verksamhet. Ändringar av budget, tid eller ägare ska godkännas i förväg."
    ),
    "follow_up": "Lägesrapport var tredje månad med de indikatorer som står i ansökan, och en årlig uppföljning tillsammans.",
    "financing_plan": "1:1-medel och egen finansiering per år enligt budgeten i ansökan.",
    "final_report": "Slutrapport och slutredovisning lämnas i Kraftsamling senast en månad efter projektets sista dag.",
}
GRANTED_BECAUSE = (
    "Projektet prövar något nytt i liten skala, når en grupp som i dag får stöd sent och har parter som kan föra arbetet vidare. "
    "Beslutet fattas med stöd av förordningen (2003:596)."
)
REJECTED_BECAUSE = (
    "Behovet är väl beskrivet, men pengarna i utlysningen räcker inte till alla. Andra ansökningar prövar något som i högre grad är nytt "
    "i länet. Beslutet fattas med stöd av förordningen (2003:596)."
)


def _split(amount: int) -> list[int]:
    """Over the two years."""
    first = amount * SHARE_OF_FIRST_YEAR // 10
    return [first, amount - first]
