"""What a call must have before it is published."""

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from .models import Call, QuestionKind

LEAST_CHOICES = 2


class Missing(NamedTuple):
    """Something that remains, and the part of the form where it is written."""

    field: str
    message: str


def missing(call: Call, *, at: datetime) -> list[Missing]:
    """All that remains before the call can be published, in the order of the form. Empty when it is complete."""
    needed = [
        ("summary", call.summary, _("Write a summary.")),
        ("purpose", call.purpose, _("Write what is funded.")),
        ("eligibility", call.eligibility, _("Write who may apply.")),
        ("funder", call.funder, _("Write who funds.")),
        ("how_assessed", call.how_assessed, _("Write how sketches are assessed.")),
        ("opens_at", call.opens_at, _("Say when the call opens.")),
        ("closes_at", call.closes_at, _("Say when the call closes.")),
        ("review_due_at", call.review_due_at, _("Say when the reviewers are to be done.")),
        ("answer_expected_on", call.answer_expected_on, _("Say when everybody gets an answer.")),
        ("application_due_at", call.application_due_at, _("Say when invited applications must be in.")),
        ("period_starts_on", call.period_starts_on, _("Say when projects may start.")),
        ("period_ends_on", call.period_ends_on, _("Say when projects must have ended.")),
        ("smallest_grant", call.smallest_grant, _("Write the smallest grant.")),
        ("largest_grant", call.largest_grant, _("Write the largest grant.")),
        ("eligible_kinds", call.eligible_kinds, _("Choose which kinds of organisation may apply.")),
        ("contact_name", call.contact_name, _("Write a contact person.")),
        ("contact_email", call.contact_email, _("Write an e-mail address for questions.")),
        ("invitation_letter", call.invitation_letter, _("Write the letter to those invited.")),
        ("declining_letter", call.declining_letter, _("Write the letter to those not invited.")),
    ]
    found = [Missing(field, message) for field, value, message in needed if not value]
    return found + _wrong_order(call, at=at) + _missing_rows(call)


def _wrong_order(call: Call, *, at: datetime) -> list[Missing]:
    pairs = [
        ("closes_at", call.opens_at, call.closes_at, _("The call must close after it opens.")),
        ("review_due_at", call.closes_at, call.review_due_at, _("The reviewers need time after the call has closed.")),
        ("application_due_at", call.review_due_at, call.application_due_at, _("Applications must be due after the review.")),
        (
            "application_review_due_at",
            call.application_due_at,
            call.application_review_due_at,
            _("The reviewers need time after the applications are in."),
        ),
        ("period_ends_on", call.period_starts_on, call.period_ends_on, _("The projects' period must run forwards.")),
        ("largest_grant", call.smallest_grant, call.largest_grant, _("The largest grant must not be less than the smallest.")),
    ]
    strict = {"closes_at", "review_due_at", "application_due_at", "application_review_due_at", "period_ends_on"}
    found = []
    for field, first, then, message in pairs:
        if first is None or then is None:
            continue
        if then < first or (field in strict and then == first):
            found.append(Missing(field, message))
    if call.closes_at and call.closes_at <= at:
        found.append(Missing("closes_at", _("The closing moment has already passed.")))
    return found


def _missing_rows(call: Call) -> list[Missing]:
    found = []
    frame = call.frame()
    if not frame:
        found.append(Missing("frames", _("Write how much money is set aside, per year.")))
    elif call.largest_grant is not None and call.largest_grant > frame:
        found.append(Missing("frames", _("The largest grant is larger than all the money set aside.")))
    if not call.focus_areas.exists():
        found.append(Missing("focus_areas", _("Choose at least one protective factor.")))
    if not call.criteria.exists():
        found.append(Missing("criteria", _("Write at least one criterion.")))
    with_choices = {QuestionKind.CHOICE, QuestionKind.CHOICES}
    unfinished = [q.label for q in call.questions.all() if q.kind in with_choices and len(q.choices) < LEAST_CHOICES]
    found += [
        Missing("questions", _("The question “%(label)s” needs at least two choices.") % {"label": label}) for label in unfinished
    ]
    return found
