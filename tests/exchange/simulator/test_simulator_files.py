"""The files as they arrive: repeatable, readable by the importers, telling everything once and as it was."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal

import pytest

from filon.core.finding import Level
from filon.core.moment import offset
from filon.epcis import jsonld
from filon.exchange.simulator.chain import chain
from filon.exchange.simulator.deed import Delivered, Made, Mistaken, Received, Shipped
from filon.exchange.simulator.files import deliveries, events, simulate
from filon.exchange.simulator.strand import LATE
from filon.exchange.simulator.told import told
from filon.exchange.simulator.world import COMPANIES, PRODUCTS, SITES
from filon.exchange.workbook.check import check
from filon.exchange.workbook.events import events as workbook_events
from filon.exchange.workbook.read import read


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    directory = tmp_path_factory.mktemp("founding")
    return directory, simulate(directory, seed=1)


@pytest.fixture(scope="module")
def documents(folder):
    """{file name: (events, findings)}"""
    read_ = {}
    for path in folder[1]:
        if path.suffix == ".jsonld":
            document = jsonld.parse(path.read_bytes(), path.name)
            read_[path.name] = (document.events, document.findings)
        else:
            reading = read(path.read_bytes(), path.name)
            read_[path.name] = (workbook_events(reading).events, check(reading))
    return read_


def test_the_same_seed_gives_the_same_bytes(folder, tmp_path):
    directory, paths = folder
    again = simulate(tmp_path / "again", seed=1)
    assert [one.name for one in again] == [one.name for one in paths]
    for one, other in zip(paths, again, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name
    for name in ("agreement.json", "truth.json"):
        assert (directory / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_another_seed_gives_other_bytes(folder, tmp_path):
    simulate(tmp_path, seed=2)
    assert (tmp_path / "truth.json").read_bytes() != (folder[0] / "truth.json").read_bytes()


def test_names_sort_in_the_order_of_delivery_and_suppliers_come_first(folder):
    names = [one.name for one in folder[1]]
    assert names == sorted(names)
    assert {name.rpartition(".")[2] for name in names} == {"xlsx", "zip", "jsonld"}
    assert "2026-08-03_atlas_juillet.xlsx" in names
    assert {name.split("_")[1] for name in names} == set(COMPANIES)


def test_every_deed_is_told_in_one_file_of_its_company(folder):
    plan = chain(1)
    listed = deliveries(plan)
    assert Counter(id(deed) for one in listed for deed in one.deeds) == Counter(id(deed) for deed in plan)
    assert [one.name for one in listed] == [one.name for one in folder[1]]
    for one in listed:
        assert {deed.site.company for deed in one.deeds} == {one.company}
        last = max(deed.when for deed in one.deeds)
        assert f"{last:%Y-%m-%d}" < one.day  # told after it happened


def test_importers_find_no_error_in_any_file(documents):
    for name, (told_, findings) in documents.items():
        assert told_, name
        assert [one for one in findings if one.level is Level.ERROR] == [], name


def test_lots_without_a_known_origin_are_pointed_out(documents):
    """The opening heel, the copper that nobody names, and two lots of aluminium foil: nothing else."""
    found = [one.found for _, findings in documents.values() for one in findings if one.code == "IMP-44"]
    assert sorted(found) == ["CUV-26-000", "FAL-26-001", "FAL-26-002", "FCU-26-002"]


def everything(told_):
    """{(step, lot, kg)}: what moves, whatever the file format."""
    moved = Counter()
    for event in told_:
        if event.errorDeclaration:
            continue
        step = event.bizStep
        for field in ("quantityList", "inputQuantityList", "outputQuantityList", "childQuantityList"):
            for one in getattr(event, field):
                moved[event.type, step, field, one.epcClass, one.quantity, event.readPoint] += 1
        for epc in event.epcList:
            moved[event.type, step, "epcList", epc, None, event.readPoint] += 1
    return moved


def test_workbooks_and_systems_tell_the_same_matter_as_the_plan(documents):
    """Two tellings of one plan: through the files and their importers, and straight as events."""
    assert everything(event for told_, _ in documents.values() for event in told_) == everything(events(seed=1))


def test_traits_survive_the_workbook(documents):
    """What is declared of a lot is the same whether a workbook or a system says it."""

    def declared(told_):
        out = {}
        for event in told_:
            if not event.ilmd or event.errorDeclaration:
                continue
            (lot,) = [one.epcClass for one in event.outputQuantityList or event.quantityList]
            assay = {(one["element"], Decimal(one["percent"]), one["basis"]) for one in event.trait("assay") or []}
            moisture = event.trait("moisture")
            known = (frozenset(assay), moisture and Decimal(moisture), event.trait("origin"), event.trait("recycled"))
            out.setdefault(lot, set()).add((*known, event.trait("status") or "final"))
        return out

    straight = declared(events(seed=1))
    filed = declared(event for told_, _ in documents.values() for event in told_)
    assert filed == straight
    assert len(filed) > 300


def test_the_late_receipt_stands_in_septembers_workbook(documents):
    lot = sorted(
        {one.line.lot.id for one in chain(1) if isinstance(one, Made) and one.line.lot.product.key == "recycled cobalt"}
    )[LATE]
    place = [
        (name, f"{event.eventTime:%Y-%m}")
        for name, (told_, _) in documents.items()
        for event in told_
        if event.bizStep == "receiving" and any(one.epcClass == lot for one in event.quantityList)
    ]
    assert place == [("2026-10-07_rivage_septembre.xlsx", "2026-07")]


def test_the_declared_error_is_the_same_event_again_and_names_what_stands_for_it(documents):
    """EPCIS 2.0, 7.4.1.3: every field equal, the identifier too; the corrective event is told as well."""
    told_ = [event for name, (events_, _) in documents.items() if "katodia" in name for event in events_]
    (declaration,) = [event for event in told_ if event.errorDeclaration]
    twins = [event for event in told_ if event.eventID == declaration.eventID]
    assert len(twins) == 2
    (right,) = [event for event in told_ if event.eventID in declaration.errorDeclaration.correctiveEventIDs]
    wrong, true = twins[0].outputQuantityList[0], right.outputQuantityList[0]
    assert wrong.epcClass == true.epcClass
    assert wrong.quantity - true.quantity == 900
    assert declaration.errorDeclaration.declarationTime > right.eventTime


def test_every_event_has_its_own_identifier():
    ids = Counter(event.eventID for event in events(seed=1, scale=2) if not event.errorDeclaration)
    assert max(ids.values()) == 1


def test_workbooks_know_days_and_systems_minutes():
    for event in events(seed=1):
        zone = event.eventTimeZoneOffset
        assert zone[0] in "+-"
        site = next(one for one in SITES.values() if one.id == event.readPoint)
        assert zone == site.zone
        daily = site.company.medium != "epcis"
        assert (event.own("precision") == "day") == daily
        local = event.eventTime + offset(zone)
        assert not daily or (local.hour, local.minute) == (0, 0)


def test_packs_are_assembled_of_named_ranges():
    packs = [event for event in events(seed=1) if event.type == "AggregationEvent"]
    assert len(packs) == 20
    for event in packs:
        pieces = sum(int(one["last"]) - int(one["first"]) + 1 for one in event.own("ranges"))
        assert pieces == sum(one.quantity for one in event.childQuantityList) == 288


def test_truth_json_says_what_the_truth_says(folder):
    said = json.loads((folder[0] / "truth.json").read_bytes())
    assert said["files"] == [one.name for one in folder[1]]
    assert len(said["packs"]) == 20
    for element, balance in said["balance"].items():
        rest = Decimal(balance["entered"]) - sum(Decimal(balance[key]) for key in ("held", "left", "unaccounted"))
        assert abs(rest) < Decimal("1e-9"), element
    lots = {one.line.lot.id for one in chain(1) if isinstance(one, Made)}
    assert set(said["accidents"].values()) <= lots
    (surplus,) = said["surplus"]
    assert Decimal(surplus["gain"]) == Decimal(surplus["out"]) - Decimal(surplus["in"])


def test_the_agreement_names_parties_product_and_terms(folder):
    said = json.loads((folder[0] / "agreement.json").read_bytes())
    assert said["product"]["gtin"] == PRODUCTS["atlas sulfate"].gtin
    assert {one["id"] for one in said["parties"]} == {COMPANIES[key].id for key in ("atlas", "voltarine", "rivage")}
    assert (said["quantity"]["perYear"], said["quantity"]["unit"], said["years"]) == ("5000", "t", 7)
    orders = [
        one.order for one in chain(1) if isinstance(one, Shipped) and one.lines[0].lot.product.key == "atlas sulfate"
    ]
    assert orders
    assert all(order.startswith(said["id"] + "/") for order in orders)


def test_packs_travel_to_the_car_plant():
    plan = chain(1)
    there = {pack for one in plan if isinstance(one, Delivered) for pack in one.packs}
    assert len(there) == 20
    received = {epc for event in told(plan) if event.bizStep == "receiving" for epc in event.epcList}
    assert received == there
    assert sum(isinstance(one, Mistaken) for one in plan) == 1
    assert sum(isinstance(one, Received) for one in plan) > 100
