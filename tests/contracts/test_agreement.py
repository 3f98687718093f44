"""Where an agreement stands: by contract year, in product and in contained cobalt, by hand.

The agreement is 100 t a year of CoSO4·7H2O for two years from 1 July 2026. Two lots at 20 % Co leave: 30 000 kg on
30 June 2026 at 23:30 UTC, which at the mine (+01:00) is 1 July, and 40 000 kg on 1 July 2027.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from filon.books.post import post
from filon.contracts.agreement import Agreement, agreement, standing
from filon.core.errors import WrongCallError
from filon.core.quantity import MG_PER_KG
from filon.epcis.event import Typed
from story import birth, register, said, ship

AGREED = Agreement(
    "CTR-7", "Atlas", "Voltaire", "contracted", "CoSO4·7H2O", "Co", Decimal(100), 2, date(2026, 7, 1),
)  # fmt: skip


def shipped(moment, note, name, kg, order):
    event = ship(0, "atlas", "cam", note, {name: kg})
    return replace(
        event, eventTime=moment, eventTimeZoneOffset="+01:00",
        bizTransactionList=(*event.bizTransactionList, Typed(f"https://example.com/bt/{order}", "po")),
    )  # fmt: skip


@pytest.fixture(scope="module")
def book():
    events = said(
        birth(100, "atlas", "A", "30000", form="CoSO4·7H2O", Co="20"),
        birth(100, "atlas", "B", "40000", form="CoSO4·7H2O", Co="20"),
        birth(100, "atlas", "C", "5000", form="CoSO4·7H2O", Co="20"),
        shipped(datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "N1", "A", "30000", "CTR-7"),
        shipped(datetime(2026, 6, 30, 22, 30, tzinfo=UTC), "N3", "C", "5000", "CTR-7"),  # 23:30 on 30 June there
        shipped(datetime(2027, 7, 1, tzinfo=UTC), "N2", "B", "40000", "CTR-7/L2"),
    )
    return post(events, register(atlas="mine", cam="plant"))


def test_a_contract_year_runs_from_the_first_day_of_the_term_by_the_shippers_calendar(book):
    first = standing(book, AGREED, 2026)
    assert first.product_mg == 30_000 * MG_PER_KG
    assert first.element_mg == 6_000 * MG_PER_KG  # 20 % of 30 000 kg
    assert first.due_t == 100
    assert standing(book, AGREED, 2027).product_mg == 40_000 * MG_PER_KG
    assert standing(book, AGREED, 2027).due_t == 100


def test_before_and_after_the_term_nothing_is_due(book):
    before, after = standing(book, AGREED, 2025), standing(book, AGREED, 2028)
    assert (before.due_t, after.due_t) == (0, 0)
    assert before.product_mg == 5_000 * MG_PER_KG  # what left on 30 June belongs to no year of the term, and is told
    assert before.due_element_t == 0


@pytest.mark.parametrize(("start", "text"), [(date(2026, 1, 1), "2026"), (date(2026, 7, 1), "2026/27")])
def test_a_contract_year_is_told_as_the_trade_does(start, text):
    assert replace(AGREED, start=start).spoken(2026) == text
    assert replace(AGREED, start=date(1999, 7, 1)).spoken(1999) == "1999/00"


def test_a_term_from_29_february_begins_on_1_march_in_other_years():
    leap = replace(AGREED, start=date(2028, 2, 29))
    assert (leap.begins(2028), leap.begins(2029)) == (date(2028, 2, 29), date(2029, 3, 1))


def test_contract_years_part_time_without_gap_or_overlap():
    leap = replace(AGREED, start=date(2028, 2, 29))
    for each in (AGREED, leap):
        for year in range(2026, 2034):
            assert timedelta(365) <= each.begins(year + 1) - each.begins(year) <= timedelta(366)


@pytest.mark.parametrize("lacking", ["id", "parties", "product", "quantity", "start", "years", "status"])
def test_terms_that_lack_what_is_needed_are_a_wrong_call(lacking):
    terms = {
        "id": "CTR-7", "status": "contracted", "start": "2026-07-01", "years": 2,
        "parties": [{"role": "seller", "name": "Atlas"}, {"role": "buyer", "name": "Voltaire"}],
        "product": {"form": "CoSO4·7H2O", "element": "Co"}, "quantity": {"perYear": "100", "unit": "t"},
    }  # fmt: skip
    assert agreement(terms) == AGREED
    with pytest.raises(WrongCallError):
        agreement({name: value for name, value in terms.items() if name != lacking})
