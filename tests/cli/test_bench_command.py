"""The command `bench`: every figure has its words in both languages, and none is nothing."""

import json

import pytest
from typer.testing import CliRunner

from filon.app.bench import bandwidth, measured
from filon.cli.bench import HEADS, WORDS
from filon.cli.main import app, assembled

SMALL = ("bench", "--links", "100000")


@pytest.mark.parametrize(
    ("language", "part"), [("en", "all that came of one mine"), ("fr", "tout ce qui vient d’une mine")]
)
def test_a_table_in_both_languages(language, part):
    shown = CliRunner().invoke(assembled(app), ["--lang", language, *SMALL])
    assert shown.exit_code == 0
    assert part in " ".join(shown.stdout.split())
    assert "GB/s" in shown.stdout


def test_its_json_is_the_same_figures():
    told = json.loads(CliRunner().invoke(assembled(app), [*SMALL, "--json"]).stdout)
    assert told["engine"].split()[0] in {"numba", "numpy"}
    assert told["links"] >= 100_000
    assert {line["code"] for line in told["lines"]} <= set(WORDS["en"])
    assert all(float(line["value"]) > 0 for line in told["lines"])


def test_no_figure_is_faster_than_memory():
    """Reading and writing the compulsory bytes cannot take longer than the sweep that does it, but for the clock's grain."""
    assert 0.1 < bandwidth(1 << 20) / 1e9 < 10_000
    assert all(line.bound is None or line.bound < 3 for line in measured(400_000).lines)


def test_both_languages_say_the_same_things():
    assert WORDS["en"].keys() == WORDS["fr"].keys()
    assert len(HEADS["en"]) == len(HEADS["fr"])
