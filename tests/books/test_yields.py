"""Yields by hand: what left the steps, and how much of it as product."""

from collections import defaultdict
from fractions import Fraction

from hypothesis import given

from filon.books.book import Book
from filon.books.lot import Account, AccountKind
from filon.books.post import post
from filon.books.yields import Process, _products, trailing, yields
from story import assemble, birth, register, said, site, step
from strategies import REGISTER, chains

KG = 1_000_000
SITES = register(works="refinery", mine="mine")
LIQUOR = {"form": "cobalt sulfate solution", "Co": "10"}
SALT = {"form": "CoSO4·7H2O", "Co": "20"}


def month(book: Book):
    return lambda event: f"{book.events[event].event.eventTime:%Y-%m}"


def told(*events):
    book = post(said(*events), SITES)
    return yields(book, month(book))


def batch(day, name, kg, salt):
    """So many kg of liquor of 10 % into salt of 20 %."""
    return [birth(day, "works", f"l-{name}", kg, **LIQUOR),
            step(day + 0.1, "works", {f"l-{name}": kg}, {name: salt}, **SALT)]  # fmt: skip


def test_what_is_lost_counts_and_months_are_summed():
    """January: 1 000 kg Co in, 960 out: 96.0 %. March: 500 in, 490 out: 98.0 %. Together 1 450 of 1 500: 96.667 %."""
    months = told(*batch(3, "a", "10000", "4800"), *batch(65, "b", "5000", "2450"))
    process = Process(site("works"), "CoSO4·7H2O", "Co")
    assert [(one.process, one.month, one.made, one.loss, one.share) for one in months] == [
        (process, "2026-01", 960 * KG, 40 * KG, Fraction(96, 100)),
        (process, "2026-03", 490 * KG, 10 * KG, Fraction(98, 100)),
    ]
    assert [(one.month, one.share) for one in trailing(months)] == [
        ("2026-01", Fraction(96, 100)), ("2026-03", Fraction(1450, 1500))]  # fmt: skip
    # two months are February and March: January is not among them
    assert [one.share for one in trailing(months, 2)] == [Fraction(96, 100), Fraction(98, 100)]


def test_a_year_ends_after_twelve_months():
    # December 2026 is the twelfth month from January; January 2027 leaves the first one out
    months = told(*batch(3, "a", "10000", "4800"), *batch(340, "b", "10000", "4900"), *batch(370, "c", "10000", "4900"))
    assert [one.share for one in trailing(months)] == [
        Fraction(96, 100), Fraction(97, 100), Fraction(98, 100)]  # fmt: skip


def test_each_element_has_its_own_trailing_year():
    # 100 kg Co in, 90 out; 50 kg Ni in, 49 out
    mixed = {"form": "MHP", "moisture": "0", "dry_Co": "10", "dry_Ni": "5", "dry_Mn": "0"}
    out = {"form": "hydroxide sludge", "moisture": "0", "dry_Co": "18", "dry_Ni": "9.8", "dry_Mn": "0"}
    months = told(birth(1, "works", "h", "1000", **mixed), step(2, "works", {"h": "1000"}, {"s": "500"}, **out))
    assert {one.process.element: one.share for one in trailing(months)} == {
        "Co": Fraction(90, 100), "Ni": Fraction(49, 50)}  # fmt: skip


def test_what_is_in_process_has_not_left():
    """A campaign: 1 000 kg Co in January, 300 out; the other 700 come out in February as 680 and a residue of 10 kg.

    January: 300 of 300. February: 680 of 680 + 10 and 10 that lack where residues were weighed: unaccounted.
    """
    months = told(
        birth(1, "works", "l", "10000", **LIQUOR),
        step(2, "works", {"l": "10000"}, {"a": "1500"}, "urn:c", **SALT),
        step(40, "works", {}, {"b": "3400"}, "urn:c", **SALT),
        step(40, "works", {}, {"r": "100"}, "urn:c", form="leach residue", Co="10", kind="waste"),
    )
    assert [(one.made, one.waste, one.unaccounted, one.share) for one in months if one.process.element == "Co"] == [
        (300 * KG, 0, 0, 1), (680 * KG, 10 * KG, 10 * KG, Fraction(680, 700))]  # fmt: skip


def test_too_much_is_a_yield_above_one():
    # 100 kg Co in, 110 out: nobody declared the ten; 110 of 100
    (one,) = told(*batch(3, "a", "1000", "550"))
    assert (one.made, one.unaccounted, one.share) == (110 * KG, -10 * KG, Fraction(110, 100))


def test_unknown_amounts_give_no_yield_and_articles_none_at_all():
    blind = birth(0, "works", "l", "100", form="cobalt hydroxide")
    (cobalt,) = [
        one for one in told(blind, step(1, "works", {"l": "100"}, {"s": "40"}, **SALT)) if one.process.element == "Co"
    ]
    assert (cobalt.made, cobalt.unknown, cobalt.share) == (8 * KG, True, None)
    cells = [birth(0, "works", "s", "100", **SALT), step(1, "works", {"s": "100"}, {"c": "10"}, uom=None, form="cell"),
             assemble(2, "works", "p", {"c": 5})]  # fmt: skip
    assert told(*cells) == []


def test_an_element_that_the_product_does_not_hold_has_no_yield():
    # the nickel of a mixed hydroxide goes to the residue of a cobalt salt: that is no yield of nought
    hydroxide = {"form": "MHP", "moisture": "0", "dry_Co": "10", "dry_Ni": "2", "dry_Mn": "0"}
    residue = {"form": "leach residue", "Ni": "20", "kind": "waste"}
    months = told(birth(1, "works", "h", "1000", **hydroxide),
                  step(2, "works", {"h": "1000"}, {"s": "490"}, "urn:c", **SALT),
                  step(2, "works", {}, {"r": "100"}, "urn:c", **residue))  # fmt: skip
    assert {one.process.element for one in months} == {"Co"}


@given(chains)
def test_what_left_the_steps_is_what_went_in_less_what_is_in_process(told):
    """Kirchhoff's law for every process, where all amounts are known: what left is what came in less what is there."""
    book = post(told, REGISTER)
    if any(mg is None for flow in book.flows for mg in flow.content.values()):
        return
    left: dict[Process, int] = defaultdict(int)
    for one in yields(book, month(book)):
        left[one.process] += one.spent
        assert one.made >= 0
        assert one.process.product != "cell"
    for process, mg in left.items():
        assert mg == sum(_came(book, pool, process.element) for pool in _pools(book, process))


def _pools(book, process):
    """The steps of a process, deed by deed."""
    products = _products(book)
    return [one for one in book.holdings if one.kind is AccountKind.STEP and one.site == process.site
            and products.get(one.lot) == process.product]  # fmt: skip


def _came(book, pool, element):
    """What came into a step's deed from stock and with reagents, less what is in process since and what these took."""
    strange = {AccountKind.REAGENTS, AccountKind.WATER, AccountKind.OUT_OF_SCOPE, AccountKind.SOURCE, AccountKind.STEP}
    kind = {id(flow): end.kind if isinstance(end, Account) else book.holdings[end].kind
            for flow in (*book.inflows[pool.id], *book.outflows[pool.id])
            for end in [flow.source if flow.target == pool.id else flow.target]}  # fmt: skip
    came = sum(f.content.get(element, 0) for f in book.inflows[pool.id] if kind[id(f)] is not AccountKind.UNACCOUNTED)
    took = sum(f.content.get(element, 0) for f in book.outflows[pool.id] if kind[id(f)] in strange)
    return came - took - (pool.left_content.get(element) or 0)
