"""All packs at once: by model, plant and year, and where each year stands on the path; by one sweep over the book."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from filon.accounts.carbon.account import CarbonAccount
from filon.accounts.carbon.every import CHANNELS, footprints
from filon.accounts.carbon.kernel import Floats
from filon.accounts.carbon.ruleset import legal
from filon.accounts.carbon.target import Baseline, Measured, Target, progress
from filon.accounts.carbon.target import Standing as Seen
from filon.books.lot import PIECE, LotId
from filon.core.ident import short
from filon.views.build.carbon import CAPACITY, PER_KWH, UNIT, energy_of, figure, percent
from filon.views.build.sight import lot_path
from filon.views.carbon import BaselinePoint, CarbonBoard, LegalLine, LotLink, ModelRow, YearPoint
from filon.views.figure import Figure, Standing
from filon.views.ledger_state import LedgerState

Pack = tuple[LotId, Decimal, Floats]
"""(pack, kWh, kg CO2e a piece by channel)."""


def carbon_board(
    account: CarbonAccount,
    state: LedgerState,
    baselines: Sequence[Baseline],
    targets: Sequence[Target],
    on: date,
) -> CarbonBoard:
    """The board of every article with a rated energy.

    Args:
        baselines: the one in force first, then those that it replaced.
    """
    groups: dict[tuple[str, str, int], list[Pack]] = defaultdict(list)
    swept = footprints(account)
    for lot, nodes in account.book.of_lot.items():
        energy = energy_of(account, lot)
        holding = account.book.holdings[nodes[-1]]
        if energy and "/21/" in lot and holding.unit == PIECE:
            groups[_group(account, lot)].append((lot, energy, swept[nodes[-1]]))
    return CarbonBoard(
        ledger=state,
        models=tuple(_model(key, groups[key]) for key in sorted(groups)),
        years=tuple(_years(account, groups, baselines, targets)),
        baselines=tuple(_baseline(one) for one in baselines),
        targets=tuple((one.year, percent(one.percent)) for one in targets),
        legal=tuple(
            LegalLine(one.what, one.adopted, one.value, one.clause) for one in legal("electric vehicle", None, on)
        ),
        stamp=tuple((name, str(getattr(account.stamp, name))) for name in account.stamp.__slots__),
    )


def _group(account: CarbonAccount, lot: LotId) -> tuple[str, str, int]:
    """(model, plant, year of making)."""
    book = account.book
    first = book.first(lot)
    assert first is not None, "the book holds it"
    return (
        book.register.name(book.register.product(lot)),
        book.register.name(str(first.site)),
        book.events[first.made].event.eventTime.year,
    )


def _whole(packs: Sequence[Pack]) -> list[Pack]:
    return [one for one in packs if not one[2][CHANNELS.index("gaps")]]


def _model(key: tuple[str, str, int], packs: Sequence[Pack]) -> ModelRow:
    product, plant, year = key
    whole = _whole(packs)
    kwh = sum((energy for _, energy, _ in whole), Decimal(0))

    def mean(channel: str) -> Figure:
        return figure(_sum(whole, channel) / kwh if kwh else None, PER_KWH)

    ordered = sorted(whole, key=lambda one: (_kg(one[2], "market") / one[1], one[0]))
    market = _sum(whole, "market")
    return ModelRow(
        product=product,
        plant=plant,
        year=year,
        packs=len(packs),
        gaps=len(packs) - len(whole),
        pack=figure(market / len(whole) if whole else None, UNIT),
        location=mean("location"),
        market=mean("market"),
        direct=mean("direct"),
        stages=tuple(mean(one) for one in ("raw", "main", "distribution")),
        primary=percent(100 * _sum(whole, "primary") / market if market else None),
        best=_link(ordered[0][0]) if ordered else None,
        worst=_link(ordered[-1][0]) if ordered else None,
    )


def _link(lot: LotId) -> LotLink:
    return LotLink(short(lot), "/carbon" + lot_path(lot).removeprefix("/lots"))


def _kg(values: Floats, channel: str) -> Decimal:
    return Decimal(repr(float(values[CHANNELS.index(channel)])))


def _sum(packs: Sequence[Pack], channel: str) -> Decimal:
    return sum((_kg(values, channel) for _, _, values in packs), Decimal(0))


def _years(
    account: CarbonAccount,
    groups: dict[tuple[str, str, int], list[Pack]],
    baselines: Sequence[Baseline],
    targets: Sequence[Target],
) -> list[YearPoint]:
    """Capacity-weighted over all packs of a year; one pack with a gap keeps the year from being told as on the path.

    Source: carbon reference, section 8: index = sum of shipped kWh x footprint over sum of kWh.
    """
    years: dict[int, list[Pack]] = defaultdict(list)
    for (_, _, year), packs in groups.items():
        years[year] += packs
    out = []
    for year, packs in sorted(years.items()):
        whole = _whole(packs)
        kwh = sum((energy for _, energy, _ in whole), Decimal(0))
        variant = baselines[0].variant.value if baselines else "market"
        value = _sum(whole, variant) / kwh if kwh else None
        standing = index = allowed = because = None
        if baselines:
            measured = Measured(year, value, CAPACITY, baselines[0].variant, account.stamp, len(whole) == len(packs))
            told = progress(baselines[0], targets, measured)
            standing, index, allowed, because = told.standing.value, told.index, told.allowed, told.because
            if told.index is None and value is not None and baselines[0].value and because == "gaps":
                index = 100 * value / baselines[0].value
        out.append(
            YearPoint(
                year,
                figure(value, PER_KWH),
                percent(index),
                percent(allowed),
                standing or Seen.CANNOT_TELL.value,
                because if because is not None else "baseline unknown",
            )
        )
    return out


def _baseline(one: Baseline) -> BaselinePoint:
    value = Figure(one.value, one.unit, Standing.DECLARED) if one.value is not None else None
    stamp = " · ".join(str(getattr(one.stamp, name)) for name in ("ruleset", "factors", "gwp", "allocation"))
    return BaselinePoint(
        one.year, value or Figure(None, one.unit, Standing.MISSING), one.source, stamp, one.seal, one.replaces
    )
