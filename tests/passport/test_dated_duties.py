"""Duties and their dates, case by case by hand; and what `filon readiness --on` tells of a battery of each kind.

Each due day is worked out in the row: the later of the law's own date and so many months after the act.
"""

import json
from datetime import date, timedelta

import pytest

from filon.passport.dated import due
from filon.passport.point import Category, points
from filon.passport.verdict import Verdict, verdict

EV, LMT, IND, EXT = Category.EV, Category.LMT, Category.INDUSTRIAL, Category.INDUSTRIAL_EXTERNAL
NONE = None
CASES = [
    # rule, category, act, in force, due: the later of
    ("footprint", EV, "A7(1)", "2026-08-18", "2027-08-18"),  # 18.2.2025 and act + 12 months
    ("footprint", EV, "A7(1)", "2024-02-18", "2025-02-18"),  # both fall on the same day
    ("footprint", EV, "A7(1)", "2024-02-19", "2025-02-19"),  # the act is one day later
    ("footprint", EV, "A7(1)", "2024-02-17", "2025-02-18"),  # the act is one day earlier
    ("footprint", IND, "A7(1)", "2024-08-18", "2026-02-18"),  # act + 18 months = 18.2.2026, as the law
    ("footprint", IND, "A7(1)", "2024-08-31", "2026-02-28"),  # 31.8. + 18 months: February has no 31st
    ("footprint", IND, "A7(1)", "2026-09-30", "2028-03-30"),
    ("footprint", LMT, "A7(1)", "2026-09-30", "2028-08-18"),  # 30.3.2028 is before the law's own date
    ("footprint", LMT, "A7(1)", "2027-02-19", "2028-08-19"),
    ("footprint", EXT, "A7(1)", "2027-02-19", "2030-08-18"),
    ("footprint", EXT, "A7(1)", "2029-02-28", "2030-08-28"),
    ("footprint class", EV, "A7(2)", "2025-02-18", "2026-08-18"),
    ("footprint class", EV, "A7(2)", "2027-08-31", "2029-02-28"),  # 2029 is no leap year
    ("footprint class", EV, "A7(2)", "2026-08-31", "2028-02-29"),  # 2028 is
    ("footprint class", IND, "A7(2)", "2026-02-18", "2027-08-18"),
    ("footprint class", LMT, "A7(2)", "2028-08-19", "2030-02-19"),
    ("footprint class", EXT, "A7(2)", "2026-01-01", "2032-02-18"),
    ("recycled content", EV, "A8(1)", "2026-08-18", "2028-08-18"),
    ("recycled content", EV, "A8(1)", "2028-02-29", "2030-02-28"),
    ("recycled content", IND, "A8(1)", "2026-08-19", "2028-08-19"),
    ("recycled content", LMT, "A8(1)", "2026-08-19", "2033-08-18"),  # fixed: no act moves it
    ("recycled content", LMT, "", "", "2033-08-18"),
    ("recycled content", EXT, "A8(1)", "2026-08-19", NONE),  # Art. 8(1) does not name them
    ("recycled content", EV, "A7(1)", "2020-01-01", NONE),  # another act
    ("due diligence", EV, "", "", "2027-08-18"),
    ("due diligence", EXT, "", "", "2027-08-18"),
    ("passport", EV, "", "", "2027-02-18"),
    ("passport", LMT, "A7(1)", "2030-01-01", "2027-02-18"),
    ("not in force", EV, "A8(1)", "2020-01-01", NONE),
]


@pytest.mark.parametrize(("rule", "category", "act", "force", "expected"), CASES)
def test_the_later_of_the_date_and_the_act(rule, category, act, force, expected):
    known = {(act, category.value): date.fromisoformat(force), (act, ""): date.fromisoformat(force)} if act else {}
    day = due(rule, category, known)
    assert day == (expected and date.fromisoformat(expected))
    one = next(each for each in points() if each.applies == rule)
    if day and one.need[category] in {"must", "later"}:
        eve = day - timedelta(days=1)
        assert verdict(one, category, eve, False, None, known) is Verdict.NOT_YET_REQUIRED
        assert verdict(one, category, eve, True, None, known) is Verdict.PROVIDED_EARLY
        assert verdict(one, category, day, False, None, known) is Verdict.MISSING
        assert verdict(one, category, day, True, None, known) is Verdict.FULFILLED


READY = [
    # category, day, due (there or missing), condition open, not yet required
    ("ev", "2027-02-17", 0, 0, 63),  # the day before: 47 + 8 + 8 are not yet required
    ("ev", "2027-02-18", 47, 8, 8),  # guidance v2.0: 47 mandatory, 8 on a condition; eight wait for acts or dates
    ("ev", "2027-08-17", 47, 8, 8),
    ("ev", "2027-08-18", 48, 8, 7),  # due diligence (DP 19)
    ("ev", "2040-01-01", 48, 8, 7),  # without their acts the others never begin
    ("lmt", "2027-02-17", 0, 0, 66),
    ("lmt", "2027-02-18", 50, 8, 8),
    ("lmt", "2033-08-17", 51, 8, 7),
    ("lmt", "2033-08-18", 55, 8, 3),  # cobalt, lithium, nickel, lead (DP 20 to 23): 18.8.2033 fixed
    ("industrial", "2027-02-17", 0, 0, 66),
    ("industrial", "2027-02-18", 32, 26, 8),
    ("industrial", "2027-08-18", 33, 26, 7),
]


@pytest.fixture
def ready(monkeypatch, command, tmp_path):
    """ready(category, day): counts by verdict as the command tells them, and its exit code."""
    monkeypatch.chdir(tmp_path)

    def call(*words):
        return command(tmp_path / "f.db", *words)[:2]

    rows = []
    for number, one in enumerate(("ev", "lmt", "industrial"), 1):
        name = f"https://id.gs1.org/01/09521213000010/21/R-{number}"
        rows.append({"subject": name, "at": "2026-01-01T00:00:00Z", "points": {"category": one}})
    (tmp_path / "said.json").write_text(json.dumps({"filonPoints": "1", "statements": rows}))
    assert call("capture", "said.json")[0] == 0
    names = {row["points"]["category"]: row["subject"] for row in rows}

    def told(category, day, *more):
        code, out = call("readiness", names[category], "--on", day, "--json", *more)
        view = json.loads(out)
        of_law = [one for group in view["passport"]["groups"] for one in group["points"] if one["number"]]
        counts = {}
        for one in of_law:
            counts[one["duty"]["key"]] = counts.get(one["duty"]["key"], 0) + 1
        return code, counts

    return told


@pytest.mark.parametrize("case", READY, ids=lambda case: f"{case[0]} {case[1]}")
def test_readiness_tells_on_each_day_what_the_law_asks_by_then(ready, case):
    category, day, asked, opened, later = case
    code, counts = ready(category, day)
    assert counts.get("fulfilled", 0) + counts.get("missing", 0) == asked
    assert counts.get("condition open", 0) == opened
    assert counts.get("not yet required", 0) + counts.get("provided early", 0) == later
    assert code == (1 if counts.get("missing") else 0)


def test_the_older_guidance_asks_for_recycled_content_at_once(ready):
    """Guidance v1.0 had data points 20 to 23 mandatory: 51 for an EV, and four fewer are not yet required."""
    _, counts = ready("ev", "2027-02-18", "--ruleset", "guidance-1.0")
    assert counts["fulfilled"] + counts["missing"] == 51
    assert counts.get("not yet required", 0) + counts.get("provided early", 0) == 4
