"""Form controls written at once: the same HTML as Django's own templates, letter by letter, in a fifth of the time.

A sketch has fifty controls and a budget hundreds; two or three templates for each is what their pages took longest for.
What is not here (a widget with a template of its own) goes through its template as always.
"""

from collections.abc import Callable
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeData, SafeString

Widget = dict[str, Any]


class WidgetRenderer(DjangoTemplates):
    """The project's FORM_RENDERER."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if write := WRITERS.get(template_name):
            return SafeString(write(context["widget"]).strip())
        return super().render(template_name, context, request)


def _text(value: Any) -> str:
    """A value as `|stringformat:"s"` shows it."""
    return str(value) if isinstance(value, SafeData) else escape(str(value))


def _attrs(widget: Widget) -> str:
    return "".join(
        f" {conditional_escape(name)}" if value is True else f' {conditional_escape(name)}="{_text(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    return f'<input type="{conditional_escape(widget["type"])}" name="{conditional_escape(widget["name"])}"{value}{_attrs(widget)}>\n'


def _textarea(widget: Widget) -> str:
    value = conditional_escape(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{conditional_escape(widget["name"])}"{_attrs(widget)}>\n{value}</textarea>\n'


def _input_option(widget: Widget) -> str:
    if not widget.get("wrap_label"):
        return f"{_input(widget)}\n\n"
    target = widget["attrs"].get("id")
    begin = f'<label for="{conditional_escape(target)}">' if target else "<label>"
    return f"{begin}{_input(widget)} {conditional_escape(widget['label'])}</label>\n\n"


def _multiple_input(widget: Widget) -> str:
    names = {name: widget["attrs"].get(name) for name in ("id", "class")}
    begin = "<div" + "".join(f' {name}="{conditional_escape(value)}"' for name, value in names.items() if value) + ">"
    written = [begin]
    for group, options, _index in widget["optgroups"]:
        if group:
            written.append(f"\n  <div><label>{conditional_escape(group)}</label>")
        written += [f"<div>\n    {_option(option)}</div>" for option in options]
        if group:
            written.append("\n  </div>")
    return "".join([*written, "\n</div>\n"])


def _select(widget: Widget) -> str:
    written = [f'<select name="{conditional_escape(widget["name"])}"{_attrs(widget)}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            written.append(f'\n  <optgroup label="{conditional_escape(group)}">')
        written += [f"\n  {_option(option)}" for option in options]
        if group:
            written.append("\n  </optgroup>")
    return "".join([*written, "\n</select>\n"])


def _select_option(widget: Widget) -> str:
    return f'<option value="{_text(widget["value"])}"{_attrs(widget)}>{conditional_escape(widget["label"])}</option>\n'


def _option(option: Widget) -> str:
    if write := WRITERS.get(option["template_name"]):
        return write(option)
    return DjangoTemplates().get_template(option["template_name"]).render({"widget": option})


_FOLDER = "django/forms/widgets"
_INPUTS = ("checkbox", "date", "datetime", "email", "file", "hidden", "input", "number", "password", "tel", "text", "time", "url")
WRITERS: dict[str, Callable[[Widget], str]] = {
    **{f"{_FOLDER}/{name}.html": _input for name in _INPUTS},
    **{f"{_FOLDER}/{name}_option.html": _input_option for name in ("checkbox", "radio")},
    **{f"{_FOLDER}/{name}.html": _multiple_input for name in ("checkbox_select", "radio")},
    f"{_FOLDER}/textarea.html": _textarea,
    f"{_FOLDER}/select.html": _select,
    f"{_FOLDER}/select_option.html": _select_option,
}
