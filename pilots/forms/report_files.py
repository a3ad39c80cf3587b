"""A picture or another file beside a report."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from grants.forms.fields import PlainTextField
from kraftsamling.files import kinds
from pilots.pictures import PictureRefused, size_of

PICTURES = {kinds.PNG, kinds.JPEG}


class ReportFileForm(forms.Form):
    """One file. A picture says what it shows, for who does not see it."""

    file = forms.FileField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        file = self.fields["file"]
        file.label = _("File")
        file.help_text = _(
            "A picture (png, jpg), PDF, document or sheet, at most 20 MB. No pictures in which a single child can be recognised."
        )
        file.error_messages["required"] = _("Choose a file first.")
        self.fields["alt"] = PlainTextField(
            label=_("If it is a picture: what does it show?"),
            help_text=_("In a sentence, for those who do not see it. It stands below the picture in the report."),
            max_length=300,
            required=False,
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        upload = cleaned.get("file")
        if upload is not None and self._is_picture(upload):
            self._check_picture(upload)
            if not cleaned.get("alt") and "alt" not in self.errors:
                self.add_error("alt", _("Write what the picture shows, for those who do not see it."))
        return cleaned

    @staticmethod
    def _is_picture(upload: Any) -> bool:
        try:
            return kinds.judge(upload.name, upload) in PICTURES
        except ValidationError:
            return False  # told in its own words when the file is to be kept

    def _check_picture(self, upload: Any) -> None:
        upload.seek(0)
        try:
            size_of(upload)
        except PictureRefused as reason:
            self.add_error("file", str(reason))
        upload.seek(0)

    def alt(self) -> str:
        """Empty for what is no picture."""
        return str(self.cleaned_data["alt"]) if self._is_picture(self.cleaned_data["file"]) else ""
