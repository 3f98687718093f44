"""Where the EPCIS corpus of others lies, and its manifest."""

import csv
import os
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("FILON_CORPUS", Path(__file__).parents[2] / "shared" / "corpus")) / "epcis"


@cache
def manifest():
    path = ROOT / "manifest.tsv"
    if not path.exists():
        return ()
    with path.open(encoding="utf-8") as lines:
        return tuple(csv.DictReader(lines, delimiter="\t"))


def rows(*suffixes):
    """Rows of documents with these endings; one empty row when the corpus is missing, so that the test says so."""
    return [
        row for row in manifest() if row["file"].endswith(suffixes) and not row["file"].startswith(("ident", "masterd"))
    ] or [None]


def label(row):
    return row["file"] if row else "no corpus"


def data(row):
    """The bytes of a row's document; skips by name when the corpus is not there, fails for it in CI."""
    if row is None:
        if os.environ.get("CI"):
            pytest.fail("the epcis corpus is missing")
        pytest.skip("needs the epcis corpus (FILON_CORPUS)")
    return (ROOT / row["file"]).read_bytes()
