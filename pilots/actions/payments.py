"""What the owner can do with a payment request: begin it, write its costs, attach, sign and send in, withdraw."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from grants.actions.freezing import checksum
from grants.permissions import require
from kraftsamling.accounts.models import Signatory
from kraftsamling.audit import log as audit
from kraftsamling.files.models import StoredFile
from kraftsamling.lib.dates import later_moment_text, stockholm_today
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace, TransitionRefused, advance, claim
from pilots import payment_rules
from pilots.models import CostEntry, PaymentFile, PaymentRequest, PaymentVersion, Project
from pilots.models.payments import WRITING_STATES
from pilots.permissions import money as permissions
from pilots.states import PAYMENT_MOVES, PaymentState

from .money_common import economists_of, lock_project, members_of, tell

MOST_ENTRIES = 10_000
MOST_FILES = 30
AT_ONCE = 500
"""Rows written in one statement."""


class EntriesConflict(TransitionRefused):
    """Somebody else has changed the request since this window was opened."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody else has changed the request since you opened it. Your rows are kept here: check, and save again.")
        )


COST_FIELDS = ("booked_on", "voucher", "text", "category", "amount")


class Cost(NamedTuple):
    """One booked cost, read and found right."""

    booked_on: date
    voucher: str
    text: str
    category: str
    amount: Kronor

    def values(self) -> dict[str, Any]:
        return dict(zip(COST_FIELDS, self, strict=True))


@transaction.atomic
def begin_request(project: Project, *, by: Any, at: datetime | None = None) -> PaymentRequest:
    """Begins a draft that only the owner sees. Raises TransitionRefused while another is open, or when it is not the time."""
    at = at or timezone.now()
    require(permissions.can_ask_for_money(by, project))
    project = lock_project(project)
    _refuse(payment_rules.obstacles_to_begin(project, at=at))
    if not project.account:
        claim(project, expecting={"account": ""}, account=account_of_application(project))
    last = PaymentRequest.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    try:
        with transaction.atomic():
            request = PaymentRequest.objects.create(project=project, number=last + 1, begun_at=at, begun_by=by)
    except IntegrityError:
        raise LostRace from None

    audit.record("pilots.payment.begin", project, by=by, at=at, number=request.number)
    return request


def account_of_application(project: Project) -> str:
    """The account that the application names; empty where there is none."""
    version = project.application.current_version if project.application_id else None  # type: ignore[union-attr]
    sections = version.content.get("sections", []) if version else []
    rows = {row.get("name"): row.get("text", "") for section in sections for row in section.get("rows", [])}
    return " ".join(filter(None, [rows.get("account_kind"), rows.get("account_number")]))[:60]


@transaction.atomic
def set_account(project: Project, *, account: str, by: Any, at: datetime | None = None) -> None:
    """Where coming payments go. Those that are decided keep the account they were decided with."""
    at = at or timezone.now()
    require(permissions.can_ask_for_money(by, project))
    was = lock_project(project).account
    if was == account:
        return

    claim(project, expecting={"account": was}, account=account)

    audit.record("pilots.payment.account", project, by=by, at=at, account=account, was=was)
    tell(
        "account_changed", project, to=[*members_of(project), *economists_of(project)], path=project.get_absolute_url(),
        key=f"account-{project.pk}-{at.isoformat()}", at=at, account=account, by_name=str(by),
    )  # fmt: skip


def _refuse(obstacles: Iterable[payment_rules.Obstacle]) -> None:
    found = [obstacle.text for obstacle in obstacles]
    if found:
        raise TransitionRefused(" ".join(found))


def lock_request(request: PaymentRequest) -> PaymentRequest:
    """The request as it is now, with its project's row locked before its own."""
    project = lock_project(request.project)
    fresh = PaymentRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    fresh.project = project
    return fresh


def _writable(request: PaymentRequest, *, by: Any) -> PaymentRequest:
    require(permissions.can_ask_for_money(by, request.project))
    fresh = lock_request(request)
    if fresh.state not in WRITING_STATES:
        raise TransitionRefused(_("The request has been sent in or withdrawn, and can no longer be changed."))
    return fresh


@transaction.atomic
def save_costs(
    request: PaymentRequest,
    *,
    changed: Mapping[int, Cost] | None = None,
    removed: Iterable[int] = (),
    added: Sequence[Cost] = (),
    revision: int,
    by: Any,
    at: datetime | None = None,
) -> int:
    """Changes, takes away and adds rows; gives the new revision. What an economist had said of a changed row is gone.

    Raises EntriesConflict if the request is not the one this window began from.
    """
    at = at or timezone.now()
    fresh = _writable(request, by=by)
    if fresh.revision != revision:
        raise EntriesConflict
    entries = CostEntry.objects.filter(request=fresh)
    entries.filter(pk__in=list(removed)).delete()
    rows = list(entries.filter(pk__in=list(changed or {})))
    for row in rows:
        cost = (changed or {})[row.pk]
        for name, value in {**cost.values(), "approved": None, "reason": ""}.items():
            setattr(row, name, value)
    if rows:
        CostEntry.objects.bulk_update(rows, [*COST_FIELDS, "approved", "reason"], batch_size=AT_ONCE)
    last = entries.aggregate(last=Max("position"))["last"] or 0
    if entries.count() + len(added) > MOST_ENTRIES:
        raise TransitionRefused(_("A request can have at most %(count)d rows. Send in more than one.") % {"count": MOST_ENTRIES})
    new = [CostEntry(request=fresh, position=last + place, **cost.values()) for place, cost in enumerate(added, start=1)]
    CostEntry.objects.bulk_create(new, batch_size=AT_ONCE)

    claim(request, expecting={"revision": revision, "state": fresh.state}, revision=revision + 1)
    return revision + 1


@transaction.atomic
def mark_final(request: PaymentRequest, *, is_final: bool, by: Any, at: datetime | None = None) -> None:
    """Says that this is the last request of the project."""
    _writable(request, by=by)
    PaymentRequest.objects.filter(pk=request.pk).update(is_final=is_final, revision=F("revision") + 1)
    request.refresh_from_db(fields=["is_final", "revision"])


@transaction.atomic
def add_file(request: PaymentRequest, *, file: StoredFile, kind: str, by: Any, at: datetime | None = None) -> PaymentFile:
    """Lays a file beside the request: ledger, income statement, bookkeeping file, something else."""
    at = at or timezone.now()
    fresh = _writable(request, by=by)
    if fresh.files.filter(removed_at=None).count() >= MOST_FILES:
        raise TransitionRefused(_("A request can have at most %(count)d files.") % {"count": MOST_FILES})

    link = PaymentFile.objects.create(request=fresh, file=file, kind=kind, added_at=at, added_by=by)
    _new_revision(request)

    audit.record("pilots.payment.add_file", fresh.project, by=by, at=at, number=fresh.number, name=file.name, sha256=file.sha256)
    return link


@transaction.atomic
def remove_file(link: PaymentFile, *, by: Any, at: datetime | None = None) -> None:
    """Takes a file away from what is being written. Versions that have been sent in keep theirs."""
    at = at or timezone.now()
    fresh = _writable(link.request, by=by)

    claim(link, expecting={"removed_at": None}, removed_at=at, removed_by=by)
    _new_revision(fresh)

    audit.record("pilots.payment.remove_file", fresh.project, by=by, at=at, number=fresh.number, name=link.file.name)


def _new_revision(request: PaymentRequest) -> None:
    PaymentRequest.objects.filter(pk=request.pk).update(revision=F("revision") + 1)
    request.refresh_from_db(fields=["revision"])


@transaction.atomic
def mark_ready(request: PaymentRequest, *, revision: int, by: Any, at: datetime | None = None) -> None:
    """The first of two says that this revision is ready; another person sends it in. A change makes it unready again."""
    at = at or timezone.now()
    fresh = _writable(request, by=by)
    if fresh.revision != revision:
        raise EntriesConflict

    claim(request, expecting={"revision": revision}, ready_revision=revision, ready_at=at, ready_by=by)

    audit.record("pilots.payment.ready", fresh.project, by=by, at=at, number=fresh.number)


@transaction.atomic
def submit_request(
    request: PaymentRequest, *, signatory: Signatory, revision: int, by: Any, at: datetime | None = None
) -> PaymentVersion:
    """Signs and sends in: frozen with receipt and checksum. The same revision twice gives the same receipt.

    Raises TransitionRefused with everything that stands in the way, and what would be right.
    """
    at = at or timezone.now()
    require(permissions.can_ask_for_money(by, request.project))
    fresh = lock_request(request)
    already = PaymentVersion.objects.filter(request=fresh, revision=revision).first()
    if already:
        return already
    if fresh.state not in WRITING_STATES:
        raise TransitionRefused(_("The request has been sent in or withdrawn, and cannot be sent in again."))
    if fresh.revision != revision:
        raise EntriesConflict
    _refuse(payment_rules.obstacles(fresh, at=at))
    _guard_signature(fresh, signatory, by=by, at=at)

    version = _freeze(fresh, signatory, by=by, at=at)
    advance(
        fresh, PaymentState.SUBMITTED, table=PAYMENT_MOVES, submitted_at=at, submitted_by=by, signatory=signatory,
        signed_by_name=signatory.name, receipt_number=version.receipt_number, checksum=version.checksum, return_due_on=None,
    )  # fmt: skip

    _record_submit(fresh, version, by=by, at=at)
    request.refresh_from_db()
    return version


def _guard_signature(request: PaymentRequest, signatory: Signatory, *, by: Any, at: datetime) -> None:
    """A named person with a current proof; two people where the organisation asks for it (domain 10, rule 24)."""
    current = Signatory.objects.current(on=stockholm_today(at)).filter(organisation=request.project.owner_id)
    if not current.filter(pk=signatory.pk).exists():
        raise TransitionRefused(_("Choose a signatory of the organisation whose proof is valid today."))
    if signatory.jointly and (request.ready_revision != request.revision or request.ready_by_id == by.pk):
        raise TransitionRefused(
            _("Two people send in together: one says that the request is ready, and another one sends it in.")
        )
    signing = {by.pk, request.ready_by_id} if signatory.jointly else {by.pk}
    if signatory.user_id and signatory.user_id not in signing:
        raise TransitionRefused(
            _("%(name)s has an account and signs with it. Ask %(name)s to log in and send in.") % {"name": signatory.name}
        )


def _freeze(request: PaymentRequest, signatory: Signatory, *, by: Any, at: datetime) -> PaymentVersion:
    number = request.versions.count() + 1
    receipt = f"UB{request.project_id:05d}-{request.number}-{number}"
    links = list(request.files.filter(removed_at=None).select_related("file").order_by("added_at", "pk"))
    content = frozen_content(request, links, signatory)
    version = PaymentVersion.objects.create(
        request=request, number=number, revision=request.revision, content=content,
        checksum=checksum(content, receipt=receipt, at=at), receipt_number=receipt, submitted_at=at, submitted_by=by,
        signatory=signatory, signed_by_name=signatory.name,
    )  # fmt: skip
    version.files.add(*[link.file for link in links])
    return version


def frozen_content(request: PaymentRequest, links: Sequence[PaymentFile], signatory: Signatory) -> dict[str, Any]:
    """Everything that is signed: each row, each file with its checksum, the terms as they were, and who signs."""
    rows = CostEntry.objects.filter(request=request).order_by("position")
    entries = [
        [row.booked_on.isoformat(), row.voucher, row.text, row.category, str(row.amount.amount)] for row in rows.iterator()
    ]
    project = request.project
    return {
        "project": project.title,
        "registry_number": project.registry_number,
        "owner": project.owner.name,
        "org_number": project.owner.org_number,
        "number": request.number,
        "is_final": request.is_final,
        "share": str(project.share),
        "cap": str(project.cap.amount),
        "entries": entries,
        "total": str(CostEntry.objects.filter(request=request).total().amount),
        "files": [
            {"name": link.file.name, "kind": link.kind, "size": link.file.size, "sha256": link.file.sha256} for link in links
        ],
        "signed_by": {"name": signatory.name, "title": signatory.title},
    }


def _record_submit(request: PaymentRequest, version: PaymentVersion, *, by: Any, at: datetime) -> None:
    project = request.project
    total = Kronor(version.content["total"])
    audit.record(
        "pilots.payment.submit", project, by=by, at=at, number=request.number, receipt=version.receipt_number,
        signed_by=version.signed_by_name, checksum=version.checksum, total=total.exact,
    )  # fmt: skip
    words: dict[str, Any] = {
        "request": request.number, "receipt": version.receipt_number, "moment": later_moment_text(at), "checksum": version.checksum,
        "signed_by": version.signed_by_name, "total": total.exact, "rows": len(version.content["entries"]),
    }  # fmt: skip
    path, key = request.get_absolute_url(), f"payment-version-{version.pk}"
    tell("payment_receipt", project, to=members_of(project), path=path, key=f"{key}-receipt", at=at, **words)
    tell("payment_arrived", project, to=economists_of(project), path=path, key=key, at=at, **words)


@transaction.atomic
def withdraw_request(request: PaymentRequest, *, reason: str, by: Any, at: datetime | None = None) -> None:
    """Takes the request back before it is decided. What was sent in is kept, and a new one can be begun."""
    at = at or timezone.now()
    require(permissions.can_ask_for_money(by, request.project))
    fresh = lock_request(request)
    was_sent = fresh.submitted_at is not None

    advance(fresh, PaymentState.WITHDRAWN, table=PAYMENT_MOVES)

    audit.record("pilots.payment.withdraw", fresh.project, by=by, at=at, number=fresh.number, reason=reason)
    if was_sent:
        tell(
            "payment_withdrawn", fresh.project, to=economists_of(fresh.project), path=fresh.get_absolute_url(),
            key=f"payment-withdrawn-{fresh.pk}", at=at, request=fresh.number, reason=reason,
        )  # fmt: skip
    request.refresh_from_db()
