"""Matter: elements, compounds by formula, and the forms that battery materials are traded in.

"5 000 t of cobalt sulfate" is 1 048 t of cobalt as heptahydrate and 1 703 t as monohydrate: contained element
follows from the form, never from a name alone.

    mass_fraction("CoSO4·7H2O", "Co")    # Fraction, 0.20966
    form("CoSO4·7H2O").elements           # ('Co',)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from filon.core.remember import remembered
from filon.core.tables import table

MASS = "mass"
"""Total mass, kept in the books beside the elements."""

ELEMENTS = ("Co", "Ni", "Li", "Mn", "Cu", "C", "As", "Fe", "P", "Al", "S", "F")
"""The elements kept in the books, C standing for graphite. O, H, Na and the like come and go with reagents."""

TOLD = frozenset({"S", "F"})
"""Elements that come and go with reagents too: kept where an assay or the table of forms names them, never expected."""

_TOKEN = re.compile(r"([A-Z][a-z]?)|(\()|(\))|([·.*])|(\d+(?:\.\d+)?)")


class FormulaError(ValueError):
    """The text is not a chemical formula of known elements."""


@cache
def atomic_weights() -> Mapping[str, Fraction]:
    """Standard atomic weights, g/mol.

    Source: IUPAC abridged standard atomic weights, table `elements`.
    """
    return {row["symbol"]: Fraction(row["weight"]) for row in table("elements").rows}


@remembered(4_096)
def atoms(formula: str) -> Mapping[str, Fraction]:
    """How many atoms of each element a formula unit holds: `Ni0.8Co0.1Mn0.1(OH)2`, `CoSO4·7H2O`.

    Raises:
        FormulaError: an unknown symbol, an open bracket, an empty text.
    """
    total: dict[str, Fraction] = {}
    for piece in re.split(r"[·*]", formula.strip()):
        lead = re.match(r"\d+(?:\.\d+)?(?=[A-Z(])", piece)
        factor = Fraction(lead.group()) if lead else Fraction(1)
        for symbol, count in _count(piece[lead.end() if lead else 0 :], formula).items():
            total[symbol] = total.get(symbol, Fraction(0)) + factor * count
    return total


def _count(piece: str, formula: str) -> dict[str, Fraction]:  # noqa: C901 - one small state machine
    stack: list[dict[str, Fraction]] = [{}]
    last: dict[str, Fraction] = {}
    position = 0

    def close(group: dict[str, Fraction]) -> None:
        for symbol, count in group.items():
            stack[-1][symbol] = stack[-1].get(symbol, Fraction(0)) + count

    for match in _TOKEN.finditer(piece):
        if match.start() != position:
            break
        position = match.end()
        symbol, opened, closed, _, number = match.groups()
        if number:
            if not last:
                break
            last = {key: count * Fraction(number) for key, count in last.items()}
            continue
        close(last)
        last = {}
        if symbol:
            if symbol not in atomic_weights():
                raise FormulaError(f"unknown element {symbol} in {formula!r}")
            last = {symbol: Fraction(1)}
        elif opened:
            stack.append({})
        elif closed and len(stack) > 1:
            last = stack.pop()
        else:
            break
    else:
        close(last)
        if position == len(piece) and len(stack) == 1 and any(stack[0].values()):
            return stack[0]
    raise FormulaError(f"not a chemical formula: {formula!r}")


@remembered(4_096)
def molar_mass(formula: str) -> Fraction:
    """Grams per mole of the formula unit."""
    return sum((atomic_weights()[symbol] * count for symbol, count in atoms(formula).items()), Fraction(0))


@cache
def mass_fraction(formula: str, element: str) -> Fraction:
    """Mass of the element in one mass unit of the pure compound, 0..1; 0 if it is not in it."""
    return atoms(formula).get(element, Fraction(0)) * atomic_weights()[element] / molar_mass(formula)


@cache
def crystal_waters(formula: str) -> Fraction:
    """Molecules of water in the formula of a salt's crystals: 7 of `CoSO4·7H2O`, 0 of `CoSO4`."""
    counts = (re.fullmatch(r"(\d*)H2O", piece) for piece in formula.split("·")[1:])
    return sum((Fraction(count[1] or 1) for count in counts if count), Fraction(0))


@dataclass(frozen=True, slots=True)
class Form:
    """The chemical and physical form a product is made, sold and assayed in.

    Args:
        key: as written in files, e.g. `CoSO4·7H2O` or `arsenide concentrate`.
        formula: pure compound, empty for mixtures whose content only an assay tells.
        elements: conserved elements that such a product carries; others are taken as absent.
        article: True for cells, modules and packs: what is in them is what went into them.
        stage: mine, concentrate, refined, pcam, cam, cell, pack, other.
        window: {element: (lowest, highest)} plausible assay in percent.
        names: {"en": .., "fr": ..}.
    """

    key: str
    formula: str
    elements: tuple[str, ...]
    article: bool
    stage: str
    window: Mapping[str, tuple[Fraction, Fraction]]
    names: Mapping[str, str]


@cache
def forms() -> Mapping[str, Form]:
    """Every known form by key; aliases lead to the same form."""
    known: dict[str, Form] = {}
    for row in table("forms").rows:
        window = {
            element: (Fraction(low), Fraction(high))
            for element, low, high in (item.split("/") for item in row["window"].split())
        }
        one = Form(
            key=row["key"],
            formula=row["formula"],
            elements=tuple(row["elements"].split()),
            article=row["article"] == "yes",
            stage=row["stage"],
            window=window,
            names={"en": row["en"], "fr": row["fr"]},
        )
        for name in (row["key"], *filter(None, row["aliases"].split("|"))):
            known[_plain(name)] = one
    return known


def form(text: str) -> Form | None:
    """The form of that key, alias or chemical formula; None if it is none of them.

    A formula that the table does not list is a form of its own: its conserved elements are those in it, carbon only
    where it is nothing else.
    A bare "cobalt sulfate" or "CoSO4" without water of crystallisation is *not* guessed (rule I-1): the first
    is unknown, the second is the anhydrous compound that it says.
    """
    if listed := forms().get(_plain(text)):
        return listed
    try:
        held = atoms(_dotted(text))
    except FormulaError:
        return None
    come = TOLD if held.keys() == {"C"} else TOLD | {"C"}  # the carbon of a carbonate comes with soda and goes as gas
    carried = tuple(element for element in ELEMENTS if element in held and element not in come)
    return Form(text, _dotted(text), carried, article=False, stage="other", window={}, names={"en": text, "fr": text})


def _dotted(text: str) -> str:
    return re.sub(r"\s*[·•∙⋅*.]\s*(?=\d*H2O)", "·", text.strip())


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", _dotted(text)).casefold()
