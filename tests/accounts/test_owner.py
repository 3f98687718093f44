"""Whose the matter is: worked by hand, held to laws on random chains, and told in sentences that only owners can break."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody_story import KG, fact
from filon.accounts.custody.claims import Told
from filon.accounts.custody.facts import facts_of
from filon.accounts.owner import Ownership, owner_balances, ownership
from filon.books.journal import UNKNOWN
from filon.books.lot import Account, AccountKind
from filon.books.post import post
from filon.books.register import LOCATION, Register
from filon.epcis.event import FILON, Typed
from story import birth, count, lot, receive, said, ship, site, step
from strategies import REGISTER, chains

R, T, BUYER = "urn:r", "urn:t", "urn:buyer"
PLACES = Register.of(
    (LOCATION, site(name), {FILON + "kind": kind, FILON + "party": party})
    for name, kind, party in (("r", "mine", R), ("t", "mine", T), ("works", "refinery", T), ("shop", "pcam", BUYER))
)
METAL = {"form": "Co metal", "Co": "100"}


def owned(event, source="", target=""):
    """The event with the owners at both ends of the transfer."""
    ends = [(Typed(party, "owning_party"),) if party else () for party in (source, target)]
    return replace(event, sourceList=(*event.sourceList, *ends[0]), destinationList=(*event.destinationList, *ends[1]))


def sent(day, start, end, goods, seller="", buyer=""):  # noqa: PLR0917 - a deed
    """Dispatched and received; both say who owned it before and who does after, the receiver only the latter."""
    note = "-".join((start, end, *goods))
    return [
        owned(ship(day, start, end, note, goods), seller, buyer),
        owned(receive(day + 0.1, end, note, goods), "", buyer),
    ]


def told_of(*events, register=PLACES):
    known = said(*events)
    facts, findings = facts_of(known)
    assert not findings
    return Told.of(post(known, register), facts)


def of(told: Told, book: Ownership, name: str, place: str = "") -> dict[str, float]:
    """{owner: kg} of a lot that is left, at a site if one is named."""
    total: Counter[str] = Counter()
    for index in told.book.of_lot[lot(name)]:
        if not place or told.book.holdings[index].site == site(place):
            total.update(book.left[index])
    return {owner: mg / KG for owner, mg in total.items() if mg}


def lines(book):
    return {
        one.owner: tuple(mg / KG for mg in (one.entered, one.taken, one.given, one.gone, one.held))
        for one in owner_balances(book)
    }


def test_what_nobody_said_is_unknown_even_where_it_is_plain_who_runs_the_place():
    told = told_of(birth(0, "r", "ore", "100", **METAL))
    assert lines(ownership(told, "Co")) == {UNKNOWN: (100, 0, 0, 0, 100)}


def test_goods_are_the_sellers_until_they_arrive_and_the_buyers_from_then_on():
    made = owned(birth(0, "t", "metal", "100", **METAL), "", T)
    (leaves, comes) = sent(1, "t", "shop", {"metal": "60"}, T, BUYER)
    under_way, there = told_of(made, leaves), told_of(made, leaves, comes)
    assert of(under_way, ownership(under_way, "Co"), "metal") == {T: 100}
    # 100 entered as T's; 60 became the buyer's on arrival
    assert lines(ownership(there, "Co")) == {BUYER: (0, 60, 0, 0, 60), T: (100, 0, 60, 0, 40)}


def test_what_the_receiver_weighs_more_is_the_receivers():
    # 60 kg left, 60.02 arrived: within the noise of two scales, so 60.02 are the buyer's and nothing stays the seller's
    made = owned(birth(0, "t", "metal", "60", **METAL), "", T)
    leaves = owned(ship(1, "t", "shop", "N", {"metal": "60"}), T, BUYER)
    told = told_of(made, leaves, owned(receive(2, "shop", "N", {"metal": "60.02"}), "", BUYER))
    book = ownership(told, "Co")
    assert of(told, book, "metal") == {BUYER: 60.02}
    assert lines(book) == {BUYER: (0, 60.02, 0, 0, 60.02), T: (60, 0, 60.02, -0.02, 0)}


def test_what_arrives_more_is_the_buyers_also_where_only_the_shipment_names_one():
    made = owned(birth(0, "t", "metal", "60", **METAL), "", T)
    leaves = owned(ship(1, "t", "shop", "N", {"metal": "60"}), T, BUYER)
    told = told_of(made, leaves, receive(2, "shop", "N", {"metal": "60.02"}))
    assert of(told, ownership(told, "Co"), "metal") == {BUYER: 60.02}


def test_a_stocktake_that_finds_more_finds_it_with_those_who_own_the_rest_now():
    # 10 000 of R and 10 000 of T in one pool; R's half goes home, so what is left is T's, and so are the 2 kg found
    told = told_of(
        owned(birth(0, "r", "R", "10000", **METAL), "", R),
        owned(birth(0, "works", "T", "10000", **METAL), "", T),
        *sent(1, "r", "works", {"R": "10000"}, R, R),
        step(2, "works", {"R": "10000", "T": "10000"}, {"pool": "20000"}, **METAL),
        *sent(3, "works", "r", {"pool": "10000"}, T, R),
        count(4, "works", "pool", "10002"),
        fact("toll", 0, site="works", element="Co", party=R, factor="1"),
    )
    assert of(told, ownership(told, "Co"), "pool", "works") == {T: 10002}


def test_metal_sent_to_be_worked_stays_its_owners_and_a_mixture_is_owned_pro_rata():
    told = told_of(
        owned(birth(0, "r", "R", "10000", **METAL), "", R),
        owned(birth(0, "works", "T", "15000", **METAL), "", T),
        *sent(1, "r", "works", {"R": "10000"}, R, R),
        step(2, "works", {"R": "10000", "T": "15000"}, {"pool": "23625"}, **METAL),
    )
    book = ownership(told, "Co")
    # 94.5 % come out: 23 625 kg, 40 % of it R's: 9 450; each bears its share of the loss of 1 375
    assert of(told, book, "pool") == {R: 9450, T: 14175}
    assert lines(book) == {R: (10000, 0, 0, 550, 9450), T: (15000, 0, 0, 825, 14175)}


def toll(*, back="9600", factor="0.96", sold=False):
    """Worked case E of the custody reference: R's 10 000 beside 15 000 of T's, 23 625 come out, 9 600 go back."""
    events = [
        owned(birth(0, "r", "R", "10000", **METAL), "", R),
        owned(birth(0, "works", "T", "15000", **METAL), "", T),
        *sent(1, "r", "works", {"R": "10000"}, R, R),
        step(2, "works", {"R": "10000", "T": "15000"}, {"pool": "23625"}, **METAL),
        *(sent(2.5, "works", "shop", {"pool": "5000"}, T, BUYER) if sold else ()),
        *sent(3, "works", "r", {"pool": back}, T, R),
        fact("toll", 0, site="works", element="Co", party=R, factor=factor),
    ]
    told = told_of(*events)
    return told, ownership(told, "Co")


def test_case_e_the_owner_gets_9600_and_the_toller_puts_in_150_of_its_own():
    told, book = toll()
    assert of(told, book, "pool") == {R: 9600, T: 14025}
    assert of(told, book, "pool", "works") == {T: 14025}
    mine, works = lines(book)[R], lines(book)[T]
    assert (mine[0], mine[3], mine[4]) == (10000, 550, 9600)
    assert mine[1] - mine[2] == 150 == works[2] - works[1]


def test_case_e_what_is_recovered_beyond_the_contract_is_the_tollers_once_all_is_returned():
    # 90 % come back: 9 000; of the 9 450 recovered T keeps 450
    told, book = toll(back="9000", factor="0.90")
    assert of(told, book, "pool", "works") == {T: 14625}
    assert lines(book)[R][4] == 9000


def test_case_e_while_some_is_due_it_stays_the_owners():
    # 5 000 of 9 600 went back: R has 9 450 - 5 000 in the pool, T all of its 14 175
    told, book = toll(back="5000")
    assert of(told, book, "pool", "works") == {R: 4450, T: 14175}


def test_the_toller_sells_of_its_own():
    # T sells 5 000 before: they are its own, so R's 9 450 are all in the rest of 18 625
    told, book = toll(sold=True)
    assert of(told, book, "pool", "shop") == {BUYER: 5000}
    assert of(told, book, "pool", "r") == {R: 9600}
    assert of(told, book, "pool", "works") == {T: 9025}


def test_two_who_name_different_owners_leave_it_unknown_and_a_contract_decides():
    made = owned(birth(0, "r", "R", "100", **METAL), "", R)
    leaves, comes = sent(1, "r", "works", {"R": "100"}, R, R)
    comes = replace(comes, destinationList=(Typed(T, "owning_party"),))
    told = told_of(made, leaves, comes)
    book = ownership(told, "Co")
    assert of(told, book, "R") == {UNKNOWN: 100}
    assert [one.code for one in book.findings] == ["CUS-026"]
    decided = told_of(made, leaves, comes, fact("toll", 0, site="works", element="Co", party=R, factor="0.9"))
    assert of(decided, ownership(decided, "Co"), "R") == {R: 100}
    assert ownership(decided, "Co").findings == ()


def test_a_shipment_taken_back_is_the_senders_again():
    made = owned(birth(0, "t", "metal", "100", **METAL), "", T)
    leaves, _ = sent(1, "t", "shop", {"metal": "60"}, T, BUYER)
    told = told_of(made, leaves, replace(leaves, bizStep="void_shipping", eventTime=leaves.eventTime.replace(hour=23)))
    assert of(told, ownership(told, "Co"), "metal", "t") == {T: 100}


PARTIES = ("", R, T, BUYER)


def dealt(known, choices):
    """A random chain whose deliveries and makings name owners, with a contract at the works in half of the cases."""
    out = []
    for at, one in enumerate(known):
        pick = choices[at % len(choices)]
        event = one.event
        if not event.errorDeclaration and event.bizStep in {"shipping", "receiving", "commissioning", "void_shipping"}:
            event = owned(event, PARTIES[pick % 4], PARTIES[pick // 4])
        out.append(replace(one, event=event))
    return out


@given(chains, st.lists(st.integers(0, 15), min_size=1, max_size=9), st.booleans())
def test_the_ownership_book_balances_by_itself(known, choices, contract):
    known = dealt(known, choices)
    book = post(known, REGISTER)
    work = said(fact("toll", 0, site="works", element="Co", party=R, factor="0.96")) if contract else []
    told = Told.of(book, facts_of(work)[0])
    mine = ownership(told, "Co")
    for one in owner_balances(mine):
        assert one.entered + one.taken - one.given - one.gone == one.held
        assert one.held >= 0
    assert sum(one.taken - one.given for one in owner_balances(mine)) == 0
    assert all(move.mg > 0 and move.giver != move.taker for move in mine.transfers)
    for holding in book.holdings:
        vector = mine.left[holding.id]
        assert all(mg > 0 for mg in vector.values())
        if holding.kind is not AccountKind.STEP and holding.content.get("Co", 0) is not None:
            assert sum(vector.values()) == holding.left_content.get("Co", 0)


def literal(told, book):
    """The definition without contracts, in exact fractions: {holding: {owner: mg left}}, flow by flow."""
    left = [{} for _ in book.holdings]

    def put(vector, more, sign=1):
        for owner, mg in more.items():
            vector[owner] = vector.get(owner, Fraction(0)) + sign * mg

    def ends(listed):
        return {one.value for one in listed if one.type == "owning_party"}

    for flow in book.flows:
        mg = flow.content.get("Co", 0) or 0
        event = book.events[flow.event].event
        if isinstance(flow.source, Account):
            names = ends(event.destinationList) or ends(event.sourceList)
            if flow.source.kind is not AccountKind.SOURCE:
                names = set()
            vector = {names.pop() if len(names) == 1 else UNKNOWN: Fraction(mg)}
        else:
            whole = sum(left[flow.source].values())
            vector = {owner: part * mg / whole for owner, part in left[flow.source].items()} if whole else {}
            put(left[flow.source], vector, -1)
        if isinstance(flow.target, Account):
            continue
        if isinstance(flow.source, int):
            source, target = book.holdings[flow.source], book.holdings[flow.target]
            names = set()
            if target.kind is AccountKind.TRANSIT:
                names = ends(event.sourceList)
            elif source.kind is AccountKind.TRANSIT:
                names = ends(event.destinationList) | ends(book.events[source.made].event.destinationList)
            if names:
                vector = {names.pop() if len(names) == 1 else UNKNOWN: Fraction(mg)}
        put(left[flow.target], vector)
    return left


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 15), st.integers(1, 9)), min_size=2, max_size=6))
def test_whole_milligrams_are_the_definition_but_for_rounding(deals):
    # each deal: a lot is born, part of it is sent to the works, part of the tank there is sent on to the shop
    events = []
    for at, (grams, pick, tenths) in enumerate(deals):
        whole, some = grams * 10, grams * tenths
        kg = f"{whole / 1000:.3f}", f"{some / 1000:.3f}"
        seller, buyer = PARTIES[pick % 4], PARTIES[pick // 4]
        events += [
            owned(birth(at, "r", f"L{at}", kg[0], **METAL), "", seller),
            *sent(at + 0.1, "r", "works", {f"L{at}": kg[1]}, seller, buyer),
            step(at + 0.3, "works", {f"L{at}": kg[1]}, {"tank": kg[1]}, **METAL),
        ]
        if at % 2:
            events += sent(at + 0.5, "works", "shop", {"tank": kg[1]}, buyer, seller)
    told = told_of(*events)
    mine, exact = ownership(told, "Co"), literal(told, told.book)
    for holding in told.book.holdings:
        for owner in {*mine.left[holding.id], *exact[holding.id]}:
            assert abs(mine.left[holding.id].get(owner, 0) - exact[holding.id].get(owner, 0)) <= len(told.book.flows)


@pytest.mark.parametrize("substance", ["Ni", "mass"])
def test_a_contract_is_of_one_element(substance):
    told, _ = toll()
    assert all(
        one.held == one.entered + one.taken - one.given - one.gone for one in owner_balances(ownership(told, substance))
    )
    assert (R in lines(ownership(told, substance))) is (substance == "mass")
