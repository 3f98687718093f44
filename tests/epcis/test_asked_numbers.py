"""Numbers of a query: what can be compared exactly, and what would only fill the memory."""

from decimal import Decimal

import pytest

from filon.epcis.asked import number_of


@pytest.mark.parametrize("text", ["1e999999999", "-1e999999999", "1e-999999999", "1e401", "NaN", "Infinity", "many"])
def test_what_no_double_holds_is_no_number(text):
    assert number_of(text) is None


@pytest.mark.parametrize("text", ["0", "-12.5", "1e308", "4.9e-324"])
def test_what_a_double_holds_is_kept_to_the_digit(text):
    assert number_of(text) == Decimal(text)
