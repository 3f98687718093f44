"""The way back: EPCIS events told as rows of the workbook, for people who would rather read a table.

A workbook says less than an event can. What it cannot say is listed, never dropped in silence: whole events in `left`,
single members in `unsaid`. Events that came from a workbook go out and come in again unchanged, identifiers included;
others get new identifiers when read, so an export is for reading, not for sending back to the same ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import quote

from filon.epcis.document import Vocabulary
from filon.epcis.event import FILON, Event, QuantityElement
from filon.exchange.workbook.columns import TITLES
from filon.exchange.workbook.export_handling import (
    PARTS_EXTENSIONS,
    STOCK_EXTENSIONS,
    amount_of,
    counted,
    joined,
    measured,
    unsaid_readings,
)
from filon.exchange.workbook.export_names import Names, OutRow
from filon.exchange.workbook.master import EPC_CLASS, LOCATION, PARTY
from filon.exchange.workbook.tellable import (
    end,
    figure,
    kilograms,
    listed,
    local_day,
    number_below,
    of_the_row,
    parted,
    reference,
    sheet_of,
    told_by_a_row,
)

_TRAITS = {
    "moisture": "lots.moist",
    "recycled": "lots.recycled",
    "weighingUncertainty": "lots.u_weight",
    "moistureUncertainty": "lots.u_moist",
    "density": "lots.density",
    "status": "lots.status",
    "recycledKind": "lots.recycled_kind",
}
_SAID_TRAITS = {*_TRAITS, "form", "kind", "dryMass", "assay", "origin", "weighing", "pieceMass", "serials"}
_SAID_EXTENSIONS = {"precision", "own", "partial", "packages", "seals", "mode", "distance"}
_UNSAID_FIELDS = ("sensorElementList", "persistentDisposition", "certificationInfo")


@dataclass
class Export:
    """Rows for `write`, and what they do not say.

    Args:
        sheets: {"lots" | "mix" | "ship" | "recv" | "stock" | "meas" | "parts": rows}.
        lists: rows of the sheet of lists.
        left: events that no sheet can tell (declared errors, pieces made one by one, deeds of other kinds).
        unsaid: (event identifier, member) of what was told but not whole.
    """

    sheets: dict[str, list[OutRow]] = field(default_factory=lambda: {
        name: [] for name in TITLES if name != "lists"
    })  # fmt: skip
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
    teller = _Teller(Names({one.id: one for _, one in told}, {one.id: kind for kind, one in told if kind}))
    taken = list(events)
    teller.names.learn(taken)
    for event in taken:
        if event.bizStep != "void_shipping":
            teller.tell(event)
    for event in taken:
        if event.bizStep == "void_shipping":
            teller.void(event)
    teller.export.lists = teller.names.all_lists()
    return teller.export


@dataclass
class _Teller:
    names: Names
    export: Export = field(default_factory=Export)

    def tell(self, event: Event) -> None:
        sheet = sheet_of(event)
        if not sheet:
            self.export.left.append(event)
            return
        if sheet == "lots":
            self.made(event)
        elif sheet in {"ship", "recv"}:
            self.moved(event)
        else:
            tell = counted if sheet == "stock" else joined
            self.export.sheets[sheet] += tell(event, self.names)
        self._unsaid(event)

    def made(self, event: Event) -> None:
        outputs = event.outputQuantityList or event.quantityList
        for index, item in enumerate(outputs):
            row = self._lot(event, item)
            self.export.sheets["lots"].append(row)
            self.export.sheets["meas"] += measured(event, str(row["lots.lot"]), str(row["lots.product"]))
            if event.type == "TransformationEvent":
                self.export.sheets["mix"] += self._inputs(event, row["lots.lot"], first=index == 0)

    def moved(self, event: Event) -> None:
        sheet = "ship" if event.bizStep == "shipping" else "recv"
        tell = self._shipped if sheet == "ship" else self._received
        items = [(item.epcClass, kilograms(item)) for item in event.quantityList]
        pieces = [(one, None) for one in event.epcList]
        self.export.sheets[sheet] += [
            tell(event, lot, kg, first=not at) for at, (lot, kg) in enumerate((*items, *pieces))
        ]

    def void(self, event: Event) -> None:
        """Mark the lines of the shipment that did not leave after all."""
        note = reference(event, "desadv")
        party, site = end(event.sourceList, "owning_party"), event.readPoint or ""
        lots = {item.epcClass for item in event.quantityList}
        marked = [
            row
            for row in self.export.sheets["ship"]
            if row["ship.ship"] == number_below(party or self.names.party_of(site), "bt", note)
            and lots & {self.names.resolved(row["ship.lot"], row.get("ship.product"))}
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
        party = self.names.party_of(site)
        row: OutRow = {
            "lots.lot": number,
            "lots.date": local_day(event),
            "lots.site": self.names.site(site, event),
            "lots.product": self.names.product(product, form, str(event.trait("kind") or "")),
            **amount_of(event, item),
            "lots.coa": number_below(party or site, "bt", reference(event, "testres")),
        }
        row |= {key: figure(value) for name, key in _TRAITS.items() if (value := event.trait(name)) is not None}
        row |= of_the_row("lots", told_by_a_row(listed(event, "assay"))[0])
        if origin := str(event.trait("origin") or ""):
            row["lots.origin"] = self.names.origin(site, origin)
        return row

    def _inputs(self, event: Event, out: object, *, first: bool) -> Iterator[OutRow]:
        """The inputs stand with the first output; the others are joined to it by the campaign."""
        several = len(event.outputQuantityList) > 1
        party = self.names.party_of(event.readPoint or "") or event.readPoint or ""
        campaign = number_below(party, "xform", event.transformationID or "")
        campaign = campaign or (event.eventID or "" if several else "")
        if not first or not (event.inputQuantityList or event.inputEPCList):
            yield {"mix.out": out, "mix.campaign": campaign}
            return
        pieces = [(one, None) for one in event.inputEPCList]
        for lot, kg in (*((item.epcClass, kilograms(item)) for item in event.inputQuantityList), *pieces):
            number, beside = self.names.named_lot(lot)
            yield {"mix.out": out, "mix.inp": number, "mix.product": beside, "mix.kg": kg, "mix.campaign": campaign}

    def _shipped(self, event: Event, lot: str, kg: Decimal | None, *, first: bool) -> OutRow:
        site = event.readPoint or end(event.sourceList, "location")
        party = end(event.sourceList, "owning_party") or self.names.party_of(site)
        to = end(event.destinationList, "owning_party") or end(event.destinationList, "possessing_party")
        number, beside = self.names.named_lot(lot)
        return {
            "ship.ship": number_below(party, "bt", reference(event, "desadv")),
            "ship.date": local_day(event),
            "ship.lot": number,
            "ship.product": beside,
            "ship.net_kg": kg,
            "ship.site": self.names.site(site, event, party),
            "ship.to": self.names.partner(to),
            "ship.to_site": self.names.site(end(event.destinationList, "location")),
            "ship.po": number_below(to, "bt", reference(event, "po")),
            "ship.pack": figure(event.own("packages")) if first and event.own("packages") else None,
            "ship.seal": event.own("seals") if first else None,
            "ship.mode": event.own("mode"),
            "ship.km": figure(event.own("distance")) if event.own("distance") else None,
        }

    def _received(self, event: Event, lot: str, kg: Decimal | None, *, first: bool) -> OutRow:  # noqa: ARG002 - as _shipped
        site = event.bizLocation or event.readPoint or ""
        sender = end(event.sourceList, "owning_party")
        product, number = parted(lot)
        own = str(event.own("own") or "")
        return {
            "recv.ship": number_below(sender, "bt", reference(event, "desadv")),
            "recv.from": self.names.partner(sender) if sender else None,
            "recv.date": local_day(event),
            "recv.lot": number,
            "recv.product": self.names.product(product) if product else None,
            "recv.net_kg": kg,
            "recv.site": self.names.site(site, event),
            "recv.own": number_below(site, "lot", own),
            "recv.partial": "yes" if event.own("partial") else None,
        }

    def _unsaid(self, event: Event) -> None:
        name = event.eventID or event.place
        members = [each for each in _UNSAID_FIELDS if getattr(event, each)]
        sheet = sheet_of(event)
        said = {"stock": STOCK_EXTENSIONS, "parts": PARTS_EXTENSIONS}.get(sheet, _SAID_EXTENSIONS)
        members += [key for key in event.extensions if key.removeprefix(FILON) not in said]
        traits = _SAID_TRAITS if sheet == "lots" else ()
        members += [key for key in event.ilmd if key.removeprefix(FILON) not in traits]
        members += [FILON + name for name in unsaid_readings(event, sheet)]
        if event.own("precision") != "day":
            members.append("eventTime")
        party = self.names.party_of(event.readPoint or "") or event.readPoint or ""
        if event.transformationID and number_below(party, "xform", event.transformationID) == event.transformationID:
            members.append("transformationID")
        self.export.unsaid += [(name, member) for member in members]
