"""A part of a draft whose fields may stand in rows: goal 1, goal 2, one empty row more for each that is filled in."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from crispy_forms.layout import HTML, Div
from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _

from kraftsamling.lib.single_child import single_child_hints
from kraftsamling.lib.text import clean_text
from kraftsamling.ui.crispy import laid_out

from .drafts import GROUPS_ONLY, DraftForm
from .fields import PlainTextField

ROW = "row"
"""The name of the button that asks for one more row; its value is the group."""


def row_anchor(posted: Mapping[str, Any], groups: Iterable[str]) -> str:
    """Where the page goes on when another row was asked for: at the group's last row."""
    group = posted.get(ROW)
    return f"#{ROW}-{group}" if group in set(groups) else ""


class RowsForm(DraftForm):
    """Fields called prefix_number_part make a row; the first part of a group says what the row is about."""

    row_groups: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    most_rows: ClassVar[int] = 0
    always_valued: ClassVar[frozenset[str]] = frozenset()
    """Parts that have a value also in a row nobody has begun, such as a choice."""
    many_choices: ClassVar[frozenset[str]] = frozenset()
    """Fields with so many choices that they stand in columns."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.last_rows: dict[str, str] = {}
        self.may_grow: set[str] = set()
        """The groups that have room for another row, as far as they have been asked."""

    def begin(self, fields: Mapping[str, forms.Field], *, optional: Iterable[str] = ()) -> None:
        """Takes the fields, and asks about single children where the text makes one ask."""
        self.fields.update(fields)
        if self.data.get("groups_only") or single_child_hints(self._typed_text()):
            self.fields["groups_only"] = forms.BooleanField(label=GROUPS_ONLY, required=False)
        for name, field in self.fields.items():
            field.error_messages["required"] = _("Remains to be filled in.")
            field.needed_to_submit = name.startswith((*self.row_groups, *optional, "groups_only"))  # type: ignore[attr-defined]
        self.helper = laid_out(*self._layout())

    def _typed_text(self) -> str:
        texts = (name for name, field in self.fields.items() if isinstance(field, PlainTextField))
        return clean_text("\n".join(str(self.data.get(name, "")) for name in texts))

    def all_names(self) -> frozenset[str]:
        """What this part answers for when it is saved: also rows that are no longer shown because they were emptied."""
        prefixes = {name.partition("_")[0] for name in self.fields} & set(self.row_groups)
        numbers = range(1, self.most_rows + 1)
        rows = {f"{prefix}_{n}_{part}" for prefix in prefixes for part in self.row_groups[prefix] for n in numbers}
        return frozenset({*self.fields, *rows})

    def rows_shown(self, prefix: str, parts: tuple[str, ...], most: int) -> int:
        """Those that are filled in and one empty row more; every save shows the next."""
        filled = [n for n in range(1, most + 1) if any(self.data.get(f"{prefix}_{n}_{part}") for part in parts)]
        shown = min(most, max(filled, default=0) + 1)
        self.last_rows[prefix] = f"{prefix}_{shown}"
        if shown < most:
            self.may_grow.add(prefix)
        return shown

    def _layout(self) -> list[Any]:
        """The fields in their order, rows of the same thing side by side."""
        parts: list[Any] = []
        rows: dict[str, list[str]] = {}
        for name in self.fields:
            prefix, number = name.split("_")[0], name.split("_")[1] if "_" in name else ""
            if prefix in self.row_groups and number.isdecimal():
                key = f"{prefix}_{number}"
                if key not in rows:
                    rows[key] = []
                    parts.append(key)
                rows[key].append(name)
            else:
                parts.append(name)
        return [piece for part in parts for piece in self._placed(part, rows)]

    def _placed(self, part: str, rows: dict[str, list[str]]) -> list[Any]:
        """A field, or a row; after the last row of a group a button that saves and shows one more."""
        if part not in rows:
            return [Div(part, css_class="many-choices") if part in self.many_choices else part]
        group = part.partition("_")[0]
        if self.last_rows.get(group) != part:
            return [Div(*rows[part], css_class="field-row")]
        last = Div(*rows[part], css_class="field-row", css_id=f"{ROW}-{group}")
        button = format_html(
            '<p class="cluster"><button class="btn quiet small" name="{}" value="{}">{}</button></p>',
            ROW,
            group,
            _("Save and add a row"),
        )
        return [last, HTML(button)] if group in self.may_grow else [last]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._check_rows()
        if "groups_only" in self.fields:
            self._check_single_children(cleaned)
        return cleaned

    def _check_rows(self) -> None:
        """A row that has been begun has its first part too."""
        for prefix, (first, *rest) in self.row_groups.items():
            parts = [part for part in rest if part not in self.always_valued]
            for n in range(1, self.most_rows + 1):
                name = f"{prefix}_{n}_{first}"
                begun = any(self.cleaned_data.get(f"{prefix}_{n}_{part}") for part in parts)
                if name in self.fields and name not in self.errors and begun and not self.cleaned_data.get(name):
                    self.add_error(name, _("Write what the row is about, or empty the rest of it."))

    def label_within(self, name: str) -> str:
        """What the field is called inside its row; empty for a field that stands by itself or begins a row."""
        return str(self.fields[name].label) if self._first_of_row(name) not in {"", name} else ""

    def is_begun(self, name: str) -> bool:
        """Of a row that nobody has begun, nothing is told; a choice in it has always a value."""
        first = self._first_of_row(name)
        return not first or bool(self.cleaned_data.get(first))

    def _first_of_row(self, name: str) -> str:
        prefix, _dash, rest = name.partition("_")
        first = f"{prefix}_{rest.partition('_')[0]}_{self.row_groups[prefix][0]}" if prefix in self.row_groups else ""
        return first if first in self.fields else ""

    def _place(self, name: str) -> str:
        first = self._first_of_row(name)
        if first not in {"", name}:
            return f"{str(self.fields[first].label).split(':')[0]}: {str(self.fields[name].label).lower()}"
        return super()._place(name)
