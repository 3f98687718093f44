"""The founding agreement as data: who delivers what to whom, how much a year, and how firm that is.

The figures are those of a published memorandum (5 000 t of cobalt sulfate a year for seven years; contracts reference,
section 2) put into an invented contract that says what the memorandum left open: hydrate, tolerance, start.
"""

from __future__ import annotations

import json

from filon.exchange.simulator.strand import AGREEMENT
from filon.exchange.simulator.world import COMPANIES, PRODUCTS, SITES

SCHEMA = "filon-agreement/1"


def agreement() -> bytes:
    """`agreement.json`: parties, product, periods and tolerance; numbers as decimal text, UTF-8.

    `basis` says what the quantity counts: `product` (kg of product as delivered) or `element` (contained). The
    periods are what was contracted; a term that is only announced stands apart and creates no due delivery.
    """
    seller, buyer, processor = COMPANIES["atlas"], COMPANIES["voltarine"], COMPANIES["rivage"]
    product = PRODUCTS["atlas sulfate"]
    terms = {
        "schema": SCHEMA,
        "id": AGREEMENT,
        "title": {"en": "Cobalt sulfate for traction batteries", "fr": "Sulfate de cobalt pour batteries de traction"},
        "status": "contracted",
        "nature": "binding",
        "signed": "2026-03-16",
        "parties": [
            {"role": "seller", "id": seller.id, "name": seller.name},
            {"role": "buyer", "id": buyer.id, "name": buyer.name},
            {"role": "nominated processor", "id": processor.id, "name": processor.name},
        ],
        "product": {"id": product.id, "gtin": product.gtin, "name": product.en, "form": product.form, "element": "Co"},
        "quantity": {"perYear": "5000", "unit": "t", "basis": "product"},
        "tolerance": {"percent": "5", "option": "seller", "per": "year"},
        "start": "2026-07-01",
        "years": 7,
        "delivery": {"site": SITES["rivage"].id, "counts": "received"},
        "announced": [
            {
                "text": "Up to 15 GWh a year",
                "source": "memorandum of understanding",
                "date": "2022-06-01",
                "status": "announced",
            }
        ],
        "source": "invented; 5 000 t a year for 7 years are the published terms of a memorandum of 1 June 2022",
    }
    return (json.dumps(terms, ensure_ascii=False, indent=2) + "\n").encode()
