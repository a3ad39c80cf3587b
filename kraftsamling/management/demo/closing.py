"""The end of the demo's life: a project is settled, its money goes back to the frame, and it is said what became of it.

After steering has kept its figures, so that there is something to compare with them.
"""

from datetime import datetime, timedelta
from typing import Any

from kraftsamling.lib.money import Kronor
from pilots.actions import descriptions, settlements
from pilots.forms.projects import description_content
from pilots.models import Continuation, Project

CARRIED_ON = (
    "Fritidsgårdarna har tagit in träffarna i sin egen verksamhet, med två fasta ledare och samma kvällar som förut. "
    "Det som avgjorde var att chefen var med från början, och att lönen för ledarna lades in i budgeten ett halvår innan pengarna "
    "tog slut. (exempel)"
)
ANOTHER_FORM = (
    "Skolan behåller teamet en dag i veckan, och socialtjänsten har tagit över stödet hemma hos familjerna. Resten fanns det inte "
    "pengar till. (exempel)"
)
NOTE = "Alla kostnader är godkända, och inga andra pengar har kommit till projektet. (exempel)"


def closing(demo: Any, at: datetime) -> None:
    """Girl Unit is settled and carried on; Vändpunkten goes on in another form, and waits for its settlement."""
    done = Project.objects.select_related("owner", "programme").get(title="Girl Unit")
    settled_at = at - timedelta(days=45)
    grant = settlements.outcome_of(done, other_financing=Kronor(0)).grant
    settlements.settle(done, other_financing=Kronor(0), note=NOTE, seen_grant=grant, by=demo.users["ekonom"], at=settled_at)
    _became(demo, done, Continuation.ORDINARY, CARRIED_ON, at=settled_at + timedelta(days=2))
    other = Project.objects.select_related("owner", "programme").get(title="Vändpunkten")
    _became(demo, other, Continuation.CONTINUED, ANOTHER_FORM, at=settled_at + timedelta(days=3))


def _became(demo: Any, project: Project, what: str, why: str, *, at: datetime) -> None:
    values = {**description_content(project), "continuation": what, "continuation_reason": why}
    descriptions.describe_project(project, values=values, revision=project.revision, by=demo.users["processteam"], at=at)
