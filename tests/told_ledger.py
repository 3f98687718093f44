"""A ledger that hears a story: each deed a document of its own, learned when the test says."""

from filon.app import capture
from filon.epcis.document import MasterElement, Vocabulary
from filon.epcis.event import FILON
from filon.epcis.jsonwrite import write
from story import moment, site


def master(kind, elements):
    """Master data of {id: {name: value}}."""
    listed = tuple(
        MasterElement(ident, {FILON + name: value for name, value in traits.items()}, ())
        for ident, traits in elements.items()
    )
    return Vocabulary(kind, listed)


def sites(**traits):
    """Sites by name: sites(atlas={"kind": "mine", "country": "MA"})."""
    return master("urn:epcglobal:epcis:vtype:Location", {site(name): one for name, one in traits.items()})


def tell(ledger, *events, day=300, master=()):
    """Hand events in, all in one file, learned on a day of 2026."""
    data = write(events, master=master, created=moment(day))
    file = capture.File(f"{len(data)}-{day}.jsonld", data)
    (outcome,) = capture.capture(ledger, [file], now=lambda: moment(day), submitter="test", accept=capture.ALL_WARNINGS)
    assert outcome.state is capture.State.TAKEN, outcome
    return outcome
