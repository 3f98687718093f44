"""What people mean to recall: lots, pieces and serial numbers by name; or all lots of a supplier, site, time, paper.

Names are what stands on labels and lists: a lot number, an identifier, a piece's serial number, `CEL-26-001 100-388`
for some pieces of a batch. What is not known, or is the number of several lots, is told and not guessed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from filon.accounts.custody.facts import Fact, Record
from filon.accounts.recall import Span, Tip, merged
from filon.books.book import Book
from filon.books.lot import AccountKind, LotId
from filon.books.register import PARTY, serial
from filon.books.trace import entered
from filon.core.errors import NotFoundError
from filon.core.ident import canonical, short

_APART = r"(?P<lot>.*\S)(?:[\s,;]+|:)(?P<first>\d{1,18})"
_SERIALS = (re.compile(_APART + r"\s*[-–\s,;]\s*(?P<last>\d{1,18})"), re.compile(_APART + "(?P<last>)"))
"""`CEL-26-001 100-388`, then `CEL-26-001 100`: a lot's number may itself end in a number."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What some names mean.

    Args:
        tip: the lots and pieces found.
        unknown: names that no lot has.
        several: names that more than one lot has.
    """

    tip: Tip
    unknown: tuple[str, ...] = ()
    several: tuple[str, ...] = ()


@dataclass(frozen=True)
class Names:
    """By which names the lots of a book are found; made once a book, then 10 000 names take a moment."""

    book: Book

    def meant(self, names: Iterable[str]) -> Meant:
        """What a list of names means; empty lines and repeats do no harm."""
        lots: dict[LotId, None] = {}
        pieces: dict[LotId, list[Span]] = defaultdict(list)
        unknown: list[str] = []
        several: list[str] = []
        for name in dict.fromkeys(text for one in names if (text := one.strip())):
            found = list(self._found(name))
            if len(found) != 1:
                (several if found else unknown).append(name)
            elif found[0][1] is None:
                lots[found[0][0]] = None
            else:
                pieces[found[0][0]].append(found[0][1])
        spans = {lot: tuple(merged(spans)) for lot, spans in pieces.items() if lot not in lots}
        return Meant(Tip(tuple(lots), spans), tuple(unknown), tuple(several))

    def _found(self, name: str) -> Iterator[tuple[LotId, Span | None]]:
        if lots := self.lots(name):
            yield from ((lot, None) for lot in lots)
            return
        if number := serial(canonical(name)):
            yield from ((lot, (number[1], number[1])) for lot in self._batches(canonical(name), number[1]))
            return
        for told in filter(None, (one.fullmatch(name) for one in _SERIALS)):
            if lots := self.lots(told["lot"]):
                first, last = int(told["first"]), int(told["last"] or told["first"])
                yield from ((lot, (min(first, last), max(first, last))) for lot in lots)
                return

    def lots(self, name: str) -> list[LotId]:
        """The lots that bear an identifier or a number."""
        wanted = LotId(canonical(name.partition("?")[0] if name.startswith("http") else name))  # a scanned link may ask
        return [wanted] if wanted in self.book.of_lot else self._numbers.get(name, [])

    def _batches(self, piece: str, number: int) -> list[LotId]:
        product = self.book.register.product(piece)
        return [lot for first, last, lot in self._ranges.get(product, ()) if first <= number <= last]

    @cached_property
    def _numbers(self) -> dict[str, list[LotId]]:
        table: dict[str, list[LotId]] = defaultdict(list)
        for lot in self.book.of_lot:
            table[short(lot)].append(lot)
        return dict(table)

    @cached_property
    def _ranges(self) -> dict[str, list[tuple[int, int, LotId]]]:
        table: dict[str, list[tuple[int, int, LotId]]] = defaultdict(list)
        for lot in self.book.of_lot:
            told = self.book.declared.get(lot)
            if told is not None and told.serials is not None:
                table[self.book.register.product(lot)].append((*told.serials, lot))
        return dict(table)


def chosen(  # noqa: PLR0917 - the ways in which people narrow a recall
    book: Book,
    supplier: str = "",
    site: str = "",
    since: date | None = None,
    until: date | None = None,
    paper: str = "",
    facts: Sequence[Fact] = (),
) -> Tip:
    """The lots that came into being at a supplier or site, between two days (inclusive), or under a paper.

    Args:
        supplier: identifier or name of the party that made or sent them.
        site: identifier or name of a site.
        paper: number of a certificate, assay, order or delivery note that an event of the lot names, or of a claim,
            statement or certificate of its custody (`_vouched`).
        facts: what was said of custody.

    Raises:
        NotFoundError: no supplier or site is called so, or several are.
    """
    parties = _called(book, supplier, _parties(book)) if supplier else frozenset[str]()
    sites = _called(book, site, {str(holding.site) for holding in book.holdings}) if site else frozenset[str]()
    vouched = _vouched(book, paper, facts) if paper else frozenset[LotId]()
    lots = []
    for lot in _at(book, sites) if sites else book.of_lot:
        made = [book.holdings[index] for index in entered(book, [lot])]
        if (
            (not sites or any(one.site in sites for one in made))
            and (not parties or any(_party(book, one.made, one.site) & parties for one in made))
            and (since is None or any(_day(book, one.made) >= since for one in made))
            and (until is None or any(_day(book, one.made) <= until for one in made))
            and (not paper or lot in vouched or _papers(book, lot, paper))
        ):
            lots.append(lot)
    return Tip(tuple(lots))


def _at(book: Book, sites: frozenset[str]) -> Iterable[LotId]:
    """Lots that ever were at some sites, as the book has them."""
    there = (one.lot for one in book.holdings if one.site in sites and one.kind is not AccountKind.STEP)
    return dict.fromkeys(there)


def _parties(book: Book) -> set[str]:
    known = set(book.register.vocabularies.get(PARTY, ()))
    return known | {book.register.site(holding.site).party for holding in book.holdings} - {""}


def _called(book: Book, text: str, among: Iterable[str]) -> frozenset[str]:
    """The identifiers that a name means: itself, those of exactly this name, else the only one whose name holds it."""
    listed, wanted = set(among), text.strip().casefold()
    if canonical(text.strip()) in listed:
        return frozenset({canonical(text.strip())})
    named = {one: book.register.name(one).casefold() for one in listed}
    same = frozenset(one for one, name in named.items() if name == wanted)
    near = frozenset(one for one, name in named.items() if wanted in name)
    if same or len(near) == 1:
        return same or near
    raise NotFoundError(f"{'several are' if near else 'nobody here is'} called {text!r}")


def _party(book: Book, event: int, site: str) -> set[str]:
    """Who made a lot: who runs the site, or who sent it where it came from outside."""
    sources = book.events[event].setting.sourceList
    senders = {one.value for one in sources if one.type in {"owning_party", "possessing_party"}}
    return senders or {book.register.site(site).party}


def _day(book: Book, event: int) -> date:
    return book.events[event].day


def _vouched(book: Book, number: str, facts: Iterable[Fact]) -> frozenset[LotId]:
    """The lots of claims and statements that bear a number or rest on the certificate of that number.

    Of a certificate that no claim names, because it is of a site, what the site made while it was in force.
    """
    mine = [one for one in facts if number in {one.number, one.certificate}]
    if named := {one.lot for one in mine if one.lot}:
        return frozenset(lot for lot in book.of_lot if lot in named or short(lot) in named)
    held = [one for one in mine if one.record is Record.CERTIFICATE]
    made = ((lot, book.holdings[index]) for lot in book.of_lot for index in entered(book, [lot])) if held else ()
    return frozenset(
        lot for lot, one in made
        if any(fact.site == one.site and fact.holds(_day(book, one.made).isoformat()) for fact in held)
    )  # fmt: skip


def _papers(book: Book, lot: LotId, number: str) -> bool:
    """Whether the lot's assays, or any event in which it came into being, name a paper."""
    told = book.declared.get(lot)
    if told is not None and any(number == assay.certificate for assay in told.assays.values()):
        return True
    for index in book.of_lot[lot]:
        event = book.events[book.holdings[index].made].event
        named = [*(one.value for one in event.bizTransactionList), *event.certificationInfo]
        if any(number in {one, short(one)} for one in named):
            return True
    return False
