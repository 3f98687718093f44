"""The only place where all meet: settings, deeds, cache."""
