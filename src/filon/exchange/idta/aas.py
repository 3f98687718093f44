"""AAS environments: the submodels of IDTA 02035 as plain JSON, and plain JSON as an AAS v3 environment.

A submodel element collection is an object, a list a list, a property its value, a text in several languages
`[{language: text}]`, a file `{value, contentType}`. What each element means and how it is typed says the table `aas`,
from the published templates; where a value does not fit its template's type (95.5 as xs:integer), it keeps its own.

    submodels(environment)          # [("DigitalNameplate", {...}), ...]
    environment(parts, identifier)  # {"assetAdministrationShells": [...], "submodels": [...], ...}

Source: IDTA 01001-3-0 (AAS metamodel 3.0); IDTA 02035-1 to -7 and 02099-1 (names, types, semantic ids).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from filon.core.tables import table
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
_NOTHING: Mapping[str, str] = {"name": "", "type": "", "value_type": "", "list_semantic": "", "semantic": ""}


@cache
def template(part: str) -> Mapping[str, Mapping[str, str]]:
    """{path in the plain form: row of table `aas`}; `A.B[].C` = C of an element of the list B in A."""
    return {row["path"]: row for row in table("aas", "filon.exchange.idta").rows if row["part"] == part}


@cache
def _plain_names(part: str) -> Mapping[str, str]:
    """{path with the AAS's names: the same with those of the plain form}."""
    rows = template(part)
    return {_theirs(rows, path): path for path in rows if path}


def _theirs(rows: Mapping[str, Mapping[str, str]], path: str) -> str:
    parts = path.split(".")
    starts = (".".join(parts[: number + 1]).removesuffix("[]") for number in range(len(parts)))
    named = zip(parts, starts, strict=True)
    return ".".join((rows.get(at, _NOTHING)["name"] or one.removesuffix("[]")) + one[len(one.removesuffix("[]")) :]
                    for one, at in named)  # fmt: skip


def submodels(node: Mapping[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    """The parts of a passport in an environment, each as plain JSON."""
    for one in node.get("submodels", ()):
        part = ROOTS.get(str(one.get("idShort")))
        if part:
            yield part, _members(part, "", one.get("submodelElements") or ())


def _members(part: str, path: str, elements: Json) -> dict[str, Json]:
    """Elements by their names in the plain form; an element without a value, as templates have them, says nothing."""
    told = {}
    for one in elements:
        theirs = f"{path}.{one.get('idShort', '')}" if path else str(one.get("idShort", ""))
        name = _plain_names(part).get(theirs, theirs).rpartition(".")[2]
        if (value := _value(part, theirs, one)) is not None:
            told[name] = value
    return told


def _value(part: str, path: str, element: Mapping[str, Json]) -> Json:
    kind, value = element.get("modelType"), element.get("value")
    if kind == "SubmodelElementCollection":
        return _members(part, path, value or ()) or None
    if kind == "SubmodelElementList":
        return [one for each in value or () if (one := _value(part, f"{path}[]", each)) is not None] or None
    if kind == "MultiLanguageProperty":
        return [{one["language"]: one["text"]} for one in value or ()] or None
    if kind == "File":
        return {"value": value, "contentType": element.get("contentType")} if value else None
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
    return {"assetAdministrationShells": [shell], "submodels": listed}


def _submodel(part: str, body: Mapping[str, Json], identifier: str) -> dict[str, Json]:
    return {
        "modelType": "Submodel",
        "kind": "Instance",
        "id": f"{identifier}#aas-{part}",
        "idShort": _BY_PART[part],
        "semanticId": _reference(template(part)[""]["semantic"]),
        "submodelElements": _named(part, "", body),
    }


def _named(part: str, path: str, body: Mapping[str, Json]) -> list[dict[str, Json]]:
    """The members of an object as elements with names; what holds nothing is left out."""
    told = []
    for name, value in body.items():
        where = f"{path}.{name}" if path else name
        if value not in (None, [], {}):
            short = template(part).get(where, _NOTHING)["name"] or name
            told.append({"idShort": short} | _element(part, where, value))
    return told


def _element(part: str, path: str, value: Json) -> dict[str, Json]:
    """An element without idShort, as elements of a list must be (AASd-120), with what it means."""
    row = template(part).get(path, _NOTHING)
    meaning = {"semanticId": _reference(row["semantic"])} if row["semantic"] else {}
    return _shaped(part, path, value, row) | meaning


def _shaped(part: str, path: str, value: Json, row: Mapping[str, str]) -> dict[str, Json]:
    if isinstance(value, Mapping):
        if set(value) == {"value", "contentType"}:
            return {"modelType": "File", "value": value["value"], "contentType": value["contentType"]}
        return {"modelType": "SubmodelElementCollection", "value": _named(part, path, value)}
    if isinstance(value, list) and all(_is_language(one) for one in value):
        texts = [{"language": name, "text": text} for one in value for name, text in one.items()]
        return {"modelType": "MultiLanguageProperty", "value": texts}
    if isinstance(value, list):
        return _list([_element(part, f"{path}[]", one) for one in value], row)
    return {"modelType": "Property", "valueType": _type(value, row["value_type"]), "value": _plain(value)}


def _list(inner: list[dict[str, Json]], row: Mapping[str, str]) -> dict[str, Json]:
    kind = inner[0]["modelType"]
    told: dict[str, Json] = {"modelType": "SubmodelElementList", "typeValueListElement": kind, "value": inner}
    if kind in {"Property", "Range"}:
        told["valueTypeListElement"] = inner[0]["valueType"]
    meaning = row["list_semantic"] and {"semanticIdListElement": _reference(row["list_semantic"])}
    same = {one.get("semanticId", {}).get("keys", [{}])[0].get("value") for one in inner} == {row["list_semantic"]}
    return told | (meaning if meaning and same else {})  # AASd-107: what is in a list means what the list says


def _reference(semantic: str) -> dict[str, Json]:
    return {"type": "ExternalReference", "keys": [{"type": "GlobalReference", "value": semantic}]}


def _is_language(one: Json) -> bool:
    return isinstance(one, Mapping) and len(one) == 1 and all(len(name) in {2, 5} for name in one)


def _type(value: Json, wanted: str) -> str:
    """The template's type where the value is one of it; else the value's own."""
    if isinstance(value, bool):
        return "xs:boolean"
    if isinstance(value, int | float | Decimal):
        whole = value == int(value)
        fits = wanted in _DECIMAL or (wanted in _WHOLE and whole and (value >= 0 or wanted in {"xs:int", "xs:integer"}))
        return wanted if fits else "xs:integer" if isinstance(value, int) else "xs:decimal"
    return wanted if wanted and wanted not in _DECIMAL | _WHOLE | {"xs:boolean"} else "xs:string"


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return format(value, "f") if isinstance(value, Decimal) else str(value)
