"""A small chain of matter for pages: ore to salt to cells to two batteries, told as events and posted.

12 kg of ore and 8 kg of a foreign lot make 20 kg of salt; 100 cells take 10 kg of it; battery 1 has 40, battery 2 has 30.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache

from filon.accounts.why import why
from filon.books.lot import LotId
from filon.books.post import post
from filon.books.register import EPC_CLASS, LOCATION, PARTY, Register
from filon.core.errors import NotFoundError
from filon.epcis.event import FILON, QuantityElement
from filon.views.build.chain import chain_of
from filon.views.build.flows import flows_view
from filon.views.build.recall import recall_view
from filon.views.build.shares import names_of, origin_view
from filon.views.build.sight import Sight
from filon.views.ledger_state import LedgerState
from filon.views.log import EntryLine
from filon.views.trace import trace_view
from filon.views.why import why_view
from story import NS, assemble, birth, receive, said, ship, site, step

GTIN = "09506000134352"
CELLS = f"https://id.gs1.org/01/{GTIN}/10/CEL-9"
PACKS = tuple(f"https://id.gs1.org/01/09506000134376/21/P-{n}" for n in (1, 2))
REGISTER = Register.of([
    (LOCATION, site("m"), {FILON + "kind": "mine", FILON + "name": "Puits 7", FILON + "country": "MA", FILON + "party": NS + "p/a"}),
    (LOCATION, site("w"), {FILON + "kind": "refinery", FILON + "name": "Rivage", FILON + "country": "FI"}),
    (LOCATION, site("p"), {FILON + "kind": "pack", FILON + "name": "Atelier", FILON + "country": "FR", FILON + "party": NS + "p/c"}),
    (PARTY, NS + "p/a", {FILON + "name": "Atlas SA", FILON + "country": "MA"}),
    (PARTY, NS + "p/c", {FILON + "name": "Martinet SAS", FILON + "country": "FR"}),
    (EPC_CLASS, f"https://id.gs1.org/01/{GTIN}", {FILON + "form": "cell", FILON + "name": "Cellule"}),
    (EPC_CLASS, "https://id.gs1.org/01/09506000134376", {FILON + "form": "pack", FILON + "name": "Pack"}),
])  # fmt: skip


@cache
def sight() -> Sight:
    """The chain, posted."""
    made = step(6, "p", {"SEL-1": "10"}, {}, serials={"first": "1", "last": "100"}, form="cell")
    made = replace(made, outputQuantityList=(QuantityElement(CELLS, Decimal(100)),))
    packs = []
    for day, pack, first, last in ((7, PACKS[0], 1, 40), (8, PACKS[1], 41, 70)):
        ranges = [{"class": CELLS, "first": str(first), "last": str(last)}]
        event = assemble(day, "p", "x", {}, ranges)
        packs.append(
            replace(event, parentID=pack, childQuantityList=(QuantityElement(CELLS, Decimal(last - first + 1)),))
        )
    book = post(
        said(
            birth(0, "m", "MIN-1", "20", form="Co", grade="A"),
            birth(0, "w", "EXT-1", "8", form="Co"),
            ship(1, "m", "w", "BL-1", {"MIN-1": "12"}),
            receive(2, "w", "BL-1", {"MIN-1": "12"}),
            step(3, "w", {"MIN-1": "12", "EXT-1": "8"}, {"SEL-1": "20"}, form="Co"),
            ship(4, "w", "p", "BL-2", {"SEL-1": "15"}),
            receive(5, "p", "BL-2", {"SEL-1": "15"}),
            made,
            *packs,
        ),
        REGISTER,
    )
    learned = datetime(2026, 10, 2, 9, 41, tzinfo=UTC)
    return Sight(book, LedgerState(10, "ab" * 32, learned), lambda i: EntryLine(i, learned, "f", "s", "t", 1, 1, "00"))


class Followed:
    """The questions of the pages that follow matter, answered from this chain."""

    def recall(self, asked, *, as_of=None, on=None):
        return recall_view(sight(), sight().names.meant(asked.names), element=asked.element, asked=asked.text, on=on)

    def flows(self, *, element="", period="", as_of=None, on=None):
        return flows_view(sight(), element=element, period=period)

    def trace(self, name, *, element, back, forward, as_of=None, on=None, drawn=False):
        lot = self._lot(name)
        view = trace_view(sight().book, sight().state, lot, element or "Co", back=back, forward=forward)
        return replace(view, chain=chain_of(sight(), lot, view.element, ("Co", "mass")))

    def why(self, name, *, element, smallest, rows=False, by="", as_of=None, on=None):
        lot = self._lot(name)
        reason = why(sight().book, lot, element or "Co", smallest=Fraction(smallest) / 100)
        return why_view(
            sight().book,
            sight().state,
            reason,
            element or "Co",
            dict.fromkeys(range(99), "nov.xlsx"),
            called=names_of(sight(), element or "Co", by) if by else {},
        )

    def origins(self, name, *, by="origin", element="", as_of=None, on=None):
        return origin_view(sight(), self._lot(name), by=by, element=element)

    @staticmethod
    def _lot(name):
        found = sight().names.lots(name)
        if len(found) != 1:
            raise NotFoundError(f"no lot {name!r} is known")
        return LotId(found[0])
