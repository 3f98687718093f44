"""Posted books in files beside the ledger: opened instead of posted, never another log's, and never a turned bit."""

import gc
import json
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event, Timer
from weakref import ref
from zlib import crc32

import numpy as np
import pytest

import filon
from filon.app import ledger as ledgers
from filon.app import shelves
from filon.app.erase import erase
from filon.app.ledger import Ledger
from filon.books import book as books
from filon.books.post import post
from filon.books.shelf import laid
from filon.books.shelf.shelf import ShelvedBook
from filon.core.errors import NotFoundError, StoreError
from filon.store import maps
from filon.store.maps import Kept, MapKey, keep, kept, states
from story import birth, lot, moment, ship, step
from told_ledger import sites, tell

SITES = sites(mine={"kind": "mine", "zone": "+01:00"}, works={"kind": "refinery"})
PARTS = ("events", "holdings", "flows", "checks", "declared", "findings")


@pytest.fixture(autouse=True)
def _small_books_are_large_and_written_at_once(monkeypatch):
    monkeypatch.setattr(books, "LARGE", 1)
    monkeypatch.setattr(shelves.Shelves, "_writer", AtOnce())


class AtOnce:
    """Does what it is given before it goes on."""

    @staticmethod
    def submit(deed, *args):
        done = Future()
        done.set_result(deed(*args))
        return done


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


def test_who_asks_does_not_wait_for_the_files_but_who_posts_on_top_does(path, monkeypatch):
    written, go = [], Event()

    def keep(*_, **__):
        assert go.wait(30)
        written.append(True)

    monkeypatch.setattr(maps, "keep", keep)
    monkeypatch.setattr(shelves.Shelves, "_writer", ThreadPoolExecutor(1))
    with Ledger.open(path) as ledger:
        assert len(ledger.book().events) == 4
        assert not written
        tell(ledger, step(7, "mine", {"CAKE": "9"}, {"LAST": "8"}), day=13)
        Timer(0.2, go.set).start()
        assert len(ledger.book().events) == 5
        assert written


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


SOME = ("text.text", "event.key", "holding.next", "flow.content.values", "book.notes", "run.traits", "run.notes")


@pytest.mark.parametrize("harm", ["turned", "short", "gone", "note", "foreign"])
def test_any_harm_to_any_file_changes_no_answer(path, harm, monkeypatch):
    """One bit turned in each file in turn; some one byte short, or gone; the note torn; the files of another log.

    The book is asked for, and then what comes next, which asks the run's own files.
    """
    with Ledger.open(path) as ledger:
        ledger.book()
        monkeypatch.setattr(maps, "keep", lambda *_, **__: None)
        monkeypatch.setattr(maps, "forget", lambda *_: None)
        (state,) = folder(path).iterdir()
        before = posted(path)
        tell(ledger, step(7, "mine", {"CAKE": "9"}, {"LAST": "8"}), day=13)
        after = posted(path)
        every = sorted(one.name for one in state.glob("*.numbers"))
        some = {
            "turned": every,
            "short": [f"{one}.numbers" for one in SOME],
            "gone": [f"{one}.numbers" for one in SOME],
        }
        for name in some.get(harm, ["state.json"]):
            whole = (state / name).read_bytes()
            hurt(state / name, harm)
            fresh = Ledger(ledger.store, path)
            same(fresh.book(2), before)
            same(fresh.book(), after)
            (state / name).write_bytes(whole)


def test_files_that_are_not_what_was_written_are_replaced(path):
    with Ledger.open(path) as ledger:
        ledger.book()
    (state,) = folder(path).iterdir()
    hurt(state / "flow.source.numbers", "turned")
    with Ledger.open(path) as ledger:
        assert type(ledger.book()) is not ShelvedBook
    with Ledger.open(path) as ledger:
        assert type(ledger.book()) is ShelvedBook
        same(ledger.book(), posted(path))


def hurt(file, harm):
    data = bytearray(file.read_bytes())
    if harm == "turned":
        data = data or bytearray(b"\0")  # of an array without numbers the file is not read
        data[-1 if len(data) % 3 else len(data) // 2] ^= 4
        file.write_bytes(data)
    elif harm == "short":
        file.write_bytes(data[:-1])
    elif harm == "gone":
        file.unlink()
    elif harm == "note":
        file.write_bytes(data[: len(data) // 2])
    else:
        told = json.loads(data.rpartition(b"\n")[0])
        told["of"]["root"] = "00" * 32
        text = json.dumps(told).encode()
        file.write_bytes(b"%s\n%d" % (text, crc32(text)))


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


def test_whatever_bit_of_a_note_turns_nothing_is_believed(tmp_path):
    """`<i4` and `>i4`, `<i8` and `<m8` are one bit apart."""
    key = MapKey("book", 3, "ab" * 32, "1")
    keep(tmp_path, key, {"into": np.arange(6, dtype=np.int32).reshape(2, 3), "out": np.arange(3)})
    note = tmp_path / key.folder / "state.json"
    whole = note.read_bytes()
    assert b"<i4" in whole
    for bit in range(8 * len(whole)):
        turned = bytearray(whole)
        turned[bit // 8] ^= 1 << bit % 8
        note.write_bytes(turned)
        assert kept(tmp_path, key) is None
        assert states(tmp_path, "book") == []
    note.write_bytes(whole)
    assert states(tmp_path, "book") == [key]


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
    """By hand: of 64 to 127 entries 70, of 32 to 63 61, of 16 to 31 30, then 12 and 6; 3 would be the sixth."""
    path = tmp_path / "filon.db"
    with Ledger.open(path) as ledger:
        for day in range(70):
            tell(ledger, birth(day, "mine", f"LOT{day}", "1", Co="10"), day=100 + day)
        asked = [3, 6, 10, 12, 30, 20, 60, 35, 70, 69, 61, 5]
        for size in asked:
            Ledger(ledger.store, path).book(size)
            assert len(files(path)) <= 5
        assert sorted(files(path)) == ["book-12", "book-30", "book-6", "book-61", "book-70"]


def told(path):
    """All that the files say."""
    return b"".join(one.read_bytes() for one in sorted(folder(path).rglob("*.numbers")))


def test_what_another_process_erased_is_nowhere_here_either(path):
    """This one has the book of the first entry; CAKE comes and is erased, and it is asked how things were between."""
    with Ledger.open(path) as ledger:
        ledger.book(1)
        before = ledger.book(2)
        ledger.register()
        other = Ledger.open(path)
        erase(other.store, [1], reason="a test", by="us", now=moment(20))
        other.forget_books()
        assert lot("CAKE") in before.of_lot
        for size in (2, 3):
            assert lot("CAKE") not in ledger.book(size).of_lot
            assert lot("CAKE") not in Ledger(ledger.store, path).book(size).of_lot
        assert lot("SALT").encode() in told(path)
        assert lot("CAKE").encode() not in told(path)


def test_what_is_erased_while_a_book_is_posted_is_in_no_file(path, monkeypatch):
    def laying(posting, whole=laid.laid):
        arrays = whole(posting)
        other = Ledger.open(path)
        erase(other.store, [1], reason="a test", by="us", now=moment(20))
        other.forget_books()
        return arrays

    with Ledger.open(path) as ledger:
        monkeypatch.setattr(laid, "laid", laying)
        ledger.book()
        assert not folder(path).exists()


def test_files_of_a_twin_that_erased_something_else_are_not_believed(path):
    """Two copies of a ledger, each with one entry erased; the root of what came before is the same."""
    twin = path.with_name("twin.db")
    with Ledger.open(path):
        pass
    shutil.copy(path, twin)
    for one, entry in ((path, 0), (twin, 1)):
        with Ledger.open(one) as ledger:
            erase(ledger.store, [entry], reason="a test", by="us", now=moment(20))
            ledger.book(2)
    shutil.rmtree(folder(path))
    shutil.copytree(twin.with_name("twin.db.maps"), folder(path))
    with Ledger.open(path) as ledger:
        assert list(ledger.book(2).of_lot) != [lot("ORE"), lot("STONE"), lot("SALT")]
        same(ledger.book(2), posted(path, 2))


def test_what_a_process_that_died_began_to_write_is_thrown_away(path):
    left = folder(path) / ".book-1-00.4711.new"
    left.mkdir(parents=True)
    (left / "text.text.numbers").write_bytes(b"half")
    (folder(path) / "mine").mkdir()
    with Ledger.open(path) as ledger:
        ledger.book()
    assert sorted(one.name.rpartition("-")[0] or one.name for one in folder(path).iterdir()) == ["book-2", "mine"]


@pytest.mark.parametrize(("mode", "inside"), [(0o600, 0o700), (0o640, 0o750), (0o644, 0o755)])
def test_who_may_not_read_the_ledger_may_not_read_its_books(path, mode, inside):
    path.chmod(mode)
    with Ledger.open(path) as ledger:
        ledger.book()
    (state,) = folder(path).iterdir()
    assert state.stat().st_mode & 0o777 == inside
    assert {one.stat().st_mode & 0o777 for one in state.iterdir()} == {mode}


def test_a_ledger_called_by_another_name_has_one_folder(path):
    other = path.with_name("link.db")
    other.symlink_to(path)
    with Ledger.open(other) as ledger:
        ledger.book()
    assert files(path) == ["book-2"]
    assert not other.with_name("link.db.maps").exists()


def test_a_folder_that_lies_elsewhere_is_emptied_too(path, tmp_path):
    elsewhere = tmp_path / "other disk"
    (elsewhere / "somebody's").mkdir(parents=True)
    folder(path).symlink_to(elsewhere)
    with Ledger.open(path) as ledger:
        ledger.book()
        assert len(list(elsewhere.iterdir())) == 2
        ledger.forget_books()
    assert [one.name for one in elsewhere.iterdir()] == ["somebody's"]


def test_files_that_cannot_be_thrown_away_are_told(path, monkeypatch):
    with Ledger.open(path) as ledger:
        ledger.book()
        monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(StoreError, match="delete it"):
            ledger.forget_books()


def test_a_look_back_lays_down_no_book_that_stands_there(path, monkeypatch):
    """Files of 1 and 3 entries; one more event: the book of 4 has grown by less than a thirty-second, look back or not."""
    with Ledger.open(path) as ledger:
        ledger.book(1)
        tell(ledger, *(birth(20 + one / 10, "mine", f"LOT{one}", "1", Co="10") for one in range(70)), day=20)
        ledger.book()
    with Ledger.open(path) as ledger:
        ledger.book()
        there = files(path)
        ledger.book(1)
        tell(ledger, birth(50, "mine", "MORE", "1", Co="10"), day=50)
        ledger.book()
        assert files(path) == there


def test_what_other_code_laid_down_is_laid_down_anew(path, monkeypatch):
    """Nobody has to remember that a rule changed: a byte more in a rule or a table, and the files are of other code."""
    with Ledger.open(path) as ledger:
        ledger.book()
    made = list(folder(path).glob("book-*/*.numbers"))
    monkeypatch.setattr(shelves, "code", lambda: "of another day")
    before = {one: one.stat().st_mtime_ns for one in made}
    with Ledger.open(path) as ledger:
        same(ledger.book(), posted(path))
    assert all(one.stat().st_mtime_ns > before[one] for one in folder(path).glob("book-*/*.numbers"))


def test_the_code_that_makes_books_is_told_by_its_bytes(tmp_path, monkeypatch):
    tree = tmp_path / "filon"
    shutil.copytree(Path(filon.__file__).parent, tree, ignore=shutil.ignore_patterns("web", "__pycache__", "locale"))
    monkeypatch.setattr(filon, "__file__", str(tree / "__init__.py"))

    def told():
        shelves.code.cache_clear()
        return shelves.code()

    first = told()
    (tree / "web.py").write_text("# makes no book")
    assert told() == first
    rules = tree / "books" / "journal.py"
    rules.write_bytes(rules.read_bytes() + b"\n")
    assert (second := told()) != first
    table = tree / "core" / "tables" / "forms.csv"
    assert table.exists()
    table.write_bytes(table.read_bytes() + b"\n")
    assert told() not in {first, second}
    shelves.code.cache_clear()


def test_who_lays_down_many_books_opens_no_more_and_more_files(path, monkeypatch):
    monkeypatch.setattr(shelves.Shelves, "_writer", ThreadPoolExecutor(1))
    with Ledger.open(path) as ledger:
        open_files = []
        for day in range(20, 26):
            tell(ledger, birth(day, "mine", f"LOT{day}", "1", Co="10"), day=day)
            ledger.book()
            ledger._shelves.wait()
            open_files.append(len(list(Path("/proc/self/fd").iterdir())))
        assert open_files[-1] == open_files[1]


def test_books_that_nobody_asks_any_more_are_gone(path):
    """Without waiting for the collector, whose turns come with many values, not with large ones."""
    with Ledger.open(path) as ledger:
        ledger.book()
    with Ledger.open(path) as ledger:
        made = []
        gc.disable()
        try:
            for day in range(20, 30):
                tell(ledger, birth(day, "mine", f"LOT{day}", "1", Co="10"), day=day)
                book = ledger.book()
                _ = book.columns.substance("Co").quotient, book.inflows, book.of_lot, book.once("me", lambda one: [one])
                made.append(ref(book))
            del book
            assert sum(one() is not None for one in made) == ledgers.KEPT_BOOKS
        finally:
            gc.enable()
