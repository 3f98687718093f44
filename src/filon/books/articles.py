"""Articles: pieces become modules and packs, by ranges of serial numbers, and come apart again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from filon.books.book import Flow
from filon.books.journal import Journal
from filon.books.lot import PIECE, Account, AccountKind, Amount, Content, LotId
from filon.books.movement import Movement
from filon.core.finding import Finding, found
from filon.core.matter import MASS
from filon.core.quantity import MG_PER_KG, part

Span = tuple[int, int]
"""First and last serial number, inclusive."""


def assembly(journal: Journal, move: Movement) -> None:
    """Pieces become part of an article: their content, and which serial numbers they were."""
    ranges = _ranges(journal, move)
    whole = journal.follows(move.parent)
    takes = [line for line in move.takes if whole or journal.takes_from(line)]
    if not whole and not takes:
        return
    pool = journal.new(move.parent, move.site, AccountKind.STEP, PIECE)
    for line in takes:
        journal.take(move, line, pool.id, serials=tuple(ranges.get(journal.resolved(line).lot, ())))
    if not whole:
        journal.drain(pool, Account(AccountKind.OUT_OF_SCOPE, "elsewhere"))
        return
    begun = (move.parent, move.site) in journal.open
    mass = journal.told(move.parent).piece_mass
    if mass is not None and not begun:
        _weigh(journal, move, pool.id, round(mass * MG_PER_KG))
    journal.pour(move.parent, move.site, Amount(0 if begun else 1, PIECE), dict(pool.content), {}, pool.id)


def _weigh(journal: Journal, move: Movement, pool_id: int, mass: int) -> None:
    """An article weighs more than its traced parts: the rest is matter that nobody traces."""
    pool = journal.holdings[pool_id]
    inside = pool.content.get(MASS, 0)
    account = Account(AccountKind.REAGENTS, f"step {move.said.key}")
    if inside is None:
        return
    if mass > inside:
        journal.gain(pool, account, {MASS: mass - inside}, like=None)
    elif mass < inside:
        journal.flows.append(Flow(journal.event, pool.id, account, 0, {MASS: inside - mass}))
        pool.content[MASS] = mass


def disassembly(journal: Journal, move: Movement) -> None:
    """An article is taken apart: its content goes to the parts by pieces, the last part takes what is left."""
    index = journal.open.get((move.parent, journal.site_of(move.parent, move.site)))
    parts = [(line.lot, line.amount) for line in move.gives if line.amount and line.amount.number]
    if not journal.follows(move.parent):  # elsewhere it came apart: its parts have their own names from now on
        journal.known.update(lot for lot, _ in parts)
        return
    if index is None or not parts:
        return
    whole = journal.holdings[index]
    rest = sum(amount.number for _, amount in parts)
    taken = whole.left
    for lot, amount in parts:
        piece: Content = {
            s: None if mg is None else part(mg, amount.number, rest) for s, mg in whole.left_content.items()
        }
        whole.left_content = {s: None if mg is None else mg - (piece[s] or 0) for s, mg in whole.left_content.items()}
        rest -= amount.number
        journal.pour(lot, move.site, amount, piece, dict(whole.sigma), whole.id, taken=taken)
        taken = 0
    whole.left = 0


def _ranges(journal: Journal, move: Movement) -> dict[LotId, list[Span]]:
    """The serial ranges an assembly names, by batch; checked against the batch and its quantity.

    Findings:
        BOK-022: serial numbers outside the batch.
        BOK-026: as many ranges' pieces as were put in do not match.
    """
    named: dict[LotId, list[Span]] = defaultdict(list)
    for batch, span in _spans(move):
        named[batch].append(span)
        born = journal.told(batch).serials
        if born and not born[0] <= span[0] <= span[1] <= born[1]:
            journal.findings.append(_serials("BOK-022", journal, move, batch, span))
        journal.used[batch].append((*span, move))
    for line in move.takes:
        pieces = sum(last - first + 1 for first, last in named.get(line.lot, ()))
        if pieces and line.amount and line.amount.number != pieces:
            journal.findings.append(
                found(
                    "BOK-026",
                    move.said.place,
                    expected=str(line.amount.number),
                    found=str(pieces),
                    parent=journal.name(move.parent),
                    ranges=pieces,
                    pieces=line.amount.number,
                )
            )
    return named


def _spans(move: Movement) -> Iterator[tuple[LotId, Span]]:
    for item in move.said.event.own("ranges") or ():
        plain = {str(key).rpartition("/")[2]: str(value) for key, value in item.items()}
        if plain.get("first", "").isdecimal() and plain.get("last", "").isdecimal():
            yield LotId(plain.get("class", "")), (int(plain["first"]), int(plain["last"]))


def serials_twice(journal: Journal) -> list[Finding]:
    """Findings BOK-021 for every serial number that went into two articles."""
    findings = []
    for batch, spans in journal.used.items():
        for before, after in pairwise(sorted(spans, key=lambda span: span[:2])):
            if after[0] <= before[1]:
                span = (after[0], min(before[1], after[1]))
                findings.append(_serials("BOK-021", journal, after[2], batch, span))
    return findings


def _serials(code: str, journal: Journal, move: Movement, batch: LotId, span: Span) -> Finding:
    return found(code, move.said.place, lot=journal.name(batch), serials=f"{span[0]}–{span[1]}")
