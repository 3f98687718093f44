"""Plain dataclasses: one per page = its JSON = its command-line table; knows not how they are drawn."""
