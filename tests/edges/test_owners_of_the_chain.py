"""Who owns the founding chain's matter: nobody works on contract there, and sender and receiver agree."""

from decimal import Decimal

from filon.app.pages import Pages
from filon.views.lot import LotView


def test_every_owner_balances_and_nobody_contradicts(chain):
    view = Pages(chain).owners()
    assert view.findings == ()
    assert {line.element.key for line in view.lines} >= {"Co", "Ni", "Li"}
    for line in view.lines:
        entered, taken, given, gone, held = (
            figure.value for figure in (line.entered, line.taken, line.given, line.gone, line.held)
        )
        assert entered + taken - given - gone == held
    for element in {line.element.key for line in view.lines}:
        mine = [line for line in view.lines if line.element.key == element]
        assert sum((line.taken.value - line.given.value for line in mine), Decimal(0)) == 0


def test_owners_hold_what_the_balance_of_the_chain_closes_with(chain):
    # another way to the same figure: the mass balance knows nothing of owners
    pages = Pages(chain)
    (whole,) = (line for line in pages.balance(element="Co").lines if line.kind == "chain")
    assert sum(line.held.value for line in pages.owners(element="Co").lines) == whole.closing.value


def test_where_owners_hold_their_own_a_lot_says_nothing_of_it(chain):
    pages = Pages(chain)
    views: list[LotView] = [pages.lot(row.key) for row in pages.lots().rows[:5]]
    assert all(view.owned == () for view in views)
