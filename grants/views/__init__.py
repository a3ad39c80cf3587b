"""Pages of the call: load, act, answer."""
