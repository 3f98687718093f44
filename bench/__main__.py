"""Benchmarks: `python -m bench [NAME ...] [--scale N] [--json]`; ratios measured in one run, never timed tests.

Each module here with a `run(scale)` gives rows {what, value, unit, ratio}; the ratio compares with the row named first.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
from pathlib import Path

import bench


def names() -> list[str]:
    """Modules of this folder that measure something."""
    found = (info.name for info in pkgutil.iter_modules(bench.__path__) if not info.name.startswith("_"))
    return sorted(name for name in found if hasattr(importlib.import_module(f"bench.{name}"), "run"))


def main() -> None:
    """Run the benchmarks asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(names())}; none = all")
    parser.add_argument("--scale", type=int, default=10_000, help="how many events, lots or entries")
    parser.add_argument("--json", action="store_true")
    said = parser.parse_args()
    strange = set(said.names) - set(names())
    if strange:
        sys.exit(f"no such benchmark: {', '.join(sorted(strange))}")
    results = {}
    for name in said.names or names():
        rows = results[name] = importlib.import_module(f"bench.{name}").run(said.scale)
        if not said.json:
            print(f"\n{name} (scale {said.scale})")
            for row in rows:
                print(f"  {row['what']:<44} {row['value']:>14} {row['unit']:<12} x {row['ratio']}")
    if said.json:
        print(json.dumps(results, indent=2))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    main()
