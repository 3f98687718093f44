"""Laws that hold for every chain, however badly told: nothing is made, lost or counted twice."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from filon.accounts.origin import origins
from filon.books.balance import balances, by_site, chain, held
from filon.books.book import Book
from filon.books.cone import cone, names
from filon.books.lot import INSIDE, Account, AccountKind
from filon.books.post import post
from filon.books.trace import back, forward
from strategies import REGISTER, chains, registers


def substances(book: Book) -> set[str]:
    return {substance for flow in book.flows for substance in flow.content}


@given(chains, registers)
def test_every_holding_has_what_came_in_less_what_went_out(said, register):
    book = post(said, register)
    for holding in book.holdings:
        inflows, outflows = book.inflows[holding.id], book.outflows[holding.id]
        for substance in {s for flow in (*inflows, *outflows) for s in flow.content} | set(holding.content):
            came = [flow.content.get(substance, 0) for flow in inflows]
            went = [flow.content.get(substance, 0) for flow in outflows]
            if holding.content.get(substance, 0) is None:
                assert None in came
                continue
            assert None not in came
            assert sum(came) == holding.content.get(substance, 0)
            if holding.kind is AccountKind.STEP:  # an output may be unknown although the inputs are known
                assert sum(came) == sum(mg or 0 for mg in went)
            else:
                assert sum(came) - sum(went) == holding.left_content.get(substance, 0) >= 0


@given(chains, registers)
def test_counting_units_are_kept_too(said, register):
    book = post(said, register)
    for holding in book.holdings:
        if holding.kind is not AccountKind.STEP:
            assert holding.amount - sum(flow.amount for flow in book.outflows[holding.id]) == holding.left >= 0


@given(chains, registers)
def test_what_is_held_is_what_came_in_less_what_went_out(said, register):
    book = post(said, register)
    for substance in substances(book):
        if any(flow.content.get(substance, 0) is None for flow in book.flows):
            continue
        came = sum(f.content.get(substance, 0) for f in book.flows if isinstance(f.source, Account))
        went = sum(f.content.get(substance, 0) for f in book.flows if isinstance(f.target, Account))
        assert held(book, substance) == came - went


@given(chains, registers)
def test_the_journal_of_every_event_sums_to_zero(said, register):
    book = post(said, register)
    total = defaultdict(int)
    for event, _, substance, mg in book.postings():
        total[event, substance] += mg
    assert not any(total.values())


@given(chains, registers)
def test_parents_are_older_than_children_and_flows_are_in_order(said, register):
    book = post(said, register)
    assert [holding.id for holding in book.holdings] == list(range(len(book.holdings)))
    for flow in book.flows:
        if isinstance(flow.source, int) and isinstance(flow.target, int):
            assert flow.source < flow.target
    assert [flow.event for flow in book.flows] == sorted(flow.event for flow in book.flows)
    assert all(0 <= flow.event < len(book.events) for flow in book.flows)
    assert all(mg is None or mg >= 0 for flow in book.flows for mg in flow.content.values())


@given(chains)
def test_origins_sum_to_content_and_are_kept_each_by_itself(said):
    book = post(said, REGISTER)
    for substance in sorted(substances(book)):
        account = origins(book, substance)
        for holding, made, left in zip(book.holdings, account.made, account.left, strict=True):
            content = holding.content.get(substance, 0)
            if content is None:
                assert made is None
                continue
            assert sum(made.values()) == content
            assert all(mg > 0 for mg in made.values())
            assert all(mg > 0 for mg in left.values())
            assert sum(left.values()) == (holding.left_content.get(substance, 0) if holding.kind in INSIDE else 0) or (
                holding.kind is AccountKind.STEP and not left
            )
            assert set(made) <= account.named[holding.id] | {"UNKNOWN"}
        if any(flow.content.get(substance, 0) is None for flow in book.flows):
            continue
        came, gone, there = defaultdict(int), defaultdict(int), defaultdict(int)
        for flow in book.flows:
            if isinstance(flow.source, Account) and flow.source.kind is AccountKind.SOURCE:
                came[flow.source.key] += flow.content.get(substance, 0)
        for vector in account.outside.values():
            for origin, mg in vector.items():
                gone[origin] += mg
        for vector in account.left:
            for origin, mg in vector.items():
                there[origin] += mg
        for origin in {*came, *gone, *there}:
            assert came[origin] - gone[origin] == there[origin], origin


@given(chains, st.randoms())
def test_the_order_of_learning_changes_nothing(said, random):
    book = post(said, REGISTER)
    shuffled = list(said)
    random.shuffle(shuffled)
    again = post(shuffled, REGISTER)
    assert list(again.events) == list(book.events)
    assert list(again.holdings) == list(book.holdings)
    assert list(again.flows) == list(book.flows)
    assert list(again.checks) == list(book.checks)
    assert list(again.findings) == list(book.findings)
    assert again.declared == book.declared


def nodes(book: Book, ids) -> dict:
    """Holdings by what they are, not by number, with the numbers of a holding's predecessors left out."""
    out = {}
    for index in ids:
        one = book.holdings[index]
        made = (book.events[one.made].key, one.kind, one.lot, one.site, one.version)
        taken_over = one.next is not None
        out.setdefault(made, []).append((structs.replace(one, id=0, made=0, next=None), taken_over))
    return out


@given(chains, st.data())
def test_a_cone_says_what_the_whole_ledger_says(said, data):
    book = post(said, REGISTER)
    lots = sorted({holding.lot for holding in book.holdings if holding.kind is not AccountKind.STEP})
    if not lots:
        return
    tip = data.draw(st.sampled_from(lots))

    def lookup(wanted):
        return [one for one in said if not wanted.isdisjoint(names(one.event))]

    events, scope = cone({tip}, lookup)
    small = post(events, REGISTER, scope)
    for lot in sorted(scope):
        whole_ids, small_ids = book.of_lot.get(lot, ()), small.of_lot.get(lot, ())
        assert nodes(small, small_ids) == nodes(book, whole_ids), lot
        for substance in {s for index in whole_ids for s in book.holdings[index].content}:
            mine, theirs = origins(small, substance), origins(book, substance)
            assert [mine.made[i] for i in small_ids] == [theirs.made[i] for i in whole_ids]
            assert [mine.left[i] for i in small_ids] == [theirs.left[i] for i in whole_ids]
            assert [mine.named[i] for i in small_ids] == [theirs.named[i] for i in whole_ids]


@given(chains)
def test_back_and_forward_give_the_same_number_for_the_same_pair(said):
    book = post(said, REGISTER)
    lots = sorted({holding.lot for holding in book.holdings if holding.kind is not AccountKind.STEP})
    for substance in ("mass", "Co"):
        went = {lot: {it.holding: it.mg for it in forward(book, lot, substance)} for lot in lots}
        for young in lots:
            behind = {it.holding: it for it in back(book, young, substance)}
            start = [
                i for i in book.of_lot[young] if not any(f.source in set(book.of_lot[young]) for f in book.inflows[i])
            ]
            for old in lots:
                born = [
                    i for i in book.of_lot[old] if not any(f.source in set(book.of_lot[old]) for f in book.inflows[i])
                ]
                if old == young or len(start) != 1 or len(born) != 1:
                    continue
                there = went[old].get(start[0], 0)
                here = behind[born[0]].mg if born[0] in behind else 0
                assert there == here or None in {there, here}, (old, young, substance)


@given(chains)
def test_balances_close_by_site_and_for_the_chain(said):
    book = post(said, REGISTER)
    for grouping in (by_site, chain):
        for line in balances(book, grouping):
            left = sum(line.left.values())
            assert line.opening + line.entered + line.received == line.shipped + left + line.closing
    whole = {line.substance: line for line in balances(book, chain)}
    for substance, line in whole.items():
        if not any(flow.content.get(substance, 0) is None for flow in book.flows):
            assert line.closing == held(book, substance)


@pytest.mark.parametrize("grouping", [by_site, chain])
@given(said=chains, data=st.data())
def test_a_period_opens_with_what_the_one_before_closed_with(said, data, grouping):
    book = post(said, REGISTER)
    cut = data.draw(st.integers(0, len(book.events)))
    before = {(line.group, line.substance): line.closing for line in balances(book, grouping, until=cut)}
    for line in balances(book, grouping, since=cut):
        assert line.opening == before.get((line.group, line.substance), 0)
