"""Passport formats: ours validate against each model's own schema; theirs come in, nothing is lost, and go out valid."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import orjson
import pytest

from corpora import ROOT, corpus
from filon.app.taking import taken_file
from filon.exchange import en18223, idta, jsonld, samm
from filon.exchange.idta.aas import environment, submodels
from filon.exchange.lens import restated, taken, written
from filon.exchange.untp import Issuer, credential, taken_untp
from filon.exchange.writing import as_json
from filon.passport.passport import disclosed
from filon.passport.point import Audience
from filon.passport.value import plain
from filon.seal.jcs import read as read_json
from passport_examples import EXAMPLES, example, made, without
from passport_formats import IDTA, IDTA_PAYLOADS, SAMM, SAMM_PAYLOADS, exact, faults, load


@pytest.mark.corpus
@pytest.mark.parametrize("battery", EXAMPLES)
@pytest.mark.parametrize("aspect", SAMM)
def test_ours_validate_as_samm(battery, aspect):
    made_of = samm.written_all(example(battery))[aspect]
    assert made_of.findings == ()
    assert faults(made_of.document, load("samm-batterypass", SAMM[aspect])) == []


@pytest.mark.corpus
@pytest.mark.parametrize("battery", EXAMPLES)
@pytest.mark.parametrize("part", IDTA)
def test_ours_validate_as_idta(battery, part):
    made_of = idta.written_all(example(battery))[part]
    assert made_of.findings == ()
    assert faults(made_of.document, load("idta-02035", IDTA[part])) == []


@pytest.mark.parametrize("battery", EXAMPLES)
@pytest.mark.parametrize("edition", ["0.6.1", "0.7.0"])
def test_ours_validate_as_untp_by_an_outside_validator(battery, edition):
    from dppvalidator import ValidationEngine

    made_of = credential(
        example(battery), Issuer("did:web:id.example.com", "Atlas Packs"), valid_from=datetime(2027, 2, 18, tzinfo=UTC),
        edition=edition,
    )  # fmt: skip
    assert made_of.findings == ()
    told = ValidationEngine(
        schema_version=edition, layers=["schema", "model", "semantic"], load_plugins=False
    ).validate(orjson.loads(as_json(made_of.document)))
    assert told.valid, told.errors
    assert not told.errors


@pytest.mark.corpus
@pytest.mark.parametrize("aspect", SAMM_PAYLOADS)
def test_valid_samm_payloads_come_in_and_go_out_valid(aspect):
    theirs, schema = exact("samm-batterypass", SAMM_PAYLOADS[aspect]), load("samm-batterypass", SAMM[aspect])
    assert faults(theirs, schema) == []
    assert samm.aspect_of(theirs) == aspect
    comes_back(samm.ASPECTS[aspect], theirs, schema)


@pytest.mark.corpus
@pytest.mark.parametrize("part", IDTA_PAYLOADS)
def test_valid_idta_payloads_come_in_and_go_out_valid(part):
    path, _ = IDTA_PAYLOADS[part]
    theirs, schema = exact("idta-02035", f"{path}.json"), load("idta-02035", f"{path}-schema.json")
    assert faults(theirs, schema) == []
    assert idta.part_of(theirs) == part
    comes_back(idta.PARTS[part], theirs, schema)


def comes_back(lenses, theirs, schema):
    """Every member is taken, or reported, or no lens reads it; what we say of the same battery changes nothing else."""
    told = taken(lenses, theirs)
    battery = made(
        {"uniqueIdentifier": "https://id.example/1", "category": "ev", **{c: plain(v) for c, v in told.told.items()}}
    )
    again = restated(lenses, theirs, battery)
    assert again == theirs
    assert faults(again, schema) == []
    for code, value in told.told.items():  # what was taken is what our own writer says: a second reading agrees
        back = taken(lenses, orjson.loads(as_json(written(lenses, battery).document))).told
        assert code not in back or back[code] == value, code


@pytest.mark.corpus
def test_how_much_of_their_payloads_becomes_data_points():
    idta_told = {
        part: taken(idta.PARTS[part], load("idta-02035", f"{IDTA_PAYLOADS[part][0]}.json")) for part in IDTA_PAYLOADS
    }
    condition = idta_told["ProductCondition"].told
    # By hand from the file: 600 cycles, 70 % certified energy, 30 kWh and 56 Ah left, overcharged on 2000-01-01.
    assert (condition["cycles"], condition["stateOfCertifiedEnergy"]) == (600, Decimal(70))
    assert (condition["remainingEnergy"], condition["remainingCapacity"]) == (Decimal(30), Decimal(56))
    assert condition["negativeEvents"] == ({"what": "overcharged", "day": "2000-01-01"},)
    technical = idta_told["TechnicalData"].told
    assert technical["capacity"] == Decimal(210)
    assert technical["idleTemperature"] == {"low": Decimal(49), "high": Decimal(-19)}  # implausible, but what they said
    material = idta_told["MaterialComposition"]
    assert material.told["chemistry"]["short"] == "NMC"
    samm_told = taken(
        samm.ASPECTS["GeneralProductInformation"], load("samm-batterypass", SAMM_PAYLOADS["GeneralProductInformation"])
    )
    assert samm_told.told["weight"] == Decimal(699)
    assert samm_told.told["dateOfManufacture"] == "2025-06"
    assert samm_told.told["batteryStatus"] == "original"
    nonsense = taken(samm.ASPECTS["Circularity"], load("samm-batterypass", SAMM_PAYLOADS["Circularity"]))
    assert "DPP-002" in {one.code for one in nonsense.findings}  # 2.5e38 % renewable is no percentage


@pytest.mark.parametrize("name", samm.ASPECTS)
def test_a_changed_value_changes_only_its_member(name):
    battery = example("ev")
    lenses = samm.ASPECTS[name]
    document = orjson.loads(as_json(written(lenses, battery).document)) | {"foreign": {"kept": 1}}
    assert restated(lenses, document, made_like(battery, taken(lenses, document).told)) == document
    told = taken(lenses, document).told
    if "weight" in told:
        heavier = restated(lenses, document, example("ev", weight="500"))
        assert heavier["batteryMass"] == 500
        assert heavier["foreign"] == {"kept": 1}


def made_like(battery, told):
    return made({"uniqueIdentifier": battery.identifier, "category": "ev", **{c: plain(v) for c, v in told.items()}})


def test_what_is_missing_is_reported_and_never_invented():
    poor = without(example("ev"), "weight", "warranty")
    told = samm.written_all(poor)["GeneralProductInformation"]
    assert {one.values["member"] for one in told.findings} == {"batteryMass", "warrentyPeriod"}
    assert "batteryMass" not in told.document


def test_a_stranger_gets_nothing_restricted_in_any_format():
    public = disclosed(example("ev"), {Audience.PUBLIC})
    everything = b"".join(
        [
            *(as_json(one.document) for one in samm.written_all(public).values()),
            *(as_json(one.document) for one in idta.written_all(public).values()),
            as_json(en18223.document(public)),
            as_json(en18223.document(public, full=True)),
            as_json(jsonld.document(public)),
        ]
    )
    for secret in (b"type-test", b"parts@atlas-packs.example", b"deep discharge", b"AP-M-12"):
        assert secret not in everything
        assert secret in as_json(en18223.document(example("ev")))


@pytest.mark.parametrize("battery", EXAMPLES)
@pytest.mark.parametrize("full", [True, False])
def test_en18223_says_every_point_and_reads_it_back(battery, full):
    passport = example(battery)
    said = en18223.document(passport, full=full)
    back = en18223.taken_en18223(read_json(as_json(said), exact=True))
    assert back.findings == ()
    assert dict(back.told) == {one.code: one.value for one in passport.filled()}
    if full:
        assert en18223.compressed(said) == en18223.document(passport)


@pytest.mark.parametrize("battery", EXAMPLES)
def test_jsonld_and_untp_read_back_what_they_say(battery):
    passport = example(battery)
    every = {one.code: one.value for one in passport.filled()}
    assert dict(jsonld.taken_jsonld(orjson.loads(as_json(jsonld.document(passport)))).told) == every
    for edition in ("0.6.1", "0.7.0"):
        made_of = credential(
            passport, Issuer("did:web:x.example", "X"), valid_from=datetime(2027, 1, 1, tzinfo=UTC), edition=edition
        )
        assert dict(taken_untp(orjson.loads(as_json(made_of.document))).told) == every


FOREIGN = [
    "examples/battery-product.en18223.json",
    *(f"examples/source-documents/{name}.source.json" for name in ("ev", "lmt", "stationary", "other-industrial")),
]


@pytest.mark.corpus
@pytest.mark.parametrize("path", FOREIGN)
def test_foreign_en18223_documents_come_in(path):
    said = read_json((corpus("passport") / "openepcis" / path).read_bytes(), exact=True)
    told = en18223.taken_en18223(said).told
    assert len(told) >= 8
    assert told["capacity"] > 0
    assert en18223.compressed(said)["digitalProductPassportId"] == told["uniqueIdentifier"]


@pytest.mark.corpus
@pytest.mark.parametrize(
    "name", ["batterypass-ev-item", "batterypass-lmt-item", "battery-product", "portable-ebike-battery"]
)
def test_foreign_jsonld_documents_come_in(name):
    said = read_json((corpus("passport") / "openepcis/examples" / f"{name}.jsonld").read_bytes(), exact=True)
    told = jsonld.taken_jsonld(said).told
    assert told["uniqueIdentifier"].startswith("https://")
    assert len(told) >= 3


@pytest.mark.corpus
def test_json_ld_expands_to_our_terms_by_an_outside_processor():
    from pyld import jsonld as processor

    said = orjson.loads(as_json(jsonld.document(example("ev"))))
    (expanded,) = processor.expand(said, {"documentLoader": _no_network})
    term = expanded["https://w3id.org/filon/points/weight"]
    assert term == [{"@type": "http://www.w3.org/2001/XMLSchema#decimal", "@value": "412.5"}]
    assert expanded["@id"] == said["id"]


def _no_network(url, _options):
    raise AssertionError(url)


def test_elements_are_found_by_their_path():
    said = en18223.document(example("ev"))
    assert en18223.element_at(said, "$.nominalVoltage.value") == Decimal(395)
    assert en18223.element_at(said, "$['originShares'][0]['country']") == "MA"
    assert en18223.element_at(said, "$.nothing") is None


# ---- AAS environments


def keys(element):
    return [one["value"] for one in element.get("semanticId", {}).get("keys", ())]


def walked(part, path, elements, listed=False):
    """(path with the AAS's own names, element) of every element below."""
    for one in elements:
        here = f"{path}[]" if listed else f"{path}.{one['idShort']}".lstrip(".")
        yield here, one
        inner = one.get("value") if one["modelType"].startswith("SubmodelElement") else None
        yield from walked(part, here, inner or (), one["modelType"] == "SubmodelElementList")


def templates():
    """{(part, path): element} of the published templates and examples, read anew."""
    found = {}
    for file in sorted(corpus("passport").glob("idta-02035-aas/*.json"), key=lambda one: "template" not in one.name):
        for one in json.loads(file.read_text("utf-8-sig"))["submodels"]:
            found.setdefault((one["idShort"], ""), one)
            for path, element in walked(one["idShort"], "", one["submodelElements"]):
                found.setdefault((one["idShort"], path), element)
    return found


NOT_IN_TEMPLATES = {"AddressInformation", "CycleLifeReferenceTest"}
"""Elements of the plain form for which the AAS templates have none: parts of an address, the reference test."""


@pytest.mark.corpus
@pytest.mark.parametrize("battery", EXAMPLES)
def test_each_aas_element_is_named_typed_and_means_what_its_template_says(battery):
    theirs = templates()
    parts = {name: one.document for name, one in idta.written_all(example(battery)).items() if one.document}
    ours = orjson.loads(as_json(environment(parts, example(battery).identifier)))
    assert len(ours["submodels"]) == 8
    seen = set()
    for submodel in ours["submodels"]:
        root = submodel["idShort"]
        assert keys(submodel) == keys(theirs[root, ""])
        for path, element in walked(root, "", submodel["submodelElements"]):
            if (root, path) not in theirs:
                assert NOT_IN_TEMPLATES & set(path.replace("[]", "").split(".")), path
                continue
            other = theirs[root, path]
            assert (keys(element), element["modelType"]) == (keys(other), other["modelType"]), path
            assert element.get("valueType") in {other.get("valueType"), "xs:decimal"}, path
            seen.add(path)
    assert len(seen) > 120


@pytest.mark.parametrize("battery", EXAMPLES)
def test_our_aas_environments_keep_every_constraint_by_an_outside_verifier(battery):
    from aas_core3 import jsonization, verification

    parts = {name: one.document for name, one in idta.written_all(example(battery)).items() if one.document}
    ours = jsonization.environment_from_jsonable(orjson.loads(as_json(environment(parts, example(battery).identifier))))
    assert [f"{one.path}: {one.cause}" for one in verification.verify(ours)] == []


@pytest.mark.parametrize("battery", EXAMPLES)
def test_an_aas_environment_says_what_the_plain_parts_say(battery):
    parts = {name: one.document for name, one in idta.written_all(example(battery)).items() if one.document}
    back = dict(submodels(orjson.loads(as_json(environment(parts, "https://x.example/1")))))
    assert back.keys() == parts.keys()
    for name, lenses in idta.PARTS.items():
        assert taken(lenses, back[name]).told == taken(lenses, parts[name]).told, name


@pytest.mark.corpus
@pytest.mark.parametrize(("file", "points"), [("part-1", 4), ("part-4", 10), ("part-7", 0), ("dpp-02099-1", 0)])
def test_published_aas_examples_come_in(file, points):
    """Read by hand: part 1 says address, maker, both days; part 7 and the metadata are examples without values."""
    form, told = taken_file((corpus("passport") / f"idta-02035-aas/{file}-example.json").read_bytes(), name=file)
    assert form == "idta-aas"
    assert len(told.told) >= points, sorted(told.told)
    assert bool(told.told) == bool(points)


assert ROOT
