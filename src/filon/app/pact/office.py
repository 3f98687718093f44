"""The office: one company's PACT interface as a whole, and how a lot's footprint is issued from the books.

office = Office(ledger, desk, company, here="https://pcf.filon.example")
office.issue("000001")            # computed, checked, put on the shelf
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from threading import Event, Thread

from filon.accounts.carbon.account import CarbonAccount, Footprint
from filon.app.carbon import Carbon
from filon.app.desk.acting import OPERATOR, acting
from filon.app.desk.file import Desk
from filon.app.ledger import Ledger
from filon.app.pact.mail import Mail
from filon.app.pact.partners import Calls, Partner
from filon.app.pact.shelf import Issued
from filon.books.lot import LotId
from filon.core.errors import ConflictError, WrongCallError
from filon.core.matter import MASS
from filon.exchange.pact.evidence import urns
from filon.exchange.pact.issue import Issuer, issue
from filon.exchange.pact.search import years_after

_log = logging.getLogger(__name__)
LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Company:
    """Who issues.

    Args:
        domain: internet domain in whose name products are numbered.
        ids: URNs; empty = one made of the domain.
    """

    name: str
    domain: str
    ids: tuple[str, ...] = ()

    @property
    def urns(self) -> tuple[str, ...]:
        """The company's URNs."""
        return self.ids or (f"urn:pact:{self.domain}:company-id:own",)


class Office:
    """The interface of one ledger and its worker."""

    def __init__(
        self,
        ledger: Ledger,
        desk: Desk,
        company: Company,
        *,
        here: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        hosts: frozenset[str] = frozenset(),
        calls: Callable[[Partner], Calls] | None = None,
    ) -> None:
        self.ledger, self.desk, self.company, self.now = ledger, desk, company, now
        self.carbon = Carbon(ledger)
        self.mail = Mail(ledger, desk, here=here, now=now, hosts=hosts, calls=calls)
        self.shelf = self.mail.shelf
        self._closing = Event()
        self._worker: Thread | None = None

    def start(self) -> None:
        """Deal with letters until closed; what a power cut left undone is taken up."""
        self._worker = Thread(target=self._work, name="pact-mail", daemon=True)
        self._worker.start()

    def close(self) -> None:
        """Stop after the letter in hand."""
        self._closing.set()
        if self._worker is not None:
            self._worker.join(30)

    def _work(self) -> None:
        while not self._closing.wait(LOOK_SECONDS):
            try:
                with acting(OPERATOR):
                    self.mail.work()
            except Exception:  # noqa: BLE001 - one bad letter must not stop the mail
                _log.exception("the mail could not be worked off")
                self._closing.wait(5)

    def issue(self, name: str, *, audience: str = "", ruleset: str = "pact-3.0", made: bool = True) -> Issued:
        """Issue the footprint of a lot or pack; an unchanged one is given again, a changed one replaces the old.

        Args:
            audience: id of the only token that may see it; empty = every partner.
            made: at its maker's gate; else where it was last delivered.

        Raises:
            ConflictError: the footprint has gaps, or the company has no name.
            NotFoundError: no such lot.
        """
        if not self.company.name or not self.company.domain:
            raise WrongCallError("name the company first: FILON_COMPANY and FILON_COMPANY_DOMAIN")
        lot = self.ledger.lot(name)
        account = self.carbon.account(ruleset=ruleset)
        footprint = account.footprint(lot, delivered=not made)
        issuer = self._issuer(account, footprint, lot)
        start, end = period(account, footprint)
        older = [one for one in self.shelf.of(lot) if one.body["status"] == "Active"]
        now = self.now()
        body = issue(footprint, issuer, start=start, end=end, now=now)
        same = next((one for one in older if one.body["pcf"] == body["pcf"]), None)
        if same is not None:
            return same
        if older:
            body = issue(footprint, issuer, start=start, end=end, now=now, preceding=[one.id for one in older])
        if any(one.id == body["id"] for one in self.shelf.of(lot)):
            raise ConflictError(f"{body['id']} was deprecated and stays so")
        return self.shelf.put(body, lot, audience=audience, now=now)

    def _issuer(self, account: CarbonAccount, footprint: Footprint, lot: LotId) -> Issuer:
        book, domain = account.book, self.company.domain
        holding = book.holdings[footprint.node]
        making = account.making_at.get(footprint.node)
        first = book.first(lot)
        site = book.register.site(str(first.site if first else holding.site))
        product = book.register.name(book.register.product(lot))
        mass = Decimal(holding.content.get(MASS) or 0).scaleb(-6)
        carbon = Decimal(holding.content.get("C") or 0).scaleb(-6)
        units = Decimal(holding.amount or 1) / (1_000_000 if footprint.per == "kg" else 1)
        stage = making.stage if making else "product"
        return Issuer(
            name=self.company.name,
            ids=self.company.urns,
            products=urns(lot, domain),
            description=f"{product}, lot {lot}",
            product=product,
            mass_kg=Decimal(1) if footprint.per == "kg" else mass / units,
            carbon_kg=carbon / units,
            country=site.country,
            classifications=(f"urn:pact:{domain}:category-id:{stage}",),
        )


def period(account: CarbonAccount, footprint: Footprint) -> tuple[datetime, datetime]:
    """The reference period of a lot: the calendar year up to the end of the month in which it was made."""
    said = account.book.events[account.book.holdings[account.book.of_lot[footprint.lot][0]].made]
    made = said.event.eventTime.astimezone(UTC)
    start = datetime(made.year, 1, 1, tzinfo=UTC)
    over = datetime(made.year + made.month // 12, made.month % 12 + 1, 1, tzinfo=UTC)
    assert over <= years_after(start)
    return start, over
