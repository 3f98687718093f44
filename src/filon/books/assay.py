"""Assays and weighings as people made them: several of one lot side by side, one of which counts.

An umpire's assay counts before a final one, a final before a provisional; of equals the last one told counts. All stay
in sight, and where two differ by more than their uncertainties explain, that is a finding: nothing is averaged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import combinations
from math import sqrt
from typing import Any

from filon.core.finding import Finding, Place, found
from filon.epcis.event import FILON

RANK = ("provisional", "final", "umpire")
"""Which assay or weight counts: the later in this list."""
COVERAGE = 2
"""Differences within this many sigma are measurement noise (I-2: k = 2)."""
GRAMS_PER_KG = 1000


@dataclass(frozen=True, slots=True)
class Assay:
    """One measured element of a lot.

    Args:
        percent: share of the mass, 0 to 1.
        basis: `dry`, `wet`, or empty where the certificate did not say.
        uncertainty: share of the mass, in percentage points, one sigma, sampling included; None = not declared.
        certificate: number of the certificate of analysis.
        method, laboratory: as the certificate says.
        status: `provisional`, `final` or `umpire`.
        by: whose it is: seller, buyer or a name.
        sampled, analysed: days as the certificate says, `2026-03-31`; empty if it does not.
    """

    element: str
    percent: Fraction
    basis: str = ""
    uncertainty: Fraction | None = None
    certificate: str = ""
    method: str = ""
    laboratory: str = ""
    status: str = "final"
    by: str = ""
    sampled: str = ""
    analysed: str = ""


@dataclass(frozen=True, slots=True)
class Weighing:
    """One weight of a lot: kg, one-sigma uncertainty as a share, who weighed where, and its status."""

    kg: Fraction
    uncertainty: Fraction | None = None
    by: str = ""
    scale: str = ""
    status: str = "final"


Reader = Callable[[str, object], Fraction | None]
"""(name, value as written) -> the number; None with a finding where it is none."""


def members(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects of a member that may hold one or several, their names without the namespace."""
    listed = value if isinstance(value, list | tuple) else [value] if isinstance(value, Mapping) else []
    for item in listed:
        if isinstance(item, Mapping):
            yield {str(name).removeprefix(FILON): one for name, one in item.items()}


def assays_of(value: object, density: Fraction | None, percent: Reader, number: Reader) -> Iterator[Assay]:
    """The assays that an `assay` member holds, in their order.

    Args:
        density: of a solution, kg per litre: `gramsPerLitre` becomes a share of the mass by it, on wet basis.
    """
    for plain in members(value):
        name = str(plain.get("element") or "")
        share, basis = percent(f"assay {name}", plain.get("percent")), str(plain.get("basis") or "")
        sigma, sampling = number("assay", plain.get("uncertainty")), number("assay", plain.get("samplingUncertainty"))
        grams = number(f"assay {name}", plain.get("gramsPerLitre"))
        if grams is not None and density:
            per = density * GRAMS_PER_KG
            exact = grams / per
            share, basis = exact if exact <= 1 else percent(f"assay {name}", round(100 * exact)), "wet"
            sigma, sampling = (None if one is None else 100 * one / per for one in (sigma, sampling))
        if share is not None and name:
            yield Assay(
                name,
                share,
                basis,
                _together(sigma, sampling),
                certificate=str(plain.get("certificate") or ""),
                method=str(plain.get("method") or ""),
                laboratory=str(plain.get("laboratory") or ""),
                status=str(plain.get("status") or "final"),
                by=str(plain.get("by") or ""),
                sampled=str(plain.get("sampled") or ""),
                analysed=str(plain.get("analysed") or ""),
            )


def _together(sigma: Fraction | None, sampling: Fraction | None) -> Fraction | None:
    """Assay and sampling in quadrature; a certificate that tells one only has told that one."""
    if sigma is None or sampling is None:
        return sigma if sampling is None else sampling
    return Fraction(sqrt(sigma**2 + sampling**2)).limit_denominator(10**9)


def governing(assays: Sequence[Assay]) -> dict[str, Assay]:
    """{element: the assay that counts}."""
    chosen: dict[str, Assay] = {}
    for one in assays:
        before = chosen.get(one.element)
        if before is None or _rank(one.status) >= _rank(before.status):
            chosen[one.element] = one
    return chosen


def _rank(status: str) -> int:
    return RANK.index(status) if status in RANK else RANK.index("final")


def weighings_of(value: object, percent: Reader, number: Reader) -> tuple[Weighing, ...]:
    """The weights that a `weighing` member holds, side by side."""
    read = []
    for plain in members(value):
        kg = number("weighing", plain.get("kg"))
        if kg is not None and kg > 0:
            sigma = percent("weighing", plain.get("uncertainty"))
            status = str(plain.get("status") or "final")
            read.append(Weighing(kg, sigma, str(plain.get("by") or ""), str(plain.get("scale") or ""), status))
    return tuple(read)


def untimely(assays: Sequence[Assay], name: str, place: Place) -> Iterator[Finding]:
    """Assays that were made before their sample was taken.

    Findings:
        BOK-046: the day of the analysis is before the day of sampling, or one of both is no day.
    """
    for one in assays:
        if one.sampled and one.analysed and not _in_order(one.sampled, one.analysed):
            told = {"lot": name, "element": one.element, "sampled": one.sampled, "analysed": one.analysed}
            yield found("BOK-046", place, expected=f">= {one.sampled}", found=one.analysed, **told)


def _in_order(first: str, second: str) -> bool:
    try:
        return date.fromisoformat(first) <= date.fromisoformat(second)
    except ValueError:
        return False


def differences(
    assays: Sequence[Assay], weighings: Sequence[Weighing], name: str, place: Place, default: Mapping[str, float]
) -> Iterator[Finding]:
    """Where two parties measured one lot and cannot both be right.

    Args:
        default: one-sigma values where nobody declared one: `assay` in percentage points, `weighing` in percent.

    Findings:
        BOK-040: two assays of one standing differ by more than two sigma, and no umpire has spoken.
        BOK-041: two weights differ by more than two sigma.
    """
    for one, other in combinations(assays, 2):
        if (one.element, one.basis, _rank(one.status)) != (other.element, other.basis, _rank(other.status)):
            continue
        decided = any(each.element == one.element and each.status == "umpire" for each in assays)
        sigma = sqrt(sum(float(_points(each, default)) ** 2 for each in (one, other))) / 100
        if not decided and abs(one.percent - other.percent) > COVERAGE * sigma:
            told = [f"{float(100 * each.percent):.4g} % {each.by or each.laboratory}".strip() for each in (one, other)]
            yield found("BOK-040", place, expected=told[0], found=told[1], lot=name, element=one.element, told=told[0],
                        other=told[1])  # fmt: skip
    for left, right in combinations(weighings, 2):
        weight = [
            float(each.kg) * float(default["weighing"] / 100 if each.uncertainty is None else each.uncertainty)
            for each in (left, right)
        ]
        if abs(left.kg - right.kg) > COVERAGE * sqrt(weight[0] ** 2 + weight[1] ** 2):
            told = [f"{float(each.kg):.1f} kg {each.by or each.scale}".strip() for each in (left, right)]
            yield found("BOK-041", place, expected=told[0], found=told[1], lot=name, told=told[0], other=told[1])


def _points(one: Assay, default: Mapping[str, float]) -> float:
    return default["assay"] if one.uncertainty is None else float(one.uncertainty)
