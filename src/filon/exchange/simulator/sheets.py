"""The plan told as rows of the supplier workbook: lots made, inputs used, shipments, receipts, and the lists.

A supplier writes its partners' lots by their numbers and names the product; the lists resolve names to identifiers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from filon.core.finding import Language
from filon.exchange.simulator.deed import Deed, Made, Received, Shipped
from filon.exchange.simulator.world import SITES, Company, Product, Site

Row = dict[str, object]


@dataclass
class Sheets:
    """Rows by sheet, and the sites, products and partners they name."""

    language: Language
    rows: dict[str, list[Row]] = field(default_factory=lambda: {"lots": [], "mix": [], "ship": [], "recv": []})
    sites: dict[str, Site] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    partners: dict[str, Company] = field(default_factory=dict)

    def site(self, one: Site) -> str:
        """The name of a site, noted for the lists."""
        self.sites[one.key] = one
        self.partner(one.company)
        return one.name

    def product(self, one: Product) -> str:
        """The name of a product, noted for the lists."""
        self.products[one.key] = one
        return one.name(self.language)

    def partner(self, one: Company) -> str:
        """The name of a company, noted for the lists."""
        self.partners[one.key] = one
        return one.name

    def lists(self) -> list[Row]:
        """Rows of the lists sheet."""
        sites: list[Row] = [
            {
                "lists.kind": "site", "lists.name": one.name, "lists.id": one.id, "lists.country": one.country,
                "lists.zone": one.zone, "lists.party": one.company.name, "lists.type": one.kind,
            }
            for one in self.sites.values()
        ]  # fmt: skip
        products: list[Row] = [
            {
                "lists.kind": "product", "lists.name": one.name(self.language), "lists.id": one.gtin,
                "lists.form": one.form, "lists.use": one.kind,
            }
            for one in self.products.values()
        ]  # fmt: skip
        partners: list[Row] = [
            {"lists.kind": "partner", "lists.name": one.name, "lists.id": one.id, "lists.country": one.country}
            for one in self.partners.values()
        ]
        return [*sites, *products, *partners]


def sheets(deeds: Iterable[Deed], language: Language) -> Sheets:
    """The rows of one file.

    Raises:
        TypeError: a deed that a workbook cannot tell.
    """
    out = Sheets(language)
    for deed in deeds:
        match deed:
            case Made():
                _made(out, deed)
            case Shipped():
                _shipped(out, deed)
            case Received():
                _received(out, deed)
            case _:
                raise TypeError(type(deed).__name__)
    return out


def _made(out: Sheets, deed: Made) -> None:
    lot, traits = deed.line.lot, deed.traits
    row: Row = {
        "lots.lot": lot.number,
        "lots.date": deed.when.date(),
        "lots.site": out.site(deed.site),
        "lots.product": out.product(lot.product),
        "lots.net_kg": deed.line.amount,
        "lots.moist": traits.moisture,
        "lots.status": traits.status,
        "lots.coa": traits.certificate,
        "lots.recycled": traits.recycled,
        "lots.origin": out.site(SITES[traits.origin]) if traits.origin else "",
        "lots.recycled_kind": "post-consumer" if traits.recycled else "",
    }
    row |= {f"lots.{element.lower()}": percent for element, percent in traits.assay.items()}
    if traits.assay:
        row["lots.basis"] = traits.basis
    out.rows["lots"].append(row)
    if deed.campaign and not deed.used:  # a residue of a campaign whose inputs stand with its product
        out.rows["mix"].append({"mix.out": lot.number, "mix.campaign": deed.campaign})
    for line in deed.used:
        out.rows["mix"].append(
            {
                "mix.out": lot.number,
                "mix.inp": line.lot.number,
                "mix.product": out.product(line.lot.product),
                "mix.kg": line.amount,
                "mix.campaign": deed.campaign,
            }
        )


def _shipped(out: Sheets, deed: Shipped) -> None:
    for line in deed.lines:
        out.rows["ship"].append(
            {
                "ship.ship": deed.note,
                "ship.date": deed.when.date(),
                "ship.lot": line.lot.number,
                "ship.product": out.product(line.lot.product),
                "ship.net_kg": line.amount,
                "ship.site": out.site(deed.site),
                "ship.to": out.partner(deed.to.company),
                "ship.to_site": out.site(deed.to),
                "ship.po": deed.order,
                "ship.pack": deed.packages,
                "ship.seal": deed.seal,
            }
        )


def _received(out: Sheets, deed: Received) -> None:
    for line in deed.lines:
        out.rows["recv"].append(
            {
                "recv.ship": deed.note,
                "recv.from": out.partner(deed.maker.company),
                "recv.date": deed.when.date(),
                "recv.lot": line.lot.number,
                "recv.product": out.product(line.lot.product),
                "recv.net_kg": line.amount,
                "recv.site": out.site(deed.site),
            }
        )
