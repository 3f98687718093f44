"""A small chain with a pack in a ledger: a mine, carriage, a plant with wind, two packs of 60 kWh, one without readings.

Mine: 200 kWh of the grid of MA on 100 kg of sulfate; 10 tkm by road at 0.1. Plant: 100 kWh on pack P1, 60 of them grid of
FR, 40 wind at 0.0141, certified; P2 was made in February, of which nobody sent readings.
"""

from datetime import UTC, datetime

from carbon_story import leg, power, used
from filon.app import capture
from filon.app.ledger import Ledger
from filon.books.register import EPC_CLASS, LOCATION
from filon.core.ident import gtin, sgtin
from filon.epcis.document import MasterElement, Vocabulary
from filon.epcis.event import FILON, Event
from filon.epcis.jsonwrite import write
from story import birth, moment, q, receive, ship, site

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MODEL = "04006381333931"
P1, P2 = sgtin(MODEL, "0001"), sgtin(MODEL, "0002")
MONTH = {"since": "2026-01-01", "until": "2026-01-31"}
BASELINE = b"""{"year": 2020, "value": "3", "unit": "kg CO2e/kWh capacity", "variant": "market", "source": "invented",
 "stamp": {"ruleset": "filon-1", "factors": "factors/1", "gwp": "ar6_100", "allocation": "mass"},
 "targets": [{"year": 2025, "percent": "80"}, {"year": 2030, "percent": "65"}]}"""


def made(day, pack, kg):
    return Event(
        "TransformationEvent", moment(day), "+00:00", bizLocation=site("P"), inputQuantityList=(q("S", kg),),
        outputEPCList=(pack,), ilmd={FILON + "form": "pack"},
    )  # fmt: skip


def events():
    wind = power(
        "40", "0.0141", supply="ppa", technology="wind", certificates={"issuer": "x", "first": "1", "last": "1"}
    )
    return [
        birth(1, "M", "S", "100", form="CoSO4·7H2O", origin=site("M")),
        ship(2, "M", "P", "B1", {"S": "100"}), receive(3, "P", "B1", {"S": "100"}), made(4, P1, "60"), made(40, P2, "40"),
        used(5, "M", power("200", reading="meter-7"), **MONTH), used(6, "M", leg("10", "0.1"), note="B1"),
        used(7, "P", power("60"), **MONTH), used(8, "P", wind, **MONTH),
    ]  # fmt: skip


def data(more=()):
    places = [
        MasterElement(site(key), {FILON + "name": name, FILON + "country": land, FILON + "kind": kind})
        for key, name, land, kind in (("M", "Mine d'Essai", "MA", "mine"), ("P", "Plant", "FR", "pack"))
    ]
    model = MasterElement(gtin(MODEL), {FILON + "name": "Pack 60", FILON + "form": "pack", FILON + "ratedEnergy": "60"})
    return write([*events(), *more], master=[Vocabulary(LOCATION, tuple(places)), Vocabulary(EPC_CLASS, (model,))])


def ledger(more=()):
    made_of = Ledger.open("memory:")
    files = [capture.File("chain.jsonld", data(more))]
    outcome = capture.capture(made_of, files, now=lambda: NOW, accept=capture.ALL_WARNINGS)
    assert outcome[0].state is capture.State.TAKEN, outcome[0].findings
    return made_of
