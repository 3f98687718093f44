"""Silos that do not mix: what was filled in is kept in layers and comes out in the order that the site declared.

`fifo` gives the oldest layer first, `layered` the youngest. Everywhere else a holding is well mixed (I-7), because a
tank whose site said nothing may be stirred.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from filon.books.book import Holding
from filon.books.lot import LotId, SiteId
from filon.books.register import Register

FIFO, LAYERED = "fifo", "layered"


@dataclass
class Layers:
    """The layers of every silo that does not mix, oldest first."""

    register: Register
    kept: dict[tuple[LotId, SiteId], list[Holding]] = field(default_factory=dict)

    def apart(self, site: SiteId) -> bool:
        """Whether what is filled in at a site stays apart."""
        return self.register.site(site).mixing in {FIFO, LAYERED}

    def fill(self, holding: Holding) -> None:
        """A new layer, where the site keeps them apart."""
        if self.apart(holding.site):
            self.kept.setdefault((holding.lot, holding.site), []).append(holding)

    def replace(self, before: Holding, after: Holding) -> None:
        """Another holding stands for a layer."""
        if layers := self.kept.get((before.lot, before.site)):
            layers[:] = [after if one is before else one for one in layers]

    def order(self, holding: Holding) -> list[Holding]:
        """The layers in the order in which they come out; the holding alone where it is well mixed."""
        layers = self.kept.get((holding.lot, holding.site)) if self.kept else None
        if not layers:
            return [holding]
        first = self.register.site(holding.site).mixing == FIFO
        return [one for one in (layers if first else layers[::-1]) if one.unit == holding.unit]

    def there(self, holding: Holding) -> int:
        """Counting units in all layers."""
        return sum(one.left for one in self.order(holding))

    def draw(self, holding: Holding, number: int) -> list[tuple[Holding, int]]:
        """(layer, units) for so many units, as far as there are any."""
        drawn = []
        for one in self.order(holding):
            if units := min(number, one.left):
                number -= units
                drawn.append((one, units))
        return drawn
