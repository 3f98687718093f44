"""The models' own schemas and payloads in the corpus, and what a schema says of a document of ours."""

import json
from datetime import datetime

import orjson
from jsonschema import Draft4Validator, FormatChecker

from corpora import corpus
from filon.core.ident import is_uri
from filon.exchange.writing import as_json
from filon.seal.jcs import read as read_json

SAMM = {
    "GeneralProductInformation": "GeneralProductInformation/1.2.0/GeneralProductInformation-schema.json",
    "Labeling": "Labels/1.2.0/Labeling-schema.json",
    "CarbonFootprintForBatteries": "CarbonFootprint/1.2.0/CarbonFootprintForBatteries-schema.json",
    "SupplyChainDueDiligence": "SupplyChainDueDiligence/1.2.0/SupplyChainDueDiligence-schema.json",
    "MaterialComposition": "MaterialComposition/1.2.0/MaterialComposition-schema.json",
    "Circularity": "Circularity/1.2.0/Circularity-schema.json",
    "PerformanceAndDurability": "Performance/1.2.1/PerformanceAndDurability.schema",
}
IDTA = {
    "DigitalNameplate": "digital_nameplate/1.0.0/NameplateBattery-schema.json",
    "HandoverDocumentation": "handover_documentation/1.0.0/HandoverDocumentationBattery-schema.json",
    "ProductCarbonFootprint": "carbon_footprint/1.0.0/CarbonFootprintBattery-schema.json",
    "TechnicalData": "technical_data/1.0.1/TechnicalDataBattery-schema.json",
    "ProductCondition": "product_condition/1.0.1/ProductConditionBattery-schema.json",
    "MaterialComposition": "material_composition/1.0.1/MaterialCompositionBattery-schema.json",
    "Circularity": "circularity/1.0.0/CircularityBattery-schema.json",
    "DppMetadata": "dpp_metadata/1.0.0/DppMetadata-schema.json",
}
SAMM_PAYLOADS = {
    "CarbonFootprintForBatteries": "CarbonFootprint/1.2.0/CarbonFootprintForBatteries-payload.json",
    "Circularity": "Circularity/1.2.0/Circularity.json",
    "GeneralProductInformation": "GeneralProductInformation/1.2.0/GeneralProductInformation-payload.json",
    "PerformanceAndDurability": "Performance/1.2.1/PerformanceAndDurability.json",
}
IDTA_PAYLOADS = {
    "MaterialComposition": ("material_composition/1.0.1/MaterialCompositionBattery", "1.0.1"),
    "ProductCondition": ("product_condition/1.0.1/ProductConditionBattery", "1.0.1"),
    "TechnicalData": ("technical_data/1.0.0/TechnicalDataBattery", "1.0.0"),
    "DppMetadata": ("dpp_metadata/1.0.0/DppMetadata", "1.0.0"),
}


FORMATS = FormatChecker(["date"])
FORMATS.checks("date-time", ValueError)(
    lambda one: isinstance(one, str) and datetime.fromisoformat(one).tzinfo is not None
)
FORMATS.checks("uri")(lambda one: isinstance(one, str) and is_uri(one))


def load(*path):
    raw = (corpus("passport").joinpath(*path)).read_bytes()
    return json.loads(raw.decode("utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"))


def exact(*path):
    """Their payload as the importer reads it: numbers digit by digit."""
    raw = (corpus("passport").joinpath(*path)).read_bytes()
    return read_json(raw.decode("utf-16") if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else raw, exact=True)


def faults(document, schema):
    """What the model's own schema says of the bytes we would hand on."""
    checker = Draft4Validator(schema, format_checker=FORMATS)
    return [
        f"{'/'.join(map(str, one.path))}: {one.message}"[:200]
        for one in checker.iter_errors(orjson.loads(as_json(document)))
    ]
