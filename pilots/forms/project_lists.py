"""The filter of the list of projects, for its members and officers."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.models import Call
from kraftsamling.places.models import Municipality
from kraftsamling.programmes.models import FocusArea
from pilots import phases
from pilots.models import Project

from .learning import offer_few

_LINE = Value("\n")
SEARCHED = Concat(
    "title", _LINE, "owner__name", _LINE, "registry_number", _LINE, "external_case_id", output_field=TextField()
)  # fmt: skip
"""Looked through at once: four looks at each of thousands take their time."""


class ProjectFilterForm(forms.Form):
    """Which projects the list shows; every choice stands in the address, and is of a project that the person sees."""

    q = forms.CharField(label=gettext_lazy("Project, organisation or number"), required=False, max_length=100)
    lage = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    faktor = forms.ChoiceField(label=gettext_lazy("Protective factor"), required=False)
    kommun = forms.ChoiceField(label=gettext_lazy("Municipality"), required=False)
    utlysning = forms.ModelChoiceField(Call.objects.none(), label=gettext_lazy("Call"), required=False)

    def __init__(self, *args: Any, projects: QuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        areas = FocusArea.objects.filter(Exists(projects.filter(focus_areas=OuterRef("pk")))).order_by("position", "pk")
        places = Municipality.objects.filter(Exists(projects.filter(municipalities=OuterRef("pk")))).in_swedish_order()
        calls = Call.objects.filter(Exists(projects.filter(application__sketch__call=OuterRef("pk"))))
        fields["lage"].choices = [("", _("All")), *phases.Phase.choices]
        fields["faktor"].choices = [("", _("All")), *{area.key: area.name for area in areas}.items()]
        fields["kommun"].choices = [("", _("All")), *((place.code, place.name) for place in places)]
        fields["utlysning"].empty_label = _("All")
        fields["utlysning"].queryset = calls.order_by("-opens_at", "pk")
        offer_few(self, "utlysning")

    def chosen_of(self, projects: Any, *, on: date) -> Any:
        """Of these projects the ones that are chosen. None where a choice is unknown."""
        if not self.is_valid():
            return projects.none()
        wanted = self.cleaned_data
        if wanted["q"]:
            projects = projects.alias(searched=SEARCHED).filter(searched__icontains=wanted["q"])
        if wanted["lage"]:
            projects = projects.filter(phases.where(wanted["lage"], on=on))
        if wanted["faktor"]:
            with_it = Project.focus_areas.through.objects.filter(focusarea__key=wanted["faktor"])
            projects = projects.filter(pk__in=with_it.values("project"))
        if wanted["kommun"]:
            projects = projects.in_municipality(wanted["kommun"])
        return projects.filter(application__sketch__call=wanted["utlysning"]) if wanted["utlysning"] else projects


def is_filtered(data: Any) -> bool:
    """Whether the address chooses anything."""
    return any(data.get(name) for name in ProjectFilterForm.base_fields)
