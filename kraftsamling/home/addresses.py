"""Where a page is, if this installation has it."""

from typing import Any

from django.urls import NoReverseMatch, reverse


def address(url_name: str, *args: Any, otherwise: str = "") -> str:
    """The address of the named page, or what is given otherwise."""
    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return otherwise
