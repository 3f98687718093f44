"""The circular footprint formula by hand, at its ends, and R1 from the books."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbon_story import places
from filon.accounts.carbon.formula import Material, correction, materials, recycled_share, stage_1, stage_4
from filon.books.post import post
from filon.core.errors import WrongCallError
from story import birth, lot, said, step

F = Fraction


def test_a_metal_by_hand():
    """Ev 10, Erec 2, R1 0.3, A 0.2, Qs/Qp 0.9: 0.7 x 10 + 0.3 (0.2 x 2 + 0.8 x 10 x 0.9) = 7 + 0.3 x 7.6 = 9.28.
    Cut-off says 7 + 0.6 = 7.6: the formula adds 1.68.
    End: R2 0.8, ErecEoL 3, E*v 10, Q 0.9, ED 1: 0.8 x 0.8 (3 - 9) + 0.2 x 1 = -3.84 + 0.2 = -3.64."""
    metal = Material(F(10), F(2), F("0.3"), F("0.2"), F("0.9"), F("0.9"), F("0.8"), F(3), F(10), e_d=F(1))
    assert stage_1(metal) == F("9.28")
    assert correction(metal) == F("1.68")
    assert stage_4(metal) == F("-3.64")


def test_burning_with_energy_by_hand():
    """R3 0.5, B 0, EER 2.5, saved 0.9, ED 0.4: 0.5 x 1.6 + 0.5 x 0.4 = 1."""
    assert stage_4(Material(F(1), r3=F("0.5"), e_er=F("2.5"), saved=F("0.9"), e_d=F("0.4"))) == 1


shares = st.fractions(0, 1)
amounts = st.fractions(-5, 50)


@given(amounts, amounts, shares, shares, shares, amounts)
def test_with_a_of_one_it_is_the_cut_off_and_with_a_of_nought_the_avoided_burden(e_v, e_rec, r1, q, r2, e_d):  # noqa: PLR0917
    cut = Material(e_v, e_rec, r1, F(1), q, q, r2, e_rec, e_v, e_d=e_d)
    assert correction(cut) == 0
    assert stage_4(cut) == (1 - r2) * e_d
    avoided = Material(e_v, e_rec, r1, F(0), F(1), F(1), r2, e_rec, e_v, e_d=e_d)
    assert stage_1(avoided) == e_v
    assert stage_4(avoided) == r2 * (e_rec - e_v) + (1 - r2) * e_d


def test_over_supplier_and_user_nothing_is_counted_twice():
    """What one life gives (stage 4, without disposal) and the next takes (stage 1 of the recycled kg), at equal quality:
    together Erec, whatever A: 0.2 and 0.5 alike."""
    for a in (F("0.2"), F("0.5"), F(1)):
        gives = stage_4(Material(F(10), a=a, r2=F(1), e_rec_eol=F(2), e_v_star=F(10)))
        takes = stage_1(Material(F(10), F(2), r1=F(1), a=a))
        assert gives + takes == 2


def test_shares_beyond_one_are_refused():
    for bad in ({"r1": F(2)}, {"r2": F("0.6"), "r3": F("0.6")}, {"a": F(-1)}):
        with pytest.raises(WrongCallError):
            Material(F(1), **bad)


def test_r1_is_what_the_books_trace_to_a_recycler():
    """30 of 100 kg metal from a recycler: 0.3."""
    from filon.books.register import LOCATION, Register
    from filon.epcis.event import FILON
    from story import site

    kinds = {"mine": "mine", "loop": "recycler"}
    register = Register.of((LOCATION, site(name), {FILON + "kind": kind}) for name, kind in kinds.items())
    told = said(
        birth(1, "mine", "V", "70", form="Co", origin=site("mine")), birth(1, "mine", "R", "30", form="Co", origin=site("loop")),
        step(2, "mine", {"V": "70", "R": "30"}, {"M": "100"}, form="Co"),
    )  # fmt: skip
    book = post(told, register)
    assert recycled_share(book, lot("M"), "Co") == F("0.3")
    assert recycled_share(book, lot("V"), "Co") == 0
    assert recycled_share(post(told, places()), lot("nobody"), "Co") == 0


def test_materials_are_read_by_the_formula_s_names():
    read = materials([{"material": "Co", "kg": "4.5", "e_v": "13", "r2": "0.5", "source": "x"}])
    assert read["Co"] == (F("4.5"), Material(F(13), r2=F("0.5")))
    for bad in (
        {"material": "Co", "kg": "4.5"},
        {"material": "Co", "kg": "x", "e_v": "1"},
        {"material": "Co", "kg": "1", "e_v": "1", "z": "1"},
    ):
        with pytest.raises(WrongCallError):
            materials([bad])
