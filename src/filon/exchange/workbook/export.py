"""The way back: EPCIS events told as rows of the workbook, for people who would rather read a table.

A workbook says less than an event can. What it cannot say is listed, never dropped in silence: whole events in `left`,
single members in `unsaid`. Events that came from a workbook go out and come in again unchanged, identifiers included;
others get new identifiers when read, so an export is for reading, not for sending back to the same ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote, unquote

from filon.core import ident
from filon.core.moment import offset
from filon.core.unit import mass_mg
from filon.epcis.document import MasterElement, Vocabulary
from filon.epcis.event import FILON, Event, QuantityElement, Typed
from filon.exchange.workbook.columns import ASSAYED
from filon.exchange.workbook.master import EPC_CLASS, LOCATION, PARTY
from filon.exchange.workbook.names import full_identifier, lot_identifier, lot_number_fault, scoped

OutRow = dict[str, object]

_BY_ELEMENT = {element: key for key, element in ASSAYED.items()}
_TRAITS = {
    "moisture": "lots.moist",
    "recycled": "lots.recycled",
    "weighingUncertainty": "lots.u_weight",
    "status": "lots.status",
    "recycledKind": "lots.recycled_kind",
}
_SAID_TRAITS = {*_TRAITS, "form", "kind", "dryMass", "assay", "origin"}
_SAID_EXTENSIONS = {"precision", "own", "partial", "packages", "seals"}
_UNSAID_FIELDS = ("sensorElementList", "persistentDisposition", "certificationInfo", "epcList")


@dataclass
class Export:
    """Rows for `write`, and what they do not say.

    Args:
        sheets: {"lots" | "mix" | "ship" | "recv": rows}.
        lists: rows of the sheet of lists.
        left: events that no sheet can tell (aggregations, stock takings, pieces, declared errors).
        unsaid: (event identifier, member) of what was told but not whole.
    """

    sheets: dict[str, list[OutRow]] = field(default_factory=lambda: {"lots": [], "mix": [], "ship": [], "recv": []})
    lists: list[OutRow] = field(default_factory=list)
    left: list[Event] = field(default_factory=list)
    unsaid: list[tuple[str, str]] = field(default_factory=list)


def rows_from(events: Iterable[Event], master: Iterable[Vocabulary] = ()) -> Export:
    """Events as rows of the workbook.

    Args:
        events: in any order.
        master: names, zones, companies and forms of what the events mention; what it lacks is named by identifier.
    """
    kinds = {LOCATION: "site", EPC_CLASS: "product", PARTY: "partner"}
    told = [(kinds.get(vocabulary.type, ""), one) for vocabulary in master for one in vocabulary.elements]
    teller = _Teller({one.id: one for _, one in told}, {one.id: kind for kind, one in told if kind})
    taken = list(events)
    teller.learn(taken)
    for event in taken:
        if event.bizStep != "void_shipping":
            teller.tell(event)
    for event in taken:
        if event.bizStep == "void_shipping":
            teller.void(event)
    teller.list_all()
    return teller.export


@dataclass
class _Teller:
    known: Mapping[str, MasterElement]
    kinds: Mapping[str, str]
    export: Export = field(default_factory=Export)
    lists: dict[str, OutRow] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    parties: dict[str, str] = field(default_factory=dict)

    def learn(self, events: Iterable[Event]) -> None:
        """Whose site is whose, from what was shipped and received there."""
        for event in events:
            ends = {"shipping": event.sourceList, "receiving": event.destinationList}.get(event.bizStep or "", ())
            site, party = _end(ends, "location"), _end(ends, "owning_party")
            if site and party:
                self.parties.setdefault(site, party)

    def tell(self, event: Event) -> None:
        if not _is_tellable(event):
            self.export.left.append(event)
            return
        tell = self.made if event.bizStep in {"commissioning", "creating_class_instance"} else self.moved
        tell(event)
        self._unsaid(event)

    def made(self, event: Event) -> None:
        outputs = event.outputQuantityList or event.quantityList
        for index, item in enumerate(outputs):
            row = self._lot(event, item)
            self.export.sheets["lots"].append(row)
            if event.type == "TransformationEvent":
                self.export.sheets["mix"] += self._inputs(event, row["lots.lot"], first=index == 0)

    def moved(self, event: Event) -> None:
        sheet = "ship" if event.bizStep == "shipping" else "recv"
        tell = self._shipped if sheet == "ship" else self._received
        self.export.sheets[sheet] += [tell(event, item) for item in event.quantityList]

    def void(self, event: Event) -> None:
        """Mark the lines of the shipment that did not leave after all."""
        note = _reference(event, "desadv")
        party, site = _end(event.sourceList, "owning_party"), event.readPoint or ""
        lots = {item.epcClass for item in event.quantityList}
        marked = [
            row
            for row in self.export.sheets["ship"]
            if row["ship.ship"] == _number(party or self._party(site), "bt", note)
            and lots & {self._resolved(row["ship.lot"], row.get("ship.product"))}
        ]
        for row in marked:
            row["ship.void"] = "yes"
        if not marked:
            self.export.left.append(event)

    # ---- rows

    def _lot(self, event: Event, item: QuantityElement) -> OutRow:
        site = event.readPoint or event.bizLocation or ""
        product, number = _parted(item.epcClass)
        form = str(event.trait("form") or "")
        product = product or f"urn:filon:form:{quote(form or 'unknown', safe='')}"
        party = self._party(site)
        row: OutRow = {
            "lots.lot": number,
            "lots.date": _day(event),
            "lots.site": self._site(site, event),
            "lots.product": self._product(product, form, str(event.trait("kind") or "")),
            "lots.net_kg": _kg(item),
            "lots.coa": _number(party or site, "bt", _reference(event, "testres")),
        }
        row |= {key: _figure(value) for name, key in _TRAITS.items() if (value := event.trait(name)) is not None}
        for assay in _assays(event):
            if key := _BY_ELEMENT.get(assay.get("element", "")):
                row[key] = _figure(assay["percent"])
                row["lots.basis"] = assay.get("basis", "")
        if origin := str(event.trait("origin") or ""):
            row["lots.origin"] = self._origin(site, origin)
        return row

    def _inputs(self, event: Event, out: object, *, first: bool) -> Iterator[OutRow]:
        """The inputs stand with the first output; the others are joined to it by the campaign."""
        several = len(event.outputQuantityList) > 1
        party = self._party(event.readPoint or "") or event.readPoint or ""
        campaign = _number(party, "xform", event.transformationID or "")
        campaign = campaign or (event.eventID or "" if several else "")
        if not first or not event.inputQuantityList:
            yield {"mix.out": out, "mix.campaign": campaign}
            return
        for item in event.inputQuantityList:
            number, beside = self._named_lot(item.epcClass)
            yield {
                "mix.out": out,
                "mix.inp": number,
                "mix.product": beside,
                "mix.kg": _kg(item),
                "mix.campaign": campaign,
            }

    def _shipped(self, event: Event, item: QuantityElement) -> OutRow:
        site = event.readPoint or _end(event.sourceList, "location")
        party = _end(event.sourceList, "owning_party") or self._party(site)
        to = _end(event.destinationList, "owning_party") or _end(event.destinationList, "possessing_party")
        number, beside = self._named_lot(item.epcClass)
        first = item is event.quantityList[0]
        return {
            "ship.ship": _number(party, "bt", _reference(event, "desadv")),
            "ship.date": _day(event),
            "ship.lot": number,
            "ship.product": beside,
            "ship.net_kg": _kg(item),
            "ship.site": self._site(site, event, party),
            "ship.to": self._partner(to),
            "ship.to_site": self._site(_end(event.destinationList, "location")),
            "ship.po": _number(to, "bt", _reference(event, "po")),
            "ship.pack": _figure(event.own("packages")) if first and event.own("packages") else None,
            "ship.seal": event.own("seals") if first else None,
        }

    def _received(self, event: Event, item: QuantityElement) -> OutRow:
        site = event.bizLocation or event.readPoint or ""
        sender = _end(event.sourceList, "owning_party")
        product, number = _parted(item.epcClass)
        own = str(event.own("own") or "")
        return {
            "recv.ship": _number(sender, "bt", _reference(event, "desadv")),
            "recv.from": self._partner(sender) if sender else None,
            "recv.date": _day(event),
            "recv.lot": number,
            "recv.product": self._product(product) if product else None,
            "recv.net_kg": _kg(item),
            "recv.site": self._site(site, event),
            "recv.own": _number(site, "lot", own),
            "recv.partial": "yes" if event.own("partial") else None,
        }

    # ---- names

    def _named_lot(self, lot: str) -> tuple[str, str | None]:
        """(number, product or None) of a lot outside the sheet that makes it."""
        product, number = _parted(lot)
        return number, self._product(product) if product and number != lot else None

    def _resolved(self, number: object, product: object) -> str:
        listed = next((row["lists.id"] for row in self.lists.values() if row["lists.name"] == product), "")
        owner = full_identifier(str(listed))
        return lot_identifier(owner, str(number)) if owner else str(number)

    def _attribute(self, whole: str, name: str) -> str:
        element = self.known.get(whole)
        return str(element.attributes.get(FILON + name, "")) if element else ""

    def _party(self, site: str) -> str:
        return self._attribute(site, "party") or self.parties.get(site, "")

    def _site(self, whole: str, event: Event | None = None, party: str = "") -> str:
        told = {name: self._attribute(whole, name) for name in ("country", "zone", "kind")}
        if event is not None:
            told["zone"] = told["zone"] or event.eventTimeZoneOffset
        company = self._party(whole) or party
        row = {
            "lists.country": told["country"],
            "lists.zone": told["zone"],
            "lists.party": self._partner(company) if company else "",
            "lists.type": told["kind"],
        }
        return self._listed("site", whole, row)

    def _product(self, whole: str, form: str = "", use: str = "") -> str:
        form, use = self._attribute(whole, "form") or form, self._attribute(whole, "kind") or use
        return self._listed("product", whole, {"lists.form": form, "lists.use": use})

    def _partner(self, whole: str) -> str:
        return self._listed("partner", whole, {"lists.country": self._attribute(whole, "country")})

    def _listed(self, kind: str, whole: str, told: Mapping[str, object]) -> str:
        """The name of a thing; its row in the lists is made when it is first named, and filled when more is known."""
        row = self.lists.get(f"{kind} {whole}")
        if row is None:
            name = self._attribute(whole, "name") or ident.short(whole)
            if self.names.setdefault((kind, name), whole) != whole:
                name = whole
            row = {"lists.kind": kind, "lists.name": name, "lists.id": whole}
            self.lists[f"{kind} {whole}"] = row
        row |= {key: value for key, value in told.items() if value and not row.get(key)}
        return str(row["lists.name"])

    def _origin(self, site: str, whole: str) -> str:
        number = _number(site, "origin", whole)
        return number if number != whole or whole not in self.known else self._site(whole)

    def list_all(self) -> None:
        """The lists, with every site, product and partner that the master data name."""
        for whole, kind in self.kinds.items():
            if kind == "site":
                self._site(whole)
            elif kind == "product":
                self._product(whole)
            else:
                self._partner(whole)
        self.export.lists = list(self.lists.values())

    def _unsaid(self, event: Event) -> None:
        name = event.eventID or event.place
        members = [each for each in _UNSAID_FIELDS if getattr(event, each)]
        members += [key for key in event.extensions if key.removeprefix(FILON) not in _SAID_EXTENSIONS]
        members += [key for key in event.ilmd if key.removeprefix(FILON) not in _SAID_TRAITS]
        bases = {assay.get("basis") for assay in _assays(event)}
        if len(bases) > 1 or any(not _whole_assay(assay) for assay in _assays(event)):
            members.append(FILON + "assay")
        if event.own("precision") != "day":
            members.append("eventTime")
        party = self._party(event.readPoint or "") or event.readPoint or ""
        if event.transformationID and _number(party, "xform", event.transformationID) == event.transformationID:
            members.append("transformationID")
        self.export.unsaid += [(name, member) for member in members]


def _is_tellable(event: Event) -> bool:
    """Whether a sheet can tell the event: lots by weight, made, shipped or received, and never taken back."""
    items = (*event.quantityList, *event.inputQuantityList, *event.outputQuantityList)
    weighed = all(item.quantity is not None and item.uom and mass_mg(item.quantity, item.uom) for item in items)
    by_piece = event.epcList or event.inputEPCList or event.outputEPCList or event.parentID
    if not items or not weighed or by_piece or event.errorDeclaration:
        return False
    made = event.type == "ObjectEvent" and event.action == "ADD" and event.bizStep == "commissioning"
    step = event.type == "TransformationEvent" and event.bizStep == "creating_class_instance"
    moved = event.action == "OBSERVE" and event.bizStep in {"shipping", "receiving"} and _reference(event, "desadv")
    return bool(made or (step and event.outputQuantityList) or moved)


def _parted(lot: str) -> tuple[str, str]:
    """(product, number) of a lot; ("", whole identifier) if it is in no product's numbering."""
    keys = ident.elements(lot)
    if "01" in keys and "10" in keys:
        product, number = ident.gtin(keys["01"]), keys["10"]
    else:
        product, _, last = lot.rpartition("/lot/")
        number = unquote(last)
    plain = number and not lot_number_fault(product, number) and full_identifier(product)
    return (product, number) if plain and lot_identifier(product, number) == lot else ("", lot)


def _number(owner: str, kind: str, whole: str) -> str:
    """The number that stands for an identifier below its owner; the whole identifier if it is not below it."""
    if not whole or not owner:
        return whole
    number = unquote(whole.rpartition("/" if "/" in whole else ":")[2])
    candidates = (number, unquote(whole.rpartition(":")[2]))
    return next((each for each in candidates if each and scoped(owner, kind, each) == whole), whole)


def _reference(event: Event, kind: str) -> str:
    return next((each.value for each in event.bizTransactionList if each.type == kind), "")


def _end(ends: Iterable[Typed], kind: str) -> str:
    return next((each.value for each in ends if each.type == kind), "")


def _day(event: Event) -> object:
    return (event.eventTime + (offset(event.eventTimeZoneOffset) or timedelta())).date()


def _kg(item: QuantityElement) -> Decimal:
    milligrams = mass_mg(item.quantity or Decimal(0), item.uom or "")
    return (item.quantity or Decimal(0)) if item.uom == "KGM" else Decimal(milligrams or 0).scaleb(-6)


def _figure(value: Any) -> object:
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return str(value)


def _assays(event: Event) -> list[Mapping[str, str]]:
    listed = event.trait("assay") or []
    return [each for each in listed if isinstance(each, Mapping) and "percent" in each]


def _whole_assay(assay: Mapping[str, str]) -> bool:
    return set(assay) <= {"element", "percent", "basis"} and assay.get("element") in _BY_ELEMENT
