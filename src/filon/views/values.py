"""Values of data points in words: one line for a number or record, one each for the rows of a list.

told(tongue("fr"), "list of power", value, "W")     # ('80 % : 150 000 W', ..)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from filon.core.ident import is_uri
from filon.passport.value import Value
from filon.views.figure import Named
from filon.views.say import NARROW, Tongue

UNITS: Mapping[str, str] = {
    "percent": "%", "kg": "kg", "watts": "W", "ohm": "Ω", "soc": "%", "low": "°C", "high": "°C", "temperature": "°C",
    "perTotalKwh": "kg CO₂e/kWh", "perCapacityKwh": "kg CO₂e/kWh", "perKwh": "kg CO₂e/kWh", "perBattery": "kg CO₂e",
    "thisBattery": "kg CO₂e",
    "primary": "%", "preConsumer": "%", "postConsumer": "%", "unclassed": "%", "known": "%", "unknown": "%",
}  # fmt: skip
GRAM = 3
"""Decimals of a kilogram that a page shows of what weighs a kilogram or more; the JSON twin has every milligram."""
_SILENT = frozenset(
    {"id", "element", "cas", "sha256", "method", "transactions", "reports", "plant", "media", "language"}
)
"""Members that the page leaves to its JSON twin."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, and where it leads; empty = nowhere."""

    text: str
    href: str = ""


def told(say: Tongue, kind: str, value: Value, unit: str = "") -> tuple[Line, ...]:
    """The lines of a value of some type."""
    if isinstance(value, tuple):
        return tuple(line for one in value for line in told(say, kind, one, unit))
    if isinstance(value, Mapping):
        return tuple(_RECORDS.get(kind, _record)(say, value))
    return (Line(_scalar(say, kind, value, unit), _href(value)),)


def _href(value: Value) -> str:
    return value if isinstance(value, str) and value.startswith("https://") and is_uri(value) else ""


def _scalar(say: Tongue, kind: str, value: Value, unit: str) -> str:
    match value:
        case Decimal() if unit == "%":
            return say.percent(value, min(2, max(0, -int(value.normalize().as_tuple().exponent))))
        case Decimal() | int():
            return f"{say.number(value)}{NARROW + unit if unit else ''}"
    text = str(value)
    if kind in {"category", "status"}:
        return say.name(Named(kind, text))
    return say.period(text) if kind in {"month", "date"} else text


def _member(say: Tongue, name: str, value: Value) -> str:
    if name in {"country", "supplierCountry"}:
        return say.name(Named("country", str(value)))
    if isinstance(value, bool):
        word = name if value else f"not {name}"
        known = say.name(Named("member", word))
        return known if known != word else ""
    shown = round(value, GRAM) if name == "kg" and isinstance(value, Decimal) and value >= 1 else value
    text = _scalar(say, "date" if name == "day" else "", shown, UNITS.get(name, ""))
    label = say.name(Named("member", name))
    return text if label == name else f"{label} {text}"


def _record(say: Tongue, value: Mapping[str, Value]) -> Iterator[Line]:
    """Members in their order, separated; lists as a count of lines of their own."""
    plain = [_member(say, name, one) for name, one in value.items()
             if name not in _SILENT and not isinstance(one, tuple | Mapping) and name != "uri"]  # fmt: skip
    text = ", ".join(one for one in plain if one)
    yield Line(text or str(value.get("uri") or value.get("sha256") or ""), _href(value.get("uri", "")))
    for name, one in value.items():
        if isinstance(one, tuple) and name not in _SILENT:
            yield from told(say, "", one)


def _party(say: Tongue, value: Mapping[str, Value]) -> Iterator[Line]:
    yield Line(", ".join(filter(None, (str(value["name"]), _country(say, value)))))


def _facility(say: Tongue, value: Mapping[str, Value]) -> Iterator[Line]:
    yield Line(", ".join(filter(None, (str(value.get("name", "")), _country(say, value)))))


def _country(say: Tongue, value: Mapping[str, Value]) -> str:
    return say.name(Named("country", str(value["country"]))) if value.get("country") else ""


def _material(say: Tongue, value: Mapping[str, Value]) -> Iterator[Line]:
    name = _element(say, value) or str(value["name"])
    amounts = [_member(say, key, value[key]) for key in ("kg", "percent") if key in value]
    where = str(value.get("location", ""))
    yield Line(", ".join(filter(None, (f"{name[:1].upper()}{name[1:]}", *amounts, where))))


def _element(say: Tongue, value: Mapping[str, Value]) -> str:
    return say.name(Named("element", str(value["element"]))) if value.get("element") else ""


def _origin(say: Tongue, value: Mapping[str, Value]) -> Iterator[Line]:
    name = _element(say, value)
    place = ", ".join(filter(None, (str(value.get("origin", "")), _country(say, value))))
    kind = "" if value.get("kind") == "mine" else say.name(Named("origin", str(value.get("kind", ""))))
    amounts = [_member(say, key, value[key]) for key in ("kg", "percent") if key in value]
    yield Line(", ".join(filter(None, (f"{name[:1].upper()}{name[1:]}", place, kind, *amounts))))


def _recycled(say: Tongue, value: Mapping[str, Value]) -> Iterator[Line]:
    name = _element(say, value)
    shares = [_member(say, key, value[key]) for key in ("preConsumer", "postConsumer", "unclassed", "known")
              if key == "known" or value.get(key)]  # fmt: skip
    yield Line(", ".join((f"{name[:1].upper()}{name[1:]}", *shares)))


def _footprint(say: Tongue, value: Mapping[str, Value]) -> Iterator[Line]:
    for key in ("perTotalKwh", "perCapacityKwh", "perBattery", "thisBattery", "batteries", "primary"):
        if key in value:
            yield Line(_member(say, key, value[key]))
    stages = value.get("stages")
    for one in stages if isinstance(stages, tuple) else ():
        if isinstance(one, Mapping):
            name = say.name(Named("cfp-stage", str(one["stage"])))
            key = "perKwh" if "perKwh" in one else "kg"
            unit = UNITS["perKwh"] if key == "perKwh" else UNITS["perBattery"]
            yield Line(f"{name[:1].upper()}{name[1:]} {_scalar(say, '', one[key], unit)}")


def _sourcing(say: Tongue, value: Mapping[str, Value]) -> Iterator[Line]:
    countries = value.get("countries")
    named = [say.name(Named("country", str(one))) for one in countries] if isinstance(countries, tuple) else []
    amounts = [_member(say, key, value[key]) for key in ("kg", "percent", "unknown") if key in value]
    supplier = ", ".join(filter(None, (str(value.get("supplier", "")), _supplier_country(say, value))))
    yield Line("; ".join(filter(None, (str(value["material"]), ", ".join(amounts), ", ".join(named), supplier))))


def _supplier_country(say: Tongue, value: Mapping[str, Value]) -> str:
    return say.name(Named("country", str(value["supplierCountry"]))) if value.get("supplierCountry") else ""


def _transfer(say: Tongue, value: Mapping[str, Value]) -> Iterator[Line]:
    way = " → ".join(str(value[key]) for key in ("from", "to") if key in value)
    rest = [_member(say, key, value[key]) for key in ("cause", "clause", "signed") if key in value]
    yield Line(", ".join((say.period(str(value["day"])), way, *rest)))


def _range(say: Tongue, value: Mapping[str, Value]) -> Iterator[Line]:
    low, high = (_scalar(say, "", value[key], "°C") for key in ("low", "high"))
    yield Line(", ".join(filter(None, (f"{low} … {high}", str(value.get("test", ""))))))


def _limit(unit: str) -> Callable[[Tongue, Mapping[str, Value]], Iterator[Line]]:
    def way(say: Tongue, value: Mapping[str, Value]) -> Iterator[Line]:
        text = _scalar(say, "", value["value"], unit)
        span = " … ".join(_scalar(say, "", value[key], "°C") for key in ("low", "high") if key in value)
        yield Line(f"{text} ({span})" if span else text)

    return way


def _document(_: Tongue, value: Mapping[str, Value]) -> Iterator[Line]:
    text = str(
        value.get("title") or value.get("kind") or value.get("uri") or f"SHA-256 {str(value.get('sha256'))[:16]}…"
    )
    yield Line(text, _href(value.get("uri", "")))


_RECORDS: Mapping[str, Callable[[Tongue, Mapping[str, Value]], Iterator[Line]]] = {
    "party": _party,
    "facility": _facility,
    "material": _material,
    "origin": _origin,
    "recycled": _recycled,
    "footprint": _footprint,
    "sourcing": _sourcing,
    "transfer": _transfer,
    "range": _range,
    "voltage": _limit("V"),
    "limit": _limit("W"),
    "document": _document,
}
