"""The long campaign: `python -m torture` from the tests folder; writes its figures to docs/reliability.md."""

import argparse
import os
import platform
import sqlite3
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import apsw

from torture import flips, kills, powercut, server, syscalls

DOCS = Path(__file__).parents[2] / "docs/reliability.md"
BEGIN, END = "<!-- figures: begin -->\n", "<!-- figures: end -->\n"


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cuts", type=int, default=100_000)
    options.add_argument("--controls", type=int, default=400)
    options.add_argument("--faults", type=int, default=2_000)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--flips", type=int, default=10_000)
    options.add_argument("--first", type=int, default=0, help="first seed: another campaign is another number")
    options.add_argument("--only", default="", help="only the faults whose name has this in it; other rows stay")
    options.add_argument("--of", default=commit(), help="what is tested, for the table")
    options.add_argument("--out", type=Path, default=DOCS)
    asked = options.parse_args()
    missed = 0
    for what, seeds, live in campaign(asked):
        if asked.only not in what or not seeds:
            continue
        row = [what, 0, 0, 0, 0, 0.0]
        for _ in lives(row, seeds, live):
            write(asked, row)  # a campaign that is stopped leaves the figures of what it did
        if not what.startswith("control"):
            missed += row[3] + row[4]
    raise SystemExit(1 if missed else 0)


def commit():
    told = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return told.stdout.strip() or "?"


def campaign(asked):
    """(what, seeds, one life) for every fault class."""

    def seeds(count):
        return range(asked.first, asked.first + count)

    with tempfile.TemporaryDirectory() as folder:
        whole, said = flips.make(Path(folder) / "flips.db")
        what = "one flipped bit in a ledger file"
        yield what, seeds(asked.flips), lambda seed: flipped(Path(folder) / "flips.db", whole, said, seed)
        yield (
            "kill -9 of two writers on one file",
            seeds(asked.kills),
            lambda seed: kills.killed(Path(folder) / "kills.db", seed),
        )
        if syscalls.possible():
            found = syscalls.lives(Path(folder))
            what = "a fault at each call that writes or syncs the real file (killed, disk full, I/O error)"
            yield what, range(min(len(found), asked.faults)), lambda n: syscalls.life(folder, n, found[n])
        with server.server() as uri:
            yield "PostgreSQL: kill -9 of two writers", seeds(asked.kills), lambda seed: server.killed(uri, seed)
            yield (
                "PostgreSQL: connections cut by the server",
                seeds(asked.kills),
                lambda seed: server.cut_off(uri, seed),
            )
            what = "PostgreSQL: kill -9 of a server process under two writers, recovery"
            yield what, seeds(asked.kills), lambda seed: server.crashed(uri, seed)
            what = "control that must lose: the same with synchronous_commit=off"
            yield what, seeds(max(1, asked.kills // 5)), lambda seed: server.crashed(uri, seed, forgetful=True)
        base = powercut.template()
        yield "disk full at any write or sync", seeds(asked.faults), lambda seed: powercut.fault(seed, base, "full")
        yield "I/O error at any write or sync", seeds(asked.faults), lambda seed: powercut.fault(seed, base, "io")
        for mode in ("OFF", "NORMAL"):
            yield f"control that must lose: power cut, synchronous={mode}", seeds(asked.controls), cutter(mode)
        yield "power cut, as shipped (WAL, synchronous=FULL)", seeds(asked.cuts), cutter("FULL")


def flipped(path, whole, said, seed):
    fate, at = flips.flipped(path, whole, said, seed)
    if fate == flips.MISSED:
        print("missed: seed", seed, "byte", at, flush=True)
    return int(fate != flips.HARMLESS), int(fate == flips.MISSED), True


def cutter(mode):
    base = powercut.template(mode)

    def one(seed):
        powercut.connections._PRAGMAS = powercut.settings(mode)
        return powercut.cut(seed, base, fresh=seed % 10 == 0)

    return one


def lives(row, seeds, live):
    """Count lives into the row; yields now and then, and at the end."""
    start = time.monotonic()
    for seed in seeds:
        acked, lost, fine = live(seed)
        row[1:] = row[1] + 1, row[2] + acked, row[3] + lost, row[4] + (not fine), time.monotonic() - start
        if row[1] % 200 == 0:
            print(row, flush=True)
            yield
    yield


HEAD = (
    "| fault | lives | acknowledged entries (flips: of consequence) | lost or missed | not whole after | 95 % bound | s | run |\n"
    "|---|--:|--:|--:|--:|--:|--:|---|\n"
)


def write(asked, row):
    """Put the row into the table; rows of other faults stay as they are."""
    what, count, acked, lost, broken, seconds = row
    bound = "" if lost or not acked or what.startswith("control") else f"< {3 / acked:.1e}"
    run = f"{datetime.now(UTC):%Y-%m-%d %H:%M} of {asked.of}, seeds from {asked.first}"
    text = asked.out.read_text("utf-8") if asked.out.exists() else f"{BEGIN}{END}"
    head, _, rest = text.partition(BEGIN)
    old, _, tail = rest.partition(END)
    rows = {line.split(" | ")[0]: line for line in old.splitlines(keepends=True) if line.startswith("| ")}
    rows.pop("| fault", None)
    rows[f"| {what}"] = f"| {what} | {count} | {acked} | {lost} | {broken} | {bound} | {seconds:.0f} | {run} |\n"
    stand = (
        f"SQLite {apsw.sqlite_lib_version()} below the cuts and faults, {sqlite3.sqlite_version} for kills and flips; "
        f"Python {platform.python_version()}, {os.uname().machine}.\n\n"
    )
    asked.out.write_text(head + BEGIN + stand + HEAD + "".join(rows.values()) + END + tail, "utf-8")


if __name__ == "__main__":
    main()
