"""Arrays kept in files beside a ledger, mapped into memory instead of read: a cache that may be deleted at any time.

A folder holds the arrays of one state of the log and says of which: its size, its root, and the version of what wrote
it. Nothing is used that does not say exactly what is asked for, so files of another or an older log are never believed;
and the folder gets its name only when all of it is written, so nobody reads half of one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_NOTE = "state.json"


@dataclass(frozen=True, slots=True)
class MapKey:
    """What the arrays were made of.

    Args:
        kind: what they are, e.g. `chart`.
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


def kept(place: Path, key: MapKey) -> Mapping[str, npt.NDArray[Any]] | None:
    """The arrays of a state, read-only; None if there are none, or not whole, or of another state."""
    folder = place / key.folder
    try:
        told = json.loads((folder / _NOTE).read_bytes())
        if told["of"] != asdict(key):
            return None
        arrays = {name: _mapped(folder / f"{name}.npy", *shape) for name, shape in told["arrays"].items()}
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None
    return arrays


def _mapped(path: Path, kind: str, length: int) -> npt.NDArray[Any]:
    """An array as it was written; nothing else is one."""
    array = np.load(path, mmap_mode="r", allow_pickle=False) if length else np.zeros(0, kind)
    if array.dtype.str != kind or array.shape != (length,):
        raise ValueError(path.name)
    return array


def keep(place: Path, key: MapKey, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write the arrays of a state, and throw away those of older states of the same kind.

    A full disk or a folder that cannot be written harms nobody: they are made again next time.
    """
    aside = place / f".{key.folder}.{os.getpid()}.new"
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        for name, array in arrays.items():
            np.save(aside / f"{name}.npy", array, allow_pickle=False)
        shapes = {name: [array.dtype.str, len(array)] for name, array in arrays.items()}
        (aside / _NOTE).write_text(json.dumps({"of": asdict(key), "arrays": shapes}))
        shutil.rmtree(place / key.folder, ignore_errors=True)
        # Whoever reads the old folder keeps its mapping; two who write the same state write the same.
        aside.rename(place / key.folder)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
        return
    _forget(place, key)


def _forget(place: Path, key: MapKey) -> None:
    for older in place.glob(f"{key.kind}-*"):
        size = older.name.split("-")[1]
        if older.name != key.folder and size.isdecimal() and int(size) <= key.size:
            with suppress(OSError):
                shutil.rmtree(older)
