"""Certificates of cofinancing: asked for of each financier beside the applicant, a warning until they come, shown to the officers."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from grants import actions, cofinancing
from grants.cofinancing import Asked, asked_of
from kraftsamling.lib.money import Kronor
from tests.factories import applications as make
from tests.factories import decisions
from tests.grants.scene import signed_in

pytestmark = pytest.mark.django_db

MUNICIPALITY = {
    "b_f1_2027": "200000", "b_f2_role": "other", "b_f2_financier": "Exempelstiftelsen", "b_f2_public": "0", "b_f2_2027": "30000",
    "b_f3_role": "other", "b_f3_financier": "Byns vänner", "b_f3_public": "0", "b_f3_2027": "20000", "b_c0_2027": "450000",
}  # fmt: skip
"""Two more financiers, on top of tests.factories.applications.typed_budget."""
LOW_OWN = {"lowest_own_share": 0}


@pytest.fixture(autouse=True)
def _while_writing(time_machine):
    time_machine.move_to(make.WRITING, tick=False)


@pytest.fixture
def application():
    found = make.create_open(make.make.create_published_call(**LOW_OWN))
    make.write(found, **MUNICIPALITY)
    return found


def lay(application, financier, name="intyg.pdf"):
    """As the writer does on the page."""
    client = signed_in(make.writer(application))
    sent = {"file": SimpleUploadedFile(name, make.PDF, "application/pdf"), "about": f"from-{financier}"}
    return client.post(reverse("application_file_add", args=[application.pk]), sent)


# ---- Who is asked


class Link:
    kind = "cofinancing"

    def __init__(self, financier, kind="cofinancing"):
        self.financier, self.kind, self.file_id = financier, kind, 7
        self.file = self
        self.name = "intyg.pdf"


ROWS = [
    ("grant", "Region Örebro län", Kronor(200)), ("own", "Vi", Kronor(100)), ("other", "Stiftelsen", Kronor(50)),
    ("other", " stiftelsen ", Kronor(25)), ("other", "Banken", Kronor(0)), ("other", "", Kronor(5)),
]  # fmt: skip


def test_each_financier_beside_the_applicant_is_asked_once_with_the_sum():
    assert asked_of(ROWS, []) == [Asked("Stiftelsen", Kronor(75), [])]


def test_a_certificate_belongs_to_the_financier_it_names():
    assert asked_of(ROWS, [Link("STIFTELSEN"), Link("Banken"), Link("")])[0].files == [("7", "intyg.pdf")]
    assert asked_of(ROWS, [Link("Stiftelsen", kind="other")])[0].files == []


def test_what_is_frozen_comes_back():
    asked = asked_of(ROWS, [Link("Stiftelsen")])
    kept = [
        {"financier": "Stiftelsen", "amount": "75", "files": [{"id": "7", "name": "intyg.pdf"}]},
    ]
    assert cofinancing.from_frozen(kept) == asked


# ---- The pages of the organisation


def test_the_part_with_files_asks_for_each_by_name(application):
    page = signed_in(make.writer(application)).get(reverse("application_edit", args=[application.pk, "uppgifter"]))
    choices = dict(page.context["file_form"].fields["about"].choices)
    assert {key for key in choices if key.startswith("from-")} == {"from-Exempelstiftelsen", "from-Byns vänner"}
    assert [(asked.financier, asked.files) for asked in page.context["cofinancing"]] == [
        ("Exempelstiftelsen", []),
        ("Byns vänner", []),
    ]


def test_a_certificate_is_kept_for_its_financier(application):
    lay(application, "Byns vänner")
    link = application.files.get()
    assert (link.kind, link.financier) == ("cofinancing", "Byns vänner")
    page = signed_in(make.writer(application)).get(reverse("application_preview", args=[application.pk]))
    assert [asked.financier for asked in page.context["uncertified"]] == ["Exempelstiftelsen"]


def test_a_financier_that_is_not_in_the_budget_is_refused(application):
    lay(application, "Påhittad")
    assert not application.files.exists()


def test_what_is_missing_stops_nothing_and_is_said_before_sending_in(application):
    page = signed_in(make.writer(application)).get(reverse("application_preview", args=[application.pk]))
    assert [asked.financier for asked in page.context["uncertified"]] == ["Exempelstiftelsen", "Byns vänner"]
    assert "Exempelstiftelsen" in page.content.decode()
    assert page.context["content"] is not None
    make.send_in(application)
    assert application.state == "submitted"


def test_nobody_is_asked_where_only_the_applicant_pays():
    alone = make.create_open()
    make.write(alone)
    page = signed_in(make.writer(alone)).get(reverse("application_preview", args=[alone.pk]))
    assert page.context["uncertified"] == []


# ---- The version, and the officers


def test_the_version_keeps_what_was_asked_and_what_came(application):
    lay(application, "Byns vänner")
    version = make.send_in(application)
    file = application.files.get().file
    assert version.content["cofinancing"] == [
        {"financier": "Exempelstiftelsen", "amount": "30000", "files": []},
        {"financier": "Byns vänner", "amount": "20000", "files": [{"id": str(file.pk), "name": "intyg.pdf"}]},
    ]


def test_a_certificate_taken_away_is_not_handed_in(application):
    lay(application, "Byns vänner")
    actions.remove_application_file(application.files.get(), by=make.writer(application))
    assert [row["files"] for row in make.send_in(application).content["cofinancing"]] == [[], []]


def test_the_preparation_shows_which_are_there_and_which_are_missing(application, django_assert_max_num_queries):
    lay(application, "Byns vänner")
    make.send_in(application)
    leader = application.sketch.call.created_by
    decisions.prepare(application, by=leader)
    client = signed_in(leader)
    with django_assert_max_num_queries(15):
        page = client.get(reverse("application_preparation", args=[application.pk]))
    assert [(asked.financier, len(asked.files)) for asked in page.context["cofinancing"]] == [
        ("Exempelstiftelsen", 0),
        ("Byns vänner", 1),
    ]
    file = page.context["cofinancing"][1].files[0][0]
    assert client.get(reverse("application_file", args=[application.pk, file])).status_code == 200


def test_a_version_from_before_has_no_such_part(application):
    version = make.send_in(application)
    content = {name: value for name, value in version.content.items() if name != "cofinancing"}
    type(version).objects.filter(pk=version.pk).update(content=content)
    page = signed_in(application.sketch.call.created_by).get(application.get_absolute_url())
    assert (page.status_code, page.context["parts"]["cofinancing"]) == (200, [])


def test_by_sql_only_a_certificate_of_cofinancing_names_a_financier(application):
    lay(application, "Byns vänner")
    with pytest.raises(IntegrityError, match="only_a_cofinancing"), transaction.atomic():
        application.files.update(kind="other")
