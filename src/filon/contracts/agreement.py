"""An off-take agreement and where it stands: delivered against due, in tonnes of product, of element, and in GWh.

"5 000 t of cobalt sulfate" says nothing until the hydrate is known; a memorandum obliges nobody. So product and
contained element stand side by side, `announced` is kept apart from `contracted`, and GWh are told by chemistry,
never by a press ratio. Runs on what the books hold: a delivery counts by what was shipped under the agreement's order
numbers, and by what was received once it has arrived.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from filon.books.book import Book, Holding
from filon.books.lot import AccountKind
from filon.core.errors import WrongCallError
from filon.core.matter import MASS, mass_fraction
from filon.core.moment import local_day
from filon.core.quantity import MG_PER_KG
from filon.core.tables import table

MG_PER_TONNE = 1000 * MG_PER_KG


@dataclass(frozen=True, slots=True)
class Agreement:
    """The terms that matter for what is due.

    Args:
        reference: number that orders and delivery notes carry.
        status: `announced` (memorandum, no obligation) or `contracted`.
        form: chemical form of the product; empty if the text does not say.
        element: the element that it is bought for.
        yearly_t: tonnes of product due a year.
        tolerance: share, e.g. 0.05; `option` says who may use it.
        start: first day of the term.
    """

    reference: str
    seller: str
    buyer: str
    status: str
    form: str
    element: str
    yearly_t: Decimal
    years: int
    start: date
    tolerance: Decimal = Decimal(0)
    option: str = ""
    source: str = ""

    def begins(self, year: int) -> date:
        """First day of the contract year that begins in a calendar year; a 29 February begins on 1 March elsewhere."""
        try:
            return self.start.replace(year=year)
        except ValueError:
            return date(year, 3, 1)

    def spoken(self, year: int) -> str:
        """`2026`, or `2026/27` where the contract year is not the calendar year."""
        return str(year) if (self.start.month, self.start.day) == (1, 1) else f"{year}/{(year + 1) % 100:02}"

    def runs(self, year: int) -> bool:
        """Whether that contract year belongs to the term."""
        return self.start.year <= year < self.start.year + self.years


@dataclass(frozen=True, slots=True)
class Delivery:
    """One lot shipped under an agreement: mg of product and of the element (None = not known), and how far it is."""

    lot: str
    shipment: str
    event: int
    product_mg: int
    element_mg: int | None
    received: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an agreement stands in one contract year.

    Args:
        year: the calendar year in which the contract year begins.
        due_t: tonnes of product due in the year; 0 before and after the term.
        due_element_t: tonnes of the element in it if it has the agreed form; None if no form was agreed.
        product_mg, element_mg: delivered; the element where known.
        unknown: deliveries whose element content nobody knows.
        gwh: {chemistry: GWh that the delivered element is enough for, cell yields not included}.
    """

    agreement: Agreement
    year: int
    due_t: Decimal
    due_element_t: Fraction | None
    product_mg: int
    element_mg: int
    in_transit_mg: int
    unknown: int
    gwh: Mapping[str, Fraction]
    deliveries: Sequence[Delivery]


def agreement(terms: Mapping[str, Any]) -> Agreement:
    """The agreement that a JSON object of schema `filon-agreement/1` tells.

    Raises:
        WrongCallError: a term that is needed is missing or no number.
    Source: contracts reference, section 1; `docs/agreement.md`.
    """
    try:
        names = {str(party["role"]): str(party["name"]) for party in terms["parties"]}
        product, quantity, tolerance = terms["product"], terms["quantity"], terms.get("tolerance", {})
        if quantity.get("unit") != "t" or quantity.get("basis", "product") != "product":
            raise WrongCallError("the yearly quantity is read in t of product")
        return Agreement(
            reference=str(terms["id"]),
            seller=names["seller"],
            buyer=names["buyer"],
            status=str(terms["status"]),
            form=str(product.get("form", "")),
            element=str(product["element"]),
            yearly_t=Decimal(str(quantity["perYear"])),
            years=int(terms["years"]),
            start=date.fromisoformat(str(terms["start"])),
            tolerance=Decimal(str(tolerance.get("percent", "0"))) / 100,
            option=str(tolerance.get("option", "")),
            source=str(terms.get("source", "")),
        )
    except (KeyError, ValueError, TypeError, AttributeError, ArithmeticError) as error:
        raise WrongCallError(f"the agreement lacks a readable term: {error}") from error


def deliveries(book: Book, agreed: Agreement, year: int) -> list[Delivery]:
    """Every lot shipped under the agreement in a contract year (by the shipper's calendar), oldest first."""
    first, after = agreed.begins(year), agreed.begins(year + 1)
    found = []
    for holding in book.holdings:
        if holding.kind is not AccountKind.TRANSIT:
            continue
        event = book.events[holding.made].event
        orders = {one.value for one in event.bizTransactionList if one.type in {"po", "poc"}}
        mine = any(_names(order, agreed.reference) for order in orders)
        if mine and first <= local_day(event.eventTime, event.eventTimeZoneOffset) < after:
            found.append(_delivery(book, agreed, holding))
    return found


def _names(order: str, reference: str) -> bool:
    """`CTR-07/L3` and `urn:…:po:CTR-07/L3` are orders of `CTR-07`."""
    tail = order.replace("%2F", "/").rpartition(":")[2]
    return tail == reference or tail.startswith((reference + "/", reference + "-")) or f"/{reference}" in tail


def _delivery(book: Book, agreed: Agreement, transit: Holding) -> Delivery:
    arrived = [flow for flow in book.outflows[transit.id] if isinstance(flow.target, int)]
    contents = [flow.content for flow in arrived]  # not the holding's: it may have stood there before
    first = contents[0] if len(contents) == 1 and not transit.left else transit.content
    shipment = str(transit.site).removeprefix("transit ")
    element = first.get(agreed.element, 0)
    return Delivery(transit.lot, shipment, transit.made, first.get(MASS) or 0, element, bool(arrived))


def standing(book: Book, agreed: Agreement, year: int) -> Standing:
    """Where the agreement stands in a year.

    Source: contracts reference, sections 1, 3 and 4.
    """
    rows = deliveries(book, agreed, year)
    due = agreed.yearly_t if agreed.runs(year) else Decimal(0)
    element_mg = sum(row.element_mg or 0 for row in rows)
    share = mass_fraction(agreed.form, agreed.element) if agreed.form else None
    return Standing(
        agreement=agreed,
        year=year,
        due_t=due,
        due_element_t=None if share is None else Fraction(due) * share,
        product_mg=sum(row.product_mg for row in rows),
        element_mg=element_mg,
        in_transit_mg=sum(row.product_mg for row in rows if not row.received),
        unknown=sum(1 for row in rows if row.element_mg is None),
        gwh={
            chemistry: Fraction(element_mg, MG_PER_KG) / need / 1_000_000
            for chemistry, need in kg_per_kwh(agreed.element).items()
        },
        deliveries=rows,
    )


def kg_per_kwh(element: str) -> dict[str, Fraction]:
    """{chemistry: kg of the element in a kWh of cathode}, yields not included; only chemistries that hold it."""
    needs = {}
    for row in table("cathodes").rows:
        share = mass_fraction(row["formula"], element)
        if share:
            needs[row["chemistry"]] = share * 1000 / (Fraction(row["capacity_mah_g"]) * Fraction(row["voltage"]))
    return needs
