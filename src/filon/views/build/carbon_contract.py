"""What an agreement's deliveries cost in CO2e: each lot at its maker's gate, and the mean by mass."""

from __future__ import annotations

from decimal import Decimal

from filon.accounts.carbon.account import CarbonAccount
from filon.books.lot import LotId
from filon.contracts.agreement import Agreement, deliveries
from filon.core.ident import short
from filon.views.build.carbon import UNIT, figure, percent
from filon.views.build.sight import lot_path
from filon.views.carbon import CarbonContract, DeliveredLot, LotLink
from filon.views.figure import kg
from filon.views.ledger_state import LedgerState

PER_KG = "kg CO2e/kg"


def carbon_contract(account: CarbonAccount, state: LedgerState, agreed: Agreement, year: int) -> CarbonContract:
    """The footprints of what was shipped under an agreement in a contract year."""
    rows, whole_mg, known_mg, sum_kg = [], 0, 0, Decimal(0)
    for one in deliveries(account.book, agreed, year):
        footprint = account.footprint(LotId(one.lot))
        per_kg = footprint.total() if footprint.whole and footprint.per == "kg" else None
        mass = Decimal(one.product_mg).scaleb(-6)
        whole_mg += one.product_mg
        if per_kg is not None:
            known_mg += one.product_mg
            sum_kg += per_kg * mass
        rows.append(
            DeliveredLot(
                LotLink(short(one.lot), "/carbon" + lot_path(LotId(one.lot)).removeprefix("/lots")),
                one.shipment,
                kg(one.product_mg),
                figure(per_kg, PER_KG),
                figure(None if per_kg is None else per_kg * mass, UNIT),
            )
        )
    covered = Decimal(100 * known_mg) / whole_mg if whole_mg else None
    mean = sum_kg / Decimal(known_mg).scaleb(-6) if known_mg else None
    stamp = tuple((name, str(getattr(account.stamp, name))) for name in account.stamp.__slots__)
    return CarbonContract(
        state, agreed.reference, agreed.spoken(year), kg(whole_mg), percent(covered), figure(mean, PER_KG),
        tuple(rows), stamp,
    )  # fmt: skip
