"""The plant as a stream: repeatable, ordered, nothing used twice, nothing kept."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import islice, pairwise

import pytest

from filon.books.movement import Said
from filon.books.post import post
from filon.books.register import Register
from filon.exchange.simulator.chance import Chance
from filon.exchange.simulator.plant import _Plant, events, master_data
from filon.exchange.simulator.strand import Strand
from filon.exchange.simulator.world import place


def spans(event):
    return [(int(one["first"]), int(one["last"])) for one in event.own("ranges")]


def packs(stream):
    return [event for event in stream if event.type == "AggregationEvent"]


def test_the_same_seed_gives_the_same_stream():
    assert list(islice(events(1), 800)) == list(islice(events(1), 800))
    assert list(islice(events(2), 800)) != list(islice(events(1), 800))


def test_time_never_runs_backwards():
    for before, after in pairwise(islice(events(1), 3000)):
        assert before.eventTime <= after.eventTime


def test_it_stops_after_the_packs_asked_for():
    assert len(packs(events(1, packs=7))) == 7


@pytest.mark.parametrize(("tray", "ranges"), [(288, 1), (24, 12), (1, 288)])
def test_packs_are_filled_with_whole_trays_out_of_the_window(tray, ranges):
    """Neighbouring trays join, so there may be fewer ranges than trays, never more."""
    seen: set[int] = set()
    window = 4000
    for number, event in enumerate(packs(events(3, packs=30, tray=tray, window=window))):
        cells = [cell for first, last in spans(event) for cell in range(first, last + 1)]
        assert len(cells) == 288 == sum(one.quantity for one in event.childQuantityList)
        assert len(spans(event)) <= ranges
        assert not seen & set(cells)
        seen |= set(cells)
        # Packs before it, the window, and gaps: a batch's 150 rejects and the last cells that fill no tray.
        assert max(cells) <= (number + 1) * 288 + window + (150 + tray) * (1 + max(cells) // 10_000)
        if tray == 1:  # of 288 drawn out of 4 000 few are neighbours: 288 x 288 / 4 000 = 21 on average
            assert len(spans(event)) > 230


def test_no_reject_goes_into_a_pack():
    gone, used = set(), set()
    for event in events(1, packs=80):
        for first, last in spans(event) if event.own("ranges") else ():
            (gone if event.action == "DELETE" else used).update(range(first, last + 1))
    assert gone
    assert not gone & used


def test_nothing_is_overdrawn():
    """Kilograms and pieces by lot and site, kept by hand from the events alone."""
    held = defaultdict(Decimal)
    for event in events(1, packs=60):
        for one in (*event.inputQuantityList, *event.childQuantityList):
            held[one.epcClass, event.readPoint] -= one.quantity
            assert held[one.epcClass, event.readPoint] >= 0
        sign = -1 if event.bizStep in {"shipping", "destroying"} else 1
        for one in (*event.outputQuantityList, *event.quantityList):
            held[one.epcClass, event.readPoint] += sign * one.quantity
            assert held[one.epcClass, event.readPoint] >= 0


def test_the_floors_do_not_grow():
    """One window and one batch of cells; of each stock what one lot asks for and one delivery more."""
    plant = _Plant(Strand(0, Chance(1)), 24, 4000, 30)
    for number in range(1, 400):
        for _ in plant.pack(number):
            pass
        assert len(plant.window) == 4000 // 24
        assert len(plant.graded) <= (288 + 10_000) // 24
        assert all(len(stock.lots) <= 30 for stock in plant.stocks.values())
        assert plant.stocks["cam"].kg < 3200 + 5200


def test_the_books_have_nothing_to_say_about_it():
    register = Register.of((group.type, one.id, one.attributes) for group in master_data() for one in group.elements)
    book = post([Said(event, f"{number:08}", 0) for number, event in enumerate(events(1, packs=60))], register)
    assert book.findings == []


@pytest.mark.parametrize("tray", [0, 7, 289])
def test_trays_must_fill_a_pack(tray):
    with pytest.raises(ValueError, match="whole trays"):
        next(events(1, tray=tray))


def test_mines_of_a_big_plant_have_their_own_keys():
    assert len({place(f"mine:{metal}:{number}").id for metal in ("Co", "Ni") for number in range(500)}) == 1000
    for key in ("mine:Xx:1", "nowhere"):
        with pytest.raises(KeyError):
            place(key)


@pytest.mark.nightly
def test_a_year_is_about_a_million_events():
    """250 000 packs, three events each, and the rest: custody reference, section 6. Taken from 25 000 packs."""
    assert sum(1 for _ in events(1, packs=25_000)) * 10 == pytest.approx(1_000_000, rel=0.15)
