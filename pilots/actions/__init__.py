"""What can happen in the registry of projects."""

from .projects import change_project, enter_project, keep_terms, open_project

__all__ = ["change_project", "enter_project", "keep_terms", "open_project"]
