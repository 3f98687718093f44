"""Three whole passports, every data point said: an electric car's pack, an e-bike's, and a plant's storage battery.

Invented companies and figures; the figures are plausible, not measured.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from filon.core.ident import elements
from filon.passport.passport import Passport, PointValue, Standing, State, Why
from filon.passport.point import Category, points
from filon.passport.value import read
from filon.passport.verdict import Verdict

ON = date(2027, 2, 18)
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def paper(name, **more):
    return {"uri": f"https://atlas-packs.example/docs/{name}.pdf", "title": name, "media": "application/pdf", **more}


def said(category, serial, weight, capacity, volts, kwh):  # noqa: PLR0917 - a row of a table
    model = "https://id.gs1.org/01/09521213000010"

    def part(share):
        return format(Decimal(weight) * Decimal(share) / 1000, "f")

    low, nominal, high = volts
    return {
        "uniqueIdentifier": f"{model}/21/{serial}",
        "responsibleOperator": {"id": "https://id.gs1.org/417/9521213000003", "name": "Atlas Packs", "country": "FR"},
        "manufacturer": "Atlas Packs",
        "manufacturerAddress": {
            "street": "3 quai des Docks", "postcode": "59140", "city": "Dunkerque", "country": "FR", "contact": "Passport desk",
        },
        "manufacturerContact": {"web": "https://atlas-packs.example", "email": "passport@atlas-packs.example"},
        "category": category,
        "modelAndSerial": {"model": "AP-75", "serial": serial},
        "placeOfManufacture": {"id": "https://id.gs1.org/414/9521213000102", "name": "Atlas Dunkerque", "country": "FR"},
        "dateOfManufacture": "2026-11",
        "weight": weight,
        "capacity": capacity,
        "chemistry": {"short": "NMC", "name": "Lithium nickel manganese cobalt oxide"},
        "hazardousSubstances": [
            {"name": "Lithium hexafluorophosphate", "cas": "21324-40-3", "class": "AcuteToxicity", "percent": "1.4",
             "impact": "Toxic if swallowed", "location": "Electrolyte"},
        ],
        "extinguishingAgent": ["water in large amounts"],
        "criticalRawMaterials": [
            {"name": "Cobalt", "element": "Co", "cas": "7440-48-4", "kg": part(20), "critical": "true", "location": "Cathode"},
            {"name": "Nickel", "element": "Ni", "cas": "7440-02-0", "kg": part(100), "critical": "true", "location": "Cathode"},
            {"name": "Lithium", "element": "Li", "cas": "7439-93-2", "percent": "1.5", "critical": "true", "location": "Cathode"},
        ],
        "carbonFootprint": {
            "perTotalKwh": "0.0412", "perBattery": "5208.4", "primary": "62", "study": "https://atlas-packs.example/cfp",
            "stages": [
                {"stage": "raw", "perKwh": "0.0301"}, {"stage": "main", "perKwh": "0.0081"},
                {"stage": "distribution", "perKwh": "0.0010"}, {"stage": "end-of-life", "perKwh": "0.0020"},
            ],
        },
        "carbonFootprintLabel": {"class": "B", "symbol": {"uri": "https://atlas-packs.example/label/b.svg", "media": "image/svg+xml"}},
        "dueDiligenceReport": paper("due-diligence"),
        "recycledCobalt": "16.4", "recycledNickel": "7.1", "recycledLithium": "6.2", "recycledLead": "0",
        "recycledShares": [
            {"element": "Co", "preConsumer": "10.1", "postConsumer": "6.3"},
            {"element": "Ni", "preConsumer": "4.1", "postConsumer": "3.0"},
            {"element": "Li", "preConsumer": "2.2", "postConsumer": "4.0"},
            {"element": "Mn", "preConsumer": "1", "postConsumer": "0"},
        ],
        "renewableContent": "0.5",
        "minimalVoltage": {"value": low}, "nominalVoltage": {"value": nominal}, "maximumVoltage": {"value": high},
        "originalPower": [{"soc": "80", "watts": "150000"}, {"soc": "20", "watts": "90000"}],
        "powerLimit": {"value": "160000"},
        "powerRatio": "2.1",
        "expectedCycles": "1500", "cycleLifeTest": "IEC 62660-1:2018", "cycleLifeRate": "0.5",
        "exhaustionThreshold": "70",
        "idleTemperature": {"low": "-20", "high": "45"},
        "warranty": "96",
        "initialEfficiency": "95.5", "halfLifeEfficiency": "93.0", "initialSelfDischarge": "1.2",
        "internalResistance": [{"component": "cell", "ohm": "0.0009"}, {"component": "pack", "ohm": "0.085"}],
        "collectionSymbol": {"symbol": {"uri": "https://atlas-packs.example/label/bin.svg", "media": "image/svg+xml"},
                             "subject": "separate collection", "meaning": "Collect separately"},
        "conformityDeclaration": paper("declaration-of-conformity", sha256=HASH),
        "wasteInformation": [paper("prevention", kind="prevention"), paper("separate", kind="separate collection"),
                             paper("points", kind="collection")],
        "instructions": [paper("handbook", language="fr")],
        "ratedEnergy": kwh, "putIntoService": "2026-12-04", "batch": "B-2026-47",
        "originShares": [
            {"element": "Co", "origin": "Bou-Azzer", "country": "MA", "kg": part(14), "percent": "71.4"},
            {"element": "Co", "origin": "UNKNOWN", "kg": part(6), "percent": "28.6"},
            {"element": "Ni", "origin": "Kokkola", "country": "FI", "kg": part(100), "percent": "100"},
        ],
        "detailedComposition": [
            {"name": "Cobalt", "element": "Co", "cas": "7440-48-4", "kg": part(20), "critical": "true", "location": "Cathode"},
            {"name": "Graphite", "element": "C", "cas": "7782-42-5", "kg": part(170), "critical": "true", "location": "Anode"},
        ],
        "partNumbers": [{"number": "AP-M-12", "name": "Module", "supplier": "Atlas Packs"}],
        "spareSources": [{"name": "Atlas Service", "address": "3 quai des Docks, 59140 Dunkerque, FR",
                          "email": "parts@atlas-packs.example", "web": "https://atlas-packs.example/parts",
                          "parts": [{"number": "AP-M-12", "name": "Module"}]}],
        "dismantling": [paper("dismantling", kind="DismantlingManual")],
        "safetyMeasures": [paper("safety")],
        "testReports": [paper("type-test", sha256=HASH)],
        "ratedCapacity": capacity, "capacityFade": "1.5", "power": "149000", "powerFade": "0.7", "resistance": "0.086",
        "resistanceIncrease": "1.2", "efficiency": "95.2", "efficiencyFade": "0.3", "lifetimeCycles": "1500",
        "lifetimeYears": "12", "stateOfCertifiedEnergy": "98", "remainingCapacity": capacity, "remainingPower": "149000",
        "remainingEfficiency": "95.2", "selfDischarge": "0.1", "ohmicResistance": "0.086", "batteryStatus": "original",
        "cycles": "12", "negativeEvents": [{"day": "2027-01-09", "what": "deep discharge"}],
        "operatingConditions": {"temperature": "21", "minutesHot": "4", "minutesCold": "0", "minutesHotCharging": "0",
                                "minutesColdCharging": "0"},
        "stateOfCharge": "64", "energyThroughput": "840", "capacityThroughput": "2100", "remainingEnergy": "71.0",
        "selfDischargeRate": "1.1",
    }  # fmt: skip


EXAMPLES = {
    "ev": said("ev", "000001", "412.5", "190", ("270", "395", "453.6"), "75"),
    "lmt": said("lmt", "L-77", "3.4", "14", ("27", "36", "42"), "0.5"),
    "industrial": said("industrial", "S-2", "2180", "560", ("600", "768", "876"), "430"),
}


def made(told, *, version=1, state=State.ACTIVE):
    """A passport with exactly these values."""
    identifier = told["uniqueIdentifier"]
    filled = []
    for point in points():
        value, expected = (None, "") if point.code not in told else read(point, told[point.code])
        assert not expected, (point.code, expected)
        standing = Standing.MISSING if value is None else Standing.DECLARED
        verdict = Verdict.NONE if value is None else Verdict.FULFILLED
        filled.append(PointValue(point, value, standing, Why("declared", at=ON), verdict, early=value is not None))
    known = elements(identifier)
    return Passport(
        identifier=identifier, version=version, size=7, on=ON, category=Category(told["category"]), state=state,
        points=tuple(filled), gtin=known.get("01", ""), serial=known.get("21", ""), touched=(3, 5),
    )  # fmt: skip


def example(name="ev", **changes):
    return made({**EXAMPLES[name], **changes})


def without(passport, *codes):
    """The passport as if these were never said."""
    kept = tuple(replace(one, value=None) if one.code in codes else one for one in passport.points)
    return replace(passport, points=kept)
