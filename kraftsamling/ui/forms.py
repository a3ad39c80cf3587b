"""The form of the gallery: one field of every kind, with its texts."""

from crispy_forms.layout import Fieldset, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from kraftsamling.lib.money import KronorFormField

from .crispy import laid_out

_COLOURS = [("family", _("Plum")), ("school", _("Blue")), ("leisure", _("Green")), ("place", _("Amber"))]


class GalleryForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=80, help_text=_("A few words that say what it is about."))
    need = forms.CharField(
        label=_("Need"),
        widget=forms.Textarea(attrs={"rows": 4, "data-count-words": 200}),
        help_text=_("Write for somebody who does not know your work. Never write about single children."),
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    sought = KronorFormField(label=_("Sought amount"), help_text=_("Between 100 000 and 300 000 kronor."))
    number = forms.IntegerField(label=_("Number of participants"), required=False)
    starts_on = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    main = forms.ChoiceField(label=_("Main colour"), choices=_COLOURS, widget=forms.RadioSelect)
    several = forms.MultipleChoiceField(
        label=_("Other colours"),
        choices=_COLOURS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Choose as many as you like."),
    )
    place = forms.ChoiceField(label=_("Place"), choices=[("", _("Choose")), *_COLOURS])
    appendix = forms.FileField(
        label=_("Appendix"),
        widget=forms.ClearableFileInput(attrs={"data-max-bytes": 20 * 1024 * 1024}),
        required=False,
        help_text=_("PDF, Word or picture, at most 20 MB."),
    )
    agree = forms.BooleanField(label=_("The text says nothing about single children"))

    helper = laid_out(
        Fieldset(_("The idea"), "title", "need", "email"),
        Fieldset(_("Money and time"), "sought", "number", Row("starts_on", "ends_on")),
        Fieldset(_("Choices"), "main", "several", "place", "appendix", "agree"),
    )


class GalleryFilterForm(forms.Form):
    words = forms.CharField(label=_("Words"), required=False)
    colour = forms.ChoiceField(label=_("Colour"), choices=[("", _("All")), *_COLOURS], required=False)
