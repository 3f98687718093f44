"""Sheets 7, 8 and 9 and what sheet 1 says of solutions and pieces: as events, in the books, and back as rows."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filon.books.lot import AccountKind
from filon.books.movement import Said
from filon.books.post import post
from filon.books.register import Register
from filon.core.finding import Level
from filon.core.matter import MASS
from filon.epcis import rules
from filon.epcis.event import FILON, QuantityElement
from filon.epcis.key import body_key
from filon.exchange.workbook import check, events, example, read, rows_from, write, write_zip
from filon.exchange.workbook.example import EXAMPLE_LISTS

KG = 1_000_000
WORKS = "https://id.gs1.org/414/9521234500018"
LISTS = [
    *EXAMPLE_LISTS,
    {"lists.kind": "site", "lists.name": "Silo 3", "lists.id": "https://atlas.example/silo/3", "lists.zone": "+01:00",
     "lists.party": "Atlas", "lists.type": "store", "lists.mixing": "fifo"},
    {"lists.kind": "product", "lists.name": "Liqueur", "lists.id": "09521234510048", "lists.form": "cobalt sulfate solution"},
    {"lists.kind": "product", "lists.name": "Cellule", "lists.id": "09521234510055", "lists.form": "cell"},
    {"lists.kind": "product", "lists.name": "Module", "lists.id": "09521234510062", "lists.form": "module"},
    {"lists.kind": "product", "lists.name": "Pack", "lists.id": "09521234510079", "lists.form": "pack"},
    {"lists.kind": "product", "lists.name": "Masse noire", "lists.id": "09521234510086", "lists.form": "black mass"},
]  # fmt: skip
DAY = date(2026, 11, 10)


def lot(number, product="Liqueur", kg=None, **more):
    told = {"lots.lot": number, "lots.date": DAY, "lots.site": "Atlas (MA)", "lots.product": product,
            "lots.net_kg": None if kg is None else Decimal(kg), "lots.origin": "Puits 7"}  # fmt: skip
    return told | {f"lots.{key}": value for key, value in more.items()}


def stock(number, kg=None, **more):
    told = {"stock.date": date(2026, 11, 12), "stock.site": "Atlas (MA)", "stock.lot": number,
            "stock.net_kg": None if kg is None else Decimal(kg)}  # fmt: skip
    return told | {f"stock.{key}": value for key, value in more.items()}


def meas(number, what, value, **more):
    return {"meas.lot": number, "meas.what": what, "meas.value": Decimal(value)} | {
        f"meas.{key}": one for key, one in more.items()
    }


def part(deed, parent, of="Pack", day=15, **more):
    told = {"parts.deed": deed, "parts.date": date(2026, 11, day), "parts.site": "Atlas (MA)", "parts.parent": parent,
            "parts.parent_product": of}  # fmt: skip
    return told | {f"parts.{key}": value for key, value in more.items()}


def reading_of(form="zip", **sheets):
    data = write_zip(sheets, lists=LISTS) if form == "zip" else write(sheets, lists=LISTS)
    return read(data, f"x.{form}")


def told(**sheets):
    reading = reading_of(**sheets)
    assert [one for one in check(reading) if one.level is Level.ERROR] == []
    return events(reading)


def book_of(document):
    said = [Said(event, body_key(event).hex(), at) for at, event in enumerate(document.events)]
    data = [(one.type, each.id, each.attributes) for one in document.master for each in one.elements]
    return post(said, Register.of(data))


def left(book, number):
    return next(one for one in reversed(book.holdings) if one.lot.endswith(f"/{number}")).left_content


# ---- solutions


def test_a_tank_of_liquor_is_volume_times_density_times_concentration():
    """5 000 L x 1.25 kg/L = 6 250 kg; 5 000 L x 96.5 g/L = 482.5 kg Co. 1.2 % of 96.5 are 1.158 g/L."""
    document = told(
        lots=[lot("T1", litres=5000, density=Decimal("1.25"), co=Decimal("96.5"), basis="g/L", u_assay=Decimal("1.2"))]
    )
    (event,) = document.events
    assert event.quantityList == (QuantityElement("https://id.gs1.org/01/09521234510048/10/T1", Decimal(5000), "LTR"),)
    assert event.trait("assay") == [{"element": "Co", "gramsPerLitre": "96.5", "uncertainty": "1.158"}]
    assert event.trait("density") == "1.25"
    book = book_of(document)
    assert (left(book, "T1")[MASS], left(book, "T1")["Co"]) == (6_250 * KG, 482_500_000)


def test_a_weight_counts_before_a_volume():
    (event,) = told(lots=[lot("T1", kg="6240", litres=5000, density=Decimal("1.25"), co=Decimal("7.7"))]).events
    assert event.quantityList[0].uom == "KGM"


# ---- stocktakes and what is gone


def test_a_stocktake_with_an_assay_as_an_event_and_in_the_books():
    """6 000 kg of 8 % (480 kg Co) are measured: 5 950 kg of 8.05 % = 478.975 kg; sulfur, never told, 4 % = 238 kg."""
    document = told(
        lots=[lot("T1", kg="6000", co=Decimal(8), basis="wet")],
        stock=[
            stock(
                "T1", "5950", co=Decimal("8.05"), s=Decimal(4), basis="wet", u_weight=Decimal("0.5"), laboratory="Labo"
            )
        ],
    )
    _, counted = document.events
    assert (counted.action, counted.bizStep, counted.bizLocation) == ("OBSERVE", "stock_taking", WORKS)
    assert counted.extensions == {
        FILON + "precision": "day", FILON + "weighingUncertainty": "0.5",
        FILON + "assay": [{"element": "Co", "percent": "8.05", "basis": "wet", "laboratory": "Labo"},
                          {"element": "S", "percent": "4", "basis": "wet", "laboratory": "Labo"}],
    }  # fmt: skip
    assert [problem for event in document.events for problem in (*rules.check(event), *rules.identifiers(event))] == []
    content = left(book_of(document), "T1")
    assert (content[MASS], content["Co"], content["S"]) == (5_950 * KG, 478_975_000, 238 * KG)


def test_opening_stock_is_of_its_product_and_its_pit():
    document = told(
        stock=[stock("S-9", "1000", product="CoSO4·7H2O", co=Decimal("20.8"), basis="wet", origin="Puits 9")]
    )
    book = book_of(document)
    assert left(book, "S-9")["Co"] == 208 * KG
    assert any(one.source.key.endswith("Puits%209") for one in book.flows)
    assert check(reading_of(stock=[stock("S-9", "1000", product="CoSO4·7H2O")])) == ()


@pytest.mark.parametrize(
    ("deed", "step", "kind"),
    [("destroyed", "destroying", AccountKind.WASTE), ("left", "other", AccountKind.OUT_OF_SCOPE)],
)
def test_what_was_destroyed_or_left_is_gone(deed, step, kind):
    document = told(lots=[lot("T1", kg="6000", co=Decimal(8), basis="wet")], stock=[stock("T1", "1500", deed=deed)])
    assert (document.events[1].action, document.events[1].bizStep) == ("DELETE", step)
    book = book_of(document)
    gone = [flow.content["Co"] for flow in book.flows if getattr(flow.target, "kind", None) is kind]
    assert (gone, left(book, "T1")["Co"]) == ([120 * KG], 360 * KG)


def test_a_tank_found_empty_and_one_that_holds_less_than_was_thrown_away():
    reading = reading_of(
        lots=[lot("T1", kg="6000", co=Decimal(8), basis="wet"), lot("T2", kg="500", co=Decimal(8), basis="wet")],
        stock=[stock("T1", "0"), stock("T2", "600", deed="destroyed")],
    )
    assert [(one.code, one.place.row) for one in check(reading) if one.place.sheet == "stock.csv"] == [("IMP-12", 4)]
    empty = events(reading).events[2]
    assert (empty.quantityList[0].quantity, empty.own("empty")) == (None, True)
    assert [problem for event in events(reading).events for problem in rules.check(event)] == []
    book = book_of(events(reading))
    assert not any(left(book, "T1").values())
    assert [
        flow.content["Co"] for flow in book.flows if getattr(flow.target, "kind", None) is AccountKind.UNACCOUNTED
    ] == [480 * KG]
    assert [event.eventID for event in again(events(reading)).events] == [
        event.eventID for event in events(reading).events
    ]
    nothing = reading_of(lots=[lot("T1", kg="6000")], stock=[stock("T1", "0", deed="destroyed")])
    assert "IMP-04" in [one.code for one in check(nothing)]


def test_a_silo_of_the_lists_keeps_layers():
    document = told(lots=[lot("T1", kg="6000", co=Decimal(8), basis="wet")])
    places = next(one for one in document.master if one.type.endswith("Location")).elements
    assert {one.id: one.attributes.get(FILON + "mixing") for one in places}["https://atlas.example/silo/3"] == "fifo"


# ---- several weights and assays of one lot


def test_seller_buyer_and_umpire_stand_side_by_side():
    """The seller told 20.9 % on sheet 1; buyer 20.7, umpire 20.85 (0.5 % of it: 0.10425 points): the umpire counts.

    24 000 kg x 20.85 % = 5 004 kg Co.
    """
    rows = [
        meas(
            "A1", "Co", "20.7", by="acheteur", laboratory="Labo B", coa="B-7", sampled=DAY, analysed=date(2026, 11, 14)
        ),
        meas(
            "A1",
            "Co",
            "20.85",
            by="arbitre",
            status="umpire",
            method="ISO 11885",
            u=Decimal("0.5"),
            u_sampling=Decimal("0.2"),
            unit="%",
            basis="wet",
        ),
        meas("A1", "weight", "23980", by="acheteur", coa="bascule 2", u=Decimal("0.1"), unit="kg"),
    ]
    document = told(lots=[lot("A1", "CoSO4·7H2O", "24000", co=Decimal("20.9"), basis="wet")], meas=rows)
    (event,) = document.events
    assert event.trait("assay") == [
        {"element": "Co", "percent": "20.9", "basis": "wet"},
        {"element": "Co", "percent": "20.7", "by": "acheteur", "laboratory": "Labo B", "certificate": "B-7",
         "sampled": "2026-11-10", "analysed": "2026-11-14"},
        {"element": "Co", "percent": "20.85", "basis": "wet", "by": "arbitre", "status": "umpire", "method": "ISO 11885",
         "uncertainty": "0.10425", "samplingUncertainty": "0.0417"},
    ]  # fmt: skip
    assert event.trait("weighing") == [{"kg": "23980", "uncertainty": "0.1", "by": "acheteur", "scale": "bascule 2"}]
    book = book_of(document)
    assert left(book, "A1")["Co"] == 5_004 * KG
    assert [one.kg for one in book.declared[book.holdings[0].lot].weighings] == [23_980]


def test_readings_go_with_the_last_row_of_their_lot():
    """A provisional and a final row: what the umpire said belongs to the final one."""
    early = lot("A1", "CoSO4·7H2O", "24000", co=Decimal("20.9"), status="provisional")
    final = lot("A1", "CoSO4·7H2O", "24010", co=Decimal("20.9"), status="final")
    first, second = told(lots=[early, final], meas=[meas("A1", "Co", "20.8", status="umpire")]).events
    assert (len(first.trait("assay")), len(second.trait("assay"))) == (1, 2)


# ---- pieces, packs, and taken apart again


CELLS = lot("CEL-1", "Cellule", "1000", pieces=1000, first=1, last=1000)


def packs(**more):
    return dict(
        lots=[lot("A1", "CoSO4·7H2O", "2000", co=Decimal(20), basis="wet"), CELLS],
        mix=[{"mix.out": "CEL-1", "mix.inp": "A1", "mix.kg": Decimal(2000)}],
        parts=[
            part("assembled", "M1", "Module", lot="CEL-1", first=1, last=24),
            part("assembled", "M1", "Module", lot="CEL-1", first=31, last=36),
            part("assembled", "P1", serial="M1", product="Module", day=16),
            part("assembled", "P1", lot="CEL-1", pieces=70, day=16),
        ],
        **more,
    )  # fmt: skip


def test_cells_become_modules_and_packs_and_come_apart_again():
    """1 000 cells of 1 kg hold the 400 kg Co that went in: 0.4 a cell. A module of 30 holds 12; a pack of it and 70 cells 40."""
    document = told(**packs())
    _, cells, module, pack = document.events
    assert cells.outputQuantityList == (
        QuantityElement("https://id.gs1.org/01/09521234510055/10/CEL-1", Decimal(1000)),
    )
    assert (cells.trait("serials"), cells.trait("pieceMass")) == ({"first": "1", "last": "1000"}, "1")
    assert (module.parentID, module.bizStep, module.action) == (
        "https://id.gs1.org/01/09521234510062/21/M1",
        "assembling",
        "ADD",
    )
    assert module.childQuantityList == (QuantityElement("https://id.gs1.org/01/09521234510055/10/CEL-1", Decimal(30)),)
    assert [(one["first"], one["last"]) for one in module.own("ranges")] == [("1", "24"), ("31", "36")]
    assert pack.childEPCs == ("https://id.gs1.org/01/09521234510062/21/M1",)
    assert [problem for event in document.events for problem in (*rules.check(event), *rules.identifiers(event))] == []
    book = book_of(document)
    assert (left(book, "P1")["Co"], left(book, "CEL-1")["Co"]) == (40 * KG, 360 * KG)
    apart = part("taken apart", "P1", day=18, serial="M1", product="Module")
    sheets = packs()
    sheets["parts"] = [*sheets["parts"], apart]
    document = told(**sheets)
    assert (document.events[-1].action, document.events[-1].bizStep) == ("DELETE", "disassembling")
    book = book_of(document)
    assert (left(book, "M1")["Co"], left(book, "P1")["Co"]) == (12 * KG, 28 * KG)
    assert [one.code for one in book.findings if one.code.startswith("BOK-02")] == []


def test_a_pack_is_sent_back_and_becomes_black_mass():
    """A pack is shipped and received by its own identifier, without a weight, and goes into a step as one piece."""
    whole = "https://id.gs1.org/01/09521234510079/21/P1"
    sheets = packs(
        ship=[{"ship.ship": "BL-9", "ship.date": date(2026, 11, 17), "ship.lot": whole, "ship.site": "Atlas (MA)",
               "ship.to": "Rivage", "ship.to_site": "Rivage (MA)", "ship.mode": "road", "ship.km": 640}],
        recv=[{"recv.ship": "BL-9", "recv.from": "Atlas", "recv.date": date(2026, 11, 18), "recv.lot": whole,
               "recv.site": "Rivage (MA)"}],
    )  # fmt: skip
    sheets["lots"].append(
        lot(
            "BM-1",
            "Masse noire",
            "60",
            co=Decimal(50),
            basis="dry",
            moist=0,
            date=date(2026, 11, 20),
            site="Rivage (MA)",
            origin=None,
        )
    )
    sheets["mix"].append({"mix.out": "BM-1", "mix.inp": whole})
    document = told(**sheets)
    shipped = next(event for event in document.events if event.bizStep == "shipping")
    assert (shipped.epcList, shipped.quantityList) == ((whole,), ())
    assert (shipped.own("mode"), shipped.own("distance")) == ("road", "640")
    assert next(event for event in document.events if "BM-1" in str(event.outputQuantityList)).inputEPCList == (whole,)
    book = book_of(document)
    assert left(book, "BM-1")["Co"] == 30 * KG
    lost = [check for check in book.checks if check.what == "step" and check.substance == "Co"][-1]
    assert (lost.into, lost.out) == (40 * KG, 30 * KG)


def test_a_lot_packed_in_a_container_travels_in_it():
    sheets = {"lots": [lot("A1", "CoSO4·7H2O", "2000", co=Decimal(20))],
              "parts": [part("packed", "https://id.gs1.org/00/095212345000000017", None, lot="A1", kg=2000)]}  # fmt: skip
    (_, packed) = told(**sheets).events
    assert (packed.bizStep, packed.childQuantityList[0].uom) == ("packing", "KGM")


# ---- and back


def again(document):
    out = rows_from(document.events, document.master)
    assert (out.left, out.unsaid) == ([], [])
    return events(read(write_zip(out.sheets, lists=out.lists), "again.zip"))


numbers = st.decimals(min_value="0.5", max_value="99", places=2)
maybe = st.none() | numbers
signed = st.fixed_dictionaries({
    "co": maybe, "ni": maybe, "s": maybe, "basis": st.sampled_from(["dry", "wet", "g/L"]), "moist": st.none() | st.just(Decimal(4)),
    "u_weight": maybe, "u_moist": maybe, "u_assay": st.none() | st.just(Decimal("0.5")), "u_sampling": st.none() | st.just(Decimal("0.25")),
    "laboratory": st.sampled_from([None, "Labo A"]), "density": st.just(Decimal("1.25")),
})  # fmt: skip
made = st.builds(
    lambda traits, solution: lot("X", litres=Decimal(700), **traits) if solution else lot("X", kg="900", **traits),
    signed, st.booleans(),
)  # fmt: skip
found = st.builds(
    lambda traits, deed, litres: stock("X", None if litres else "800", deed=deed, litres=Decimal(640) if litres else None, **traits),
    signed, st.sampled_from([None, "counted"]), st.booleans(),
)  # fmt: skip
gone = st.builds(
    lambda deed, kg: stock("X", str(kg), deed=deed), st.sampled_from(["destroyed", "left"]), st.integers(1, 90)
)
readings = st.builds(
    lambda what, value, more: meas("X", what, value, **{**more, **({"unit": "kg"} if what == "weight" else {})}),
    st.sampled_from(["weight", "Co", "Ni", "F"]), numbers.map(str),
    st.fixed_dictionaries({
        "unit": st.sampled_from(["%", "g/L"]), "u": st.none() | st.just(Decimal("0.5")), "by": st.sampled_from([None, "acheteur"]),
        "coa": st.sampled_from([None, "C-1"]), "status": st.sampled_from([None, "provisional", "final", "umpire"]),
    }),
)  # fmt: skip
pieces = st.builds(
    lambda deed, parent, first, several, day: part(deed, parent, "Module", day, lot="C", first=first, last=first + several),
    st.sampled_from(["assembled", "taken apart"]), st.sampled_from(["M1", "M2"]), st.integers(1, 500), st.integers(0, 40), st.integers(12, 20),
)  # fmt: skip
others = st.builds(
    lambda deed, told: part(deed, "P1", **told),
    st.sampled_from(["assembled", "taken apart", "packed", "unpacked"]),
    st.sampled_from([{"serial": "M1", "product": "Module"}, {"lot": "C", "pieces": 7}, {"lot": "X", "kg": Decimal("12.5")}]),
)  # fmt: skip


@settings(max_examples=40)
@given(made, st.lists(found | gone, max_size=3), st.lists(readings, max_size=4), st.lists(pieces | others, max_size=4))
def test_whatever_these_sheets_say_goes_out_and_comes_in_unchanged(first, levels, more, joined):
    """Every event has its identifier from its content, so that equal identifiers are equal contents."""
    cells = lot("C", "Cellule", "1000", pieces=2000, first=1, last=2000)
    document = events(reading_of(lots=[first, cells], stock=levels, meas=more, parts=joined))
    assert document.findings == ()
    assert [event.eventID for event in again(document).events] == [event.eventID for event in document.events]


def test_both_languages_and_both_formats_say_the_same():
    sheets = packs(
        stock=[stock("A1", "0"), stock("A1", "5", deed="left")], meas=[meas("A1", "Co", "20", status="umpire")]
    )
    made_ = [events(read(make(sheets, language=language, lists=LISTS), name)) for language in ("fr", "en")
             for make, name in ((write, "x.xlsx"), (write_zip, "y.zip"))]  # fmt: skip
    assert all(one.events == made_[0].events for one in made_)


def test_a_mine_need_not_look_at_them():
    """The old sheets alone say what they always said."""
    assert {event.type for event in told(**example.EXAMPLE).events} == {"ObjectEvent", "TransformationEvent"}
