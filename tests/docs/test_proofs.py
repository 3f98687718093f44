"""What the docs call a proof is there: every test they name, every rule code, every defect that can be put in again."""

import json
import re
from pathlib import Path

import pytest

from filon.core.finding import rules

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "docs" / "books.md",
    ROOT / "docs" / "mutations.md",
    *sorted((ROOT / "docs" / "standards").glob("*.md")),
]
FAMILIES = json.loads((ROOT / "scripts" / "defects.json").read_text(encoding="utf-8"))
DEFECTS = [one for family in FAMILIES.values() for one in family["defects"]]


def known_tests():
    files = list((ROOT / "tests").rglob("*.py"))
    names = {path.stem for path in files}
    for path in files:
        names |= set(re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8")))
    return names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_test_that_a_page_names_is_there(page):
    """`test_a_tank_..` names the one that begins so; `[case]` and `.py` aside."""
    there = known_tests()
    named = re.findall(r"`(?:[\w/]+/)?(test_\w+?)(?:\.py)?(\.\.)?(?:\[[^`]*)?`", page.read_text(encoding="utf-8"))
    lost = [
        name
        for name, open_ in named
        if name not in there and not (open_ and any(one.startswith(name) for one in there))
    ]
    assert lost == []


def test_every_invariant_has_its_code_and_its_test():
    """The twenty-eight of the custody reference, in docs/books.md; codes that exist, all of them done."""
    text = (ROOT / "docs" / "books.md").read_text(encoding="utf-8")
    told = {}
    for first, last, code, test, status in re.findall(
        r"^\| I-(\d+)(?: to I-(\d+))? \|[^|]*\|([^|]*)\|([^|]*)\|([^|]*)\|$", text, re.MULTILINE
    ):
        told |= dict.fromkeys(range(int(first), int(last or first) + 1), (code, test, status))
    assert sorted(told) == list(range(1, 29))
    for code, test, status in told.values():
        assert code.strip()
        assert test.strip()
        assert status.strip().startswith("done")
        assert set(re.findall(r"\b(?:BOK|CUS)-\d{3}\b", code + status)) <= rules().keys()


def test_every_defect_can_still_be_put_in_and_each_family_has_six():
    lost = [
        one["told"] for one in DEFECTS
        if (ROOT / "src" / "filon" / f"{one['file']}.py").read_text(encoding="utf-8").count(one["instead of"]) != 1
    ]  # fmt: skip
    assert lost == []
    assert [name for name, family in FAMILIES.items() if len(family["defects"]) < 6] == []
    assert all((ROOT / path).exists() for family in FAMILIES.values() for path in family["tests"])


def test_the_page_of_mutations_tells_every_defect_and_who_noticed():
    page = (ROOT / "docs" / "mutations.md").read_text(encoding="utf-8")
    assert [one["told"] for one in DEFECTS if f"| {one['told']} | `{one['file']}` |" not in page] == []
    assert "nobody**" not in page
