"""A plant's flow graph as tables, for engines beyond one machine, and the SQL that makes of them what ours does.

What lots hold is three things: which lots hold the same mixture (relational: `relations.sql`), what each such class
holds (a sweep over its links, columns of origins apart: `mixtures`, one task a block), and which lot is of which class
(a join). DuckDB or Spark do the first and the last, and let the second run where they like.

    written(quotient, own, origins, folder)     # lots, links, entries, origins, classes, class_links: Parquet
    for statement in statements(): ..           # `{level}` stands for 0, 1, 2 .. up to lots.level
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from filon.books.engine.kernel import kernel, targets
from filon.books.engine.quotient import Own, Quotient
from filon.exchange.tables import polars

if TYPE_CHECKING:
    import polars as pl


def statements() -> tuple[str, ...]:
    """The statements of `relations.sql`, in order; the second is for each level."""
    text = resources.files(__package__).joinpath("relations.sql").read_text(encoding="utf-8")
    return tuple(one.strip() for one in text.split(";") if one.strip())


def relations(
    quotient: Quotient, own: Own, origins: Sequence[str], lots: Mapping[str, Sequence[str]] | None = None
) -> dict[str, pl.DataFrame]:
    """The tables of a graph and its classes.

    Args:
        own: what enters where.
        origins: names of its columns.
        lots: further columns of `lots`, one text a node: what people call it, where it is.

    Returns:
        {lots: (node, event, level, ..), links: (target, source, share), entries: (node, origin, share), origins:
        (origin, name), classes: (node, class), class_links: (class, source, share)}. Shares are float32, of the target;
        `level` is the number of links on the longest way back; a class is called by its first node.

    Raises:
        WrongCallError: Polars is not there.
    """
    table, graph, founder = polars().DataFrame, quotient.graph, quotient.founder
    target, whole = targets(graph.starts), np.diff(graph.starts)
    share = quotient.share if len(quotient.share) else 1 / whole[target]
    starts, source, weight = quotient.links
    return {
        "lots": table({
            "node": np.arange(graph.nodes, dtype=np.int32),
            "event": graph.event,
            "level": kernel().depths(graph.starts, graph.into),
            **(lots or {}),
        }),
        "links": table({"target": target, "source": graph.into, "share": share.astype(np.float32)}),
        "entries": table({"node": own.node, "origin": own.column, "share": own.share}),
        "origins": table({"origin": np.arange(len(origins), dtype=np.int32), "name": list(origins)}),
        "classes": table({"node": np.arange(graph.nodes, dtype=np.int32), "class": founder[quotient.of_node]}),
        "class_links": table({"class": founder[targets(starts)], "source": founder[source], "share": weight}),
    }  # fmt: skip


def written(
    quotient: Quotient,
    own: Own,
    origins: Sequence[str],
    folder: Path,
    lots: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Path, ...]:
    """The same as Parquet files in a folder, with the SQL beside them; see `relations`."""
    folder.mkdir(parents=True, exist_ok=True)
    out = []
    for name, rows in relations(quotient, own, origins, lots).items():
        out.append(folder / f"{name}.parquet")
        rows.write_parquet(out[-1], compression="zstd")
    out.append(folder / "relations.sql")
    out[-1].write_text(";\n\n".join(statements()) + ";\n", encoding="utf-8")
    return tuple(out)


def mixtures(class_links: pl.DataFrame, entries: pl.DataFrame, first: int, end: int) -> pl.DataFrame:
    """What classes hold of a block of origins: the task that goes to each worker, class links and entries with it.

    Args:
        class_links: (class, source, share), in any order; entries: (node, origin, share). A source is older than
            what it is in: less.
        first, end: the origins, `end` not included.

    Returns:
        (class, origin, share) where there is any, in float32, as `Quotient.table` gives them.
    """
    links = class_links.sort("class", "source")
    into, source = links["class"].to_numpy(), links["source"].to_numpy()
    enters, origin = entries["node"].to_numpy(), entries["origin"].to_numpy()
    known = np.unique(np.concatenate([into, source, enters]))
    starts = np.searchsorted(into, np.append(known, np.iinfo(np.int32).max)).astype(np.int64)
    rows, filled = np.zeros((len(known), end - first), np.float32), np.zeros(len(known), np.bool_)
    here, entered = (first <= origin) & (origin < end), np.searchsorted(known, enters)
    filled[entered] = True
    np.add.at(rows, (entered[here], origin[here] - first), entries["share"].to_numpy()[here])
    kernel().sweep(starts, np.searchsorted(known, source).astype(np.int32), links["share"].to_numpy(), filled, 0, rows)
    place, column = np.nonzero(rows)
    told = {"class": known[place], "origin": (column + first).astype(np.int32), "share": rows[place, column]}
    made: pl.DataFrame = polars().DataFrame(told)
    return made
