"""The drawings: well-formed, named, without style attributes, and showing the view's own figures."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from example_ledger import NICKEL, PCAM, REFINERY, SILENT, chain, key, metals
from filon.core.ident import short
from filon.views.balance import BalanceLine
from filon.views.chain import STAGES, Chain, ChainEdge, ChainNode
from filon.views.figure import kg
from filon.views.origin import by_origin
from filon.views.say import tongue
from filon.web.draw.bars import bar, origin_name, patterns, swatch, tones
from filon.web.draw.chain import BOX, GUTTER, HEIGHT, ROOM, columns, draw_chain, laid_out
from filon.web.draw.svg import fitted, tag, width
from filon.web.draw.waterfall import lanes, waterfall

EN, FR = tongue("en"), tongue("fr")
CHAIN = chain("RIV-26-0047")

DRAWINGS = {
    "chain": lambda t: draw_chain(CHAIN, t),
    "bar": lambda t: bar(metals()[0], t, "b1"),
    "bar of nothing": lambda t: bar(by_origin("Li", None), t, "b2"),
    "waterfall": lambda t: waterfall(REFINERY, t, "w1"),
    "surplus": lambda t: waterfall(PCAM, t, "w2"),
    "patterns": lambda _: patterns(),
    "swatch": lambda _: swatch("o1"),
}


def parsed(markup: str):
    return etree.fromstring(str(markup))


@pytest.mark.parametrize("speech", [EN, FR], ids=["en", "fr"])
@pytest.mark.parametrize("name", DRAWINGS)
def test_every_drawing_is_well_formed_and_styled_by_class_only(name, speech):
    drawn = DRAWINGS[name](speech)
    ids = [one.get("id") for one in parsed(drawn).iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    assert " style=" not in drawn
    assert not re.search(r'\b(fill|stroke)="#', drawn), "colours come from classes"


@pytest.mark.parametrize("name", ["chain", "bar", "waterfall", "surplus"])
def test_every_drawing_has_name_and_description(name):
    svg = parsed(DRAWINGS[name](EN))
    labels = svg.get("aria-labelledby").split()
    told = {one.get("id"): one.text for one in svg.iter() if one.tag in {"title", "desc"}}
    assert all(told[label] for label in labels)
    assert svg.get("role") == ("group" if svg.iter("a") and list(svg.iter("a")) else "img")


def test_the_description_has_the_figures_of_the_view():
    # Cobalt of the example battery: 2.754 + 1.017 + 0.5625 + 0.1665 = 4.5 kg.
    desc = next(parsed(bar(metals()[0], FR, "b")).iter("desc")).text
    for figure in (
        "2,754\u202fkg",
        "1,017\u202fkg",
        "562,5\u202fg",
        "166,5\u202fg",
        "61,2\u202f%",
        "RD Congo",
        "origine inconnue",
    ):
        assert figure in desc


def test_the_parts_of_a_bar_stand_side_by_side_and_fill_it():
    rects = list(parsed(bar(metals()[0], EN, "b")).iter("rect"))
    at = Decimal(0)
    for rect, row in zip(rects, metals()[0].origins, strict=True):
        assert abs(Decimal(rect.get("x").rstrip("%")) - at) < Decimal("0.02")
        assert abs(Decimal(rect.get("width").rstrip("%")) - row.share.value) < Decimal("0.02")
        at += row.share.value
    assert at == 100


def test_recycled_and_unknown_are_told_by_pattern_too():
    assert tones(metals()[0].origins) == ("o1", "o2", "recycled", "unknown")
    text = str(patterns())
    assert 'id="hatch-recycled"' in text
    assert 'id="hatch-unknown"' in text


def test_a_fifth_mine_shares_the_last_colour():
    from filon.views.origin import Origin, OriginKind

    many = by_origin("Ni", {Origin(f"m{i}", f"m{i}", "FI", OriginKind.MINE): 100 - i for i in range(7)})
    assert tones(many.origins) == ("o1", "o2", "o3", "o4", "o5", "o5", "o5")


def test_an_origin_that_may_not_be_named_is_its_country():
    rows = {row.origin.key: row.origin for row in metals()[0].origins}
    assert origin_name(rows["urn:example:tizirt"], FR) == "Tizirt (Maroc)"
    assert origin_name(rows["urn:example:lupoto"], FR) == "RD Congo"
    assert origin_name(rows[""], EN) == "origin unknown"
    assert origin_name(replace(rows["urn:example:lupoto"], country=""), EN) == "mined"


# --- chain


def test_the_columns_are_the_stages_in_order_and_every_lot_has_its_box():
    stages = [stage for stage, _ in columns(CHAIN)]
    assert stages == ["mine", "concentrate", "refined", "pcam", "cam", "cell", "pack"]
    boxes = [one for _, held in columns(CHAIN) for one in held]
    assert sorted(one.key for one in boxes) == sorted(one.key for one in CHAIN.nodes)


def test_boxes_keep_their_size_and_distance_and_stay_inside():
    spots, stages, across, down = laid_out(CHAIN)
    assert BOX <= 104
    assert GUTTER >= 48
    lefts = sorted({spot.x for spot in spots.values()})
    assert all(b - a == BOX + GUTTER for a, b in pairwise(lefts))
    assert all(0 <= spot.x <= across - BOX and 0 <= spot.y <= down - HEIGHT for spot in spots.values())
    by_column: dict = {}
    for spot in spots.values():
        by_column.setdefault(spot.x, []).append(spot.y)
    assert all(b - a >= HEIGHT for ys in by_column.values() for a, b in pairwise(sorted(ys)))
    assert len(stages) == len(lefts)


def test_arrows_are_as_wide_as_their_kilograms():
    # The busiest side is 4 500 g (cells into the pack) = 48 px; ATL-26-0311 to RIV-26-0047 carries 1 530 g: 16.32 px.
    svg = parsed(draw_chain(CHAIN, EN))
    wide = {
        one.findtext("title"): float(one.get("stroke-width"))
        for one in svg.iter("path")
        if one.find("title") is not None
    }
    assert wide["VOL-26-W37 → P-000017: 4.500\u202fkg"] == ROOM
    assert abs(wide["ATL-26-0311 → RIV-26-0047: 1.530\u202fkg"] - ROOM * 1530 / 4500) < 0.06


def test_every_box_but_the_one_looked_at_leads_to_its_page():
    svg = parsed(draw_chain(CHAIN, EN))
    links = {one.get("href") for one in svg.iter("a")}
    assert links == {node.href for node in CHAIN.nodes if node.side != "focus"}


def test_salts_that_feed_a_tank_stand_left_of_it():
    def lot(name, stage, mg):
        return ChainNode(name, name, stage, "", "", kg(mg), kg(mg))

    tank = Chain(
        "Co", ("Co",), (lot("salt", "refined", 5), lot("tank1", "refined", 2), lot("tank2", "refined", 6), lot("p", "pcam", 6)),
        (ChainEdge("salt", "tank2", kg(5)), ChainEdge("salt", "tank1", kg(2)), ChainEdge("tank1", "tank2", kg(1)), ChainEdge("tank2", "p", kg(6))),
    )  # fmt: skip
    assert [{one.key for one in held} for _, held in columns(tank)] == [{"salt"}, {"tank1", "tank2"}, {"p"}]
    heads = [one.text for one in parsed(draw_chain(tank, FR)).iter("text") if one.get("class") == "head"]
    assert heads == ["raffinage", "précurseur"]


def test_a_lot_of_no_stage_stands_before_what_it_feeds():
    odd = ChainNode("x", "x", "other", "", "", kg(1), kg(1))
    cam = ChainNode("c", "c", "cam", "", "", kg(1), kg(1))
    alone = ChainNode("y", "y", "other", "", "", kg(1), kg(1))
    placed = columns(Chain("Co", ("Co",), (odd, cam, alone), (ChainEdge("x", "c", kg(1)),)))
    assert {stage: [one.key for one in held] for stage, held in placed} == {"pcam": ["x"], "cam": ["c"], "pack": ["y"]}


def test_a_chain_of_thousands_is_drawn_with_three_hundred_boxes():
    lots = [ChainNode(f"l{i}", f"L-{i}", STAGES[i % 6], "s", "MA", kg(i), kg(i)) for i in range(1, 2000)]
    lots.append(ChainNode("f", "F", "pack", "s", "FR", kg(5), kg(5), side="focus"))
    svg = parsed(draw_chain(Chain("Co", ("Co",), tuple(lots), ()), FR))
    boxes = [one for one in svg.iter("rect") if one.get("class") == "box"]
    assert len(boxes) <= 300
    assert any(re.fullmatch(r"\+\d+ lots", one.text or "") for one in svg.iter("text"))


def crossings(chain_: Chain, order) -> int:
    rank = {node.key: (column, row) for column, (_, held) in enumerate(order) for row, node in enumerate(held)}
    pairs = [(rank[e.source], rank[e.target]) for e in chain_.edges]
    return sum(
        a[0][0] == b[0][0] and a[1][0] == b[1][0] and (a[0][1] - b[0][1]) * (a[1][1] - b[1][1]) < 0
        for i, a in enumerate(pairs)
        for b in pairs[:i]
    )


def test_parallel_strands_do_not_cross():
    # Eight strands from mine to pack, their masses shuffled so that the order by mass alone would tangle them.
    masses = [3, 8, 1, 6, 2, 7, 5, 4]
    nodes, edges = [], []
    for strand, mass in enumerate(masses):
        for depth, stage in enumerate(("mine", "refined", "pcam", "cell")):
            weight = kg((mass * (depth + 3)) % 11 + 1)
            nodes.append(ChainNode(f"{strand}-{stage}", "", stage, "", "", weight, weight))
        edges += [
            ChainEdge(f"{strand}-{a}", f"{strand}-{b}", kg(1))
            for a, b in (("mine", "refined"), ("refined", "pcam"), ("pcam", "cell"))
        ]
    tangled = Chain("Co", ("Co",), tuple(nodes), tuple(edges))
    assert crossings(tangled, columns(tangled)) == 0


# --- waterfall


def test_the_lanes_hang_from_each_other_and_end_at_nothing():
    # Refinery: 310 + 7 507.2 = 7 817.2; less 6 200, 12, 91, 8, 1 491 leaves 15.2, which is what is unaccounted.
    hung = {lane.name: (lane.low, lane.high) for lane in lanes(REFINERY)}
    assert hung["taken"] == (310, Decimal("7817.2"))
    assert hung["made"] == (Decimal("1617.2"), Decimal("7817.2"))
    assert hung["unaccounted"] == (0, Decimal("15.2"))
    assert [lane.name for lane in lanes(REFINERY)] == [
        "opening",
        "taken",
        "made",
        "by_product",
        "waste",
        "loss",
        "closing",
        "unaccounted",
    ]


def test_a_surplus_falls_below_nothing():
    # 626 in, 645 out, 2 waste: -21; the last lane rises from -21 to 0.
    last = lanes(PCAM)[-1]
    assert (last.name, last.low, last.high) == ("unaccounted", -21, 0)


def test_what_nobody_knows_is_not_drawn():
    assert waterfall(SILENT, EN, "w") == ""


def test_every_bar_stays_within_the_drawing():
    for line in (REFINERY, PCAM, NICKEL):
        for rect in parsed(waterfall(line, EN, "w")).iter("rect"):
            x, wide = (Decimal(str(rect.get(name)).rstrip("%")) for name in ("x", "width"))
            assert -Decimal("0.01") <= x
            assert x + wide <= Decimal("100.5")


@given(st.lists(st.integers(0, 10**12), min_size=8, max_size=8), st.integers(-(10**12), 10**12))
@settings(max_examples=80, deadline=None)
def test_any_line_that_adds_up_ends_at_nothing(figures, unaccounted):
    opening, made, by_product, waste, loss, outside, closing, _ = figures
    taken = made + by_product + waste + loss + outside + closing + unaccounted - opening
    line = BalanceLine(
        "step", "x", "", "", "Co", *map(kg, (opening, taken, made, by_product, waste, loss, outside, closing, unaccounted)),
        REFINERY.verdict,
    )  # fmt: skip
    last = lanes(line)[-1]
    assert 0 in {last.low, last.high}
    if opening or taken:
        parsed(waterfall(line, EN, "w"))


# --- text


def test_what_is_inside_is_escaped_and_what_is_drawn_is_not():
    assert tag("text", "<b>&", x=1) == '<text x="1">&lt;b&gt;&amp;</text>'
    assert tag("g", tag("rect", width=2.0)) == '<g><rect width="2"/></g>'
    assert tag("a", "x", href='"><script>') == '<a href="&#34;&gt;&lt;script&gt;">x</a>'
    assert tag("rect", x=None, class_="box", stroke_width=1.26) == '<rect class="box" stroke-width="1.3"/>'


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=60), st.integers(30, 200))
def test_a_fitted_text_fits_and_keeps_its_end_where_asked(text, room):
    assert width(fitted(text, room)) <= room or fitted(text, room) == "…"
    short_one = fitted(text, room, keep_end=True)
    assert short_one == text or short_one.endswith("…" + text[-4:])


def test_the_key_of_the_example_is_a_lot_number():
    assert short(key("RIV-26-0047")) == "RIV-26-0047"
