"""Several assays and weights of one lot side by side, and solutions: volume x density x concentration."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from filon.books.assay import Assay, governing
from filon.books.book import Verdict
from filon.books.declared import concentration, content_findings, declared
from filon.books.lot import LITRE
from filon.books.post import post
from filon.core.finding import Place
from filon.core.matter import MASS
from filon.core.unit import millionths_of_a_litre
from filon.epcis.event import FILON
from story import birth, count, lot, receive, register, said, ship, step, traits

KG = 1_000_000
SITES = register(m="mine", works="refinery", pcam="pcam")


def assay(percent, status="final", by="", element="Co", **more):
    return {"element": element, "percent": percent, "basis": "wet", "status": status, "by": by, **more}


def told(*assays, **members):
    traits = {FILON + "form": "CoSO4·7H2O", FILON + "assay": list(assays)}
    return declared({**traits, **{FILON + key: value for key, value in members.items()}})[0]


def book_of(*assays, **members):
    event = birth(0, "m", "a", "20000", form="CoSO4·7H2O", origin="urn:M", **members)
    return post(said(replace(event, ilmd={**event.ilmd, FILON + "assay": list(assays)})), SITES)


def test_an_umpire_counts_before_final_and_final_before_provisional():
    # contracts reference: seller 20.80, buyer 20.60, difference 0.20; the umpire says 20.68: 20 000 x 20.68 % = 4 136
    seller, buyer, umpire = assay("20.80", by="seller"), assay("20.60", by="buyer"), assay("20.68", "umpire")
    first = assay("20.5", "provisional")
    assert book_of(umpire, seller, buyer, first).first(lot("a")).content["Co"] == 4_136 * KG
    assert book_of(first, seller).first(lot("a")).content["Co"] == 4_160 * KG
    assert book_of(seller, first).first(lot("a")).content["Co"] == 4_160 * KG
    one = told(umpire, seller, buyer)
    assert [(each.percent * 100, each.by) for each in one.observed] == [
        (Fraction("20.68"), ""), (Fraction("20.8"), "seller"), (Fraction("20.6"), "buyer"),
    ]  # fmt: skip


def test_an_umpires_certificate_comes_as_a_declaration_of_its_own():
    # 20 000 kg wet, 8 % moist: 18 400 dry. Co: 10 % provisional, 10.2 final, 10.1 umpire: 18 400 x 10.1 % = 1 858.4;
    # the umpire analysed no nickel: the final 2 % stands, 368. The lot is there once, whatever order they came in
    def told(co, standing, day=0.0, **more):
        made = birth(day, "m", "a", "20000", form="arsenide concentrate", moisture="8", status=standing, origin="urn:M")
        assays = [{"element": "Co", "percent": co, "basis": "dry", **more}]
        if not more:
            assays.append({"element": "Ni", "percent": "2", "basis": "dry"})
        return replace(made, ilmd={**made.ilmd, FILON + "assay": assays})

    early, late = told("10", "provisional"), told("10.2", "final")
    umpire = told("10.1", "final", 9, status="umpire")
    for order in permutations((early, late, umpire)):
        book = post(said(*order), SITES)
        content = book.first(lot("a")).content
        assert (content[MASS], content["Co"], content["Ni"]) == (20_000 * KG, 1_858_400_000, 368 * KG)
        assert len(book.holdings) == 1
        assert not {one.code for one in book.findings} & {"BOK-018", "BOK-027", "BOK-028", "BOK-040"}
    (content,) = [one.content for one in post(said(early, umpire), SITES).holdings]
    assert (content["Co"], content["Ni"]) == (1_858_400_000, None)  # the provisional nickel is no word to rest on
    two = post(said(late, umpire, told("10.15", "final", 9, status="umpire")), SITES)
    assert [one.code for one in two.findings if one.code == "BOK-027"] == ["BOK-027"]


def test_an_umpires_certificate_leaves_a_step_its_inputs():
    # 100 of salt at 20.9 % made 99; the umpire's row, as a lab sends it, names no inputs
    ore = birth(0, "m", "in", "100", form="CoSO4·7H2O", Co="20.9", origin="urn:M")
    made = step(1, "m", {"in": "100"}, {"a": "99"}, form="CoSO4·7H2O", Co="20.9")
    umpire = birth(1, "m", "a", "99", form="CoSO4·7H2O")
    umpire = replace(umpire, ilmd={**umpire.ilmd, FILON + "assay": [assay("20.8", "umpire")]})
    book = post(said(ore, made, umpire), SITES)
    assert book.first(lot("a")).content["Co"] == 20_592_000
    assert book.first(lot("in")).left == 0


def test_two_parties_beyond_their_uncertainties_are_told_until_an_umpire_speaks():
    # 0.05 each: sigma of the difference 0.0707, two of it 0.141 < 0.20; with 0.10 each 0.283 > 0.20
    def codes(sigma, *more):
        two = (assay("20.80", by="S", uncertainty=sigma), assay("20.60", by="B", uncertainty=sigma))
        return [one.code for one in book_of(*two, *more).findings]

    assert codes("0.05") == ["BOK-040"]
    assert codes("0.10") == []
    assert codes("0.05", assay("20.7", "umpire")) == []


def test_sampling_adds_to_the_assay_in_quadrature():
    # 0.03 and 0.04 points: 0.05; relative to 20.0 %: 0.0025
    one = told(assay("20", uncertainty="0.03", samplingUncertainty="0.04"))
    assert one.assays["Co"].uncertainty == Fraction("0.05")
    assert concentration(one, "Co")[1] == pytest.approx(0.0025)
    assert told(assay("20", samplingUncertainty="0.04")).assays["Co"].uncertainty == Fraction("0.04")


def test_who_measured_how_is_kept():
    one = told(assay("20", method="ICP-OES", laboratory="Labo Atlas", certificate="C-1")).assays["Co"]
    assert (one.method, one.laboratory, one.certificate) == ("ICP-OES", "Labo Atlas", "C-1")


def test_weights_stand_side_by_side_and_the_events_quantity_counts():
    # 20 000 and 20 100 kg at 0.1 % each: sigma 28.4, two 56.7 < 100
    def book(other):
        pair = [{"kg": "20000", "by": "seller"}, {"kg": other, "by": "buyer"}]
        return book_of(assay("20.8"), weighing=pair)

    assert [one.code for one in book("20100").findings] == ["BOK-041"]
    assert [one.code for one in book("20050").findings] == []
    assert [float(one.kg) for one in book("20100").declared[lot("a")].weighings] == [20_000, 20_100]
    assert book("20100").first(lot("a")).content[MASS] == 20_000 * KG


@given(st.lists(st.tuples(st.sampled_from(["provisional", "final", "umpire"]), st.integers(1, 99)), min_size=1))
def test_the_last_of_the_highest_standing_counts(rows):
    """The oracle: sort by standing, keep the order told, take the last."""
    order = ["provisional", "final", "umpire"]
    listed = [Assay("Co", Fraction(percent, 100), status=status) for status, percent in rows]
    by_standing = sorted(listed, key=lambda one: order.index(one.status))
    assert governing(listed)["Co"] is by_standing[-1]


# Solutions.

SOLUTION = {"form": "cobalt sulfate solution", "density": "1.25"}


def solution(litres, grams="100", name="s", uom="LTR", where="works"):
    event = birth(0, where, name, litres, uom, origin="urn:M", **SOLUTION)
    return replace(event, ilmd={**event.ilmd, FILON + "assay": [{"element": "Co", "gramsPerLitre": grams}]})


@pytest.mark.parametrize(("volume", "uom"), [("8000", "LTR"), ("8", "MTQ"), ("80", "HLT")])
def test_volume_times_density_times_concentration(volume, uom):
    # 8 000 l x 1.25 kg/l = 10 000 kg; x 100 g/l = 800 kg Co, 8 % of the mass
    holding = post(said(solution(volume, uom=uom)), SITES).first(lot("s"))
    assert (holding.content[MASS], holding.content["Co"], holding.unit) == (10_000 * KG, 800 * KG, LITRE)
    assert holding.amount == 8_000_000_000


def test_litres_and_kilograms_of_one_solution_are_the_same_matter():
    # half by volume, half by mass: 4 000 l = 5 000 kg
    events = [solution("8000"), step(1, "works", {"s": "4000"}, {"p": "400"}, in_uom="LTR", form="Co metal", Co="100"),
              step(2, "works", {"s": "5000"}, {"q": "400"}, form="Co metal", Co="100")]  # fmt: skip
    book = post(said(*events), SITES)
    assert book.holdings[book.of_lot[lot("s")][-1]].left == 0
    assert [check.verdict for check in book.checks if check.substance == "Co"] == [Verdict.PASS] * 2
    assert not [one for one in book.findings if one.code in {"BOK-010", "BOK-017"}]


def test_a_tank_lorry_measured_in_litres_may_differ_by_what_measuring_explains():
    def codes(received):
        events = [solution("8000"), ship(1, "works", "pcam", "n", {"s": "8000"}, "LTR"),
                  receive(2, "pcam", "n", {"s": received}, "LTR")]  # fmt: skip
        return [(one.code, one.found) for one in post(said(*events), SITES).findings]

    # 0.1 % of 8 000 l, twice weighed, two sigma: 22.6 l
    assert codes("7990") == []
    assert codes("7900") == [("BOK-014", "7900.0 LTR")]


def test_a_stocktake_in_litres():
    event = count(1, "works", "s", "7900")
    event = replace(event, quantityList=tuple(structs.replace(item, uom="LTR") for item in event.quantityList))
    book = post(said(solution("8000"), event), SITES)
    assert book.holdings[book.of_lot[lot("s")][0]].left_content["Co"] == 790 * KG
    assert book.findings == [] or [one.code for one in book.findings] == []


def test_without_density_nothing_is_guessed():
    event = birth(0, "works", "s", "8000", "LTR", origin="urn:M", form="cobalt sulfate solution")
    event = replace(event, ilmd={**event.ilmd, FILON + "assay": [{"element": "Co", "gramsPerLitre": "100"}]})
    content = post(said(event), SITES).first(lot("s")).content
    assert content.get("Co", 0) is None
    assert content.get(MASS, 0) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 10**7), st.decimals("0.6", "2.2", places=3), st.integers(1, 500))
def test_solutions_by_definition(litres, density, grams):
    """The oracle: g/l x l, whatever the density; mass = l x kg/l."""
    event = birth(0, "works", "s", str(litres), "LTR", origin="u", form="cobalt sulfate solution", density=str(density))
    event = replace(event, ilmd={**event.ilmd, FILON + "assay": [{"element": "Co", "gramsPerLitre": str(grams)}]})
    content = post(said(event), SITES).first(lot("s")).content
    assert abs(content["Co"] - litres * grams * 1000) <= 1
    assert content[MASS] == litres * int(density * 1000) * 1000
    assert millionths_of_a_litre(Decimal(litres), "LTR") == litres * KG


@pytest.mark.parametrize(
    ("told", "codes"),
    [
        ({"form": "cobalt hydroxide", "moisture": "50", "dry_Co": "36"}, []),  # 25 to 45 % (reference, section 5)
        ({"form": "cobalt hydroxide", "moisture": "50", "dry_Co": "12"}, ["BOK-044"]),
        ({"form": "cobalt hydroxide", "moisture": "50", "Co": "12"}, []),  # as received: 24 % dry would be, too
        ({"form": "NiSO4·6H2O", "Ni": "22.33"}, []),
        ({"form": "NiSO4·6H2O", "Ni": "21.7"}, ["BOK-044"]),
        ({"form": "CoSO4·7H2O", "Co": "22.4"}, ["BOK-006"]),  # more than there can be: not told twice
        ({"form": "arsenide concentrate", "moisture": "8", "dry_Co": "10", "dry_As": "80"}, ["BOK-044"]),
    ],
)
def test_an_assay_outside_the_window_of_the_trade_is_worth_a_note(told, codes):
    findings = content_findings(declared(traits(**told))[0], "lot", Place())
    assert [one.code for one in findings if one.code in {"BOK-006", "BOK-044"}] == codes


@pytest.mark.parametrize(
    ("sampled", "analysed", "wrong"),
    [("2026-03-02", "2026-03-05", False), ("2026-03-02", "2026-03-02", False), ("2026-03-06", "2026-03-05", True),
     ("", "2026-03-05", False), ("2026-03-02", "", False), ("2 March", "2026-03-05", True)],
)  # fmt: skip
def test_an_assay_before_its_sample_is_told(sampled, analysed, wrong):
    book = book_of(assay("20.80", sampled=sampled, analysed=analysed))
    assert [one.code for one in book.findings] == (["BOK-046"] if wrong else [])
    if wrong:
        assert book.findings[0].values == {"lot": "a", "element": "Co", "sampled": sampled, "analysed": analysed}
    assert book.first(lot("a")).content["Co"] == 4_160 * KG  # what it found counts all the same
