"""Sulfur and fluorine: kept where somebody measured them, never expected, and free to come and go with reagents."""

from filon.books.balance import balances
from filon.books.book import Verdict
from filon.books.lot import AccountKind
from filon.books.post import post
from filon.core.matter import ELEMENTS, TOLD, form
from story import birth, lot, register, said, step

KG = 1_000_000
SITES = register(m="mine", works="refinery", plant="cell")


def test_a_sulfate_does_not_bring_its_sulfur_but_an_assay_does():
    assert form("CoSO4·7H2O").elements == ("Co",)
    assert set(form("FeAsO4·2H2O").elements) == {"As", "Fe"}
    book = post(said(birth(0, "works", "a", "1000", form="CoSO4·7H2O", Co="20.8", origin="u")), SITES)
    assert "S" not in book.first(lot("a")).content
    book = post(said(birth(0, "works", "a", "1000", form="CoSO4·7H2O", Co="20.8", S="11.4", origin="u")), SITES)
    assert book.first(lot("a")).content["S"] == 114 * KG


def test_sulfur_that_goes_with_reagents_is_no_loss_and_no_alarm():
    # 1 000 kg of concentrate with 2 % S and 10 % Co; the metal holds no sulfur: 20 kg went with reagents
    events = [birth(0, "works", "a", "1000", form="arsenide concentrate", moisture="0", dry_Co="10", dry_S="2", origin="u"),
              step(1, "works", {"a": "1000"}, {"p": "100"}, form="Co metal", Co="100")]  # fmt: skip
    book = post(said(*events), SITES)
    (line,) = balances(book, substances=["S"])
    assert (line.left[AccountKind.REAGENTS], line.unaccounted, line.closing) == (20 * KG, 0, 0)
    assert [check.verdict for check in book.checks if check.substance == "S"] == [Verdict.CANNOT_TELL]
    assert not [one for one in book.findings if one.code in {"BOK-013", "BOK-015"} and one.values["element"] == "S"]


def test_sulfur_that_comes_with_acid_is_no_undeclared_matter():
    events = [birth(0, "works", "a", "100", form="Co metal", Co="100", origin="u"),
              step(1, "works", {"a": "100"}, {"p": "478"}, form="CoSO4·7H2O", Co="20.9", S="11.4")]  # fmt: skip
    book = post(said(*events), SITES)
    assert book.first(lot("p")).content["S"] == 54_492_000
    assert not [one for one in book.findings if one.values.get("element") == "S"]


def test_fluorine_of_the_electrolyte_goes_into_the_cells():
    # 10 kg of electrolyte with 9 % F: 900 g in 100 cells, 9 g each
    events = [birth(0, "plant", "e", "10", form="electrolyte", F="9", origin="u"),
              step(1, "plant", {"e": "10"}, {"c": "100"}, uom=None, form="cell")]  # fmt: skip
    book = post(said(*events), SITES)
    assert book.first(lot("c")).content["F"] == 900_000


def test_nobody_is_asked_for_what_nobody_expects():
    book = post(said(birth(0, "works", "a", "100", origin="u", form="something")), SITES)
    assert TOLD.isdisjoint(book.first(lot("a")).content)
    assert set(book.first(lot("a")).content) >= set(ELEMENTS) - TOLD


def test_a_by_product_has_what_was_measured_in_it_whatever_it_sells_for():
    """100 kg of matte with 10 kg Co and 30 kg Ni gives 45 kg of cobalt salt (9 kg Co, 0.5 kg Ni) and, as by-product, 140
    kg of nickel salt (0.8 kg Co, 29 kg Ni): 0.2 kg Co and 0.5 kg Ni are lost; the by-product takes 0.8 kg Co out (I-11)."""
    book = post(said(
        birth(0, "works", "matte", "100", form="MHP", moisture="0", dry_Co="10", dry_Ni="30", dry_Mn="0", origin="u"),
        step(1, "works", {"matte": "100"}, {"salt": "45"}, "urn:c", form="cobalt sulfate solution", Co="20", Ni="1.1111"),
        step(1, "works", {}, {"nickel": "140"}, "urn:c", form="NiSO4·6H2O", kind="by-product", Co="0.5714",
             Ni="20.7143"),
    ), SITES)  # fmt: skip
    lines = {line.substance: line for line in balances(book, substances=["Co", "Ni"])}
    taken = {element: line.left[AccountKind.BY_PRODUCT] / KG for element, line in lines.items()}
    assert taken == {"Co": 0.79996, "Ni": 29.00002}
    left = {element: line.left[AccountKind.UNACCOUNTED] / KG for element, line in lines.items()}
    assert {element: round(kg, 3) for element, kg in left.items()} == {"Co": 0.2, "Ni": 0.5}


def test_the_carbon_of_a_carbonate_is_no_graphite():
    # 100 of nickel make 202.24 of NiCO3 (49.446 % Ni): its 20.4 of carbon came with soda, and are not undeclared matter
    assert [form(text).elements for text in ("NiCO3", "C", "CoC2O4·2H2O")] == [("Ni",), ("C",), ("Co",)]
    events = [birth(0, "works", "a", "100", form="Ni metal", Ni="100", origin="u"),
              step(1, "works", {"a": "100"}, {"p": "202.24"}, form="NiCO3", Ni="49.446")]  # fmt: skip
    assert not post(said(*events), SITES).findings
