"""Pages with a form whose text is never lost: not when the session has expired, not when a colleague saved first."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from grants.forms.decisions import ComparedForm
from grants.views.common import keeps_text, keeps_text_on, part_of, unparked  # noqa: F401 - with the rest of what keeps text
from kraftsamling.lib.transitions import LostRace, TransitionRefused

CONFLICT = 409


def typed(request: HttpRequest) -> Any:
    """What the form is bound to: what was sent, or what was kept from a session that had expired; None on a plain visit."""
    return request.POST if request.method == "POST" else unparked(request, path=request.path)


class Answer(NamedTuple):
    """What became of a form: whether its action went through, the status of its page if not, and what the action made."""

    went: bool
    status: int
    made: Any = None


def sent(request: HttpRequest, form: forms.Form, act: Callable[[], Any], *, done: str = "") -> Answer:
    """Runs the action of a form that was sent and is right. What is wrong or refused is said in the form."""
    if request.method != "POST":
        return Answer(went=False, status=200)
    if not form.is_valid():
        return Answer(went=False, status=422)
    try:
        made = act()
    except LostRace:
        form.add_error(
            None, _("A colleague has saved meanwhile. Both texts are shown; save again when you have made one of them.")
        )
    except TransitionRefused as refusal:
        form.add_error(None, str(refusal))
    else:
        if done:
            messages.success(request, done)
        return Answer(went=True, status=200, made=made)
    return Answer(went=False, status=CONFLICT)


def beside(request: HttpRequest, form: ComparedForm, theirs: Any, content: dict[str, Any], *, status: int) -> dict[str, Any]:
    """What the page of a form shows of `theirs`, the row as it is now: its revision, and what differs from the typed."""
    return {
        "form": form,
        "revision": theirs.revision,
        "differing": form.differing(content) if status == CONFLICT else None,
        "restored": form.is_bound and request.method == "GET",
    }
