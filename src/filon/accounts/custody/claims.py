"""Which claim facts count: of which lot they speak, whether their certificate covers it, whether they are used once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from filon.accounts.custody.coverage import Coverage, Step, materials
from filon.accounts.custody.facts import Fact, Record
from filon.books.book import Book, Holding
from filon.books.lot import AccountKind, LotId
from filon.core.finding import Finding, found
from filon.core.ident import short


@dataclass(frozen=True)
class Told:
    """Everything that was said about custody, beside the book that it is about.

    Args:
        facts: with their lots by identifier where the book knows them.
    """

    book: Book
    facts: tuple[Fact, ...]
    findings: list[Finding] = field(default_factory=list, compare=False)

    @classmethod
    def of(cls, book: Book, facts: Iterable[Fact]) -> Told:
        """The facts with their lots found in the book, and the claims that events make by `certificationInfo`.

        Findings:
            CUS-002: a fact speaks of a lot that the book does not know.
        """
        told_of = tuple(facts)
        numbers: dict[str, list[LotId]] = {}
        for lot in book.of_lot if any(one.lot and one.lot not in book.of_lot for one in told_of) else ():
            numbers.setdefault(short(lot), []).append(lot)
        read: list[Fact] = []
        findings: list[Finding] = []
        for one in told_of:
            known = [LotId(one.lot)] if one.lot in book.of_lot else numbers.get(one.lot, [])
            if one.lot and len(known) != 1:
                findings.append(found("CUS-002", one.place, lot=short(one.lot), record=one.record.value))
            else:
                read.append(replace(one, lot=known[0]) if known else one)
        told = cls(book, tuple(read), findings)
        return replace(told, facts=(*read, *_stamped(told)))

    @cached_property
    def coverage(self) -> Coverage:
        """All certificates."""
        return Coverage.of(self.facts)

    @cached_property
    def days(self) -> tuple[str, ...]:
        """The local day of each event of the book."""
        return tuple(_day(self.book, index) for index in range(len(self.book.events)))

    @cached_property
    def subjects(self) -> tuple[tuple[str, str], ...]:
        """(element, characteristic) of everything that is claimed."""
        return tuple(sorted({(one.element, one.characteristic) for one in self.of_kind(Record.CLAIM)}))

    def of_kind(self, *kinds: Record) -> list[Fact]:
        """The facts of some kinds, in the order in which they were learned."""
        if len(kinds) == 1:
            return self._by_kind.get(kinds[0], [])
        return [one for one in self.facts if one.record in kinds]

    @cached_property
    def _by_kind(self) -> Mapping[Record, list[Fact]]:
        kinds: dict[Record, list[Fact]] = {}
        for one in self.facts:
            kinds.setdefault(one.record, []).append(one)
        return kinds

    @cached_property
    def claims(self) -> Mapping[tuple[str, str, str], Fact]:
        """{(lot, element, characteristic): the claim}; an incoming claim is used once (I-16).

        Findings:
            CUS-003: one claim number on two lots; only the first counts.
        """
        counted: dict[tuple[str, str, str], Fact] = {}
        used: dict[tuple[str, str, str], str] = {}
        for one in self.of_kind(Record.CLAIM):
            name = (one.number, one.element, one.characteristic)
            if one.number and used.setdefault(name, one.lot) != one.lot:
                first = short(used[name])
                self.findings.append(found("CUS-003", one.place, claim=one.number, lot=short(one.lot), first=first))
            else:
                counted.setdefault((one.lot, one.element, one.characteristic), one)
        return counted

    @cached_property
    def statements(self) -> tuple[Fact, ...]:
        """The statements, each number once.

        Findings:
            CUS-012: a number was used before; the later statement does not count.
        """
        counted: dict[str, Fact] = {}
        for one in self.of_kind(Record.STATEMENT):
            if counted.setdefault(one.number, one) is not one:
                first = short(counted[one.number].lot)
                self.findings.append(found("CUS-012", one.place, number=one.number, first=first, lot=short(one.lot)))
        return tuple(counted.values())

    @cached_property
    def _made(self) -> Mapping[str, frozenset[str]]:
        made: dict[str, set[str]] = {}
        for flow in self.book.flows:
            if isinstance(flow.target, int) and isinstance(flow.source, int):
                target = self.book.holdings[flow.target]
                if self.book.holdings[flow.source].kind is AccountKind.STEP:
                    made.setdefault(target.site, set()).add(target.lot)
        return {site: frozenset(lots) for site, lots in made.items()}

    def made_at(self, site: str) -> frozenset[str]:
        """Lots that steps made at a site."""
        return self._made.get(site, frozenset())

    def material(self, lot: str) -> frozenset[str]:
        """What certificates may call a lot's material."""
        told = self.book.declared.get(LotId(lot)) or self.book.register.product_traits(lot)
        return materials(self.book.register, lot, told.form.key if told.form else told.form_text)

    def step(self, holding: Holding, element: str, characteristic: str, site: str = "") -> Step:
        """What a certificate has to cover for a holding to be claimed."""
        return Step(site or holding.site, self.days[holding.made], element, characteristic, self.material(holding.lot))

    def doubt(self, claim: Fact, holding: Holding) -> str:
        """Why a claim on a lot that enters does not count: its certificate is `unknown`, or does not cover it."""
        step = self.step(holding, claim.element, claim.characteristic, claim.site)
        if claim.until and claim.until < step.day:
            return "date"
        if not claim.certificate:
            return ""
        lacks = [self.coverage.lacks(row, step) for row in self.coverage.numbered.get(claim.certificate, ())]
        return "" if "" in lacks else lacks[0] if lacks else "unknown"


def _day(book: Book, index: int) -> str:
    return book.events[index].day.isoformat()


def _stamped(told: Told) -> Iterator[Fact]:
    """Claims that events make by naming a certificate in `certificationInfo` of the lots that they bring in.

    Source: EPCIS 2.0, 7.4.1.1 (certificationInfo).
    """
    rows = told.coverage.numbered
    for holding in told.book.holdings if rows else ():
        said = told.book.events[holding.made]
        enters = holding.kind is AccountKind.STOCK and said.setting.action == "ADD"
        if holding.version > 1 or not (said.setting.certificationInfo and enters):
            continue
        for link in said.setting.certificationInfo:
            number = link if link in rows else link.rpartition("/")[2].rpartition(":")[2]
            for row in rows.get(number, ()):
                for element in [row.element] if row.element else [one for one in holding.content if one != "mass"]:
                    yield Fact(
                        Record.CLAIM, said.entry, said.place, day=told.days[holding.made], lot=holding.lot,
                        element=element, characteristic=row.characteristic, certificate=number, model=row.model,
                    )  # fmt: skip
