"""Passport data as a sheet or as JSON: the template is filled in, captured, and the values are there."""

import csv
import io
import json
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filon.app import capture
from filon.app.ledger import Ledger
from filon.app.passports import Passports
from filon.exchange import points
from filon.exchange.points.columns import recognised
from filon.exchange.points.read import parsed
from filon.exchange.points.write import asked, shape
from filon.passport.point import Category, Need
from filon.passport.point import points as table
from filon.passport.statement import statements
from filon.passport.value import read as value_of
from filon.passport.value import types
from founding import captured
from story import said

GTIN = "09521213000010"

VALUES = {
    "text": "NMC811", "number": "1234,5" , "integer": "2000", "percent": "12", "rise": "130", "months": "96",
    "uri": "https://example.com/x", "date": "2027-03-01", "month": "2027-03", "category": "ev", "status": "original",
}  # fmt: skip
MEMBERS = {
    "text": "x", "number": "1.5", "integer": "3", "percent": "4", "uri": "https://example.com/y", "date": "2027-03-01",
    "country": "FR", "email": "a@example.com", "cas": "7440-48-4", "sha256": "0" * 64, "boolean": "true",
    "document": "", "month": "2027-03",
}  # fmt: skip


def cell(one):
    """A value of a point as a person types it by the column Shape."""
    kind = types()[one.type]
    if kind.kind != "record":
        return VALUES[one.type]
    pairs = [(m.name, MEMBERS.get(m.type, "")) for m in kind.members if not m.many]
    return "; ".join(f"{name}: {value}" for name, value in pairs if value)


def filled(data, battery=""):
    """The CSV template with every value filled in."""
    text = data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";" if ";" in text.splitlines()[0] else ","))
    at = recognised(rows[0])
    for row in rows[1:]:
        one = next(p for p in table() if row[at["point"]] in p.label.values())
        row[at["value"]], row[at["since"]] = cell(one), "2027-03-01"
        row[at["serial"]] = battery
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    return out.getvalue().encode()


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("battery", [False, True])
@pytest.mark.parametrize("category", Category)
def test_the_template_filled_in_says_every_point_that_is_asked(category, language, battery):
    data = filled(
        points.template(category, language, model=GTIN, battery=battery, sheet=False), "000001" if battery else ""
    )
    assert points.is_sheet(data)
    document = points.read(data, "sheet.csv")
    assert not document.findings, document.findings
    told, findings = statements(said(*document.events))
    assert not findings
    assert {one.point.code for one in told} == {one.code for one in asked(category, battery=battery)}
    assert len(document.events) == 1


def test_the_workbook_has_the_same_rows_and_is_the_same_every_time():
    data = points.template(Category.EV, "fr", model=GTIN)
    assert data == points.template(Category.EV, "fr", model=GTIN)
    rows = list(openpyxl.load_workbook(io.BytesIO(data)).active.values)
    assert [row[5] for row in rows[1:]] == [one.label["fr"] for one in asked(Category.EV)]
    assert points.is_sheet(data)
    assert not points.read(data).events


def test_nobody_is_asked_for_what_follows_from_the_books_or_what_the_category_never_fills():
    for category in Category:
        for one in (*asked(category), *asked(category, battery=True)):
            assert one.source in {"declared", "measured"}
            assert one.need[category] is not Need.NEVER
            assert shape(one)


def sheet(*rows):
    head = "model;serial;plant;since;point;value;holds;document;until"
    return "\n".join((head, *rows)).encode()


def test_rows_by_hand():
    """Two rows of a list are its items; a decimal comma is a decimal comma; another day is another event."""
    data = sheet(
        f"{GTIN};;;2027-03-01;Poids;412,5;;sha-x;",
        f"{GTIN};;;2027-03-01;14;class D;;;",
        f"{GTIN};;;2027-03-01;extinguishingAgent;water mist;;;",
        f"{GTIN};000001;;2027-04-01;cycles;12;;;",
        f"{GTIN};;;2027-03-01;warranty;;non;;",
    )
    document = points.read(data, "a.csv")
    assert not document.findings
    told = {one.point.code: one for one in statements(said(*document.events))[0]}
    assert told["weight"].value == Decimal("412.5")
    assert told["weight"].documents == ("sha-x",)
    assert told["extinguishingAgent"].value == ("class D", "water mist")
    assert told["cycles"].subject == f"https://id.gs1.org/01/{GTIN}/21/000001"
    assert told["warranty"].holds is False
    assert len(document.events) == 2


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (f"{GTIN};;;2027-03-01;colour;red;;;", "PAS-001", "point"),
        (f"{GTIN};;;2027-03-01;weight;heavy;;;", "PAS-002", "value"),
        (f"{GTIN};;;soon;weight;1;;;", "PAS-031", "since"),
        ("12;;;2027-03-01;weight;1;;;", "PAS-031", "model"),
        (f"{GTIN};;77;2027-03-01;weight;1;;;", "PAS-031", "plant"),
        (f"{GTIN};;;2027-03-01;weight;1;maybe;;", "PAS-031", "holds"),
    ],
)
def test_a_bad_cell_refuses_the_file_and_is_named(row, code, column):
    document = points.read(sheet(f"{GTIN};;;2027-03-01;renewableContent;1;;;", row), "a.csv")
    assert not document.events
    assert [(one.code, one.place.row, one.place.column) for one in document.findings] == [(code, 3, column)]


def test_a_captured_sheet_is_in_the_passport_and_a_corrected_one_counts(tmp_path):
    with Ledger.open(tmp_path / "filon.db") as ledger:
        first = captured(ledger, [capture.File("a.csv", sheet(f"{GTIN};;;2026-03-01;weight;412;;;"))])
        again = captured(ledger, [capture.File("b.csv", sheet(f"{GTIN};;;2026-03-01;weight;412;;;"))])
        bad = captured(ledger, [capture.File("c.csv", sheet(f"{GTIN};;;2026-03-01;stateOfCertifiedEnergy;99;;;"))])
        later = captured(ledger, [capture.File("d.csv", sheet(f"{GTIN};;;2026-05-01;weight;415;;;"))])
        assert [one[0].state for one in (first, again, bad, later)] == ["taken", "known", "refused", "taken"]
        assert [one.code for one in bad[0].findings if one.level == "error"] == ["PAS-003"]
        passports = Passports(ledger)
        model = f"https://id.gs1.org/01/{GTIN}"
        assert passports.passport(model).value("weight") == Decimal(415)
        assert passports.passport(model, as_of=1).value("weight") == Decimal(412)
        assert [one.value for one in passports.measurements(model, "weight")] == [Decimal(412), Decimal(415)]


def json_of(**said):
    return json.dumps({"filonPoints": "1", **said}).encode()


def test_a_program_sends_the_same_as_json(tmp_path):
    battery = f"https://id.gs1.org/01/{GTIN}/21/000001"
    body = json_of(
        statements=[{"subject": battery, "at": "2026-03-01T10:00:00Z", "points": {"cycles": 12, "stateOfCharge": 80.5}}],
        deeds=[{"deed": "place", "of": [battery], "operator": "https://id.gs1.org/417/9521213000003", "at": "2026-03-01T09:00:00Z"}],
    )  # fmt: skip
    assert points.is_json(body)
    with Ledger.open(tmp_path / "filon.db") as ledger:
        assert captured(ledger, [capture.File("a.json", body)])[0].state == "taken"
        one = Passports(ledger).passport(battery)
        assert one.value("cycles") == 12
        assert one.value("stateOfCharge") == Decimal("80.5")
        assert one.value("batteryStatus") == "original"


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_rubbish_is_found_never_thrown(data):
    body = b'{"filonPoints": "1", "statements": ' + data + b"}"
    document = points.read_json(body)
    assert (
        document.events
        or document.findings
        or b"[]" in body.replace(b" ", b"")
        or data.strip() in {b"null", b"{}", b'""', b"0", b"false"}
    )
    sheet_of = points.read(b"model;point;value;since\n" + data)
    assert all(one.code.startswith("PAS-") for one in sheet_of.findings)


@given(st.sampled_from([one for one in table() if one.source in {"declared", "measured"}]), st.text(max_size=30))
def test_any_cell_is_a_value_or_an_expectation(one, text):
    value, expected = value_of(one, parsed(one, text))
    assert (value is None) == bool(expected)
