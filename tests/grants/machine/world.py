"""What every example begins with, and how one action is tried: it writes its entries, or it changes nothing at all."""

import datetime as dt
from collections import Counter
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from grants import actions
from grants.forms.sketches import SketchForm
from grants.models import Application, Call, Sketch, SketchVersion
from kraftsamling.audit.models import AuditEntry
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import TransitionRefused
from kraftsamling.programmes.models import Role
from tests.factories import applications
from tests.factories import grants as make
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory
from tests.grants.trail import everything

REFUSALS = (TransitionRefused, PermissionDenied, IntegrityError)
"""The last: what only the database itself refuses, below every form."""
SECRET = "Utkastord"
"""Stands in every draft that has not been sent in, and in nothing else."""
STEPS = [dt.timedelta(microseconds=1), dt.timedelta(hours=1), dt.timedelta(hours=9), dt.timedelta(days=2), dt.timedelta(days=10)]
OFFICERS = st.sampled_from(["leader", "leader", "leader", "team", "reviewer", "member"])
WRITERS = st.sampled_from(["member", "member", "member", "colleague", "stranger", "leader"])
REACHED = Counter()
"""What has happened in all examples together: an example where everything is refused tells little."""
WORLD = {}
"""Made once; each example undoes what it has written."""
FRAMES = {2027: Kronor(150_000), 2028: Kronor(150_000)}
LARGEST = Kronor(180_000)
MONEY = {"sought": "150000", "own_financing": "250000"}
PARTS = ["draft", "open", "sent in", "invited", "applied", "prepared", "decided"]
"""How far the call has come when an example begins."""


def make_world():
    programme = ProgrammeFactory()
    leader, organisations = make.officer(programme), [OrganisationFactory(), OrganisationFactory()]
    people = {
        "leader": leader,
        "team": make.officer(programme, Role.PROCESS_TEAM),
        "decider": make.officer(programme, Role.DECISION_MAKER),
        "second": make.officer(programme, Role.DECISION_MAKER),
        "reviewer": make.officer(programme, Role.REVIEWER),
        "member": UserFactory(member_of=organisations[0]),
        "colleague": UserFactory(member_of=organisations[0]),
        "stranger": UserFactory(member_of=organisations[1]),
    }
    make.MunicipalityFactory()
    limits = {"largest_grant": LARGEST, "highest_share": Decimal(60), "lowest_own_share": Decimal(0)}
    call = make.create_call(programme, by=leader, frames=FRAMES, **limits)
    signatories = {org.pk: applications.create_signatory(org) for org in organisations}
    WORLD.update(people=people, organisations=organisations, call=call, signatories=signatories)


FOLLOWS = ("pilots.report.", "pilots.frame.")
"""What a project does by itself when it is opened or changed; told and tested with the project."""


class Undo(Exception):
    pass


class Machine(RuleBasedStateMachine):
    """The call of the world, at a moving clock. Every rule may succeed or be refused."""

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(Undo, Undo(), None)

    def begin_at(self, begun):
        self.people, self.organisations, self.signatories = (WORLD[name] for name in ("people", "organisations", "signatories"))
        self.call = Call.objects.get(pk=WORLD["call"].pk)
        self.at = (make.OPENS - dt.timedelta(days=2)).astimezone(dt.UTC)
        self.sketches, self.known, self.sent, self.words = [], {}, {}, 0
        self.stale = None
        if begun != "draft":
            actions.publish_call(self.call, by=self.people["leader"], at=self.at)
            self.at += dt.timedelta(days=3)
            for name in ("member", "stranger"):
                self.begin_sketch(name, hand_in=begun != "open")
        self.rows, self.unjudged = self.whole(), True

    def begin_sketch(self, name, *, hand_in):
        by = self.people[name]
        sketch = make.create_draft(self.call, organisation=by.organisations.get(), by=by, at=self.at, title=self.word(), **MONEY)
        self.sketches.append(sketch.pk)
        if hand_in:
            self.send_in_and_assign(sketch)

    def send_in_and_assign(self, sketch):
        form = SketchForm({**sketch.draft.content, "title": "Insänd"}, call=self.call)
        assert form.is_valid()
        by = sketch.organisation.members.first()
        version = actions.submit_sketch(sketch, content=form.content(), revision=1, by=by, at=self.at)
        self.known[version.pk] = SketchVersion.objects.values().get(pk=version.pk)
        sketch.refresh_from_db()
        if sketch.pk == self.sketches[0]:
            make.assign(sketch, self.people["reviewer"], by=self.people["leader"], at=self.at)

    # ---- What the rules share

    def whole(self):
        return everything("grants", "pilots")

    def do(self, act, *, logged):
        """Runs one action. Success writes exactly these entries; a refusal leaves every row as it was."""
        log = self.entries()
        try:
            result = act()
        except REFUSALS:
            assert self.whole() == self.rows
            return None
        self.rows, self.unjudged = self.whole(), True
        added = [action for action, _by in self.entries()[len(log) :] if not action.startswith(FOLLOWS)]
        expected = logged(result) if callable(logged) else logged
        assert (self.entries()[: len(log)], added) == (log, expected)
        REACHED.update(expected)
        return result

    def entries(self):
        return list(AuditEntry.objects.order_by("pk").values_list("action", "by"))

    def fresh(self, number):
        return Sketch.objects.select_related("draft", "call", "organisation").get(pk=self.sketches[number % len(self.sketches)])

    def fresh_call(self):
        return Call.objects.get(pk=self.call.pk)

    def applications(self):
        return list(Application.objects.filter(sketch__call=self.call).order_by("pk").values_list("pk", flat=True))

    def application(self, number):
        keys = self.applications()
        related = ("sketch__call__programme", "sketch__organisation", "current_version", "draft")
        return Application.objects.select_related(*related).get(pk=keys[number % len(keys)])

    def word(self):
        self.words += 1
        return f"{SECRET} {self.words}"
