"""The public documents of a case (OSL 5 kap. 1–2 §§): what has come in, what has been drawn up and sent, and nothing else.

Drafts, notes, answers not sent and assessments at work are not among them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kraftsamling.lib.dates import moment_text

from .budget.store import table_of
from .decision_documents import text_parts
from .documents import budget_texts, version_sections
from .models import CaseMessage, CompletionRequest, Decision, OutcomeKind, RulingRequest, SecrecyMark, Sketch
from .states import OutcomeState

Body = Callable[[], Iterable[tuple[str, str]]]
"""(heading, text) of what the document says; asked for when it is handed out, not for the list."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """One row of the record."""

    key: str
    """The same for the same document for ever: “sketch-version-12”."""
    title: str
    """In short what it is about."""
    at: datetime
    came_in: bool
    """Received (inkommen), or drawn up here (upprättad)."""
    sender: str
    receiver: str
    checksum: str = ""
    url: str = ""
    body: Body = field(default=list, compare=False)
    contacts: Body = field(default=list, compare=False)
    """What is left out when contact details are."""
    is_file: bool = False
    mark: SecrecyMark | None = None

    @property
    def direction(self) -> str:
        return _("Received") if self.came_in else _("Drawn up")


Provider = Callable[[Sketch], Iterable[Document]]
_providers: list[Provider] = []


def provides(provider: Provider) -> Provider:
    """Adds a source of documents: a function that gives those of a case, with a fixed number of questions."""
    _providers.append(provider)
    return provider


def documents(sketch: Sketch) -> list[Document]:
    """All public documents of the case, the oldest first, with the secrecy marks that hold."""
    marks = {mark.document: mark for mark in sketch.secrecy_marks.filter(removed_at=None).select_related("marked_by")}
    found = [replace(row, mark=marks.get(row.key)) for provider in _providers for row in provider(sketch)]
    return sorted(found, key=lambda row: row.at)


def parties(sketch: Sketch) -> list[tuple[str, str, str]]:
    """(role, name, organisation number) of the applicant and of those who take part according to the latest version."""
    organisation = sketch.organisation
    rows = [(_("Applicant"), organisation.name, organisation.org_number)]
    version = sketch.current_version
    partners = version.content.get("partners", []) if version else []
    return rows + [(_("Partner"), partner["name"], partner.get("org_number", "")) for partner in partners]


def authority_of(sketch: Sketch) -> str:
    """Who funds is the authority; what kind of money it is stands after a comma, and does not belong in its name."""
    return (sketch.call.programme.funder or sketch.call.programme.name).partition(",")[0]


# ---- What there is


@provides
def _sketch_versions(sketch: Sketch) -> Iterator[Document]:
    seen: set[str] = set()
    organisation, authority = sketch.organisation.name, authority_of(sketch)
    for version in sketch.versions.select_related("receipt_pdf").order_by("number"):
        yield Document(
            key=f"sketch-version-{version.pk}",
            title=_("Sketch “%(title)s”, version %(number)d") % {"title": version.title, "number": version.number},
            at=version.submitted_at, came_in=True, sender=organisation, receiver=authority, checksum=version.checksum,
            url=reverse("sketch_version", args=[sketch.pk, version.number]),
            body=lambda version=version: _version_body(version), contacts=lambda version=version: _version_contacts(version),
        )  # fmt: skip
        for file in version.content.get("files", []):
            if file["id"] not in seen:
                seen.add(file["id"])
                url = reverse("sketch_file", args=[sketch.pk, file["id"]])
                yield _file(sketch, file["id"], file["name"], file["sha256"], at=version.submitted_at, came_in=True, url=url)
        if version.receipt_pdf:
            url = reverse("sketch_receipt", args=[sketch.pk, version.number])
            yield _receipt(sketch, f"sketch-receipt-{version.pk}", version, url=url)


def _receipt(sketch: Sketch, key: str, version: Any, *, url: str) -> Document:
    number, checksum = version.receipt_number, version.checksum
    return Document(
        key=key, title=_("Receipt %(receipt)s") % {"receipt": number}, at=version.receipt_pdf.stored_at, came_in=False,
        sender=authority_of(sketch), receiver=sketch.organisation.name, checksum=version.receipt_pdf.sha256,
        url=url,
        body=lambda: [(_("Receipt"), number), (_("Checksum (SHA-256)"), checksum)],
    )  # fmt: skip


def _file(sketch: Sketch, key: Any, name: str, sha256: str, *, at: datetime, came_in: bool, url: str) -> Document:
    organisation, authority = sketch.organisation.name, authority_of(sketch)
    return Document(
        key=f"file-{key}", title=_("File: %(name)s") % {"name": name}, at=at, came_in=came_in, checksum=sha256, is_file=True,
        sender=organisation if came_in else authority, receiver=authority if came_in else organisation,
        url=url,
        body=lambda: [(_("File"), _("The file is handed out by itself: %(name)s") % {"name": name})],
    )  # fmt: skip


def _version_body(version: Any) -> Iterator[tuple[str, str]]:
    parts = version_sections(version)
    yield from ((str(label), text) for label, text in parts["texts"])
    yield _("Protective factors"), ", ".join(parts["areas"])
    yield _("Municipalities"), ", ".join(parts["places"])
    yield _("Partners"), "\n".join(" – ".join(filter(None, partner.values())) for partner in parts["partners"])
    yield _("Costs"), "\n".join(f"{label}: {amount}" for label, amount in parts["costs"])
    yield _("Financing"), "\n".join(f"{label}: {amount}" for label, amount in parts["financing"])
    yield _("Period"), f"{version.starts_on} – {version.ends_on}"
    yield from ((answer["question"], answer["answer"]) for answer in parts["answers"])
    yield _("Files"), "\n".join(file["name"] for file in parts["files"])


def _version_contacts(version: Any) -> Iterator[tuple[str, str]]:
    rows = [", ".join(filter(None, contact.values())) for contact in version_sections(version)["contacts"]]
    yield _("Contacts"), "\n".join(rows)


@provides
def _outcome(sketch: Sketch) -> Iterator[Document]:
    outcome = getattr(sketch, "outcome", None)
    if outcome is None or outcome.state != OutcomeState.SENT:
        return
    answer = OutcomeKind(outcome.kind).label
    yield Document(
        key=f"outcome-{outcome.pk}", title=_("Answer to the sketch: %(answer)s") % {"answer": str(answer).lower()},
        at=outcome.sent_at, came_in=False, sender=authority_of(sketch), receiver=sketch.organisation.name,
        body=lambda: [(_("Answer"), str(answer)), (_("The letter"), outcome.letter)],
    )  # fmt: skip


@provides
def _application_versions(sketch: Sketch) -> Iterator[Document]:
    application = getattr(sketch, "application", None)
    if application is None or application.submitted_at is None:
        return
    seen: set[Any] = set()
    for version in application.versions.select_related("receipt_pdf").prefetch_related("files").order_by("number"):
        yield Document(
            key=f"application-version-{version.pk}",
            title=_("Application “%(title)s”, version %(number)d") % {"title": version.title, "number": version.number},
            at=version.submitted_at, came_in=True, sender=sketch.organisation.name, receiver=authority_of(sketch),
            checksum=version.checksum, url=application.get_absolute_url(),
            body=lambda version=version: application_body(version), contacts=lambda version=version: application_contacts(version),
        )  # fmt: skip
        for file in version.files.all():
            if file.pk not in seen:
                seen.add(file.pk)
                url = reverse("application_file", args=[version.application_id, file.pk])
                yield _file(sketch, file.pk, file.name, file.sha256, at=version.submitted_at, came_in=True, url=url)
        if version.receipt_pdf:
            url = reverse("application_receipt", args=[version.application_id, version.number])
            yield _receipt(sketch, f"application-receipt-{version.pk}", version, url=url)


CONTACT_FIELDS = re.compile(r"contact_|postal_address|account_")
"""Fields of a frozen application that say where a person or an organisation is reached."""


def application_body(version: Any) -> Iterator[tuple[str, str]]:
    """The frozen application as headings and texts, and its budget row by row."""
    yield _("Amount sought"), str(version.sought)
    yield _("Total cost"), str(version.total_cost)
    yield _("Period"), f"{version.starts_on} – {version.ends_on}"
    yield from (row for name, *row in _frozen_rows(version) if not CONTACT_FIELDS.match(name))
    yield from budget_texts(table_of(version.budget))


def application_contacts(version: Any) -> Iterator[tuple[str, str]]:
    yield _("Signed by"), version.signed_by_name
    yield from (row for name, *row in _frozen_rows(version) if CONTACT_FIELDS.match(name))


def _frozen_rows(version: Any) -> Iterator[tuple[str, str, str]]:
    for section in version.content["sections"]:
        for row in section["rows"]:
            yield row["name"], row["label"], row["text"]


@provides
def _decisions(sketch: Sketch) -> Iterator[Document]:
    issued = Decision.objects.filter(application__sketch=sketch).exclude_drafts().select_related("letter").order_by("version")
    for decision in issued:
        yield Document(
            key=f"decision-{decision.pk}",
            title=_("Decision, version %(number)d: %(kind)s") % {"number": decision.version, "kind": decision.get_kind_display()},
            at=decision.issued_at, came_in=False, sender=decision.deciding_body, receiver=sketch.organisation.name,
            checksum=decision.letter.sha256 if decision.letter else "", url=decision.get_absolute_url(),
            body=lambda decision=decision: [(_("Decision"), decision.wording), *text_parts(decision), (_("About appeal"), decision.no_appeal)],
        )  # fmt: skip


@provides
def _completions(sketch: Sketch) -> Iterator[Document]:
    for request in CompletionRequest.objects.filter(application__sketch=sketch).order_by("asked_at", "pk"):
        yield Document(
            key=f"completion-{request.pk}", title=_("Request for completion"), at=request.asked_at, came_in=False,
            sender=authority_of(sketch), receiver=sketch.organisation.name,
            body=lambda request=request: [
                (_("What is to be completed"), request.text),
                (_("Last moment"), moment_text(request.due_at)),
                (_("If nothing comes"), request.get_consequence_display()),
                (_("State"), request.get_state_display()),
            ],
        )  # fmt: skip


@provides
def _messages(sketch: Sketch) -> Iterator[Document]:
    for message in CaseMessage.objects.filter(sketch=sketch).select_related("written_by", "file").order_by("written_at", "pk"):
        came_in = message.from_organisation
        organisation, authority = sketch.organisation.name, authority_of(sketch)
        title = _("Noted conversation with %(whom)s") % {"whom": message.held_with} if message.is_conversation else _("Message")
        yield Document(
            key=f"message-{message.pk}", title=title, at=message.written_at, came_in=came_in,
            sender=organisation if came_in else authority, receiver=authority if came_in else organisation,
            url=f"{reverse('case_messages', args=[sketch.pk])}#m{message.pk}",
            body=lambda message=message: _message_body(message),
        )  # fmt: skip
        if message.file:
            url = reverse("case_message_file", args=[sketch.pk, message.pk])
            name, sha256 = message.file.name, message.file.sha256
            yield _file(sketch, message.file_id, name, sha256, at=message.written_at, came_in=came_in, url=url)


def _message_body(message: CaseMessage) -> Iterator[tuple[str, str]]:
    yield _("Written by"), str(message.written_by)
    if message.held_at:
        yield _("When it was said"), moment_text(message.held_at)
        yield _("With whom"), message.held_with
    yield _("Text"), message.text


@provides
def _ruling_request(sketch: Sketch) -> Iterator[Document]:
    for request in RulingRequest.objects.filter(application__sketch=sketch):
        yield Document(
            key=f"ruling-{request.pk}", title=_("Request for a ruling"), at=request.asked_at, came_in=True,
            sender=sketch.organisation.name, receiver=authority_of(sketch),
            body=lambda: [(_("Request for a ruling"), _("The organisation asks that the case be decided (förvaltningslagen 12 §)."))],
        )  # fmt: skip


# ---- The list as a file, and the documents in one


def export_header() -> list[str]:
    return [
        _("Case number"), _("Registry number"), _("Date"), _("Received or drawn up"), _("Sender"), _("Receiver"), _("About"),
        _("Checksum (SHA-256)"), _("Secrecy mark"), _("Marked"), _("Marked by the authority"),
    ]  # fmt: skip


def export_rows(sketch: Sketch, rows: Iterable[Document]) -> Iterator[list[Any]]:
    for row in rows:
        mark = row.mark
        yield [
            sketch.number, sketch.registry_number, row.at, row.direction, row.sender, row.receiver, row.title, row.checksum,
            mark.section if mark else "", mark.marked_at if mark else None, mark.authority if mark else "",
        ]  # fmt: skip


_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\d-])(?:\+\d{2}[\s\u00a0]?\(?0?\)?|0)\d{1,3}[\s\u00a0/–-]+\d[\d\s\u00a0–-]{3,10}\d(?!\d)")
LEFT_OUT = gettext_lazy("[left out]")


def without_contact_details(text: str) -> str:
    """Mail addresses and telephone numbers taken out of a running text."""
    return _PHONE.sub(str(LEFT_OUT), _EMAIL.sub(str(LEFT_OUT), text))


@dataclass(frozen=True)
class Extract:
    """A document as it stands in what is handed out."""

    document: Document
    parts: list[tuple[str, str]]


def extracts(rows: Iterable[Document], *, without_contacts: bool) -> list[Extract]:
    """The texts of the documents, with or without what tells how people are reached."""
    found = []
    for row in rows:
        body, contacts = [(str(heading), text) for heading, text in row.body()], list(row.contacts())
        if without_contacts:
            body = [(heading, without_contact_details(text)) for heading, text in body]
            contacts = [(heading, str(LEFT_OUT)) for heading, _text in contacts]
        found.append(Extract(row, [(heading, text) for heading, text in [*body, *contacts] if text]))
    return found


def chosen(sketch: Sketch, keys: Iterable[str]) -> list[Document]:
    wanted = set(keys)
    return [row for row in documents(sketch) if row.key in wanted]


def disclosure_context(disclosure: Any) -> dict[str, Any]:
    sketch = disclosure.sketch
    rows = chosen(sketch, disclosure.documents)
    return {
        "disclosure": disclosure,
        "sketch": sketch,
        "organisation": sketch.organisation,
        "authority": authority_of(sketch),
        "rows": rows,
        "parties": parties(sketch),
        "extracts": extracts(rows, without_contacts=disclosure.without_contacts),
    }
