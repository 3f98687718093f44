"""Stocktakes that assay: what nobody had told of becomes known, and silos by layers are told layer by layer."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import hypot

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filon.accounts.origin import origins
from filon.books.book import Verdict
from filon.books.closure import closures
from filon.books.lot import Account, AccountKind
from filon.books.post import Posting, post
from filon.books.register import LOCATION, Register
from filon.core.matter import MASS
from filon.epcis.event import FILON, QuantityElement
from oracles.closure_by_definition import left_over, sigma
from story import birth, count, lot, register, said, site, step

KG = 1_000_000
WORKS = register(works="refinery")
HYDROXIDE = {"form": "cobalt hydroxide", "moisture": "45", "dry_Co": "36.0", "origin": "urn:M"}
SALT = "CoSO4·7H2O"


def silo(mixing="fifo"):
    return Register.of([(LOCATION, site("works"), {FILON + "kind": "refinery", FILON + "mixing": mixing})])


def layers(book, name="S"):
    """Oldest first: a layer stays below the one that was filled in later, whatever is measured of both."""
    return sorted(_there(book, name), key=lambda one: _filled(book, one))


def _filled(book, one):
    """When the layer, or its oldest part, was filled in."""
    before = [f.source for f in book.inflows[one.id] if isinstance(f.source, int)]
    return min((_filled(book, book.holdings[at]) for at in before if book.holdings[at].lot == one.lot), default=one.id)


def _there(book, name):
    return [one for one in book.holdings if one.lot == lot(name) and (one.left or any(one.left_content.values()))]


def vector(book, holding, element="Co"):
    return {name.removeprefix("urn:"): mg for name, mg in origins(book, element).made[holding.id].items()}


# ---- what nobody had told of


@pytest.mark.parametrize(("kg", "with_co", "nickel"), [("1000", True, 11_000_000), ("990", False, 10_890_000)])
def test_nickel_that_no_certificate_told_of_is_known_from_the_stocktake_on(kg, with_co, nickel):
    """1 000 kg at 45 %: 550 dry, 36 % Co = 198 kg, nickel never assayed. Found: 2 % Ni of 550 = 11 kg, or of 544.5 = 10.89.

    The cobalt is there, all of it or 99 % of it; the half that is used then takes the half of both.
    """
    told = {"dry_Ni": "2.0", **({"dry_Co": "36.0"} if with_co else {})}
    half = str(Decimal(kg) / 2)
    events = [birth(0, "works", "h", "1000", **HYDROXIDE), count(1, "works", "h", kg, **told),
              step(2, "works", {"h": half}, {"p": half}, form="cobalt hydroxide", moisture="45", dry_Co="36.0",
                   dry_Ni="2.0", dry_Cu="0", dry_Mn="0")]  # fmt: skip
    book = post(said(*events), WORKS)
    first, *_, used = [one for one in book.holdings if one.lot == lot("h")]
    assert first.content["Ni"] is None
    assert (used.content["Ni"], used.left_content["Ni"]) == (nickel, nickel // 2)
    assert used.content["Co"] == 198 * KG * int(kg) // 1000
    assert vector(book, used, "Ni") == {"UNKNOWN": nickel}
    assert vector(book, used, "Co") == {"M": used.content["Co"]}
    (check,) = [one for one in book.checks if (one.what, one.substance) == ("stocktake", "Ni")]
    assert (check.into, check.out, check.verdict) == (0, nickel, Verdict.CANNOT_TELL)
    (told_of,) = [one for one in book.findings if one.code == "BOK-047"]
    assert (told_of.values["element"], told_of.found) == ("Ni", f"{nickel / KG:.1f} kg")
    assert [one.values["element"] for one in book.findings if one.code == "BOK-004"] == ["Cu", "Mn", "Ni"]  # stay said
    # of the product nothing lacks: copper and manganese stay unknown in the tank, nickel closes
    steps = {one.substance: one.verdict for one in book.checks if one.what == "step"}
    assert (steps["Ni"], steps["Co"]) == (Verdict.PASS, Verdict.PASS)


def test_nickel_that_the_certificate_denied_is_a_difference():
    """A certificate of 0 % Ni is knowledge: 11 kg are 11 kg too many, of nobody."""
    book = post(said(
        birth(0, "works", "h", "1000", dry_Ni="0", **HYDROXIDE),
        count(1, "works", "h", "1000", dry_Ni="2.0", dry_Co="36.0"),
    ), WORKS)  # fmt: skip
    assert [one.found for one in book.findings if one.code == "BOK-019"] == ["11.0 kg Ni"]
    assert not [one for one in book.findings if one.code == "BOK-047"]
    (check,) = [one for one in book.checks if one.substance == "Ni"]
    assert (check.difference, check.verdict) == (-11 * KG, Verdict.FAIL)
    assert vector(book, layers(book, "h")[0], "Ni") == {"UNKNOWN": 11 * KG}


def test_unknown_nickel_that_is_not_there_is_known_to_be_none():
    book = post(said(birth(0, "works", "h", "1000", **HYDROXIDE), count(1, "works", "h", "1000", dry_Ni="0")), WORKS)
    assert layers(book, "h")[0].left_content["Ni"] == 0


def test_the_nickel_of_one_lot_in_the_tank_is_not_all_that_the_tank_has():
    """One lot of 550 dry kg tells 1 % Ni (5.5), the other nothing. Found 2 % of 1 100 = 22: whose the rest is, nobody knows."""
    known = {**HYDROXIDE, "origin": "urn:N", "dry_Ni": "1.0"}
    book = post(said(
        birth(0, "works", "a", "1000", **known), birth(0, "works", "b", "1000", **HYDROXIDE),
        step(1, "works", {"a": "1000"}, {"T": "1000"}, **{**known, "origin": ""}),
        step(2, "works", {"b": "1000"}, {"T": "1000"}, **{**HYDROXIDE, "origin": ""}),
        count(3, "works", "T", "2000", dry_Ni="2.0", dry_Co="36.0"),
    ), WORKS)  # fmt: skip
    (tank,) = layers(book, "T")
    assert (tank.left_content["Ni"], tank.left_content["Co"]) == (22 * KG, 396 * KG)
    assert vector(book, tank, "Ni") == {"UNKNOWN": 22 * KG}


def test_an_assay_of_nothing_is_an_assay():
    """A tank of 1 000 kg with 20 % Co and 1 % Ni holds no nickel when it is measured: 10 kg lack, the cobalt does not."""
    book = post(said(
        birth(0, "works", "a", "1000", form="MHP", moisture="0", Co="20", Ni="1", origin="urn:M"),
        count(1, "works", "a", "1000", Co="20", Ni="0"),
    ), WORKS)  # fmt: skip
    (tank,) = layers(book, "a")
    assert (tank.left_content["Ni"], tank.left_content["Co"]) == (0, 200 * KG)
    assert [one.found for one in book.findings if one.code == "BOK-019"] == ["0.0 kg Ni"]


@pytest.mark.parametrize("uom", ["KGM", None])
def test_a_lot_found_empty_is_told_without_a_quantity(uom):
    """In whatever unit it is counted; of a lot that nobody knows nothing is made."""
    nothing = replace(
        count(1, "works", "a", "1"),
        quantityList=(QuantityElement(lot("a")), QuantityElement(lot("nobody's"))),
        extensions={FILON + "empty": True},
    )
    book = post(said(birth(0, "works", "a", "1000", uom=uom, form="cell", origin="urn:M"), nothing), WORKS)
    assert layers(book, "a") == []
    assert [one.lot for one in book.holdings] == [lot("a")]
    assert "BOK-019" in {one.code for one in book.findings}
    unsaid = replace(nothing, extensions={})
    book = post(said(birth(0, "works", "a", "1000", uom=uom, form="cell", origin="urn:M"), unsaid), WORKS)
    assert layers(book, "a")[0].left


# ---- silos by layers


def filled(kg_a="60000", kg_b="40000", co_b="20"):
    return [
        birth(0, "works", "a", kg_a, form=SALT, Co="20", origin="urn:a"),
        birth(0, "works", "b", kg_b, form=SALT, Co=co_b, origin="urn:b"),
        step(1, "works", {"a": kg_a}, {"S": kg_a}, form=SALT, Co="20"),
        step(2, "works", {"b": kg_b}, {"S": kg_b}, form=SALT, Co=co_b),
    ]


@pytest.mark.parametrize(
    ("mixing", "drawn"), [("fifo", {"a": 11_880 * KG}), ("layered", {"a": 3_960 * KG, "b": 7_920 * KG})]
)
def test_a_silo_by_layers_is_told_layer_by_layer(mixing, drawn):
    """60 000 and 40 000 kg of 20 %: 12 000 and 8 000 kg Co. Found: 90 000 kg of 22 % = 19 800, one part in a hundred less.

    Each layer keeps 99 % of its cobalt, 11 880 and 7 920; with the cobalt 1 000 kg of salt are gone, and 9 000 kg are water:
    54 000 and 36 000 kg are left. 54 000 kg drawn are the old layer, or the young one and 18 000 kg of the old.
    """
    events = [*filled(), count(3, "works", "S", "90000", Co="22")]
    book = post(said(*events), silo(mixing))
    assert [(one.left, one.left_content["Co"]) for one in layers(book)] == [
        (54_000 * KG, 11_880 * KG), (36_000 * KG, 7_920 * KG)]  # fmt: skip
    gone = {kind: sum(flow.content.get(MASS, 0) for flow in book.flows if getattr(flow.target, "kind", "") is kind)
            for kind in (AccountKind.UNACCOUNTED, AccountKind.WATER)}  # fmt: skip
    assert gone == {AccountKind.UNACCOUNTED: 1_000 * KG, AccountKind.WATER: 9_000 * KG}
    (check,) = [one for one in book.checks if one.what == "stocktake"]
    assert (check.into, check.out) == (20_000 * KG, 19_800 * KG)
    book = post(said(*events, step(4, "works", {"S": "54000"}, {"p": "54000"}, form=SALT, Co="22")), silo(mixing))
    assert vector(book, book.first(lot("p"))) == drawn


def test_layers_that_found_more_than_the_books_stay_in_their_order():
    """Found 104 000 kg of 20 %: 20 800, four in a hundred more, beyond noise: nobody's, 480 in the old layer, 320 in the young."""
    book = post(said(*filled(), count(3, "works", "S", "104000", Co="20")), silo())
    assert [vector(book, one) for one in layers(book)] == [
        {"a": 12_000 * KG, "UNKNOWN": 480 * KG}, {"b": 8_000 * KG, "UNKNOWN": 320 * KG}]  # fmt: skip
    assert "BOK-019" in {one.code for one in book.findings}


def test_a_layer_whose_nickel_was_not_told_has_what_the_others_have_not():
    """Layers of 550 dry kg, one with 1 % Ni (5.5). The whole has 2 %: 22, so the other has 16.5."""
    known = {**HYDROXIDE, "dry_Ni": "1.0"}
    events = [
        birth(0, "works", "a", "1000", **known), birth(0, "works", "b", "1000", **HYDROXIDE),
        step(1, "works", {"a": "1000"}, {"S": "1000"}, **{**known, "origin": ""}),
        step(2, "works", {"b": "1000"}, {"S": "1000"}, **{**HYDROXIDE, "origin": ""}),
        count(3, "works", "S", "2000", dry_Ni="2.0", dry_Co="36.0"),
    ]  # fmt: skip
    book = post(said(*events), silo())
    assert [one.left_content["Ni"] for one in layers(book)] == [5_500_000, 16_500_000]
    assert [vector(book, one, "Ni") for one in layers(book)] == [{"M": 5_500_000}, {"UNKNOWN": 16_500_000}]


def test_an_older_book_keeps_its_layers_when_a_stocktake_is_posted_on_top():
    from filon.books.past import Past

    counted = count(3, "works", "S", "90000", Co="22")
    run = Posting(said(*filled()), silo(), past=Past())
    older = run.book
    assert run.grow([replace(one, entry=9) for one in said(counted)])
    assert [one.left for one in layers(older)] == [60_000 * KG, 40_000 * KG]
    assert [one.left_content for one in layers(run.book)] == [
        one.left_content for one in layers(post(said(*filled(), counted), silo()))]  # fmt: skip


fillings = st.lists(
    st.tuples(st.integers(1, 60_000_000), st.sampled_from(["19.7", "20.3", None])), min_size=1, max_size=4
)


@given(
    st.sampled_from(["fifo", "layered", ""]), fillings, st.tuples(st.integers(1, 90), st.integers(1, 99_000_000)),
    st.sampled_from(["18", "20.05", "0.4"]), st.booleans(),
)  # fmt: skip
def test_after_a_stocktake_there_is_what_it_found_in_every_kind_of_silo(mixing, filled_with, numbers, percent, nickel):
    """To the mg, with as many layers as before, and each layer its share: of cobalt what it had of the cobalt, in fractions."""
    (used, found), events, total = numbers, [], 0
    for at, (n, co) in enumerate(filled_with):
        kg = f"{Decimal(n).scaleb(-3)}"
        traits = {"form": "MHP", "moisture": "0", **({"Co": co} if co else {})}
        events += [birth(at, "works", f"l{at}", kg, origin=f"urn:{at}", **traits),
                   step(at + 0.5, "works", {f"l{at}": kg}, {"S": kg}, **traits)]  # fmt: skip
        total += n * 1000
    events.append(step(8, "works", {"S": str(Decimal(total * used // 100).scaleb(-6))}, {"p": "1"}, form="Co"))
    kg = f"{Decimal(found).scaleb(-3)}"
    before = post(said(*events), silo(mixing))
    book = post(
        said(*events, count(9, "works", "S", kg, Co=percent, **({"Ni": "1.25"} if nickel else {}))), silo(mixing)
    )
    now, then = layers(book), layers(before)
    cobalt = round(Fraction(found * 1000) * Fraction(percent) / 100)
    assert sum(one.left for one in now) == sum(one.left_content[MASS] for one in now) == found * 1000
    assert sum(one.left_content["Co"] for one in now) == cobalt
    if nickel:
        assert sum(one.left_content["Ni"] for one in now) == round(Fraction(found * 1000) * Fraction("1.25") / 100)
    if any(one.left_content["Co"] is None for one in then) or len(now) < len(then):  # less than a milligram of a layer
        return
    assert len(now) == len(then)
    whole = sum(one.left_content["Co"] for one in then)
    for mine, old in zip(now, then, strict=True):
        assert abs(mine.left_content["Co"] - Fraction(cobalt * old.left_content["Co"], whole)) < 1
        assert set(vector(book, mine)) - {"UNKNOWN"} <= set(vector(before, old))


@settings(max_examples=6)
@given(st.sampled_from(["fifo", "layered"]), st.integers(1, 999), st.integers(200, 999))
def test_an_assayed_silo_closes_by_definition(mixing, a, b):
    """One sample and one level for all layers: how sure the difference is, by posting the story again with each reading off."""
    sigmas = [0.001, 0.1 / 20, 0.001, 0.1 / 19, 0.01, 0.1 / 21]

    def story(factors):
        f = iter(factors)
        ka, ca, kb, cb, level, co = (f"{value * next(f):.6f}" for value in (100 * a, 20, 100 * b, 19, 90 * (a + b), 21))
        return [
            birth(0, "works", "a", ka, form=SALT, Co=ca, origin="urn:a"),
            birth(0, "works", "b", kb, form=SALT, Co=cb, origin="urn:b"),
            step(1, "works", {"a": ka}, {"S": ka}, form=SALT, Co=ca),
            step(2, "works", {"b": kb}, {"S": kb}, form=SALT, Co=cb),
            count(3, "works", "S", level, Co=co),
        ]

    exact = story([1.0] * 6)
    book = post(said(*exact), silo(mixing))
    closure = closures(book, "Co", lambda event, where, lot: where)[site("works")]
    assert closure.unaccounted + closure.loss == left_over(exact, silo(mixing), site("works"), "Co")
    # The births' readings are the steps' too (a whole lot is charged): two assays of one lot, told twice, are two readings.
    assert closure.sigma > 0
    parts = (100 * a * 0.2 * hypot(0.001, 0.1 / 20), 100 * b * 0.19 * hypot(0.001, 0.1 / 19),
             0.9 * 100 * (a + b) * 0.21 * hypot(0.01, 0.1 / 21))  # fmt: skip
    assert closure.sigma / KG == pytest.approx(hypot(*parts), rel=1e-6)
    assert closure.sigma == pytest.approx(sigma(story, sigmas, silo(mixing), site("works"), "Co"), rel=1e-3)
    assert not [
        flow
        for flow in book.flows
        if isinstance(flow.target, Account) and flow.content.get("Co") is None and "Co" in flow.content
    ]
