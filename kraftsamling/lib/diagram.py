"""Tables of moves as Mermaid diagrams."""

from collections.abc import Mapping
from typing import Any


def state_diagram(moves: Mapping[str, set[str]]) -> str:
    """One arrow per move; the first state begins, and states without moves end."""
    states = list(moves)
    lines = ["stateDiagram-v2", f"    [*] --> {states[0]}"]
    lines += [f"    {was} --> {to}" for was in states for to in states if to in moves[was]]
    lines += [f"    {state} --> [*]" for state in states if not moves[state]]
    return "\n".join(lines)


def states_document(title: str, tables: Mapping[Any, Mapping[str, set[str]]]) -> str:
    """A page with a diagram per table, headed by what the states belong to."""
    parts = [f"# {title}", "", "Written by `manage.py state_diagrams`; a test compares."]
    for kind, moves in tables.items():
        what = (kind.__doc__ or "").splitlines()[0]
        parts += ["", f"## {kind.__name__.removesuffix('State')}", "", what, "", "```mermaid", state_diagram(moves), "```"]
    return "\n".join(parts) + "\n"
