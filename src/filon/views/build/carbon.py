"""The carbon view from the account: lines of one flow and site are told together, greatest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from fractions import Fraction

from filon.accounts.carbon.account import CarbonAccount, Contribution, Footprint
from filon.accounts.carbon.line import Part, Variant
from filon.accounts.carbon.target import Baseline, Measured, Target, progress
from filon.accounts.carbon.target import Standing as Seen
from filon.books.lot import LotId
from filon.books.register import EPC_CLASS
from filon.core.ident import short
from filon.epcis.event import FILON
from filon.views.carbon import (
    CarbonView,
    ContributionLine,
    GapLine,
    PathLine,
    PowerShare,
    StageShare,
    VariantTotal,
)
from filon.views.figure import Figure, Standing
from filon.views.ledger_state import LedgerState

UNIT = "kg CO2e"
PER_KWH = "kg CO2e/kWh"
CAPACITY = "kg CO2e/kWh capacity"
STAGES = ("raw", "main", "distribution", "end-of-life")
_GRAM, _TENTH = Decimal("0.001"), Decimal("0.1")


def carbon_of_pack(
    account: CarbonAccount,
    state: LedgerState,
    lot: LotId,
    files: Mapping[int, str],
    *,
    baseline: Baseline | None = None,
    targets: Sequence[Target] = (),
    delivered: bool = True,
) -> CarbonView:
    """The view of one lot; of a pack with its figures per kWh of capacity, as delivered.

    Args:
        files: {log entry: name of the file it holds}.
        baseline, targets: what a pack is compared with, market-based per kWh of capacity.

    Raises:
        KeyError: the book does not know the lot.
    """
    footprint = account.footprint(lot, delivered=delivered)
    energy = _energy(account, lot)
    return CarbonView(
        ledger=state,
        key=lot,
        number=short(lot),
        product=account.book.register.name(account.book.register.product(lot)),
        per=footprint.per,
        delivered=delivered,
        variants=tuple(_variant(footprint, variant, energy) for variant in Variant),
        stages=_stages(footprint, energy),
        primary=_percent(footprint.primary_share()),
        contributions=_contributions(account, footprint, files),
        gaps=tuple(_gap(account, footprint, index) for index in range(len(footprint.lacking))),
        power=_power(account, footprint),
        path=_path(account, footprint, energy, baseline, targets) if baseline else None,
        stamp=tuple((name, str(getattr(footprint.stamp, name))) for name in footprint.stamp.__slots__),
    )


def _energy(account: CarbonAccount, lot: LotId) -> Decimal | None:
    """Rated energy of the model, kWh, as its maker declares; None if nobody did."""
    register = account.book.register
    text = register.vocabularies.get(EPC_CLASS, {}).get(register.product(lot), {}).get(FILON + "ratedEnergy", "")
    try:
        energy = Decimal(text)
    except InvalidOperation:
        return None
    return energy if energy > 0 else None


def _figure(value: Decimal | None, unit: str, standing: Standing = Standing.UNKNOWN) -> Figure:
    if value is None:
        return Figure(None, unit, standing)
    return Figure(value.quantize(_GRAM, rounding=ROUND_HALF_EVEN), unit, Standing.COMPUTED)


def _percent(value: Decimal | None) -> Figure:
    if value is None:
        return Figure(None, "%", Standing.UNKNOWN)
    return Figure(value.quantize(_TENTH, rounding=ROUND_HALF_EVEN), "%", Standing.COMPUTED)


def _variant(footprint: Footprint, variant: Variant, energy: Decimal | None) -> VariantTotal:
    known = footprint.total(variant)
    total = known if footprint.whole else None
    per_kwh = total / energy if total is not None and energy else None
    lacking = Standing.UNKNOWN if energy else Standing.MISSING
    return VariantTotal(variant.value, _figure(total, UNIT), _figure(known, UNIT), _figure(per_kwh, PER_KWH, lacking))


def _stages(footprint: Footprint, energy: Decimal | None) -> tuple[StageShare, ...]:
    """The four stages, known part; end of life is missing: nothing in the books tells of it yet."""
    whole = footprint.total()
    out = []
    for stage in STAGES:
        kg = footprint.total(stage=stage) if stage != "end-of-life" else None
        share = 100 * kg / whole if kg is not None and whole else None
        per_kwh = kg / energy if kg is not None and energy else None
        absent = Standing.MISSING
        out.append(StageShare(stage, _figure(kg, UNIT, absent), _figure(per_kwh, PER_KWH, absent), _percent(share)))
    return tuple(out)


def _contributions(
    account: CarbonAccount, footprint: Footprint, files: Mapping[int, str]
) -> tuple[ContributionLine, ...]:
    grouped: dict[tuple[str, str, str], list[Contribution]] = defaultdict(list)
    for one in footprint.contributions:
        line = one.line
        grouped[line.activity.flow, line.activity.belongs.site, line.making.stage].append(one)
    whole = footprint.total()
    listed = [_line(account, key, some, whole, files) for key, some in grouped.items()]
    return tuple(sorted(listed, key=lambda one: (-(one.kg.value or 0), one.flow, one.site)))


def _line(
    account: CarbonAccount, key: tuple[str, str, str], some: Sequence[Contribution], whole: Decimal,
    files: Mapping[int, str],
) -> ContributionLine:  # fmt: skip
    flow, site, stage = key
    kg = sum((one.kg(Variant.MARKET) for one in some), Decimal(0))
    parts = [part for one in some for part in one.line.parts[Variant.MARKET]]
    entries = sorted({one.line.activity.entry for one in some})
    return ContributionLine(
        flow=flow,
        site=account.book.register.name(site),
        stage=stage,
        kg=_figure(kg, UNIT),
        share=_percent(100 * kg / whole if whole else None),
        factors=tuple(dict.fromkeys(map(_factor, parts))),
        readings=tuple(dict.fromkeys(one.line.activity.reading for one in some if one.line.activity.reading)),
        entries=tuple((entry, files.get(entry, "")) for entry in entries),
    )


def _factor(part: Part) -> tuple[str, str, str]:
    one = part.factor
    value = format((Decimal(one.value.numerator) / Decimal(one.value.denominator)).normalize(), "f")
    return ("declared" if one.declared else one.key, f"{value} kg CO2e/{one.per}", one.source)


def _gap(account: CarbonAccount, footprint: Footprint, index: int) -> GapLine:
    one = footprint.lacking[index]
    site = account.book.holdings[one.gap.node].site
    return GapLine(one.gap.kind.value, one.gap.what, account.book.register.name(site), _figure(one.kg, "kg"))


def _power(account: CarbonAccount, footprint: Footprint) -> tuple[PowerShare, ...]:
    """Electricity of the sites behind the lot: how much of all that they used for what is in it is backed."""
    used: dict[str, Decimal] = defaultdict(Decimal)
    backed: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in footprint.contributions:
        site = one.line.activity.belongs.site
        used[site] += _decimal(one.line.kwh) * one.weight
        if one.line.backed:
            backed[site, one.line.activity.technology] += _decimal(one.line.backed) * one.weight
    rows = [
        PowerShare(
            account.book.register.name(site), technology, _figure(used[site], "kWh"), _figure(kwh, "kWh"),
            _percent(100 * kwh / used[site]),
        )
        for (site, technology), kwh in sorted(backed.items()) if used[site]
    ]  # fmt: skip
    return tuple(rows)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _path(
    account: CarbonAccount,
    footprint: Footprint,
    energy: Decimal | None,
    baseline: Baseline,
    targets: Sequence[Target],
) -> PathLine:
    first = account.book.first(footprint.lot)
    year = account.book.events[first.made].event.eventTime.year if first else 0
    value = footprint.total(baseline.variant) / energy if energy else None
    measured = Measured(year, value, CAPACITY, baseline.variant, footprint.stamp, footprint.whole)
    told = progress(baseline, targets, measured)
    declared = Figure(baseline.value, baseline.unit, Standing.DECLARED) if baseline.value is not None else None
    return PathLine(
        year=year,
        baseline=declared or Figure(None, baseline.unit, Standing.MISSING),
        allowed=_percent(told.allowed),
        index=_percent(told.index),
        standing=told.standing.value,
        because=told.because if told.standing is Seen.CANNOT_TELL else "",
        targets=tuple((one.year, _percent(one.percent)) for one in targets),
    )
