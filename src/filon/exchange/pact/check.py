"""Checking a product footprint: first its shape, then what the rules say about its figures.

A shape that is wrong is an error; a figure that contradicts another is a warning with both, and is kept as sent: three
of the standard's own four published examples do not add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from filon.core.finding import Finding, Level, Place, found
from filon.exchange.pact.shape import FOOTPRINT, GEOGRAPHIES, PCF, SIGNED, Property

PARTS = (
    "fossilGhgEmissions", "landUseChangeGhgEmissions", "landManagementBiogenicCO2Emissions",
    "landManagementBiogenicCO2Removals", "technologicalCO2Removals", "ccsTechnologicalCO2Capture",
    "biogenicNonCO2Emissions",
)  # fmt: skip
"""What the footprint without uptake is the sum of."""

YEARS = 3
_RANGES = {"/pcf/primaryDataShare": (0, 100), "/pcf/dqi/technologicalDQR": (1, 5), "/pcf/dqi/geographicalDQR": (1, 5),
           "/pcf/dqi/temporalDQR": (1, 5)}  # fmt: skip
_ABOVE, _POSITIVE, _NEGATIVE = 2, 1, -1


def without_nulls(value: Any) -> Any:
    """The same without members that are null: null means not given."""
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def check(footprint: Any, name: str = "") -> list[Finding]:
    """What is wrong with a footprint.

    Findings:
        CFP-101 to CFP-103: its shape.
        CFP-104 to CFP-110: its figures, checked where the shape is right.
        CFP-111: a null; CFP-114: a period that ends before it begins.
    """
    findings = [_at("CFP-111", pointer, name) for pointer in _nulls(footprint, "")]
    clean = without_nulls(footprint)
    shape = list(_shape(clean, name))
    findings += shape
    if not any(one.level is Level.ERROR for one in shape):
        findings += _figures(clean, name)
    return findings


def _at(code: str, pointer: str, name: str, **values: str) -> Finding:
    return found(code, Place(file=name, pointer=pointer), pointer=pointer, **values)


def _nulls(value: Any, pointer: str) -> Iterator[str]:
    if value is None:
        yield pointer
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _nulls(item, f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _nulls(item, f"{pointer}/{index}")


def _shape(footprint: Any, name: str) -> Iterator[Finding]:
    if not isinstance(footprint, dict):
        yield _at("CFP-102", "", name, expected="an object")
        return
    yield from _members(footprint, FOOTPRINT, "", name)
    pcf = footprint.get("pcf")
    if isinstance(pcf, dict):
        yield from _members(pcf, PCF, "/pcf", name)
        if sum(one in pcf for one in GEOGRAPHIES) > 1:
            yield _at("CFP-103", "/pcf", name)


def _members(said: Mapping[str, Any], known: Mapping[str, Property], root: str, name: str) -> Iterator[Finding]:
    for member, rule in known.items():
        pointer = f"{root}/{member}"
        if member not in said:
            if rule.must:
                yield _at("CFP-101", pointer, name)
        elif not rule.fits(said[member]):
            yield found("CFP-102", Place(file=name, pointer=pointer), pointer=pointer, expected=rule.expected,
                        found=str(said[member])[:80])  # fmt: skip


def _figures(footprint: Mapping[str, Any], name: str) -> Iterator[Finding]:
    pcf = footprint["pcf"]
    yield from (
        _at("CFP-104", f"/pcf/{member}", name) for member in SIGNED if member in pcf and _wrong_sign(member, pcf)
    )
    yield from _sums(pcf, name)
    yield from _validity(footprint, name)
    yield from _contradictions(pcf, name)
    for pointer, (low, high) in _RANGES.items():
        value = _pointed(footprint, pointer)
        if value is not None and not low <= Decimal(value) <= high:
            yield found("CFP-108", Place(file=name, pointer=pointer), pointer=pointer, expected=f"{low} to {high}",
                        found=value)  # fmt: skip
    for index, rule in enumerate(pcf.get("productOrSectorSpecificRules", ())):
        if rule["operator"] == "Other" and not rule.get("otherOperatorName"):
            yield _at("CFP-109", f"/pcf/productOrSectorSpecificRules/{index}", name)
    if footprint["id"] in footprint.get("precedingPfIds", ()):
        yield _at("CFP-110", "/precedingPfIds", name)


def _wrong_sign(member: str, pcf: Mapping[str, Any]) -> bool:
    value, sign = Decimal(pcf[member]), SIGNED[member][1]
    return (sign == _ABOVE and value <= 0) or (sign == _POSITIVE and value < 0) or (sign == _NEGATIVE and value > 0)


def excluding(pcf: Mapping[str, Any]) -> Decimal:
    """What the parts of a footprint sum to, without biogenic uptake."""
    return sum((Decimal(pcf.get(part, "0")) for part in PARTS), Decimal(0))


def _sums(pcf: Mapping[str, Any], name: str) -> Iterator[Finding]:
    told = Decimal(pcf["pcfExcludingBiogenicUptake"])
    uptake = Decimal(pcf.get("biogenicCO2Uptake", "0"))
    pairs = (
        ("pcfExcludingBiogenicUptake", told, excluding(pcf)),
        ("pcfIncludingBiogenicUptake", Decimal(pcf["pcfIncludingBiogenicUptake"]), told + uptake),
    )
    for member, total, parts in pairs:
        if total != parts:
            yield _at("CFP-105", f"/pcf/{member}", name, total=str(total), sum=str(parts))


def _validity(footprint: Mapping[str, Any], name: str) -> Iterator[Finding]:
    """Start at or after the end of the reference period, end three years after it at most; neither before it begins."""
    for holder, pointer, kind in ((footprint["pcf"], "/pcf/", "reference"), (footprint, "/", "validity")):
        start, end = holder.get(f"{kind}PeriodStart"), holder.get(f"{kind}PeriodEnd")
        if start and end and datetime.fromisoformat(start) >= datetime.fromisoformat(end):
            yield _at("CFP-114", f"{pointer}{kind}PeriodEnd", name)
    end = datetime.fromisoformat(footprint["pcf"]["referencePeriodEnd"])
    try:
        latest = end.replace(year=end.year + YEARS)
    except ValueError:  # 29 February
        latest = end.replace(year=end.year + YEARS, day=28)
    start = footprint.get("validityPeriodStart")
    until = footprint.get("validityPeriodEnd")
    if (start and datetime.fromisoformat(start) < end) or (until and datetime.fromisoformat(until) > latest):
        yield _at("CFP-106", "/validityPeriodStart", name)


def _contradictions(pcf: Mapping[str, Any], name: str) -> Iterator[Finding]:
    """What is said not to be included must not be given."""
    if pcf.get("packagingEmissionsIncluded") is False and "packagingGhgEmissions" in pcf:
        yield _at("CFP-107", "/pcf/packagingGhgEmissions", name, other="packagingEmissionsIncluded")
    if pcf.get("ccsTechnologicalCO2CaptureIncluded") is False:
        for member in ("ccsTechnologicalCO2Capture", "technologicalCO2Removals", "technologicalCO2CaptureOrigin"):
            if member in pcf:
                yield _at("CFP-107", f"/pcf/{member}", name, other="ccsTechnologicalCO2CaptureIncluded")


def _pointed(value: Any, pointer: str) -> Any:
    for name in pointer.split("/")[1:]:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
