"""The founding chain, simulated once a run and captured into a ledger in memory."""

import pytest

from filon.app import capture
from filon.app.ledger import Ledger
from filon.exchange.simulator.files import simulate
from founding import captured

SUFFIXES = {".xlsx", ".zip", ".jsonld"}


@pytest.fixture(scope="session")
def chain_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chain")
    simulate(folder, seed=1)
    return folder


@pytest.fixture(scope="session")
def chain_files(chain_folder):
    paths = sorted(path for path in chain_folder.iterdir() if path.suffix in SUFFIXES)
    return capture.read_files(paths, limit_mb=200)


@pytest.fixture(scope="session")
def chain(chain_files):
    with Ledger.open("memory:") as ledger:
        outcomes = captured(ledger, chain_files)
        assert all(one.state is capture.State.TAKEN for one in outcomes), outcomes
        yield ledger
