"""A passport as a UNTP credential: the product, what it is made of, from where, and every data point.

Origin shares stand as material provenance, the only published model that has them. Data points without a place of
their own stand in `characteristics`, by code, quantities as text: the place that UNTP leaves for an industry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from filon.core.ident import elements
from filon.exchange.lens import (
    Json,
    Lens,
    Taken,
    Written,
    address,
    fixed,
    number,
    records,
    taken,
    text,
    value_of,
    written,
)
from filon.exchange.passport_words import mass_kg
from filon.passport.passport import Passport
from filon.passport.point import Category, by_code
from filon.passport.value import plain
from filon.seal.credential import BASE
from filon.seal.stamp import stamp

Edition = Literal["0.6.1", "0.7.0"]
CONTEXTS: Mapping[Edition, str] = {
    "0.6.1": "https://test.uncefact.org/vocabulary/untp/dpp/0.6.1/",
    "0.7.0": "https://vocabulary.uncefact.org/untp/0.7.0/context/",
}
TYPES = ["DigitalProductPassport", "VerifiableCredential"]
CAS = "https://commonchemistry.cas.org/detail?cas_rn="
UNFCCC = "https://unstats.un.org/unsd/classifications/Econ/cpc/"
_CPC = ("46420", "Primary and secondary batteries", "UN Central Product Classification")
_BATTERY_ACT = "https://eur-lex.europa.eu/eli/reg/2023/1542/oj"
KG = "KGM"
_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues the credential: its DID and name."""

    did: str
    name: str


def credential(
    passport: Passport,
    issuer: Issuer,
    *,
    valid_from: datetime,
    valid_until: datetime | None = None,
    edition: Edition = "0.6.1",
    status: Mapping[str, Any] | None = None,
    evidence: list[Mapping[str, Any]] | None = None,
) -> Written:
    """The unsealed credential.

    Args:
        status: a `credentialStatus` entry.
        evidence: the log's receipts.

    Findings:
        DPP-001: UNTP requires what the passport does not say.
    """
    body = written(LENSES[edition], passport, name="untp.json")
    said = {
        "@context": [BASE, CONTEXTS[edition]],
        "type": TYPES,
        "id": f"{passport.identifier}#passport-{max(passport.version, 1)}",
        "issuer": {"type": ["CredentialIssuer"], "id": issuer.did, "name": issuer.name},
        "validFrom": stamp(valid_from),
        **({"validUntil": stamp(valid_until)} if valid_until else {}),
        "name": f"Battery passport {passport.serial or passport.identifier}",
        **({"credentialStatus": dict(status)} if status else {}),
        **({"evidence": evidence} if evidence else {}),
        "credentialSubject": body.document["credentialSubject"],
    }
    return Written(said, body.findings)


def taken_untp(document: Mapping[str, Json], *, name: str = "") -> Taken:
    """What a UNTP passport of either edition says."""
    contexts = document.get("@context") or []
    edition: Edition = "0.7.0" if any("0.7" in str(one) for one in contexts) else "0.6.1"
    return taken(LENSES[edition], document, name=name)


def _type(*names: str) -> Lens:
    return fixed("credentialSubject.type", lambda _: list(names))


def _category(passport: Passport) -> str:
    return {
        Category.EV: "Electric vehicle battery",
        Category.LMT: "Battery of a light means of transport",
        Category.INDUSTRIAL: "Industrial battery",
        Category.INDUSTRIAL_EXTERNAL: "Industrial battery with external storage",
    }[passport.category]


def _name(passport: Passport) -> Json:
    model = value_of(passport, "modelAndSerial.model")
    return f"{model}" if model else _category(passport)


def _granularity(passport: Passport) -> str:
    known = elements(passport.identifier)
    return "item" if "21" in known or not known else "batch" if "10" in known else "model"


def _party(passport: Passport, *, edition: Edition) -> Json:
    who = passport.value("responsibleOperator")
    if not isinstance(who, Mapping) or "id" not in who:
        return None
    party = {"id": who["id"], "name": who["name"]}
    return party if edition == "0.6.1" else [{"role": "operator", "party": party}]


def _plant(passport: Passport) -> Json:
    plant = passport.value("placeOfManufacture")
    if not isinstance(plant, Mapping) or "id" not in plant:
        return None
    return {"id": plant["id"], "name": plant.get("name", plant["id"])}


def _product_category(edition: Edition) -> Json:
    code, name, scheme = _CPC
    if edition == "0.6.1":
        return [{"id": f"{UNFCCC}{code}", "code": code, "name": name, "schemeID": UNFCCC, "schemeName": scheme}]
    return [{"code": code, "name": name, "schemeId": UNFCCC, "schemeName": scheme}]


def _weight(passport: Passport) -> Json:
    weight = passport.value("weight")
    return None if weight is None else {"value": weight, "unit": KG}


def provenance(passport: Passport, edition: Edition) -> list[dict[str, Any]]:
    """Materials by element and country of origin; mass fractions of the battery, rounded to a millionth.

    An unknown origin is a line without country in 0.6.1; 0.7.0 demands a country, so there it is left out.
    """
    return list(_lines(passport, edition))


def _lines(passport: Passport, edition: Edition) -> Iterator[dict[str, Any]]:
    weight = passport.value("weight")
    shares = {str(one["element"]): one for one in records(passport.value("recycledShares"))}
    known = {str(one.get("element")): one for one in records(passport.value("criticalRawMaterials"))}
    for one in records(passport.value("originShares")):
        element, country = str(one["element"]), one.get("country")
        about = known.get(element, {})
        mass = mass_kg(one, None)
        if mass is None or not isinstance(weight, Decimal) or (edition == "0.7.0" and not country):
            continue
        recycled = shares.get(element)
        yield {
            "name": about.get("name", element),
            **_country(country, edition),
            "materialType": _material(element, about, edition),
            "massFraction": (mass / weight).quantize(_PLACES),
            "mass": {"value": mass, "unit": KG},
            **_recycled(recycled),
            "hazardous": False,
        }


def _recycled(share: Mapping[str, Any] | None) -> dict[str, Any]:
    if share is None or not {"preConsumer", "postConsumer"} <= share.keys():
        return {}
    return {"recycledMassFraction": ((share["preConsumer"] + share["postConsumer"]) / 100).quantize(_PLACES)}


def _country(country: object, edition: Edition) -> dict[str, Any]:
    if not country:
        return {}
    return {"originCountry": country if edition == "0.6.1" else {"countryCode": country}}


def _material(element: str, about: Mapping[str, Any], edition: Edition) -> dict[str, Any]:
    number_ = str(about.get("cas", element))
    named = {"code": number_, "name": str(about.get("name", element)), "schemeName": "CAS Registry Number"}
    if edition == "0.6.1":
        return {"id": CAS + number_, **named, "schemeID": "https://www.cas.org/"}
    return {**named, "schemeId": "https://www.cas.org/"}


def characteristics(passport: Passport) -> dict[str, Any]:
    """Every data point that has a value, by code."""
    return {one.code: plain(one.value) for one in passport.filled() if one.value is not None}


def _characteristics_back(node: Json) -> Mapping[str, Any]:
    return {code: said for code, said in node.items() if code in by_code()} if isinstance(node, Mapping) else {}


def _emissions(passport: Passport) -> Json:
    footprint = passport.value("carbonFootprint")
    if not isinstance(footprint, Mapping) or not {"perTotalKwh", "primary"} <= footprint.keys():
        return None
    return {
        "carbonFootprint": footprint["perTotalKwh"],
        "declaredUnit": "KWH",
        "operationalScope": "CradleToGrave",
        "primarySourcedRatio": (Decimal(str(footprint["primary"])) / 100).normalize(),
    }


def _link(code: str, title: str) -> Any:
    def out(passport: Passport) -> Json:
        value = passport.value(code)
        uri = address(value)
        return None if uri is None else {"linkURL": uri, "linkName": title, "linkType": code}

    return out


def _claims(passport: Passport, edition: Edition) -> Json:
    """The declaration of conformity as a claim, its document as evidence."""
    value = passport.value("conformityDeclaration")
    uri = address(value)
    if uri is None or not isinstance(value, Mapping):
        return None
    evidence = {"linkURL": uri, "linkName": str(value.get("title", "EU declaration of conformity"))}
    if "sha256" in value and edition == "0.6.1":
        evidence |= {"hashDigest": str(value["sha256"]), "hashMethod": "SHA-256"}
    if edition == "0.6.1":
        act = {
            "id": _BATTERY_ACT,
            "name": "Regulation (EU) 2023/1542",
            "administeredBy": {"id": "https://commission.europa.eu/", "name": "European Commission"},
        }
        return [
            {
                "id": f"{passport.identifier}#conformity",
                "description": "EU declaration of conformity",
                "referenceRegulation": act,
                "conformance": True,
                "conformityTopic": "governance.compliance",
                "conformityEvidence": evidence,
            }
        ]
    return None


def _lenses(edition: Edition) -> tuple[Lens, ...]:
    product = "credentialSubject.product" if edition == "0.6.1" else "credentialSubject"
    old = edition == "0.6.1"
    return (
        fixed("credentialSubject.type", lambda _: ["ProductPassport"] if old else ["Product"]),
        *(_nested() if old else ()),
        text(f"{product}.id", "uniqueIdentifier"),
        fixed(f"{product}.name", _name, "modelAndSerial"),
        fixed(f"{product}.idScheme", _scheme, "uniqueIdentifier", must=not old),
        text(f"{product}.{'registeredId' if old else 'modelNumber'}", "modelAndSerial.model", must=False),
        text(f"{product}.{'serialNumber' if old else 'itemNumber'}", "modelAndSerial.serial", must=False),
        text(f"{product}.batchNumber", "batch", must=False),
        fixed("credentialSubject.granularityLevel" if old else f"{product}.idGranularity", _granularity),
        fixed(f"{product}.productCategory", lambda _: _product_category(edition)),
        fixed(f"{product}.{'producedByParty' if old else 'relatedParty'}", lambda p: _party(p, edition=edition),
              "responsibleOperator", must=False),
        fixed(f"{product}.producedAtFacility", _plant, "placeOfManufacture", must=not old),
        fixed(f"{product}.productionDate", _made, "dateOfManufacture", must=False),
        fixed(f"{product}.countryOfProduction", lambda p: _made_in(p, edition), "placeOfManufacture", must=not old),
        fixed(f"{product}.dimensions.weight", _weight, "weight", must=False),
        Lens(f"{product}.characteristics", characteristics, _characteristics_back, must=False),
        fixed(f"credentialSubject.{'materialsProvenance' if old else 'materialProvenance'}",
              lambda p: provenance(p, edition), "originShares", must=False),
        *(_scorecards() if old else ()),
    )  # fmt: skip


def _nested() -> tuple[Lens, ...]:
    """Of 0.6.1, where the subject is a passport that has a product."""
    return (
        fixed("credentialSubject.id", lambda p: p.identifier),
        fixed("credentialSubject.product.type", lambda _: ["Product"]),
    )


def _scorecards() -> tuple[Lens, ...]:
    return (
        fixed("credentialSubject.conformityClaim", lambda p: _claims(p, "0.6.1"), "conformityDeclaration", must=False),
        fixed("credentialSubject.emissionsScorecard", _emissions, "carbonFootprint", must=False),
        fixed("credentialSubject.circularityScorecard.recyclingInformation",
              _link("wasteInformation", "Collection and recycling"), "wasteInformation", must=False),
        fixed("credentialSubject.circularityScorecard.repairInformation",
              _link("dismantling", "Dismantling"), "dismantling", must=False),
        fixed("credentialSubject.dueDiligenceDeclaration",
              _link("dueDiligenceReport", "Due diligence report"), "dueDiligenceReport", must=False),
        number("credentialSubject.product.dimensions.weight.value", "weight", must=False),
    )  # fmt: skip


def _scheme(passport: Passport) -> Json:
    if elements(passport.identifier):
        return {"id": "https://id.gs1.org/", "name": "GS1 Digital Link"}
    return {"id": "https://www.iec.ch/identification-link", "name": "IEC 61406 identification link"}


def _made(passport: Passport) -> Json:
    month = passport.value("dateOfManufacture")
    return None if month is None else f"{month}-01"


def _made_in(passport: Passport, edition: Edition) -> Json:
    country = value_of(passport, "placeOfManufacture.country")
    return country if edition == "0.6.1" or country is None else {"countryCode": country}


LENSES: Mapping[Edition, tuple[Lens, ...]] = {"0.6.1": _lenses("0.6.1"), "0.7.0": _lenses("0.7.0")}
