"""Forms of the suggestion of reviewers: how many, and the suggestion as it came back."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from grants.models import Sketch, Step
from grants.suggestions import FEWEST, MOST, USUAL, Proposal
from kraftsamling.accounts.models import User

TICK, READER = "skiss", "granskare"


class SuggestForm(forms.Form):
    """How many are to read each sketch or application; stands in the address."""

    antal = forms.TypedChoiceField(coerce=int, required=False, empty_value=USUAL, initial=USUAL)

    def __init__(self, *args: Any, step: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        per = {Step.SKETCH: _("Reviewers per sketch"), Step.APPLICATION: _("Reviewers per application")}
        self.fields["antal"].label = per[Step(step)]
        self.fields["antal"].choices = [(n, str(n)) for n in range(FEWEST, MOST + 1)]  # type: ignore[attr-defined]

    def per_case(self) -> int:
        return self.cleaned_data.get("antal", USUAL) if self.is_bound and self.is_valid() else USUAL


class AcceptForm:
    """What is ticked, and who is chosen in each row; only those who may be asked are taken."""

    def __init__(self, post: Any, proposals: Iterable[Proposal]) -> None:
        ticked = set(post.getlist(TICK))
        self.chosen: dict[User, list[Sketch]] = defaultdict(list)
        self.refused = 0
        rows = [proposal for proposal in proposals if str(proposal.sketch.pk) in ticked]
        self.gone = len(ticked) - len(rows)
        for proposal in rows:
            self._read(proposal, post.getlist(f"{READER}-{proposal.sketch.pk}"))

    def _read(self, proposal: Proposal, keys: Iterable[str]) -> None:
        allowed = {str(one.pk): one for one in proposal.allowed}
        for key in dict.fromkeys(key for key in keys if key):
            if key in allowed:
                self.chosen[allowed[key]].append(proposal.sketch)
            else:
                self.refused += 1
