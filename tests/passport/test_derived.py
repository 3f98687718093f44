"""Derived values by hand: the 0.1 % of critical raw materials, shares with an unknown battery, declared beside computed."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from filon.accounts.recycled import POST, PRE
from filon.books.journal import UNKNOWN
from filon.books.post import post
from filon.books.register import EPC_CLASS, LOCATION, Register
from filon.epcis.event import FILON, Event, QuantityElement
from filon.passport.derived import composition, percent, recycled_share
from filon.passport.grounds import Grounds, Matter
from filon.passport.make import passport
from filon.passport.passport import Standing
from filon.passport.statement import Sayings, statements
from passport_events import GTIN, PACK, points
from story import said, traits

SITE = "https://example.com/site/works"
CELLS = "https://id.gs1.org/01/09521299000083/10/1"
ON = datetime(2027, 6, 1, tzinfo=UTC).date()


def test_critical_raw_materials_begin_above_a_thousandth():
    """400 kg: 400.000 g of cobalt are exactly 0.1 % and not above it; a milligram more is. Iron is not critical."""
    weight = 400_000_000
    at, above = ({"mass": weight, "Co": mg, "Fe": weight // 2} for mg in (400_000, 400_001))
    assert composition(at, weight, critical=True)[0] == ()
    assert [row["element"] for row in composition(above, weight, critical=True)[0]] == ["Co"]
    assert [row["element"] for row in composition(at, weight)[0]] == ["Fe", "Co"]


def test_what_nobody_measured_is_a_gap_and_no_row():
    rows, gaps = composition({"Co": None, "Ni": 5_000_000}, 100_000_000)
    assert ([row["element"] for row in rows], gaps) == (["Ni"], ("Co",))
    assert rows[0]["percent"] == Decimal("5.0000")


def test_a_group_with_an_unknown_battery_has_no_share():
    """6 kg and 4 kg, of which 1 kg from scrap and 1.5 kg from batteries: 25 %; unknown origin never counts."""
    known = [({PRE: 1_000_000, "primary": 5_000_000}, 1), ({POST: 1_500_000, UNKNOWN: 2_500_000}, 1)]
    share = recycled_share("Co", known)
    assert (share.value, share.batteries, share.unknown) == (Decimal("25.0000"), 2, 2_500_000)
    assert share.row() == {"element": "Co", "preConsumer": 10, "postConsumer": 15, "unclassed": 0, "known": 75}
    assert recycled_share("Co", [*known, (None, 1)]).value is None
    assert recycled_share("Li", [({}, 1)]).value is None


def test_percent_is_rounded_half_to_even_at_four_decimals():
    """1/3 = 33.3333 %; 5 of 10^7 = 0.00005 % goes to 0.0000, 15 of 10^7 = 0.00015 % to 0.0002."""
    assert percent(1, 3) == Decimal("33.3333")
    assert percent(5, 10_000_000) == Decimal("0.0000")
    assert percent(15, 10_000_000) == Decimal("0.0002")


def grounds(*more):
    """One pack of ten cells with 40 % recycled cobalt, and what is said of its model."""
    register = Register.of([
        (LOCATION, SITE, {FILON + "country": "FR", FILON + "kind": "pack"}),
        (EPC_CLASS, GTIN, {FILON + "form": "pack"}), (EPC_CLASS, CELLS.rpartition("/10/")[0], {FILON + "form": "cell"}),
    ])  # fmt: skip
    at = datetime(2027, 1, 5, tzinfo=UTC)
    cam = "https://example.com/lot/cam"
    events = [
        Event("ObjectEvent", at, "+00:00", action="ADD", bizStep="commissioning", bizLocation=SITE,
              quantityList=(QuantityElement(cam, Decimal(100), "KGM"),),
              ilmd=traits(Co="6", recycled="40", recycledKind="post-consumer", origin=SITE)),
        Event("TransformationEvent", at.replace(day=7), "+00:00", bizLocation=SITE,
              inputQuantityList=(QuantityElement(cam, Decimal(100), "KGM"),),
              outputQuantityList=(QuantityElement(CELLS, Decimal(10)),), ilmd=traits(form="cell", pieceMass="12")),
        Event("AggregationEvent", at.replace(day=9), "+00:00", action="ADD", bizStep="assembling", parentID=PACK,
              bizLocation=SITE, childQuantityList=(QuantityElement(CELLS, Decimal(10)),)),
        *more,
    ]  # fmt: skip
    told = said(*events)
    return Grounds(Matter(post(told, register), None), Sayings.of(statements(told)[0]), {}, len(told))


@pytest.mark.parametrize(
    ("declared", "standing"),
    [
        (None, Standing.COMPUTED),
        ("40.5", Standing.COMPUTED),
        ("40.6", Standing.INCONSISTENT),
        ("16", Standing.INCONSISTENT),
    ],
)
def test_what_is_declared_stands_beside_what_is_computed(declared, standing):
    """40 % follows from the books. Half a point is measuring, more is a contradiction: both are shown, neither is hidden."""
    said_of = [points(-40, GTIN, recycledCobalt=declared)] if declared else []
    one = passport(grounds(*said_of), PACK, on=ON)
    assert one.value("recycledCobalt") == Decimal("40.0000")
    assert one["recycledCobalt"].standing is standing
    assert ("PAS-007" in [each.code for each in one.findings]) == (standing is Standing.INCONSISTENT)
    assert one["recycledCobalt"].why.also == (Decimal(declared) if standing is Standing.INCONSISTENT else None)
    assert one.value("placeOfManufacture") == {"id": SITE, "country": "FR"}
    assert one.value("dateOfManufacture") == "2027-01"
