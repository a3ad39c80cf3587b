"""What waits for those who keep the platform: mail that did not arrive, programmes without a leader."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kraftsamling.home.addresses import address
from kraftsamling.notifications.models import OUTBOX_ROLES, Message, MessageState
from kraftsamling.programmes.models import Programme, ProgrammeRole, Role
from kraftsamling.programmes.permissions import programmes_with_role

from .kinds import Task


def undelivered_messages(user: Any, *, at: datetime) -> QuerySet:
    if not programmes_with_role(user, *OUTBOX_ROLES):
        return Message.objects.none()
    stopped = Message.objects.visible_to(user).filter(state__in=[MessageState.FAILED, MessageState.UNCERTAIN])
    return stopped.order_by().values("state").annotate(count=Count("pk"))


def look_at_messages(row: Any) -> Task:
    if row["state"] == MessageState.FAILED:
        title = ngettext("%(count)d mail could not be delivered", "%(count)d mails could not be delivered", row["count"])
    else:
        title = ngettext(
            "%(count)d mail may or may not have arrived", "%(count)d mails may or may not have arrived", row["count"]
        )
    return Task(
        title=title % {"count": row["count"]},
        detail=_("Look at why, and send again or reach the person in another way."),
        url=address("outbox_list"),
        tone="stop",
    )


def leaderless_programmes(user: Any, *, at: datetime) -> QuerySet:
    programmes = programmes_with_role(user, Role.ADMINISTRATOR)
    if not programmes:
        return Programme.objects.none()
    leaders = ProgrammeRole.objects.filter(programme=OuterRef("pk"), role=Role.PROCESS_LEADER, user__is_active=True)
    return Programme.objects.filter(~Exists(leaders), pk__in=programmes).order_by("pk")


def appoint_leader(programme: Programme) -> Task:
    return Task(
        title=_("%(programme)s has no process leader") % {"programme": programme},
        detail=_("Nobody can publish a call or send answers until somebody has the role."),
        url=address("programme_roles", programme.slug, otherwise=address("role_list")),
        tone="stop",
    )
