"""Laws that a broken program got past before: bounds of validity, packaging in the sum, nested makings, spreads."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np

from carbon_story import places, power, used
from filon.accounts.carbon.account import carbon_account
from filon.accounts.carbon.activity import activities
from filon.accounts.carbon.every import FactorForm, spreads
from filon.accounts.carbon.factor import Factors
from filon.accounts.carbon.scenario import Supplier, what_if
from filon.accounts.carbon.uncertainty import gsd
from filon.books.post import post
from filon.exchange.pact import Issuer, check, issue
from filon.exchange.pact.search import Wanted
from story import birth, lot, said, site, step

MONTH = {"since": "2026-01-01", "until": "2026-01-31"}


def account(*events):
    told = said(*events)
    listed, findings = activities(told)
    assert findings == []
    return carbon_account(post(told, places(M="MA")), listed, Factors.standard())


def test_after_and_before_leave_out_the_moment_itself():
    body = {
        "status": "Active", "validityPeriodStart": "2026-01-01T00:00:00Z", "validityPeriodEnd": "2027-01-01T00:00:00Z",
        "pcf": {"referencePeriodEnd": "2026-01-01T00:00:00Z"},
    }  # fmt: skip
    asked = [("validAfter", "2026-01-01T00:00:00Z", False), ("validAfter", "2025-12-31T23:59:59Z", True),
             ("validBefore", "2027-01-01T00:00:00Z", False), ("validBefore", "2027-01-01T00:00:01Z", True),
             ("validOn", "2026-01-01T00:00:00Z", True), ("validOn", "2027-01-01T00:00:00Z", True)]  # fmt: skip
    for name, moment, fits in asked:
        assert Wanted.of({name: [moment]}).fits(body) is fits, (name, moment)


def test_packaging_is_in_the_issued_sum():
    """100 kWh x 0.1 and packaging 2 kg x 1.5 on 100 kg: 0.1 + 0.03 = 0.13, of it packaging 0.03."""
    box = {"flow": "packaging", "amount": "2", "uom": "KGM", "ownFactor": {"value": "1.5", "source": "maker"}}
    made = account(
        birth(1, "M", "S", "100", form="CoSO4·7H2O", origin=site("M")), used(2, "M", power("100", "0.1"), box, **MONTH)
    )
    issuer = Issuer("A", ("urn:x:y",), ("urn:x:z",), "d", "S", Decimal(1))
    at = datetime(2027, 1, 1, tzinfo=UTC)
    body = issue(made.footprint(lot("S")), issuer, start=datetime(2026, 1, 1, tzinfo=UTC), end=at, now=at)
    assert check(json.loads(json.dumps(body))) == []
    assert (body["pcf"]["pcfExcludingBiogenicUptake"], body["pcf"]["packagingGhgEmissions"]) == ("0.13", "0.03")


def test_a_way_that_meets_the_supplier_twice_is_counted_at_the_newer_making_alone():
    """S and then U of it at the same site, 100 kg each; all of the site at 0.5: 0.5 a kg of U, not 1."""
    made = account(
        birth(1, "M", "S", "100", form="CoSO4·7H2O", origin=site("M")), step(2, "M", {"S": "100"}, {"U": "100"}, form="NMC811"),
        used(3, "M", power("200", "0.5"), **MONTH),
    )  # fmt: skip
    told = what_if(made, made.footprint(lot("U")), [Supplier(site("M"), "", Fraction(1, 2))], Factors.standard())
    assert (told.before, told.after) == (1, Decimal("0.5"))


def test_spreads_are_those_of_the_draws():
    """The definition: draws of one holding, their logarithms, and the 25th and 975th of a thousand in order."""
    form = FactorForm(np.array([[1.0, 2.0], [0.5, 0.0]]), ("a", "b"), np.array([1.0, 3.0]), np.array([1.3, 1.1]))
    table = spreads(form, 1_000, 7)
    for node in (0, 1):
        drawn = np.sort(form.draw([node], 1_000, 7)[0])
        logs = np.log(drawn)
        np.testing.assert_allclose(table[node], [np.exp(logs.mean()), np.exp(2 * logs.std()), drawn[24], drawn[974]])


def test_carriage_is_more_uncertain_than_electricity():
    """Basic variance 0.12 against 0.0006 (table `basic-uncertainty`), ratings alike: exp(sqrt(0.12)) = 1.414."""
    leg = {"flow": "road", "amount": "10", "uom": "TKM", "ownFactor": {"value": "0.1", "source": "carrier"}}
    made = account(
        birth(1, "M", "S", "100", form="CoSO4·7H2O", origin=site("M")), used(2, "M", power("1", "0.1"), leg, **MONTH)
    )
    found = {
        one.line.activity.flow: gsd(one.line, next(iter(one.line.parts.values()))[0])
        for one in made.footprint(lot("S")).contributions
    }
    assert found["road"] >= np.exp(np.sqrt(0.12)) > 1.4 > found["electricity"] > 1
