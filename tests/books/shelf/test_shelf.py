"""A book out of columns is the book that was posted, and goes on as it would have: on random chains, cut anywhere."""

import gc
from itertools import pairwise
from weakref import ref

from hypothesis import given, settings
from hypothesis import strategies as st

from filon.books.movement import Said
from filon.books.past import Past
from filon.books.post import Posting, post
from filon.books.shelf.laid import laid
from filon.books.shelf.shelf import Shelf
from filon.epcis.key import body_key
from story import birth, lot
from strategies import REGISTER, codes, told

PARTS = ("events", "holdings", "flows", "checks", "declared", "findings", "register", "scope")


def told_of(listed):
    """Each once, as in a log."""
    unique = {body_key(event).hex(): event for event in listed}
    return [Said(event, key, place) for place, (key, event) in enumerate(unique.items())]


def same(one, other):
    for name in PARTS:
        assert getattr(one, name) == getattr(other, name), name
        assert getattr(other, name) == getattr(one, name), name
    for name in ("inflows", "outflows", "alike", "of_lot"):
        mine, its = getattr(one, name), getattr(other, name)
        assert list(mine) == list(its), name
        assert len(mine) == len(its), name
    assert list(one.of_lot.items()) == [(lot, list(ids)) for lot, ids in other.of_lot.items()]
    assert sorted(one.declared.items(), key=str) == sorted(other.declared.items(), key=str)


def shelved(posting, heard, register=REGISTER):
    """The same posting out of columns."""
    known = {one.key: one.event for one in heard}
    arrays = laid(posting)
    assert arrays is not None
    for array in arrays.values():
        array.flags.writeable = False
    shelf = Shelf(arrays, lambda keys, _: {key: known[key] for key in keys})
    return shelf.posting(register)


@settings(max_examples=300, deadline=None)
@given(codes)
def test_the_book_is_the_same(listed):
    heard = told_of(told(listed))
    posting = Posting(heard, REGISTER, past=Past())
    again = shelved(posting, heard).book
    same(again, posting.book)
    assert list(again.declared.items()) == list(posting.book.declared.items())


@settings(max_examples=300, deadline=None)
@given(codes, st.lists(st.integers(0, 40), min_size=1, max_size=4), st.lists(st.booleans(), min_size=6, max_size=6))
def test_it_goes_on_as_it_would_have(listed, cuts, kept):
    """Cut anywhere; after some of the parts the run comes out of columns, after others it just goes on."""
    heard = sorted(told_of(told(listed)), key=lambda one: one.event.eventTime)
    bounds = [0, *sorted(min(cut, len(heard)) for cut in cuts), len(heard)]
    posting, plain, older = Posting((), REGISTER, past=Past()), Posting((), REGISTER, past=Past()), []
    for (begin, end), from_columns in zip(pairwise(bounds), kept, strict=False):
        if from_columns:
            posting = shelved(posting, heard)
        grows = posting.grow(heard[begin:end])
        assert grows == plain.grow(heard[begin:end])
        if not grows:
            posting, plain = (Posting(heard[:end], REGISTER, past=Past()) for _ in range(2))
        assert list(posting.book.declared.items()) == list(plain.book.declared.items())
        older.append((posting.book, heard[:end]))
    for book, part in older:
        same(book, post(part, REGISTER))


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
