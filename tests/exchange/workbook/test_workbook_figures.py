"""Numbers and days as typed: one reading where there is one, none where there are two."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filon.exchange.workbook import read
from filon.exchange.workbook.figures import day, from_float, from_serial, in_kg, number

SPACES = [" ", "\u00a0", "\u202f", "'", "’"]


@pytest.mark.parametrize(
    ("text", "value", "mark"),
    [
        ("24150", "24150", ""),
        ("24150.5", "24150.5", "."),
        ("24150,5", "24150.5", ","),
        ("24 150,5", "24150.5", ","),
        ("24\u202f150,5", "24150.5", ","),
        ("24\u00a0150.5", "24150.5", "."),
        ("24'150.5", "24150.5", "."),
        ("24,150.5", "24150.5", "."),
        ("24.150,5", "24150.5", ","),
        ("1,024,150.5", "1024150.5", "."),
        ("1.024.150", "1024150", ""),
        ("0,125", "0.125", ","),
        ("0.125", "0.125", "."),
        ("1 024,150", "1024.150", ","),
        ("-3,5", "-3.5", ","),
        ("+3", "3", ""),
        (",5", "0.5", ","),
        ("1234,567", "1234.567", ","),
    ],
)
def test_a_number_with_one_reading(text, value, mark):
    read_ = number(text)
    assert (read_.value, read_.other, read_.mark) == (Decimal(value), None, mark)


@pytest.mark.parametrize(("text", "value", "other"), [("24,150", "24.150", "24150"), ("24.150", "24.150", "24150")])
def test_three_digits_after_one_mark_can_be_read_twice(text, value, other):
    read_ = number(text)
    assert (read_.value, read_.other, read_.mark) == (Decimal(value), Decimal(other), "")


@pytest.mark.parametrize(
    "text",
    ["", "-", "1,2,3", "1.2.3", "24t", "1e5", "NaN", "inf", "12,34,567.8", "1,2.3,4", "٣", "9" * 31, "1.", "--1"],
)
def test_what_is_no_number(text):
    assert number(text).value is None


@given(st.decimals(min_value=0, max_value=10**9, places=2), st.sampled_from(SPACES), st.sampled_from([",", "."]))
def test_grouped_numbers_with_two_decimals_are_read_back(value, space, mark):
    """The definition, slow: group by threes from the right, then the mark and two digits."""
    whole, _, rest = f"{value:.2f}".partition(".")
    groups = [whole[max(0, end - 3) : end] for end in range(len(whole), 0, -3)][::-1]
    assert number(f"{space.join(groups)}{mark}{rest}").value == value


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3, allow_nan=False))
def test_a_stored_number_keeps_what_the_spreadsheet_shows(value):
    assert from_float(float(value)) == value


@pytest.mark.parametrize(
    ("text", "kg"),
    [("24t", "24000"), ("24,1 t", "24100"), ("24150 kg", "24150"), ("500 g", "0.5"), ("24 tonnes", "24000"), ("24,150 t", None), ("t", None)],
)  # fmt: skip
def test_a_weight_with_its_unit_is_only_a_proposal(text, kg):
    assert in_kg(text) == (None if kg is None else Decimal(kg))


def test_days_with_one_reading():
    assert day("2026-11-03").value == date(2026, 11, 3)
    assert day("2026/11/3").value == date(2026, 11, 3)
    assert day("2026-11-03T14:30:00").value == date(2026, 11, 3)
    assert day("03.11.2026").value == date(2026, 11, 3)
    assert (day("23/11/2026").value, day("23/11/2026").order) == (date(2026, 11, 23), "day")
    assert (day("11/23/2026").value, day("11/23/2026").other, day("11/23/2026").order) == (
        None,
        date(2026, 11, 23),
        "month",
    )
    assert day("03-03-2026").value == date(2026, 3, 3)


def test_a_day_with_two_readings():
    assert (day("03/11/2026").value, day("03/11/2026").other) == (date(2026, 11, 3), date(2026, 3, 11))


@pytest.mark.parametrize("text", ["", "31/02/2026", "2026-02-30", "3/11/26", "03/11", "32/13/2026", "2026", "11-2026"])
def test_what_is_no_day(text):
    assert day(text).value is None


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)))
def test_a_spreadsheet_counts_days_from_1900(one):
    # 1900-01-01 is day 1, and the 29th of February 1900, which never was, is counted: so 1899-12-30 is day 0.
    assert from_serial((one - date(1899, 12, 30)) // timedelta(days=1)) == one


# ---- the rest of the file decides


def csv(*rows, head="lots.lot;lots.date;lots.net_kg;lots.co"):
    return ("\n".join([head, *rows]) + "\n").encode()


def weights(data):
    reading = read(data, "lots.csv")
    return [row.values.get("lots.net_kg") for row in reading.rows("lots")], [
        one.code for one in reading.findings if one.code != "IMP-16"
    ]


def test_a_semicolon_file_writes_the_decimal_comma():
    assert weights(csv("A;2026-11-03;24,150;20,9")) == ([Decimal("24.150")], [])


def test_a_comma_file_that_shows_decimal_points_groups_by_commas():
    head = "lots.lot,lots.date,lots.net_kg,lots.co"
    assert weights(csv('A,2026-11-03,"24,150",20.9', head=head)) == ([Decimal(24150)], [])


def test_a_file_that_shows_nothing_is_asked():
    head = "lots.lot,lots.date,lots.net_kg,lots.co"
    assert weights(csv('A,2026-11-03,"24,150",', head=head)) == ([None], ["IMP-03"])


def test_a_file_that_shows_both_is_asked():
    head = "lots.lot,lots.date,lots.net_kg,lots.co"
    data = csv('A,2026-11-03,"24,150",20.9', 'B,2026-11-03,"24150,5",20.9', head=head)
    assert weights(data) == ([None, Decimal("24150.5")], ["IMP-03"])


def test_a_point_in_a_file_of_decimal_commas_is_asked():
    assert weights(csv("A;2026-11-03;24.150;20,9")) == ([None], ["IMP-03"])


def test_percentages_are_never_grouped():
    reading = read(csv("A;2026-11-03;24150;20.966"), "lots.csv")
    assert reading.rows("lots")[0].amount("lots.co") == Decimal("20.966")


def days(*texts, heading="Lot no.,Production date"):
    data = "\n".join([heading, *(f"L{i},{text}" for i, text in enumerate(texts))]).encode()
    reading = read(data, "1 Lots made.csv")
    return [row.values.get("lots.date") for row in reading.rows("lots")], [
        one.code for one in reading.findings if one.code != "IMP-16"
    ]


def test_in_an_english_file_a_slashed_day_is_ambiguous():
    assert days("03/11/2026") == ([None], ["IMP-09"])


def test_a_day_after_the_twelfth_shows_the_order_for_all():
    assert days("03/11/2026", "23/11/2026") == ([date(2026, 11, 3), date(2026, 11, 23)], [])


def test_a_day_in_us_order_makes_the_others_ambiguous():
    assert days("03/11/2026", "11/23/2026") == ([None, None], ["IMP-09", "IMP-09"])


def test_mixed_orders_leave_only_the_certain_ones():
    assert days("03/11/2026", "23/11/2026", "11/23/2026") == ([None, date(2026, 11, 23), None], ["IMP-09", "IMP-09"])


def test_in_a_french_file_the_day_comes_first():
    assert days("03/11/2026", heading="N° de lot,Date de production") == ([date(2026, 11, 3)], [])


def test_the_twelfth_can_still_be_a_month():
    assert (day("12/11/2026").value, day("12/11/2026").other) == (date(2026, 11, 12), date(2026, 12, 11))
    assert (day("11/12/2026").value, day("11/12/2026").other) == (date(2026, 12, 11), date(2026, 11, 12))
