"""As known then, and as things stood then: a date of knowing is a number of entries, a date of happening cuts events."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filon.app.ledger import Ledger
from filon.app.pages import Pages
from filon.core.errors import WrongCallError
from filon.core.moment import known
from story import birth, lot, moment, ship, step
from told_ledger import sites, tell

SITES = sites(mine={"kind": "mine", "zone": "+01:00"}, works={"kind": "refinery"})


@pytest.fixture
def ledger():
    """Ore on day 1 told on day 10; shipped on day 2, told on day 20; a step on day 3, told on day 15."""
    with Ledger.open("memory:") as ledger:
        tell(ledger, birth(1, "mine", "ORE", "1000", Co="10"), day=10, master=(SITES,))
        tell(ledger, step(3, "mine", {"ORE": "400"}, {"SALT": "190"}, Co="20"), day=15)
        tell(ledger, ship(2, "mine", "works", "N1", {"ORE": "500"}), day=20)
        yield ledger


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("7", 7),
        ("2026-09-30", datetime(2026, 9, 30, 23, 59, 59, 999999, UTC)),
        ("2026-09-30T12:00+02:00", datetime(2026, 9, 30, 10, tzinfo=UTC)),
    ],
)
def test_people_say_how_far_knowledge_goes(text, meant):
    assert known(text) == meant


@pytest.mark.parametrize("text", ["x", "-1", "2026-02-31", "2026-09-30T12:00", "20260930", "1.5", ""])
def test_what_is_neither_date_nor_number_is_no_answer(text):
    with pytest.raises(ValueError):
        known(text)


def test_a_day_holds_all_that_was_learned_on_it(ledger):
    sizes = {day: ledger.size(known(moment(day).date().isoformat())) for day in (9, 10, 14, 15, 19, 20, 40)}
    assert sizes == {9: 0, 10: 1, 14: 1, 15: 2, 19: 2, 20: 3, 40: 3}


@given(st.integers(0, 30))
def test_as_of_a_date_is_as_of_so_many_entries(day):
    with Ledger.open("memory:") as ledger:
        tell(ledger, birth(1, "mine", "ORE", "1000", Co="10"), day=10, master=(SITES,))
        tell(ledger, step(3, "mine", {"ORE": "400"}, {"SALT": "190"}, Co="20"), day=15)
        tell(ledger, ship(2, "mine", "works", "N1", {"ORE": "500"}), day=20)
        then, size = moment(day), sum(learned <= day for learned in (10, 15, 20))
        assert ledger.size(then) == size
        pages = Pages(ledger)
        assert pages.lots(as_of=then) == pages.lots(as_of=size)
        assert pages.balance(as_of=then) == pages.balance(as_of=size)
        assert pages.log(as_of=then) == pages.log(as_of=size)
        assert pages.findings(as_of=then) == pages.findings(as_of=size)
        if size:
            assert pages.origin("ORE", as_of=then) == pages.origin("ORE", as_of=size)


def test_after_a_clock_that_ran_ahead_the_later_entries_are_as_late():
    with Ledger.open("memory:") as ledger:
        tell(ledger, birth(1, "mine", "A", "10", Co="10"), day=10, master=(SITES,))
        tell(ledger, birth(1, "mine", "B", "10", Co="10"), day=3000)
        tell(ledger, birth(1, "mine", "C", "10", Co="10"), day=12)
        assert [ledger.size(moment(day)) for day in (9, 10, 11, 12)] == [0, 1, 1, 1]
        assert ledger.size(moment(3000)) == 3


def test_as_things_stood_on_a_day(ledger):
    def there(day, **known_then):
        book = ledger.book(on=moment(day).date(), **known_then)
        return {(h.lot.rpartition("/")[2], str(h.kind)): h.left // 1_000_000 for h in book.holdings if h.left}

    assert there(0) == {}
    assert there(1) == {("ORE", "stock"): 1000}
    assert there(2) == {("ORE", "stock"): 500, ("ORE", "transit"): 500}
    assert there(3) == {("ORE", "stock"): 100, ("ORE", "transit"): 500, ("SALT", "stock"): 190}
    assert there(3, as_of=moment(16)) == {("ORE", "stock"): 600, ("SALT", "stock"): 190}, "both times at once"


def test_a_day_ends_where_it_happened():
    late = birth(1, "mine", "A", "10", Co="10")
    late = type(late)(**{**{f: getattr(late, f) for f in late.__slots__}, "eventTimeZoneOffset": "-05:00",
                         "eventTime": moment(2) + timedelta(hours=3)})  # fmt: skip
    with Ledger.open("memory:") as ledger:
        tell(ledger, late, master=(SITES,))
        assert ledger.book(on=date(2026, 1, 2)).of_lot, "22:00 on 2 January there, 3 January in UTC"
        assert not ledger.book(on=date(2026, 1, 1)).of_lot


def test_the_book_of_one_lot_is_cut_on_the_same_day(ledger):
    for day in range(4):
        on = moment(day).date()
        whole, own = ledger.book(on=on), ledger.book_of([lot("SALT")], on=on)
        for name in ("ORE", "SALT"):
            one, two = (book.first(lot(name)) for book in (whole, own))
            assert (one and one.content) == (two and two.content)


def test_more_entries_than_there_are_cannot_be_told(ledger):
    with pytest.raises(WrongCallError):
        ledger.size(4)
