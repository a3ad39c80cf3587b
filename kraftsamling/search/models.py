"""One index for all apps: plain text of what can be found; who may find it is asked of each app."""

from django.db import models


class SearchEntry(models.Model):
    """What can be found about one object. A reader's rights are not stored here but asked for at every search."""

    kind = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    title = models.CharField(max_length=250)
    body = models.TextField()
    url = models.CharField(max_length=250)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_entry_is_unique")]

    def __str__(self) -> str:
        return self.title
