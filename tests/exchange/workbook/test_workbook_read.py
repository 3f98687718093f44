"""Headings found by keys or by words; xlsx, CSV and zip say the same; whatever is written is read back."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from filon.exchange.workbook import check, csv_sets, events, read, template, template_zip, write, write_csv, write_zip
from filon.exchange.workbook.columns import TITLES, WORD_LISTS, columns, letters, sheet_columns, word, words
from filon.exchange.workbook.example import EXAMPLE, EXAMPLE_LISTS
from filon.exchange.workbook.write_csv import guarded, unguarded


def values(reading, sheet):
    return [dict(row.values) for row in reading.rows(sheet)]


def loaded(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def saved(workbook):
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def filled(row):
    return {key: Decimal(v) if isinstance(v, int) else v for key, v in row.items() if v not in (None, "")}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("form", ["xlsx", "zip"])
def test_what_is_written_is_read(language, form):
    data = (write if form == "xlsx" else write_zip)(EXAMPLE, language=language, lists=EXAMPLE_LISTS)
    reading = read(data, f"exp.{form}")
    assert reading.findings == ()
    assert reading.language == language
    for sheet, rows in {**EXAMPLE, "lists": EXAMPLE_LISTS}.items():
        got = [{k: v for k, v in row.items() if k != "lots.dry_kg"} for row in values(reading, sheet)]
        assert got == [filled(row) for row in rows]


def test_the_same_rows_give_the_same_bytes():
    assert template("fr", example=True) == template("fr", example=True)
    assert template_zip("fr", example=True) == template_zip("fr", example=True)


def test_the_workbook_is_made_as_agreed():
    book = loaded(template("fr", example=True))
    assert [page.title for page in book] == [
        "1 Lots produits", "2 Consommations", "3 Expéditions", "4 Réceptions", "7 Stocks", "8 Mesures", "9 Pièces", "Listes",
    ]  # fmt: skip
    page = book["1 Lots produits"]
    assert page.row_dimensions[1].hidden
    assert page["A1"].value == "lots.lot"
    assert page["A2"].value == "N° de lot ●"
    assert (page["A2"].fill.fgColor.rgb, page["A2"].font.color.rgb) == ("FF01665E", "FFFFFFFF")
    assert page.freeze_panes == "B4"
    assert page["G5"].value == '=IF(OR(E5="",F5=""),"",E5*(1-F5/100))'
    assert page["E5"].value == 24150.5
    assert page["B5"].is_date
    assert {one.name: one.value for one in book.custom_doc_props.props} == {"filon-template": "1.0"}
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    assert (rules["C4:C503"].type, rules["C4:C503"].errorStyle) == ("list", "warning")
    assert (rules["E4:E503"].type, rules["E4:E503"].errorStyle or "stop") == ("decimal", "stop")
    # 2015-01-01 is day 42005.
    assert (rules["B4:B503"].type, rules["B4:B503"].formula1) == ("date", "42005")
    assert "filon_sites" in book.defined_names


def test_no_text_becomes_a_formula_or_a_link():
    text = '=HYPERLINK("http://x.example")'
    page = loaded(write({"mix": [{"mix.out": text, "mix.inp": "http://x.example/lot"}]}))["2 Inputs used"]
    assert page["A4"].data_type == "s"
    assert page["B4"].hyperlink is None


@given(st.text(max_size=6))
def test_a_guarded_text_is_no_formula_and_comes_back(text):
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in ("=", "@", "\t", "\r", "|")


# ---- headings


def test_renamed_reordered_and_own_columns_do_no_harm():
    book = loaded(template("fr", example=True))
    page = book["1 Lots produits"]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    page.delete_rows(1, page.max_row)
    for number, row in enumerate(rows):
        own = "Remarque" if number == 1 else None if number == 0 else f"à nous {number}"
        page.append([own, *reversed(row)])
    page["T2"].value = "Numéro chez nous"
    page.row_dimensions[1].hidden = True
    reading = read(saved(book), "exp.xlsx")
    assert [row.text("lots.lot") for row in reading.rows("lots")] == ["MIN-26-0107", "ATL-26-0311", "RES-26-0311"]
    assert reading.rows("lots")[1].amount("lots.net_kg") == Decimal("24150.5")
    assert reading.sheet("lots").own == ("Remarque",)
    # 19 columns reversed behind one of their own: the lot number stands in T.
    assert reading.cell(reading.rows("lots")[1], "lots.lot").cell == "T5"


def test_without_keys_the_headings_tell():
    book = loaded(template("fr", example=True))
    for page in book:
        page.delete_rows(3)
        page.delete_rows(1)
    book["1 Lots produits"]["A1"].value = "N° DE LOT"
    reading = read(saved(book), "exp.xlsx")
    assert {sheet.key for sheet in reading.sheets} == set(TITLES)
    assert [row.number for row in reading.rows("lots")] == [2, 3, 4]
    assert events(reading).events == events(read(template("fr", example=True))).events


def test_a_column_added_to_the_template_is_known_by_its_heading():
    # as docs/workbook tells suppliers to: behind the last column, the hidden row of keys left alone
    book = openpyxl.load_workbook(io.BytesIO(template("en", example=True)))
    page = book.worksheets[0]
    for at, (heading, text) in enumerate((("Assay laboratory", "Labo"), ("P (%)", 0.5), ("Co (%)", 1)), 20):
        page.cell(2, at, heading)
        page.cell(5, at, text)
    page["T1"].value = "remarks of ours"
    reading = read(saved(book), "exp.xlsx")
    row = reading.rows("lots")[1]
    assert (row.text("lots.laboratory"), row.amount("lots.p")) == ("Labo", Decimal("0.5"))
    assert row.amount("lots.co") == Decimal("20.9")  # a second column of a key that is there is the sender's own
    assert reading.sheet("lots").own == ("Co (%)",)


def test_a_machine_writes_keys_and_data_only():
    reading = read(b"lots.lot,lots.date\nA,2026-11-03\n", "x.csv")
    assert values(reading, "lots") == [{"lots.lot": "A", "lots.date": date(2026, 11, 3)}]


def test_a_title_line_above_the_headings_is_skipped():
    reading = read("Site Atlas;;\nN° de lot;Poids net humide (kg);\nA;24150,5;\n".encode(), "lots.csv")
    assert values(reading, "lots") == [{"lots.lot": "A", "lots.net_kg": Decimal("24150.5")}]
    assert reading.rows("lots")[0].number == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_in_every_common_dress(encoding, delimiter):
    lines = [
        ["N° de lot", "Site", "Poids net humide (kg)"],
        ["A-1", "Usine d'été", "24150,5" if delimiter != "," else '"24150,5"'],
    ]
    data = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)
    reading = read(data, "lots.csv")
    assert reading.findings[:0] == ()
    assert values(reading, "lots") == [
        {"lots.lot": "A-1", "lots.site": "Usine d'été", "lots.net_kg": Decimal("24150.5")}
    ]


def test_rows_that_hold_only_formulas_are_empty():
    assert read(template("fr"), "t.xlsx").rows("lots") == ()


def test_a_percent_format_is_read_as_it_is_shown():
    """20.9 % typed into a percent cell is stored as 0.209; the person sees 20.9."""
    book = loaded(template("fr", example=True))
    cell = book["1 Lots produits"]["I5"]
    cell.value, cell.number_format = 0.209, "0.0%"
    assert read(saved(book), "exp.xlsx").rows("lots")[1].amount("lots.co") == Decimal("20.9")


def test_a_lot_number_of_digits_stays_one():
    book = loaded(template("fr", example=True))
    cell = book["1 Lots produits"]["A5"]
    cell.value, cell.number_format = 260311, "General"
    assert read(saved(book), "exp.xlsx").rows("lots")[1].text("lots.lot") == "260311"


# ---- laws

# Letters, digits and signs as suppliers type them; `#` begins an error value, Ã Â â a broken encoding.
_LETTERS = "".join(map(chr, [*range(33, 127), *range(0xC0, 0x180)])).translate(dict.fromkeys(map(ord, "#ÃÂâ")))
_texts = st.text(_LETTERS, min_size=1, max_size=12)


def cells_of(column):
    if column.type in WORD_LISTS:
        return st.sampled_from(sorted(words(column.type)))
    plain = {
        "date": st.dates(min_value=date(2015, 1, 1), max_value=date(2099, 12, 31)),
        "kg": st.decimals(min_value=0, max_value=10**7, places=3),
        "number": st.decimals(min_value=0, max_value=10**7, places=3),
        "percent": st.decimals(min_value=0, max_value=100, places=4),
        "count": st.integers(min_value=0, max_value=9999).map(Decimal),
        "zone": st.sampled_from(["+01:00", "-05:00", "+05:30"]),
        "country": st.sampled_from(["MA", "FR", "CD"]),
        "formula": st.none(),
    }
    return plain.get(column.type, _texts)


def rows_of(sheet):
    first = sheet_columns(sheet)[0]
    fields = {one.key: cells_of(one) if one is first else st.none() | cells_of(one) for one in sheet_columns(sheet)}
    return st.lists(st.fixed_dictionaries(fields), max_size=4)


any_sheets = st.fixed_dictionaries({sheet: rows_of(sheet) for sheet in TITLES if sheet != "lists"})
languages = st.sampled_from(["fr", "en"])


def is_read_back(reading, sheets, lists):
    if any([*sheets.values(), lists]):
        assert [one for one in reading.findings if one.code != "IMP-16"] == []
    by_kind = {kind: n for n, kind in enumerate(("site", "product", "partner"))}
    expected = {**sheets, "lists": sorted(lists, key=lambda row: by_kind[row["lists.kind"]])}
    for sheet, rows in expected.items():
        got = [{k: v for k, v in row.items() if k != "lots.dry_kg"} for row in values(reading, sheet)]
        assert got == [filled(row) for row in rows]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(any_sheets, rows_of("lists"), languages)
def test_any_rows_written_as_csv_are_read_back(sheets, lists, language):
    data = write_zip(sheets, language=language, lists=lists)
    if any([*sheets.values(), lists]):
        is_read_back(read(data, "any.zip"), sheets, lists)


# Each example starts a process: few of them, and no shrinking (the CSV law shrinks the same rows quickly).
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(any_sheets, rows_of("lists"), languages)
def test_any_rows_written_as_xlsx_are_read_back(sheets, lists, language):
    is_read_back(read(write(sheets, language=language, lists=lists), "any.xlsx"), sheets, lists)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "lots.csv", "a.xlsx", "a.zip", ""]))
def test_no_bytes_whatever_make_the_reader_stumble(data, name):
    reading = read(data, name)
    assert check(reading)
    assert events(reading).events == ()


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_a_workbook_with_a_flipped_byte_never_makes_the_reader_stumble(data):
    raw = bytearray(write_csv(EXAMPLE, language="fr")["lots.csv"])
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    check(read(bytes(raw), "lots.csv"))


# ---- small things


def test_column_letters():
    assert [letters(index) for index in (0, 25, 26, 51, 52, 255, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "IV", "ZZ", "AAA",
    ]  # fmt: skip


def test_words_are_understood_in_both_languages_whatever_the_case():
    assert [word("basis", text) for text in ("sec", "SEC ", "dry", "Humide", "x")] == ["dry", "dry", "dry", "wet", None]


def test_every_column_has_both_languages_and_its_sheet():
    for key, one in columns().items():
        assert key.startswith(one.sheet + ".")
        assert all(one.heading[language] for language in ("fr", "en"))
        assert bool(one.help["fr"]) == bool(one.help["en"])
        assert len({each.heading["fr"] for each in sheet_columns(one.sheet)}) == len(sheet_columns(one.sheet))


def test_csv_files_that_belong_together_become_one_deposit():
    files = {
        "nov_lots.csv": b"lots.lot\nA",
        "nov_mix.csv": b"mix.out\nA",
        "dec lots.csv": b"lots.lot\nB",
        "x.csv": b"a",
    }
    deposits = csv_sets(files)
    assert [name for name, _ in deposits] == ["dec lots.csv", "nov.zip", "x.csv"]
    reading = read(dict(deposits)["nov.zip"], "nov.zip")
    assert (reading.rows("lots")[0].text("lots.lot"), reading.rows("mix")[0].text("mix.out")) == ("A", "A")


def test_two_files_for_one_sheet_are_never_joined():
    files = {"nov_lots.csv": b"lots.lot\nA", "nov 1 Lots made.csv": b"lots.lot\nB"}
    assert len(csv_sets(files)) == 2


def test_what_a_spreadsheet_shows_as_an_error_is_told_as_such():
    """Cells of type "e": every error a spreadsheet knows, typed in or left by a formula; not "missing"."""
    for shown in ("#DIV/0!", "#N/A", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"):
        book = loaded(template("en", example=True))
        cell = book["1 Lots made"]["E5"]
        cell.value, cell.data_type = shown, "e"
        (told,) = [
            one for one in check(read(saved(book), "exp.xlsx"), today=date(2026, 11, 22)) if one.place.cell == "E5"
        ]
        assert (told.code, told.values["what"]) == ("IMP-45", shown)
