"""What is wrong within one row: weights, percentages, assays, forms, with the values that chemistry allows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from filon.core.finding import Finding, found
from filon.core.matter import Form, form, mass_fraction
from filon.exchange.workbook.columns import ASSAYED, column, sheet_columns
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

_SULFATE = re.compile(r"sul(?:f|ph)ate|SO4", re.IGNORECASE)
_HUNDRED = Decimal(100)


def rows(reading: Reading) -> Iterator[Finding]:
    """What a row says that cannot be, whatever the other rows say.

    Findings:
        IMP-04, 05, 40: weights. IMP-06, 27: percentages. IMP-28: assays that add up to too much.
        IMP-26: assay without basis while moist. IMP-39: dry weight against moisture.
    """
    kinds = {one.key: one.type for sheet in ("lots", "mix", "ship", "recv") for one in sheet_columns(sheet)}
    for sheet in ("lots", "mix", "ship", "recv"):
        for row in reading.rows(sheet):
            for key, value in row.values.items():
                kind = kinds[key]
                if kind == "kg" and isinstance(value, Decimal):
                    yield from _weight(reading, sheet, row, key, value)
                elif kind == "percent" and isinstance(value, Decimal) and not 0 <= value <= _HUNDRED:
                    place = reading.cell(row, key)
                    yield found("IMP-27" if value < 0 else "IMP-06", place, expected="0 – 100", found=f"{value:f}")
            if sheet == "lots":
                yield from _assays(reading, row)
                yield from _dry(reading, row)


def _weight(reading: Reading, sheet: str, row: Row, key: str, kg: Decimal) -> Iterator[Finding]:
    if SMALL_KG <= kg <= LARGE_KG:
        return
    place = reading.cell(row, key)
    if kg <= 0:
        yield found("IMP-04", place, expected="> 0", found=f"{kg:f}")
    elif kg > LARGE_KG:
        yield found("IMP-40", place, found=f"{kg:f}", w=f"{kg:f}", proposal=f"{(kg / 1000).normalize():f}")
    elif sheet != "mix":
        tonnes = f"{(kg * 1000).normalize():f}"
        yield found("IMP-05", place, found=f"{kg:f}", w=f"{kg:f}", w2=tonnes, proposal=tonnes)


def _assays(reading: Reading, row: Row) -> Iterator[Finding]:
    assays = [(key, value) for key in ASSAYED if (value := row.amount(key)) is not None]
    if not assays:
        return
    total = sum((value for _, value in assays), Decimal(0))
    place = reading.cell(row, assays[0][0])
    if total > MOST_ASSAYS and all(0 <= value <= _HUNDRED for _, value in assays):
        yield found("IMP-28", place, expected=f"≤ {MOST_ASSAYS}", found=f"{total:f}", s=f"{total:f}")
    moist = row.amount("lots.moist") or Decimal(0)
    if moist > 0 and not row.text("lots.basis") and "lots.basis" not in row.bad:
        at = reading.cell(row, "lots.basis" if "lots.basis" in _columns(reading) else assays[0][0])
        yield found("IMP-26", at, expected=column("lots.basis").help[reading.language])


def _columns(reading: Reading) -> frozenset[str]:
    return frozenset(reading.columns("lots"))


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
        unknown and that was not assayed. IMP-46: a form that is neither in the table nor a formula.

    Source: custody reference, section 5 (assay windows) and invariants 1 and 22; table `forms`.
    """
    for row in reading.rows("lists"):
        text = row.text("lists.form")
        if text and form(text) is None:
            yield found("IMP-46", reading.cell(row, "lists.form"), found=text, what=text)
    for lot in said.made:
        yield from _chemistry(reading, lot)


def _chemistry(reading: Reading, lot: Made) -> Iterator[Finding]:
    known = form(lot.product.form) if lot.product.form else None
    assays = {key: value for key in ASSAYED if (value := lot.row.amount(key)) is not None}
    if not assays and _waterless_sulfate(lot.product, known):
        place = reading.cell(lot.row, "lots.product")
        yield found("IMP-13", place, expected="CoSO4·7H2O", found=lot.product.form or lot.product.name)
    if known is None:
        return
    for key, percent in assays.items():
        low, high = _window(known, ASSAYED[key])
        dry = _on_dry(lot.row, percent)
        place = reading.cell(lot.row, key)
        if high is not None and percent <= _HUNDRED and Fraction(dry) > high:
            yield found("IMP-07", place, expected=f"≤ {_two(high)}", found=f"{percent:f}", p=known.key, m=_two(high))
        elif low is not None and percent >= 0 and Fraction(dry) < low:
            yield found("IMP-32", place, expected=f"≥ {_two(low)}", found=f"{percent:f}", p=known.key, m=_two(low))


def _waterless_sulfate(product: Product, known: Form | None) -> bool:
    text = product.form or product.name
    if known and known.formula:
        return "SO4" in known.formula and "H2O" not in known.formula
    return bool(_SULFATE.search(text))


def _window(known: Form, element: str) -> tuple[Fraction | None, Fraction | None]:
    if element in known.window:
        return known.window[element]
    if known.formula and element in known.elements:
        return None, mass_fraction(known.formula, element) * 100
    return None, None


def _on_dry(row: Row, percent: Decimal) -> Decimal:
    """The assay on the dry weight; as it stands where basis or moisture is not given."""
    moist = row.amount("lots.moist")
    if row.text("lots.basis") != "wet" or moist is None or not 0 < moist < _HUNDRED:
        return percent
    return percent * _HUNDRED / (_HUNDRED - moist)


def _two(value: Fraction) -> str:
    return f"{(Decimal(value.numerator) / value.denominator).quantize(Decimal('0.01')).normalize():f}"
