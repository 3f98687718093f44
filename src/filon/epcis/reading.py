"""One event from its JSON shape: each member by its kind, and a finding with its pointer where a value does not fit.

Reading is tolerant so that a finding can say all that is wrong at once: a number written as text is read and reported,
a CBV URN becomes its word and is reported. Only an event whose time or type cannot be understood is not made.
XML comes here too, turned into the same shape (`epcis/xml`); it writes URNs by right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from filon.core import ident
from filon.core.finding import Finding, Place, found
from filon.epcis import cbv, moments
from filon.epcis.context import Terms
from filon.epcis.document import Limits
from filon.epcis.event import ErrorDeclaration, Event, QuantityElement, Typed
from filon.epcis.shape import (
    EVENT_FIELDS,
    EVENT_TYPES,
    FORBIDDEN,
    METADATA_FIELDS,
    REPORT_FIELDS,
    TYPED,
    WORD_KINDS,
)

_ACTIONS = frozenset({"ADD", "OBSERVE", "DELETE"})
_HEX = re.compile(r"[0-9A-Fa-f]+")
_NEARLY = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")
_SHOWN = 80  # characters of a wrong value that a finding shows

Fields = Mapping[str, Any]


@lru_cache(maxsize=262_144)
def examined(text: str) -> tuple[str, str]:
    """(canonical identifier, code of what is wrong with it or ""), remembered: a lot is named many times."""
    if not ident.is_uri(text):
        return text, "EPC-100"
    canonical = ident.canonical(text)
    if ident.expected_digits(canonical) is not None:
        return canonical, "EPC-108"
    return canonical, "EPC-115" if ident.malformed(text) else ""


def shown(value: Any) -> str:
    """A value as a finding shows it."""
    text = value if isinstance(value, str) else _KINDS.get(type(value), lambda v: str(v).lower())(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


_KINDS: dict[type, Callable[[Any], str]] = {
    dict: lambda _: "{..}",
    list: lambda _: "[..]",
    type(None): lambda _: "null",
    Decimal: str,
}


def escaped(token: str) -> str:
    """A member name inside a JSON pointer.

    Source: RFC 6901, 3.
    """
    return token.replace("~", "~0").replace("/", "~1")


class Reading:
    """The reading of one document's events: its terms, its limits and the findings so far.

    Args:
        name: file name for the findings.
        terms: what the document's context says.
        urns: CBV words may be written as URN (XML).
    """

    __slots__ = ("base", "extra", "findings", "limits", "name", "terms", "urns")

    def __init__(self, name: str, terms: Terms, limits: Limits, *, urns: bool = False) -> None:
        self.name = name
        self.terms = terms
        self.limits = limits
        self.urns = urns
        self.base = ""
        self.extra: dict[str, Any] = {}
        self.findings: list[Finding] = []

    def note(self, code: str, pointer: str, found_value: Any = "", expected: str = "", **values: object) -> None:
        """Report something at a pointer below the event."""
        place = Place(file=self.name, pointer=self.base + pointer)
        self.findings.append(found(code, place, expected=expected, found=shown(found_value), **values))

    def event(self, raw: Any, base: str) -> Event | None:
        """The event; None if it has no understandable type, time or zone.

        Findings:
            EPC-006, EPC-007, EPC-119: there is no event then.
            all others: told, and the value read as far as it can be.
        """
        self.base = base
        if type(raw) is not dict:
            self.note("EPC-219", "", raw)
            return None
        outer = self.terms
        if "@context" in raw:
            self.terms = self.inner_terms(raw["@context"], "/@context")
        try:
            return self._event(raw)
        finally:
            self.terms = outer

    def inner_terms(self, context: Any, pointer: str) -> Terms:
        """The terms of an inner context; what it says that we do not know is noted."""
        terms, strange = self.terms.with_context(context)
        for part in strange:
            code = "EPC-210" if part.startswith(("http:", "https:")) else "EPC-211"
            self.note(code, pointer, part)
        return terms

    def _event(self, raw: dict[str, Any]) -> Event | None:
        kind = self._type(raw.get("type"))
        forbidden = FORBIDDEN.get(kind, {})
        known: dict[str, Any] = {}
        extensions: dict[str, Any] = {}
        self.extra = {}
        for key, value in raw.items():
            reader = _EVENT_READERS.get(key)
            if reader is not None:
                read, code = reader
                if code == "EPC-019" and kind != "AssociationEvent":
                    code = "EPC-020"
                content = read(self, value, key, code)
                if content is not None:
                    known[key] = content
                if not content and key in forbidden:
                    self.note(forbidden[key], f"/{key}", value)
            elif ":" in key:
                extensions[self.terms.member(key)] = self.foreign(value, f"/{escaped(key)}")
            elif key not in {"type", "@context"}:
                self.note("EPC-113", f"/{escaped(key)}", key, name=key)
        if self.extra:
            known.update(self.extra)
        if extensions:
            known["extensions"] = extensions
        return self._whole(kind, known, raw)

    def _type(self, value: Any) -> str:
        if value in EVENT_TYPES:
            return str(value)
        if isinstance(value, str) and ident.is_uri(value):
            full = self.terms.value(value)
            return full.removeprefix("https://ref.gs1.org/epcis/")
        self.note("EPC-119", "/type" if value is not None else "", value, expected=" | ".join(EVENT_TYPES))
        return ""

    def _whole(self, kind: str, known: dict[str, Any], raw: dict[str, Any]) -> Event | None:
        for name, code in (("eventTime", "EPC-006"), ("eventTimeZoneOffset", "EPC-007")):
            if name not in raw:
                self.note(code, "", expected=name)
        if not kind or "eventTime" not in known or "eventTimeZoneOffset" not in known:
            return None
        return Event(type=kind, place=self.base, **known)

    # One reader a kind of value; each gives None for what cannot be read.

    def _time(self, value: Any, key: str, code: str) -> datetime | None:
        try:
            time = moments.moment(value)
        except (TypeError, ValueError):
            self.note(code, f"/{key}", value, expected="2026-11-03T14:00:00+01:00")
            return None
        if moments.too_fine(value):
            self.note("EPC-120", f"/{key}", value)
        return time

    def _zone(self, value: Any, key: str, code: str) -> str | None:
        if isinstance(value, str) and moments.OFFSET.fullmatch(value):
            return value
        self.note(code, f"/{key}", value, expected="+01:00")
        return None

    def _action(self, value: Any, key: str, code: str) -> str | None:
        if isinstance(value, str) and value in _ACTIONS:
            return value
        self.note(code, f"/{key}", value, expected="ADD | OBSERVE | DELETE")
        return value if isinstance(value, str) else ""  # told here; `rules` only asks whether there is one

    def _name(self, value: Any, pointer: str, code: str) -> str | None:
        """An event's own name: a URI; XML never asked for one, so there any text is kept and the rules speak of it."""
        if self.urns and type(value) is str and value:
            return value
        return self._uri(value, pointer, code)

    def _uri(self, value: Any, pointer: str, code: str) -> str | None:
        """A URI that names no thing of trade: kept as written."""
        if isinstance(value, str):
            full = self.terms.value(value)
            if ident.is_uri(full):
                return full
        self.note(code, f"/{pointer}", value, expected="a URI")
        return None

    def _identifier(self, value: Any, pointer: str, code: str) -> str | None:
        if type(value) is not str:
            self.note(code, f"/{pointer}", value, expected="a URI")
            return None
        if not value.startswith(("urn:", "http")):
            value = self.terms.value(value)
        canonical, problem = examined(value)
        if problem:
            self._doubtful(value, pointer, code, problem)
        return canonical or None

    def _doubtful(self, value: str, pointer: str, code: str, problem: str) -> None:
        if problem == "EPC-100":
            code = "EPC-122" if self.urns and _NEARLY.fullmatch(value) else code
            self.note(code, f"/{pointer}", value, expected="a URI")
        else:
            self.note(problem, f"/{pointer}", value, expected=ident.expected_digits(ident.canonical(value)) or "")

    def _identifiers(self, value: Any, key: str, code: str) -> tuple[str, ...] | None:
        if type(value) is not list:
            self.note(code, f"/{key}", value, expected="[..]")
            value = [value]
        read = [self._identifier(item, f"{key}/{index}", code) for index, item in enumerate(value)]
        return tuple([item for item in read if item is not None])

    def _certificates(self, value: Any, key: str, code: str) -> tuple[str, ...] | None:
        items = value if type(value) is list else [value]
        pointers = [f"{key}/{index}" for index in range(len(items))] if type(value) is list else [key]
        read = [self._uri(item, pointer, code) for item, pointer in zip(items, pointers, strict=True)]
        return tuple(item for item in read if item is not None)

    def _word(self, value: Any, key: str, code: str) -> str | None:
        kind = WORD_KINDS[key.split("/", maxsplit=1)[0] if "/" in key else key]
        return self._vocabulary(value, kind, key, code)

    def _vocabulary(self, value: Any, kind: str, pointer: str, code: str) -> str | None:
        if type(value) is str:
            if value in cbv.WORDS[kind]:
                return value
            full = self.terms.value(value)
            word = cbv.bare(kind, full)
            if word != full:
                if full.startswith(cbv.URN) and not self.urns:
                    self.note("EPC-111", f"/{pointer}", value, expected=word)
                return word
            if ident.is_uri(full):
                self._own_word(full, value, pointer, code)
                return full
        self.note(code, f"/{pointer}", value, expected="a word of the CBV or a URI")
        return value if type(value) is str and value else None

    def _own_word(self, full: str, value: str, pointer: str, code: str) -> None:
        if full.startswith(cbv.URN):
            if not self.urns:
                self.note(code, f"/{pointer}", value, expected="a word of the CBV or a URI")
            else:
                self.note("EPC-112", f"/{pointer}", value)

    def _number(self, value: Any, pointer: str, code: str) -> Decimal | None:
        if type(value) is Decimal:
            return value if self.bounded(value, pointer) else None
        self.note(code, f"/{pointer}", value, expected="a number")
        return _read_number(value)

    def bounded(self, value: Decimal, pointer: str) -> bool:
        """Whether a number is within the limits; told if not."""
        _, digits, exponent = value.as_tuple()
        fits = (
            isinstance(exponent, int)
            and len(digits) <= self.limits.digits
            and abs(exponent) <= self.limits.exponent
            and abs(value.adjusted()) <= self.limits.exponent
        )
        if not fits:
            self.note("EPC-216", f"/{pointer}", f"{value:.20E}" if value.is_finite() else str(value))
        return fits

    def _text(self, value: Any, pointer: str, code: str) -> str | None:
        if type(value) is str:
            return value
        self.note(code, f"/{pointer}", value, expected="a text")
        return None

    def _boolean(self, value: Any, pointer: str, code: str) -> bool | None:
        if type(value) is bool:
            return value
        self.note(code, f"/{pointer}", value, expected="true | false")
        return None

    def _hex(self, value: Any, pointer: str, code: str) -> str | None:
        if type(value) is str and _HEX.fullmatch(value):
            return value
        self.note(code, f"/{pointer}", value, expected="0-9 A-F")
        return None

    def _point(self, value: Any, key: str, code: str) -> str | None:
        if type(value) is not dict or "id" not in value:
            self.note(code, f"/{key}", value, expected='{"id": ..}')
            value = {"id": value} if isinstance(value, str) else {}
        if len(value) > 1:
            self.extra[f"{key}Extensions"] = self.members(value, f"/{key}", without=("id",))
        return self._identifier(value["id"], f"{key}/id", code) if "id" in value else None

    def _objects(self, value: Any, key: str, code: str) -> list[tuple[int, dict[str, Any]]]:
        if type(value) is not list:
            self.note(code, f"/{key}", value, expected="[..]")
            return []
        for index, item in enumerate(value):
            if type(item) is not dict:
                self.note(code, f"/{key}/{index}", item, expected="{..}")
        return [(index, item) for index, item in enumerate(value) if type(item) is dict]

    def _closed(self, item: dict[str, Any], allowed: tuple[str, ...], pointer: str) -> None:
        for name in item:
            if name not in allowed:
                self.note("EPC-114", f"/{pointer}/{escaped(name)}", name, name=name)

    def _quantities(self, value: Any, key: str, code: str) -> tuple[QuantityElement, ...]:
        return tuple(
            [
                element
                for index, item in self._objects(value, key, code)
                if (element := self._quantity(item, f"{key}/{index}", code)) is not None
            ]
        )

    def _quantity(self, item: dict[str, Any], pointer: str, code: str) -> QuantityElement | None:
        quantity = uom = None
        known = 0
        if "quantity" in item:
            known += 1
            quantity = self._number(item["quantity"], f"{pointer}/quantity", "EPC-046")
        if "uom" in item:
            known += 1
            uom = self._text(item["uom"], f"{pointer}/uom", "EPC-047")
        if "epcClass" not in item:
            self.note(code, f"/{pointer}", expected="epcClass")
            return None
        if len(item) > known + 1:
            self._closed(item, ("epcClass", "quantity", "uom"), pointer)
        named = self._identifier(item["epcClass"], f"{pointer}/epcClass", code)
        return None if named is None else QuantityElement(named, quantity, uom)

    def _typed(self, value: Any, key: str, code: str) -> tuple[Typed, ...]:
        member, type_code = TYPED[key]
        read = []
        for index, item in self._objects(value, key, code):
            pointer = f"{key}/{index}"
            if len(item) > ("type" in item) + (member in item):
                self._closed(item, ("type", member), pointer)
            word = (
                self._vocabulary(item["type"], WORD_KINDS[key], f"{pointer}/type", type_code)
                if "type" in item
                else None
            )
            if "type" not in item and key != "bizTransactionList":
                self.note(type_code, f"/{pointer}", expected="type")
            if member not in item:
                self.note(code, f"/{pointer}", expected=member)
            elif (named := self._identifier(item[member], f"{pointer}/{member}", code)) is not None:
                read.append(Typed(named, word))
        return tuple(read)

    def _dispositions(self, value: Any, key: str, code: str) -> dict[str, tuple[str, ...]] | None:
        if type(value) is not dict:
            self.note(code, f"/{key}", value, expected="{..}")
            return None
        self._closed(value, ("set", "unset"), key)
        read: dict[str, tuple[str, ...]] = {}
        for name, rule in (("set", "EPC-031"), ("unset", "EPC-032")):
            if name in value:
                items = value[name] if type(value[name]) is list else [value[name]]
                if items is not value[name]:
                    self.note(rule, f"/{key}/{name}", value[name], expected="[..]")
                words = [
                    self._vocabulary(item, "disposition", f"{key}/{name}/{index}", rule)
                    for index, item in enumerate(items)
                ]
                read[name] = tuple(word for word in words if word is not None)
        return read

    def _declaration(self, value: Any, key: str, code: str) -> ErrorDeclaration | None:
        if type(value) is not dict:
            self.note(code, f"/{key}", value, expected="{..}")
            return None
        time = reason = None
        ids: tuple[str, ...] = ()
        if "declarationTime" in value:
            time = self._time(value["declarationTime"], f"{key}/declarationTime", "EPC-052")
        else:
            self.note("EPC-052", f"/{key}", expected="declarationTime")
        if "reason" in value:
            reason = self._vocabulary(value["reason"], "reason", f"{key}/reason", "EPC-051")
        if "correctiveEventIDs" in value:
            items = value["correctiveEventIDs"]
            if type(items) is not list:
                self.note("EPC-050", f"/{key}/correctiveEventIDs", items, expected="[..]")
                items = [items]
            read = [self._uri(item, f"{key}/correctiveEventIDs/{index}", "EPC-050") for index, item in enumerate(items)]
            ids = tuple(item for item in read if item is not None)
        own = self.members(value, f"/{key}", without=("declarationTime", "reason", "correctiveEventIDs"))
        return None if time is None else ErrorDeclaration(time, reason, ids, own)

    def _sensors(self, value: Any, key: str, code: str) -> tuple[dict[str, Any], ...]:
        read = []
        for index, item in self._objects(value, key, code):
            pointer = f"{key}/{index}"
            element = self.members(item, f"/{pointer}", without=("sensorMetadata", "sensorReport"))
            if "sensorMetadata" in item:
                metadata = item["sensorMetadata"]
                if type(metadata) is dict:
                    element["sensorMetadata"] = self._sensed(metadata, f"{pointer}/sensorMetadata", _METADATA_READERS)
                else:
                    self.note(code, f"/{pointer}/sensorMetadata", metadata, expected="{..}")
            reports = self._objects(item.get("sensorReport", []), f"{pointer}/sensorReport", code)
            element["sensorReport"] = [
                self._sensed(report, f"{pointer}/sensorReport/{place}", _REPORT_READERS) for place, report in reports
            ]
            if not reports:
                self.note(code, f"/{pointer}", expected="sensorReport")
            read.append(element)
        return tuple(read)

    def _sensed(self, item: dict[str, Any], pointer: str, readers: Mapping[str, Any]) -> dict[str, Any]:
        read: dict[str, Any] = {}
        for key, value in item.items():
            reader = readers.get(key)
            if reader is None:
                if not self._foreign_member(read, key, value, f"/{pointer}"):
                    self.note("EPC-113", f"/{pointer}/{escaped(key)}", key, name=key)
                continue
            kind, code = reader
            if kind == "word":
                content = self._vocabulary(value, WORD_KINDS[key], f"{pointer}/{key}", code)
            elif kind == "time":
                time = self._time(value, f"{pointer}/{key}", code)
                content = None if time is None else moments.written(time)
            else:
                content = _READERS[kind](self, value, f"{pointer}/{key}", code)
            if content is not None:
                read[key] = content
        return read

    def members(self, value: Any, pointer: str, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
        """Partners' own members by expanded name; one without namespace is reported and kept."""
        read: dict[str, Any] = {}
        for key, content in value.items():
            if key not in without and not self._foreign_member(read, key, content, pointer):
                self.note("EPC-113", f"{pointer}/{escaped(key)}", key, name=key)
                read[key] = self.foreign(content, f"{pointer}/{escaped(key)}")
        return read

    def _foreign_member(self, read: dict[str, Any], key: str, value: Any, pointer: str) -> bool:
        if ":" not in key:
            return False
        read[self.terms.member(key)] = self.foreign(value, f"{pointer}/{escaped(key)}")
        return True

    def _ilmd(self, value: Any, key: str, code: str) -> dict[str, Any] | None:
        if type(value) is not dict:
            self.note(code, f"/{key}", value, expected="{..}", name=key)
            return None
        return self.members(value, f"/{key}")

    def foreign(self, value: Any, pointer: str, depth: int = 1) -> Any:
        """A partner's value with the names in it expanded; texts, numbers and order kept.

        Findings:
            EPC-121: nested too deep; the rest below is dropped.
            EPC-216: a number beyond the limits; dropped.
        """
        if type(value) is str or value is None or type(value) is bool:
            return value
        if type(value) is Decimal:
            return value if self.bounded(value, pointer[1:]) else None
        if depth > self.limits.depth:
            self.note("EPC-121", pointer)
            return None
        if type(value) is list:
            return [self.foreign(item, f"{pointer}/{index}", depth + 1) for index, item in enumerate(value)]
        member = self.terms.member
        return {member(key): self.foreign(item, f"{pointer}/{escaped(key)}", depth + 1) for key, item in value.items()}


def _read_number(value: Any) -> Decimal | None:
    try:
        number = Decimal(value) if isinstance(value, str) and len(value) <= Limits().digits else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


_READERS: dict[str, Callable[[Reading, Any, str, str], Any]] = {
    "time": Reading._time,  # noqa: SLF001 - the table of one class's own readers, here and below
    "zone": Reading._zone,  # noqa: SLF001
    "name": Reading._name,  # noqa: SLF001
    "uri": Reading._uri,  # noqa: SLF001
    "identifier": Reading._identifier,  # noqa: SLF001
    "identifiers": Reading._identifiers,  # noqa: SLF001
    "certificates": Reading._certificates,  # noqa: SLF001
    "declaration": Reading._declaration,  # noqa: SLF001
    "action": Reading._action,  # noqa: SLF001
    "quantities": Reading._quantities,  # noqa: SLF001
    "word": Reading._word,  # noqa: SLF001
    "dispositions": Reading._dispositions,  # noqa: SLF001
    "point": Reading._point,  # noqa: SLF001
    "typed": Reading._typed,  # noqa: SLF001
    "sensors": Reading._sensors,  # noqa: SLF001
    "members": Reading._ilmd,  # noqa: SLF001
    "number": Reading._number,  # noqa: SLF001
    "text": Reading._text,  # noqa: SLF001
    "boolean": Reading._boolean,  # noqa: SLF001
    "hex": Reading._hex,  # noqa: SLF001
}
_EVENT_READERS = {name: (_READERS[kind], code) for name, (kind, code) in EVENT_FIELDS.items()}
_METADATA_READERS = METADATA_FIELDS
_REPORT_READERS = REPORT_FIELDS
