"""SimpleEventQuery: which events a partner asks for, as a pure function of the parameters.

Parameters are joined by AND, the values of a list by OR; what is asked for must exist to match. Values are brought to
the one spelling inside before they are compared, so a query in URNs finds events in Digital Links and one in kelvin
finds those in degrees Celsius.

    asked = query({"EQ_bizStep": ["shipping"], "GE_eventTime": "2026-11-01T00:00:00Z"})
    [event for event in events if asked.matches(event)]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from filon.epcis.asked import Asked, Master, Predicate, QueryParameterError, number_of, text_of, texts_of
from filon.epcis.asked_own import own_member
from filon.epcis.asked_standard import compared, has_attribute, matched, within
from filon.epcis.context import BUILT_IN, Terms
from filon.epcis.event import Event

__all__ = ["Master", "Query", "QueryParameterError", "query"]


@dataclass(frozen=True, slots=True)
class Query:
    """A query understood.

    Args:
        matches: whether an event is asked for; `recordTime` is the event's own.
        order_by: `eventTime`, `recordTime` or the expanded name of a partner's member; "" for no order.
        limit: the first so many (`eventCountLimit`).
        most: more than so many are too many (`maxEventCount`).
    """

    matches: Predicate
    order_by: str = ""
    descending: bool = True
    limit: int | None = None
    most: int | None = None

    def ordered(self, events: Iterable[Event]) -> list[Event]:
        """The events in the order asked for; those without the field come last.

        A tie keeps the order of the input, so give them in store order.
        """
        kept = list(events)
        if not self.order_by:
            return kept
        keyed = [(_order_key(event, self.order_by), event) for event in kept]
        having = [pair for pair in keyed if pair[0] is not None]
        having.sort(key=lambda pair: pair[0] or (0, ""), reverse=self.descending)
        return [event for _, event in having] + [event for key, event in keyed if key is None]


def _order_key(event: Event, name: str) -> tuple[int, Any] | None:
    value = getattr(event, name) if name in {"eventTime", "recordTime"} else event.extensions.get(name)
    if value is None:
        return None
    number = number_of(value)
    return (0, number) if number is not None else (1, value if isinstance(value, datetime) else str(value))


_NO_MASTER = Master()


def query(params: Mapping[str, Any], *, terms: Terms = BUILT_IN, master: Master = _NO_MASTER) -> Query:
    """The query that the parameters say.

    Args:
        params: as in a stored query or, each URL list already split, as in a URL.
        terms: meaning of the prefixes in names of partners' members.

    Raises:
        QueryParameterError: a name or a value that the standard does not know; both limits at once.

    Source: EPCIS 2.0, 8.2.7.1; EPCIS 1.2, 8.2.7.1.
    """
    asked = {name: value for name, value in params.items() if name not in CONTROLS}
    predicates = [_predicate(name, value, terms, master) for name, value in asked.items()]
    limit, most = _count(params, "eventCountLimit"), _count(params, "maxEventCount")
    order = str(params.get("orderBy", ""))
    direction = params.get("orderDirection", "DESC")
    if limit is not None and most is not None:
        raise QueryParameterError("eventCountLimit and maxEventCount do not go together")
    if direction not in {"ASC", "DESC"}:
        raise QueryParameterError("orderDirection is ASC or DESC")
    if limit is not None and not order:
        raise QueryParameterError("eventCountLimit needs orderBy: the first of which?")
    if order not in {"", "eventTime", "recordTime"}:
        order = terms.member(order)
    return Query(lambda event: all(holds(event) for holds in predicates), order, direction == "DESC", limit, most)


CONTROLS = frozenset(
    {
        "orderBy",
        "orderDirection",
        "eventCountLimit",
        "maxEventCount",
        "perPage",
        "nextPageToken",
        "@context",
        "queryType",
    }
)
"""What a query says besides its conditions."""


def _count(params: Mapping[str, Any], name: str) -> int | None:
    if name not in params:
        return None
    try:
        count = int(str(params[name]))
    except ValueError:
        count = -1
    if count < 0:
        raise QueryParameterError(f"{name} is a whole number")
    return count


def _predicate(name: str, value: Any, terms: Terms, master: Master) -> Predicate:
    if name == "eventType":
        kinds = {terms.value(kind) for kind in texts_of(name, value)}
        return lambda event: event.type in kinds
    operation, _, rest = name.partition("_")
    build = _BUILDERS.get(operation)
    if build is None or not rest:
        raise QueryParameterError(f"{name} is no parameter of SimpleEventQuery", parameter=name)
    return build(operation, rest, value, Asked(name, terms, master))


def _exists(operation: str, rest: str, value: Any, asked: Asked) -> Predicate:
    if rest not in {"errorDeclaration", "sensorElementList", "sensorElement"}:
        return own_member(operation, rest, value, asked)
    if text_of(value).lower() in {"false", "0"}:
        return lambda _: True
    if rest == "errorDeclaration":
        return lambda event: event.errorDeclaration is not None
    return lambda event: bool(event.sensorElementList)


_BUILDERS: Mapping[str, Callable[[str, str, Any, Asked], Predicate]] = {
    **dict.fromkeys(("EQ", "GT", "GE", "LT", "LE"), compared),
    "EXISTS": _exists,
    "WD": within,
    "MATCH": matched,
    "HASATTR": has_attribute,
    "EQATTR": lambda _, rest, value, asked: compared("EQ", f"ATTR_{rest}", value, asked),
}
