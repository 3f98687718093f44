"""Asking outside: a partner's log for its files, a witness for its line, an authority for its stamp.

All of it goes through `desk/outbound`: https to a public host, the address checked and connected to being the same,
no redirect, a time and a size that are not exceeded. Hosts of our own are named in the setting `webhook_hosts`.

    with Remote("https://log.atlas.example", copy, hosts) as read:
        mirror(read, copy, policy)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from filon.app.desk.exceptions import SubscriptionControlsException
from filon.app.desk.outbound import Target, UnreachableError, called, target
from filon.app.publish import CHECKPOINT
from filon.core.errors import OutsideError, WrongCallError
from filon.log.tiles import ENTRY_LIMIT, WIDTH

FILE_BYTES = WIDTH * (ENTRY_LIMIT + 2)
"""No file of a log is larger: 256 entries of the greatest size."""
FILE_SECONDS = 60.0
_OK, _NOT_FOUND = 200, 404
Ask = Callable[[str, bytes, str], tuple[int, bytes]]
"""(address, body, media type) -> (status, answer)."""


def is_address(text: str) -> bool:
    """Whether a place is an address rather than a folder."""
    return text.startswith(("https://", "http://"))


def asker(hosts: Collection[str]) -> Callable[[str, str, bytes | None, Mapping[str, str]], tuple[int, bytes]]:
    """Asks whom the operator named in a setting: (method, address, body, headers) -> (status, answer).

    Raises:
        WrongCallError: an address that is never called.
        OutsideError: no answer.
    """

    def ask(method: str, address: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        try:
            return called(_target(address, hosts), method, body, headers)
        except UnreachableError as error:
            raise OutsideError(f"{address}: {error}") from error

    return ask


def poster(hosts: Collection[str]) -> Ask:
    """Sends a body by POST.

    Raises:
        WrongCallError: an address that is never called.
        OutsideError: no answer.
    """

    def post(address: str, body: bytes, media_type: str) -> tuple[int, bytes]:
        try:
            return called(_target(address, hosts), "POST", body, {"Content-Type": media_type})
        except UnreachableError as error:
            raise OutsideError(f"{address}: {error}") from error

    return post


class Remote:
    """A log's files read over HTTP; what its copy holds already is not asked for again.

    What was fetched waits in a folder of its own until somebody has checked it.

    Args:
        address: the log's prefix.
        copy: the folder that is brought up to date.
    """

    def __init__(self, address: str, copy: Path, hosts: Collection[str] = frozenset()) -> None:
        self._prefix = address.rstrip("/")
        self._copy = copy
        self._hosts = hosts
        _target(f"{self._prefix}/{CHECKPOINT}", hosts)

    def __enter__(self) -> Self:
        self._spool = TemporaryDirectory(prefix="filon-mirror-")
        return self

    def __exit__(self, *_: object) -> None:
        self._spool.cleanup()

    def __str__(self) -> str:
        return self._prefix

    def __call__(self, path: str) -> bytes:
        """The file at a path of the log.

        Raises:
            FileNotFoundError: the log has no such file.
            OutsideError: it does not answer, or not with a file.
        """
        if path != CHECKPOINT and (self._copy / path).exists():
            return (self._copy / path).read_bytes()
        spooled = Path(self._spool.name) / path
        if not spooled.exists():
            data = self._fetched(path)
            spooled.parent.mkdir(parents=True, exist_ok=True)
            spooled.write_bytes(data)
        return spooled.read_bytes()

    def _fetched(self, path: str) -> bytes:
        address = f"{self._prefix}/{path}"
        try:
            to = _target(address, self._hosts)
            status, data = called(to, "GET", None, {"Accept": "*/*"}, seconds=FILE_SECONDS, limit=FILE_BYTES)
        except UnreachableError as error:
            raise OutsideError(f"{address}: {error}") from error
        if status == _NOT_FOUND:
            raise FileNotFoundError(path)
        if status != _OK:
            raise OutsideError(f"{address} answers {status}")
        return data


def _target(address: str, hosts: Collection[str]) -> Target:
    try:
        return target(address, hosts)
    except SubscriptionControlsException as error:
        raise WrongCallError(f"{address} is not called: {str(error).replace('dest', 'it')}") from error
