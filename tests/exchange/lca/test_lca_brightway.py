"""Factors out of a Brightway project: its own scores, worked by hand beside; what makes none is named."""

import re
import sys
from decimal import Decimal

import pytest

from brightway_project import METHOD, WORDS, flow, write_project
from filon.accounts.carbon.factor import Factors
from filon.core.errors import WrongCallError
from filon.exchange.factor_table import brightway_factors, csv_of, read_factors
from filon.exchange.lca.brightway import read_brightway

KEY = "lca.ours.{}.ipcc-2021-climate-change-gwp-100a"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        yield write_project(tmp_path_factory.mktemp("brightway"), patch)


def test_each_activity_is_a_factor_with_its_unit_and_source(project):
    """The figures of brightway_project.py; Brightway keeps amounts in single precision, these are exact in it."""
    made, left_out = read_brightway("batteries/ours", WORDS)
    found = {row["key"]: row for row in made}
    by_hand = {"power": (9 / 14, "KWH"), "steam": (4 / 7, "3B"), "cell": (21.5, "H87"), "flour": (0.5, "KGM")}
    assert set(found) == {KEY.format(code) for code in by_hand}  # the mill is no product, its flour is
    for code, (value, per) in by_hand.items():
        row = found[KEY.format(code)]
        assert float(row["value"]) == pytest.approx(value, rel=1e-12)
        assert row["per"] == per
    power, cell = found[KEY.format("power")], found[KEY.format("cell")]
    assert (power["geography"], power["year"], power["licence"], power["confirmed"]) == ("FR", "2023", "CC0", "yes")
    assert (cell["geography"], cell["year"], cell["confirmed"]) == ("", "2021", "no")  # place and licence are unsaid
    for word in ("batteries", "database ours", "code power", "power of Rivage", WORDS):
        assert word in power["source"]
    assert len(left_out) == 2
    assert "code rope" in left_out[0]
    assert "furlong" in left_out[0]
    assert "code scrap" in left_out[1]


def test_activities_are_chosen_by_code_or_name(project):
    made, left_out = read_brightway(
        "batteries/ours", " IPCC 2021 | climate change|GWP 100a", ("cell", "power of Rivage")
    )
    assert [row["key"] for row in made] == [KEY.format("cell"), KEY.format("power")]
    assert left_out == ()


def test_licence_of_the_database_stands_for_its_activities(project):
    project.projects.copy_project("licensed")
    project.databases["ours"]["license"] = "licensees only"
    project.databases.flush()
    made, _ = read_brightway("licensed/ours", WORDS)
    assert {row["licence"] for row in made} == {"CC0", "licensees only"}


def test_the_table_reads_back_and_counts_in_an_account(project):
    own = brightway_factors("batteries/ours", WORDS)
    assert own.name == "ours"
    assert read_factors(csv_of(own.rows), "ours.csv").rows == own.rows
    factors = Factors.of([own])
    assert factors.version == f"ours/{own.version}"
    assert factors.get(KEY.format("cell")).value == Decimal(own.rows[0]["value"])
    assert brightway_factors("batteries/ours", WORDS).version == own.version
    project.projects.copy_project("changed")
    project.get_activity(("ours", "cell")).new_exchange(input=("nature", "co2"), amount=1, type="biosphere").save()
    changed = brightway_factors("changed/ours", WORDS)
    assert changed.version != own.version
    assert Decimal(changed.rows[0]["value"]) - Decimal(own.rows[0]["value"]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("place", "method", "only", "why"),
    [
        ("baterries/ours", WORDS, (), "no project 'baterries'; there are: batteries, "),
        ("batteries/hours", WORDS, (), "no database 'hours'; there are: blind, nature, ours"),
        ("batteries", WORDS, (), "no database ''"),
        ("batteries/ours", "IPCC 2021|GWP", (), rf"there are: {re.escape(WORDS)}$"),
        ("batteries/ours", "EF 3.1|acidification", (), "no method of global warming"),
        ("batteries/ours", "IPCC 2021|climate change|GTP 50a", (), "no method of global warming"),
        ("batteries/ours", WORDS, ("cells",), "no activity 'cells'"),
        ("batteries/nature", WORDS, (), "holds no factor"),
        ("batteries/blind", WORDS, (), "all scores would be 0"),
    ],
)
def test_what_cannot_be_computed_is_said(project, place, method, only, why):
    with pytest.raises(WrongCallError, match=why):
        read_brightway(place, method, only)
    assert "baterries" not in {one.name for one in project.projects}  # Brightway would have made it


def test_what_has_no_solution_is_said(project):
    """A second maker of the flour: which is meant only its owner can say. A plant that eats all that it makes. No emission."""
    project.projects.copy_project("odd")
    mill = {"name": "mill", "unit": "kilogram", "type": "process"}
    project.Database("twice").write({
        ("twice", "flour"): {"name": "flour", "unit": "kilogram", "type": "product"},
        ("twice", "one"): {**mill, "exchanges": [flow("twice", "flour", 1), flow("nature", "co2", 1)]},
        ("twice", "other"): {**mill, "exchanges": [flow("twice", "flour", 1)]},
    })  # fmt: skip
    eaten = [flow("eats", "x", 1), flow("eats", "x", 1, "technosphere"), flow("nature", "co2", 1)]
    project.Database("eats").write({("eats", "x"): {"name": "x", "unit": "kilogram", "exchanges": eaten}})
    project.Database("clean").write({("clean", "x"): {"name": "x", "unit": "kilogram", "exchanges": []}})
    for name, why in (("twice", "cannot compute odd/twice"), ("eats", "cannot compute odd/eats"), ("clean", "none of")):
        with pytest.raises(WrongCallError, match=why):
            read_brightway(f"odd/{name}", WORDS)


def test_without_brightway_the_way_out_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "bw2data", None)
    with pytest.raises(WrongCallError, match=r"pip install 'filon\[brightway\]'"):
        read_brightway("batteries/ours", "|".join(METHOD))
