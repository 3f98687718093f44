"""Due diligence statements; not built yet."""
