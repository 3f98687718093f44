"""A recall on arrays: the milligrams, bounds and accounts outside of the recall flow by flow, to the last."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filon.accounts.recall import Recall, Tip, mirror, recall
from filon.accounts.recall_table import Affected, Bounds, Reach
from filon.books import book as books
from filon.books.book import Book
from filon.books.movement import Said
from filon.books.post import post
from filon.books.register import Register
from filon.books.trace import entered
from filon.epcis.key import body_key
from filon.exchange.simulator.plant import events, master_data
from strategies import REGISTER, chains


def both(book: Book, tip: Tip, substance: str) -> tuple[Recall, Recall]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "LARGE", 10**9)
        slow = recall(book, tip, substance)
        patch.setattr(books, "LARGE", 0)
        return slow, recall(book, tip, substance)


def tip_of(book: Book, seed: int) -> Tip:
    """Some lots, and some pieces of a batch with serial numbers: beside them, or alone."""
    lots = sorted(book.of_lot)
    some = tuple(dict.fromkeys(lots[(seed * 7 + k * k) % len(lots)] for k in range(seed % 4)))
    batches = [lot for lot in lots if (told := book.declared.get(lot)) and told.serials and lot not in some]
    if not batches or seed % 3 == 0:
        return Tip(some or (lots[0],))
    batch = batches[seed % len(batches)]
    first, last = book.declared[batch].serials
    step = max((last - first) // 5, 1)
    return Tip(some, {batch: ((first, first + step), (first + 2 * step, first + 2 * step + seed % 7))})


@given(chains, st.integers(0, 10_000))
def test_chains_of_any_shape_are_recalled_alike(told, seed):
    book = post(told, REGISTER)
    if not book.of_lot:
        return
    for substance in ("mass", "Co", "As"):
        slow, fast = both(book, tip_of(book, seed), substance)
        assert fast == slow


@pytest.fixture(scope="module")
def plant() -> Book:
    told = [Said(event, body_key(event).hex(), 0) for event in islice(events(3, mines=8), 3000)]
    master = [(kind.type, one.id, dict(one.attributes)) for kind in master_data(8) for one in kind.elements]
    return post(told, Register.of(master))


@pytest.mark.parametrize("seed", range(1, 60, 7))
def test_a_plants_lots_and_cells_are_recalled_alike(plant, seed):
    for substance in ("Ni", "mass"):
        slow, fast = both(plant, tip_of(plant, seed), substance)
        assert fast == slow
        assert fast.started is not None


def test_a_whole_mine_goes_everywhere(plant):
    mine = plant.first(next(iter(plant.of_lot))).site
    lots = tuple(lot for lot in plant.of_lot if plant.first(lot).site == mine)
    slow, fast = both(plant, Tip(lots), "Co")
    assert fast == slow
    assert len(fast.affected) > len(plant.holdings) / 4


def test_rows_and_columns_are_the_same():
    rows = [Affected(3, Bounds(1, None, None), Bounds(0, 0, 0)), Affected(5, Bounds(1, 2, 3), Bounds(0, 1, None))]
    assert list(Reach.of(rows).rows) == rows
    assert Reach.of(rows) != Reach.of(rows[:1])
    assert not list(Reach.of([]).rows)


@given(chains, st.integers(0, 10_000))
def test_what_chains_came_from_is_told_alike(told, seed):
    book = post(told, REGISTER)
    if not book.of_lot:
        return
    for substance in ("mass", "Co"):
        tip = tip_of(book, seed)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(books, "LARGE", 10**9)
            slow, first = mirror(book, tip, substance), entered(book, tip.lots)
            patch.setattr(books, "LARGE", 0)
            fast = mirror(book, tip, substance)
            assert entered(book, tip.lots) == first
        assert [(one.holding, one.made.least, one.made.most) for one in fast] == [
            (one.holding, one.made.least, one.made.most) for one in slow
        ]
        for mine, its in zip(fast, slow, strict=True):
            assert (mine.made.likely is None) == (its.made.likely is None)
            assert abs((mine.made.likely or 0) - (its.made.likely or 0)) <= len(slow)


def test_ends_of_flows_are_those_of_the_flows(plant):
    places = list(range(0, len(plant.flows), 3))
    assert plant.columns.ends(places) == [plant.flows[place].source for place in places]
    assert plant.columns.ends(places, target=True) == [plant.flows[place].target for place in places]
