"""A recall as people see it: where it is, whom to tell, how far it spread, in both languages; and as tables."""

from dataclasses import replace
from datetime import date

import pytest

from filon.accounts.tip import Names
from filon.books.post import post
from filon.books.register import LOCATION, PARTY, Register
from filon.epcis.event import FILON, Event, Typed
from filon.views.as_json import as_json
from filon.views.build.recall import recall_view
from filon.views.build.sight import Sight
from filon.views.ledger_state import LedgerState
from filon.views.recall import Asked
from filon.views.rows import recall_rows
from filon.views.say import tongue
from story import NS, birth, moment, receive, said, ship, site, step

PACK = "https://id.gs1.org/01/09506000134352/21/7"
REGISTER = Register.of([
    (LOCATION, site("m"), {FILON + "kind": "mine", FILON + "name": "Tizi", FILON + "party": NS + "p/a"}),
    (LOCATION, site("w"), {FILON + "kind": "refinery", FILON + "name": "Works", FILON + "country": "FI"}),
    (LOCATION, site("p"), {FILON + "kind": "pack", FILON + "name": "Plant", FILON + "party": NS + "p/c"}),
    (PARTY, NS + "p/c", {FILON + "name": "Car Maker", FILON + "country": "FR"}),
])  # fmt: skip


@pytest.fixture
def sight():
    """20 t ore, 12 shipped to the works and blended with 8 of another: 20 into a salt; 15 shipped to the plant, 5 arrived."""
    goods = {"SALT": "10"}
    under_way = replace(ship(5, "w", "p", "N3", goods), destinationList=(Typed(NS + "p/c", "possessing_party"),))
    book = post(
        said(
            birth(0, "m", "ORE", "20", form="Co"),
            birth(0, "w", "OTHER", "8", form="Co", origin="urn:x"),
            ship(1, "m", "w", "N1", {"ORE": "12"}),
            receive(2, "w", "N1", {"ORE": "12"}),
            step(3, "w", {"ORE": "12", "OTHER": "8"}, {"SALT": "20"}, form="Co"),
            ship(4, "w", "p", "N2", {"SALT": "5"}),
            receive(5, "p", "N2", {"SALT": "5"}),
            under_way,
        ),
        REGISTER,
    )
    return Sight(book, LedgerState(1, "", None), lambda _: None)


def kg(between):
    return tuple(
        None if one.value is None else float(one.value) for one in (between.least, between.likely, between.most)
    )


def test_a_pack_in_a_vehicle_is_still_a_battery_that_holds_it():
    # 5 kg of cobalt in a pack that stands in a car, which bears its maker's own number
    car = Event("AggregationEvent", moment(9), "+00:00", action="ADD", bizStep="assembling", bizLocation=site("p"),
                parentID="urn:vin:1", childEPCs=(PACK,))  # fmt: skip
    made = step(8, "p", {"ORE": "5"}, {}, form="pack")
    made = replace(made, outputEPCList=(PACK,), outputQuantityList=())
    book = post(said(birth(0, "p", "ORE", "5", form="Co", origin="urn:x"), made, car), REGISTER)
    view = recall_view(Sight(book, LedgerState(1, "", None), lambda _: None), Names(book).meant(["ORE"]))
    (one,) = [each for each in view.sentences if each.code == "recall.articles"]
    assert (one.values["count"], one.values["most"].value) == (1, 5)
    assert [each.key for each in view.there] == ["urn:vin:1"]


def test_where_it_is(sight):
    # ORE: 8 kg still at the mine. SALT holds 12 of ORE in 20: of 5 kg at the plant, the 5 left, the 10 under way
    view = recall_view(sight, Names(sight.book).meant(["ORE"]))
    there = {(one.number, one.state, one.site.name): kg(one.held) for one in view.there}
    assert there == {
        ("ORE", "stock", "Tizi"): (8, 8, 8),
        ("SALT", "stock", "Works"): (0, 3, 5),
        ("SALT", "stock", "Plant"): (0, 3, 5),
        ("SALT", "transit", "N3"): (2, 6, 10),
    }
    assert kg(view.start[0].through) == (20, 20, 20)
    assert [one.number for one in view.behind] == []


def test_whom_to_tell(sight):
    view = recall_view(sight, Names(sight.book).meant(["ORE"]))
    told = [
        (
            one.name,
            one.country,
            one.sites,
            tuple(one.notes),
            float(one.mass.value),
            kg(one.held),
            float(one.under_way.value),
        )
        for one in view.receivers
    ]
    assert told == [
        ("Works", "FI", ("Works",), ("N1",), 12, (12, 12, 12), 0),
        ("Car Maker", "FR", ("Plant",), ("N2", "N3"), 15, (2, 9, 15), 10),
    ]
    assert (view.receivers[1].first, view.receivers[1].last) == (date(2026, 1, 5), date(2026, 1, 6))


def test_the_mirror_tells_what_it_came_from(sight):
    view = recall_view(sight, Names(sight.book).meant(["SALT"]))
    assert {one.number: kg(one.through) for one in view.behind} == {"ORE": (12, 12, 12), "OTHER": (8, 8, 8)}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_is_told_in_both_languages(sight, language):
    view = recall_view(sight, Names(sight.book).meant(["ORE", "nobody"]))
    told = " ".join(tongue(language).tell(one) for one in view.sentences)
    assert "20\u202fkg" in told
    assert {"en": "1 name of the list is not known here.", "fr": "1 nom de la liste est inconnu ici."}[language] in told
    assert as_json(view, tongue(language))["unknown"] == ["nobody"]


def test_nothing_meant_is_said_so(sight):
    view = recall_view(sight, Names(sight.book).meant(["nobody"]))
    assert view.sentences[0].code == "recall.nothing"
    assert not view.there


def test_it_becomes_tables(sight):
    lots, receivers, behind, _ = recall_rows(recall_view(sight, Names(sight.book).meant(["SALT"])))
    assert len(lots.rows) == 3
    assert lots.heads[-3:] == ("least_kg", "likely_kg", "most_kg")
    assert receivers.rows[0][0] == "Car Maker"
    assert {row[0] for row in behind.rows} == {"ORE", "OTHER"}


def test_what_was_asked_can_be_asked_again():
    asked = Asked(("A 1", "B"), supplier="Atlas", since=date(2026, 1, 2), element="Co")
    assert asked.text == "'A 1' B --supplier Atlas --since 2026-01-02 --element Co"
    assert Asked(tuple(f"L{k}" for k in range(9))).text == "L0 L1 L2 L3 L4 …"
