"""Benchmarks: `python -m bench [NAME ...] [--scale N] [--json]`; ratios measured in one run, never timed tests.

Each module here with a `run(scale)` gives rows {what, value, unit, ratio}; the ratio compares with the row named first.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import json
import os
import pkgutil
import sys
from pathlib import Path

import bench


def names() -> list[str]:
    """Modules of this folder that measure something."""
    found = (info.name for info in pkgutil.iter_modules(bench.__path__) if not info.name.startswith("_"))
    return sorted(name for name in found if hasattr(importlib.import_module(f"bench.{name}"), "run"))


PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"


def page(name: str, scale: int, rows: list[dict]) -> None:
    """Put a table into the page, in the place of what an earlier run of the same put there."""
    begin, end = f"<!-- {name} {scale} -->", f"<!-- end of {name} {scale} -->"
    lines = [f"| {row['what']} | {row['value']} | {row['unit']} | {row['ratio']} |" for row in rows]
    day = dt.datetime.now(tz=dt.UTC).date()
    load = os.getloadavg()[0]
    head = [f"`python -m bench {name} --scale {scale} --write`, {day}, load {load:.1f} on {os.cpu_count()} cores", ""]
    table = ["| what | value | unit | ratio |", "|---|---|---|---|", *lines]
    text = PAGE.read_text(encoding="utf-8")
    if begin not in text:
        text += f"\n{begin}\n{end}\n"
    before, after = text.split(begin)[0], text.split(end)[1]
    PAGE.write_text(before + "\n".join([begin, *head, *table, end]) + after, encoding="utf-8")


def main() -> None:
    """Run the benchmarks asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(names())}; none = all")
    parser.add_argument("--scale", type=int, default=10_000, help="how many events, lots or entries")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    said = parser.parse_args()
    strange = set(said.names) - set(names())
    if strange:
        sys.exit(f"no such benchmark: {', '.join(sorted(strange))}")
    results = {}
    for name in said.names or names():
        rows = results[name] = importlib.import_module(f"bench.{name}").run(said.scale)
        if said.write:
            page(name, said.scale, rows)
        if not said.json:
            print(f"\n{name} (scale {said.scale})")
            for row in rows:
                print(f"  {row['what']:<44} {row['value']:>14} {row['unit']:<12} x {row['ratio']}")
    if said.json:
        print(json.dumps(results, indent=2))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    main()
