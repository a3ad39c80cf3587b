"""What is chosen and sent on the dashboards: call and year, the finance officer's sheet, the name of a snapshot."""

from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from grants.budget.files import file_rows
from grants.budget.sheets import Unreadable
from grants.forms.fields import PlainTextField
from kraftsamling.lib.money import Kronor
from pilots.models import Project
from pilots.steering.outcome import OutcomeLine, read
from pilots.steering.scope import Scope

SALT = "pilots.outcome"
HOUR = 3600 * 12


class ChoiceForm(forms.Form):
    """Call, year and, for who follows several, programme. The names are those of the address."""

    program = forms.ChoiceField(label=_l("Programme"), required=False)
    utlysning = forms.ChoiceField(label=_l("Call"), required=False)
    ar = forms.ChoiceField(label=_l("Year"), required=False)

    def __init__(self, scope: Scope, *, with_call: bool = True, with_year: bool = True) -> None:
        chosen = {
            "program": scope.programme.slug,
            "utlysning": scope.call.slug if scope.call else "",
            "ar": str(scope.year or ""),
        }
        super().__init__(initial=chosen)
        fields: dict[str, Any] = self.fields
        fields["program"].choices = [(one.slug, one.name) for one in scope.programmes]
        if len(scope.programmes) <= 1:
            del fields["program"]
        if with_call:
            fields["utlysning"].choices = [("", _("All calls")), *((call.slug, call.title) for call in scope.calls)]
        else:
            del fields["utlysning"]
        if with_year:
            fields["ar"].choices = [("", _("All years")), *((str(year), str(year)) for year in scope.years)]
        else:
            del fields["ar"]


class OutcomeForm(forms.Form):
    """The sheet, read when it is sent. `lines` when it is right."""

    fil = forms.FileField(
        label=_l("Sheet from the finance system"),
        help_text=_l("An Excel file (xlsx) whose first row says Year, Cost category and Amount, and perhaps Text."),
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project
        self.lines: list[OutcomeLine] = []

    def clean_fil(self) -> Any:
        file = self.cleaned_data["fil"]
        try:
            self.lines = read(file_rows(file.name, file.file, file.size), self.project)
        except Unreadable as problem:
            raise ValidationError(problem.messages[:10]) from None
        return file

    def sealed(self) -> str:
        """The lines as the page carries them until they are laid in: nobody can change them on the way."""
        rows = [[line.year, line.category, line.text, line.amount.ore] for line in self.lines]
        return signing.dumps(
            {"project": self.project.pk, "file": self.cleaned_data["fil"].name[:200], "rows": rows}, salt=SALT, compress=True
        )


def unsealed(text: str, project: Project) -> tuple[str, list[OutcomeLine]]:
    """The file's name and the lines of a preview. Raises ValidationError where it is not ours, of another project or too old."""
    try:
        content = signing.loads(text, salt=SALT, max_age=HOUR)
    except signing.BadSignature:
        content = {}
    if content.get("project") != project.pk:
        raise ValidationError(_("The preview is too old. Send the sheet again."))
    lines = [OutcomeLine(year, category, text, Kronor.from_ore(ore)) for year, category, text, ore in content["rows"]]
    return content["file"], lines


class SnapshotForm(forms.Form):
    namn = PlainTextField(
        label=_l("Name"), help_text=_l("For example “Before the meeting in March”."), max_length=80, strip=True
    )  # fmt: skip
