"""Forms of a change: what the owner wishes, and what a decision maker decides."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crispy_forms.layout import Div, Fieldset
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.budget import edits
from grants.budget.content import BudgetContent
from grants.budget.reading import BudgetForm, typed_budget
from grants.budget.store import content_of
from grants.forms.decisions import LONGEST, ComparedForm
from grants.forms.fields import NumberField, PlainTextField, day_field
from grants.models import Call
from grants.models.calls import LAWFUL_SHARE_WITH_EU
from grants.rules import percent_text
from kraftsamling.accounts.identity import OrgNumberFormField
from kraftsamling.accounts.models import PUBLIC_KINDS, Organisation
from kraftsamling.lib.money import Kronor, KronorFormField
from kraftsamling.ui.crispy import laid_out
from pilots.models import ChangeDecision, ChangeFileKind, ChangeOutcome, ChangeRequest, Project
from pilots.states import ProjectState

from .projects import ProseForm, label_of


def _share_validators() -> list[Any]:
    too_much = _("The law allows at most %(share)s per cent.") % {"share": percent_text(LAWFUL_SHARE_WITH_EU)}
    return [MinValueValidator(Decimal("0.01")), MaxValueValidator(LAWFUL_SHARE_WITH_EU, too_much)]


class ChangeForm(ProseForm):
    """What is wished for. A field that is left empty, or as it is, asks for nothing."""

    reason = PlainTextField(label=gettext_lazy("Why is the change needed?"), max_length=LONGEST, rows=6)
    ends_on = day_field(label=gettext_lazy("New last day"), required=False)
    starts_on = day_field(label=gettext_lazy("New first day"), required=False)
    cap = KronorFormField(label=gettext_lazy("The grant you wish for, at most"), required=False)
    share = NumberField(
        label=gettext_lazy("The share you wish for, per cent"), max_digits=5, decimal_places=2, required=False
    )  # fmt: skip
    owner_number = OrgNumberFormField(label=gettext_lazy("The new owner's organisation number"), required=False)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project, self.new_owner = project, None
        self.fields["groups_only"] = self.fields.pop("groups_only")
        self.fields["share"].validators += _share_validators()
        self.fields["reason"].error_messages["required"] = _("Remains to be filled in.")
        texts = {
            "reason": _("What has happened, what you want to do instead, and what it means for the goals."),
            "ends_on": _("Now %(value)s.") % {"value": project.ends_on.isoformat()},
            "starts_on": _("Now %(value)s.") % {"value": project.starts_on.isoformat()},
            "cap": _("Now %(value)s.") % {"value": project.cap.exact},
            "share": _("Now %(value)s.") % {"value": f"{percent_text(project.share)} %"},
            "owner_number": _(
                "Only if somebody else is to take the project over. They must be registered here. Lay their consent in writing among the "
                "files, when you have saved."
            ),
        }
        for name, text in texts.items():
            self.fields[name].help_text = text
        self.helper = laid_out(
            Fieldset(_("The reason"), "reason", "groups_only"),
            Fieldset(_("Time"), Div("starts_on", "ends_on", css_class="field-row")),
            Fieldset(_("Money"), Div("cap", "share", css_class="field-row")),
            Fieldset(_("Owner"), "owner_number"),
        )

    def clean_cap(self) -> Kronor | None:
        cap: Kronor | None = self.cleaned_data["cap"]
        if cap is not None and cap <= Kronor(0):
            raise ValidationError(
                _("Write an amount above 0. A project that is to end is closed in another way."), code="nothing"
            )
        return cap

    def clean_owner_number(self) -> str:
        number: str = self.cleaned_data["owner_number"]
        if number:
            self.new_owner = Organisation.objects.filter(org_number=number).first()
            if self.new_owner is None:
                raise ValidationError(_("No organisation has this number here. Ask it to register first."), code="unknown")
        return number

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last = cleaned.get("starts_on") or self.project.starts_on, cleaned.get("ends_on") or self.project.ends_on
        if last < first:
            self.add_error("ends_on", _("The project cannot end before it starts."))
        return cleaned

    def wishes(self) -> dict[str, Any]:
        """What differs from the terms that count; None where nothing is asked."""
        found = {name: self.cleaned_data.get(name) for name in ("cap", "share", "starts_on", "ends_on")}
        found = {name: None if value == getattr(self.project, name) else value for name, value in found.items()}
        new_owner = self.new_owner if self.new_owner and self.new_owner.pk != self.project.owner_id else None
        return {**found, "new_owner": new_owner}


class ChangeFileForm(forms.Form):
    """One file: the new owner's consent, or something else that the decision needs."""

    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=ChangeFileKind.choices)
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "PDF, Word, Excel, OpenDocument, text or picture, at most 20 MB. No documents about single children."
        ),
    )


# ---- The budget that is wished for


def rules_of(project: Project) -> Call:
    """Stands for the call while a budget is written: the law's limits and the rate of the decision.

    What the call sets beside them is looked at when somebody decides, since it may be passed with a reason.
    """
    return Call(
        programme=project.programme, highest_share=LAWFUL_SHARE_WITH_EU, lowest_own_share=Decimal(0),
        indirect_rate=project.budget.indirect_rate, funder=project.programme.funder,
    )  # fmt: skip


def setting_for(project: Project, *, starts_on: Any = None, ends_on: Any = None) -> edits.Setting:
    return edits.Setting(
        call=rules_of(project),
        starts_on=starts_on or project.starts_on,
        ends_on=ends_on or project.ends_on,
        grant_from=project.programme.funder,
        own_name=project.owner.name,
        own_is_public=project.owner.kind in PUBLIC_KINDS,
    )


class WholeChange:
    """The draft as a whole: the form, and the budget if one is wished for."""

    def __init__(self, change: ChangeRequest, content: Mapping[str, Any]) -> None:
        project = change.project
        self.form = ChangeForm(content, project=project)
        self.form.is_valid()
        cleaned = self.form.cleaned_data
        self.setting = setting_for(project, starts_on=cleaned.get("starts_on"), ends_on=cleaned.get("ends_on"))
        typed = typed_budget(content)
        self.budget: BudgetForm | None = edits.form_of(typed, self.setting) if typed else None
        self.running = project.state == ProjectState.RUNNING
        self._now = content_of(project.budget) if self.budget and self.budget.content else None

    def remaining(self) -> list[tuple[str, str]]:
        found = self.form.remaining() + (self.budget.remaining() if self.budget else [])
        if not self.form.errors and not any(self.form.wishes().values()) and self.budget is None:
            found.append(("ends_on", _("What you want to have changed")))
        return found

    def wrong(self) -> list[tuple[str, str]]:
        return self.form.wrong() + (self.budget.wrong() if self.budget else [])

    def is_complete(self) -> bool:
        return not self.remaining() and not self.wrong()

    def values(self) -> dict[str, Any]:
        """For the action that sends it."""
        return {"reason": self.form.cleaned_data["reason"], **self.form.wishes()}

    def content(self) -> BudgetContent | None:
        """The budget that is wished for; None where it is the one that counts already."""
        wished = self.budget.content if self.budget else None
        return None if wished == self._now else wished


# ---- The decision

TEXTS = {"reasons": 6, "exceeds_reason": 2}
WORDS = ("deciding_body", "minutes_item", "delegation_item", "presenter", "took_part")


class ChangeDecisionForm(ComparedForm):
    """New terms, or a refusal. Begins with what was asked for."""

    outcome = forms.ChoiceField(choices=ChangeOutcome.choices, widget=forms.RadioSelect)
    share = NumberField(max_digits=5, decimal_places=2)
    cap = KronorFormField()
    starts_on = day_field()
    ends_on = day_field()
    new_owner = forms.BooleanField(required=False)
    new_budget = forms.BooleanField(required=False)
    decided_on = day_field()

    def __init__(self, *args: Any, change: ChangeRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in TEXTS.items():
            self.fields[name] = PlainTextField(max_length=LONGEST, rows=rows, required=name == "reasons")
        for name in WORDS:
            longest = ChangeDecision._meta.get_field(name).max_length  # type: ignore[union-attr]
            self.fields[name] = PlainTextField(max_length=longest, required=name in {"deciding_body", "presenter"})
        self._name_fields(change)
        self.fields["share"].validators += _share_validators()
        if change.new_owner is None:
            del self.fields["new_owner"]
        if change.budget is None:
            del self.fields["new_budget"]
        asked = [name for name in ("new_owner", "new_budget") if name in self.fields]
        self.helper = laid_out(
            Fieldset(_("What is decided"), "outcome"),
            Fieldset(_("The terms from now on, if it is granted"), Div("share", "cap", css_class="field-row"),
                     Div("starts_on", "ends_on", css_class="field-row"), *asked, "exceeds_reason"),
            Fieldset(_("Why"), "reasons"),
            Fieldset(_("Who decides, and when"), "deciding_body", "decided_on", "minutes_item", "delegation_item", "presenter",
                     "took_part"),
        )  # fmt: skip

    def _name_fields(self, change: ChangeRequest) -> None:
        for name, field in self.fields.items():
            if name in {"share", "cap", "starts_on", "ends_on"}:
                field.label = label_of(name)
            elif name not in {"new_owner", "new_budget"}:
                field.label = capfirst(str(ChangeDecision._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
        self.fields["new_owner"].label = _("%(owner)s becomes the owner") % {"owner": change.new_owner}
        self.fields["new_budget"].label = _("The budget that was asked for counts from now on")
        self.fields["reasons"].help_text = _("The rules that were applied, and what decided (förvaltningslagen 32 §).")
        self.fields["minutes_item"].help_text = _(
            "For a decision of a board, for example 2027-02-09 § 2. Or else the item of the delegation scheme below."
        )
        self.fields["exceeds_reason"].help_text = _(
            "Only if a limit of the call is to be passed. It is logged. What the law allows is never passed."
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned["minutes_item"] and not cleaned["delegation_item"]:
            self.add_error("minutes_item", _("Write the item of the minutes, or of the delegation scheme."))
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The project cannot end before it starts."))
        return cleaned

    @property
    def grants(self) -> bool:
        return self.cleaned_data["outcome"] == ChangeOutcome.GRANTED

    def parts(self) -> dict[str, Any]:
        """What the decision keeps."""
        return {name: self.cleaned_data[name] for name in (*TEXTS, *WORDS, "decided_on")}


def asked_content(change: ChangeRequest, *, presenter: str) -> dict[str, Any]:
    """What the decision form begins with: the wishes, and the terms as they are where nothing is wished."""
    project = change.project
    names = ("share", "cap", "starts_on", "ends_on")
    return {
        **{name: getattr(change, name) or getattr(project, name) for name in names},
        "new_owner": change.new_owner_id is not None,
        "new_budget": change.budget_id is not None,
        "presenter": presenter,
    }
