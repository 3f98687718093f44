"""A partner's query understood: what must hold of an event, and by which clues the store finds it quickly.

The predicates of `epcis/predicates` decide; clues only spare work. They come from the same parameters: identifiers that
the store has indexed, a stretch of the log, and byte sequences that the canonical body of a match must hold.

    question = asked(from_url("EQ_bizStep=shipping%7Creceiving&perPage=50"))
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson

from filon.app.desk.exceptions import QueryParameterException, QueryTooComplexException
from filon.core.errors import WrongCallError
from filon.epcis import cbv, predicates
from filon.epcis.asked import Asked, Master
from filon.epcis.context import BUILT_IN, Terms
from filon.epcis.event import FILON, Event
from filon.epcis.moments import moment, written
from filon.log.leaf import micros

PARAMETERS = 100
VALUES = 2_000
"""So many parameters and values one query may have."""

SETTINGS = frozenset({"perPage", "nextPageToken"})
"""What stands among a URL's parameters and is none of the query's."""

TERMS = BUILT_IN.with_context({"filon": FILON})[0]

_THINGS: Mapping[str, tuple[str, ...]] = {
    "MATCH_epc": ("epcList", "childEPCs"),
    "MATCH_parentID": ("parentID",),
    "MATCH_inputEPC": ("inputEPCList",),
    "MATCH_outputEPC": ("outputEPCList",),
    "MATCH_anyEPC": ("epcList", "childEPCs", "inputEPCList", "outputEPCList", "parentID"),
    "MATCH_epcClass": ("quantityList", "childQuantityList"),
    "MATCH_inputEPCClass": ("inputQuantityList",),
    "MATCH_outputEPCClass": ("outputQuantityList",),
    "MATCH_anyEPCClass": ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"),
    "EQ_transformationID": ("transformationID",),
}
"""{parameter: roles under which the store has indexed what it asks for}."""

_WORDS = {"EQ_bizStep": "bizStep", "EQ_disposition": "disposition"}
_PLACES = frozenset({"EQ_readPoint", "EQ_bizLocation"})
_NO_MASTER = Master()
_NEEDS_MASTER = ("WD_", "HASATTR_", "EQ_ATTR_", "EQATTR_")


@dataclass(frozen=True, slots=True)
class Clues:
    """Where matches can only be.

    Args:
        names: event ids; a match has one of them. None = no clue.
        identifiers, roles: a match carries one of the identifiers in one of the roles. None = no clue.
        needles: of each set, a match's body holds one.
        occurred: least and last `eventTime` as `2026-11-03T14:00:00` (last included, whole seconds).
        recorded: first and end (excluded) microsecond of the record time.
    """

    names: tuple[str, ...] | None = None
    identifiers: tuple[str, ...] | None = None
    roles: tuple[str, ...] = ()
    needles: tuple[tuple[bytes, ...], ...] = ()
    occurred: tuple[bytes, bytes] = (b"", b"\xff")
    recorded: tuple[int, int] = (0, 1 << 62)

    def may_match(self, body: bytes) -> bool:
        """Whether a canonical body can be of a match."""
        for needles in self.needles:
            if not any(map(body.__contains__, needles)):
                return False
        if self.occurred == _ANY_TIME:
            return True
        at = body.find(_TIME)
        time = body[at + len(_TIME) : at + len(_TIME) + 19]
        return at < 0 or self.occurred[0] <= time <= self.occurred[1]


_ANY_TIME = (b"", b"\xff")
_TIME = b'"eventTime":"'


@dataclass(frozen=True, slots=True)
class Question:
    """A query as the desk keeps and answers it.

    Args:
        params: {name: text, or list of texts}, as asked.
        prefixes: of partners' names in them.
        also: further condition that no parameter says, with the clue for it.
    """

    params: Mapping[str, Any]
    prefixes: Mapping[str, str] = field(default_factory=dict)
    thing: str = ""

    @property
    def terms(self) -> Terms:
        """What its prefixes mean."""
        return TERMS.with_context(dict(self.prefixes))[0] if self.prefixes else TERMS

    @property
    def digest(self) -> str:
        """Sixteen characters, other for another question: a page token belongs to one."""
        said = orjson.dumps([dict(self.params), dict(self.prefixes), self.thing], option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(said).hexdigest()[:16]

    @property
    def asks_nothing(self) -> bool:
        """Whether every event is an answer: it says at most an order or a limit."""
        return not self.thing and self.params.keys() <= predicates.CONTROLS

    @property
    def needs_master(self) -> bool:
        """Whether it asks of master data."""
        return any(name.startswith(_NEEDS_MASTER) for name in self.params)

    def query(self, master: Master = _NO_MASTER) -> predicates.Query:
        """The predicates.

        Raises:
            QueryParameterException: a name or value that the standard does not know.
        """
        order = str(self.params.get("orderBy", "eventTime"))
        if order not in {"eventTime", "recordTime"} and ":" not in order:
            raise QueryParameterException("orderBy is eventTime, recordTime or a partner's member, prefix:name")
        try:
            return predicates.query(self.params, terms=self.terms, master=master)
        except WrongCallError as error:
            raise QueryParameterException(error.detail, **error.extra) from error

    def holds(self, event: Event) -> bool:
        """The condition that no parameter says: the event names the thing, as piece or as class."""
        return not self.thing or any(self.thing in _named(event, roles) for roles in _BOTH)

    @property
    def clues(self) -> Clues:
        """Where its matches can only be."""
        return _clues(self)


_BOTH = (_THINGS["MATCH_anyEPC"], _THINGS["MATCH_anyEPCClass"])


def _named(event: Event, roles: Sequence[str]) -> list[str]:
    if "parentID" in roles:
        return [name for role in roles if role != "parentID" for name in getattr(event, role)] + [event.parentID or ""]
    return [item.epcClass for role in roles for item in getattr(event, role)]


def from_url(query: str) -> dict[str, Any]:
    """The parameters of a URL: lists parted by `|`, a name that stands twice is one list.

    Raises:
        QueryParameterException: not percent-encoded UTF-8, or a name without a value.
        QueryTooComplexException: too many of them.

    Source: EPCIS 2.0, 12.8.
    """
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), errors="strict", separator="&",
                          max_num_fields=VALUES)  # fmt: skip
    except ValueError as error:
        raise QueryParameterException("parameters are written name=value&name=value, percent-encoded UTF-8") from error
    params: dict[str, list[str]] = {}
    for name, value in pairs:
        params.setdefault(name, []).extend(value.split("|"))
    for name, values in params.items():
        if not name or "" in values or "\0" in name + "".join(values):
            raise QueryParameterException(f"{name or 'a parameter'} has no value")
    return checked({name: values if len(values) > 1 else values[0] for name, values in params.items()})


def checked(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters, if there are not too many and each is text, number, truth or a list of them."""
    values = [value if isinstance(value, list) else [value] for value in params.values()]
    if len(params) > PARAMETERS or sum(map(len, values)) > VALUES:
        raise QueryTooComplexException(f"a query has at most {PARAMETERS} parameters and {VALUES} values")
    for name, listed in zip(params, values, strict=True):
        if not all(isinstance(item, str | int | float | bool) for item in listed):
            raise QueryParameterException(f"{name} must be a text, a number, a boolean, or a list of them")
    return dict(params)


def asked(params: Mapping[str, Any], prefixes: Mapping[str, str] | None = None, *, thing: str = "") -> Question:
    """The question that parameters ask; understood at once, so that a wrong one is refused now.

    Args:
        thing: identifier of a piece or a class that the events must name.
    """
    question = Question({name: params[name] for name in params if name not in SETTINGS}, prefixes or {}, thing)
    _ = question.query(), question.clues
    return question


def _clues(question: Question) -> Clues:
    params, terms = question.params, question.terms
    return Clues(
        _names(params),
        *_identifiers(question),
        needles=tuple(_needles(params, terms)),
        occurred=_occurred(params),
        recorded=_recorded(params),
    )


def _texts(value: Any) -> list[str]:
    return [str(item) for item in (value if isinstance(value, list) else [value])]


def _names(params: Mapping[str, Any]) -> tuple[str, ...] | None:
    return tuple(_texts(params["EQ_eventID"])) if "EQ_eventID" in params else None


def _identifiers(question: Question) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """The clue of the first parameter that names things without a pattern."""
    if question.thing:
        return (question.thing,), tuple(role for roles in _BOTH for role in roles)
    params = question.params
    transactions = {name: ("bizTransaction",) for name in params if name.startswith("EQ_bizTransaction_")}
    for name, roles in {**_THINGS, **transactions}.items():
        if name in params:
            texts = _texts(params[name])
            if not any(question.terms.value(text).lower().startswith("urn:epc:idpat:") for text in texts):
                spell = Asked(name, question.terms, Master()).identifier
                return tuple(spell(text) for text in texts), roles
    return None, ()


def _needles(params: Mapping[str, Any], terms: Terms) -> list[tuple[bytes, ...]]:
    needles = []
    for name, value in params.items():
        if (spell := _needle(name, terms)) is not None:
            needles.append(tuple(spell(text) for text in _texts(value)))
    return needles


def _needle(name: str, terms: Terms) -> Callable[[str], bytes] | None:
    """How a value of this parameter stands in a canonical body."""
    member = name.removeprefix("EQ_")
    if name in _WORDS:
        return lambda text: orjson.dumps({member: cbv.bare(_WORDS[name], terms.value(text))})[1:-1]
    if name in _PLACES:
        spell = Asked(name, terms, Master()).identifier
        return lambda text: orjson.dumps({"id": spell(text)})[1:-1]
    if name == "eventType":
        return lambda text: orjson.dumps({"type": terms.value(text)})[1:-1]
    if name == "EQ_action":
        return lambda text: orjson.dumps({"action": text})[1:-1]
    return None


def _occurred(params: Mapping[str, Any]) -> tuple[bytes, bytes]:
    least, last = (params.get(name) for name in ("GE_eventTime", "LT_eventTime"))
    return (
        written(moment(str(least)))[:19].encode() if least is not None else b"",
        written(moment(str(last)))[:19].encode() if last is not None else b"\xff",
    )


def _recorded(params: Mapping[str, Any]) -> tuple[int, int]:
    first, end = (params.get(name) for name in ("GE_recordTime", "LT_recordTime"))
    return (
        micros(moment(str(first))) if first is not None else 0,
        micros(moment(str(end))) if end is not None else 1 << 62,
    )
