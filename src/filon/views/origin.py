"""What is in it and where that came from: one element's kilograms, shared among mines, recyclers and the unknown.

The unknown is an origin like the others; it stands last and is never spread over the known ones.

    by_origin("Co", {mine: 3_150_000, recycler: 900_000, UNKNOWN: 150_000})
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from filon.core.quantity import split
from filon.views.figure import Figure, Named, Sentence, Standing, Value, kg, percent
from filon.views.ledger_state import LedgerState

WHOLE = 1_000_000
"""Parts per million in a whole."""


class OriginKind(StrEnum):
    """What sort of place matter entered the chain at."""

    MINE = "mine"
    RECYCLED = "recycled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where matter entered the chain.

    Args:
        key: identifier as in the books; empty for the unknown.
        name: as people may read it; empty where only the country may be shown.
        country: ISO 3166-1 alpha-2; empty if not known.
        kind: mine, recycled or unknown.
        label: its name where that depends on the language (a region, a class of recycled matter).
    """

    key: str
    name: str
    country: str
    kind: OriginKind
    label: Named | None = None

    def anonymous(self) -> Origin:
        """The same as far as everybody may know it: its country and kind, so that sites of one country are one."""
        return Origin(f"{self.kind}/{self.country}", "", self.country, self.kind)


UNKNOWN = Origin("", "", "", OriginKind.UNKNOWN)


@dataclass(frozen=True, slots=True)
class OriginShare:
    """So many kilograms of an element, of one origin.

    Args:
        mass: if everything was evenly mixed on the way.
        least, most: what it can be however it was mixed; None where nobody asked.
    """

    origin: Origin
    mass: Figure
    share: Figure
    least: Figure | None = None
    most: Figure | None = None


@dataclass(frozen=True, slots=True)
class Contained:
    """One element in a lot or battery, by origin.

    Args:
        element: symbol, e.g. `Co` (`C` is graphite).
        mass: contained element; unknown where form or assay is missing.
        origins: largest first, the unknown last; their masses sum to `mass`, their shares to 100 %.
        known: share with a known origin.
        recycled: share from waste.
        reasons: why something is unknown, gravest first.
    """

    element: str
    mass: Figure
    origins: tuple[OriginShare, ...]
    known: Figure
    recycled: Figure
    reasons: tuple[Sentence, ...] = ()


def by_origin(
    element: str,
    masses: Mapping[Origin, int] | None,
    reasons: Iterable[Sentence] = (),
    *,
    uncertainty_mg: int | None = None,
) -> Contained:
    """The content of one element from mg per origin; None where nobody knows how much there is.

    Returns:
        Shares in ppm by largest remainders, so that they sum to exactly 100 %.
    """
    if masses is None:
        lost = percent(None)
        return Contained(element, kg(None), (), lost, lost, tuple(reasons))
    ranked = sorted(masses.items(), key=_rank)
    total = sum(masses.values())
    shares = split(WHOLE, [mass for _, mass in ranked]) if total else [0] * len(ranked)
    rows = tuple(OriginShare(o, kg(mass), percent(ppm)) for (o, mass), ppm in zip(ranked, shares, strict=True) if mass)
    known = sum(ppm for (o, _), ppm in zip(ranked, shares, strict=True) if o.kind is not OriginKind.UNKNOWN)
    recycled = sum(ppm for (o, _), ppm in zip(ranked, shares, strict=True) if o.kind is OriginKind.RECYCLED)
    mass = kg(total, uncertainty_mg=uncertainty_mg)
    return Contained(element, mass, rows, percent(known), percent(recycled), tuple(reasons))


def _rank(item: tuple[Origin, int]) -> tuple[bool, int, str]:
    origin, mass = item
    return (origin.kind is OriginKind.UNKNOWN, -mass, origin.key)


def sums(contents: Iterable[Contained]) -> tuple[Decimal, Decimal]:
    """(kg of all measured elements, kg of them with a known origin)."""
    rows = [row for one in contents for row in one.origins]
    whole = sum((row.mass.value or Decimal(0) for row in rows), Decimal(0))
    lost = sum((row.mass.value or Decimal(0) for row in rows if row.origin.kind is OriginKind.UNKNOWN), Decimal(0))
    return whole, whole - lost


def known_share(contents: Iterable[Contained]) -> Figure:
    """Share of all measured elements together that has a known origin; unknown where nothing is measured."""
    whole, known = sums(contents)
    return Figure(known * 100 / whole, "%", Standing.COMPUTED) if whole else percent(None)


def verdict(contents: Iterable[Contained]) -> Sentence:
    """How much of all the metal here has a known origin: the first thing to say about a lot or a battery.

    Elements whose content nobody knows are left out of the sum and named in a sentence of their own
    (`unmeasured`). "All" is only said when not one milligram is unknown.
    """
    measured = [one for one in contents if one.mass.value]
    whole, known = sums(measured)
    if not whole:
        return Sentence("origin.nothing")
    values: dict[str, Value] = {
        "of": tuple(Named("element", one.element) for one in measured),
        "total": Figure(whole, "kg", Standing.COMPUTED),
    }
    if known == whole:
        return Sentence("origin.all-known", values)
    if not known:
        return Sentence("origin.none-known", values)
    told = {
        "share": known_share(measured),
        "known": Figure(known, "kg", Standing.COMPUTED),
        "unknown": Figure(whole - known, "kg", Standing.COMPUTED),
    }
    return Sentence("origin.known", {**values, **told})


def unmeasured(contents: Iterable[Contained]) -> Sentence | None:
    """The elements that are in it, nobody knows how much; None if there are none."""
    of = tuple(Named("element", one.element) for one in contents if one.mass.value is None)
    return Sentence("content.unknown", {"elements": of}) if of else None


@dataclass(frozen=True, slots=True)
class OriginView:
    """What is in a lot and from where, by mine or by any other characteristic.

    Args:
        by: the characteristic; `kinds` are those that Filon knows.
        elements: of which it can be asked; `element` is the one chosen, empty = all.
    """

    ledger: LedgerState
    key: str
    number: str
    by: str
    kinds: tuple[str, ...]
    element: str
    elements: tuple[str, ...]
    contained: tuple[Contained, ...]
