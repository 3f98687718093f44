"""What is read by a frame or a mould is what the whole reading says: one sign changed, and the verdict is the same."""

import json
import random
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epcis_events import BY_TYPE, CONTEXT, OBJECT, document
from filon.app.records import event_record, plain_record
from filon.epcis import frame, jsonld, jsonwrite, mould, ownpart, part, plain, quick
from filon.epcis.context import BUILT_IN
from filon.epcis.document import Limits
from filon.epcis.event import Event
from filon.epcis.plain import Plain
from filon.epcis.words import WORDS
from filon.exchange.simulator.plant import events as plant_events

FILON_CONTEXT = [*CONTEXT, {"filon": "https://w3id.org/filon/"}]
SAID = {"eventID": "urn:uuid:5c4b6a2e-3a0f-4f0e-9c35-1d2f4b0c7a11", "filon:note": "box 12"}


def plains(text):
    """Whether each item of the document was plain; fails where the quick reading says another thing than the whole."""
    quickly, wholly = list(quick.stream(text, "x")), list(jsonld.stream(text, "x"))
    assert len(quickly) == len(wholly)
    for one, other in zip(quickly, wholly, strict=True):
        if isinstance(one, Plain):
            assert isinstance(other, Event)
            assert (one.place, plain_record(one)) == (other.place, event_record(other))
        else:
            assert one == other
    return [isinstance(one, Plain) for one in quickly]


def compact(*events):
    return json.dumps(json.loads(document(*events, context=FILON_CONTEXT)), separators=(",", ":")).encode()


def learned(told):
    """A reader that has met an event often enough to know its frame, and the event's text."""
    text = json.dumps(told, separators=(",", ":")).encode()
    reader = plain.Plainly(BUILT_IN, Limits())
    for _ in range(3):
        assert reader.event(text)
    return reader, text


def framed(reader, text):
    return reader._frames.of(text, frame.form_of(text))


PLANT = jsonwrite.write(list(islice(plant_events(2), 10_000, 10_100)))


@pytest.mark.parametrize("kind", sorted(BY_TYPE))
def test_an_event_met_twice_has_a_frame(kind):
    """By hand: the first time its form is met, the second time its frame is learned, the third time it is used."""
    reader, text = learned(BY_TYPE[kind])
    known = framed(reader, text)
    body, key, name, time, things = known.filled(text)
    made = reader._member_by_member(text, b"", "")
    assert (body, name, time, things) == (made.body, made.name, made.time, made.things)
    assert key.startswith(b'{"')


def test_a_frame_reads_only_what_is_the_events_own():
    """Of this event type, zone, action, step and place are the frame; time, name and lots are its own."""
    reader, text = learned({**OBJECT, "eventID": SAID["eventID"]})
    known = framed(reader, text)
    assert known.body.text == (
        b'{"action":"ADD","bizStep":"commissioning","eventID":%b,"eventTime":%b,"eventTimeZoneOffset":"+01:00",'
        b'"quantityList":%b,"readPoint":{"id":"https://id.gs1.org/414/4012345000115"},"type":"ObjectEvent"}'
    )
    assert b'"%b"' % OBJECT["eventTime"].encode() in known.cut(text)


def test_no_word_of_an_event_is_its_own():
    """A frame keeps the words that the store indexes; a member that were one and not of the frame would be a lie."""
    assert set(WORDS) <= part.AROUND


def test_the_bytes_around_decide_not_the_form():
    """`quantity` and `quantitx` have one form; so have `ADD` and `XDD`: nothing of that is taken for what was learned."""
    reader, text = learned(OBJECT)
    for good, bad in ((b'"ADD"', b'"XDD"'), (b'"action"', b'"actiom"'), (b'"bizStep"', b'"bizStip"')):
        assert good in text
        other = text.replace(good, bad, 1)
        assert frame.form_of(other) == frame.form_of(text)
        assert framed(reader, other) is None
        assert reader.event(other) is None


def test_one_form_is_cut_in_one_way():
    """A step and an eventID of one form, in both orders: what is the event's own here stands around it there."""
    step, name, other = (f"urn:uuid:5c4b6a2e-3a0f-4f0e-9c35-1d2f4b0c7a1{last}" for last in "123")
    bare = {key: value for key, value in OBJECT.items() if key != "bizStep"}
    first, turned = {**bare, "bizStep": step, "eventID": name}, {**bare, "eventID": name, "bizStep": step}
    assert plains(compact(first, first, first, turned, turned, turned, {**turned, "bizStep": other}))[:7] == [True] * 7


def test_names_that_change_places_are_another_frame():
    first = {**OBJECT, "ex:a": "1", "ex:b": "2"}
    other = {**OBJECT, "ex:b": "1", "ex:a": "2"}
    assert plains(compact(first, first, first, other, other, first)) == [True] * 6 + [False]


def own(value):
    return compact(OBJECT).replace(b'"action"', b'"ex:a":%b,"action"' % value)


def many(*values):
    """One document of events that differ in one member of the partner's own."""
    texts = [own(value) for value in values]
    start, end = texts[0].index(b'{"type":"ObjectEvent"'), texts[0].rindex(b"]}}")
    return (
        texts[0][:start]
        + b",".join(text[text.index(b'{"type":"ObjectEvent"') : text.rindex(b"]}}")] for text in texts)
        + texts[0][end:]
    )


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        # `true` counts for sameness, `null` does not: nothing else tells their forms apart
        ([b"true"] * 3 + [b"null", b"true"], [True] * 5),
        ([b"null"] * 3 + [b"true", b"null"], [True] * 5),
        # escapes have one form, but U+0000 is no sign of a text
        ([b'"\\u0041"'] * 3 + [b'"\\u0000"', b'"\\u0042"'], [True] * 3 + [False, True]),
        ([b'"%b"'] * 4, [True] * 4),
    ],
)
def test_of_one_form_and_yet_another_thing(values, wanted):
    assert plains(many(*values))[: len(wanted)] == wanted


@pytest.mark.parametrize(("value", "plain"), [("L-7", True), ("", True), ([1, 2], False), (12.5, False), (True, False)])
def test_a_receivers_own_number_is_a_text(value, plain):
    """Events are found by it as it is written; of another value the whole reading says how."""
    told = {**OBJECT, "filon:own": value}
    assert plains(compact(told, told, told, told))[:4] == [plain] * 4


def test_a_place_with_percent_signs_has_a_frame():
    reader, text = learned({**OBJECT, "readPoint": {"id": "https://our.example.com/hall%2F3/%b0"}})
    assert framed(reader, text)
    assert reader.event(text).body == reader._member_by_member(text, b"", "").body


SIGNS = [b"", b"0", b"9", b"a", b"Z", b'"', b"\\", b" ", b"}", b"{", b"[", b"]", b",", b":", b".", b"-", b"/", b"\x00", b"\xc3\xa9", b"\xed\xa0\x80", b"\\u0022"]  # fmt: skip


@settings(max_examples=150)
@given(st.sampled_from([*sorted(BY_TYPE), "own"]), st.integers(0, 10_000), st.sampled_from(SIGNS), st.booleans())
def test_one_sign_changed_in_an_event_whose_frame_is_known(kind, at, sign, instead):
    told = {**OBJECT, **SAID} if kind == "own" else {**BY_TYPE[kind], **SAID}
    text = compact(told, told, told, told)
    begin = text.rindex(b'{"type"') if kind != "own" else text.rindex(b'"type"') - 1
    end = len(text) - 3
    place = begin + at % (end - begin)
    plains(text[:place] + sign + text[place + instead :])


@settings(max_examples=60)
@given(st.integers(0, 10**7), st.sampled_from(SIGNS), st.booleans())
def test_one_sign_changed_in_a_document_of_a_plant(at, sign, instead):
    plains(PLANT)
    place = at % len(PLANT)
    plains(PLANT[:place] + sign + PLANT[place + instead :])


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(2))
def test_signs_changed_in_a_document_of_a_plant_for_long(seed):
    dice = random.Random(seed)
    for _ in range(3_000):
        place = dice.randrange(len(PLANT))
        plains(PLANT[:place] + dice.choice(SIGNS) + PLANT[place + dice.randint(0, 3) :])


def variant(event, dice):
    """The same members in another order, with two values exchanged, or with other digits in some of them."""
    items, kind = list(event.items()), dice.randrange(3)
    one, other = dice.randrange(len(items)), dice.randrange(len(items))
    if kind == 0:
        dice.shuffle(items)
    elif kind == 1:
        (name, value), (other_name, other_value) = items[one], items[other]
        items[one], items[other] = (name, other_value), (other_name, value)
    else:
        items = [(name, with_other_digits(value, dice) if dice.random() < 0.4 else value) for name, value in items]
    return dict(items)


MORE = {"eventID": SAID["eventID"], "bizStep": "urn:uuid:5c4b6a2e-3a0f-4f0e-9c35-1d2f4b0c7a12", "ex:a": "12.50",
        "ex:b": None, "ex:c": {"ex:d": ["1.25", True]}, "filon:own": "L-7", "recordTime": "2026-11-03T13:00:00Z"}  # fmt: skip


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(number, marks=pytest.mark.nightly) for number in range(2, 60))])
def test_variants_of_an_event_in_one_document(seed):
    """Whatever was learned of one event, another of nearly the same form is read as what it is."""
    dice = random.Random(seed)
    for _ in range(40):
        event = {**BY_TYPE[dice.choice(sorted(BY_TYPE))], **{name: MORE[name] for name in MORE if dice.random() < 0.4}}
        told = [event] * 3
        for _ in range(5):
            told += [variant(dice.choice(told), dice)] * dice.choice([1, 3])
        plains(compact(*told))


def test_memory_of_frames_is_bounded():
    """A partner who sends another form each time fills nobody's memory; `_MOST` is the bound, forms are met once."""
    frames = frame.Frames()
    for number in range(5_000):
        frames.due(b"." * number)
    assert 0 < sum(map(len, frames._forms)) <= frame._MOST
    reader = plain.Plainly(BUILT_IN, Limits())
    for number in range(3_000):
        text = json.dumps({**OBJECT, "ex:a": "-" * (number % 1_500)}).encode()
        assert reader.event(text)
        if number % 100 == 0:
            assert sum(map(len, reader._frames._forms)) <= frame._MOST
            assert sum(len(form) for _, form in reader._readers._moulds._moulds) <= mould._MOST


def test_long_events_have_no_form():
    assert frame.form_of(b"x" * 5_000) == b""


# Moulds.

DIGITS = st.text("0123456789", min_size=1, max_size=9)
TEXTS = st.one_of(
    DIGITS,
    st.builds("{}.{}".format, DIGITS, DIGITS),
    st.builds("L-{}".format, DIGITS),
    st.builds(" {}".format, DIGITS),
    st.builds("-{}".format, DIGITS),
    st.builds("{}e{}".format, DIGITS, DIGITS),
    st.builds("é {}/{}%b".format, DIGITS, DIGITS),
    st.sampled_from(["wet", "", "%", "%b", "0", "00", "0.0", "1.10", "x\\y", "12 ", "-0"]),
)
VALUES = st.recursive(
    st.one_of(TEXTS, st.integers(-5, 5_000), st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["ex:a", "b", "c1", "c2", "7"]), inner)
    ),
    max_leaves=6,
)


def with_other_digits(value, dice):
    if isinstance(value, str):
        return "".join(str(dice.randrange(10)) if sign in "0123456789" else sign for sign in value)
    if isinstance(value, list):
        return [with_other_digits(one, dice) for one in value]
    if isinstance(value, dict):
        return {with_other_digits(name, dice): with_other_digits(one, dice) for name, one in value.items()}
    return dice.randrange(5_000) if type(value) is int else value


@settings(max_examples=300)
@given(VALUES, st.integers(0, 10**9))
def test_a_mould_makes_what_the_reader_makes(value, seed):
    """The definition as oracle: whatever the digits, the part is that of the reader itself."""
    moulds, dice, terms = mould.Moulds(), random.Random(seed), BUILT_IN

    def read(data):
        return ownpart.own(terms, 20, "epcis:x", data)

    for _ in range(6):
        data = json.dumps(with_other_digits(value, dice), ensure_ascii=False, separators=(",", ":")).encode()
        try:
            wanted = read(data)
        except plain._UNFIT:
            wanted = None
        try:
            made = moulds.cast("epcis:x", read, data)
        except plain._UNFIT:
            made = None
        assert made == wanted


def test_a_mould_by_hand():
    """Three values of one form: the first is met, the second makes the mould, the third is cast, read by nobody."""
    asked, moulds = [], mould.Moulds()

    def read(data):
        asked.append(data)
        return ownpart.own(BUILT_IN, 20, "epcis:x", data)

    for percent in (b"20.91", b"20.92", b"31.47"):
        made = moulds.cast("epcis:x", read, b'{"co":"%b","by":["lab 7"]}' % percent)
        # the key spells a list of one as the thing itself
        assert made.body == b'{"by":["lab 7"],"co":"%b"}' % percent
        assert made.key == b'{"by":"lab 7","co":"%b"}' % percent
    assert len([one for one in asked if b"lab 7" in one]) == 2


def test_a_zero_at_the_end_is_not_cast():
    """`"31.40"` counts as 31.4: other digits, read in another way."""
    moulds = mould.Moulds()
    for percent, counts in ((b"20.91", b"20.91"), (b"20.92", b"20.92"), (b"31.40", b"31.4"), (b"31.41", b"31.41")):
        made = moulds.cast("x", lambda data: ownpart.own(BUILT_IN, 20, "epcis:x", data), b'{"co":"%b"}' % percent)
        assert (made.body, made.key) == (b'{"co":"%b"}' % percent, b'{"co":"%b"}' % counts)


def test_bare_numbers_and_names_are_not_cast():
    """In `{"n":7,"lot":"L7"}` only the second digit stands in a text; in `{"n7":"x1"}` one stands in a name."""
    for form in (b'{"n":%d,"lot":"L%d"}', b'{"lot":"L%d","n":%d}', b'{"n%d":"x%d"}', b'["L%d",%d]'):
        moulds = mould.Moulds()
        for number in range(1, 6):
            data = form % (number, number)
            wanted = ownpart.own(BUILT_IN, 20, "epcis:x", data)
            assert moulds.cast("x", lambda data: ownpart.own(BUILT_IN, 20, "epcis:x", data), data) == wanted
