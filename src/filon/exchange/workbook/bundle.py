"""CSV sheets that belong together made one deposit: the names in one sheet are explained by the lists in another."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from filon.core.finding import Place
from filon.exchange.workbook.columns import TITLES, plain
from filon.exchange.workbook.grid import of_csv
from filon.exchange.workbook.heading import recognise
from filon.exchange.workbook.write_csv import zipped


def csv_sets(files: Mapping[str, bytes]) -> list[tuple[str, bytes]]:
    """CSV files grouped into deposits: those whose names differ only by the sheet become one zip.

    `nov_lots.csv`, `nov_mix.csv` and `nov_lists.csv` give `nov.zip`; a file that stands alone stays as it is. Two files
    for one sheet are never joined.

    Args:
        files: {name: bytes}.

    Returns:
        (name, bytes) of each deposit, by name.
    """
    groups: dict[str, dict[str, str]] = defaultdict(dict)
    alone = []
    for name in sorted(files):
        stem, sheet = _parted(name, files[name])
        if not sheet or sheet in groups[stem]:
            alone.append(name)
        else:
            groups[stem][sheet] = name
    deposits = [(name, files[name]) for name in alone]
    for stem, sheets in groups.items():
        if len(sheets) == 1:
            deposits += [(name, files[name]) for name in sheets.values()]
        elif sheets:
            inside = {name.rpartition("/")[2]: files[name] for name in sheets.values()}
            deposits.append((f"{stem or 'workbook'}.zip", zipped(inside)))
    return sorted(deposits)


def _parted(name: str, data: bytes) -> tuple[str, str]:
    """(name without its sheet, sheet) of a CSV file; no sheet if it is none of the workbook."""
    stem = re.sub(r"\.(csv|tsv|txt)$", "", name.rpartition("/")[2], flags=re.IGNORECASE)
    for sheet, titles in TITLES.items():
        for word in (sheet, *titles.values()):
            bare = re.escape(plain(word).lstrip("0123456789 "))
            match = re.search(rf"[\W_]*(?:\d\s+)?{bare}$", plain(stem.replace("_", " ")))
            if match:
                return stem[: len(stem) - len(match.group())].rstrip(" -_."), sheet
    grids, _ = of_csv(data, name, Place(file=name))
    heading = recognise(grids[0]) if grids else None
    return stem, heading.sheet if heading else ""
