"""Published cases worked by hand: inventories of the literature with round factors, and cases with published results.

Amounts are the published ones (carbon reference, section 9: premise 2.4.9.2, after Dai 2018 and 2019, Arvidsson 2022,
Crenna 2021, Kelly 2021, Schenker 2022); factors are round, so that a pencil is enough.
"""

from decimal import Decimal
from fractions import Fraction

import numpy as np

from carbon_story import leg, places, power, used
from filon.accounts.carbon.account import carbon_account
from filon.accounts.carbon.activity import activities
from filon.accounts.carbon.factor import Factors, warming
from filon.accounts.carbon.kernel import Weave
from filon.books.post import post
from story import birth, lot, receive, said, ship, step

MONTH = {"since": "2026-01-01", "until": "2026-01-31"}


def of(flow, amount, factor, uom="KGM"):
    return {"flow": flow, "amount": amount, "uom": uom, "ownFactor": {"value": factor, "source": "round"}}


def account(*events):
    told = said(*events)
    listed, findings = activities(told)
    assert findings == []
    return carbon_account(post(told, places(works="CN")), listed, Factors.standard())


def test_cobalt_sulfate_after_dai_2018():
    """1 kg anhydrous: crude hydroxide 1.087 at 10, steam 10.76 MJ (36 MJ = 10 kWh) at 0.36 a kWh, 1.15 kWh at 0.6,
    NaOH 1.04 at 1, H2SO4 0.977 at 0.1, HCl 0.535 at 1: 10.87 + 1.076 + 0.69 + 1.04 + 0.0977 + 0.535 = 14.3087."""
    one = account(
        birth(1, "works", "H", "1087", form="Co(OH)2"),
        step(2, "works", {"H": "1087"}, {"S": "1000"}, form="CoSO4"),
        used(3, "works", of("product footprint", "1087", "10"), **MONTH, product=lot("H")),
        used(4, "works", power("1150", "0.6"), of("heat", "10760", "0.36", "3B"), of("NaOH", "1040", "1"),
             of("H2SO4", "977", "0.1"), of("HCl", "535", "1"), **MONTH, product=lot("S")),
    ).footprint(lot("S"))  # fmt: skip
    assert round(one.total(), 12) == Decimal("14.3087")


def test_lithium_carbonate_of_three_brines_after_schenker_2022():
    """Heat 23.0 / 27.6 / 298 MJ at 0.36 a kWh, electricity 0.46 / 0.64 / 27.8 kWh at 0.5, soda ash 2.34 / 2.05 / 1.59 at 1,
    quicklime 0.04 / 2.73 / 0 at 1: 2.3 + 0.23 + 2.34 + 0.04 = 4.91; 2.76 + 0.32 + 2.05 + 2.73 = 7.86;
    29.8 + 13.9 + 1.59 = 45.29."""
    brines = {"4.91": ("23.0", "0.46", "2.34", "0.04"), "7.86": ("27.6", "0.64", "2.05", "2.73"),
              "45.29": ("298", "27.8", "1.59", "0")}  # fmt: skip
    for expected, (heat, kwh, soda, lime) in brines.items():
        one = account(
            birth(1, "works", "L", "1", form="Li2CO3", origin="m"),
            used(2, "works", power(kwh, "0.5"), of("heat", heat, "0.36", "3B"), of("Na2CO3", soda, "1"),
                 of("CaO", lime, "1"), **MONTH),
        ).footprint(lot("L"))  # fmt: skip
        assert round(one.total(), 12) == Decimal(expected)


def test_cathode_material_and_cathode_after_dai_2019():
    """pCAM: NiSO4 1.2865 at 4, CoSO4 0.161 at 14, MnSO4 0.157 at 1, NaOH 0.854 at 1, heat 39.1 MJ at 0.36 a kWh:
    5.146 + 2.254 + 0.157 + 0.854 + 3.91 = 12.321. CAM: 0.949 of it, LiOH 0.246 at 6, 7.26 kWh at 0.6:
    11.692629 + 1.476 + 4.356 = 17.524629. Cathode: 0.95 of that: 16.64839755 + 0.441 x 0.6 = 16.91299755."""
    one = account(
        birth(1, "works", "N", "1286.5", form="NiSO4"), birth(1, "works", "C", "161", form="CoSO4"),
        birth(1, "works", "M", "157", form="MnSO4"),
        step(2, "works", {"N": "1286.5", "C": "161", "M": "157"}, {"P": "1000"}, form="NMC811 pCAM"),
        birth(2, "works", "L", "246", form="LiOH"),
        step(3, "works", {"P": "949", "L": "246"}, {"A": "1000"}, form="NMC811"),
        step(4, "works", {"A": "950"}, {"K": "1000"}, form="NMC811"),
        *(used(5, "works", of("product footprint", kg, value), **MONTH, product=lot(name))
          for name, kg, value in (("N", "1286.5", "4"), ("C", "161", "14"), ("M", "157", "1"), ("L", "246", "6"))),
        used(6, "works", of("NaOH", "854", "1"), of("heat", "39100", "0.36", "3B"), power("0"), **MONTH, product=lot("P")),
        used(7, "works", power("7260", "0.6"), **MONTH, product=lot("A")),
        used(8, "works", power("441", "0.6"), **MONTH, product=lot("K")),
    )  # fmt: skip
    assert round(one.footprint(lot("P")).total(), 12) == Decimal("12.321")
    assert round(one.footprint(lot("A")).total(), 12) == Decimal("17.524629")
    assert round(one.footprint(lot("K")).total(), 12) == Decimal("16.91299755")


def test_limestone_that_gives_off_its_co2_after_the_ipcc():
    """IPCC 2006 Guidelines, volume 3, table 2.1: 0.43971 t CO2 a tonne of calcite; 7.64 kg a kg of cobalt in the arsenide
    route of the reference: 3.3593844 kg."""
    one = account(
        birth(1, "works", "X", "1", form="Co", origin="m"),
        used(2, "works", {"flow": "CaCO3 decomposed", "amount": "7.64", "uom": "KGM"}, power("0"), **MONTH),
    ).footprint(lot("X"))  # fmt: skip
    assert round(one.total(), 12) == Decimal("3.3593844")


def test_power_and_fuel_after_heijungs_and_suh_2002():
    """Heijungs and Suh, The Computational Structure of Life Cycle Assessment (2002), chapter 2: 2 l of fuel give 10 kWh and
    1 kg CO2; 50 l of crude oil give 100 l of fuel and 10 kg CO2. Published: 1000 kWh cost 120 kg CO2.

    As lots: 200 l of fuel (20 kg CO2) become 1000 units of power (100 kg CO2). By hand: 0.1 + 0.2 x 0.1 = 0.12 a kWh.
    """
    one = account(
        birth(1, "works", "F", "200", form="pack", origin="m"),
        step(2, "works", {"F": "200"}, {"E": "1000"}, uom=None, form="pack"),
        used(3, "works", of("direct CO2", "20", "1"), power("0"), **MONTH, product=lot("F")),
        used(4, "works", of("direct CO2", "100", "1"), power("0"), **MONTH, product=lot("E")),
    ).footprint(lot("E"))  # fmt: skip
    assert (one.per, round(one.total() * 1000, 12)) == ("piece", 120)
    weave = Weave.of(2, np.array([1]), np.array([0]), np.array([0.2]))
    assert abs(1000 * weave.sweep(np.array([[0.1], [0.1]]))[1, 0] - 120) < 1e-9


def test_three_carriages_after_the_ghg_protocol_2013():
    """GHG Protocol, Technical Guidance for Calculating Scope 3 Emissions (2013), category 4, distance-based method (read
    second-hand): 2 t by truck 2000 km at 0.2, 1 t by air 3000 km at 1.0, 6 t by sea 4000 km at 0.05 kg CO2e/tkm.
    Published: 800 + 3000 + 1200 = 5000 kg CO2e."""
    legs = [("T", "2", "4000", "0.2", "road"), ("A", "1", "3000", "1.0", "air"), ("S", "6", "24000", "0.05", "sea")]
    events = []
    for number, (name, tonnes, tkm, factor, mode) in enumerate(legs):
        kg = f"{tonnes}000"
        events += [
            birth(1, "works", name, kg, form="pack", origin="m"),
            used(2, "works", power("0"), **MONTH, product=lot(name)),
            ship(3, "works", "buyer", f"N{number}", {name: kg}),
            used(3, "works", leg(tkm, factor, mode), note=f"N{number}"),
            receive(4, "buyer", f"N{number}", {name: kg}),
        ]
    one = account(*events)
    arrived = [one.footprint(lot(name), delivered=True).total() * 1000 * int(tonnes) for name, tonnes, *_ in legs]
    assert [round(kg, 9) for kg in arrived] == [800, 3000, 1200]
    assert round(sum(arrived), 9) == 5000
    mean = one.mean({lot(name): Decimal(1000 * int(tonnes)) for name, tonnes, *_ in legs}, delivered=True)
    assert round(mean.total() * 9000, 9) == 5000


def test_a_kilowatt_hour_saved_after_the_epa():
    """EPA, Greenhouse Gases Equivalencies Calculator, electricity reductions (as of January 2021): 1559 lb CO2 a MWh.
    Published: 7.07E-4 t CO2 a kWh. By hand: 1559 x 0.45359237 / 1000 = 0.7071505 kg; agreement is within its rounding."""
    factor = str(Decimal(1559) * Decimal("0.45359237") / 1000)
    one = account(
        birth(1, "works", "X", "1", form="pack", origin="m"),
        used(2, "works", power("1", factor), **MONTH),
    ).footprint(lot("X"))  # fmt: skip
    assert round(one.total() / 1000, 6) == Decimal("0.000707")


def test_methane_of_fossil_origin():
    """Methane of fossil origin comes to the air as CO2 besides: 44/16 = 2.75 a kg. EF 3.0 (JRC 2019): 34 + 2.75 = 36.75, as
    published; IPCC AR6 WG1, table 7.15: 27.0 + 2.75 = 29.75, published rounded as 29.8."""
    oxidised = Fraction(44, 16)
    known = warming()
    assert known["gwp.ch4.ar5ccf_100"].value + oxidised == known["gwp.ch4_fossil.ef30"].value == Fraction("36.75")
    ar6 = known["gwp.ch4_biogenic.ar6_100"].value + oxidised
    assert abs(ar6 - known["gwp.ch4_fossil.ar6_100"].value) <= Fraction(1, 20)
