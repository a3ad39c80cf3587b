"""The matrix of projects and themes: how many passages each cell has, counted in the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from pilots.models import Passage, Project, Theme
from pilots.permissions.learning import MATRIX_READERS


@dataclass(frozen=True, slots=True)
class Cell:
    theme: Theme
    count: int


@dataclass(frozen=True, slots=True)
class Row:
    """A project with its cells in the order of the themes."""

    project: Project
    cells: list[Cell]

    @property
    def total(self) -> int:
        return sum(cell.count for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Some of the projects row by row; the totals are those of all."""

    themes: list[Theme]
    rows: list[Row]
    totals: list[Cell]

    @property
    def total(self) -> int:
        return sum(cell.count for cell in self.totals)


def projects_for(user: Any, *, call: Any = None) -> "QuerySet[Project]":
    """What the person may count: projects of their programmes in which they are in no conflict, with an interview or without."""
    projects = Project.objects.handled_by(user, *MATRIX_READERS).pilots().select_related("owner")
    if call:
        projects = projects.filter(application__sketch__call=call)
    return projects.order_by("title", "pk")


def matrix_of(projects: "QuerySet[Project]", shown: Iterable[Project]) -> Matrix:
    """The shown ones of the projects."""
    shown, every = list(shown), projects.order_by()
    passages = Passage.objects.order_by()
    per_theme = passages.filter(note__project__in=every.values("pk")).values_list("theme").annotate(count=Count("pk"))
    totals = dict(per_theme)
    here = passages.filter(note__project__in=[project.pk for project in shown])
    counted = here.values_list("note__project", "theme").annotate(count=Count("pk"))
    counts = {(project, theme): count for project, theme, count in counted}
    kept = Q(retired_at=None) | Q(pk__in=totals)
    themes = list(Theme.objects.filter(kept, programme__in=every.values("programme")).in_order())
    rows = [Row(one, [Cell(theme, counts.get((one.pk, theme.pk), 0)) for theme in themes]) for one in shown]
    return Matrix(themes, rows, [Cell(theme, totals.get(theme.pk, 0)) for theme in themes])
