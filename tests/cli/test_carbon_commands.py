"""The commands carbon, rebase and pact on a small ledger: figures, files, exit codes, both languages."""

import io
import json
import subprocess
import sys
from decimal import Decimal

import openpyxl
import pytest

from brightway_project import WORDS, write_project
from carbon_ledger import BASELINE, MODEL, NOW, data
from filon.app import capture
from filon.app.ledger import Ledger
from filon.core.errors import WrongCallError
from filon.exchange.factor_table import read_factors
from lca_files import ecospold, indicator, packed


@pytest.fixture
def filon(monkeypatch, command, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("FILON_COMPANY", "Filonnière")
    monkeypatch.setenv("FILON_COMPANY_DOMAIN", "works.example")
    with Ledger.open(tmp_path / "filon.db") as ledger:
        files = [capture.File("chain.jsonld", data())]
        assert capture.capture(ledger, files, now=lambda: NOW, accept=capture.ALL_WARNINGS)[0].entry == 0
    (tmp_path / "filon-baseline.json").write_bytes(BASELINE)

    def call(*words, lang="en"):
        return command("filon.db", *words, lang=lang)

    return call


def test_the_board_and_a_pack(filon):
    code, out, _ = filon("carbon", "--json")
    board = json.loads(out)
    assert code == 0
    assert board["models"][0]["packs"] == 2
    assert "Pack 60" in filon("carbon")[1]
    code, out, _ = filon("carbon", "0001", "--why", lang="fr")
    assert code == 0
    assert "Incertitude" in out
    assert "meter-7" in out
    assert filon("carbon", "0002")[0] == 1  # nobody sent the readings


def test_an_agreement_s_deliveries(filon, tmp_path):
    (tmp_path / "agreement.json").write_text(json.dumps({
        "id": "CTR-1", "parties": [{"role": "seller", "name": "A"}, {"role": "buyer", "name": "B"}], "status": "binding",
        "product": {"form": "CoSO4·7H2O", "element": "Co"}, "quantity": {"perYear": "1", "unit": "t"}, "years": 3, "start": "2026-01-01",
    }))  # fmt: skip
    code, out, _ = filon("carbon", "agreement.json", "--year", "2026", "--json")
    told = json.loads(out)
    assert (code, told["reference"], told["lots"]) == (1, "CTR-1", [])  # nothing shipped under it
    assert filon("carbon", "agreement.json")[0] == 1


def test_own_factors_come_before_filon_s(filon, tmp_path):
    """MA's grid at 1 kg a kWh instead: 60 % of 200 kWh more by the difference."""
    (tmp_path / "ours.csv").write_text("key;value;per;geography;year\ngrid.ma.2023.lifecycle;1,0;KWH;MA;2023\n")
    totals = []
    for words in ((), ("--factors", "ours.csv")):
        code, out, _ = filon("carbon", "0001", "--json", *words)
        assert code == 0
        told = json.loads(out)
        totals.append(Decimal(next(one for one in told["variants"] if one["variant"] == "market")["total"]["value"]))
    assert abs(totals[1] - totals[0] - 120 * (1 - Decimal("0.630014"))) < Decimal("0.002")
    stamp = dict(map(tuple, told["stamp"]))
    assert stamp["factors"].startswith("ours/")


def test_what_stands_beside_the_figure_is_printed(filon, tmp_path):
    """One product a step: whatever the prices, the other allocation changes nothing."""
    out = filon("carbon", "0001")[1]
    assert "prices are missing" in out
    assert "filon-1 allows" in out
    (tmp_path / "filon-prices.csv").write_text("product,price\nCoSO4·7H2O,9\n")
    out = filon("carbon", "0001", lang="fr")[1]
    assert "Réparti selon pact-3.0" in out
    assert "manque les prix" not in out
    assert "gba-rulebook-2.0" in filon("carbon", "0002", "--ruleset", "gba-rulebook-2.0", lang="fr")[1]


def test_factors_of_a_data_set_are_told_written_and_used(filon, tmp_path):
    """2 kWh of it cost 0.5 kg: 0.25 a kWh; named as Morocco's grid it makes 120 kWh cheaper by 0.630014 - 0.25 each."""
    (tmp_path / "db.spold").write_bytes(ecospold(indicator("0.5"), unit="kWh"))
    code, out, _ = filon("factors", "db.spold", "--out", "ours.csv")
    assert code == 0
    for word in ("0.25", "KWH", "RER", "2019", "licensees"):
        assert word in out
    mixed = {"a.spold": ecospold(indicator("0.5"), unit="kWh"), "b.spold": ecospold(indicator("1"), unit="furlong")}
    (tmp_path / "mixed.zip").write_bytes(packed(mixed))
    code, out, _ = filon("factors", "mixed.zip", "--json")
    told = json.loads(out)
    assert (code, len(told["factors"]), "furlong" in told["leftOut"][0]) == (1, 1, True)
    code, out, _ = filon("factors", "mixed.zip", lang="fr")
    assert (code, "Laissé de côté" in out) == (1, True)
    key = told["factors"][0]["key"]
    named = (tmp_path / "ours.csv").read_text().replace(key, "grid.ma.2023.lifecycle").replace("RER", "MA")
    (tmp_path / "ours.csv").write_text(named)
    totals = []
    for words in ((), ("--factors", "ours.csv"), ("--factors", "db.spold")):
        _, out, _ = filon("carbon", "0001", "--json", *words)
        told = json.loads(out)
        totals.append(Decimal(next(one for one in told["variants"] if one["variant"] == "market")["total"]["value"]))
    assert abs(totals[0] - totals[1] - 120 * (Decimal("0.630014") - Decimal("0.25"))) < Decimal("0.002")
    assert totals[2] == totals[0]  # a factor under its own key stands for nothing until an activity names it
    assert dict(map(tuple, told["stamp"]))["factors"].startswith("db/")


def test_factors_of_a_brightway_project_are_told_written_and_used(filon, tmp_path, monkeypatch):
    """A kWh of it costs 9/14 kg: named as Morocco's grid, 120 kWh cost 9/14 - 0.630014 more each."""
    (tmp_path / "bw").mkdir()
    write_project(tmp_path / "bw", monkeypatch)
    named = ("--brightway", "batteries/ours", "--method", WORDS)
    # A process of its own, for Brightway speaks on standard output as soon as it is imported.
    fresh = [sys.executable, "-c", "from filon.cli.main import run; run()", "factors", *named]
    done = subprocess.run([*fresh, "--out", "ours.csv", "--json"], capture_output=True, check=False, cwd=tmp_path)
    told = json.loads(done.stdout)
    assert (done.returncode, len(told["factors"]), len(told["leftOut"])) == (1, 4, 2)
    code, out, _ = filon("factors", *named, "--activity", "power", lang="fr")
    assert (code, "batteries/ours" in out, "2023" in out) == (0, True, True)
    key = "lca.ours.power.ipcc-2021-climate-change-gwp-100a"
    text = (tmp_path / "ours.csv").read_text().replace(key, "grid.ma.2023.lifecycle").replace(",FR,", ",MA,")
    (tmp_path / "ours.csv").write_text(text)
    totals = []
    for words in ((), ("--factors", "ours.csv"), named):
        _, out, _ = filon("carbon", "0001", "--json", *words)
        told = json.loads(out)
        totals.append(Decimal(next(one for one in told["variants"] if one["variant"] == "market")["total"]["value"]))
    assert abs(totals[1] - totals[0] - 120 * (Decimal(9) / 14 - Decimal("0.630014"))) < Decimal("0.002")
    assert totals[2] == totals[0]  # under its own key it counts where an activity names it
    assert dict(map(tuple, told["stamp"]))["factors"].startswith("ours/")
    for words in ((), ("ours.csv", *named), ("--brightway", "batteries/hours", "--method", WORDS)):
        assert filon("factors", *words)[0] == 2
    assert filon("carbon", "0001", "--method", WORDS)[0] == 2


def test_factor_tables_that_are_none():
    good = read_factors(b"key,value,per\na,1.5,KGM\n", "x.csv")
    assert (good.name, good.rows[0]["confirmed"]) == ("x", "yes")
    book = openpyxl.Workbook()
    for row in (("key", "value", "per"), ("b", 0.25, "KWH")):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    assert read_factors(out.getvalue(), "x.xlsx").rows[0]["value"] == "0.25"
    for bad in (
        b"",
        b"key,value\na,1\n",
        b"key,value,per\na,x,KGM\n",
        b"key,value,per\na,1e999999999,KGM\n",
        b"key,value,per\na,1,FURLONG\n",
        b"key,value,per\n,1,KGM\n",
        b"PK\x03\x04",
        b"%PDF-1.7\n\rkey",
    ):
        with pytest.raises(WrongCallError):
            read_factors(bad, "x.csv")


def test_reports_and_prices(filon, tmp_path):
    (tmp_path / "prices.csv").write_text("product,price\nCoSO4·7H2O,9\n")
    code, _, _ = filon(
        "carbon",
        "0001",
        "--pdf",
        "r.pdf",
        "--xlsx",
        "r.xlsx",
        "--prices",
        "prices.csv",
        "--ruleset",
        "gba-rulebook-2.0",
    )
    assert code == 0
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "r.xlsx").read_bytes().startswith(b"PK")
    (tmp_path / "prices.csv").write_text("product;price\nx;9\n")
    assert filon("carbon", "0001", "--prices", "prices.csv")[0] == 2


def test_what_if_and_end_of_life(filon, tmp_path):
    """1 kg of Co, R2 0.5, ED 2: with A = 1 half of it is disposed of: 1 kg CO2e."""
    (tmp_path / "eol.json").write_text('[{"material": "Co", "kg": "1", "e_v": "13", "r2": "0.5", "e_d": "2"}]')
    code, out, _ = filon("carbon", "0001", "--what-if", "wind:Mine:100", "--end-of-life", "eol.json", "--json")
    told = json.loads(out)
    assert code == 0
    assert Decimal(told["formula"]["end_of_life"]["value"]) == 1
    assert Decimal(told["what_if"]["effects"][0]["delta"]["value"]) < 0
    assert filon("carbon", "0001", "--what-if", "wind:Nowhere:1")[0] == 2
    (tmp_path / "eol.json").write_text("{}")
    assert filon("carbon", "0001", "--end-of-life", "eol.json")[0] == 2


@pytest.mark.parametrize("amount", ["1e400", "1" * 400, "1,500", "-1e16", "NaN", "1/0", "2 t", ""])
def test_a_number_that_is_none_or_says_two_things_is_a_wrong_call(filon, amount):
    """1,500 km is 1500 to one reader and 1.5 to another: neither is taken."""
    code, out, err = filon("carbon", "0001", "--what-if", f"supplier:Mine:{amount}")
    assert code == 2
    assert "no change" in out + err


@pytest.mark.parametrize("value", ["1e999999999", "1e400", "NaN"])
def test_a_baseline_that_measures_nothing_is_a_wrong_call(filon, tmp_path, value):
    (tmp_path / "far.json").write_bytes(BASELINE.replace(b'"value": "3"', f'"value": "{value}"'.encode()))
    assert filon("carbon", "0001", "--baseline", "far.json")[0] == 2


def test_a_decimal_comma_is_the_point_of_french_fingers(filon):
    told = [filon("carbon", "0001", "--what-if", f"supplier:Mine:{one}", "--json") for one in ("0,2", "0.2")]
    assert told[0] == told[1]
    assert told[0][0] == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [(["--what-if", "wind:Mine:1"], "--what-if is not for all packs"), (["--xlsx", "x.xlsx"], "--xlsx is not for all"),
     (["0001", "--year", "2026"], "--year is not for a lot"),
     (["CTR-1", "--what-if", "wind:Mine:1"], "--what-if is not for an agreement"),
     (["CTR-1", "--gwp", "ar5_100"], "--gwp is not for an agreement")],
)  # fmt: skip
def test_an_option_that_would_change_nothing_is_refused(filon, tmp_path, words, told):
    (tmp_path / "filon-agreement.json").write_text(_agreement("CTR-1"))
    code, out, err = filon("carbon", *words)
    assert code == 2
    assert told in out + err


def test_a_year_without_deliveries_says_so_and_shows_no_empty_tables(filon, tmp_path):
    (tmp_path / "filon-agreement.json").write_text(_agreement("CTR-1"))
    code, out, _ = filon("carbon", "CTR-1", "--year", "1999")
    assert code == 1
    assert "Nothing was delivered under CTR-1 in 1999" in out
    assert "Made of" not in out
    assert "Rien n’a été livré" in filon("carbon", "CTR-1", "--year", "1999", lang="fr")[1]


def test_a_kilogram_of_salt_has_no_kwh_and_no_path_of_packs(filon, tmp_path):
    """Nothing is missing there: the promise is of packs. Asked with a baseline in hand, it is told that units differ."""
    out = filon("carbon", "S", "--made")[1]
    assert "per kg" in out
    assert "path" not in out
    assert [row for row in out.splitlines() if row.startswith("raw materials") and "missing" not in row]
    assert "path" in filon("carbon", "S", "--made", "--baseline", tmp_path / "filon-baseline.json")[1]
    assert "missing" not in filon("carbon", "0001")[1].partition("raw materials")[2].splitlines()[0]


def test_reasons_are_told_in_the_reader_s_language_and_units(filon):
    """Table factors: 0.630014 kg CO2e per KWH in Morocco."""
    out = filon("carbon", "0001", "--why", lang="fr")[1].replace("\u202f", " ")
    assert "0,630014 kg CO2e/kWh" in out
    assert "KWH" not in out
    assert "électricité Mine" in out
    assert "kWh de capacité" in filon("carbon", lang="fr")[1]


def _agreement(number):
    return json.dumps({
        "id": number, "parties": [{"role": "seller", "name": "A"}, {"role": "buyer", "name": "B"}], "status": "binding",
        "product": {"form": "CoSO4·7H2O", "element": "Co"}, "quantity": {"perYear": "1", "unit": "t"}, "years": 3,
        "start": "2026-01-01",
    })  # fmt: skip


def test_a_baseline_is_rebased_and_both_are_shown(filon, tmp_path):
    code, _, _ = filon(
        "rebase",
        "filon-baseline.json",
        "2.5",
        "--ruleset",
        "gba-rulebook-2.0",
        "--source",
        "rules changed",
        "--out",
        "new.json",
    )
    assert code == 0
    told = json.loads((tmp_path / "new.json").read_text())
    assert told["older"][0]["value"] == "3"
    code, out, _ = filon("carbon", "--baseline", "new.json", "--ruleset", "gba-rulebook-2.0", "--json")
    board = json.loads(out)
    assert [one["value"]["value"] for one in board["packs"]["baselines"]] == ["2.5", "3"]
    assert board["packs"]["baselines"][0]["replaces"] == board["packs"]["baselines"][1]["seal"]
    assert filon("rebase", "filon-baseline.json", "2.5")[0] == 2  # the same rules
    assert filon("rebase", "filon-baseline.json", "much", "--ruleset", "gba-rulebook-2.0")[0] == 2


def test_footprints_are_issued_listed_exported_and_deprecated(filon, tmp_path):
    code, out, err = filon("pact", "issue", "0001", "--json")
    assert code == 0, err
    body = json.loads(out)
    assert f"urn:gtin:{MODEL}" in body["productIds"]
    assert body["id"] in filon("pact", "list")[1]
    assert len(json.loads(filon("pact", "list", "--json")[1])["data"]) == 1
    assert filon("pact", "export", body["id"], "--out", "cx.json")[0] == 0
    assert "productLifeCycleStagesAndEmissions" in (tmp_path / "cx.json").read_text()
    assert json.loads(filon("pact", "deprecate", body["id"], "--json")[1])["status"] == "Deprecated"
    assert filon("pact", "issue", "0002")[0] == 2  # it has gaps
    assert filon("pact", "deprecate", "nothing")[0] == 2


def test_partners_are_kept_without_showing_their_secret(filon):
    assert filon("pact", "partner", "atlas", "https://pcf.atlas.example/3/events", "client", "very-secret")[0] == 0
    out = filon("pact", "partners", "--json")[1]
    assert "very-secret" not in out
    assert json.loads(out) == [{"name": "atlas", "base": "https://pcf.atlas.example", "client": "client"}]
    assert filon("pact", "fetch", "nobody")[0] == 2
    assert json.loads(filon("pact", "letters", "--json")[1]) == []


def test_another_set_of_warming_potentials_is_stamped_and_compares_with_no_other(filon):
    code, out, _ = filon("carbon", "0001", "--gwp", "ar5_100", "--json")
    told = json.loads(out)
    assert code == 0
    assert dict(told["stamp"])["gwp"] == "ar5_100"
    assert told["path"]["because"] == "rules"
    code, _, err = filon("carbon", "0001", "--gwp", "ar4_100")
    assert code == 2
    assert "ar6_100" in err
