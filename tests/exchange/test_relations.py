"""The SQL of `relations` on DuckDB gives the engine's classes, links and shares: to the last one, and any column block."""

import os
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings

from engine_graphs import cases
from filon.books.engine.graph import Graph
from filon.books.engine.kernel import kernel
from filon.books.engine.quotient import Own, Quotient
from filon.exchange.relations import mixtures, relations, statements, written
from filon.exchange.simulator.links import MINES, plant

duckdb = __import__("duckdb") if "CI" in os.environ else pytest.importorskip("duckdb")


def answered(folder, cuts):
    """{classes, class_links, shares} as a SQL engine works them out of the files, origins in blocks between the cuts."""
    base = duckdb.connect()

    def given_as(name):
        base.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder / name}.parquet')")

    def told(name):
        return pl.DataFrame(base.execute(f"SELECT * FROM {name}").fetchnumpy())

    for name in ("lots", "links", "entries", "origins"):
        given_as(name)
    begin, classes_of, class_links, shares = statements()
    base.execute(begin)
    for level in range(told("lots")["level"].max() + 1):
        base.execute(classes_of.replace("{level}", str(level)))
    base.execute(class_links)
    blocks = [mixtures(told("class_links"), told("entries"), *some) for some in pairwise(cuts)]
    pl.concat(blocks).write_parquet(folder / "mixtures.parquet")
    given_as("mixtures")
    base.execute(shares)
    return {name: told(name) for name in ("classes", "class_links", "shares")}


def dense(shares, nodes, columns):
    rows = np.zeros((nodes, columns), np.float32)
    rows[shares["node"].to_numpy(), shares["origin"].to_numpy()] = shares["share"].to_numpy()
    return rows


def test_a_plant_of_a_hundred_thousand_links(tmp_path):
    """Each cell by itself: 2 245 classes of 38 322 lots, the same 19 302 links between them, the same shares."""
    made = plant(10**5)
    graph, own = Graph(made.starts, made.into, made.event), Own.of(np.arange(MINES), np.arange(MINES))
    quotient = Quotient.of(graph, made.share, own.node)
    written(quotient, own, [f"mine {number}" for number in range(MINES)], tmp_path)
    got, ours = answered(tmp_path, (0, 70, 140, MINES)), relations(quotient, own, [""] * MINES)
    assert len(ours["links"]) > 10**5
    assert got["classes"].sort("node").equals(ours["classes"])
    assert got["class_links"].sort("class", "source").equals(ours["class_links"].sort("class", "source"))
    table = quotient.table(own, MINES).row(np.arange(graph.nodes))
    # Float32 sums of up to 28 sources, in another order: 27 roundings a link, 13 links from a pack to its mines.
    assert np.abs(dense(got["shares"], graph.nodes, MINES) - table).max() <= 13 * 27 * 2.0**-24


def test_three_blends_by_hand(tmp_path):
    """Mines 0 and 1. One event makes 2 and 3 of both, half and half: one class; and 4, a quarter and three: another.

    5 is 2 shipped: of its class. 6 is made of 5 and mine 0, half and half: 3/4 of mine 0.
    """
    source, target = [0, 1, 0, 1, 0, 1, 2, 5, 0], [2, 2, 3, 3, 4, 4, 5, 6, 6]
    graph = Graph.of(7, source, target, [0, 1, 2, 2, 2, 3, 4])
    share = graph.aligned(np.array([0.5, 0.5, 0.5, 0.5, 0.25, 0.75, 1, 0.5, 0.5], np.float32))
    own = Own.of([0, 1], [0, 1])
    files = written(Quotient.of(graph, share, own.node), own, ("Lupoto", "Tizi"), tmp_path, {"lot": list("abcdefg")})
    assert [one.name for one in files] == [
        "lots.parquet", "links.parquet", "entries.parquet", "origins.parquet", "classes.parquet", "class_links.parquet",
        "relations.sql",
    ]  # fmt: skip
    assert pl.read_parquet(tmp_path / "lots.parquet")["level"].to_list() == [0, 0, 1, 1, 1, 2, 3]
    got = answered(tmp_path, (0, 1, 2))
    assert got["classes"].sort("node")["class"].to_list() == [0, 1, 2, 2, 4, 2, 6]
    links = [(2, 0, 0.5), (2, 1, 0.5), (4, 0, 0.25), (4, 1, 0.75), (6, 0, 0.5), (6, 2, 0.5)]
    assert got["class_links"].sort("class", "source").rows() == links
    half, quarters = [0.5, 0.5], [0.25, 0.75]
    assert dense(got["shares"], 7, 2).tolist() == [[1, 0], [0, 1], half, half, quarters, half, [0.75, 0.25]]


@settings(max_examples=25)
@given(cases)
def test_any_graph_has_the_engines_shares(tmp_path_factory, one):
    """Of random chains, with matter that enters anywhere: what each node holds, whatever the classes are called."""
    quotient = Quotient.of(one.graph, one.share.astype(np.float32), one.own.node)
    columns = int(one.own.column.max(initial=0)) + 1
    folder = tmp_path_factory.mktemp("relations")
    written(quotient, one.own, [str(number) for number in range(columns)], folder)
    got = dense(answered(folder, (0, columns))["shares"], one.graph.nodes, columns)
    ours = quotient.table(one.own, columns).row(np.arange(one.graph.nodes))
    assert np.abs(got - ours).max() <= 18 * one.graph.nodes * 2.0**-24 * max(1.0, float(ours.max()))


@given(cases)
def test_depth_is_one_more_than_the_deepest_source(one):
    starts, into = one.graph.starts, one.graph.into
    depth = kernel(compiled=False).depths(starts, into).tolist()
    for node, (begin, end) in enumerate(pairwise(starts.tolist())):
        assert depth[node] == max((depth[other] + 1 for other in into[begin:end].tolist()), default=0)
    if kernel().name.startswith("numba"):
        assert kernel().depths(starts, into).tolist() == depth
