"""Where a request comes from, as far as our own proxies can be believed."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"
"""Counted as one address: limits must hold also where nothing sensible can be read."""


def client_address(request: HttpRequest) -> str:
    """The step of X-Forwarded-For that the outermost of our own proxies wrote; without proxies, who connected to us.

    Steps further to the left come from the visitor and are never believed. Fewer steps than proxies means that the request
    came in behind the first of them, so that all steps were written by ours.
    """
    steps = [step.strip() for step in request.headers.get("X-Forwarded-For", "").split(",") if step.strip()]
    if settings.TRUSTED_PROXIES and steps:
        return _plain(steps[-min(settings.TRUSTED_PROXIES, len(steps))])
    return _plain(request.META.get("REMOTE_ADDR", ""))


def _plain(text: str) -> str:
    """Without a port, which some proxies add."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return UNKNOWN
