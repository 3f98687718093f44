"""What is said of data points: read strictly, nearest and latest counts, every order the same, nothing lost."""

from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filon.passport.point import Level, point
from filon.passport.point import points as table
from filon.passport.statement import Sayings, level, statements
from filon.passport.value import plain, read
from passport_events import GTIN, OTHER, PACK, points
from story import said

PLANT, ELSEWHERE = "https://example.com/site/a", "https://example.com/site/b"


def sayings(*events):
    told, findings = statements(said(*events))
    assert not findings
    return Sayings.of(told)


def codes(*events):
    return [one.code for one in statements(said(*events))[1]]


def test_the_nearest_and_latest_counts_and_nothing_that_begins_later():
    """The model weighs 412 kg, from day 10 on 415 kg; this battery was weighed: 413 kg."""
    model, heavier = points(0, GTIN, weight="412"), points(10, GTIN, weight="415")
    own = points(5, PACK, weight="413")
    about = (PACK, GTIN)
    assert sayings(model, heavier).best("weight", about).value == Decimal(415)
    assert sayings(model, heavier).best("weight", about, on=date(2027, 3, 10)).value == Decimal(412)
    assert sayings(model, heavier, own).best("weight", about).value == Decimal(413)
    assert sayings(model, heavier, own).best("weight", (OTHER, GTIN)).value == Decimal(415)
    assert [one.value for one in sayings(heavier, model).history("weight", about)] == [Decimal(412), Decimal(415)]


def test_what_is_said_for_a_plant_holds_there_only():
    told = sayings(points(0, GTIN, weight="412"), points(0, GTIN, plant=PLANT, weight="409"))
    assert told.best("weight", (GTIN,), PLANT).value == Decimal(409)
    assert told.best("weight", (GTIN,), ELSEWHERE).value == Decimal(412)


def test_the_order_of_learning_does_not_matter():
    events = [points(0, GTIN, weight="1"), points(0, GTIN, weight="2"), points(3, PACK, weight="3")]
    for order in permutations(events):
        assert sayings(*order).best("weight", (GTIN,)).value == sayings(*events).best("weight", (GTIN,)).value


@pytest.mark.parametrize(
    ("code", "event"),
    [
        ("PAS-001", points(0, GTIN, colour="red")),
        ("PAS-002", points(0, GTIN, weight="heavy")),
        ("PAS-002", points(0, GTIN, weight="")),
        ("PAS-002", points(0, GTIN, renewableContent="101")),
        ("PAS-002", points(0, GTIN, hazardousSubstances=[{"cas": "7440-48-4"}])),
        ("PAS-002", points(0, GTIN, hazardousSubstances=[{"name": "Cobalt", "cas": "7440-48-5"}])),
        ("PAS-002", points(0, GTIN, {"point": "weight", "value": "1", "until": "tomorrow"})),
        ("PAS-003", points(0, GTIN, stateOfCertifiedEnergy="98")),
        ("PAS-004", points(0, PACK, batteryStatus="waste")),
        ("PAS-004", points(0, PACK, uniqueIdentifier="https://example.com/x")),
    ],
)
def test_what_cannot_be_said_is_told_by_its_code(code, event):
    assert codes(event) == [code]


def test_a_condition_can_be_said_without_a_value():
    told = sayings(points(0, GTIN, {"point": "warranty", "holds": "false"}))
    assert told.holds("warranty", (PACK, GTIN)) is False
    assert told.best("warranty", (PACK, GTIN)) is None


def test_two_values_for_one_moment_are_told():
    told, _ = statements(said(points(0, GTIN, weight="1"), points(0, GTIN, weight="2")))
    assert [one.code for one in Sayings.of(told).conflicts((GTIN,))] == ["PAS-006"]
    same, _ = statements(said(points(0, GTIN, weight="1"), points(1, GTIN, weight="2")))
    assert not list(Sayings.of(same).conflicts((GTIN,)))


def test_levels_by_hand():
    assert level(PACK) is Level.ITEM
    assert level(GTIN) is Level.MODEL
    assert level(f"{GTIN}/10/A7") is Level.BATCH


SAMPLES = {
    "weight": "412.50",
    "chemistry": {"short": "NMC", "name": "Nickel manganese cobalt"},
    "extinguishingAgent": ["class D", "water mist"],
    "originalPower": [{"soc": "80", "watts": "150000"}, {"soc": "20", "watts": "120000"}],
    "manufacturerAddress": {"street": "1 rue du Port", "postcode": "59140", "city": "Dunkerque", "country": "FR"},
    "conformityDeclaration": {"sha256": "A" * 64, "title": "DoC 7"},
    "idleTemperature": {"low": "-20", "high": "60"},
    "spareSources": [{"name": "Volt", "parts": [{"number": "P-7"}]}],
    "category": "lmt",
}


@pytest.mark.parametrize("code", SAMPLES)
def test_values_of_every_shape_are_read_and_written_the_same(code):
    value, expected = read(point(code), SAMPLES[code])
    assert expected == ""
    again, expected = read(point(code), plain(value))
    assert (again, expected) == (value, "")
    assert isinstance(value, tuple) == point(code).many


@given(st.sampled_from(table()), st.recursive(st.none() | st.booleans() | st.text(max_size=8) | st.integers() |
       st.decimals(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
       ["name", "value", "soc", "sha256", "x"]), inner, max_size=3), max_leaves=6))  # fmt: skip
def test_whatever_is_said_is_a_value_or_an_expectation_never_an_error(one, rubbish):
    value, expected = read(one, rubbish)
    assert (value is None) == bool(expected)
