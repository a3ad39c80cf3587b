"""Hands work to the workers after the commit; a broker that is away costs nobody their request."""

import logging
from functools import partial
from typing import Any

from celery.exceptions import OperationalError as CeleryOperationalError
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def after_commit(task: Any, *args: Any) -> None:
    """Asks for the task once the change is in the database. What must not be lost is also found by a periodic task."""
    transaction.on_commit(partial(_hand_over, task, args))


def _hand_over(task: Any, args: tuple[Any, ...]) -> None:
    try:
        task.apply_async(args, retry=False)
    except (OperationalError, CeleryOperationalError, OSError) as error:
        log.warning("the broker does not answer, %s waits for its periodic task: %s", task.name, error)
