"""Every seeded defect gives its rule at its cell, in both languages, and the example without defects gives none.

The base is the example workbook: row 4 and 5 of sheet 1 are the concentrate and the sulfate, row 4 of sheet 2 its
input, rows 4 and 5 of sheet 3 the two delivery notes, row 4 of sheet 4 the receipt; lists in rows 4 to 10.
"""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from string import Formatter

import openpyxl
import pytest

from filon.core.finding import Level, rules
from filon.exchange.workbook import Nothing, check, read, template, write, write_csv, write_zip
from filon.exchange.workbook.columns import TITLES
from filon.exchange.workbook.example import EXAMPLE, EXAMPLE_LISTS

TODAY = date(2026, 11, 22)


def rows_with(**changes):
    """The example with cells changed: `lots_5__net_kg="24t"`; None empties the cell."""
    sheets = {sheet: [dict(row) for row in rows] for sheet, rows in EXAMPLE.items()}
    lists = [dict(row) for row in EXAMPLE_LISTS]
    for where, value in changes.items():
        place, _, name = where.partition("__")
        sheet, _, number = place.rpartition("_")
        target = lists if sheet == "lists" else sheets[sheet]
        target[int(number) - 4][f"{sheet}.{name}"] = value
    return sheets, lists


def book(language="fr", **changes):
    sheets, lists = rows_with(**changes)
    return write(sheets, language=language, lists=lists)


def more(sheet, row, language="fr"):
    sheets, lists = rows_with()
    (lists if sheet == "lists" else sheets.setdefault(sheet, [])).append(row)
    return write(sheets, language=language, lists=lists)


def edited(edit: Callable[[openpyxl.Workbook], None], language="fr", **changes):
    """The example changed by hand in a spreadsheet program."""
    workbook = openpyxl.load_workbook(io.BytesIO(book(language, **changes)))
    edit(workbook)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def cell(sheet, name, value, language="fr", **changes):
    """The example with whatever value typed into one cell, past all validation."""

    def edit(workbook):
        workbook[TITLES[sheet][language]][name].value = value
        if isinstance(value, str) and value.startswith("="):
            return
        if isinstance(value, str):
            workbook[TITLES[sheet][language]][name].data_type = "s"

    return edited(edit, language, **changes)


def bare_number(language):
    def edit(workbook):
        workbook[TITLES["lots"][language]]["B5"].value = 46329
        workbook[TITLES["lots"][language]]["B5"].number_format = "General"

    return edited(edit, language)


def findings_of(data, name="exp.xlsx", **how):
    return check(read(data, name), today=TODAY, **how)


def seen(data, name="exp.xlsx", **how):
    """(code, sheet, cell) of every finding."""
    return [(one.code, one.place.sheet, one.place.cell) for one in findings_of(data, name, **how)]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_example_has_nothing_wrong(language):
    assert seen(template(language, example=True)) == []
    assert seen(write_zip(EXAMPLE, language=language, lists=EXAMPLE_LISTS), "exp.zip") == []


@dataclass(frozen=True)
class Defect:
    name: str
    code: str
    sheet: str
    cell: str
    data: Callable[[str], bytes]
    proposal: str = ""


D = Defect

FILE_RULES = range(50, 65)
"""Numbers of the rules that judge a file as a whole; the others judge rows and cells."""


def bare(sheet, index):
    """A row of the example without its weight."""
    return {key: value for key, value in EXAMPLE[sheet][index].items() if not key.endswith("net_kg")}


def part(first, last, pieces=None):
    """Cells of a batch that go into a pack."""
    return {
        "parts.deed": "assembled", "parts.date": date(2026, 11, 20), "parts.site": "Atlas (MA)", "parts.parent": "P1",
        "parts.parent_product": "CoSO4·7H2O", "parts.lot": "ATL-26-0311", "parts.first": first, "parts.last": last,
        "parts.pieces": pieces,
    }  # fmt: skip


DEFECTS = [
    D("no lot number", "IMP-01", "lots", "A5", lambda lg: cell("lots", "A5", None, lg)),
    D("lot twice, same weight", "IMP-02", "lots", "A7", lambda lg: more("lots", EXAMPLE["lots"][1], lg)),
    D(
        "lot twice, two weights",
        "IMP-29",
        "lots",
        "E7",
        lambda lg: more("lots", {**EXAMPLE["lots"][1], "lots.net_kg": Decimal(25000)}, lg),
    ),
    D("weight with its unit", "IMP-03", "lots", "E5", lambda lg: cell("lots", "E5", "24t", lg), "24000"),
    D("weight in kg with its unit", "IMP-03", "lots", "E5", lambda lg: cell("lots", "E5", "24150,5 kg", lg), "24150.5"),
    D("words for a weight", "IMP-03", "ship", "E5", lambda lg: cell("ship", "E5", "vingt tonnes", lg)),
    D("a day for a weight", "IMP-03", "lots", "E5", lambda lg: cell("lots", "E5", date(2026, 11, 3), lg)),
    # From 10^15 on, fifteen digits do not hold the unit; the books take no such amount.
    D("more kilograms than there are", "IMP-03", "lots", "E5", lambda lg: cell("lots", "E5", 1e30, lg)),
    D("thirty digits of kilograms", "IMP-03", "mix", "D4", lambda lg: cell("mix", "D4", "1" + "0" * 29, lg)),
    D("more packages than there are", "IMP-48", "ship", "J5", lambda lg: cell("ship", "J5", 1e300, lg)),
    D("a share beyond all numbers", "IMP-49", "lots", "I5", lambda lg: cell("lots", "I5", -1e300, lg)),
    D("words for an assay", "IMP-49", "lots", "I5", lambda lg: cell("lots", "I5", "n.d.", lg)),
    D("weight zero", "IMP-04", "ship", "E4", lambda lg: book(lg, ship_4__net_kg=Decimal(0))),
    D("weight negative", "IMP-04", "mix", "D4", lambda lg: book(lg, mix_4__kg=Decimal(-5))),
    D("weight in tonnes", "IMP-05", "lots", "E5", lambda lg: book(lg, lots_5__net_kg=Decimal("24.15")), "24150"),
    D("weight in grams", "IMP-40", "lots", "E4", lambda lg: book(lg, lots_4__net_kg=Decimal(61800000)), "61800"),
    D("moisture over 100", "IMP-06", "lots", "F5", lambda lg: book(lg, lots_5__moist=Decimal(104))),
    D("assay over 100", "IMP-06", "lots", "I5", lambda lg: book(lg, lots_5__co=Decimal(209))),
    D("negative moisture", "IMP-27", "lots", "F5", lambda lg: book(lg, lots_5__moist=Decimal("-0.4"))),
    # CoSO4·7H2O holds 20.966 % Co at most; the window of the table ends at 21.0.
    D("assay above the form", "IMP-07", "lots", "I5", lambda lg: book(lg, lots_5__co=Decimal("22.9"))),
    # 20.9 % on the wet weight with 5 % moisture is 20.9 / 0.95 = 22.0 % on the dry.
    D(
        "assay above the form once dry",
        "IMP-07",
        "lots",
        "I5",
        lambda lg: book(lg, lots_5__moist=Decimal(5), lots_5__basis="wet"),
    ),
    D("assay as a fraction", "IMP-32", "lots", "I5", lambda lg: book(lg, lots_5__co=Decimal("0.209"))),
    # CoSO4 alone is 58.93 / 154.99 = 38.0 % Co; 20.9 % is its heptahydrate (58.93 / 281.10 = 20.96 %).
    D("heptahydrate called anhydrous", "IMP-32", "lots", "I5", lambda lg: book(lg, lists_8__form="CoSO4")),
    D("site misspelled", "IMP-08", "lots", "C4", lambda lg: book(lg, lots_4__site="Puit 7"), "Puits 7"),
    D("delivery site unknown", "IMP-08", "ship", "H5", lambda lg: book(lg, ship_5__to_site="Ailleurs")),
    D("country in words", "IMP-08", "lists", "D4", lambda lg: book(lg, lists_4__country="Maroc")),
    D("date in US order", "IMP-09", "lots", "B5", lambda lg: cell("lots", "B5", "11/23/2026", lg), "2026-11-23"),
    D("no such day", "IMP-09", "lots", "B5", lambda lg: cell("lots", "B5", "31/11/2026", lg)),
    D("date in words", "IMP-09", "lots", "B5", lambda lg: cell("lots", "B5", "hier", lg)),
    D("date before 2015", "IMP-09", "lots", "B5", lambda lg: book(lg, lots_5__date=date(1926, 11, 3))),
    # 46329 days after 1899-12-30: 2026-11-03.
    D("date as a bare number", "IMP-09", "lots", "B5", bare_number, "2026-11-03"),
    D("date in the future", "IMP-10", "ship", "B5", lambda lg: book(lg, ship_5__date=date(2027, 11, 3))),
    D("shipped before made", "IMP-10", "ship", "B5", lambda lg: book(lg, ship_5__date=date(2026, 11, 2))),
    D("used before made", "IMP-10", "mix", "B4", lambda lg: book(lg, lots_5__date=date(2026, 10, 27))),
    D("used before received", "IMP-10", "mix", "B4", lambda lg: book(lg, recv_4__date=date(2026, 11, 4))),
    D("received before shipped", "IMP-10", "recv", "C4", lambda lg: book(lg, recv_4__date=date(2026, 10, 28))),
    D("output not on sheet 1", "IMP-11", "mix", "A4", lambda lg: book(lg, mix_4__out="ATL-26-0399")),
    D("input of no known product", "IMP-11", "mix", "B4", lambda lg: book(lg, mix_4__inp="XYZ")),
    D("shipped lot misspelled", "IMP-11", "ship", "C5", lambda lg: book(lg, ship_5__lot="ATL-26-311"), "ATL-26-0311"),
    D("used more than made", "IMP-12", "mix", "D4", lambda lg: book(lg, mix_4__kg=Decimal(161200))),
    D("shipped more than made", "IMP-12", "ship", "E5", lambda lg: book(lg, ship_5__net_kg=Decimal(26000))),
    D(
        "sulfate without water or assay",
        "IMP-13",
        "lots",
        "D5",
        lambda lg: book(lg, lists_8__form="cobalt sulfate", lots_5__co=None),
    ),
    D(
        "anhydrous by its formula, no assay",
        "IMP-13",
        "lots",
        "D5",
        lambda lg: book(lg, lists_8__form="CoSO4", lots_5__co=None),
    ),
    # What a concentrate holds no formula tells (custody reference: mixtures need an assay).
    D(
        "a mixture without any assay",
        "IMP-65",
        "lots",
        "D4",
        lambda lg: book(lg, lots_4__co=None, lots_4__as=None, lots_4__ni=None, lots_4__fe=None),
    ),
    D("a mixture assayed for all but its cobalt", "IMP-66", "lots", "I4", lambda lg: book(lg, lots_4__co=None)),
    D("less than a milligram", "IMP-67", "lots", "E5", lambda lg: cell("lots", "E5", 1e-30, lg)),
    D("less than a milligram, as text", "IMP-67", "lots", "E5", lambda lg: cell("lots", "E5", "0,0000009", lg)),
    D("received less than shipped", "IMP-14", "recv", "F4", lambda lg: book(lg, recv_4__net_kg=Decimal(51790))),
    D("an input without weight", "IMP-17", "mix", "D4", lambda lg: book(lg, mix_4__kg=None)),
    D("no delivery note number", "IMP-17", "ship", "A4", lambda lg: book(lg, ship_4__ship=None)),
    D("receipt without product", "IMP-17", "recv", "E4", lambda lg: book(lg, recv_4__product=None)),
    D("list row without identifier", "IMP-17", "lists", "C6", lambda lg: book(lg, lists_6__id=None)),
    D("product unknown", "IMP-18", "lots", "D5", lambda lg: book(lg, lots_5__product="CoSO4-7H2O"), "CoSO4·7H2O"),
    D("consignee unknown", "IMP-19", "ship", "G5", lambda lg: book(lg, ship_5__to="Rivages"), "Rivage"),
    D("company of a site unknown", "IMP-19", "lists", "F4", lambda lg: book(lg, lists_4__party="Nobody")),
    D("wrong check digit of a GLN", "IMP-20", "lists", "C4", lambda lg: book(lg, lists_4__id="9521234500019")),
    D("wrong check digit of a GTIN", "IMP-20", "lists", "C8", lambda lg: book(lg, lists_8__id="09521234510025")),
    D("identifier in words", "IMP-20", "lists", "C9", lambda lg: book(lg, lists_9__id="Atlas SA")),
    D(
        "merged cells",
        "IMP-21",
        "lots",
        "D4",
        lambda lg: edited(lambda b: b[TITLES["lots"][lg]].merge_cells("D4:D5"), lg),
    ),
    D("formula for a weight", "IMP-22", "lots", "E5", lambda lg: cell("lots", "E5", "=24000+150.5", lg)),
    D("formula for a lot number", "IMP-22", "ship", "C5", lambda lg: cell("ship", "C5", "='x'!A5", lg)),
    D("heading twice", "IMP-24", "lots", "F1", lambda lg: cell("lots", "F1", "lots.net_kg", lg)),
    D(
        "one name for two sites",
        "IMP-25",
        "lists",
        "C7",
        lambda lg: more("lists", {**EXAMPLE_LISTS[0], "lists.id": "9521234600015"}, lg),
    ),
    D("moist assay without basis", "IMP-26", "lots", "O4", lambda lg: book(lg, lots_4__basis=None)),
    # 9.8 Co + 58.2 As + 40 Ni = 108.
    D("assays over 100 together", "IMP-28", "lots", "H4", lambda lg: book(lg, lots_4__ni=Decimal(40))),
    D("word outside the list", "IMP-31", "lots", "O4", lambda lg: cell("lots", "O4", "seec", lg), "sec"),
    D(
        "departure site unknown",
        "IMP-33",
        "ship",
        "F5",
        lambda lg: book(lg, ship_5__lot="OLD-1", ship_5__product="CoSO4·7H2O"),
    ),
    D("nobody's delivery note", "IMP-34", "recv", "B4", lambda lg: book(lg, recv_4__from=None)),
    D("site without company", "IMP-34", "ship", "A5", lambda lg: book(lg, lists_4__party=None)),
    D("lot made of itself", "IMP-35", "mix", "B4", lambda lg: book(lg, mix_4__inp="ATL-26-0311")),
    D(
        "one note, two days",
        "IMP-36",
        "ship",
        "B6",
        lambda lg: more("ship", {**EXAMPLE["ship"][1], "ship.date": date(2026, 11, 4)}, lg),
    ),
    D("site without zone", "IMP-37", "lots", "C5", lambda lg: book(lg, lists_4__zone=None)),
    D("zone in words", "IMP-37", "lists", "E4", lambda lg: book(lg, lists_4__zone="UTC+1"), "+01:00"),
    D("lot number with a space", "IMP-38", "lots", "A5", lambda lg: book(lg, lots_5__lot="ATL 26 0311")),
    D("lot number too long", "IMP-38", "lots", "A5", lambda lg: book(lg, lots_5__lot="ATL-26-0311-2026-11-03-A")),
    # 24150.5 x (1 - 0.4/100) = 24053.9 kg, not 24500.
    D("dry weight typed and wrong", "IMP-39", "lots", "G5", lambda lg: cell("lots", "G5", 24500, lg)),
    D("row twice", "IMP-41", "ship", "", lambda lg: more("ship", EXAMPLE["ship"][1], lg)),
    D("replacement character", "IMP-43", "lots", "P4", lambda lg: cell("lots", "P4", "Pu\ufffdts", lg)),
    D("UTF-8 read as cp1252", "IMP-43", "lists", "B7", lambda lg: cell("lists", "B7", "ConcentrÃ© Atlas", lg)),
    D("lot number turned into a day", "IMP-43", "lots", "A5", lambda lg: cell("lots", "A5", date(2026, 11, 3), lg)),
    D(
        "made from nothing",
        "IMP-44",
        "lots",
        "A7",
        lambda lg: more("lots", {**EXAMPLE["lots"][1], "lots.lot": "ATL-26-0312"}, lg),
    ),
    D("a cell shows an error", "IMP-45", "lots", "D5", lambda lg: cell("lots", "D5", "#N/A", lg)),
    D("form unknown", "IMP-46", "lists", "H7", lambda lg: book(lg, lists_7__form="Konzentrat")),
    D(
        "litres without density",
        "IMP-68",
        "lots",
        "T7",
        lambda lg: more("lots", {**bare("lots", 1), "lots.lot": "L", "lots.litres": Decimal(5000)}, lg),
    ),
    D(
        "a reading of a lot that sheet 1 does not tell",
        "IMP-69",
        "meas",
        "A4",
        lambda lg: more("meas", {"meas.lot": "B-1", "meas.what": "Co", "meas.value": Decimal("20.9")}, lg),
    ),
    D(
        "a content in kilograms",
        "IMP-70",
        "meas",
        "E4",
        lambda lg: more(
            "meas", {"meas.lot": "ATL-26-0311", "meas.what": "Co", "meas.value": Decimal(21), "meas.unit": "kg"}, lg
        ),
    ),
    D(
        "a weight in per cent",
        "IMP-70",
        "meas",
        "E4",
        lambda lg: more(
            "meas", {"meas.lot": "ATL-26-0311", "meas.what": "weight", "meas.value": Decimal(21), "meas.unit": "%"}, lg
        ),
    ),
    D("ten serial numbers of nine pieces", "IMP-71", "parts", "J4", lambda lg: more("parts", part(1, 10, 9), lg)),
    D("serial numbers that run backwards", "IMP-71", "parts", "J4", lambda lg: more("parts", part(10, 1), lg)),
    D(
        "grams per litre without density",
        "IMP-72",
        "lots",
        "I7",
        lambda lg: more("lots", {**EXAMPLE["lots"][1], "lots.lot": "L", "lots.basis": "g/L"}, lg),
    ),
    D("half a package", "IMP-48", "ship", "J5", lambda lg: cell("ship", "J5", 23.5, lg)),
]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_seeded_defect_is_found_at_its_cell(defect, language):
    findings = findings_of(defect.data(language))
    place = (defect.code, TITLES[defect.sheet][language], defect.cell)
    at = [one for one in findings if (one.code, one.place.sheet, one.place.cell) == place]
    assert at, [(one.code, str(one.place)) for one in findings]
    assert at[0].place.file == "exp.xlsx"
    wanted = {name for _, name, *_ in Formatter().parse(at[0].rule.text[language]) if name}
    assert wanted <= at[0].values.keys()
    assert at[0].way_out(language)
    assert defect.proposal in ("", at[0].values.get("proposal"))


def test_there_are_more_than_forty_defects_and_every_cell_rule_is_among_them():
    cell_rules = {code for code in rules() if code.startswith("IMP-") and int(code[4:]) not in FILE_RULES}
    elsewhere = {"IMP-15", "IMP-16", "IMP-23", "IMP-30", "IMP-42", "IMP-47"}
    assert {defect.code for defect in DEFECTS} == cell_rules - elsewhere
    assert len(DEFECTS) > 40


# ---- what only the file as a whole or the ledger can tell


def test_a_required_column_that_is_missing():
    def edit(workbook):
        workbook["1 Lots produits"].delete_cols(5)

    findings = findings_of(edited(edit))
    assert [(one.code, one.place.column, one.values["c"]) for one in findings if one.code == "IMP-16"] == [
        ("IMP-16", "lots.net_kg", "Poids net humide (kg)")
    ]


def test_hidden_rows_and_columns_with_data_are_told():
    def edit(workbook):
        workbook["1 Lots produits"].row_dimensions[5].hidden = True
        workbook["3 Expéditions"].column_dimensions["E"].hidden = True

    assert [(one.code, one.place.sheet, one.found) for one in findings_of(edited(edit))] == [
        ("IMP-23", "1 Lots produits", "5"),
        ("IMP-23", "3 Expéditions", "E"),
    ]


def test_an_empty_template_is_nothing_to_take():
    assert [code for code, *_ in seen(template("fr"))] == ["IMP-42"]


class Ledger(Nothing):
    def knows_lot(self, lot):
        return lot.endswith("KNOWN")

    def lots_numbered(self, number):
        return ["https://id.gs1.org/01/09521234510024/10/OLD-9"] if number == "OLD-9" else []

    def available_kg(self, lot, site, on):
        return Decimal(1000) if lot.endswith("KNOWN") and site.endswith("9521234500018") else None

    def shipped_kg(self, note, lot):
        return Decimal(61800) if note.endswith("9521234500001:BL-4102") else None

    def deposited(self, sha256):
        return date(2026, 11, 5)


def test_the_ledger_knows_the_file_the_lots_and_what_is_left_of_them():
    data = book(
        mix_4__inp="KNOWN",
        mix_4__product="Concentré Atlas",
        ship_5__lot="STRANGE",
        ship_5__product="CoSO4·7H2O",
        ship_5__site="Atlas (MA)",
        recv_4__net_kg=Decimal(51790),
    )
    findings = findings_of(data, knowledge=Ledger())
    by_code = {one.code: one for one in findings}
    assert by_code["IMP-15"].text("fr") == "Fichier déjà déposé le 2026-11-05"
    # 61 200 kg used of the 1 000 kg that the ledger holds.
    assert by_code["IMP-12"].values["d"] == "60200"
    assert by_code["IMP-12"].place.cell == "D4"
    assert (by_code["IMP-30"].place.sheet, by_code["IMP-30"].place.cell) == ("3 Expéditions", "C5")
    assert by_code["IMP-14"].text("en") == "Received 51790 kg, shipped 61800 kg"


def test_a_note_that_was_declared_with_another_weight_is_told():
    findings = findings_of(book(ship_4__net_kg=Decimal(60000)), knowledge=Ledger())
    told = next(one for one in findings if one.code == "IMP-47")
    assert told.text("fr") == "Le bon BL-4102 a déjà été déclaré avec 61800 kg de ce lot"


def test_the_ledger_proposes_but_does_not_decide():
    findings = findings_of(book(ship_5__lot="OLD-9"), knowledge=Ledger())
    told = next(one for one in findings if one.code == "IMP-11")
    assert told.values["proposal"] == "https://id.gs1.org/01/09521234510024/10/OLD-9"
    assert told.level is Level.ERROR


# ---- the file itself


def zip_with(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return out.getvalue()


def repacked(change):
    """The example with its zip members changed: `change(name, data)` gives the new data, or None to leave out."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book())) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            data = change(name, source.read(name))
            if data is not None:
                target.writestr(name, data)
    return out.getvalue()


def with_member(name, data=b"x"):
    out = io.BytesIO(book())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, data)
    return out.getvalue()


def sheet1(change):
    return repacked(lambda name, data: change(data) if name == "xl/worksheets/sheet1.xml" else data)


def encrypted():
    data = bytearray(book())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 4)
    return bytes(data)


def symlink():
    link = zipfile.ZipInfo("lots.csv")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def twice_the_same_name():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("lots.csv", "a")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("lots.csv", "b")
    return out.getvalue()


BOMB = b'<?xml version="1.0"?><worksheet><sheetData>' + b'<row r="1"><c r="A1"><v>0</v></c></row>' * 1_200_000

FILES = [
    ("no byte", "IMP-50", "exp.xlsx", lambda: b""),
    ("only spaces", "IMP-50", "lots.csv", lambda: b"  \r\n"),
    ("a picture called xlsx", "IMP-51", "exp.xlsx", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 100),
    ("a PDF", "IMP-51", "exp.pdf", lambda: b"%PDF-1.7 ..."),
    ("a zip of something else", "IMP-51", "exp.zip", lambda: zip_with(readme_dot_txt=b"hello")),
    ("a zip in a zip", "IMP-51", "exp.zip", lambda: zip_with(inner_dot_zip=zip_with(lots_dot_csv=b"a"))),
    ("cut off", "IMP-52", "exp.xlsx", lambda: book()[:-2000]),
    ("damaged inside", "IMP-52", "exp.xlsx", lambda: sheet1(lambda data: data[: len(data) // 2])),
    ("old format or password", "IMP-53", "exp.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512),
    ("encrypted members", "IMP-53", "exp.xlsx", encrypted),
    ("macros", "IMP-54", "exp.xlsm", lambda: with_member("xl/vbaProject.bin")),
    ("external links", "IMP-55", "exp.xlsx", lambda: with_member("xl/externalLinks/externalLink1.xml")),
    (
        "days from 1904",
        "IMP-56",
        "exp.xlsx",
        lambda: repacked(
            lambda name, data: (
                data.replace(b"<workbookPr", b'<workbookPr date1904="1"') if "workbook.xml" in name else data
            )
        ),
    ),
    ("a cell in column XFD", "IMP-57", "exp.xlsx", lambda: sheet1(lambda x: x.replace(b'r="A4"', b'r="XFD4"', 1))),
    ("a cell in row 1 048 576", "IMP-57", "exp.xlsx", lambda: cell("lots", "A1048576", "x")),
    (
        "a far cell in other quotes",
        "IMP-57",
        "exp.xlsx",
        lambda: sheet1(lambda x: x.replace(b'r="A4"', b"r = 'XFD4'", 1)),
    ),
    ("a CSV of 300 columns", "IMP-57", "lots.csv", lambda: b"lots.lot" + b";x" * 300),
    ("a CSV of 200 001 rows", "IMP-57", "lots.csv", lambda: b"lots.lot\n" + b"A\n" * 200_000),
    ("a CSV of 9 million cells", "IMP-58", "lots.csv", lambda: b"lots.lot\n" + (b";" * 250 + b"\n") * 40_000),
    (
        "CSV files of 60 MB",
        "IMP-58",
        "lots.zip",
        lambda: zip_with(**{f"n{i}_dot_csv": b"lots.lot\n" + bytes(range(97, 122)) * 800_000 for i in range(3)}),
    ),
    ("a zip bomb", "IMP-58", "exp.xlsx", lambda: sheet1(lambda _: BOMB)),
    ("600 members", "IMP-58", "exp.zip", lambda: zip_with(**{f"n{i}_dot_csv": b"a" for i in range(600)})),
    ("more than 20 MB", "IMP-58", "lots.csv", lambda: b"a" * 20_000_001),
    ("a name that climbs", "IMP-59", "exp.zip", lambda: zip_with(**{"..__lots_dot_csv": b"a"})),
    ("an absolute name", "IMP-59", "exp.zip", lambda: zip_with(__etc__lots_dot_csv=b"a")),
    ("a symbolic link", "IMP-59", "exp.zip", symlink),
    ("one name twice", "IMP-59", "exp.zip", twice_the_same_name),
    (
        "a DOCTYPE",
        "IMP-59",
        "exp.xlsx",
        lambda: repacked(
            lambda name, data: (
                data.replace(b"<workbook ", b"<!DOCTYPE x><workbook ") if name == "xl/workbook.xml" else data
            )
        ),
    ),
    ("UTF-16", "IMP-61", "lots.csv", lambda: "lots.lot;lots.date\r\n".encode("utf-16")),
    ("NUL inside", "IMP-61", "lots.csv", lambda: b"lots.lot;lots.date\r\nA\0B;2026-11-03\r\n"),
    ("broken UTF-8", "IMP-61", "lots.csv", lambda: "N° de lot;Désignation;é".encode() + b"\xe9\xff"),
    ("neither UTF-8 nor cp1252", "IMP-61", "lots.csv", lambda: b"lots.lot;lots.date\r\n\x81\x8d;1\r\n"),
    ("a quote left open", "IMP-62", "lots.csv", lambda: b'lots.lot;lots.date\r\n"A;2026-11-03\r\n'),
    ("a cell of 200 kB", "IMP-62", "lots.csv", lambda: b'lots.lot;lots.date\r\n"' + b"A" * 200_000 + b'";2026\r\n'),
    ("no sheet of ours", "IMP-63", "other.csv", lambda: b"name;age\r\nx;3\r\n"),
    (
        "one sheet twice",
        "IMP-64",
        "exp.zip",
        lambda: zip_with(a_dot_csv=write_csv(EXAMPLE)["lots.csv"], b_dot_csv=write_csv(EXAMPLE)["lots.csv"]),
    ),
]


@pytest.mark.parametrize(("code", "name", "make"), [each[1:] for each in FILES], ids=[each[0] for each in FILES])
def test_a_file_that_cannot_be_taken_says_why(code, name, make):
    findings = findings_of(make(), name)
    assert code in [one.code for one in findings], [(one.code, one.found) for one in findings]
    told = next(one for one in findings if one.code == code)
    assert told.level is Level.ERROR
    assert told.place.file == name
    assert "{" not in told.text("fr") + told.text("en") + told.way_out("fr") + told.way_out("en")


def test_every_file_rule_but_the_last_resort_has_its_file():
    file_rules = {code for code in rules() if code.startswith("IMP-") and int(code[4:]) in FILE_RULES}
    assert {each[1] for each in FILES} == file_rules - {"IMP-60"}


def test_a_parser_that_dies_takes_nothing_along(monkeypatch, tmp_path):
    program = tmp_path / "dies.py"
    program.write_text("import os; os.abort()")
    monkeypatch.setattr("filon.exchange.sheets._CHILD", program)
    assert [code for code, *_ in seen(book())] == ["IMP-60"]


def test_a_parser_that_hangs_is_stopped(monkeypatch, tmp_path):
    program = tmp_path / "hangs.py"
    program.write_text("import time; time.sleep(60)")
    monkeypatch.setattr("filon.exchange.sheets._CHILD", program)
    monkeypatch.setattr("filon.exchange.sheets.WALL_SECONDS", 0.3)
    assert [code for code, *_ in seen(book())] == ["IMP-60"]


def test_the_two_cells_that_make_a_parser_ask_for_500_gb_are_only_a_finding(monkeypatch):
    """Even where the scan overlooks the far cell, only the process under limits is lost."""
    from filon.exchange import sheets_child as child

    out = sheet1(lambda x: x.replace(b'r="A4"', b'r="XFD1048576"', 1))
    scan_less = sheet1(lambda x: x.replace(b'r="A4"', b'r="&#88;FD1048576"', 1))
    assert [code for code, *_ in seen(out)] == ["IMP-57"]
    assert child.MEMORY == 1 << 30
    assert seen(scan_less)[0][0] in {"IMP-52", "IMP-57", "IMP-60"}


def test_a_faulty_row_is_told_once_and_not_again_where_its_lot_is_used():
    """The lot is on sheet 1: to say that it is not, and to propose its neighbour, would lead astray."""
    for fault in ({"lots_5__site": "Ailleurs"}, {"lots_5__date": None}, {"lots_5__net_kg": None}):
        codes = [finding.code for finding in findings_of(book(**fault))]
        assert "IMP-11" not in codes, fault
        assert set(codes) & {"IMP-08", "IMP-17"}, fault
