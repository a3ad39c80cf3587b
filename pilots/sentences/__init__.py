"""The sentences of the log, part by part: registered when the registry starts."""

from . import projects, steering

__all__ = ["projects", "steering"]
