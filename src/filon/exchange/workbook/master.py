"""The master data of a workbook: its sites, products and partners, and the pits that its lots name.

A pit written as plain text ("Puits 7") stands below the site that names it: another mine's pit 7 is another pit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from filon.epcis.document import MasterElement, Vocabulary
from filon.epcis.event import FILON
from filon.exchange.workbook.facts import Facts, Made
from filon.exchange.workbook.names import Directory, Partner, Product, Site, full_identifier, scoped

LOCATION = "urn:epcglobal:epcis:vtype:Location"
EPC_CLASS = "urn:epcglobal:epcis:vtype:EPCClass"
PARTY = FILON + "Party"


def master(said: Facts) -> tuple[Vocabulary, ...]:
    """The lists of the workbook as EPCIS master data, in the order of the sheet."""
    known = said.directory
    places = [_place(site) for site in _each(known.sites)] + list(_pits(said))
    products = [
        _element(one.id, {"name": one.name, "form": one.form, "kind": one.use}) for one in _each(known.products)
    ]
    parties = [_element(one.id, {"name": one.name, "country": one.country}) for one in _each(known.partners)]
    found = ((LOCATION, places), (EPC_CLASS, products), (PARTY, parties))
    return tuple(Vocabulary(name, tuple(elements)) for name, elements in found if elements)


def origin_of(known: Directory, lot: Made) -> str:
    """Where the lot's matter entered the chain, as declared: a listed site, a URI, or a pit of its own site."""
    text = lot.row.text("lots.origin")
    return origin_at(known, lot.site, text) if text else ""


def origin_at(known: Directory, site: Site, text: str) -> str:
    """The place that a site means by a name: a listed site, a URI, or a pit of its own."""
    listed = known.site(text)
    return listed.id if listed else full_identifier(text) or scoped(site.id, "origin", text)


def _each(shelf: Mapping[str, Site] | Mapping[str, Product] | Mapping[str, Partner]) -> list[Any]:
    return list({id(one): one for one in shelf.values()}.values())


def _place(site: Site) -> MasterElement:
    names = ("name", "country", "zone", "party", "kind", "mixing")
    told = {name: getattr(site, name) for name in names}
    return _element(site.id, told)


def _pits(said: Facts) -> Iterable[MasterElement]:
    pits: dict[str, MasterElement] = {}
    for lot in said.made:
        text = lot.row.text("lots.origin")
        if text and not said.directory.site(text) and not full_identifier(text):
            whole = origin_of(said.directory, lot)
            told = {"name": text, "country": lot.site.country, "party": lot.site.party, "kind": "mine"}
            pits.setdefault(whole, _element(whole, told))
    return pits.values()


def _element(whole: str, told: Mapping[str, str]) -> MasterElement:
    return MasterElement(whole, {FILON + name: value for name, value in told.items() if value})
