"""Calls and sketches written straight into the tables, in whatever state a page must be shown in."""

import datetime as dt
import itertools

from grants.models import Application, Assessment, Call, Outcome, Sketch, SketchDraft, SketchVersion
from grants.models.calls import CallFrame
from kraftsamling.lib.money import Kronor
from tests.factories.accounts import OrganisationFactory, UserFactory

NOW = dt.datetime(2026, 3, 10, 11, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
_numbers = itertools.count(1)


def author():
    from kraftsamling.accounts.models import User

    return User.objects.filter(email="author@example.se").first() or UserFactory(email="author@example.se")


def make_call(programme, *, opens_at=NOW - 5 * DAY, closes_at=NOW + 12 * DAY, state="published", frames=(1_000_000,), **fields):
    number = next(_numbers)
    published = {"published_at": NOW, "published_by": author()} if state == "published" else {}
    call = Call.objects.create(
        **{
            "programme": programme, "slug": f"utlysning-{number}", "title": f"Utlysning {number}", "opens_at": opens_at, "closes_at": closes_at,
            "smallest_grant": Kronor(100_000), "largest_grant": Kronor(300_000), "state": state, "created_at": NOW, "created_by": author(),
            **published, **fields,
        }
    )  # fmt: skip
    for year, amount in enumerate(frames, start=2026):
        CallFrame.objects.create(call=call, year=year, amount=Kronor(amount))
    return call


def make_draft(call, *, organisation=None, title="Ungdomslots"):
    sketch = Sketch.objects.create(
        call=call, organisation=organisation or OrganisationFactory(), created_at=NOW, created_by=author()
    )
    SketchDraft.objects.create(sketch=sketch, title=title, saved_at=NOW, saved_by=author())
    return sketch


def make_sketch(call, *, state="submitted", organisation=None, title="Ungdomslots", sought=250_000, municipalities=()):
    """Handed in, and moved on to the state."""
    sketch, number = make_draft(call, organisation=organisation, title=title), next(_numbers)
    version = SketchVersion.objects.create(
        sketch=sketch, number=1, draft_revision=1, content={}, checksum="x", receipt_number=f"K-{number}", submitted_at=NOW,
        submitted_by=author(), title=title, sought=Kronor(sought), total_cost=Kronor(sought * 2), own_financing=Kronor(sought),
        starts_on=NOW.date(), ends_on=NOW.date(), main_focus_area=call.programme.focus_areas.first(),
    )  # fmt: skip
    version.municipalities.set(municipalities)
    values = {"state": state, "number": f"S-{number}", "submitted_at": NOW, "submitted_by": author(), "versions_count": 1}
    if state == "withdrawn":
        values |= {"withdrawn_at": NOW, "withdrawn_by": author()}
    Sketch.objects.filter(pk=sketch.pk).update(current_version=version, **values)
    sketch.refresh_from_db()
    return sketch


def make_application(sketch, *, due_at=NOW + 30 * DAY, **fields):
    return Application.objects.create(sketch=sketch, opened_at=NOW, due_at=due_at, **fields)


def make_outcome(sketch, **fields):
    return Outcome.objects.create(
        **{"sketch": sketch, "kind": "declined", "reason": "För dyrt", "prepared_at": NOW, "prepared_by": author(), **fields}
    )


def make_assessment(sketch, reviewer, *, state="assigned"):
    return Assessment.objects.create(sketch=sketch, reviewer=reviewer, state=state, assigned_at=NOW, assigned_by=author())
