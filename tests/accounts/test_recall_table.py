"""A recall on arrays: the milligrams, bounds and accounts outside of the recall flow by flow, to the last."""

from dataclasses import replace
from decimal import Decimal
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
from filon.epcis.event import QuantityElement
from filon.epcis.key import body_key
from filon.exchange.simulator.plant import events, master_data
from story import assemble, birth, lot, register, said, step
from strategies import REGISTER, chains

CELLS = "https://id.gs1.org/01/09506000134352/10/CELLS"


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


def unassayed():
    """ORE, of which nobody said how much cobalt is in it, makes 20 kg of salt with 4 kg; 5 kg of that make a cake."""
    return post(
        said(
            birth(0, "m", "ORE", "100", form="cobalt hydroxide", moisture="40"),
            birth(0, "m", "STONE", "100", form="cobalt hydroxide", moisture="40"),
            step(1, "m", {"ORE": "100"}, {"SALT": "20"}, Co="20"),
            step(2, "m", {"SALT": "5"}, {"CAKE": "5"}, Co="20"),
        ),
        register(m="mine"),
    )


def test_what_came_of_unassayed_matter_of_one_name_has_that_name():
    """By hand: 4 kg of cobalt left a pool of unknown content into which recalled ore alone went; so 4 kg are recalled,
    and of the cake its 1 kg."""
    slow, fast = both(unassayed(), Tip((lot("ORE"),)), "Co")
    assert fast == slow
    book = unassayed()
    likely = {book.holdings[one.holding].lot: one.made.likely for one in fast.affected}
    assert (likely[lot("SALT")], likely[lot("CAKE")]) == (4_000_000, 1_000_000)


def test_of_two_names_nobody_knows_which_one_was_drawn():
    """By hand: ORE and STONE, both unassayed, go into one salt; its 4 kg have an unknown name, and likely none is recalled."""
    book = post(
        said(
            birth(0, "m", "ORE", "100", form="cobalt hydroxide", moisture="40"),
            birth(0, "m", "STONE", "100", form="cobalt hydroxide", moisture="40"),
            step(1, "m", {"ORE": "100", "STONE": "100"}, {"SALT": "20"}, Co="20"),
        ),
        register(m="mine"),
    )
    slow, fast = both(book, Tip((lot("ORE"),)), "Co")
    assert fast == slow
    likely = {book.holdings[one.holding].lot: one.made.likely for one in fast.affected}
    assert likely[lot("SALT")] == 0


@pytest.mark.parametrize("last", [40, 70, 100])
def test_pieces_of_an_unassayed_batch_that_are_not_recalled_keep_their_name(last):
    """A hundred cells of ore of which nobody said how much cobalt it holds; cells 1 to `last` are recalled, and a pack of
    41 to 100 with 6 kg of cobalt is told apart: its cobalt is recalled if and only if its cells are."""
    made = replace(
        step(1, "m", {"ORE": "100"}, {}, serials={"first": "1", "last": "100"}, form="cell"),
        outputQuantityList=(QuantityElement(CELLS, Decimal(100)),),
    )
    put = replace(
        assemble(2, "m", "PACK", {}, [{"class": CELLS, "first": "41", "last": "100"}]),
        childQuantityList=(QuantityElement(CELLS, Decimal(60)),),
    )
    apart = step(3, "m", {"PACK": "1"}, {"MASS": "30"}, in_uom=None, Co="20")
    ore = birth(0, "m", "ORE", "100", form="cobalt hydroxide", moisture="40")
    book = post(said(ore, made, put, apart), register(m="mine"))
    slow, fast = both(book, Tip((), {CELLS: ((1, last),)}), "Co")
    assert fast == slow
