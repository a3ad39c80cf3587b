"""What is done for the accounts at set times."""

from importlib import import_module

from celery import shared_task
from django.conf import settings


@shared_task
def clear_expired_sessions() -> None:
    """What a session has kept of a person goes with it (dataskyddsförordningen, artikel 5.1 e)."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
