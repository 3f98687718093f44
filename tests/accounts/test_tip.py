"""What people mean: numbers on labels, identifiers, serial numbers, lists of thousands; suppliers, sites, days, papers."""

import time
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from filon.accounts.custody.facts import Fact, Record
from filon.accounts.recall import Tip
from filon.accounts.tip import Names, chosen
from filon.books.post import post
from filon.books.register import LOCATION, PARTY, Register
from filon.core.errors import NotFoundError
from filon.core.finding import Place
from filon.core.moment import day_text
from filon.epcis.event import FILON, QuantityElement, Typed
from story import NS, birth, lot, moment, said, site, step

CELLS = "https://id.gs1.org/01/09506000134352/10/C-1"
MORE = "https://id.gs1.org/01/09506000134352/10/C-2"
REGISTER = Register.of([
    (LOCATION, site("m"), {FILON + "kind": "mine", FILON + "name": "Tizi", FILON + "party": NS + "p/atlas"}),
    (LOCATION, site("n"), {FILON + "kind": "mine", FILON + "name": "Mbalani", FILON + "party": NS + "p/mbl"}),
    (PARTY, NS + "p/atlas", {FILON + "name": "Compagnie Atlas"}),
    (PARTY, NS + "p/mbl", {FILON + "name": "Mbalani SARL"}),
])  # fmt: skip


def batch(day, name, first, last):
    told = birth(day, "m", "x", "1", serials={"first": str(first), "last": str(last)}, form="cell")
    return replace(told, quantityList=(QuantityElement(name, Decimal(last - first + 1)),))


@pytest.fixture
def book():
    assayed = birth(
        3, "m", "B-2", "10", assay=[{"element": "Co", "percent": "20", "basis": "wet", "certificate": "COA-9"}]
    )
    papered = replace(birth(4, "n", "B-3", "10"), bizTransactionList=(Typed(NS + "bt/PO-7", "po"),))
    foreign = replace(birth(5, "m", "B-4", "10"), sourceList=(Typed(NS + "p/mbl", "owning_party"),))
    return post(
        said(birth(1, "m", "B 1", "10"), assayed, papered, foreign, batch(6, CELLS, 1, 1000), batch(7, MORE, 1001, 2000),
             birth(8, "m", "twin", "1"), replace(birth(8, "n", "x", "1"), quantityList=(QuantityElement("urn:other:twin", Decimal(1), "KGM"),))),
        REGISTER,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "tip"),
    [
        ("B-2", Tip((lot("B-2"),))),
        (lot("B-2"), Tip((lot("B-2"),))),
        ("  C-1 ", Tip((CELLS,))),
        ("https://id.gs1.org/01/09506000134352/21/7", Tip((), {CELLS: ((7, 7),)})),
        ("https://id.gs1.org/01/09506000134352/21/1001", Tip((), {MORE: ((1001, 1001),)})),
        ("C-1 100-388", Tip((), {CELLS: ((100, 388),)})),
        ("C-1\t388\t100", Tip((), {CELLS: ((100, 388),)})),
        ("B-2 100 200", Tip((), {lot("B-2"): ((100, 200),)})),
        ("B 1 7", Tip((), {lot("B 1"): ((7, 7),)})),
        ("C-1:5", Tip((), {CELLS: ((5, 5),)})),
    ],
)
def test_a_name_means(book, name, tip):
    assert Names(book).meant([name]).tip == tip


def test_a_lot_whose_number_looks_like_a_range_is_that_lot(book):
    assert Names(book).meant(["B 1"]).tip == Tip((lot("B 1"),))


def test_what_is_not_known_or_not_sure_is_told(book):
    meant = Names(book).meant(
        ["nope", "twin", "", "C-1 1-2", "C-1 2-9", "https://id.gs1.org/01/09506000134352/21/5000"]
    )
    assert meant.unknown == ("nope", "https://id.gs1.org/01/09506000134352/21/5000")
    assert meant.several == ("twin",)
    assert meant.tip == Tip((), {CELLS: ((1, 9),)})


def test_pieces_of_a_lot_that_is_meant_wholly_add_nothing(book):
    assert Names(book).meant(["C-1", "C-1 1-2"]).tip == Tip((CELLS,))


def test_a_scanned_link_may_ask_for_something(book):
    assert Names(book).lots(CELLS + "?linkType=gs1:pip") == [CELLS]
    assert Names(book).lots("http://shop.example/B-2?x") == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"supplier": "Compagnie Atlas"}, {"B 1", "B-2", "C-1", "C-2", "twin"}),
        ({"supplier": "mbalani"}, {"B-3", "B-4", "twin*"}),
        ({"site": "Tizi", "since": date(2026, 1, 4), "until": date(2026, 1, 6)}, {"B-2", "B-4"}),
        ({"site": site("n")}, {"B-3", "twin*"}),
        ({"paper": "COA-9"}, {"B-2"}),
        ({"paper": "PO-7"}, {"B-3"}),
        ({"paper": "PO-8"}, set()),
        ({"until": date(2026, 1, 2)}, {"B 1"}),
    ],
)
def test_lots_of_a_supplier_site_time_or_paper(book, asked, found):
    names = {"urn:other:twin": "twin*"}
    told = {names.get(one, one.rpartition("/")[2].replace("%20", " ")) for one in chosen(book, **asked).lots}
    assert told == found


@pytest.mark.parametrize("asked", [{"supplier": "nobody"}, {"site": "i"}])
def test_nobody_or_several_of_that_name(book, asked):
    with pytest.raises(NotFoundError):
        chosen(book, **asked)


def test_ten_thousand_names_take_a_moment():
    book = post(said(*(birth(1 + k / 100_000, "m", f"L{k:05}", "1") for k in range(2000))), REGISTER)
    names = Names(book)
    began = time.process_time()
    meant = names.meant([f"L{k:05}" for k in range(10_000)])
    assert len(meant.tip.lots) == 2000
    assert len(meant.unknown) == 8000
    assert time.process_time() - began < 2, "measured 0.05 s"


def test_a_lot_made_of_others_was_made_where_and_when_it_was_made():
    book = post(said(birth(1, "m", "ore", "10"), step(9, "n", {"ore": "5"}, {"salt": "4"})), REGISTER)
    assert chosen(book, since=date(2026, 1, 10)).lots == (lot("salt"),)
    assert day_text(moment(9)) == "2026-01-10"


def claims(*facts):
    return [Fact(Record(kind), 0, Place(), **told) for kind, told in facts]


def test_lots_that_a_certificate_vouches_for(book):
    """A withdrawn certificate is a handle: the lots claimed under it; of a site's, what it made while it was in force."""
    said_ = claims(
        ("certificate", {"number": "CERT-1", "site": site("n"), "since": "2026-01-01", "until": "2026-01-31"}),
        ("certificate", {"number": "CERT-2", "site": site("m"), "since": "2026-01-01", "until": "2026-01-31"}),
        ("certificate", {"number": "OLD", "site": site("n"), "since": "2025-01-01", "until": "2025-12-31"}),
        ("claim", {"number": "C-7", "certificate": "CERT-2", "lot": "B-2"}),
    )
    found = {paper: {one.rpartition("/")[2] for one in chosen(book, paper=paper, facts=said_).lots}
             for paper in ("CERT-1", "CERT-2", "C-7", "OLD", "NONE")}  # fmt: skip
    assert found == {
        "CERT-1": {"B-3", "urn:other:twin"},
        "CERT-2": {"B-2"},
        "C-7": {"B-2"},
        "OLD": set(),
        "NONE": set(),
    }
