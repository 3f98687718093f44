"""The twenty packs of the founding chain: every derived value of their passports equals the books and the truth."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from filon.app.passports import Passports
from filon.core.ident import elements
from filon.exchange.simulator.world import SITES
from filon.passport.derived import materials
from filon.passport.passport import Standing, disclosed
from filon.passport.point import Audience

pytestmark = pytest.mark.xdist_group("founding chain")
ON = date(2027, 2, 18)
BOUND = Decimal("0.0001")  # percent are told to 4 decimals; the books round to the mg, 6 mg in 5 kg at most


@pytest.fixture(scope="module")
def truth(chain_folder):
    return json.loads((chain_folder / "truth.json").read_bytes())


@pytest.fixture(scope="module")
def passports(chain):
    return Passports(chain)


@pytest.fixture(scope="module")
def all_of_them(passports):
    return {one: passports.passport(one, on=ON) for one in passports.batteries()}


def test_the_twenty_packs_have_passports(all_of_them, truth):
    assert all_of_them.keys() == truth["packs"].keys()
    assert len(all_of_them) == 20


def test_composition_is_the_content_of_the_books(all_of_them, chain):
    book = chain.book()
    for lot, one in all_of_them.items():
        content = book.first(lot).content
        told = {row["element"]: row["kg"] for row in one.value("detailedComposition")}
        assert told == {
            m.element: Decimal(content[m.element]).scaleb(-6) for m in materials() if content.get(m.element)
        }
        critical = {row["element"] for row in one.value("criticalRawMaterials")}
        assert critical == {
            m.element for m in materials() if m.critical and 1000 * (content.get(m.element) or 0) > content["mass"]
        }


def test_recycled_content_is_the_truth_for_all_packs_of_the_model_together(all_of_them, truth):
    """What came from the recycler's lots, all declared wholly recycled, over all that is in the twenty packs."""
    for code, element in (("recycledCobalt", "Co"), ("recycledNickel", "Ni"), ("recycledLithium", "Li")):
        parts = [pack[element] for pack in truth["packs"].values()]
        whole = sum(Fraction(kg) for one in parts for kg in one.values())
        again = sum(Fraction(one.get(SITES["boucle"].id, "0")) for one in parts)
        expected = 100 * again / whole
        for one in all_of_them.values():
            assert abs(Fraction(one.value(code)) - expected) <= Fraction(BOUND), code
            assert one[code].standing is Standing.COMPUTED
            assert one[code].why.scope == "model, plant and year"


def test_origins_are_those_of_an_independent_bookkeeping(all_of_them, truth):
    """By country and kind, as the public may see them: sums of the truth over origins of a country."""
    sites = {site.id: site for site in SITES.values()}
    for lot, one in all_of_them.items():
        expected = {}
        for element, origins in truth["packs"][lot].items():
            for origin, kg in origins.items():
                site = sites.get(origin)
                kind = "unknown" if site is None else "recycled" if site.kind == "recycler" else "mine"
                key = element, site.country if site else "", kind
                expected[key] = expected.get(key, Decimal(0)) + Decimal(kg)
        told = {}
        for row in one.value("originShares"):
            key = row["element"], row.get("country", ""), row["kind"]
            told[key] = told.get(key, Decimal(0)) + row["kg"]
        for key in expected.keys() | told.keys():
            assert abs(expected.get(key, Decimal(0)) - told.get(key, Decimal(0))) < Decimal("0.00001"), key


def test_the_record_of_article_49_balances_and_its_trade_begins_at_the_mine(all_of_them, chain):
    book = chain.book()
    for lot, one in all_of_them.items():
        rows = one.value("dueDiligenceRecord")
        for element, name in (("Co", "Cobalt"), ("Ni", "Nickel"), ("Li", "Lithium"), ("C", "Graphite")):
            mine = [row for row in rows if row["material"] == name]
            assert sum(row["kg"] for row in mine) == Decimal(book.first(lot).content[element]).scaleb(-6)
            assert {row["supplier"] for row in mine} == {"Cellonord SAS"}
        cobalt = next(row for row in rows if row["material"] == "Cobalt")
        assert set(cobalt["countries"]) == {"MA", "CD", "FR"}
        assert cobalt["transactions"][0]["day"] < cobalt["transactions"][-1]["day"]


def test_each_serial_number_and_month_is_the_packs_own(all_of_them):
    for lot, one in all_of_them.items():
        assert one.value("modelAndSerial")["serial"] == elements(lot)["21"] == one.serial
        assert one.value("dateOfManufacture") in {"2026-08", "2026-09"}
        assert one.touched == tuple(sorted(set(one.touched)))
        assert one.version == len(one.touched)


def test_a_passport_is_the_same_from_the_same_entries(passports, chain):
    """As known right after its last version, made by two of us; and what came later of others does not touch it."""
    battery = passports.batteries()[0]
    size = passports.versions(battery)[-1] + 1
    then = passports.passport(battery, as_of=size, on=ON)
    assert then == Passports(chain).passport(battery, as_of=size, on=ON)
    assert then.touched == passports.passport(battery, on=ON).touched


@pytest.mark.parametrize("audience", Audience)
def test_made_for_a_reader_is_what_is_disclosed_to_them(passports, audience):
    """No work is done for what nobody sees, and nothing else is different."""
    for battery in passports.batteries()[::7]:
        whole = passports.passport(battery, on=ON)
        assert passports.passport(battery, on=ON, audiences={audience}) == disclosed(whole, {audience})
