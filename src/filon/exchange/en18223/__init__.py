"""EN 18223: a passport as header and elements, full or compressed; and the shapes of the EN 18222 API.

    document(passport, full=True)
    taken_en18223(said)

Source: EN 18223:2026 and EN 18222:2026 as published digests give them (passport reference, section 8).
"""

from filon.exchange.en18223.changes import Change, Changes, changes, merged_all, put
from filon.exchange.en18223.document import (
    HEADER,
    NEEDED,
    compressed,
    document,
    element_at,
    foreign,
    header,
    taken_en18223,
    worth,
)

__all__ = [
    "HEADER", "NEEDED", "Change", "Changes", "changes", "compressed", "document", "element_at", "foreign", "header",
    "merged_all", "put", "taken_en18223", "worth",
]  # fmt: skip
