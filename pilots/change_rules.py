"""What a change of the terms must hold: the law's limits, the call's, and what has already happened. Says what is wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Case, F, Max, Min, Sum, When
from django.utils import translation
from django.utils.translation import gettext as _

from grants.budget.content import BudgetContent, added
from grants.budget.store import content_of
from grants.models import Budget, Call, CostCategory
from grants.models.calls import lawful_share
from grants.rules import percent_text
from kraftsamling.accounts.models import Organisation
from kraftsamling.lib.dates import day_text
from kraftsamling.lib.money import Kronor, KronorField
from pilots.models import ChangeFileKind, ChangeRequest, CostEntry, Project
from pilots.states import PaymentState, ProjectState

TOLERANCE_WITHOUT_CALL: Decimal = Call._meta.get_field("category_tolerance").default  # type: ignore[union-attr]


@dataclass(frozen=True)
class NewTerms:
    """What is to count from now on."""

    owner: Organisation
    share: Decimal
    cap: Kronor
    starts_on: date
    ends_on: date
    budget: Budget
    eu_cofinanced: bool = False
    """Known from the budget: the law allows 60 per cent only where ERDF or ESF+ also pays."""


def as_they_are(project: Project) -> NewTerms:
    return NewTerms(
        project.owner, project.share, project.cap, project.starts_on, project.ends_on, project.budget, project.eu_cofinanced
    )


def wanted_by(project: Project, wishes: Mapping[str, Any]) -> NewTerms:
    """The terms as they are, with what is wished for instead; a wish that is empty changes nothing."""
    names = {"new_owner": "owner"}
    changed = {names.get(name, name): value for name, value in wishes.items() if value is not None}
    return NewTerms(**{**as_values(as_they_are(project)), **changed})


def as_values(terms: NewTerms) -> dict[str, Any]:
    """By the names of the project's columns."""
    return dict(vars(terms))


def call_of(project: Project) -> Call | None:
    return project.application.sketch.call if project.application else None


def tolerance_of(project: Project) -> Decimal:
    call = call_of(project)
    return call.category_tolerance if call else TOLERANCE_WITHOUT_CALL


# ---- Moves between cost categories


@dataclass(frozen=True)
class Move:
    """What one cost category comes to before and after."""

    category: CostCategory
    before: Kronor
    after: Kronor

    @property
    def difference(self) -> Kronor:
        return self.after - self.before

    def is_within(self, tolerance: Decimal) -> bool:
        """Grows by no more than the tolerance, in per cent of what it was. What shrinks makes room for what grows."""
        return (self.after - self.before) <= self.before.percent(tolerance)


def moves(before: BudgetContent, after: BudgetContent) -> list[Move]:
    """The categories that either budget has."""
    found = [Move(category, _of(before, category), _of(after, category)) for category in CostCategory]
    return [move for move in found if move.before or move.after]


def _of(content: BudgetContent, category: CostCategory) -> Kronor:
    return added(part.total for part in content.costs if part.category == category)


def is_only_a_small_move(before: BudgetContent, after: BudgetContent, tolerance: Decimal) -> bool:
    """Nothing but a move between categories within the tolerance: needs no decision (domain 2.5)."""
    same_years = before.years == after.years and all(
        before.of_year(before.costs, year) == after.of_year(after.costs, year) for year in before.years
    )
    same_money = [part.amounts for part in before.financing] == [part.amounts for part in after.financing]
    return same_years and same_money and all(move.is_within(tolerance) for move in moves(before, after))


# ---- A new owner


def lacks_consent(change: ChangeRequest, new_owner: Organisation | None) -> bool:
    """Nobody is made the owner of a project unasked: its consent in writing lies beside the change, or is told to be missing."""
    return new_owner is not None and not change.files.filter(removed_at=None, kind=ChangeFileKind.CONSENT).exists()


# ---- What has already happened


@dataclass(frozen=True)
class Happened:
    """What a change cannot undo: money paid, and the first and last day of the costs that have been approved."""

    paid: Kronor
    first_on: date | None
    last_on: date | None


def happened_in(project: Project) -> Happened:
    approved = CostEntry.objects.filter(
        request__project=project, request__state=PaymentState.DECIDED, approved__gt=Kronor(0)
    ).aggregate(first=Min("booked_on"), last=Max("booked_on"))
    return Happened(project.paid, approved["first"], approved["last"])


def unlawful(wanted: NewTerms, content: BudgetContent, happened: Happened) -> Iterator[str]:
    """What no reason can excuse: the law (2003:596, 5 §), the calendar, and what has been paid. `content` is the wanted budget."""
    limit, costs = lawful_share(eu_cofinanced=content.eu_cofinanced), content.base
    lawful = Kronor.from_ore(int(costs.ore * limit / 100))
    if not 0 < wanted.share <= limit:
        yield _("The share must be more than 0 and at most %(share)s per cent. The law allows no more.") % {
            "share": percent_text(limit)
        }
    if wanted.cap > lawful:
        yield _("%(cap)s is more than %(share)s per cent of the costs that count, %(costs)s. The law allows at most %(lawful)s.") % {
            "cap": wanted.cap.exact, "share": percent_text(limit), "costs": costs.exact, "lawful": lawful.exact,
        }  # fmt: skip
    if wanted.ends_on < wanted.starts_on:
        yield _("The project cannot end before it starts.")
    if wanted.cap < happened.paid:
        yield _(
            "%(paid)s has been paid or decided to be paid, so the grant cannot be lowered to %(cap)s. Write at least %(paid)s, "
            "or decide first that the difference is to be paid back."
        ) % {"paid": happened.paid.exact, "cap": wanted.cap.exact}  # fmt: skip
    if happened.first_on and happened.last_on and not wanted.starts_on <= happened.first_on <= happened.last_on <= wanted.ends_on:
        yield _(
            "Costs from %(first)s to %(last)s have been approved, and the period must cover them. Choose days that do, or have "
            "the costs corrected first."
        ) % {"first": day_text(happened.first_on), "last": day_text(happened.last_on)}  # fmt: skip


# ---- The call's limits


def granted_in(call: Call, *, but: Project) -> Kronor:
    """What the other projects of the call hold of its frame: a running one its cap, a closed or revoked one what it was paid."""
    others = Project.objects.filter(application__sketch__call=call).exclude(pk=but.pk)
    held = Case(When(state=ProjectState.RUNNING, then=F("cap")), default=F("paid"), output_field=KronorField())
    return others.aggregate(total=Sum(held))["total"] or Kronor(0)


def exceeded(project: Project, wanted: NewTerms, costs: Kronor) -> Iterator[str]:
    """Limits of the call that are passed by what is new: allowed only with a reason, which is logged (domain 10, rule 5)."""
    call = call_of(project)
    if call is None:
        return
    if wanted.cap > project.cap:
        yield from _money_exceeded(call, project, wanted, costs)
    if wanted.share > max(call.highest_share, project.share):
        yield _("%(share)s per cent is more than the call's highest share, %(limit)s per cent.") % {
            "share": percent_text(wanted.share), "limit": percent_text(call.highest_share),
        }  # fmt: skip
    if call.period_ends_on and wanted.ends_on > max(call.period_ends_on, project.ends_on):
        yield _("%(day)s is after the last day for projects of the call, %(limit)s.") % {
            "day": day_text(wanted.ends_on), "limit": day_text(call.period_ends_on),
        }  # fmt: skip
    if call.period_starts_on and wanted.starts_on < min(call.period_starts_on, project.starts_on):
        yield _("%(day)s is before the first day for projects of the call, %(limit)s.") % {
            "day": day_text(wanted.starts_on), "limit": day_text(call.period_starts_on),
        }  # fmt: skip


def _money_exceeded(call: Call, project: Project, wanted: NewTerms, costs: Kronor) -> Iterator[str]:
    words = {"cap": wanted.cap.exact}
    if call.largest_grant is not None and wanted.cap > call.largest_grant:
        yield _("%(cap)s is more than the call's largest grant, %(limit)s.") % {**words, "limit": call.largest_grant.exact}
    by_call = Kronor.from_ore(int(costs.ore * call.highest_share / 100))
    if wanted.cap > by_call:
        yield _("%(cap)s is more than the call's highest share of the costs that count, %(limit)s.") % {
            **words, "limit": by_call.exact,
        }  # fmt: skip
    left = call.frame() - granted_in(call, but=project)
    if wanted.cap > left:
        yield _("%(cap)s is more than what is left of the call's frame, %(limit)s.") % {**words, "limit": left.exact}


# ---- In words


def differences(before: Any, after: Any) -> list[tuple[str, str, str]]:
    """(what, was, is) of two sets of terms, in words; the budget by its sum."""
    rows = [
        (_("Share of the booked costs"), f"{percent_text(before.share)} %", f"{percent_text(after.share)} %"),
        (_("But no more than"), before.cap.exact, after.cap.exact),
        (_("First day"), day_text(before.starts_on), day_text(after.starts_on)),
        (_("Last day"), day_text(before.ends_on), day_text(after.ends_on)),
        (_("Owner"), str(before.owner), str(after.owner)),
        (_("Budget"), *_budget_words(before.budget, after.budget)),
    ]
    return [row for row in rows if row[1] != row[2]]


def _budget_words(before: Budget, after: Budget) -> tuple[str, str]:
    if before.pk == after.pk:
        return "", ""
    was, now = (_("costs of %(total)s") % {"total": content_of(budget).total_cost.exact} for budget in (before, after))
    return was, _("%(costs)s, spread in another way") % {"costs": now} if was == now else now


def wording(project: Project, wanted: NewTerms | None) -> str:
    """The decision in a sentence, from its data, in the language of decisions whatever language the pages have."""
    words: dict[str, Any] = {"organisation": (wanted or as_they_are(project)).owner.name, "title": project.title}
    with translation.override(settings.LANGUAGE_CODE):
        if wanted is None:
            return _("The change that %(organisation)s has asked for in the project %(title)s is refused.") % words
        words |= {
            "share": percent_text(wanted.share),
            "cap": f"{wanted.cap.exact.removesuffix('kr')}kronor",
            "starts": day_text(wanted.starts_on),
            "ends": day_text(wanted.ends_on),
        }
        return _(
            "%(organisation)s is granted %(share)s per cent of the booked costs of the project, but no more than %(cap)s, "
            "for the project %(title)s during the period %(starts)s–%(ends)s."
        ) % words  # fmt: skip
