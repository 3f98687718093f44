"""Events and the collections of what they name.

Source: EPCIS 2.0, 12.2 and 12.4 (top-level resources, query interface).
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from filon.app.desk.answers import Position
from filon.app.desk.cards import KINDS
from filon.app.desk.exceptions import NoSuchResourceException, QueryParameterException
from filon.app.desk.questions import Question, asked
from filon.app.desk.tokens import Deed
from filon.web.epcis import reply
from filon.web.epcis.call import Call

COLLECTIONS = ("eventTypes", "epcs", "bizSteps", "bizLocations", "readPoints", "dispositions")
_PARAMETER = {name: "eventType" if name == "eventTypes" else f"EQ_{member}" for name, member in KINDS.items()}


def root(call: Call) -> Response:
    """GET /."""
    call.need(Deed.DISCOVER)
    return reply.collection(call, ["events", *COLLECTIONS, "capture", "queries"])


def found(call: Call) -> Response:
    """GET /events."""
    call.need(Deed.READ)
    parameters = call.parameters
    return page(call, asked(parameters, call.prefixes), parameters)


def page(call: Call, question: Question, parameters: dict[str, Any], name: str = "SimpleEventQuery") -> Response:
    """A page of the answer to a question."""
    at = call.begin(parameters, question.digest)
    answer = call.repository.answers.page(question, call.per_page(parameters), Position(*at) if at else None)
    following = answer.following
    call.link_next([following.size, following.after] if following else None, question.digest)
    return reply.stored(call, answer.stored, name)


def one(call: Call) -> Response:
    """GET /events/{eventID}: the event and what takes it back."""
    call.need(Deed.READ)
    return reply.events(call, call.repository.answers.event(call.values["eventID"]))


def values(call: Call) -> Response:
    """GET /{collection}."""
    call.need(Deed.READ)
    collection, parameters = call.values["collection"], call.parameters
    per_page, at = call.per_page(parameters), call.begin(parameters, collection)
    if collection == "epcs":
        listed, following = call.repository.cards.things(per_page, Position(*at) if at else None)
        call.link_next([following.size, following.after] if following else None, collection)
        return reply.collection(call, listed)
    everything = call.repository.cards.values(collection)
    rest = [value for value in everything if at is None or value > at[0]]
    call.link_next([rest[per_page - 1]] if len(rest) > per_page else None, collection)
    return reply.collection(call, rest[:per_page])


def value(call: Call) -> Response:
    """GET /{collection}/{value}: what can be asked of a value."""
    call.need(Deed.READ)
    known(call)
    return reply.collection(call, ["events"])


def of_value(call: Call) -> Response:
    """GET /{collection}/{value}/events."""
    call.need(Deed.READ)
    named, parameters = known(call), call.parameters
    collection = call.values["collection"]
    if collection == "epcs":
        return page(call, asked(parameters, call.prefixes, thing=named), parameters)
    said = _PARAMETER[collection]
    if said in parameters:
        raise QueryParameterException(f"{said} is said by the path already")
    return page(call, asked({**parameters, said: named}, call.prefixes), parameters)


def there(call: Call) -> dict[str, str]:
    """Refuse an event that is not there."""
    call.repository.answers.event(call.values["eventID"])
    return {}


def value_there(call: Call) -> dict[str, str]:
    """Refuse a value that no event names."""
    known(call)
    return {}


def known(call: Call) -> str:
    """The value that the path says, as it is kept.

    Raises:
        NoSuchResourceException: no event names it.
    """
    collection, text = call.values["collection"], call.values["value"]
    spelled = call.repository.cards.spelled(collection, text)
    if not call.repository.cards.knows(collection, spelled):
        raise NoSuchResourceException(f"no event names {text} among its {collection}")
    return spelled
