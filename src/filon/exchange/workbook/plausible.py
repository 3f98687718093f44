"""What is wrong within one row: weights, percentages, assays, forms, with the values that chemistry allows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from filon.core.finding import Finding, found
from filon.core.matter import Form, form, mass_fraction
from filon.exchange.workbook.columns import ASSAYED, GRAMS_PER_LITRE, column, sheet_columns
from filon.exchange.workbook.facts import Facts, Made
from filon.exchange.workbook.names import Product
from filon.exchange.workbook.reading import Reading, Row

SMALL_KG = Decimal(100)
"""Below this a lot's weight may be in tonnes: the smallest lots of the trade are bags of one tonne."""

LARGE_KG = Decimal(50_000_000)
"""Above this a lot's weight may be in grams: no ship carries so much."""

MOST_ASSAYS = Decimal("100.5")
"""Percent that the assays of one lot may add up to (custody reference, invariant 22)."""

TOLERANCE = Decimal("0.005")
"""Share by which two weighings of one thing may differ without a word: two trade weighbridges at three sigma."""

PUREST_GAP = Decimal("0.8")
"""Share of what its formula says that a compound holds at least: with less it is another hydrate, or moist."""

_SULFATE = re.compile(r"sul(?:f|ph)ate|SO4", re.IGNORECASE)
_HUNDRED = Decimal(100)
_DENSEST = Decimal(2000)
"""Grams per litre that no solution holds of an element."""
_WHOLE_LOTS = frozenset({"lots", "ship", "recv"})
"""Sheets whose weights are of whole lots, so that very small ones may be tonnes."""
_FIGURES = frozenset({"kg", "percent"})


def rows(reading: Reading) -> Iterator[Finding]:
    """What a row says that cannot be, whatever the other rows say.

    Findings:
        IMP-04, 05, 40: weights. IMP-06, 27: percentages. IMP-28: assays that add up to too much.
        IMP-26: assay without basis while moist. IMP-39: dry weight against moisture. IMP-72: grams per litre of a
        solution whose density is not told.
    """
    for sheet in ("lots", "mix", "ship", "recv", "stock", "parts"):
        kinds = {one.key: one.type for one in sheet_columns(sheet)}
        for row in reading.rows(sheet):
            yield from _figures(reading, sheet, row, kinds)
            if "lots.dry_kg" in row.values:
                yield from _dry(reading, row)


def _figures(reading: Reading, sheet: str, row: Row, kinds: Mapping[str, str]) -> Iterator[Finding]:
    assays = []
    dissolved = row.text(f"{sheet}.basis") == GRAMS_PER_LITRE
    for key, value in row.values.items():
        kind = kinds[key]
        if kind not in _FIGURES or not isinstance(value, Decimal):
            continue
        if kind == "kg" and not SMALL_KG <= value <= LARGE_KG:
            yield from _weight(reading, sheet, row, key, value)
        elif kind == "percent":
            if not 0 <= value <= (_DENSEST if dissolved and key in ASSAYED else _HUNDRED):
                yield _percentage(reading, row, key, value)
            if key in ASSAYED:
                assays.append((key, value))
    if assays and dissolved:
        yield from _dissolved(reading, sheet, row, assays[0][0])
    elif assays:
        yield from _assays(reading, sheet, row, assays)


def _dissolved(reading: Reading, sheet: str, row: Row, key: str) -> Iterator[Finding]:
    if row.amount(f"{sheet}.density") is None and f"{sheet}.density" not in row.bad:
        yield found("IMP-72", reading.cell(row, key))


def _percentage(reading: Reading, row: Row, key: str, percent: Decimal) -> Finding:
    code = "IMP-27" if percent < 0 else "IMP-06"
    return found(code, reading.cell(row, key), expected="0 – 100", found=f"{percent:f}")


def _weight(reading: Reading, sheet: str, row: Row, key: str, kg: Decimal) -> Iterator[Finding]:
    place = reading.cell(row, key)
    none_there = sheet == "stock" and kg == 0 and row.text("stock.deed") in {"", "counted"}
    if kg <= 0 and not none_there:
        yield found("IMP-04", place, expected="> 0", found=f"{kg:f}")
    elif kg > LARGE_KG:
        yield found("IMP-40", place, found=f"{kg:f}", w=f"{kg:f}", proposal=f"{(kg / 1000).normalize():f}")
    elif sheet in _WHOLE_LOTS and f"{sheet}.pieces" not in row.values:
        tonnes = f"{(kg * 1000).normalize():f}"
        yield found("IMP-05", place, found=f"{kg:f}", w=f"{kg:f}", w2=tonnes, proposal=tonnes)


def _assays(reading: Reading, sheet: str, row: Row, assays: Sequence[tuple[str, Decimal]]) -> Iterator[Finding]:
    total = sum(value for _, value in assays)
    if total > MOST_ASSAYS and all(0 <= value <= _HUNDRED for _, value in assays):
        place = reading.cell(row, assays[0][0])
        yield found("IMP-28", place, expected=f"≤ {MOST_ASSAYS}", found=f"{total:f}", s=f"{total:f}")
    basis = f"{sheet}.basis"
    if basis in row.values or basis in row.bad:
        return
    if (row.amount(f"{sheet}.moist") or 0) > 0:
        key = basis if basis in reading.columns(sheet) else assays[0][0]
        yield found("IMP-26", reading.cell(row, key), expected=column(basis).help[reading.language])


def _dry(reading: Reading, row: Row) -> Iterator[Finding]:
    typed, net, moist = (row.amount(key) for key in ("lots.dry_kg", "lots.net_kg", "lots.moist"))
    if typed is None or net is None or moist is None:
        return
    dry = net * (_HUNDRED - moist) / _HUNDRED
    if abs(typed - dry) > TOLERANCE * max(dry, Decimal(0)):
        place = reading.cell(row, "lots.dry_kg")
        yield found("IMP-39", place, expected=f"{dry.normalize():f}", found=f"{typed:f}", a=f"{typed:f}", b=f"{dry:f}")


def forms(reading: Reading, said: Facts) -> Iterator[Finding]:
    """What the form of a product says about the assays of its lots.

    Findings:
        IMP-07: more than the form can hold. IMP-32: less than its usual window. IMP-13: a sulfate whose water is
        unknown and that was not assayed. IMP-65: a mixture that was not assayed; IMP-66: not for its main element.
        IMP-46: a form that is neither in the table nor a formula.

    Source: custody reference, section 5 (assay windows) and invariants 1 and 22; table `forms`.
    """
    for row in reading.rows("lists"):
        text = row.text("lists.form")
        if text and form(text) is None:
            yield found("IMP-46", reading.cell(row, "lists.form"), found=text, what=text)
    handled, assayed = _handled(said), defaultdict[str, set[str]](set)
    for one in said.measured:
        if one.what in ASSAYED.values():
            assayed[one.lot].add(one.what)
    for lot in said.made:
        yield from _chemistry(reading, lot, frozenset(assayed.get(lot.lot, ())), handled=lot.lot in handled)


def _handled(said: Facts) -> frozenset[str]:
    """Lots made of nothing but lots of their own form: what went in tells what is in them (decision 0118)."""
    made = {lot.lot: lot.product.form for lot in said.made}
    inputs: dict[str, set[str]] = defaultdict(set)
    for use in said.used:
        named = said.directory.product(use.row.text("mix.product"))
        inputs[use.out].add(made.get(use.inp) or (named.form if named else ""))
    return frozenset(lot for lot, forms in inputs.items() if forms == {made.get(lot)} and _form(made[lot]))


def _main(known: Form) -> str:
    """The element that a mixture is bought for: the first that has a usual window, else the first that it carries."""
    return next((one for one in known.elements if one in known.window), known.elements[0])


def _mixture(reading: Reading, lot: Made, known: Form, assayed: frozenset[str]) -> Iterator[Finding]:
    """What no formula tells has to be assayed."""
    main = _main(known)
    if not assayed:
        yield found("IMP-65", reading.cell(lot.row, "lots.product"), found=known.key, p=known.key)
    elif main not in assayed:
        place = reading.cell(lot.row, f"lots.{main.lower()}")
        yield found("IMP-66", place, expected=f"% {main}", p=known.key, e=main)


def _chemistry(reading: Reading, lot: Made, beside: frozenset[str], *, handled: bool) -> Iterator[Finding]:
    """`beside`: elements that sheet 8 has assays of."""
    known = _form(lot.product.form)
    assays = [(key, value) for key, value in lot.row.values.items() if key in ASSAYED and isinstance(value, Decimal)]
    if not (assays or beside or handled) and _waterless_sulfate(lot.product, known):
        place = reading.cell(lot.row, "lots.product")
        yield found("IMP-13", place, expected="CoSO4·7H2O", found=lot.product.form or lot.product.name)
    if known is None:
        return
    if known.elements and not known.formula and not known.article and not handled:
        yield from _mixture(reading, lot, known, beside.union(ASSAYED[key] for key, _ in assays))
    for key, told in assays:
        if (percent := _percent(lot.row, told)) is None:
            continue
        low, high = _window(known.key, key)
        dry = _on_dry(lot.row, percent)
        if dry > high and percent <= _HUNDRED:
            limit = _two(high)
            place = reading.cell(lot.row, key)
            yield found("IMP-07", place, expected=f"≤ {limit} %", found=f"{told:f}", p=known.key, m=limit)
        elif dry < low and percent >= 0:
            limit = _two(low)
            place = reading.cell(lot.row, key)
            yield found("IMP-32", place, expected=f"≥ {limit} %", found=f"{told:f}", p=known.key, m=limit)


@lru_cache(maxsize=4096)
def _form(text: str) -> Form | None:
    return form(text) if text else None


def _waterless_sulfate(product: Product, known: Form | None) -> bool:
    text = product.form or product.name
    if known and known.formula:
        return "SO4" in known.formula and "H2O" not in known.formula
    return bool(_SULFATE.search(text))


@lru_cache(maxsize=4096)
def _window(form_key: str, key: str) -> tuple[Decimal, Decimal]:
    """(lowest, highest) percent of an element in a form; 0 and 100 where nothing limits it."""
    known, element = _form(form_key), ASSAYED[key]
    if known and element in known.window:
        low, high = known.window[element]
        return _decimal(low), _decimal(high)
    if known and known.formula and element in known.elements:
        pure = _decimal(mass_fraction(known.formula, element) * 100)
        return PUREST_GAP * pure, pure  # a "CoSO4" with 20.9 % Co is the heptahydrate called by another name
    return Decimal(0), _HUNDRED


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / value.denominator


def _on_dry(row: Row, percent: Decimal) -> Decimal:
    """The assay on the dry weight; as it stands where basis or moisture is not given."""
    moist = row.amount("lots.moist")
    if row.text("lots.basis") != "wet" or moist is None or not 0 < moist < _HUNDRED:
        return percent
    return percent * _HUNDRED / (_HUNDRED - moist)


def _percent(row: Row, told: Decimal) -> Decimal | None:
    """The content in % of the mass; None of a solution whose density is not told."""
    if row.text("lots.basis") != GRAMS_PER_LITRE:
        return told
    density = row.amount("lots.density")
    return told / (10 * density) if density else None


def _two(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.01')).normalize():f}"
