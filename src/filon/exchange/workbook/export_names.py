"""What things are called in an exported workbook: names for identifiers, and the sheet of lists that explains them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from filon.core import ident
from filon.epcis.document import MasterElement
from filon.epcis.event import FILON, Event
from filon.exchange.workbook.names import full_identifier, lot_identifier, piece_identifier
from filon.exchange.workbook.tellable import end, number_below, parted

OutRow = dict[str, object]


@dataclass
class Names:
    """Names given so far, and the rows of the lists that they make.

    Args:
        known: master data by identifier; what they lack is named by identifier.
        kinds: {identifier: site, product or partner} of the master data.
    """

    known: Mapping[str, MasterElement]
    kinds: Mapping[str, str]
    lists: dict[str, OutRow] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    parties: dict[str, str] = field(default_factory=dict)

    def learn(self, events: Iterable[Event]) -> None:
        """Whose site is whose, from what was shipped and received there."""
        for event in events:
            ends = {"shipping": event.sourceList, "receiving": event.destinationList}.get(event.bizStep or "", ())
            site, party = end(ends, "location"), end(ends, "owning_party")
            if site and party:
                self.parties.setdefault(site, party)

    def named_lot(self, lot: str) -> tuple[str, str | None]:
        """(number, product or None) of a lot outside the sheet that makes it."""
        product, number = parted(lot)
        return number, self.product(product) if product and number != lot else None

    def resolved(self, number: object, product: object) -> str:
        """The lot that a number and a product's name mean."""
        listed = next((row["lists.id"] for row in self.lists.values() if row["lists.name"] == product), "")
        owner = full_identifier(str(listed))
        return lot_identifier(owner, str(number)) if owner else str(number)

    def attribute(self, whole: str, name: str) -> str:
        """What the master data say of something; empty if nothing."""
        element = self.known.get(whole)
        return str(element.attributes.get(FILON + name, "")) if element else ""

    def party_of(self, site: str) -> str:
        """Whose a site is."""
        return self.attribute(site, "party") or self.parties.get(site, "")

    def site(self, whole: str, event: Event | None = None, party: str = "") -> str:
        """The name of a site."""
        told = {name: self.attribute(whole, name) for name in ("country", "zone", "kind", "mixing")}
        if event is not None:
            told["zone"] = told["zone"] or event.eventTimeZoneOffset
        company = self.party_of(whole) or party
        row = {
            "lists.country": told["country"],
            "lists.zone": told["zone"],
            "lists.party": self.partner(company) if company else "",
            "lists.type": told["kind"],
            "lists.mixing": told["mixing"],
        }
        return self.listed("site", whole, row)

    def product(self, whole: str, form: str = "", use: str = "") -> str:
        """The name of a product."""
        form, use = self.attribute(whole, "form") or form, self.attribute(whole, "kind") or use
        return self.listed("product", whole, {"lists.form": form, "lists.use": use})

    def partner(self, whole: str) -> str:
        """The name of a company."""
        return self.listed("partner", whole, {"lists.country": self.attribute(whole, "country")})

    def listed(self, kind: str, whole: str, told: Mapping[str, object]) -> str:
        """The name of a thing; its row in the lists is made when it is first named, and filled when more is known."""
        row = self.lists.get(f"{kind} {whole}")
        if row is None:
            name = self.attribute(whole, "name") or ident.short(whole)
            if self.names.setdefault((kind, name), whole) != whole:
                name = whole
            row = {"lists.kind": kind, "lists.name": name, "lists.id": whole}
            self.lists[f"{kind} {whole}"] = row
        row |= {key: value for key, value in told.items() if value and not row.get(key)}
        return str(row["lists.name"])

    def origin(self, site: str, whole: str) -> str:
        """What a site calls the place that matter comes from."""
        number = number_below(site, "origin", whole)
        return number if number != whole or whole not in self.known else self.site(whole)

    def piece(self, whole: str) -> tuple[str, str | None]:
        """(serial number, product), or (whole identifier, None), of one piece or container."""
        keys = ident.elements(whole)
        owner = ident.gtin(keys["01"]) if "01" in keys and "21" in keys else whole.rpartition("/item/")[0]
        number = keys.get("21") or unquote(whole.rpartition("/item/")[2])
        told = owner and full_identifier(owner) and piece_identifier(owner, number) == whole
        return (number, self.product(owner)) if told else (whole, None)

    def all_lists(self) -> list[OutRow]:
        """The lists, with every site, product and partner that the master data name."""
        for whole, kind in self.kinds.items():
            if kind == "site":
                self.site(whole)
            elif kind == "product":
                self.product(whole)
            else:
                self.partner(whole)
        return list(self.lists.values())
