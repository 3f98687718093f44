"""Silos that do not mix: first in first out, last in first out, beside the well-mixed one."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from custody_story import chain_of, fact, state
from filon.accounts.custody.model import Model
from filon.accounts.origin import origins
from filon.books.post import post
from filon.books.register import LOCATION, Register
from filon.core.matter import MASS
from filon.epcis.event import FILON
from story import birth, count, lot, said, ship, site, step

KG = 1_000_000
CO = {"form": "Co metal", "Co": "100"}


def silo(mixing):
    return Register.of([(LOCATION, site("silo"), {FILON + "kind": "store", FILON + "mixing": mixing})])


def fill(day, name, kg):
    return [birth(0, "silo", name, kg, origin=f"urn:{name}", **CO), step(day, "silo", {name: kg}, {"S": kg}, **CO)]


def drawn(day, name, kg):
    return step(day, "silo", {"S": kg}, {name: kg}, **CO)


STORY = [*fill(1, "a", "60"), *fill(2, "b", "40"), drawn(3, "p", "50"), *fill(4, "c", "30"), drawn(5, "q", "50")]


def kg(book, name):
    vector = origins(book, "Co").made[book.first(lot(name)).id]
    return {origin.removeprefix("urn:"): mg / KG for origin, mg in vector.items()}


@pytest.mark.parametrize(
    ("mixing", "p", "q"),
    [
        # fifo: p takes 50 of a; q the last 10 of a, then 40 of b
        ("fifo", {"a": 50}, {"a": 10, "b": 40}),
        # last in first out: p takes 40 of b and 10 of a; q 30 of c and 20 of a
        ("layered", {"a": 10, "b": 40}, {"a": 20, "c": 30}),
        # mixed: p has 60 %, 40 %; then 30, 20 and 30 of c: q takes 5/8 of each
        ("", {"a": 30, "b": 20}, {"a": 18.75, "b": 12.5, "c": 18.75}),
    ],
)
def test_what_comes_out_is_what_the_site_declared(mixing, p, q):
    book = post(said(*STORY), silo(mixing))
    assert (kg(book, "p"), kg(book, "q")) == (p, q)
    assert sum(holding.left for holding in book.holdings if holding.lot == lot("S")) == 30 * KG
    assert not [one for one in book.findings if one.code == "BOK-010"]


def test_a_silo_by_layers_keeps_identities_apart():
    claims = [fact("claim", 0, lot="a", element="Co", characteristic="c")]
    fifo = chain_of(*STORY, *claims, register=silo("fifo"))
    assert state(fifo, "p", "Co", "c").model is Model.IDENTITY
    assert state(fifo, "q", "Co", "c").model is Model.BLENDED  # it reaches into b
    assert state(chain_of(*STORY, *claims, register=silo("")), "p", "Co", "c").model is Model.BLENDED


def test_stocktake_dispatch_and_removal_reach_through_the_layers():
    # 100 kg in two layers, 70 counted: 30 of the oldest are gone; then all that is there leaves
    events = [*fill(1, "a", "60"), *fill(2, "b", "40"), count(3, "silo", "S", "70")]
    book = post(said(*events), silo("fifo"))
    assert [one.left // KG for one in book.holdings if one.lot == lot("S")] == [30, 40]
    gone = ship(4, "silo", "else", "n", {"S": "70"})
    book = post(said(*events, gone), silo("fifo"))
    assert [one.left for one in book.holdings if one.lot == lot("S") and one.site == site("silo")] == [0, 0]
    everything = replace(
        gone, quantityList=tuple(structs.replace(q, quantity=None, uom=None) for q in gone.quantityList)
    )
    book = post(said(*events, everything), silo("layered"))
    (under_way,) = [one for one in book.holdings if one.lot == lot("S") and one.site != site("silo")]
    assert under_way.content[MASS] == 70 * KG
    away = replace(gone, action="DELETE", bizStep="destroying", bizLocation=site("silo"), bizTransactionList=())
    book = post(said(*events, away), silo("fifo"))
    assert [one.left for one in book.holdings if one.lot == lot("S")] == [0, 0]


def test_more_than_all_layers_is_told_once():
    book = post(said(*fill(1, "a", "60"), *fill(2, "b", "40"), drawn(3, "p", "130")), silo("fifo"))
    assert [one.values["more"] for one in book.findings if one.code == "BOK-010"] == ["30.0 kg"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(10, 90), st.integers(1, 60)), min_size=1, max_size=6),
    st.sampled_from(["fifo", "layered"]),
)
def test_layers_by_definition(rows, mixing):
    """The oracle: a list of (name, kg); each draw pops from its front or its back."""
    events, layers, expected = [], [], []
    for at, (kg_in, kg_out) in enumerate(rows):
        layers.append([f"in{at}", kg_in])
        kg_out = min(kg_out, sum(mass for _, mass in layers))  # noqa: PLW2901 - no more than there is
        events += [*fill(1 + at, f"in{at}", str(kg_in)), drawn(1.5 + at, f"p{at}", str(kg_out))]
        got = {}
        while kg_out:
            one = layers[0 if mixing == "fifo" else -1]
            part = min(one[1], kg_out)
            got[one[0]] = part
            one[1] -= part
            kg_out -= part  # noqa: PLW2901
            if not one[1]:
                layers.remove(one)
        expected.append(got)
    book = post(said(*events), silo(mixing))
    assert [kg(book, f"p{at}") for at in range(len(rows))] == expected
