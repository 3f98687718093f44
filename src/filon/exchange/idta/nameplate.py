"""IDTA 02035: the nameplate, the documents handed over, and the footprint."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from filon.exchange.idta.paper import maker_id, papers
from filon.exchange.lens import (
    Json,
    Lens,
    address,
    fixed,
    records,
    text,
    value_of,
    words,
)
from filon.passport.passport import Passport

_STATUS = {one: one for one in ("original", "repurposed", "re-used", "remanufactured", "waste")}


def _told(path: str, key: str, *, must: bool = True) -> Lens:
    """A text in one language."""

    def out(passport: Passport) -> Json:
        said = value_of(passport, key)
        return None if said is None else [{"en": str(said)}]

    def back(node: Json) -> Mapping[str, Any]:
        first = node[0] if isinstance(node, list) and node else node
        return {key: next(iter(first.values()))} if isinstance(first, dict) and first else {}

    return Lens(path, out, back, must, (key.partition(".")[0],))


def _day(key: str, day: str = "") -> Any:
    def out(passport: Passport) -> Json:
        said = passport.value(key)
        return None if said is None else f"{said}{day}"

    return out


def _markings(passport: Passport) -> Json:
    told = []
    for code in ("collectionSymbol", "metalSymbols"):
        value = passport.value(code)
        for one in records(value) if isinstance(value, tuple) else [value]:
            if isinstance(one, Mapping) and (picture := address(one.get("symbol"))):
                symbol = one.get("symbol")
                media = symbol.get("media", "image/svg+xml") if isinstance(symbol, Mapping) else "image/svg+xml"
                told.append({"MarkingName": one["subject"], "MarkingFile": {"value": picture, "contentType": media}})
    return told


NAMEPLATE = (
    text("URIOfTheProduct", "uniqueIdentifier"),
    _told("ManufacturerName", "manufacturer"),
    _told("AddressInformation.NationalCode", "manufacturerAddress.country"),
    _told("AddressInformation.CityTown", "manufacturerAddress.city"),
    _told("AddressInformation.Street", "manufacturerAddress.street"),
    _told("AddressInformation.ZipCode", "manufacturerAddress.postcode"),
    text("AddressInformation.AddressOfAdditionalLink", "manufacturerContact.web", must=False),
    text("AddressInformation.Email.EmailAddress", "manufacturerContact.email", must=False),
    fixed("SerialNumber", lambda p: value_of(p, "modelAndSerial.serial"), "modelAndSerial"),
    Lens("DateOfManufacture", _day("dateOfManufacture", "-01"), lambda node: {"dateOfManufacture": node[:7]},
         codes=("dateOfManufacture",)),
    text("DateOfPuttingIntoService", "putIntoService", must=False),
    text("UniqueFacilityIdentifier", "placeOfManufacture.id"),
    words("LifeCycleStage", "batteryStatus", _STATUS),
    text("OperatorIdentifier", "responsibleOperator.id", must=False),
    fixed("ManufacturerIdentifier", maker_id, "responsibleOperator"),
    fixed("Markings", _markings, "collectionSymbol", "metalSymbols"),
    papers("EUDeclarationOfConformity", "conformityDeclaration"),
    papers("ResultsOfTestReportsProvingCompliance", "testReports"),
)  # fmt: skip


def _handover(passport: Passport) -> Json:
    told = []
    for code in (
        "conformityDeclaration",
        "testReports",
        "instructions",
        "dismantling",
        "safetyMeasures",
        "wasteInformation",
    ):
        value = passport.value(code)
        for one in records(value) if isinstance(value, tuple) else [value]:
            if isinstance(one, Mapping) and (uri := address(one)):
                told.append(_paper(code, one, uri))  # noqa: PERF401 - three conditions read better as lines
    return told


_DECLARATION, _DISMANTLING = ("02-04", "Certificates, declarations"), ("03-04", "Maintenance, dismantling")
_VDI = {  # classes of documents of VDI 2770
    "conformityDeclaration": _DECLARATION,
    "testReports": _DECLARATION,
    "instructions": ("03-02", "Operation"),
    "dismantling": _DISMANTLING,
    "safetyMeasures": ("03-03", "General safety"),
    "wasteInformation": _DISMANTLING,
}


def _paper(code: str, one: Mapping[str, Any], uri: str) -> dict[str, Any]:
    class_id, class_name = _VDI[code]
    language = one.get("language", "en")
    return {
        "DocumentIds": [{"DocumentDomainId": "URI", "DocumentIdentifier": uri, "DocumentIsPrimary": True}],
        "DocumentClassifications": [
            {"ClassId": class_id, "ClassName": [{"en": class_name}], "ClassificationSystem": "VDI2770:2018"}
        ],
        "DocumentVersions": [
            {
                "Language": [language],
                "Title": [{language: one.get("title", code)}],
                "DigitalFiles": [{"value": uri, "contentType": one.get("media", "application/octet-stream")}],
            }
        ],
    }


HANDOVER = (fixed("Documents", _handover, "instructions", "dismantling", "safetyMeasures"),)


def _footprint(passport: Passport) -> Json:
    footprint = passport.value("carbonFootprint")
    if not isinstance(footprint, Mapping) or "perTotalKwh" not in footprint or "study" not in footprint:
        return None
    quality = value_of(passport, "carbonFootprintLabel.class")
    if quality is None:
        return None
    return [
        {
            "PcfCalculationMethods": [footprint.get("method", "Regulation (EU) 2023/1542, Annex II")],
            "PcfCo2eq": footprint["perTotalKwh"],
            "ReferenceImpactUnitForCalculation": "kwH",
            "QuantityOfMeasureForCalculation": Decimal(1),
            "LifeCyclePhases": ["A1-A3", "A4 - transport to final destination", "C1-C4"],
            "PerformanceClass": quality,
            "WebLinkToPublicCarbonFootprintStudy": [footprint["study"]],
        }
    ]


FOOTPRINT = (fixed("ProductCarbonFootprints", _footprint, "carbonFootprint", "carbonFootprintLabel"),)
