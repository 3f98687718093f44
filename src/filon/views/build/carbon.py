"""The carbon view from the account: lines of one flow and site are told together, greatest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from fractions import Fraction
from itertools import islice
from typing import Any

from filon.accounts.carbon.account import CarbonAccount, Contribution, Footprint, Lacking
from filon.accounts.carbon.cutoff import cut_off
from filon.accounts.carbon.factor import Factors
from filon.accounts.carbon.formula import Formula
from filon.accounts.carbon.line import Part, Variant
from filon.accounts.carbon.quality import quality
from filon.accounts.carbon.ruleset import Ruleset, legal, lifetime_kwh
from filon.accounts.carbon.scenario import Change, Power, Route, Supplier, what_if
from filon.accounts.carbon.target import Baseline, Measured, Target, progress
from filon.accounts.carbon.target import Standing as Seen
from filon.accounts.carbon.uncertainty import uncertainty
from filon.books.lot import LotId
from filon.books.register import EPC_CLASS
from filon.core.ident import short
from filon.epcis.event import FILON
from filon.views.build.sight import lot_path
from filon.views.carbon import (
    CarbonView,
    ContributionLine,
    CutOffLine,
    EffectLine,
    FormulaLine,
    GapLine,
    LegalLine,
    LifetimeLine,
    LotLink,
    NamedFigure,
    PathLine,
    PowerShare,
    SensitivityLine,
    SiteChoice,
    SpreadLine,
    StageShare,
    VariantTotal,
    WhatIfLines,
)
from filon.views.figure import Figure, Standing
from filon.views.ledger_state import LedgerState

UNIT = "kg CO2e"
PER_KWH = "kg CO2e/kWh"
CAPACITY = "kg CO2e/kWh capacity"
STAGES = ("raw", "main", "distribution", "end-of-life")
_GRAM, _TENTH, _HUNDREDTH = Decimal("0.001"), Decimal("0.1"), Decimal("0.01")


@dataclass(frozen=True)
class Extras:
    """What is worked out only when asked.

    Args:
        on: day of the question, for the law.
        changes: what if.
        draws: whether to tell the uncertainty.
        formula: the circular footprint formula with its materials.
        rules, category, years: for the energy over the service life.
        own: the ruleset of the figure.
        others: {row of table `allocation`: the account by it}; None where its prices are missing.
    """

    on: date
    factors: Factors
    changes: tuple[Change, ...] = ()
    draws: bool = False
    formula: Formula | None = None
    rules: Ruleset | None = None
    category: str = "M1"
    years: int = 8
    own: Ruleset | None = None
    others: Mapping[str, CarbonAccount | None] = field(default_factory=dict)


def carbon_of_pack(
    account: CarbonAccount,
    state: LedgerState,
    lot: LotId,
    files: Mapping[int, str],
    *,
    baseline: Baseline | None = None,
    targets: Sequence[Target] = (),
    delivered: bool = True,
    extras: Extras | None = None,
) -> CarbonView:
    """The view of one lot; of a pack with its figures per kWh of capacity, as delivered.

    Args:
        files: {log entry: name of the file it holds}.
        baseline, targets: what a pack is compared with, market-based per kWh of capacity.
        extras: what is worked out only when asked: changes, uncertainty, the law, the end of life.

    Raises:
        KeyError: the book does not know the lot.
    """
    footprint = account.footprint(lot, delivered=delivered)
    energy = energy_of(account, lot)
    end_of_life = _decimal(extras.formula.end_of_life) if extras and extras.formula else None
    return CarbonView(
        ledger=state,
        key=lot,
        number=short(lot),
        product=account.book.register.name(account.book.register.product(lot)),
        per=footprint.per,
        delivered=delivered,
        variants=tuple(_variant(footprint, variant, energy) for variant in Variant),
        stages=stage_shares(footprint, energy, end_of_life),
        primary=percent(footprint.primary_share()),
        contributions=contributions(account, footprint, files),
        gaps=tuple(gap_line(account, one) for one in footprint.lacking),
        power=power_shares(account, footprint),
        path=_path(account, footprint, energy, baseline, targets) if baseline else None,
        stamp=tuple((name, str(getattr(footprint.stamp, name))) for name in footprint.stamp.__slots__),
        components=_components(footprint),
        scopes=_scopes(account, footprint),
        ratings=tuple(
            NamedFigure(name, figure(value.quantize(_HUNDREDTH), "1"))
            for name, value in (quality(footprint) or {}).items()
        ),
        sites=hot_spots(account, footprint),
        **(_extra(account, footprint, energy, extras, delivered) if extras else {}),
    )


def _extra(
    account: CarbonAccount, footprint: Footprint, energy: Decimal | None, extras: Extras, delivered: bool
) -> dict[str, Any]:  # the members of the view that cost something
    per_kwh = footprint.total() / energy if energy and footprint.whole else None
    lifetime = None
    if energy and extras.rules and (kwh := lifetime_kwh(extras.rules, energy, extras.category, extras.years)):
        value = footprint.total(extras.rules.variant) / kwh if footprint.whole else None
        lifetime = LifetimeLine(extras.rules.stamp, figure(kwh, "kWh"), figure(value, "kg CO2e/kWh", Standing.UNKNOWN))
    law = legal("electric vehicle", per_kwh, extras.on) if energy else ()
    return {
        "spread": _spread(footprint) if extras.draws else None,
        "legal": tuple(LegalLine(one.what, one.adopted, one.value, one.clause) for one in law),
        "lifetime": lifetime,
        "formula": _of_formula(extras.formula) if extras.formula else None,
        "what_if": _what_if(account, footprint, energy, extras) if extras.changes else None,
        "cut_off": _cut_off(footprint, extras.own) if extras.own else None,
        "sensitivity": tuple(_sensitivity(footprint, name, one, delivered) for name, one in extras.others.items()),
    }


_CUT = {True: "within", False: "beyond", None: "cannot tell"}


def _cut_off(footprint: Footprint, rules: Ruleset) -> CutOffLine:
    told = cut_off(footprint, rules)
    left_out = None if told.holds is None else told.percent
    return CutOffLine(rules.stamp, percent(left_out), percent(told.most), _CUT[told.holds])


def _sensitivity(footprint: Footprint, name: str, other: CarbonAccount | None, delivered: bool) -> SensitivityLine:
    if other is None:
        return SensitivityLine(name, figure(None, UNIT, Standing.MISSING), percent(None))
    theirs, ours = other.footprint(footprint.lot, delivered=delivered), footprint.total()
    total = theirs.total() if theirs.whole else None
    change = 100 * (total - ours) / ours if total is not None and footprint.whole and ours else None
    return SensitivityLine(name, figure(total, UNIT), percent(change))


def _of_formula(formula: Formula) -> FormulaLine:
    return FormulaLine(
        formula.ruleset,
        figure(_decimal(formula.correction), UNIT),
        figure(_decimal(formula.end_of_life), UNIT),
        tuple(NamedFigure(name, percent(_decimal(100 * one.r1))) for name, (_, one) in formula.of.items()),
    )


def _what_if(account: CarbonAccount, footprint: Footprint, energy: Decimal | None, extras: Extras) -> WhatIfLines:
    told = what_if(account, footprint, extras.changes, extras.factors)
    register = account.book.register
    effects = []
    for one in told.steps:
        match one.change:
            case Power(site=site, technology=what, own=own):
                kind = "own" if own else "power"
            case Supplier(site=site, product=what):
                kind = "supplier"
            case Route(site=site, mode=what):
                kind = "route"
        effects.append(EffectLine(kind, register.name(site), what, figure(one.delta, UNIT)))
    per_kwh = told.after / energy if energy else None
    return WhatIfLines(
        figure(told.before, UNIT), figure(told.after, UNIT), figure(per_kwh, PER_KWH, Standing.MISSING),
        tuple(effects),
    )  # fmt: skip


def _spread(footprint: Footprint) -> SpreadLine | None:
    found = uncertainty(footprint)
    if found is None:
        return None
    mean, gsd2, low, high = (Decimal(repr(value)) for value in (found.mean, found.gsd2, found.low, found.high))
    return SpreadLine(figure(mean, UNIT), figure(gsd2.quantize(_HUNDREDTH), "1"), figure(low, UNIT), figure(high, UNIT))


COMPONENTS = ("", "biogenic", "land", "land management", "land removal", "removal", "capture", "aircraft", "packaging",
              "uptake", "exempted")  # fmt: skip


def _components(footprint: Footprint) -> tuple[NamedFigure, ...]:
    """Those that are not zero; fossil always, with its aircraft and packaging parts."""
    inside = ("", "aircraft", "packaging")
    out = []
    for name in COMPONENTS:
        value = footprint.total(component=name)
        if name == "":
            value = sum((footprint.total(component=one) for one in inside), Decimal(0))
        if value or name == "":
            out.append(NamedFigure(name or "fossil", figure(value, UNIT)))
    return tuple(out)


def _scopes(account: CarbonAccount, footprint: Footprint) -> tuple[NamedFigure, ...]:
    maker = _maker(account, footprint)
    totals = dict.fromkeys((1, 2, 3), Decimal(0))
    for one in footprint.contributions:
        if one.line.inside:
            totals[_scope(account, one, maker)] += one.kg(Variant.MARKET)
    return tuple(NamedFigure(str(scope), figure(kg, UNIT)) for scope, kg in totals.items())


def _maker(account: CarbonAccount, footprint: Footprint) -> str:
    first = account.book.first(footprint.lot)
    return _company(account, str(first.site)) if first else ""


def _scope(account: CarbonAccount, one: Contribution, maker: str) -> int:
    """As seen by the maker: what others did is scope 3, carriage too."""
    line = one.line
    return line.kind.scope if _company(account, line.activity.belongs.site) == maker else 3


def _company(account: CarbonAccount, site: str) -> str:
    register = account.book.register
    party = register.site(site).party
    return register.name(party or site)


def hot_spots(account: CarbonAccount, footprint: Footprint) -> tuple[SiteChoice, ...]:
    """The sites behind it, greatest first."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for one in footprint.contributions:
        if one.line.inside:
            totals[one.line.activity.belongs.site] += one.kg(Variant.MARKET)
    whole = footprint.total()
    rows = [
        SiteChoice(
            site, account.book.register.name(site), figure(kg, UNIT), percent(100 * kg / whole if whole else None)
        )
        for site, kg in totals.items() if site
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (-(row.kg.value or 0), row.name)))


def energy_of(account: CarbonAccount, lot: LotId) -> Decimal | None:
    """Rated energy of the model, kWh, as its maker declares; None if nobody did."""
    register = account.book.register
    text = register.vocabularies.get(EPC_CLASS, {}).get(register.product(lot), {}).get(FILON + "ratedEnergy", "")
    try:
        energy = Decimal(text)
    except InvalidOperation:
        return None
    return energy if energy > 0 else None


def figure(value: Decimal | None, unit: str, standing: Standing = Standing.UNKNOWN) -> Figure:
    """A figure to the gram, computed; of that standing where there is none."""
    if value is None:
        return Figure(None, unit, standing)
    return Figure(value.quantize(_GRAM, rounding=ROUND_HALF_EVEN), unit, Standing.COMPUTED)


def percent(value: Decimal | None) -> Figure:
    """Percent to a tenth, computed; unknown where there is none."""
    if value is None:
        return Figure(None, "%", Standing.UNKNOWN)
    return Figure(value.quantize(_TENTH, rounding=ROUND_HALF_EVEN), "%", Standing.COMPUTED)


def _variant(footprint: Footprint, variant: Variant, energy: Decimal | None) -> VariantTotal:
    known = footprint.total(variant)
    total = known if footprint.whole else None
    per_kwh = total / energy if total is not None and energy else None
    lacking = Standing.UNKNOWN if energy else Standing.MISSING
    return VariantTotal(variant.value, figure(total, UNIT), figure(known, UNIT), figure(per_kwh, PER_KWH, lacking))


def stage_shares(footprint: Footprint, energy: Decimal | None, end_of_life: Decimal | None) -> tuple[StageShare, ...]:
    """The four stages, known part; end of life is missing unless somebody gave what its formula needs."""
    whole = footprint.total() + (end_of_life or 0)
    out = []
    for stage in STAGES:
        kg = footprint.total(stage=stage) if stage != "end-of-life" else end_of_life
        share = 100 * kg / whole if kg is not None and whole else None
        per_kwh = kg / energy if kg is not None and energy else None
        absent = Standing.MISSING
        out.append(StageShare(stage, figure(kg, UNIT, absent), figure(per_kwh, PER_KWH, absent), percent(share)))
    return tuple(out)


LOTS = 12
"""So many lots stand behind a line; the lot list has all."""


def contributions(
    account: CarbonAccount, footprint: Footprint, files: Mapping[int, str]
) -> tuple[ContributionLine, ...]:
    """What it is made of, lines of one flow, site and stage together, greatest first."""
    grouped: dict[tuple[str, str, str], list[Contribution]] = defaultdict(list)
    for one in footprint.contributions:
        line = one.line
        if line.inside:
            grouped[line.activity.flow, line.activity.belongs.site, line.making.stage].append(one)
    whole, maker = footprint.total(), _maker(account, footprint)
    totals = {key: sum((one.kg(Variant.MARKET) for one in some), Decimal(0)) for key, some in grouped.items()}
    order = sorted(grouped, key=lambda key: (-totals[key], key))
    return tuple(
        _line(account, key, number, grouped[key], totals[key], whole, files, maker)
        for number, key in enumerate(order, 1)
    )


def _line(  # noqa: PLR0917 - all that a line tells
    account: CarbonAccount, key: tuple[str, str, str], number: int, some: Sequence[Contribution], kg: Decimal,
    whole: Decimal, files: Mapping[int, str], maker: str,
) -> ContributionLine:  # fmt: skip
    flow, site, stage = key
    parts = [part for one in some for part in one.line.parts[Variant.MARKET]]
    entries = sorted({one.line.activity.entry for one in some})
    most = sorted(some, key=lambda one: -one.kg(Variant.MARKET))
    lots = dict.fromkeys(lot for one in most for lot in one.line.making.lots)
    return ContributionLine(
        key=f"c{number}",
        flow=flow,
        site=account.book.register.name(site),
        company=_company(account, site),
        group=some[0].line.kind.group,
        scope=_scope(account, some[0], maker),
        stage=stage,
        kg=figure(kg, UNIT),
        share=percent(100 * kg / whole if whole else None),
        lots=tuple(LotLink(short(lot), lot_path(lot)) for lot in islice(lots, LOTS)),
        factors=tuple(dict.fromkeys(map(_factor, parts))),
        readings=tuple(dict.fromkeys(one.line.activity.reading for one in some if one.line.activity.reading)),
        entries=tuple((entry, files.get(entry, "")) for entry in entries),
    )


_SYMBOLS = {"KWH": "kWh", "KGM": "kg", "LTR": "L", "MTQ": "m³", "TKM": "t·km"}
"""How people write the codes of Rec 20 that factors have."""


def _factor(part: Part) -> tuple[str, str, str]:
    one = part.factor
    value = format((Decimal(one.value.numerator) / Decimal(one.value.denominator)).normalize(), "f")
    return ("declared" if one.declared else one.key, f"{value} kg CO2e/{_SYMBOLS.get(one.per, one.per)}", one.source)


def gap_line(account: CarbonAccount, one: Lacking) -> GapLine:
    """One gap, with its site by name."""
    site = account.book.holdings[one.gap.node].site
    return GapLine(one.gap.kind.value, one.gap.what, account.book.register.name(site), figure(one.kg, "kg"))


def power_shares(account: CarbonAccount, footprint: Footprint) -> tuple[PowerShare, ...]:
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
            account.book.register.name(site), technology, figure(used[site], "kWh"), figure(kwh, "kWh"),
            percent(100 * kwh / used[site]),
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
        allowed=percent(told.allowed),
        index=percent(told.index),
        standing=told.standing.value,
        because=told.because if told.standing is Seen.CANNOT_TELL else "",
        targets=tuple((one.year, percent(one.percent)) for one in targets),
    )
