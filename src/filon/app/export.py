"""The events of a lot as a file for somebody else: EPCIS in JSON-LD or XML, or the supplier workbook."""

from __future__ import annotations

import re
from collections.abc import Sequence

from filon.app.ledger import Ledger
from filon.app.records import is_master, said
from filon.books.cone import cone
from filon.books.lot import LotId
from filon.books.movement import Said
from filon.core.errors import WrongCallError
from filon.core.ident import short
from filon.core.moment import Known
from filon.epcis import jsonwrite, xmlwrite
from filon.epcis.document import Heading, MasterElement, Vocabulary
from filon.epcis.event import Event
from filon.exchange import workbook
from filon.views.events_file import EventsFile

FORMATS = {"jsonld": "application/ld+json", "json": "application/json", "xml": "application/xml",
           "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}  # fmt: skip
"""{ending of the file: media type}."""


def exported(ledger: Ledger, lot: LotId, form: str, *, chain: bool = False, as_of: Known | None = None) -> EventsFile:
    """The events that name a lot, with the master data of the things in them.

    Args:
        form: one of `FORMATS`.
        chain: also everything that can be in the lot.

    Raises:
        WrongCallError: no such format.
    """
    if form not in FORMATS:
        raise WrongCallError(f"{form!r} is no format of events; choose of {', '.join(FORMATS)}")
    name = f"{re.sub(r'[^A-Za-z0-9._-]+', '-', short(lot)) or 'lot'}.{form}"
    events = [one.event for one in _told(ledger, lot, as_of, chain=chain)]
    master = _master(ledger, events, as_of)
    if form == "xlsx":
        rows = workbook.rows_from(events, master)
        left = tuple(one.eventID or one.place for one in rows.left)
        return EventsFile(
            name, workbook.write(rows.sheets, lists=rows.lists), FORMATS[form], len(events) - len(left), left
        )
    write = xmlwrite.write if form == "xml" else jsonwrite.write
    return EventsFile(name, write(events, heading=Heading(master=master)), FORMATS[form], len(events))


def _told(ledger: Ledger, lot: LotId, as_of: Known | None, *, chain: bool) -> list[Said]:
    size = ledger.size(as_of)

    def touching(names: set[str]) -> list[Said]:
        found = ledger.store.touching(sorted(names), size=size)
        return [said(stored) for stored in found if not is_master(stored.body)]

    found = cone([lot], touching)[0] if chain else touching({lot})
    return sorted(found, key=lambda one: (one.event.eventTime, one.key))


def _master(ledger: Ledger, events: Sequence[Event], as_of: Known | None) -> tuple[Vocabulary, ...]:
    """What the ledger's master data say of the lots, places and companies in the events."""
    named = {name for event in events for name in _names(event)}
    register = ledger.register(as_of)
    named |= {register.product(LotId(name)) for name in named}
    kept = []
    for kind, elements in sorted(register.vocabularies.items()):
        mine = tuple(MasterElement(name, dict(elements[name])) for name in sorted(named & elements.keys()))
        if mine:
            kept.append(Vocabulary(kind, mine))
    return tuple(kept)


def _names(event: Event) -> set[str]:
    quantities = (*event.quantityList, *event.childQuantityList, *event.inputQuantityList, *event.outputQuantityList)
    pieces = (*event.epcList, *event.childEPCs, *event.inputEPCList, *event.outputEPCList)
    ends = (*event.sourceList, *event.destinationList)
    told = {event.readPoint, event.bizLocation, event.parentID, *pieces}
    return {name for name in told if name} | {item.epcClass for item in quantities} | {end.value for end in ends}
