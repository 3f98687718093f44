"""The mass-balance accounts of a book: who keeps one, what was posted to it, how each period closed.

An account is kept per boundary (a site or a group), product group, element, set of characteristics and scheme. What
came in certified earns credits, statements spend them; both follow from the book and the facts, so a correction
changes them by itself, and a closed period can be compared with what was known when it closed.

    for account in accounts(told): account.periods[-1].closing
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from filon.accounts.custody.claims import Told
from filon.accounts.custody.coverage import plain_material
from filon.accounts.custody.credits import Credit, Period, Posting, Seen, periods, spans, withdrawals
from filon.accounts.custody.facts import Fact, Record, outranks, richer
from filon.accounts.custody.model import Custody
from filon.accounts.custody.observed import Arrival, Boundary
from filon.accounts.custody.scheme import Clock, same, scheme
from filon.books.journal import kg_text
from filon.books.lot import LotId
from filon.core.finding import Finding, Place, found
from filon.core.ident import short
from filon.core.quantity import part


@dataclass(frozen=True, slots=True, order=True)
class AccountKey:
    """What an account is kept for (I-12).

    Args:
        boundary: identifier of a site, or the name of a group.
        material: product group; empty = any.
    """

    boundary: str
    material: str
    element: str
    characteristic: str
    scheme: str


@dataclass(frozen=True)
class CreditAccount:
    """One mass-balance account.

    Args:
        sites: that keep it together.
        credits: all postings, oldest first.
        periods: its balancing periods.
        closes: the facts that closed some of them.
    """

    key: AccountKey
    sites: frozenset[str]
    credits: Sequence[Credit]
    periods: Sequence[Period]
    closes: Sequence[Fact]
    findings: Sequence[Finding]

    def statements(self, since: str = "", until: str = "9999") -> list[Credit]:
        """What was claimed out of it between two days, oldest first."""
        return [one for one in self.credits if one.kind is Posting.STATEMENT and since <= one.day <= until]

    def period(self, since: str, until: str) -> Period | None:
        """The period of exactly these days."""
        return next((one for one in self.periods if (one.since, one.until) == (since, until)), None)


@dataclass(frozen=True, slots=True)
class Reopening:
    """A closed period that would close otherwise today (I-26).

    Args:
        then, now: as known when it closed, and now.
        statements: all that were issued from it: their holders are told.
        withdrawn: those that are not covered any more, the last first, with how many mg of each.
    """

    account: AccountKey
    closed: Fact
    then: Period
    now: Period
    statements: Sequence[Credit]
    withdrawn: Sequence[tuple[Credit, int]]


States = Callable[[str, str], Sequence[Custody]]
"""(element, characteristic) -> what may be claimed of each holding."""


def accounts(told: Told, states: States) -> list[CreditAccount]:
    """Every account that a mass-balance certificate opens, by key.

    Findings:
        CUS-010 to CUS-018: see `docs/custody.md`.
    Source: custody reference I-12 to I-18, section 1.2.
    """
    keys: dict[AccountKey, set[str]] = {}
    for one in told.coverage.balancing:
        for element in [one.element] if one.element else sorted({e for e, _ in told.subjects}):
            boundary = told.coverage.boundary(one.site, element, one.characteristic)
            key = AccountKey(boundary, one.material, element, one.characteristic, one.scheme)
            keys.setdefault(key, set()).add(one.site)
    return [_account(told, key, frozenset(keys[key]), states, list(keys)) for key in sorted(keys)]


def _account(
    told: Told, key: AccountKey, sites: frozenset[str], states: States, every: Sequence[AccountKey]
) -> CreditAccount:
    make = _Making(told, key, sites, states, every)
    postings = sorted(make.postings(), key=lambda one: (one.day, one.mg < 0, one.entry, one.number))
    closes = [one for one in told.of_kind(Record.CLOSE) if make.mine(one)]
    rules, method = scheme(key.scheme), next((one.method for one in reversed(closes) if one.method), "")
    over = spans((one.day for one in postings), rules, ((one.since, one.until) for one in closes))
    seen = {span: make.seen(span, closes) for span in over}
    factors = {span: make.factor_of(span) for span in over}
    closed = frozenset((one.since, one.until) for one in closes)
    told_periods = periods(postings, rules, over, seen, factors, closed, method)
    make.judge(told_periods, closes)
    make.uncovered(told_periods, postings)
    make.by_site(postings)
    return CreditAccount(key, sites, postings, told_periods, closes, tuple(make.findings))


class _Making:
    """One account while it is being made."""

    def __init__(
        self, told: Told, key: AccountKey, sites: frozenset[str], states: States, every: Sequence[AccountKey]
    ) -> None:
        self.told, self.key, self.sites, self.every = told, key, sites, every
        self.findings: list[Finding] = []
        self.boundary = self._boundary(states, key.characteristic)
        self.rivals = [
            one for one in every
            if one != key and (one.boundary, one.element, one.characteristic)
            == (key.boundary, key.element, key.characteristic)
        ]  # fmt: skip
        self.twins = [one for one in self.rivals if plain_material(one.material) == plain_material(key.material)]
        sets = {one.characteristic for one in every if (one.boundary, one.element) == (key.boundary, key.element)}
        self.spent = {
            (one.event, one.lot): other
            for other in sorted(sets, reverse=True) if outranks(other, key.characteristic)
            for one in self._boundary(states, other).arrivals() if one.state.carries
        }  # fmt: skip

    def _boundary(self, states: States, characteristic: str) -> Boundary:
        key = self.key
        return Boundary(self.told, states(key.element, characteristic), self.sites, key.element, key.material)

    def mine(self, one: Fact) -> bool:
        """Whether a fact is of this account; where only one account could be meant, the product group may be unsaid."""
        here = one.site in self.sites and one.element == self.key.element
        same = one.characteristic == self.key.characteristic
        group = plain_material(one.material) == plain_material(self.key.material)
        return here and same and (group or (not one.material and not self.rivals)) and self._of_scheme(one)

    def _of_scheme(self, one: Fact) -> bool:
        """Whether a fact is of this account's scheme.

        Findings:
            CUS-029: two schemes keep such an account and it names none: what is spent counts in both, an opening in
            neither.
        """
        if one.scheme or not self.twins:
            return not self.twins or same(one.scheme, self.key.scheme)
        if self.key == min([self.key, *self.twins]):
            self._say("CUS-029", one, record=one.record.value)
        return one.record is not Record.OPENING

    def postings(self) -> Iterator[Credit]:
        """Everything that was posted."""
        yield from self._earned()
        for one in self.told.facts:
            match one.record:
                case Record.OPENING if self.mine(one):
                    yield self._credit(one, Posting.OPENING, one.mg or 0)
                case Record.ISSUE if self.mine(one):
                    yield self._credit(one, Posting.ISSUE, -(one.mg or 0))
                case Record.TRANSFER:
                    yield from self._transfer(one)
                case Record.DOWNGRADE:
                    yield from self._downgrade(one)
                case _:
                    pass
        for one in self.told.statements:
            if self._states(one):
                yield from self._statement(one)

    @staticmethod
    def _credit(one: Fact, kind: Posting, mg: int, site: str = "") -> Credit:
        return Credit(one.day, kind, site or one.site, mg, lot=one.lot, number=one.number, entry=one.entry, to=one.to)

    def _earned(self) -> Iterator[Credit]:
        for one in self.boundary.arrivals():
            if not one.state.carries or self._is_spent(one) or not self._takes(one):
                continue
            matter = int(one.mg * one.state.claim)
            factor = self.factor(one.site, one.day)
            kind = Posting.RECEIVED if matter >= 0 else Posting.PASSED_ON
            entry = self.told.book.events[one.event].entry
            mg = part(matter, factor.numerator, factor.denominator)
            yield Credit(one.day, kind, one.site, mg, matter, one.lot, entry=entry)

    def _is_spent(self, one: Arrival) -> bool:
        """Whether the matter's characteristic earns credits in an account of a richer set (I-18).

        Findings:
            CUS-025: it does, so it earns none here.
        """
        other = self.spent.get((one.event, one.lot), "")
        if other and one.mg > 0:
            self._find("CUS-025", one.event, lot=short(one.lot), richer=other)
        return bool(other)

    def _takes(self, one: Arrival) -> bool:
        """Whether an arrival earns credits here: only under a certificate in force, and into one product group.

        Findings:
            CUS-010: no certificate of the site was in force.
            CUS-011: several product groups, or schemes, could have it and nobody said which.
        """
        rows = [row for row in self.told.coverage.balancing if row.site == one.site and self._same(row)]
        revoked = self.told.coverage.revoked
        if not any(row.holds(one.day) and revoked.get(row.number, "9999") > one.day for row in rows):
            self._find("CUS-010", one.event, lot=short(one.lot), day=one.day)
            return False
        if not self.rivals:
            return True
        claim = self.told.claims.get((one.lot, self.key.element, self.key.characteristic))
        group = claim is not None and (bool(claim.material) or not self._groups())
        if claim is None or not group or (self.twins and not claim.scheme):
            if self.key == min([self.key, *self.rivals]):
                self._find("CUS-011", one.event, lot=short(one.lot))
            return False
        here = plain_material(claim.material) in {"", plain_material(self.key.material)}
        return here and (not self.twins or same(claim.scheme, self.key.scheme))

    def _groups(self) -> bool:
        """Whether several product groups have an account."""
        return len(self.twins) < len(self.rivals)

    def _same(self, row: Fact) -> bool:
        key = self.key
        return row.element in {"", key.element} and (row.material, row.characteristic, row.scheme) == (
            key.material, key.characteristic, key.scheme
        )  # fmt: skip

    def _find(self, code: str, event: int, **values: str) -> None:
        place = self.told.book.events[event].place
        self.findings.append(_at(place, code, **self._names(), **values))

    def _say(self, code: str, one: Fact, **values: str) -> None:
        self.findings.append(_at(one.place, code, **self._names(), **values))

    def _names(self) -> dict[str, str]:
        boundary = self.told.book.register.name(self.key.boundary)
        return {"site": boundary, "element": self.key.element, "characteristic": self.key.characteristic}

    # Statements.

    def _states(self, one: Fact) -> bool:
        if one.site not in self.sites or (one.element, one.characteristic) != (
            self.key.element,
            self.key.characteristic,
        ):
            return False
        group = not self._groups() or plain_material(self.key.material) in self.told.material(one.lot)
        return group and self._of_scheme(one)

    def _statement(self, one: Fact) -> Iterator[Credit]:
        """A statement spends credits, if its lot was made inside and holds so much (I-19).

        Findings:
            CUS-013: the lot holds less of the element than it claims.
            CUS-014: it is of a period that had been closed before.
        """
        made = [self.told.book.holdings[i] for i in self.told.book.of_lot.get(LotId(one.lot), ())]
        content = max((holding.content.get(self.key.element) or 0 for holding in made), default=0)
        if (one.mg or 0) > content:
            self._say(
                "CUS-013",
                one,
                number=one.number,
                claimed=kg_text(one.mg or 0),
                held=kg_text(content),
                lot=short(one.lot),
            )
        for close in self.told.of_kind(Record.CLOSE):
            if self.mine(close) and close.since <= one.day <= close.until and one.entry > close.entry:
                self._say("CUS-014", one, number=one.number, until=close.until)
        yield self._credit(one, Posting.STATEMENT, -(one.mg or 0))

    # Movements between accounts and sites.

    def _transfer(self, one: Fact) -> Iterator[Credit]:
        """Credits move inside a boundary only, between equal factors (I-17).

        Findings:
            CUS-015: the sites are of different boundaries, or their factors differ; nothing is posted.
        """
        if not self.mine(one):
            return
        factors = [self.factor(site, one.day) for site in (one.site, one.to)]
        if one.to not in self.sites or factors[0] != factors[1]:
            told = " / ".join(f"{float(factor):.4g}" for factor in factors) if one.to in self.sites else "–"
            self._say("CUS-015", one, to=self.told.book.register.name(one.to), factors=told, mass=kg_text(one.mg or 0))
            return
        yield self._credit(one, Posting.TRANSFER, -(one.mg or 0))
        yield self._credit(one, Posting.TRANSFER, one.mg or 0, one.to)

    def _downgrade(self, one: Fact) -> Iterator[Credit]:
        """A richer set of characteristics is counted as a poorer one from now on, never the other way (I-18).

        Findings:
            CUS-016: the set that it goes to is not poorer; nothing is posted.
        """
        if one.site not in self.sites or one.element != self.key.element:
            return
        if self.mine(one):
            if not richer(one.characteristic, one.to):
                self._say("CUS-016", one, to=one.to)
                return
            yield self._credit(one, Posting.DOWNGRADE, -(one.mg or 0))
        elif one.to == self.key.characteristic and richer(one.characteristic, one.to):
            yield self._credit(one, Posting.DOWNGRADE, one.mg or 0)

    # Factors and what the books saw.

    def factor(self, site: str, day: str) -> Fraction:
        """The declared conversion factor at a site on a day; 1 where none was declared."""
        rows = [
            one for one in self.told.of_kind(Record.FACTOR)
            if one.site == site and one.element == self.key.element and one.holds(day)
            and plain_material(one.material) in {"", plain_material(self.key.material)}
        ]  # fmt: skip
        told = rows[-1].factor if rows else None
        return Fraction(1) if told is None else told

    def factor_of(self, span: tuple[str, str]) -> Fraction | None:
        """The one factor of a whole period; None where there are several."""
        told = {self.factor(site, day) for site in self.sites for day in span}
        return told.pop() if len(told) == 1 else None

    def seen(self, span: tuple[str, str], closes: Iterable[Fact]) -> Seen:
        """What a period was by the books; a stock that was counted at the close goes before theirs.

        Findings:
            CUS-032: the two differ by more than the scheme accepts.
        """
        told = self.boundary.seen(*span)
        counted = next((one for one in closes if (one.since, one.until) == span and one.mg is not None), None)
        if counted is None:
            return told
        booked, found_ = told.stock, counted.mg or 0
        if booked is not None and abs(found_ - booked) > scheme(self.key.scheme).stock_tolerance * max(found_, booked):
            self._say("CUS-032", counted, counted=kg_text(found_), booked=kg_text(booked), until=span[1])
        return replace(told, stock=found_)

    # What has to be said of the whole.

    def judge(self, told: Sequence[Period], closes: Sequence[Fact]) -> None:
        """Report what breaks the rules of the scheme.

        Findings:
            CUS-017: the balance was negative, or not made good.
            CUS-018: the declared factor is above the observed one.
        """
        latest = max((one.entry for one in closes), default=0)
        event = max((i for i, said in enumerate(self.told.book.events) if said.entry <= latest), default=0)
        place = closes[-1].place if closes else self.told.book.events[event].place if self.told.book.events else None
        for one in told:
            values = {**self._names(), "since": one.since, "until": one.until}
            if {"negative", "negative at close", "overdraft"} & set(one.failures):
                instant = scheme(self.key.scheme).clock is Clock.INSTANT
                mg, day = (
                    (one.lowest, one.lowest_day) if instant and one.lowest <= one.closing else (one.closing, one.until)
                )
                self.findings.append(_at(place, "CUS-017", balance=kg_text(mg), day=day, **values))
            if "factor" in one.failures and one.declared and one.observed:
                factors = {"declared": f"{float(one.declared):.4f}", "observed": f"{float(one.observed):.4f}"}
                self.findings.append(_at(place, "CUS-018", less=kg_text(-one.adjusted), **factors, **values))

    def uncovered(self, told: Sequence[Period], postings: Sequence[Credit]) -> None:
        """Name the statements that a negative close does not cover, so that their lots and holders are told.

        Findings:
            CUS-033: so much of a statement is not covered, the last one first.
        """
        for one in told:
            issued = [
                each for each in postings if each.kind is Posting.STATEMENT and one.since <= each.day <= one.until
            ]
            for credit, mg in withdrawals(issued, -one.closing) if "negative at close" in one.failures else ():
                names = {"number": credit.number, "lot": short(credit.lot), "lacking": kg_text(mg), **self._names()}
                place = next((each.place for each in self.told.statements if each.number == credit.number), None)
                self.findings.append(_at(place, "CUS-033", **names))

    def by_site(self, postings: Iterable[Credit]) -> None:
        """A group's balance must not be negative at any of its sites.

        Findings:
            CUS-019: a site of the group gave out more than it had.
        """
        if len(self.sites) == 1:
            return
        balance: Counter[str] = Counter()
        told: set[str] = set()
        for one in postings:
            balance[one.site] += one.mg
            if balance[one.site] < 0 and one.site not in told:
                told.add(one.site)
                names = {**self._names(), "member": self.told.book.register.name(one.site)}
                self.findings.append(_at(None, "CUS-019", balance=kg_text(balance[one.site]), day=one.day, **names))


def _at(place: Place | None, code: str, **values: str) -> Finding:
    return found(code, place or Place(), expected="", found="", **values)


def reopening(then: CreditAccount, now: CreditAccount, close: Fact) -> Reopening | None:
    """What a closed period says today, beside what it said when it closed; None where nothing changed.

    Source: custody reference I-26, section 3 D.
    """
    before, after = then.period(close.since, close.until), now.period(close.since, close.until)
    if before is None or after is None or _figures(before) == _figures(after):
        return None
    issued = then.statements(close.since, close.until)
    return Reopening(now.key, close, before, after, issued, withdrawals(issued, -after.closing))


def _figures(one: Period) -> tuple[int, ...]:
    return one.opening, one.matter, one.earned, one.adjusted, one.passed, one.claimed, one.moved, one.expired


__all__ = ["AccountKey", "CreditAccount", "Reopening", "accounts", "reopening"]
