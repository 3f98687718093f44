"""What an agreement's deliveries cost: year by year, against what was promised for it; worked by hand."""

import json
from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest

from contract_ledger import AGREEMENT, BASELINE, filled
from filon.app.carbon import Carbon, stamp_of
from filon.app.carbon_files import rebase, terms
from filon.core.errors import NotFoundError
from filon.exchange.carbon_pdf import carbon_pdf, source
from filon.exchange.carbon_report import report
from filon.views.say import tongue
from story import site

D = Decimal
ON = date(2026, 12, 31)


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    with filled(tmp_path_factory.mktemp("contract")) as ledger:
        yield ledger


def test_each_contract_year_against_its_path(books):
    """A: 50 kWh at 2 on 100 kg = 1 a kg; B: 150 kWh at 2 on 200 kg = 1.5; C has no readings; X is another's.

    2025/26 (A, in February): 1 of 2 = 50 %, allowed 80: on the path. 2026/27: 200 of 300 kg are whole (66.7 %), at 1.5:
    75 %, allowed 80 - 15/5 = 77, but with a gap that cannot be told. At 20 % cobalt 1 a kg is 5 a kg of cobalt.
    """
    view = Carbon(books).contract("CTR-1", on=ON)
    first, second = view.years
    assert (first.spoken, first.lots, first.market.value, first.per_element.value) == ("2025/26", 1, 1, 5)
    assert (second.spoken, second.lots, second.market.value, second.covered.value) == (
        "2026/27",
        3,
        D("1.5"),
        D("66.7"),
    )
    assert (second.per_element.value, second.primary.value) == (D("7.5"), 100)
    told = [(one.spoken, one.index.value, one.allowed.value, one.standing, one.because) for one in view.path.years]
    assert told == [("2025/26", 50, 80, "on path", ""), ("2026/27", 75, 77, "cannot tell", "gaps")]
    assert view.path.unit == "kg CO2e/kg"
    # (100 x 1 + 200 x 1.5) / 300; 100 of 400 kg are not covered.
    assert (view.per_kg.value, view.covered.value) == (D("1.333"), 75)
    assert [(one.kind, one.what.rpartition("/")[2]) for one in view.gaps] == [("no data", "C")]
    assert [(one.lot.label.rpartition("/")[2], one.year) for one in view.lots] == [
        ("A", "2025/26"), ("B", "2026/27"), ("B", "2026/27"), ("C", "2026/27"),
    ]  # fmt: skip
    assert view.contributions[0].kg.value == D("1.333")
    assert view.contributions[0].readings == ("m-3", "m-1")


def test_one_year_alone(books):
    view = Carbon(books).contract("CTR-1", 2025, on=ON)
    assert (view.year, view.per_kg.value, view.covered.value, view.gaps) == ("2025/26", 1, 100, ())
    assert len(view.path.years) == 2  # the path is always whole
    empty = Carbon(books).contract("CTR-1", 2027, on=ON)
    assert (empty.lots, empty.contributions, empty.per_kg.value) == ((), (), None)


def test_years_without_delivery_are_shown_as_unknown_not_zero(books):
    """Until 31 December 2027 a third contract year has begun, of which nothing came."""
    third = Carbon(books).contract("CTR-1", on=date(2027, 12, 31)).path.years[-1]
    assert (third.spoken, third.value.value, third.standing, third.because) == ("2027/28", None, "cannot tell", "gaps")


def test_per_kilogram_of_the_element_and_above_the_path(books):
    """Baseline 6 a kg of cobalt: 5 is 83.3 %, allowed 80: above."""
    said = BASELINE | {"unit": "kg CO2e/kg Co", "value": "6"}
    view = Carbon(books, json.dumps(said).encode()).contract("CTR-1", on=ON)
    first = view.path.years[0]
    assert (first.value.value, first.index.value, first.standing) == (5, D("83.3"), "above path")


def test_other_rules_or_units_are_not_compared_and_a_rebased_baseline_names_the_old(books):
    carbon = Carbon(books)
    other = carbon.contract("CTR-1", ruleset="gba-rulebook-2.0", on=ON)
    assert {one.because for one in other.path.years} == {"rules"}
    new = rebase(json.dumps(BASELINE).encode(), "2.5", stamp_of("gba-rulebook-2.0"), "rules changed")
    view = Carbon(books, new).contract("CTR-1", ruleset="gba-rulebook-2.0", on=ON)
    assert [one.value.value for one in view.path.baselines] == [D("2.5"), 2]
    assert view.path.baselines[0].replaces == view.path.baselines[1].seal
    assert view.path.years[0].index.value == 40
    wrong = BASELINE | {"unit": "kg CO2e/kWh capacity"}
    told = Carbon(books, json.dumps(wrong).encode()).contract("CTR-1", on=ON)
    assert told.path.unit == "kg CO2e/kg"
    assert told.path.years[0].because == "unit"


def test_a_promise_for_a_product_or_a_site_is_on_the_board(books):
    """All that the mine made in 2026: A 100, B 200, C 100 and X 100 kg without readings: (100 + 300) / 300 = 1.333."""
    for of in ("Mine d'Essai", site("M"), "CoSO4·7H2O"):
        said = BASELINE | {"of": of}
        (path,) = Carbon(books, json.dumps(said).encode()).board(on=ON).others
        (year,) = path.years
        assert (year.year, year.value.value, year.index.value, year.because) == (2026, D("1.333"), D("66.7"), "gaps")
    board = Carbon(books).board(on=ON)
    assert [(one.label, one.href) for one in board.contracts] == [("CTR-1", "/carbon/agreement/CTR-1")]
    assert board.others == ()


def test_no_such_agreement(books):
    with pytest.raises(NotFoundError):
        Carbon(books).contract("CTR-2")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_reports_say_the_same(books, language):
    view, say = Carbon(books).contract(terms(json.dumps(AGREEMENT).encode()), on=ON), tongue(language)
    book = openpyxl.load_workbook(BytesIO(report(view, say)))
    rows = list(book["Years" if language == "en" else "Années"].iter_rows(values_only=True))
    assert [(row[0], float(row[4])) for row in rows[1:]] == [("2025/26", 1.0), ("2026/27", 1.5)]
    assert "(kg CO2e/kg)" in rows[0][4]
    path = book["Path" if language == "en" else "Trajectoire"]
    assert [row[2] for row in path.iter_rows(min_row=2, values_only=True)] == [50, 75]
    text = source(view, say)
    assert say.figure(view.per_kg) in text
    assert "2026/27" in text
    assert carbon_pdf(view, say).startswith(b"%PDF-")
