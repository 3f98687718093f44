"""Catena-X: what we write passes their schemas, what they send becomes a footprint, and there and back loses nothing."""

import json
import re
from decimal import Decimal

import pytest
from jsonschema import Draft4Validator

from corpora import corpus
from filon.core.errors import ConflictError
from filon.core.finding import Level
from filon.exchange import catena_x
from filon.exchange.pact import check, evidence

pytestmark = pytest.mark.corpus
VALID = ("valid-cobalt-sulfate", "valid-cobalt-sulfate-deprecated", "valid-cathode-material", "valid-battery-pack")
PCF, COMPONENT = "io.catenax.pcf", "io.catenax.pcf_for_battery_component_supplier"


def pact(name):
    return json.loads((corpus("carbon") / "pact-v3-synthetic" / f"{name}.json").read_text("utf-8"))


def file(model, version, name):
    return (corpus("carbon") / "catena-x" / model / version / name).read_bytes()


def errors(payload, model=PCF, version="9.0.0", name="Pcf"):
    schema = json.loads(file(model, version, f"{name}-schema.json"))
    return [str(one.message)[:200] for one in Draft4Validator(schema).iter_errors(payload)]


@pytest.mark.parametrize("name", VALID)
def test_what_is_written_is_valid_and_comes_back(name):
    body = pact(name)
    data = catena_x.write(catena_x.to_pcf(body))
    assert errors(json.loads(data)) == []
    back = catena_x.from_pcf(json.loads(data, parse_float=Decimal))
    assert [one for one in check(back) if one.level is Level.ERROR] == []
    same = ("pcfExcludingBiogenicUptake", "fossilGhgEmissions", "landUseChangeGhgEmissions", "biogenicCO2Uptake",
            "aircraftGhgEmissions", "primaryDataShare", "referencePeriodEnd", "productMassPerDeclaredUnit")  # fmt: skip
    for member in same:
        mine, theirs = body["pcf"].get(member), back["pcf"].get(member)
        assert theirs == mine or Decimal(theirs) == Decimal(mine)
    assert back["productIds"] == body["productIds"]
    assert back["status"] == body["status"]


def test_aircraft_is_an_addend_there_and_inside_the_fossil_part_here():
    """Fossil 6.41 of it aircraft 1.41: there 5 and 1.41, here again 6.41."""
    body = pact("valid-cobalt-sulfate")
    body["pcf"]["aircraftGhgEmissions"] = "1.41"
    out = catena_x.to_pcf(body)
    stage = out["productLifeCycleStagesAndEmissions"][0]["productionStage"][0]
    assert (stage["fossilGhgEmissions"], stage["aircraftGhgEmissions"]) == (5, Decimal("1.41"))
    assert catena_x.from_pcf(out)["pcf"]["fossilGhgEmissions"] == "6.41"


def test_numbers_are_written_as_they_are():
    assert catena_x.write({"a": [Decimal("0.1000000000000000000001"), True, "é"]}) == (
        '{"a":[0.1000000000000000000001,true,"é"]}'.encode()
    )


@pytest.mark.parametrize("text", ["1e999999999", "1,5", "many", "NaN"])
@pytest.mark.parametrize("name", ["fossilGhgEmissions", "declaredUnitAmount", "pcfExcludingBiogenicUptake"])
def test_a_number_that_measures_nothing_is_a_finding_not_an_accident(name, text):
    """It is handed on as it stood: the rules of a footprint refuse it, and name it."""
    body = json.dumps(catena_x.to_pcf(pact("valid-cobalt-sulfate")), default=str)
    spoilt = re.sub(rf'"{name}": "?[\d.]+"?', f'"{name}": "{text}"', body)
    assert spoilt != body
    told = check(catena_x.from_pcf(json.loads(spoilt)))
    assert [one for one in told if one.level is Level.ERROR and name in str(one.place)]


def test_what_has_no_place_is_not_dropped():
    body = pact("valid-cobalt-sulfate")
    body["pcf"]["technologicalCO2Removals"] = "-0.1"
    with pytest.raises(ConflictError, match="technologicalCO2Removals"):
        catena_x.to_pcf(body)


@pytest.mark.parametrize(
    ("version", "kg", "amount"), [("9.0.0", "2.9", "1"), ("8.0.0", "2.9", "1"), ("6.0.0", "2", "1000")]
)
def test_the_models_own_samples_are_read(version, kg, amount):
    """Placeholders: sums do not close, one names itself as its elder: told, not refused. 6.0.0 declares 2 kg for 1 000 litres."""
    document = evidence.document(file(PCF, version, "Pcf.json"), "x.json", change=catena_x.from_pcf)
    codes = {one.code for one in document.findings}
    assert len(document.events) == 1, document.findings
    assert codes <= {"CFP-105", "CFP-106", "CFP-107", "CFP-110"}
    told = document.events[0].own("activity")[0]["ownFactor"]
    assert Decimal(told["value"]) == Decimal(kg) / Decimal(amount)
    assert told["primary"] == "56.12"
    assert told["dqr"] == {"technological": "2", "geographical": "2", "temporal": "2"}


def test_the_component_payload_is_valid_and_its_stages_sum():
    """2.5 + 1.25 + 0.03 + 0.22 = 4."""
    body = pact("valid-cobalt-sulfate")
    stages = {
        "raw": Decimal("2.5"),
        "main": Decimal("1.25"),
        "distribution": Decimal("0.03"),
        "end-of-life": Decimal("0.22"),
    }
    part = catena_x.Part("BPNL00000000AAAA", "BPNS00000000AAAA", "P-1", "C-1",
                         {"Co": (Decimal("20.9"), Decimal("13.0"), Decimal("4.2"))}, ("assay 20.9 % Co",))  # fmt: skip
    out = json.loads(catena_x.write(catena_x.component(body, stages, part)))
    assert errors(out, COMPONENT, "1.0.0", "PcfForBatteryComponentSupplier") == []
    assert out["pcfValues"]["sharesPerStage"]["absPcfValue"]["stageValue"] == 4
    with pytest.raises(ConflictError):
        catena_x.component(body, {"raw": Decimal(1)}, part)
