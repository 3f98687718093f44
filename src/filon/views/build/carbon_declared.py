"""Declared footprints of a lot and of what is in it, beside what the books give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from filon.accounts.carbon.account import CarbonAccount, Footprint
from filon.accounts.carbon.declared import Declaration, declarations
from filon.books.lot import MILLIGRAM, LotId
from filon.core.ident import short
from filon.views.build.carbon import figure, percent
from filon.views.build.sight import lot_path
from filon.views.carbon import DeclaredLine, LotLink
from filon.views.figure import Figure, Standing

_GRAM = Decimal("0.001")


@dataclass
class _Told:
    """One declaration and the lots it is of; the first stands for all."""

    first: Declaration
    kg: Decimal


def declared_lines(account: CarbonAccount, footprint: Footprint, files: Mapping[int, str]) -> tuple[DeclaredLine, ...]:
    """One line a declaration, those of the greatest share first.

    Args:
        files: {log entry: name of the file it holds}.
    """
    told: dict[str, _Told] = {}
    for one, kg in _behind(account, footprint):
        told.setdefault(one.activity.id, _Told(one, Decimal(0))).kg += kg
    total = footprint.total()
    order = sorted(told.values(), key=lambda one: (-one.kg, one.first.activity.id))
    return tuple(_line(account, one.first, one.kg / total if total else None, files) for one in order)


def _behind(account: CarbonAccount, footprint: Footprint) -> Iterator[tuple[Declaration, Decimal]]:
    """Every declaration of a lot that is in the one asked about, with the kg CO2e of it that are in the unit."""
    if not account.lines.declared:
        return
    unit, weights = account.per_unit(footprint.node), account.weights(footprint.node)
    for lot in dict.fromkeys(lot for node in account.lines.declared for lot in account.making_at[node].lots):
        node = account.book.of_lot.get(lot, (-1,))[0]
        if node in weights and (scale := account.per_unit(node)):
            made = account.footprint(lot)
            for one in declarations(account, lot, made):
                yield one, made.total() / scale * weights[node] * unit


def _line(account: CarbonAccount, one: Declaration, share: Decimal | None, files: Mapping[int, str]) -> DeclaredLine:
    unit = f"kg CO2e/{_unit(account, one.lot)}"
    explained = None if one.explained is None else Decimal(repr(100 * (one.explained - 1)))
    return DeclaredLine(
        lot=LotLink(short(one.lot), "/carbon" + lot_path(one.lot).removeprefix("/lots")),
        by=one.by,
        entry=one.activity.entry,
        file=files.get(one.activity.entry, ""),
        value=Figure(one.value.quantize(_GRAM, rounding=ROUND_HALF_EVEN), unit, Standing.DECLARED),
        computed=figure(one.computed, unit),
        difference=percent(one.percent),
        explained=percent(explained),
        share=percent(None if share is None else 100 * share),
        standing=one.standing.value,
    )


def _unit(account: CarbonAccount, lot: LotId) -> str:
    return "kg" if account.book.holdings[account.book.of_lot[lot][0]].unit == MILLIGRAM else "piece"
