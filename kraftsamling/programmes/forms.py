"""Forms of roles."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kraftsamling.accounts.models import User

from .models import Role


class GiveRoleForm(forms.Form):
    """The person must have an account; the e-mail becomes the user."""

    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("The person must have opened an account with this address first."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=[("", _("Choose")), *Role.choices])

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        self.user = User.objects.active().filter(email__iexact=email).first()
        if self.user is None:
            raise ValidationError(_("Nobody has an account with this address."), code="unknown")
        return email
