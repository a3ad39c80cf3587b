"""Applications for tests."""

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile

from grants.models import (
    ApplicationVersion,
    Budget,
    CostCategory,
    CostLine,
    FinancingLine,
    FinancingRole,
)
from grants.states import ApplicationState
from kraftsamling.accounts.actions.signatories import add_signatory
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.money import Kronor
from tests.factories import grants as make

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
WRITING = dt.datetime(2026, 11, 10, 9, tzinfo=STOCKHOLM)
HANDED_IN = dt.datetime(2026, 11, 20, 9, tzinfo=STOCKHOLM)


def create_open(call=None, *, by=None, **sketch):
    """An invited organisation that has not written anything yet."""
    call = call or make.create_published_call()
    made = make.create_submitted(call, **sketch)
    return make.create_invited(made, by=by or call.created_by)


def create_signatory(organisation, *, name="Siv Signerande", **kwargs):
    return add_signatory(
        organisation, name=name, proof=SimpleUploadedFile("beslut.pdf", PDF, "application/pdf"),
        valid_from_on=dt.date(2026, 1, 1), by=organisation.members.first(), **kwargs,
    )  # fmt: skip


def create_budget(*, sought=200_000, own=200_000):
    budget = Budget.objects.create()
    cost = Kronor(sought + own)
    CostLine.objects.create(
        budget=budget, position=0, category=CostCategory.OWN_STAFF, label="Projektledare", year=2027, amount=cost
    )
    for position, (role, amount) in enumerate([(FinancingRole.GRANT, sought), (FinancingRole.OWN, own)]):
        name = "Region Örebro län" if role == FinancingRole.GRANT else "Egna medel"
        FinancingLine.objects.create(
            budget=budget, position=position, role=role, financier=name, year=2027, amount=Kronor(amount)
        )
    return budget


def create_sent_in(application=None, *, sought=200_000, own=200_000, at=HANDED_IN, **kwargs):
    """An application that has been sent in and waits for its decision."""
    application = application or create_open(**kwargs)
    sketch = application.sketch
    first = sketch.handed_in
    member = sketch.organisation.members.first()
    signatory = create_signatory(sketch.organisation)
    version = ApplicationVersion.objects.create(
        application=application, number=1, draft_revision=1, content={}, checksum="0" * 64,
        receipt_number=f"{sketch.number}-A1", submitted_at=at, submitted_by=member, signatory=signatory,
        signed_by_name=signatory.name, title=first.title, budget=create_budget(sought=sought, own=own),
        sought=Kronor(sought), total_cost=Kronor(sought + own), own_financing=Kronor(own), starts_on=first.starts_on,
        ends_on=first.ends_on, main_focus_area=first.main_focus_area,
    )  # fmt: skip
    version.focus_areas.add(*first.focus_areas.all())
    version.municipalities.add(*first.municipalities.all())
    type(application).objects.filter(pk=application.pk).update(
        state=ApplicationState.SUBMITTED, versions_count=1, current_version=version, submitted_at=at, submitted_by=member
    )
    application.refresh_from_db()
    return application
