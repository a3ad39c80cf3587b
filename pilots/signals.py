"""What others connect to. Sent inside the transaction: a receiver that fails undoes what it was told of, by intent."""

from django.dispatch import Signal

terms_changed = Signal()
"""New terms count from now on. Arguments: project, at, and the terms before and after (`before`, `after`)."""

payment_decided = Signal()
"""A payment request has been decided. Arguments: request, at."""

advance_decided = Signal()
"""An advance has been granted or refused. Arguments: advance, at."""

recovery_decided = Signal()
"""After the hearing it has been decided what is recovered, or that nothing is. Arguments: recovery, at."""

project_settled = Signal()
"""The final settlement has been made. Arguments: settlement, at."""

project_opened = Signal()
"""A project stands in the registry, with its terms and budget. Arguments: project, at."""
