"""The forms of the registry, part by part."""
