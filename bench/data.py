"""Makes the data sets that benchmarks eat: a plant's events as EPCIS documents, 10^4, 10^5, 10^6 events or any number.

    python -m bench.data 100000 DIR            # documents of 10 000 events each
    python -m bench.data 100000 DIR --tray 1   # every cell shuffled on its own: 288 ranges a pack

The same call gives the same bytes. Memory does not grow with the number of events.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from filon.epcis.jsonwrite import write
from filon.exchange.simulator.plant import events, master_data

PER_FILE = 10_000


def documents(number: int, *, seed: int = 1, per_file: int = PER_FILE, tray: int = 24) -> Iterator[tuple[str, bytes]]:
    """(file name, bytes) of documents that hold `number` events together; the first also has the master data."""
    stream = islice(events(seed, tray=tray), number)
    for index in range(0, number, per_file):
        some = islice(stream, per_file)
        yield f"plant-{index // per_file:05}.jsonld", write(some, master=master_data() if index == 0 else ())


def dataset(directory: Path, number: int, *, seed: int = 1, per_file: int = PER_FILE, tray: int = 24) -> list[Path]:
    """Write the documents into a directory; their paths in order."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, data in documents(number, seed=seed, per_file=per_file, tray=tray):
        paths.append(directory / name)
        paths[-1].write_bytes(data)
    return paths


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="A plant's events as EPCIS documents.")
    parser.add_argument("number", type=int, help="how many events")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--per-file", type=int, default=PER_FILE)
    parser.add_argument("--tray", type=int, default=24, help="cells that stay together through grading")
    said = parser.parse_args()
    paths = dataset(said.directory, said.number, seed=said.seed, per_file=said.per_file, tray=said.tray)
    print(f"{len(paths)} files, {sum(path.stat().st_size for path in paths) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
