"""Pages that follow matter: a recall asked by address and by list, as page, JSON and file; figures in drawings are the view's."""

from __future__ import annotations

import io
import re

import openpyxl
import polars as pl
import pytest
from fastapi.testclient import TestClient

from example_flows import sight
from example_ledger import ExampleLedger
from filon.views.build.flows import flows_view
from filon.views.figure import Named, kg
from filon.views.flows import FlowBand, FlowNode, Sankey
from filon.views.say import tongue
from filon.web.app import create_app
from filon.web.draw.sankey import draw_sankey


@pytest.fixture
def web():
    return TestClient(create_app(ExampleLedger()), raise_server_exceptions=False)


def test_a_recall_is_asked_by_address_or_by_list_alike(web):
    by_address = web.get("/recall.json", params={"names": "MIN-1\nSEL-1", "element": "Co"}).json()
    by_list = web.post("/recall.json", data={"names": "MIN-1\r\nSEL-1", "element": "Co"}).json()
    assert by_address == by_list
    assert [one["number"] for one in by_list["start"]] == ["MIN-1", "SEL-1"]


def test_the_page_tells_whom_to_tell_and_what_the_batteries_hold(web):
    # MIN-1: 12 of SEL-1's 20 kg; the cells took 10 of the 15 kg that came; battery 1 has 40 of 100 cells: 4 kg salt,
    # 2.4 kg of MIN-1 if evenly mixed, at most all 4
    text = web.post("/recall", data={"names": "MIN-1", "element": "Co"}).text
    assert "Martinet SAS" in text
    assert "BL-2" in text
    row = re.search(r"P-1</a>.*?</tr>", text, re.DOTALL)[0]
    assert re.findall(r'<td class="num[^"]*">([^<]*)</td>', row)[-3:] == ["–", "2.400\u202fkg", "4\u202fkg"]


def test_ten_thousand_names_are_no_trouble(web):
    names = "\n".join(["MIN-1", *(f"X-{k:05}" for k in range(9_999))])
    answer = web.post("/recall", data={"names": names})
    assert answer.status_code == 200
    assert "9,999 names of the list are not known here." in answer.text
    assert len(web.post("/recall.json", data={"names": names}).json()["unknown"]) == 9_999


def test_a_list_without_end_is_refused(web):
    answer = web.post("/recall.json", content=b"names=" + b"A" * 4_000_001, headers={"accept": "application/json"})
    assert answer.status_code == 413
    assert web.post("/recall.json", content=b"\xff\xfe").status_code == 400
    assert web.post("/recall.json", content=b"&".join([b"a=1"] * 100)).status_code == 400


@pytest.mark.parametrize("ending", ["xlsx", "csv", "zip", "parquet", "arrow"])
def test_a_recall_is_taken_along_as_a_file(web, ending):
    answer = web.post(f"/recall.{ending}", data={"names": "MIN-1", "element": "Co"})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="recall.{ending}"'
    lots = {"P-1", "P-2", "CEL-9", "SEL-1", "MIN-1"}
    if ending == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["lots"]
        assert {row[0] for row in sheet.iter_rows(min_row=2, values_only=True)} == lots
    elif ending == "csv":
        assert {line.split(",")[0] for line in answer.text.splitlines()[1:]} == lots
    elif ending in {"parquet", "arrow"}:
        read = {"parquet": pl.read_parquet, "arrow": pl.read_ipc}[ending]
        assert set(read(io.BytesIO(answer.content))["lot"]) == lots


@pytest.mark.parametrize(
    ("path", "status"),
    [("/recall.doc?names=MIN-1", 404), ("/recall?names=A&since=yesterday", 400), ("/recall?names=A&as_of=x", 400),
     ("/why/nothing", 404), ("/trace/nothing", 404), ("/origin/nothing", 404), ("/why/SEL-1?smallest=200", 400),
     ("/flows?period=1999-01", 400), ("/trace/SEL-1?on=soon", 400)],
)  # fmt: skip
def test_what_makes_no_sense_is_told(web, path, status):
    assert web.get(path).status_code == status


def test_nothing_typed_becomes_markup(web):
    text = web.post("/recall", data={"names": "<script>alert(1)</script>", "supplier": '"><img src=x>'}).text
    assert "<script>alert" not in text
    assert "<img" not in text


def test_every_site_of_the_flows_gives_what_it_gets():
    drawn = flows_view(sight(), element="Co").sankey
    sites = {node.key: node for node in drawn.nodes if node.kind == "site"}
    assert {node.label for node in sites.values()} == {"Puits 7", "Rivage", "Atelier"}
    for key, node in sites.items():
        got = sum(band.mass.value for band in drawn.bands if band.target == key)
        gave = sum(band.mass.value for band in drawn.bands if band.source == key)
        assert node.mass.value in {got, gave}
        assert got in {gave, 0}, "a mine's own matter begins there"
    told = {(band.source, band.target): band.mass.value for band in drawn.bands}
    puits, rivage, atelier = (
        next(k for k, n in sites.items() if n.label == name) for name in ("Puits 7", "Rivage", "Atelier")
    )
    # 12 of 20 kg left the mine; 15 of the 20 kg salt left the works; the foreign 8 came from nobody knows where
    assert told[puits, rivage] == 12
    assert told[puits, f"closing {puits}"] == 8
    assert told[rivage, atelier] == 15
    assert told[rivage, f"closing {rivage}"] == 5
    assert told[f"unknown {rivage}", rivage] == 8


def test_the_drawing_says_what_the_view_says_and_bars_do_not_lie_on_each_other():
    view = flows_view(sight(), element="Co").sankey
    text = str(draw_sankey(view, tongue("en")))
    for band in view.bands:
        assert text.count(f": {tongue('en').mass(band.mass.value)}") >= 1
    bars = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="14" height="([\d.]+)"', text)
    spans = {}
    for x, y, height in bars:
        for top, end in spans.get(x, []):
            assert float(y) >= end or float(y) + float(height) <= top
        spans.setdefault(x, []).append((float(y), float(y) + float(height)))
    assert "style=" not in text


def test_a_circle_between_sites_is_drawn_and_lost_nowhere():
    nodes = tuple(FlowNode(key, key, "", "site", column, kg(10_000_000)) for key, column in (("a", 0), ("b", 1)))
    bands = (FlowBand("a", "b", kg(10_000_000)), FlowBand("b", "a", kg(1_000_000)))
    text = str(draw_sankey(Sankey(Named("element", "Co"), nodes, bands), tongue("fr")))
    assert "a → b" in text
    assert "b → a" in text


def test_nothing_flowed_is_nothing_drawn():
    assert str(draw_sankey(Sankey(Named("element", "Co"), (), ()), tongue("en"))) == ""


def test_the_origin_page_shows_bounds_and_a_makers_own_attribute(web):
    view = web.get("/origin/01/09506000134376/21/P-1.json?by=grade&element=Co").json()
    rows = {row["origin"]["key"]: row for row in view["contained"][0]["origins"]}
    assert rows["A"]["mass"]["value"] == "2.4"
    assert (rows["A"]["least"]["value"], rows["A"]["most"]["value"]) == ("0", "4")
    assert rows[""]["mass"]["value"] == "1.6"
    text = web.get("/origin/01/09506000134376/21/P-1?by=country&lang=fr").text
    assert "Maroc" in text
    assert "Au plus" in text


def test_the_why_page_leads_to_the_file_of_every_line(web):
    text = web.get("/why/01/09506000134376/21/P-1?smallest=0").text
    assert text.count("nov.xlsx") >= 10
    assert "/log#entry-0" in text


def test_the_why_page_tells_where_matter_is_called_what_it_is_called(web):
    tree = web.get("/why/01/09506000134376/21/P-1.json?smallest=0&by=grade").json()["tree"]

    def walk(line):
        yield line
        for part in line["parts"]:
            yield from walk(part)

    called = {(line["number"], line["called"]) for line in walk(tree) if line["called"]}
    assert ("MIN-1", "A") in called, "the ore's maker said grade A"
    assert {name for _, name in called} == {"A", "UNKNOWN"}
    countries = web.get("/why/01/09506000134376/21/P-1.json?smallest=0&by=country").json()["tree"]
    assert {line["called"] for line in walk(countries) if line["kind"] == "source"} == {"MA", "UNKNOWN"}
