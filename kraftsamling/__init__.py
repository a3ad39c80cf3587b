"""Kraftsamling: the roof that mounts the apps, and the ground that they stand on."""

from .celery import app as celery_app

__all__ = ["celery_app"]
