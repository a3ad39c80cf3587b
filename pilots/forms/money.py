"""The small forms around money: amounts, reasons and days."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from grants.forms.fields import PlainTextField, day_field
from grants.forms.hand_in import SubmitForm
from kraftsamling.lib.money import KronorFormField
from pilots.models import PaymentFileKind, RecoveryGround

LONG, SHORT = 3000, 400


def text_field(label: Any, help_text: Any = "", *, most: int = LONG, required: bool = True, rows: int = 5) -> PlainTextField:
    return PlainTextField(label=label, help_text=help_text, max_length=most, required=required, rows=rows)


def presenter_field() -> PlainTextField:
    return PlainTextField(
        label=_("Presenter"), help_text=_("If somebody else has presented the case to you. It stands in the decision."),
        max_length=120, required=False,
    )  # fmt: skip


class AccountForm(forms.Form):
    """Where the money is paid."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"] = PlainTextField(
            label=_("Account that the money is paid to"), max_length=60,
            help_text=_("For example Bankgiro 123-4567. It must be in the organisation's own name."),
        )  # fmt: skip


class PaymentFileForm(forms.Form):
    """One file: the ledger, the income statement, or something else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.value, kind.label) for kind in PaymentFileKind if kind != PaymentFileKind.BOOKS]
        self.fields["kind"] = forms.ChoiceField(label=_("What it is"), choices=kinds)
        self.fields["file"] = forms.FileField(
            label=_("File"),
            help_text=_("PDF, Excel, OpenDocument, text or picture, at most 20 MB. No lists of names of children."),
        )


class PaymentSubmitForm(SubmitForm):
    """Who signs, and that the costs are right."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_true = self.fields["is_true"]
        is_true.label = _("The costs are booked and paid, belong to the project, and are paid by nobody else")
        is_true.error_messages["required"] = _("Tick that it is right, or go back and change it.")


class ReasonForm(forms.Form):
    """Why something is withdrawn, cancelled or taken back."""

    def __init__(self, *args: Any, label: Any = "", required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = text_field(label or _("Why?"), most=SHORT, required=required, rows=2)


class DropForm(ReasonForm):
    """Why nothing is recovered after the hearing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label=_("Why is nothing recovered?"), **kwargs)
        self.fields["presenter"] = presenter_field()


class ReturnForm(forms.Form):
    """What is to be completed, and by when."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = text_field(_("What is to be completed?"), most=2000, rows=3)
        self.fields["due_on"] = day_field(label=_("Completed by"))


class PaymentDecisionForm(forms.Form):
    """The amount, if it is to be lower than what the calculation gives."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = KronorFormField(
            label=_("A lower amount"), required=False, help_text=_("Leave it empty to pay what the calculation gives.")
        )
        self.fields["lower_reason"] = text_field(_("Why a lower amount?"), most=2000, required=False, rows=2)


class AdvanceForm(forms.Form):
    """How much, and why it cannot wait."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = KronorFormField(label=_("How much do you need in advance?"))
        self.fields["reasons"] = text_field(
            _("Why is an advance needed?"),
            _("For example that you are a small association without money to lay out wages."),
            most=2000,
        )


class AdvanceDecisionForm(forms.Form):
    """Granted with both reasons and check, or not granted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = KronorFormField(label=_("Granted amount"), required=False)
        self.fields["special_reasons"] = text_field(_("The special reasons, or why it is not granted"), most=2000, rows=3)
        self.fields["financial_check"] = text_field(
            _("What the check of the owner's finances showed"), _("Asked for by the ordinance (11 §) when an advance is granted."),
            most=2000, required=False, rows=3,
        )  # fmt: skip
        self.fields["presenter"] = presenter_field()


class RecoveryForm(forms.Form):
    """What has come up, on which ground, and by when the owner can answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grounds = [choice for choice in RecoveryGround.choices if choice[0] != RecoveryGround.OVERPAID]
        self.fields["ground"] = forms.ChoiceField(label=_("Ground"), choices=grounds, widget=forms.RadioSelect)
        self.fields["text"] = text_field(
            _("What has come up?"), _("The owner reads it and can answer before anything is decided.")
        )
        self.fields["hearing_due_on"] = day_field(label=_("The owner can answer until"))


class AnswerForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"] = text_field(_("Your answer"))


class RecoveryDecisionForm(forms.Form):
    """How much of each payment, why, and the interest. One field for each payment that has been made."""

    def __init__(self, *args: Any, payouts: Any, may_revoke: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payouts = list(payouts)
        for payout in self.payouts:
            self.fields[f"part_{payout.pk}"] = KronorFormField(
                label=_("Of %(reference)s, %(amount)s paid %(day)s")
                % {"reference": payout.reference, "amount": payout.amount.exact, "day": payout.paid_on},
                required=False,
            )  # fmt: skip
        if may_revoke:
            self.fields["whole"] = forms.BooleanField(label=_("The whole grant is revoked, and the project ends"), required=False)
        self.fields["reasons"] = text_field(_("Reasons"), _("The rules and the circumstances that decide."))
        self.fields["interest_basis"] = text_field(
            _("Interest under räntelagen (1975:635)"),
            _("Rate and from which day; or why a lower rate, or none, is asked for."),
            most=1000,
            rows=2,
        )
        self.fields["presenter"] = presenter_field()

    def parts(self) -> dict[int, Any]:
        return {payout.pk: value for payout in self.payouts if (value := self.cleaned_data.get(f"part_{payout.pk}"))}


class RepaymentForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = KronorFormField(label=_("Repaid, without interest"))
        self.fields["paid_on"] = day_field(label=_("Day"))


class SettlementForm(forms.Form):
    """All other money that the project has had, so that it is not financed twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other_financing"] = KronorFormField(
            label=_("All other financing as it became"),
            help_text=_("Own money and others', in cash, for the same costs. What is above the costs lowers the grant."),
        )
        self.fields["note"] = text_field(_("Note"), most=2000, required=False, rows=2)
        self.fields["presenter"] = presenter_field()


class PaidFileForm(forms.Form):
    """The file that the finance system gives back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"] = forms.FileField(
            label=_("File from the finance system"),
            help_text=_("CSV or XLSX with the columns Reference, Amount and Paid, for example the file you took out, filled in."),
        )


def whole_message(form: forms.Form) -> str:
    """Everything that is wrong, in one text with the names of the fields, for forms that stand on somebody else's page."""
    said = []
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        said += [f"{label}: {error}" if label else str(error) for error in errors]
    return " ".join(said)
