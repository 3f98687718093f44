"""Stoichiometry against an independent table of constants (custody reference, section 4), to its last printed digit."""

from fractions import Fraction

import pytest

from filon.core.matter import FormulaError, form, mass_fraction, molar_mass

COMPOUNDS = [
    "",
    "CoSO4·7H2O Co 281.094 20.966 4.7697",
    "CoSO4·6H2O Co 263.079 22.401 4.4640",
    "CoSO4·H2O Co 173.004 34.065 2.9356",
    "CoSO4 Co 154.989 38.024 2.6299",
    "NiSO4·7H2O Ni 280.854 20.898 4.7851",
    "NiSO4·6H2O Ni 262.839 22.330 4.4782",
    "NiSO4 Ni 154.749 37.928 2.6366",
    "MnSO4·H2O Mn 169.009 32.506 3.0764",
    "MnSO4 Mn 150.994 36.384 2.7484",
    "CuSO4·5H2O Cu 249.677 25.451 3.9291",
    "CuSO4 Cu 159.602 39.815 2.5116",
    "LiOH·H2O Li 41.962 16.539 6.0464",
    "LiOH Li 23.947 28.981 3.4506",
    "Li2CO3 Li 73.888 18.785 5.3233",
    "LiCl Li 42.390 16.372 6.1081",
    "Li2SO4·H2O Li 127.951 10.848 9.2184",
    "LiFePO4 Li 157.755 4.399 22.7313",
    "Co(OH)2 Co 92.947 63.405 1.5772",
    "Ni(OH)2 Ni 92.707 63.310 1.5795",
    "Mn(OH)2 Mn 88.952 61.761 1.6191",
    "CoCO3 Co 118.941 49.548 2.0182",
    "NiCO3 Ni 118.701 49.446 2.0224",
    "MnCO3 Mn 114.946 47.795 2.0923",
    "CoO Co 74.932 78.649 1.2715",
    "Co3O4 Co 240.795 73.423 1.3620",
    "NiO Ni 74.692 78.580 1.2726",
    "MnO2 Mn 86.936 63.194 1.5824",
    "Mn3O4 Mn 228.810 72.031 1.3883",
    "CoCl2·6H2O Co 237.923 24.770 4.0372",
    "CoS Co 90.993 64.767 1.5440",
    "CoAs3 Co 283.699 20.773 4.8139",
    "CoAsS Co 165.915 35.520 2.8153",
    "FeAsO4·2H2O As 230.793 32.463 3.0804",
    "",
][1:-1]


@pytest.mark.parametrize("row", COMPOUNDS)
def test_molar_mass_and_metal_share(row):
    formula, metal, grams, percent, per_kg = row.split()
    assert f"{float(molar_mass(formula)):.3f}" == grams
    share = mass_fraction(formula, metal)
    assert f"{float(share * 100):.3f}" == percent
    assert f"{float(1 / share):.4f}" == per_kg  # kg of the compound for 1 kg of metal


CATHODES = [
    "",
    "NMC111 1/3 1/3 1/3 20.28/20.37/18.98/7.19 21.37/21.46/20.01",
    "NMC532 0.5 0.2 0.3 30.39/12.21/17.07/7.19 32.03/12.86/17.99",
    "NMC622 0.6 0.2 0.2 36.33/12.16/11.34/7.16 38.28/12.81/11.94",
    "NMC712 0.7 0.1 0.2 42.40/6.08/11.34/7.16 44.67/6.41/11.95",
    "NMC811 0.8 0.1 0.1 48.27/6.06/5.65/7.13 50.84/6.38/5.95",
    "NMC955 0.9 0.05 0.05 54.20/3.02/2.82/7.12 57.09/3.18/2.97",
    "",
][1:-1]


@pytest.mark.parametrize("row", CATHODES)
def test_cathodes_and_their_precursors(row):
    name, ni, co, mn, cathode, precursor = row.split()
    if name == "NMC111":  # thirds are no decimals: three times the formula unit is the same compound
        active, hydroxide = "Li3NiCoMnO6", "NiCoMn(OH)6"
    else:
        active, hydroxide = f"LiNi{ni}Co{co}Mn{mn}O2", f"Ni{ni}Co{co}Mn{mn}(OH)2"
    told = [f"{float(mass_fraction(active, element) * 100):.2f}" for element in ("Ni", "Co", "Mn", "Li")]
    assert "/".join(told) == cathode
    told = [f"{float(mass_fraction(hydroxide, element) * 100):.2f}" for element in ("Ni", "Co", "Mn")]
    assert "/".join(told) == precursor


@pytest.mark.parametrize(
    ("formula", "tonnes"),
    [("CoSO4·7H2O", 1048), ("CoSO4·6H2O", 1120), ("CoSO4·H2O", 1703), ("CoSO4", 1901)],
)
def test_five_thousand_tonnes_of_cobalt_sulfate_are_four_amounts_of_cobalt(formula, tonnes):
    assert round(5000 * mass_fraction(formula, "Co")) == tonnes


def test_cobalt_sulfate_without_its_water_is_not_guessed():
    assert form("cobalt sulfate") is None
    assert form("CoSO4").formula == "CoSO4"


def test_arsenic_that_comes_with_a_tonne_of_cobalt():
    # As/Co of CoAs3 is 3.814, of CoAsS 1.271 (custody reference, section 4)
    for formula, ratio in (("CoAs3", "3.814"), ("CoAsS", "1.271")):
        assert f"{float(mass_fraction(formula, 'As') / mass_fraction(formula, 'Co')):.3f}" == ratio


def test_parts_of_a_compound_are_the_whole():
    assert sum(mass_fraction("CoSO4·7H2O", element) for element in ("Co", "S", "O", "H")) == Fraction(1)


@pytest.mark.parametrize("text", ["", "Xx2", "Co(", "Co)2", "co", "CoSO4·", "7", "Co2.", "CoSO4 7H2O"])
def test_what_is_no_formula(text):
    with pytest.raises(FormulaError):
        molar_mass(text)
