"""The drawn parts of the identity: a shape for each colour of the emblem, and the few icons."""

FOCUS_SHAPES = {
    "family": "M12 1.5 22.5 12 12 22.5 1.5 12Z",
    "school": "M12 2.5 23 21.5H1Z",
    "leisure": "M12 2a10 10 0 1 1 0 20a10 10 0 1 1 0-20Z",
    "place": "M3 3h18v18H3Z",
}
"""Path per FocusArea.colour, in a square of 24: diamond, triangle, circle, square."""

ICONS = {
    "arrow": "M4 12h15M13 6l6 6-6 6",
    "calendar": "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4",
    "check": "M4 12.5 9.5 18 20 6.5",
    "clock": "M12 3a9 9 0 1 0 .01 0M12 7v5.5l3.5 2",
    "close": "M5 5l14 14M19 5 5 19",
    "comment": "M4 5h16v11H11l-4 4v-4H4z",
    "download": "M12 4v11M7 10.5l5 5 5-5M4 20h16",
    "edit": "M4 20l1-4L16.5 4.5l3 3L8 19zM14 7l3 3",
    "file": "M6 3h8l4 4v14H6zM14 3v4h4",
    "info": "M12 3a9 9 0 1 0 .01 0M12 11v6M12 7.2v.6",
    "lock": "M5 11h14v9H5zM8 11V8a4 4 0 0 1 8 0v3",
    "mail": "M3 6h18v13H3zM3 7l9 7 9-7",
    "menu": "M4 7h16M4 12h16M4 17h16",
    "people": "M9 11a3.5 3.5 0 1 0-.01 0M2.5 20a6.5 6.5 0 0 1 13 0M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14.4a6.5 6.5 0 0 1 3.5 5.6",
    "plus": "M12 5v14M5 12h14",
    "print": "M7 8V3h10v5M7 17H4V8h16v9h-3M7 14h10v7H7z",
    "search": "M10.5 4a6.5 6.5 0 1 0 .01 0M15.5 15.5 21 21",
    "warning": "M12 3.5 22 20.5H2zM12 10v5M12 17.4v.6",
}
"""Path per icon, drawn as a line in a square of 24."""
