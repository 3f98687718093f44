from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from filon.views.figure import Named
from filon.views.origin import (
    UNKNOWN,
    Origin,
    OriginKind,
    by_origin,
    known_share,
    unmeasured,
    verdict,
)

MINE = Origin("m", "Tizirt", "MA", OriginKind.MINE)
OTHER = Origin("o", "", "CD", OriginKind.MINE)
BOUCLE = Origin("r", "Boucle", "FR", OriginKind.RECYCLED)

masses = st.dictionaries(st.sampled_from([MINE, OTHER, BOUCLE, UNKNOWN]), st.integers(0, 10**15), min_size=1)


def test_custody_example_a_told_as_shares():
    # Product P1 of the custody reference, section 3 A: 8 757.0 kg Co, of which M 6 416.5 and D 2 340.5:
    # 6 416.5 / 8 757.0 = 73.273 %, 2 340.5 / 8 757.0 = 26.727 %.
    one = by_origin("Co", {OTHER: 2_340_500_000, MINE: 6_416_500_000})
    assert [row.origin for row in one.origins] == [MINE, OTHER]
    assert [round(row.share.value, 3) for row in one.origins] == [Decimal("73.273"), Decimal("26.727")]
    assert one.known.value == 100
    assert one.mass.value == Decimal(8757)


def test_the_unknown_stands_last_however_large():
    one = by_origin("Co", {UNKNOWN: 900, MINE: 100})
    assert [row.origin.kind for row in one.origins] == [OriginKind.MINE, OriginKind.UNKNOWN]
    assert (one.known.value, one.recycled.value) == (10, 0)


@given(masses)
def test_masses_and_shares_lose_nothing(split):
    one = by_origin("Ni", split)
    assert sum((row.mass.value for row in one.origins), Decimal(0)) == Decimal(sum(split.values())).scaleb(-6)
    if sum(split.values()):
        assert sum(row.share.value for row in one.origins) == 100
        known = sum(mg for origin, mg in split.items() if origin.kind is not OriginKind.UNKNOWN)
        # The literal definition, with room for the largest remainders: 4 ppm.
        assert abs(one.known.value - Decimal(100) * known / sum(split.values())) < Decimal("0.0004")


def test_an_amount_that_nobody_knows_has_neither_origins_nor_shares():
    one = by_origin("Li", None)
    assert (one.mass.value, one.origins, one.known.value) == (None, (), None)
    assert unmeasured([one]).values["elements"] == (Named("element", "Li"),)
    assert unmeasured([by_origin("Co", {MINE: 1})]) is None


def test_all_is_said_only_when_not_a_milligram_is_unknown():
    whole = by_origin("Co", {MINE: 10**12})
    nearly = by_origin("Co", {MINE: 10**12, UNKNOWN: 1})
    assert verdict([whole]).code == "origin.all-known"
    assert verdict([nearly]).code == "origin.known"
    assert verdict([by_origin("Co", {UNKNOWN: 5})]).code == "origin.none-known"
    assert verdict([by_origin("Co", None)]).code == "origin.nothing"


def test_the_share_over_several_metals_is_by_kilogram():
    # 4 kg Co of which 3 known, 36 kg Ni all known: 39 / 40 = 97.5 %. What is not measured is left out, not counted as 0.
    held = [
        by_origin("Co", {MINE: 3_000_000, UNKNOWN: 1_000_000}),
        by_origin("Ni", {OTHER: 36_000_000}),
        by_origin("Li", None),
    ]
    assert known_share(held).value == Decimal("97.5")
    said = verdict(held)
    assert said.values["unknown"].value == 1
    assert [one.key for one in said.values["of"]] == ["Co", "Ni"]


def test_sites_of_one_country_are_one_when_nobody_may_name_them():
    second = Origin("m2", "Other pit", "MA", OriginKind.MINE)
    assert MINE.anonymous() == second.anonymous()
    assert "Tizirt" not in repr(MINE.anonymous())
    assert "'m'" not in repr(MINE.anonymous())
    assert BOUCLE.anonymous().kind is OriginKind.RECYCLED
