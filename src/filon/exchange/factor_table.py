"""A reader's own emission factors: CSV, a workbook, ILCD, ecoSpold 2 or a Brightway project.

CSV and workbook have the columns of table `factors`. Needed: `key`, `value` (kg CO2e), `per` (Rec 20 code); welcome:
`geography`, `year`, `gsd`, `source`, `licence`, `confirmed`. The table is named by its file and the hash of its bytes,
and that name stands in every result.

    read_factors(data, "ours.csv")      # Table
    csv_of(read_factors(data, "database.zip").rows)     # the same as CSV, to choose from and to name
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import PurePath
from typing import Any

from filon.accounts.carbon.activity import sensible
from filon.core.errors import WrongCallError
from filon.core.tables import Table
from filon.core.unit import units
from filon.exchange.lca.brightway import read_brightway
from filon.exchange.lca.parts import is_lca
from filon.exchange.lca.read import read_lca
from filon.exchange.sheets import of_xlsx

NEEDED = ("key", "value", "per")
PIECE = "H87"
COLUMNS = ("key", "value", "unit", "per", "geography", "year", "gsd", "source", "licence", "confirmed", "en", "fr")


def read_factors(data: bytes, name: str) -> Table:
    """The table that a file holds.

    Raises:
        WrongCallError: a column is missing, a value is no number or its unit is unknown; the row is named.
    """
    version = hashlib.sha256(data).hexdigest()[:12]
    if is_lca(data):
        stated, _ = read_lca(data, name)
        return Table(PurePath(name).stem, version, name, stated)
    lines = _lines(data, name)
    if not lines:
        raise WrongCallError(f"{name} holds no factors")
    heads = [str(cell).strip().lower() for cell in lines[0]]
    if missing := [one for one in NEEDED if one not in heads]:
        raise WrongCallError(f"{name} lacks the column {', '.join(missing)}; see table factors")
    rows = []
    for number, cells in enumerate(lines[1:], 2):
        row = {key: _text(cell) for key, cell in zip(heads, cells, strict=False)}
        if any(row.values()):
            rows.append(_checked(row, number, name))
    return Table(PurePath(name).stem, version, name, tuple(rows))


def brightway_factors(place: str, method: str) -> Table:
    """The table that a Brightway database makes, named by the database and the hash of its rows.

    Raises:
        WrongCallError: as `read_brightway`.
    """
    computed, _ = read_brightway(place, method)
    version = hashlib.sha256(csv_of(computed)).hexdigest()[:12]
    return Table(place.partition("/")[2], version, f"Brightway {place}", computed)


def csv_of(rows: Iterable[Mapping[str, str]]) -> bytes:
    """The rows as a CSV file that `read_factors` reads."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _lines(data: bytes, name: str) -> Sequence[Sequence[Any]]:
    if data.startswith(b"PK"):
        grids, findings = of_xlsx(data, name)
        if findings:
            raise WrongCallError(f"{name}: {findings[0].text()}")
        return [row for grid in grids[:1] for row in grid.rows]
    text = data.decode("utf-8-sig", "replace")
    mark = max(";,\t", key=text.split("\n", 1)[0].count)
    try:
        return [row for row in csv.reader(io.StringIO(text), delimiter=mark) if row and not row[0].startswith("#")]
    except csv.Error as error:
        raise WrongCallError(f"{name} is no table of factors: CSV, xlsx, ILCD or ecoSpold 2") from error


def _text(cell: Any) -> str:
    return format(Decimal(repr(cell)), "f") if isinstance(cell, float) else str(cell).strip()


def _checked(row: dict[str, str], number: int, name: str) -> dict[str, str]:
    value = row["value"].replace(",", ".").replace("\u202f", "").replace(" ", "")
    try:
        good = sensible(Decimal(value).copy_abs())
    except InvalidOperation:
        good = False
    if not row["key"] or not good:
        raise WrongCallError(f"{name}, row {number}: a factor needs a key and a number; found {row['value']!r}")
    if row["per"] not in units() and row["per"] != PIECE:
        raise WrongCallError(f"{name}, row {number}: {row['per']!r} is no Rec 20 code as KWH, KGM, TKM")
    # What its owner brings counts as confirmed unless the owner says no.
    return {**row, "value": value, "confirmed": row.get("confirmed") or "yes"}
