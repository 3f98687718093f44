"""Events to test with: one of every kind by hand, and any at all by hypothesis."""

import json
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import strategies as st

from filon.core import gs1, ident
from filon.epcis import cbv
from filon.epcis.event import ErrorDeclaration, Event, QuantityElement, Typed
from filon.epcis.shape import METADATA_FIELDS, REPORT_FIELDS

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"ex": "https://ns.example.com/"}]
LOT = "https://id.gs1.org/01/04012345123456/10/L1"
SITE = "https://id.gs1.org/414/4012345000115"

OBJECT = {
    "type": "ObjectEvent",
    "eventTime": "2026-11-03T13:00:00+01:00",
    "eventTimeZoneOffset": "+01:00",
    "action": "ADD",
    "bizStep": "commissioning",
    "readPoint": {"id": SITE},
    "quantityList": [{"epcClass": LOT, "quantity": 20000.5, "uom": "KGM"}],
}
BY_TYPE = {
    "ObjectEvent": OBJECT,
    "AggregationEvent": {
        **{k: v for k, v in OBJECT.items() if k != "quantityList"},
        "type": "AggregationEvent",
        "parentID": "https://id.gs1.org/00/040123450000003338",
        "childQuantityList": OBJECT["quantityList"],
    },
    "TransactionEvent": {
        **OBJECT,
        "type": "TransactionEvent",
        "bizTransactionList": [{"type": "po", "bizTransaction": "https://orders.example.com/1"}],
    },
    "TransformationEvent": {
        **{k: v for k, v in OBJECT.items() if k not in ("quantityList", "action")},
        "type": "TransformationEvent",
        "inputQuantityList": OBJECT["quantityList"],
        "outputQuantityList": [{"epcClass": LOT + "x", "quantity": 7}],
    },
    "AssociationEvent": {
        **{k: v for k, v in OBJECT.items() if k != "quantityList"},
        "type": "AssociationEvent",
        "parentID": "https://id.gs1.org/8004/4012345AB",
        "childEPCs": ["https://id.gs1.org/01/04012345123456/21/1"],
    },
}


def document(*events, context=CONTEXT, **members):
    whole = {
        "@context": context,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-03T14:00:00Z",
        **members,
        "epcisBody": {"eventList": list(events)},
    }
    return json.dumps({name: value for name, value in whole.items() if value is not None}).encode()


serials = st.text("ABCdef0123456789-./+%", min_size=1, max_size=20)
gtins = st.integers(0, 10**13 - 1).map(lambda n: f"{n:013d}" + gs1.check_digit(f"{n:013d}"))
lots = st.builds(ident.lgtin, gtins, serials)
pieces = st.builds(ident.sgtin, gtins, serials)
private = serials.map(lambda text: "https://names.example.com/" + text.replace("%", "%25"))
names = st.one_of(lots, pieces, private, st.just(SITE))
plain_text = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=12
)
numbers = st.decimals(-(10**12), 10**12, allow_nan=False, places=6)
exact = st.one_of(numbers, st.just(Decimal("12345678901234567890.123456789")), st.just(Decimal("1e-200")))
members = st.sampled_from(
    [
        "https://w3id.org/filon/form",
        "https://ns.example.com/a",
        "{https://ns.example.com/epcis}b",
        "urn:epcglobal:cbv:mda:lotNumber",
        "https://ns.example.org/x#c",
    ]
)
values = st.recursive(
    st.one_of(plain_text, exact, st.booleans()),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3), st.dictionaries(members, inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)
own = st.dictionaries(members, values, max_size=3)
times = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
quantities = st.lists(
    st.one_of(
        st.builds(QuantityElement, lots, st.integers(1, 10**9).map(Decimal)),
        st.builds(QuantityElement, lots, numbers.map(abs).filter(bool), st.just("KGM")),
        st.builds(QuantityElement, lots),
    ),
    max_size=3,
).map(tuple)
epcs = st.lists(pieces, max_size=3).map(tuple)
transactions = st.lists(
    st.builds(Typed, private, st.one_of(st.none(), st.sampled_from(sorted(cbv.WORDS["bizTransaction"])))), max_size=2
).map(tuple)
parties = st.lists(st.builds(Typed, names, st.sampled_from(sorted(cbv.WORDS["party"]))), max_size=2).map(tuple)
declarations = st.builds(
    ErrorDeclaration, times, st.sampled_from([None, "did_not_occur"]), st.just(("urn:uuid:1",)), own
)
SENSED = {
    **{name: names for name, (kind, _) in {**METADATA_FIELDS, **REPORT_FIELDS}.items() if kind == "identifier"},
    **{name: exact for name, (kind, _) in REPORT_FIELDS.items() if kind == "number"},
    "time": st.sampled_from(["2026-11-03T12:00:00Z", "2026-11-03T12:00:00.123Z"]),
    "exception": st.sampled_from(sorted(cbv.WORDS["exception"])),
    "component": st.sampled_from([*sorted(cbv.WORDS["component"]), "https://names.example.com/c"]),
    "stringValue": plain_text.filter(lambda text: text.strip() == text != ""),
    "booleanValue": st.booleans(),
    "hexBinaryValue": st.sampled_from(["f0AB", "0012"]),
    "uom": st.sampled_from(["CEL", "P1", "60"]),
    "https://ns.example.com/own": plain_text.filter(lambda text: text.strip() == text),
}
"""{member of a sensor report, or of the metadata: its values}."""
times_sensed = {"time", "startTime", "endTime"}
metadata = st.fixed_dictionaries(
    {"time": SENSED["time"]},
    optional={
        name: SENSED["time"] if name in times_sensed else SENSED[name] for name in METADATA_FIELDS if name != "time"
    },
)
reports = st.fixed_dictionaries(
    {"type": st.sampled_from([*sorted(cbv.WORDS["measurement"]), "https://names.example.com/t"])}, optional=SENSED
)
sensors = st.lists(
    st.fixed_dictionaries(
        {"sensorReport": st.lists(reports, min_size=1, max_size=2)},
        optional={
            "sensorMetadata": metadata,
            "https://ns.example.com/a": plain_text,
        },
    ),
    max_size=2,
).map(tuple)


@st.composite
def events(draw):
    """A valid event of one of the five types."""
    kind = draw(st.sampled_from(sorted(BY_TYPE)))
    common = {
        "type": kind,
        "eventTime": draw(times),
        "eventTimeZoneOffset": draw(st.sampled_from(["+01:00", "-06:00", "+00:00"])),
        "eventID": draw(st.sampled_from([None, "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8"])),
        "recordTime": draw(st.one_of(st.none(), times)),
        "bizStep": draw(st.sampled_from([None, *sorted(cbv.WORDS["bizStep"]), "https://steps.example.com/leaching"])),
        "disposition": draw(st.sampled_from([None, *sorted(cbv.WORDS["disposition"])])),
        "readPoint": draw(st.one_of(st.none(), names)),
        "bizLocation": draw(st.one_of(st.none(), names)),
        "bizTransactionList": draw(transactions),
        "sourceList": draw(parties),
        "destinationList": draw(parties),
        "sensorElementList": draw(sensors),
        "certificationInfo": draw(st.lists(private, max_size=2, unique=True).map(tuple)),
        "errorDeclaration": draw(st.one_of(st.none(), declarations)),
        "extensions": draw(own),
    }
    if common["readPoint"]:
        common["readPointExtensions"] = draw(own)
    if common["bizLocation"]:
        common["bizLocationExtensions"] = draw(own)
    if kind != "TransformationEvent":
        common["action"] = draw(st.sampled_from(["ADD", "OBSERVE", "DELETE"]))
    if kind in ("AggregationEvent", "AssociationEvent"):
        return Event(
            **common, parentID=draw(pieces), childEPCs=(draw(pieces), *draw(epcs)), childQuantityList=draw(quantities)
        )
    if kind == "TransformationEvent":
        return Event(
            **common,
            inputEPCList=draw(epcs),
            inputQuantityList=draw(quantities),
            outputEPCList=(draw(pieces), *draw(epcs)),
            outputQuantityList=draw(quantities),
            transformationID=draw(private),
            ilmd=draw(own),
        )
    if kind == "TransactionEvent":
        common["bizTransactionList"] = (Typed("https://orders.example.com/1", "po"), *common["bizTransactionList"])
    else:
        common["persistentDisposition"] = draw(
            st.sampled_from([None, {"set": ("recalled",)}, {"unset": ("recalled", "damaged")}])
        )
        if common["action"] == "ADD":
            common["ilmd"] = draw(own)
    return Event(**common, epcList=(draw(pieces), *draw(epcs)), quantityList=draw(quantities))
