"""Arrays kept in files beside a ledger, mapped into memory instead of read: a cache that may be deleted at any time.

A folder holds the arrays of one state of the log and says of which: its size, its root, and the version of what wrote
it. Nothing is used that does not say exactly what is asked for, so files of another log are never believed; and the
folder gets its name only when all of it is written, so nobody reads half of one. Of every file it says the checksum,
which is compared when the file is opened: a bit that the disk turned makes it as if the files were not there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from filon.core.errors import StoreError

_NOTE = "state.json"
_NAMED = re.compile(r"\.?[a-z]+-\d+-[0-9a-f]*(\.\d+\.new)?")
"""Names of folders of ours, whole or half written; whatever else lies there is left alone."""
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
        if 0 in shape:
            return np.zeros(shape, kind)
        try:
            with (self._folder / _file(name)).open("rb") as file:
                whole = mmap(file.fileno(), 0, access=ACCESS_READ)
        except OSError as error:
            raise ValueError(name) from error
        if crc32(whole) != checksum:
            raise ValueError(name)
        return np.frombuffer(whole, kind).reshape(shape)

    def __len__(self) -> int:
        return len(self._told)

    def __iter__(self) -> Iterator[str]:
        return iter(self._told)


def _file(name: str) -> str:
    # The bare numbers: what they are, the note says. A file's own header would be one more thing that can turn.
    return f"{name}.numbers"


def kept(place: Path, key: MapKey) -> Kept | None:
    """The arrays of a state; None if there are none, or not whole, or of another state."""
    folder = place / key.folder
    of, arrays = _noted(folder)
    if of != key:
        return None
    return Kept(folder, {name: (kind, shape, crc) for name, (kind, shape, crc) in arrays.items()})


def _noted(folder: Path) -> tuple[MapKey | None, dict[str, Any]]:
    """Of which state the arrays in a folder are, and what each is; of none, if its note is not what was written."""
    with suppress(OSError, ValueError):
        text, _, checksum = (folder / _NOTE).read_bytes().rpartition(b"\n")
        if int(checksum) == crc32(text):
            told = json.loads(text)
            return MapKey(**told["of"]), told["arrays"]
    return None, {}


def states(place: Path, kind: str) -> list[MapKey]:
    """Of which states there may be arrays, of the longest log first."""
    said = (of for folder in place.glob(f"{kind}-*-*") if (of := _noted(folder)[0]) and of.folder == folder.name)
    return sorted(said, key=lambda one: one.size, reverse=True)


def keep(
    place: Path, key: MapKey, arrays: Mapping[str, Array], *, staying: Collection[MapKey] = (), like: Path | None = None
) -> None:
    """Write the arrays of a state, and throw away whatever else is there.

    A full disk or a folder that cannot be written harms nobody: they are made again next time.

    Args:
        staying: other states whose arrays stay.
        like: the file whose content the arrays tell of: who may not read it may not read them either.
    """
    aside = place / f".{key.folder}.{os.getpid()}.new"
    try:
        _clear(place, {key.folder, *(one.folder for one in staying)})
        aside.mkdir(parents=True, mode=0o700)
        for name, array in arrays.items():
            array.tofile(aside / _file(name))
        text = json.dumps({"of": asdict(key), "arrays": {name: _told(one) for name, one in arrays.items()}}).encode()
        (aside / _NOTE).write_bytes(b"%s\n%d" % (text, crc32(text)))
        if like is not None:
            _show(aside, like)
        forget(place, key)
        # Whoever reads the old folder keeps its mapping; two who write the same state write the same.
        aside.rename(place / key.folder)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)


def _told(array: Array) -> tuple[str, tuple[int, ...], int]:
    # CRC-32, several gigabytes a second: what it is to find is a disk's mistake. Who can write here on purpose can
    # write the checksum too, and the ledger's file.
    whole: Any = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    return array.dtype.str, array.shape, crc32(whole)


def _ours(place: Path) -> list[Path]:
    return [one for one in place.glob("*") if _NAMED.fullmatch(one.name)]


def _clear(place: Path, staying: Collection[str]) -> None:
    """Throw away other states, and what somebody began to write: whoever died left it, whoever lives does without."""
    for folder in _ours(place):
        if folder.name not in staying:
            shutil.rmtree(folder, ignore_errors=True)


def _show(aside: Path, like: Path) -> None:
    """Give a new folder and its files the owner and the rights of a file: who may read it may enter the folder."""
    model = like.stat()
    mode = model.st_mode & 0o666
    for one in (*aside.iterdir(), aside):
        _own(one, model)
        one.chmod(mode | (mode & 0o444) >> 2 if one.is_dir() else mode)
    with suppress(OSError):  # it may be somebody else's
        _own(aside.parent, model)


def _own(one: Path, model: os.stat_result) -> None:
    """What an administrator's command leaves here, the owner of the ledger can throw away."""
    if os.geteuid() == 0:
        os.chown(one, model.st_uid, model.st_gid)


def forget(place: Path, key: MapKey) -> None:
    """Throw away the arrays of a state."""
    shutil.rmtree(place / key.folder, ignore_errors=True)


def forget_all(place: Path) -> None:
    """Throw away the arrays of all states; a folder that is only pointed to stays, empty.

    Raises:
        StoreError: some are still there.
    """
    _clear(place, ())
    if left := sorted(one.name for one in _ours(place)):
        raise StoreError(f"{place} cannot be emptied and may hold what was erased; delete it: {', '.join(left)}")
    with suppress(OSError):
        place.rmdir()
