"""Who may do what in the registry, part by part: predicates only, never when."""
