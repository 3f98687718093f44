"""The custody views from a chain of custody: words for each rule, kg for each balance, nothing computed anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from filon.accounts.custody.account import CreditAccount, Reopening
from filon.accounts.custody.chain import ChainOfCustody
from filon.accounts.custody.credits import Credit, Period
from filon.accounts.custody.derive import limiting, path
from filon.accounts.custody.model import Because, Cause
from filon.accounts.custody.toll import Toll
from filon.books.book import Holding
from filon.books.journal import UNKNOWN
from filon.books.lot import AccountKind, LotId
from filon.core.ident import short
from filon.views.build.sight import Sight
from filon.views.custody import (
    AccountLine,
    ClaimLine,
    ClaimStep,
    CreditsView,
    CustodyView,
    PeriodLine,
    ReopenedLine,
    StatementLine,
    TollLine,
)
from filon.views.figure import Figure, Named, Sentence, Standing, kg, ratio

PLACES = Decimal("0.0001")
"""Percents are cut after so many places: what may be claimed is never rounded up."""


def custody_view(sight: Sight, chain: ChainOfCustody, lot: str) -> CustodyView:
    """What may be claimed of one lot; claims that were lost on the way stay in sight.

    Raises:
        KeyError: the books hold nothing of it.
    """
    holding = _holding(chain, lot)
    lines = [
        line for element, characteristic in chain.subjects
        if (line := _line(sight, chain, holding, element, characteristic))
    ]  # fmt: skip
    number = short(lot)
    mine = tuple(one for one in chain.findings if one.values.get("lot") == number)
    return CustodyView(
        sight.state, lot, number, sight.product(holding.lot), sight.site(holding.site), tuple(lines), mine
    )


def _holding(chain: ChainOfCustody, lot: str) -> Holding:
    """The lot at its latest filling where it was made."""
    holding = chain.book.first(LotId(lot))
    if holding is None:
        raise KeyError(lot)
    while holding.next is not None:
        holding = chain.book.holdings[holding.next]
    return holding


def _line(sight: Sight, chain: ChainOfCustody, holding: Holding, element: str, characteristic: str) -> ClaimLine | None:
    states = chain.states(element, characteristic)
    state, causes = states[holding.id], path(states, holding.id)
    if not causes and not state.high:
        return None
    content = holding.content.get(element, 0)
    mass = None if content is None else int(content * state.claim)
    first = limiting(causes)
    told = first if first and first.because is not Because.DECLARED else None
    return ClaimLine(
        element=Named("element", element),
        characteristic=characteristic,
        model=Named("model", state.model.value),
        share=_percent(state.claim),
        mass=kg(mass),
        low=_percent(state.low),
        high=_percent(state.high),
        sources=tuple(_source(sight, one) for one in sorted(state.sources)),
        certificates=tuple(sorted(state.certificates)),
        limiting=_step(sight, chain, told) if told else None,
        steps=tuple(_step(sight, chain, one) for one in causes),
    )


def _source(sight: Sight, key: str) -> str:
    return UNKNOWN if key == UNKNOWN else sight.site(key).name


def _percent(share: Fraction) -> Figure:
    exact = Decimal(share.numerator * 100) / Decimal(share.denominator)
    return Figure(exact.quantize(PLACES, rounding=ROUND_FLOOR), "%", Standing.COMPUTED)


def _step(sight: Sight, chain: ChainOfCustody, cause: Cause) -> ClaimStep:
    holding = chain.book.holdings[cause.holding]
    lots = [flow.target for flow in chain.book.outflows[holding.id] if isinstance(flow.target, int)]
    made = chain.book.holdings[lots[0]] if holding.kind is AccountKind.STEP and lots else holding
    values = {"lacks": Named("lack", cause.told), "before": Named("model", cause.before.value)}
    code = f"custody.{cause.because.value}" + (f"-{cause.told}" if cause.told in _OWN else "")
    return ClaimStep(
        day=date.fromisoformat(chain.told.days[cause.event]),
        site=sight.site(holding.site),
        lot=short(made.lot),
        rule=cause.because.value,
        told=Sentence(code, values),
        after=Named("model", cause.after.value),
        entry=chain.book.events[cause.event].entry,
    )


_OWN = frozenset({"masses", "withheld", "model"})
"""What is told by a sentence of its own."""


def credits_view(sight: Sight, chain: ChainOfCustody, reopened: Sequence[Reopening], *, site: str = "") -> CreditsView:
    """The accounts of a chain, or of a site, with the closed periods that would close otherwise today."""
    accounts = [one for one in chain.accounts if not site or site in one.sites]
    told = tuple(_account(sight, one, [each for each in reopened if each.account == one.key]) for one in accounts)
    tolls = tuple(_toll(sight, one) for one in chain.tolls if not site or site == one.site)
    places = {one.boundary for one in told} | {one.site.name for one in tolls}
    mine = tuple(one for one in chain.findings if one.values.get("site") in places)
    return CreditsView(sight.state, told, tolls, mine)


def _toll(sight: Sight, one: Toll) -> TollLine:
    party, element = sight.book.register.name(one.party), Named("element", one.element)
    return TollLine(
        sight.site(one.site), party, element, _percent(one.contract), kg(one.delivered), kg(one.due), kg(one.returned),
        kg(one.balance), kg(one.recovered), kg(one.from_toller),
    )  # fmt: skip


def _account(sight: Sight, account: CreditAccount, reopened: Sequence[Reopening]) -> AccountLine:
    key = account.key
    return AccountLine(
        boundary=sight.book.register.name(key.boundary),
        sites=tuple(sight.site(one) for one in sorted(account.sites)),
        material=key.material,
        element=Named("element", key.element),
        characteristic=key.characteristic,
        scheme=key.scheme,
        periods=tuple(_period(one) for one in account.periods),
        statements=_statements(account.statements(), {}),
        reopened=tuple(_reopened(sight, one) for one in reopened),
    )


def _statements(issued: Iterable[Credit], gone: Mapping[str, int]) -> tuple[StatementLine, ...]:
    return tuple(
        StatementLine(
            one.number, date.fromisoformat(one.day), short(one.lot), kg(-one.mg, Standing.DECLARED), one.to,
            kg(gone.get(one.number, 0)),
        )
        for one in issued
    )  # fmt: skip


def _reopened(sight: Sight, one: Reopening) -> ReopenedLine:
    gone = {statement.number: mg for statement, mg in one.withdrawn}
    learned = sight.entry(one.closed.entry).learned
    return ReopenedLine(
        date.fromisoformat(one.now.since), date.fromisoformat(one.now.until), learned.date(), kg(one.then.closing),
        kg(one.now.closing), _statements(one.statements, gone),
    )  # fmt: skip


def _period(one: Period) -> PeriodLine:
    return PeriodLine(
        since=date.fromisoformat(one.since),
        until=date.fromisoformat(one.until),
        opening=kg(one.opening),
        matter=kg(one.matter),
        earned=kg(one.earned),
        adjusted=kg(one.adjusted),
        passed=kg(one.passed),
        claimed=kg(one.claimed),
        moved=kg(one.moved),
        closing=kg(one.closing),
        expired=kg(one.expired),
        carried=kg(one.carried),
        lowest=kg(one.lowest),
        lowest_day=date.fromisoformat(one.lowest_day),
        declared=ratio(one.declared, Standing.DECLARED),
        observed=ratio(one.observed, Standing.COMPUTED),
        closed=one.closed,
        verdict=Named("verdict", "pass" if one.passes else "fail"),
        failures=tuple(Named("failure", failure) for failure in one.failures),
    )
