"""Forms of the registry: they turn what is typed into clean values, and do nothing."""
