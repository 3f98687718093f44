"""The engine on books: the same reach, the same shares and the same milligrams as walking the flows one by one."""

from fractions import Fraction
from itertools import islice

import numpy as np
import pytest
from hypothesis import given

from filon.accounts.origin import origins
from filon.books import book as books
from filon.books import trace
from filon.books.book import Book
from filon.books.engine.graph import through
from filon.books.movement import Said
from filon.books.post import post
from filon.books.register import Register
from filon.epcis.key import body_key
from filon.exchange.simulator.plant import events, master_data
from story import birth, lot, register, said, step
from strategies import REGISTER, chains


@pytest.fixture(scope="module")
def plant() -> Book:
    told = [Said(event, body_key(event).hex(), 0) for event in islice(events(3, mines=8), 3000)]
    master = [(kind.type, one.id, dict(one.attributes)) for kind in master_data(8) for one in kind.elements]
    return post(told, Register.of(master))


def both_ways(book: Book, ask, monkeypatch):
    """An answer by walking, and by the engine."""
    answers = []
    for large in (10**9, 0):
        monkeypatch.setattr(books, "LARGE", large)
        vars(book).pop("_kept", None)  # else an earlier answer were this one
        answers.append(ask(book))
    return answers


def test_two_origins_by_hand():
    """1 kg of urn:a and 3 kg of urn:b make 4 kg of mix, of which 2 kg become out: a quarter of each is of a."""
    told = said(
        birth(0, "m", "a", "1", form="Co", origin="urn:a"),
        birth(0, "m", "b", "3", form="Co", origin="urn:b"),
        step(1, "m", {"a": "1", "b": "3"}, {"mix": "4"}, form="Co"),
        step(2, "m", {"mix": "2"}, {"out": "2"}, form="Co"),
    )
    book = post(told, register(m="mine"))
    cobalt = book.columns.substance("Co")
    assert cobalt.names == ("urn:a", "urn:b")
    table = cobalt.table()
    assert table.row(book.first(lot("out")).id).tolist() == [0.25, 0.75]
    assert table.row(book.first(lot("a")).id).tolist() == [1, 0]
    ids, part = through(book.columns.graph, cobalt.share, book.first(lot("out")).id, 2.0)
    assert dict(zip(ids.tolist(), part.tolist(), strict=True))[book.first(lot("b")).id] == 1.5


@given(chains)
def test_reach_in_books_of_any_shape(told):
    book = post(told, REGISTER)
    with pytest.MonkeyPatch.context() as patch:
        for one in list(book.of_lot)[:6]:
            for ask in (trace.forebears, trace.descendants):
                walked, engine = both_ways(book, lambda it, ask=ask, one=one: ask(it, [one]), patch)
                assert walked == engine


def test_a_plant_is_traced_alike(plant, monkeypatch):
    for one in list(plant.of_lot)[:: len(plant.of_lot) // 25]:
        for ask in (trace.back, trace.forward):
            walked, engine = both_ways(plant, lambda book, ask=ask, one=one: ask(book, one, "Co"), monkeypatch)
            assert walked == engine


@pytest.mark.parametrize("substance", ["Co", "Ni", "C"])
def test_the_table_of_a_plant_is_its_origin_account(plant, substance):
    """Shares in float32 against whole mg, of holdings above 1 kg: a mg a draw is 1e-6 of it, float32 less than that."""
    account, table = origins(plant, substance), plant.columns.substance(substance).table()
    names = plant.columns.substance(substance).names
    compared = 0
    for node, vector in enumerate(account.made):
        if vector and sum(vector.values()) > 10**6:
            exact = np.array([float(Fraction(vector.get(name, 0), sum(vector.values()))) for name in names])
            np.testing.assert_allclose(table.row(node), exact, atol=2e-6)
            compared += 1
    assert compared > 500


def test_mg_of_the_columns_are_those_of_the_flows(plant):
    cobalt = plant.columns.substance("Co")
    for holding in plant.holdings[::50]:
        assert cobalt.made[holding.id] == sum(flow.content.get("Co") or 0 for flow in plant.inflows[holding.id])
        links = slice(*plant.columns.graph.starts[holding.id : holding.id + 2].tolist())
        inside = sum(flow.content.get("Co") or 0 for flow in plant.inflows[holding.id] if isinstance(flow.source, int))
        assert cobalt.share[links].sum() * cobalt.made[holding.id] == pytest.approx(inside)
