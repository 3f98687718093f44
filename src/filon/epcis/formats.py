"""How a partner wants identifiers spelled: `GS1-EPC-Format` for EPCs, `GS1-CBV-XML-Format` for words in XML.

Inside there is one spelling. On the way out an event is turned, whole, by `spelled`.

Source: EPCIS 2.0, 12.6 (headers).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

from msgspec import structs

from filon.core import ident
from filon.epcis.event import Event

EpcFormat = Literal["No_Preference", "Always_GS1_Digital_Link", "Always_EPC_URN", "Never_Translates"]
CbvFormat = Literal["No_Preference", "Always_Web_URI", "Always_URN", "Never_Translates"]

_ONE = ("readPoint", "bizLocation", "parentID", "transformationID")
_MANY = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_QUANTITIES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_TYPED = ("bizTransactionList", "sourceList", "destinationList")


def urns(prefixes: Mapping[str, int]) -> Callable[[str], str]:
    """A speller of EPC URNs.

    A GS1 key does not tell where its company prefix ends; what `prefixes` does not know stays a Digital Link rather
    than become a guess.

    Args:
        prefixes: {company prefix: its length} or any first digits of it, e.g. {"4012345": 7}.
    """

    def spell(identifier: str) -> str:
        for ai, value in list(ident.elements(identifier).items())[:1]:
            digits = value[1:] if ai in {"01", "00", "8006", "8003"} else value
            lengths = [length for prefix, length in prefixes.items() if digits.startswith(prefix)]
            if lengths:
                return ident.to_urn(identifier, max(lengths))
        return identifier

    return spell


def spelled(event: Event, spell: Callable[[str], str]) -> Event:
    """The event with every identifier of its standard fields spelled anew; partners' own values stay."""
    changed: dict[str, Any] = {}
    for name in _ONE:
        if (value := getattr(event, name)) is not None:
            changed[name] = spell(value)
    for name in _MANY:
        changed[name] = tuple(spell(value) for value in getattr(event, name))
    for name in _QUANTITIES:
        changed[name] = tuple(structs.replace(one, epcClass=spell(one.epcClass)) for one in getattr(event, name))
    for name in _TYPED:
        changed[name] = tuple(structs.replace(one, value=spell(one.value)) for one in getattr(event, name))
    return replace(event, **changed)
