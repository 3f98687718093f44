"""The way back: EPCIS events told as rows of the workbook, for people who would rather read a table.

A workbook says less than an event can. What it cannot say is listed, never dropped in silence: whole events in `left`,
single members in `unsaid`. Events that came from a workbook go out and come in again unchanged, identifiers included;
others get new identifiers when read, so an export is for reading, not for sending back to the same ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from filon.core import ident
from filon.epcis.document import MasterElement, Vocabulary
from filon.epcis.event import FILON, Event, QuantityElement
from filon.exchange.workbook.master import EPC_CLASS, LOCATION, PARTY
from filon.exchange.workbook.names import full_identifier, lot_identifier
from filon.exchange.workbook.tellable import (
    BY_ELEMENT,
    assays,
    end,
    figure,
    is_tellable,
    is_told,
    is_whole,
    kilograms,
    local_day,
    number_below,
    of_the_row,
    parted,
    reference,
)

OutRow = dict[str, object]

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
            site, party = end(ends, "location"), end(ends, "owning_party")
            if site and party:
                self.parties.setdefault(site, party)

    def tell(self, event: Event) -> None:
        if not is_tellable(event):
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
        note = reference(event, "desadv")
        party, site = end(event.sourceList, "owning_party"), event.readPoint or ""
        lots = {item.epcClass for item in event.quantityList}
        marked = [
            row
            for row in self.export.sheets["ship"]
            if row["ship.ship"] == number_below(party or self._party(site), "bt", note)
            and lots & {self._resolved(row["ship.lot"], row.get("ship.product"))}
        ]
        for row in marked:
            row["ship.void"] = "yes"
        if not marked:
            self.export.left.append(event)

    # ---- rows

    def _lot(self, event: Event, item: QuantityElement) -> OutRow:
        site = event.readPoint or event.bizLocation or ""
        product, number = parted(item.epcClass)
        form = str(event.trait("form") or "")
        product = product or f"urn:filon:form:{quote(form or 'unknown', safe='')}"
        party = self._party(site)
        row: OutRow = {
            "lots.lot": number,
            "lots.date": local_day(event),
            "lots.site": self._site(site, event),
            "lots.product": self._product(product, form, str(event.trait("kind") or "")),
            "lots.net_kg": kilograms(item),
            "lots.coa": number_below(party or site, "bt", reference(event, "testres")),
        }
        row |= {key: figure(value) for name, key in _TRAITS.items() if (value := event.trait(name)) is not None}
        for assay in assays(event):
            if key := BY_ELEMENT.get(assay.get("element", "")):
                row[key] = figure(assay["percent"])
                row["lots.basis"] = assay.get("basis", "")
        row |= of_the_row(assays(event))
        if origin := str(event.trait("origin") or ""):
            row["lots.origin"] = self._origin(site, origin)
        return row

    def _inputs(self, event: Event, out: object, *, first: bool) -> Iterator[OutRow]:
        """The inputs stand with the first output; the others are joined to it by the campaign."""
        several = len(event.outputQuantityList) > 1
        party = self._party(event.readPoint or "") or event.readPoint or ""
        campaign = number_below(party, "xform", event.transformationID or "")
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
                "mix.kg": kilograms(item),
                "mix.campaign": campaign,
            }

    def _shipped(self, event: Event, item: QuantityElement) -> OutRow:
        site = event.readPoint or end(event.sourceList, "location")
        party = end(event.sourceList, "owning_party") or self._party(site)
        to = end(event.destinationList, "owning_party") or end(event.destinationList, "possessing_party")
        number, beside = self._named_lot(item.epcClass)
        first = item is event.quantityList[0]
        return {
            "ship.ship": number_below(party, "bt", reference(event, "desadv")),
            "ship.date": local_day(event),
            "ship.lot": number,
            "ship.product": beside,
            "ship.net_kg": kilograms(item),
            "ship.site": self._site(site, event, party),
            "ship.to": self._partner(to),
            "ship.to_site": self._site(end(event.destinationList, "location")),
            "ship.po": number_below(to, "bt", reference(event, "po")),
            "ship.pack": figure(event.own("packages")) if first and event.own("packages") else None,
            "ship.seal": event.own("seals") if first else None,
        }

    def _received(self, event: Event, item: QuantityElement) -> OutRow:
        site = event.bizLocation or event.readPoint or ""
        sender = end(event.sourceList, "owning_party")
        product, number = parted(item.epcClass)
        own = str(event.own("own") or "")
        return {
            "recv.ship": number_below(sender, "bt", reference(event, "desadv")),
            "recv.from": self._partner(sender) if sender else None,
            "recv.date": local_day(event),
            "recv.lot": number,
            "recv.product": self._product(product) if product else None,
            "recv.net_kg": kilograms(item),
            "recv.site": self._site(site, event),
            "recv.own": number_below(site, "lot", own),
            "recv.partial": "yes" if event.own("partial") else None,
        }

    # ---- names

    def _named_lot(self, lot: str) -> tuple[str, str | None]:
        """(number, product or None) of a lot outside the sheet that makes it."""
        product, number = parted(lot)
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
        number = number_below(site, "origin", whole)
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
        bases = {assay.get("basis") for assay in assays(event)}
        if len(bases) > 1 or any(not is_whole(assay) for assay in assays(event)) or not is_told(assays(event)):
            members.append(FILON + "assay")
        if event.own("precision") != "day":
            members.append("eventTime")
        party = self._party(event.readPoint or "") or event.readPoint or ""
        if event.transformationID and number_below(party, "xform", event.transformationID) == event.transformationID:
            members.append("transformationID")
        self.export.unsaid += [(name, member) for member in members]
