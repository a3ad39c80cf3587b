"""The Celery app. The beat schedule lies in the settings, the tasks in each app's tasks.py."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kraftsamling.settings")

app = Celery("kraftsamling")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
