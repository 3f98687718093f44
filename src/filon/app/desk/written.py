"""Answers as bytes: query documents in JSON-LD or XML, identifiers spelled as the partner asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from filon.app.desk.answers import Answers
from filon.app.desk.exceptions import NotAcceptableException
from filon.core.errors import WrongCallError
from filon.core.pause import collector_paused
from filon.epcis import jsonwrite, xmlwrite
from filon.epcis.document import Heading
from filon.epcis.event import Event
from filon.epcis.formats import CbvFormat, EpcFormat, spelled, urns
from filon.epcis.moments import written
from filon.log.store import Stored


def query_document(
    events: Iterable[Event],
    prefixes: Mapping[str, int],
    *,
    query: Mapping[str, str],
    now: datetime,
    xml: bool = False,
    epc_format: EpcFormat = "Always_GS1_Digital_Link",
    words: CbvFormat = "No_Preference",
) -> bytes:
    """The bytes of a query document.

    Args:
        prefixes: {company prefix: length}, for EPC URNs; a key of an unknown company stays a Digital Link.
        query: `queryName` and, for a subscription, `subscriptionID`.

    Raises:
        NotAcceptableException: XML is wanted and has no way to write a text in the events.
    """
    heading = Heading(type="EPCISQueryDocument", query=query, creationDate=written(now))
    spell: Callable[[str], str] | None = urns(prefixes) if epc_format == "Always_EPC_URN" else None
    kept = [spelled(event, spell) if spell else event for event in events]
    if not xml:
        return jsonwrite.write(kept, heading=heading)
    try:
        return xmlwrite.write(kept, heading=heading, words=words)
    except WrongCallError as error:
        raise NotAcceptableException(error.detail) from error


@collector_paused()
def stored_document(
    answers: Answers,
    stored: Sequence[Stored],
    prefixes: Mapping[str, int],
    *,
    query: Mapping[str, str],
    now: datetime,
    xml: bool = False,
    epc_format: EpcFormat = "Always_GS1_Digital_Link",
    words: CbvFormat = "No_Preference",
) -> bytes:
    """`query_document` of stored events: as JSON with identifiers as held, no event is made on the way."""
    if not xml and epc_format != "Always_EPC_URN":
        heading = Heading(type="EPCISQueryDocument", query=query)
        return jsonwrite.write_bodies([answers.told(one) for one in stored], written(now), heading=heading)
    events = map(answers.shown, stored)
    return query_document(events, prefixes, query=query, now=now, xml=xml, epc_format=epc_format, words=words)
