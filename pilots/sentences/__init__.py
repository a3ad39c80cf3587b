"""The sentences of the log, part by part: registered when the registry starts."""

from . import projects, reports

__all__ = ["projects", "reports"]
