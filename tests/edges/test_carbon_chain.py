"""The founding chain's carbon: from suppliers' sheets to the pack, through the command line; a hand calculation of one leg."""

import json
from decimal import Decimal

import pytest

from filon.accounts.carbon.line import Variant
from filon.app import capture
from filon.app.carbon import Carbon
from filon.app.derive import derived
from filon.app.ledger import Ledger
from filon.app.verify import verify
from filon.exchange.simulator.energy import simulate_energy
from founding import captured

pytestmark = pytest.mark.xdist_group("founding chain")

BASELINE = {
    "year": 2020, "value": "62", "unit": "kg CO2e/kWh capacity", "variant": "market", "source": "invented",
    "stamp": {"ruleset": "filon-1", "factors": "factors/1", "gwp": "ar6_100", "allocation": "mass"},
    "targets": [{"year": 2025, "percent": "80"}, {"year": 2030, "percent": "65"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def ledger_file(chain_files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("carbon")
    sheets = capture.read_files(simulate_energy(folder / "sheets", seed=1), limit_mb=200)
    with Ledger.open(folder / "filon.db") as ledger:
        outcomes = [*captured(ledger, chain_files), *captured(ledger, sheets)]
        assert {one.state for one in outcomes} == {capture.State.TAKEN}
    return folder / "filon.db"


@pytest.fixture
def filon(monkeypatch, command, ledger_file, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")

    def call(*words, lang="en"):
        return command(ledger_file, *words, lang=lang)

    return call


def test_a_pack_with_all_readings_has_a_footprint_and_its_reasons(filon, tmp_path):
    (tmp_path / "baseline.json").write_text(json.dumps(BASELINE))
    code, out, _ = filon("carbon", "000001", "--baseline", "baseline.json", "--why", "--xlsx", "report.xlsx")
    assert code == 0
    assert "market-based" in out
    assert "of its electricity is wind" in out
    assert "77" in out
    assert "grid.fr.2023.lifecycle" in out
    assert "2026-08-04_atlas_energie_2026-07.csv" in out
    assert (tmp_path / "report.xlsx").read_bytes().startswith(b"PK")


def test_a_pack_with_undeclared_cobalt_has_no_total_and_says_why(filon):
    code, out, _ = filon("carbon", "000020", "--json")
    view = json.loads(out)
    assert code == 1
    assert [one["kind"] for one in view["gaps"]] == ["undeclared matter"]
    assert {one["total"]["standing"] for one in view["variants"]} == {"unknown"}
    assert all(Decimal(one["known"]["value"]) > 2000 for one in view["variants"])


def test_without_the_sheets_nothing_is_known(filon, chain, monkeypatch):
    account = Carbon(chain).account()
    pack = next(lot for lot in account.book.of_lot if lot.endswith("/21/000001"))
    one = account.footprint(pack, delivered=True)
    assert not one.whole
    assert one.total() == 0


def test_the_view_in_french(filon):
    code, out, _ = filon("carbon", "000001", lang="fr")
    assert code == 0
    assert "matières premières" in out
    assert "éolienne" in out


def test_bad_baselines_and_unknown_lots_are_wrong_calls(filon, tmp_path):
    (tmp_path / "bad.json").write_text("{}")
    assert filon("carbon", "000001", "--baseline", "bad.json")[0] == 2
    assert filon("carbon", "nothing-of-the-kind")[0] == 2
    assert filon("carbon", "000001", "--allocation", "magic")[0] == 2


def test_the_log_with_the_sheets_verifies_and_the_carriage_of_a_pack_is_as_by_hand(ledger_file):
    """Atelier packs to the car plant: 0.31 t a pack x 180 km = 55.8 tkm, x 0.08017 = 4.473486 kg CO2e a pack."""
    with Ledger.open(ledger_file) as ledger:
        assert verify(ledger.store, derive=derived).whole
        account = Carbon(ledger).account()
        packs = [lot for lot in account.book.of_lot if "/21/" in lot]
        assert len(packs) == 20
        for pack in packs:
            print_ = account.footprint(pack, delivered=True)
            assert round(print_.total(Variant.MARKET, stage="distribution"), 9) == Decimal("4.473486")


def test_all_that_the_sheets_say_burdens_something(ledger_file):
    with Ledger.open(ledger_file) as ledger:
        account = Carbon(ledger).account()
        codes = {one.code for one in account.findings}
        assert codes <= {"CFP-007", "CFP-010", "CFP-011"}
        assert account.findings


def test_the_mean_of_an_agreement_s_deliveries_is_weighed_by_mass(filon, chain_folder):
    code, out, _ = filon("carbon", chain_folder / "agreement.json", "--year", "2026", "--json")
    told = json.loads(out)
    assert code == 0
    rows = [(Decimal(one["mass"]["value"]), Decimal(one["per_kg"]["value"])) for one in told["lots"]]
    mean = sum(mass * per for mass, per in rows) / sum(mass for mass, _ in rows)
    assert abs(Decimal(told["per_kg"]["value"]) - mean) < Decimal("0.002")
