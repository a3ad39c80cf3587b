"""What the dashboards share: the choice in the address, and the tabs."""

from typing import Any, NamedTuple

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _l

from kraftsamling.lib.dates import stockholm_today
from pilots.forms.steering import ChoiceForm
from pilots.steering.scope import Scope, scope_of

TABS = (
    ("home", _l("Overview"), "steering_home"),
    ("money", _l("Money"), "steering_money"),
    ("platform", _l("The platform"), "steering_platform"),
    ("portfolio", _l("Portfolio"), "steering_portfolio"),
    ("yearly", _l("Yearly report"), "steering_yearly"),
    ("snapshots", _l("Snapshots"), "steering_snapshots"),
)


class Tab(NamedTuple):
    """A way to another dashboard, with the programme that is chosen."""

    title: Any
    url: str
    current: bool


def scope_asked(request: HttpRequest) -> Scope:
    """What the address chooses, for who may see figures. Raises Http404 for everybody else."""
    return scope_of(request.user, request.GET, on=stockholm_today())


def page(scope: Scope, tab: str, *, with_call: bool = True, with_year: bool = True, **context: Any) -> dict[str, Any]:
    """The context of a dashboard."""
    suffix = f"?program={scope.programme.slug}" if len(scope.programmes) > 1 else ""
    tabs = [Tab(title, reverse(name) + suffix, key == tab) for key, title, name in TABS]
    form = ChoiceForm(scope, with_call=with_call, with_year=with_year) if with_call or with_year else None
    return {
        "scope": scope,
        "tabs": tabs,
        "choice": form if form and form.fields else None,
        "tabs_have_document": tab in {"home", "money", "platform", "portfolio"},
        **context,
    }


def number(text: str) -> int:
    """A whole number of an address. Raises Http404."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):  # noqa: PLR2004 - what fits a key
        raise Http404
    return int(text)
