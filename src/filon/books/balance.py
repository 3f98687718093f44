"""Balance: for a site or a period, what came in less what went out is what is there; the rest stands in the open.

Double entry makes it always true that opening + in = out + closing; what is left over beyond the uncertainty of all
its weights and assays together (`books.closure`) is the alarm. A balance is `pass`, `fail` or `cannot tell`, never
`compliant`. A step that does not close by itself stands in a line of its own: see `steps`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from filon.books.book import Book, Check, Flow, Verdict
from filon.books.closure import closures
from filon.books.journal import COVERAGE
from filon.books.lot import INSIDE, Account, AccountKind, SiteId
from filon.core.matter import MASS


@dataclass(slots=True)
class Line:
    """The balance of one substance in one group (a site, a month, a step, the whole chain), all in mg.

    `opening + entered + received = shipped + left + closing`, where `left` is the sum of by-product, waste, loss,
    reagents, unaccounted and out of scope.

    Args:
        entered: from sources outside (mines, recyclers, opening stock).
        received, shipped: from and to the other groups, and to and from transit.
        left: {kind of account: mg that went there, net}; negative unaccounted is a surplus.
        sigma: one-sigma uncertainty of what is left over, unaccounted and loss.
        unknown: flows whose amount nobody knows.
    """

    group: str
    substance: str
    opening: int = 0
    entered: int = 0
    received: int = 0
    shipped: int = 0
    closing: int = 0
    left: dict[AccountKind, int] = field(default_factory=lambda: defaultdict(int))
    sigma: float = 0.0
    unknown: int = 0
    verdict: Verdict = Verdict.PASS

    @property
    def unaccounted(self) -> int:
        """What nobody explains, mg; negative = more came out than went in."""
        return self.left.get(AccountKind.UNACCOUNTED, 0)

    @property
    def allowed(self) -> int:
        """Two sigma, mg."""
        return round(COVERAGE * self.sigma)


Grouping = Callable[[Book, Flow, int | Account], str]
"""(book, flow, end of the flow) -> the group that this end belongs to; empty = none."""


def by_site(book: Book, flow: Flow, end: int | Account) -> str:
    """Groups by site; what is under way belongs to no site; an outside account belongs to the site at the other end."""
    if isinstance(end, int):
        holding = book.holdings[end]
        return "" if holding.kind is AccountKind.TRANSIT else str(holding.site)
    other = flow.target if end is flow.source else flow.source
    if isinstance(other, Account):
        return ""
    holding = book.holdings[other]
    return _receiver(book, flow) if holding.kind is AccountKind.TRANSIT else str(holding.site)


def chain(book: Book, flow: Flow, end: int | Account) -> str:  # noqa: ARG001 - a grouping
    """One group: everything in these books."""
    return "chain"


def _receiver(book: Book, flow: Flow) -> str:
    event = book.events[flow.event].setting
    return event.bizLocation or event.readPoint or ""


def balances(
    book: Book,
    grouping: Grouping = by_site,
    *,
    substances: Sequence[str] | None = None,
    since: int = 0,
    until: int | None = None,
) -> list[Line]:
    """The balances of a book by group and substance.

    Args:
        grouping: `by_site` or `chain`.
        substances: only these; None = all that occur.
        since, until: event indexes [since, until) of the period; what was posted before is the opening.

    Returns:
        Lines sorted by group and substance; the law of `Line` holds for each, to the mg.
    """
    wanted = frozenset(substances) if substances is not None else None
    end_of = len(book.events) if until is None else until
    key = ("balances", grouping, wanted, since, end_of)
    return list(book.once(key, lambda it: _balances(it, grouping, wanted, since, end_of)))


def _balances(book: Book, grouping: Grouping, wanted: frozenset[str] | None, since: int, end_of: int) -> Sequence[Line]:
    lines: dict[tuple[str, str], Line] = {}

    def line(group: str, substance: str) -> Line:
        return lines.setdefault((group, substance), Line(group, substance))

    for flow in book.flows:
        if flow.event >= end_of:
            continue
        source, target = grouping(book, flow, flow.source), grouping(book, flow, flow.target)
        for substance, mg in flow.content.items():
            if wanted is None or substance in wanted:
                _add(line, flow, source, target, substance, mg, before=flow.event < since)
    _judge(book, lines, grouping, since, end_of)
    for one in lines.values():
        one.closing = one.opening + one.entered + one.received - one.shipped - sum(one.left.values())
    return sorted(lines.values(), key=lambda one: (one.group, one.substance != MASS, one.substance))


def _add(  # noqa: PLR0917
    line: Callable[[str, str], Line],
    flow: Flow,
    source: str,
    target: str,
    substance: str,
    mg: int | None,
    *,
    before: bool,
) -> None:
    if mg is None:
        for group in {source, target} - {""}:
            line(group, substance).unknown += 0 if before else 1
    elif before:
        _opening(line, flow, source, target, substance, mg)
    elif isinstance(flow.source, Account):
        _from_outside(line, flow.source, source, target, substance, mg)
        if isinstance(flow.target, Account) and (group := target or source):  # made as waste: in and out at once
            line(group, substance).left[flow.target.kind] += mg
    elif isinstance(flow.target, Account):
        _to_outside(line, flow.target, source, target, substance, mg)
    elif source != target:
        if source:
            line(source, substance).shipped += mg
        if target:
            line(target, substance).received += mg


def _opening(  # noqa: PLR0917
    line: Callable[[str, str], Line], flow: Flow, source: str, target: str, substance: str, mg: int
) -> None:
    if isinstance(flow.source, int) and source:
        line(source, substance).opening -= mg
    if isinstance(flow.target, int) and target:
        line(target, substance).opening += mg


def _from_outside(  # noqa: PLR0917
    line: Callable[[str, str], Line], account: Account, source: str, target: str, substance: str, mg: int
) -> None:
    if not (group := target or source):
        return
    mine = line(group, substance)
    if account.kind is AccountKind.SOURCE:
        mine.entered += mg
    else:
        mine.left[account.kind] -= mg
    if not target:  # dispatched without having been there: it goes straight on its way
        mine.shipped += mg


def _to_outside(  # noqa: PLR0917
    line: Callable[[str, str], Line], account: Account, source: str, target: str, substance: str, mg: int
) -> None:
    if not (group := source or target):
        return
    mine = line(group, substance)
    if not source:  # lost under way: the receiver takes it in and shows it as unaccounted
        mine.received += mg
    mine.left[account.kind] += mg


def _judge(book: Book, lines: Mapping[tuple[str, str], Line], grouping: Grouping, since: int, until: int) -> None:
    """Compare what each line leaves over with what all its weights and assays together explain."""

    def group(event: int, site: str, lot: str) -> str | None:  # noqa: ARG001 - a grouping of closures
        return ("chain" if grouping is chain else site) if since <= event < until else None

    for substance in {one.substance for one in lines.values()}:
        key = ("closures", substance, grouping, since, until)
        found = book.once(key, lambda it: closures(it, substance, group))  # noqa: B023 - used at once
        for name, closure in found.items():
            if line := lines.get((str(name), substance)):
                line.sigma, line.verdict = closure.sigma, closure.verdict
    for check in book.checks:
        if check.verdict is Verdict.CANNOT_TELL and check.account.kind is not AccountKind.REAGENTS:
            name = group(check.event, str(check.site), check.lot)
            if line := lines.get((name or "", check.substance)):
                line.verdict = Verdict.CANNOT_TELL


def steps(
    book: Book, *, substances: Iterable[str] | None = None, since: int = 0, until: int | None = None
) -> list[Check]:
    """Every comparison that was made in a period, in order of time."""
    wanted = set(substances) if substances is not None else None
    last = len(book.events) if until is None else until
    return [
        check for check in book.checks if since <= check.event < last and (wanted is None or check.substance in wanted)
    ]


def held(book: Book, substance: str, site: SiteId | None = None) -> int:
    """Mg of a substance that is in all holdings (or those of a site) now, where it is known."""
    return sum(
        holding.left_content.get(substance) or 0
        for holding in book.holdings
        if holding.kind in INSIDE and (site is None or holding.site == site)
    )
