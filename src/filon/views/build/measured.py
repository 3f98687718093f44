"""What was measured of a lot: its assays and weighings as people made them, side by side, and which of them counts."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from filon.books.assay import Assay, Weighing
from filon.books.lot import LotId
from filon.core.quantity import mg_from_kg
from filon.views.build.sight import Sight
from filon.views.figure import Figure, Named, Standing, kg
from filon.views.lot import AssayLine, WeighingLine


def assays_of(sight: Sight, lot: LotId) -> tuple[AssayLine, ...]:
    """Every assay that was told of a lot, by element, the one that counts first."""
    told = sight.told(lot)
    lines = [_assay(one, counts=told.assays.get(one.element) is one) for one in told.observed]
    return tuple(sorted(lines, key=lambda one: (one.element.key, not one.counts)))


def weighings_of(sight: Sight, lot: LotId) -> tuple[WeighingLine, ...]:
    """Every weight that was found of a lot beside its maker's own."""
    return tuple(map(_weighing, sight.told(lot).weighings))


def _assay(one: Assay, *, counts: bool) -> AssayLine:
    sigma = None if one.uncertainty is None else _decimal(one.uncertainty)
    return AssayLine(
        element=Named("element", one.element),
        share=Figure(_decimal(one.percent * 100), "%", Standing.DECLARED, sigma),
        basis=Named("basis", one.basis),
        status=Named("standing of an assay", one.status),
        by=one.by,
        laboratory=one.laboratory,
        method=one.method,
        certificate=one.certificate,
        sampled=one.sampled,
        analysed=one.analysed,
        counts=counts,
    )


def _weighing(one: Weighing) -> WeighingLine:
    mg = mg_from_kg(one.kg)
    sigma = None if one.uncertainty is None else round(mg * one.uncertainty)
    mass = kg(mg, Standing.DECLARED, uncertainty_mg=sigma)
    return WeighingLine(mass, Named("standing of an assay", one.status), one.by, one.scale)


def _decimal(share: Fraction) -> Decimal:
    """As many decimals as a certificate has."""
    exact = Decimal(share.numerator) / Decimal(share.denominator)
    return round(exact, 6).normalize()
