"""The books against the truth: every holding, every element, every origin, through the files and their importers.

The truth works on exact fractions and on the plan; the books on whole milligrams and on the bytes. Each posting may
round by half a milligram for each origin, and no holding here has more than a few dozen postings behind it.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from filon.accounts.origin import origins
from filon.books.lot import AccountKind
from filon.books.movement import Said
from filon.books.post import post
from filon.books.register import Register
from filon.core.matter import ELEMENTS
from filon.epcis import jsonld
from filon.epcis.key import body_key
from filon.exchange.simulator.chain import chain
from filon.exchange.simulator.files import simulate
from filon.exchange.simulator.master import master
from filon.exchange.simulator.matter import METALS
from filon.exchange.simulator.told import told
from filon.exchange.simulator.truth_file import truth_json
from filon.exchange.simulator.world import PRODUCTS, SITES
from filon.exchange.workbook.events import events as workbook_events
from filon.exchange.workbook.read import read

ROUNDING_MG = 12


def left_by_origin(book, element):
    """{(lot, site): {origin: mg}} of all stock."""
    account = origins(book, element)
    table = defaultdict(lambda: defaultdict(int))
    for holding in book.holdings:
        if holding.kind is AccountKind.STOCK:
            for origin, mg in account.left[holding.id].items():
                table[holding.lot, holding.site][origin] += mg
    return table


def compare(book, said):
    assert set(METALS) <= set(ELEMENTS)
    for element in METALS:
        table = left_by_origin(book, element)
        seen = set()
        for held in said["holdings"]:
            mine = table.get((held["lot"], held["site"]), {})
            mix = {origin: Decimal(kg) * 1_000_000 for origin, kg in held["kg"].get(element, {}).items()}
            for origin in mix.keys() | mine.keys():
                off = abs(mine.get(origin, 0) - mix.get(origin, Decimal(0)))
                assert off <= ROUNDING_MG, (element, held["lot"], origin, off)
            seen.add((held["lot"], held["site"]))
        extra = {key: sum(mix.values()) for key, mix in table.items() if key not in seen}
        assert all(mg <= ROUNDING_MG for mg in extra.values()), element


@pytest.fixture(scope="module")
def arrived(tmp_path_factory):
    """[(file name, events, master data)] in the order of delivery, and truth.json."""
    directory = tmp_path_factory.mktemp("books")
    files = []
    for index, path in enumerate(simulate(directory, seed=1)):
        data = path.read_bytes()
        document = jsonld.parse(data, path.name) if path.suffix == ".jsonld" else workbook_events(read(data, path.name))
        said = [Said(event, body_key(event).hex(), index) for event in document.events]
        files.append((path.name, said, document.master))
    return files, json.loads((directory / "truth.json").read_bytes())


def booked(files):
    entries = [
        (group.type, one.id, one.attributes) for _, _, master_ in files for group in master_ for one in group.elements
    ]
    return post([one for _, said, _ in files for one in said], Register.of(entries))


@pytest.fixture(scope="module")
def from_files(arrived):
    files, said = arrived
    return booked(files), said


def test_the_books_of_the_files_hold_what_the_truth_says(from_files):
    compare(*from_files)


def test_every_pack_has_the_origins_of_the_truth(from_files):
    book, said = from_files
    for element in ("Co", "Ni", "Li", "Mn", "Cu", "C", "Al"):
        account = origins(book, element)
        for pack, matter in said["packs"].items():
            mine = account.made[book.first(pack).id]
            assert set(mine) == set(matter[element])
            for origin, kg in matter[element].items():
                assert abs(mine[origin] - Decimal(kg) * 1_000_000) <= ROUNDING_MG


def test_the_hand_calculation_is_what_the_books_say(from_files):
    """The page's last table, `| Mine de Tizi | 62.0323 | **3.1020** |`, to half a gram."""
    book, said = from_files
    page = (Path(__file__).parents[3] / "docs" / "hand-calculation.md").read_text(encoding="utf-8")
    written = dict(re.findall(r"^\| (.+?) \| [\d.]+ \| \*\*([\d.]+)\*\* \|$", page, re.MULTILINE))
    mine = origins(book, "Co").made[book.first(min(said["packs"])).id]
    named = {said["origins"].get(origin, origin): mg for origin, mg in mine.items()}
    assert set(named) == set(written)
    for origin, kg in written.items():
        assert abs(named[origin] - Decimal(kg) * 1_000_000) < 500, origin


def test_the_books_find_the_accidents_and_nothing_else(from_files):
    """One surplus, one short delivery, one declared error, four lots without origin; iron is nowhere assayed."""
    book, said = from_files
    codes = defaultdict(list)
    for one in book.findings:
        codes[one.code].append(one)
    assert {code: len(found) for code, found in codes.items()} == {
        "BOK-004": 48,
        "BOK-013": 1,
        "BOK-014": 1,
        "BOK-020": 4,
        "BOK-024": 1,
    }
    assert {one.values["element"] for one in codes["BOK-004"]} == {"Fe"}
    (surplus,) = said["surplus"]
    assert codes["BOK-013"][0].found == f"{Decimal(surplus['out']):.1f} kg"
    assert codes["BOK-014"][0].values["lot"] == said["accidents"]["short delivery"].rpartition("/")[2]


def test_the_late_receipt_is_missing_until_it_is_told(arrived):
    """Known on 10 September: used before it was received. Known in October: nothing to say, and the same holdings."""
    files, said = arrived
    then = booked([one for one in files if one[0] < "2026-09-11"])
    (late,) = [one for one in then.findings if one.code == "BOK-011"]
    assert late.values["lot"] == said["accidents"]["late receipt"].rpartition("/")[2]
    now = booked(files)
    assert [one for one in now.findings if one.code == "BOK-011"] == []


def test_the_books_do_not_care_in_which_order_files_came(arrived):
    files, said = arrived
    compare(booked(files[::-1]), said)


@pytest.mark.parametrize("seed", [2, 3])
def test_other_seeds_straight_as_events(seed):
    plan = chain(seed)
    register = Register.of(
        (group.type, one.id, one.attributes)
        for group in master(SITES.values(), PRODUCTS.values())
        for one in group.elements
    )
    book = post([Said(event, f"{number:06}", 0) for number, event in enumerate(told(plan))], register)
    compare(book, json.loads(truth_json(plan, seed, [])))
