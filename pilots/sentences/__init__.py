"""The sentences of the log, part by part: registered when the registry starts."""

from . import learning, projects, reports, steering

__all__ = ["learning", "projects", "reports", "steering"]
