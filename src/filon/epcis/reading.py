"""One event from its JSON shape: each member by its kind, and a finding with its pointer where a value does not fit.

Reading is tolerant so that a finding can say all that is wrong at once: a number written as text is read and reported,
a CBV URN becomes its word and is reported. Only an event whose time or type cannot be understood is not made.
XML comes here too, turned into the same shape (`epcis/xml`); it writes URNs by right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from filon.core import ident
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
from filon.epcis.values import PLAIN, Values, escaped, examined

_QUANTITY_MEMBERS = 3


class Reading(Values):
    """The reading of one document's events."""

    __slots__ = ("extra", "last")

    def __init__(self, name: str, terms: Terms, limits: Limits, *, urns: bool = False) -> None:
        super().__init__(name, terms, limits, urns=urns)
        self.extra: dict[str, Any] = {}
        self.last: tuple[Terms, Any, Terms] | None = None

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
            self.terms = self._event_terms(raw["@context"])
        try:
            return self._event(raw)
        finally:
            self.terms = outer

    def _event_terms(self, context: Any) -> Terms:
        """The terms of an event's own context; programs repeat it in each event, so the last one is remembered."""
        if self.last is None or self.last[0] is not self.terms or self.last[1] != context:
            self.last = (self.terms, context, self.inner_terms(context, "/@context"))
        return self.last[2]

    def _event(self, raw: dict[str, Any]) -> Event | None:
        kind = self.kind = self._type(raw.get("type"))
        forbidden = FORBIDDEN.get(kind, {})
        known: dict[str, Any] = {}
        extensions: dict[str, Any] = {}
        self.extra = {}
        for key, value in raw.items():
            reader = _EVENT_READERS.get(key)
            if reader is not None:
                read, code = reader
                content = read(self, value, key, code)
                if content is not None:
                    known[key] = content
                if not content and key in forbidden:
                    self.note(forbidden[key], f"/{key}", value)
                if content == {} and key == "ilmd" and kind == "ObjectEvent" and raw.get("action") != "ADD":
                    self.note("EPC-078", "/ilmd", value, expected="ADD")
            elif not self.foreign_member(extensions, key, value, "") and key not in {"type", "@context"}:
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

    def _point(self, value: Any, key: str, code: str) -> str | None:
        if type(value) is not dict or "id" not in value:
            self.note(code, f"/{key}", value, expected='{"id": ..}')
            value = {"id": value} if isinstance(value, str) else {}
        if len(value) > 1:
            self.extra[f"{key}Extensions"] = self.members(value, f"/{key}", without=("id",), code="EPC-125")
        return self.identifier(value["id"], f"{key}/id", code) if "id" in value else None

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
        if (quick := self._quantities_quick(value)) is not None:
            return quick
        return tuple(
            [
                element
                for index, item in self._objects(value, key, code)
                if (element := self._quantity(item, f"{key}/{index}", code)) is not None
            ]
        )

    def _quantities_quick(self, value: Any) -> tuple[QuantityElement, ...] | None:
        """The elements when each has class, quantity and unit and all is well; else None, and the slow way tells."""
        try:
            read = []
            for item in value:
                named, quantity, uom = item["epcClass"], item["quantity"], item["uom"]
                canonical, problem = examined(named)
                if problem or len(item) != _QUANTITY_MEMBERS or type(uom) is not str or not self.is_modest(quantity):
                    return None
                if not named.startswith(PLAIN):
                    return None
                read.append(QuantityElement(canonical, quantity, uom))
            return tuple(read) if type(value) is list else None
        except (TypeError, KeyError, AttributeError):
            return None

    def _quantity(self, item: dict[str, Any], pointer: str, code: str) -> QuantityElement | None:
        quantity = uom = None
        known = 0
        if "quantity" in item:
            known += 1
            quantity = self.number(item["quantity"], f"{pointer}/quantity", "EPC-046")
        if "uom" in item:
            known += 1
            uom = self.text(item["uom"], f"{pointer}/uom", "EPC-047")
        if "epcClass" not in item:
            self.note(code, f"/{pointer}", expected="epcClass")
            return None
        if len(item) > known + 1:
            self._closed(item, ("epcClass", "quantity", "uom"), pointer)
        named = self.identifier(item["epcClass"], f"{pointer}/epcClass", code)
        return None if named is None else QuantityElement(named, quantity, uom)

    def _typed(self, value: Any, key: str, code: str) -> tuple[Typed, ...]:
        member, type_code = TYPED[key]
        if (quick := _typed_quick(value, member, cbv.WORDS[WORD_KINDS[key]])) is not None:
            return quick
        read = []
        for index, item in self._objects(value, key, code):
            pointer = f"{key}/{index}"
            if len(item) > ("type" in item) + (member in item):
                self._closed(item, ("type", member), pointer)
            word = (
                self.vocabulary(item["type"], WORD_KINDS[key], f"{pointer}/type", type_code) if "type" in item else None
            )
            if "type" not in item and key != "bizTransactionList":
                self.note(type_code, f"/{pointer}", expected="type")
            if member not in item:
                self.note(code, f"/{pointer}", expected=member)
            elif (named := self.identifier(item[member], f"{pointer}/{member}", code)) is not None:
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
                if items is not value[name] or not items:
                    self.note(rule, f"/{key}/{name}", value[name], expected="[..]")
                if not self.urns:
                    self.unique(items, f"{key}/{name}")
                words = [
                    self.vocabulary(item, "disposition", f"{key}/{name}/{index}", rule)
                    for index, item in enumerate(items)
                ]
                read[name] = tuple(
                    dict.fromkeys(self.noted(tuple([word for word in words if word is not None]), f"{key}/{name}"))
                )
        return read

    def _declaration(self, value: Any, key: str, code: str) -> ErrorDeclaration | None:
        if type(value) is not dict:
            self.note(code, f"/{key}", value, expected="{..}")
            return None
        time = reason = None
        ids: tuple[str, ...] = ()
        if "declarationTime" in value:
            time = self.time(value["declarationTime"], f"{key}/declarationTime", "EPC-052")
        else:
            self.note("EPC-052", f"/{key}", expected="declarationTime")
        if "reason" in value:
            reason = self.vocabulary(value["reason"], "reason", f"{key}/reason", "EPC-051")
        if "correctiveEventIDs" in value:
            items = value["correctiveEventIDs"]
            if type(items) is not list:
                self.note("EPC-050", f"/{key}/correctiveEventIDs", items, expected="[..]")
                items = [items]
            read = [self.uri(item, f"{key}/correctiveEventIDs/{index}", "EPC-050") for index, item in enumerate(items)]
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
                if not self.foreign_member(read, key, value, f"/{pointer}"):
                    self.note("EPC-113", f"/{pointer}/{escaped(key)}", key, name=key)
                continue
            kind, code = reader
            if kind == "word":
                content = self.vocabulary(value, WORD_KINDS[key], f"{pointer}/{key}", code)
            elif kind == "time":
                time = self.time(value, f"{pointer}/{key}", code)
                content = None if time is None else moments.written(time)
            else:
                content = _READERS[kind](self, value, f"{pointer}/{key}", code)
            if content is not None:
                read[key] = content
        return read

    def _ilmd(self, value: Any, key: str, code: str) -> dict[str, Any] | None:
        if type(value) is not dict:
            self.note(code, f"/{key}", value, expected="{..}", name=key)
            return None
        return self.members(value, f"/{key}")


def _typed_quick(value: Any, member: str, words: frozenset[str]) -> tuple[Typed, ...] | None:
    """The entries when all is well with them; None for the slow way to say what is not."""
    try:
        read = []
        for item in value:
            named, kind = item[member], item["type"]
            canonical, problem = examined(named)
            if problem or kind not in words or len(item) != 2 or not named.startswith(PLAIN):  # noqa: PLR2004
                return None
            read.append(Typed(canonical, kind))
        return tuple(read) if type(value) is list else None
    except (TypeError, KeyError):
        return None


_READERS: dict[str, Callable[[Reading, Any, str, str], Any]] = {
    "time": Reading.time,
    "zone": Reading.zone,
    "name": Reading.own_name,
    "uri": Reading.uri,
    "identifier": Reading.identifier,
    "parent": Reading.parent,
    "identifiers": Reading.identifiers,
    "certificates": Reading.certificates,
    "declaration": Reading._declaration,  # noqa: SLF001
    "action": Reading.action,
    "quantities": Reading._quantities,  # noqa: SLF001
    "word": Reading.word,
    "dispositions": Reading._dispositions,  # noqa: SLF001
    "point": Reading._point,  # noqa: SLF001
    "typed": Reading._typed,  # noqa: SLF001
    "sensors": Reading._sensors,  # noqa: SLF001
    "members": Reading._ilmd,  # noqa: SLF001
    "number": Reading.number,
    "text": Reading.text,
    "boolean": Reading.boolean,
    "hex": Reading.hex,
}
_EVENT_READERS = {name: (_READERS[kind], code) for name, (kind, code) in EVENT_FIELDS.items()}
_METADATA_READERS = METADATA_FIELDS
_REPORT_READERS = REPORT_FIELDS
