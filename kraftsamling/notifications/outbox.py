"""Promises messages: written in the same transaction as the change they tell of."""
