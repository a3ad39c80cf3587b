"""Forms of people and organisations: they check, they never act."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kraftsamling.lib.text import clean_text, identity_number_refusal, identity_numbers
from kraftsamling.places.models import Municipality

from .identity import OrgNumberFormField
from .models import LegalForm, Organisation, OrganisationKind, User


class _CleanText(forms.CharField):
    """Stored in one form, without what no reader can see, and never with a personal identity number."""

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "").strip()

    def validate(self, value: str) -> None:
        super().validate(value)
        if identity_numbers(value):
            raise ValidationError(identity_number_refusal(), code="identity_number")


class NameForm(forms.Form):
    name = _CleanText(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Language of pages and mail"), choices=settings.LANGUAGES)


class CloseAccountForm(forms.Form):
    sure = forms.BooleanField(label=_("Yes, close my account"))


class OrganisationNumberForm(forms.Form):
    """The first question: the number tells whether the organisation is here already."""

    org_number = OrgNumberFormField(
        label=_("Organisation number"),
        help_text=_("Ten digits, for example 212000-1355. It stands on invoices and in the register of organisations."),
    )


class OrganisationForm(forms.Form):
    """All but the number, which never changes."""

    name = _CleanText(label=_("Name of the organisation"), max_length=160)
    kind = forms.ChoiceField(label=_("Kind of organisation"), choices=[("", _("Choose")), *OrganisationKind.choices])
    legal_form = forms.ChoiceField(
        label=_("Legal form"),
        choices=[("", _("Choose")), *LegalForm.choices],
        help_text=_("Only legal persons can apply. A network or a working group applies through one of its members."),
    )
    seat = forms.ModelChoiceField(
        label=_("Municipality where it has its seat"), queryset=Municipality.objects.none(), empty_label=_("Choose")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seat"].queryset = Municipality.objects.in_swedish_order()  # type: ignore[attr-defined]


class RegisterOrganisationForm(OrganisationForm):
    org_number = OrgNumberFormField(label=_("Organisation number"), widget=forms.HiddenInput)


class JoinForm(forms.Form):
    message = _CleanText(
        label=_("Message to the members"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
        help_text=_("Tell who you are and what you work with, so that they dare to let you in."),
    )


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail of your colleague"),
        help_text=_("We mail a link that works for fourteen days, for this address only."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class SignatoryForm(forms.Form):
    name = _CleanText(label=_("Name of the signatory"), max_length=120)
    title = _CleanText(
        label=_("Title or assignment"), required=False, max_length=120, help_text=_("For example head of administration.")
    )
    user = forms.ModelChoiceField(
        label=_("The signatory’s account"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Has no account here"),
        help_text=_("A signatory with an account can sign here."),
    )
    jointly = forms.BooleanField(label=_("Signs only together with somebody else"), required=False)
    proof = forms.FileField(
        label=_("Proof"),
        help_text=_("For example an extract of the delegation order or minutes, as PDF. Cover personal identity numbers first."),
    )
    valid_from_on = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    valid_to_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Leave empty if no last day is decided."),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = User.objects.members_of(organisation).order_by("name", "pk")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("valid_from_on"), cleaned.get("valid_to_on")
        if first and last and last < first:
            self.add_error("valid_to_on", ValidationError(_("The last day cannot be before the first."), code="order"))
        return cleaned


class EndSignatoryForm(forms.Form):
    on = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class OrganisationFilterForm(forms.Form):
    q = forms.CharField(label=_("Name or number"), required=False, max_length=100)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All kinds")), *OrganisationKind.choices])
