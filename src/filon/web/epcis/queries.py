"""Named queries: kept, listed, run, forgotten.

Source: EPCIS 2.0, 12.4 (query control interface).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
from starlette.responses import Response

from filon.app.desk import named
from filon.app.desk.exceptions import QueryParameterException, QueryValidationException, SecurityException
from filon.app.desk.named import NamedQuery
from filon.app.desk.questions import SETTINGS
from filon.app.desk.tokens import Deed
from filon.web.epcis import events, reply
from filon.web.epcis.call import Call


def post(call: Call) -> Response:
    """POST /queries."""
    call.need(Deed.ASK)
    body = members(call, {"name", "query"}, optional={"@context"})
    name, query = body.get("name"), body.get("query")
    if not isinstance(name, str) or not isinstance(query, dict):
        raise QueryValidationException('a query is posted as {"name": "..", "query": {..}}')
    if "@context" in body and "@context" not in query:
        query = {"@context": body["@context"], **query}
    if call.prefixes and "@context" not in query:
        query = {"@context": call.prefixes, **query}
    kept = named.keep(call.repository.desk, name, query, call.token, now=call.now)
    return Response(status_code=201, headers={"Location": call.here(f"{call.root}/queries/{quote(kept.name)}")})


def members(call: Call, needed: set[str], *, optional: set[str]) -> dict[str, Any]:
    """The members of a JSON body.

    Raises:
        QueryValidationException: not an object of these members.
    """
    try:
        body = orjson.loads(call.body)
    except orjson.JSONDecodeError as error:
        raise QueryValidationException(f"the body is not JSON: {error}") from error
    if not isinstance(body, dict) or needed - body.keys() or body.keys() - needed - optional:
        raise QueryValidationException(f"the body is an object with {', '.join(sorted(needed))}")
    return body


def listed(call: Call) -> Response:
    """GET /queries."""
    call.need(Deed.READ)
    parameters = call.parameters
    per_page, at = call.per_page(parameters), call.begin(parameters, "queries")
    found = named.some(call.repository.desk, per_page + 1, after=at[0] if at else 0)
    page = found[:per_page]
    call.link_next([page[-1].number] if len(found) > per_page else None, "queries")
    return reply.given(call, [_told(one) for one in page])


def shown(call: Call) -> Response:
    """GET /queries/{queryName}."""
    call.need(Deed.READ)
    return reply.given(call, _told(named.one(call.repository.desk, call.values["queryName"])))


def there(call: Call) -> dict[str, str]:
    """Refuse a query that is not there."""
    named.one(call.repository.desk, call.values["queryName"])
    return {}


def dropped(call: Call) -> Response:
    """DELETE /queries/{queryName}: who keeps it may drop it; its subscriptions end."""
    call.need(Deed.ASK)
    query = named.one(call.repository.desk, call.values["queryName"])
    if query.token != call.token.id:
        raise SecurityException("only the token that keeps a query may drop it")
    named.drop(call.repository.desk, query.name)
    call.repository.woke()
    return Response(status_code=204)


def results(call: Call) -> Response:
    """GET /queries/{queryName}/events."""
    call.need(Deed.READ)
    parameters = call.parameters
    if strange := parameters.keys() - SETTINGS:
        raise QueryParameterException(f"{min(strange)}: a named query says all but perPage and nextPageToken")
    query = named.one(call.repository.desk, call.values["queryName"])
    return events.page(call, query.question, parameters, query.name)


def _told(query: NamedQuery) -> dict[str, Any]:
    return {"name": query.name, "query": dict(query.body)}
