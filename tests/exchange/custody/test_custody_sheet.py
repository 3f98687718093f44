"""Custody sheets: what is written is read, in both languages; what is wrong is told at its cell."""

from fractions import Fraction

import pytest

from filon.accounts.custody.facts import Mixing, Record, facts_of
from filon.accounts.custody.model import Model
from filon.app.intake import CUSTODY, media_type
from filon.core.finding import Place, found
from filon.core.ident import pgln, sgln
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


def told(*rows, language):
    """A workbook as people type it: the template's headings, everything as text."""
    import io

    import openpyxl

    from filon.exchange.custody import SHEET, template

    book = openpyxl.load_workbook(io.BytesIO(template(language)))
    for row in rows:
        book.active.append([row.get(key) for key in SHEET.keys])
    out = io.BytesIO()
    book.save(out)
    return read(out.getvalue(), "c.xlsx")


FACTOR = {"record": "facteur", "site": GLN, "element": "Co", "factor": "0,97", "from": "01/02/2026"}


def test_a_french_workbook_is_read_as_french_people_type():
    statement = {**STATEMENT, "record": "déclaration", "date": "30/03/2026", "kg": "1 800,5"}
    toll = {
        "record": "travail à façon",
        "site": GLN,
        "element": "Co",
        "party": OTHER,
        "factor": "0.9",
        "from": "1.2.2026",
    }
    document = told(FACTOR, statement, toll, language="fr")
    assert document.findings == ()
    factor, said_, contract = facts_of(said(*document.events))[0]
    assert (factor.factor, factor.since) == (Fraction(97, 100), "2026-02-01")
    assert (said_.mg, said_.day) == (1_800_500_000, "2026-03-30")
    assert (contract.party, contract.since) == (pgln(OTHER), "2026-02-01")


def test_a_day_that_could_be_two_is_asked_back_in_english():
    english = {**FACTOR, "record": "factor"}
    (finding,) = told(english, language="en").findings
    assert (finding.code, finding.place.column, finding.found) == ("CUS-031", "from", "01/02/2026")
    shown = told(english, {**english, "from": "13/02/2026"}, language="en")  # the second row shows which comes first
    assert [facts_of(said(one))[0][0].since for one in shown.events] == ["2026-02-01", "2026-02-13"]
    months = told(english, {**english, "from": "02/13/2026"}, language="en")
    assert [facts_of(said(one))[0][0].since for one in months.events] == ["2026-01-02", "2026-02-13"]


def test_what_is_wrong_is_told_in_the_words_of_the_sheet():
    document = told({**FACTOR, "from": "31/02/2026", "factor": "beaucoup"}, {"record": "capacité"}, language="fr")
    texts = [(one.values["column"], one.way_out("fr")) for one in document.findings]
    assert texts[:2] == [("Valable du", "Écrivez 2026-03-31"), ("Facteur de conversion", "Écrivez ≥ 0")]
    assert ("Site", "Écrivez capacité: Site …") in texts
    assert "day" not in " ".join(text for _, text in texts)


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


def test_findings_say_their_words_in_both_languages():
    place = Place()
    lacking = found(
        "CUS-005", place, lot="L", site="S", day="2026-01-01", lacks="revoked", characteristic="c", element="Co"
    )
    assert "(it had been revoked)" in lacking.text("en")
    assert "(il avait été révoqué)" in lacking.text("fr")
    claimed = found("CUS-006", place, lot="L", claimed="segregated", derived="none", characteristic="c", element="Co")
    assert "« ségrégation »" in claimed.text("fr")
    assert "« aucune allégation »" in claimed.text("fr")
