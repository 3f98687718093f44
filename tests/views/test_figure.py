from __future__ import annotations

from decimal import Decimal

import pytest

from filon.views.figure import Figure, Standing, kg, percent


def test_a_figure_without_value_is_unknown_or_missing_and_nothing_else():
    with pytest.raises(ValueError, match="neither missing nor unknown"):
        Figure(None, "kg", Standing.DECLARED)
    with pytest.raises(ValueError, match="neither missing nor unknown"):
        Figure(Decimal(0), "kg", Standing.UNKNOWN)


def test_whole_milligrams_become_exact_kilograms():
    assert kg(24_150_500_001).value == Decimal("24150.500001")
    assert kg(1, uncertainty_mg=3).uncertainty == Decimal("0.000003")


def test_what_nobody_knows_is_not_zero():
    assert kg(None) == Figure(None, "kg", Standing.UNKNOWN)
    assert kg(None, Standing.MISSING).standing is Standing.MISSING
    assert kg(None, Standing.DECLARED).standing is Standing.UNKNOWN
    assert kg(0).value == 0


def test_parts_per_million_become_percent():
    assert percent(923_000).value == Decimal("92.3")
    assert percent(None).value is None
