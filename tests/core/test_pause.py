"""What is built while the collector pauses is old at once, and its cycles are still collected some day."""

import gc
import weakref

from filon.core.pause import collector_paused


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
