"""The chart of a ledger: the lots that the book gives, also out of files, and never out of another log's files."""

import json
import shutil

import numpy as np
import pytest
from hypothesis import given

from filon.app.ledger import Ledger
from filon.books import trace
from filon.books.engine.chart import Chart
from filon.books.lot import AccountKind
from filon.books.post import post
from filon.store.maps import MapKey, keep, kept
from story import birth, lot, ship, step
from strategies import REGISTER, chains
from told_ledger import sites, tell

SITES = sites(mine={"kind": "mine", "zone": "+01:00"}, works={"kind": "refinery"})


@pytest.fixture
def path(tmp_path):
    """ORE makes SALT; STONE makes nothing; then, told in a second entry, SALT makes CAKE."""
    with Ledger.open(tmp_path / "filon.db") as ledger:
        told = [birth(1, "mine", one, "1000", Co="10") for one in ("ORE", "STONE")]
        tell(ledger, *told, step(3, "mine", {"ORE": "400"}, {"SALT": "190"}, Co="20"), day=10, master=(SITES,))
        tell(ledger, step(4, "mine", {"SALT": "90"}, {"CAKE": "80"}, Co="20"), day=11)
    return tmp_path / "filon.db"


def maps(path):
    return sorted(one.name for one in path.with_name("filon.db.maps").glob("*"))


def test_which_lots_came_of_which_by_hand(path):
    with Ledger.open(path) as ledger:
        chart = ledger.chart()
        assert chart.downstream([lot("ORE")]) == sorted([lot("ORE"), lot("SALT"), lot("CAKE")])
        assert chart.upstream([lot("CAKE")]) == sorted([lot("ORE"), lot("SALT"), lot("CAKE")])
        assert chart.upstream([lot("STONE"), "urn:nobody"]) == [lot("STONE")]
        assert ledger.chart(1).downstream([lot("ORE")]) == sorted([lot("ORE"), lot("SALT")])


def test_it_is_kept_in_files_and_read_without_posting(path, monkeypatch):
    with Ledger.open(path) as ledger:
        answer = ledger.chart().downstream([lot("ORE")])
    monkeypatch.setattr(Ledger, "book", None)  # whoever posts now fails
    with Ledger.open(path) as ledger:
        chart = ledger.chart()
        assert chart.downstream([lot("ORE")]) == answer
        assert isinstance(chart.graph.into, np.memmap)


def test_files_may_be_deleted_and_stale_ones_are_never_used(path):
    with Ledger.open(path) as ledger:
        ledger.chart(1)
        stale = maps(path)
        ledger.chart()
        assert len(maps(path)) == 1  # the older state's are thrown away
        assert maps(path) != stale
        tell(
            ledger,
            ship(6, "mine", "works", "N1", {"CAKE": "20"}),
            step(7, "mine", {"CAKE": "9"}, {"LAST": "8"}),
            day=12,
        )
        assert lot("LAST") in ledger.chart().downstream([lot("ORE")])
    shutil.rmtree(path.with_name("filon.db.maps"))
    with Ledger.open(path) as ledger:
        assert lot("LAST") in ledger.chart().downstream([lot("ORE")])


@pytest.mark.parametrize("damage", ["root", "version", "size", "dtype", "short", "torn", "gone", "note"])
def test_what_is_not_exactly_right_is_made_again(tmp_path, damage):
    key, arrays = (
        MapKey("chart", 3, "ab" * 32, "1"),
        {"into": np.arange(5, dtype=np.int32), "none": np.zeros(0, np.int64)},
    )
    keep(tmp_path, key, arrays)
    assert {name: list(one) for name, one in kept(tmp_path, key).items()} == {"into": [0, 1, 2, 3, 4], "none": []}
    folder = tmp_path / key.folder
    asked = key
    if damage == "root":  # the same first letters, another log
        asked = MapKey("chart", 3, "ab" * 31 + "cd", "1")
    elif damage == "version":
        asked = MapKey("chart", 3, "ab" * 32, "2")
    elif damage == "size":
        asked = MapKey("chart", 4, "ab" * 32, "1")
    elif damage == "dtype":
        np.save(folder / "into.npy", np.arange(5, dtype=np.int64))
    elif damage == "short":
        np.save(folder / "into.npy", np.arange(4, dtype=np.int32))
    elif damage == "torn":
        (folder / "into.npy").write_bytes((folder / "into.npy").read_bytes()[:-3])
    elif damage == "gone":
        (folder / "into.npy").unlink()
    else:
        (folder / "state.json").write_text(json.dumps({"of": 1}))
    assert kept(tmp_path, asked) is None


def test_a_place_that_cannot_be_written_is_no_mistake(tmp_path):
    (tmp_path / "file").write_text("")
    keep(tmp_path / "file", MapKey("chart", 1, "00", "1"), {"a": np.zeros(1)})
    assert (tmp_path / "file").read_text() == ""


@given(chains)
def test_the_chart_is_the_book(told):
    book = post(told, REGISTER)
    made = Chart.of(book)
    chart = Chart.read(made.arrays())
    assert [chart.name(at) for at in range(len(chart))] == sorted(book.of_lot, key=str.encode)
    for one in list(book.of_lot)[:5]:
        assert chart.nodes([one]).tolist() == list(book.of_lot[one])
        for ask, walk in ((chart.upstream, trace.forebears), (chart.downstream, trace.descendants)):
            held = {book.holdings[i].lot for i in walk(book, [one]) if book.holdings[i].kind is not AccountKind.STEP}
            assert ask([one]) == sorted(held, key=str.encode)
