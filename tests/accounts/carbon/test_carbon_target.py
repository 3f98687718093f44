"""Targets: -20 % by 2025, -35 % by 2030 of a 2020 baseline of 80 kg CO2e/kWh, by hand."""

from dataclasses import replace
from decimal import Decimal

import pytest

from filon.accounts.carbon.account import Stamp
from filon.accounts.carbon.line import Variant
from filon.accounts.carbon.target import Baseline, Measured, Standing, Target, path, progress

STAMP = Stamp("r", "factors/1", "ar6_100", "mass")
UNIT = "kg CO2e/kWh capacity"
BASE = Baseline(2020, Decimal(80), UNIT, Variant.MARKET, STAMP)
TARGETS = (Target(2025, Decimal(80)), Target(2030, Decimal(65)))
NOW = Measured(2026, Decimal(60), UNIT, Variant.MARKET, STAMP)


@pytest.mark.parametrize(
    ("year", "percent"),
    [(2019, None), (2020, "100"), (2021, "96"), (2025, "80"), (2026, "77"), (2030, "65"), (2040, "65")],
)
def test_the_path_is_straight_between_promises(year, percent):
    """2020 to 2025: 4 points a year; 2025 to 2030: 3 a year."""
    assert path(BASE, TARGETS, year) == (None if percent is None else Decimal(percent))


def test_below_the_path():
    """60 of 80 is 75 %; 77 are allowed in 2026."""
    told = progress(BASE, TARGETS, NOW)
    assert (told.standing, told.index, told.allowed) == (Standing.ON_PATH, 75, 77)


def test_above_the_path_even_if_some_of_it_is_missing():
    """64 of 80 is 80 % > 77 %: what is missing can only add."""
    told = progress(BASE, TARGETS, replace(NOW, value=Decimal(64), whole=False))
    assert told.standing is Standing.ABOVE


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"whole": False}, "gaps"),
        ({"value": None}, "gaps"),
        ({"unit": "kg CO2e/kWh lifetime"}, "unit"),
        ({"variant": Variant.LOCATION}, "variant"),
        ({"stamp": replace(STAMP, factors="factors/2")}, "rules"),
        ({"year": 2019}, "year"),
    ],
)
def test_cannot_tell_is_said_with_its_reason(change, because):
    told = progress(BASE, TARGETS, replace(NOW, **change))
    assert (told.standing, told.index, told.because) == (Standing.CANNOT_TELL, None, because)


def test_an_unknown_baseline_tells_nothing():
    assert progress(replace(BASE, value=None), TARGETS, NOW).because == "baseline unknown"


def test_a_changed_baseline_has_another_seal():
    assert BASE.seal != replace(BASE, value=Decimal(81)).seal
    assert BASE.seal == replace(BASE).seal
    assert replace(BASE, value=Decimal(81), replaces=BASE.seal).replaces == BASE.seal
