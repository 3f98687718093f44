"""Tables out: every format gives back the same values; kg stay exact to the milligram; no cell becomes a formula."""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import polars as pl
import pytest

from filon.core.errors import WrongCallError
from filon.exchange.tables import frame, poured
from filon.views.rows import table

COLUMNS = ("lot", "made:day", "mass_kg:mass", "pieces:count")
ROWS = (
    ("A-1", date(2026, 9, 1), Decimal("123456789.000001"), None),
    ("=SUM(A1)", date(2026, 9, 2), None, 12),
    ('é;"x",\n', None, Decimal("0.1"), 0),
)  # fmt: skip
TABLES = (table("lots", COLUMNS, ROWS), table("empty", COLUMNS, ()))


def test_csv_is_read_back():
    rows = list(csv.reader(io.StringIO(poured(TABLES, "csv").decode("utf-8-sig"))))
    assert rows[0] == ["lot", "made", "mass_kg", "pieces"]
    assert rows[1] == ["A-1", "2026-09-01", "123456789.000001", ""]
    assert rows[2] == ["'=SUM(A1)", "2026-09-02", "", "12"]
    assert rows[3] == ['é;"x",\n', "", "0.1", "0"]


def test_xlsx_has_a_sheet_a_table_with_numbers_days_and_no_formula():
    book = openpyxl.load_workbook(io.BytesIO(poured(TABLES, "xlsx")))
    assert book.sheetnames == ["lots", "empty"]
    rows = list(book["lots"].iter_rows(values_only=True))
    assert rows[1][:3] == ("A-1", rows[1][1], 123456789.000001)
    assert rows[1][1].date() == date(2026, 9, 1)
    assert book["lots"]["A3"].data_type == "s"
    assert rows[3][2:] == (0.1, 0)


@pytest.mark.parametrize(("ending", "read"), [("parquet", pl.read_parquet), ("arrow", pl.read_ipc)])
def test_parquet_and_arrow_keep_every_milligram(ending, read):
    found = read(io.BytesIO(poured(TABLES, ending)))
    assert found.rows() == [tuple(row) for row in ROWS]
    assert found.schema["mass_kg"] == pl.Decimal(38, 6)


def test_a_zip_has_every_table():
    with zipfile.ZipFile(io.BytesIO(poured(TABLES, "zip"))) as archive:
        assert archive.namelist() == ["lots.csv", "empty.csv"]
        assert archive.read("lots.csv") == poured(TABLES, "csv")


def test_a_share_without_end_is_cut_at_nine_decimals():
    told = table("t", ("share:number",), [(Decimal(100) / 3,)])
    assert frame(told)["share"].to_list() == [Decimal("33.333333333")]


def test_an_empty_table_keeps_its_columns():
    assert frame(TABLES[1]).schema == frame(TABLES[0]).schema


def test_no_such_format():
    with pytest.raises(WrongCallError):
        poured(TABLES, "doc")


def test_the_same_table_gives_the_same_bytes():
    for ending in ("csv", "zip"):
        assert poured(TABLES, ending) == poured(TABLES, ending)
