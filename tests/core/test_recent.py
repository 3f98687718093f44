from copy import copy

from filon.core.recent import Recent


def test_the_oldest_goes():
    """By hand: of 1, 2, 3 with room for two, 1 goes; put in again, 2 is younger than 3, which goes next."""
    recent = Recent[int, str](2)
    recent[1], recent[2], recent[3] = "a", "b", "c"
    assert dict(recent) == {2: "b", 3: "c"}
    recent[2] = "d"
    recent[4] = "e"
    assert dict(recent) == {2: "d", 4: "e"}
    assert recent.get(3) is None


def test_a_copy_keeps_as_many():
    recent = Recent[int, str](2)
    recent[1], recent[2] = "a", "b"
    other = copy(recent)
    other[3] = "c"
    assert (dict(recent), dict(other)) == ({1: "a", 2: "b"}, {2: "b", 3: "c"})
