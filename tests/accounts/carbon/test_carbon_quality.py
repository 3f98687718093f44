"""Data quality, what is told beside the footprint, rulesets and the law, each by hand."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from carbon_story import places, power, used
from filon.accounts.carbon import ruleset
from filon.accounts.carbon.account import carbon_account
from filon.accounts.carbon.activity import activities
from filon.accounts.carbon.factor import Factors
from filon.accounts.carbon.line import Variant
from filon.accounts.carbon.quality import quality
from filon.accounts.carbon.ruleset import Ruleset, legal, lifetime_kwh, performance_class, rulesets
from filon.books.post import post
from filon.core.tables import Table
from story import birth, lot, said

MONTH = {"since": "2026-01-01", "until": "2026-01-31"}


def footprint(*members):
    told = said(birth(1, "plant", "S", "100", form="CoSO4·7H2O", origin="m"), used(2, "plant", *members, **MONTH))
    listed, findings = activities(told)
    assert findings == []
    return carbon_account(post(told, places(plant="FR")), listed, Factors.standard()).footprint(lot("S"))


def gas(flow, kg):
    return {"flow": flow, "amount": kg, "uom": "KGM"}


def test_ratings_are_weighed_by_emissions():
    """Grid of FR 2023 in 2026: technology 3 (confirmed), geography 1, 3 years off: 2; 100 kWh x 0.056039 = 5.6039 kg.
    Own factor, rated by nobody: 1, 1, 1; 100 kWh x 0.056039 the same kg. Means: 2, 1, 1.5."""
    one = footprint(power("100"), power("100", "0.056039"))
    assert quality(one) == {"technological": 2, "geographical": 1, "temporal": Decimal("1.5")}


def test_the_sender_s_ratings_come_first():
    """5 kg rated 2, 4, 3 and 15 kg of an own factor at 1: (10 + 15)/20, (20 + 15)/20, (15 + 15)/20."""
    rated = power("10", "0.5")
    rated["ownFactor"]["dqr"] = {"technological": "2", "geographical": "4", "temporal": "3"}
    assert quality(footprint(rated, power("30", "0.5"))) == {
        "technological": Decimal("1.25"), "geographical": Decimal("1.75"), "temporal": Decimal("1.5"),
    }  # fmt: skip


def test_nothing_has_no_quality():
    assert quality(footprint(power("0"))) is None


def test_removals_count_uptake_and_what_was_left_out_stand_beside():
    """Per 100 kg: 40 kg fossil, 3 land management, -10 removed, -5 captured, -2 on land: 26 in all, 0.26 a kg.
    Uptake -7 beside it: 0.26 - 0.07 = 0.19 with it. 1 kg left out of 27: 3.7037 %."""
    one = footprint(
        power("0"), gas("direct CO2", "40"), gas("land management CO2", "3"), gas("removed CO2", "10"),
        gas("captured CO2", "5"), gas("land management removal", "2"), gas("biogenic CO2 uptake", "7"), gas("left out", "1"),
    )  # fmt: skip
    assert one.total() == Decimal("0.26")
    assert one.total(component="uptake") == Decimal("-0.07")
    assert one.total(component="removal") == Decimal("-0.1")
    assert abs(one.exempted_percent() - Decimal(100) / 27) < Decimal("1E-20")
    assert one.primary_share() == 100


def test_packaging_is_inside_and_named():
    """2 kg of packaging at 1.5 = 3 kg on 100 kg, beside 100 kWh x 0.1 = 10: 0.13, of it 0.03."""
    box = {**gas("packaging", "2"), "ownFactor": {"value": "1.5", "source": "maker"}}
    one = footprint(power("100", "0.1"), box)
    assert (one.total(), one.total(component="packaging")) == (Decimal("0.13"), Decimal("0.03"))


def test_every_ruleset_can_be_had_and_is_dated():
    for name in rulesets():
        rules = Ruleset.of(name)
        assert date.fromisoformat(rules.date)
        assert rules.shares().method in {"mass", "by price ratio"}
        assert rules.names["fr"]
    assert Ruleset.of("filon-1").stamp == "filon-1"
    assert Ruleset.of("pact-3.0").stamp == "pact-3.0/2025-04-30"
    assert Ruleset.of("pact-3.0").shares().threshold == 5
    assert Ruleset.of("gba-rulebook-2.0").shares().threshold == 4
    assert Ruleset.of("da-ev-draft").variant is Variant.DIRECT
    with pytest.raises(KeyError):
        Ruleset.of("tomorrow")


def test_energy_over_the_service_life():
    """80 kWh x 60 cycles a year x 8 years = 38 400 kWh; a ruleset that does not say how gives nothing."""
    assert lifetime_kwh(Ruleset.of("da-ev-draft"), Decimal(80), "M1", 8) == 38_400
    assert lifetime_kwh(Ruleset.of("da-ev-draft"), Decimal(80), "L", 10) == 16_000
    assert lifetime_kwh(Ruleset.of("pact-3.0"), Decimal(80), "M1", 8) is None


def test_no_class_is_guessed_while_none_is_adopted():
    told = legal("electric vehicle", Decimal(50), date(2026, 11, 22))
    assert [(one.what, one.adopted, one.value) for one in told] == [
        ("declaration", False, ""), ("class", False, ""), ("threshold", False, ""),
    ]  # fmt: skip
    assert all("not adopted" in one.told["en"] or "No maximum" in one.told["en"] for one in told)


def test_classes_as_data_once_there_are_some(monkeypatch):
    """Invented steps: A to 40, B to 60, from 2028 on; 40 is A, 40.1 is B, 61 is none, nothing before 2028."""
    rows = tuple(
        {"category": "electric vehicle", "class": name, "most": most, "unit": "kg CO2e/kWh delivered", "from": "2028-01-01", "clause": ""}
        for name, most in (("B", "60"), ("A", "40"))
    )  # fmt: skip
    monkeypatch.setattr(ruleset, "table", lambda name: Table(name, "1", "", rows))
    on = date(2028, 1, 1)
    found = [performance_class("electric vehicle", Decimal(v), on) for v in ("40", "40.1", "61")]
    assert found == ["A", "B", ""]
    assert performance_class("electric vehicle", Decimal(40), date(2027, 12, 31)) == ""
    assert performance_class("electric vehicle", None, on) == ""


def test_the_ratio_rule_parts_two_rulesets():
    """Prices 9 and 2 a kg: ratio 4.5 is above GBA's 4 and below PACT's 5. 100 kWh x 1 on 60 kg A and 40 kg B:
    by mass 1 a kg each; by value 540 : 80, so A has 100 x 540/620/60 = 1.451612.. a kg."""
    from story import step

    told = said(
        birth(1, "plant", "S", "100", form="CoSO4·7H2O", origin="m"),
        step(2, "plant", {"S": "100"}, {"A": "60", "B": "40"}, form="NMC811"),
        used(3, "plant", power("100", "1"), since="2026-01-03", until="2026-01-03"),
        used(4, "plant", power("0"), since="2026-01-02", until="2026-01-02"),
    )  # fmt: skip
    listed, _ = activities(told)
    book = post(told, places(plant="FR"))
    prices = {lot("A"): Fraction(9), lot("B"): Fraction(2)}
    by = {
        name: carbon_account(book, listed, Factors.standard(), Ruleset.of(name).shares(prices)).footprint(lot("A")).total()
        for name in ("gba-rulebook-2.0", "pact-3.0")
    }  # fmt: skip
    assert by["pact-3.0"] == 1
    assert abs(by["gba-rulebook-2.0"] - Decimal(54000) / 620 / 60) < Decimal("1E-20")


def test_carriage_by_default_distances_is_reckoned_and_never_primary():
    """2 000 kg inside Europe: 2 t x (130 km road + 240 km rail + 270 km by water), each by its own factor."""
    factors = Factors.standard()
    km = {
        "transport.hgv_artic_33t_avg.beis2021": 130,
        "transport.rail_freight.beis2021": 240,
        "transport.ship_bulk.beis2021": 270,
    }
    expected = sum(2 * far * factors.get(key).value for key, far in km.items()) / 100
    one = footprint(power("0"), gas("default transport in Europe", "2000"))
    assert abs(Fraction(one.total()) - expected) < Fraction(1, 10**25)
    assert one.primary_share() == 0
    assert set(km) <= set(one.factors)
