"""A figure in a table: `{% load steering %}`. Written here, since a template for each of two hundred takes its time."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def figure_link(figure: Any) -> SafeString:
    """The value, which leads to its rows; who listens hears what it is of."""
    return format_html(
        '<a class="open" href="{}">{}<span class="visually-hidden">: {}</span></a>', figure.url, figure.text, figure.spec.name
    )
