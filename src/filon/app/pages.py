"""The pages' questions answered from a ledger: which book is needed, which view is made of it.

A question about one lot's origin posts only what can be in that lot; the lot's own page, lists and balances, which also
look forward, take the whole book, which is kept until the log grows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from threading import Lock

from filon.accounts.recall import Tip
from filon.accounts.recycled import recycled_findings
from filon.accounts.tip import chosen
from filon.accounts.why import Reason, why
from filon.app.affected import affected, taken_back
from filon.app.capture import gravest_first
from filon.app.carbon import OWN, Carbon
from filon.app.carbon_files import terms
from filon.app.custody import CustodyOfLedger
from filon.app.export import exported
from filon.app.intake import document
from filon.app.ledger import Ledger
from filon.app.passport_pages import STRANGER, PassportPages
from filon.app.passports import Kin
from filon.books.book import Book
from filon.books.lot import LotId
from filon.books.period import period_findings
from filon.books.routes import route_findings
from filon.contracts.agreement import standing
from filon.core.errors import NotFoundError, WrongCallError
from filon.core.finding import Finding, Place
from filon.core.ident import sgtin
from filon.core.matter import ELEMENTS, MASS
from filon.core.moment import Known
from filon.epcis.key import body_key
from filon.passport.passport import READABLE
from filon.views.affected import AffectedView
from filon.views.agreement import AgreementView, agreement_view
from filon.views.alarm import AlarmList
from filon.views.balance import BalanceView
from filon.views.battery import BatteryView
from filon.views.build.alarm import alarm_list
from filon.views.build.balance import balance_view
from filon.views.build.battery import battery_view, declared_view, renamed
from filon.views.build.chain import chain_of
from filon.views.build.custody import credits_view, custody_view
from filon.views.build.flows import flows_view
from filon.views.build.home import home_view
from filon.views.build.log import log_view
from filon.views.build.lot import contained, lot_view
from filon.views.build.lots import lot_list
from filon.views.build.owner import owners_view
from filon.views.build.passport import passport_view
from filon.views.build.recall import recall_view
from filon.views.build.shares import names_of, origin_view
from filon.views.build.sight import Sight
from filon.views.build.yields import yields_view
from filon.views.carbon import CarbonView
from filon.views.carbon_board import CarbonBoard, CarbonContract
from filon.views.chain import STAGES
from filon.views.custody import CreditsView, CustodyView
from filon.views.events_file import EventsFile
from filon.views.flows import FlowsView
from filon.views.home import HomeView
from filon.views.ledger_state import LedgerState
from filon.views.log import LogView
from filon.views.lot import LotList, LotView
from filon.views.origin import Contained, OriginView
from filon.views.owner import OwnersView
from filon.views.recall import Asked, RecallView
from filon.views.trace import TraceView, local_day, trace_view
from filon.views.why import WhyView, why_view
from filon.views.yields import YieldsView


class Pages(PassportPages):
    """Answers the questions of web pages and commands; implements `views.ledger.Ledger`."""

    def __init__(self, ledger: Ledger, today: Callable[[], date] | None = None) -> None:
        super().__init__(ledger, today)
        self._looking = Lock()
        self._seen: Sight | None = None
        self._sight = lru_cache(maxsize=4)(self._whole)
        self._custody = CustodyOfLedger(ledger)
        self._carbon = Carbon(ledger)

    def home(self, *, as_of: Known | None = None) -> HomeView:
        """The first page."""
        return home_view(self.sight(as_of))

    def lots(
        self,
        query: str = "",
        *,
        stage: str = "",
        site: str = "",
        page: int = 1,
        as_of: Known | None = None,
        on: date | None = None,
    ) -> LotList:
        """Lots whose number, product or site contains the query, newest first."""
        if stage not in {"", *STAGES, "other"}:
            raise WrongCallError(f"{stage!r} is not a stage; choose of {', '.join(STAGES)}, other")
        return lot_list(self.sight(as_of, on), query, stage=stage, site=site, page=page)

    def lot(self, identifier: str, *, carrier: str = "", as_of: Known | None = None, on: date | None = None) -> LotView:
        """One lot."""
        sight = self.sight(as_of, on)
        lot = self.lot_in(sight, identifier)
        view = lot_view(sight, lot, carrier=carrier, custody=self._custody.chain(as_of, on))
        return replace(view, retracted=taken_back(self.ledger, lot, as_of))

    def affected(self, event: str = "", *, element: str = "", as_of: Known | None = None) -> AffectedView:
        """What a declared error and its corrections changed."""
        return affected(self.ledger, self.sight(as_of), event, element=_element(element), as_of=as_of)

    def events_file(self, identifier: str, form: str, *, chain: bool = False, as_of: Known | None = None) -> EventsFile:
        """The events of a lot as a file."""
        return exported(self.ledger, self.ledger.lot(identifier, as_of), form, chain=chain, as_of=as_of)

    def battery(self, gtin: str, serial: str, *, as_of: Known | None = None) -> BatteryView:
        """The public view of one battery: everybody may see it."""
        battery, size = sgtin(gtin, serial), self.ledger.size(as_of)
        self.standing(battery)
        return self._shown(self.passports.kin(battery, on=self._day(as_of), as_of=size), battery, size)

    def at_hand(self, gtin: str, serial: str) -> BatteryView | None:
        """The same if its kin was shown before and its passport is one that others see; else None, and no work done."""
        battery, day = sgtin(gtin, serial), self.day()
        kin = self.passports.kept(battery, on=day) if day else None
        if kin is None or kin.passport.state not in READABLE or not kin.has("page"):
            return None
        return self._shown(kin, battery, self.ledger.size())

    def _shown(self, kin: Kin, battery: str, size: int) -> BatteryView:
        state = self.state(as_of=size)
        view: BatteryView = kin.once("page", lambda: self._page(kin, state))
        return view if (view.link, view.ledger) == (battery, state) else renamed(view, battery, state)

    def _page(self, kin: Kin, state: LedgerState) -> BatteryView:
        """What everybody may see of the kin, told of the one that was asked for first."""
        battery = kin.passport.identifier
        with self._looking:  # one sight for all kin of the same matter: what it works out serves them all
            if self._seen is None or self._seen.book is not kin.matter.book:
                self._seen = Sight(kin.matter.book, state, self._entry)
            sight = self._seen
        made = kin.matter.origin_of(battery)
        seen = kin.of(battery, kin.passport.size, STRANGER)
        try:
            view = battery_view(sight, battery, lot=made.lot if made else None, pieces=made.pieces if made else 1)
        except NotFoundError:  # a passport that was typed in, or taken over from another system
            view = declared_view(sight.state, seen)
        return replace(view, passport=passport_view(seen, sight.state), kept={})

    def balance(
        self,
        *,
        element: str = "",
        site: str = "",
        period: str = "",
        as_of: Known | None = None,
        on: date | None = None,
    ) -> BalanceView:
        """The balance lines that the choices leave."""
        sight = self.sight(as_of, on)
        return balance_view(sight, element=_element(element), site=self._site(site, sight), period=period)

    def owners(self, *, element: str = "", as_of: Known | None = None, on: date | None = None) -> OwnersView:
        """The ownership book: whose the matter is."""
        return owners_view(self.sight(as_of, on), self._custody.chain(as_of, on), element=_element(element))

    def log(self, *, page: int = 1, as_of: Known | None = None) -> LogView:
        """Entries, newest first."""
        return log_view(self.state(as_of=as_of), self._entry, page=page)

    def carbon(
        self, identifier: str, *, changes: Sequence[str] = (), ruleset: str = OWN, as_of: Known | None = None
    ) -> CarbonView:
        """The footprint of one lot, as last delivered, with its uncertainty; changes are worked out now."""
        return self._carbon.pack(identifier, changes=changes, ruleset=ruleset, as_of=as_of, draws=True)

    def carbon_board(self, *, ruleset: str = OWN, as_of: Known | None = None) -> CarbonBoard:
        """All packs by model, plant and year, and the path."""
        return self._carbon.board(ruleset=ruleset, as_of=as_of)

    def carbon_contract(
        self, reference: str, *, year: int | None = None, ruleset: str = OWN, as_of: Known | None = None
    ) -> CarbonContract:
        """What the deliveries under an agreement cost, and the path promised for it."""
        return self._carbon.contract(reference, year, ruleset=ruleset, as_of=as_of)

    def origin(self, name: str, *, element: str = "", as_of: Known | None = None) -> tuple[Contained, ...]:
        """What is in a lot by origin."""
        lot = self.ledger.lot(name, as_of)
        return self.contents(self.sight_of(lot, as_of), lot, element)

    def origins(
        self,
        name: str,
        *,
        by: str = "origin",
        element: str = "",
        as_of: Known | None = None,
        on: date | None = None,
    ) -> OriginView:
        """What is in a lot by a characteristic, with the least and most of each name."""
        sight = self.sight(as_of, on)
        facts = self._custody.facts(as_of, on)[0] if by == "certified" else ()
        return origin_view(sight, self.lot_in(sight, name), by=by or "origin", element=_element(element), facts=facts)

    @staticmethod
    def contents(sight: Sight, lot: LotId, element: str = "") -> tuple[Contained, ...]:
        """What is in a lot by origin, of one element or of all."""
        wanted = _element(element)
        return tuple(one for one in contained(sight, lot) if not wanted or one.element == wanted)

    def trace(
        self,
        name: str,
        *,
        element: str,
        back: bool,
        forward: bool,
        as_of: Known | None = None,
        on: date | None = None,
        drawn: bool = False,
    ) -> TraceView:
        """The chain of a lot as a list, and drawn if so asked."""
        lot = self.ledger.lot(name, as_of)
        sight = self.sight(as_of, on) if forward or on else self.sight_of(lot, as_of)
        self._there(sight, lot, name)
        view = self.trace_of(sight, lot, element=element, back=back, forward=forward)
        carriers = (*sight.elements(sight.made(lot)), MASS)
        return replace(view, chain=chain_of(sight, lot, view.element, carriers)) if drawn else view

    def flows(
        self, *, element: str = "", period: str = "", as_of: Known | None = None, on: date | None = None
    ) -> FlowsView:
        """Who sent how much of an element to whom."""
        return flows_view(self.sight(as_of, on), element=_element(element), period=period)

    @staticmethod
    def trace_of(sight: Sight, lot: LotId, *, element: str, back: bool, forward: bool) -> TraceView:
        """The same of a book at hand."""
        chosen = _element(element) or _leading(sight, lot)
        return trace_view(sight.book, sight.state, lot, chosen, back=back, forward=forward)

    def why(
        self,
        name: str,
        *,
        element: str,
        smallest: Decimal,
        rows: bool = False,
        by: str = "",
        as_of: Known | None = None,
        on: date | None = None,
    ) -> WhyView:
        """The tree under a lot's content; `smallest` in percent; for `rows` the files are read again.

        Args:
            by: also what matter is called by this characteristic, where it gets that name.
        """
        lot = self.ledger.lot(name, as_of)
        sight = self.sight(as_of, on) if on else self.sight_of(lot, as_of)
        self._there(sight, lot, name)
        return self.why_of(sight, lot, element=element, smallest=smallest, rows=rows, by=by, on=on)

    def why_of(
        self,
        sight: Sight,
        lot: LotId,
        *,
        element: str,
        smallest: Decimal,
        rows: bool = False,
        by: str = "",
        on: date | None = None,
    ) -> WhyView:
        """The same of a book at hand."""
        book, chosen = sight.book, _element(element) or _leading(sight, lot)
        reason = why(book, lot, chosen, smallest=Fraction(smallest) / 100)
        deposits = {entry: self.ledger.store.entry(entry).name for entry in {one.entry for one in _nodes(reason)}}
        places = self._places(book, reason) if rows else {}
        facts = self._custody.facts(sight.state.size, on)[0] if by == "certified" else ()
        called = names_of(sight, chosen, by, facts) if by else {}
        return why_view(book, sight.state, reason, chosen, deposits, rows=places, called=called)

    def lot_in(self, sight: Sight, name: str) -> LotId:
        """The lot of a book at hand that a person means.

        Raises:
            NotFoundError: no lot has that name, or several have.
        """
        found = sight.names.lots(name)
        lot = found[0] if len(found) == 1 else self.ledger.lot(name)
        if lot not in sight.book.of_lot:
            raise NotFoundError(f"no lot {name!r} is in this book")
        return lot

    def _places(self, book: Book, reason: Reason) -> dict[int, str]:
        """Where in its file each event of a tree stands, by its index in the book."""
        store, nodes = self.ledger.store, list(_nodes(reason))
        places = {}
        for index in {node.entry for node in nodes}:
            kept = store.entry(index)
            if kept.erased:
                continue
            for event in document(store.payload(index), kept.name, kept.media_type).events:
                places[index, body_key(event).hex()] = event.place
        return {node.event: places.get((node.entry, book.events[node.event].key), "") for node in nodes}

    def recall(self, asked: Asked, *, as_of: Known | None = None, on: date | None = None) -> RecallView:
        """Everything that came of some lots, and what they came from."""
        sight = self.sight(as_of, on)
        meant = sight.names.meant(asked.names)
        if asked.narrowed:
            facts = self._custody.facts(as_of, on)[0] if asked.paper else ()
            tip = chosen(sight.book, asked.supplier, asked.site, asked.since, asked.until, asked.paper, facts)
            lots = set(tip.lots)
            if asked.names:
                kept = {lot: spans for lot, spans in meant.tip.pieces.items() if lot in lots}
                tip = Tip(tuple(lot for lot in meant.tip.lots if lot in lots), kept)
            meant = replace(meant, tip=tip)
        return recall_view(sight, meant, element=_element(asked.element), asked=asked.text, on=on)

    def findings(self, *, as_of: Known | None = None, on: date | None = None) -> tuple[Finding, ...]:
        """Everything the books find wrong or worth knowing, each with the file that its entry came as."""
        book = self.ledger.book(as_of, on)
        periods = book.once(
            period_findings, lambda _: period_findings(book, lambda at: local_day(book, at).isoformat())
        )
        told = (
            book.findings, periods, book.once(route_findings, route_findings), recycled_findings(book),
            self._custody.findings(as_of, on), self.passports.findings(as_of), self._carbon.findings(as_of),
        )  # fmt: skip
        found = gravest_first(chain.from_iterable(told))
        entries = {one.place.entry for one in found if one.place.entry is not None}
        files = {entry: self.ledger.store.entry(entry).name for entry in entries}
        return tuple(replace(one, place=replace(one.place, file=_file(one.place, files))) for one in found)

    def custody(
        self, identifier: str, *, element: str = "", as_of: Known | None = None, on: date | None = None
    ) -> CustodyView:
        """What may be claimed of a lot, or of one element in it."""
        lot, wanted = self.ledger.lot(identifier, as_of), _element(element)
        try:
            view = custody_view(self.sight(as_of, on), self._custody.chain(as_of, on), lot)
            lines = tuple(one for one in view.lines if not wanted or one.element.key == wanted)
            return replace(view, lines=lines)
        except KeyError as error:
            raise NotFoundError(f"the books hold nothing of {identifier!r}") from error

    def alarms(
        self, *, site: str = "", element: str = "", as_of: Known | None = None, on: date | None = None
    ) -> AlarmList:
        """Every difference beyond what measuring explains."""
        sight = self.sight(as_of, on)
        return alarm_list(sight, site=self._site(site, sight), element=_element(element))

    def yields(
        self, *, site: str = "", element: str = "", as_of: Known | None = None, on: date | None = None
    ) -> YieldsView:
        """What the steps of a site, or all, deliver; declared factors beside the observed ones."""
        sight = self.sight(as_of, on)
        chain = self._custody.chain(as_of, on)
        return yields_view(sight, chain, site=self._site(site, sight), element=_element(element))

    def credits(self, *, site: str = "", as_of: Known | None = None, on: date | None = None) -> CreditsView:
        """The mass-balance accounts of a site, or all."""
        sight, chain = self.sight(as_of, on), self._custody.chain(as_of, on)
        return credits_view(sight, chain, self._custody.reopened(as_of, on), site=self._site(site, sight))

    def agreement(self, data: bytes, year: int, *, as_of: Known | None = None) -> AgreementView:
        """Where an agreement stands in a year."""
        return agreement_view(standing(self.ledger.book(as_of), terms(data), year), self.state(as_of=as_of))

    def sight(self, as_of: Known | None = None, on: date | None = None) -> Sight:
        """The whole book to look at, as things stood on a day if one is given; kept until the log grows."""
        return self._sight(self.ledger.size(as_of), on)

    def sight_of(self, lot: LotId, as_of: Known | None = None) -> Sight:
        """What can be in a lot, at least; the whole book where it is in memory already."""
        size = self.ledger.size(as_of)
        if self.ledger.posted(size):
            return self.sight(size)
        return Sight(self.ledger.book_of([lot], size), self.state(as_of=size), self._entry)

    @staticmethod
    def _there(sight: Sight, lot: LotId, name: str) -> None:
        if lot not in sight.book.of_lot:
            raise NotFoundError(f"no lot {name!r} is in the book of that day")

    def _whole(self, size: int, on: date | None) -> Sight:
        return Sight(self.ledger.book(size, on), self.state(as_of=size), self._entry)

    def _site(self, text: str, sight: Sight) -> str:
        """The identifier of a site that a person names."""
        if not text:
            return ""
        sites = {str(holding.site) for holding in sight.book.holdings}
        if text in sites:
            return text
        register = sight.book.register
        named = [site for site in sites if text.casefold() in register.name(site).casefold()]
        if len(named) != 1:
            raise NotFoundError(f"{'several sites are' if named else 'no site is'} called {text!r}")
        return named[0]


def _leading(sight: Sight, lot: LotId) -> str:
    """The element that a lot holds the most of."""
    made = sight.made(lot)
    known = {element: mg for element in sight.elements(made) if (mg := made.content.get(element))}
    return max(known, key=known.__getitem__) if known else MASS


def _element(text: str) -> str:
    if text and text not in {*ELEMENTS, MASS}:
        raise WrongCallError(f"{text!r} is not kept in the books; choose of {', '.join((*ELEMENTS, MASS))}")
    return text


def _nodes(reason: Reason) -> Iterator[Reason]:
    """A tree's nodes."""
    yield reason
    for part in reason.parts:
        yield from _nodes(part)


def _file(place: Place, files: Mapping[int, str]) -> str:
    return place.file or ("" if place.entry is None else files[place.entry])
