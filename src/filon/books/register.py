"""The register: what is known of sites, parties and products apart from events (EPCIS master data).

The same whatever the order in which master data came: where two sources differ, the value that sorts first counts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from filon.books.declared import UNSAID, Declared, declared
from filon.core.ident import elements, gtin
from filon.core.matter import form
from filon.core.remember import remembered
from filon.epcis.event import FILON

LOCATION = "urn:epcglobal:epcis:vtype:Location"
READ_POINT = "urn:epcglobal:epcis:vtype:ReadPoint"
BUSINESS_LOCATION = "urn:epcglobal:epcis:vtype:BusinessLocation"
EPC_CLASS = "urn:epcglobal:epcis:vtype:EPCClass"
PARTY = FILON + "Party"
PLACES = frozenset({LOCATION, READ_POINT, BUSINESS_LOCATION})
ORIGIN_KINDS = frozenset({"mine", "recycler"})
"""Kinds of site at which matter enters the chain: there the site itself is the origin."""


@dataclass(frozen=True, slots=True)
class Site:
    """A site, tank or silo.

    Args:
        kind: mine, recycler, refinery, pcam, cam, cell, pack, store or empty.
        country: ISO 3166-1 alpha-2, or empty.
        zone: `+01:00` or empty.
        party: identifier of who runs it.
        mixing: how a silo gives out what was filled in: `fifo` first in first out, `layered` last in first out; else
            it is well mixed.
    """

    id: str
    name: str = ""
    country: str = ""
    zone: str = ""
    party: str = ""
    kind: str = ""
    mixing: str = ""


_TRAITS = ("name", "country", "zone", "party", "kind", "mixing")


@dataclass(frozen=True)
class Register:
    """Names and traits by identifier: {vocabulary type: {id: {attribute: value}}}.

    Args:
        conflicts: (id, attribute, values) where sources differ in more than a name; the value that sorts first counts.
    """

    vocabularies: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    conflicts: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    @classmethod
    def of(cls, data: Iterable[tuple[str, str, Mapping[str, object]]]) -> Register:
        """A register of (vocabulary type, id, attributes); conflicts go to the value that sorts first."""
        merged: dict[str, dict[str, dict[str, str]]] = {}
        said: dict[tuple[str, str], set[str]] = defaultdict(set)
        for kind, ident, attributes in data:
            mine = merged.setdefault(kind, {}).setdefault(ident, {})
            for name, value in attributes.items():
                text = str(value)
                mine[name] = min(mine.get(name, text), text)
                said[ident, name.removeprefix(FILON)].add(_plain(name, text))
        differ = [(*key, tuple(sorted(said[key]))) for key in sorted(said) if len(said[key]) > 1 and key[1] != "name"]
        return cls(merged, tuple(differ))

    def site(self, ident: str) -> Site:
        """What is known of a place; at least its identifier."""
        return self._sites.get(ident) or Site(ident)

    @cached_property
    def _sites(self) -> Mapping[str, Site]:
        """Every movement asks for its own."""
        own: dict[str, dict[str, str]] = {}
        for kind in sorted(PLACES):
            for ident, traits in self.vocabularies.get(kind, {}).items():
                own[ident] = {**traits, **own.get(ident, {})}
        return {ident: Site(ident, *(told.get(FILON + name, "") for name in _TRAITS)) for ident, told in own.items()}

    def name(self, ident: str) -> str:
        """What people call a place, party or product; the identifier's readable part if nobody said."""
        for known in self.vocabularies.values():
            if name := known.get(ident, {}).get(FILON + "name"):
                return name
        return ident

    def product(self, lot: str) -> str:
        """The product (class) that a lot or article belongs to: its GTIN class, or what stands before `/lot/`."""
        return _product(lot)

    @cached_property
    def _products(self) -> Mapping[str, Declared]:
        known = self.vocabularies.get(EPC_CLASS, {})
        return {ident: declared(traits)[0] for ident, traits in known.items()}

    def product_traits(self, lot: str) -> Declared:
        """What the product's master data declare of every lot of it."""
        known = self._products
        return known.get(lot) or known.get(self.product(lot)) or UNSAID

    @cached_property
    def origins(self) -> frozenset[str]:
        """Identifiers of all mines and recyclers."""
        sites = {ident for kind in PLACES for ident in self.vocabularies.get(kind, {})}
        return frozenset(ident for ident in sites if self.site(ident).kind in ORIGIN_KINDS)


_TRADE_ITEM = re.compile(r"(https://id\.gs1\.org/01/(\d{14}))/(?:10/|21/(\d+)$)?")
"""The spelling that most identifiers have: a lot or a piece of a trade item."""


@remembered(65_536)
def _product(lot: str) -> str:
    if plain := _TRADE_ITEM.match(lot):
        return plain[1]
    number = elements(lot).get("01") if "/01/" in lot else None
    return gtin(number) if number else lot.rpartition("/lot/")[0] or lot


def _plain(name: str, text: str) -> str:
    """A form has a name in each language; they are no contradiction."""
    known = form(text) if name == FILON + "form" else None
    return known.key if known else text


@remembered(65_536)
def serial(identifier: str) -> tuple[str, int] | None:
    """(GTIN, serial) of an article whose serial number is a whole number; None otherwise."""
    if "/21/" not in identifier:
        return None
    if (plain := _TRADE_ITEM.match(identifier)) and plain[3]:
        return plain[2], int(plain[3])
    keys = elements(identifier)
    number = keys.get("21", "")
    return (keys["01"], int(number)) if "01" in keys and number.isdecimal() else None
