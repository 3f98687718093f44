"""EN 18223: a passport as header and elements, full or compressed; and the shapes of the EN 18222 API.

    document(passport, full=True)
    taken_en18223(said)

Source: EN 18223:2026 and EN 18222:2026 as published digests give them (passport reference, section 8).
"""

from filon.exchange.en18223.document import compressed, document, element_at, taken_en18223

__all__ = ["compressed", "document", "element_at", "taken_en18223"]
