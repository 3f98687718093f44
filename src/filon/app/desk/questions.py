"""A partner's query understood: what must hold of an event, and by which clues the store finds it quickly.

The predicates of `epcis/predicates` decide; clues only spare work. They come from the same parameters: identifiers,
words and times that the store has indexed, and a stretch of the log. Where words and times are all that is asked, they
decide alone.

    question = asked(from_url("EQ_bizStep=shipping%7Creceiving&perPage=50"))
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from filon.epcis.moments import moment
from filon.log.leaf import micros
from filon.log.store import EVER

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

_WORDS = {"EQ_bizStep": "bizStep", "EQ_disposition": "disposition", "EQ_readPoint": "readPoint",
          "EQ_bizLocation": "bizLocation", "EQ_action": "action", "eventType": "type"}  # fmt: skip
"""{parameter: the word of a body that it asks for}."""
_PLACES = frozenset({"EQ_readPoint", "EQ_bizLocation"})
_TIMES = frozenset({"GE_eventTime", "LT_eventTime", "GE_recordTime", "LT_recordTime"})
_NO_MASTER = Master()
_NEEDS_MASTER = ("WD_", "HASATTR_", "EQ_ATTR_", "EQATTR_")


@dataclass(frozen=True, slots=True)
class Clues:
    """Where matches can only be.

    Args:
        names: event ids; a match has one of them. None = no clue.
        identifiers, roles: a match carries one of the identifiers in one of the roles. None = no clue.
        words: of each set, a match has one.
        occurred: first and last microsecond at which a match happened.
        recorded: first and last microsecond of its record time.
    """

    names: tuple[str, ...] | None = None
    identifiers: tuple[str, ...] | None = None
    roles: tuple[str, ...] = ()
    words: tuple[frozenset[tuple[str, str]], ...] = ()
    occurred: tuple[int, int] = EVER
    recorded: tuple[int, int] = EVER


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
    def asks_words(self) -> bool:
        """Whether its clues alone decide: it asks at most of words and times."""
        return not self.thing and self.params.keys() <= predicates.CONTROLS | _WORDS.keys() | _TIMES

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
        words=tuple(_words(params, terms)),
        occurred=_between(params, "eventTime"),
        recorded=_between(params, "recordTime"),
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


def _words(params: Mapping[str, Any], terms: Terms) -> Iterator[frozenset[tuple[str, str]]]:
    for name, member in _WORDS.items():
        if name in params:
            spell = _spelling(name, member, terms)
            yield frozenset((member, spell(text)) for text in _texts(params[name]))


def _spelling(name: str, member: str, terms: Terms) -> Callable[[str], str]:
    """How a value of this parameter stands in a canonical body."""
    if name in _PLACES:
        return Asked(name, terms, Master()).identifier
    if name in {"EQ_bizStep", "EQ_disposition"}:
        return lambda text: cbv.bare(member, terms.value(text))
    return terms.value if name == "eventType" else str


def _between(params: Mapping[str, Any], time: str) -> tuple[int, int]:
    """First and last microsecond that the parameters of a time allow."""
    first, end = (params.get(f"{side}_{time}") for side in ("GE", "LT"))
    return (
        micros(moment(str(first))) if first is not None else EVER[0],
        micros(moment(str(end))) - 1 if end is not None else EVER[1],
    )
