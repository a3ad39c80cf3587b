"""Rows are locked in one order and read anew before an action judges."""

from grants.models import Application


def lock_application(application: Application) -> None:
    """Locks the application and reads its state anew, so that no older window writes into a case that has moved on."""
    locked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    for name in ("state", "due_at", "versions_count", "current_version_id", "submitted_at"):
        setattr(application, name, getattr(locked, name))
