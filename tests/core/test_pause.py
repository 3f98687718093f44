"""What is built while the collector pauses is old at once, and its cycles are still collected some day."""

import gc
import weakref

import pytest

from filon.core import pause
from filon.core.pause import collector_paused


@pytest.fixture(autouse=True)
def _nothing_is_frozen(monkeypatch):
    monkeypatch.setattr(pause, "_state", pause._State())
    gc.unfreeze()
    yield
    gc.unfreeze()


class Ring:
    """Something that holds itself."""

    def __init__(self):
        self.self = self


def test_what_was_built_is_old_and_not_frozen():
    gc.collect()
    with collector_paused():
        built = [[] for _ in range(1000)]
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
    assert any(one is built for one in gc.get_objects(generation=2))


def test_a_cycle_built_meanwhile_is_collected():
    with collector_paused():
        gone = weakref.ref(Ring())
    gc.collect()
    assert gone() is None


def test_nested_and_already_off():
    gc.disable()
    try:
        with collector_paused(), collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_somebody_froze_stays_frozen():
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        with collector_paused():
            pass
        assert gc.get_freeze_count() == frozen
    finally:
        gc.unfreeze()


@pytest.fixture
def a_few_are_many(monkeypatch):
    monkeypatch.setattr(pause, "MANY", 5_000)


def built(count):
    with collector_paused():
        return [Ring() for _ in range(count)]


@pytest.mark.usefixtures("a_few_are_many")
def test_a_great_deal_is_out_of_the_collectors_sight():
    rings = built(10_000)
    assert gc.isenabled()
    assert gc.get_freeze_count() >= 10_000
    assert not any(one is rings[0] for one in gc.get_objects())


@pytest.mark.usefixtures("a_few_are_many")
def test_garbage_of_a_great_deal_is_freed_when_the_next_is_built():
    """10 000 rings are dropped: out of sight they stay; with the next great deal they go, and that is out of sight."""
    rings = built(10_000)
    first, last = weakref.ref(rings[0]), weakref.ref(rings[-1])
    del rings
    gc.collect()
    assert first() is not None
    more = built(10_000)
    assert first() is last() is None
    assert gc.get_freeze_count() >= 10_000
    assert not any(one is more[0] for one in gc.get_objects())


@pytest.mark.usefixtures("a_few_are_many")
def test_a_little_built_later_hides_nothing_and_shows_nothing():
    built(10_000)
    hidden = gc.get_freeze_count()
    kept = built(10)
    assert hidden - 10 <= gc.get_freeze_count() <= hidden  # the odd one is freed by its count
    assert any(one is kept[0] for one in gc.get_objects())


@pytest.mark.usefixtures("a_few_are_many")
def test_what_somebody_froze_is_not_looked_at_by_a_great_deal():
    gone = weakref.ref(Ring())
    gc.freeze()
    built(10_000)
    assert gone() is not None


@pytest.mark.usefixtures("a_few_are_many")
def test_what_was_thawed_by_hand_is_garbage_like_any_other():
    built(10_000)
    gc.unfreeze()
    gc.collect()
    assert gc.get_freeze_count() == 0
    built(10_000)
    assert gc.get_freeze_count() >= 10_000


def test_garbage_of_many_small_builds_does_not_pile_up(monkeypatch):
    """What is made old at once is nothing that the collector counts, so full turns are taken: of a hundred builds of
    10 000 rings no more than 50 000, or a quarter of all there is, wait for one."""
    monkeypatch.setattr(pause, "AT_MOST", 50_000)
    for _ in range(100):
        built(10_000)
    listed = gc.get_objects()
    rings = sum(type(one) is Ring for one in listed)
    assert rings <= max(50_000, (len(listed) - rings) // 4) + 10_000
    assert rings < 500_000
