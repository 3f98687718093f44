"""UN/ECE Recommendation 20 units of mass and volume: each against its legal definition."""

from decimal import Decimal

import pytest

from filon.core.unit import mass_mg, millionths_of_a_litre


@pytest.mark.parametrize(
    ("amount", "unit", "mg"),
    [
        ("1", "KGM", 1_000_000),
        ("1", "TNE", 1_000_000_000),  # tonne
        ("0.5", "KTN", 500_000_000_000),  # kilotonne
        ("1", "GRM", 1_000),
        ("250", "MGM", 250),
        ("1", "LBR", 453_592),  # 0.453 592 37 kg exactly (1959): 453 592.37 mg, whole milligrams
        ("100", "LBR", 45_359_237),
        ("1", "STN", 907_184_740),  # 2 000 pounds
        ("1", "LTN", 1_016_046_909),  # 2 240 pounds: 1 016 046 908.8
    ],
)
def test_masses(amount, unit, mg):
    assert mass_mg(Decimal(amount), unit) == mg


@pytest.mark.parametrize(
    ("amount", "unit", "millionths"),
    [("1", "LTR", 10**6), ("1", "MTQ", 10**9), ("3", "HLT", 3 * 10**8), ("5", "MLT", 5_000)],
)
def test_volumes(amount, unit, millionths):
    assert millionths_of_a_litre(Decimal(amount), unit) == millionths


@pytest.mark.parametrize("unit", ["LTR", "XYZ", ""])
def test_what_is_no_mass_has_none(unit):
    assert mass_mg(Decimal(1), unit) is None
