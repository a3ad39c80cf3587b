"""For measuring, what lies around many projects: payment requests that wait for the economist, and what has been learned."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kraftsamling.lib.money import Kronor
from pilots.models import CostEntry, InterviewNote, Learning, LearningKind, Passage, PaymentRequest, Project, Theme
from pilots.states import NoteState, ProjectState

from .bulk import Bulk

MOST_WAITING, MANY_LINES, FEW_LINES = 200, 500, 10
THEMES = ("Tillit", "Samverkan", "Tid", "Kompetens", "Lokaler", "Delaktighet", "Ledning", "Pengar")
NOTE_EVERY = 5
"""Every fifth project has been interviewed."""
TEXT = "De unga säger att det är lättare att komma när någon de känner är där. " * 4


@dataclass
class BulkWaiting:
    """With how rows are written, some hundred at a time."""

    bulk: Bulk
    projects: list[Project]
    write: Callable[[Any], None]
    written: Callable[[Any], Any]

    def ask(self, request_of: Callable[[Project, int], PaymentRequest], number: int) -> None:
        """One more request of some running projects, not decided; the first has many lines."""
        running = Project.objects.filter(pk__gte=self.projects[0].pk, state=ProjectState.RUNNING).order_by("pk")
        requests = list(self.written(request_of(project, number) for project in running[:MOST_WAITING]))
        self.write(
            self._line(request, position)
            for place, request in enumerate(requests)
            for position in range(FEW_LINES if place else MANY_LINES)
        )

    def _line(self, request: PaymentRequest, position: int) -> CostEntry:
        return CostEntry(
            request=request, position=position, booked_on=self.bulk.now.date() - timedelta(days=position % 300 + 1),
            voucher=f"A{position}", text="Bench kostnad", category="own_staff", amount=Kronor(100),
        )  # fmt: skip

    def learned(self) -> None:
        used = Theme.objects.filter(programme=self.bulk.programme).count()
        themes = list(Theme.objects.filter(programme=self.bulk.programme, name__startswith="Bench ")) or list(
            self.written(
                Theme(programme=self.bulk.programme, name=f"Bench {name}", position=used + place)
                for place, name in enumerate(THEMES)
            )
        )
        notes = list(self.written(self._note(project) for project in self.projects[::NOTE_EVERY]))
        self.write(
            Passage(
                note=note, theme=themes[(note.pk + place) % len(themes)], quote=TEXT[:70], coded_at=self.bulk.now,
                coded_by=self.bulk.leader,
            )
            for note in notes
            for place in range(3)
        )  # fmt: skip
        kinds = LearningKind.values
        learnings = self.written(
            Learning(
                project=project, kind=kinds[place % len(kinds)], text=TEXT, is_public=not place % 2, **self._written()
            )
            for place, project in enumerate(self.projects)
        )  # fmt: skip
        areas = {project.pk: project.main_focus_area_id for project in self.projects}
        through = Learning.focus_areas.through
        self.write(through(learning=learning, focusarea_id=areas[learning.project_id]) for learning in learnings)

    def _note(self, project: Project) -> InterviewNote:
        return InterviewNote(
            project=project, held_on=project.starts_on + timedelta(days=200), held_with="Bench", text=TEXT, state=NoteState.APPROVED,
            approved_at=self.bulk.now, approved_by=self.bulk.leader, **self._written(),
        )  # fmt: skip

    def _written(self) -> dict[str, Any]:
        at, by = self.bulk.now, self.bulk.leader
        return {"written_at": at, "written_by": by, "changed_at": at, "changed_by": by}
