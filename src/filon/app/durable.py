"""Files that are there after a power cut, whole: written beside, synced, renamed, the folder synced.

An fsync that failed is not tried again on the same file: the system may have dropped what it could not write, and a
second fsync would say yes to nothing. It stops the call instead.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filon.core.errors import ConflictError, StoreError


def write(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """The file with this content, or the one that was there before; never half.

    Raises:
        StoreError: the disk is full or failed; the old file, if any, still stands.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # The power may go here: the old file stands, and a forgotten .new beside it harms nobody.
        aside.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise StoreError(f"{path} could not be written: {error.strerror or error}") from error


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path, *, wait: float = 0) -> Iterator[None]:
    """Hold a file's lock; one process at a time, freed by the system when the process dies.

    Args:
        wait: so many seconds for whoever holds it.

    Raises:
        ConflictError: another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, path, time.monotonic() + wait)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, path: Path, until: float) -> None:
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= until:
                raise ConflictError(f"another process holds {path}; try again") from error
            time.sleep(0.01)
