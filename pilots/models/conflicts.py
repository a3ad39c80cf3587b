"""Who has said that they are in conflict of interest in a project that no application here stands behind."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _


class ProjectConflictQuerySet(models.QuerySet):
    def of(self, user: Any) -> "ProjectConflictQuerySet":
        return self.filter(user=user.pk)


class ProjectConflict(models.Model):
    """Closes the project to the person (förvaltningslagen 16–18 §§; KL 6:28–32). Where there is an application, its case is closed."""

    project = models.ForeignKey("pilots.Project", on_delete=models.PROTECT, related_name="conflicts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ground = models.CharField(_("ground"), max_length=400)
    declared_at = models.DateTimeField()

    objects = ProjectConflictQuerySet.as_manager()

    class Meta:
        constraints = [UniqueConstraint(fields=["project", "user"], name="one_project_conflict_each")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.project_id}"
