"""The compiled origin account: the same milligrams, names and accounts outside as the one in Python, to the last."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filon.accounts.origin import Origins, origins
from filon.accounts.origin_table import origin_table
from filon.books import book as books
from filon.books.book import Book, Flow, Holding
from filon.books.engine.dealing import LARGEST_MG, dealt
from filon.books.lot import Account, AccountKind, LotId, SiteId
from filon.books.post import post
from filon.books.register import Register
from filon.core.on_demand import OnDemand
from filon.core.quantity import split
from story import birth, lot, register, said, step
from strategies import REGISTER, chains


def both(book: Book, substance: str) -> tuple[Origins, Origins]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "LARGE", 10**9)
        python = origins(book, substance)
        vars(book).pop("_kept")  # else the second answer were the first one, kept
        patch.setattr(books, "LARGE", 0)
        assert origin_table(book, substance) is not None
        return python, origins(book, substance)


def same(book: Book, substance: str) -> None:
    python, compiled = both(book, substance)
    assert list(compiled.made) == list(python.made)
    assert list(compiled.left) == list(python.left)
    assert compiled.outside == {account: vector for account, vector in python.outside.items() if vector}
    assert list(compiled.named) == list(python.named)


@given(chains)
def test_to_the_milligram_on_chains_of_any_shape(told):
    book = post(told, REGISTER)
    for substance in ("mass", "Co", "As", "Li"):
        same(book, substance)


def test_thirds_by_hand():
    """1 mg each of three origins, drawn mg by mg: the first draw takes a, the second b, the third c."""
    events = [birth(0, "m", f"l{i}", "0.000001", form="Co", origin=f"urn:{i}") for i in range(3)]
    events.append(step(1, "m", {f"l{i}": "0.000001" for i in range(3)}, {"mix": "0.000003"}, form="Co"))
    events += [step(2 + i, "m", {"mix": "0.000001"}, {f"o{i}": "0.000001"}, form="Co") for i in range(3)]
    book = post(said(*events), register(m="mine"))
    _, compiled = both(book, "Co")
    assert [compiled.made[book.first(lot(f"o{i}")).id] for i in range(3)] == [{"urn:0": 1}, {"urn:1": 1}, {"urn:2": 1}]


@given(st.lists(st.integers(0, LARGEST_MG // 64), min_size=1, max_size=60).filter(any), st.integers(1, LARGEST_MG - 1))
def test_dealing_is_splitting_up_to_two_million_tonnes(weights, mg):
    parts, rest = np.zeros(len(weights), np.int64), np.zeros(len(weights), np.int64)
    dealt(mg, np.array(weights, np.int64), parts, rest)
    assert parts.tolist() == split(mg, weights)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12).filter(any), st.integers(1, 40))
def test_dealing_is_splitting_where_remainders_are_equal(weights, mg):
    parts, rest = np.zeros(len(weights), np.int64), np.zeros(len(weights), np.int64)
    dealt(mg, np.array(weights, np.int64), parts, rest)
    assert parts.tolist() == split(mg, weights)


def book_of(count: int, *flows: Flow) -> Book:
    """A book of so many holdings of cobalt and these flows."""
    holdings = [
        Holding(at, LotId(f"l{at}"), SiteId("s"), AccountKind.STOCK, 1, 0, 0, "mg", {"Co": 1}, {})
        for at in range(count)
    ]
    return Book([], holdings, flows, [], {}, Register.of([]), [])


def mine(name: str) -> Account:
    return Account(AccountKind.SOURCE, name)


def test_more_drawn_than_is_there_by_hand():
    """100 mg of a, then 150 drawn: all a. 60 of a and 40 of b, then 150 drawn: nobody can tell of what."""
    one = book_of(2, Flow(0, mine("a"), 0, 0, {"Co": 100}), Flow(0, 0, 1, 0, {"Co": 150}))
    two = book_of(
        2, Flow(0, mine("a"), 0, 0, {"Co": 60}), Flow(0, mine("b"), 0, 0, {"Co": 40}), Flow(0, 0, 1, 0, {"Co": 150})
    )
    assert [list(origins.made) for origins in both(one, "Co")] == [[{"a": 100}, {"a": 150}]] * 2
    assert [list(origins.made) for origins in both(two, "Co")] == [[{"a": 60, "b": 40}, {"UNKNOWN": 150}]] * 2
    same(two, "Co")


def test_a_surplus_like_a_mixture_by_hand():
    """10 mg more than were there, like a pool of a and b in 3:2: 6 and 4; the account that lent them is short of as much."""
    more = Account(AccountKind.UNACCOUNTED, "s")
    book = book_of(
        2,
        Flow(0, mine("a"), 0, 0, {"Co": 60}),
        Flow(0, mine("b"), 0, 0, {"Co": 40}),
        Flow(0, more, 1, 0, {"Co": 10}, like=0),
        Flow(0, more, 1, 0, {"Co": 5}),
        Flow(0, Account(AccountKind.REAGENTS, "s"), 1, 0, {"Co": 1}),
    )
    for origins_ in both(book, "Co"):
        assert origins_.made[1] == {"a": 6, "b": 4, "UNKNOWN": 6}
        assert origins_.outside[more] == {"a": -6, "b": -4, "UNKNOWN": -5}
    same(book, "Co")


def test_reagents_name_no_origin():
    book = book_of(
        1, Flow(0, mine("a"), 0, 0, {"Co": 60}), Flow(0, Account(AccountKind.REAGENTS, "s"), 0, 0, {"Co": 1})
    )
    assert [origins.named[0] for origins in both(book, "Co")] == [frozenset({"a"})] * 2


def test_what_is_too_heavy_is_left_to_python(monkeypatch):
    """Three million tonnes of one substance: no table, the same answer."""
    book = post(said(birth(0, "m", "hill", "3000000000", form="Co", origin="urn:a")), register(m="mine"))
    assert origin_table(book, "mass") is None
    monkeypatch.setattr(books, "LARGE", 0)
    assert origins(book, "Co").made[0] == {"urn:a": 3 * 10**15}


def test_rows_are_a_sequence():
    rows = OnDemand(3, lambda at: at * at)
    assert list(rows) == [0, 1, 4]
    assert rows[-1] == 4
    assert rows[1:] == [1, 4]
    with pytest.raises(IndexError):
        rows[3]
