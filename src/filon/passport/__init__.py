"""Statements of the battery passport; not built yet, the passport issue fills it."""
