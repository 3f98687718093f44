"""From rows to facts: every site, product, partner and lot number of a workbook given its identifier.

A lot number alone names nothing: two makers may both have a lot 311. It belongs to a *numbering*, that of a product
(its maker's) or of a site (its own numbers). A bare number is resolved from the file alone, in this order: the cell
itself holds the whole identifier; the product (or site) beside it; the lots of sheet 1 and sheet 4, if exactly one of
them has the number; else a finding, never a guess (decision 0004).
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from filon.core.finding import Finding, found
from filon.exchange.workbook.columns import column
from filon.exchange.workbook.facts import Facts, Made, Received, Shipped, Used
from filon.exchange.workbook.handling import counted, joined, measured, pieces
from filon.exchange.workbook.names import (
    Directory,
    Kind,
    Partner,
    Product,
    Site,
    directory,
    full_identifier,
    is_piece,
    lot_identifier,
    lot_number_fault,
    scoped,
)
from filon.exchange.workbook.reading import Reading, Row

_T = TypeVar("_T")
_UNKNOWN: dict[Kind, str] = {"site": "IMP-08", "product": "IMP-18", "partner": "IMP-19"}


def facts(reading: Reading) -> Facts:
    """The rows of a reading with every name resolved.

    Findings:
        IMP-01, 17: an empty cell that must not be. IMP-08, 18, 19: an unknown site, product, partner.
        IMP-11: a number that names no lot, or more than one. IMP-33, 34, 37: no departure site, no issuer of a
        delivery note, no time zone. IMP-38: no GS1 lot number. IMP-68: a volume without density. IMP-69 to 71: in
        `handling`.
    """
    known, findings = directory(reading)
    resolver = Resolver(reading, known, findings)
    made = resolver.each("lots", resolver.made)
    received = resolver.each("recv", resolver.received)
    resolver.number(made, received)
    used = resolver.each("mix", resolver.used)
    shipped = resolver.each("ship", resolver.shipped)
    found_, more, parts = (
        resolver.each(sheet, lambda row, read=read: read(resolver, row))  # type: ignore[misc]
        for sheet, read in (("stock", counted), ("meas", measured), ("parts", joined))
    )
    return Facts(known, made, used, shipped, received, found_, more, parts, tuple(findings))


@dataclass
class Resolver:
    """One file whose names are being resolved: what it lists, which numbers it gives, what it lacks."""

    reading: Reading
    known: Directory
    findings: list[Finding]
    own: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    held: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    sites: dict[str, Site] = field(default_factory=dict)
    campaigns: set[str] = field(default_factory=set)
    faulty: set[str] = field(default_factory=set)
    lots: set[str] = field(default_factory=set)

    def each(self, sheet: str, resolve: Callable[[Row], _T | None]) -> tuple[_T, ...]:
        """The facts of a sheet's rows, as far as they are clear."""
        if sheet == "mix":
            self.campaigns = {row.text("mix.campaign") for row in self.reading.rows("mix") if "mix.inp" in row.values}
        resolved = (resolve(row) for row in self.reading.rows(sheet))
        return tuple(fact for fact in resolved if fact is not None)

    def number(self, made: Iterable[Made], received: Iterable[Received]) -> None:
        """Learn which numbers this file gives to which lots, and where these lie."""
        for lot in made:
            self.own[lot.row.text("lots.lot")].add(lot.lot)
            self.lots.add(lot.lot)
            self.sites.setdefault(lot.lot, lot.site)
        for lot_ in received:
            kept = lot_.own or lot_.lot
            self.held[lot_.row.text("recv.lot")].add(kept)
            if lot_.own:
                self.held[lot_.row.text("recv.own")].add(kept)
            self.sites.setdefault(kept, lot_.site)

    # ---- rows

    def made(self, row: Row) -> Made | None:
        """A lot made."""
        number = self.text(row, "lots.lot", "IMP-01")
        day, (kg, litres) = self.day(row, "lots.date"), self.weight(row, "lots")
        site, product = self.timed_site(row, "lots.site"), self.product(row, "lots.product")
        if not (number and day and site and product):
            self.faulty.add(number)
            return None
        lot = full_identifier(number) or self.lot_of(row, "lots.lot", product.id, number)
        count, fits = pieces(self, row, "lots")
        if lot and kg is not None and fits:
            return Made(row, lot, day, site, product, kg, litres, count)
        self.faulty.add(number)
        return None

    def received(self, row: Row) -> Received | None:
        """A line of a receipt."""
        number, day = self.text(row, "recv.lot", "IMP-01"), self.day(row, "recv.date")
        site, (note, sender) = self.timed_site(row, "recv.site"), self.incoming_note(row)
        lot = self.incoming_lot(row, number)
        kg = self.carried(row, "recv.net_kg", lot)
        own = self.own_lot(row, site)
        if not (day and kg is not None and site and note and lot) or own is None:
            return None
        return Received(row, note, day, lot, "" if own == lot else own, kg, site, sender)

    def used(self, row: Row) -> Used | None:
        """An input of a lot of sheet 1."""
        out = self.lot(row, "mix.out", only_made=True)
        campaign = row.text("mix.campaign")
        if not row.values.keys() & {"mix.inp", "mix.kg"} and not row.bad and campaign in self.campaigns:
            return Used(row, out, "", Decimal(0)) if out else None
        inp = self.lot(row, "mix.inp", "mix.product")
        kg = self.carried(row, "mix.kg", inp)
        return Used(row, out, inp, kg) if out and inp and kg is not None else None

    def shipped(self, row: Row) -> Shipped | None:
        """A line of a delivery note."""
        number, day = self.text(row, "ship.ship"), self.day(row, "ship.date")
        lot = self.lot(row, "ship.lot", "ship.product")
        kg = self.carried(row, "ship.net_kg", lot)
        to, to_site = self.partner(row, "ship.to"), self.site(row, "ship.to_site")
        site = self.departure(row, lot)
        note = self.outgoing_note(row, number, site) if site else None
        if not (day and kg is not None and lot and to and to_site and site and note):
            return None
        return Shipped(row, note, day, lot, kg, site, to, to_site)

    # ---- cells

    def say(self, code: str, row: Row, key: str, text: str = "", **values: str) -> None:
        """Note what is wrong with a cell."""
        self.findings.append(found(code, self.reading.cell(row, key), found=text, **values))

    def text(self, row: Row, key: str, code: str = "IMP-17") -> str:
        """The cell's text; a finding if it is empty."""
        text = row.text(key)
        if not text and key not in row.bad and key in self.reading.columns(column(key).sheet):
            self.say(code, row, key, c=column(key).heading[self.reading.language])
        return text

    def day(self, row: Row, key: str) -> date | None:
        """The cell's day; a finding if it is empty."""
        self.text(row, key)
        return row.day(key)

    def amount(self, row: Row, key: str) -> Decimal | None:
        """The cell's number; a finding if it is empty."""
        self.text(row, key)
        return row.amount(key)

    def carried(self, row: Row, key: str, lot: str) -> Decimal | None:
        """The weight of a lot; a single piece needs none."""
        return row.amount(key) or Decimal(0) if is_piece(lot) else self.amount(row, key)

    def weight(self, row: Row, sheet: str) -> tuple[Decimal | None, Decimal | None]:
        """(kg, litres) of a lot: as weighed, else a solution's volume times its density."""
        net, volume, density = f"{sheet}.net_kg", f"{sheet}.litres", f"{sheet}.density"
        litres = None if net in row.values or net in row.bad else row.amount(volume)
        if litres is None:
            return self.amount(row, net), None
        if (kg_a_litre := row.amount(density)) is None:
            if density not in row.bad:
                self.say("IMP-68", row, volume, f"{litres:f}")
            return None, None
        return litres * kg_a_litre, litres

    def site(self, row: Row, key: str) -> Site | None:
        """The site that the cell names."""
        return self._named(row, key, "site", self.known.site)

    def product(self, row: Row, key: str) -> Product | None:
        """The product that the cell names."""
        return self._named(row, key, "product", self.known.product)

    def partner(self, row: Row, key: str) -> Partner | None:
        """The company that the cell names."""
        return self._named(row, key, "partner", self.known.partner)

    def timed_site(self, row: Row, key: str) -> Site | None:
        """A site whose midnight is known."""
        site = self.site(row, key)
        if site and not site.zone:
            self.say("IMP-37", row, key, site.name)
            return None
        return site

    def _named(self, row: Row, key: str, kind: Kind, look: Callable[[str], _T | None]) -> _T | None:
        text = self.text(row, key)
        if not text:
            return None
        one = look(text)
        if one is None:
            guess = self.known.near(kind, text)
            self.say(_UNKNOWN[kind], row, key, text, guess=guess or "?", **({"proposal": guess} if guess else {}))
        return one

    # ---- lots and notes

    def lot_of(self, row: Row, key: str, owner: str, number: str) -> str:
        """The lot of that number in that numbering; empty, with a finding, if no lot can be called so."""
        if fault := lot_number_fault(owner, number):
            self.say("IMP-38", row, key, number, why=fault)
            return ""
        return lot_identifier(owner, number)

    def lot(self, row: Row, key: str, beside: str = "", *, only_made: bool = False) -> str:
        """The lot that a cell names, by the order in the module's docstring."""
        number = self.text(row, key, "IMP-01")
        if not number:
            return ""
        if whole := full_identifier(number):
            return whole if not only_made or whole in self.sites else self._unknown(row, key, number)
        if beside and row.text(beside):
            owner = self._numbering(row, beside)
            return self.lot_of(row, key, owner, number) if owner else ""
        lots = set(self.own.get(number, ())) | (set() if only_made else self.held.get(number, set()))
        return lots.pop() if len(lots) == 1 else self._unknown(row, key, number)

    def _numbering(self, row: Row, key: str) -> str:
        """The product, or the site, whose numbering the cell names."""
        text = row.text(key)
        owner = self.known.product(text) or self.known.site(text) or self.product(row, key)
        return owner.id if owner else ""

    def _unknown(self, row: Row, key: str, number: str) -> str:
        if number in self.faulty:  # it is on sheet 1, in a row that has its own errors
            return ""
        near = difflib.get_close_matches(number, [*self.own, *self.held], 1, 0.8)
        proposal = {"proposal": near[0]} if near and near[0] != number else {}
        self.say("IMP-11", row, key, number, **proposal)
        return ""

    def incoming_lot(self, row: Row, number: str) -> str:
        """The maker's lot on a receipt: by the whole identifier, or by the supplier's product."""
        if not number:
            return ""
        if whole := full_identifier(number):
            return whole
        if not row.text("recv.product") and "recv.product" not in row.bad:
            self.say("IMP-17", row, "recv.product", c=column("recv.product").heading[self.reading.language])
            return ""
        product = self.product(row, "recv.product")
        return self.lot_of(row, "recv.lot", product.id, number) if product else ""

    def own_lot(self, row: Row, site: Site | None) -> str | None:
        """The receiver's own lot, in the numbering of its site; empty if it keeps the maker's number."""
        number = row.text("recv.own")
        if not number or number == row.text("recv.lot"):
            return "" if "recv.own" not in row.bad else None
        if whole := full_identifier(number):
            return whole
        return lot_identifier(site.id, number) if site else None

    def incoming_note(self, row: Row) -> tuple[str, str]:
        """(delivery note, who issued it) of a receipt."""
        number = self.text(row, "recv.ship")
        whole = full_identifier(number) if number else None
        if not row.text("recv.from"):
            if number and not whole and "recv.from" not in row.bad:
                self.say("IMP-34", row, "recv.from")
            return whole or "", ""
        sender = self.partner(row, "recv.from")
        if not (number and sender):
            return "", ""
        return whole or scoped(sender.id, "bt", number), sender.id

    def outgoing_note(self, row: Row, number: str, site: Site) -> str:
        """The delivery note of a shipment, in the numbering of the company that the departure site belongs to."""
        if not number:
            return ""
        if whole := full_identifier(number):
            return whole
        if not site.party:
            self.say("IMP-34", row, "ship.ship", number)
            return ""
        return scoped(site.party, "bt", number)

    def departure(self, row: Row, lot: str) -> Site | None:
        """The site it left from: as written, else where the lot lies by sheet 1 or 4."""
        if row.text("ship.site") or "ship.site" in row.bad:
            return self.timed_site(row, "ship.site") if "ship.site" not in row.bad else None
        site = self.sites.get(lot)
        if site is None and lot:
            self.say("IMP-33", row, "ship.site")
        return site
