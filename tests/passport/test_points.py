"""The table of data points, the dated duties and the five verdicts, against the guidance and by hand."""

import json
from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora import corpus
from filon.passport.dated import due, later
from filon.passport.point import LATEST, Audience, Category, Need, Shown, point, points, rulesets
from filon.passport.value import scalar, types
from filon.passport.verdict import Verdict, verdict

STATUS = {"mandatory": Need.MUST, "conditional": Need.CONDITION, "optional": Need.MAY, "pending": Need.LATER,
          "notToBeFilled": Need.NEVER}  # fmt: skip


def test_the_totals_are_those_of_the_guidance():
    """Guidance v2.0: mandatory 47, 50, 32; condition 8, 8, 26; optional 1; not to be filled 15, 12, 12, of which 8 later."""
    for category, must, condition, never in (("ev", 47, 8, 7), ("lmt", 50, 8, 4), ("industrial", 32, 26, 4)):
        counted = Counter(one.need[Category(category)] for one in points() if one.number)
        assert counted == {Need.MUST: must, Need.CONDITION: condition, Need.MAY: 1, Need.LATER: 8, Need.NEVER: never}
    assert [one.number for one in points() if one.number] == list(range(1, 72))
    assert len({one.code for one in points()}) == len(points())


@pytest.mark.corpus
def test_the_first_guidance_is_the_matrix_that_others_made_of_it():
    """DP 20 to 23 were mandatory in v1.0; nothing else of its needs differs (corpus SOURCES.md)."""
    matrix = json.loads((corpus("passport") / "openepcis/schemas/ec-datapoint-applicability.json").read_bytes())
    ours = {one.number: one for one in points("guidance-1.0") if one.number}
    tiers = {"public": {Audience.PUBLIC}}
    for theirs in matrix["dataPoints"]:
        mine = ours[theirs["nr"]]
        for category in ("ev", "lmt", "industrial"):
            assert STATUS[theirs["applicability"][category]["status"]] is mine.need[Category(category)], theirs["nr"]
        assert (mine.audience == tiers["public"]) == (theirs["accessTier"] == "public"), theirs["nr"]
    changed = [one.number for one, old in zip(points(), points("guidance-1.0"), strict=True) if one.need != old.need]
    assert changed == [20, 21, 22, 23]
    assert rulesets() == ("guidance-1.0", LATEST)


def test_audiences_follow_the_points_of_the_annex():
    """Annex XIII: point 1 public; 2 legitimate interest and authorities; 3 authorities only; 4 legitimate interest only."""
    masks = {
        "1": {Audience.PUBLIC},
        "2": {Audience.LEGITIMATE_INTEREST, Audience.AUTHORITIES},
        "3": {Audience.AUTHORITIES},
        "4": {Audience.LEGITIMATE_INTEREST},
    }
    for one in points():
        if one.number > 2:
            assert one.audience == masks[one.annex[0]], one.code
    assert all(Audience.OPERATOR not in one.audience for one in points())


def test_dates_by_hand():
    """Art. 7(1)(a): 18.2.2025 or 12 months after the act. An act in force on 30.11.2026 gives 30.11.2027; one of
    1.1.2024 would give 1.1.2025, before the date of the law, so 18.2.2025."""
    act = ("A7(1)", "ev")
    assert due("footprint", Category.EV) is None
    assert due("footprint", Category.EV, {act: date(2026, 11, 30)}) == date(2027, 11, 30)
    assert due("footprint", Category.EV, {act: date(2024, 1, 1)}) == date(2025, 2, 18)
    assert due("footprint", Category.LMT, {act: date(2024, 1, 1)}) is None
    assert due("recycled content", Category.EV, {("A8(1)", ""): date(2027, 1, 31)}) == date(2029, 1, 31)
    assert due("recycled content", Category.LMT) == date(2033, 8, 18)
    assert due("passport", Category.EV) == date(2027, 2, 18)
    assert due("not in force", Category.EV, {("A8(1)", ""): date(2027, 1, 1)}) is None
    assert later(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert later(date(2026, 12, 31), 2) == date(2027, 2, 28)


def literal(need, due_day, on, there, holds):
    """Section 10 of the reference, clause by clause."""
    if need is Need.NEVER or (need is Need.CONDITION and holds is False) or (need is Need.MAY and not there):
        return ""
    if due_day is None or due_day > on:
        return "provided early" if there else "not yet required"
    if there:
        return "fulfilled"
    if need is Need.CONDITION and holds is None:
        return "condition open"
    return "missing"


days = st.dates(date(2026, 1, 1), date(2040, 1, 1))


@given(
    st.sampled_from([one for one in points() if one.number]), st.sampled_from(Category), days, st.booleans(),
    st.sampled_from([None, True, False]), st.none() | days,
)  # fmt: skip
def test_verdicts_are_as_the_reference_says_them(  # noqa: PLR0917 - hypothesis gives them in order
    one, category, on, there, holds, force
):
    acts = {(act, word): force for act in ("A7(1)", "A7(2)", "A8(1)") for word in ("", *Category)} if force else {}
    expected = literal(one.need[category], due(one.applies, category, acts), on, there, holds)
    assert verdict(one, category, on, there, holds, acts) == expected


def test_verdicts_by_hand():
    """18.2.2027: capacity of an EV is due; its absence is missing. The day before it is not yet required."""
    capacity, cycles = point("capacity"), point("expectedCycles")
    assert verdict(capacity, Category.EV, date(2027, 2, 18), there=False) is Verdict.MISSING
    assert verdict(capacity, Category.EV, date(2027, 2, 17), there=False) is Verdict.NOT_YET_REQUIRED
    assert verdict(capacity, Category.EV, date(2027, 2, 17), there=True) is Verdict.PROVIDED_EARLY
    assert verdict(cycles, Category.INDUSTRIAL, date(2027, 3, 1), there=False) is Verdict.CONDITION_OPEN
    assert verdict(cycles, Category.INDUSTRIAL, date(2027, 3, 1), there=False, holds=False) is Verdict.NONE
    assert verdict(cycles, Category.INDUSTRIAL, date(2027, 3, 1), there=False, holds=True) is Verdict.MISSING
    assert verdict(point("carbonFootprint"), Category.EV, date(2030, 1, 1), there=False) is Verdict.NOT_YET_REQUIRED


def test_every_type_is_there_and_every_member_can_be_read():
    for kind in types().values():
        for member in kind.members:
            assert member.type in types() or scalar(member.type, SAMPLE[member.type]) is not None, kind.name
    for one in points():
        assert one.type in types(), one.code
        assert one.label["en"], one.code
        assert one.label["fr"], one.code
        assert one.shown in Shown


SAMPLE = {
    "text": "x", "number": "1.5", "integer": "2", "percent": "3", "boolean": "true", "uri": "https://example.com/",
    "date": "2026-11-22", "month": "2026-11", "cas": "7440-48-4", "email": "a@example.com", "country": "FR",
    "sha256": "0" * 64,
}  # fmt: skip


def _terms(part):
    """Names and types that a JSON-LD document uses with a value."""
    if isinstance(part, dict):
        for name, value in part.items():
            if value not in (None, "", [], {}):
                yield name.rpartition(":")[2]
            if name in {"type", "@type"}:
                yield from (one.rpartition(":")[2] for one in ([value] if isinstance(value, str) else value))
            yield from _terms(value)
    elif isinstance(part, list):
        for one in part:
            yield from _terms(one)


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("documents", "category", "fulfilled", "must", "rest"),
    [
        (["batterypass-ev-item"], "ev", 51, 51, (5, 1, 3)),
        (["batterypass-lmt-item"], "lmt", 54, 54, (5, 1, 3)),
        (["battery-product-model", "battery-product-batch", "battery-product"], "industrial", 36, 36, (15, 1, 3)),
        (["battery-product-model"], "industrial", 19, 36, (20, 3, 1)),
        (["portable-ebike-battery"], "lmt", 22, 54, (8, 2, 2)),
        (["batterypass-v1.3"], "ev", 11, 51, (7, 4, 0)),
    ],
)
def test_passports_of_others_get_the_verdicts_that_their_own_checker_gave(documents, category, fulfilled, must, rest):
    """Guidance v1.0 on 18.2.2027; counts of corpus SOURCES.md: mandatory fulfilled, condition open, not yet, early."""
    folder = corpus("passport") / "openepcis"
    matrix = json.loads((folder / "schemas/ec-datapoint-applicability.json").read_bytes())
    means = {one["nr"]: {term.rpartition(":")[2] for term in one["implementedBy"]} for one in matrix["dataPoints"]}
    means[1] = {"id"}  # the document's own identifier
    there = {
        term for name in documents for term in _terms(json.loads((folder / f"examples/{name}.jsonld").read_bytes()))
    }
    told = {
        one.number: verdict(one, Category(category), date(2027, 2, 18), bool(means[one.number] & there))
        for one in points("guidance-1.0")
        if one.number
    }
    musts = [one.number for one in points("guidance-1.0") if one.number and one.need[Category(category)] is Need.MUST]
    counted = Counter(told.values())
    assert len(musts) == must
    assert sum(told[number] is Verdict.FULFILLED for number in musts) == fulfilled
    assert (counted[Verdict.CONDITION_OPEN], counted[Verdict.NOT_YET_REQUIRED], counted[Verdict.PROVIDED_EARLY]) == rest
