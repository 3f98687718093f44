"""One demo pack goes through second life and recycling, and its cobalt is found again in a new pack."""

from datetime import date
from decimal import Decimal

import pytest

from filon.accounts.origin import origins
from filon.books import trace
from filon.books.post import post
from filon.passport.grounds import Grounds, Matter
from filon.passport.life import by_battery, deeds
from filon.passport.make import passport
from filon.passport.passport import State, disclosed
from filon.passport.point import Audience
from filon.passport.statement import Sayings
from second_life import AGAIN, BLACK, P1, P2, A, B, N, extended, second_life
from story import said

pytestmark = pytest.mark.xdist_group("founding chain")
ON = date(2045, 6, 1)


@pytest.fixture(scope="module")
def grounds(chain):
    before = chain.book()
    register = extended(before.register)
    told = [*before.events, *said(*second_life(before, register))]
    done, findings = deeds(told)
    assert not findings
    return Grounds(Matter(post(told, register), None), Sayings.of(()), by_battery(done), len(told))


def made(grounds, battery, on=ON):
    return passport(grounds, battery, on=on)


def cobalt(grounds, lot):
    return grounds.book.first(lot).content["Co"]


def test_both_packs_live_on_in_both_stores_and_stay_readable(grounds):
    for pack in (P1, P2):
        one = made(grounds, pack)
        assert (one.state, one.after, one.value("batteryStatus")) == (State.SUPERSEDED, (A, B), "original")
        assert not [each for each in one.findings if each.code in {"PAS-012", "PAS-013", "PAS-014"}]
    for store in (A, B):
        assert made(grounds, store).before == (P1, P2)
    assert made(grounds, B).value("batteryStatus") == "repurposed"
    assert made(grounds, B).value("responsibleOperator")["id"] == AGAIN
    assert made(grounds, B).value("responsibilityHistory")[0]["clause"] == "Art. 38(11)"


def test_all_their_cobalt_is_in_the_two_stores(grounds):
    """Taken apart and put together again: to the milligram a cell."""
    assert cobalt(grounds, A) + cobalt(grounds, B) == cobalt(grounds, P1) + cobalt(grounds, P2)


def test_the_recycled_store_has_ceased_and_shows_nothing_but_its_tombstone(grounds):
    one = made(grounds, A)
    assert (one.state, one.value("batteryStatus")) == (State.CEASED, "waste")
    assert one.ceased.day == date(2044, 1, 6)
    assert one.ceased.reason == "recycled to black mass"
    for audience in Audience:
        seen = disclosed(one, {audience}).points
        assert bool(seen) == (audience is Audience.OPERATOR)


def test_its_cobalt_is_found_again_in_the_new_pack_back_and_forward_alike(grounds):
    """What of the first pack's cobalt is in the new pack: the same mg whether asked from the one or the other."""
    new = grounds.book.of_lot[N][0]
    forward = {one.holding: one.mg for one in trace.forward(grounds.book, P1, "Co")}
    assert forward[new] > 0
    first = grounds.book.of_lot[P1][0]
    back = {one.holding: one.mg for one in trace.back(grounds.book, N, "Co")}
    assert back[first] == forward[new]
    # Half of each pack's cells went into store A, whose cobalt is all the new pack has: half of the pack's comes back.
    assert abs(Decimal(forward[new]) / cobalt(grounds, P1) - Decimal("0.5")) < Decimal("0.02")


def test_the_new_packs_cobalt_is_recycled_and_still_knows_its_mines(grounds):
    """All its cobalt is post-consumer; it came from the same mines, in the same shares as in store A."""
    one = made(grounds, N)
    share = one.value("recycledCobalt")
    assert share > Decimal("99.5")
    assert one.value("recycledShares")[0]["postConsumer"] == share
    assert one.value("recycledNickel") == 0
    account = origins(grounds.book, "Co")
    old, new = (account.made[grounds.book.of_lot[lot][0]] for lot in (A, N))
    for origin in old:
        assert abs(
            Decimal(old[origin]) / sum(old.values()) - Decimal(new.get(origin, 0)) / sum(new.values())
        ) < Decimal("0.005")


def test_matter_of_the_black_mass_balances(grounds):
    assert abs(cobalt(grounds, BLACK) - cobalt(grounds, A)) < cobalt(grounds, A) // 100
    bad = [one for one in grounds.book.findings if one.level == "warning" and "45-1" in str(one.values)]
    assert not bad, bad
