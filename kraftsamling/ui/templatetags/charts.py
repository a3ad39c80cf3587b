"""Charts of several series as template tags: `{% load charts %}`. Each has its title, its description and its table."""

from typing import Any

from django import template

from kraftsamling.lib.charts import grouped_bars, line_graph, stacked_bars
from kraftsamling.lib.money import grouped

register = template.Library()

DRAWN = {"stacked": stacked_bars, "grouped": grouped_bars}


@register.inclusion_tag("components/series_chart.html")
def series_chart(key: str, chart: Any, kind: str = "grouped") -> dict[str, Any]:
    """Bars. The chart has title, description, names of its series, and rows of (label, [(number, text)]).

    The key is unlike that of any other chart of the page.
    """
    drawing = DRAWN[kind]([str(name) for name in chart.names], list(chart.rows))
    return {"key": key, "title": chart.title, "description": chart.description, "drawing": drawing}


@register.inclusion_tag("components/line_chart.html")
def line_chart(key: str, chart: Any) -> dict[str, Any]:
    """Lines over the labels of the rows, as series_chart; a number that is None ends its line."""
    graph = line_graph([str(name) for name in chart.names], list(chart.rows))
    up = [(y, grouped(value)) for y, value in graph.up]
    return {"key": key, "title": chart.title, "description": chart.description, "drawing": graph, "up": up}
