"""How data points follow from the books, the accounts and the battery's life, one function a point.

`WAYS` names them; every other point is as it was said. Nothing is typed in here, and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from filon.core.ident import elements
from filon.passport.battery import NOTHING, Battery, Figure
from filon.passport.derived import (
    METALS,
    Share,
    carbon_gaps,
    composition,
    footprint_value,
    left_out,
    materials,
    origin_rows,
    stamp_text,
)
from filon.passport.passport import Standing, Why
from filon.passport.sourcing import record
from filon.passport.value import Value


def _identifier(battery: Battery) -> Figure:
    return battery.books(str(battery.id))


def _operator(battery: Battery) -> Figure:
    who = battery.life.operator or battery.maker
    if not who:
        return NOTHING
    country = battery.country(who)
    told: dict[str, Value] = {"id": who, "name": battery.register.name(who)}
    entries = (battery.life.operator_entry,) if battery.life.operator_entry is not None else ()
    why = Why("life", entries=entries, subject=battery.id)
    return Figure({**told, "country": country} if country else told, Standing.DECLARED, why)


def _manufacturer(battery: Battery) -> Figure:
    return battery.master(battery.register.name(battery.maker) if battery.maker else None)


def _model_and_serial(battery: Battery) -> Figure:
    keys = elements(battery.id)
    name = battery.register.name(battery.model)
    model = keys.get("01", "") if name == battery.model else name
    told = {key: text for key, text in (("model", model), ("serial", keys.get("21", ""))) if text}
    return battery.books(told) if told else NOTHING


def _place(battery: Battery) -> Figure:
    site = battery.register.site(battery.plant)
    if not battery.plant or not site.country:
        return battery.books(None)
    told = {"id": battery.plant, "name": site.name, "country": site.country}
    return battery.books({key: text for key, text in told.items() if text})


def _month(battery: Battery) -> Figure:
    return battery.books(battery.made.strftime("%Y-%m") if battery.made else None)


def _critical(battery: Battery) -> Figure:
    rows, gaps = composition(battery.content, battery.weight, critical=True)
    return battery.books(rows or None, gaps=gaps)


def _detailed(battery: Battery) -> Figure:
    rows, gaps = composition(battery.content, battery.weight)
    return battery.books(rows or None, gaps=gaps)


def _recycled(code: str) -> Callable[[Battery], Figure]:
    def way(battery: Battery) -> Figure:
        if battery.first is None:
            return battery.books(None, "recycled")
        group = battery.group
        share = battery.grounds.matter.share(group, METALS[code])
        return battery.books(share.value, "recycled", scope="model, plant and year", subject=battery.model,
                            gaps=_untold(share))  # fmt: skip

    return way


def _untold(share: Share) -> tuple[str, ...]:
    told = (f"{share.untold} batteries whose {share.element} is unknown",) if share.untold else ()
    return (*told, f"{share.unknown} mg of unknown source") if share.unknown else told


def _recycled_shares(battery: Battery) -> Figure:
    if battery.first is None:
        return battery.books(None, "recycled")
    group = battery.group
    shares = [battery.grounds.matter.share(group, element) for element in METALS.values()]
    rows = tuple(one.row() for one in shares if one.value is not None)
    return battery.books(rows or None, "recycled", scope="model, plant and year", subject=battery.model)


def _carbon(battery: Battery) -> Figure:
    account = battery.grounds.matter.carbon
    if account is None or battery.first is None:
        return battery.books(None, "carbon")
    own, mean = account.footprint(battery.lot, delivered=True), battery.grounds.matter.mean(battery.group)
    cycles = battery.said("expectedCycles")
    count = cycles.value if cycles and isinstance(cycles.value, int) else None
    value = footprint_value(mean, own, battery.energy, count, battery.plant)
    entries = tuple(sorted({*battery.cone, *(one.line.activity.entry for one in own.contributions)}))
    gaps = (*carbon_gaps(account, own), *left_out(mean))
    return battery.books(value, "carbon", scope="model, plant and year", subject=battery.model, entries=entries,
                         ruleset=stamp_text(own), gaps=gaps)  # fmt: skip


def _no_class(_battery: Battery) -> Figure:
    """No performance class before the law has a method for it."""
    return Figure(None, Standing.UNKNOWN, Why("law", "model", gaps=("A7(2): no method adopted",)))


def _origins(battery: Battery) -> Figure:
    rows, gaps = origin_rows(battery.register, battery.origin_vectors())
    return battery.books(rows or None, "origin", gaps=gaps)


def _due_diligence(battery: Battery) -> Figure:
    vectors = battery.origin_vectors()
    said = battery.said("supplierReports")
    reports = (
        tuple(one for one in said.value if isinstance(one, Mapping)) if said and isinstance(said.value, tuple) else ()
    )
    operator = battery.life.operator if not battery.life.before and battery.life.operator else battery.maker
    rows = [
        row
        for material in materials()
        if material.annex_x and material.element in vectors
        for row in record(battery.book, battery.lot, material, vectors[material.element], battery.weight, operator,
                          reports, pieces=battery.pieces)
    ]  # fmt: skip
    gaps = tuple(element for element, vector in vectors.items() if vector is None)
    return battery.books(tuple(rows) or None, "origin", gaps=gaps)


def _energy(battery: Battery) -> Figure:
    return battery.master(battery.energy)


def _status(battery: Battery) -> Figure:
    mine = battery.life
    if not mine.status or mine.since is None:
        return NOTHING
    why = Why("life", entries=(mine.since[1],), subject=battery.id, at=mine.since[0])
    return Figure(mine.status, Standing.DECLARED, why)


def _transfers(battery: Battery) -> Figure:
    if not battery.life.transfers:
        return NOTHING
    name = battery.register.name
    rows = []
    for one in battery.life.transfers:
        row: dict[str, Value] = {"day": one.day.isoformat(), "to": name(one.taker), "cause": one.cause}
        if one.giver:
            row["from"] = name(one.giver)
        rows.append({**row, "clause": one.clause, "signed": one.signed})
    entries = tuple(sorted({one.entry for one in battery.life.transfers}))
    return Figure(tuple(rows), Standing.DECLARED, Why("life", entries=entries, subject=battery.id))


WAYS: Mapping[str, Callable[[Battery], Figure]] = {
    "uniqueIdentifier": _identifier,
    "responsibleOperator": _operator,
    "manufacturer": _manufacturer,
    "modelAndSerial": _model_and_serial,
    "placeOfManufacture": _place,
    "dateOfManufacture": _month,
    "criticalRawMaterials": _critical,
    "detailedComposition": _detailed,
    "carbonFootprint": _carbon,
    "carbonFootprintLabel": _no_class,
    "recycledCobalt": _recycled("recycledCobalt"),
    "recycledLithium": _recycled("recycledLithium"),
    "recycledNickel": _recycled("recycledNickel"),
    "recycledShares": _recycled_shares,
    "originShares": _origins,
    "dueDiligenceRecord": _due_diligence,
    "ratedEnergy": _energy,
    "batteryStatus": _status,
    "responsibilityHistory": _transfers,
}
"""How points follow from the books, the accounts and the battery's life; all others are as said."""
