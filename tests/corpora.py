"""Where the corpora of others lie: FILON_CORPUS, else ../shared/corpus beside the repository."""

import json
import os
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("FILON_CORPUS") or Path(__file__).parents[2] / "shared/corpus")


def corpus(name: str) -> Path:
    """The folder of one corpus; the test is skipped by name where it is absent, and fails in CI."""
    folder = ROOT / name
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"the corpus {name} is missing")
        pytest.skip(f"no corpus {name} (FILON_CORPUS)")
    return folder


def lines(name: str, path: str) -> list:
    """The objects of a JSON Lines file of a corpus."""
    return [json.loads(line) for line in (corpus(name) / path).read_text("utf-8").splitlines() if line]
