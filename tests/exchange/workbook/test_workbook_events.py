"""Rows become events by the table of the template, one number has one meaning, and events become rows again."""

import hashlib
import io
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filon.core.finding import Level
from filon.epcis import jsonld, jsonwrite, rules, xml, xmlwrite
from filon.epcis.body import event_from_json, event_json
from filon.epcis.event import FILON, QuantityElement, Typed
from filon.epcis.key import body_key
from filon.exchange.workbook import check, events, example, mark, read, rows_from, template, write, write_zip
from filon.exchange.workbook.example import EXAMPLE_LISTS
from filon.exchange.workbook.names import identifier, lot_identifier, scoped

SULFATE = "https://id.gs1.org/01/09521234510024"
CONCENTRATE = "https://id.gs1.org/01/09521234510017"
ATLAS, RIVAGE = "https://id.gs1.org/417/9521234500001", "https://id.gs1.org/417/9521234600008"
WORKS, PIT, COAST = (f"https://id.gs1.org/414/{gln}" for gln in ("9521234500018", "9521234500025", "9521234600015"))


EXAMPLE = {
    sheet: tuple(row for row in rows if "RES-26-0311" not in row.values()) for sheet, rows in example.EXAMPLE.items()
}
"""The example without its residue: what the tests below work out by hand."""


def document(sheets, lists=EXAMPLE_LISTS, form="zip"):
    """Through a CSV zip: the same reader behind it, without starting a process."""
    data = write_zip(sheets, lists=lists) if form == "zip" else write(sheets, lists=lists)
    reading = read(data, f"x.{form}")
    assert [one for one in check(reading) if one.level is Level.ERROR] == []
    return events(reading)


def example_with(**added):
    return {sheet: [*rows, *added.get(sheet, ())] for sheet, rows in EXAMPLE.items()}


def test_the_example_by_hand():
    """Atlas digs MIN-26-0107, trucks it to its works, makes ATL-26-0311 of 61 200 kg of it, ships that to Rivage.

    The works lie at +01:00, so the 3rd of November begins on the 2nd at 23:00 UTC. Dry weight of the sulfate:
    24 150.5 x (1 - 0.4 / 100) = 24 150.5 - 96.602 = 24 053.898 kg.
    """
    pit, made, truck, shipped, arrived = document(EXAMPLE).events
    assert (pit.type, pit.action, pit.bizStep, pit.readPoint) == ("ObjectEvent", "ADD", "commissioning", PIT)
    assert pit.quantityList == (QuantityElement(f"{CONCENTRATE}/10/MIN-26-0107", Decimal(61800), "KGM"),)
    assert pit.trait("origin") == PIT
    assert pit.trait("assay") == [
        {"element": "Ni", "percent": "1.2", "basis": "dry"},
        {"element": "Co", "percent": "9.8", "basis": "dry"},
        {"element": "As", "percent": "58.2", "basis": "dry"},
        {"element": "Fe", "percent": "6.5", "basis": "dry"},
    ]
    assert (made.type, made.action, made.bizStep) == ("TransformationEvent", None, "creating_class_instance")
    assert made.eventTime == datetime(2026, 11, 2, 23, tzinfo=UTC)
    assert made.eventTimeZoneOffset == "+01:00"
    assert made.own("precision") == "day"
    assert made.inputQuantityList == (QuantityElement(f"{CONCENTRATE}/10/MIN-26-0107", Decimal(61200), "KGM"),)
    assert made.outputQuantityList == (QuantityElement(f"{SULFATE}/10/ATL-26-0311", Decimal("24150.5"), "KGM"),)
    assert made.ilmd == {
        FILON + "form": "CoSO4·7H2O",
        FILON + "moisture": "0.4",
        FILON + "dryMass": "24053.898",
        FILON + "assay": [{"element": "Co", "percent": "20.9", "basis": "dry"}],
        FILON + "status": "final",
        FILON + "recycled": "0",
    }
    assert made.transformationID == "urn:epcglobal:cbv:xform:9521234500001:OF-4471"
    assert made.bizTransactionList == (
        Typed("urn:epcglobal:cbv:bt:9521234500001:COA-881", "testres"),
        Typed("urn:epcglobal:cbv:bt:9521234500001:OF-4471", "prodorder"),
    )
    assert (shipped.action, shipped.bizStep, shipped.disposition) == ("OBSERVE", "shipping", "in_transit")
    assert shipped.readPoint == WORKS
    assert shipped.bizTransactionList == (
        Typed("urn:epcglobal:cbv:bt:9521234500001:BL-5521", "desadv"),
        Typed("urn:epcglobal:cbv:bt:9521234600008:CTR-07%2FL3", "po"),
    )
    assert shipped.destinationList == (
        Typed(RIVAGE, "owning_party"),
        Typed(RIVAGE, "possessing_party"),
        Typed(COAST, "location"),
    )
    assert (shipped.own("packages"), shipped.own("seals")) == ("24", "MSKU771")
    assert (arrived.action, arrived.bizStep, arrived.bizLocation) == ("OBSERVE", "receiving", WORKS)
    assert arrived.quantityList == (QuantityElement(f"{CONCENTRATE}/10/MIN-26-0107", Decimal(61790), "KGM"),)
    # Both ends name the same delivery note, though one wrote it and the other copied it.
    assert arrived.bizTransactionList == (truck.bizTransactionList[0],)


def test_the_events_keep_the_rules_of_epcis():
    for event in document(EXAMPLE).events:
        assert rules.check(event) == []
        assert rules.identifiers(event) == []


@pytest.mark.parametrize("form", ["json", "xml"])
def test_the_events_survive_the_formats_of_epcis(form):
    """What the workbook says can be told to any EPCIS partner and comes back the same, master data too."""
    said = document(
        example_with(recv=[{**EXAMPLE["recv"][0], "recv.date": date(2026, 11, 1), "recv.net_kg": Decimal(10)}])
    )
    written = (jsonwrite if form == "json" else xmlwrite).write(said.events, master=said.master)
    back = (jsonld if form == "json" else xml).parse(written)
    assert [one for one in back.findings if one.level is Level.ERROR] == []
    assert [body_key(event) for event in back.events] == [body_key(event) for event in said.events]
    assert masters(back) == masters(said)
    assert [event_from_json(event_json(event)) for event in said.events] == list(said.events)


def test_master_data_are_the_lists():
    places, classes, parties = document(EXAMPLE).master
    assert {one.id: one.attributes for one in places.elements}[WORKS] == {
        FILON + "name": "Atlas (MA)", FILON + "country": "MA", FILON + "zone": "+01:00", FILON + "party": ATLAS,
        FILON + "kind": "refinery",
    }  # fmt: skip
    assert {one.id: one.attributes[FILON + "form"] for one in classes.elements}[SULFATE] == "CoSO4·7H2O"
    assert [one.id for one in parties.elements] == [ATLAS, RIVAGE]


# ---- the same row in two files is the same event


def test_xlsx_and_csv_in_either_language_say_the_same_events():
    said = [
        events(read(make(EXAMPLE, language=language, lists=EXAMPLE_LISTS), name))
        for language in ("fr", "en")
        for make, name in ((write, "x.xlsx"), (write_zip, "y.zip"))
    ]
    assert all(one.events == said[0].events and one.master == said[0].master for one in said)


def test_event_identifiers_never_change():
    """Kept files must give their events the same identifiers for ever; a change here is a break of the format.

    The receipt's content written out by hand: sorted members, quantities as [class, number, unit], references as
    [type, value], no spaces, UTF-8; of its SHA-256 the first 16 bytes, with version 8 and variant 10 (RFC 9562).
    """
    content = (
        '{{"action":"OBSERVE","bizLocation":"{works}","bizStep":"receiving",'
        '"bizTransactionList":[["desadv","urn:epcglobal:cbv:bt:9521234500001:BL-4102"]],'
        '"destinationList":[["owning_party","{atlas}"],["possessing_party","{atlas}"],["location","{works}"]],'
        '"disposition":"in_progress","eventTime":"2026-10-29T23:00:00+00:00","eventTimeZoneOffset":"+01:00",'
        '"extensions":{{"https://w3id.org/filon/precision":"day"}},'
        '"quantityList":[["{lot}","61790","KGM"]],"readPoint":"{works}",'
        '"sourceList":[["owning_party","{atlas}"],["possessing_party","{atlas}"]],"type":"ObjectEvent"}}'
    ).format(works=WORKS, atlas=ATLAS, lot=f"{CONCENTRATE}/10/MIN-26-0107")
    digest = bytearray(hashlib.sha256(content.encode()).digest()[:16])
    digest[6] = 0x80 | digest[6] % 16
    digest[8] = 0x80 | digest[8] % 64
    assert document(EXAMPLE).events[4].eventID == f"urn:uuid:{uuid.UUID(bytes=bytes(digest))}"


def test_other_words_give_another_identifier():
    before = document(EXAMPLE).events[1]
    changed = example_with()
    changed["lots"][1] = {**changed["lots"][1], "lots.net_kg": Decimal("24150.6")}
    assert document(changed).events[1].eventID != before.eventID


@settings(max_examples=20, deadline=None)
@given(st.randoms())
def test_the_order_of_rows_changes_no_event(random):
    lines = [{**EXAMPLE["ship"][1], "ship.net_kg": Decimal(kg)} for kg in (1000, 2000)]
    second = {**EXAMPLE["lots"][1], "lots.lot": "ATL-26-0312", "lots.origin": "Puits 7"}
    sheets = example_with(lots=[second], ship=[{**lines[0], "ship.lot": "ATL-26-0312"}])
    expected = {event.eventID for event in document(sheets).events}
    for rows in sheets.values():
        random.shuffle(rows)
    assert {event.eventID for event in document(sheets).events} == expected


# ---- grouping


def test_the_lines_of_a_note_are_one_shipment_with_one_element_a_lot():
    added = [{**EXAMPLE["ship"][1], "ship.net_kg": Decimal(100), "ship.pack": 1, "ship.seal": "B"}]
    shipped = document(example_with(ship=added)).events[3]
    # 24 150.5 + 100 kg of one lot in 24 + 1 packages.
    assert shipped.quantityList == (QuantityElement(f"{SULFATE}/10/ATL-26-0311", Decimal("24250.5"), "KGM"),)
    assert (shipped.own("packages"), shipped.own("seals")) == ("25", "B, MSKU771")


def test_a_cancelled_line_is_a_void_shipping_of_it():
    sheets = example_with()
    sheets["ship"][1] = {**sheets["ship"][1], "ship.void": "yes"}
    said = document(sheets).events
    assert [event.bizStep for event in said[2:5]] == ["shipping", "shipping", "void_shipping"]
    assert said[4].quantityList == said[3].quantityList
    # The shipment itself is as before, so that only the cancellation is new.
    assert said[3].eventID == document(EXAMPLE).events[3].eventID


def test_a_line_received_in_two_days_is_partial_on_the_first():
    sheets = example_with(recv=[{**EXAMPLE["recv"][0], "recv.date": date(2026, 11, 1), "recv.net_kg": Decimal(10)}])
    first, second = document(sheets).events[4:]
    assert (first.own("partial"), second.own("partial")) == (True, None)


def test_a_correction_is_two_observations_of_one_lot():
    provisional = {**EXAMPLE["lots"][1], "lots.status": "provisional", "lots.net_kg": Decimal(24000)}
    said = document(example_with(lots=[provisional])).events
    assert [event.trait("status") for event in said[1:3]] == ["final", "provisional"]
    assert said[1].inputQuantityList == said[2].inputQuantityList


def test_a_residue_joins_its_campaign_without_inputs_of_its_own():
    residue = {
        "lots.lot": "RES-1", "lots.date": date(2026, 11, 3), "lots.site": "Atlas (MA)", "lots.product": "Résidu",
        "lots.net_kg": Decimal(30000),
    }  # fmt: skip
    product = {
        "lists.kind": "product", "lists.name": "Résidu", "lists.id": "https://atlas.example/p/residu",
        "lists.form": "leach residue", "lists.use": "waste",
    }  # fmt: skip
    sheets = example_with(lots=[residue], mix=[{"mix.out": "RES-1", "mix.campaign": "OF-4471"}])
    said = document(sheets, [*EXAMPLE_LISTS, product]).events
    assert (said[2].type, said[2].inputQuantityList) == ("TransformationEvent", ())
    assert said[2].transformationID == said[1].transformationID
    assert said[2].outputQuantityList[0].epcClass == "https://atlas.example/p/residu/lot/RES-1"
    assert said[2].trait("kind") == "waste"


def test_a_pit_in_words_stands_below_the_site_that_names_it():
    sheets = example_with()
    sheets["lots"][0] = {**sheets["lots"][0], "lots.origin": "Puits 9"}
    said = document(sheets)
    assert said.events[0].trait("origin") == "urn:filon:origin:9521234500025:Puits%209"
    pits = [one for one in said.master[0].elements if one.id.startswith("urn:filon:origin")]
    assert pits[0].attributes[FILON + "name"] == "Puits 9"


# ---- what a lot number means (decision 0004)

RECEIPT = {
    "recv.ship": "BL-5521", "recv.from": "Atlas", "recv.date": date(2026, 11, 9), "recv.lot": "ATL-26-0311",
    "recv.product": "CoSO4·7H2O", "recv.net_kg": Decimal(24128), "recv.site": "Rivage (MA)",
}  # fmt: skip
PRECURSOR = {
    "lots.lot": "P-1", "lots.date": date(2026, 11, 12), "lots.site": "Rivage (MA)",
    "lots.product": "09521234610014", "lots.net_kg": Decimal(20000),
}  # fmt: skip


def inputs(recv=(), mix=None):
    sheets = {"lots": [PRECURSOR], "mix": [{"mix.out": "P-1", "mix.kg": Decimal(20000), **mix}], "recv": recv}
    reading = read(write_zip(sheets, lists=EXAMPLE_LISTS), "x.zip")
    said = events(reading)
    codes = [one.code for one in said.findings]
    step = next((event for event in said.events if event.type == "TransformationEvent"), None)
    return (step.inputQuantityList[0].epcClass if step else None), codes


def test_maker_and_receiver_write_one_lot_and_one_note():
    shipped = document(EXAMPLE).events[3]
    received = document({"recv": [RECEIPT]}).events[0]
    assert received.quantityList[0].epcClass == shipped.quantityList[0].epcClass
    assert received.bizTransactionList[0] == shipped.bizTransactionList[0]


@pytest.mark.parametrize("written", ["CoSO4·7H2O", "coso4·7h2o", "09521234510024", "9521234510024", SULFATE])
def test_a_product_may_be_named_in_every_way(written):
    received = document({"recv": [{**RECEIPT, "recv.product": written}]}).events[0]
    assert received.quantityList[0].epcClass == f"{SULFATE}/10/ATL-26-0311"


@pytest.mark.parametrize(
    "written",
    [
        f"{SULFATE}/10/ATL-26-0311",
        "(01)09521234510024(10)ATL-26-0311",
        "urn:epc:class:lgtin:95212345.01002.ATL-26-0311",
    ],
)
def test_a_cell_may_hold_the_whole_identifier(written):
    received = document({"recv": [{**RECEIPT, "recv.lot": written, "recv.product": None}]}).events[0]
    assert received.quantityList[0].epcClass == f"{SULFATE}/10/ATL-26-0311"


def test_an_input_is_found_among_the_receipts():
    assert inputs([RECEIPT], {"mix.inp": "ATL-26-0311"}) == (f"{SULFATE}/10/ATL-26-0311", [])


def test_an_own_number_is_of_the_site_and_stands_for_the_lot_from_then_on():
    own = "urn:filon:lot:9521234600015:RIV-881"
    renamed = {**RECEIPT, "recv.own": "RIV-881"}
    assert document({"recv": [renamed]}).events[0].own("own") == own
    assert inputs([renamed], {"mix.inp": "RIV-881"}) == (own, [])
    assert inputs([renamed], {"mix.inp": "ATL-26-0311"}) == (own, [])
    # In a later file the site beside it says whose number it is.
    assert inputs([], {"mix.inp": "RIV-881", "mix.product": "Rivage (MA)"}) == (own, [])


@pytest.mark.parametrize("own", ["ATL-26-0311", f"{SULFATE}/10/ATL-26-0311"])
def test_an_own_number_that_is_the_makers_renames_nothing(own):
    assert document({"recv": [{**RECEIPT, "recv.own": own}]}).events[0].own("own") is None


def test_a_lot_of_an_earlier_file_needs_its_product():
    assert inputs([], {"mix.inp": "ATL-26-0311"}) == (None, ["IMP-11"])
    assert inputs([], {"mix.inp": "ATL-26-0311", "mix.product": "CoSO4·7H2O"}) == (f"{SULFATE}/10/ATL-26-0311", [])


def test_one_number_of_two_products_is_asked():
    two = [RECEIPT, {**RECEIPT, "recv.product": "Concentré Atlas"}]
    assert inputs(two, {"mix.inp": "ATL-26-0311"}) == (None, ["IMP-11"])
    assert inputs(two, {"mix.inp": "ATL-26-0311", "mix.product": "Concentré Atlas"}) == (
        f"{CONCENTRATE}/10/ATL-26-0311",
        [],
    )


def test_numbers_below_an_owner():
    assert scoped(ATLAS, "bt", "BL/1") == "urn:epcglobal:cbv:bt:9521234500001:BL%2F1"
    assert scoped("https://atlas.example/", "bt", "BL 1") == "https://atlas.example/bt/BL%201"
    assert scoped("urn:atlas:x", "lot", "A:1") == "urn:atlas:x:lot:A%3A1"
    assert lot_identifier(WORKS, "A") == "urn:filon:lot:9521234500018:A"
    assert lot_identifier(SULFATE, "A/7") == f"{SULFATE}/10/A%2F7"


@given(st.text(min_size=1, max_size=8), st.text(min_size=1, max_size=8))
def test_two_numbers_never_make_one_lot(one, other):
    makers = ("https://atlas.example/p", "urn:atlas:p", WORKS)
    made = {(maker, number): lot_identifier(maker, number) for maker in makers for number in (one, other)}
    assert len(set(made.values())) == len(made)


@given(st.text(alphabet="0123456789", min_size=13, max_size=13))
def test_a_gln_is_taken_only_with_its_check_digit(digits):
    # GS1: from the right without the check digit weights 3, 1, 3, ..; the check digit fills up to the next ten.
    total = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(digits[:12])))
    right = (10 - total % 10) % 10 == int(digits[12])
    assert (identifier("site", digits) is not None) == right


# ---- and back


def again(said):
    out = rows_from(said.events, said.master)
    assert (out.left, out.unsaid) == ([], [])
    return events(read(write_zip(out.sheets, lists=out.lists), "again.zip"))


def masters(said):
    return {
        (vocabulary.type, one.id, tuple(sorted(one.attributes.items())))
        for vocabulary in said.master
        for one in vocabulary.elements
    }


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"recv": [{**RECEIPT, "recv.own": "RIV-881"}], "ship": None},
        {"ship": [{**EXAMPLE["ship"][1], "ship.net_kg": Decimal(5), "ship.void": "yes", "ship.ship": "BL-9"}]},
        {"lots": [{**EXAMPLE["lots"][0], "lots.lot": "M2", "lots.origin": "Puits 9", "lots.recycled_kind": "post-consumer"}]},
        {"recv": [{**RECEIPT, "recv.ship": "https://atlas.example/notes/7", "recv.from": None}]},
    ],
)  # fmt: skip
def test_events_of_a_workbook_go_out_and_come_in_unchanged(change):
    sheets = example_with(**{sheet: rows or () for sheet, rows in change.items()})
    sheets |= {sheet: () for sheet, rows in change.items() if rows is None}
    said = document(sheets)
    back = again(said)
    assert back.findings == ()
    assert sorted(event.eventID for event in back.events) == sorted(event.eventID for event in said.events)
    assert masters(back) == masters(said)


def test_what_a_row_cannot_say_is_listed():
    from dataclasses import replace

    said = document(EXAMPLE)
    pit = replace(said.events[0], extensions={**said.events[0].extensions, "https://x.example/mood": "good"})
    looked_at = replace(said.events[0], action="OBSERVE", bizStep="inspecting")
    out = rows_from([pit, looked_at], said.master)
    assert out.left == [looked_at]
    assert out.unsaid == [(pit.eventID, "https://x.example/mood")]


def test_events_without_master_data_are_named_by_their_identifiers():
    out = rows_from(document(EXAMPLE).events)
    assert out.sheets["lots"][1]["lots.lot"] == "ATL-26-0311"
    assert {row["lists.id"] for row in out.lists} >= {WORKS, SULFATE, RIVAGE}
    back = events(read(write_zip(out.sheets, lists=out.lists), "x.zip"))
    assert [event.eventID for event in back.events] == [event.eventID for event in document(EXAMPLE).events]


# ---- the marked workbook


def test_the_own_workbook_comes_back_with_its_cells_marked():
    lots = [{**EXAMPLE["lots"][0], "lots.moist": Decimal(120), "lots.site": "=cmd|x"}, EXAMPLE["lots"][1]]
    data = write({**EXAMPLE, "lots": lots}, language="fr", lists=EXAMPLE_LISTS)
    book = openpyxl.load_workbook(io.BytesIO(data))
    book["1 Lots produits"]["T4"].value = "note à nous"
    book.create_sheet("À nous")["A1"].value = 7
    out = io.BytesIO()
    book.save(out)
    findings = check(read(out.getvalue(), "exp.xlsx"))
    marked = openpyxl.load_workbook(io.BytesIO(mark(out.getvalue(), findings, "fr")))
    page = marked["1 Lots produits"]
    assert page["F4"].fill.fgColor.rgb == "FFF4B6B1"
    assert "IMP-06: Plus de 100 %" in page["F4"].comment.text
    assert page["F5"].comment is None
    assert page["T4"].value == "note à nous"
    assert marked["À nous"]["A1"].value == 7
    assert page["A2"].fill.fgColor.rgb == "FF01665E"
    assert page["G5"].value.startswith("=IF(")
    summary = marked[marked.sheetnames[0]]
    assert summary.title == "À corriger"
    assert [summary.cell(row, 7).value for row in range(3, summary.max_row + 1)] == [one.code for one in findings]
    # What the sender wrote is text in the list, never a formula.
    assert {cell.data_type for row in summary.iter_rows(min_row=3) for cell in row if cell.value} == {"s"}


def test_a_csv_comes_back_as_a_workbook_with_its_cells_marked():
    data = "N° de lot;Poids net humide (kg)\nA;24t\nB;24000\n".encode()
    findings = check(read(data, "lots.csv"))
    marked = openpyxl.load_workbook(io.BytesIO(mark(data, findings, "fr", name="lots.csv")))
    assert marked.sheetnames[0] == "À corriger"


def test_a_long_workbook_comes_back_with_the_bad_rows_only():
    rows = [{**EXAMPLE["lots"][1], "lots.lot": f"L{i}", "lots.origin": "Puits 7"} for i in range(20_100)]
    rows[20_000] = {**rows[20_000], "lots.moist": Decimal(120)}
    data = write_zip({"lots": rows}, language="en", lists=EXAMPLE_LISTS)
    findings = check(read(data, "x.zip"))
    assert [(one.code, one.place.row) for one in findings] == [("IMP-06", 20_003)]
    page = openpyxl.load_workbook(io.BytesIO(mark(data, findings, "en", name="x.zip")))["lots.csv"]
    # Two heading lines and the bad row, its number in front; moisture moves from column F to G.
    assert page.max_row == 3
    assert page["A3"].value == 20_003
    assert page["G3"].comment is not None


def test_a_template_is_marked_without_harm():
    data = template("en")
    assert read(mark(data, check(read(data, "t.xlsx")), "en"), "t.xlsx").rows("lots") == ()


CERTIFICATE = {
    "lots.u_assay": Decimal("0.5"), "lots.method": "ISO 11885", "lots.laboratory": "Labo Exemple",
    "lots.assay_status": "umpire",
}  # fmt: skip


def analysed(**more):
    lots = [{**EXAMPLE["lots"][0], "lots.co": Decimal("20.9"), **CERTIFICATE, **more}]
    return next(e for e in document({**EXAMPLE, "lots": [*lots, *EXAMPLE["lots"][1:]]}).events if e.trait("assay"))


def test_the_certificate_of_a_row_holds_for_each_of_its_assays():
    # 0.5 % of a content of 20.9 % are 0.1045 points
    (cobalt,) = (one for one in analysed().trait("assay") if one["element"] == "Co")
    assert (cobalt["uncertainty"], cobalt["method"]) == ("0.1045", "ISO 11885")
    assert (cobalt["laboratory"], cobalt["status"]) == ("Labo Exemple", "umpire")


def test_the_certificate_comes_back_from_the_events():
    sheets = {
        **EXAMPLE,
        "lots": [{**EXAMPLE["lots"][0], "lots.co": Decimal("20.9"), **CERTIFICATE}, *EXAMPLE["lots"][1:]],
    }
    first = document(sheets)
    back = rows_from(first.events, first.master)
    row = next(one for one in back.sheets["lots"] if one["lots.lot"] == EXAMPLE["lots"][0]["lots.lot"])
    assert {key: row[key] for key in CERTIFICATE} == CERTIFICATE
    assert not [member for _, member in back.unsaid if member.endswith("assay")]


def test_assays_of_two_laboratories_stand_on_two_sheets():
    one = analysed()
    assays = [
        {**one.trait("assay")[0], "element": "Co"},
        {**one.trait("assay")[0], "element": "Ni", "laboratory": "Autre"},
    ]
    told = rows_from([replace(one, ilmd={**one.ilmd, FILON + "assay": assays})], document(EXAMPLE).master)
    assert told.unsaid == []
    assert [row["lots.laboratory"] for row in told.sheets["lots"]] == ["Labo Exemple"]
    assert [(row["meas.what"], row["meas.laboratory"]) for row in told.sheets["meas"]] == [("Ni", "Autre")]
    odd = [{**assays[0], "furnace": "3"}]
    told = rows_from([replace(one, ilmd={**one.ilmd, FILON + "assay": odd})], document(EXAMPLE).master)
    assert FILON + "assay" in [member for _, member in told.unsaid]


def test_a_workbook_without_the_new_columns_says_what_it_always_said():
    for event in document(EXAMPLE).events:
        assert all(set(one) <= {"element", "percent", "basis"} for one in event.trait("assay") or ())
