"""What an agreement's deliveries cost in CO2e: each lot at its maker's gate, each contract year, the path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from filon.accounts.carbon.account import CarbonAccount
from filon.accounts.carbon.every import CHANNELS, footprints
from filon.accounts.carbon.line import Variant
from filon.accounts.carbon.target import Promise
from filon.books.lot import MILLIGRAM, LotId
from filon.contracts.agreement import Agreement, Delivery, deliveries
from filon.core.ident import short
from filon.views.build.carbon import (
    UNIT,
    contributions,
    figure,
    gap_line,
    hot_spots,
    percent,
    power_shares,
    stage_shares,
)
from filon.views.build.carbon_board import by_variant
from filon.views.build.carbon_path import Amount, mean, trajectory
from filon.views.build.sight import lot_path
from filon.views.carbon import LotLink
from filon.views.carbon_board import CarbonContract, ContractYear, DeliveredLot
from filon.views.figure import Figure, kg
from filon.views.ledger_state import LedgerState

PER_KG = "kg CO2e/kg"


@dataclass(frozen=True)
class _Row:
    """A delivery with the footprint of one kg of it, by variant (None = gaps), and its part on primary data."""

    delivery: Delivery
    year: int
    per_kg: Mapping[Variant, Decimal] | None
    primary: Decimal

    @property
    def mass(self) -> Decimal:
        """Kg of product."""
        return Decimal(self.delivery.product_mg).scaleb(-6)

    def amount(self, element: str = "") -> Amount:
        """All of it, per kg of product, or of the element where that is known."""
        told = None if self.per_kg is None else {key: one * self.mass for key, one in self.per_kg.items()}
        if not element:
            return Amount(self.mass, told)
        inside = Decimal(self.delivery.element_mg or 0).scaleb(-6)
        return Amount(inside, told if inside else None)


def carbon_contract(  # noqa: PLR0917 - the contract, whose promise, which year, seen on which day
    account: CarbonAccount,
    state: LedgerState,
    agreed: Agreement,
    year: int | None,
    promise: Promise | None,
    files: Mapping[int, str],
    today: date,
) -> CarbonContract:
    """The footprints of what was shipped under an agreement.

    Args:
        year: the contract year that begins in it; None = the whole term so far.
        promise: what was promised, per kg of product, or per kg of the agreement's element.
        files: {log entry: name of the file it holds}.
    """
    rows = list(_rows(account, agreed, today))
    asked = [one for one in rows if year in {None, one.year}]
    term = [one for one in range(agreed.start.year, today.year + 1) if agreed.runs(one) and agreed.begins(one) <= today]
    years = {one: [row for row in rows if row.year == one] for one in sorted({*term, *(row.year for row in rows)})}
    element = agreed.element if promise and promise.baseline.unit == f"{PER_KG} {agreed.element}" else ""
    unit = f"{PER_KG} {element}".strip()
    whole = {LotId(one.delivery.lot): Decimal(0) for one in asked if one.per_kg is not None}
    for one in asked:
        if one.per_kg is not None:
            whole[LotId(one.delivery.lot)] += one.mass
    made = account.mean(whole) if sum(whole.values()) else None
    gaps = dict.fromkeys(
        gap for one in asked if one.per_kg is None for gap in account.footprint(LotId(one.delivery.lot)).lacking
    )
    amounts = [one.amount() for one in asked]
    return CarbonContract(
        ledger=state,
        reference=agreed.reference,
        parties=(agreed.seller, agreed.buyer),
        year=agreed.spoken(year) if year else "",
        mass=kg(sum(one.delivery.product_mg for one in asked)),
        covered=_covered(amounts),
        per_kg=figure(mean(amounts, Variant.MARKET), PER_KG),
        path=trajectory(
            promise,
            {one: [row.amount(element) for row in some] for one, some in years.items()},
            account.stamp,
            unit,
            of=agreed.reference,
            spoken={one: agreed.spoken(one) for one in years},
        ),
        years=tuple(_year(agreed, one, some) for one, some in years.items()),
        stages=stage_shares(made, None, None) if made else (),
        contributions=contributions(account, made, files) if made else (),
        sites=hot_spots(account, made) if made else (),
        power=power_shares(account, made) if made else (),
        gaps=tuple(gap_line(account, one) for one in gaps),
        lots=tuple(_lot(agreed, one) for one in asked),
        stamp=tuple((name, str(getattr(account.stamp, name))) for name in account.stamp.__slots__),
    )


def _rows(account: CarbonAccount, agreed: Agreement, today: date) -> Iterator[_Row]:
    swept, book = footprints(account), account.book
    last = max(agreed.start.year + agreed.years, today.year)
    for year in range(agreed.start.year - 1, last + 1):
        for one in deliveries(book, agreed, year):
            node = book.of_lot[LotId(one.lot)][0]
            counted = book.holdings[node].unit == MILLIGRAM
            unit = account.per_unit(node)
            primary = Decimal(repr(float(swept[node][CHANNELS.index("primary")]))) * unit
            yield _Row(one, year, by_variant(swept[node], unit) if counted else None, primary)


def _covered(amounts: Sequence[Amount]) -> Figure:
    whole = sum((one.size for one in amounts), Decimal(0))
    known = sum((one.size for one in amounts if one.kg is not None), Decimal(0))
    return percent(100 * known / whole if whole else None)


def _year(agreed: Agreement, year: int, rows: Sequence[_Row]) -> ContractYear:
    amounts, inside = [one.amount() for one in rows], [one.amount(agreed.element) for one in rows]
    total: dict[Variant, Decimal | None] = {variant: mean(amounts, variant) for variant in Variant}
    market = sum((one.kg[Variant.MARKET] for one in amounts if one.kg is not None), Decimal(0))
    primary = sum((one.primary * one.mass for one in rows if one.per_kg is not None), Decimal(0))
    return ContractYear(
        year=year,
        spoken=agreed.spoken(year),
        lots=len(rows),
        mass=kg(sum(one.delivery.product_mg for one in rows)),
        covered=_covered(amounts),
        location=figure(total[Variant.LOCATION], PER_KG),
        market=figure(total[Variant.MARKET], PER_KG),
        direct=figure(total[Variant.DIRECT], PER_KG),
        per_element=figure(mean(inside, Variant.MARKET), f"{PER_KG} {agreed.element}"),
        primary=percent(100 * primary / market if market else None),
    )


def _lot(agreed: Agreement, one: _Row) -> DeliveredLot:
    per_kg = None if one.per_kg is None else one.per_kg[Variant.MARKET]
    return DeliveredLot(
        LotLink(short(one.delivery.lot), "/carbon" + lot_path(LotId(one.delivery.lot)).removeprefix("/lots")),
        agreed.spoken(one.year),
        one.delivery.shipment.rpartition(":")[2],
        kg(one.delivery.product_mg),
        figure(per_kg, PER_KG),
        figure(None if per_kg is None else per_kg * one.mass, UNIT),
    )
