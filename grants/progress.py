"""Where a case is: what is done, who has the ball, what comes next and when."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from kraftsamling.lib.dates import day_text, moment_text, stockholm_today, time_left_text

from .models import Application, Sketch
from .states import ApplicationState, CallState, SketchState


@dataclass(frozen=True)
class Step:
    """One stretch of the way. State: done, now or todo."""

    label: str
    detail: str
    state: str


@dataclass(frozen=True)
class Ball:
    """Whose turn it is, and what they do."""

    ours: bool
    text: str
    tone: str


def steps(sketch: Sketch, *, at: datetime) -> list[Step]:
    """The way from sketch to decision, with the days that are known."""
    call, state = sketch.call, sketch.state
    place = {SketchState.DRAFT: 0, SketchState.SUBMITTED: 1, SketchState.INVITED: 3, SketchState.DECLINED: 2}.get(state, 0)
    if state == SketchState.INVITED:
        place = _place_of(sketch.application)
    finished = state in {SketchState.DECLINED, SketchState.WITHDRAWN}
    sent = _("sent in %(day)s") % {"day": moment_text(sketch.submitted_at)} if sketch.submitted_at else ""
    rows = [
        (_("Sketch"), sent or _("no later than %(moment)s") % {"moment": moment_text(sketch.deadline())}),
        (_("Review"), _("done by %(day)s") % {"day": moment_text(call.review_due_at)} if call.review_due_at else ""),
        (_("Answer"), _answer_detail(sketch, at=at)),
        (_("Application"), _application_detail(sketch)),
        (_("Decision"), _expected(call.decision_expected_on, at=at)),
    ]
    if finished or _nothing_follows(sketch, at=at):
        rows = rows[: place + 1]
    return [Step(label, detail, _step_state(number, place, ended=finished)) for number, (label, detail) in enumerate(rows)]


def _nothing_follows(sketch: Sketch, *, at: datetime) -> bool:
    """The case stopped where it stands: too late, or taken back on the way."""
    if sketch.state == SketchState.DRAFT:
        return not sketch.may_be_handed_in(at)
    if sketch.state != SketchState.INVITED:
        return False
    application = sketch.application
    late = application.state == ApplicationState.OPEN and at >= application.due_at
    return late or application.state in {ApplicationState.WITHDRAWN, ApplicationState.LAPSED}


def _place_of(application: Application) -> int:
    """Application, decision, or past both."""
    if application.state in {ApplicationState.GRANTED, ApplicationState.REJECTED, ApplicationState.DISMISSED}:
        return 5
    return 4 if application.state == ApplicationState.SUBMITTED else 3


def _step_state(number: int, place: int, *, ended: bool) -> str:
    if number < place or (ended and number == place):
        return "done"
    return "now" if number == place else "todo"


def _expected(on: date | None, *, at: datetime) -> str:
    day = _day_ahead(on, at=at)
    return _("expected %(day)s") % {"day": day} if day else ""


def _answer_detail(sketch: Sketch, *, at: datetime) -> str:
    if sketch.state in {SketchState.INVITED, SketchState.DECLINED}:
        return _("sent %(day)s") % {"day": day_text(stockholm_today(sketch.outcome.sent_at))}
    return _expected(sketch.call.answer_expected_on, at=at)


def next_moment(sketch: Sketch, *, at: datetime) -> str:
    """The next day or moment that is known in the case, for a list of Sketch.objects.with_moments(); empty when none is."""
    call = sketch.call
    match sketch.state:
        case SketchState.DRAFT if sketch.may_be_handed_in(at):
            return moment_text(sketch.deadline())
        case SketchState.SUBMITTED:
            return _day_ahead(call.answer_expected_on, at=at)
        case SketchState.INVITED if sketch.application.state == ApplicationState.OPEN and at < sketch.application.due_at:
            return moment_text(sketch.application.due_at)
        case SketchState.INVITED if sketch.application.state == ApplicationState.RETURNED:
            return next((moment_text(asked.due_at) for asked in sketch.application.completions_open if at < asked.due_at), "")
        case SketchState.INVITED if sketch.application.state == ApplicationState.SUBMITTED:
            return _day_ahead(call.decision_expected_on, at=at)
    return ""


def _day_ahead(on: date | None, *, at: datetime) -> str:
    """A day that has passed is no longer expected: the case has taken longer."""
    return day_text(on) if on and on >= stockholm_today(at) else ""


def _application_detail(sketch: Sketch) -> str:
    application = getattr(sketch, "application", None)
    due_at = application.due_at if application else sketch.call.application_due_at
    if due_at is None:
        return ""
    words = _("no later than %(moment)s") if application else _("for those invited, no later than %(moment)s")
    return words % {"moment": moment_text(due_at)}


def ball(sketch: Sketch, *, at: datetime) -> Ball:
    """Who has the ball, as a sentence for the organisation."""
    call = sketch.call
    match sketch.state:
        case SketchState.DRAFT:
            return _draft(sketch, at=at)
        case SketchState.SUBMITTED:
            answer = _day_ahead(call.answer_expected_on, at=at)
            text = _("The process leader and the reviewers have the ball. You get an answer, expected %(day)s.") % {"day": answer}
            late = _("The process leader and the reviewers have the ball. The answer has taken longer than expected.")
            return Ball(False, text if answer else late, "info")
        case SketchState.INVITED:
            return _invited(sketch, at=at)
        case SketchState.DECLINED:
            return Ball(
                False,
                _("You have got an answer: the sketch does not go further in this call. The reason is in the letter."),
                "info",
            )
    return Ball(False, _("The sketch has been withdrawn. Your text is kept here."), "info")


def _draft(sketch: Sketch, *, at: datetime) -> Ball:
    if sketch.may_be_handed_in(at):
        left = time_left_text(sketch.deadline(), at=at)
        return Ball(True, _("Your turn: write the sketch and send it in. %(left)s.") % {"left": left.capitalize()}, "wait")
    if sketch.call.state == CallState.CANCELLED:
        return Ball(False, _("The call has been cancelled. Your text is kept here."), "stop")
    return Ball(False, _("The call has closed, and the sketch was not sent in. Your text is kept here."), "stop")


def _invited(sketch: Sketch, *, at: datetime) -> Ball:
    application = sketch.application
    said = _after_hand_in(application, at=at)
    if said:
        return said
    if at >= application.due_at:
        return Ball(False, _("The last moment for the application has passed."), "stop")
    left = time_left_text(application.due_at, at=at).capitalize()
    return Ball(True, _("Your turn: you are invited to apply. %(left)s.") % {"left": left}, "ok")


def _after_hand_in(application: Application, *, at: datetime) -> Ball | None:
    """Once it has been sent in or closed; None while it waits to be written for the first time."""
    expected = _day_ahead(application.sketch.call.decision_expected_on, at=at)
    withdrawn = _("You have withdrawn the application. What was sent in is kept in the case.")
    no_money = Ball(False, _("You have got a decision: no money this time. The reasons are in the decision."), "info")
    known = {
        ApplicationState.WITHDRAWN: Ball(
            False, withdrawn if application.submitted_at else _("You have turned down the invitation."), "info"
        ),
        ApplicationState.SUBMITTED: Ball(
            False,
            _("The officers have the ball: they prepare the decision, expected %(day)s.") % {"day": expected}
            if expected
            else _("The officers have the ball: they prepare the decision."),
            "info",
        ),
        ApplicationState.RETURNED: Ball(True, _("Your turn: complete the application and send it in again."), "wait"),
        ApplicationState.GRANTED: Ball(False, _("The application is granted. The decision tells what applies."), "ok"),
        ApplicationState.REJECTED: no_money,
        ApplicationState.DISMISSED: no_money,
        ApplicationState.LAPSED: Ball(False, _("The application was not sent in on time. Your text is kept here."), "stop"),
    }
    return known.get(ApplicationState(application.state))
