"""Arrays kept in files beside a ledger, mapped into memory instead of read: a cache that may be deleted at any time.

A folder holds the arrays of one state of the log and says of which: its size, its root, and the version of what wrote
it. Nothing is used that does not say exactly what is asked for, so files of another log are never believed; and the
folder gets its name only when all of it is written, so nobody reads half of one. Of every file it says the checksum,
which is compared when the file is opened: a bit that the disk turned makes it as if the files were not there.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

_NOTE = "state.json"
STATES = 4
"""So many older states are kept at most, each of another power of two: as of then is quick, too."""

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class MapKey:
    """What the arrays were made of.

    Args:
        kind: what they are, e.g. `book`.
        size, root: of the log.
        version: of what makes them; another one makes them anew.
    """

    kind: str
    size: int
    root: str
    version: str

    @property
    def folder(self) -> str:
        """Name of their folder."""
        return f"{self.kind}-{self.size}-{self.root[:16]}"


class Kept(Mapping[str, Array]):
    """The arrays of a state, read-only; each is mapped, and compared with its checksum, when it is asked for.

    Raises:
        ValueError: by `[..]`, where a file is not what was written.
    """

    def __init__(self, folder: Path, told: Mapping[str, tuple[str, list[int], int]]) -> None:
        self._folder, self._told = folder, told

    def __getitem__(self, name: str) -> Array:
        kind, shape, checksum = self._told[name]
        try:
            path = self._folder / f"{name}.npy"
            array = np.load(path, mmap_mode="r", allow_pickle=False) if 0 not in shape else np.zeros(shape, kind)
        except (OSError, EOFError) as error:
            raise ValueError(name) from error
        if [array.dtype.str, list(array.shape), _checksum(array)] != [kind, shape, checksum]:
            raise ValueError(name)
        return array.view(np.ndarray)

    def __len__(self) -> int:
        return len(self._told)

    def __iter__(self) -> Iterator[str]:
        return iter(self._told)


def _checksum(array: Array) -> int:
    # CRC-32, several gigabytes a second: what it is to find is a disk's mistake. Who can write here on purpose can
    # write the checksum too, and the ledger's file.
    whole: Any = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    return crc32(whole)


def kept(place: Path, key: MapKey) -> Kept | None:
    """The arrays of a state; None if there are none, or not whole, or of another state."""
    folder = place / key.folder
    try:
        told = json.loads((folder / _NOTE).read_bytes())
        if told["of"] != asdict(key):
            return None
        return Kept(folder, {str(name): (str(kind), list(shape), int(crc))
                             for name, (kind, shape, crc) in told["arrays"].items()})  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def sizes(place: Path, kind: str) -> list[int]:
    """Of which sizes of the log there may be arrays, largest first."""
    told = (one.name.split("-") for one in place.glob(f"{kind}-*-*"))
    return sorted({int(size) for _, size, *_ in told if size.isdecimal()}, reverse=True)


def keep(place: Path, key: MapKey, arrays: Mapping[str, Array]) -> None:
    """Write the arrays of a state, and throw away those of older states that nobody needs any more.

    A full disk or a folder that cannot be written harms nobody: they are made again next time.
    """
    aside = place / f".{key.folder}.{os.getpid()}.new"
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        for name, array in arrays.items():
            np.save(aside / f"{name}.npy", array, allow_pickle=False)
        told = {name: [array.dtype.str, array.shape, _checksum(array)] for name, array in arrays.items()}
        (aside / _NOTE).write_text(json.dumps({"of": asdict(key), "arrays": told}))
        forget(place, key)
        # Whoever reads the old folder keeps its mapping; two who write the same state write the same.
        aside.rename(place / key.folder)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
        return
    _thin(place, key)


def forget(place: Path, key: MapKey) -> None:
    """Throw away the arrays of a state."""
    shutil.rmtree(place / key.folder, ignore_errors=True)


def forget_all(place: Path) -> None:
    """Throw away the arrays of all states."""
    shutil.rmtree(place, ignore_errors=True)


def _thin(place: Path, key: MapKey) -> None:
    """Leave of older states the newest of every power of two, but only a few, and none that another version wrote."""
    left = {key.size.bit_length()}
    for older in sorted(place.glob(f"{key.kind}-*-*"), key=_size, reverse=True):
        size = _size(older)
        if size > key.size or older.name == key.folder:
            continue
        if len(left) <= STATES and size.bit_length() not in left and _version(older) == key.version:
            left.add(size.bit_length())
        else:
            shutil.rmtree(older, ignore_errors=True)


def _size(folder: Path) -> int:
    size = folder.name.split("-")[1]
    return int(size) if size.isdecimal() else 0


def _version(folder: Path) -> str | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        return str(json.loads((folder / _NOTE).read_bytes())["of"]["version"])
    return None
