"""The components as template tags: `{% load ui %}`. Each is shown on the gallery page."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField, CheckboxInput
from django.template import Context
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kraftsamling.lib.charts import ROW, WIDTH, bars
from kraftsamling.lib.dates import NBSP, STOCKHOLM, day_text, moment_text, time_left_text
from kraftsamling.lib.line_charts import BAR_ROW
from kraftsamling.lib.money import Kronor, grouped
from kraftsamling.lib.text import in_sentence
from kraftsamling.ui.addresses import address_as, query_with, sort_link
from kraftsamling.ui.differences import changed_pieces
from kraftsamling.ui.shapes import FOCUS_SHAPES, ICONS

register = template.Library()

TONES = ("neutral", "ok", "wait", "stop", "info")
NOTHING = "–"
_FOCUS_TAG = (
    '<span class="tag c-{}"><svg viewBox="0 0 24 24" width="12" height="12" aria-hidden="true" focusable="false">'
    '<path fill="currentColor" d="{}"/></svg>{}</span>'
)
"""Written here like the other small components of a list: a template for each of a hundred rows takes its time."""


def _tone(tone: str) -> str:
    if tone not in TONES:
        raise template.TemplateSyntaxError(f"no tone “{tone}”; choose among {', '.join(TONES)}")
    return tone


# ---- Where am I


@register.inclusion_tag("components/page_heading.html")
def page_heading(title: Any, lead: Any = "") -> dict[str, Any]:
    return {"title": title, "lead": lead}


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(*parts: Any) -> dict[str, Any]:
    """Pairs of label and address, and last the label of the page itself."""
    *pairs, last = parts
    return {"links": [{"label": label, "url": url} for label, url in zip(pairs[::2], pairs[1::2], strict=True)], "last": last}


@register.inclusion_tag("components/step_list.html")
def step_list(steps: Iterable[Any]) -> dict[str, Any]:
    """Steps with .label, .detail and .state (“done”, “now” or “todo”)."""
    return {"steps": list(steps)}


@register.simple_block_tag
def next_box(content: str, tone: str = "wait") -> SafeString:
    """What happens next, and whose turn it is."""
    return format_html('<div class="next {}">{}</div>', _tone(tone), SafeString(content))


# ---- Values


@register.simple_tag
def pill(label: Any, tone: str = "neutral") -> SafeString:
    return format_html('<span class="pill {}">{}</span>', _tone(tone), label)


@register.simple_tag
def money(kronor: Kronor | None) -> str:
    return NOTHING if kronor is None else str(kronor)


@register.simple_tag
def whole(kronor: Kronor | None) -> str:
    """The same without “kr”, where the head of the column says it."""
    return NOTHING if kronor is None else grouped(kronor.whole)


@register.simple_tag
def figure(value: Decimal | None) -> str:
    """A measured value: with the decimals it has, thousands apart."""
    if value is None:
        return NOTHING
    number, _point, decimals = f"{Decimal(value).normalize():f}".partition(".")
    return grouped(int(number)) + (f",{decimals}" if decimals else "")


@register.simple_tag
def moment(at: datetime | None) -> str:
    if not at:
        return NOTHING
    return format_html('<time datetime="{}">{}</time>', at.astimezone(STOCKHOLM).isoformat(timespec="seconds"), moment_text(at))


@register.simple_tag
def deadline(at: datetime) -> str:
    """A moment; where it is the end of a day, that day."""
    if at.astimezone(STOCKHOLM).time() != time.min:
        return moment(at)
    return day(at.astimezone(STOCKHOLM).date() - timedelta(days=1))


@register.simple_tag
def day(on: date | None) -> str:
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), day_text(on)) if on else NOTHING


@register.simple_tag
def period(first: date | None, last: date | None) -> str:
    """The year stands once when both days are in it."""
    if not first or not last:
        return NOTHING
    begin = date_format(first, "j F").replace(" ", NBSP) if first.year == last.year else day_text(first)
    return format_html(
        '<time datetime="{}">{}</time> – <time datetime="{}">{}</time>',
        first.isoformat(),
        begin,
        last.isoformat(),
        day_text(last),
    )


@register.simple_tag
def percent(share: Decimal | None, places: int = 1) -> str:
    """A share that is already in per cent, rounded half up."""
    if share is None:
        return NOTHING
    rounded = Decimal(share).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{number_format(rounded, decimal_pos=places)}{NBSP}%"


@register.simple_tag
def time_left(until: datetime | None, at: datetime | None = None) -> str:
    return time_left_text(until, at=at or timezone.now()) if until else NOTHING


@register.inclusion_tag("components/key_figure.html")
def key_figure(value: Any, label: Any, url: str = "", link_label: Any = "", how: Any = "") -> dict[str, Any]:
    """A number with its words, a way to the rows behind it, and how it is counted."""
    return {"value": value, "label": label, "url": url, "link_label": link_label or _("Show which"), "how": how}


# ---- Identity


@register.inclusion_tag("components/emblem.html")
def emblem(size: int = 40) -> dict[str, Any]:
    return {"size": size}


@register.inclusion_tag("components/icon.html")
def icon(name: str) -> dict[str, Any]:
    return {"path": ICONS[name]}


@register.inclusion_tag("components/focus_icon.html")
def focus_icon(area: Any) -> dict[str, Any]:
    return {"colour": area.colour, "path": FOCUS_SHAPES[area.colour]}


@register.simple_tag
def focus_tag(area: Any) -> SafeString:
    return format_html(_FOCUS_TAG, area.colour, FOCUS_SHAPES[area.colour], area.short_name)


# ---- Behaviour

BEHAVIOURS = ("autosave", "budget", "costs", "counter", "filesize", "once", "htmx")


@register.inclusion_tag("components/behaviours.html")
def behaviours(*names: str) -> dict[str, Any]:
    """The scripts of a page, with their texts in the reader's language. Belongs in the block “scripts”."""
    if unknown := set(names) - set(BEHAVIOURS):
        raise template.TemplateSyntaxError(f"no behaviour {', '.join(sorted(unknown))}")
    return {"names": names}


# ---- Lists


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context: Context, key: str, label: Any, numeric: bool = False) -> dict[str, Any]:
    """A whole <th>. The list's order without a parameter may stand in the context as `sort`."""
    current = context["request"].GET.get("sort") or context.get("sort", "")
    order = {key: "ascending", f"-{key}": "descending"}.get(current, "")
    return {
        "url": sort_link(context["request"], key, current=current, numeric=numeric),
        "label": label,
        "numeric": numeric,
        "order": order,
    }


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Page) -> dict[str, Any]:
    request = context["request"]
    pages = [
        {"number": number, "url": query_with(request, page=number) if isinstance(number, int) else ""}
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    return {
        "page": page,
        "pages": pages,
        "total": grouped(page.paginator.count),
        "previous": query_with(request, page=page.previous_page_number()) if page.has_previous() else "",
        "next": query_with(request, page=page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag("components/export_links.html", takes_context=True)
def export_links(context: Context, *formats: str) -> dict[str, Any]:
    """The same rows as files: the page's own address with .csv, .xlsx or .json."""
    return {"links": [{"label": name.upper(), "url": address_as(context["request"], name)} for name in formats]}


@register.inclusion_tag("components/filter_bar.html", takes_context=True)
def filter_bar(context: Context, form: BaseForm) -> dict[str, Any]:
    """A GET form. What is in the address but not in the form (the order) is kept; the page number is not."""
    names = {form.add_prefix(name) for name in form.fields}
    others = [
        (name, value) for name, values in context["request"].GET.lists() for value in values if name not in {*names, "page"}
    ]
    active = any(value for name in names for value in context["request"].GET.getlist(name))
    return {"form": form, "others": others, "active": active, "clear_url": query_with(context["request"], drop=(*names, "page"))}


@register.inclusion_tag("components/empty_state.html")
def empty_state(title: Any, text: Any = "", url: str = "", label: Any = "") -> dict[str, Any]:
    return {"title": title, "text": text, "url": url, "label": label}


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(title: Any, rows: Iterable[tuple[str, int, int]], value_label: Any, total_label: Any) -> dict[str, Any]:
    """Rows of (label, value, total) as bars, with the figures as a table for those who do not see them."""
    drawn = bars(list(rows))
    return {
        "title": title,
        "bars": drawn,
        "width": WIDTH,
        "height": max(1, len(drawn)) * ROW,
        "value_label": value_label,
        "total_label": total_label,
    }


@register.simple_tag
def bars_height(rows: Iterable[Any]) -> int:
    """How high the drawing of paired bars is."""
    return max(1, len(list(rows))) * BAR_ROW


# ---- Fields of a form; a template for each of fifty fields takes its time


@register.simple_tag(takes_context=True)
def whole_field(context: Context, field: BoundField) -> SafeString:
    """A field with its label, help, errors and control; Crispy says in the context what stands around it."""
    if field.is_hidden:
        return field.as_widget()
    classes = f"{' error' if field.errors else ''} {context.get('wrapper_class') or ''}".rstrip()
    label = format_html("{}{}", field.label, _optional_mark(field))
    if isinstance(field.field.widget, CheckboxInput):
        return format_html(_CHECK, field.auto_id, classes, field, field.id_for_label, field.label, _field_notes(field))
    if field.use_fieldset:
        described = field.aria_describedby  # type: ignore[attr-defined]
        about = format_html(' aria-describedby="{}"', described) if described else ""
        return format_html(_GROUP, field.auto_id, classes, about, label, _field_notes(field), field)
    units = (context.get("crispy_prepended_text"), context.get("crispy_appended_text"))
    return format_html(_FIELD, field.auto_id, classes, field.id_for_label, label, _field_notes(field), _with_units(field, *units))


_CHECK = """
<div id="div_{}" class="field check{}">
  <div class="check-row">{}<label for="{}">{}</label></div>
  {}
</div>
"""
_GROUP = """
<fieldset id="div_{}" class="field group{}"{}>
  <legend>{}</legend>
  {}
  {}
</fieldset>
"""
_FIELD = """
<div id="div_{}" class="field{}">
  <label for="{}">{}</label>
  {}
  {}
</div>
"""


def _with_units(field: BoundField, before: Any, after: Any) -> SafeString:
    if not before and not after:
        return field.as_widget()
    units = [format_html('<span class="unit">{}</span>', text) if text else "" for text in (before, after)]
    return format_html('<div class="with-unit">{}{}{}</div>', units[0], field, units[1])


def _field_notes(field: BoundField) -> SafeString:
    """The help and the errors of a field, before its control."""
    hint = format_html('<div class="hint" id="{}_helptext">{}</div>', field.auto_id, field.help_text) if field.help_text else ""
    if not field.errors:
        return SafeString(hint)
    errors = format_html_join("", "<p>{}</p>", ((error,) for error in field.errors))
    return format_html('{}<div class="err" id="{}_error">{}</div>', hint, field.auto_id, errors)


def _optional_mark(field: BoundField) -> SafeString:
    """Said of the few that may be left out, instead of a star at all the others."""
    if field.field.required or getattr(field.field, "needed_to_submit", False):
        return SafeString("")
    return format_html(' <span class="optional">({})</span>', _("optional"))


# ---- What has happened


@register.inclusion_tag("components/timeline.html")
def timeline(entries: Iterable[Any]) -> dict[str, Any]:
    """Entries of the case log, newest first."""
    return {"entries": entries}


@register.simple_tag
def diff_words(before: str, after: str) -> SafeString:
    """Both texts in one: taken away as <del>, added as <ins>."""
    return format_html_join("", "{}", ((_marked(kind, text),) for kind, text in changed_pieces(str(before), str(after))))


def _marked(kind: str, text: str) -> str:
    return text if kind == "same" else format_html("<{0}>{1}</{0}>", kind, text)


@register.filter
def named_in_summary(field: BoundField) -> str:
    """What a field is called before what is wrong with it: a form may say more than its label, and a question needs no colon."""
    label_of = getattr(field.form, "label_of", None)
    name = str(label_of(field.name) if label_of else field.label)
    return name if name.endswith("?") else f"{name}:"


# ---- Inside sentences and in plain text, where a tag would be markup

register.filter("under", lambda values, headings: list(zip(headings, values, strict=True)))
register.filter("moment_text", lambda at: moment_text(at) if at else NOTHING)
register.filter("in_sentence", in_sentence)
register.filter("day_text", lambda on: day_text(on) if on else NOTHING)
