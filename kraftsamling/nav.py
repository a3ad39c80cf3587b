"""The menu per role; URL names as strings, and only what exists is linked to."""

from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kraftsamling.accounts.models import SEES_ALL_ORGANISATIONS
from kraftsamling.home.addresses import address
from kraftsamling.home.waiting import known_count
from kraftsamling.notifications.models import OUTBOX_ROLES
from kraftsamling.programmes.models import Programme, Role
from kraftsamling.programmes.permissions import OFFICERS, has_role_anywhere
from pilots.models import PROJECT_READERS

PROGRAMME_SECONDS = 60


class Place(NamedTuple):
    """A page that may stand in the menu: label, URL name, and who has use of it there."""

    label: Any
    url_name: str
    roles: frozenset[str] = frozenset()
    """Programme roles that see the entry; empty for everybody."""
    members: bool = False
    """Also those who belong to an organisation see it."""
    instead_of: str = ""
    """Only who has no use of that other page sees it: a menu has room for so much."""
    also: tuple[str, ...] = ()
    """Pages that belong under the entry, though their addresses do not say so."""


MENU = (
    Place(_("Calls"), "call_list"),
    Place(_("Our sketches"), "sketch_list", members=True),
    Place(_("Reviewing"), "review_list", frozenset({Role.REVIEWER})),
    Place(_("Preparation"), "preparation_list", frozenset({*OFFICERS, Role.DECISION_MAKER})),
    Place(_("Decisions"), "decision_list", frozenset({*OFFICERS, Role.DECISION_MAKER}), members=True),
    Place(_("Projects"), "project_list", PROJECT_READERS, members=True),
    Place(_("Pilot projects"), "public_project_list", instead_of="project_list"),
    Place(_("Payment requests"), "payment_list", frozenset({Role.FINANCE_OFFICER}), also=("payout_list",)),
    Place(
        _("Learning"),
        "learning_list",
        PROJECT_READERS | {Role.REFERENCE_GROUP},
        members=True,
    ),
    Place(
        _("Steering"),
        "steering_home",
        frozenset({*OFFICERS, Role.DECISION_MAKER, Role.STEERING_GROUP, Role.FINANCE_OFFICER, Role.REFERENCE_GROUP}),
    ),
    Place(_("Search"), "search"),
)
ACCOUNT_MENU = (
    Place(_("Our organisation"), "organisation_list"),
    Place(_("All organisations"), "organisation_all", SEES_ALL_ORGANISATIONS),
    Place(_("Messages sent"), "outbox_list", OUTBOX_ROLES),
    Place(_("People and roles"), "role_list", frozenset({Role.ADMINISTRATOR})),
    Place(_("What mail I want"), "mail_preferences"),
)


class Entry(NamedTuple):
    """A line of a menu, as the page shows it."""

    label: Any
    url: str
    current: bool


def navigation(request: HttpRequest) -> dict[str, Any]:
    """For the base template; asks nothing of the database unless the page shows it."""
    return {
        "navigation": SimpleLazyObject(lambda: entries(MENU, request)),
        "account_navigation": SimpleLazyObject(lambda: entries(ACCOUNT_MENU, request)),
        "brand_line": SimpleLazyObject(brand_line),
        "demo": settings.DEMO,
        "waiting_count": SimpleLazyObject(lambda: waiting_count(request)),
    }


def entries(places: tuple[Place, ...], request: HttpRequest) -> list[Entry]:
    """Of two addresses that the page lies under, the longer one is where we are."""
    shown: dict[str, tuple[Any, list[str]]] = {}
    for place in places:
        urls = [found for name in (place.url_name, *place.also) if (found := address(name))]
        if urls and place.instead_of not in shown and _is_for(place, _user(request)):
            shown[place.url_name] = (place.label, urls)
    under = (url for _label, urls in shown.values() for url in urls if request.path.startswith(url))
    here = max(under, key=len, default="")
    return [Entry(label, urls[0], here in urls) for label, urls in shown.values()]


def _is_for(place: Place, user: Any) -> bool:
    if not place.roles and not place.members:
        return True
    if not user.is_authenticated:
        return False
    return has_role_anywhere(user, *place.roles) or (place.members and bool(user.organisation_ids))


def brand_line() -> str:
    """Beside the emblem: what the programme is called, and where. Kept for a minute."""
    names = cache.get("brand-line")
    if names is None:
        programme = Programme.objects.select_related("region").order_by("pk").first()
        names = (programme.name.removeprefix("Kraftsamling").strip(), programme.region.name) if programme else ("", "")
        cache.set("brand-line", names, PROGRAMME_SECONDS)
    programme_name, region_name = names
    return gettext("%(programme)s in %(region)s") % {"programme": programme_name, "region": region_name} if programme_name else ""


def waiting_count(request: HttpRequest) -> int:
    """How many things wait for the person: one query at most, none on the page that lists them."""
    known = getattr(request, "waiting_count", None)
    if known is None:
        known = known_count(_user(request), at=timezone.now()) if _user(request).is_authenticated else 0
    return known


def _user(request: HttpRequest) -> Any:
    """A request that failed early has no user yet, but gets an error page with a menu."""
    return getattr(request, "user", None) or AnonymousUser()
