"""AAS environments: the submodels of IDTA 02035 as plain JSON, and plain JSON as an AAS v3 environment.

A submodel element collection is an object, a list a list, a property its value, a text in several languages
`[{language: text}]`, a file `{value, contentType}`.

    submodels(environment)          # [("DigitalNameplate", {...}), ...]
    environment(parts, identifier)  # {"assetAdministrationShells": [...], "submodels": [...], ...}

Source: IDTA 01001-3-0 (AAS metamodel 3.0), IDTA 02035-1 to -7 (root idShorts and submodel semantic ids).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from filon.exchange.lens import Json

ROOTS: Mapping[str, str] = {
    "BatteryNameplate": "DigitalNameplate",
    "HandoverDocumentation": "HandoverDocumentation",
    "CarbonFootprint": "ProductCarbonFootprint",
    "TechnicalData": "TechnicalData",
    "ProductCondition": "ProductCondition",
    "MaterialComposition": "MaterialComposition",
    "Circularity": "Circularity",
    "DppMetadata": "DppMetadata",
}
"""{idShort of the submodel: part}."""
_BY_PART = {part: root for root, part in ROOTS.items()}
_WHOLE = {"xs:int", "xs:integer", "xs:long", "xs:unsignedInt", "xs:unsignedLong", "xs:short", "xs:positiveInteger",
          "xs:nonNegativeInteger"}  # fmt: skip
_DECIMAL = {"xs:decimal", "xs:double", "xs:float"}


def submodels(node: Mapping[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    """The parts of a passport in an environment, each as plain JSON."""
    for one in node.get("submodels", ()):
        part = ROOTS.get(str(one.get("idShort")))
        if part:
            yield part, dict(map(_pair, one.get("submodelElements", ())))


def _pair(element: Mapping[str, Json]) -> tuple[str, Json]:
    return str(element.get("idShort", "")), _value(element)


def _value(element: Mapping[str, Json]) -> Json:
    kind, value = element.get("modelType"), element.get("value")
    if kind == "SubmodelElementCollection":
        return dict(map(_pair, value or ()))
    if kind == "SubmodelElementList":
        return [_value(one) for one in value or ()]
    if kind == "MultiLanguageProperty":
        return [{one["language"]: one["text"]} for one in value or ()]
    if kind == "File":
        return {"value": value, "contentType": element.get("contentType")}
    if kind == "Property":
        return _typed(value, str(element.get("valueType")))
    return value


def _typed(value: Json, kind: str) -> Json:
    if value in (None, ""):
        return None
    if kind in _DECIMAL | _WHOLE:
        try:
            return Decimal(str(value))
        except ArithmeticError:
            return value
    return str(value).lower() == "true" if kind == "xs:boolean" else value


def environment(parts: Mapping[str, Mapping[str, Json]], identifier: str) -> dict[str, Json]:
    """The parts as one AAS environment: an instance shell of the battery and a submodel a part."""
    listed = [_submodel(part, body, identifier) for part, body in parts.items()]
    shell = {
        "modelType": "AssetAdministrationShell",
        "id": f"{identifier}#aas",
        "idShort": "DigitalBatteryPassport",
        "assetInformation": {"assetKind": "Instance", "globalAssetId": identifier},
        "submodels": [{"type": "ModelReference", "keys": [{"type": "Submodel", "value": one["id"]}]} for one in listed],
    }
    return {"assetAdministrationShells": [shell], "submodels": listed, "conceptDescriptions": []}


def _submodel(part: str, body: Mapping[str, Json], identifier: str) -> dict[str, Json]:
    elements = [_element(value) | {"idShort": name} for name, value in body.items()]
    return {
        "modelType": "Submodel",
        "kind": "Instance",
        "id": f"{identifier}#aas-{part}",
        "idShort": _BY_PART[part],
        "submodelElements": elements,
    }


def _element(value: Json) -> dict[str, Json]:
    """An element without idShort, as elements of a list must be (AASd-120)."""
    if isinstance(value, Mapping):
        if set(value) == {"value", "contentType"}:
            return {"modelType": "File", "value": value["value"], "contentType": value["contentType"]}
        inner = [_element(one) | {"idShort": name} for name, one in value.items()]
        return {"modelType": "SubmodelElementCollection", "value": inner}
    if isinstance(value, list) and value and all(_is_language(one) for one in value):
        texts = [{"language": name, "text": text} for one in value for name, text in one.items()]
        return {"modelType": "MultiLanguageProperty", "value": texts}
    if isinstance(value, list):
        inner = [_element(one) for one in value]
        kind = inner[0]["modelType"] if inner else "SubmodelElementCollection"
        told: dict[str, Json] = {"modelType": "SubmodelElementList", "typeValueListElement": kind, "value": inner}
        return told | ({"valueTypeListElement": inner[0]["valueType"]} if kind == "Property" else {})
    return {"modelType": "Property", "valueType": _type(value), "value": _plain(value)}


def _is_language(one: Json) -> bool:
    return isinstance(one, Mapping) and len(one) == 1 and all(len(name) in {2, 5} for name in one)


def _type(value: Json) -> str:
    if isinstance(value, bool):
        return "xs:boolean"
    if isinstance(value, int):
        return "xs:integer"
    return "xs:decimal" if isinstance(value, Decimal | float) else "xs:string"


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return format(value, "f") if isinstance(value, Decimal) else str(value)
