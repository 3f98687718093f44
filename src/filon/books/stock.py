"""Stock: lots enter the books, and leave them."""

from __future__ import annotations

from filon.books.book import Flow
from filon.books.declared import measured, spread
from filon.books.journal import UNKNOWN, Journal
from filon.books.lot import Account, AccountKind, Amount, Content
from filon.books.movement import Line, Movement, removed_to
from filon.books.register import ORIGIN_KINDS
from filon.core.finding import found


def birth(journal: Journal, move: Movement, line: Line) -> None:
    """A lot enters the books from its origin: the one declared, else the site if it is a mine or a recycler.

    Findings:
        BOK-018: the lot is there already; the new matter is added to it.
        BOK-020: nobody said the origin; it is UNKNOWN.
        BOK-023: no quantity; nothing is posted.
    """
    if not journal.follows(line.lot):
        return
    if line.amount is None:
        journal.findings.append(found("BOK-023", move.said.place, lot=journal.name(line.lot)))
        return
    told = journal.says(move, line.lot)
    content = measured(told, line.amount)
    origin = told.origin or (move.site if journal.register.site(move.site).kind in ORIGIN_KINDS else UNKNOWN)
    if (line.lot, move.site) in journal.open or line.lot in journal.born:
        journal.findings.append(found("BOK-018", move.said.place, lot=journal.name(line.lot)))
    if origin == UNKNOWN and (told.form or told.assays):
        names = {"lot": journal.name(line.lot), "site": journal.register.name(move.site)}
        journal.findings.append(found("BOK-020", move.said.place, **names))
    journal.born.add(line.lot)
    source = Account(AccountKind.SOURCE, origin)
    output(journal, move, line, content, spread(told, content), source)


_LEAVES = frozenset({AccountKind.WASTE, AccountKind.BY_PRODUCT, AccountKind.OUT_OF_SCOPE})


def output(  # noqa: PLR0917 - a posting's six parts
    journal: Journal, move: Movement, line: Line, content: Content, sigma: dict[str, float], source: int | Account
) -> None:
    """A lot that was made enters stock, or leaves the books at once as by-product or waste."""
    kind = journal.says(move, line.lot).kind
    if not journal.follows(line.lot):
        kind = AccountKind.OUT_OF_SCOPE  # a sister of a followed lot: its own story is told elsewhere
    if kind in _LEAVES:
        journal.flows.append(Flow(journal.event, source, Account(AccountKind(kind), line.lot), 0, content))
    else:
        journal.pour(line.lot, move.site, line.amount or Amount(0), content, sigma, source)


def removal(journal: Journal, move: Movement, line: Line) -> None:
    """A lot, or part of it, leaves the books: destroyed or disposed of as waste, else out of scope."""
    line = journal.resolved(line)
    site = journal.site_of(line.lot, move.site)
    index = journal.open.get((line.lot, site))
    if index is None:
        return
    holding = journal.holdings[index]
    amount = journal.in_units_of(move, line, holding)
    if amount is None:
        return
    sink = Account(AccountKind(removed_to(move.said.event)), line.lot)
    for layer, units in journal.layers.draw(holding, amount.number):
        journal.flows.append(Flow(journal.event, layer.id, sink, units, journal.out(layer, units)))
