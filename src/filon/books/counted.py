"""Stocktakes: the holding is as it was found, in weight and in what was assayed of it; the difference stands open.

A stocktake that only weighs finds more or less of the mixture that the books know. One that assays as well finds how
much of each element is there: what lacks of them is unaccounted, and weight that changed beside them is water, which
leaves salts in dry stores and enters them in wet ones. A lot that the books did not know is opening stock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from math import hypot

from filon.books.book import Check, Flow, Holding, Verdict
from filon.books.declared import Declared, content_findings, default_sigma, measured, minus, spread, unlikely
from filon.books.journal import COVERAGE, UNKNOWN, Journal, amount_text, kg_text
from filon.books.lot import LITRE, MILLIGRAM, PIECE, Account, AccountKind, Amount, Content
from filon.books.movement import Line, Movement
from filon.core.finding import found
from filon.core.matter import MASS
from filon.core.quantity import part

Found = Mapping[str, int]
"""{element: mg} that the assays of a stocktake found."""


def count(journal: Journal, move: Movement, line: Line) -> None:
    """Post what a stocktake found of one lot.

    Findings:
        BOK-019: measured and booked differ by more than two sigma.
        What `content_findings` says of opening stock, and of an assay that the form cannot have.
    """
    if not journal.follows(line.lot) or line.amount is None:
        return
    site = journal.site_of(line.lot, move.site)
    index = journal.open.get((line.lot, site))
    if index is None:
        _opening(journal, move, line)
        return
    holding = journal.holdings[index]
    amount = journal.in_units_of(move, line, holding)
    if amount is None:
        return
    told = anew(journal.told(line.lot), move.declared)
    elements = {} if journal.layers.apart(site) else _assayed(holding, amount, told, move.declared)
    if elements:
        _by_assay(journal, move, holding, amount, told, elements)
    else:
        _by_weight(journal, move, holding, amount)


def anew(told: Declared, said: Declared | None) -> Declared:
    """What was declared of a lot, with what a stocktake measured of it since."""
    if said is None:
        return told
    return replace(
        told,
        form=told.form or said.form,
        assays={**told.assays, **said.assays},
        moisture=told.moisture if said.moisture is None else said.moisture,
        drying=told.drying if said.moisture is None else said.drying,
        weighing=said.weighing,
        density=said.density or told.density,
    )


def level_sigma(told: Declared) -> float:
    """Relative one-sigma uncertainty of what a stocktake weighs: as it said, else the table's."""
    return float(told.weighing) if told.weighing is not None else default_sigma("stocktake") / 100


def _opening(journal: Journal, move: Movement, line: Line) -> None:
    assert line.amount is not None
    told = anew(journal.told(line.lot), move.declared)
    if move.declared and line.lot not in journal.known:
        journal.declared[line.lot] = told
        journal.findings += content_findings(told, journal.name(line.lot), move.said.place)
    origin = (move.declared.origin if move.declared else "") or told.origin or UNKNOWN
    content = measured(told, line.amount)
    site = journal.site_of(line.lot, move.site)
    journal.pour(line.lot, site, line.amount, content, spread(told, content), Account(AccountKind.SOURCE, origin))


def _by_weight(journal: Journal, move: Movement, holding: Holding, amount: Amount) -> None:
    """More or less of the mixture that the books know."""
    booked, there = journal.layers.there(holding), amount.number
    sigma = level_sigma(move.declared or Declared()) * max(booked, there) if holding.unit in {MILLIGRAM, LITRE} else 0.0
    beyond = abs(booked - there) > COVERAGE * sigma
    account = _account(AccountKind.UNACCOUNTED, holding)
    if holding.unit == MILLIGRAM:
        journal.checks.append(Check(
            journal.event, "stocktake", holding.lot, holding.site, MASS, booked, there, booked - there, round(sigma),
            Verdict.FAIL if beyond else Verdict.PASS, account))  # fmt: skip
    if there < booked:
        for layer, units in journal.layers.draw(holding, booked - there):
            journal.flows.append(Flow(journal.event, layer.id, account, units, journal.out(layer, units)))
    elif there > booked:
        more = Amount(there - booked, holding.unit)
        content = journal.scaled(holding, more, journal.told(holding.lot))
        like = None if beyond else holding.id
        journal.pour(holding.lot, holding.site, more, content, dict(holding.sigma), account, like=like)
    if beyond:
        _differ(journal, move, holding, *(amount_text(Amount(one, holding.unit)) for one in (there, booked)))


def _assayed(holding: Holding, amount: Amount, told: Declared, said: Declared | None) -> Found:
    """What the stocktake's own assays, or a moisture told anew, find of the elements that the books know."""
    if said is None or holding.unit == PIECE or not holding.left_content.get(MASS):
        return {}
    dried = {e for e in holding.left_content if said.moisture is not None and _on_dry_basis(told, e)}
    content = measured(told, amount)
    mine = {e: content.get(e) for e in holding.left_content if e != MASS and (e in said.assays or e in dried)}
    return {e: mg for e, mg in mine.items() if mg and holding.left_content[e]}


def _on_dry_basis(told: Declared, element: str) -> bool:
    return element not in told.assays or told.assays[element].basis == "dry"


def _by_assay(  # noqa: PLR0917 - what the books hold, what was measured of it
    journal: Journal, move: Movement, holding: Holding, amount: Amount, told: Declared, elements: Found
) -> None:
    """The elements are as assayed; elements that were not go with those that were; the rest of the weight is water."""
    booked, mass = holding.left_content, measured(told, amount)[MASS] or 0
    beyond = _compare(journal, move, holding, told, elements)
    kept = Fraction(sum(elements.values()), sum(booked[e] or 0 for e in elements))
    lack, more = _differences(booked, elements, kept)
    lack[MASS] = _share(booked[MASS] or 0, 1 - kept) if kept < 1 else 0
    more[MASS] = _share(mass, 1 - 1 / kept) if kept > 1 else 0
    water = (booked[MASS] or 0) - (lack[MASS] or 0) - (mass - (more[MASS] or 0))
    dry = _account(AccountKind.WATER, holding)
    units = max(0, holding.left - amount.number)
    lost = min(units, lack[MASS] or 0) if water > 0 else units
    _leaves(journal, holding, lost, lack, _account(AccountKind.UNACCOUNTED, holding))
    _leaves(journal, holding, units - lost, {**dict.fromkeys(lack, 0), MASS: max(0, water)}, dry)
    rest = Amount(amount.number - holding.left, holding.unit)
    source, like = _account(AccountKind.UNACCOUNTED, holding), None if beyond else holding.id
    new = journal.pour(holding.lot, holding.site, rest, more, {}, source, like=like)
    if water < 0:
        journal.gain(new, dry, {MASS: -water})
    new.sigma, new.left_content = spread(told, new.content), dict(new.content)


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


def _compare(journal: Journal, move: Movement, holding: Holding, told: Declared, elements: Found) -> bool:
    """Note what was found of each element beside what the books say; whether any differs beyond two sigma."""
    failed = False
    assay = spread(told, dict(elements))
    for element, mg in elements.items():
        book = holding.left_content[element] or 0
        sigma = hypot(mg * level_sigma(told), mg * assay[element], book * holding.sigma.get(element, 0.0))
        beyond = abs(book - mg) > COVERAGE * sigma
        failed = failed or beyond
        journal.checks.append(Check(
            journal.event, "stocktake", holding.lot, holding.site, element, book, mg, book - mg, round(sigma),
            Verdict.FAIL if beyond else Verdict.PASS, _account(AccountKind.UNACCOUNTED, holding)))  # fmt: skip
        if beyond:
            _differ(journal, move, holding, *(f"{kg_text(one)} kg {element}" for one in (mg, book)))
    if failed and move.declared and told.form:  # where the metal is as booked, the water tells why the assay is high
        for one in move.declared.assays.values():
            journal.findings += unlikely(one, told.form, journal.name(holding.lot), move.said.place)
    return failed


def _account(kind: AccountKind, holding: Holding) -> Account:
    return Account(kind, f"stocktake {holding.lot}@{holding.site}")


def _differ(journal: Journal, move: Movement, holding: Holding, measured: str, book: str) -> None:
    names = {"lot": journal.name(holding.lot), "site": journal.register.name(holding.site)}
    journal.findings.append(
        found("BOK-019", move.said.place, expected=book, found=measured, measured=measured, book=book, **names)
    )
