"""What is remembered of partners' texts is bounded in characters, not only in number."""

import tracemalloc

from filon.core import ident, remember
from filon.core.remember import LONG, remembered
from filon.epcis import plain, read, values
from filon.epcis.hash import named


def test_a_short_text_is_asked_once_and_a_long_one_each_time():
    asked = []

    @remembered(8)
    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    short, long = "x" * (LONG - 1), "x" * LONG
    assert [length(text) for text in (short, short, long, long)] == [LONG - 1, LONG - 1, LONG, LONG]
    assert asked == [short, long, long]


def test_at_most_so_many_answers_are_kept():
    asked = []
    first = remembered(2)(lambda text: asked.append(text) or text[0])
    assert [first(text) for text in "abca"] == list("abca")
    assert asked == list("abca")


def test_long_identifiers_leave_nothing_in_memory():
    """Two hundred names of 100 kB each, through everything that remembers identifiers: 20 MB if they stayed."""
    from epcis_events import OBJECT, document

    def hand_in(number: int) -> None:
        name = f"https://example.org/{number}/" + "x" * 100_000
        event = {**OBJECT, "epcList": [name], "bizTransactionList": [{"type": "po", "bizTransaction": name}]}
        told = read(document({**event, "bizStep": name, f"urn:own:{name}": 1}))
        for one in told.events:
            named(one.epcList[0])
            values.examined(name), ident.canonical(name), ident.expected_digits(name)

    hand_in(-1)
    tracemalloc.start()
    for number in range(200):
        hand_in(number)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 2_000_000
    assert plain.LONG == remember.LONG
