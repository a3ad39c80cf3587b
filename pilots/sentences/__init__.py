"""The sentences of the log, part by part: registered when the registry starts."""

from . import money, projects

__all__ = ["money", "projects"]
