"""Payloads like those of the corpus: optional parts gone, other languages, more rows, dates and numbers at the edge.

Each variant is made at random from a published payload and kept only if the model's own schema takes it. Then it must be
recognised, come in, lose nothing, and go out valid.
"""

import copy
from datetime import UTC, datetime
from decimal import Decimal

import orjson
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from filon.app.taking import statements, taken_file
from filon.core.errors import WrongCallError
from filon.exchange import idta, samm
from filon.exchange.lens import restated, taken, written
from filon.exchange.writing import as_json
from filon.passport.value import plain
from filon.seal.jcs import read as read_json
from passport_examples import EXAMPLES, example, made, without
from passport_formats import IDTA, IDTA_PAYLOADS, SAMM, SAMM_PAYLOADS, exact, faults, load

pytestmark = pytest.mark.corpus
BATTERY = "https://id.gs1.org/01/09521213000010/21/V-1"
MOMENT = datetime(2026, 11, 22, tzinfo=UTC)
DAYS = ["2026-12-31T23:59:59.999Z", "2027-02-18T00:00:00+14:00", "2028-02-29T00:00:00-12:00", "2024-02-29", "2026-01-01",
        "2026-06-30T12:00:00.123456Z"]  # fmt: skip
TEXTS = ["Électrolyte « A »", "电池", "ليثيوم", "Zelle – 3,6 V", "x" * 300, "a", "0", "-", "μ\u0301"]
LANGUAGES = ["de", "fr", "zh", "pt-BR", "en"]
NUMBERS = list(map(Decimal, ("0", "1", "100", "99.9", "0.001", "0.000000001", "12345678.25")))


def places(node, path=()):
    """Every place in a document, deepest first."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, one in inner:
        yield from places(one, (*path, key))
        yield (*path, key)


def at(node, path):
    for key in path:
        node = node[key]
    return node


@st.composite
def variant(draw, theirs):
    """A payload with some of its places changed."""
    document = copy.deepcopy(theirs)
    for _ in range(draw(st.integers(1, 6))):
        every = list(places(document))
        if not every:
            break
        path = draw(st.sampled_from(every))
        holder, key = at(document, path[:-1]), path[-1]
        node = holder[key]
        if isinstance(node, list) and draw(st.booleans()) and node:
            holder[key] = [*node, copy.deepcopy(draw(st.sampled_from(node)))] * draw(st.integers(1, 3))
        elif isinstance(node, dict) and len(node) == 1 and len(next(iter(node))) in {2, 5}:
            holder[key] = {draw(st.sampled_from(LANGUAGES)): draw(st.sampled_from(TEXTS))}
        elif draw(st.booleans()):
            holder.pop(key)
        elif isinstance(node, str):
            holder[key] = draw(st.sampled_from(DAYS if node[:4].isdecimal() and "-" in node else TEXTS))
        elif not isinstance(node, dict | list | bool):
            holder[key] = draw(st.sampled_from(NUMBERS))
    return document


CASES = {
    **{f"samm/{one}": ("samm-batterypass", SAMM_PAYLOADS[one], SAMM[one]) for one in SAMM_PAYLOADS},
    **{
        f"idta/{one}": ("idta-02035", f"{path}.json", f"{path}-schema.json") for one, (path, _) in IDTA_PAYLOADS.items()
    },
}


def lenses_of(form):
    model, _, part = form.partition("/")
    return (samm.ASPECTS if model == "samm" else idta.PARTS)[part]


@pytest.mark.parametrize("form", CASES)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_law_whatever_the_schema_takes_comes_in_loses_nothing_and_goes_out_valid(form, data):
    comes_and_goes(form, data)


@pytest.mark.nightly
@pytest.mark.parametrize("form", CASES)
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_law_the_same_many_times(form, data):
    comes_and_goes(form, data)


def comes_and_goes(form, data):
    folder, payload, schema = CASES[form]
    rules = load(folder, schema)
    document = data.draw(variant(exact(folder, payload)))
    assume(not faults(document, rules))
    raw = as_json(document)
    theirs = read_json(raw, exact=True)
    recognised, told = taken_file(raw, name="variant.json")
    assert recognised == form
    battery = made({"uniqueIdentifier": BATTERY, "category": "ev", **{c: plain(v) for c, v in told.told.items()}})
    again = restated(lenses_of(form), theirs, battery)
    assert again == theirs
    assert faults(again, rules) == []
    ours = written(lenses_of(form), battery).document
    back = taken(lenses_of(form), orjson.loads(as_json(ours))).told
    for code, value in told.told.items():
        assert code not in back or back[code] == value, code
    try:
        said = statements(told, BATTERY, raw, at=MOMENT)
    except WrongCallError:
        return  # everything in it follows from the books
    assert {one["filon:point"] for one in said["epcisBody"]["eventList"][0]["filon:points"]} <= set(told.told)


@pytest.mark.parametrize("battery", EXAMPLES)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_law_ours_validate_whatever_optional_points_are_missing(battery, data):
    """A passport without some points: what a format demands and we lack is reported; everything else validates."""
    whole = example(battery)
    gone = data.draw(st.sets(st.sampled_from(sorted(one.code for one in whole.filled())), max_size=12))
    poor = without(whole, *gone - {"uniqueIdentifier"})
    for written_all, schemas, folder in (
        (samm.written_all, SAMM, "samm-batterypass"),
        (idta.written_all, IDTA, "idta-02035"),
    ):
        for name, one in written_all(poor).items():
            left = faults(one.document, load(folder, schemas[name]))
            lacking = {finding.values["member"].rpartition(".")[2].split("[")[0] for finding in one.findings if finding.code == "DPP-001"}  # fmt: skip
            unexplained = [fault for fault in left if "required property" not in fault]
            assert unexplained == [], name
            assert bool(left) <= bool(lacking), (name, left)
