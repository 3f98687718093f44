"""Loops of a plant, followed by hand: rework, scrap, a pack sent back, dismantled, black mass, and its metal back again.

kg of cobalt. One cell holds 0.1; a pack 10 cells.
"""

from dataclasses import replace

from custody_story import chain_of, fact, state
from filon.accounts.custody.model import Model
from filon.accounts.origin import origins
from filon.books.balance import balances, chain
from filon.books.book import Verdict
from filon.books.lot import AccountKind
from filon.books.post import post
from story import assemble, birth, lot, receive, register, said, ship, site, step

KG = 1_000_000
CO = {"form": "Co metal", "Co": "100"}
SITES = register(mine="mine", works="refinery", plant="pack", shredder="recycler")


def moved(day, start, end, name, amount, uom="KGM"):  # noqa: PLR0917
    note = f"{name}-{start}-{end}"
    return [ship(day, start, end, note, {name: amount}, uom), receive(day + 0.2, end, note, {name: amount}, uom)]


def articles(day, where, parent, action, children):
    return replace(assemble(day, where, parent, children), action=action,
                   bizStep="assembling" if action == "ADD" else "disassembling")  # fmt: skip


LOOP = [
    birth(0, "mine", "ore", "100", origin="urn:M", **CO),
    *moved(1, "mine", "works", "ore", "100"),
    # 100 of ore: 80 of metal, and 20 off-spec
    step(2, "works", {"ore": "100"}, {"metal": "80", "off": "20"}, **CO),
    # the off-spec goes in again: 19 of metal, 1 of residue
    step(3, "works", {"off": "20"}, {"metal2": "19"}, campaign="rework", **CO),
    step(3, "works", {}, {"residue": "1"}, campaign="rework", kind="waste", **CO),
    *moved(4, "works", "plant", "metal", "80"),
    # 80 make 800 cells; 10 cells a pack
    step(5, "plant", {"metal": "80"}, {"cells": "800"}, uom=None, form="cell"),
    articles(6, "plant", "pack", "ADD", {"cells": 10}),
    # the pack comes back from its driver and is taken apart: 10 cells, of which 4 go into another pack
    *moved(7, "plant", "garage", "pack", "1", None),
    *moved(8, "garage", "plant", "pack", "1", None),
    articles(9, "plant", "pack", "DELETE", {"cells": 10}),
    articles(10, "plant", "second", "ADD", {"cells": 4}),
    # 96 cells are shredded: 9.6 of cobalt in 96 kg of black mass
    *moved(11, "plant", "shredder", "cells", "96", None),
    step(12, "shredder", {"cells": "96"}, {"black": "96"}, in_uom=None, form="black mass", moisture="0", dry_Co="10",
         dry_Ni="0", dry_Li="0", dry_Mn="0", dry_Cu="0", dry_C="0"),
    *moved(13, "shredder", "works", "black", "96"),
    # black mass and the reworked metal make 28.6 of new metal
    step(14, "works", {"black": "96", "metal2": "19"}, {"again": "28.6"}, **CO),
]  # fmt: skip


def test_every_milligram_is_somewhere_and_nothing_alarms():
    book = post(said(*LOOP), SITES)
    assert [one.code for one in book.findings if one.level.value != "note"] == []
    assert [c for c in book.checks if c.verdict is Verdict.FAIL] == []
    (line,) = balances(book, chain, substances=["Co"])
    assert line.entered == 100 * KG
    assert line.left[AccountKind.WASTE] == KG
    assert line.closing + sum(line.left.values()) == 100 * KG
    # 800 - 10 + 10 - 4 - 96 = 700 cells of 0.1, 0.4 in the second pack, 28.6 of new metal: 99.0
    assert sum(one.left_content.get("Co") or 0 for one in book.holdings) == 99 * KG
    assert book.first(lot("again")).content["Co"] == 28_600_000
    second = book.holdings[book.of_lot[lot("second")][-1]]
    assert second.left_content["Co"] == 400_000


def test_the_mine_is_still_known_after_a_life_in_a_pack():
    book = post(said(*LOOP), SITES)
    vector = origins(book, "Co").made[book.first(lot("again")).id]
    assert vector == {"urn:M": 28_600_000}


def test_its_claim_goes_round_the_loop_with_it():
    told = chain_of(*LOOP, fact("claim", 0, lot="ore", element="Co", characteristic="c"), register=SITES)
    again = state(told, "again", "Co", "c")
    assert (again.model, again.claim, again.sources) == (Model.IDENTITY, 1, {"urn:M"})
    assert site("shredder") in {one.site for one in told.book.holdings}


def test_a_cell_cannot_be_shredded_and_built_in():
    # 701 of the 700 cells that are left
    book = post(said(*LOOP, articles(15, "plant", "third", "ADD", {"cells": 701})), SITES)
    assert [one.values["more"] for one in book.findings if one.code == "BOK-010"] == ["1 piece"]
