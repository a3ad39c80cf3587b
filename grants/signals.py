"""What others connect to. Sent inside the transaction: a receiver that fails undoes what it was told of, by intent."""

from django.dispatch import Signal

application_awarded = Signal()
"""A grant has been issued. Arguments: decision, at."""

decision_corrected = Signal()
"""A grant has been corrected by a new version, whose money counts from now on. Arguments: decision, at."""
