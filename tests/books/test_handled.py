"""What was only split, blended or moved keeps what was assayed of it; where the weight is not kept nobody can tell."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filon.accounts.origin import origins
from filon.books.post import post
from filon.core.matter import MASS
from story import birth, lot, register, said, step

KG = 1_000_000
SITES = register(m="mine", n="mine", works="refinery")
DRUM = {"form": "cobalt hydroxide", "moisture": "50"}
SALT = {"form": "CoSO4·7H2O"}


def drum(name="a", kg="1000", co="36", origin="urn:M"):
    return birth(0, "works", name, kg, origin=origin, dry_Co=co, dry_Cu="1", dry_Mn="4", dry_Ni="1", **DRUM)


def contents(book, element="Co"):
    return {one.lot.rpartition("/")[2]: one.content.get(element) for one in book.holdings if one.kind.value == "stock"}


def codes(book):
    return [one.code for one in book.findings]


def test_a_lot_that_is_split_keeps_its_assay():
    # 1 000 kg, half of it water, 36 % Co of the dry: 180 kg Co, 5 kg Ni; 600 and 400 kg of it
    split = step(1, "works", {"a": "1000"}, {"p": "600", "q": "400"}, **DRUM)
    book = post(said(drum(), split), SITES)
    assert (contents(book)["p"], contents(book)["q"]) == (108 * KG, 72 * KG)
    assert contents(book, "Ni")["q"] == 2 * KG
    assert codes(book) == []


def test_a_blend_holds_what_went_in():
    # 180 kg of M and 600 x 0.5 x 30 % = 90 kg of N: 270 in 1 600 kg, of which 800 are drawn
    blend = step(1, "works", {"a": "1000", "b": "600"}, {"ab": "1600"}, **DRUM)
    drawn = step(2, "works", {"ab": "800"}, {"half": "800"}, **DRUM)
    book = post(said(drum(), drum("b", "600", "30", "urn:N"), blend, drawn), SITES)
    assert (contents(book)["ab"], contents(book)["half"]) == (270 * KG, 135 * KG)
    assert origins(book, "Co").made[book.first(lot("half")).id] == {"urn:M": 90 * KG, "urn:N": 45 * KG}
    assert codes(book) == []


def test_a_salt_that_is_repacked_keeps_its_assay_and_not_its_formulas_content():
    # 20.5 % by assay, 20.966 by formula
    made = birth(0, "works", "a", "1000", origin="urn:M", Co="20.5", **SALT)
    book = post(said(made, step(1, "works", {"a": "1000"}, {"bag": "1000"}, **SALT)), SITES)
    assert contents(book)["bag"] == 205 * KG
    # with an assay of its own it is what that says
    book = post(said(made, step(1, "works", {"a": "1000"}, {"bag": "1000"}, Co="20.6", **SALT)), SITES)
    assert contents(book)["bag"] == 206 * KG


def test_drying_takes_no_metal():
    # 1 000 kg at 50 % are 500 dry; at 37.5 % moist that is 800 kg, with all 180 kg of cobalt
    dried = step(1, "works", {"a": "1000"}, {"d": "800"}, form="cobalt hydroxide", moisture="37.5")
    assert contents(post(said(drum(), dried), SITES))["d"] == 180 * KG


def test_a_scale_that_reads_more_makes_no_metal():
    # 1 001 kg of 1 000, within two sigma of two weights (2.8): still 180 kg of cobalt; 999 of 1 000 hold 179.82
    heavy = step(1, "works", {"a": "1000"}, {"p": "1001"}, **DRUM)
    light = step(1, "works", {"a": "1000"}, {"p": "999"}, **DRUM)
    assert contents(post(said(drum(), heavy), SITES))["p"] == 180 * KG
    assert contents(post(said(drum(), light), SITES))["p"] == 179_820_000


@pytest.mark.parametrize("kg", ["700", "1300"])
def test_where_the_weight_is_not_kept_nobody_can_tell(kg):
    """Something else was done as well: unknown, as for any mixture without an assay, and said so."""
    book = post(said(drum(), step(1, "works", {"a": "1000"}, {"p": kg}, **DRUM)), SITES)
    assert contents(book)["p"] is None
    assert codes(book).count("BOK-004") == 4  # Co, Cu, Mn, Ni


def test_another_form_is_no_handling():
    book = post(
        said(drum(), step(1, "works", {"a": "1000"}, {"p": "1000"}, form="hydroxide sludge", moisture="50")), SITES
    )
    assert contents(book)["p"] is None


def test_what_is_not_known_stays_unknown():
    unknown = birth(0, "works", "u", "500", origin="urn:M", **DRUM)
    book = post(said(drum(), unknown, step(1, "works", {"a": "500", "u": "500"}, {"p": "1000"}, **DRUM)), SITES)
    assert contents(book)["p"] is None


@given(st.integers(1, 10**9), st.lists(st.integers(1, 10**6), min_size=1, max_size=6))
def test_the_parts_are_the_whole_and_each_its_share_by_definition(mass, weights):
    """A lot of any weight in parts of any weights, to the milligram: within one mg of the exact fraction each."""
    total = sum(weights)
    parts = {f"p{at}": f"{one / 10**6:.6f}" for at, one in enumerate(weights)}
    whole = f"{total / 10**6:.6f}"
    made = birth(0, "works", "a", whole, origin="urn:M", Co=f"{mass * 40 / 10**9:.7f}", **SALT)
    book = post(said(made, step(1, "works", {"a": whole}, parts, **SALT)), SITES)
    held = book.first(lot("a")).content.get("Co", 0)
    got = [book.first(lot(name)).content.get("Co", 0) for name in parts]
    assert sum(got) == held
    assert all(abs(one - Fraction(held * weight, total)) <= 1 for one, weight in zip(got, weights, strict=True))
    assert sum(book.first(lot(name)).content[MASS] for name in parts) == total
