"""All packs at once: by model, plant and year, and where each year stands on the path; by one sweep over the book."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from urllib.parse import quote

from filon.accounts.carbon.account import CarbonAccount
from filon.accounts.carbon.every import CHANNELS, footprints
from filon.accounts.carbon.kernel import Floats
from filon.accounts.carbon.line import Variant
from filon.accounts.carbon.making import names_of
from filon.accounts.carbon.ruleset import legal
from filon.accounts.carbon.target import Promise
from filon.books.lot import MILLIGRAM, PIECE, LotId
from filon.core.ident import short
from filon.views.build.carbon import CAPACITY, PER_KWH, UNIT, energy_of, figure, percent
from filon.views.build.carbon_path import Amount, trajectory
from filon.views.build.sight import lot_path
from filon.views.carbon import LegalLine, LotLink
from filon.views.carbon_board import CarbonBoard, ModelRow, Trajectory
from filon.views.figure import Figure
from filon.views.ledger_state import LedgerState

Pack = tuple[LotId, Decimal, Floats]
"""(pack, kWh, kg CO2e a piece by channel)."""


def carbon_board(
    account: CarbonAccount,
    state: LedgerState,
    promises: Sequence[Promise],
    on: date,
    contracts: Sequence[str] = (),
) -> CarbonBoard:
    """The board of every article with a rated energy, and of every promise made for something else.

    Args:
        promises: the first that is of no agreement, product or site is of all packs; those of agreements are told on
            their own pages.
        contracts: numbers of the agreements that have a page.
    """
    groups: dict[tuple[str, str, int], list[Pack]] = defaultdict(list)
    swept = footprints(account)
    for lot, nodes in account.book.of_lot.items():
        energy = energy_of(account, lot)
        holding = account.book.holdings[nodes[-1]]
        if energy and "/21/" in lot and holding.unit == PIECE:
            groups[_group(account, lot)].append((lot, energy, swept[nodes[-1]]))
    ours = next((one for one in promises if not one.baseline.of), None)
    return CarbonBoard(
        ledger=state,
        models=tuple(_model(key, groups[key]) for key in sorted(groups)),
        packs=trajectory(ours, _years(groups), account.stamp, CAPACITY),
        others=tuple(
            _made(account, swept, one) for one in promises if one.baseline.of and one.baseline.of not in contracts
        ),
        contracts=tuple(LotLink(one, f"/carbon/agreement/{quote(one)}") for one in contracts),
        legal=tuple(
            LegalLine(one.what, one.adopted, one.value, one.clause) for one in legal("electric vehicle", None, on)
        ),
        stamp=tuple((name, str(getattr(account.stamp, name))) for name in account.stamp.__slots__),
    )


def _years(groups: dict[tuple[str, str, int], list[Pack]]) -> dict[int, list[Amount]]:
    years: dict[int, list[Amount]] = defaultdict(list)
    for (_, _, year), packs in groups.items():
        years[year] += [Amount(energy, by_variant(values)) for _, energy, values in packs]
    return years


def by_variant(values: Floats, scale: Decimal = Decimal(1)) -> dict[Variant, Decimal] | None:
    """Kg CO2e by electricity variant; None where something is missing."""
    if values[CHANNELS.index("gaps")]:
        return None
    return {variant: _kg(values, variant.value) * scale for variant in Variant}


def _made(account: CarbonAccount, swept: Floats, promise: Promise) -> Trajectory:
    """All that was made of a product or at a site, at its maker's gate, by year of making."""
    book, of = account.book, promise.baseline.of
    register = book.register
    years: dict[int, list[Amount]] = defaultdict(list)
    for lot, nodes in book.of_lot.items():
        first = book.holdings[nodes[0]]
        size = Decimal(account.links.good[first.id]).scaleb(-6) if first.unit == MILLIGRAM else energy_of(account, lot)
        site, product = str(first.site), register.product(lot)
        names = {site, register.name(site), register.name(product), *names_of(book, lot)}
        if of in names and size and (first.unit == MILLIGRAM) != (promise.baseline.unit == CAPACITY):
            years[book.events[first.made].event.eventTime.year].append(Amount(size, by_variant(swept[first.id])))
    return trajectory(promise, years, account.stamp, promise.baseline.unit, of=register.name(of))


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
