"""`truth.json`: what only the simulator knows, for tests and for whoever wants to check Filon's sums.

Kilograms are decimal text, to the millionth of a milligram, rounded once; everything else is exact.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

from filon.exchange.simulator.chance import rounded
from filon.exchange.simulator.deed import Made, Plan
from filon.exchange.simulator.matter import METALS, Matter, total
from filon.exchange.simulator.strand import (
    CORRECTED,
    LATE,
    MEASURED_HEEL,
    MISTYPED,
    NAMELESS_COPPER,
    SHORT_DELIVERY,
    SURPLUS,
)
from filon.exchange.simulator.truth import Closure, Truth, truth
from filon.exchange.simulator.world import SITES

SCHEMA = "filon-truth/1"
STEP = Decimal("0.000000000001")


class Sent(Protocol):
    """A file that was delivered."""

    @property
    def name(self) -> str:
        """File name."""
        ...


def truth_json(plan: Plan, seed: int, files: Iterable[Sent]) -> bytes:
    """The truth behind a plan as JSON, UTF-8, sorted keys."""
    known = truth(plan)
    said = {
        "schema": SCHEMA,
        "seed": seed,
        "rule": "perfect mixing on declared quantities; docs/founding-chain.md",
        "origins": {site.id: site.name for site in SITES.values() if site.kind in {"mine", "recycler"}},
        "files": [one.name for one in files],
        "packs": {pack: kilograms(matter) for pack, matter in known.packs.items()},
        "holdings": _holdings(known),
        "transit": [
            {"shipment": note, "lot": lot, "amount": text(held.amount), "kg": kilograms(held.matter)}
            for (note, lot), held in sorted(known.transit.items())
        ],
        "balance": {element: _balance(known, element) for element in METALS},
        "surplus": [_surplus(one) for one in known.closures if one.surplus],
        "accidents": accidents(plan),
    }
    return (json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def text(kg: Fraction) -> str:
    """A fraction as decimal text, rounded to twelve places, without idle zeros."""
    shown = f"{rounded(kg, STEP):f}"
    return shown.rstrip("0").rstrip(".")


def kilograms(matter: Matter) -> dict[str, dict[str, str]]:
    """{element: {origin: kg}} as text; what is none is left out."""
    return {
        element: {origin: text(kg) for origin, kg in sorted(mix.items()) if kg}
        for element, mix in sorted(matter.items())
        if any(mix.values())
    }


def _holdings(known: Truth) -> list[dict[str, Any]]:
    return [
        {"lot": lot, "site": SITES[site].id, "amount": text(held.amount), "kg": kilograms(held.matter)}
        for (lot, site), held in sorted(known.holdings.items())
        if held.amount
    ]


def _balance(known: Truth, element: str) -> dict[str, str]:
    held = [*known.holdings.values(), *known.transit.values()]
    return {
        "entered": text(total(known.entered.get(element, {}))),
        "held": text(sum((total(one.matter.get(element, {})) for one in held), Fraction(0))),
        "left": text(total(known.left.get(element, {}))),
        "unaccounted": text(total(known.unaccounted.get(element, {}))),
    }


def _surplus(one: Closure) -> dict[str, str]:
    return {
        "date": one.when,
        "site": one.site.id,
        "campaign": one.campaign,
        "element": one.element,
        "in": text(one.into),
        "out": text(one.out),
        "gain": text(one.gain),
    }


def accidents(plan: Plan) -> dict[str, str]:
    """Identifiers of what the accidents of the first strand happened to."""
    lots = _first_strand(plan)
    return {
        "corrected weight": lots["hydroxide"][CORRECTED],
        "declared error": lots["cam"][MISTYPED],
        "late receipt": lots["recycled cobalt"][LATE],
        "short delivery": lots["atlas sulfate"][SHORT_DELIVERY],
        "opening heel": lots["tank"][0],
        "measured heel": lots["tank"][MEASURED_HEEL],
        "surplus": lots["kaarna sulfate"][3 * SURPLUS],
        "copper of unknown origin": lots["copper foil"][NAMELESS_COPPER],
    }


def _first_strand(plan: Plan) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = {}
    for deed in plan:
        if isinstance(deed, Made) and "-L" not in deed.line.lot.number:
            found.setdefault(deed.line.lot.product.key, {})[deed.line.lot.id] = None
    return {product: sorted(lots) for product, lots in found.items()}
