"""Where an off-take agreement stands: sentences with numbers, and what the metal is enough for by chemistry."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from filon.contracts.agreement import MG_PER_TONNE
from filon.contracts.agreement import Standing as AgreementStanding
from filon.core.ident import short
from filon.views.figure import Figure, Named, Sentence, Standing
from filon.views.ledger_state import LedgerState


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One lot delivered: product and element in kg, received or still under way."""

    lot: str
    shipment: str
    product: Figure
    element: Figure
    received: bool


@dataclass(frozen=True, slots=True)
class AgreementView:
    """An agreement in one year."""

    ledger: LedgerState
    reference: str
    seller: str
    buyer: str
    status: str
    year: int
    sentences: tuple[Sentence, ...]
    due: Figure
    delivered: Figure
    delivered_element: Figure
    gwh: tuple[tuple[str, Figure], ...]
    deliveries: tuple[DeliveryLine, ...]


def agreement_view(standing: AgreementStanding, state: LedgerState) -> AgreementView:
    """The view of an agreement's standing."""
    agreed = standing.agreement
    due = Figure(standing.due_t, "t", Standing.DECLARED)
    delivered = _tonnes(Fraction(standing.product_mg, MG_PER_TONNE))
    element = _tonnes(Fraction(standing.element_mg, MG_PER_TONNE))
    due_mg = Fraction(standing.due_t) * MG_PER_TONNE
    share = (
        Figure(_decimal(standing.product_mg / due_mg * 100, 4), "%", Standing.COMPUTED)
        if due_mg
        else Figure(None, "%", Standing.UNKNOWN)
    )
    year = agreed.spoken(standing.year)
    named = Named("element", agreed.element)
    parties = {
        "seller": agreed.seller,
        "buyer": agreed.buyer,
        "reference": agreed.reference,
        "year": year,
    }
    sentences = [
        Sentence(f"agreement.{agreed.status}", {**parties, "due": due, "form": Named("form", agreed.form)}),
        Sentence("agreement.delivered", {"delivered": delivered, "due": due, "share": share, "year": year}),
        Sentence("agreement.element", {"mass": element, "of": named, "due": _due(standing), "year": year}),
    ]
    if standing.in_transit_mg:
        under_way = _tonnes(Fraction(standing.in_transit_mg, MG_PER_TONNE))
        sentences.append(Sentence("agreement.transit", {"mass": under_way}))
    if standing.unknown:
        sentences.append(Sentence("agreement.unknown", {"count": standing.unknown, "element": named}))
    return AgreementView(
        ledger=state,
        reference=agreed.reference,
        seller=agreed.seller,
        buyer=agreed.buyer,
        status=agreed.status,
        year=standing.year,
        sentences=tuple(sentences),
        due=due,
        delivered=delivered,
        delivered_element=element,
        gwh=tuple((name, Figure(_decimal(value, 4), "GWh", Standing.COMPUTED)) for name, value in standing.gwh.items()),
        deliveries=tuple(
            DeliveryLine(
                short(one.lot),
                short(one.shipment),
                Figure(Decimal(one.product_mg).scaleb(-6), "kg", Standing.COMPUTED),
                Figure(None, "kg", Standing.UNKNOWN)
                if one.element_mg is None
                else Figure(Decimal(one.element_mg).scaleb(-6), "kg", Standing.COMPUTED),
                one.received,
            )
            for one in standing.deliveries
        ),
    )


def _due(standing: AgreementStanding) -> Figure:
    if standing.due_element_t is None:
        return Figure(None, "t", Standing.UNKNOWN)
    return _tonnes(standing.due_element_t)


def _tonnes(value: Fraction) -> Figure:
    return Figure(_decimal(value, 3), "t", Standing.COMPUTED)


def _decimal(value: Fraction, places: int) -> Decimal:
    return Decimal(round(value * 10**places)).scaleb(-places)
