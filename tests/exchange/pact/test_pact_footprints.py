"""PACT footprints: valid ones pass, each single edit is refused or told, and what is issued is valid."""

import copy
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from carbon_story import leg, places, power, used
from corpora import corpus
from filon.accounts.carbon.account import carbon_account
from filon.accounts.carbon.activity import activities
from filon.accounts.carbon.factor import Factors
from filon.books.post import post
from filon.core.errors import ConflictError
from filon.core.finding import Level
from filon.exchange.pact import Issuer, check, issue, take
from story import birth, lot, said

pytestmark = pytest.mark.corpus
VALID = ("valid-cobalt-sulfate", "valid-cobalt-sulfate-deprecated", "valid-cathode-material", "valid-battery-pack")


def sample(name: str) -> dict:
    return json.loads((corpus("carbon") / "pact-v3-synthetic" / f"{name}.json").read_text("utf-8"))


def edits() -> list[dict]:
    from corpora import ROOT

    path = ROOT / "carbon/pact-v3-synthetic/invalid.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else [{"name": "no corpus"}]


def edited(edit: dict) -> dict:
    body = copy.deepcopy(sample(edit["base"].removesuffix(".json")))
    *way, last = edit["path"].split("/")[1:]
    at = body
    for name in way:
        at = at[int(name)] if isinstance(at, list) else at[name]
    if edit["op"] == "remove":
        del at[last]
    else:
        at[last] = edit["value"]
    return body


@pytest.mark.parametrize("name", VALID)
def test_a_valid_footprint_has_no_findings(name):
    assert check(sample(name)) == []


@pytest.mark.parametrize("edit", edits(), ids=lambda edit: edit["name"])
def test_each_single_edit_is_refused_or_told(edit):
    """Layer schema: an error. Layer rule: a warning, and the footprint is taken. Layer import-only: a note.

    A wrong sign is an error in both layers: that the published pattern lets some through is its slip.
    """
    corpus("carbon")
    findings = check(edited(edit))
    level = {"schema": Level.ERROR, "rule": Level.WARNING, "import-only": Level.NOTE}[edit["layer"]]
    if edit["name"] in {"amount-negative-fraction", "uptake-positive-trailing-zero"}:
        assert {one.code for one in findings} >= {"CFP-104"}
        level = Level.ERROR
    assert max({one.level for one in findings}, key=[Level.NOTE, Level.WARNING, Level.ERROR].index) is level
    if level is not Level.NOTE:
        assert any(one.place.pointer.startswith(edit["path"].rsplit("/", 1)[0]) for one in findings)


def test_a_sum_that_is_open_is_told_with_both_figures():
    """The sample says 6.50, its parts sum to 6.42."""
    edit = next(one for one in edits() if one["name"] == "identity-open")
    told = next(one for one in check(edited(edit)) if one.code == "CFP-105")
    assert (told.values["total"], told.values["sum"]) == ("6.50", "6.42")


@pytest.mark.parametrize(("member", "value", "code"), [
    ("technologicalCO2CaptureOrigin", 5, "CFP-102"), ("boundaryProcessesDescription", {}, "CFP-102"),
    ("allocationRulesDescription", 1, "CFP-102"), ("exemptedEmissionsDescription", [], "CFP-102"),
    ("ccuCalculationApproach", "cutoff", "CFP-102"), ("ccuCreditCertification", "here", "CFP-102"),
    ("verification", {"coverage": "all"}, "CFP-102"), ("verification", {"completedAt": "2026"}, "CFP-102"),
    ("verification", [], "CFP-102"), ("primaryDataShare", 48, "CFP-102"), ("primaryDataShare", "4.8E1", "CFP-102"),
    ("pcfExcludingBiogenicUptake", "NaN", "CFP-102"), ("pcfExcludingBiogenicUptake", "1,5", "CFP-102"),
    ("pcfExcludingBiogenicUptake", ".5", "CFP-102"), ("referencePeriodEnd", "2024-01-01T00:00:00Z", "CFP-114"),
    ("referencePeriodEnd", "2026-01-01", "CFP-102"), ("geographyCountry", "ma", "CFP-102"),
    ("ipccCharacterizationFactors", [], "CFP-102"), ("ipccCharacterizationFactors", ["AR6", "AR6"], "CFP-102"),
])  # fmt: skip
def test_optional_members_are_looked_at_too(member, value, code):
    corpus("carbon")
    body = sample("valid-battery-pack")
    body["pcf"][member] = value
    assert code in {one.code for one in check(body)}


@pytest.mark.parametrize(("member", "value"), [
    ("verification", {}), ("verification", {"coverage": "PCF program", "completedAt": "2026-01-01T00:00:00Z", "own": 1}),
    ("ccuCalculationApproach", "Cut-off"), ("ccuCreditCertification", "https://x.example/c"), ("boundaryProcessesDescription", ""),
    ("pcfExcludingBiogenicUptake", "+5213.90"), ("somethingNew", {"a": 1}),
])  # fmt: skip
def test_what_is_written_well_is_let_be(member, value):
    corpus("carbon")
    body = sample("valid-battery-pack")
    body["pcf"][member] = value
    assert check(body) == []


def test_a_validity_that_ends_before_it_begins_is_told():
    corpus("carbon")
    body = sample("valid-battery-pack")
    body |= {
        "validityPeriodStart": body["pcf"]["referencePeriodEnd"],
        "validityPeriodEnd": body["pcf"]["referencePeriodEnd"],
    }
    assert [(one.code, one.place.pointer) for one in check(body)] == [("CFP-114", "/validityPeriodEnd")]


def test_a_taken_footprint_is_an_activity_of_its_standing():
    """The pack sample: 5213.9 kg CO2e a piece, 48 % primary; three pieces of it in a lot."""
    taken, findings = take(sample("valid-battery-pack"))
    assert findings == []
    assert taken
    assert (taken.per, taken.kg, taken.primary) == ("H87", Decimal("5213.9"), 48)
    member = taken.member(Decimal(3))
    assert (member["amount"], member["uom"]) == ("3", "H87")
    assert member["ownFactor"]["value"] == "5213.9"
    assert member["ownFactor"]["primary"] == "48.0"
    made = account(birth(1, "plant", "P", "3", uom=None, form="pack", origin="m"),
                   used(2, "plant", member, since="2026-01-01", until="2026-01-31"))  # fmt: skip
    one = made.footprint(lot("P"))
    assert (one.total(), one.primary_share(), one.whole) == (Decimal("5213.9"), 48, True)


def test_anything_else_is_refused_not_crashed_on():
    for body in (None, [], "x", 7, {}, {"pcf": []}, {"pcf": {"dqi": 3}}):
        taken, findings = take(body)
        assert taken is None
        assert any(one.level is Level.ERROR for one in findings)


def account(*events):
    told = said(*events)
    listed, _ = activities(told)
    return carbon_account(post(told, places(plant="FR")), listed, Factors.standard())


ISSUER = Issuer("Atelier", ("urn:pact:example.com:company-id:1",), ("urn:pact:example.com:product-id:S",), "d", "S",
                Decimal(1), country="FR")  # fmt: skip
YEAR = {"start": datetime(2026, 1, 1, tzinfo=UTC), "end": datetime(2027, 1, 1, tzinfo=UTC)}
NOW = datetime(2027, 2, 1, tzinfo=UTC)


def test_what_is_issued_is_valid_and_says_the_account_s_figures():
    """100 kWh x 0.056039 = 5.6039 and 10 tkm by air at 1.0 = 10: 15.6039 kg on 100 kg: 0.156039, of it air 0.1."""
    made = account(birth(1, "plant", "S", "100", form="CoSO4·7H2O", origin="m"),
                   used(2, "plant", power("100"), leg("10", "1.0", "air"), since="2026-01-01", until="2026-01-31"))  # fmt: skip
    body = issue(made.footprint(lot("S")), ISSUER, now=NOW, **YEAR)
    assert check(json.loads(json.dumps(body))) == []
    pcf = body["pcf"]
    assert (pcf["pcfExcludingBiogenicUptake"], pcf["aircraftGhgEmissions"]) == ("0.156039", "0.1")
    assert pcf["primaryDataShare"] == "100"
    assert pcf["ipccCharacterizationFactors"] == ["AR6"]
    again = issue(made.footprint(lot("S")), ISSUER, now=datetime(2028, 1, 1, tzinfo=UTC), **YEAR)
    assert again["id"] == body["id"]
    later = issue(made.footprint(lot("S")), ISSUER, now=NOW, start=YEAR["start"], end=datetime(2026, 7, 1, tzinfo=UTC),
                  preceding=[body["id"]])  # fmt: skip
    assert later["id"] != body["id"]
    assert later["precedingPfIds"] == [body["id"]]
    taken, _ = take(body)
    assert taken
    assert taken.kg == Decimal("0.156039")


def test_a_footprint_with_gaps_is_not_issued():
    made = account(birth(1, "plant", "S", "100", form="CoSO4·7H2O", origin="m"))
    with pytest.raises(ConflictError, match="no data"):
        issue(made.footprint(lot("S")), ISSUER, now=NOW, **YEAR)
