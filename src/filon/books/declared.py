"""What was declared of a lot: form, moisture, assays; and the contained element that follows from it.

Contained element = mass x (1 - moisture) x assay, or x the stoichiometric share of a pure compound. What was not
declared is None: it is never guessed (rule I-1 of the custody reference).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache, cached_property
from math import hypot, sqrt

from filon.books.assay import Assay, Reader, Weighing, assays_of, differences, governing, untimely, weighings_of
from filon.books.lot import LITRE, MILLIGRAM, PIECE, Amount, Content
from filon.core.finding import Finding, Place, found
from filon.core.matter import ELEMENTS, MASS, TOLD, Form, form, mass_fraction
from filon.core.quantity import MG_PER_KG, part
from filon.core.tables import table
from filon.epcis.event import FILON


@dataclass(frozen=True)
class Declared:
    """What the maker declared of a lot.

    Args:
        assays: {element: the assay that counts}; `observed` has all that were made.
        weighing, drying: one-sigma uncertainty of the weight, as a share of it, and of the moisture, as a share of the
            wet mass; None = the table's.
        weighings: weights that parties found, side by side; the event's own quantity counts.
        density: of a solution, kg per litre.
    """

    form: Form | None = None
    form_text: str = ""
    kind: str = "product"
    status: str = "final"
    moisture: Fraction | None = None
    assays: Mapping[str, Assay] = field(default_factory=dict, hash=False)
    origin: str = ""
    recycled: Fraction | None = None
    recycled_kind: str = ""
    weighing: Fraction | None = None
    drying: Fraction | None = None
    piece_mass: Fraction | None = None
    serials: tuple[int, int] | None = None
    observed: tuple[Assay, ...] = ()
    weighings: tuple[Weighing, ...] = ()
    density: Fraction | None = None

    @property
    def article(self) -> bool:
        """True for cells, modules, packs: what is in them is what went in."""
        return self.form is not None and self.form.article

    @cached_property
    def piece_mg(self) -> int | None:
        """Whole mg of one piece; None where nobody said."""
        return None if self.piece_mass is None else round(self.piece_mass * MG_PER_KG)

    @cached_property
    def shares(self) -> Mapping[str, tuple[Fraction | None, float]]:
        """{substance: (mass share in the lot as weighed, its relative sigma)}; what is not carried is left out."""
        might = {MASS, *self.form.elements} | self.assays.keys() if self.form else _ALL
        told = ((substance, concentration(self, substance)) for substance in _ALL if substance in might)
        return {substance: share for substance, share in told if share[0] is None or share[0]}


_ALL = dict.fromkeys((MASS, *ELEMENTS)).keys()


UNSAID = Declared()
LONGEST = 40
"""Digits of the longest number anybody writes; more, or a greater exponent, is not read."""


@cache
def default_sigma(key: str) -> float:
    """The table's one-sigma value where nobody declared one."""
    return next(float(row["value"]) for row in table("uncertainty").rows if row["key"] == key)


def declared(traits: Mapping[str, object], place: Place = Place()) -> tuple[Declared, list[Finding]]:  # noqa: B008
    """What the members of an ILMD (or of a product's master data) declare.

    Args:
        traits: expanded name -> value; only names in the Filon namespace are read.
        place: where it stood, for findings.

    Returns:
        The declaration, and BOK-001 (unreadable number), BOK-002 (form unknown to us), BOK-031 (a percentage outside
        0 to 100; it is unknown) where they apply.
    """
    own = {name.removeprefix(FILON): value for name, value in traits.items() if name.startswith(FILON)}
    findings: list[Finding] = []

    def decimal(name: str, value: object) -> Decimal | None:
        if value is None or value == "":
            return None
        text = str(value)
        try:
            told = Decimal(text) if len(text) <= LONGEST else Decimal("NaN")
        except InvalidOperation:
            told = Decimal("NaN")
        if not told.is_finite() or abs(told.adjusted()) > LONGEST:
            findings.append(found("BOK-001", place, expected="a decimal number", found=text[:LONGEST], name=name))
            return None
        return told

    def number(name: str, value: object) -> Fraction | None:
        told = decimal(name, value)
        return None if told is None else Fraction(told)

    def percent(name: str, value: object) -> Fraction | None:
        told = decimal(name, value)
        if told is not None and not 0 <= told <= 100:  # noqa: PLR2004 - percent
            findings.append(found("BOK-031", place, expected="0 to 100 %", found=str(value), name=name, percent=value))
            return None
        if told is None:
            return None
        numerator, denominator = told.as_integer_ratio()
        return Fraction(numerator, 100 * denominator)

    text = str(own.get("form") or "")
    known = form(text) if text else None
    if text and known is None:
        findings.append(found("BOK-002", place, found=text, form=text))
    serials = own.get("serials")
    density = _weight(number("density", own.get("density")))
    observed = tuple(assays_of(own.get("assay"), density, percent, number))
    return Declared(
        form=known,
        form_text=text,
        kind=str(own.get("kind") or "product"),
        status=str(own.get("status") or "final"),
        moisture=percent("moisture", own.get("moisture")),
        assays=governing(observed),
        origin=str(own.get("origin") or ""),
        recycled=percent("recycled", own.get("recycled")),
        recycled_kind=str(own.get("recycledKind") or ""),
        weighing=percent("weighingUncertainty", own.get("weighingUncertainty")),
        drying=percent("moistureUncertainty", own.get("moistureUncertainty")),
        piece_mass=_weight(number("pieceMass", own.get("pieceMass"))),
        serials=_serials(serials, number) if isinstance(serials, Mapping) else None,
        observed=observed,
        weighings=weighings_of(own.get("weighing"), percent, number),
        density=density,
    ), findings


def _weight(kg: Fraction | None) -> Fraction | None:
    return kg if kg is not None and kg > 0 else None


def _serials(value: Mapping[str, object], number: Reader) -> tuple[int, int] | None:
    first, last = number("serials", value.get("first")), number("serials", value.get("last"))
    return None if first is None or last is None else (int(first), int(last))


def concentration(lot: Declared, substance: str) -> tuple[Fraction | None, float]:
    """Mass share of a substance in the lot as weighed (wet), and its relative one-sigma uncertainty.

    Returns:
        (share 0..1, relative sigma); share None = carried but not known; (0, 0) = not carried by such a form.
    Source: custody reference, invariant 2: u(m w) = m w sqrt((u_w/w)^2 + (u_h/(1-h))^2), weighing apart.
    """
    share, doubts = measurements(lot, substance)
    return share, hypot(*doubts.values())


_NONE, _WHOLE = Fraction(0), Fraction(1)


def measurements(lot: Declared, substance: str) -> tuple[Fraction | None, Mapping[str, float]]:
    """The same with what was measured for it: {`assay`, `moisture` or `formula`: relative one-sigma uncertainty}."""
    if substance == MASS:
        return _WHOLE, {}
    assay = lot.assays.get(substance)
    pure = lot.form.formula if lot.form and substance in lot.form.elements else ""
    formula = mass_fraction(pure, substance) if pure else _NONE
    if assay is None and not formula:
        unknown = not pure and (substance not in TOLD if lot.form is None else substance in lot.form.elements)
        return (None if unknown else _NONE), {}
    dry = 1 - lot.moisture if lot.moisture else _WHOLE
    drying = {"moisture": drying_sigma(lot) / float(dry)} if lot.moisture and dry else {}
    if assay is not None:
        if (lot.moisture and assay.basis not in {"dry", "wet"}) or _moisture_lacks(lot, assay):
            return None, {}
        if assay.basis == "wet" or not lot.moisture:
            drying = {}
        share = assay.percent * dry if lot.moisture and assay.basis == "dry" else assay.percent
        return share, {"assay": _assay_sigma(assay), **drying}
    share = formula * dry if lot.moisture else formula
    return share, {"formula": default_sigma("stoichiometry") / 100, **drying} if share else {}


def _moisture_lacks(lot: Declared, assay: Assay) -> bool:
    """A mixture (ore, concentrate, hydroxide) holds water that nobody told of; crystals hold their formula's."""
    mixture = lot.form is not None and not lot.form.formula and not lot.form.article
    return mixture and lot.moisture is None and assay.basis != "wet"


def _assay_sigma(assay: Assay) -> float:
    if not assay.percent:
        return 0.0
    if assay.uncertainty is not None:
        return float(assay.uncertainty / 100 / assay.percent)
    points = default_sigma("assay") / 100 / float(assay.percent)
    relative = default_sigma("assay relative") / 100
    return min(points, relative) if assay.percent < Fraction(1, 10) else points


def weighing_sigma(lot: Declared) -> float:
    """Relative one-sigma uncertainty of weighing this lot."""
    return float(lot.weighing) if lot.weighing is not None else default_sigma("weighing") / 100


def drying_sigma(lot: Declared) -> float:
    """One-sigma uncertainty of this lot's moisture, as a share of its wet mass."""
    return default_sigma("moisture") / 100 if lot.drying is None else float(lot.drying)


def contained(lot: Declared, mass: int) -> Content:
    """What `mass` mg of the lot as weighed contain.

    Returns:
        {substance: mg}, None where carried but unknown, absent where not carried; `mass` itself included.
    """
    content: Content = {MASS: mass}
    for substance, (share, _) in lot.shares.items():
        if substance != MASS:
            content[substance] = None if share is None else _of(mass, share)
    return content


def _of(mass: int, share: Fraction) -> int:
    return part(mass, share.numerator, share.denominator)


def content_findings(lot: Declared, name: str = "", place: Place = Place()) -> list[Finding]:  # noqa: B008
    """What is missing or impossible in the declaration of a lot that enters the books.

    Findings:
        BOK-003: an assay without basis while the lot is moist; the content is unknown.
        BOK-038: a mixture without moisture, its assay not on wet basis; the content is unknown.
        BOK-004: an element that the form carries has no assay; its content is unknown.
        BOK-005: no form (hydrate) and no assay: nothing can be known of its metals.
        BOK-006: the assay lies above what the pure compound can hold. BOK-044: outside of what the trade sees.
        BOK-032: the assays of one basis sum to more than 100.5 %.
        BOK-040, BOK-041: two parties' assays or weights differ by more than two sigma.
        BOK-046: an assay was made before its sample was taken.
    """
    out: list[Finding] = _closure(lot, name, place)
    sigmas = {key: default_sigma(key) for key in ("assay", "weighing")}
    out += differences(lot.observed, lot.weighings, name, place, sigmas)
    out += untimely(lot.observed, name, place)
    if lot.form is None:
        if not lot.assays:
            out.append(found("BOK-005", place, found=lot.form_text, lot=name))
        return out
    for element in lot.form.elements:
        assay = lot.assays.get(element)
        share, _ = lot.shares.get(element, (_NONE, 0.0))
        if share is None and not lot.form.article:
            code = "BOK-004" if not assay else "BOK-003" if lot.moisture else "BOK-038"
            out.append(found(code, place, expected=f"% {element}", lot=name, element=element))
        if assay:
            out += unlikely(assay, lot.form, name, place)
    return out


def unlikely(assay: Assay, form: Form, name: str, place: Place) -> Iterator[Finding]:
    """An assay that a form cannot have, or that the trade does not see."""
    told = {"lot": name, "element": assay.element, "form": form.key}
    percent = 100 * assay.percent
    if form.formula and form.stage == "refined":  # a salt's formula is a limit, a cathode's a target
        most = mass_fraction(form.formula, assay.element)
        if assay.percent > most * CLOSURE:
            found_here = f"{float(percent):.2f} %"
            yield found("BOK-006", place, expected=f"<= {float(most * 100):.2f} %", found=found_here, **told)
            return
    low, high = form.window.get(assay.element, (Fraction(0), Fraction(100)))
    if not low <= percent <= high and (form.formula or assay.basis != "wet"):
        usual = f"{float(low):g} % .. {float(high):g} %"
        yield found("BOK-044", place, expected=usual, found=f"{float(percent):.2f} %", **told)


CLOSURE = Fraction(1005, 1000)
"""Assays together may overshoot by half a percent (I-22)."""


def _closure(lot: Declared, name: str, place: Place) -> list[Finding]:
    if not lot.assays:
        return []
    dry = sum(assay.percent for assay in lot.assays.values() if assay.basis != "wet")
    wet = sum(assay.percent for assay in lot.assays.values() if assay.basis == "wet")
    most = max(dry, wet, wet + dry * (1 - (lot.moisture or 0)))
    if most <= CLOSURE:
        return []
    told = f"{float(most * 100):.1f} %"
    return [found("BOK-032", place, expected="<= 100.5 %", found=told, lot=name, sum=told)]


def completed(lot: Declared, product: Declared) -> Declared:
    """A lot's own declaration; what it leaves open is taken from its product's."""
    if product is UNSAID:
        return lot
    return replace(
        lot,
        form=lot.form or product.form,
        form_text=lot.form_text or product.form_text,
        kind=lot.kind if lot.kind != "product" else product.kind,
        piece_mass=lot.piece_mass if lot.piece_mass is not None else product.piece_mass,
        weighing=lot.weighing if lot.weighing is not None else product.weighing,
        density=lot.density or product.density,
    )


def spread(lot: Declared, content: Content) -> dict[str, float]:
    """{substance: relative one-sigma uncertainty of its share in the lot}, weighing apart."""
    return {substance: lot.shares[substance][1] for substance, mg in content.items() if mg and substance in lot.shares}


_EXPECTED = tuple(element for element in ELEMENTS if element not in TOLD)
"""What a lot of which nothing is known may hold."""


def mass_of(volume: int, density: Fraction) -> int:
    """Mg of a volume in millionths of a litre, by kg per litre (one kg per litre is one mg per millionth)."""
    return part(volume, density.numerator, density.denominator)


def measured(lot: Declared, amount: Amount) -> Content:
    """What an amount of the lot contains by its declaration; articles are not told by theirs."""
    if amount.unit == MILLIGRAM:
        return contained(lot, amount.number)
    if amount.unit == LITRE and lot.density:
        return contained(lot, mass_of(amount.number, lot.density))
    if amount.unit == PIECE and lot.piece_mg is not None and not lot.article:
        return contained(lot, lot.piece_mg * amount.number)
    content: Content = dict.fromkeys((MASS, *(lot.form.elements if lot.form else _EXPECTED)))
    if amount.unit == PIECE and lot.piece_mg is not None:
        content[MASS] = lot.piece_mg * amount.number
    return content


def plus(total: Content, more: Content) -> None:
    """Add contents in place; unknown plus anything is unknown."""
    if not total:
        total.update(more)
        return
    for substance, mg in more.items():
        before = total.get(substance, 0)
        total[substance] = None if mg is None or before is None else before + mg


def minus(total: Content, less: Content) -> Content:
    """What is left of a content; unknown less anything is unknown."""
    left = dict(total)
    for substance, mg in less.items():
        before = left.get(substance, 0)
        left[substance] = None if mg is None or before is None else before - mg
    return left


def mixed(
    sigma: Mapping[str, float], content: Content, heel_sigma: Mapping[str, float], heel: Content
) -> dict[str, float]:
    """Relative sigma of a mixture of two independent fillings."""
    out = {}
    for substance in {*content, *heel}:
        a, b = content.get(substance) or 0, heel.get(substance) or 0
        if a + b:
            parts = ((a * sigma.get(substance, 0.0)), (b * heel_sigma.get(substance, 0.0)))
            out[substance] = sqrt(parts[0] ** 2 + parts[1] ** 2) / (a + b)
    return out
