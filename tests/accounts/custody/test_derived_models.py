"""Models of custody, rule by rule, each with the smallest chain that shows it; and laws for random chains."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custody_story import KG, chain_of, codes, fact, state
from filon.accounts.custody.derive import limiting, path
from filon.accounts.custody.model import Because, Model, weakest
from story import birth, lot, receive, register, ship, site, step

C = "responsible mining"
CO = {"form": "Co metal", "Co": "100"}
SITES = register(m="mine", n="mine", works="refinery", pcam="pcam")


def mined(name, kg="100", origin="urn:M", day=0, where="works"):
    return birth(day, where, name, kg, origin=origin, **CO)


def claim(name, **more):
    return fact("claim", 0, lot=name, element="Co", characteristic=C, **more)


def smelt(day, inputs, outputs, where="works"):
    return step(day, where, inputs, outputs, **CO)


def certificate(number, where, since="2026-01-01", until="2026-12-31", **more):
    return fact("certificate", 0, number=number, site=where, characteristic=C, since=since, until=until, **more)


def told(*events, name="p", sites=SITES):
    return state(chain_of(*events, register=sites), name, "Co", C)


def why(chain, name):
    return limiting(path(chain.states("Co", C), chain.book.first(lot(name)).id))


def test_models_are_ordered_as_the_standard_numbers_them():
    assert weakest([Model.SEGREGATED, Model.IDENTITY]) is Model.SEGREGATED
    assert [one.rank for one in Model] == [0, 1, 2, 3, 4, 5]


def test_r1_moved_and_split_it_is_what_it_was():
    events = [mined("a", where="m"), claim("a"), ship(1, "m", "works", "n", {"a": "100"}),
              receive(2, "works", "n", {"a": "100"}), smelt(3, {"a": "40"}, {"p": "40"})]  # fmt: skip
    p = told(*events)
    assert (p.model, p.claim, p.sources) == (Model.IDENTITY, 1, {"urn:M"})


def test_r2_matter_of_one_source_keeps_its_identity():
    events = [mined("a"), mined("b"), claim("a"), claim("b"), smelt(1, {"a": "100", "b": "100"}, {"p": "200"})]
    assert told(*events).model is Model.IDENTITY


def test_r3_two_sources_that_both_carry_it_are_segregated():
    events = [mined("a"), mined("b", origin="urn:N"), claim("a"), claim("b")]
    chain = chain_of(*events, smelt(1, {"a": "100", "b": "100"}, {"p": "200"}), register=SITES)
    p = state(chain, "p", "Co", C)
    assert (p.model, p.claim, p.sources) == (Model.SEGREGATED, 1, {"urn:M", "urn:N"})
    assert why(chain, "p").because is Because.SOURCES_MET


def test_r4_and_r8_what_lacks_it_makes_a_blend_and_the_unknown_counts_as_lacking():
    # 100 of 400 kg carry it: 25 %
    for origin, because in (("urn:N", Because.BLENDED), (None, Because.UNKNOWN_MATTER)):
        other = mined("b", "300", origin) if origin else birth(0, "works", "b", "300", **CO)
        chain = chain_of(
            mined("a"), other, claim("a"), smelt(1, {"a": "100", "b": "300"}, {"p": "400"}), register=SITES
        )
        p = state(chain, "p", "Co", C)
        assert (p.model, p.claim) == (Model.BLENDED, Fraction(1, 4))
        assert why(chain, "p").because is because


def test_r5_masses_unknown_nothing_can_be_claimed_of_the_mixture():
    other = birth(0, "works", "b", "300", origin="urn:N", form="cobalt hydroxide")
    p = told(mined("a"), other, claim("a"), smelt(1, {"a": "100", "b": "300"}, {"p": "400"}))
    assert (p.model, p.claim, p.low, p.high) == (Model.MASS_BALANCE, 0, 0, 1)


def test_r5_masses_unknown_the_least_share_of_any_part_may_be_claimed():
    """Two lots, half and four fifths of them audited, of which nobody knows the masses: at least half of any mixture."""
    unknown = {"form": "cobalt hydroxide"}
    a = birth(0, "works", "a", "100", origin="urn:M", **unknown)
    b = birth(0, "works", "b", "300", origin="urn:N", **unknown)
    mixed = step(1, "works", {"a": "100", "b": "300"}, {"p": "400"}, **unknown)
    p = told(a, b, claim("a", percent="50"), claim("b", percent="80"), mixed)
    assert (p.model, p.claim, p.low, p.high) == (Model.MASS_BALANCE, Fraction(1, 2), Fraction(1, 2), Fraction(4, 5))


def test_r6_shares_chosen_on_paper_are_mass_balance():
    practice = fact("practice", 0, site="works", mixing="bookkeeping")
    events = [mined("a"), mined("b", "300", "urn:N"), claim("a"), practice]
    chain = chain_of(*events, smelt(1, {"a": "100", "b": "300"}, {"p": "400"}), register=SITES)
    assert state(chain, "p", "Co", C).model is Model.MASS_BALANCE
    assert why(chain, "p").because is Because.BOOKKEEPING


def test_r7_an_instrument_is_retired_once():
    # 30 kg issued by the works' account are used up for 40 kg of another site: 75 %
    events = [mined("a"), claim("a"), mined("p", "40", "urn:X", where="pcam"), mined("q", "40", "urn:X", where="pcam"),
              certificate("MB", "works", model="mass balance"),
              fact("issue", 1, number="I-1", site="works", element="Co", characteristic=C, kg="30"),
              fact("handover", 2, number="I-1", to="B"), fact("retirement", 3, number="I-1", lot="p"),
              fact("retirement", 4, number="I-1", lot="q"), fact("retirement", 4, number="I-2", lot="q")]  # fmt: skip
    chain = chain_of(*events, register=SITES)
    p, q = (state(chain, name, "Co", C) for name in "pq")
    assert (p.model, p.claim, p.low) == (Model.BOOK_AND_CLAIM, Fraction(3, 4), 0)
    assert q.model is Model.NONE
    assert codes(chain) == ["CUS-020", "CUS-021"]
    ((account,),) = ([a.periods for a in chain.accounts],)
    assert account[0].closing == 70 * KG


def test_r9_a_reagent_without_the_element_changes_nothing():
    acid = birth(0, "works", "acid", "500", form="LiOH·H2O")
    assert told(mined("a"), claim("a"), acid, smelt(1, {"a": "100", "acid": "500"}, {"p": "100"})).claim == 1


CERTIFIED = [mined("a", where="m"), claim("a", certificate="M-1"), ship(1, "m", "works", "n", {"a": "100"}),
             receive(2, "works", "n", {"a": "100"}), smelt(3, {"a": "100"}, {"p": "100"})]  # fmt: skip


def test_certificates_of_both_sites_carry_the_claim():
    p = told(*CERTIFIED, certificate("M-1", "m"), certificate("W-1", "works"))
    assert (p.model, p.certificates) == (Model.IDENTITY, {"M-1", "W-1"})


@pytest.mark.parametrize(
    ("mine", "works", "lacks"),
    [
        ({}, {"until": "2026-01-03"}, "date"),
        ({}, {"material": "CoSO4·7H2O"}, "material"),
        ({}, {"element": "Ni"}, "element"),
        ({"until": "2025-12-31", "since": "2025-01-01"}, {}, "date"),
        ({"number": "M-2"}, {}, "unknown"),
    ],
)
def test_r10_what_no_certificate_covers_is_not_claimed(mine, works, lacks):
    mine = {"number": "M-1", **mine}
    chain = chain_of(
        *CERTIFIED, certificate(mine.pop("number"), "m", **mine), certificate("W-1", "works", **works), register=SITES
    )
    p = state(chain, "p", "Co", C)
    assert (p.model, p.claim) == (Model.NONE, 0)
    cause = why(chain, "p")
    assert (cause.because, cause.told) == (Because.NOT_COVERED, lacks)
    assert set(codes(chain)) == {"CUS-005" if works else "CUS-004"}


@pytest.mark.parametrize(("day", "model"), [("2026-01-04", Model.NONE), ("2026-01-05", Model.IDENTITY)])
def test_r10_a_revocation_runs_forward_from_its_day(day, model):
    # p is made on 4 January: revoked that day it loses its claim, and so does what is made of it
    chain = chain_of(
        *CERTIFIED, certificate("M-1", "m"), certificate("W-1", "works"), smelt(3.5, {"p": "100"}, {"q": "90"}),
        fact("revocation", 200, number="W-1", since=day), register=SITES,
    )  # fmt: skip
    assert [state(chain, name, "Co", C).model for name in "pq"] == [model, model]


def test_a_certificate_caps_the_model():
    p = told(*CERTIFIED, certificate("M-1", "m"), certificate("W-1", "works", model="controlled blending"))
    assert (p.model, p.claim) == (Model.BLENDED, 1)


def test_a_claim_without_certificate_asks_for_none():
    assert (
        told(mined("a"), claim("a"), smelt(1, {"a": "100"}, {"p": "100"}), certificate("X", "m")).model
        is Model.IDENTITY
    )


def test_an_event_may_name_its_certificate_instead_of_a_claim():
    born = replace(mined("a", where="m"), certificationInfo=("https://example.com/certificates/M-1",))
    chain = chain_of(born, certificate("M-1", "m", element="Co"), register=SITES)
    assert state(chain, "a", "Co", C).certificates == {"M-1"}


def test_an_incoming_claim_is_used_once():
    events = [mined("a"), mined("b"), claim("a", number="K"), claim("b", number="K")]
    chain = chain_of(*events, register=SITES)
    assert [state(chain, name, "Co", C).model for name in "ab"] == [Model.IDENTITY, Model.NONE]
    assert codes(chain) == ["CUS-003"]


def test_more_claimed_than_follows_is_inconsistent():
    events = [mined("a"), mined("b", "300", "urn:N"), claim("a"), smelt(1, {"a": "100", "b": "300"}, {"p": "400"})]
    assert codes(chain_of(*events, claim("p", model="segregated"), register=SITES)) == ["CUS-006"]
    assert codes(chain_of(*events, claim("p", model="controlled blending", percent="26"), register=SITES)) == [
        "CUS-006"
    ]
    assert codes(chain_of(*events, claim("p", model="controlled blending", percent="25"), register=SITES)) == []


def test_a_fact_about_a_lot_that_nobody_knows_is_told():
    assert codes(chain_of(mined("a"), claim("zzz"), register=SITES)) == ["CUS-002"]


def test_each_element_goes_its_own_way():
    # one precursor: segregated for nickel, blended for cobalt
    both = {"form": "MHP", "moisture": "0", "dry_Ni": "40", "dry_Co": "4"}
    events = [
        birth(0, "works", "a", "100", origin="urn:M", **both), mined("b", "4", "urn:N"),
        *(fact("claim", 0, lot="a", element=e, characteristic=C) for e in ("Ni", "Co")),
        step(1, "works", {"a": "100", "b": "4"}, {"p": "104"}, form="MHP", moisture="0", dry_Ni="38.4615", dry_Co="7.6923"),
    ]  # fmt: skip
    chain = chain_of(*events, register=SITES)
    assert state(chain, "p", "Ni", C).model is Model.IDENTITY
    assert (state(chain, "p", "Co", C).model, state(chain, "p", "Co", C).claim) == (Model.BLENDED, Fraction(1, 2))


def by_definition(charges, draws):
    """The slow oracle: a tank as a list of (kg, share) portions; each draw takes all of them in proportion."""
    tank, out = [], []
    for kind, kg, share in sorted([*charges, *draws], key=lambda one: one[0]):
        if share is None:
            total = sum(mass for mass, _ in tank)
            held = sum(mass * part for mass, part in tank)
            out.append(held / total)
            tank = [(mass * (1 - Fraction(kg) / total), part) for mass, part in tank]
        else:
            tank.append((Fraction(kg), Fraction(share)))
        assert kind >= 0
    return out


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(50, 500), st.booleans(), st.integers(1, 40)), min_size=1, max_size=6))
def test_a_tank_gives_what_its_portions_say(fillings):
    """Fill and draw in turn: each product has the tank's share, the model is as strong as its worst portion."""
    events, charges, draws = [], [], []
    for at, (kg, good, drawn) in enumerate(fillings):
        name = f"in{at}"
        events += [mined(name, str(kg), origin="urn:M"), smelt(1 + at, {name: str(kg)}, {"tank": str(kg)})]
        events += [claim(name)] if good else []
        events.append(smelt(1.5 + at, {"tank": str(drawn)}, {f"p{at}": str(drawn)}))
        charges.append((1 + at, kg, int(good)))
        draws.append((1.5 + at, drawn, None))
    chain = chain_of(*events, register=SITES)
    shares = by_definition(charges, draws)
    seen = set()
    for at, share in enumerate(shares):
        p = state(chain, f"p{at}", "Co", C)
        seen.add(fillings[at][1])
        assert abs(p.claim - share) <= Fraction(1, 10**6)  # the books keep whole mg
        assert p.low == p.high == p.claim
        assert p.model is (Model.IDENTITY if seen == {True} else Model.NONE if seen == {False} else Model.BLENDED)


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(4)))
def test_the_order_of_deposits_does_not_matter(order):
    events = [mined("a"), mined("b", "300", "urn:N"), claim("a"), smelt(1, {"a": "100", "b": "300"}, {"p": "400"})]
    chain = chain_of(*(events[i] for i in order), register=SITES)
    assert (state(chain, "p", "Co", C).model, state(chain, "p", "Co", C).claim) == (Model.BLENDED, Fraction(1, 4))
    assert site("works") in {holding.site for holding in chain.book.holdings}


@pytest.mark.parametrize(("until", "model"), [("2026-01-04", Model.IDENTITY), ("2026-01-03", Model.NONE)])
def test_the_last_day_of_a_certificate_is_covered(until, model):
    # p is made on 4 January
    assert told(*CERTIFIED, certificate("M-1", "m"), certificate("W-1", "works", until=until)).model is model
