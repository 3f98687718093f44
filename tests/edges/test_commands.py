"""Every command, as a person calls it: what it prints, its JSON, its exit code."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from filon.app.ledger import Ledger
from founding import captured

pytestmark = pytest.mark.xdist_group("founding chain")


@pytest.fixture(scope="module")
def ledger_file(chain_files, tmp_path_factory):
    path = tmp_path_factory.mktemp("ledger") / "filon.db"
    with Ledger.open(path) as ledger:
        captured(ledger, chain_files)
    return path


@pytest.fixture
def filon(monkeypatch, command, ledger_file, tmp_path):
    """Call the command line: filon("lots", "ATL") -> (exit code, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")

    def call(*words, ledger=ledger_file, lang="en"):
        return command(ledger, *words, lang=lang)

    return call


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (["lots", "ATL-26-005"], 0, "ATL-26-005"),
        (["lot", "ATL-26-005"], 0, "Mine de Tizi"),
        (["origin", "000001", "-e", "Co"], 0, "Mine de Mbalani"),
        (["trace", "000001", "-e", "Co", "--back"], 0, "RIV-26-001"),
        (["why", "000001", "-e", "Co"], 0, "2026-08-03_atlas_juillet.xlsx"),
        (["balance", "-e", "Co"], 1, "KAA-26-004"),
        (["balance", "-e", "Co", "--site", "Katodia"], 0, "Katodia Dolna"),
        (["balance", "-e", "Co", "--owner"], 0, "Rivage Précurseurs SA"),
        (["findings"], 1, "BOK-013"),
        (["recall", "CUV-26-001"], 0, "20 batteries are affected"),
        (["recall", "--supplier", "Mbalani", "--until", "2026-07-01"], 0, "Kaarna Refining Oy"),
        (["recall", "CEL-26-001 1-300", "--on", "2026-08-20"], 0, "1 lot with"),
        (["recall", "CEL-26-001", "--on", "2026-06-01"], 0, "is not known here"),
        (["log"], 0, "2026-08-03_atlas_juillet.xlsx"),
        (["verify"], 0, "33"),
    ],
)
def test_a_question_is_answered(filon, words, code, part):
    said, out, err = filon(*words)
    assert said == code, err
    assert part in out


@pytest.mark.parametrize(
    "words",
    [
        ["lots"],
        ["lot", "000001"],
        ["origin", "000001"],
        ["trace", "000001"],
        ["why", "000001"],
        ["balance"],
        ["findings"],
    ],
)
def test_every_answer_has_its_json_twin(filon, words):
    _, out, _ = filon(*words, "--json")
    assert json.loads(out)


def test_json_holds_decimal_text_and_no_binary_float(filon):
    _, out, _ = filon("origin", "000001", "-e", "Co", "--json")

    def no_float(text):
        raise AssertionError(text)

    (cobalt,) = json.loads(out, parse_float=no_float)
    shares = {row["origin"]["name"]: row["mass"]["value"] for row in cobalt["origins"]}
    assert shares["Mine de Tizi"].startswith("3.1")


def test_the_same_question_in_french(filon):
    code, out, _ = filon("balance", "-e", "Co", lang="fr")
    assert code == 1
    assert "écart" in out
    assert "Inexpliqué" in out


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["balance", "--owner", "--site", "Katodia"], "--owner is of all sites; choose by --element, --on and --as-of"),
        (["lot", "nobody-knows"], "no lot 'nobody-knows' is known"),
        (["origin", "000001", "-e", "Xx"], "is not kept in the books"),
        (["balance", "--site", "Nowhere"], "no site is called"),
        (["lots", "--as-of", "99"], "the log has 33 entries"),
        (["check", "not-there.xlsx"], "no such file"),
        (["--lang", "de", "lots"], "the languages are en and fr"),
        (["serve", "--port", "99999"], "65535"),
    ],
)
def test_a_wrong_call_ends_with_2_and_says_what_to_do(filon, words, part):
    code, _, err = filon(*words)
    assert code == 2
    assert part in err


def test_a_full_disk_behind_the_output_is_told_and_no_traceback(ledger_file):
    words = [sys.executable, "-c", "from filon.cli.main import run; run()", "--ledger", str(ledger_file), "lots"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_finding_of_the_books_names_the_file_and_writes_its_numbers_in_french(filon):
    _, out, _ = filon("findings", lang="fr")
    surplus = out[out.index("BOK-013") : out.index("BOK-014")]
    assert "2026-" in surplus.splitlines()[0]  # 2026-..-.._maker_month.xlsx, as it was handed in
    assert "308,7\u202fkg" in surplus
    assert "3758.6" not in surplus


def test_without_a_ledger_it_says_how_to_make_one(filon, tmp_path):
    code, _, err = filon("lots", ledger=tmp_path / "none.db")
    assert code == 2
    assert "filon demo" in err
    assert not (tmp_path / "none.db").exists()


def test_from_template_to_origin(filon, tmp_path):
    """A supplier's first hour: template with examples, check, capture, ask; then the same file again."""
    mine = tmp_path / "mine.db"
    assert filon("template", "first.xlsx", "--example", ledger=mine)[0] == 0
    code, out, _ = filon("check", "first.xlsx", ledger=mine)
    assert (code, mine.exists()) == (0, False), out
    assert filon("capture", "first.xlsx", "--submitter", "Atlas", ledger=mine)[0] == 0
    code, out, _ = filon("capture", "first.xlsx", "--json", ledger=mine)
    assert code == 0
    assert json.loads(out)[0]["state"] == "known"
    code, out, _ = filon("lots", "--json", ledger=mine)
    assert json.loads(out)["total"] > 0


def test_a_bad_cell_is_marked_in_the_users_own_workbook(filon, tmp_path):
    import openpyxl

    filon("template", "bad.xlsx", "--example")
    book = openpyxl.load_workbook(tmp_path / "bad.xlsx")
    sheet = next(sheet for sheet in book if sheet["A1"].value == "lots.lot")
    column = next(cell.column_letter for cell in sheet[1] if cell.value == "lots.net_kg")
    sheet[f"{column}4"] = "24t"
    book.save(tmp_path / "bad.xlsx")
    code, out, _ = filon("check", "bad.xlsx", "--mark", "marked.xlsx", "--json")
    assert code == 1
    found = [one for one in json.loads(out)[0]["findings"] if one["code"] == "IMP-03"]
    assert [one["place"]["cell"] for one in found] == [f"{column}4"]
    marked = openpyxl.load_workbook(tmp_path / "marked.xlsx")[sheet.title][f"{column}4"]
    assert marked.comment is not None
    assert "IMP-03" in marked.comment.text


def test_warnings_must_be_accepted_by_name(filon, chain_files, tmp_path):
    """Rivage's July file has a delivery note that does not match: refused, then taken when its code is accepted."""
    new = tmp_path / "new.db"
    for file in chain_files:
        (tmp_path / file.name).write_bytes(file.data)
    names = [file.name for file in chain_files]
    rivage = next(name for name in names if "rivage_juillet" in name)
    before = names[: names.index(rivage)]
    filon("capture", *before, "--accept", "all", ledger=new)
    code, _, err = filon("capture", rivage, ledger=new)
    assert code == 1
    assert "--accept" in err
    accept = [word for word in err.split() if word.startswith("IMP-")]
    assert "IMP-14" in accept
    assert filon("capture", rivage, *(part for word in accept for part in ("--accept", word)), ledger=new)[0] == 0


def test_the_demo_tells_the_whole_story(filon, tmp_path):
    code, out, err = filon("demo", "shown", lang="en")
    assert code == 0, err
    for part in (
        "71 files",
        "Mine de Tizi",
        "308.7 kg",
        "5,000",
        "GWh",
        "root hash",
        "shown/pack.en.html",
        "kg CO2e/kWh",
        "its electricity is wind",
        "On the path",
    ):
        assert part in out.replace("\u202f", " "), part
    page = (tmp_path / "shown" / "pack.fr.html").read_text(encoding="utf-8")
    assert "<script" not in page


def test_the_public_page_is_one_small_file(filon, tmp_path):
    assert filon("page", "000001", "--out", "one.html", lang="fr")[0] == 0
    import gzip

    assert len(gzip.compress((tmp_path / "one.html").read_bytes())) <= 14_000


def test_a_day_is_the_day_of_the_site_in_every_answer(filon):
    for words in (("lots", "CUV-26-001"), ("trace", "000001", "-e", "Co"), ("why", "000001", "-e", "Co")):
        lines = [line for line in filon(*words)[1].splitlines() if "CUV-26-001" in line]
        assert lines, words
        assert all("14 Jul 2026" in line for line in lines), words


def test_what_cannot_be_meant_is_said_instead_of_answered(filon, tmp_path):
    """A month without events was shown as the whole time, an unknown stage as an empty list."""
    for words, part in (
        (("balance", "--period", "2026-13"), "2026-05 to 2026-09"),
        (("lots", "--stage", "cathode"), "choose of mine, concentrate"),
        (("page", "000001", "--out", tmp_path / "none" / "pack.html"), "No such file"),
    ):
        code, out, err = filon(*words)
        assert (code, out) == (2, ""), words
        assert part in err


def test_nothing_of_the_users_is_written_over(filon, tmp_path):
    filon("template", "mine.xlsx")
    before = (tmp_path / "mine.xlsx").read_bytes()
    assert filon("template", "mine.xlsx", "--example")[0] == 2
    assert filon("check", "mine.xlsx", "--mark", "mine.xlsx")[0] == 2
    assert (tmp_path / "mine.xlsx").read_bytes() == before


def test_refused_files_are_counted_and_the_others_stay_taken(filon, tmp_path):
    filon("template", "good.xlsx", "--example")
    (tmp_path / "bad.csv").write_bytes(b"")
    code, out, err = filon("capture", "good.xlsx", "bad.csv", ledger=tmp_path / "mine.db", lang="fr")
    assert code == 1
    assert "pris · inscription 0" in out
    assert err.strip() == "Refusés, et rien n'en est pris : 1 sur 2"


def test_why_leads_to_the_row_of_the_file(filon, chain_files):
    import openpyxl

    out = filon("why", "000001", "-e", "Co", "--rows")[1]
    line = next(line for line in out.splitlines() if "stock TIZ-26-001 @ Mine de Tizi" in line)
    place = "2026-08-03_atlas_juillet.xlsx · 1 Lots produits!4"
    assert place in line
    data = next(file.data for file in chain_files if file.name == "2026-08-03_atlas_juillet.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(data))["1 Lots produits"]["A4"].value == "TIZ-26-001"
    assert "UNKNOWN" not in out
    assert "· 1 Lots" not in filon("why", "000001", "-e", "Co")[1]
