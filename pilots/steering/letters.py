"""The figures that the letter of the month tells: the same as on the first page of the dashboards."""

from datetime import date
from typing import Any

from django.conf import settings

from kraftsamling.programmes.models import Programme

from . import overview
from .scope import whole_programme


def lines(programme: Programme, *, on: date) -> list[dict[str, Any]]:
    """Each with its words, its value and the address of the rows behind it."""
    found = overview.figures(whole_programme(programme, on=on))
    return [
        {"label": figure.label, "value": figure.text, "url": settings.SITE_URL + figure.url}
        for figure in (found[key] for key in overview.SHOWN)
    ]
