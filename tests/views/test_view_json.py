from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from example_ledger import ExampleLedger, battery
from filon.core.finding import Place, found
from filon.views.as_json import as_json, plain, write_json
from filon.views.figure import Sentence, Standing, kg
from filon.views.say import tongue

LEDGER = ExampleLedger()
VIEWS = {
    "home": LEDGER.home(),
    "lots": LEDGER.lots(),
    "lot": LEDGER.lot("https://id.gs1.org/01/09506000134369/10/RIV-26-0047"),
    "battery": battery(),
    "balance": LEDGER.balance(),
    "log": LEDGER.log(),
}


def walk(value):
    yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from walk(item)


@pytest.mark.parametrize("name", VIEWS)
def test_no_binary_float_in_any_view(name):
    assert not [one for one in walk(as_json(VIEWS[name])) if isinstance(one, float)]
    assert json.loads(write_json(VIEWS[name])) == as_json(VIEWS[name])


@pytest.mark.parametrize("name", VIEWS)
def test_every_figure_carries_its_standing(name):
    figures = [one for one in walk(as_json(VIEWS[name])) if isinstance(one, dict) and {"value", "unit"} <= one.keys()]
    assert all(one["standing"] in {s.value for s in Standing} for one in figures)
    assert figures or name == "log"


def test_decimals_are_text_without_idle_zeros_or_exponents():
    assert [plain(Decimal(text)) for text in ("24150.500000", "0.000000", "1E+3", "-0.0", "1200", "0.000001")] == [
        "24150.5", "0", "1000", "0", "1200", "0.000001",
    ]  # fmt: skip
    assert as_json(kg(24_150_500_000)) == {
        "value": "24150.5",
        "unit": "kg",
        "standing": "computed",
        "uncertainty": None,
    }


def test_a_view_is_the_same_in_every_language_and_words_come_only_when_asked():
    bare = as_json(VIEWS["battery"])
    assert "text" not in json.dumps(bare)
    french, english = as_json(battery(), tongue("fr")), as_json(battery(), tongue("en"))
    assert french["verdict"]["text"] != english["verdict"]["text"]
    assert french["verdict"]["values"] == english["verdict"]["values"] == bare["verdict"]["values"]


def test_findings_keep_their_code_place_and_values():
    one = found("BOK-004", Place(entry=3), lot="ATL-1", element="Co")
    told = as_json((one,))[0]
    assert (told["code"], told["level"], told["place"]) == ("BOK-004", "note", {"entry": 3})
    assert told["values"] == {"lot": "ATL-1", "element": "Co"}
    assert "text" not in told
    assert "ATL-1" in as_json(one, tongue("fr"))["text"]


def test_what_is_no_part_of_a_view_is_a_wrong_call():
    for wrong in (1.5, object(), b"bytes"):
        with pytest.raises(TypeError):
            as_json(wrong)


def test_dates_and_moments_are_iso():
    assert as_json(Sentence("x", {"a": date(2026, 11, 3), "b": datetime(2026, 11, 3, 9, tzinfo=UTC)}))["values"] == {
        "a": "2026-11-03",
        "b": "2026-11-03T09:00:00+00:00",
    }


@pytest.mark.parametrize("told", [
    {"lot": 'é\u2028\x07\x7f"\\/<', "list": (), "none": {}, "rows": [1, None, True, {"x": "0.1"}]},
    {"large": 10**30, "é": [Decimal("1.500")]},
])  # fmt: skip
def test_it_is_written_as_the_standard_library_writes_it(told):
    assert write_json(told) == (json.dumps(as_json(told), ensure_ascii=False, indent=2) + "\n").encode()
