"""Which sheet a page is and which column is where: by the hidden keys, else by headings in either language.

Renamed, reordered and added columns do no harm as long as the keys are there; without keys the headings must be those
of the template, accents, case and marks aside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from filon.core.finding import Language
from filon.exchange.workbook.columns import (
    LANGUAGES,
    TITLES,
    SheetKey,
    column,
    columns,
    headings,
    plain,
    sheet_columns,
)
from filon.exchange.workbook.grid import Grid

_LOOK_AT = 20
_ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the columns of a page are.

    Args:
        sheet: the sheet that it is.
        row: 1-based row that holds the keys or headings.
        first: 1-based first row of data.
        columns: {column key: 0-based index}; of two with one key the first.
        twice: (column key, 0-based index) of the second ones.
        own: the sender's own headings.
        languages: how many headings are in which language.
    """

    sheet: SheetKey
    row: int
    first: int
    columns: Mapping[str, int]
    twice: tuple[tuple[str, int], ...]
    own: tuple[str, ...]
    languages: Mapping[Language, int]


def recognise(grid: Grid) -> Heading | None:
    """The heading of a page; None if it is no sheet of the supplier workbook."""
    top = [[_text(cell) for cell in row] for row in grid.rows[:_LOOK_AT]]
    return _by_keys(grid, top) or _by_headings(grid, top)


def _text(cell: Any) -> str:
    return cell.strip() if isinstance(cell, str) else ""


def _by_keys(grid: Grid, top: Sequence[Sequence[str]]) -> Heading | None:
    known = columns()
    for number, cells in enumerate(top, 1):
        sheets = Counter(known[cell].sheet for cell in cells if cell in known)
        if sheets:
            sheet = sheets.most_common(1)[0][0]
            keys = [cell if cell in known and known[cell].sheet == sheet else "" for cell in cells]
            names = (
                top[number] if _is_heading(sheet, keys, top[number : number + 1], number in grid.hidden_rows) else ()
            )
            first = _skip_help(sheet, top, number + (2 if names else 1))
            return _heading(sheet, number, first, _typed_in(sheet, keys, names), names)
    return None


def _typed_in(sheet: SheetKey, keys: Sequence[str], names: Sequence[str]) -> list[str]:
    """The keys, and those of columns that somebody added below the hidden row, by the headings he typed there."""
    known, width = headings(sheet), max(len(keys), len(names))
    placed, filled = set(keys), [*keys, *[""] * (width - len(keys))]
    for index, name in enumerate(names):
        key = known.get(plain(name), "")
        if key and not filled[index] and key not in placed:
            filled[index] = key
            placed.add(key)
    return filled


def _is_heading(sheet: SheetKey, keys: Sequence[str], after: Sequence[Sequence[str]], hidden: bool) -> bool:
    """Below hidden keys always a heading; below visible ones only if a cell says so (machines leave it out)."""
    if not after:
        return False
    known = headings(sheet)
    return hidden or any(key and known.get(plain(name)) == key for key, name in zip(keys, after[0], strict=False))


def _by_headings(grid: Grid, top: Sequence[Sequence[str]]) -> Heading | None:
    best: tuple[int, bool, int] = (0, False, 0)
    chosen: tuple[SheetKey, int] | None = None
    title = plain(grid.title)
    for number, cells in enumerate(top, 1):
        named = [plain(cell) for cell in cells]
        for sheet in TITLES:
            known = headings(sheet)
            score = (len({known[name] for name in named if name in known}), _titled(sheet, title), -number)
            if score > best and (score[0] >= _ENOUGH or (score[0] and score[1])):
                best, chosen = score, (sheet, number)
    if chosen is None:
        return None
    sheet, number = chosen
    keys = [headings(sheet).get(plain(cell), "") for cell in top[number - 1]]
    return _heading(sheet, number, _skip_help(sheet, top, number + 1), keys, top[number - 1])


def _titled(sheet: SheetKey, title: str) -> bool:
    said = (plain(text).lstrip("0123456789 ") for text in TITLES[sheet].values())
    return any(text in title for text in said) or title.startswith(sheet)


def _skip_help(sheet: SheetKey, top: Sequence[Sequence[str]], first: int) -> int:
    """The row after the help line, if there is one at `first`."""
    helps = {plain(text) for one in sheet_columns(sheet) for text in one.help.values() if text}
    cells = top[first - 1] if first <= len(top) else ()
    return first + 1 if sum(plain(cell) in helps for cell in cells if cell) >= _ENOUGH else first


def _heading(sheet: SheetKey, row: int, first: int, keys: Sequence[str], names: Sequence[str]) -> Heading:
    placed: dict[str, int] = {}
    twice = []
    for index, key in enumerate(keys):
        if key and key in placed:
            twice.append((key, index))
        elif key:
            placed[key] = index
    own = tuple(name for index, name in enumerate(names) if name and not (index < len(keys) and keys[index]))
    return Heading(sheet, row, first, placed, tuple(twice), own, dict(_languages(keys, names)))


def _languages(keys: Sequence[str], names: Sequence[str]) -> Iterator[tuple[Language, int]]:
    for language in LANGUAGES:
        yield (
            language,
            sum(
                plain(name) == plain(column(key).heading[language])
                for key, name in zip(keys, names, strict=False)
                if key
            ),
        )
