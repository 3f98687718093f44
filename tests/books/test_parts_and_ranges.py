"""Parts by the kilogram, batches that claim the same serial numbers, and why a content is unknown."""

from dataclasses import replace
from decimal import Decimal

from msgspec import structs

from example_ledger import STATE
from filon.books.lot import MILLIGRAM, PIECE
from filon.books.post import post
from filon.books.register import Register
from filon.core.matter import MASS
from filon.views.build.reasons import _lack
from filon.views.build.sight import Sight
from story import assemble, birth, lot, q, register, said

KG = 1_000_000
SITES = register(plant="pack", rec="recycler")


def bulk_pack(**parts):
    """10 cells of 1 kg and 2 kg of foil become a pack."""
    return [
        birth(0, "plant", "cells", "10", None, form="Co metal", pieceMass="1", origin="urn:M"),
        birth(0, "plant", "foil", "2", form="Cu foil", origin="urn:N"),
        replace(
            assemble(1, "plant", "pack", {"cells": 10}),
            childQuantityList=(q("cells", "10", None), q("foil", "2", "KGM")),
        ),
    ]


def apart(*children):
    return replace(
        assemble(2, "plant", "pack", {}), action="DELETE", bizStep="disassembling", childQuantityList=tuple(children)
    )


def held(book, name):
    ids = book.of_lot[lot(name)]
    return book.holdings[ids[-1]]


def test_what_went_in_by_the_kilogram_comes_out_by_the_kilogram():
    book = post(said(*bulk_pack(), apart()), SITES)
    foil, cells = held(book, "foil"), held(book, "cells")
    assert (foil.unit, foil.left, foil.left_content["Cu"]) == (MILLIGRAM, 2 * KG, 2 * KG)
    assert (cells.unit, cells.left, cells.left_content["Co"]) == (PIECE, 10, 10 * KG)


def test_new_parts_share_by_mass_not_milligrams_against_pieces():
    # 12 kg: a casing of 3 kg is weighed, two halves are counted: they share what is left, 4.5 kg each
    book = post(said(*bulk_pack(), apart(q("casing", "3", "KGM"), q("halves", "2", None))), SITES)
    assert held(book, "casing").left_content[MASS] == 3 * KG
    assert held(book, "halves").left_content[MASS] == 9 * KG
    assert held(book, "halves").left_content["Co"] == Decimal("7.5") * KG  # 9 of 12 parts of 10 kg
    assert not [one for one in book.findings if one.code == "BOK-010"]


def test_more_kilograms_than_there_are_leave_nothing_for_the_pieces():
    book = post(said(*bulk_pack(), apart(q("casing", "12", "KGM"), q("halves", "2", None))), SITES)
    assert held(book, "casing").left_content[MASS] == 12 * KG
    assert held(book, "halves").left_content[MASS] == 0


def batch(name, first, last):
    return birth(
        0, "plant", f"{name}", str(last - first + 1), None, form="cell", serials={"first": first, "last": last}
    )


def test_two_batches_of_one_product_cannot_have_the_same_serial_numbers():
    def book(second):
        events = [batch("b1", 1, 100), batch("b2", *second)]
        product = "https://id.gs1.org/01/09506000134352"
        events = [
            replace(
                e,
                quantityList=tuple(
                    structs.replace(i, epcClass=f"{product}/10/{i.epcClass[-2:]}") for i in e.quantityList
                ),
            )
            for e in events
        ]
        return post(said(*events), Register.of([]))

    (finding,) = [one for one in book((91, 200)).findings if one.code == "BOK-039"]
    assert finding.values["serials"] == "91–100"
    assert not [one for one in book((101, 200)).findings if one.code == "BOK-039"]


def test_an_assay_without_basis_is_not_told_as_no_assay():
    def why(**members):
        event = birth(0, "rec", "h", "100", **members)
        assay = [{"element": "Co", "percent": "30"}] if members.get("form") == "cobalt hydroxide" else []
        event = replace(event, ilmd={**event.ilmd, "https://w3id.org/filon/assay": assay})
        book = post(said(event), SITES)
        assert book.first(lot("h")).content.get("Co", 0) is None
        return _lack(Sight(book, STATE, lambda index: None), lot("h"), "Co")

    assert why(form="cobalt hydroxide", moisture="40") == "unknown.basis"
    assert why(form="cobalt hydroxide") == "unknown.moisture"
    assert why(form="MHP", moisture="40") == "unknown.assay"
    assert why(form="something") == "unknown.form"
