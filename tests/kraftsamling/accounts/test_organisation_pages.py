import datetime as dt
import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from kraftsamling.accounts import actions
from kraftsamling.accounts.models import Invitation, Membership, Organisation, Signatory, User
from kraftsamling.audit.models import AuditEntry
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Role
from tests.factories.accounts import PASSWORD, MunicipalityFactory, OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def as_(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def organisation():
    return OrganisationFactory(name="Hallsbergs kommun")


@pytest.fixture
def member(organisation):
    return UserFactory(member_of=organisation)


@pytest.fixture
def officer():
    return UserFactory(roles=[(ProgrammeFactory(), Role.PROCESS_LEADER)])


@pytest.fixture
def signatory(organisation, member):
    return actions.add_signatory(
        organisation,
        name="Sigrid Teckning",
        proof=SimpleUploadedFile("intyg.pdf", PDF),
        valid_from_on=dt.date(2026, 1, 1),
        by=member,
    )


# ---- Registering


def test_register_an_organisation_step_by_step():
    author, seat = UserFactory(), MunicipalityFactory()
    client = as_(author)
    assert client.get(reverse("organisation_register")).status_code == 200
    page = client.get(reverse("organisation_register"), {"org_number": "16 802000-0009"})
    assert page.context["form"]["org_number"].value() == "802000-0009"
    values = {"org_number": "802000-0009", "name": "Norrsken", "kind": "association", "legal_form": "non_profit", "seat": seat.pk}
    response = client.post(reverse("organisation_register"), values)
    organisation = Organisation.objects.get()
    assert response["Location"] == reverse("organisation_detail", args=[organisation.pk])
    assert (organisation.org_number, list(organisation.members.all())) == ("802000-0009", [author])


def test_a_personal_number_is_refused_with_words():
    page = as_(UserFactory()).get(reverse("organisation_register"), {"org_number": "811218-9876"})
    assert page.context["form"].errors.as_data()["org_number"][0].code == "personal_number"


def test_an_organisation_that_is_here_already_leads_to_asking(organisation):
    client = as_(UserFactory())
    join = reverse("organisation_join", args=[organisation.pk])
    assert client.get(reverse("organisation_register"), {"org_number": organisation.org_number})["Location"] == join
    values = {"org_number": organisation.org_number, "name": "x", "kind": "association", "legal_form": "non_profit"}
    response = client.post(reverse("organisation_register"), {**values, "seat": organisation.seat_id})
    assert response["Location"] == join
    assert not Membership.objects.exists()


def test_ask_and_be_let_in(organisation, member):
    stranger = UserFactory()
    client = as_(stranger)
    assert client.get(reverse("organisation_join", args=[organisation.pk])).status_code == 200
    client.post(reverse("organisation_join", args=[organisation.pk]), {"message": "Hej"})
    asked = organisation.join_requests.get()
    as_(member).post(reverse("organisation_join_answer", args=[organisation.pk, asked.pk]), {"answer": "yes"})
    assert as_(stranger).get(reverse("organisation_detail", args=[organisation.pk])).status_code == 200


# ---- Who sees what


OWN_PAGES = ["organisation_detail", "organisation_change", "signatory_add"]
OWN_POSTS = ["organisation_invite", "organisation_leave"]


@pytest.mark.parametrize("name", OWN_PAGES)
def test_pages_of_an_organisation_are_404_for_outsiders(organisation, member, name):
    url = reverse(name, args=[organisation.pk])
    assert (as_(member).get(url).status_code, as_(UserFactory()).get(url).status_code) == (200, 404)
    assert Client().get(url)["Location"] == f"/konto/logga-in/?next={url}"


@pytest.mark.parametrize("name", OWN_POSTS)
def test_changes_of_an_organisation_are_404_for_outsiders(organisation, member, name):
    url = reverse(name, args=[organisation.pk])
    assert as_(UserFactory()).post(url, {"email": "x@example.se"}).status_code == 404
    assert as_(member).get(url).status_code == 405


def test_an_officer_sees_but_does_not_change(organisation, member, officer):
    client = as_(officer)
    assert client.get(reverse("organisation_detail", args=[organisation.pk])).status_code == 200
    assert client.get(reverse("organisation_change", args=[organisation.pk])).status_code == 403
    response = client.post(reverse("organisation_invite", args=[organisation.pk]), {"email": "x@example.se"})
    assert (response.status_code, Invitation.objects.count()) == (403, 0)


def test_an_outsider_cannot_reach_a_child_of_another_organisation_through_their_own(organisation, member, signatory):
    mine = OrganisationFactory()
    client = as_(UserFactory(member_of=mine))
    invitation = actions.invite(organisation, email="k@example.se", by=member)
    asked = actions.ask_to_join(organisation, by=UserFactory())
    answers = [
        client.post(reverse("organisation_join_answer", args=[mine.pk, asked.pk]), {"answer": "yes"}),
        client.post(reverse("invitation_revoke", args=[mine.pk, invitation.pk])),
        client.post(reverse("organisation_member_remove", args=[mine.pk, member.pk])),
        client.post(reverse("organisation_member_contact", args=[mine.pk, member.pk])),
        client.post(reverse("signatory_end", args=[mine.pk, signatory.pk]), {"on": "2026-06-01"}),
        client.get(reverse("signatory_proof", args=[mine.pk, signatory.pk])),
    ]
    assert [answer.status_code for answer in answers] == [404] * 6


# ---- Details, members, contacts


def test_details_are_changed(organisation, member):
    values = {"name": "Hallsberg", "kind": "municipality", "legal_form": "municipality", "seat": organisation.seat_id}
    as_(member).post(reverse("organisation_change", args=[organisation.pk]), values)
    organisation.refresh_from_db()
    assert (organisation.name, organisation.kind) == ("Hallsberg", "municipality")


def test_a_notice_asks_for_two_contacts_until_there_are_two(organisation, member):
    url = reverse("organisation_detail", args=[organisation.pk])
    notice = 'href="#invite"'
    before = as_(member).get(url).content.decode().count(notice)
    UserFactory(member_of=organisation)
    assert (before, as_(member).get(url).content.decode().count(notice)) == (1, 0)


def test_contact_and_removal_by_a_colleague(organisation, member):
    other = UserFactory(member_of=organisation)
    client = as_(member)
    client.post(reverse("organisation_member_contact", args=[organisation.pk, other.pk]), {"is_contact": "no"})
    assert Membership.objects.get(user=other).is_contact is False
    client.post(reverse("organisation_member_remove", args=[organisation.pk, other.pk]))
    assert list(organisation.members.all()) == [member]


def test_leave(organisation, member):
    UserFactory(member_of=organisation)
    response = as_(member).post(reverse("organisation_leave", args=[organisation.pk]))
    assert (response["Location"], organisation.members.contains(member)) == (reverse("organisation_list"), False)


def test_the_last_member_is_told_why_they_cannot_leave(organisation, member):
    response = as_(member).post(reverse("organisation_leave", args=[organisation.pk]), follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    assert organisation.members.contains(member)


# ---- Invitations


def link_in(message):
    return re.search(r"(/organisationer/inbjudan/\S+/)", message.text).group(1)


def test_a_person_without_an_account_follows_the_link_signs_up_and_comes_back(organisation, member, mailoutbox):
    as_(member).post(reverse("organisation_invite", args=[organisation.pk]), {"email": "kollega@example.se"})
    link = link_in(Message.objects.get(kind="accounts/invited"))
    visitor = Client()
    page = visitor.get(link).content.decode()
    assert page.count(f"/konto/skapa/?email=kollega%40example.se&amp;next={link}") == 1
    values = {"name": "Kim Kollega", "email": "kollega@example.se", "password1": "fem lugna uttrar simmar", "next": link}
    visitor.post(reverse("account_signup"), values)
    code = re.search(r"^    (\S+)$", mailoutbox[-1].body, re.MULTILINE).group(1)
    back = visitor.post(reverse("account_email_verification_sent"), {"code": code})
    assert back["Location"] == link
    assert visitor.post(link)["Location"] == reverse("organisation_detail", args=[organisation.pk])
    assert organisation.members.contains(User.objects.get(email="kollega@example.se"))


def test_a_person_with_an_account_logs_in_and_comes_back(organisation, member):
    colleague = UserFactory()
    actions.invite(organisation, email=colleague.email, by=member)
    link = link_in(Message.objects.get())
    visitor = Client()
    back = visitor.post(reverse("account_login"), {"login": colleague.email, "password": PASSWORD, "next": link})
    assert back["Location"] == link
    visitor.post(link)
    assert organisation.members.contains(colleague)


def test_the_wrong_person_cannot_use_the_link(organisation, member):
    actions.invite(organisation, email="kollega@example.se", by=member)
    link = link_in(Message.objects.get())
    wrong = UserFactory()
    page = as_(wrong).post(link)
    assert (page.status_code, page.context["is_for_me"], organisation.members.contains(wrong)) == (200, False, False)


def test_a_link_that_was_taken_back_or_is_made_up_lets_nobody_in(organisation, member):
    colleague = UserFactory()
    invitation = actions.invite(organisation, email=colleague.email, by=member)
    as_(member).post(reverse("invitation_revoke", args=[organisation.pk, invitation.pk]))
    page = as_(colleague).post(link_in(Message.objects.get()))
    assert (page.context["state"], organisation.members.contains(colleague)) == ("revoked", False)
    assert Client().get(reverse("invitation_accept", args=["made-up"])).status_code == 404


# ---- Signatories


def test_a_signatory_is_registered_with_the_proof(organisation, member):
    values = {"name": "Sigrid", "valid_from_on": "2026-01-01", "proof": SimpleUploadedFile("intyg.pdf", PDF)}
    as_(member).post(reverse("signatory_add", args=[organisation.pk]), values)
    signatory = Signatory.objects.get()
    response = as_(member).get(reverse("signatory_proof", args=[organisation.pk, signatory.pk]))
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"] == 'attachment; filename="intyg.pdf"'


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"proof": SimpleUploadedFile("intyg.pdf", b"<script>")}, "proof"),
        ({"proof": ""}, "proof"),
        ({"valid_to_on": "2025-01-01"}, "valid_to_on"),
        ({"name": "Sigrid 811218-9876"}, "name"),
    ],
)
def test_a_signatory_with_something_wrong_is_refused_at_the_field(organisation, member, values, field):
    sent = {"name": "Sigrid", "valid_from_on": "2026-01-01", "proof": SimpleUploadedFile("intyg.pdf", PDF), **values}
    page = as_(member).post(reverse("signatory_add", args=[organisation.pk]), sent)
    assert (list(page.context["form"].errors), Signatory.objects.count()) == ([field], 0)


def test_a_proof_over_the_limit_is_refused_with_words(organisation, member, settings):
    settings.FILE_SIZE_LIMIT = 10
    sent = {"name": "Sigrid", "valid_from_on": "2026-01-01", "proof": SimpleUploadedFile("intyg.pdf", PDF)}
    page = as_(member).post(reverse("signatory_add", args=[organisation.pk]), sent)
    from kraftsamling.files.uploads import too_large

    assert page.context["form"].errors["proof"] == [too_large(10)]


def test_an_officer_who_reads_the_proof_leaves_a_trace(organisation, member, signatory, officer):
    url = reverse("signatory_proof", args=[organisation.pk, signatory.pk])
    as_(member).get(url)
    before = AuditEntry.objects.filter(action="accounts.organisation.read_proof").count()
    as_(officer).get(url)
    assert (before, AuditEntry.objects.get(action="accounts.organisation.read_proof").by) == (0, officer)


def test_a_signatory_ends(organisation, member, signatory):
    as_(member).post(reverse("signatory_end", args=[organisation.pk, signatory.pk]), {"on": "2026-06-01"})
    signatory.refresh_from_db()
    assert signatory.valid_to_on == dt.date(2026, 6, 1)


# ---- All organisations


def names(page):
    return [row.name for row in page.context["page"]]


@pytest.mark.parametrize(("role", "status"), [(Role.ADMINISTRATOR, 200), (Role.PROCESS_TEAM, 200), (Role.REVIEWER, 404)])
def test_the_list_of_all_is_for_those_who_run_the_programme(role, status):
    client = as_(UserFactory(roles=[(ProgrammeFactory(), role)]))
    urls = [reverse(name) for name in ("organisation_all", "organisation_csv", "organisation_xlsx")]
    assert [client.get(url).status_code for url in urls] == [status] * 3


def test_the_list_of_all_is_found_in_and_sorted(officer):
    for name in ("Åsbro", "Örebro", "Alby", "Älvdalen"):
        OrganisationFactory(name=name)
    kommun = OrganisationFactory(name="Zinkgruvan", kind="municipality")
    client, url = as_(officer), reverse("organisation_all")
    assert names(client.get(url)) == ["Alby", "Zinkgruvan", "Åsbro", "Älvdalen", "Örebro"]
    assert names(client.get(url, {"sort": "-name"})) == ["Örebro", "Älvdalen", "Åsbro", "Zinkgruvan", "Alby"]
    assert names(client.get(url, {"q": "ÖREBRO"})) == ["Örebro"]
    assert names(client.get(url, {"q": kommun.org_number.replace("-", "")})) == ["Zinkgruvan"]
    assert names(client.get(url, {"kind": "municipality"})) == ["Zinkgruvan"]
    assert names(client.get(url, {"q": "finns inte"})) == []
    assert len(names(client.get(url, {"sort": "nonsense", "kind": "nonsense", "page": "x"}))) == 5


def test_the_file_has_the_rows_of_the_list_and_runs_no_formula(officer):
    OrganisationFactory(name="=cmd|'/c calc'!A1")
    OrganisationFactory(name="Andra")
    client = as_(officer)
    lines = b"".join(client.get(reverse("organisation_csv"), {"q": "calc"}).streaming_content).decode("utf-8-sig").splitlines()
    assert (len(lines), lines[1].split(";")[0]) == (2, "'=cmd|'/c calc'!A1")
    book = openpyxl.load_workbook(io.BytesIO(client.get(reverse("organisation_xlsx"), {"sort": "-number"}).content))
    assert [row[0].value for row in book.active.iter_rows(min_row=2)] == ["Andra", "'=cmd|'/c calc'!A1"]


@pytest.mark.parametrize("rows", [3, 60])
def test_the_list_of_all_asks_the_database_equally_often(officer, rows, django_assert_max_num_queries):
    for _ in range(rows):
        UserFactory(member_of=OrganisationFactory())
    client, url = as_(officer), reverse("organisation_all")
    client.get(url)
    with django_assert_max_num_queries(9):
        client.get(url)


@pytest.mark.parametrize("rows", [1, 6])
def test_the_page_of_an_organisation_asks_the_database_equally_often(
    organisation, member, signatory, rows, django_assert_max_num_queries
):
    for number in range(rows):
        UserFactory(member_of=organisation)
        actions.invite(organisation, email=f"k{number}@example.se", by=member)
        actions.ask_to_join(organisation, by=UserFactory())
    client, url = as_(member), reverse("organisation_detail", args=[organisation.pk])
    client.get(url)
    with django_assert_max_num_queries(15):
        client.get(url)


def test_who_has_no_organisation_sees_one_way_to_add_one_and_it_is_one_step_from_home(member):
    register = reverse("organisation_register")
    newcomer = as_(UserFactory())
    assert newcomer.get(reverse("organisation_list")).content.decode().count(f'href="{register}"') == 1
    assert f'href="{register}"' in newcomer.get(reverse("home")).content.decode()
    assert as_(member).get(reverse("organisation_list")).content.decode().count(f'href="{register}"') == 1
