"""Forms of the registry, part by part."""
