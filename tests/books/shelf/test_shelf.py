"""A book out of columns is the book that was posted, and goes on as it would have: on random chains, cut anywhere."""

import gc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice, pairwise
from weakref import ref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filon.books.book import Flow
from filon.books.engine.columns import Columns
from filon.books.engine.serials import Serials
from filon.books.lot import Account, AccountKind, Amount
from filon.books.movement import Said
from filon.books.past import Past
from filon.books.post import Posting, post
from filon.books.register import Register
from filon.books.shelf import texts
from filon.books.shelf.laid import laid
from filon.books.shelf.numbers import Contents, Shaping
from filon.books.shelf.shelf import Shelf
from filon.books.shelf.texts import Texts
from filon.epcis.key import body_key
from filon.exchange.simulator.plant import events, master_data
from story import assemble, birth, lot, receive, ship, site, step
from strategies import LAYERED, REGISTER, codes, registers, told

PARTS = ("events", "holdings", "flows", "checks", "declared", "findings", "register", "scope")


def told_of(listed):
    """Each once, as in a log."""
    unique = {body_key(event).hex(): event for event in listed}
    return [Said(event, key, place) for place, (key, event) in enumerate(unique.items())]


def same(one, other):
    for name in PARTS:
        assert getattr(one, name) == getattr(other, name), name
        assert getattr(other, name) == getattr(one, name), name
    for some in ((), range(0, len(other.holdings), 3), range(len(other.holdings))):
        assert list(one.touching(set(some))) == list(other.touching(set(some)))
    for name in ("inflows", "outflows", "alike", "of_lot"):
        mine, its = getattr(one, name), getattr(other, name)
        assert list(mine) == list(its), name
        assert len(mine) == len(its), name
    assert list(one.of_lot.items()) == [(lot, list(ids)) for lot, ids in other.of_lot.items()]
    assert [list(one.of_lot[each]) for each in other.of_lot] == [list(ids) for ids in other.of_lot.values()]
    assert sorted(one.declared.items(), key=str) == sorted(other.declared.items(), key=str)
    same_columns(one.columns, other.columns)


def same_columns(mine, its):
    """What recalls read of a book en masse."""
    places = list(range(len(its.source)))
    for target in (False, True):
        assert mine.ends(places, target=target) == its.ends(places, target=target)
    assert mine.processes.tolist() == its.processes.tolist()
    assert mine.entering.tolist() == its.entering.tolist()
    for substance in ("mass", "Co"):
        for name in ("told", "whole", "rest"):
            one, other = (getattr(each.substance(substance), name) for each in (mine, its))
            assert one.tolist() == other.tolist(), name


def shelved(posting, heard, register=REGISTER):
    """The same posting out of columns."""
    known = {one.key: one.event for one in heard}
    arrays = laid(posting)
    assert arrays is not None
    for array in arrays.values():
        array.flags.writeable = False
    shelf = Shelf(arrays, lambda keys, _: {key: known[key] for key in keys})
    return shelf.posting(register)


@settings(max_examples=150, deadline=None)
@given(codes, registers)
def test_the_book_is_the_same(listed, register):
    heard = told_of(told(listed))
    posting = Posting(heard, register, past=Past())
    again = shelved(posting, heard, register).book
    same(again, posting.book)
    assert list(again.declared.items()) == list(posting.book.declared.items())


@settings(max_examples=150, deadline=None)
@given(
    codes, registers, st.lists(st.integers(0, 40), min_size=1, max_size=4),
    st.lists(st.booleans(), min_size=6, max_size=6),
)  # fmt: skip
def test_it_goes_on_as_it_would_have(listed, register, cuts, kept):
    """Cut anywhere; after some of the parts the run comes out of columns, after others it just goes on."""
    heard = sorted(told_of(told(listed)), key=lambda one: one.event.eventTime)
    bounds = [0, *sorted(min(cut, len(heard)) for cut in cuts), len(heard)]
    posting, plain = (Posting((), register, past=Past()) for _ in range(2))
    older = []
    for (begin, end), from_columns in zip(pairwise(bounds), kept, strict=False):
        if from_columns:
            posting = shelved(posting, heard, register)
        grows = posting.grow(heard[begin:end])
        assert grows == plain.grow(heard[begin:end])
        if not grows:
            posting, plain = (Posting(heard[:end], register, past=Past()) for _ in range(2))
        assert list(posting.book.declared.items()) == list(plain.book.declared.items())
        older.append((posting.book, heard[:end]))
    for book, part in older:
        same(book, post(part, register))


def laid_down(listed):
    """A book in columns, and the one that was laid down."""
    heard = told_of(listed)
    posting = Posting(heard, REGISTER, past=Past())
    arrays, known = laid(posting), {one.key: one.event for one in heard}
    assert arrays is not None
    return Shelf(arrays, lambda keys, _: {key: known[key] for key in keys}), posting.book


def test_a_shelf_that_nobody_uses_is_gone():
    shelf, _ = laid_down([birth(1, "mine", "ORE", "1", Co="10")])
    book = shelf.book(REGISTER)
    assert book.declared[lot("ORE")] is book.declared[lot("ORE")]
    gone = ref(shelf)
    del shelf, book
    gc.collect()
    assert gone() is None


@pytest.fixture(scope="module")
def plant():
    """A plant's first 1 200 events: batches with serial numbers, packs of cells that were graded one by one."""
    register = Register.of((kind.type, one.id, one.attributes) for kind in master_data() for one in kind.elements)
    heard = told_of(islice(events(3, mines=4), 1200))
    return register, heard, Posting(heard, register, past=Past())


def test_a_plant_and_what_the_engine_makes_of_it(plant):
    register, heard, posting = plant
    one, other = shelved(posting, heard, register).book, posting.book
    columns = one.columns
    assert not any(known for known in one.flows._known)  # no flow was made for it
    for name in ("source", "target", "like", "events"):
        assert getattr(columns, name).tolist() == getattr(other.columns, name).tolist(), name
    for name in ("starts", "into", "event", "flow"):
        assert getattr(columns.graph, name).tolist() == getattr(other.columns.graph, name).tolist(), name
    for substance in ("Ni", "mass", "none"):
        mine, its = columns.substance(substance), other.columns.substance(substance)
        assert mine.mg.tolist() == its.mg.tolist()
        assert mine.names == its.names
        assert mine.quotient.of_node.tolist() == its.quotient.of_node.tolist()
    pieces, known = Serials.of(one), Serials.of(other)
    assert pieces.batches == known.batches
    assert pieces.article.tolist() == known.article.tolist()
    for name in ("home", "starts", "inside", "again"):
        assert getattr(pieces.links, name).tolist() == getattr(known.links, name).tolist(), name
    same(one, other)
    for flow in (one.flows[0], one.flows[-1], *one.touching([5, 6])):
        assert one.flows[one.index(flow)] is flow  # a row is one thing however it is asked for


def test_a_plant_goes_on_out_of_columns_by_every_deposit(plant):
    register, heard, _ = plant
    posting = Posting(heard[:900], register, past=Past())
    refused = 0
    for at in range(900, 1200, 50):
        posting = shelved(posting, heard, register)
        columns = posting.book.columns.substance("Ni").mg.tolist() if at % 100 else None
        if not posting.grow(heard[at : at + 50]):
            refused += 1
            posting = Posting(heard[: at + 50], register, past=Past())
        if columns:
            new = Columns.of(post(heard[: at + 50], register))
            assert posting.book.columns.substance("Ni").mg.tolist() == new.substance("Ni").mg.tolist()
            assert posting.book.columns.source.tolist() == new.source.tolist()
    assert refused <= 2
    same(posting.book, post(heard, register))


def test_two_who_ask_at_once_get_the_same_flow(plant):
    """A flow is known by what it is, not by what it says: in one event two may say the same."""
    register, heard, posting = plant
    book = shelved(posting, heard, register).book
    with ThreadPoolExecutor(8) as pool:
        asked = list(pool.map(lambda turn: [book.flows[at] for at in range(turn % 3, 900, 1 + turn % 2)], range(16)))
        whole = list(pool.map(lambda _: list(book.flows), range(4)))
    kept = {at: id(flow) for at, flow in enumerate(whole[0])}
    for turn, flows in enumerate(asked):
        assert [id(flow) for flow in flows] == [kept[at] for at in range(turn % 3, 900, 1 + turn % 2)]
    assert all([id(flow) for flow in one] == list(kept.values()) for one in whole)


@pytest.mark.parametrize("number", [2**63, -(2**63)])
def test_a_number_that_columns_cannot_hold_is_not_laid_down(plant, number):
    register, heard, _ = plant
    one = Posting(heard[:50], register, past=Past())
    flow = one.book.flows[0]
    one.book.flows[0] = Flow(flow.event, flow.source, flow.target, flow.amount, {**flow.content, "Co": number})
    assert laid(one) is None


def test_unknown_is_not_absent_and_not_zero():
    contents = [{"Co": None, "Ni": 0}, {"Ni": 5}, {}, {"Ni": 1, "Co": 2}]
    shapes = Shaping()
    made = Contents.of(contents, shapes)
    assert made.rows(0, 4) == contents
    assert made.of_name("Co").tolist() == [0, 0, 0, 2]
    assert made.of_name("Co", -1).tolist() == [-1, 0, 0, 2]
    others = made.replaced(np.array([1, 3]), Contents.of([{}, {"Co": None}], shapes))
    assert others.rows(0, 4) == [contents[0], {}, {}, {"Co": None}]
    assert made.taken(np.array([3, 0])).rows(0, 2) == [contents[3], contents[0]]


def test_names_with_half_characters_and_alike_hashes(monkeypatch):
    names = ["", "é", "\ud83d", "lot", "lots"]
    monkeypatch.setattr(texts, "_hash", lambda name: len(name) // 2)  # several names with one hash
    made = Texts.none().with_more([name.encode("utf-8", "surrogatepass") for name in names])
    assert [made[number] for number in range(5)] == names
    assert [made.find(name) for name in (*names, "lo", "nobody", "tol")] == [0, 1, 2, 3, 4, None, None, None]


CELLS = birth(0, "works", "B", "9", None, serials={"first": "1", "last": "9"})
GOES_ON = {
    "a tank filled twice gives of its last filling": (
        [birth(0, "works", "T", "9"), birth(1, "works", "T", "5")], step(2, "works", {"T": "11"}, {"C": "11"})
    ),
    "a lot at two sites gives of the one that is named": (
        [birth(0, "mine", "A", "9"), ship(1, "mine", "works", "N", {"A": "4"}), receive(2, "works", "N", {"A": "4"})],
        step(3, "works", {"A": "3"}, {"C": "3"}),
    ),
    "what is under way arrives by its own delivery note": (
        [birth(0, "mine", "A", "9"), ship(1, "mine", "works", "N", {"A": "2"}), ship(2, "mine", "plant", "M", {"A": "3"})],
        receive(3, "works", "N", {"A": "2"}),
    ),
    "a lot that nobody made is not there": ([birth(0, "works", "A", "9")], step(1, "works", {"X": "2"}, {"C": "2"})),
    "a piece in two packs is told": (
        [CELLS, assemble(1, "works", "P", {"B": 4}, [{"class": lot("B"), "first": "1", "last": "4"}])],
        assemble(2, "works", "Q", {"B": 2}, [{"class": lot("B"), "first": "3", "last": "4"}]),
    ),
    "a birth told twice is told": ([birth(0, "works", "A", "9")], birth(1, "mine", "A", "2")),
}  # fmt: skip


@pytest.mark.parametrize("silos", [REGISTER, LAYERED], ids=["mixed", "layered"])
@pytest.mark.parametrize("case", GOES_ON, ids=GOES_ON)
def test_what_a_run_must_remember(case, silos):
    before, after = GOES_ON[case]
    heard = told_of([*before, after])
    posting = shelved(Posting(heard[:-1], silos, past=Past()), heard, silos)
    assert posting.grow(heard[-1:])
    same(posting.book, post(heard, silos))


def test_a_silo_whose_older_layer_was_renewed_gives_of_its_newest():
    """What is open at a site is the newest filling, though an older layer's renewal has the higher number."""
    heard = told_of([birth(0, "works", "T", "9"), birth(1, "works", "T", "5")])
    posting = Posting(heard, LAYERED, past=Past())
    journal = posting.journal
    older, newest = journal.layers.kept[lot("T"), site("works")]
    journal.turn_over()
    renewed = journal.renewed(older, Amount(0, older.unit), {}, Account(AccountKind.UNACCOUNTED, "test"))
    posting.book = posting._book()
    again = shelved(posting, heard, LAYERED).journal
    assert again.open[lot("T"), site("works")] == newest.id < renewed.id
    assert [one.id for one in again.layers.kept[lot("T"), site("works")]] == [renewed.id, newest.id]


def test_a_pack_comes_apart_piece_by_piece_laid_down_between_any_two_events():
    """Pieces of 2 and of 5 kg: each that comes out is as heavy as it went in, however often the run was laid down."""
    pieces = [birth(0, "works", name, "9", None, pieceMass=kg) for name, kg in (("B", "2"), ("C", "5"))]
    packs = [assemble(1 + at, "works", pack, {"B": 4, "C": 2}) for at, pack in enumerate("PQ")]
    apart = [
        replace(assemble(3 + at, "works", pack, parts), action="DELETE")
        for at, (pack, parts) in enumerate([("P", {"B": 1}), ("Q", {"C": 1}), ("P", {"C": 2}), ("P", {"B": 3})])
    ]
    heard = told_of([*pieces, *packs, *apart])
    posting = Posting(heard[:4], REGISTER, past=Past())
    for one in heard[4:]:
        posting = shelved(posting, heard)
        assert posting.grow([one])
    same(posting.book, post(heard, REGISTER))
    book, packed = posting.book, {lot("P"), lot("Q")}
    out = [flow for flow in book.flows if flow.event >= 4 and book.holdings[flow.source].lot in packed]
    weights = [flow.content["mass"] for flow in out]
    assert weights == [2_000_000, 5_000_000, 10_000_000, 6_000_000]  # mg
