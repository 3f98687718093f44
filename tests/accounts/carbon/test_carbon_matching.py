"""Electricity matched by the year and by the hour: certificates, contracts and own generation; worked by hand.

France's grid: 0.056039 kg CO2e a kWh; the wind's own factor is 0.01, so a kWh less matched costs 0.046039 more.
"""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbon_story import places, power, used
from filon.accounts.carbon.account import carbon_account
from filon.accounts.carbon.activity import Hours, activities
from filon.accounts.carbon.factor import Factors
from filon.accounts.carbon.line import Variant
from filon.books.post import post
from story import birth, lot, said

DAY = {"since": "2026-01-03", "until": "2026-01-03"}
LOAD = ["250"] * 4
SUN = ["0", "400", "300", "100"]


def told(*members):
    """(footprint of the lot by variant, codes) of a day at a works in France that made 1000 kg."""
    events = said(
        birth(2, "works", "S", "1000", form="CoSO4·7H2O", origin="m"),
        *(used(5, "works", one, **DAY) for one in members),
    )
    listed, unread = activities(events)
    one = carbon_account(post(events, places(works="FR")), listed, Factors.standard())
    codes = [finding.code for finding in (*unread, *one.findings) if finding.code != "CFP-011"]
    made = one.footprint(lot("S"))
    return {variant: made.total(variant) * 1000 for variant in Variant}, codes, one


def wind(kwh="1000", last="1", **more):
    certificates = {"issuer": "GO", "first": "1", "last": last, **more.pop("certificates", {})}
    return power(kwh, "0.01", supply="ppa", technology="wind", certificates=certificates, **more)


def test_hour_by_hour_only_what_was_made_when_it_was_used_is_matched():
    """Used 250 in each of four hours; made 0, 400, 300, 100: matched 0 + 250 + 250 + 100 = 600 of 1000.

    Market: 600 x 0.01 + 400 x 0.056039 = 28.4156. In two hours less was made than used.
    """
    kg, codes, one = told(wind(certificates={"matching": "hourly"}, hours={"used": LOAD, "made": SUN}))
    assert kg[Variant.MARKET] == Decimal("28.4156")
    assert kg[Variant.LOCATION] == kg[Variant.DIRECT] == Decimal("56.039")
    assert codes == ["CFP-023"]
    values = one.findings[0].values
    assert (values["short"], values["hours"], values["covered"]) == ("2", "4", "600 kWh")
    assert one.lines.lines[0].backed == 600


def test_the_fewer_of_certificates_and_matched_hours_count():
    """Of 2000 kWh the hours match 1600 (500 a load hour, made 100, 500, 500, 500), but one certificate is 1 MWh: 1000."""
    hours = {"used": ["500"] * 4, "made": ["100", "500", "500", "500"]}
    kg, codes, _ = told(wind("2000", hours=hours))
    assert kg[Variant.MARKET] == 1000 * Decimal("0.01") + 1000 * Decimal("0.056039")
    assert codes == ["CFP-007", "CFP-023"]


def test_own_generation_counts_as_far_as_it_was_used_when_it_was_made():
    """The same hours behind the meter: 600 kWh of its own sun at 0.01 in all three ways, 400 from the grid."""
    sun = power("1000", "0.01", supply="own", technology="solar", hours={"used": LOAD, "made": SUN})
    kg, codes, _ = told(sun)
    assert set(kg.values()) == {Decimal("28.4156")}
    assert codes == ["CFP-023"]
    kg, codes, _ = told(power("1000", "0.01", supply="own", technology="solar"))
    assert (set(kg.values()), codes) == ({Decimal(10)}, [])


def test_a_claim_of_hourly_matching_without_hours_is_told_and_counts_by_the_year():
    kg, codes, _ = told(wind(certificates={"matching": "hourly"}))
    assert (kg[Variant.MARKET], codes) == (10, ["CFP-021"])
    kg, codes, _ = told(wind())
    assert (kg[Variant.MARKET], codes) == (10, [])


def test_hours_of_another_meter_show_nothing():
    """Four hours of 250 are 1000; the reading says 1002, more than a thousandth off; 1001 is still the same."""
    kg, codes, _ = told(wind("1002", last="2", hours={"used": LOAD, "made": SUN}))
    assert (kg[Variant.MARKET], codes) == (Decimal("10.02"), ["CFP-022"])
    _, codes, _ = told(wind("1001", last="2", hours={"used": LOAD, "made": SUN}))
    assert codes == ["CFP-023"]


@pytest.mark.parametrize(("produced", "market", "codes"), [
    ("2026", "10", []), ("2026-12", "10", []), ("2025", "56.039", ["CFP-024", "CFP-007"]),
    ("2027-01", "56.039", ["CFP-024", "CFP-007"]),
])  # fmt: skip
def test_certificates_cover_electricity_of_their_own_year(produced, market, codes):
    kg, seen, _ = told(wind(certificates={"produced": produced}))
    assert (kg[Variant.MARKET], seen) == (Decimal(market), codes)


def test_a_certificate_of_another_year_is_not_used_up_by_the_refused_claim():
    """Refused for 2025, the same serial may still cover electricity of its year."""
    wrong, right = wind(certificates={"produced": "2025"}), wind(certificates={"produced": "2026"})
    kg, codes, _ = told(wrong, right)
    assert kg[Variant.MARKET] == Decimal("56.039") + 10
    assert "CFP-006" not in codes


def test_more_certificates_than_electricity_cover_nothing_else():
    """Two MWh for 1000 kWh: one too many. Two MWh for 1001 kWh: rounded up, as they must be."""
    assert told(wind(last="2"))[1] == ["CFP-025"]
    kg, codes, _ = told(wind("1001", last="2"))
    assert (kg[Variant.MARKET], codes) == (Decimal("10.01"), [])


@pytest.mark.parametrize("broken", [
    {"hours": {"used": ["1"], "made": []}}, {"hours": {"used": ["x"], "made": ["1"]}}, {"hours": {"used": ["-1"], "made": ["1"]}},
    {"hours": "1"}, {"hours": {"used": ["1"] * 8785, "made": ["1"] * 8785}}, {"certificates": {"matching": "weekly"}},
    {"certificates": {"produced": "July"}},
])  # fmt: skip
def test_what_cannot_be_read_is_a_finding(broken):
    _, codes, one = told(wind(**broken))
    assert codes[0] == "CFP-001"
    assert one.lines.lines == ()


hourly = st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=1, max_size=48)


@given(hourly)
def test_matched_by_the_hour_is_never_more_than_by_the_day_and_the_order_of_hours_is_all_the_same(pairs):
    hours = Hours(tuple(Fraction(u) for u, _ in pairs), tuple(Fraction(m) for _, m in pairs))
    literal = Fraction(0)
    for u, m in pairs:
        literal += min(m, u)
    assert hours.matched == literal <= min(sum(hours.used), sum(hours.made))
    assert hours.matched == Hours(hours.used[::-1], hours.made[::-1]).matched
    assert (hours.short == 0) == (hours.matched == sum(hours.used))
