"""Factors out of ILCD and ecoSpold 2: values worked by hand, nothing guessed, nothing left out quietly."""

from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filon.accounts.carbon.factor import Factors
from filon.core.errors import WrongCallError
from filon.exchange.factor_table import csv_of, read_factors
from filon.exchange.lca import parts as limits
from filon.exchange.lca.read import read_lca
from lca_files import GROUP_XML, ecospold, ilcd, indicator, packed, process, result

CO2E = "kg CO2 eq."


def only(data, name="x.zip"):
    rows, left_out = read_lca(data, name)
    assert len(rows) == 1
    assert not left_out
    return rows[0]


def test_an_ilcd_score_is_per_unit_of_the_reference_flow():
    """2.5 kg CO2e for 2 kg of caustic soda (resultingAmount, not the mean of 1): 1.25 a kg; the unit by the zip."""
    row = only(ilcd(process(result("2.5", unit=CO2E))))
    assert Decimal(row["value"]) == Decimal("1.25")
    assert (row["key"], row["per"], row["geography"], row["year"]) == ("lca.dada.climate-change", "KGM", "FI", "2022")
    assert row["licence"] == "Free of charge for all users and uses, protected by copyright"
    assert row["source"].startswith(
        "Caustic soda, 50 %, version 03.01.000; Climate change; ILCD/processes/0.xml, line "
    )
    assert row["source"].endswith("LCIAResult/meanAmount")
    assert row["confirmed"] == "yes"


def test_without_a_resulting_amount_the_mean_counts():
    """2.5 kg CO2e for a mean of 1 kg."""
    data = process(result("2.5", unit=CO2E)).replace(b"<resultingAmount>2</resultingAmount>", b"")
    assert Decimal(only(ilcd(data))["value"]) == Decimal("2.5")


def test_the_unit_of_a_score_by_its_method():
    """Method -> reference quantity -> unit group: kg CO2 eq, so the factor is confirmed."""
    method = """<LCIAMethodDataSet xmlns="http://lca.jrc.it/ILCD/LCIAMethod" xmlns:common="http://lca.jrc.it/ILCD/Common">
      <LCIAMethodInformation><dataSetInformation><common:UUID>cc</common:UUID></dataSetInformation>
      <quantitativeReference><referenceQuantity refObjectId="q"/></quantitativeReference></LCIAMethodInformation>
      </LCIAMethodDataSet>"""
    quantity = """<flowPropertyDataSet xmlns="http://lca.jrc.it/ILCD/FlowProperty"
      xmlns:common="http://lca.jrc.it/ILCD/Common"><x><common:UUID>q</common:UUID>
      <referenceToReferenceUnitGroup refObjectId="g"/></x></flowPropertyDataSet>"""
    for unit, found in (("kg CO2 eq", 1), ("DALY", 0)):
        group = GROUP_XML.replace("bbbbbbbb", "g").replace("<name>kg<", f"<name>{unit}<")
        more = {"m.xml": method, "q.xml": quantity, "g.xml": group}
        data = ilcd(process(result("2.5")), **more)
        if found:
            assert only(data)["confirmed"] == "yes"
        else:
            with pytest.raises(WrongCallError, match="global warming"):
                read_lca(data, "x.zip")


def test_a_declaration_counts_from_cradle_to_gate():
    """A1 1.1 + A2 0.3 + A3 0.6 = 2.0 for 2 kg: 1 a kg. C3 and D, and what a scenario says, are not in it."""

    def module(name, value, scenario=""):
        more = f' epd:scenario="{scenario}"' if scenario else ""
        return f'<epd:amount epd:module="{name}"{more}>{value}</epd:amount>'

    later = module("C3", "50") + module("D", "-9") + module("A1-A3", "77", "S1")
    parted = module("A1", "1.1") + module("A2", "0.3") + module("A3", "0.6") + later
    assert Decimal(only(ilcd(process(result("42", unit=CO2E, amounts=parted))))["value"]) == 1
    whole = module("A1-A3", "3") + later
    row = only(ilcd(process(result("42", unit=CO2E, amounts=whole))))
    assert Decimal(row["value"]) == Decimal("1.5")
    assert row["source"].endswith("amount A1-A3")
    with pytest.raises(WrongCallError, match="no score"):
        read_lca(ilcd(process(result("42", unit=CO2E, amounts=later))), "x.zip")


def test_what_a_data_set_leaves_unsaid_leaves_its_factor_unconfirmed():
    """No licence, or a score without its unit: marked, and used only when asked for."""
    licence = "<common:copyright/>"
    silent = ilcd(
        process(result("2.5", unit=CO2E), licence=licence).replace(b"<common:copyright>true</common:copyright>", b"")
    )
    for data in (silent, ilcd(process(result("2.5")))):
        table = read_factors(data, "x.zip")
        assert table.rows[0]["confirmed"] == "no"
        factor = Factors.of([table]).rows["lca.dada.climate-change"]
        assert not Factors.of([table]).allows(factor)
        assert Factors.of([table], unconfirmed=True).allows(factor)


def test_a_unit_that_is_not_in_the_file_is_not_guessed():
    with pytest.raises(WrongCallError, match="unit of the product is ''"):
        read_lca(process(result("2.5", unit=CO2E)), "p.xml")
    mixed = ilcd(process(result("2.5", unit=CO2E)), process(result("1", unit=CO2E), amount="-1", uuid="e"))
    rows, left_out = read_lca(mixed, "x.zip")
    assert len(rows) == 1
    assert "'-1'" in left_out[0]


def test_lognormal_spread():
    """GSD squared 1.44: GSD 1.2; any other distribution says nothing of it."""
    for kind, gsd in (("log-normal", "1.2"), ("normal", "")):
        more = f"<uncertaintyDistributionType>{kind}</uncertaintyDistributionType>"
        more += "<relativeStandardDeviation95In>1.44</relativeStandardDeviation95In>"
        assert only(ilcd(process(result("1", unit=CO2E, more=more))))["gsd"] == gsd


def test_ecospold_states_its_scores():
    """0.28 kg CO2e for 2 kg of acid: 0.14 a kg; steam of amount 0 is not what was made; other scores are not of it."""
    others = indicator("9", name="GTP100") + indicator("1", unit="DALY") + indicator("1", name="human health")
    for kind in ("childActivityDataset", "activityDataset"):
        row = only(ecospold(indicator("0.28"), others, kind=kind), "a.spold")
        assert Decimal(row["value"]) == Decimal("0.14")
        assert row["key"] == "lca.act1.acid.ipcc-2021-climate-change-global-warming-potential-gwp100"
        assert (row["per"], row["geography"], row["year"]) == ("KGM", "RER", "2019")
        assert row["licence"] == "protected by copyright, access: licensees"
        assert row["source"].startswith("sulfuric acid production: sulfuric acid; IPCC 2021, ")
        assert "a.spold, line " in row["source"]


def test_each_method_is_a_factor_of_its_own_and_none_counts_twice():
    both = ecospold(indicator("0.2"), indicator("0.3", method="EF v3.1"))
    assert sorted(Decimal(one["value"]) for one in read_lca(both, "a.spold")[0]) == [Decimal("0.1"), Decimal("0.15")]
    with pytest.raises(WrongCallError, match="twice"):
        read_lca(packed({"a.spold": both, "b.spold": both}), "x.zip")


def test_files_that_are_none(monkeypatch):
    first = b'<ecoSpold xmlns="http://www.EcoInvent.org/EcoSpold01"><dataset/></ecoSpold>'
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
    for data, why in (
        (first, "ecoSpold 1"), (b"<a", "no readable XML"), (bomb, "no data set"), (ecospold(), "no data set"),
        (ecospold(indicator("x")), "no score"), (ecospold(indicator("1"), unit="furlong"), "furlong"),
        (packed({"a.xml": "<"}), "a.xml"),
    ):  # fmt: skip
        with pytest.raises(WrongCallError, match=why):
            read_factors(data, "x")
    good = packed({"a.spold": ecospold(indicator("1"))})
    assert read_factors(good, "x").rows
    for name, least in (("PARTS", 0), ("PART_BYTES", 10), ("WHOLE_BYTES", 10)):
        with monkeypatch.context() as patch:
            patch.setattr(limits, name, least)
            with pytest.raises(WrongCallError, match="more than may be read"):
                read_factors(good, "x")


def test_a_file_of_the_machine_is_not_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("0.28")
    document = ecospold(indicator("0.28")).decode()
    asked = document.replace("<ecoSpold ", f'<!DOCTYPE e [<!ENTITY s SYSTEM "{secret.as_uri()}">]><ecoSpold ', 1)
    asked = asked.replace('<shortname xml:lang="en">RER', '<shortname xml:lang="en">&s;')
    assert only(asked.encode(), "a.spold")["geography"] == ""


@given(
    st.decimals("-1000", "1000", places=6),
    st.decimals("0.001", "1000", places=3),
    st.sampled_from([("kg", "KGM"), ("kWh", "KWH"), ("MJ", "3B"), ("metric ton*km", "TKM"), ("unit", "H87")]),
)
def test_the_value_times_the_amount_is_the_score(score, amount, unit):
    """Against the document read by another parser, and through the CSV that the command writes."""
    data = ecospold(indicator(format(score, "f")), amount=format(amount, "f"), unit=unit[0])
    space = {"e": "http://www.EcoInvent.org/EcoSpold02"}
    root = ET.fromstring(data)
    stated = Decimal(root.find(".//e:impactIndicator", space).get("amount"))
    made = [
        one for one in root.iterfind(".//e:intermediateExchange", space) if one.get("intermediateExchangeId") == "acid"
    ]
    row = only(data, "a.spold")
    assert abs(Decimal(row["value"]) * Decimal(made[0].get("amount")) - stated) <= abs(stated) * Decimal("1E-26")
    assert row["per"] == unit[1]
    again = read_factors(csv_of([row]), "ours.csv").rows[0]
    assert again == row
