"""Projects of the world: one decided elsewhere with a change in each state, and its public page."""

import datetime as dt

from django.core import signing

from kraftsamling.programmes.models import Role
from pilots.actions import feeds
from pilots.tasks import build_change_letter
from pilots.views.follow import SALT
from tests.factories import pilots
from tests.factories.accounts import UserFactory


def projects(programme, home, people, granted, *, member, at):
    """`granted` is the world's project that a grant here has opened."""
    leader, decider, days = people[Role.PROCESS_LEADER], people[Role.DECISION_MAKER], dt.timedelta(days=1)
    period = {"starts_on": (at - 200 * days).date(), "ends_on": (at + 200 * days).date()}
    made = pilots.create_elsewhere(
        programme, owner=home, by=leader, at=at - 90 * days, title="Kvällsöppet bibliotek (exempel)", **period
    )
    unpublished = pilots.create_elsewhere(
        programme, owner=home, by=leader, at=at - 80 * days, title="Ritstugan (exempel)", registry_number="26RS4712", **period
    )
    pilots.describe(made, by=member, at=at - 60 * days)
    pilots.publish(made, by=people[Role.COMMUNICATIONS_OFFICER], at=at - 50 * days)
    pilots.describe(made, by=member, at=at - 45 * days, summary="En ny text som ingen har publicerat än. (exempel)")
    pilots.describe(unpublished, by=member, at=at - 45 * days)

    begun = pilots.begin(made, by=member, at=at - 41 * days)
    pilots.lay_beside(begun, kind="other", by=member, at=at - 41 * days)
    decided = pilots.ask_from(begun, by=member, at=at - 40 * days, ends_on=(at + 250 * days).date())
    build_change_letter(pilots.grant(decided, by=decider, at=at - 30 * days, decided_on=(at - 31 * days).date()).pk)
    waiting = pilots.ask(made, by=member, at=at - 3 * days, ends_on=(at + 300 * days).date())
    draft = pilots.begin(unpublished, by=member, at=at - 2 * days)
    pilots.lay_beside(draft, by=member, at=at - 2 * days)

    renewed = UserFactory(email="ny.kalender@example.se", name="Kal Ender")
    feeds.renew_feed(renewed, at=at)
    return _arguments(made, unpublished, granted, waiting, decided, draft, member, renewed)


def _arguments(made, unpublished, granted, waiting, decided, draft, member, renewed):
    pk = {"pk": made.pk}
    names = [
        "detail@elsewhere",
        "timeline",
        "calendar",
        "history",
        "terms",
        "describe",
        "people",
        "publish",
        "unpublish",
        "conflict",
    ]
    rows = {f"project_{name}": pk for name in names}
    rows |= {"public_project": {"slug": made.slug}, "public_project@unpublished": {"slug": "ritstugan-exempel"}}
    rows |= {"public_project_file": {"kind": "pdf"}}
    rows |= {f"public_project_file@{kind}": {"kind": kind} for kind in ("csv", "xlsx", "json")}
    rows |= {"project_list_file": {"kind": "pdf"}}
    rows |= {f"project_list_file@{kind}": {"kind": kind} for kind in ("csv", "xlsx")}
    rows |= {"change_list": pk, "change_begin": {"pk": granted.pk}}
    rows |= {
        "change_detail": {"pk": waiting.pk},
        "change_detail@decided": {"pk": decided.pk},
        "change_edit@sent": {"pk": waiting.pk},
    }
    rows |= {f"change_{name}": {"pk": draft.pk} for name in ["detail@draft", "edit", "autosave", "budget", "send", "file_add"]}
    link, sent = draft.files.get(), decided.files.get()
    rows |= {
        "change_file": {"pk": decided.pk, "file_id": sent.file_id},
        "change_file@draft": {"pk": draft.pk, "file_id": link.file_id},
        "change_file_remove": {"pk": draft.pk, "link": link.pk},
        "change_letter": {"pk": decided.pk},
        "change_letter@waiting": {"pk": waiting.pk},
    }
    rows |= {f"change_{name}": {"pk": waiting.pk} for name in ["withdraw", "decide"]}
    token = {key: {"token": signing.dumps({"u": who.pk, "n": 1}, salt=SALT)} for key, who in (("a", member), ("b", renewed))}
    return rows | {"project_feed": token["a"], "project_feed@renewed": token["b"]}


def typed(arguments):
    """What a person would send."""
    return {"project_feed_renew": {"project": arguments["project_timeline"]["pk"]}}
