"""A strand: one of several equal chains side by side, and the accidents of life that happen in each.

The founding chain is strand 0. Further strands repeat it with other chances and other lot numbers, when somebody
wants more of everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from filon.exchange.simulator.chance import Chance
from filon.exchange.simulator.deed import Lot
from filon.exchange.simulator.world import PRODUCTS

DAY = timedelta(days=1)

AGREEMENT = "CTR-2026-07"
"""Number of the founding agreement, as it stands on Atlas's delivery notes."""

# The accidents, each counted from 0 within its maker's series; docs/founding-chain.md tells them.
SHORT_DELIVERY = 4
"""Atlas sulfate delivery of which Rivage weighs 3.3 % less than was shipped."""
SURPLUS = 1
"""Kaarna campaign that yields more cobalt than went in."""
CORRECTED = 1
"""Mbalani lot first told with a provisional weight and assay."""
LATE = 3
"""Boucle cobalt lot whose receipt Rivage tells two months late."""
NAMELESS_COPPER = 1
"""Folimet copper lot whose mine nobody names."""
MEASURED_HEEL = 4
"""Rivage tank fill before which less was measured than the meters said."""
MISTYPED = 3
"""Katodia lot whose weight was told wrong, then declared an error."""


@dataclass(frozen=True, slots=True)
class Strand:
    """One chain: its number and its chances."""

    number: int
    chance: Chance

    def stem(self, text: str) -> str:
        """A stem of numbers, with the strand's own number from the second strand on."""
        return f"{text}-L{self.number + 1}" if self.number else text

    def lot(self, product: str, text: str, serial: int) -> Lot:
        """The `serial`-th lot (from 1) of a product."""
        return Lot(PRODUCTS[product], self.note(text, serial))

    def note(self, text: str, serial: int) -> str:
        """A number of a delivery note, certificate or order."""
        return f"{self.stem(text)}-{serial:03}"
