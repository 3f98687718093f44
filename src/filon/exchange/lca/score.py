"""A score: what one data set says its product costs in CO2e, and the row of table `factors` that follows.

A data set has as many scores as methods; each is a row of its own, and the user chooses by key. Only scores over
100 or 20 years of global warming are read. What a data set leaves unsaid (place, year, licence, the unit of the score)
leaves its factor unconfirmed: it is used only when asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, localcontext

DIGITS = 28
"""Digits of a score divided by the amount of its product."""

UNITS = {
    "kg": "KGM", "g": "GRM", "t": "TNE", "metric ton": "TNE", "kwh": "KWH", "mwh": "MWH", "mj": "3B", "gj": "GV",
    "l": "LTR", "litre": "LTR", "m3": "MTQ", "m2": "MTK", "m": "MTR", "km": "KMT", "h": "HUR", "hr": "HUR",
    "t*km": "TKM", "tkm": "TKM", "ton kilometer": "TKM", "metric ton*km": "TKM",
    "unit": "H87", "p": "H87", "pcs.": "H87", "item(s)": "H87", "items": "H87", "number": "H87",
}  # fmt: skip
"""Names of units in these formats, and their Rec 20 codes."""

_CLIMATE = re.compile(r"climate change|global warming|\bgwp|klimawandel|treibhaus|changement climatique", re.IGNORECASE)
_OTHER = re.compile(r"\bgtp|endpoint|human health|ecosystem", re.IGNORECASE)
_CO2E = re.compile(r"kg\W*co_?2\W*-?(eq|e\b|äq)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Score:
    """One score of one data set.

    Args:
        dataset: identifier of the data set, and of the product where it has several.
        name: of the process or product, as the data set says.
        method: name of the method.
        score: as written, of `amount` of the product.
        score_unit: as written; empty = unsaid.
        amount, unit: of the product, as written.
        gsd2: square of the geometric standard deviation, as written; empty = unsaid.
        cell: where in the file the score stands.
    """

    dataset: str
    name: str
    method: str
    score: str
    score_unit: str
    amount: str
    unit: str
    geography: str
    year: str
    licence: str
    gsd2: str
    cell: str


def row(score: Score) -> dict[str, str] | str:
    """The row of table `factors`, or why there is none."""
    per = UNITS.get(score.unit.strip().casefold(), "")
    value, amount = _number(score.score), _number(score.amount)
    if value is None or amount is None or amount <= 0:
        # Of a service that takes waste in, formats write amounts below 0; which sign its score then has is open.
        return f"{score.cell}: {score.score!r} of {score.amount!r} is no score of something made"
    if not per:
        return f"{score.cell}: the unit of the product is {score.unit!r}, which is none that Filon knows"
    whole = all((score.geography, score.year, score.licence, score.score_unit))
    with localcontext(prec=DIGITS):
        each = value / amount
    spread = _number(score.gsd2)
    return {
        "key": f"lca.{score.dataset}.{slug(score.method)}",
        "value": format(each, "f"),
        "unit": "kg CO2e",
        "per": per,
        "geography": score.geography,
        "year": score.year,
        "gsd": format(spread.sqrt(), "f") if spread is not None and spread >= 1 else "",
        "source": f"{score.name}; {score.method}; {score.cell}",
        "licence": score.licence,
        "confirmed": "yes" if whole else "no",
        "en": score.name,
        "fr": score.name,
    }


def of_climate(method: str, unit: str) -> bool:
    """Whether a method is of global warming in kg CO2e; a unit that is unsaid rules nothing out."""
    return bool(_CLIMATE.search(method)) and not _OTHER.search(method) and (not unit or bool(_CO2E.search(unit)))


def slug(text: str) -> str:
    """A name as part of a key: `GWP total (EF 3.1)` is `gwp-total-ef-3.1`."""
    return re.sub(r"[^a-z0-9.]+", "-", text.casefold()).strip("-.")


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
