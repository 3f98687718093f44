"""Supply chains as short lines of text, so that a test's docstring can be its ledger.

day site verb ... ; see `STORY` words in `read`. Amounts in kg, dates by number of the day in 2026.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from filon.books.movement import Said
from filon.books.register import EPC_CLASS, LOCATION, Register
from filon.epcis.event import FILON, Event, QuantityElement, Typed
from filon.epcis.key import body_key

NS = "https://example.com/"


def moment(day: float) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)


def lot(name: str) -> str:
    return f"{NS}lot/{name}"


def site(name: str) -> str:
    return f"{NS}site/{name}"


def q(name: str, amount: str | int | None, uom: str | None = "KGM") -> QuantityElement:
    return QuantityElement(lot(name), None if amount is None else Decimal(amount), uom)


def traits(**members: Any) -> dict[str, Any]:
    """ILMD from keyword arguments; assays as Co="20.8" (wet) or dry_Co="20.8"."""
    out: dict[str, Any] = {}
    assays = []
    for key, value in members.items():
        element = key.removeprefix("dry_")
        if element[0].isupper():
            assays.append({"element": element, "percent": value, "basis": "dry" if key != element else "wet"})
        else:
            out[FILON + key] = value
    if assays:
        out[FILON + "assay"] = assays
    return out


def birth(day: float, where: str, name: str, kg: str, uom: str | None = "KGM", **members: Any) -> Event:
    return Event(
        "ObjectEvent", moment(day), "+00:00", action="ADD", bizStep="commissioning", bizLocation=site(where),
        quantityList=(q(name, kg, uom),), ilmd=traits(**members),
    )  # fmt: skip


def step(  # noqa: PLR0917 - a step in one line
         day: float, where: str, inputs: dict[str, str], outputs: dict[str, Any], campaign: str | None = None,
         uom: str | None = "KGM", in_uom: str | None = "KGM", **members: Any) -> Event:  # fmt: skip
    return Event(
        "TransformationEvent", moment(day), "+00:00", bizLocation=site(where), transformationID=campaign,
        inputQuantityList=tuple(q(n, a, in_uom) for n, a in inputs.items()),
        outputQuantityList=tuple(q(n, a, uom) for n, a in outputs.items()), ilmd=traits(**members),
    )  # fmt: skip


def ship(  # noqa: PLR0917 - a shipment in one line
    day: float, where: str, to: str, note: str, goods: dict[str, str], uom: str | None = "KGM"
) -> Event:
    return Event(
        "ObjectEvent", moment(day), "+00:00", action="OBSERVE", bizStep="shipping", readPoint=site(where),
        quantityList=tuple(q(n, a, uom) for n, a in goods.items()), bizTransactionList=(Typed(NS + "bt/" + note, "desadv"),),
        destinationList=(Typed(site(to), "location"),),
    )  # fmt: skip


def receive(day: float, where: str, note: str, goods: dict[str, str], uom: str | None = "KGM", **own: Any) -> Event:
    return Event(
        "ObjectEvent", moment(day), "+00:00", action="OBSERVE", bizStep="receiving", bizLocation=site(where),
        quantityList=tuple(q(n, a, uom) for n, a in goods.items()), bizTransactionList=(Typed(NS + "bt/" + note, "desadv"),),
        extensions={FILON + key: value for key, value in own.items()},
    )  # fmt: skip


def count(day: float, where: str, name: str, kg: str, **members: Any) -> Event:
    return Event(
        "ObjectEvent", moment(day), "+00:00", action="OBSERVE", bizStep="stock_taking", bizLocation=site(where),
        quantityList=(q(name, kg),), extensions=traits(**members),
    )  # fmt: skip


def assemble(
    day: float, where: str, parent: str, children: dict[str, int], ranges: list[dict[str, str]] | None = None
) -> Event:
    return Event(
        "AggregationEvent", moment(day), "+00:00", action="ADD", bizStep="assembling", bizLocation=site(where),
        parentID=lot(parent), childQuantityList=tuple(q(n, a, None) for n, a in children.items()),
        extensions={FILON + "ranges": ranges} if ranges else {},
    )  # fmt: skip


def said(*events: Event) -> list[Said]:
    return [Said(event, body_key(event).hex(), index) for index, event in enumerate(events)]


def register(**kinds: str) -> Register:
    """Sites by kind: register(atlas="mine")."""
    return Register.of((LOCATION, site(name), {FILON + "kind": kind}) for name, kind in kinds.items())


def products(**forms: str) -> Register:
    return Register.of((EPC_CLASS, lot(name), {FILON + "form": form}) for name, form in forms.items())
