"""How each database finds words: FTS5 with trigrams on SQLite, full text with Swedish stems and trigrams on PostgreSQL."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import BooleanField, Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL

TRIGRAM = 3


def of_one_of(objects: QuerySet) -> Q:
    """Entries of these objects. SQLite looks each hit up by its key, since all that a person may read is much more than what is
    found; PostgreSQL would do that anew for each rule of each hit, and is quicker with the whole in its hand.
    """
    if connection.vendor == "postgresql":
        return Q(object_id__in=objects.values("pk"))
    return Q(Exists(objects.filter(pk=OuterRef("object_id"))))


def holding(entries: QuerySet, terms: Sequence[str]) -> QuerySet:
    """Entries that hold every term somewhere, as a whole word or as a part of one."""
    for term in terms:
        entries = entries.filter(_holds(term))
    return entries


def ranked(entries: QuerySet, terms: Sequence[str]) -> QuerySet:
    """Hits in titles first, then the newest."""
    in_title = Q()
    for term in terms:
        in_title &= Q(title__icontains=term)
    place = Case(
        When(title__istartswith=" ".join(terms), then=Value(0)),
        When(in_title, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return entries.annotate(place=place).order_by("place", "-changed_at", "pk")


def _holds(term: str) -> Q:
    written = Q(title__icontains=term) | Q(body__icontains=term)
    if connection.vendor == "postgresql":
        return written | Q(_stem(term))
    if len(term) < TRIGRAM:
        return written
    quoted = '"' + term.replace('"', '""') + '"'
    return Q(pk__in=RawSQL("SELECT rowid FROM search_fts WHERE search_fts MATCH %s", [quoted]))


def _stem(term: str) -> RawSQL:
    sql = "search_searchentry.words @@ plainto_tsquery('swedish', %s)"
    return RawSQL(sql, [term], output_field=BooleanField())  # noqa: S611 - the term is a parameter
