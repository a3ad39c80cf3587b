"""Who may do what with a project and its terms."""

from typing import Any

from kraftsamling.programmes.models import Programme
from kraftsamling.programmes.permissions import is_process_leader


def can_register_project(user: Any, programme: Programme) -> bool:
    return is_process_leader(user, programme)
