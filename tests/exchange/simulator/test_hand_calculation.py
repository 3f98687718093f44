"""The hand calculation in the docs: in step with the simulator, equal to the truth to what a pocket calculator gives."""

from __future__ import annotations

import importlib.util
from decimal import Decimal
from pathlib import Path

import pytest

from filon.exchange.simulator.chain import chain
from filon.exchange.simulator.matter import UNKNOWN
from filon.exchange.simulator.truth import truth
from filon.exchange.simulator.world import PRODUCTS, SITES

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("hand_calculation", ROOT / "scripts" / "hand_calculation.py")
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pages_are_in_step(script, language):
    page = (ROOT / "docs" / script.NAMES[language]).read_text(encoding="utf-8")
    assert page == script.page(language)


def test_the_answer_on_the_page_is_the_truth(script):
    """Four places on the page, each figure rounded a few times on the way: half a gram is allowed."""
    said = script.sums(1)
    pack = truth(chain(1)).packs[PRODUCTS["pack"].piece(said.pack)]["Co"]
    names = {UNKNOWN: UNKNOWN, **{site.id: site.name for site in SITES.values()}}
    exact = {names[origin]: kg for origin, kg in pack.items()}
    assert set(exact) == set(said.result)
    for origin, kg in said.result.items():
        assert abs(float(kg) - float(exact[origin])) < 0.0005, origin


def test_every_figure_of_the_answer_stands_on_both_pages(script):
    said = script.sums(1)
    for language, name in script.NAMES.items():
        page = (ROOT / "docs" / name).read_text(encoding="utf-8")
        for kg in (*said.result.values(), said.content, said.into):
            assert script.shown(kg, language) in page


def test_no_step_on_the_page_gains_beyond_one_percent(script):
    for step, into, out in script.sums(1).closures:
        assert abs(out - into) < into / 100, step


def test_a_pocket_calculator_rounds_as_printed(script):
    # 14 000 kg at 20.885 % = 2 923.9 kg; 1.00005 to four places goes to the even digit.
    assert script.rounded(Decimal("2923.90049"), 3) == Decimal("2923.900")
    assert script.rounded(Decimal("1.00005"), 4) == Decimal("1.0000")
