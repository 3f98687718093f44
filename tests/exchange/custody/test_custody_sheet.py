"""Custody sheets: what is written is read, in both languages; what is wrong is told at its cell."""

from fractions import Fraction

import pytest

from filon.accounts.custody.facts import Mixing, Record, facts_of
from filon.accounts.custody.model import Model
from filon.app.intake import CUSTODY, media_type
from filon.core.ident import sgln
from filon.epcis import jsonld
from filon.epcis.jsonwrite import write as write_jsonld
from filon.exchange.custody import is_sheet, read, write
from story import said

GLN, OTHER = "9521202000021", "9521202000038"
CERTIFICATE = {"record": "certificate", "site": GLN, "number": "MB-1", "characteristic": "b + a", "model": "mass balance",
               "scheme": "ISCC PLUS", "from": "2026-01-01", "until": "2026-12-31", "material": "CoSO4·7H2O"}  # fmt: skip
CLAIM = {
    "record": "claim",
    "date": "2026-02-03",
    "lot": "L-1",
    "element": "Co",
    "characteristic": "a",
    "percent": "62.5",
}
STATEMENT = {"record": "statement", "date": "2026-03-30", "site": GLN, "lot": "P-1", "element": "Co", "number": "S-1",
             "characteristic": "a", "kg": "1800.5", "to": "Martinet"}  # fmt: skip
PRACTICE = {"record": "practice", "site": GLN, "mixing": "unknown", "from": "2026-01-01"}
TRANSFER = {"record": "transfer", "date": "2026-02-03", "site": GLN, "to": OTHER, "element": "Co", "characteristic": "a",
            "kg": "10"}  # fmt: skip
ROWS = [CERTIFICATE, CLAIM, STATEMENT, PRACTICE, TRANSFER]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_rows_come_back_as_facts(language):
    data = write(ROWS, language)
    assert is_sheet(data, "x.csv")
    assert media_type(data, "x.csv") == CUSTODY
    document = read(data, "x.csv")
    assert document.findings == ()
    facts, findings = facts_of(said(*document.events))
    assert findings == []
    by_kind = {one.record: one for one in facts}
    certificate, claim = by_kind[Record.CERTIFICATE], by_kind[Record.CLAIM]
    assert (certificate.site, certificate.model, certificate.characteristic) == (sgln(GLN), Model.MASS_BALANCE, "a+b")
    assert (certificate.since, certificate.until, certificate.scheme) == ("2026-01-01", "2026-12-31", "ISCC PLUS")
    assert (claim.lot, claim.percent, claim.day) == ("L-1", Fraction(5, 8), "2026-02-03")
    assert (by_kind[Record.STATEMENT].mg, by_kind[Record.STATEMENT].to) == (1_800_500_000, "Martinet")
    assert by_kind[Record.PRACTICE].mixing is Mixing.UNKNOWN
    assert by_kind[Record.TRANSFER].to == sgln(OTHER)


def test_the_french_sheet_speaks_french():
    text = write(ROWS, "fr").decode("utf-8-sig")
    assert "bilan massique" in text
    assert "allégation" in text
    assert "1800,5" in text
    assert write(ROWS, "fr") != write(ROWS, "en")


def test_the_same_rows_give_the_same_events_in_both_languages():
    assert [e.extensions for e in read(write(ROWS, "fr")).events] == [e.extensions for e in read(write(ROWS)).events]


def test_the_events_are_epcis_as_the_standard_has_it():
    events = read(write(ROWS)).events
    document = jsonld.parse(write_jsonld(events), "again")
    assert document.findings == ()
    assert list(document.events) == list(events)


@pytest.mark.parametrize(
    ("row", "column", "text"),
    [
        (CLAIM, "record", "promise"), (CLAIM, "element", "Cobalt"), (CLAIM, "percent", "101"), (CLAIM, "lot", ""),
        (CLAIM, "date", "03/02/2026"), (CLAIM, "date", ""), (CERTIFICATE, "model", "pure"), (CERTIFICATE, "site", "12"),
        (CERTIFICATE, "until", ""), (STATEMENT, "kg", "-1"), (STATEMENT, "kg", ""), (PRACTICE, "mixing", "shaken"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_read_refuses_the_file_and_names_it(row, column, text):
    document = read(write([CERTIFICATE, {**row, column: text}]), "x.csv")
    assert document.events == ()
    assert {(one.code, one.place.row, one.place.column) for one in document.findings} == {("CUS-031", 3, column)}


def test_a_sheet_without_its_first_column_is_another_sheet():
    assert not is_sheet(b"Number;Characteristic;Element\r\n")
    assert not is_sheet(b"PK\x03\x04 nothing", "x.xlsx")
    # found by its title, its column is missed by name
    assert [one.code for one in read(b"Number,Element\r\n1,Co\r\n").findings] == ["CUS-030"]


def test_a_workbook_with_only_the_sheet_is_read_too(tmp_path):
    import xlsxwriter

    from filon.exchange.custody import SHEET

    path = tmp_path / "c.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("6 Chaîne de possession")
        page.write_row(0, 0, SHEET.headings("fr"))
        for column, key in enumerate(SHEET.keys):
            page.write(1, column, 1800.5 if key == "kg" else STATEMENT.get(key, ""))
    data = path.read_bytes()
    assert media_type(data, "c.xlsx") == CUSTODY
    document = read(data, "c.xlsx")
    assert document.findings == ()
    assert facts_of(said(*document.events))[0][0].mg == 1_800_500_000


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("csv", [True, False])
def test_the_template_is_read_as_it_is_written(language, csv):
    from filon.exchange.custody.template import EXAMPLE, template

    data = template(language, example=True, csv=csv)
    name = "c.csv" if csv else "c.xlsx"
    assert media_type(data, name) == CUSTODY
    document = read(data, name)
    assert document.findings == ()
    facts, findings = facts_of(said(*document.events))
    assert findings == []
    assert [one.record.value for one in facts] == [row["record"] for row in EXAMPLE]
    assert read(template(language, csv=csv), name).events == ()
