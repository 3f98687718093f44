"""A recall from every handle to the letters, in the terminal and over HTTP alike.

CAM-1   100 kg cathode of 12 % Co = 12 kg, assay LAB-1, made by Katode on day 1, received at the cell plant
R-1     60 kg of it on a roll = 7.2 kg; R-2 40 kg = 4.8 kg (day 3)
B1      12 000 cells of R-1, serials 1 to 12 000, 0.6 g each (day 5); B2 8 000 cells of R-2, 20 001 to 28 000 (day 9)
P1      cells 1 to 6 000 = 3.6 kg, shipped to Auto Nord under N-1; P2 6 001 to 12 000 = 3.6 kg, to Auto Sud under N-2
P3      B2 = 4.8 kg, still at the plant
"""

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal

import openpyxl
import polars as pl
import pytest
from starlette.testclient import TestClient

from filon.app.ledger import Ledger
from filon.app.pages import Pages
from filon.epcis.event import QuantityElement, Typed
from filon.web.app import create_app
from story import NS, assemble, birth, receive, ship, site, step
from told_ledger import master, sites, tell

GTIN = "09506000134352"
CAM = {"form": "cathode scrap", "Co": "12"}  # a form whose only told element is Co


def batch(number):
    return f"https://id.gs1.org/01/{GTIN}/10/B{number}"


def cell(serial):
    return f"https://id.gs1.org/01/{GTIN}/21/{serial}"


def cells(day, roll, kg, number, first, last):  # noqa: PLR0917 - a deed in one line
    told = step(day, "plant", {roll: kg}, {}, form="cell", serials={"first": str(first), "last": str(last)})
    return replace(told, outputQuantityList=(QuantityElement(batch(number), Decimal(last - first + 1)),))


def pack(day, name, number, first, last):
    ranges = [{"class": batch(number), "first": str(first), "last": str(last)}]
    made = assemble(day, "plant", name, {}, ranges)
    return replace(made, childQuantityList=(QuantityElement(batch(number), Decimal(last - first + 1)),))


def events():
    made = birth(1, "katode", "CAM-1", "100", **CAM)
    return [
        replace(made, bizTransactionList=(Typed(NS + "bt/LAB-1", "testres"),)),
        ship(1.5, "katode", "plant", "N-0", {"CAM-1": "100"}),
        receive(2, "plant", "N-0", {"CAM-1": "100"}),
        step(3, "plant", {"CAM-1": "60"}, {"R-1": "60"}, **CAM),
        step(3, "plant", {"CAM-1": "40"}, {"R-2": "40"}, **CAM),
        cells(5, "R-1", "60", 1, 1, 12_000),
        cells(9, "R-2", "40", 2, 20_001, 28_000),
        pack(10, "P1", 1, 1, 6_000),
        pack(10, "P2", 1, 6_001, 12_000),
        pack(11, "P3", 2, 20_001, 28_000),
        ship(12, "plant", "nord", "N-1", {"P1": "1"}, uom=None),
        receive(13, "nord", "N-1", {"P1": "1"}, uom=None),
        ship(14, "plant", "sud", "N-2", {"P2": "1"}, uom=None),
    ]


PARTIES = {"urn:katode": {"name": "Katode"}, "urn:plant": {"name": "Cellules"}, "urn:nord": {"name": "Auto Nord"},
           "urn:sud": {"name": "Auto Sud"}}  # fmt: skip
PLACES = {name: {"name": name, "party": f"urn:{name}", "kind": kind, "country": "FR"}
          for name, kind in (("katode", "cam"), ("plant", "cell"), ("nord", "store"), ("sud", "store"))}  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    path = tmp_path_factory.mktemp("recall") / "filon.db"
    with Ledger.open(path) as ledger:
        tell(ledger, *events(), master=(sites(**PLACES), master("https://w3id.org/filon/Party", PARTIES)))
    return path


@pytest.fixture(scope="module")
def web(place):
    with Ledger.open(place) as ledger:
        yield TestClient(create_app(Pages(ledger)))


@pytest.fixture
def filon(command, place):
    def call(*words):
        code, out, err = command(place, *words)
        assert code == 0, err
        return out

    return call


P1, P2, P3 = ("P1", "3.6"), ("P2", "3.6"), ("P3", "4.8")
HANDLES = {
    "a lot": ({"names": "CAM-1"}, ["CAM-1"], [P1, P2, P3]),
    "a roll": ({"names": "R-1"}, ["R-1"], [P1, P2]),
    "a cell range": ({"names": "B1 1-6000"}, ["B1 1-6000"], [P1]),
    "a few cells": ({"names": "B1 5999-6002"}, ["B1 5999-6002"], [("P1", "0.0012"), ("P2", "0.0012")]),
    "a pack": ({"names": "P3"}, ["P3"], [P3]),
    "a supplier": ({"supplier": "Katode"}, ["--supplier", "Katode"], [P1, P2, P3]),
    "a site and a day": (
        {"site": site("plant"), "since": "2026-01-09", "until": "2026-01-10"},
        ["--site", site("plant"), "--since", "2026-01-09", "--until", "2026-01-10"],
        [P3],
    ),
    "a certificate": ({"paper": "LAB-1"}, ["--paper", "LAB-1"], [P1, P2, P3]),
    "a delivery note": ({"paper": "N-2"}, ["--paper", "N-2"], [P2]),
}


def held(view):
    """[(pack, kg of cobalt likely in it)] of a recall's JSON."""
    packs = {one["number"]: Decimal(one["held"]["likely"]["value"]) for one in view["there"]}
    return sorted((name, f"{kg.normalize():f}") for name, kg in packs.items())


@pytest.mark.parametrize(("form", "words", "packs"), HANDLES.values(), ids=HANDLES)
def test_from_every_handle_to_the_packs(filon, web, form, words, packs):
    typed = json.loads(filon("recall", *words, "--element", "Co", "--json"))
    posted = web.post("/recall.json", data={**form, "element": "Co"}).json()
    assert held(typed) == held(posted) == packs
    companies = {"P1": "Auto Nord", "P2": "Auto Sud"}
    told = {one["name"] for one in posted["receivers"]} - {"Cellules"}
    assert told == {companies[name] for name, _ in packs if name in companies}


def test_ten_thousand_pasted_cells(filon, web, tmp_path):
    # cells 1 to 10 000: all 6 000 of P1 (3.6 kg) and 4 000 of P2 (2.4 kg)
    pasted = "\n".join(cell(serial) for serial in range(1, 10_001))
    (tmp_path / "cells.txt").write_text(pasted)
    posted = web.post("/recall.json", data={"names": pasted, "element": "Co"}).json()
    typed = json.loads(filon("recall", "--list", tmp_path / "cells.txt", "--element", "Co", "--json"))
    assert held(typed) == held(posted) == [("P1", "3.6"), ("P2", "2.4")]
    assert not posted["unknown"]


@pytest.mark.parametrize("ending", ["xlsx", "csv", "parquet", "arrow"])
def test_taken_along_as(filon, web, tmp_path, ending):
    out = tmp_path / f"recall.{ending}"
    filon("recall", "R-1", "--element", "Co", "--out", out)
    posted = web.post(f"/recall.{ending}", data={"names": "R-1", "element": "Co"}).content
    for data in (out.read_bytes(), posted):
        lots = _lots(data, ending)
        assert {lot: kg for lot, state, kg in lots if state != "used"} == {"P1": Decimal("3.6"), "P2": Decimal("3.6")}


def _lots(data, ending):
    names = ("lot", "state", "likely_kg")
    if ending == "xlsx":
        head, *rows = openpyxl.load_workbook(io.BytesIO(data))["lots"].values
    elif ending == "csv":
        head, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    else:
        table = (pl.read_parquet if ending == "parquet" else pl.read_ipc)(io.BytesIO(data))
        head, rows = table.columns, table.rows()
    at = [list(head).index(name) for name in names]
    return [(row[at[0]], row[at[1]], round(Decimal(str(row[at[2]])), 6)) for row in rows]


def test_a_letter_for_each_company_and_a_list_of_what_to_hold(filon, web, tmp_path):
    filon("--lang", "fr", "recall", "CAM-1", "--element", "Co", "--letters", tmp_path)
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["01-Cellules.html", "02-Auto-Nord.html", "03-Auto-Sud.html", "hold.html"]
    nord = (tmp_path / "02-Auto-Nord.html").read_text()
    assert "N-1" in nord and "P1" in nord and "P2" not in nord  # noqa: PT018 - one letter
    assert "Auto Sud" not in nord, "no company learns of another"
    hold = (tmp_path / "hold.html").read_text()
    assert "P3" in hold and "P1" in hold and "P2" not in hold  # noqa: PT018 - P2 is under way
    page = web.post("/recall/letters", data={"names": "CAM-1", "element": "Co"})
    assert page.status_code == 200
    assert [name for name in ("Cellules", "Auto Nord", "Auto Sud") if f"<strong>{name}</strong>" in page.text] == [
        "Cellules", "Auto Nord", "Auto Sud"]  # fmt: skip
    assert web.get("/recall/letters?names=P3").text.count('class="letter"') == 1, "nobody received any of it"
