"""The cut-off against a ruleset's limit: worked by hand, at the limit itself, and where nobody can tell."""

from dataclasses import replace
from decimal import Decimal

import pytest

from carbon_story import places, power, used
from filon.accounts.carbon.account import Lacking, carbon_account
from filon.accounts.carbon.activity import activities
from filon.accounts.carbon.cutoff import cut_off
from filon.accounts.carbon.factor import Factors
from filon.accounts.carbon.line import Gap, GapKind
from filon.accounts.carbon.ruleset import Ruleset
from filon.books.post import post
from story import birth, lot, said

MONTH = {"since": "2026-01-01", "until": "2026-01-31"}


def footprint_of_left_out(inside, out, electricity=None):
    """So many kg CO2 of a plant's own, and so many left out by its own estimate."""
    gases = [{"flow": flow, "amount": kg, "uom": "KGM"} for flow, kg in (("direct CO2", inside), ("left out", out))]
    told = said(
        birth(1, "plant", "S", "100", form="CoSO4·7H2O", origin="m"),
        used(2, "plant", electricity or power("0"), *gases, **MONTH),
    )
    listed, findings = activities(told)
    assert findings == []
    return carbon_account(post(told, places(plant="FR")), listed, Factors.standard()).footprint(lot("S"))


@pytest.mark.parametrize(
    ("inside", "out", "rules", "percent", "holds"),
    [
        ("97", "3", "filon-1", "3", True),  # 3 of 100: at the limit is within
        ("96", "4", "filon-1", "4", False),
        ("96", "4", "pact-3.0", "4", True),  # PACT: 5 %
        ("94", "6", "pact-3.0", "6", False),
        ("97", "3", "da-ev-draft", "3", True),  # its own variant is `direct`
    ],
)
def test_what_was_left_out_against_the_limit(inside, out, rules, percent, holds):
    told = cut_off(footprint_of_left_out(inside, out), Ruleset.of(rules))
    assert (told.percent, told.holds) == (Decimal(percent), holds)


def test_a_percent_of_an_unknown_whole_cannot_be_told():
    one = footprint_of_left_out("97", "3")
    gappy = replace(one, lacking=(Lacking(Gap(0, GapKind.NO_DATA, "x"), None),))
    assert cut_off(gappy, Ruleset.of("filon-1")).holds is None


def test_it_is_of_the_ruleset_s_own_electricity():
    """100 kWh at the supplier's 0.97: 97 kg by contract, and 3 left out are 3 %. By France's grid 5.6039 kg: 34.9 %."""
    one = footprint_of_left_out("0", "3", power("100", "0.97"))
    assert cut_off(one, Ruleset.of("filon-1")).holds is True
    assert cut_off(one, Ruleset.of("da-ev-draft")).percent.quantize(Decimal("0.1")) == Decimal("34.9")
