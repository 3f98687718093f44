"""Where entries rest: SQLite (default), memory (tests); one contract suite for all."""
