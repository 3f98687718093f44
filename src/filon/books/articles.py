"""Articles: pieces become modules and packs, by ranges of serial numbers, and come apart again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from operator import itemgetter

from msgspec.structs import replace

from filon.books.book import Flow, Holding
from filon.books.declared import minus, plus
from filon.books.journal import Journal, amount_text
from filon.books.lot import MILLIGRAM, PIECE, Account, AccountKind, Amount, Content, LotId
from filon.books.movement import Line, Movement, Said
from filon.books.ranges import Named, Span, Spans, named, overlap
from filon.core.finding import Finding, found
from filon.core.matter import MASS
from filon.core.quantity import part


def assembly(journal: Journal, move: Movement) -> None:
    """Pieces become part of an article: their content, and which serial numbers they were."""
    ranges = _ranges(journal, move)
    whole = journal.follows(move.parent)
    takes = [line for line in move.takes if whole or journal.takes_from(line)]
    if not whole and not takes:
        return
    pool = journal.new(move.parent, move.site, AccountKind.STEP, PIECE)
    inside = journal.inside[move.parent]
    for line in takes:
        lot = journal.resolved(line).lot
        for content, _ in journal.take(move, line, pool.id, serials=ranges.get(lot, ())):
            if line.amount:
                there, before = inside.get(lot) or (Amount(0, line.amount.unit), {})
                plus(before, content)
                inside[lot] = (Amount(there.number + line.amount.number, there.unit), before)
    if not whole:
        journal.drain(pool, Account(AccountKind.OUT_OF_SCOPE, "elsewhere"))
        return
    begun = (move.parent, move.site) in journal.open
    mass = journal.told(move.parent).piece_mg
    if mass is not None and not begun:
        _weigh(journal, move, pool.id, mass)
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
    """An article is taken apart: each part gets what was put in as it, and what else there is stays in the article.

    Parts that nobody saw going in share everything by pieces; the last one takes what is left.

    Findings:
        BOK-010: a part that went in comes out again once too often; what is not inside any more is not posted.
        BOK-011, BOK-012: the article is not there; it is taken apart where the books have it, or nothing is posted.
    """
    parts = [line for line in move.gives if line.amount]
    if not journal.follows(move.parent):  # elsewhere it came apart: its parts have their own names from now on
        journal.known.update(line.lot for line in parts)
        return
    whole = _found(journal, move)
    if whole is None:
        return
    inside = journal.inside.get(move.parent, {})
    if not move.gives:
        parts = [Line(lot, there) for lot, (there, _) in inside.items() if there.number]
    parts = list(_still_inside(journal, move, inside, parts))
    named = [(line, journal.resolved(line).lot) for line in parts]
    if all(lot in inside and _is_inside(inside[lot][0], line) for line, lot in named):
        for line, lot in named:
            there, content = inside[lot]
            taken, number = amount_of(line), there.number
            share: Content = {s: None if mg is None else part(mg, taken, number) for s, mg in content.items()}
            _part(journal, move, whole, line, share)
            inside[lot] = (replace(there, number=number - taken), minus(content, share))
    else:
        weights = _weights(journal, whole, parts)
        rest = sum(weights)
        for line, weight in zip(parts, weights, strict=True):
            held = whole.left_content.items()
            share = {s: None if mg is None else part(mg, weight, rest) if rest else 0 for s, mg in held}
            rest -= weight
            _part(journal, move, whole, line, share, taken=0 if rest else whole.left)


def _is_inside(there: Amount, line: Line) -> bool:
    return line.amount is not None and line.amount.unit == there.unit and there.number >= line.amount.number


def _weights(journal: Journal, whole: Holding, parts: Sequence[Line]) -> list[int]:
    """By what parts nobody saw going in share what is there: pieces by number; beside kilograms, by their mass.

    A piece weighs what its maker declared, else its part of what the kilograms leave of the article.
    """
    bulk = [line.amount.number if line.amount and line.amount.unit == MILLIGRAM else 0 for line in parts]
    if not any(bulk):
        return [amount_of(line) for line in parts]
    said = [journal.told(line.lot).piece_mg for line in parts]
    pieces = [0 if mg else amount_of(line) for line, mg in zip(parts, bulk, strict=True)]
    left = max(0, (whole.left_content.get(MASS) or 0) - sum(bulk))
    each = part(left, 1, sum(pieces)) if any(pieces) else 0
    return [mg or number * (mass or each) for mg, number, mass in zip(bulk, pieces, said, strict=True)]


def _still_inside(
    journal: Journal, move: Movement, inside: Mapping[LotId, tuple[Amount, Content]], parts: Sequence[Line]
) -> Iterator[Line]:
    """The parts that can come out: of a lot that was seen going in, no more pieces than are left of it."""
    left = {lot: there.number for lot, (there, _) in inside.items()}
    for line in parts:
        lot, asked = journal.resolved(line).lot, amount_of(line)
        if lot not in left or line.amount is None or line.amount.unit != inside[lot][0].unit:
            yield line
            continue
        pieces = min(asked, left[lot])
        left[lot] -= pieces
        if pieces:
            yield replace(line, amount=replace(line.amount, number=pieces))
        if pieces < asked:
            place = journal.register.name(move.site)
            more = amount_text(Amount(asked - pieces, line.amount.unit))
            journal.findings.append(found("BOK-010", move.said.place, lot=journal.name(lot), site=place, more=more))


def amount_of(line: Line) -> int:
    """Counting units of a line, 0 where none are said."""
    return line.amount.number if line.amount else 0


def _part(journal: Journal, move: Movement, whole: Holding, line: Line, share: Content, *, taken: int = 0) -> None:
    left = whole.left_content
    share = {s: None if left.get(s, 0) is None else min(mg or 0, left.get(s, 0) or 0) for s, mg in share.items()}
    whole.left_content = minus(left, share)
    whole.left -= taken
    journal.pour(line.lot, move.site, line.amount or Amount(0), share, dict(whole.sigma), whole.id, taken=taken)


def _found(journal: Journal, move: Movement) -> Holding | None:
    """The article that is taken apart: at the site, else wherever the books have it."""
    lot, site = move.parent, journal.site_of(move.parent, move.site)
    index = journal.open.get((lot, site))
    if index is not None and journal.holdings[index].left:
        return journal.holdings[index]
    code = "BOK-011" if lot in journal.known else "BOK-012"
    place = journal.register.name(move.site)
    journal.findings.append(found(code, move.said.place, lot=journal.name(lot), site=place))
    others = sorted(journal.whereabouts.get(lot, ()))
    there = [journal.holdings[journal.open[lot, one]] for one in others]
    return next((holding for holding in there if holding.left), None)


def _ranges(journal: Journal, move: Movement) -> Named:
    """The serial ranges an assembly names, by batch; checked against the batch and its quantity.

    Findings:
        BOK-022: serial numbers outside the batch.
        BOK-026: as many ranges' pieces as were put in do not match.
    """
    named_here = journal.ranges.get(move.said.key) or named(move.said.event)
    for batch, spans in named_here.items():
        born = journal.told(batch).serials
        for span in spans.outside(born) if born else ():
            journal.findings.append(_serials("BOK-022", journal, move.said, batch, span))
        journal.used[batch].append((spans, move.said))
    for line in move.takes:
        pieces = named_here[line.lot].pieces if line.lot in named_here else 0
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
    return named_here


def serials_twice(journal: Journal) -> list[Finding]:
    """What serial numbers cannot do.

    Findings:
        BOK-021: one went into two articles.
        BOK-039: two batches of one product say that they have it.
    """
    findings = _batches_overlap(journal)
    for batch, used in journal.used.items():
        uses, clashes = journal.clashes.get(batch, (0, []))
        if uses != len(used):
            clashes = list(_clashes(journal, batch, used))
            journal.clashes[batch] = len(used), clashes
        findings += clashes
    return findings


def _clashes(journal: Journal, batch: LotId, used: Sequence[tuple[Spans, Said]]) -> Iterator[Finding]:
    if not overlap([spans for spans, _ in used]):
        return
    listed = [(*span, said) for spans, said in used for span in spans.pairs]
    for before, after in pairwise(sorted(listed, key=itemgetter(0, 1))):
        if after[0] <= before[1]:
            span = (after[0], min(before[1], after[1]))
            yield _serials("BOK-021", journal, after[2], batch, span)


def _batches_overlap(journal: Journal) -> list[Finding]:
    findings = []
    for ranges in journal.batches.values():
        for (first, last, one), (after, until, other) in pairwise(sorted(set(ranges))):
            if one != other and after <= last:
                numbers, names = f"{max(first, after)}–{min(last, until)}", map(journal.name, (one, other))
                findings.append(found("BOK-039", found=numbers, serials=numbers, lot=next(names), other=next(names)))
    return findings


def _serials(code: str, journal: Journal, said: Said, batch: LotId, span: Span) -> Finding:
    return found(code, said.place, lot=journal.name(batch), serials=f"{span[0]}–{span[1]}")
