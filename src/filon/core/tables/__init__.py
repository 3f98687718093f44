"""Versioned tables: CSV files with a `#` heading that names version, source and licence.

A table is read once and is immutable. The version stands in every result that used it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Table:
    """One versioned table.

    Args:
        name: file name without `.csv`, e.g. `forms`.
        version: as written in its heading, e.g. `1`.
        source: where its facts come from.
        rows: one dict a row, all values text, in file order.
    """

    name: str
    version: str
    source: str
    rows: tuple[dict[str, str], ...]


@cache
def table(name: str, package: str = __package__ or "") -> Table:
    """The table of that name that ships with this version of Filon.

    Args:
        package: where it lies; a law of its own keeps its tables with its code (`filon.passport.tables`).

    Raises:
        KeyError: no such table.
    """
    path = files(package).joinpath(f"{name}.csv")
    if not path.is_file():
        raise KeyError(name)
    lines = path.read_text(encoding="utf-8").splitlines()
    heading = dict(line[1:].strip().split(": ", 1) for line in lines if line.startswith("#") and ": " in line)
    body = [line for line in lines if line and not line.startswith("#")]
    rows = tuple(csv.DictReader(body))
    return Table(name, heading.get("version", ""), heading.get("source", ""), rows)


def table_names(prefix: str = "") -> tuple[str, ...]:
    """The names of all tables that begin with `prefix`, sorted."""
    entries = (entry.name for entry in files(__package__).iterdir())
    return tuple(sorted(n[:-4] for n in entries if n.endswith(".csv") and n.startswith(prefix)))
