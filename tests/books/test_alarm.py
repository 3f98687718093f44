"""Alarms: each defect that can be told by its mark is put into a chain on purpose and must be named first."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filon.books.alarm import Explains, alarms, downstream, metals
from filon.books.post import post
from filon.core.matter import MASS
from story import birth, count, lot, receive, register, said, ship, step

KG = 1_000_000
SITES = register(m="mine", works="refinery", pcam="pcam")
CO = {"form": "Co metal", "Co": "100"}
SALT = {"form": "CoSO4·7H2O", "Co": "20.9"}


def alarm_of(*events, element="Co"):
    book = post(said(*events), SITES)
    (one,) = [one for one in alarms(book) if one.check.substance == element]
    return book, one


def metal(kg, name="a"):
    return birth(0, "works", name, str(kg), origin="urn:M", **CO)


def test_a_decimal_point_in_the_wrong_place():
    # 100 kg went in and 1 000 came out: ten times
    _, one = alarm_of(metal(100), step(1, "works", {"a": "100"}, {"p": "1000"}, **CO))
    first = one.explanations[0]
    assert (first.kind, one.size) == (Explains.UNIT, -900 * KG)
    assert first.would in {10, Fraction(1, 10)}


def test_an_assay_read_on_the_wrong_basis():
    # 1 000 kg wet, 40 % moisture, 30 % Co told as dry: 180 kg; made into 300 kg: the 30 % were of the wet weight
    hydroxide = birth(0, "works", "h", "1000", origin="urn:M", form="cobalt hydroxide", moisture="40", dry_Co="30")
    _, one = alarm_of(hydroxide, step(1, "works", {"h": "1000"}, {"p": "300"}, **CO))
    first = one.explanations[0]
    assert (first.kind, first.lot, first.told) == (Explains.BASIS, lot("h"), Fraction(2, 5))
    assert one.size == -120 * KG


def test_another_hydrate_than_the_one_told():
    # 1 000 kg sold as heptahydrate by formula (209.66 kg Co) give 340.65 kg: it was monohydrate
    salt = birth(0, "works", "s", "1000", origin="urn:M", form="CoSO4·7H2O")
    _, one = alarm_of(salt, step(1, "works", {"s": "1000"}, {"p": "340.65"}, **CO))
    assert (one.explanations[0].kind, one.explanations[0].other) == (Explains.HYDRATE, "CoSO4·H2O")


def test_a_lot_that_was_used_and_nobody_said_so():
    _, one = alarm_of(metal(100), metal(37, "b"), metal(64, "c"), step(1, "works", {"a": "100"}, {"p": "137"}, **CO))
    assert (one.explanations[0].kind, one.explanations[0].lot) == (Explains.FORGOTTEN, lot("b"))


def test_a_lot_told_twice():
    _, one = alarm_of(metal(100), metal(40, "b"), step(1, "works", {"a": "100", "b": "40"}, {"p": "100"}, **CO))
    assert (one.explanations[0].kind, one.explanations[0].lot) == (Explains.TWICE, lot("b"))


def test_the_assay_that_would_make_it_close_is_told():
    # 1 000 kg at 20.9 % (209 kg) give 220: 22.0 %
    salt = birth(0, "works", "s", "1000", origin="urn:M", **SALT)
    _, one = alarm_of(salt, step(1, "works", {"s": "1000"}, {"p": "220"}, **CO))
    told = {(e.kind, e.lot): e for e in one.explanations}
    assay = told[Explains.ASSAY, lot("s")]
    assert (assay.told, assay.would) == (Fraction("0.209"), Fraction("0.22"))
    assert one.explanations[-1].told == 11 * KG  # or undeclared matter


def test_two_digits_exchanged_on_a_weighbridge():
    events = [birth(0, "m", "a", "19836", origin="urn:M", **CO), ship(1, "m", "works", "n", {"a": "19836"})]
    _, one = alarm_of(*events, receive(2, "works", "n", {"a": "18936"}), element=MASS)
    assert [e.kind for e in one.explanations] == [Explains.DIGITS, Explains.LOST]
    _, one = alarm_of(*events, receive(2, "works", "n", {"a": "19000"}), element=MASS)
    assert [e.kind for e in one.explanations] == [Explains.LOST]


def test_the_metals_that_lack_with_a_weight():
    # 1 000 kg of salt at 20.9 % Co leave, 900 arrive: 100 kg lack, 20.9 of them cobalt
    salt = birth(0, "m", "a", "1000", origin="urn:M", **SALT)
    events = [salt, ship(1, "m", "works", "n", {"a": "1000"}), receive(2, "works", "n", {"a": "900"})]
    book, one = alarm_of(*events, element=MASS)
    assert metals(book, one) == {"Co": 20_900_000}
    more = [*events[:2], receive(2, "works", "n", {"a": "1100"})]  # too many: they hold as much
    assert metals(*alarm_of(*more, element=MASS)) == {"Co": 20_900_000}
    book, one = alarm_of(metal(100), step(1, "works", {"a": "100"}, {"p": "60"}, **CO))
    assert metals(book, one) == {}  # it is told of the metal itself


def test_residue_that_nobody_declared():
    _, one = alarm_of(metal(100), step(1, "works", {"a": "100"}, {"p": "60"}, **CO))
    assert one.explanations[-1].kind is Explains.RESIDUE
    assert one.size == 40 * KG


def test_the_lots_downstream_are_named_with_their_kilograms():
    # p: 130 of 100; 65 of it go to another site and into q
    events = [metal(100), step(1, "works", {"a": "100"}, {"p": "130"}, **CO), ship(2, "works", "pcam", "n", {"p": "65"}),
              receive(3, "pcam", "n", {"p": "65"}), step(4, "pcam", {"p": "65"}, {"q": "65"}, **CO),
              birth(0, "works", "z", "5", origin="urn:M", **CO)]  # fmt: skip
    book, one = alarm_of(*events)
    assert one.lots == (lot("p"),)
    assert downstream(book, one) == {lot("q"): 65 * KG}


def test_a_stocktake_that_does_not_fit():
    _, one = alarm_of(metal(100), count(1, "works", "a", "80"), element=MASS)
    assert (one.check.what, one.size) == ("stocktake", 20 * KG)


def test_what_closes_gives_no_alarm():
    book = post(said(metal(100), step(1, "works", {"a": "100"}, {"p": "99.9"}, **CO)), SITES)
    assert alarms(book) == []


@settings(max_examples=30, deadline=None)
@given(st.integers(10, 5000), st.integers(10, 5000))
def test_every_failed_check_is_an_alarm_with_an_explanation_and_changes_nothing(into, out):
    book = post(said(metal(into), step(1, "works", {"a": str(into)}, {"p": str(out)}, **CO)), SITES)
    failed = [check for check in book.checks if check.verdict.value == "fail"]
    told = alarms(book)
    assert sorted(map(repr, failed)) == sorted(repr(one.check) for one in told)
    assert all(one.explanations for one in told)
    assert [abs(one.size) for one in told] == [abs(out - into) * KG for _ in told]


@pytest.mark.parametrize("times", [2, 3])
def test_an_unmarked_surplus_is_only_undeclared_matter(times):
    _, one = alarm_of(metal(100), step(1, "works", {"a": "100"}, {"p": str(100 * times)}, **CO))
    assert [e.kind for e in one.explanations] == [Explains.UNDECLARED]
