"""Charts of several series as template tags: `{% load charts %}`. Each has its title, its description and its table."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import template

from kraftsamling.lib.charts import grouped_bars, line_graph, stacked_bars
from kraftsamling.lib.money import grouped

register = template.Library()

DRAWN = {"stacked": stacked_bars, "grouped": grouped_bars}


@register.inclusion_tag("components/series_chart.html")
def series_chart(key: str, kind: str, title: Any, description: Any, names: Sequence[Any], rows: Iterable[Any]) -> dict[str, Any]:
    """Bars: rows of (label, [(number, text)]). The key is unlike that of any other chart of the page."""
    drawing = DRAWN[kind]([str(name) for name in names], list(rows))
    return {"key": key, "title": title, "description": description, "drawing": drawing}


@register.inclusion_tag("components/line_chart.html")
def line_chart(key: str, title: Any, description: Any, names: Sequence[Any], rows: Iterable[Any]) -> dict[str, Any]:
    """Lines over the labels of the rows, as series_chart; a number that is None ends its line."""
    graph = line_graph([str(name) for name in names], list(rows))
    return {
        "key": key,
        "title": title,
        "description": description,
        "drawing": graph,
        "up": [(y, grouped(v)) for y, v in graph.up],
    }
