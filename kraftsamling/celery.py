"""The Celery app. The beat schedule lies in the settings, the tasks in each app's tasks.py."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_shutdown

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kraftsamling.settings")

app = Celery("kraftsamling")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_shutdown.connect
def _tidy_up(**_said: Any) -> None:
    from kraftsamling.lib.pdf import forget_fonts  # noqa: PLC0415 - needs the settings, which are read after this module

    forget_fonts()
