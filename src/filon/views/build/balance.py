"""Balance lines from the books: steps, shipments, stocktakes as they were checked; sites, lots, the whole chain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate
from urllib.parse import urlencode

from filon.books import balance as books
from filon.books.book import Check, Flow
from filon.books.book import Verdict as Judged
from filon.books.closure import Closure, closures
from filon.books.lot import Account, AccountKind, LotId
from filon.core.errors import WrongCallError
from filon.core.ident import short
from filon.core.matter import ELEMENTS, MASS
from filon.views.balance import BalanceLine, BalanceView, Choice, Verdict, verdict_of
from filon.views.build.sight import Sight, lot_path
from filon.views.figure import Figure, Named, kg

_VERDICTS = {Judged.PASS: Verdict.PASS, Judged.FAIL: Verdict.FAIL, Judged.CANNOT_TELL: Verdict.CANNOT_TELL}
_GRAVITY = (Verdict.FAIL, Verdict.CANNOT_TELL, Verdict.PASS)
_KINDS = ("chain", "site", "step", "transit", "stocktake", "withdrawal")


def balance_view(sight: Sight, *, element: str = "", site: str = "", period: str = "") -> BalanceView:
    """The balance of the whole chain, narrowed to an element, a site and a month where so chosen.

    The whole chain stands first. Sites are listed where an element or a site is chosen, else only those that do not
    close; steps, shipments and stocktakes where they do not close, or where a site is chosen.
    """
    known = months(sight)
    if period and period not in known:
        held = f"; the books hold {min(known)} to {max(known)}" if known else ""
        raise WrongCallError(f"nothing happened in {period!r}{held}; a month is written 2026-09")
    since, until = known.get(period, (0, len(sight.book.events)))
    substances = [element] if element else None
    every = [_site_line(sight, one, period) for one in _books(sight, substances, since, until) if _shown(one, site)]
    lines = [one for one in every if element or site or one.kind == "chain" or one.verdict is Verdict.FAIL]
    checks = books.steps(sight.book, substances=substances, since=since, until=until)
    counted = [one for one in checks if site in {"", one.site} and one.account.kind is not AccountKind.REAGENTS]
    lines += [check_line(sight, one) for one in counted if site or one.verdict is not Judged.PASS]
    lines.sort(key=_order)
    total = _total(sight, element, site, period, since, until)
    judged = [_VERDICTS[one.verdict] for one in counted]
    return BalanceView(
        ledger=sight.state,
        verdict=verdict_of(judged),
        elements=_elements(sight, element),
        sites=_sites(sight, site),
        periods=tuple(Choice(month, month, end - begin, month == period) for month, (begin, end) in known.items()),
        total=total,
        lines=tuple(lines),
    )


def chain_lines(sight: Sight) -> tuple[BalanceLine, ...]:
    """The balance of the whole chain, a line an element that occurs."""
    lines = books.balances(sight.book, books.chain, substances=ELEMENTS)
    return tuple(sorted((_site_line(sight, one, "") for one in lines if _shown(one, "")), key=_order))


def _books(sight: Sight, substances: Sequence[str] | None, since: int, until: int) -> list[books.Line]:
    wanted = substances or (*ELEMENTS,)
    lines = books.balances(sight.book, books.by_site, substances=wanted, since=since, until=until)
    return [*books.balances(sight.book, books.chain, substances=wanted, since=since, until=until), *lines]


def _shown(line: books.Line, site: str) -> bool:
    moved = line.opening or line.entered or line.received or line.shipped or line.closing or line.unknown
    return bool(moved) and (line.group == site if site else True)


def _site_line(sight: Sight, line: books.Line, period: str) -> BalanceLine:
    chain = line.group == "chain"
    name = "" if chain else sight.site(line.group).name
    left = {kind: line.left.get(kind, 0) for kind in AccountKind}
    known = line.unknown == 0

    def figure(mg: int) -> Figure:
        """A sum of flows; nothing where some flow's amount is unknown is not nothing."""
        return kg(mg if mg or known else None)

    return BalanceLine(
        kind="chain" if chain else "site",
        label=name,
        site=name,
        period=period,
        element=line.substance,
        opening=figure(line.opening),
        taken=figure(line.entered + line.received),
        made=figure(line.shipped),
        by_product=figure(left[AccountKind.BY_PRODUCT]),
        waste=figure(left[AccountKind.WASTE]),
        loss=figure(left[AccountKind.LOSS]),
        outside=figure(left[AccountKind.OUT_OF_SCOPE] + left[AccountKind.REAGENTS] + left[AccountKind.WATER]),
        closing=figure(line.closing),
        unaccounted=kg(line.unaccounted, uncertainty_mg=round(line.sigma)) if known else kg(None),
        verdict=_worst(_VERDICTS[line.verdict], Verdict.PASS if known else Verdict.CANNOT_TELL),
        href="/balance?" + urlencode({"element": line.substance} if chain else {"site": line.group}),
    )


def check_line(sight: Sight, check: Check, kind: str = "") -> BalanceLine:
    """A check as a line: what went in (or was expected), what came out (or was measured), and the difference."""
    lots = made_by(sight, check)
    site = sight.site(check.site)
    lost = check.difference if check.account.kind is AccountKind.LOSS else 0
    known = check.verdict is not Judged.CANNOT_TELL
    left = kg(check.difference - lost, uncertainty_mg=check.sigma) if known else kg(None)
    nothing = kg(0)
    return BalanceLine(
        kind=kind or check.what,
        label=named(lots),
        site=site.name,
        period=sight.day(check.event).isoformat(),
        element=check.substance,
        opening=nothing,
        taken=kg(check.into),
        made=kg(check.out),
        by_product=nothing,
        waste=nothing,
        loss=kg(lost),
        outside=nothing,
        closing=nothing,
        unaccounted=left,
        verdict=_VERDICTS[check.verdict],
        href=lot_path(lots[0]) if lots else "",
    )


def named(lots: Sequence[str]) -> str:
    """What people call some lots: the first two in order, an ellipsis for the others."""
    return ", ".join(sorted(map(short, lots))[:2]) + (" …" if len(lots) > 2 else "")  # noqa: PLR2004


def made_by(sight: Sight, check: Check) -> tuple[LotId, ...]:
    """The lots a check is about: what a step made, else the lot that was weighed."""
    return sight.made_at.get(check.event, ()) if check.what == "step" else (check.lot,)


def lot_lines(sight: Sight, lot: LotId) -> tuple[BalanceLine, ...]:
    """The lot's own lines: for each element the step that made it, and what has become of it since."""
    made = sight.made(lot)
    steps = {
        check.substance: check_line(sight, check, "step")
        for check in sight.checks_at.get(made.made, ())
        if check.what == "step" and check.account.kind is not AccountKind.REAGENTS and lot in made_by(sight, check)
    }
    own = {element: _lot_line(sight, lot, element) for element in sight.elements(made)}
    return tuple(line for element, mine in own.items() for line in (steps.get(element), mine) if line is not None)


def _lot_line(sight: Sight, lot: LotId, element: str) -> BalanceLine:
    """What came into the lot's holdings from elsewhere, and what left them."""
    sums: Counter[str] = Counter()
    silent, differs = 0, False
    for flow, inward in crossing(sight, lot):
        mg = flow.content.get(element, 0)
        silent += mg is None
        end = flow.source if inward else flow.target
        column = _COLUMNS.get(end.kind, "outside") if isinstance(end, Account) else "made"
        differs = differs or column in {"unaccounted", "loss"}
        if inward and column != "unaccounted":
            sums["taken"] += mg or 0
        else:
            sums[column] += -(mg or 0) if inward else mg or 0
    left = [sight.book.holdings[i].left_content.get(element, 0) for i in sight.book.of_lot[lot]]
    known = not silent and None not in left
    checks = [one for one in sight.book.checks if one.lot == lot and one.substance in {element, MASS}]
    told = Closure()
    if differs or any(one.what == "stocktake" for one in checks):
        told = closures(sight.book, element, lambda *check: lot if check[-1] == lot else None).get(lot, told)
    verdict = _worst(_VERDICTS[told.verdict], *(_VERDICTS[one.verdict] for one in checks))
    site = sight.site(sight.made(lot).site)
    return BalanceLine(
        kind="lot",
        label=short(lot),
        site=site.name,
        period="",
        element=element,
        opening=kg(0),
        taken=kg(sums["taken"] if known else None),
        made=kg(sums["made"] if known else None),
        by_product=kg(sums["by_product"]),
        waste=kg(sums["waste"]),
        loss=kg(sums["loss"]),
        outside=kg(sums["outside"]),
        closing=kg(sum(mg or 0 for mg in left) if known else None),
        unaccounted=kg(sums["unaccounted"], uncertainty_mg=round(told.sigma) or None) if known else kg(None),
        verdict=verdict if known else Verdict.CANNOT_TELL,
    )


_COLUMNS = {
    AccountKind.BY_PRODUCT: "by_product",
    AccountKind.WASTE: "waste",
    AccountKind.LOSS: "loss",
    AccountKind.UNACCOUNTED: "unaccounted",
}


def crossing(sight: Sight, lot: LotId) -> Iterator[tuple[Flow, bool]]:
    """Flows that cross the lot's edge: (flow, whether it goes in)."""
    own = set(sight.book.of_lot[lot])
    for index in own:
        yield from ((flow, True) for flow in sight.book.inflows[index] if flow.source not in own)
        yield from ((flow, False) for flow in sight.book.outflows[index] if flow.target not in own)


def _worst(*verdicts: Verdict) -> Verdict:
    return min(verdicts, key=_GRAVITY.index)


def _order(line: BalanceLine) -> tuple[int, bool, int, str, str]:
    substances = (*ELEMENTS, MASS)
    return (
        _KINDS.index(line.kind),
        line.verdict is not Verdict.FAIL,
        substances.index(line.element),
        line.period,
        line.label,
    )


def _total(  # noqa: PLR0917 - the choices of the page
    sight: Sight, element: str, site: str, period: str, since: int, until: int
) -> BalanceLine | None:
    if not element:
        return None
    grouping = books.by_site if site else books.chain
    lines = books.balances(sight.book, grouping, substances=[element], since=since, until=until)
    return next((_site_line(sight, one, period) for one in lines if one.group == (site or "chain")), None)


def months(sight: Sight) -> dict[str, tuple[int, int]]:
    """{month: events [since, until)}, newest first; where it is still last month in the west, the new one has begun."""
    return sight.book.once(months, lambda _: _months(sight))


def _months(sight: Sight) -> dict[str, tuple[int, int]]:
    local = (sight.day(index).isoformat()[:7] for index in range(len(sight.book.events)))
    names = list(accumulate(local, max))
    if not names:
        return {}
    firsts = [i for i, name in enumerate(names) if i == 0 or names[i - 1] != name]
    spans = {names[i]: (i, after) for i, after in zip(firsts, [*firsts[1:], len(names)], strict=True)}
    return dict(sorted(spans.items(), reverse=True))


def _elements(sight: Sight, chosen: str) -> tuple[Choice, ...]:
    counted = Counter(one.substance for one in sight.book.checks)
    return tuple(Choice(e, Named("element", e), counted[e], e == chosen) for e in ELEMENTS if counted[e])


def _sites(sight: Sight, chosen: str) -> tuple[Choice, ...]:
    counted = Counter(str(one.site) for one in sight.book.checks if one.site)
    named = sorted((sight.site(key).name, key) for key in counted)
    return tuple(Choice(key, name, counted[key], key == chosen) for name, key in named)
