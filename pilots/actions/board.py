"""What can happen to an information item for the board: made from the data, edited, made anew, ready, taken back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from kraftsamling.audit import log as audit
from kraftsamling.lib.transitions import TransitionRefused, advance, claim
from kraftsamling.programmes.models import Programme
from kraftsamling.search import index
from pilots import board
from pilots.models import BoardItem, JointAnalysis, Project
from pilots.models.board import MOST_MINUTES
from pilots.permissions import learning as permissions
from pilots.states import BOARD_ITEM_MOVES, BoardItemState

MOST_PROJECTS = 8


@transaction.atomic
def make_board_item(
    programme: Programme,
    *,
    title: str,
    meeting: str,
    meeting_on: date,
    projects: Sequence[Project],
    analysis: JointAnalysis | None,
    by: Any,
    at: datetime | None = None,
) -> BoardItem:
    """Makes the item from what is known today, with the programme's next number."""
    at = at or timezone.now()
    permissions.require(permissions.can_begin_in(by, programme))
    _require_sound(programme, projects, analysis, by=by)
    programme = Programme.objects.select_for_update(of=("self",)).select_related("region").get(pk=programme.pk)
    number = (programme.board_items.aggregate(last=Max("number"))["last"] or 0) + 1
    texts = board.generated_texts(programme, projects, analysis, presenter=str(by))

    item = BoardItem.objects.create(
        programme=programme, number=number, title=title, meeting=meeting, meeting_on=meeting_on, analysis=analysis,
        content=texts, generated=texts, begun_at=at, begun_by=by, saved_at=at, saved_by=by,
    )  # fmt: skip
    item.projects.set(projects)

    audit.record("pilots.board_item.make", item, by=by, at=at, number=number)
    _index(item, at=at)
    return item


def _require_sound(programme: Programme, projects: Sequence[Project], analysis: JointAnalysis | None, *, by: Any) -> None:
    permissions.require(
        all(one.programme_id == programme.pk and permissions.is_team_of(by, one) for one in projects)
        and (analysis is None or analysis.programme_id == programme.pk)
    )
    if not board.FEWEST_PROJECTS <= len(projects) <= MOST_PROJECTS:
        raise TransitionRefused(
            _("Choose between %(fewest)d and %(most)d projects.") % {"fewest": board.FEWEST_PROJECTS, "most": MOST_PROJECTS}
        )


@transaction.atomic
def edit_board_item(
    item: BoardItem,
    *,
    values: dict[str, Any],
    texts: Mapping[str, str],
    revision: int,
    by: Any,
    at: datetime | None = None,
) -> None:
    """Saves heading, limit and texts. The minutes never exceed the limit (AC-045). Raises LostRace as ever."""
    at = at or timezone.now()
    permissions.require(permissions.can_write_board_item(by, item))
    _require_draft(item)
    content = {name: texts.get(name, text) for name, text in item.content.items()}
    minutes = board.minutes_of(content)
    _require_short(minutes, values["limit"])

    claim(
        item, expecting={"revision": revision}, revision=revision + 1, content=content, minutes=minutes,
        saved_at=at, saved_by=by, **values,
    )  # fmt: skip

    audit.record("pilots.board_item.edit", item, by=by, at=at)
    _index(item, at=at)


def _require_short(minutes: int, limit: int) -> None:
    if limit > MOST_MINUTES:
        raise TransitionRefused(_("The running order takes at most %(most)d minutes.") % {"most": MOST_MINUTES})
    if minutes > limit:
        raise TransitionRefused(
            _("The parts come to %(sum)d minutes together. At most %(limit)d may be used.") % {"sum": minutes, "limit": limit}
        )


@transaction.atomic
def make_anew(
    item: BoardItem,
    *,
    projects: Sequence[Project],
    analysis: JointAnalysis | None,
    take: Iterable[str],
    revision: int,
    by: Any,
    at: datetime | None = None,
) -> None:
    """Makes the texts from today's data. What somebody has edited stays, but for the texts named in `take`."""
    at = at or timezone.now()
    permissions.require(permissions.can_write_board_item(by, item))
    _require_draft(item)
    programme = Programme.objects.select_related("region").get(pk=item.programme_id)
    _require_sound(programme, projects, analysis, by=by)
    fresh = board.generated_texts(programme, projects, analysis, presenter=str(item.begun_by))
    names = board.new_names(item.content, item.projects.select_related("owner"), projects)
    before, made = board.renamed(item.content, names), board.renamed(item.generated, names)
    content = board.merged(before, made, fresh, take=[names[name] for name in take if name in names])

    claim(
        item, expecting={"revision": revision}, revision=revision + 1, content=content, generated=fresh,
        minutes=board.minutes_of(content), analysis=analysis, saved_at=at, saved_by=by,
    )  # fmt: skip
    item.projects.set(projects)

    audit.record("pilots.board_item.make_anew", item, by=by, at=at)
    _index(item, at=at)


@transaction.atomic
def ready_board_item(item: BoardItem, *, revision: int, by: Any, at: datetime | None = None) -> None:
    """From now on the steering group reads it, and it stands as it is."""
    permissions.require(permissions.can_write_board_item(by, item))
    claim(item, expecting={"revision": revision}, revision=revision + 1)

    advance(item, BoardItemState.READY, table=BOARD_ITEM_MOVES)

    audit.record("pilots.board_item.ready", item, by=by, at=at)


@transaction.atomic
def reopen_board_item(item: BoardItem, *, by: Any, at: datetime | None = None) -> None:
    permissions.require(permissions.can_write_board_item(by, item))

    advance(item, BoardItemState.DRAFT, table=BOARD_ITEM_MOVES)

    audit.record("pilots.board_item.reopen", item, by=by, at=at)


def _require_draft(item: BoardItem) -> None:
    item.state = BoardItem.objects.select_for_update().values_list("state", flat=True).get(pk=item.pk)
    if not item.is_draft:
        raise TransitionRefused(_("The item is ready for the meeting and stands as it is. Take it back to change it."))


def _index(item: BoardItem, *, at: datetime) -> None:
    body = "\n".join(str(text) for text in item.content.values())
    index.put("board_item", item.pk, title=item.title, body=body, url=item.get_absolute_url(), at=at)
