"""What people call the sites, products and companies of the chain, as EPCIS master data."""

from __future__ import annotations

from collections.abc import Iterable

from filon.epcis.document import MasterElement, Vocabulary
from filon.epcis.event import FILON
from filon.exchange.simulator.world import Product, Site

LOCATION = "urn:epcglobal:epcis:vtype:Location"
EPC_CLASS = "urn:epcglobal:epcis:vtype:EPCClass"
PARTY = FILON + "Party"
PACK_KWH = "60"
"""Rated energy of the chain's pack, as its maker declares it."""


def master(sites: Iterable[Site], products: Iterable[Product]) -> tuple[Vocabulary, ...]:
    """Master data of sites with their companies, and of products, sorted by identifier."""
    places, goods = sorted(set(sites), key=lambda one: one.id), sorted(set(products), key=lambda one: one.id)
    parties = sorted({one.company for one in places} | {one.company for one in goods}, key=lambda one: one.id)
    return (
        Vocabulary(LOCATION, tuple(_element(one.id, _site(one)) for one in places)),
        Vocabulary(EPC_CLASS, tuple(_element(one.id, _product(one)) for one in goods)),
        Vocabulary(PARTY, tuple(_element(one.id, {"name": one.name, "country": one.country}) for one in parties)),
    )


def _element(ident: str, attributes: dict[str, str]) -> MasterElement:
    return MasterElement(ident, {FILON + name: value for name, value in attributes.items()})


def _site(one: Site) -> dict[str, str]:
    return {"name": one.name, "country": one.country, "zone": one.zone, "party": one.company.id, "kind": one.kind}


def _product(one: Product) -> dict[str, str]:
    said = {"name": one.name(one.company.language), "form": one.form}
    if one.form == "pack":
        said["ratedEnergy"] = PACK_KWH
    return said if one.kind == "product" else {**said, "kind": one.kind}
