"""Posted books in files beside the ledger: opened instead of posted, never another log's, and never a turned bit."""

import json
import shutil

import numpy as np
import pytest

from filon.app import ledger as ledgers
from filon.app.erase import erase
from filon.app.ledger import Ledger
from filon.books import book as books
from filon.books.post import post
from filon.books.shelf.shelf import ShelvedBook
from filon.core.errors import NotFoundError
from filon.store.maps import Kept, MapKey, keep, kept, sizes
from story import birth, lot, moment, ship, step
from told_ledger import sites, tell

SITES = sites(mine={"kind": "mine", "zone": "+01:00"}, works={"kind": "refinery"})
PARTS = ("events", "holdings", "flows", "checks", "declared", "findings")


@pytest.fixture(autouse=True)
def _small_books_are_large(monkeypatch):
    monkeypatch.setattr(books, "LARGE", 1)


@pytest.fixture
def path(tmp_path):
    """ORE makes SALT; STONE makes nothing; then, told in a second entry, SALT makes CAKE."""
    with Ledger.open(tmp_path / "filon.db") as ledger:
        told = [birth(1, "mine", one, "1000", Co="10") for one in ("ORE", "STONE")]
        tell(ledger, *told, step(3, "mine", {"ORE": "400"}, {"SALT": "190"}, Co="20"), day=10, master=(SITES,))
        tell(ledger, step(4, "mine", {"SALT": "90"}, {"CAKE": "80"}, Co="20"), day=11)
    return tmp_path / "filon.db"


def folder(path):
    return path.with_name("filon.db.maps")


def files(path):
    return sorted(one.name.rpartition("-")[0] for one in folder(path).glob("*"))


def posted(path, size=None):
    """The book, posted from the log."""
    with Ledger.open(path) as ledger:
        return post(list(ledger.said(size)), ledger.register(size))


def same(book, other):
    for name in PARTS:
        assert getattr(book, name) == getattr(other, name), name


def nobody_posts(monkeypatch):
    monkeypatch.setattr(ledgers, "Posting", None)
    monkeypatch.setattr(ledgers, "post", None)


def test_a_book_is_opened_instead_of_posted(path, monkeypatch):
    with Ledger.open(path) as ledger:
        first = ledger.book()
    assert type(first) is not ShelvedBook
    expected = posted(path)
    monkeypatch.setattr(Ledger, "said", None)  # whoever posts fails
    with Ledger.open(path) as ledger:
        book = ledger.book()
        assert type(book) is ShelvedBook
        same(book, expected)
        assert book.first(lot("CAKE")).amount == 80_000_000  # 80 kg in mg
        assert book.first(lot("NOBODY")) is None


def test_what_came_since_is_posted_on_top(path, monkeypatch):
    with Ledger.open(path) as ledger:
        ledger.book()
        with Ledger.open(path) as other:  # another process opens the files, and hears of what this one appends
            before = other.book()
            assert type(before) is ShelvedBook
            older = posted(path)
            tell(ledger, ship(6, "mine", "works", "N1", {"CAKE": "20"}), day=12)
            monkeypatch.setattr(Ledger, "said", None)  # not everything anew
            book = other.book()
            tell(ledger, step(7, "mine", {"CAKE": "9"}, {"LAST": "8"}), day=13)
            last = other.book()
            monkeypatch.undo()
            assert [len(one.events) for one in (before, book, last)] == [4, 5, 6]
            same(before, older)
            same(book, posted(path, 3))
            same(last, posted(path))


def test_what_does_not_follow_is_posted_anew(path):
    with Ledger.open(path) as ledger:
        ledger.book()
    with Ledger.open(path) as ledger:
        tell(ledger, birth(2, "mine", "LATE", "10", Co="10"), day=12)  # it happened before what is known
        book = ledger.book()
    same(book, posted(path))
    with Ledger.open(path) as ledger:  # and is in files now
        assert type(ledger.book()) is ShelvedBook
        same(ledger.book(), posted(path))


def test_older_states_are_answered_from_their_files_or_older_ones(path, monkeypatch):
    with Ledger.open(path) as ledger:
        ledger.book(1)
    expected = posted(path, 1)
    with Ledger.open(path) as ledger:
        ledger.book()
        assert files(path) == ["book-1", "book-2"]
        monkeypatch.setattr(Ledger, "said", None)
        same(ledger.book(1), expected)
    with Ledger.open(path) as ledger:
        assert type(ledger.book(1)) is ShelvedBook
        same(ledger.book(1), expected)
        assert len(ledger.book().events) == 4  # the newest is not forgotten for it


def test_files_may_be_deleted(path):
    with Ledger.open(path) as ledger:
        ledger.book()
    shutil.rmtree(folder(path))
    with Ledger.open(path) as ledger:
        same(ledger.book(), posted(path))
        assert files(path) == ["book-2"]


@pytest.mark.parametrize("harm", ["turned", "short", "gone", "note", "foreign"])
def test_any_harm_to_any_file_changes_no_answer(path, harm):
    """Each file in turn: one bit turned, one byte short, gone; the note torn; the files of another log.

    The book is asked for, and then what comes next, which asks the run's own files.
    """
    with Ledger.open(path) as ledger:
        ledger.book()
        (state,) = folder(path).iterdir()
        whole = path.with_name("whole")
        shutil.copytree(folder(path), whole)
        before = posted(path)
        tell(ledger, step(7, "mine", {"CAKE": "9"}, {"LAST": "8"}), day=13)
        after = posted(path)
        for one in sorted(state.glob("*.npy" if harm in {"turned", "short", "gone"} else "state.json")):
            shutil.rmtree(folder(path))
            shutil.copytree(whole, folder(path))
            hurt(state / one.name, harm)
            fresh = Ledger(ledger.store, path)
            same(fresh.book(2), before)
            same(fresh.book(), after)


def hurt(file, harm):
    data = bytearray(file.read_bytes())
    if harm == "turned":
        data[-1 if len(data) % 3 else 40] ^= 4
        file.write_bytes(data)
    elif harm == "short":
        file.write_bytes(data[:-1])
    elif harm == "gone":
        file.unlink()
    elif harm == "note":
        file.write_bytes(data[: len(data) // 2])
    else:
        told = json.loads(data)
        told["of"]["root"] = "00" * 32
        file.write_text(json.dumps(told))


def test_what_is_erased_is_in_no_file(path):
    with Ledger.open(path) as ledger:
        before = ledger.book()
        assert lot("CAKE") in before.of_lot
    with Ledger.open(path) as ledger:
        book = ledger.book()
        erase(ledger.store, [1], reason="a test", by="us", now=moment(20))
        with pytest.raises(NotFoundError, match="erased"):
            _ = book.events[3].event  # an older book does not keep what is gone
        for size in (2, 3):  # also as it was known before
            assert lot("CAKE") not in Ledger.open(path).book(size).of_lot
        ledger.forget_books()
    assert not folder(path).exists()


def test_a_number_beyond_64_bits_is_posted_each_time(tmp_path):
    path = tmp_path / "filon.db"
    with Ledger.open(path) as ledger:
        tell(ledger, birth(1, "mine", "MOUNTAIN", "9999999999999", Co="10"), day=10, master=(SITES,))
        tell(ledger, birth(2, "mine", "ORE", "9", Co="10"), day=11)
        assert len(ledger.book().flows) == 2
    assert not folder(path).exists()


def test_a_place_that_cannot_be_written_is_no_mistake(path):
    folder(path).write_text("")
    with Ledger.open(path) as ledger:
        same(ledger.book(), posted(path))
    assert folder(path).read_text() == ""


def test_small_books_and_books_in_memory_are_not_kept(path, monkeypatch):
    with Ledger.open("memory:") as ledger:
        tell(ledger, birth(1, "mine", "ORE", "1", Co="10"), day=10, master=(SITES,))
        ledger.book()
    monkeypatch.setattr(books, "LARGE", 100)
    with Ledger.open(path) as ledger:
        ledger.book()
    assert not folder(path).exists()


@pytest.mark.parametrize("damage", ["root", "version", "size"])
def test_what_is_not_exactly_asked_for_is_not_there(tmp_path, damage):
    key = MapKey("book", 3, "ab" * 32, "1")
    arrays = {"into": np.arange(6, dtype=np.int32).reshape(2, 3), "none": np.zeros(0, np.int64)}
    keep(tmp_path, key, arrays)
    told = kept(tmp_path, key)
    assert isinstance(told, Kept)
    assert {name: one.tolist() for name, one in told.items()} == {"into": [[0, 1, 2], [3, 4, 5]], "none": []}
    other = {"root": ("ab" * 31 + "cd", "1", 3), "version": ("ab" * 32, "2", 3), "size": ("ab" * 32, "1", 4)}[damage]
    assert kept(tmp_path, MapKey("book", other[2], other[0], other[1])) is None


def test_of_older_states_a_few_stay_one_of_each_power_of_two(tmp_path):
    """By hand: of 64 to 127 entries 100, of 32 to 63 50, of 16 to 31 30, not 20, then 10 and 5; 2 would be the fifth."""
    for size in (2, 5, 10, 20, 30, 50, 90, 100):
        keep(tmp_path, MapKey("book", size, "ab" * 32, "1"), {"a": np.zeros(1)})
    assert sizes(tmp_path, "book") == [100, 50, 30, 10, 5]
    keep(tmp_path, MapKey("book", 101, "ab" * 32, "2"), {"a": np.zeros(1)})  # of another version: none stays
    assert sizes(tmp_path, "book") == [101]
