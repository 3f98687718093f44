"""Activities in stories: meter readings, bills and legs as events."""

from __future__ import annotations

from typing import Any

from filon.books.register import EPC_CLASS, LOCATION, Register
from filon.epcis.event import FILON, Event, Typed
from story import NS, lot, moment, site


def used(day: float, where: str, *members: dict[str, Any], note: str = "", **span: str) -> Event:
    """What a site used: `used(30, "works", {"flow": .., "amount": ..}, since="2026-01-01", until="2026-01-31")`."""
    names = {"since": "from"}
    ext: dict[str, Any] = {FILON + "activity": list(members)}
    if span:
        ext[FILON + "activityFor"] = {names.get(key, key): value for key, value in span.items()}
    papers = (Typed(NS + "bt/" + note, "desadv"),) if note else ()
    return Event(
        "ObjectEvent", moment(day), "+00:00", action="OBSERVE", bizStep="sensor_reporting", readPoint=site(where),
        sensorElementList=({"sensorReport": [{"type": FILON + "activity", "stringValue": "x"}]},),
        bizTransactionList=papers, extensions=ext,
    )  # fmt: skip


def power(kwh: str, factor: str = "", **more: Any) -> dict[str, Any]:
    own = {"ownFactor": {"value": factor, "source": "supplier"}} if factor else {}
    return {"flow": "electricity", "amount": kwh, "uom": "KWH", **own, **more}


def leg(tkm: str, factor: str, flow: str = "road") -> dict[str, Any]:
    return {"flow": flow, "amount": tkm, "uom": "TKM", "ownFactor": {"value": factor, "source": "carrier"}}


def places(**countries: str) -> Register:
    """Sites at which matter may enter the chain, and a product that is a pack."""
    here = [
        (LOCATION, site(name), {FILON + "country": code, FILON + "name": name, FILON + "kind": "mine"})
        for name, code in countries.items()
    ]
    return Register.of([*here, (EPC_CLASS, lot("PACK"), {FILON + "form": "pack"})])
