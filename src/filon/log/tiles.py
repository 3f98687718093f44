"""Tiles: the tree cut into files that never change, so that any web server can serve the log and any cache keep it.

A full tile is 256 hashes: hash i of tile (level L, number N) is the root of the complete subtree `(8L, 256N + i)`. The
entries themselves lie in bundles of 256. Beside the full ones, a size has one partial tile a level at its right edge.

Source: C2SP tlog-tiles v0.1.0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from filon.core.errors import NotFoundError, NotProvenError, WrongCallError
from filon.log.merkle import HASH_SIZE, Frontier, Nodes

WIDTH = 256
HEIGHT = 8
ENTRY_LIMIT = 65_535
LEVEL_LIMIT = 63
_NUMBER = r"(?P<number>(?:x[0-9]{3}/)*[0-9]{3})"
_PATH = re.compile(rf"tile/(?P<level>entries|0|[1-9][0-9]?)/{_NUMBER}(?:\.p/(?P<width>[1-9][0-9]{{0,2}}))?")


@dataclass(frozen=True, slots=True)
class Tile:
    """The name of one tile.

    Args:
        level: 0..63, None for a bundle of entries.
        number: 0, 1, 2, .. from the left.
        width: 1..256 hashes or entries; 256 is a full tile.
    """

    level: int | None
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where it is served, under the log's prefix."""
        level = "entries" if self.level is None else self.level
        return f"tile/{level}/{_number_path(self.number)}" + ("" if self.width == WIDTH else f".p/{self.width}")


def parse_path(path: str) -> Tile:
    """The tile of a path.

    Raises:
        NotProvenError: not a canonical tile path.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        raise NotProvenError(f"not a tile: {path!r}")
    level = None if match["level"] == "entries" else int(match["level"])
    tile = Tile(level, int(re.sub(r"[x/]", "", match["number"])), int(match["width"] or WIDTH))
    if tile.path != path or (level or 0) > LEVEL_LIMIT:
        raise NotProvenError(f"not a tile: {path!r}")
    return tile


def tiles(size: int, *, since: int = 0) -> Iterator[Tile]:
    """The tiles of a log of `size` entries, bundles first; with `since` only those that a log so large had not."""
    for level in (None, *range(HEIGHT)):
        width = WIDTH ** (level or 0)
        have, had = size // width, since // width
        if not have:
            return
        yield from (Tile(level, number) for number in range(had // WIDTH, have // WIDTH))
        if have % WIDTH and have != had:
            yield Tile(level, have // WIDTH, have % WIDTH)


def hash_tile(nodes: Nodes, tile: Tile) -> bytes:
    """The bytes of a tile of hashes."""
    if tile.level is None:
        raise WrongCallError("a bundle is made of entries, not of hashes")
    first = tile.number * WIDTH
    return b"".join(nodes(tile.level * HEIGHT, first + i) for i in range(tile.width))


def bundle(entries: Iterable[bytes]) -> bytes:
    """The bytes of a bundle: each entry after its length in two bytes, big-endian.

    Raises:
        WrongCallError: an entry has more than 65 535 bytes.
    """
    parts = []
    for entry in entries:
        if len(entry) > ENTRY_LIMIT:
            raise WrongCallError(f"an entry of the log has at most {ENTRY_LIMIT} bytes")
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)


def unbundle(data: bytes, width: int) -> list[bytes]:
    """The entries in a bundle.

    Raises:
        NotProvenError: more, fewer or other bytes than `width` entries take.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(data) and len(entries) < width:
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        entries.append(data[at + 2 : end])
        at = end
    if at != len(data) or len(entries) != width:
        raise NotProvenError(f"a bundle does not hold exactly {width} entries")
    return entries


def nodes_of(fetch: Callable[[str], bytes], size: int) -> Nodes:
    """The nodes of a log of `size` entries, read from its tiles.

    The hashes are as served; what they prove depends on the root that a caller folds from them.

    Args:
        fetch: bytes at a tile's path.
        size: the size of a verified checkpoint: it says how wide the partial tiles are.
    """

    @lru_cache(maxsize=64)
    def read(level: int, number: int) -> bytes:
        width = min(WIDTH, (size >> (level * HEIGHT)) - number * WIDTH)
        if width <= 0:
            raise NotFoundError(f"a log of {size} entries has no tile {number} on level {level}")
        data = fetch(Tile(level, number, width).path)
        if len(data) != width * HASH_SIZE:
            raise NotProvenError(f"{Tile(level, number, width).path} does not hold {width} hashes")
        return data

    def node(level: int, index: int) -> bytes:
        tile_level, above = divmod(level, HEIGHT)
        first = index << above
        data = read(tile_level, first // WIDTH)
        at = first % WIDTH
        hashes = [data[i * HASH_SIZE : (i + 1) * HASH_SIZE] for i in range(at, at + (1 << above))]
        if not all(hashes):
            raise NotFoundError(f"a log of {size} entries has no complete subtree {index} on level {level}")
        edge = Frontier()
        edge.grow(hashes)
        return edge.root()

    return node


def _number_path(number: int) -> str:
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
