"""What the pages ask of a ledger: one question a page, each answered with a view.

`as_of` is a number of log entries ("as known when the log had so many") or a moment; None = now. `on` is a day of
happening: things as they stood at its end. The answers are pure functions of the log up to there, so two equal
questions get equal answers. Methods may be called from several threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from filon.core.finding import Finding
from filon.core.moment import Known
from filon.views.affected import AffectedView
from filon.views.alarm import AlarmList
from filon.views.balance import BalanceView
from filon.views.battery import BatteryView
from filon.views.carbon import CarbonView
from filon.views.carbon_board import CarbonBoard, CarbonContract
from filon.views.custody import CreditsView, CustodyView
from filon.views.events_file import EventsFile
from filon.views.flows import FlowsView
from filon.views.home import HomeView
from filon.views.ledger_state import LedgerState
from filon.views.log import LogView
from filon.views.lot import LotList, LotView
from filon.views.origin import OriginView
from filon.views.owner import OwnersView
from filon.views.passport import BoardView, HistoryView, ReadinessView
from filon.views.recall import Asked, RecallView
from filon.views.trace import TraceView
from filon.views.why import WhyView
from filon.views.yields import YieldsView


class Ledger(Protocol):
    """Answers the questions of the pages; `app` implements it on the books, tests on examples."""

    def state(self, *, as_of: Known | None = None) -> LedgerState:
        """The log as it stands; quick, for `/readyz`."""
        ...

    def home(self, *, as_of: Known | None = None) -> HomeView:
        """The first page."""
        ...

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
        """Lots whose number, product or site contains the query (any case), newest first."""
        ...

    def lot(self, identifier: str, *, carrier: str = "", as_of: Known | None = None, on: date | None = None) -> LotView:
        """One lot; `carrier` is the element its chain is drawn for, empty = its leading one.

        Raises:
            NotFoundError: no such lot, as known then.
        """
        ...

    def events_file(self, identifier: str, form: str, *, chain: bool = False, as_of: Known | None = None) -> EventsFile:
        """The events of a lot as `jsonld`, `xml` or `xlsx`; with `chain` those of all that can be in it."""
        ...

    def battery(self, gtin: str, serial: str, *, as_of: Known | None = None) -> BatteryView:
        """The public view of one battery.

        Raises:
            NotFoundError: no such battery.
        """
        ...

    def balance(
        self, *, element: str = "", site: str = "", period: str = "", as_of: Known | None = None, on: date | None = None
    ) -> BalanceView:
        """The balance lines that the choices leave; empty = all."""
        ...

    def recall(self, asked: Asked, *, as_of: Known | None = None, on: date | None = None) -> RecallView:
        """Everything that came of some lots, and what they came from; `on` = as things stood on that day."""
        ...

    def origins(
        self,
        name: str,
        *,
        by: str = "origin",
        element: str = "",
        as_of: Known | None = None,
        on: date | None = None,
    ) -> OriginView:
        """What is in a lot by mine, country, region, company, recycled, certified, or an attribute of lots."""
        ...

    def flows(
        self, *, element: str = "", period: str = "", as_of: Known | None = None, on: date | None = None
    ) -> FlowsView:
        """Who sent how much of an element to whom; a month such as `2026-09`, or all time."""
        ...

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
        ...

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
        """The tree under a lot's content; `smallest` in percent; `by` = also what matter is called, and where."""
        ...

    def affected(self, event: str = "", *, element: str = "", as_of: Known | None = None) -> AffectedView:
        """What a declared error and its corrections changed; without an event, all of them."""

    def findings(self, *, as_of: Known | None = None, on: date | None = None) -> tuple[Finding, ...]:
        """Everything that is wrong or worth knowing, gravest first."""
        ...

    def custody(self, identifier: str, *, as_of: Known | None = None, on: date | None = None) -> CustodyView:
        """What may be claimed of one lot.

        Raises:
            NotFoundError: no such lot, as known then.
        """
        ...

    def alarms(
        self, *, site: str = "", element: str = "", as_of: Known | None = None, on: date | None = None
    ) -> AlarmList:
        """Every difference beyond what measuring explains, with hypotheses and the lots concerned."""
        ...

    def yields(
        self, *, site: str = "", element: str = "", as_of: Known | None = None, on: date | None = None
    ) -> YieldsView:
        """What the steps of a site deliver, and declared conversion factors; empty = all sites."""
        ...

    def credits(self, *, site: str = "", as_of: Known | None = None, on: date | None = None) -> CreditsView:
        """The mass-balance accounts of a site; empty = all."""
        ...

    def owners(self, *, element: str = "", as_of: Known | None = None, on: date | None = None) -> OwnersView:
        """The ownership book: what each owner brought in, took over, gave over and holds."""
        ...

    def log(self, *, page: int = 1, as_of: Known | None = None) -> LogView:
        """Entries, newest first."""
        ...

    def history(self, gtin: str, serial: str, *, as_of: Known | None = None) -> HistoryView:
        """Every version of a passport, as everybody may see it.

        Raises:
            NotFoundError: no such battery. GoneError: its passport has ceased.
        """
        ...

    def board(self, *, on: date | None = None, as_of: Known | None = None) -> BoardView:
        """Every model, and how ready its passport is on a day."""
        ...

    def readiness(self, name: str, *, on: date | None = None, as_of: Known | None = None) -> ReadinessView:
        """One model or battery, point by point.

        Raises:
            NotFoundError: no such model or battery.
        """
        ...

    def carbon(
        self, identifier: str, *, changes: Sequence[str] = (), ruleset: str = "filon-1", as_of: Known | None = None
    ) -> CarbonView:
        """The footprint of one lot, as it is and as it would be with some changes."""
        ...

    def carbon_board(self, *, ruleset: str = "filon-1", as_of: Known | None = None) -> CarbonBoard:
        """All packs by model, plant and year, and the path."""
        ...

    def carbon_contract(
        self, reference: str, *, year: int | None = None, ruleset: str = "filon-1", as_of: Known | None = None
    ) -> CarbonContract:
        """What the deliveries under an agreement cost, and the path promised for it.

        Raises:
            NotFoundError: no such agreement lies beside the ledger.
        """
        ...
