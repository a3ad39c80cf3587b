"""What the kinds of messages are called on the outbox page."""

from typing import Any

from django.utils.translation import gettext_lazy as _

_labels: dict[str, Any] = {}


def register(kind: str, label: Any) -> None:
    _labels[kind] = label


def label_of(kind: str) -> str:
    """The registered label; a kind without one is called by its template's name."""
    return str(_labels.get(kind) or kind.rpartition("/")[2].replace("_", " ").capitalize())


register("notifications/digest", _("Digest"))
