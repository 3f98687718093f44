"""What is wrong between the rows of a workbook, and between it and what the ledger knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from filon.core.finding import Finding, Place, found
from filon.exchange.workbook.facts import Counted, Facts, Joined, Made, Received, Shipped
from filon.exchange.workbook.handling import OUT
from filon.exchange.workbook.knowledge import Knowledge
from filon.exchange.workbook.names import is_piece
from filon.exchange.workbook.plausible import TOLERANCE
from filon.exchange.workbook.reading import Reading, Row


def doubles(reading: Reading, said: Facts) -> Iterator[Finding]:
    """Rows that say something twice, or two things of one.

    Findings:
        IMP-02: a lot stands twice with one weight. IMP-29: with two. IMP-41: a row like an earlier one.
        IMP-36: the lines of a delivery note disagree.
    """
    first: dict[tuple[str, str], Made] = {}
    for lot in said.made:
        # A provisional and a final row of one lot are two observations, not a double.
        earlier = first.setdefault((lot.lot, lot.row.text("lots.status") or "final"), lot)
        if earlier is lot:
            continue
        if earlier.kg == lot.kg:
            place = reading.cell(lot.row, "lots.lot")
            yield found("IMP-02", place, found=lot.row.text("lots.lot"), r=earlier.row.number)
        else:
            place = reading.cell(lot.row, "lots.net_kg")
            yield found(
                "IMP-29", place, found=f"{lot.kg:f}", a=f"{lot.kg:f}", b=f"{earlier.kg:f}", r=earlier.row.number
            )
    for sheet in ("mix", "ship", "recv", "stock", "meas", "parts"):
        yield from _same_rows(reading, sheet, reading.rows(sheet))
    yield from _notes(reading, said.shipped)


def _same_rows(reading: Reading, sheet: str, rows: Sequence[Row]) -> Iterator[Finding]:
    seen: dict[frozenset[tuple[str, object]], int] = {}
    for row in rows:
        before = seen.setdefault(frozenset(row.values.items()), row.number)
        if before != row.number:
            yield found("IMP-41", reading.place(sheet, row.number), r=before)


def _notes(reading: Reading, lines: Sequence[Shipped]) -> Iterator[Finding]:
    first: dict[str, Shipped] = {}
    for line in lines:
        one = first.setdefault(line.note, line)
        differs = {
            "ship.date": (one.day, line.day),
            "ship.to": (one.to.id, line.to.id),
            "ship.to_site": (one.to_site.id, line.to_site.id),
            "ship.site": (one.site.id, line.site.id),
        }
        for key, (expected, other) in differs.items():
            if expected != other:
                place = reading.cell(line.row, key)
                yield found(
                    "IMP-36",
                    place,
                    expected=str(expected),
                    found=str(other),
                    n=line.row.text("ship.ship"),
                    r=one.row.number,
                )


def times(reading: Reading, said: Facts, today: date | None) -> Iterator[Finding]:
    """Days that lie in the future, or before what must come first.

    Findings:
        IMP-10: see above.

    Source: custody reference, invariant 20.
    """
    if today is not None:
        yield from _future(reading, said, today)
    there = _there_since(said)
    steps = {lot.lot: lot for lot in said.made}
    for use in said.used:
        step = steps.get(use.out)
        if step and (since := _since(there, use.inp, step.site.id)) and step.day < since:
            yield _late(reading, "mix.inp", use.row, f"≥ {since}", step.day)
    for line in said.shipped:
        if (since := _since(there, line.lot, line.site.id)) and line.day < since:
            yield _late(reading, "ship.date", line.row, f"≥ {since}", line.day)
    left = {(line.note, line.lot): line.day for line in said.shipped}
    for receipt in said.received:
        departed = left.get((receipt.note, receipt.lot))
        if departed and receipt.day < departed:
            yield _late(reading, "recv.date", receipt.row, f"≥ {departed}", receipt.day)


def _future(reading: Reading, said: Facts, today: date) -> Iterator[Finding]:
    dated: Mapping[str, Iterable[Made | Shipped | Received | Counted | Joined]] = {
        "lots.date": said.made, "ship.date": said.shipped, "recv.date": said.received, "stock.date": said.counted,
        "parts.date": said.joined,
    }  # fmt: skip
    for key, facts in dated.items():
        for fact in facts:
            if fact.day > today:
                yield _late(reading, key, fact.row, f"≤ {today}", fact.day)


def _there_since(said: Facts) -> dict[tuple[str, str], date]:
    """{(lot, site): first day on which it was there}, made or received; the site is empty for where it was made."""
    since: dict[tuple[str, str], date] = {}
    days = [((lot.lot, site), lot.day) for lot in said.made for site in ("", lot.site.id)]
    days += [((receipt.own or receipt.lot, receipt.site.id), receipt.day) for receipt in said.received]
    for key, day in days:
        since[key] = min(day, since.get(key, day))
    return since


def _since(there: Mapping[tuple[str, str], date], lot: str, site: str) -> date | None:
    """When the lot came to the site; else when it was made anywhere."""
    return there.get((lot, site)) or there.get((lot, ""))


def _late(reading: Reading, key: str, row: Row, expected: str, day: date) -> Finding:
    return found("IMP-10", reading.cell(row, key), expected=expected, found=str(day))


def amounts(reading: Reading, said: Facts, known: Knowledge) -> Iterator[Finding]:
    """More out than in.

    Findings:
        IMP-12: more of a lot used and shipped than was made, received or held.
        IMP-14: received and shipped weights differ. IMP-47: a note was declared before with another weight.
    """
    yield from _overdrawn(reading, said, known)
    shipped: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in said.shipped:
        shipped[line.note, line.lot] += line.kg
    for line in said.shipped:
        before = known.shipped_kg(line.note, line.lot)
        if before is not None and before != shipped[line.note, line.lot]:
            place = reading.cell(line.row, "ship.net_kg")
            yield found(
                "IMP-47", place, expected=f"{before:f}", found=f"{line.kg:f}", n=line.row.text("ship.ship"), b=before
            )
    yield from _arrived(reading, said, known, shipped)


def _overdrawn(reading: Reading, said: Facts, known: Knowledge) -> Iterator[Finding]:
    came: dict[tuple[str, str], Decimal] = {(lot.lot, lot.site.id): lot.kg for lot in said.made}
    for receipt in said.received:
        here = (receipt.own or receipt.lot, receipt.site.id)
        came[here] = came.get(here, Decimal(0)) + receipt.kg
    freed = {(one.part, one.site.id) for one in said.joined if one.deed in OUT}  # by pieces: no weight
    for here, draws in _drawn(reading, said).items():
        held = known.available_kg(*here, max(draw.day for draw in draws))
        if here not in freed and (here in came or held is not None):
            yield from _beyond(draws, came.get(here, Decimal(0)) + (held or Decimal(0)))


def _drawn(reading: Reading, said: Facts) -> Mapping[tuple[str, str], list[_Draw]]:
    """{(lot, site): what was used, shipped or gone for good}."""
    steps = {lot.lot: (lot.site.id, lot.day) for lot in said.made}
    went: dict[tuple[str, str], list[_Draw]] = defaultdict(list)
    for use in said.used:
        if use.inp and use.out in steps:
            site, day = steps[use.out]
            went[use.inp, site].append(_Draw(reading.cell(use.row, "mix.kg"), use.kg, day))
    for line in said.shipped:
        if line.row.text("ship.void") != "yes":
            draw = _Draw(reading.cell(line.row, "ship.net_kg"), line.kg, line.day)
            went[line.lot, line.site.id].append(draw)
    for gone in said.counted:
        if gone.row.text("stock.deed") in GONE:
            went[gone.lot, gone.site.id].append(_Draw(reading.cell(gone.row, "stock.net_kg"), gone.kg, gone.day))
    return went


@dataclass(frozen=True, slots=True)
class _Draw:
    """Something taken from a lot at a site."""

    place: Place
    kg: Decimal
    day: date


def _beyond(draws: Sequence[_Draw], available: Decimal) -> Iterator[Finding]:
    """The draw with which more is taken than there was."""
    most = available * (1 + TOLERANCE)
    total = sum((draw.kg for draw in draws), Decimal(0))
    so_far = Decimal(0)
    for draw in draws:
        so_far += draw.kg
        if so_far > most:
            over = f"{total - available:f}"
            yield found("IMP-12", draw.place, expected=f"≤ {available:f}", found=f"{total:f}", d=over)
            return


def _arrived(
    reading: Reading, said: Facts, known: Knowledge, shipped: Mapping[tuple[str, str], Decimal]
) -> Iterator[Finding]:
    arrived: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    last: dict[tuple[str, str], Row] = {}
    for receipt in said.received:
        arrived[receipt.note, receipt.lot] += receipt.kg
        last[receipt.note, receipt.lot] = receipt.row
    for key, kg in arrived.items():
        sent = shipped.get(key) or known.shipped_kg(*key)
        if sent is None or abs(kg - sent) <= TOLERANCE * sent:
            continue
        if kg < sent and last[key].text("recv.partial") == "yes":
            continue
        place = reading.cell(last[key], "recv.net_kg")
        yield found("IMP-14", place, expected=f"{sent:f}", found=f"{kg:f}", a=f"{kg:f} kg", b=f"{sent:f}")


def lineage(reading: Reading, said: Facts, known: Knowledge) -> Iterator[Finding]:
    """Where lots come from.

    Findings:
        IMP-30: an identified lot of which nothing is known. IMP-35: a lot that would be made of itself.
        IMP-44: a lot from nowhere.
    """
    there = {lot for lot, _ in _there_since(said)}
    there |= {one.part if one.deed in OUT else one.parent for one in said.joined}
    there |= {one.lot for one in said.counted if one.row.text("stock.deed") not in GONE}
    for key, lot, row in [
        *(("mix.inp", use.inp, use.row) for use in said.used if use.inp),
        *(("ship.lot", line.lot, line.row) for line in said.shipped),
        *(("stock.lot", one.lot, one.row) for one in said.counted if one.row.text("stock.deed") in GONE),
        *(("parts.lot", one.part, one.row) for one in said.joined if one.part and not is_piece(one.part)),
    ]:
        if lot not in there and known.knows_lot(lot) is False:
            yield found("IMP-30", reading.cell(row, key), found=lot)
    fed = {use.out for use in said.used}
    for made in said.made:
        if made.lot not in fed and not made.row.text("lots.origin") and made.site.kind not in {"mine", "recycler"}:
            place = reading.cell(made.row, "lots.lot")
            yield found("IMP-44", place, found=made.row.text("lots.lot"))
    yield from _circles(reading, said)


GONE = frozenset({"destroyed", "left"})
"""Words of sheet 7 by which a lot has gone for good; what is only counted may be opening stock."""


def _circles(reading: Reading, said: Facts) -> Iterator[Finding]:
    """Inputs taken in sheet order; the row that closes a circle is the one reported."""
    inputs: dict[str, set[str]] = defaultdict(set)
    for use in said.used:
        if not use.inp:
            continue
        if path := _path(inputs, use.inp, use.out):
            place = reading.cell(use.row, "mix.inp")
            told = " → ".join(_short(lot) for lot in (use.out, *path))
            yield found("IMP-35", place, found=use.row.text("mix.inp"), path=told)
        else:
            inputs[use.out].add(use.inp)


def _path(inputs: Mapping[str, set[str]], start: str, goal: str) -> list[str]:
    """From a lot down through its inputs to another; empty if there is no way."""
    if start == goal:
        return [start]
    came_from: dict[str, str] = {start: ""}
    front = [start]
    while front:
        lot = front.pop()
        for below in sorted(inputs.get(lot, ())):
            if below not in came_from:
                came_from[below] = lot
                front.append(below)
    if goal not in came_from:
        return []
    way = [goal]
    while came_from[way[-1]]:
        way.append(came_from[way[-1]])
    return way[::-1]


def _short(lot: str) -> str:
    return lot.rpartition("/")[2] or lot
