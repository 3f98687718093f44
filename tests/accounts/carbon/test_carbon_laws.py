"""Laws of the carbon account on random, badly told chains, against a slow and literal reading of y = b + W y."""

from decimal import Decimal, localcontext
from fractions import Fraction

from hypothesis import given, settings

from carbon_random import account, readings
from filon.accounts.carbon.account import CarbonAccount
from filon.accounts.carbon.line import Variant
from filon.books.lot import AccountKind
from strategies import chains


def literal(one: CarbonAccount) -> list[Fraction]:
    """y of every holding, forward, from the definition: own lines plus a share of each source's y."""
    y: list[Fraction] = []
    for node in range(len(one.book.holdings)):
        own = sum((line.kg(Variant.MARKET) for line in one.lines.lines if line.node == node), Fraction(0))
        y.append(own + sum((link.share * y[link.source] for link in one.links.into[node]), Fraction(0)))
    return y


@given(chains, readings)
@settings(max_examples=40, deadline=None)
def test_all_that_was_emitted_is_held_or_left_and_nothing_twice(said, meters):
    one = account(said, meters)
    y = literal(one)
    emitted = sum((line.kg(Variant.MARKET) for line in one.lines.lines), Fraction(0))
    held = sum((kept * value for kept, value in zip(one.links.kept, y, strict=True)), Fraction(0))
    gone = sum((sum(out.values()) * value for out, value in zip(one.links.outside, y, strict=True)), Fraction(0))
    stuck = sum((y[node] for node in one.links.unshared), Fraction(0))
    assert emitted == held + gone + stuck


@given(chains, readings)
@settings(max_examples=40, deadline=None)
def test_the_shares_out_of_a_holding_sum_to_one_and_none_is_negative(said, meters):
    one = account(said, meters)
    out = [kept + sum(gone.values()) for kept, gone in zip(one.links.kept, one.links.outside, strict=True)]
    for listed in one.links.into:
        for link in listed:
            assert 0 < link.share <= 1
            assert link.source < link.target
            out[link.source] += link.share
    assert all(total == 1 or node in one.links.unshared for node, total in enumerate(out))


@given(chains, readings)
@settings(max_examples=40, deadline=None)
def test_one_lot_backwards_is_the_definition_forwards(said, meters):
    one = account(said, meters)
    y = literal(one)
    for lot, nodes in one.book.of_lot.items():
        print_ = one.footprint(lot)
        good = one.links.good[nodes[0]] or one.book.holdings[nodes[0]].amount
        unit = 1_000_000 if print_.per == "kg" else 1
        expected = y[nodes[0]] * unit / good if good else Fraction(0)
        assert abs(Fraction(print_.total()) - expected) <= abs(expected) * Fraction(1, 10**29) + Fraction(1, 10**29)


@given(chains, readings)
@settings(max_examples=40, deadline=None)
def test_a_reading_is_used_up_whole_or_told_to_burden_nothing(said, meters):
    one = account(said, meters)
    shares: dict[str, Fraction] = {}
    for line in one.lines.lines:
        shares[line.activity.id] = shares.get(line.activity.id, Fraction(0)) + line.share
    assert all(share == 1 for share in shares.values())
    lost = sum(1 for finding in one.findings if finding.code == "CFP-005")
    assert len(shares) + lost == len(meters)


@given(chains, readings)
@settings(max_examples=40, deadline=None)
def test_twice_the_electricity_is_twice_the_footprint(said, meters):
    one, two = account(said, meters), account(said, [(a, d, s, 2 * k) for a, d, s, k in meters])
    for lot in one.book.of_lot:
        once, twice = one.footprint(lot).total(), two.footprint(lot).total()
        with localcontext(prec=60):  # totals are rounded to 1E-30 kg: half of it for one, twice half for the other
            assert abs(twice - 2 * once) <= Decimal("1.5E-30")


@given(chains)
@settings(max_examples=40, deadline=None)
def test_without_any_reading_no_lot_has_a_whole_footprint(said):
    one = account(said, [])
    for lot, nodes in one.book.of_lot.items():
        if one.book.holdings[nodes[0]].kind is AccountKind.STOCK:
            assert not one.footprint(lot).whole or not one.book.inflows[nodes[0]]
