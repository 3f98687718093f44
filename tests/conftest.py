"""What holds for all tests: long runs only on demand, hypothesis the same everywhere."""

import os
import sys
import tempfile

import pytest
from hypothesis import HealthCheck, settings

# Brightway makes its folder when it is imported: each worker has one of its own, and none touches the user's.
_brightway = tempfile.TemporaryDirectory(prefix="filon-brightway-")
os.environ["BRIGHTWAY2_DIR"] = _brightway.name

settings.register_profile(
    "short", max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("nightly", max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))


def pytest_addoption(parser):
    parser.addoption("--run-nightly", action="store_true", help="also the long runs, and 10 000 examples a law")


def pytest_configure(config):
    settings.load_profile("nightly" if config.getoption("--run-nightly") else "short")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--run-nightly"):
        skip = pytest.mark.skip(reason="long: --run-nightly")
        for item in items:
            if "nightly" in item.keywords:
                item.add_marker(skip)


@pytest.fixture
def command(monkeypatch, capsys):
    """Call the command line: command(ledger, "lots", "ATL", lang="fr") -> (exit code, standard output, standard error)."""
    from filon.cli.main import run

    def call(ledger, *words, lang="en"):
        monkeypatch.setattr(sys, "argv", ["filon", "--ledger", str(ledger), "--lang", lang, *map(str, words)])
        try:
            run()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        out = capsys.readouterr()
        return code, out.out, out.err

    return call
