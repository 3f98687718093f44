"""The log as strangers read it: the newest checkpoint and the tiles below it, made from the store when asked for.

Nothing beyond the newest published checkpoint is shown, and never a payload: bundles hold the public leaves.

Source: C2SP tlog-tiles v0.1.0.
"""

from __future__ import annotations

from filon.app.publish import content
from filon.core.errors import NotFoundError, NotProvenError
from filon.log.store import Store
from filon.log.tiles import HEIGHT, WIDTH, parse_path


class PublicLog:
    """The public files of one ledger."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def checkpoint(self) -> bytes:
        """The newest signed checkpoint.

        Raises:
            NotFoundError: none was signed yet.
        """
        return self._newest()[1]

    def tile(self, path: str) -> bytes:
        """The bytes of a tile or bundle.

        Args:
            path: `tile/0/x001/234.p/17`.

        Raises:
            NotFoundError: not a tile, or not covered by the newest checkpoint.
        """
        try:
            tile = parse_path(path)
        except NotProvenError as error:
            raise NotFoundError("no such tile") from error
        size, _ = self._newest()
        if ((tile.number * WIDTH + tile.width) << (HEIGHT * (tile.level or 0))) > size:
            raise NotFoundError(f"the log's checkpoint covers {size} entries; {path} lies beyond")
        return content(self._store, tile)

    def _newest(self) -> tuple[int, bytes]:
        newest = self._store.newest()
        if newest is None:
            raise NotFoundError("no checkpoint of this log was signed yet")
        return newest
