"""A ledger's book goes on when entries come, whoever wrote them, and is the same as made anew."""

import pytest

from filon.app.erase import erase
from filon.app.ledger import Ledger
from story import birth, lot, moment, step
from told_ledger import sites, tell

SITES = sites(mine={"kind": "mine", "zone": "+01:00"}, works={"kind": "refinery"})


@pytest.fixture
def path(tmp_path):
    with Ledger.open(tmp_path / "filon.db") as ledger:
        tell(ledger, birth(1, "mine", "ORE", "1000", Co="10"), day=10, master=(SITES,))
    return tmp_path / "filon.db"


def use(ledger, day, made, *, learned):
    tell(ledger, step(day, "mine", {"ORE": "10"}, {made: "9"}, Co="10"), day=learned)


def left(book):
    return book.holdings[book.of_lot[lot("ORE")][0]].left


def anew(path, size=None):
    with Ledger.open(path) as ledger:
        return ledger.book(size)


def test_only_what_is_new_is_posted(path, monkeypatch):
    """1 000 kg, twice 10 kg used: by this ledger, and by another process that has it open too."""
    with Ledger.open(path) as ledger, Ledger.open(path) as other:
        first = ledger.book()
        monkeypatch.setattr(Ledger, "said", None)  # whoever reads everything fails
        use(ledger, 3, "SALT", learned=11)
        second = ledger.book()
        use(other, 4, "CAKE", learned=12)
        third = ledger.book()
        assert [left(book) // 10**6 for book in (first, second, third)] == [1000, 990, 980]
        assert ledger.book(2) is second
    monkeypatch.undo()
    for size, book in enumerate((first, second, third), 1):
        assert anew(path, size) == book


def test_what_does_not_follow_is_posted_anew(path):
    with Ledger.open(path) as ledger:
        first = ledger.book()
        use(ledger, 3, "SALT", learned=11)
        ledger.book()
        use(ledger, 2, "CAKE", learned=12)  # it happened before the last one
        third = ledger.book()
        tell(ledger, birth(9, "mine", "STONE", "7"), day=13, master=(sites(new={"kind": "mine"}),))
        assert ledger.book() == anew(path)
        assert [left(first), left(third)] == [1000 * 10**6, 980 * 10**6]
        assert ledger.book(1) == anew(path, 1)
        assert ledger.book(3) == third == anew(path, 3)


def test_what_was_erased_is_no_longer_in_the_book(path):
    with Ledger.open(path) as ledger:
        use(ledger, 3, "SALT", learned=11)
        assert left(ledger.book()) == 990 * 10**6
        erase(ledger.store, [1], reason="asked for", by="we", now=moment(20))
        assert left(ledger.book()) == 1000 * 10**6
        assert ledger.book() == anew(path)


def test_a_run_that_fails_half_way_is_not_gone_on_with(path, monkeypatch):
    with Ledger.open(path) as ledger:
        ledger.book()
        use(ledger, 3, "SALT", learned=11)
        with monkeypatch.context() as patched:
            patched.setattr("filon.books.post._post", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                ledger.book()
        assert ledger.book() == anew(path)
