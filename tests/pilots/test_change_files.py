"""Files beside a change: judged by content, frozen with the sending, handed out only to who may read it; a missing consent is told."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from grants.actions import DraftConflict
from kraftsamling.audit.models import AuditEntry
from kraftsamling.files.models import StoredFile
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.programmes.models import Role
from pilots.actions import change_files, changes
from pilots.models import ChangeFile
from tests.factories import grants as make
from tests.factories import pilots
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory
from tests.grants.scene import again, questions, signed_in
from tests.kept import kept

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj <<>> endobj\n%%EOF\n"
MISSING = "Den nya ägarens medgivande saknas."


def make_project():
    return pilots.create_elsewhere()


_project_once, project = kept(make_project)


@pytest.fixture
def heir():
    return OrganisationFactory(name="Nya ägaren")


def decider(project):
    return make.officer(project.programme, Role.DECISION_MAKER)


def add(client, change, *, name="medgivande.pdf", content=PDF, kind="consent"):
    upload = SimpleUploadedFile(name, content)
    return client.post(reverse("change_file_add", args=[change.pk]), {"kind": kind, "file": upload}, follow=True).content.decode()


def file_url(link):
    return reverse("change_file", args=[link.change_id, link.file_id])


def draft_with_owner(project, heir):
    """A draft that has been written by the form: a new owner and nothing else."""
    change = pilots.begin(project)
    typed = {"reason": "Föreningen läggs ner.", "owner_number": heir.org_number, "groups_only": "on"}
    by = pilots.writer(project)
    changes.save_change(change, typed=typed, names=frozenset(typed), revision=0, by=by, at=pilots.ASKING)
    return again(change)


def test_a_file_is_added_read_and_taken_away(project):
    change, client = pilots.begin(project), signed_in(pilots.writer(project))
    page = add(client, change)
    link = ChangeFile.objects.get()
    assert ("medgivande.pdf" in page, link.kind, link.file.content_type) == (True, "consent", "application/pdf")
    answer = client.get(file_url(link))
    assert (b"".join(answer.streaming_content), answer["Cache-Control"]) == (PDF, "private, no-store")
    assert 'attachment; filename="medgivande.pdf"' in answer["Content-Disposition"]
    page = client.post(reverse("change_file_remove", args=[change.pk, link.pk]), follow=True).content.decode()
    assert ("medgivande.pdf" in page, client.get(file_url(link)).status_code) == (False, 404)
    said = AuditEntry.objects.filter(action__startswith="pilots.change.").values_list("action", flat=True)
    assert list(said) == ["pilots.change.add_file", "pilots.change.remove_file"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("medgivande.pdf", b"MZ\x90\x00"),
        ("medgivande.exe", PDF),
        ("medgivande.png", PDF),
        ("tom.pdf", b""),
        ("sida.html", b"<html>"),
    ],
)
def test_what_is_not_what_it_says_is_refused(project, name, content):
    change = pilots.begin(project)
    add(signed_in(pilots.writer(project)), change, name=name, content=content)
    assert (ChangeFile.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_a_file_that_is_too_large_is_refused_with_words(project, settings):
    settings.FILE_SIZE_LIMIT = 20
    page = add(signed_in(pilots.writer(project)), pilots.begin(project))
    assert ("Filen är större än" in page, ChangeFile.objects.count()) == (True, 0)


def test_only_so_many_files(project, monkeypatch):
    monkeypatch.setattr(change_files, "MOST_FILES", 1)
    change = pilots.begin(project)
    pilots.lay_beside(change)
    with pytest.raises(TransitionRefused, match="högst 1"):
        pilots.lay_beside(change)


def test_what_is_sent_keeps_its_files_as_they_were(project):
    change = pilots.begin(project)
    link = pilots.lay_beside(change)
    sent, client = pilots.ask_from(change), signed_in(pilots.writer(project))
    with pytest.raises(TransitionRefused, match="filer"):
        pilots.lay_beside(sent)
    with pytest.raises(TransitionRefused, match="filer"):
        change_files.remove_file(ChangeFile.objects.get(), by=pilots.writer(project))
    stored = StoredFile.objects.count()
    add(client, sent)
    client.post(reverse("change_file_remove", args=[sent.pk, link.pk]))
    assert [(kept.pk, kept.removed_at) for kept in sent.files.all()] == [(link.pk, None)]
    assert StoredFile.objects.count() == stored
    assert "Ta bort" not in client.get(sent.get_absolute_url()).content.decode()


def test_the_checksum_covers_the_files():
    sums = set()
    for content in (b"A", b"B", None):
        change = pilots.begin(pilots.create_elsewhere())
        if content:
            pilots.lay_beside(change, content=content)
        sums.add(repr(change_files.files_as_json(change)))
    assert len(sums) == 3
    first = pilots.ask(pilots.create_elsewhere())
    assert first.checksum


def test_what_was_read_without_the_file_is_not_sent(project):
    change = pilots.begin(project)
    before = change.revision
    pilots.lay_beside(change)
    with pytest.raises(DraftConflict):
        values = {"reason": "Därför.", **pilots.LONGER}
        changes.send_change(change, values=values, budget=None, revision=before, by=pilots.writer(project))


def test_a_file_is_taken_away_once(project):
    link = pilots.lay_beside(pilots.begin(project))
    stale = ChangeFile.objects.get(pk=link.pk)
    change_files.remove_file(link, by=pilots.writer(project))
    with pytest.raises(LostRace):
        change_files.remove_file(stale, by=pilots.writer(project))


def test_only_the_owner_adds_and_takes_away(project):
    change = pilots.begin(project)
    link = pilots.lay_beside(change)
    for stranger in (UserFactory(), UserFactory(member_of=OrganisationFactory()), make.officer(project.programme)):
        with pytest.raises(PermissionDenied):
            change_files.add_file(change, file=link.file, kind="other", by=stranger)
        with pytest.raises(PermissionDenied):
            change_files.remove_file(link, by=stranger)


def test_a_file_is_read_by_the_owner_and_when_it_is_sent_by_who_handles_the_case(project):
    change = pilots.begin(project)
    link = pilots.lay_beside(change)
    readers = {
        "owner": pilots.writer(project), "officer": make.officer(project.programme), "decider": decider(project),
        "steering": make.officer(project.programme, Role.STEERING_GROUP),
        "another": UserFactory(member_of=OrganisationFactory()), "elsewhere": make.officer(ProgrammeFactory()),
    }  # fmt: skip
    answers = {name: signed_in(user).get(file_url(link)).status_code for name, user in readers.items()}
    assert answers == {**dict.fromkeys(readers, 404), "owner": 200}
    pilots.ask_from(change)
    answers = {name: signed_in(user).get(file_url(link)).status_code for name, user in readers.items()}
    assert answers == {**dict.fromkeys(readers, 404), "owner": 200, "officer": 200, "decider": 200}


def test_a_file_is_not_reached_through_another_change(project):
    """Another organisation's id, and a file that lies somewhere else, are both not there."""
    mine, other = pilots.begin(project), pilots.begin(pilots.create_elsewhere())
    link, client = pilots.lay_beside(other), signed_in(pilots.writer(project))
    for url in (file_url(link), reverse("change_file", args=[mine.pk, link.file_id])):
        assert client.get(url).status_code == 404
    for pk in (mine.pk, other.pk):
        assert client.post(reverse("change_file_remove", args=[pk, link.pk])).status_code == 404
    assert client.post(reverse("change_file_add", args=[other.pk])).status_code == 404
    assert again(link).removed_at is None


# ---- The new owner's consent


def test_a_missing_consent_is_told_at_the_sending_and_gone_when_it_lies_there(project, heir):
    change, client = draft_with_owner(project, heir), signed_in(pilots.writer(project))
    page = client.get(change.get_absolute_url()).content.decode()
    assert (MISSING in page, "Det går att skicka utan" in page) == (True, True)
    add(client, change, kind="other")
    assert MISSING in client.get(change.get_absolute_url()).content.decode()
    assert MISSING not in add(client, change)


def test_no_consent_is_missing_where_the_owner_stays(project):
    change, client = pilots.begin(project), signed_in(pilots.writer(project))
    typed = {"reason": "Mer tid.", "ends_on": "2028-03-31", "owner_number": project.owner.org_number, "groups_only": "on"}
    by = pilots.writer(project)
    changes.save_change(change, typed=typed, names=frozenset(typed), revision=0, by=by, at=pilots.ASKING)
    assert MISSING not in client.get(change.get_absolute_url()).content.decode()


def test_the_decider_is_told_of_a_missing_consent_and_reads_one_that_is_there(project, heir):
    client, url = signed_in(decider(project)), lambda change: reverse("change_decide", args=[change.pk])
    without = pilots.ask(project, new_owner=heir)
    assert MISSING in client.get(url(without)).content.decode()
    changes.withdraw_change(without, by=pilots.writer(project))

    change = pilots.begin(project)
    link = pilots.lay_beside(change)
    pilots.ask_from(change, new_owner=heir)
    asked, page = questions(client, url(change))
    page = page.content.decode()
    assert (MISSING in page, file_url(link) in page, len(asked) <= 15) == (False, True, True)


def test_a_removed_consent_is_missing_again(project, heir):
    change = draft_with_owner(project, heir)
    change_files.remove_file(pilots.lay_beside(change), by=pilots.writer(project))
    page = signed_in(pilots.writer(project)).get(change.get_absolute_url()).content.decode()
    assert MISSING in page
