"""What can wait for whom. Each kind is one query over all cases of the person, and one function that words it."""

from .grants import SOURCES as GRANTS
from .kinds import Source, Task
from .learning import SOURCES as LEARNING
from .money import SOURCES as MONEY
from .projects import SOURCES as PROJECTS
from .reports import SOURCES as REPORTS
from .steering import SOURCES as STEERING

SOURCES = (*GRANTS, *PROJECTS, *REPORTS, *MONEY, *LEARNING, *STEERING)

__all__ = ["SOURCES", "Source", "Task"]
