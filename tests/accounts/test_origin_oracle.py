"""The origin account against its definition in exact fractions, on random chains, within the bound that rounding allows."""

from hypothesis import given

from filon.accounts.origin import origins
from filon.books.book import Book
from filon.books.post import post
from oracles.origin_by_definition import by_definition
from story import birth, lot, register, said, step
from strategies import chains, registers


def known(book: Book, substance: str) -> bool:
    return not any(flow.content.get(substance, 0) is None for flow in book.flows)


def compare(book: Book, substance: str) -> None:
    exact, bounds = by_definition(book, substance)
    mine = origins(book, substance).made
    for vector, truth, bound in zip(mine, exact, bounds, strict=True):
        for origin in {*vector, *truth}:
            assert abs(vector.get(origin, 0) - truth.get(origin, 0)) <= bound


@given(chains, registers)
def test_whole_milligrams_are_the_definition_up_to_rounding(said, sites):
    book = post(said, sites)
    for substance in ("mass", "Co", "As", "Li"):
        if known(book, substance):
            compare(book, substance)


def test_thirds():
    # 1 mg of each of three origins, drawn one mg at a time: whole mg, each origin once, none lost
    events = [birth(0, "m", f"l{i}", "0.000001", form="Co", origin=f"urn:{i}") for i in range(3)]
    events.append(step(1, "m", {f"l{i}": "0.000001" for i in range(3)}, {"mix": "0.000003"}, form="Co"))
    events += [step(2 + i, "m", {"mix": "0.000001"}, {f"o{i}": "0.000001"}, form="Co") for i in range(3)]
    book = post(said(*events), register(m="mine"))
    compare(book, "Co")
    out = [origins(book, "Co").made[book.first(lot(f"o{i}")).id] for i in range(3)]
    assert out == [{"urn:0": 1}, {"urn:1": 1}, {"urn:2": 1}]
