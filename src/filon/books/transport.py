"""Transport: what leaves a stock is under way until it arrives, with the weight that the receiver found."""

from __future__ import annotations

from math import sqrt

from filon.books.book import Check, Flow, Holding, Verdict
from filon.books.declared import measured, plus, spread, weighing_sigma
from filon.books.journal import COVERAGE, UNKNOWN, Journal, amount_text
from filon.books.lot import BULK, MILLIGRAM, Account, AccountKind, Amount, LotId, SiteId
from filon.books.movement import Line, Movement
from filon.core.finding import found
from filon.core.matter import MASS


def dispatch(journal: Journal, move: Movement, line: Line) -> None:
    """A lot leaves the site: from its stock to the transit of this shipment."""
    note = (move.shipment, line.lot)
    journal.shipments[note] -= 1
    if (here_before := journal.early.pop(note, None)) is not None:  # it arrived before it was said to be shipped
        rest = line.amount.number - here_before if line.amount else 0
        if line.amount is None or rest <= 0:
            return
        line = Line(line.lot, Amount(rest, line.amount.unit))
    transit = journal.new(line.lot, SiteId(f"transit {move.shipment}"), AccountKind.TRANSIT, MILLIGRAM)
    first = len(journal.flows)
    if not journal.take(move, line, transit.id):
        journal.holdings.pop()
        return
    inflows = journal.flows[first:]
    held = next((journal.holdings[flow.source] for flow in inflows if isinstance(flow.source, int)), None)
    asked = line.amount or Amount(sum(flow.amount for flow in inflows), held.unit if held else MILLIGRAM)
    transit.unit = held.unit if held else asked.unit
    transit.amount = asked.number if asked.unit == transit.unit else sum(flow.amount for flow in inflows)
    transit.sigma = held.sigma if held else spread(journal.told(line.lot), transit.content)
    transit.left, transit.left_content = transit.amount, dict(transit.content)
    journal.under_way[line.lot].append((move.shipment, move.to, transit.id))


def receipt(journal: Journal, move: Movement, line: Line, *, back: bool = False) -> None:
    """A lot arrives: from its transit to the stock of the site, under the receiver's own number if it has one.

    The receiver's weight counts. A difference to the shipped weight goes to `unaccounted`; a surplus within two sigma
    has the lot's own mixture, a greater one is of unknown origin.

    Findings:
        BOK-014: received and shipped differ by more than two sigma of two weighings.
        BOK-016: nobody said that it was shipped.
        BOK-034: it was received under this delivery note before; nothing is posted.
        BOK-035: it was shipped later than received; it comes from where the lot is.
        BOK-036: the shipment is taken back but nothing of it is under way any more; nothing is posted.
    """
    note = (move.shipment, line.lot)
    if not back:
        journal.arrivals[note] -= 1
    line = journal.resolved(line)
    transit = _arriving(journal, line.lot, move)
    lot = move.own or line.lot
    if move.own:
        journal.declared.setdefault(lot, journal.told(line.lot))
    again = journal.arrived[note] if move.shipment else 0
    if transit is None and (back or again):
        _contradicts(journal, move, line, "BOK-036" if back else "BOK-034")
        return
    if transit is None:
        _unannounced(journal, move, line, lot)
        return
    shipped = transit.left
    received = line.amount.number if line.amount and line.amount.unit == transit.unit else shipped
    if again and received > shipped and received > transit.amount // 2:  # the same goods told twice
        _contradicts(journal, move, line, "BOK-034")
        if journal.arrivals[note] <= 0:
            _difference(journal, move, line, transit, transit, shipped, 0)
        return
    journal.arrived[note] += 0 if back else received
    taken = Amount(min(received, shipped), transit.unit)
    content = journal.out(transit, taken.number)
    stock = journal.pour(lot, move.site, taken, content, dict(transit.sigma), transit.id, taken=taken.number)
    more = move.partial or journal.arrivals[note] > 0
    if not back and not (more and received < shipped):
        _difference(journal, move, line, transit, stock, shipped, received)


def _contradicts(journal: Journal, move: Movement, line: Line, code: str) -> None:
    note = move.shipment.rpartition("/")[2].rpartition(":")[2]
    journal.findings.append(found(code, move.said.place, shipment=note, lot=journal.name(line.lot)))


def _arriving(journal: Journal, lot: LotId, move: Movement) -> Holding | None:
    """The transit a receipt belongs to: by delivery note, else by destination, else the only one of the lot."""
    rows = [row for row in journal.under_way.get(lot, ()) if journal.holdings[row[2]].left]
    same_note = [row for row in rows if move.shipment and row[0] == move.shipment]
    unnumbered = [row for row in rows if not (move.shipment and row[0])]
    here = [row for row in unnumbered if row[1] == move.site]
    only = unnumbered if len(rows) == 1 else []
    chosen = same_note or here or only
    return journal.holdings[chosen[0][2]] if chosen else None


def _difference(  # noqa: PLR0917 - both ends, both weights
    journal: Journal, move: Movement, line: Line, transit: Holding, stock: Holding, shipped: int, received: int
) -> None:
    bulk = transit.unit in BULK
    sigma = sqrt(2) * weighing_sigma(journal.told(line.lot)) * transit.amount if bulk else 0.0
    beyond = abs(shipped - received) > COVERAGE * sigma
    account = Account(AccountKind.UNACCOUNTED, f"transit {move.shipment or line.lot}")
    if transit.unit == MILLIGRAM:
        journal.checks.append(Check(
            journal.event, "transit", line.lot, move.site, MASS, shipped, received, shipped - received, round(sigma),
            Verdict.FAIL if beyond else Verdict.PASS, account))  # fmt: skip
    if received < shipped:
        lost = journal.out(transit, shipped - received)
        journal.flows.append(Flow(journal.event, transit.id, account, shipped - received, lost))
    elif received > shipped:
        more = journal.scaled(transit, Amount(received - shipped, transit.unit), journal.told(line.lot))
        journal.gain(stock, account, more, like=None if beyond else transit.id)
        plus(stock.left_content, more)
        stock.amount += received - shipped
        stock.left += received - shipped
    if beyond:
        weights = [amount_text(Amount(n, transit.unit)) for n in (shipped, received)]
        journal.findings.append(
            found(
                "BOK-014",
                move.said.place,
                expected=weights[0],
                found=weights[1],
                shipment=move.shipment.rpartition("/")[2].rpartition(":")[2],
                lot=journal.name(line.lot),
                shipped=weights[0],
                received=weights[1],
            )
        )


def _unannounced(journal: Journal, move: Movement, line: Line, lot: LotId) -> None:
    """A receipt without a shipment: from where the lot is, else from outside."""
    note = (move.shipment, line.lot)
    later = journal.shipments[note] > 0
    journal.findings.append(
        found(
            "BOK-035" if later else "BOK-016",
            move.said.place,
            lot=journal.name(line.lot),
            site=journal.register.name(move.site),
        )
    )
    if later:
        journal.early[note] = line.amount.number if line.amount else 0
    for place in sorted(journal.whereabouts.get(line.lot, ())):
        holding = journal.holdings[journal.open[line.lot, place]]
        if place != move.site and holding.left:
            wanted = line.amount.number if line.amount and line.amount.unit == holding.unit else holding.left
            taken = Amount(min(wanted, holding.left), holding.unit)
            content = journal.out(holding, taken.number)
            journal.pour(lot, move.site, taken, content, dict(holding.sigma), holding.id, taken=taken.number)
            return
    if line.amount is not None and (line.lot, move.site) not in journal.open:
        told = journal.told(line.lot)
        content = measured(told, line.amount)
        source = Account(AccountKind.SOURCE, told.origin or UNKNOWN)
        journal.pour(lot, move.site, line.amount, content, spread(told, content), source)
