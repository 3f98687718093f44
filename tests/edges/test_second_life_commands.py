"""The same second life (tests/second_life.py) by public commands alone: files captured, deeds said, answers asked.

Two packs of the founding chain become two stores, one store is recycled, and its cobalt is found again in a new pack,
traced back to the mines; each step by the command line, and by the pages that everybody sees.
"""

import json
from datetime import UTC, date, datetime

import pytest
from fastapi.testclient import TestClient

from filon.app.issuing import Issuing
from filon.app.ledger import Ledger
from filon.app.pages import Pages
from filon.books.register import EPC_CLASS, LOCATION
from filon.epcis.document import MasterElement, Vocabulary
from filon.epcis.event import FILON
from filon.epcis.jsonwrite import write
from filon.web.app import create_app
from founding import captured
from second_life import AGAIN, CELLS, P1, P2, WORKS, A, B, N, extended, second_life

pytestmark = pytest.mark.xdist_group("founding chain")


def parted(events):
    """(what moves matter, with the deed of the recycling on it; the other deeds, which are said by command)."""
    moves = [one for one in events if one.action != "OBSERVE" or one.bizStep != "inspecting"]
    said = [one for one in events if one not in moves]
    return moves, [(one.eventTime.date(), dict(one.extensions[FILON + "life"])) for one in said]


def master():
    form, classes = FILON + "form", ((A, "pack"), (N, "pack"), (CELLS, "cell"))
    works = {"name": "Encore", "country": "FR", "kind": "pack", "party": AGAIN}
    return (
        Vocabulary(LOCATION, (MasterElement(WORKS, {FILON + name: value for name, value in works.items()}),)),
        Vocabulary(EPC_CLASS, tuple(MasterElement(name.rpartition("/")[0].rpartition("/")[0], {form: kind})
                                    for name, kind in classes)),
    )  # fmt: skip


@pytest.fixture(scope="module")
def place(chain, chain_files, tmp_path_factory):
    """(ledger file, deeds to say) with all that moves matter captured by the command."""
    folder = tmp_path_factory.mktemp("second")
    path = folder / "f.db"
    with Ledger.open(path) as ledger:
        captured(ledger, chain_files)
    book = chain.book()
    moves, deeds = parted(second_life(book, extended(book.register)))
    (folder / "second.jsonld").write_bytes(write(moves, master=master(), created=datetime(2026, 11, 1, tzinfo=UTC)))
    return path, deeds


@pytest.fixture
def filon(monkeypatch, command, place):
    monkeypatch.setenv("COLUMNS", "200")

    def call(*words):
        return command(place[0], *words)[:2]

    return call


def test_the_whole_way_by_commands(filon, place):
    path, deeds = place
    code, out = filon("capture", path.with_name("second.jsonld"), "--accept", "all", "--json")
    assert code == 0, out
    for day, deed in deeds:
        words = ["--day", day, *(word for one in deed["into"] for word in ("--into", one))]
        words += ["--operator", deed["operator"]] if deed.get("operator") else []
        code, out = filon("deed", deed["deed"], *deed["of"], *words, "--json")
        assert code == 0, out
        assert json.loads(out)["findings"] == []
    # Both packs live on in both stores; the recycled one has ceased, the other stands.
    for one in (P1, P2):
        view = json.loads(filon("passport", one, "--audience", "operator", "--on", "2045-06-01")[1])
        assert view["dppStatus"] == "archived"
    with Ledger.open(path) as ledger:
        pages = Pages(ledger, lambda: date(2045, 6, 1))
        web = TestClient(
            create_app(pages, shelf=Issuing(pages.passports, "https://testserver")), follow_redirects=False
        )
        gone = web.get(A.removeprefix("https://id.gs1.org"), headers={"Accept": "application/json"})
        assert gone.status_code == 410
        assert "black mass" in gone.text
        old = web.get(P1.removeprefix("https://id.gs1.org"), headers={"Accept": "text/html"}).text
        assert B.removeprefix("https://id.gs1.org") in old, "the old page leads to the new passport"
        assert web.get(B.removeprefix("https://id.gs1.org"), headers={"Accept": "text/html"}).status_code == 200
    # Its cobalt comes back: from the new pack to the first one, and on to its mine.
    trace = filon("trace", N, "--element", "Co", "--back", "--json")
    assert trace[0] == 0
    assert P1 in trace[1]
    assert A in trace[1]
    forward = filon("trace", P1, "--element", "Co", "--forward", "--json")[1]
    assert N in forward
    origin = json.loads(filon("origin", N, "--element", "Co", "--json")[1])
    assert "Mbalani" in json.dumps(origin)
    new = json.loads(filon("passport", N, "--audience", "operator", "--on", "2045-06-01")[1])
    assert new["recycledCobalt"] > 99.5
    assert new["recycledNickel"] == 0
    versions = json.loads(filon("history", A, "--json")[1])["versions"]
    said = [deed["key"] for one in versions for deed in one["deeds"]]
    assert sorted(said) == ["publish", "recycle", "repurpose", "waste"]
