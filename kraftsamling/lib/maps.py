"""Draws outlines as SVG that is part of the page: no picture file, no script, a name on every area."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_MARGIN = 0.015
"""Of the width, so that the stroke of the outermost borders is not cut."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The shape of one area in the frame it shares with its neighbours."""

    code: str
    name: str
    path: str
    box: tuple[int, int, int, int]
    """Left, top, right, bottom."""


def outline_svg(
    outlines: Sequence[Outline],
    *,
    title: str,
    description: str = "",
    highlighted: Collection[str] = (),
    links: Mapping[str, str] | None = None,
) -> SafeString:
    """One <path> per area, inside one <a> for those that have an address.

    With links the drawing is a group that can be walked with the keyboard, without them it is one picture.
    The description must tell in words what the highlighted areas mean: colour never carries meaning alone.
    """
    links = links or {}
    plain = [outline for outline in outlines if outline.code not in links]
    linked = [outline for outline in outlines if outline.code in links]
    return format_html(
        '<svg class="map" xmlns="http://www.w3.org/2000/svg" viewBox="{}" role="{}" aria-label="{}">{}{}{}{}</svg>',
        _view_box(outlines),
        "group" if linked else "img",
        title,
        format_html("<title>{}</title>", title),
        format_html("<desc>{}</desc>", description) if description else "",
        format_html_join("", "{}", ((_area(outline, highlighted),) for outline in plain)),
        format_html_join(
            "",
            '<a href="{}" aria-label="{}">{}</a>',
            ((links[outline.code], outline.name, _area(outline, highlighted)) for outline in linked),
        ),
    )


def _area(outline: Outline, highlighted: Collection[str]) -> SafeString:
    return format_html(
        '<path class="{}" vector-effect="non-scaling-stroke" d="{}"><title>{}</title></path>',
        "area on" if outline.code in highlighted else "area",
        outline.path,
        outline.name,
    )


def _view_box(outlines: Iterable[Outline]) -> str:
    lefts, tops, rights, bottoms = zip(*(outline.box for outline in outlines), strict=True)
    left, top, right, bottom = min(lefts), min(tops), max(rights), max(bottoms)
    margin = max(1, round((right - left) * _MARGIN))
    return f"{left - margin} {top - margin} {right - left + 2 * margin} {bottom - top + 2 * margin}"
