"""An account of a lot's forebears only, and an account in two columns: what the account of the whole book tells of them."""

from dataclasses import replace

import pytest
from hypothesis import given

from filon.accounts.custody.claims import Told
from filon.accounts.origin import origin_known, origins, origins_of
from filon.accounts.owner import OWNING, owner_findings, ownership
from filon.accounts.recycled import recycled
from filon.accounts.shares import shares
from filon.books import book as books
from filon.books.book import Book, Flow, Holding
from filon.books.journal import UNKNOWN
from filon.books.lot import Account, AccountKind, LotId, SiteId
from filon.books.post import post
from filon.books.register import Register
from filon.books.trace import mixed_from
from filon.epcis.event import Typed
from story import birth, lot, receive, register, said, ship, step
from strategies import REGISTER, chains

SUBSTANCES = ("mass", "Co", "As")


def cones(book: Book):
    """Every lot's holdings with all that they came from."""
    for ids in book.of_lot.values():
        yield mixed_from(book, ids)


@given(chains)
def test_an_account_of_forebears_is_the_whole_books_account_of_them(told):
    book = post(told, REGISTER)
    whole = [origins(book, one) for one in SUBSTANCES]
    waste = [recycled(book, one).made for one in SUBSTANCES]
    country = shares(book, "Co", "country").made
    grade = shares(book, "Co", "grade").made
    for within in cones(book):
        for one, classes in zip(whole, waste, strict=True):
            part, few = origins_of(book, one.substance, within), recycled(book, one.substance, within).made
            for at in within:
                assert part.made[at] == one.made[at]
                assert part.left[at] == one.left[at]
                assert part.named[at] == one.named[at]
                assert few[at] == classes[at]
        for by, table in (("country", country), ("grade", grade)):
            some = shares(book, "Co", by, within=within).made
            assert [some[at] for at in within] == [table[at] for at in within]


@given(chains)
def test_owners_of_forebears_and_what_is_disputed_need_no_whole_book(told):
    parties = ("urn:a", "urn:b", "urn:c")
    owned = []
    for place, one in enumerate(told):  # every third event names an owner on a side, some name two
        names = tuple(Typed(parties[(place + more) % 3], OWNING) for more in range(place % 7 == 0, 2))
        side = {"sourceList": names} if place % 2 else {"destinationList": names}
        owned.append(replace(one, event=replace(one.event, **side)) if place % 3 == 0 else one)
    facts = Told.of(post(owned, REGISTER), ())
    for substance in SUBSTANCES:
        whole = ownership(facts, substance)
        assert list(owner_findings(facts, substance)) == list(whole.findings)
        for within in cones(facts.book):
            part = ownership(facts, substance, within)
            assert [part.left[at] for at in within] == [whole.left[at] for at in within]


def parts(book: Book, substance: str, ids):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "LARGE", 0)
        return origin_known(book, substance, ids)


@given(chains)
def test_two_columns_are_all_columns_to_a_milligram_a_flow(told):
    book = post(told, REGISTER)
    for substance in SUBSTANCES:
        account = origins(book, substance)
        for at, vector in enumerate(account.made):
            unknown = (vector or {}).get(UNKNOWN, 0)
            got = parts(book, substance, [at])
            if vector is None:
                assert got == (0, 0)
            assert abs(got[1] - unknown) <= len(book.flows)
            if book.holdings[at].content.get(substance, 0) is not None:
                assert sum(got) == sum((vector or {}).values())
            if UNKNOWN not in account.named[at] and vector is not None:
                assert got[1] == unknown


def test_half_unknown_by_hand():
    """4 kg of a mine and 4 kg of nobody are stirred; of 2 kg drawn 1 kg is known, 1 kg is not."""
    book = post(said(
        birth(0, "m", "A", "4", form="Co", origin="urn:A"),
        birth(0, "s", "B", "4", form="Co"),
        step(1, "m", {"A": "4"}, {"C": "4"}, form="Co"),
        step(2, "s", {"B": "4"}, {"D": "4"}, form="Co"),
    ), register(m="mine", s="refinery"))  # fmt: skip
    ids = [book.first(lot(name)).id for name in ("C", "D")]
    assert parts(book, "Co", ids) == (4_000_000, 4_000_000)
    assert parts(book, "Co", ids[:1]) == (4_000_000, 0)


def test_what_a_weighing_found_leads_to_the_lot_that_it_is_like():
    # all 100 kg of A are used, then 0.1 kg more, within two weighings' noise: Y came from no holding, but is like A
    book = post(said(
        birth(0, "mine", "A", "100", form="Co", origin="urn:A"),
        step(1, "mine", {"A": "100"}, {"X": "100"}, form="Co"),
        step(2, "mine", {"A": "0.1"}, {"Y": "0.1"}, form="Co"),
    ), register(mine="mine"))  # fmt: skip
    end, a = book.first(lot("Y")).id, book.first(lot("A")).id
    within = mixed_from(book, [end])
    assert a in within
    assert origins_of(book, "Co", within).made[end] == {"urn:A": 100_000}


def test_shipment_and_receipt_that_name_other_owners_are_disputed():
    sender, taker, other = (Typed(f"urn:{name}", OWNING) for name in ("sender", "taker", "other"))
    events = [
        birth(0, "m", "A", "4", form="Co", origin="urn:A"),
        ship(1, "m", "s", "note", {"A": "4"}),
        receive(2, "s", "note", {"A": "4"}),
    ]
    events[1] = replace(events[1], sourceList=(*events[1].sourceList, sender),
                        destinationList=(*events[1].destinationList, taker))  # fmt: skip
    events[2] = replace(events[2], destinationList=(*events[2].destinationList, other))
    facts = Told.of(post(said(*events), register(m="mine", s="refinery")), ())
    assert [one.code for one in owner_findings(facts, "Co")] == ["CUS-026"]
    assert list(owner_findings(facts, "Co")) == list(ownership(facts, "Co").findings)


def test_matter_of_several_mines_in_unknown_amounts_is_unknown():
    """Nobody said how much of A and B came into the first holding, so 5 mg drawn from it are of neither for certain."""
    holdings = [
        Holding(at, LotId(f"l{at}"), SiteId("s"), AccountKind.STOCK, 1, 0, 0, "mg", {"Co": (None, 5, 5)[at]}, {})
        for at in range(3)
    ]
    sources = [Account(AccountKind.SOURCE, f"urn:{name}") for name in "ab"]
    flows = [Flow(0, source, 0, 0, {"Co": None}) for source in sources]
    flows += [Flow(0, 0, 1, 5, {"Co": 5}), Flow(0, sources[0], 2, 5, {"Co": 5})]
    book = Book([], holdings, flows, [], {}, Register({}), [])
    assert origins(book, "Co").made[1] == {UNKNOWN: 5}
    assert [parts(book, "Co", [at]) for at in (0, 1, 2)] == [(0, 0), (0, 5), (5, 0)]
