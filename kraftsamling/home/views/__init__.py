"""The pages that stand above all apps."""
