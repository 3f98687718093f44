"""A book that goes on: posted on top or everything anew, the same book; and no older book ever changes."""

import gc
import weakref
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filon.books.engine.columns import Columns
from filon.books.movement import Said
from filon.books.past import Past
from filon.books.post import Posting, post
from filon.books.register import Register
from filon.core import pause
from filon.epcis.event import FILON, ErrorDeclaration, Event, QuantityElement
from filon.epcis.key import body_key
from filon.exchange.simulator.plant import events, master_data
from story import assemble, birth, lot, moment, receive, said, ship, site, step
from strategies import REGISTER, codes, told


def grown(parts, register=REGISTER):
    """The posting of some parts, one on top of the other, and how many could not simply follow."""
    posting, heard, refused = Posting((), register, past=Past()), [], 0
    for part in parts:
        heard += part
        if not posting.grow(part):
            refused += 1
            posting = Posting(heard, register, past=Past())
    return posting, refused


def same(one, other):
    for name in ("events", "holdings", "flows", "checks", "declared", "findings", "register", "scope"):
        assert getattr(one, name) == getattr(other, name), name


def told_of(listed):
    return [Said(event, body_key(event).hex(), place) for place, event in enumerate(listed)]


@settings(max_examples=300)
@given(codes, st.lists(st.integers(0, 40), min_size=1, max_size=4), st.booleans())
def test_on_top_or_anew(listed, cuts, in_order):
    """Random chains, cut anywhere, told in order of time or as they come."""
    heard = told_of(told(listed))
    if in_order:
        heard.sort(key=lambda one: one.event.eventTime)
    bounds = [0, *sorted(min(cut, len(heard)) for cut in cuts), len(heard)]
    posting, older = Posting((), REGISTER, past=Past()), []
    for begin, end in pairwise(bounds):
        if not posting.grow(heard[begin:end]):
            posting = Posting(heard[:end], REGISTER, past=Past())
        older.append((posting.book, heard[:end]))
    for book, part in older:  # those that were grown from, too
        same(book, post(part, REGISTER))


PIECES = {"class": lot("B"), "first": "1", "last": "2"}
NINE = {"class": "https://id.gs1.org/01/09506000134352/10/B", "first": "1", "last": "4"}
ONE = {**NINE, "first": "7", "last": "7"}
PIECE = "https://id.gs1.org/01/09506000134352/21/5"


def gone(day, piece):
    event = Event(
        "ObjectEvent", moment(day), "+00:00", action="DELETE", bizStep="destroying", bizLocation=site("works")
    )
    return replace(event, epcList=(piece,))


def made(day, piece):
    event = Event(
        "ObjectEvent", moment(day), "+00:00", action="ADD", bizStep="commissioning", bizLocation=site("works")
    )
    return replace(event, epcList=(piece,))


def batch(day):
    """Nine cells with serial numbers, of a GTIN."""
    event = birth(day, "works", "x", "9", None, serials={"first": "1", "last": "9"})
    return replace(event, quantityList=(QuantityElement("https://id.gs1.org/01/09506000134352/10/B", Decimal(9)),))


UMPIRE = {FILON + "assay": [{"element": "Co", "percent": "20", "basis": "wet", "status": "umpire"}]}

CASES = {
    "a lot is made that was used before it was": ([step(1, "works", {"A": "5"}, {"B": "4"})], birth(2, "works", "A", "9")),
    "a delivery note arrives twice": (
        [birth(0, "mine", "A", "9"), ship(1, "mine", "works", "N", {"A": "9"}), receive(2, "works", "N", {"A": "4"})],
        receive(3, "works", "N", {"A": "5"}),
    ),
    "it is said to be shipped after it arrived": (
        [birth(0, "mine", "A", "9"), receive(2, "works", "N", {"A": "4"})], ship(3, "mine", "works", "N", {"A": "9"})
    ),
    "an order number goes on": (
        [birth(0, "works", "A", "9"), step(1, "works", {"A": "5"}, {"B": "4"}, campaign="K")],
        step(2, "works", {"A": "4"}, {"C": "4"}, campaign="K"),
    ),
    "it happened before": ([birth(1, "works", "A", "9")], birth(0, "works", "B", "9")),
    "it happened at the same time": ([birth(1, "works", "A", "9")], birth(1, "works", "B", "9")),
    "it was said to be somewhere on that day": (
        [birth(1.5, "works", "A", "9")], replace(birth(1.9, "works", "B", "9"), extensions={FILON + "precision": "day"})
    ),
    "the day of the one before is not over": (
        [
            birth(0, "works", "A", "9"),
            replace(step(1, "works", {"A": "4"}, {"B": "4"}), extensions={FILON + "precision": "day"}),
        ],
        receive(1.5, "works", "N", {"A": "5"}),
    ),
    "its finding comes before another's": ([birth(2, "works", "A", "-1")], birth(1, "works", "B", "-1")),
    "a batch is made of which a pack named pieces": (
        [birth(0, "works", "C", "9", None), assemble(1, "works", "P", {"C": 2}, [PIECES])],
        birth(2, "works", "B", "9", None, serials={"first": "1", "last": "9"}),
    ),
    "pieces went out before their batch was made": (
        [birth(0, "works", "A", "9"), replace(gone(1, PIECE), action="OBSERVE", bizStep="shipping")],
        batch(2),
    ),
    "a piece is made that went out before": ([batch(0), gone(1, PIECE)], made(2, PIECE)),
    "what was provisional is final": (
        [birth(1, "works", "A", "9", status="provisional")], birth(2, "works", "A", "8", status="final")
    ),
    "what was final is an umpire's": (
        [birth(1, "works", "A", "9")], replace(birth(2, "works", "A", "8"), ilmd=UMPIRE)
    ),
    "what an umpire settled is said again": (
        [replace(birth(1, "works", "A", "9"), ilmd=UMPIRE)], birth(2, "works", "A", "8")
    ),
    "what is known is said provisionally": (
        [birth(1, "works", "A", "9")], birth(2, "works", "A", "8", status="provisional")
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=CASES)
def test_what_does_not_simply_follow(case, monkeypatch):
    """By hand: posted on top, each of these would give another book than posted anew, and does where nobody looks."""
    before, after = CASES[case]
    heard = said(*before, after)
    posting = Posting(heard[:-1], REGISTER, past=Past())
    book = deepcopy(posting.book)
    assert not posting.grow(heard[-1:])
    same(posting.book, book)
    monkeypatch.setattr(Past, "may_precede", lambda *_: True)
    assert posting.grow(heard[-1:])
    with pytest.raises(AssertionError):
        same(posting.book, post(heard, REGISTER))


def test_what_simply_follows():
    """By hand: 9 kg in two parts; the older book still has 9 kg there, the younger 5 and 4."""
    heard = said(birth(0, "works", "A", "9"), step(1, "works", {"A": "4"}, {"B": "4"}))
    posting = Posting(heard[:1], REGISTER, past=Past())
    older = posting.book
    assert posting.grow(heard[1:])
    assert [one.left for one in older.holdings] == [9_000_000]
    assert posting.book.holdings[0].left == 5_000_000
    assert posting.book.holdings[0] is not older.holdings[0]
    assert posting.book.flows[0] is older.flows[0]
    assert len(older.flows) < len(posting.book.flows)


LATER = {
    "an article is taken apart": (
        [birth(0, "works", "C", "9", None, pieceMass="1"), assemble(1, "works", "P", {"C": 2})],
        replace(assemble(2, "works", "P", {"C": 2}), action="DELETE", bizStep="disassembling"),
    ),
    "all that is in an article comes out": (
        [birth(0, "works", "C", "9", None), assemble(1, "works", "P", {"C": 2})],
        replace(assemble(2, "works", "P", {}), action="DELETE", bizStep="disassembling"),
    ),
    "what was under way arrives": (
        [birth(0, "mine", "A", "9"), ship(1, "mine", "works", "N", {"A": "9"})], receive(2, "works", "N", {"A": "9"})
    ),
    "it arrives under a number that is there": (
        [birth(0, "mine", "A", "9"), ship(1, "mine", "works", "N", {"A": "9"}), birth(1.5, "works", "OWN", "3")],
        receive(2, "works", "N", {"A": "9"}, own=lot("OWN")),
    ),
    "a piece goes into a second pack": (
        [batch(0), assemble(1, "works", "P", {}, [NINE]), assemble(1.5, "works", "Q", {}, [ONE])],
        assemble(2, "works", "R", {}, [ONE]),
    ),
    "a piece of a batch is used": ([batch(0)], replace(gone(1, PIECE), action="OBSERVE", bizStep="shipping")),
}  # fmt: skip


@pytest.mark.parametrize("case", LATER, ids=LATER)
def test_an_older_book_stays_as_it_is(case):
    before, after = LATER[case]
    heard = said(*before, after)
    posting = Posting(heard[:-1], REGISTER, past=Past())
    older, copy = posting.book, deepcopy(posting.book)
    assert posting.grow(heard[-1:])
    same(older, copy)
    same(posting.book, post(heard, REGISTER))
    changed = posting.book.holdings[: len(older.holdings)] != older.holdings
    assert changed or len(posting.book.findings) > len(older.findings)


def test_what_was_taken_back_before_it_was_told():
    """Its error declaration came first; told later it still counts for nothing."""
    event = replace(birth(1, "works", "A", "9"), eventID="urn:uuid:1")
    wrong = replace(event, errorDeclaration=ErrorDeclaration(moment(0)), eventTime=moment(0))
    heard = said(birth(0, "works", "B", "1"), wrong, event)
    posting = Posting(heard[:-1], REGISTER, past=Past())
    assert not posting.grow(heard[-1:])
    assert lot("A") not in post(heard, REGISTER).of_lot


def test_a_run_without_past_does_not_go_on():
    posting = Posting(said(birth(0, "works", "A", "9")), REGISTER)
    assert not posting.grow(said(birth(1, "works", "B", "9")))


@pytest.fixture(scope="module")
def plant():
    register = Register.of((kind.type, one.id, one.attributes) for kind in master_data() for one in kind.elements)
    return register, told_of(islice(events(3, mines=4), 1500))


def test_a_plant_grows_by_every_deposit(plant):
    """Three hundred packs in deposits of fifty events: only what one order number says in two deposits is not on top."""
    register, heard = plant
    parts = [heard[at : at + 50] for at in range(0, len(heard), 50)]
    posting, refused = grown(parts, register)
    same(posting.book, post(heard, register))
    assert refused <= len(parts) // 4


def test_the_memory_of_a_large_book_comes_back(plant, monkeypatch):
    """Out of the collector's sight, and in a ring with its columns: dropped, it goes when the next large one is posted."""
    monkeypatch.setattr(pause, "MANY", 1_000)
    register, heard = plant
    book = post(heard, register)
    assert len(book.columns.graph.into) > 0
    assert gc.get_freeze_count() > 1_000
    dropped = weakref.ref(book)
    del book
    post(heard, register)
    assert dropped() is None
    gc.unfreeze()


def test_columns_and_classes_of_a_book_that_went_on(plant):
    """What was worked out of the older book and gone on with is what the younger book gives from nothing."""
    register, heard = plant
    posting = Posting(heard[:1200], register, past=Past())
    older = posting.book.columns.substance("Co")
    begun, classes, steps = older.quotient.of_node.tolist(), older.quotient.count, 0
    for at in range(1200, 1500, 20):
        if not posting.grow(heard[at : at + 20]):
            break
        steps += 1
    assert steps >= 3
    grown_columns, new = vars(posting.book)["columns"], Columns.of(posting.book)
    for name in ("source", "target", "like"):
        assert getattr(grown_columns, name).tolist() == getattr(new, name).tolist()
    one, other = grown_columns.substance("Co"), new.substance("Co")
    assert "quotient" in vars(one)
    assert one.mg.tolist() == other.mg.tolist()
    assert one.quotient.of_node.tolist() == other.quotient.of_node.tolist()
    assert [each.tolist() for each in one.quotient.links] == [each.tolist() for each in other.quotient.links]
    assert (older.quotient.of_node.tolist(), older.quotient.count) == (begun, classes)
    assert len(begun) == len(older.columns.events) < len(one.quotient.of_node)
