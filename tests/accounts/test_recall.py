"""A recall by hand, against linear programming, and its laws: nothing lost, least <= likely <= most, both ways alike."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filon.accounts.recall import Tip, before, mirror, overlap, recall
from filon.accounts.recall_table import Affected, Bounds
from filon.books import book as books
from filon.books import trace
from filon.books.lot import AccountKind
from filon.books.post import post
from filon.books.trace import entered
from filon.epcis.event import QuantityElement
from oracles.recall_by_programming import extremes
from story import assemble, birth, lot, receive, register, said, ship, step
from strategies import REGISTER, chains

MG = 1_000_000


@pytest.fixture(scope="module", params=[10**9, 0], ids=["flow by flow", "on arrays"], autouse=True)
def _way(request):
    """All that is said here holds of small books and of large ones."""
    kept, books.LARGE = books.LARGE, request.param
    yield
    books.LARGE = kept


def kg(bounds: Bounds) -> tuple:
    return tuple(None if mg is None else mg / MG for mg in (bounds.least, bounds.likely, bounds.most))


def of(book, found, name) -> Affected:
    (one,) = [a for a in found.affected if a.holding == book.first(lot(name)).id]
    return one


def blend():
    """12 kg of A and 8 kg of B into one tank (20 kg); 5 kg, then 10 kg are drawn, 5 kg stay; all of it cobalt."""
    return post(
        said(
            birth(0, "m", "A", "12", form="Co", origin="urn:a"),
            birth(0, "m", "B", "8", form="Co", origin="urn:b"),
            step(1, "m", {"A": "12", "B": "8"}, {"TANK": "20"}, form="Co"),
            step(2, "m", {"TANK": "5"}, {"ONE": "5"}, form="Co"),
            step(3, "m", {"TANK": "10"}, {"TWO": "10"}, form="Co"),
        ),
        register(m="mine"),
    )


def test_a_tank_by_hand():
    # of B's 8 kg in 20: 5 kg hold 5*8/20 = 2 likely, at most 5; at least 5 - 12 < 0: none.
    # of A's 12 kg: 10 kg hold 6 likely, at least 10 - 8 = 2, at most 10.
    book = blend()
    found = recall(book, Tip((lot("B"),)), "Co")
    assert kg(of(book, found, "ONE").made) == (0, 2, 5)
    assert kg(of(book, found, "TWO").made) == (0, 4, 8)
    assert kg(of(book, found, "TANK").left) == (0, 2, 5)
    assert found.started == 8 * MG
    other = recall(book, Tip((lot("A"),)), "Co")
    assert kg(of(book, other, "TWO").made) == (2, 6, 10)
    both = recall(book, Tip((lot("A"), lot("B"))), "Co")
    assert kg(of(book, both, "TWO").made) == (10, 10, 10), "everything in the tank is recalled: no doubt is left"


def test_the_mirror_by_hand():
    # TWO's 10 kg came through the tank all; of A's 12 at least 10 - 8, likely 6, at most 10
    book = blend()
    back = {book.holdings[one.holding].lot: one.made for one in mirror(book, Tip((lot("TWO"),)), "Co")}
    assert kg(back[lot("TANK")]) == (10, 10, 10)
    assert kg(back[lot("A")]) == (2, 6, 10)
    assert kg(back[lot("B")]) == (0, 4, 8)


def test_a_lot_that_came_of_a_recalled_one_is_not_counted_twice():
    book = blend()
    found = recall(book, Tip((lot("A"), lot("TANK"))), "Co")
    assert found.started == 20 * MG, "12 kg of A, and the 8 kg of B that the tank added to them"


def test_an_unknown_amount_is_unknown_and_not_nothing():
    book = post(
        said(
            birth(0, "m", "A", "12", form="cobalt hydroxide", moisture="40"),
            birth(0, "m", "B", "8", form="Co"),
            step(1, "m", {"A": "12", "B": "8"}, {"MIX": "20"}, form="Co"),
        ),
        register(m="mine"),
    )
    found = recall(book, Tip((lot("A"),)), "Co")
    assert found.started is None
    made = of(book, found, "MIX").made
    assert made.least == 0
    assert made.most is None or made.most > 0, "it may be in there"


CELLS = "https://id.gs1.org/01/09506000134352/10/CELLS"


def cells(*more):
    """1000 cells of 1 kg cobalt from 600 kg of A and 400 kg of B; pack P has 1-300, pack Q 301-400; the rest is there."""
    told = step(1, "m", {"A": "600", "B": "400"}, {}, serials={"first": "1", "last": "1000"}, form="cell")
    made = replace(told, outputQuantityList=(QuantityElement(CELLS, Decimal(1000)),))

    def pack(day, name, first, last):
        event = assemble(day, "m", name, {}, [{"class": CELLS, "first": str(first), "last": str(last)}])
        return replace(event, childQuantityList=(QuantityElement(CELLS, Decimal(last - first + 1)),))

    return post(
        said(
            birth(0, "m", "A", "600", form="Co"), birth(0, "m", "B", "400", form="Co"), made,
            pack(2, "P", 1, 300), pack(3, "Q", 301, 400), *more,
        ),
        register(m="mine"),
    )  # fmt: skip


def test_pieces_with_known_numbers_are_there_or_not():
    # cells 251-350: 50 of them in P, 50 in Q; 1 kg each, nothing else
    book = cells()
    found = recall(book, Tip(pieces={CELLS: ((251, 350),)}), "Co")
    assert kg(of(book, found, "P").made) == (50, 50, 50)
    assert kg(of(book, found, "Q").made) == (50, 50, 50)
    assert found.started == 100 * MG
    # 351-450: 50 in Q; the other 50 are among the 600 that are still there
    rest = recall(book, Tip(pieces={CELLS: ((351, 450),)}), "Co")
    assert kg(of(book, rest, "Q").made) == (50, 50, 50)
    assert not [a for a in rest.affected if a.holding == book.first(lot("P")).id]
    (stock,) = [a for a in rest.affected if book.holdings[a.holding].lot == CELLS]
    assert kg(stock.left) == (50, 50, 50)


def test_the_mirror_of_some_pieces():
    # 100 of 1000 cells: 100 kg, 60 of them A's if evenly mixed, 100 at most; B's 400 kg could be all of them too
    book = cells()
    back = {book.holdings[a.holding].lot: a.made for a in mirror(book, Tip(pieces={CELLS: ((251, 350),)}), "Co")}
    assert kg(back[lot("A")]) == (0, 60, 100)
    assert kg(back[lot("B")]) == (0, 40, 100)


def test_pieces_and_a_lot_behind_them_together():
    # cells 1-30 wholly (30 kg), and A's share 600/1000 of the other 270 cells in P: 162 kg; at most all 300 kg
    book = cells()
    found = recall(book, Tip((lot("A"),), {CELLS: ((1, 30),)}), "Co")
    made = of(book, found, "P").made
    assert made.likely == 192 * MG
    assert made.least <= made.likely <= made.most == 300 * MG


def test_serial_numbers_told_twice_count_once():
    assert overlap([(1, 10), (5, 20)], [(8, 30), (9, 12)]) == 13


def test_what_is_shipped_and_received_stays_recalled():
    book = post(
        said(
            birth(0, "m", "A", "10", form="Co"),
            ship(1, "m", "w", "N1", {"A": "6"}),
            receive(2, "w", "N1", {"A": "6"}, own=lot("OWN")),
        ),
        register(m="mine", w="refinery"),
    )
    found = recall(book, Tip((lot("A"),)), "Co")
    assert kg(of(book, found, "OWN").left) == (6, 6, 6)
    assert kg(of(book, found, "A").left) == (4, 4, 4)


def test_what_a_weighing_found_of_a_recalled_lot_is_recalled_too():
    # 100 kg were there and all of it was used; 0.1 kg more was used, within two weighings' 2 * 1.41 * 0.1 % of 100 kg
    book = post(
        said(
            birth(0, "m", "A", "100", form="Co"),
            step(1, "m", {"A": "100"}, {"X": "100"}, form="Co"),
            step(2, "m", {"A": "0.1"}, {"Y": "0.1"}, form="Co"),
        ),
        register(m="mine"),
    )
    found = recall(book, Tip((lot("A"),)), "Co")
    assert kg(of(book, found, "Y").made) == (0.1, 0.1, 0.1)


SUBSTANCES = ("mass", "Co")


@given(chains, st.integers(0, 10_000))
def test_what_started_is_what_is_left_and_what_is_gone(told, seed):
    book = post(told, REGISTER)
    lots = sorted(book.of_lot)
    if not lots:
        return
    chosen = tuple(lots[(seed * 7 + k) % len(lots)] for k in range(1 + seed % 3))
    for substance in SUBSTANCES:
        found = recall(book, Tip(tuple(dict.fromkeys(chosen))), substance)
        for one in found.affected:
            for bounds in (one.made, one.left):
                assert bounds.least >= 0
                if bounds.likely is not None and bounds.most is not None:
                    assert bounds.least <= bounds.likely <= bounds.most
        if found.started is not None:
            left = sum(one.left.likely for one in found.affected)
            assert found.started == left + sum(found.gone.values())


@settings(max_examples=60)
@given(chains, st.integers(0, 10_000))
def test_the_bounds_hold_every_way_of_mixing(told, seed):
    book = post(told, REGISTER)
    lots = sorted(book.of_lot)
    if not lots or any(flow.content.get("mass", 0) is None for flow in book.flows):
        return
    chosen = lots[seed % len(lots)]
    found = recall(book, Tip((chosen,)), "mass")
    for one in [one for one in found.affected if one.holding not in found.start][-2:]:
        least, most = extremes(book, "mass", set(found.start), one.holding)
        slack = 1 + 1e-9 * most
        assert one.made.least <= least + slack
        assert most - slack <= one.made.most


@given(chains, st.integers(0, 10_000))
def test_back_and_forward_are_inverse(told, seed):
    """What lot B holds of lot A, asked from A or from B: the same number, and the bounds of each hold it."""
    book = post(told, REGISTER)
    lots = sorted(book.of_lot)
    if len(lots) < 2:
        return
    young = lots[seed % len(lots)]
    start = set(entered(book, [young]))
    for one in mirror(book, Tip((young,)), "mass"):
        holding = book.holdings[one.holding]
        if one.made.likely is not None and one.made.most is not None:
            assert one.made.least - 1 <= one.made.likely <= one.made.most + 1
        if holding.lot == young or holding.kind is AccountKind.STEP or one.made.likely is None:
            continue
        if one.holding not in entered(book, [holding.lot]) or len(entered(book, [holding.lot])) > 1:
            continue
        forward = {r.holding: r.mg for r in trace.forward(book, holding.lot, "mass") if r.holding in start}
        if any(start & before(book, [one]) - {one} for one in start):
            continue  # the young lot came from itself by another way: its parts overlap
        if None not in forward.values():
            assert abs(sum(forward.values()) - one.made.likely) <= len(start) + 1


@given(chains, st.integers(0, 10_000))
def test_a_recall_looks_at_its_cone_only_and_finds_the_same(told, seed):
    """The flows of some holdings, and a recall from them, whether all flows are looked through or those few."""
    book = post(told, REGISTER)
    lots = sorted(book.of_lot)
    some = {one.id for one in book.holdings if (one.id * 7 + seed) % 3 == 0}
    slow = [flow for flow in book.flows if flow.source in some or flow.target in some]
    assert [book.index(flow) for flow in book.flows] == list(range(len(book.flows)))
    found, kept = [], books.MANY
    try:
        for books.MANY in (0, 1 << 60):
            assert [id(flow) for flow in book.touching(some)] == [id(flow) for flow in slow]
            found.append([recall(book, Tip((lots[seed % len(lots)],)), name) for name in SUBSTANCES] if lots else [])
    finally:
        books.MANY = kept
    assert found[0] == found[1]
