"""What is done with the figures: outcome imported and taken back, figures kept, reports told of, the letter of the month."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from kraftsamling.accounts.models import User
from kraftsamling.accounts.permissions import require
from kraftsamling.audit import log as audit
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import TransitionRefused, claim
from kraftsamling.notifications import outbox
from kraftsamling.notifications.models import Category
from kraftsamling.programmes.models import Programme, Role
from pilots.models import MonthlyLetter, OutcomeImport, PlatformOutcome, Project, ProjectKind, Snapshot, YearlyReport
from pilots.permissions import steering as permissions
from pilots.steering import letters, snapshots
from pilots.steering.outcome import OutcomeLine
from pilots.steering.yearly import due_on

SATURDAY = 5


@transaction.atomic
def import_outcome(
    project: Project, *, lines: Sequence[OutcomeLine], file_name: str, by: User, at: datetime | None = None
) -> OutcomeImport:
    """Lays in what has been booked. Of each year in it, these lines count instead of those of earlier imports."""
    at = at or timezone.now()
    require(permissions.can_import_outcome(by, project))
    if project.kind != ProjectKind.PLATFORM:
        raise TransitionRefused(_("Outcome is imported for the platform's own project only."))
    if not lines:
        raise TransitionRefused(_("There is nothing to import."))
    _require_new(project, lines)

    batch = OutcomeImport.objects.create(project=project, file_name=file_name[:200], imported_at=at, imported_by=by)
    PlatformOutcome.objects.bulk_create(
        PlatformOutcome(
            batch=batch, position=position, year=line.year, category=line.category, text=line.text, amount=line.amount
        )
        for position, line in enumerate(lines)
    )

    total = sum((line.amount for line in lines), Kronor(0))
    years = ", ".join(str(year) for year in sorted({line.year for line in lines}))
    audit.record("pilots.outcome.import", project, by=by, at=at, file=batch.file_name, amount=total.exact, years=years)
    return batch


def _require_new(project: Project, lines: Sequence[OutcomeLine]) -> None:
    """Of two who press the button, or one who presses it twice, one lays the sheet in: else taking it back would change nothing."""
    Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    newest = OutcomeImport.objects.filter(project=project).counting().order_by("-pk").first()
    if newest is None:
        return
    laid_in = newest.lines.order_by("position").values_list("year", "category", "text", "amount")
    if list(laid_in) == [tuple(line) for line in lines]:
        raise TransitionRefused(_("These lines are laid in already, from “%(file)s”.") % {"file": newest.file_name})


@transaction.atomic
def undo_import(batch: OutcomeImport, *, by: User, at: datetime | None = None) -> None:
    """Takes an import back: what earlier ones tell of its years counts again. Nothing is deleted."""
    at = at or timezone.now()
    require(permissions.can_import_outcome(by, batch.project))
    claim(batch, expecting={"undone_at": None}, undone_at=at, undone_by=by)

    audit.record("pilots.outcome.undo", batch.project, by=by, at=at, file=batch.file_name)


@transaction.atomic
def keep_snapshot(programme: Programme, *, name: str, by: User, at: datetime | None = None) -> Snapshot:
    """Keeps all figures as they are now, with how many rows each has, to be compared with later."""
    at = at or timezone.now()
    require(permissions.can_keep_snapshot(by, programme))
    if not name.strip():
        raise TransitionRefused(_("Give the snapshot a name."))

    kept = Snapshot.objects.create(
        programme=programme,
        name=name.strip(),
        figures=snapshots.frozen(programme, on=stockholm_today(at)),
        kept_at=at,
        kept_by=by,
    )

    audit.record("pilots.snapshot.keep", programme, by=by, at=at, name=kept.name)
    return kept


@transaction.atomic
def tell_yearly_report(programme: Programme, *, year: int, by: User, at: datetime | None = None) -> None:
    """Notes that the report of a year has been handed in, so that nobody is reminded of it any more."""
    at = at or timezone.now()
    require(permissions.can_tell_yearly_report(by, programme))
    if year >= stockholm_today(at).year:
        raise TransitionRefused(_("The year is not over yet."))
    try:
        with transaction.atomic():
            YearlyReport.objects.create(programme=programme, year=year, sent_at=at, sent_by=by)
    except IntegrityError:
        raise TransitionRefused(_("The report of %(year)d has been handed in already.") % {"year": year}) from None

    audit.record("pilots.yearly.tell", programme, by=by, at=at, year=year, due=due_on(year).isoformat())


# ---- The letter of the month


def first_weekday(month_on: date) -> date:
    """Monday to Friday; a holiday among them delays nobody."""
    day = month_on.replace(day=1)
    while day.weekday() >= SATURDAY:
        day = day.replace(day=day.day + 1)
    return day


def write_due_letters(*, at: datetime) -> int:
    """Writes the letter of this month to each programme that has not had it. Gives how many programmes were written to.

    From the first weekday on, so that a month is not lost because nothing ran that day.
    """
    today = stockholm_today(at)
    if today < first_weekday(today):
        return 0
    month_on = today.replace(day=1)
    written = MonthlyLetter.objects.filter(month_on=month_on).values("programme")
    return sum(write_letter(programme, month_on=month_on, at=at) for programme in Programme.objects.exclude(pk__in=written))


@transaction.atomic
def write_letter(programme: Programme, *, month_on: date, at: datetime) -> bool:
    """The figures of the dashboard to the steering group, once a month. Two workers at once: one writes it."""
    try:
        with transaction.atomic():
            MonthlyLetter.objects.create(programme=programme, month_on=month_on, written_at=at)
    except IntegrityError:
        return False
    receivers = _steering_group(programme)
    if receivers:
        outbox.promise(
            "pilots/steering_month",
            to=receivers,
            context={
                "programme": programme.name,
                "day": stockholm_today(at),
                "figures": letters.lines(programme, on=stockholm_today(at)),
                "action_url": settings.SITE_URL + reverse("steering_home"),
                "action_label": _l("Open the dashboards"),
            },
            category=Category.NEWS,
            programme_id=programme.pk,
            dedupe_key=f"steering-{programme.pk}-{month_on:%Y-%m}",
            at=at,
        )
    return True


def _steering_group(programme: Programme) -> list[User]:
    roles: Iterable[Any] = programme.roles.filter(role=Role.STEERING_GROUP, user__is_active=True).select_related("user")
    return [given.user for given in roles]
