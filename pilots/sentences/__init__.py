"""The sentences of the log, part by part: registered when the registry starts."""

from . import learning, money, projects, reports, steering

__all__ = ["learning", "money", "projects", "reports", "steering"]
