"""Stocktakes that assay: how much of each element is there, whether the books knew of it or not.

What lacks of an element is unaccounted, and weight that changed beside the elements is water, which leaves salts in dry
stores and enters them in wet ones. An element that nobody had told of is known from then on; who brought it is not
(decision 0113). In a silo by layers the sample is of the whole, so each layer gets the share of the difference that it
has of the element, and stays where it lies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import hypot

from filon.books.book import Check, Flow, Holding, Verdict
from filon.books.declared import Declared, measured, minus, plus, spread, unlikely
from filon.books.journal import COVERAGE, Journal, kg_text
from filon.books.lot import PIECE, Account, AccountKind, Amount, Content
from filon.books.movement import Movement
from filon.books.stocktake import account_of, anew, differ, level_sigma
from filon.core.finding import found
from filon.core.matter import ELEMENTS, MASS
from filon.core.quantity import part, split

Found = Mapping[str, int]
"""{element: mg}."""


@dataclass(frozen=True, slots=True)
class Composition:
    """What a stocktake found of a lot at a site, beside what the books have there.

    Args:
        layers: the holdings it lies in, in the order in which they come out; one, unless a silo keeps layers.
        amount, mass: what was weighed, in the holdings' unit and in mg.
        booked: what the books have in all layers.
        told: what is declared of the lot, with what was measured anew.
        known: what was found of elements that the books have there.
        fresh: what was found of elements of which the books know nothing there, or not how much.
    """

    layers: Sequence[Holding]
    amount: Amount
    mass: int
    booked: Content
    told: Declared
    known: Found
    fresh: Found


def composition(journal: Journal, holding: Holding, amount: Amount, said: Declared | None) -> Composition | None:
    """What a stocktake's own assays, or a moisture told anew, find; None where it only weighs."""
    layers = [one for one in journal.layers.order(holding) if one.left or any(one.left_content.values())]
    booked: Content = {}
    for one in layers:
        plus(booked, one.left_content)
    if said is None or holding.unit == PIECE or not amount.number or not booked.get(MASS):
        return None
    told = anew(journal.told(holding.lot), said)
    content = measured(told, amount)
    fresher = [e for e in ELEMENTS if e in said.assays or (e in booked and _dried(told, said, e))]
    mine = {e: mg for e in fresher if (mg := content.get(e, 0)) is not None}
    known = {e: mg for e, mg in mine.items() if booked.get(e)}
    fresh = {e: mg for e, mg in mine.items() if not booked.get(e) and (mg or booked.get(e, 0) is None)}
    if not any(known.values()):  # nothing that the weight could be told from
        known = {}
    return Composition(layers, amount, content[MASS] or 0, booked, told, known, fresh) if known or fresh else None


def _dried(told: Declared, said: Declared, element: str) -> bool:
    """Whether a moisture told anew tells an element anew."""
    return said.moisture is not None and (element not in told.assays or told.assays[element].basis == "dry")


def by_assay(journal: Journal, move: Movement, stock: Composition) -> None:
    """The elements are as assayed; elements that were not go with those that were; the rest of the weight is water."""
    beyond = _compare(journal, move, stock)
    kept = Fraction(sum(stock.known.values()), sum(stock.booked[e] or 0 for e in stock.known))
    held = [dict(one.left_content) for one in stock.layers]
    units = _parts(stock.amount.number, [one.left for one in stock.layers])
    masses = _parts(stock.mass, [content[MASS] or 0 for content in held])
    elements = [dict.fromkeys(stock.known, 0) for _ in held]
    for e, mg in stock.known.items():
        for mine, some in zip(elements, _parts(mg, [content.get(e) or 0 for content in held]), strict=True):
            mine[e] = some
    for at, (layer, fresh) in enumerate(_fresh(journal, stock.layers, stock.fresh)):
        like = None if beyond else layer.id
        new = _settle(journal, layer, Amount(units[at], layer.unit), masses[at], elements[at], kept, like)
        new.sigma = spread(stock.told, new.content)
        _add(journal, new, fresh, stock.told)


def learn(journal: Journal, move: Movement, stock: Composition) -> None:
    """Nothing can be compared, but from now on it is known how much is there; the weight has been counted before."""
    _compare(journal, move, stock)
    first = stock.layers[0]
    newest = journal.holdings[journal.open[first.lot, first.site]]
    layers = [one for one in journal.layers.order(newest) if one.left]
    for layer, fresh in _fresh(journal, layers, stock.fresh):
        if fresh:
            source = account_of(AccountKind.UNACCOUNTED, layer)
            _add(journal, journal.renewed(layer, Amount(0, layer.unit), {}, source), fresh, stock.told)


def _parts(amount: int, weights: Sequence[int]) -> list[int]:
    """Shares by weight; where nothing weighs anything all is the first one's."""
    return split(amount, weights if any(weights) else [1, *(0 for _ in weights[1:])])


def _settle(  # noqa: PLR0917 - a layer, what was found of it
    journal: Journal, layer: Holding, amount: Amount, mass: int, elements: Found, kept: Fraction, like: int | None
) -> Holding:
    """A holding becomes what was found of it; what was not assayed is there as much as what was."""
    booked = layer.left_content
    lack, more = _differences(booked, elements, kept)
    lack[MASS] = _share(booked[MASS] or 0, 1 - kept) if kept < 1 else 0
    more[MASS] = _share(mass, 1 - 1 / kept) if kept > 1 else 0
    water = (booked[MASS] or 0) - (lack[MASS] or 0) - (mass - (more[MASS] or 0))
    dry, open_ = account_of(AccountKind.WATER, layer), account_of(AccountKind.UNACCOUNTED, layer)
    units = max(0, layer.left - amount.number)
    lost = min(units, lack[MASS] or 0) if water > 0 else units
    _leaves(journal, layer, lost, lack, open_)
    _leaves(journal, layer, units - lost, {**dict.fromkeys(lack, 0), MASS: max(0, water)}, dry)
    new = journal.renewed(layer, Amount(amount.number - layer.left, layer.unit), more, open_, like=like)
    if water < 0:
        journal.gain(new, dry, {MASS: -water})
    return new


def _differences(booked: Content, elements: Found, kept: Fraction) -> tuple[Content, Content]:
    """What lacks and what is too much of each element, where it is known; what was not assayed goes with what was."""
    lack: Content = {}
    more: Content = {}
    for element, mg in booked.items():
        if mg is not None and element != MASS:
            there = elements.get(element, _share(mg, kept))
            lack[element], more[element] = max(0, mg - there), max(0, there - mg)
    return lack, more


def _share(mg: int, of: Fraction) -> int:
    return part(mg, of.numerator, of.denominator)


def _leaves(journal: Journal, holding: Holding, units: int, content: Content, account: Account) -> None:
    if units or any(content.values()):
        journal.flows.append(Flow(journal.event, holding.id, account, units, content))
        holding.left, holding.left_content = holding.left - units, minus(holding.left_content, content)


def _fresh(journal: Journal, layers: Sequence[Holding], found_: Found) -> list[tuple[Holding, Content]]:
    """What each layer has of elements that nobody had told of; what was unknown there is so no longer.

    What is found beyond the layers that are known is in those that are not, by their units; where less is found than
    the known ones hold, what lacks of them is unaccounted.
    """
    dealt: list[Content] = [{} for _ in layers]
    for element, mg in found_.items():
        there = [one.left_content.get(element, 0) for one in layers]
        open_ = [at for at, known in enumerate(there) if known is None] or range(len(layers))
        rest = max(0, mg - sum(known or 0 for known in there))
        for at, some in zip(open_, _parts(rest, [layers[at].left for at in open_]), strict=True):
            dealt[at][element] = some
        kept = _parts(min(mg, sum(known or 0 for known in there)), [known or 0 for known in there])
        for layer, known, some in zip(layers, there, kept, strict=True):
            if known and some < known:
                _leaves(journal, layer, 0, {element: known - some}, account_of(AccountKind.UNACCOUNTED, layer))
    for layer, fresh in zip(layers, dealt, strict=True):
        unknown: Content = {e: None for e in fresh if layer.left_content.get(e, 0) is None}
        if unknown:
            account = account_of(AccountKind.UNACCOUNTED, layer)
            journal.flows.append(Flow(journal.event, layer.id, account, 0, unknown))
            layer.left_content = {e: mg for e, mg in layer.left_content.items() if e not in unknown}
    return list(zip(layers, dealt, strict=True))


def _add(journal: Journal, new: Holding, fresh: Content, told: Declared) -> None:
    """What nobody had told of is there, of unknown origin: whose lots brought it is not known."""
    if fresh:
        journal.gain(new, account_of(AccountKind.UNACCOUNTED, new), fresh, like=None)
        new.sigma = {**new.sigma, **spread(told, fresh)}
    new.left_content = dict(new.content)


def _compare(journal: Journal, move: Movement, stock: Composition) -> bool:
    """Note what was found of each element beside what the books say; whether any differs beyond two sigma."""
    holding, before = stock.layers[0], journal.told(stock.layers[0].lot)
    failed = False
    for element, mg in {**stock.known, **stock.fresh}.items():
        book, assay = stock.booked.get(element), spread(stock.told, {element: mg}).get(element, 0.0)
        sigmas = [(one.left_content.get(element) or 0) * one.sigma.get(element, 0.0) for one in stock.layers]
        sigma = hypot(mg * level_sigma(stock.told), mg * assay, *sigmas)
        said = bool(book) or element in before.assays
        beyond = said and abs((book or 0) - mg) > COVERAGE * sigma
        failed = failed or beyond
        verdict = Verdict.FAIL if beyond else Verdict.PASS if said else Verdict.CANNOT_TELL
        journal.checks.append(Check(
            journal.event, "stocktake", holding.lot, holding.site, element, book or 0, mg, (book or 0) - mg,
            round(sigma), verdict, account_of(AccountKind.UNACCOUNTED, holding)))  # fmt: skip
        if beyond:
            differ(journal, move, holding, *(f"{kg_text(one)} kg {element}" for one in (mg, book or 0)))
        elif not said:
            _tell(journal, move, holding, element, mg)
    if failed and move.declared and stock.told.form:  # metal as booked: then the water tells why the assay is high
        for one in move.declared.assays.values():
            journal.findings += unlikely(one, stock.told.form, journal.name(holding.lot), move.said.place)
    return failed


def _tell(journal: Journal, move: Movement, holding: Holding, element: str, mg: int) -> None:
    names = {"lot": journal.name(holding.lot), "site": journal.register.name(holding.site), "element": element}
    journal.findings.append(found("BOK-047", move.said.place, found=f"{kg_text(mg)} kg", mass=kg_text(mg), **names))
