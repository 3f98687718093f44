"""A chain of eleven events, small enough to be followed with a pencil, and what people see of it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filon.accounts.origin import origins
from filon.books.book import Book
from filon.books.lot import LotId
from filon.books.post import post
from filon.books.register import EPC_CLASS, LOCATION, PARTY, Register
from filon.core.errors import NotFoundError
from filon.epcis.event import FILON, Event, QuantityElement
from filon.views.balance import Verdict, gap
from filon.views.build.balance import balance_view, chain_lines
from filon.views.build.battery import battery_view
from filon.views.build.chain import chain_of
from filon.views.build.home import home_view
from filon.views.build.log import log_view
from filon.views.build.lot import lot_view
from filon.views.build.lots import batteries, lot_list
from filon.views.build.sight import Sight, battery_path, lot_key, lot_path
from filon.views.ledger_state import LedgerState
from filon.views.log import EntryLine
from filon.views.origin import OriginKind
from filon.views.say import tongue
from story import birth, lot, moment, receive, said, ship, site, step

STATE = LedgerState(9, "ab" * 32, datetime(2026, 2, 1, tzinfo=UTC))
PACK = "https://id.gs1.org/01/09506000134352/21/P-17"


def entry(index: int) -> EntryLine:
    return EntryLine(index, datetime(2026, 1, 1, tzinfo=UTC), f"f{index}", f"s{index % 3}", "x/y", 1, 1, "00" * 32)


def pack(day: float, where: str, children: dict[str, int]) -> Event:
    return Event(
        "AggregationEvent", moment(day), "+00:00", action="ADD", bizStep="assembling", bizLocation=site(where),
        parentID=PACK, childQuantityList=tuple(QuantityElement(lot(n), Decimal(a), None) for n, a in children.items()),
    )  # fmt: skip


EVENTS = (
    # 1 000 kg of salt at 20 % Co from Atlas = 200 kg Co; 1 000 kg at 10 % from nobody knows where = 100 kg Co.
    birth(1, "atlas", "A", "1000", form="cobalt hydroxide", Co="20", moisture="0"),
    birth(1, "trader", "N", "1000", form="cobalt hydroxide", Co="10", moisture="0"),
    ship(2, "atlas", "rivage", "BL1", {"A": "1000"}),
    receive(3, "rivage", "BL1", {"A": "1000"}),
    ship(2, "trader", "rivage", "BL2", {"N": "1000"}),
    receive(3, "rivage", "BL2", {"N": "1000"}),
    # 500 kg of each make 1 000 kg at 20 % = 200 kg Co out of 100 + 50 = 150: 50 kg more than went in, from nowhere.
    step(4, "rivage", {"A": "500", "N": "500"}, {"S": "1000"}, form="cobalt hydroxide", Co="20", moisture="0"),
    # 600 kg of it, 120 kg Co, become 60 cells of 2 kg Co each; 10 of them one pack: 20 kg Co.
    ship(4.2, "rivage", "volt", "BL3", {"S": "600"}),
    receive(4.6, "volt", "BL3", {"S": "600"}),
    step(5, "volt", {"S": "600"}, {"C": "60"}, uom=None, form="cell"),
    pack(6, "volt", {"C": 10}),
)


def register(**public: str) -> Register:
    places = {
        "atlas": ("Atlas mine", "MA", "mine"), "trader": ("Trader", "CD", "store"), "rivage": ("Rivage", "MA", "refinery"),
        "volt": ("Volterre", "FR", "pack"),
    }  # fmt: skip
    located = [
        (LOCATION, site(key), {FILON + "name": name, FILON + "country": country, FILON + "kind": kind,
                               FILON + "party": "urn:p:" + key} | ({FILON + "public": "true"} if key in public else {}))
        for key, (name, country, kind) in places.items()
    ]  # fmt: skip
    model = (EPC_CLASS, "https://id.gs1.org/01/09506000134352",
             {FILON + "name": "Hirondelle", FILON + "form": "pack", FILON + "ratedEnergy": "60.5"})  # fmt: skip
    maker = (PARTY, "urn:p:volt", {FILON + "name": "Volterre SAS"})
    return Register.of([*located, model, maker])


def sight(*events: Event, **public: str) -> Sight:
    book = post(said(*(events or EVENTS)), register(**public))
    return Sight(book, STATE, entry)


SEEN = sight()


def test_the_pack_by_origin_follows_with_a_pencil():
    # S holds 200 kg Co: 100 of Atlas, 50 of nobody, 50 from nowhere. The pack's 20 kg: 10 Atlas, 10 unknown.
    view = battery_view(SEEN, LotId(PACK), public=False)
    assert view.metals[0].mass.value == 20
    rows = {row.origin.name or "?": row.mass.value for row in view.metals[0].origins}
    assert rows == {"Atlas mine": 10, "?": 10}
    assert view.known.value == 50
    assert (view.model, view.maker, view.maker_country, view.energy.value) == (
        "Hirondelle", "Volterre SAS", "FR", Decimal("60.5"),
    )  # fmt: skip
    assert (view.gtin, view.serial, view.path) == ("09506000134352", "P-17", "/01/09506000134352/21/P-17")


def test_what_is_unknown_says_why_and_the_reasons_sum_to_it():
    view = lot_view(SEEN, LotId(PACK))
    told = {one.code: one.values for one in view.contained[0].reasons}
    # 50 of 200 undeclared and 50 of 200 surplus: 5 kg each in the pack.
    assert told["unknown.undeclared"]["mass"].value == 5
    assert told["unknown.surplus"]["mass"].value == 5
    assert (told["unknown.undeclared"]["lot"], told["unknown.surplus"]["step"]) == ("N", "S")


def test_everybody_sees_countries_and_no_partner_or_lot():
    view = battery_view(SEEN, LotId(PACK))
    everything = repr(view.metals) + repr(view.journey) + repr(view.unknown)
    assert "Atlas" not in everything
    assert "lot/" not in everything
    assert "site/" not in everything
    assert {one.code for one in view.metals[0].reasons} == {"unknown.undeclared-public", "unknown.surplus-public"}
    # Crude hydroxide carries nickel, manganese and copper that nobody assayed: one sentence for all of them.
    silent = [one for one in view.unknown if one.code == "content.unknown"]
    assert [named.key for named in silent[0].values["elements"]] == ["Ni", "Mn", "Cu"]
    assert len(silent) == 1
    assert [leg.stage.key for leg in view.journey] == ["mine", "concentrate", "cell", "pack"]
    assert view.journey[0].countries == ("MA",)


def test_a_site_that_agreed_is_named_and_only_that():
    view = battery_view(sight(atlas="yes"), LotId(PACK))
    assert view.metals[0].origins[0].origin.name == "Atlas mine"
    assert view.journey[0].names == ("Atlas mine",)
    assert "Rivage" not in repr(view.journey)


def test_the_chain_has_a_box_a_lot_and_one_for_what_came_from_nowhere():
    chain = chain_of(SEEN, LotId(PACK), "Co", ("Co", "mass"))
    boxes = {node.label or node.side: (node.side, node.mass.value, node.whole.value) for node in chain.nodes}
    # Of the pack's 20 kg: 10 through A (200 in all), 5 through N (100), 5 from nowhere; 20 through S (200) and C (120).
    assert boxes == {
        "A": ("upstream", 10, 200), "N": ("upstream", 5, 100), "gap": ("gap", 5, 5), "S": ("upstream", 20, 200),
        "C": ("upstream", 20, 120), "P-17": ("focus", 20, 20),
    }  # fmt: skip
    names = {node.key: node.label or node.side for node in chain.nodes}
    arrows = {(names[e.source], names[e.target]): e.mass.value for e in chain.edges}
    assert arrows == {("A", "S"): 10, ("N", "S"): 5, ("gap", "S"): 5, ("S", "C"): 20, ("C", "P-17"): 20}


def test_what_measuring_explains_is_no_gap():
    # 100 kg Co in, 100.1 kg out: a tenth of a percent, within two sigma of any assay; it has the mixture of the step.
    near = sight(
        birth(1, "atlas", "A", "500", form="cobalt hydroxide", Co="20", moisture="0"),
        step(2, "atlas", {"A": "500"}, {"S": "500"}, form="cobalt hydroxide", Co="20.02", moisture="0"),
    )
    view = lot_view(near, LotId(lot("S")))
    assert view.contained[0].mass.value == Decimal("100.1")
    assert view.contained[0].reasons == ()
    assert [node.side for node in view.chain.nodes] == ["upstream", "focus"]


def test_from_the_mine_the_chain_goes_forward_to_the_pack():
    chain = chain_of(SEEN, LotId(lot("A")), "Co", ("Co",))
    boxes = {node.label: (node.side, node.mass.value) for node in chain.nodes}
    # Of A's 200 kg, 100 went into S; 60 of them on into C (600 of 1 000 kg), 10 into the pack (10 of 60 cells).
    assert boxes == {"A": ("focus", 200), "S": ("downstream", 100), "C": ("downstream", 60), "P-17": ("downstream", 10)}


def test_a_lot_page_tells_what_it_weighed_where_it_is_and_what_became_of_it():
    view = lot_view(SEEN, LotId(lot("A")))
    assert (view.number, view.site.name, view.site.country, view.stage.key) == ("A", "Atlas mine", "MA", "concentrate")
    assert (view.mass.value, view.mass.standing.value) == (1000, "declared")
    places = {(one.state, one.site.name): one.mass.value for one in view.whereabouts}
    assert places == {("stock", "Rivage"): 500, ("used", "Rivage"): 500}
    line = next(one for one in view.balance if one.element == "Co")
    assert (line.taken.value, line.made.value, line.closing.value, line.unaccounted.value) == (200, 100, 100, 0)
    assert {(paper.kind, paper.number) for paper in view.papers} == {("desadv", "BL1")}
    assert view.battery == ""
    assert lot_view(SEEN, LotId(PACK)).battery == "/01/09506000134352/21/P-17"


def test_the_surplus_stands_in_the_balance_of_step_site_and_chain():
    view = balance_view(SEEN, element="Co", site=site("rivage"))
    line = next(one for one in view.lines if one.kind == "step" and one.label == "S")
    assert (line.taken.value, line.made.value, line.unaccounted.value, line.verdict) == (150, 200, -50, Verdict.FAIL)
    assert view.total is not None
    assert view.total.unaccounted.value == -50
    whole = next(one for one in chain_lines(SEEN) if one.element == "Co")
    # 300 kg came in, 50 kg more turned up, all of it is still there: 350.
    assert (whole.taken.value, whole.closing.value, whole.unaccounted.value) == (300, 350, -50)
    assert view.verdict.code == "balance.fail"


def test_every_line_of_every_balance_adds_up():
    lines = [line for name in ("A", "N", "S", "C") for line in lot_view(SEEN, LotId(lot(name))).balance]
    lines += [*balance_view(SEEN, element="Co").lines, *chain_lines(SEEN)]
    assert len(lines) > 10
    for line in lines:
        if line.unaccounted.value is not None:
            assert gap(line).value == line.unaccounted.value, (line.kind, line.label, line.element)


def test_the_first_page_says_the_gravest_first():
    english = tongue("en")
    said_there = [english.tell(one) for one in home_view(SEEN).sentences]
    assert (
        said_there[0].endswith("50\u202fkg of cobalt unexplained at S.")
        or "50\u202fkg of cobalt is unexplained at S" in said_there[0]
    )
    assert "100\u202fkg of cobalt is unknown" in said_there[1]
    assert "1 battery is traced; 50.0\u202f% of its metals" in said_there[2]


def test_an_empty_ledger_says_so():
    empty = Sight(post([], Register()), LedgerState(0, "", None), entry)
    assert [one.code for one in home_view(empty).sentences] == ["home.empty"]
    assert lot_list(empty).total == 0
    assert balance_view(empty).verdict.code == "balance.nothing"


def test_the_list_searches_number_product_form_and_site_in_any_language_and_case():
    for query, found in (("a", {"A", "N", "S", "P-17", "C"}), ("RIVAGE", {"S"}), ("hydroxyde", {"A", "N", "S"}), ("hiron", {"P-17"}),
                         ("zzz", set())):  # fmt: skip
        got = {row.number for row in lot_list(SEEN, query).rows}
        assert got == found if query != "a" else got >= {"A"}, query
    facets = lot_list(SEEN, stage="cell")
    assert [row.number for row in facets.rows] == ["C"]
    assert {choice.value: choice.count for choice in facets.stages} == {"concentrate": 3, "cell": 1, "pack": 1}
    assert batteries(SEEN) == (PACK,)


def test_pages_of_a_long_list_never_cut_silently():
    many = sight(
        *(birth(1 + i / 1000, "atlas", f"L{i:03}", "10", form="cobalt hydroxide", Co="20") for i in range(120))
    )
    seen = [row.number for page in (1, 2, 3) for row in lot_list(many, page=page).rows]
    assert sorted(seen) == [f"L{i:03}" for i in range(120)]
    assert lot_list(many).pages == 3
    assert lot_list(many, page=99).page == 3


def test_the_log_is_told_newest_first_without_gaps():
    state = LedgerState(120, "ab", datetime(2026, 1, 1, tzinfo=UTC))
    seen = [one.index for page in (1, 2, 3) for one in log_view(state, entry, page=page).entries]
    assert seen == list(range(119, -1, -1))
    assert log_view(LedgerState(0, "", None), entry).entries == ()
    assert log_view(state, entry, page=99).page == 3


def test_what_the_book_does_not_know_is_not_found():
    with pytest.raises(NotFoundError):
        lot_view(SEEN, LotId(lot("nobody")))
    with pytest.raises(NotFoundError):
        battery_view(SEEN, LotId("https://id.gs1.org/01/09506000134352/21/none"))
    with pytest.raises(NotFoundError):
        battery_view(SEEN, LotId(lot("A")))


def test_a_missing_assay_is_unknown_and_named():
    dark = sight(
        birth(1, "atlas", "A", "1000", form="cobalt hydroxide"),
        step(2, "atlas", {"A": "1000"}, {"C": "10"}, uom=None, form="cell"),
    )
    view = lot_view(dark, LotId(lot("C")))
    cobalt = next(one for one in view.contained if one.element == "Co")
    assert cobalt.mass.value is None
    assert cobalt.reasons[0].code == "unknown.assay"
    assert cobalt.reasons[0].values["lot"] == "A"


@pytest.mark.parametrize(
    "key",
    ["https://id.gs1.org/01/09506000134352/10/A%2FB", "https://example.com/lot/A B", "urn:epc:class:lgtin:1.2.3",
     "https://id.gs1.org/8004/95060001343abc", "tag:x,2026:ü"],
)  # fmt: skip
def test_a_path_leads_back_to_its_lot(key):
    from urllib.parse import unquote

    assert lot_key(unquote(lot_path(key)).removeprefix("/lots/")) == key


def test_only_articles_with_gtin_and_serial_have_a_public_page():
    assert battery_path(PACK) == "/01/09506000134352/21/P-17"
    assert battery_path("https://id.gs1.org/01/09506000134352/10/L1") == ""
    assert battery_path("https://example.com/01/09506000134352/21/L1") == ""


@st.composite
def blends(draw):
    """Some lots of some origins or none, blended step by step; assays at random."""
    count = draw(st.integers(2, 6))
    events = []
    names = []
    for i in range(count):
        where = draw(st.sampled_from(["atlas", "trader"]))
        percent = draw(st.integers(1, 40))
        events.append(
            birth(
                1 + i / 100, where, f"B{i}", str(draw(st.integers(100, 2000))), form="cobalt hydroxide", Co=str(percent)
            )
        )
        events.append(ship(2 + i / 100, where, "rivage", f"D{i}", {f"B{i}": "50"}))
        events.append(receive(3 + i / 100, "rivage", f"D{i}", {f"B{i}": "50"}))
        names.append(f"B{i}")
    inputs = {name: str(draw(st.integers(1, 50))) for name in names}
    out = draw(st.integers(5, 300))
    events.append(step(4, "rivage", inputs, {"S": str(out)}, form="cobalt hydroxide", Co=str(draw(st.integers(1, 40)))))
    events.append(step(5, "rivage", {"S": str(out)}, {"C": "7"}, uom=None, form="cell"))
    return events


@given(blends())
@settings(max_examples=60, deadline=None)
def test_reasons_boxes_and_arrows_agree_with_the_origin_account(events):
    seen = sight(*events)
    end = LotId(lot("C"))
    book: Book = seen.book
    account = origins(book, "Co").made[seen.made(end).id] or {}
    view = lot_view(seen, end)
    cobalt = next(one for one in view.contained if one.element == "Co")
    assert sum((row.mass.value for row in cobalt.origins), Decimal(0)) == cobalt.mass.value
    unknown = sum((row.mass.value for row in cobalt.origins if row.origin.kind is OriginKind.UNKNOWN), Decimal(0))
    assert unknown == Decimal(account.get("UNKNOWN", 0)).scaleb(-6)
    told = sum((one.values["mass"].value for one in cobalt.reasons), Decimal(0))
    assert abs(told - unknown) <= Decimal("0.000020"), "reasons and account differ by more than rounding"
    boxes = {node.key: node for node in view.chain.nodes}
    for key, node in boxes.items():
        into = [edge.mass.value for edge in view.chain.edges if edge.target == key]
        away = [edge.mass.value for edge in view.chain.edges if edge.source == key]
        if node.side == "upstream":
            assert abs(sum(away) - node.mass.value) <= Decimal("0.000020"), "what passed through went on"
        if into and node.label == "S":
            assert sum(into) <= node.mass.value + Decimal("0.000020")
