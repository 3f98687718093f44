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
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache, partial
from hashlib import sha256
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec

from filon.core.remember import LONG
from filon.epcis import part, rules
from filon.epcis.context import Terms
from filon.epcis.document import Limits
from filon.epcis.event import Event
from filon.epcis.key import NOT_SAID, same
from filon.epcis.moments import written
from filon.epcis.part import OddError, Part
from filon.epcis.reading import Reading
from filon.epcis.shape import EVENT_FIELDS, FORBIDDEN


class Plain(NamedTuple):
    """A plain event as it is stored.

    Args:
        body: canonical bytes, as `body.event_json`.
        key: as `key.body_key`.
        name: its eventID, or empty.
        time: when it happened (UTC).
        things: (member, identifier) it can be found by, pieces before lots.
        place: JSON pointer of the event in its document.
        scoped: it has a context of its own.
    """

    body: bytes
    key: bytes
    name: str
    time: datetime
    things: Sequence[tuple[str, str]]
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


@lru_cache(maxsize=64)
def _plainly(prefixes: _Pairs, names: _Pairs, vocabulary: str, limits: Limits) -> Plainly:
    return Plainly(Terms(dict(prefixes), dict(names), vocabulary), limits)


_Picked = Callable[[Sequence[bytes]], Iterable[bytes]]


class _Shape(NamedTuple):
    """How the parts of events with these members are put together; numbers are places among the parts.

    Args:
        body, key: pick from bodies and keys of the parts, behind which those of all own members stand as one.
        own, own_key: pick those of the own members.
    """

    body: _Picked
    key: _Picked
    own: _Picked | None
    own_key: _Picked
    things: tuple[int, ...]
    time: int
    name: int
    rare: tuple[int, ...]


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

    def event(self, text: bytes, place: str = "") -> Plain | None:
        """The stored form of an event, or None if it is not plain.

        Args:
            text: its JSON.
        """
        if b"\\u" in text and _RISKY.search(text):
            return None
        try:
            raw = _MEMBERS.decode(text)
            if not _once(text, raw):
                return None
            if (context := raw.pop("@context", None)) is not None:
                data = bytes(context)
                inner = self._inner(data) if len(data) < _SHORT else self._inner_of(data)
                return inner._made(raw, place)._replace(scoped=True)  # noqa: SLF001 - one of us
            return self._made(raw, place)
        except _UNFIT:
            return None

    def _made(self, raw: dict[str, msgspec.Raw], place: str) -> Plain:
        made = self._readers
        parts = [made[name](bytes(value)) for name, value in raw.items()]
        bodies, keys, things, values = zip(*parts, strict=True)
        names = tuple(raw)
        said = names if all(bodies) else tuple([name for name, body in zip(names, bodies, strict=True) if body])
        shaped = self._shape if len(names) < _FEW and max(map(len, names)) < LONG else self._shape_of
        shape = shaped(names, said, values[names.index("type")], _action_of(names, values))
        if shape.own:
            bodies += (_OWN % b",".join(shape.own(bodies)),)
            own = b",".join(filter(None, shape.own_key(keys)))
            keys += (own and _OWN % own,)
        key = b"{%b}" % b",".join(filter(None, shape.key(keys)))
        time: datetime = values[shape.time]
        for at in shape.rare:
            key += _rarely(values[at], time)
        return Plain(
            b"{%b}" % b",".join(shape.body(bodies)),
            sha256(key).digest(),
            values[shape.name] if shape.name >= 0 else "",
            time,
            list(chain.from_iterable([things[at] for at in shape.things])),
            place,
        )

    def _shape_of(self, names: tuple[str, ...], said: tuple[str, ...], kind: str, action: str) -> _Shape:
        """How events of these members are put together.

        Args:
            names: as written, those that say nothing too.
            said: those of them that say something.
        """
        if not FORBIDDEN[kind].keys().isdisjoint(names):
            raise OddError
        part.sensible(kind, action, frozenset(said))
        at = {name: names.index(name) for name in said}
        standard = {name: place for name, place in at.items() if name in EVENT_FIELDS or name == "type"}
        own = {self.terms.member(name): place for name, place in at.items() if name not in standard}
        if len(standard) + len(own) != len(at) or len({same(name) for name in own}) != len(own):
            raise OddError  # two names that mean the same
        if own:
            standard["extensions"] = len(names)
        return _Shape(
            _picked([standard[name] for name in sorted(standard)]),
            _picked([standard[name] for name in sorted(standard) if name not in NOT_SAID]),
            _picked([own[name] for name in sorted(own)]) if own else None,
            _picked([own[name] for name in sorted(own, key=same)]),
            (*(at[name] for name in part.FOUND_BY if name in at), *own.values()),
            at["eventTime"],
            at.get("eventID", -1),
            tuple(at[name] for name in part.RARE if name in at),
        )

    def _inner_of(self, context: bytes) -> Plainly:
        """The reading of events that have a context of their own."""
        reading = Reading("", self.terms, self.limits)
        terms = reading.inner_terms(part.exactly(context), "")
        made = None if reading.findings else plainly(terms, self.limits)
        if made is None:
            raise OddError
        return made


def _picked(places: list[int]) -> _Picked:
    """What picks from a sequence; several or one alike."""
    return itemgetter(*places) if len(places) > 1 else lambda parts: [parts[at] for at in places]


def _action_of(names: tuple[str, ...], values: tuple[Any, ...]) -> Any:
    return values[names.index("action")] if "action" in names else ""


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
    name: _Remembered(partial(read, name)).__getitem__ if name in part.REPEATED else partial(read, name)
    for name, read in part.READERS.items()
}
"""What makes the parts of standard members; none of them depends on the terms of a document."""


class _Readers(dict[str, Callable[[bytes], Part]]):
    """{member: what makes its part}, those of a partner's own as they are met."""

    def __init__(self, terms: Terms, limits: Limits) -> None:
        super().__init__(_STANDARD)
        self._own = partial(part.own, terms, limits.depth)
        self["ilmd"] = partial(part.ilmd, terms, limits.depth)
        for name in part.RARE:
            self[name] = partial(part.rare, terms, limits, name)

    def __missing__(self, name: str) -> Callable[[bytes], Part]:
        read = partial(self._own, name)
        if len(self) < _MOST and len(name) < LONG:
            self[name] = read
        return read


_OWN = b'"extensions":{%b}'
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_RISKY = re.compile(rb"\\u(?:0000|0022|[dD][89a-fA-F])")
"""U+0000, a quote that would not be counted, half a surrogate pair."""
_UNFIT = (OddError, msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError, ValueError, KeyError,
          AttributeError)  # fmt: skip
"""What a value of the wrong kind makes of a reader."""
