"""The yields of a works beside the factors it declared: worked case B, 10 000 kg in, 9 620 out, 0.970 declared."""

from datetime import UTC, datetime
from decimal import Decimal

from custody_story import chain_of, fact
from filon.books.register import LOCATION, Register
from filon.epcis.event import FILON
from filon.views.balance import Verdict
from filon.views.build.sight import Sight
from filon.views.build.yields import yields_view
from filon.views.ledger_state import LedgerState
from filon.views.log import EntryLine
from filon.views.rows import yield_rows
from story import birth, receive, ship, site, step

WHEN = datetime(2026, 2, 1, tzinfo=UTC)
PLACES = Register.of([
    (LOCATION, site("mine"), {FILON + "name": "Mine", FILON + "kind": "mine"}),
    (LOCATION, site("works"), {FILON + "name": "Works", FILON + "kind": "refinery"}),
])  # fmt: skip
METAL = {"form": "Co metal", "Co": "100"}


def entry(index: int) -> EntryLine:
    return EntryLine(index, WHEN, f"f{index}", "s", "x/y", 1, 1, "00" * 32)


def worked(day, name, kg, out):
    """So many kg of metal sent to the works and melted there."""
    return [birth(day, "mine", name, kg, **METAL), ship(day, "mine", "works", f"n-{name}", {name: kg}),
            receive(day + 0.1, "works", f"n-{name}", {name: kg}),
            step(day + 0.2, "works", {name: kg}, {f"p-{name}": out}, **METAL)]  # fmt: skip


def told(*, factor="0.970", second="4810", **choice):
    events = [fact("factor", 0, site="works", element="Co", factor=factor, since="2026-01-01", until="2026-12-31"),
              *worked(5, "a", "5000", "4810"), *worked(40, "b", "5000", second)]  # fmt: skip
    chain = chain_of(*events, register=PLACES)
    return yields_view(Sight(chain.book, LedgerState(3, "ab" * 32, WHEN), entry), chain, **choice)


def test_a_factor_above_the_observed_one_fails():
    (one,) = told().factors
    assert (one.declared.value, one.observed.value, one.verdict) == (Decimal("0.97"), Decimal("0.962"), Verdict.FAIL)
    assert one.consumption.value == Decimal("1.0395")  # 1 / 0.962 = 1.039 501
    assert told(factor="0.962").factors[0].verdict is Verdict.PASS
    assert told(site=site("mine")).factors == ()


def test_a_site_is_told_month_by_month_all_sites_by_the_last_one():
    # January 4 810 of 5 000 = 96.2 %; February 4 900 = 98 %; both 9 710 of 10 000
    (last,) = told(second="4900").lines
    assert (last.month, last.share.value, last.trailing.value) == ("2026-02", Decimal(98), Decimal("97.1"))
    february, january = told(second="4900", site=site("works")).lines
    assert (january.month, january.trailing.value) == ("2026-01", Decimal("96.2"))
    assert february == last
    assert (last.spent.value, last.made.value, last.loss.value) == (5000, 4900, 100)
    assert told(element="Ni").lines == ()


def test_below_what_is_plausible_fails():
    # 4 000 of 5 000 = 80 %, with January's 96.2 together 88.1 %: above the 85 % of refined metal; 3 000: 78.1 %
    assert told(second="4000").lines[0].verdict is Verdict.PASS
    (low,) = told(second="3000").lines
    assert (low.trailing.value, low.lowest.value, low.verdict) == (Decimal("78.1"), Decimal(85), Verdict.FAIL)


def test_the_table_has_every_figure():
    listing = yield_rows(told())
    row = dict(zip(listing.heads, listing.rows[0], strict=True))
    assert row["spent_kg"] == row["made_kg"] + row["loss_kg"] + row["unaccounted_kg"]
    assert (row["site"], row["element"], row["trailing_percent"]) == ("Works", "Co", Decimal("96.2"))
