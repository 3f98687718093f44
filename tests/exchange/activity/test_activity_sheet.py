"""Activity sheets: what is written is read, in both languages; what is wrong is told at its cell."""

from fractions import Fraction

import pytest

from filon.accounts.carbon.activity import Supply, activities
from filon.core.ident import sgln
from filon.epcis import jsonld
from filon.epcis.jsonwrite import write as write_jsonld
from filon.exchange.activity import is_sheet, read, write
from story import said

GLN = "9521202000021"
METER = {
    "from": "2026-07-01", "until": "2026-07-31", "site": GLN, "product": "CoSO4·7H2O", "flow": "electricity",
    "amount": "12500.5", "unit": "KWH", "supply": "ppa", "technology": "wind", "issuer": "GO-MA", "first": "101",
    "last": "112", "reading": "C-7",
}  # fmt: skip
ACID = {**METER, "flow": "H2SO4", "amount": "977", "unit": "KGM", "value": "0.14", "source": "supplier", "supply": "",
        "technology": "", "issuer": "", "first": "", "last": ""}  # fmt: skip
LEG = {"from": "2026-07-04", "until": "2026-07-04", "site": GLN, "delivery": "urn:epcglobal:cbv:bt:9521202000007:BL-1",
       "flow": "road", "amount": "1200", "unit": "TKM"}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "fr"])
def test_rows_come_back_as_activities(language):
    data = write([METER, ACID, LEG], language)
    assert is_sheet(data, "x.csv")
    document = read(data, "x.csv")
    assert document.findings == ()
    assert len(document.events) == 2  # the month's two rows are one event, the leg its own
    listed, findings = activities(said(*document.events))
    assert findings == []
    by_flow = {one.flow: one for one in listed}
    power, acid, leg = by_flow["electricity"], by_flow["H2SO4"], by_flow["road"]
    assert (power.amount, power.supply, power.reading) == (Fraction("12500.5"), Supply.PPA, "C-7")
    assert power.certificates
    assert (power.certificates.issuer, power.certificates.kwh) == ("GO-MA", 12_000)
    assert power.belongs.site == sgln(GLN)
    assert (power.belongs.since, power.belongs.until, power.belongs.product) == (
        "2026-07-01",
        "2026-07-31",
        "CoSO4·7H2O",
    )
    assert acid.own_factor
    assert (acid.own_factor.value, acid.own_factor.source) == (Fraction("0.14"), "supplier")
    assert leg.belongs.shipment == "urn:epcglobal:cbv:bt:9521202000007:BL-1"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_hours_and_the_year_of_certificates_come_in_by_the_sheet(language):
    row = {**METER, "amount": "10.5", "matching": "hourly", "produced": "2026-07", "used each hour": "2.5 4;4",
           "made each hour": "0  5\n1.25"}  # fmt: skip
    (one,) = activities(said(*read(write([row], language), "x.csv").events))[0]
    assert one.hours
    assert (one.hours.used, one.hours.made) == ((Fraction(5, 2), 4, 4), (0, 5, Fraction(5, 4)))
    assert one.hours.matched == Fraction(21, 4)
    assert (one.certificates.matching, one.certificates.produced) == ("hourly", "2026-07")


def test_the_events_are_epcis_as_the_standard_has_it():
    events = read(write([METER, ACID, LEG])).events
    document = jsonld.parse(write_jsonld(events), "again")
    assert document.findings == ()
    assert list(document.events) == list(events)


@pytest.mark.parametrize(
    ("column", "text"),
    [("amount", "-1"), ("amount", "many"), ("from", "01/07/2026"), ("site", "12"), ("flow", "magic"), ("unit", "kWh"),
     ("supply", "sun"), ("first", "A1"), ("flow", ""), ("amount", "NaN"), ("amount", "1e15"), ("amount", "1e999999999"), ("amount", "1e-999999999"),
     ("matching", "sometimes"), ("produced", "last year"), ("used each hour", "1 2 x"), ("made each hour", "1 " * 8785)],
)  # fmt: skip
def test_a_cell_that_cannot_be_read_refuses_the_file(column, text):
    document = read(write([ACID, {**METER, column: text}]), "x.csv")
    assert document.events == ()
    assert [(one.code, one.place.row, one.place.column) for one in document.findings] == [("CFP-018", 3, column)]


def test_a_period_that_ends_before_it_begins_refuses_the_file():
    document = read(write([{**METER, "from": "2026-07-31", "until": "2026-07-01"}]), "x.csv")
    assert document.events == ()
    (told,) = document.findings
    assert (told.code, told.place.column, told.expected) == ("CFP-018", "until", "≥ 2026-07-31")
    assert not read(write([{**METER, "from": "2026-07-31", "until": "2026-07-31"}]), "x.csv").findings


def test_its_words_say_what_stood_there_and_what_should():
    (told,) = read(write([ACID, {**METER, "amount": "-5"}]), "x.csv").findings
    assert told.text("en") == "Row 3: amount -5 is not understood"
    assert told.way_out("fr") == f"Écrivez {told.expected}"
    assert told.expected == "0 ≤ 12500.5 < 10^15"  # no language needs it translated


def test_a_reading_beyond_any_site_is_told_and_taken():
    """1 TWh is ten times what a plant for 15 GWh of cells uses in a month; 1 MWH = 1 000 KWH."""
    for amount, unit, told in (("1000000000", "KWH", 0), ("1000000001", "KWH", 1), ("1000001", "MWH", 1)):
        document = read(write([{**METER, "amount": amount, "unit": unit}]), "x.csv")
        assert [one.code for one in document.findings] == ["CFP-113"] * told
        assert len(document.events) == 1
    (warned,) = document.findings
    assert (warned.place.row, warned.expected, warned.found) == (2, "≤ 1000000 MWH", "1000001 MWH")


def test_other_files_are_not_taken_for_activity_sheets():
    assert not is_sheet(b"N\xc2\xb0 de lot;Date de production\r\nA;2026-07-01\r\n")
    assert not is_sheet(b"PK\x03\x04 nothing", "x.xlsx")
    assert not is_sheet(b'{"type": "EPCISDocument"}')


def test_a_workbook_with_only_the_sheet_is_read_too(tmp_path):
    import xlsxwriter

    from filon.exchange.activity.columns import SHEET

    path = tmp_path / "e.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("5 Énergie")
        page.write_row(0, 0, SHEET.headings("fr"))
        for column, key in enumerate(SHEET.keys):
            page.write(1, column, 12500.5 if key == "amount" else METER.get(key, ""))
    data = path.read_bytes()
    assert is_sheet(data, "e.xlsx")
    document = read(data, "e.xlsx")
    assert document.findings == ()
    assert activities(said(*document.events))[0][0].amount == Fraction("12500.5")
