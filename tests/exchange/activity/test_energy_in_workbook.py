"""Sheet 5 inside a supplier workbook: its rows become events like those of a sheet by itself; one bad cell refuses all."""

import io
from datetime import UTC, datetime

import openpyxl
import pytest

from filon.app import capture
from filon.app.derive import derived
from filon.app.ledger import Ledger
from filon.app.verify import verify
from filon.exchange import activity
from filon.exchange.workbook import template

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GLN = "9521202000007"


def workbook(
    *rows, title="5 Énergie", heads=("Du", "Au", "Site", "Quoi", "Quantité", "Unité", "Relevé ou facture"), above=0
):
    book = openpyxl.load_workbook(io.BytesIO(template("fr", example=True)))
    page = book.create_sheet(title)
    for _ in range(above):
        page.append(["aide"])
    page.append(list(heads))
    for row in rows:
        page.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


ROW = ("2026-07-01", "2026-07-31", GLN, "electricity", 1234.5, "KWH", "M-1")


@pytest.mark.parametrize("above", [0, 2])
def test_the_sheet_s_events_come_with_the_others_and_the_log_makes_them_again(above):
    data = workbook(ROW, above=above)
    plain = workbook(title="Notes", heads=("x",))
    with Ledger.open("memory:") as ledger:
        outcomes = [
            capture.capture(ledger, [capture.File(name, bytes_)], now=lambda: NOW, accept=capture.ALL_WARNINGS)[0]
            for name, bytes_ in (("a.xlsx", plain), ("b.xlsx", data))
        ]
        assert [one.state for one in outcomes] == [capture.State.TAKEN] * 2, outcomes[1].findings
        assert outcomes[1].new_events == 1
        assert verify(ledger.store, derive=derived).whole
    (event,) = activity.inside(data).events
    assert event.own("activity") == [{"flow": "electricity", "amount": "1234.5", "uom": "KWH", "reading": "M-1"}]


def test_a_bad_cell_is_named_by_its_row_and_refuses_the_workbook():
    data = workbook(ROW, ("2026-07-01", "2026-07-31", GLN, "electricity", "viel", "KWH", "M-2"), above=1)
    with Ledger.open("memory:") as ledger:
        outcome = capture.capture(ledger, [capture.File("a.xlsx", data)], now=lambda: NOW, accept=capture.ALL_WARNINGS)[
            0
        ]
        assert outcome.state is capture.State.REFUSED
        told = next(one for one in outcome.findings if one.code == "CFP-018")
        assert (told.place.row, told.place.column, told.found) == (4, "amount", "viel")
        assert ledger.size() == 0


def test_a_workbook_without_it_is_as_before():
    assert activity.inside(workbook(title="Notes", heads=("x",))).events == ()
