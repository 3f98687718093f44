"""Subscriptions over HTTP.

Source: EPCIS 2.0, 12.4.4.
"""

from __future__ import annotations

from starlette.responses import Response

from filon.app.desk import subscriptions
from filon.app.desk.tokens import Deed
from filon.web.epcis import reply
from filon.web.epcis.call import JSON, LD, Call
from filon.web.epcis.queries import members


def post(call: Call) -> Response:
    """POST /queries/{queryName}/subscriptions."""
    call.need(Deed.ASK)
    call.form((JSON, LD))  # refused before anything is kept
    body = members(call, {"dest"}, optional=set(subscriptions.MEMBERS))
    made = subscriptions.subscribe(
        call.repository.desk,
        call.repository.answers,
        call.values["queryName"],
        body,
        call.token,
        epc_format=call.epc_format,
        now=call.now,
        hosts=call.repository.hosts,
    )
    call.repository.woke()
    call.answer["Location"] = f"{call.here(call.request.scope['path'])}/{made.id}"
    return reply.given(call, made.members(), 201)


def listed(call: Call) -> Response:
    """GET /queries/{queryName}/subscriptions: one's own; an auditor sees all."""
    call.need(Deed.READ)
    parameters, query = call.parameters, call.values["queryName"]
    belongs = f"subscriptions {query}"
    per_page, at = call.per_page(parameters), call.begin(parameters, belongs)
    found = subscriptions.some(
        call.repository.desk, query, per_page + 1, after=at[0] if at else "", token=_own(call)
    )  # fmt: skip
    page = found[:per_page]
    call.link_next([page[-1].id] if len(found) > per_page else None, belongs)
    return reply.given(call, [one.members() for one in page])


def shown(call: Call) -> Response:
    """GET /queries/{queryName}/subscriptions/{subscriptionID}."""
    call.need(Deed.READ)
    query, subscription = call.values["queryName"], call.values["subscriptionID"]
    one = subscriptions.one(call.repository.desk, query, subscription, token=_own(call))
    return reply.given(call, one.members())


def there(call: Call) -> dict[str, str]:
    """Refuse a subscription that is not there; since when its events count."""
    query, subscription = call.values["queryName"], call.values["subscriptionID"]
    one = subscriptions.one(call.repository.desk, query, subscription, token=_own(call))
    return {"GS1-Query-Min-Record-Time": str(one.members()["minRecordTime"])}


def ended(call: Call) -> Response:
    """DELETE /queries/{queryName}/subscriptions/{subscriptionID}."""
    call.need(Deed.ASK)
    query, subscription = call.values["queryName"], call.values["subscriptionID"]
    one = subscriptions.one(call.repository.desk, query, subscription, token=call.token.id)
    subscriptions.end(call.repository.desk, one.id)
    return Response(status_code=204)


def _own(call: Call) -> str | None:
    return None if call.token.may(Deed.SEE_ALL_SUBSCRIPTIONS) else call.token.id
