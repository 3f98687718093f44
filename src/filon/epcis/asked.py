"""A query's parameter while it is being understood: its name, the terms and master data it is read with, its values."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from filon.core import ident
from filon.core.errors import WrongCallError
from filon.epcis import cbv
from filon.epcis.context import Terms, joined
from filon.epcis.event import Event

Predicate = Callable[[Event], bool]


class QueryParameterError(WrongCallError):
    """A query names a parameter or value that the standard does not know."""

    title: ClassVar[str] = "The query is not understood"


@dataclass(frozen=True, slots=True)
class Master:
    """What queries need of the master data.

    Args:
        attributes: {identifier: {attribute name: value}}.
        children: {identifier: identifiers directly within it}.
    """

    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, hash=False)
    children: Mapping[str, Collection[str]] = field(default_factory=dict, hash=False)

    def within(self, identifier: str) -> frozenset[str]:
        """It and all that lies within it; a circle in the data ends where it began."""
        seen: set[str] = set()
        waiting = [identifier]
        while waiting:
            at = waiting.pop()
            if at not in seen:
                seen.add(at)
                waiting.extend(self.children.get(at, ()))
        return frozenset(seen)


@dataclass(frozen=True, slots=True)
class Asked:
    """One parameter being understood."""

    name: str
    terms: Terms
    master: Master

    def word(self, kind: str, text: str) -> str:
        """The bare CBV word, or the URI in full."""
        return cbv.bare(kind, self.terms.value(text))

    def identifier(self, text: str) -> str:
        """The identifier as events hold it."""
        return ident.canonical(self.terms.value(text))

    def wrong(self, why: str) -> QueryParameterError:
        """The error that names this parameter."""
        return QueryParameterError(f"{self.name}: {why}", parameter=self.name)

    def names(self, text: str) -> frozenset[str]:
        """What a FIELD may be called inside: `prefix:name`, a URI, or `namespace#name`."""
        if ":" not in text:
            raise self.wrong("a partner's member is named prefix:name or by its URI")
        space, border, local = text.rpartition("#")
        full = self.terms.member(text)
        return frozenset({full, joined(space, local), joined(f"{space}/", local)} if border else {full})


def texts_of(name: str, value: Any) -> list[str]:
    """The values of a parameter as text, at least one."""
    items = value if isinstance(value, list | tuple) else [value]
    if not items:
        raise QueryParameterError(f"{name} needs a value", parameter=name)
    return [text_of(item) for item in items]


def text_of(value: Any) -> str:
    """A value as text; truth as JSON writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def number_of(value: Any) -> Decimal | None:
    """A value as number; None if it is none, or beyond all doubles: the fraction of `1e999999999` fills the memory."""
    if isinstance(value, bool | datetime):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= _DOUBLES else None


_DOUBLES = 400
"""Greatest power of ten that is compared; doubles end at 308."""

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "EQ": operator.eq,
    "GT": operator.gt,
    "GE": operator.ge,
    "LT": operator.lt,
    "LE": operator.le,
}


def items_of(value: Any) -> list[Any]:
    """The values of a member: none, one or those of a list."""
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]
