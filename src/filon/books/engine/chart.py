"""The chart of a whole book: which lot each node is and who came from whom, as bare arrays that can be kept in files.

Posting a plant's events takes minutes; its chart answers which lots came of which without them, as soon as it is mapped
into memory. What amounts they are asks the book of those lots.

    chart = Chart.of(book)
    chart.downstream(["urn:lot:7"])      # names of all lots it went into
    Chart.read(chart.arrays())           # the same chart
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from filon.books.book import Book
from filon.books.engine.graph import Graph, Nodes, downstream, upstream
from filon.books.engine.kernel import Ids, Starts
from filon.books.lot import AccountKind, LotId

FORMAT = 2
"""Raise it when the arrays, or how events become flows, change: charts kept in files are then made anew."""

Arrays: TypeAlias = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Chart:
    """Lots and the flow graph of their holdings.

    Args:
        lot: (nodes) place of each holding's lot among the names; -1 = a step or other pool, which is no lot.
        names: the lots' identifiers in UTF-8, sorted, end to end; `ends` where each begins, and their whole length.
        by_lot: nodes by lot, oldest first; `of_lot` (lots + 1) where each lot's begin.
    """

    graph: Graph
    lot: Ids
    names: npt.NDArray[np.uint8]
    ends: Starts
    by_lot: Ids
    of_lot: Starts

    @classmethod
    def of(cls, book: Book) -> Chart:
        """The chart of a book."""
        names = sorted(name.encode() for name in book.of_lot)
        place = {name.decode(): at for at, name in enumerate(names)}
        told = (place[one.lot] if one.kind is not AccountKind.STEP else -1 for one in book.holdings)
        lot = np.fromiter(told, np.int32, len(book.holdings))
        nodes = np.flatnonzero(lot >= 0)
        by_lot = nodes[np.argsort(lot[nodes], kind="stable")].astype(np.int32)
        ends = np.cumsum([0, *map(len, names)], dtype=np.int64)
        of_lot = np.searchsorted(lot[by_lot], np.arange(len(names) + 1)).astype(np.int64)
        text = np.frombuffer(b"".join(names), np.uint8)
        return cls(book.columns.graph, lot, text, ends, by_lot, of_lot)

    def arrays(self) -> Arrays:
        """All there is to it."""
        graph, (out_starts, out), (place, records) = self.graph, self.graph.out, self.graph.trails
        return {
            "starts": graph.starts, "into": graph.into, "event": graph.event, "out_starts": out_starts, "out": out,
            "place": place, "records": records,
            "lot": self.lot, "names": self.names, "ends": self.ends, "by_lot": self.by_lot, "of_lot": self.of_lot,
        }  # fmt: skip

    @classmethod
    def read(cls, arrays: Arrays) -> Chart:
        """The chart that these arrays are."""
        graph = Graph(arrays["starts"], arrays["into"], arrays["event"])
        vars(graph)["out"] = arrays["out_starts"], arrays["out"]  # known already: cached properties are not worked out
        vars(graph)["trails"] = arrays["place"], arrays["records"]
        return cls(graph, *(arrays[name] for name in ("lot", "names", "ends", "by_lot", "of_lot")))

    def __len__(self) -> int:
        """How many lots."""
        return len(self.of_lot) - 1

    def name(self, place: int) -> LotId:
        """The identifier of a lot."""
        return LotId(bytes(self.names[self.ends[place] : self.ends[place + 1]]).decode())

    def nodes(self, lots: Iterable[str]) -> Ids:
        """The holdings of some lots; a lot that the chart does not know has none."""
        found = [np.zeros(0, np.int32)]
        for lot in lots:
            wanted = lot.encode()
            at = bisect_left(range(len(self)), wanted, key=self._text)
            if at < len(self) and self._text(at) == wanted:
                found.append(self.by_lot[self.of_lot[at] : self.of_lot[at + 1]])
        return np.concatenate(found)

    def _text(self, place: int) -> bytes:
        return bytes(self.names[self.ends[place] : self.ends[place + 1]])

    def upstream(self, lots: Iterable[str]) -> list[LotId]:
        """All lots that some lots came from, themselves included, by identifier."""
        return self._named(upstream(self.graph, self.nodes(lots)))

    def downstream(self, lots: Iterable[str]) -> list[LotId]:
        """All lots that some lots went into, themselves included, by identifier."""
        return self._named(downstream(self.graph, self.nodes(lots)))

    def _named(self, nodes: Nodes) -> list[LotId]:
        places = np.unique(self.lot[nodes])
        return [self.name(place) for place in places[places >= 0].tolist()]
