"""Footprints worked by hand: each test's docstring is its chain and its arithmetic."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from carbon_story import leg, places, power, used
from filon.accounts.carbon.account import CarbonAccount, carbon_account
from filon.accounts.carbon.activity import activities
from filon.accounts.carbon.allocation import Allocation
from filon.accounts.carbon.factor import Factors
from filon.accounts.carbon.line import GapKind, Variant
from filon.books.movement import Said
from filon.books.post import post
from filon.books.register import LOCATION, Register
from filon.epcis.event import FILON, ErrorDeclaration, Event
from story import assemble, birth, count, lot, moment, q, receive, said, ship, site, step

REGISTER = places(mine="MA", works="FR", plant="FR")


def account(*events: Event, register: Register = REGISTER, allocation: Allocation | None = None,
            factors: Factors | None = None) -> CarbonAccount:  # fmt: skip
    told: list[Said] = said(*events)
    listed, findings = activities(told)
    assert findings == []
    return carbon_account(post(told, register), listed, factors or Factors.standard(), allocation)


def codes(one: CarbonAccount) -> set[str]:
    return {finding.code for finding in one.findings}


def chain() -> list[Event]:
    return [
        birth(1, "mine", "A", "1000", form="arsenide concentrate", origin="m"),
        used(2, "mine", power("500"), since="2026-01-01", until="2026-01-31"),
        ship(3, "mine", "works", "N1", {"A": "1000"}),
        used(3, "mine", leg("100", "0.1"), note="N1"),
        receive(4, "works", "N1", {"A": "990"}),
        step(5, "works", {"A": "495"}, {"S": "200"}, campaign="C1", form="CoSO4·7H2O"),
        step(5, "works", {}, {"R": "300"}, campaign="C1", kind="waste"),
        used(6, "works", power("100", "0.2"), campaign="C1"),
    ]


def test_a_mine_a_delivery_and_a_refinery():
    """Mine: 500 kWh in Morocco at 0.630014 = 315.007 kg CO2e for 1000 kg; carriage 100 tkm x 0.1 = 10 kg.

    990 of 1000 kg arrive: what is lost burdens what is kept, so 325.007 kg lie on 990 kg. Half of them (495 kg) go into
    the sulfate: 162.5035. The campaign's 100 kWh of the supplier's own mix (0.2) add 20 kg, market-based; in France the
    grid (0.056039) makes that 5.6039, location-based. The 300 kg of residue are waste and carry nothing.
    Per kg of 200 kg of sulfate: market (162.5035 + 20) / 200 = 0.9125175; location (162.5035 + 5.6039) / 200 = 0.840537.
    """
    one = account(*chain()).footprint(lot("S"))
    assert one.per == "kg"
    assert one.whole
    assert one.total(Variant.MARKET).quantize(Decimal("1E-12")) == Decimal("0.9125175")
    assert one.total(Variant.LOCATION).quantize(Decimal("1E-12")) == Decimal("0.840537")
    # Carriage: 10 kg x 495/990 / 200 kg = 0.025, measured, so all of it is primary.
    carried = next(c for c in one.contributions if c.line.activity.flow == "road")
    assert round(carried.kg(Variant.MARKET), 20) == Decimal("0.025")
    assert one.primary_share() == 100


def test_the_lot_received_carries_what_was_lost_on_the_way():
    """325.007 kg CO2e on the 990 kg that arrived, but 315.007 on 1000 kg at the mine's gate."""
    made = account(*chain())
    assert made.footprint(lot("A")).total() * 1000 == Decimal("315.007")
    assert round(made.footprint(lot("A"), delivered=True).total() * 990, 20) == Decimal("325.007")


def test_wind_power_counts_as_far_as_certificates_were_cancelled():
    """10 000 kWh of wind under contract in France, 6 certificates of 1 MWh: 6000 x 0.0141 + 4000 x 0.056039 = 308.756.

    Location-based and direct: 10 000 x 0.056039 = 560.39. There is no residual mix in the table: the grid stands in.
    """
    wind = power("10000", supply="ppa", technology="wind", certificates={"issuer": "GO", "first": "101", "last": "106"})
    made = account(
        birth(1, "works", "S", "100", form="CoSO4·7H2O", origin="m"),
        used(2, "works", wind, since="2026-01-01", until="2026-01-31"),
    )
    one = made.footprint(lot("S"))
    assert [one.total(v) * 100 for v in (Variant.MARKET, Variant.LOCATION, Variant.DIRECT)] == [
        Decimal("308.756"), Decimal("560.39"), Decimal("560.39")]  # fmt: skip
    assert {"CFP-007", "CFP-011"} <= codes(made)


def test_a_certificate_counts_once():
    """The first of two bills has serials 1 to 3; the second names 3 to 4 and gets only serial 4: 1 MWh of its 2."""

    def wind(first: str, last: str) -> dict[str, object]:
        return power("2000" if last == "4" else "3000", supply="guarantee", technology="wind",
                     certificates={"issuer": "GO", "first": first, "last": last})  # fmt: skip

    made = account(
        birth(1, "works", "S", "100", form="CoSO4·7H2O", origin="m"),
        used(2, "works", wind("1", "3"), since="2026-01-01", until="2026-01-31"),
        used(2, "works", wind("3", "4"), since="2026-01-01", until="2026-01-31"),
    )
    # 4 MWh of wind, 1 MWh of grid.
    assert made.footprint(lot("S")).total() * 100 == Decimal(4000) * Decimal("0.0141") + 1000 * Decimal("0.056039")
    assert "CFP-006" in codes(made)


def test_own_wind_whose_certificates_were_sold_is_grid_except_where_it_stands():
    """1000 kWh of own wind, sold: location 14.1 (it turns there); market and direct 56.039."""
    made = account(
        birth(1, "works", "S", "100", form="CoSO4·7H2O", origin="m"),
        used(
            2,
            "works",
            power("1000", supply="own", technology="wind", sold="true"),
            since="2026-01-01",
            until="2026-01-31",
        ),
    )
    one = made.footprint(lot("S"))
    assert [one.total(v) * 100 for v in Variant] == [Decimal("14.1"), Decimal("56.039"), Decimal("56.039")]
    assert "CFP-015" in codes(made)


def test_a_period_is_shared_by_mass_and_only_among_what_was_made_in_it():
    """January at the works: 60 kg and 40 kg; February: 100 kg, without any reading. 50 kg CO2e of January: 0.5 a kg."""
    made = account(
        birth(3, "works", "S1", "60", form="CoSO4·7H2O", origin="m"),
        birth(9, "works", "S2", "40", form="CoSO4·7H2O", origin="m"),
        birth(40, "works", "S3", "100", form="CoSO4·7H2O", origin="m"),
        used(31, "works", power("100", "0.5"), since="2026-01-01", until="2026-01-31"),
    )
    assert made.footprint(lot("S1")).total() == made.footprint(lot("S2")).total() == Decimal("0.5")
    later = made.footprint(lot("S3"))
    assert not later.whole
    assert later.lacking[0].gap.kind is GapKind.NO_DATA
    assert later.lacking[0].kg == 1
    assert later.total() == 0


def two_products(**more: object) -> list[Event]:
    return [
        birth(1, "mine", "A", "200", form="arsenide concentrate", origin="m"),
        used(1, "mine", power("0", "0"), since="2026-01-01", until="2026-01-02"),
        step(5, "mine", {"A": "200"}, {"P": "60"}, campaign="C1", form="CoSO4·7H2O"),
        step(5, "mine", {}, {"B": "40"}, campaign="C1", form="NiSO4·6H2O", kind="by-product"),
        used(6, "mine", power("100", "0.5"), campaign="C1"),
    ]


def test_products_share_by_mass():
    """50 kg CO2e on 60 + 40 kg: 0.5 a kg."""
    assert account(*two_products()).footprint(lot("P")).total() == Decimal("0.5")


def test_prices_decide_above_the_ratio():
    """Prices 10 and 1: ratio 10 > 4: weights 600 and 40; P carries 50 x 600/640 = 46.875, 0.78125 a kg.

    Prices 3 and 1: ratio 3, mass decides: 0.5. Under a threshold of 2: 180 and 40: 50 x 180/220 / 60 = 0.681818..
    """
    dear = {"CoSO4·7H2O": Fraction(10), "NiSO4·6H2O": Fraction(1)}
    near = {"CoSO4·7H2O": Fraction(3), "NiSO4·6H2O": Fraction(1)}

    def of(prices: dict[str, Fraction], threshold: int = 4) -> Decimal:
        rule = replace(Allocation.of("gba-rulebook", prices), threshold=Fraction(threshold))
        return account(*two_products(), allocation=rule).footprint(lot("P")).total()

    assert of(dear) == Decimal("0.78125")
    assert of(near) == Decimal("0.5")
    assert round(of(near, 2), 6) == Decimal("0.681818")
    assert of({"CoSO4·7H2O": Fraction(10)}) == Decimal("0.5")  # one price is missing: mass


def test_a_co_product_of_little_value_does_not_decide():
    """P 60 kg at 10, B 40 kg at 0.1: B is 4 of 604, 0.66 %: ignored by the 3 % rule, one price left: ratio 1, mass."""
    prices = {"CoSO4·7H2O": Fraction(10), "NiSO4·6H2O": Fraction(1, 10)}
    assert account(*two_products(), allocation=Allocation.of("gba-rulebook", prices)).footprint(
        lot("P")
    ).total() == Decimal("0.5")


def test_rejected_cells_burden_the_good_ones_and_a_pack_is_a_piece():
    """Ten cells cost 90 kg CO2e; one is destroyed: 10 kg each. A pack of 3: 30 kg + 6 kg of its own work = 36."""
    gone = Event(
        "ObjectEvent", moment(4), "+00:00", action="DELETE", bizStep="destroying", readPoint=site("plant"),
        quantityList=(q("CELLS", "1", None),),
    )  # fmt: skip
    made = account(
        birth(1, "plant", "CELLS", "10", uom=None, form="cell", origin="m"),
        used(2, "plant", power("180", "0.5"), since="2026-01-01", until="2026-01-03"),
        gone,
        assemble(5, "plant", "PACK", {"CELLS": 3}),
        used(6, "plant", power("12", "0.5"), since="2026-01-06", until="2026-01-06"),
    )
    assert made.footprint(lot("CELLS")).total() == 10
    pack = made.footprint(lot("PACK"))
    assert (pack.per, pack.total()) == ("piece", 36)
    assert pack.total(stage="main") == pack.total()  # cells and packs are main product production


def test_an_unconfirmed_factor_is_a_gap_until_asked_for():
    """NaOH's factor is not confirmed. 10 kg x 0.5297 = 5.297 once it is asked for."""
    events = [
        birth(1, "works", "S", "100", form="CoSO4·7H2O", origin="m"),
        used(
            2,
            "works",
            power("0", "0"),
            {"flow": "NaOH", "amount": "10", "uom": "KGM"},
            since="2026-01-01",
            until="2026-01-31",
        ),
    ]
    plain = account(*events)
    one = plain.footprint(lot("S"))
    assert (one.whole, one.total()) == (False, 0)
    assert one.lacking[0].gap.kind is GapKind.UNCONFIRMED
    assert "CFP-003" in codes(plain)
    asked = account(*events, factors=Factors.standard(unconfirmed=True))
    assert asked.footprint(lot("S")).total() * 100 == Decimal("5.297")
    assert asked.footprint(lot("S")).whole
    assert "CFP-013" in codes(asked)


def test_methane_is_told_fossil_and_biogenic():
    """1 kg fossil methane 29.8, 1 kg biogenic 27.0 (AR6, 100 years)."""
    made = account(
        birth(1, "works", "S", "1", form="CoSO4·7H2O", origin="m"),
        used(2, "works", power("0", "0"), {"flow": "direct CH4 fossil", "amount": "1", "uom": "KGM"},
             {"flow": "direct CH4 biogenic", "amount": "1000", "uom": "GRM"}, since="2026-01-01", until="2026-01-31"),
        factors=Factors.standard(unconfirmed=True),
    )  # fmt: skip
    one = made.footprint(lot("S"))
    assert (one.total(component=""), one.total(component="biogenic")) == (Decimal("29.8"), Decimal("27.0"))


def test_a_declared_footprint_stands_for_all_before_and_carries_its_primary_share():
    """100 kg of graphite declared at 4.2 kg CO2e/kg, 25 % primary: 4.2 a kg, 25 % primary, no gap."""
    paper = {"flow": "product footprint", "amount": "100", "uom": "KGM",
             "ownFactor": {"value": "4.2", "source": "supplier's footprint 7", "primary": "25"}}  # fmt: skip
    made = account(
        birth(1, "works", "G", "100", form="graphite", origin="m"),
        used(2, "works", paper, since="2026-01-01", until="2026-01-31"),
    )
    one = made.footprint(lot("G"))
    assert (one.total(), one.primary_share(), one.whole) == (Decimal("4.2"), 25, True)


def test_a_reading_taken_back_is_as_never_said():
    wrong = replace(used(2, "works", power("100", "0.5"), since="2026-01-01", until="2026-01-31"), eventID="urn:e:1")
    back = replace(wrong, errorDeclaration=ErrorDeclaration(moment(9)))
    told = said(birth(1, "works", "S", "100", form="CoSO4·7H2O", origin="m"), wrong, back)
    listed, findings = activities(told)
    assert listed == []
    assert [one.code for one in findings] == ["BOK-024"]


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ({"flow": "electricity", "amount": "-1", "uom": "KWH"}, "amount"),
        ({"flow": "electricity", "amount": "12,5", "uom": "KWH"}, "amount"),
        ({"flow": "electricity", "amount": "NaN", "uom": "KWH"}, "amount"),
        ({"flow": "electricity", "amount": "1e15", "uom": "KWH"}, "amount"),
        ({"flow": "electricity", "amount": "1e999999999", "uom": "KWH"}, "amount"),
        ({"amount": "1", "uom": "KWH"}, "flow"),
        ({"flow": "electricity", "amount": "1", "uom": "KWH", "supply": "magic"}, "supply"),
        (
            {"flow": "electricity", "amount": "1", "uom": "KWH", "certificates": {"first": "9", "last": "1"}},
            "certificates",
        ),
    ],
)
def test_what_cannot_be_read_is_left_out_and_told(member, name):
    listed, findings = activities(said(used(2, "works", member, power("1"))))
    assert [one.amount for one in listed] == [1]
    assert [(one.code, one.values["name"]) for one in findings] == [("CFP-001", name)]


def test_a_unit_that_does_not_fit_is_a_gap_and_never_a_guess():
    made = account(
        birth(1, "works", "S", "100", form="CoSO4·7H2O", origin="m"),
        used(
            2,
            "works",
            power("0", "0"),
            {"flow": "road", "amount": "7", "uom": "KGM"},
            since="2026-01-01",
            until="2026-01-31",
        ),
    )
    assert "CFP-008" in codes(made)
    assert not made.footprint(lot("S")).whole


def test_an_activity_where_nothing_was_made_burdens_nothing():
    made = account(
        birth(40, "works", "S", "100", form="CoSO4·7H2O", origin="m"),
        used(2, "works", power("100", "1"), since="2026-01-01", until="2026-01-31"),
    )
    assert "CFP-005" in codes(made)
    assert made.footprint(lot("S")).total() == 0


def test_undeclared_matter_and_opening_stock_are_gaps():
    made = account(count(1, "works", "T", "100"), register=REGISTER)
    assert [one.gap.kind for one in made.footprint(lot("T")).lacking] == [GapKind.UNDECLARED]


def test_a_lot_that_enters_the_books_half_way_needs_a_declared_footprint():
    """A refinery that names its mine and sends its meter: the mine's own work is missing, and said to be."""
    kinds = Register.of([(LOCATION, site("works"), {FILON + "kind": "refinery", FILON + "country": "FR"})])
    made = account(
        birth(1, "works", "S", "100", form="CoSO4·7H2O", origin="m"),
        used(2, "works", power("100", "0.5"), since="2026-01-01", until="2026-01-31"),
        register=kinds,
    )
    one = made.footprint(lot("S"))
    assert (one.whole, one.total()) == (False, Decimal("0.5"))
    assert one.lacking[0].gap.kind is GapKind.NO_DATA


def test_matter_that_came_from_nowhere_is_a_gap_of_the_step():
    """100 kg of sulfate went in, 200 kg of the same came out: whose footprint the other 100 kg have, nobody knows."""
    made = account(
        birth(1, "mine", "A", "100", form="CoSO4·7H2O", origin="m"),
        used(1, "mine", power("100", "0.5"), since="2026-01-01", until="2026-01-02"),
        step(5, "mine", {"A": "100"}, {"B": "200"}, campaign="C1", form="CoSO4·7H2O"),
        used(6, "mine", power("0", "0"), campaign="C1"),
    )
    one = made.footprint(lot("B"))
    assert {lack.gap.kind for lack in one.lacking} == {GapKind.UNDECLARED}
    assert "CFP-010" in codes(made)
