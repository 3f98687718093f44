"""The cathode table and the volumes of the custody reference (sections 4 and 6), from formulas alone, to one unit of the last digit.

kg of an element per kWh = its share in the lithiated cathode x 1000 / (capacity in mAh/g x voltage); no yields.
"""

from fractions import Fraction

import pytest

from filon.contracts.agreement import kg_per_kwh
from filon.core.matter import mass_fraction, molar_mass

SALTS = {"Co": "CoSO4·7H2O", "Ni": "NiSO4·6H2O", "Mn": "MnSO4·H2O"}
PRESS = Fraction(5000) * mass_fraction("CoSO4·7H2O", "Co")
"""Tonnes of cobalt in 5 000 t of heptahydrate."""
#  name, lithiated cathode, precursor, mAh/g, V, CAM/pCAM, kg CAM/kWh, kg/kWh of each element, t of salt per t pCAM, GWh
TABLE = [
    ("NMC111", "Li3NiCoMnO6", "NiCoMn(OH)6", 155, "3.7", "1.0538", "1.744",
     {"Ni": ".354", "Co": ".355", "Mn": ".331", "Li": ".125"}, {"Co": "1.024", "Ni": "0.957", "Mn": "0.616"}, "2.95"),
    ("NMC532", "LiNi0.5Co0.2Mn0.3O2", "Ni0.5Co0.2Mn0.3(OH)2", 165, "3.7", "1.0537", "1.638",
     {"Ni": ".498", "Co": ".200", "Mn": ".280", "Li": ".118"}, {"Co": "0.614", "Ni": "1.434", "Mn": "0.553"}, "5.24"),
    ("NMC622", "LiNi0.6Co0.2Mn0.2O2", "Ni0.6Co0.2Mn0.2(OH)2", 175, "3.7", "1.0535", "1.544",
     {"Ni": ".561", "Co": ".188", "Mn": ".175", "Li": ".111"}, {"Co": "0.611", "Ni": "1.714", "Mn": "0.367"}, "5.58"),
    ("NMC712", "LiNi0.7Co0.1Mn0.2O2", "Ni0.7Co0.1Mn0.2(OH)2", 185, "3.7", "1.0535", "1.461",
     {"Ni": ".619", "Co": ".0888", "Mn": ".166", "Li": ".105"}, {"Co": "0.306", "Ni": "2.000", "Mn": "0.368"}, "11.80"),
    ("NMC811", "LiNi0.8Co0.1Mn0.1O2", "Ni0.8Co0.1Mn0.1(OH)2", 195, "3.7", "1.0533", "1.386",
     {"Ni": ".669", "Co": ".0840", "Mn": ".0783", "Li": ".0989"}, {"Co": "0.304", "Ni": "2.277", "Mn": "0.183"},
     "12.48"),
    ("NMC955", "LiNi0.9Co0.05Mn0.05O2", "Ni0.9Co0.05Mn0.05(OH)2", 210, "3.7", "1.0532", "1.287",
     {"Ni": ".698", "Co": ".0389", "Mn": ".0363", "Li": ".0917"}, {"Co": "0.152", "Ni": "2.557", "Mn": "0.091"},
     "26.94"),
    ("NCA", "LiNi0.8Co0.15Al0.05O2", "Ni0.8Co0.15(OH)1.9", 195, "3.7", "1.0905", "1.386",
     {"Ni": ".677", "Co": ".128", "Li": ".100"}, {"Co": "0.479", "Ni": "2.387"}, "8.22"),
    ("LFP", "LiFePO4", "", 160, "3.2", "", "1.953", {"Fe": ".691", "P": ".384", "Li": ".0859"}, {}, ""),
    ("LMFP", "LiMn0.6Fe0.4PO4", "", 150, "3.85", "", "1.732", {"Mn": ".363", "Fe": ".246", "Li": ".0764"}, {}, ""),
    ("LNMO", "LiNi0.5Mn1.5O4", "", 135, "4.65", "", "1.593", {"Ni": ".256", "Mn": ".719", "Li": ".0605"}, {}, ""),
    ("LMO", "LiMn2O4", "", 110, "3.9", "", "2.331", {"Mn": "1.417", "Li": ".0895"}, {}, ""),
    ("LCO", "LiCoO2", "", 165, "3.8", "", "1.595", {"Co": ".960", "Li": ".113"}, {}, ""),
]  # fmt: skip


def near(value, printed):
    """Whether a figure is the printed one, to one unit of its last digit: the reference rounds some cells twice."""
    return abs(value - Fraction(printed)) <= Fraction(1, 10 ** len(printed.partition(".")[2]))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_a_cathode_as_the_reference_prints_it(row):
    _, cathode, precursor, capacity, volts, ratio, active, metals, salts, gwh = row
    per_kwh = Fraction(1000) / (capacity * Fraction(volts))
    assert near(per_kwh, active)
    for element, printed in metals.items():
        assert near(mass_fraction(cathode, element) * per_kwh, printed), element
    for element, printed in salts.items():
        assert near(mass_fraction(precursor, element) / mass_fraction(SALTS[element], element), printed), element
    if precursor:
        assert near(molar_mass(cathode) / molar_mass(precursor), ratio)
    if gwh:
        assert near(PRESS / 1000 / (mass_fraction(cathode, "Co") * per_kwh), gwh)


def test_the_press_figure_and_the_yields():
    assert f"{float(PRESS / 15_000):.4f}" == "0.0699"  # kg Co/kWh if 5 000 t were 15 GWh
    losses = Fraction("0.985") ** 2 * Fraction("0.92")
    assert f"{float(losses):.4f}" == "0.8926"
    need = kg_per_kwh("Co")
    assert f"{float(need['NMC811'] / losses):.4f}" == "0.0941"
    gwh = {"NMC811": "11.1", "NMC622": "4.98", "NMC9½½": "24.0"}
    assert all(near(PRESS / 1000 / need[name] * losses, printed) for name, printed in gwh.items())


def test_fifteen_gigawatt_hours_of_811_in_salts_and_powders():
    # tonnes as section 4 ends: 6 007 CoSO4·7H2O, 44 938 NiSO4·6H2O, 3 612 MnSO4·H2O, 8 968 LiOH·H2O, 19 738 and 20 790
    cathode, precursor = "LiNi0.8Co0.1Mn0.1O2", "Ni0.8Co0.1Mn0.1(OH)2"
    active = Fraction(15_000_000) / (195 * Fraction("3.7"))
    salts = {**SALTS, "Li": "LiOH·H2O"}
    tonnes = {e: round(active * mass_fraction(cathode, e) / mass_fraction(salts[e], e)) for e in salts}
    assert tonnes == {"Co": 6_007, "Ni": 44_938, "Mn": 3_612, "Li": 8_968}
    assert round(active * molar_mass(precursor) / molar_mass(cathode)) == 19_738
    assert round(active) == 20_790


def test_a_container_of_cobalt_sulfate_in_packs():
    # section 6: 20 t = 4 193 kg Co = 60 MWh at the press ratio (1 000 packs of 60 kWh) or 49.9 MWh of 811 (832 packs)
    cobalt = 20_000 * mass_fraction("CoSO4·7H2O", "Co")
    assert round(cobalt) == 4_193
    assert round(cobalt / (PRESS / 15_000) / 60) == 1_000
    assert f"{float(cobalt / kg_per_kwh('Co')['NMC811'] / 1000):.1f}" == "49.9"
    assert round(cobalt / kg_per_kwh("Co")["NMC811"] / 60) == 832
