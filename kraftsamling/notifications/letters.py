"""Writes a message out: subject, text and HTML from the templates of its kind, in the receiver's language."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from kraftsamling.lib.text import clean_text

from . import preferences
from .models import Message

SUBJECT = "Subject:"
SIGNATURE = "\n-- \n"
"""The line that parts a mail's text from its foot (RFC 3676, 4.3); a digest leaves the foot out."""
_SUBJECT_LENGTH = 250
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Letter:
    """What the receiver will read."""

    subject: str
    text: str
    html: str


def new_message(
    kind: str, context: dict[str, Any], *, user: Any, email: str, category: str, categories: Iterable[str] = ()
) -> Message:
    """The message as it will be sent, not yet saved and not yet planned. A digest is of several categories."""
    language = user.language if user else settings.LANGUAGE_CODE
    who = {"user_id": user.pk if user else None, "email": email}
    links = {
        "unsubscribe_url": preferences.unsubscribe_url(**who, categories=categories or [category]),
        "preferences_url": preferences.preferences_url(),
        "receiver": user or email,
    }
    letter = write_letter(kind, {**context, **links}, language=language)
    return Message(
        kind=kind,
        category=category,
        to=user,
        to_email=email,
        language=language,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
    )


def write_letter(kind: str, context: dict[str, Any], *, language: str) -> Letter:
    """Raises ValueError if the text template does not begin with its subject."""
    with translation.override(language):
        context = {"site_url": settings.SITE_URL, "LANGUAGE_CODE": language, **context}
        text = _render(f"emails/{kind}.txt", context, autoescape=False).lstrip()
        html = _render(f"emails/{kind}.html", context, autoescape=True)
    head, _blank_line, body = text.partition("\n\n")
    if not head.startswith(SUBJECT):
        raise ValueError(f"emails/{kind}.txt must begin with a line “{SUBJECT} …” and a blank line")
    subject = " ".join(head.removeprefix(SUBJECT).split())[:_SUBJECT_LENGTH]
    return Letter(subject, _BLANK_LINES.sub("\n\n", body).strip() + "\n", html.strip() + "\n")


def _render(name: str, context: dict[str, Any], *, autoescape: bool) -> str:
    template = get_template(name).template  # type: ignore[attr-defined]
    return clean_text(template.render(Context(context, autoescape=autoescape)))
