"""Break the books on purpose, rule family by rule family, and see which test notices.

`python scripts/defects.py [WORD OF A FAMILY ..]`: each defect of `defects.json` is put into a copy of the source, on
which the family's tests run until one fails, first the one that noticed before; a defect that no test notices ends the
run with 1. `docs/mutations.md` keeps what it said.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
NOBODY = "**nobody**"


def main(wanted: Sequence[str]) -> int:
    """Run the families whose names hold one of the words; all without words."""
    families = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    missed = 0
    for family, one in families.items():
        if wanted and not any(word in family for word in wanted):
            continue
        print(f"\n## {family}\n\n| defect put in | file | noticed by |\n|---|---|---|")
        for defect in one["defects"]:
            noticed = noticed_by(defect, one["tests"])
            missed += noticed == NOBODY
            print(f"| {defect['told']} | `{defect['file']}` | {noticed} |", flush=True)
    return min(missed, 1)


def noticed_by(defect: Mapping[str, str], tests: Sequence[str]) -> str:
    """The first test that fails on the broken copy."""
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "src"
        shutil.copytree(ROOT / "src", copy)
        path = copy / "filon" / f"{defect['file']}.py"
        text = path.read_text(encoding="utf-8")
        if text.count(defect["instead of"]) != 1:
            return "**the code has changed: rewrite this defect**"
        path.write_text(text.replace(defect["instead of"], defect["stands"]), encoding="utf-8")
        before = failing(copy, tests, defect["noticed"]) if "noticed" in defect else ""
        return before or failing(copy, tests) or NOBODY


def failing(source: Path, tests: Sequence[str], only: str = "") -> str:
    """The first of the tests, or of those so called, that fails on a source; empty if none does."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-k", only, *tests]
    env = {**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)  # noqa: S603
    failed = re.search(r"^(?:FAILED|ERROR) \S+?(?:::(\w+))?(?:\[|\s|$)", done.stdout, re.MULTILINE)
    return f"`{failed[1] or 'collection'}`" if failed else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
