"""Plain events: known members, sound identifiers, words of the CBV; nearly all that ever come.

`Plainly.event` turns the bytes of such an event into its stored form at once; of any other it gives None, and the whole
reading (`epcis/reading`, `epcis/rules`) says what is odd. So there is one law and no second set of rules: where it
answers, the whole reading finds nothing and the event has the very same canonical body and key.

An event is taken to pieces by member, each member made a `Part` by `epcis/part`, and the parts put together in the
order that events of such members have. Most members of a partner's events say what they said before, so their parts
are remembered by their bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache, partial
from hashlib import sha256
from typing import NamedTuple

import msgspec
import orjson

from filon.core.remember import LONG
from filon.epcis import ownpart, part, rules
from filon.epcis.context import Terms
from filon.epcis.document import Limits
from filon.epcis.event import Event
from filon.epcis.frame import Frame, Frames, Gaps, form_of, mark, picked
from filon.epcis.key import NOT_SAID, same
from filon.epcis.moments import written
from filon.epcis.mould import Moulds
from filon.epcis.part import OddError, Part
from filon.epcis.reading import Reading
from filon.epcis.sense import sensible
from filon.epcis.shape import EVENT_FIELDS, FORBIDDEN
from filon.epcis.words import Words, words


class Plain(NamedTuple):
    """A plain event as it is stored.

    Args:
        body: canonical bytes, as `body.event_json`.
        key: as `key.body_key`.
        name: its eventID, or empty.
        time: when it happened (UTC).
        things: (member, identifier) it can be found by, pieces before lots.
        words: of its body.
        place: JSON pointer of the event in its document.
        scoped: it has a context of its own.
    """

    body: bytes
    key: bytes
    name: str
    time: datetime
    things: Sequence[tuple[str, str]]
    words: Words
    place: str = ""
    scoped: bool = False


def usual(terms: Terms) -> bool:
    """Whether `urn:` and `http:` mean what they always mean; a context could make prefixes of them."""
    return not any(prefix in terms.prefixes for prefix in ("urn", "http", "https", "ni"))


def plainly(terms: Terms, limits: Limits) -> Plainly | None:
    """What reads the plain events of a document; None if its terms are not `usual`."""
    if not usual(terms):
        return None
    if len(terms.prefixes) + len(terms.names) > _FEW or max(map(len, (terms.vocabulary, *terms.names.values()))) > LONG:
        return Plainly(terms, limits)
    return _plainly(frozenset(terms.prefixes.items()), frozenset(terms.names.items()), terms.vocabulary, limits)


_Pairs = frozenset[tuple[str, str]]


@lru_cache(maxsize=16)
def _plainly(prefixes: _Pairs, names: _Pairs, vocabulary: str, limits: Limits) -> Plainly:
    return Plainly(Terms(dict(prefixes), dict(names), vocabulary), limits)


class _Shape(NamedTuple):
    """How the parts of events with these members are put together; numbers are places among the members.

    Args:
        body, key: what stands around the parts in the canonical body, and in what counts for sameness.
        things: the members by which an event can be found.
        name: -1 = it has none.
        rare: those that must fit the time.
    """

    body: Gaps
    key: Gaps
    things: Sequence[int]
    time: int
    name: int
    rare: Sequence[int]


class Plainly:
    """The reading of plain events whose names mean the same; remembers parts and shapes, a bounded number of them.

    Args:
        terms: what partners' names mean; `usual`.
        limits: how deep partners' values may be nested.
    """

    def __init__(self, terms: Terms, limits: Limits) -> None:
        self.terms = terms
        self.limits = limits
        self._shape = lru_cache(maxsize=256)(self._shape_of)
        self._inner = lru_cache(maxsize=16)(self._inner_of)
        self._readers = _Readers(terms, limits)
        self._frames = Frames()

    def event(self, text: bytes, place: str = "") -> Plain | None:
        """The stored form of an event, or None if it is not plain.

        Args:
            text: its JSON.
        """
        form = form_of(text)
        try:
            if (frame := self._frames.of(text, form)) and (told := frame.filled(text)):
                body, key, name, time, things = told
                return Plain(body, sha256(key).digest(), name, time, things, frame.words, place)
            return self._member_by_member(text, form, place)
        except _UNFIT:
            return None

    def _member_by_member(self, text: bytes, form: bytes, place: str) -> Plain | None:
        if b"\\u" in text and _RISKY.search(text):
            return None
        raw = _MEMBERS.decode(text)
        if not _once(text, raw):
            return None
        if (context := raw.pop("@context", None)) is not None:
            data = bytes(context)
            inner = self._inner(data) if len(data) < _SHORT else self._inner_of(data)
            return inner._made(raw, place)._replace(scoped=True)  # noqa: SLF001 - one of us
        made = self._made(raw, place)
        if form and self._frames.due(form):
            self._learn(text, form, raw, made.words)
        return made

    def _made(self, raw: dict[str, msgspec.Raw], place: str) -> Plain:
        parts = self._parts(raw)
        shape = self._shape_for(raw, parts)
        bodies, keys, things, values = zip(*parts, strict=True)
        time: datetime = values[shape.time]
        key = shape.key.text % shape.key.order(keys)
        for at in shape.rare:
            key += _rarely(values[at], time)
        name = values[shape.name] if shape.name >= 0 else ""
        found = [one for at in shape.things for one in things[at]]
        body = shape.body.text % shape.body.order(bodies)
        return Plain(body, sha256(key).digest(), name, time, found, words(body), place)

    def _parts(self, raw: dict[str, msgspec.Raw]) -> list[Part]:
        made = self._readers
        return [made[name](bytes(value)) for name, value in raw.items()]

    def _shape_for(self, raw: dict[str, msgspec.Raw], parts: Sequence[Part]) -> _Shape:
        names = tuple(raw)
        said = tuple([bool(one.body) for one in parts])
        counted = tuple([bool(one.key) for one in parts])
        shaped = self._shape if len(names) < _FEW and max(map(len, names)) < LONG else self._shape_of
        action = parts[names.index("action")].value if "action" in raw else ""
        return shaped(names, said, counted, parts[names.index("type")].value, action)

    def _learn(self, text: bytes, form: bytes, raw: dict[str, msgspec.Raw], said: Words) -> None:
        """Know the frame of a plain event, if it has no escapes and no rare members."""
        parts, names = self._parts(raw), list(raw)
        shape = self._shape_for(raw, parts)
        counted = all(one.key for name, one in zip(names, parts, strict=True) if name not in NOT_SAID)
        if b"\\" in text or shape.rare or not counted:
            return
        spans = _spans(text, raw)
        own = [at for at, name in enumerate(names) if name not in part.AROUND]
        frame = Frame(
            picked([slice(*spans[at]) for at in own]),
            [self._readers[names[at]] for at in own],
            shape.body.partly([mark(own.index(at)) if at in own else one.body for at, one in enumerate(parts)]),
            shape.key.partly([mark(own.index(at)) if at in own else one.key for at, one in enumerate(parts)]),
            [own.index(at) for at in shape.things],
            own.index(shape.time),
            own.index(shape.name) if shape.name >= 0 else -1,
            said,
        )
        self._frames.learn(text, form, [spans[at] for at in own], frame)

    def _shape_of(
        self, names: tuple[str, ...], said: tuple[bool, ...], counted: tuple[bool, ...], kind: str, action: str
    ) -> _Shape:
        """How events of these members are put together.

        Args:
            names: as written.
            said, counted: whether each says something, and whether it counts for sameness.
        """
        if not FORBIDDEN[kind].keys().isdisjoint(names):
            raise OddError
        at = {name: place for place, name in enumerate(names) if said[place]}
        sensible(kind, action, frozenset(at))
        standard = {name: place for name, place in at.items() if name in EVENT_FIELDS or name == "type"}
        own = {self.terms.member(name): place for name, place in at.items() if name not in standard}
        alike = {same(name): place for name, place in own.items()}
        if len(standard) + len(own) != len(at) or len(alike) != len(own):
            raise OddError  # two names that mean the same
        counting = [{name: place for name, place in some.items() if counted[place]} for some in (standard, alike)]
        return _Shape(
            Gaps.of(_object(standard, own or None)),
            Gaps.of(_object(counting[0], counting[1] or None)),
            [*(at[name] for name in part.FOUND_BY if name in at), *own.values()],
            at["eventTime"],
            at.get("eventID", -1),
            [at[name] for name in part.RARE if name in at],
        )

    def _inner_of(self, context: bytes) -> Plainly:
        """The reading of events that have a context of their own."""
        reading = Reading("", self.terms, self.limits)
        terms = reading.inner_terms(ownpart.exactly(context), "")
        made = None if reading.findings else plainly(terms, self.limits)
        if made is None:
            raise OddError
        return made


def _spans(text: bytes, raw: dict[str, msgspec.Raw]) -> list[tuple[int, int]]:
    """Where the values stand in the text of an event, which has no escapes; only blanks and a colon are before them."""
    spans, end = [], 0
    for name, value in raw.items():
        written = name.encode()
        start = text.index(bytes(value), text.index(b'"%b"' % written, end) + len(written) + 2)
        end = start + len(value)
        spans.append((start, end))
    return spans


def _object(standard: Mapping[str, int], own: Mapping[str, int] | None) -> bytes:
    """Canonical JSON of an event with marks for these members' values."""
    told = {name: mark(at) for name, at in standard.items()}
    if own is not None:
        told["extensions"] = _object(own, None)
    return b"{%b}" % b",".join([orjson.dumps(name) + b":" + told[name] for name in sorted(told)])


def _once(text: bytes, raw: dict[str, msgspec.Raw]) -> bool:
    """Whether no member stands twice: of two the decoder keeps one, and the signs of the other are missed."""
    if len(text) == 1 + 4 * len(raw) + sum(map(len, raw)) + sum(map(len, raw.values())):
        return True  # written without blanks, and each sign of it accounted for
    return text.count(b'"') == 2 * len(raw) + sum(bytes(value).count(b'"') for value in raw.values())


def _rarely(alone: Event, time: datetime) -> bytes:
    """What an event with this rare member has in its key behind the members; raises if it does not fit the time."""
    if rules.check(replace(alone, type="", eventTime=time)):
        raise OddError
    told = alone.errorDeclaration
    return b"" if told is None else written(told.declarationTime).encode()


class _Remembered(dict[bytes, Part]):
    """{a member as written: its part}, for one that often says what it said before; a bounded number of them."""

    def __init__(self, read: Callable[[bytes], Part]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, data: bytes) -> Part:
        made = self._read(data)
        if len(self) >= _MOST:
            self.clear()
        if len(data) <= _SHORT:
            self[data] = made
        return made


_MOST, _SHORT, _FEW = 512, 1_024, 64
_STANDARD = {
    name: partial(read, name) if name in part.NEW else _Remembered(partial(read, name)).__getitem__
    for name, read in part.READERS.items()
}
"""What makes the parts of standard members; none of them depends on the terms of a document."""


class _Readers(dict[str, Callable[[bytes], Part]]):
    """{member: what makes its part}, those of a partner's own as they are met."""

    def __init__(self, terms: Terms, limits: Limits) -> None:
        super().__init__(_STANDARD)
        self._own = partial(ownpart.own, terms, limits.depth)
        self._moulds = Moulds()
        self["ilmd"] = partial(self._moulds.cast, "ilmd", partial(ownpart.ilmd, terms, limits.depth))
        for name in part.RARE:
            self[name] = partial(ownpart.rare, terms, limits, name)

    def __missing__(self, name: str) -> Callable[[bytes], Part]:
        read = partial(self._moulds.cast, name, partial(self._own, name))
        if len(self) < _MOST and len(name) < LONG:
            self[name] = read
        return read


_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_RISKY = re.compile(rb"\\u(?:0000|0022|[dD][89a-fA-F])")
"""U+0000, a quote that would not be counted, half a surrogate pair."""
_UNFIT = (OddError, msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError, ValueError, KeyError,
          AttributeError)  # fmt: skip
"""What a value of the wrong kind makes of a reader."""
