"""Kin: batteries that nothing but their names tells apart, so that one passport is made for all of them.

Pieces of one batch that the same records name in the same way have the same passport, to the last milligram: what
follows from the books is told of one piece of the batch, what was said and done was said and done to all of them at
once. The law that holds (tests/app/test_kin.py): `renamed(passport of one, other)` is the passport of the other.

Source: decision 0102.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from filon.core.finding import Finding
from filon.core.ident import elements, short
from filon.passport.life import Deed
from filon.passport.passport import Passport, PointValue
from filon.passport.value import Value

NAMED = frozenset({"uniqueIdentifier", "modelAndSerial"})
"""Data points whose value is the battery's own name."""
Sides = tuple[tuple[frozenset[str], frozenset[str]], ...]
"""(done to, came of it) of deeds that do not do the same to all whom their event names."""


def renamed(passport: Passport, battery: str, *, size: int) -> Passport:
    """The passport of another battery of the kin.

    Args:
        size: so many log entries are known; those since it was made touched none of the kin.
    """
    old, keys = passport.identifier, elements(battery)
    return replace(
        passport,
        identifier=battery,
        gtin=keys.get("01", ""),
        serial=keys.get("21", ""),
        size=size,
        points=tuple(_renamed(one, old, battery) for one in passport.points),
        findings=tuple(_told(one, short(old), short(battery)) for one in passport.findings),
    )


def _renamed(one: PointValue, old: str, battery: str) -> PointValue:
    if one.code in NAMED:
        return replace(one, value=own(one.value, battery), why=replace(one.why, subject=battery))
    return replace(one, why=replace(one.why, subject=battery)) if one.why.subject == old else one


def own(value: Value | None, battery: str) -> Value | None:
    """The value of a point of `NAMED` with another name in it."""
    if not isinstance(value, dict):
        return battery if value is not None else None
    return {**value, "serial": elements(battery)["21"]} if "serial" in value else value


def _told(one: Finding, old: str, new: str) -> Finding:
    if not {"battery", "subject"} & one.values.keys():
        return one
    mine = {name: new for name in ("battery", "subject") if one.values.get(name) == old}
    return replace(one, values={**one.values, **mine})


def sides(deeds: Sequence[Deed]) -> Sides:
    """Who stands where in the deeds of a battery, as far as the index does not tell: two lists, or several deeds.

    An event that does one thing to all whom it names needs no telling apart.
    """
    by_event: dict[str, list[Deed]] = {}
    for deed in deeds:
        by_event.setdefault(deed.key, []).append(deed)
    odd = (some for some in by_event.values() if any(one.into for one in some) or len({one.of for one in some}) > 1)
    return tuple((frozenset(one.of), frozenset(one.into)) for some in odd for one in some)


def beside(one: str, other: str, told: Sides) -> bool:
    """Whether two batteries stand on the same side of every deed."""
    return all((one in of) == (other in of) and (one in into) == (other in into) for of, into in told)
