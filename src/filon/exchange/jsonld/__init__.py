"""A passport as linked data: JSON-LD whose vocabulary stands in the document, so nothing has to be fetched to read it.

    document(passport)
    taken_jsonld(said)

Source: W3C JSON-LD 1.1; terms: `https://w3id.org/filon/points/`, one a data point.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from filon.core.finding import Place, found
from filon.exchange.en18223 import taken_en18223
from filon.exchange.en18223.document import DICTIONARY, header
from filon.exchange.lens import Json, Taken
from filon.passport.passport import Passport
from filon.passport.point import points
from filon.passport.value import plain

_DPP = "https://w3id.org/filon/passport/"
_XSD = "http://www.w3.org/2001/XMLSchema#"


def context() -> dict[str, Any]:
    """The vocabulary: every data point and every member of the header."""
    terms: dict[str, Any] = {"@version": 1.1, "@vocab": DICTIONARY, "id": "@id", "type": "@type", "dpp": _DPP}
    terms |= {
        name: f"dpp:{name}" for name in ("granularity", "dppSchemaVersion", "dppStatus", "contentSpecificationIds")
    }
    terms |= {name: {"@id": f"dpp:{name}", "@type": "@id"} for name in ("economicOperatorId", "facilityId")}
    terms["lastUpdated"] = {"@id": "dpp:lastUpdated", "@type": _XSD + "dateTime"}
    terms |= {one.code: {"@id": DICTIONARY + one.code, "@type": "@id"} for one in points() if one.type == "uri"}
    terms |= {one.code: {"@id": DICTIONARY + one.code, "@type": _XSD + "decimal"} for one in points()
              if one.type in {"number", "percent", "rise"}}  # fmt: skip
    return terms


def document(passport: Passport) -> dict[str, Json]:
    """The passport as JSON-LD; decimals as text with their type, so that no reader rounds them."""
    head = header(passport)
    said = {name: value for name, value in head.items() if not name.endswith(("PassportId", "ProductIdentifier"))}
    return {
        "@context": context(),
        "id": passport.identifier,
        "type": "dpp:BatteryPassport",
        **said,
        **{one.code: plain(one.value) for one in passport.filled() if one.value is not None},
    }


def taken_jsonld(said: Mapping[str, Json], *, name: str = "") -> Taken:
    """What a JSON-LD passport says: ours, or one with the element names of table `en18223-elements`.

    Findings:
        DPP-002, DPP-003.
    """
    identifier = said.get("id") or said.get("@id") or said.get("digitalProductPassportId")
    if "@context" not in said or not isinstance(identifier, str):
        return Taken({}, (found("DPP-003", Place(file=name), format="JSON-LD", fault="@context and id are needed"),))
    flat = {k: v for k, v in said.items() if not k.startswith("@") and k not in {"id", "type"}}
    head = {"digitalProductPassportId": identifier, "uniqueProductIdentifier": identifier, "dppSchemaVersion": "-"}
    return taken_en18223(head | flat, name=name)
