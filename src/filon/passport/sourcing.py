"""The record of Article 49(2): per raw material and supplier, what is in the battery, from where, by which trade.

Made from the books alone: every shipment through which the material came is a market transaction, from its extraction
to the immediate supplier. What the books do not know is named as unknown.

Source: Regulation (EU) 2023/1542, Article 49(2)(a) to (f), Annex X(1); diligence reference, section 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from filon.accounts.origin import Vector
from filon.books import trace
from filon.books.book import Book, Holding
from filon.books.journal import UNKNOWN
from filon.books.lot import AccountKind, LotId
from filon.core.ident import short
from filon.core.quantity import kg_from_mg, part, split
from filon.passport.derived import Material, percent
from filon.passport.statement import local_day
from filon.passport.value import Value


@dataclass(frozen=True, slots=True)
class _Passage:
    """One shipment through which some of the material came."""

    holding: Holding
    giver: str
    taker: str
    mg: int


def record(  # noqa: PLR0917 - the columns of the article
    book: Book, lot: LotId, material: Material, origins: Vector | None, weight: int | None, operator: str,
    reports: Sequence[Mapping[str, Value]] = (), *, pieces: int = 1,
) -> tuple[Mapping[str, Value], ...]:  # fmt: skip
    """Rows of the record for one raw material in one battery: one a supplier, most first.

    Args:
        origins: of the origin account; None where the battery's content is unknown.
        weight: mg of the whole battery.
        operator: who places the battery on the market; a supplier is who delivers to their sites.
        reports: on suppliers, as declared (point `supplierReports`).
        pieces: of how many batteries the lot consists; everything is told of one of them.

    Returns:
        Rows whose kilograms sum to the battery's content, to the mg; none if it is unknown or nothing.
    """
    behind = trace.back(book, lot, material.element)
    passages = _passages(book, lot, behind, pieces)
    whole = sum(origins.values()) if origins else 0
    if not origins or not whole:
        return ()
    suppliers: Counter[str] = Counter()
    for one in passages:
        register = book.register
        if _party(book, one.taker) == operator != _party(book, one.giver):
            suppliers[register.site(one.giver).party or one.giver] += one.mg
    names = [name for name, _ in suppliers.most_common()] or [""]
    parts = split(whole, [suppliers[name] or 1 for name in names])
    shared = _shared(book, material, origins, passages, behind)
    return tuple(
        {
            **_supplier(book, name, passages, reports),
            **shared,
            "kg": kg_from_mg(mg),
            **({"percent": percent(mg, weight)} if weight else {}),
        }
        for name, mg in zip(names, parts, strict=True)
    )


def _shared(
    book: Book,
    material: Material,
    origins: Vector,
    passages: Sequence[_Passage],
    behind: Sequence[trace.Relative],
) -> Mapping[str, Value]:
    """What holds for all suppliers of a material: description, countries and transactions of its whole chain."""
    countries: Counter[str] = Counter()
    for origin, mg in origins.items():
        countries[book.register.site(origin).country if origin != UNKNOWN else ""] += mg
    unknown = countries.pop("", 0)
    told: dict[str, Value] = {
        "material": material.name,
        "description": f"{material.name} ({material.element}), CAS {material.cas}",
        "countries": tuple(country for country, _ in countries.most_common()),
        "unknown": percent(unknown, sum(origins.values())),
        "transactions": tuple(_transaction(book, one) for one in passages),
    }
    names = _trade_names(book, behind)
    return {**told, "tradeName": names} if names else told


def _supplier(
    book: Book, name: str, passages: Sequence[_Passage], reports: Sequence[Mapping[str, Value]]
) -> Mapping[str, Value]:
    if not name:
        return {}
    said = [one for one in reports if one.get("supplier") == name]
    giver = next((one.giver for one in passages if _party(book, one.giver) == name), name)
    country = book.register.site(giver).country
    told: dict[str, Value] = {"supplier": book.register.name(name)}
    if country:
        told["supplierCountry"] = country
    return {**told, "reports": tuple(said)} if said else told


def _party(book: Book, site: str) -> str:
    return book.register.site(site).party or site


def _trade_names(book: Book, behind: Sequence[trace.Relative]) -> str:
    """Products in which the material was traded as such, before it became part of an active material."""
    names: dict[str, None] = {}
    for one in behind:
        holding = book.holdings[one.holding]
        told = book.declared.get(holding.lot) or book.register.product_traits(holding.lot)
        if one.mg and holding.kind is AccountKind.STOCK and told.form and told.form.stage == "refined":
            names[told.form.names["en"]] = None
    return ", ".join(sorted(names))


def _passages(book: Book, lot: LotId, behind: Sequence[trace.Relative], pieces: int) -> Sequence[_Passage]:
    """Shipments behind a battery, oldest first, with the mg of its material that came by them."""
    found = []
    for one in behind:
        holding = book.holdings[one.holding]
        if holding.kind is AccountKind.TRANSIT and holding.lot != lot and one.mg:
            givers = [f.source for f in book.inflows[holding.id] if isinstance(f.source, int)]
            takers = [f.target for f in book.outflows[holding.id] if isinstance(f.target, int)]
            giver = book.holdings[givers[0]].site if givers else ""
            taker = book.holdings[takers[0]].site if takers else ""
            found.append(_Passage(holding, giver, taker, part(one.mg, 1, pieces)))
    return sorted(found, key=lambda one: (one.holding.made, one.holding.id))


def _transaction(book: Book, one: _Passage) -> Mapping[str, Value]:
    event = book.events[one.holding.made].event
    note = next((said.value for said in event.bizTransactionList if said.type == "desadv"), "")
    register = book.register
    told: dict[str, Value] = {"day": local_day(event).isoformat()}
    texts = {
        "note": short(note) if note else "",
        "from": register.name(_party(book, one.giver)) if one.giver else "",
        "to": register.name(_party(book, one.taker)) if one.taker else "",
        "country": register.site(one.giver).country if one.giver else "",
    }
    told |= {key: text for key, text in texts.items() if text}
    return {**told, "kg": kg_from_mg(one.mg)}
