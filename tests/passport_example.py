"""A passport with every point that somebody can say, made by the real code from invented values."""

from datetime import date

from filon.books.post import post
from filon.books.register import EPC_CLASS, PARTY, Register
from filon.epcis.event import FILON
from filon.passport.grounds import Grounds, Matter
from filon.passport.life import by_battery, deeds
from filon.passport.make import passport
from filon.passport.point import points as table
from filon.passport.statement import Sayings, statements
from passport_events import deed, points
from story import said

OPERATOR = "https://id.gs1.org/417/9521213000003"
ON = date(2027, 6, 1)
DOCUMENT = {"sha256": "ab" * 32, "uri": "https://docs.example.com/x.pdf", "title": "Notice 7", "language": "fr"}
VALUES = {
    "manufacturerAddress": {"street": "1 quai du Port", "postcode": "59140", "city": "Dunkerque", "country": "FR"},
    "manufacturerContact": {"web": "https://voltarine.example.com/", "email": "contact@voltarine.example.com"},
    "category": "ev", "weight": "412.5", "capacity": "150", "chemistry": {"short": "NMC", "name": "NMC811"},
    "hazardousSubstances": [{"name": "Lithium hexafluorophosphate", "cas": "21324-40-3", "percent": "1.2"}],
    "extinguishingAgent": ["water mist", "class D"], "renewableContent": "0", "minimalVoltage": {"value": "280"},
    "nominalVoltage": {"value": "355", "low": "-20", "high": "60"}, "maximumVoltage": {"value": "403"},
    "originalPower": [{"soc": "80", "watts": "150000"}, {"soc": "20", "watts": "120000"}],
    "powerLimit": {"value": "180000"}, "expectedCycles": "1500", "cycleLifeTest": "IEC 62660-1",
    "exhaustionThreshold": "70", "idleTemperature": {"low": "-30", "high": "60", "test": "IEC 62660-2"},
    "initialEfficiency": "95", "halfLifeEfficiency": "92", "cycleLifeRate": "1",
    "internalResistance": [{"component": "pack", "ohm": "0.05"}, {"component": "cell", "ohm": "0.001"}],
    "collectionSymbol": {"subject": "separate collection"}, "conformityDeclaration": DOCUMENT,
    "wasteInformation": [DOCUMENT], "instructions": [DOCUMENT], "partNumbers": [{"number": "P-7", "name": "module"}],
    "spareSources": [{"name": "Volt Pièces", "email": "pieces@example.com"}], "dismantling": [DOCUMENT],
    "safetyMeasures": [DOCUMENT], "testReports": [DOCUMENT], "warranty": "96", "ratedEnergy": "60",
}  # fmt: skip
MEASURED = {
    "ratedCapacity": "150", "capacityFade": "1.5", "power": "150000", "stateOfCertifiedEnergy": "98.5", "cycles": "112",
    "negativeEvents": [{"day": "2027-05-01", "what": "deep discharge"}], "stateOfCharge": "80", "lifetimeYears": "12",
}  # fmt: skip


def example(battery, *, published=True, on=ON, extra=()):
    """(the passport, its grounds)."""
    gtin = battery.rpartition("/21/")[0]
    events = [
        points(-60, gtin, **VALUES),
        points(10, battery, **MEASURED),
        deed(-30, "place", [battery], operator=OPERATOR),
    ]
    if published:
        events.append(deed(-29, "publish", [battery]))
    told = said(*events, *extra)
    register = Register.of([
        (PARTY, OPERATOR, {FILON + "name": "Voltarine Automobiles SA", FILON + "country": "FR"}),
        (EPC_CLASS, gtin, {FILON + "name": "Pack 60 kWh"}),
    ])  # fmt: skip
    sayings, wrong = statements(told)
    done, strange = deeds(told)
    assert not wrong, wrong
    assert not strange, strange
    grounds = Grounds(Matter(post([], register), None), Sayings.of(sayings), by_battery(done), len(told))
    return passport(grounds, battery, on=on), grounds


assert VALUES.keys() | MEASURED.keys() <= {one.code for one in table()}
