"""Any order of what can happen in a call, from its draft to the decisions: the rules, and what must always hold."""
