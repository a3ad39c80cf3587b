"""The matrix of projects and themes: how many passages each cell has, counted in the database."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

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
    themes: list[Theme]
    rows: list[Row]

    @property
    def totals(self) -> list[Cell]:
        """Per theme, over all projects."""
        return [Cell(theme, sum(row.cells[place].count for row in self.rows)) for place, theme in enumerate(self.themes)]

    @property
    def total(self) -> int:
        return sum(row.total for row in self.rows)


def matrix_for(user: Any, *, call: Any = None, programme: Any = None) -> Matrix:
    """What the person may count: projects of their programmes in which they are in no conflict, with an interview or without."""
    projects = Project.objects.handled_by(user, *MATRIX_READERS).pilots().select_related("owner")
    if programme:
        projects = projects.filter(programme=programme)
    if call:
        projects = projects.filter(application__sketch__call=call)
    shown = list(projects.order_by("title", "pk"))
    counted = (
        Passage.objects.filter(note__project__in=projects.order_by())
        .values_list("note__project", "theme")
        .annotate(count=Count("pk"))
    )
    counts = {(project, theme): count for project, theme, count in counted.order_by("note__project", "theme")}
    used = {theme for _project, theme in counts}
    programmes = {project.programme_id for project in shown}
    kept = Q(retired_at=None) | Q(pk__in=used)
    themes = list(Theme.objects.filter(kept, programme__in=programmes).in_order())
    rows = [Row(one, [Cell(theme, counts.get((one.pk, theme.pk), 0)) for theme in themes]) for one in shown]
    return Matrix(themes, rows)
