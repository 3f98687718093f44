"""Stocktakes: the holding is as it was found, in weight and in what was assayed of it; the difference stands open.

A stocktake that only weighs finds more or less of the mixture that the books know. One that assays as well finds how
much of each element is there (`assayed`). A lot that the books did not know is opening stock.
"""

from __future__ import annotations

from filon.books.assayed import by_assay, composition, learn
from filon.books.book import Check, Flow, Holding, Verdict
from filon.books.declared import Declared, content_findings, measured, spread
from filon.books.journal import COVERAGE, UNKNOWN, Journal, amount_text
from filon.books.lot import BULK, MILLIGRAM, Account, AccountKind, Amount
from filon.books.movement import Line, Movement
from filon.books.stocktake import account_of, anew, differ, level_sigma
from filon.core.matter import MASS


def count(journal: Journal, move: Movement, line: Line) -> None:
    """Post what a stocktake found of one lot.

    Findings:
        BOK-019: measured and booked differ by more than two sigma.
        BOK-047: it found an element that nobody had told of.
        What `content_findings` says of opening stock, and of an assay that the form cannot have.
    """
    empty = line.amount is None and str(move.said.event.own("empty") or "").lower() == "true"
    if not journal.follows(line.lot) or (line.amount is None and not empty):
        return
    site = journal.site_of(line.lot, move.site)
    index = journal.open.get((line.lot, site))
    if index is None:
        _opening(journal, move, line)
        return
    holding = journal.holdings[index]
    amount = Amount(0, holding.unit) if empty else journal.in_units_of(move, line, holding)
    if amount is None:
        return
    stock = composition(journal, holding, amount, move.declared)
    if stock and stock.known:
        by_assay(journal, move, stock)
        return
    _by_weight(journal, move, holding, amount)
    if stock:
        learn(journal, move, stock)


def _opening(journal: Journal, move: Movement, line: Line) -> None:
    if line.amount is None:  # nobody knows it, and it is not there
        return
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
    sigma = level_sigma(move.declared or Declared()) * max(booked, there) if holding.unit in BULK else 0.0
    beyond = abs(booked - there) > COVERAGE * sigma
    account = account_of(AccountKind.UNACCOUNTED, holding)
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
        differ(journal, move, holding, *(amount_text(Amount(one, holding.unit)) for one in (there, booked)))
