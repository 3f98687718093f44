"""The pages of an xlsx workbook as grids of cells, read in a guarded process of its own, whatever format they hold."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from filon.core.finding import Finding, Place, found

WALL_SECONDS = 30
_CHILD = Path(__file__).with_name("sheets_child.py")


@dataclass(frozen=True, slots=True)
class Grid:
    """One page of cells.

    Args:
        title: sheet title, or file name of a CSV.
        rows: text, int, float, or [ISO day]; "" is empty; the first row is number 1.
        formulas: {0-based column: 1-based rows} whose cell holds a formula.
        percents: (1-based row, 0-based column) of cells that show a fraction as a percentage.
        merged: ranges as 0-based (row, column, row, column).
        hidden_rows: 1-based.
        hidden_columns: 0-based.
        delimiter: of a CSV, else empty.
    """

    title: str
    rows: Sequence[Sequence[Any]]
    formulas: Mapping[int, frozenset[int]] = field(default_factory=dict)
    percents: frozenset[tuple[int, int]] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    delimiter: str = ""


def of_xlsx(data: bytes, name: str) -> tuple[list[Grid], list[Finding]]:
    """The pages of an xlsx workbook, opened in a process of its own under limits.

    Findings:
        IMP-52, 56, 57, 58, 59, 61: what the process refused.
        IMP-60: it ran out of time or memory, or died.

    Source: security reference, section 3: 1 GiB, 20 s of processor, 30 s by the clock.
    """
    place = Place(file=name)
    try:
        done = subprocess.run(  # noqa: S603 - our own program by its path
            [sys.executable, "-I", str(_CHILD)], input=data, capture_output=True, timeout=WALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return [], [found("IMP-60", place, found=f"> {WALL_SECONDS} s")]
    if done.returncode != 0 or not done.stdout:
        return [], [found("IMP-60", place, found=_last_words(done.stderr, done.returncode))]
    answer = orjson.loads(done.stdout)
    if refused := answer.get("refused"):
        code, what = refused
        return [], [found(code, place, found=what, what=what)]
    return [_grid(sheet) for sheet in answer["sheets"]], []


def _last_words(said: bytes, code: int) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else f"exit {code}"


def _grid(sheet: Mapping[str, Any]) -> Grid:
    return Grid(
        title=sheet["title"],
        rows=sheet["rows"],
        formulas={int(column): frozenset(rows) for column, rows in sheet.get("formulas", {}).items()},
        percents=frozenset((row, column) for row, column in sheet.get("percents", ())),
        merged=tuple(tuple(each) for each in sheet.get("merged", ())),
        hidden_rows=frozenset(sheet.get("hidden_rows", ())),
        hidden_columns=frozenset(
            column for first, last in sheet.get("hidden_columns", ()) for column in range(first - 1, min(last, 256))
        ),
    )
