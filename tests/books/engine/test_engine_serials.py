"""Serial numbers: which cells went into which packs, by hand, against lists, and in the book of a plant."""

from collections import defaultdict
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_graphs import KERNELS
from filon.books.engine import serials
from filon.books.engine.serials import NOWHERE, Births, Links, Serials
from filon.books.movement import Said
from filon.books.post import post
from filon.books.register import Register
from filon.core.errors import NotFoundError
from filon.epcis.key import body_key
from filon.exchange.simulator.plant import events

both = pytest.mark.parametrize("work", [make() for make in KERNELS.values()], ids=list(KERNELS))


@both
def test_cells_modules_packs_by_hand(work):
    """Cells 0-2 of roll 7, 3-5 of roll 9; module 0 takes cells 1 and 4, module 1 cell 2; 4 went on into module 2."""
    home = np.array([NOWHERE, 0, 1, NOWHERE, 0, NOWHERE], np.uint32)
    modules = Links.of(home, 3, [[4], [2]], work=work)
    births = Births(np.array([0, 3, 6]), np.array([7, 9], np.int32))
    assert modules.up(np.array([1, 2, 3], np.uint32)).tolist() == [0, 1]
    assert modules.up(np.array([4], np.uint32)).tolist() == [0, 2]
    assert modules.down([0]).tolist() == [1, 4]
    assert modules.down([2, 1]).tolist() == [4, 2]
    assert births.nodes(modules.down([0])).tolist() == [7, 9]
    assert births.pieces(1).tolist() == [3, 4, 5]
    packs = Links.of(np.array([0, 0, 1], np.uint32), 2, work=work)
    assert packs.up(modules.up(births.pieces(0))).tolist() == [0]


@both
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 4)), max_size=30))
def test_links_are_lists_of_pairs(work, pairs):
    pairs = list(dict.fromkeys(pairs))
    home, again = np.full(9, NOWHERE, np.uint32), []
    for piece, article in pairs:
        if home[piece] == NOWHERE:
            home[piece] = article
        else:
            again.append((piece, article))
    links = Links.of(home, 5, np.array(again, np.uint32).reshape(-1, 2).T, work=work)
    for piece in range(9):
        assert set(links.up(np.array([piece], np.uint32)).tolist()) == {b for a, b in pairs if a == piece}
    for article in range(5):
        assert sorted(links.down([article]).tolist()) == sorted(a for a, b in pairs if b == article)


def test_a_cell_in_its_second_pack_among_many():
    """A hundred cells, each in its own pack; cell 5 went on into pack 90: looked up one by one or all at once."""
    links = Links.of(np.arange(100, dtype=np.uint32), 100, [[5], [90]])
    assert links.up(np.array([5, 7], np.uint32)).tolist() == [5, 7, 90]
    some = np.arange(50, dtype=np.uint32)
    assert links.up(some).tolist() == [*range(50), 90]


@both
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4), st.integers(0, 5)), max_size=9))
def test_first_homes_and_later_ones_are_those_met_one_by_one(work, told):
    """Spans of two batches by turns, one of pieces 0 to 4 (numbers 100 ..), one of 5 to 11 (numbers 1000 ..)."""
    home, again, movings = [NOWHERE] * 12, [], []
    for place, (low, length, article) in enumerate(told):
        number, begin, end = ((100, 0, 5), (1000, 5, 12))[place % 2]
        movings.append((begin - number, begin, end, article))
        for piece in range(begin + low - 2, begin + low - 2 + length):
            if begin <= piece < end and home[piece] == NOWHERE:
                home[piece] = article
            elif begin <= piece < end:
                again.append((piece, article))
    first = np.array([(100, 1000)[place % 2] + low - 2 for place, (low, _, _) in enumerate(told)], np.int64)
    last = first + np.array([length for _, length, _ in told], np.int64) - 1
    begins, each = np.arange(len(told) + 1), np.array(movings, np.int64).reshape(-1, 4)
    found, later = work.housed((first, last), (begins, each), 12)
    assert found.tolist() == home
    assert list(zip(*later.tolist(), strict=True)) == again


@pytest.fixture(scope="module")
def book():
    told = [Said(event, body_key(event).hex(), 0) for event in islice(events(5, mines=4), 2500)]
    return post(told, Register.of([]))


def test_a_plant_both_ways(book):
    """Against the ranges of the flows themselves, one by one."""
    pieces = Serials.of(book)
    inside, went = defaultdict(set), defaultdict(set)
    for flow in book.flows:
        for first, last in flow.serials:
            lot = book.holdings[flow.source].lot
            inside[flow.target] |= {(lot, number) for number in range(first, last + 1)}
            for number in range(first, last + 1):
                went[lot, number].add(flow.target)
    assert len(inside) > 50
    assert pieces.links.again.shape == (2, 0), "no cell went into two packs"
    for holding, cells in list(inside.items())[::7]:
        told = {(lot, number) for lot, first, last in pieces.inside(holding) for number in range(first, last + 1)}
        assert told == cells
    for (lot, number), articles in list(went.items())[:: len(went) // 60]:
        assert set(pieces.articles(lot, number, number).tolist()) == articles
    lot = next(iter(pieces.batches))
    everything = {one for (batch, _), articles in went.items() if batch == lot for one in articles}
    assert set(pieces.articles(lot, 0, 10**9).tolist()) == everything


def test_what_is_not_there(book):
    pieces = Serials.of(book)
    assert pieces.inside(0) == []
    assert pieces.articles(next(iter(pieces.batches)), 10**8, 10**8).tolist() == []
    with pytest.raises(NotFoundError):
        pieces.articles("urn:nobody", 1, 2)


@given(st.lists(st.integers(0, 40), max_size=8), st.integers(-20, 20), st.integers(0, 10), st.integers(10, 30))
def test_serial_numbers_outside_the_batch_are_at_its_ends(column, shift, low, high):
    slow = [sorted((number + shift, low, high))[1] for number in column]
    assert serials._bounded(column, shift, low, high).tolist() == slow
    assert serials._bounded(np.array(column, np.int64), shift, low, high).tolist() == slow


def test_a_serial_number_of_forty_digits_is_of_no_piece():
    assert serials._bounded([10**40], 3, 2, 9).tolist() == [9]
