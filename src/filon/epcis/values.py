"""Single values of a document: each read by its kind, and a finding with its pointer where it does not fit.

`Values` knows numbers, times, words, identifiers and partners' own members; what an event is made of, `epcis/reading`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from filon.core import ident
from filon.core.finding import Finding, Level, Place, found, rules
from filon.core.remember import remembered
from filon.epcis import cbv, moments
from filon.epcis.context import STANDARD, Terms, joined
from filon.epcis.document import Limits
from filon.epcis.shape import WORD_KINDS

_ACTIONS = frozenset({"ADD", "OBSERVE", "DELETE"})
_UNIQUE = {"EPC-023": {"ObjectEvent"}, "EPC-025": {"TransformationEvent"}, "EPC-026": {"TransformationEvent"}}
"""{rule of a list: events in which the JSON schema wants it without doubles}; XML counts none."""
_IN_FULL = re.compile(r"urn:epcglobal:cbv|https?://ns\.gs1\.org/cbv/|https?://(?:www\.)?gs1\.org/voc/")
"""How the JSON schema does not want a CBV word to be written."""
_HEX = re.compile(r"[0-9A-Fa-f]+")
_NEARLY = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")
_SHOWN = 80  # characters of a wrong value that a finding shows
PLAIN = ("urn:", "http")
"""How nearly every identifier begins: then there is no prefix of the document to look up."""


@remembered(131_072)
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


class Values:
    """The reading of one document's values: its terms, its limits and the findings so far.

    Args:
        name: file name for the findings.
        terms: what the document's context says.
        urns: CBV words may be written as URN (XML).
    """

    __slots__ = ("base", "findings", "kind", "limits", "loose", "name", "power", "signs", "terms", "urns")

    def __init__(self, name: str, terms: Terms, limits: Limits, *, urns: bool = False) -> None:
        self.name = name
        self.terms = terms
        self.limits = limits
        self.power, self.signs = min(limits.exponent, 64), min(limits.digits, 32)
        self.urns = urns
        self.base = ""
        self.kind = ""
        self.loose: set[str] = set()
        self.findings: list[Finding] = []

    def note(self, code: str, pointer: str, found_value: Any = "", expected: str = "", **values: object) -> None:
        """Report something at a pointer below the event.

        What one event can add is limited: beyond it milder findings are left out, and errors after as many again.
        """
        kept = len(self.findings)
        if kept > self.limits.findings and (kept > 2 * self.limits.findings or rules()[code].level is not Level.ERROR):
            return
        place = Place(file=self.name, pointer=self.base + pointer)
        self.findings.append(found(code, place, expected=expected, found=shown(found_value), **values))

    def inner_terms(self, context: Any, pointer: str) -> Terms:
        """The terms of an inner context; what it says that we do not know is noted.

        Findings:
            EPC-210, EPC-211: an address that is not fetched, a part that is not understood.
            EPC-233: something that no context is.
        """
        parts = context if isinstance(context, list) else [context]
        for index, part in enumerate(parts):
            known = isinstance(part, dict) or (isinstance(part, str) and ident.is_uri(part))
            if not known or part in parts[:index]:
                self.note("EPC-233", f"{pointer}/{index}" if context is parts else pointer, part)
        terms, strange = self.terms.with_context(context)
        for part in strange:
            code = "EPC-210" if part.startswith(("http:", "https:")) else "EPC-211"
            self.note(code, pointer, part)
        return terms

    # One reader a kind of value; each gives None for what cannot be read.

    def time(self, value: Any, key: str, code: str) -> datetime | None:
        """A moment in UTC; None and a finding for what is none."""
        try:
            time = moments.moment(value)
        except (TypeError, ValueError):
            if (rarer := self.rarer_time(value, key)) is None:
                self.note(code, f"/{key}", value, expected="2026-11-03T14:00:00+01:00")
            return rarer
        if moments.too_fine(value):
            self.note("EPC-120", f"/{key}", value)
        return time

    def rarer_time(self, value: Any, key: str) -> datetime | None:
        """What JSON's date-time allows beyond XML's: small letters, and leap seconds.

        Findings:
            EPC-126: a leap second; the second after it is taken.

        Source: RFC 3339, 5.6 and 5.7.
        """
        text = value.upper() if isinstance(value, str) and not self.urns else ""
        if (leap := moments.after_leap(text)) is not None:
            self.note("EPC-126", f"/{key}", value)
            return leap
        try:
            return moments.moment(text)
        except ValueError:
            return None

    def zone(self, value: Any, key: str, code: str) -> str | None:
        """`+01:00`, within 14 hours."""
        if isinstance(value, str) and moments.OFFSET.fullmatch(value):
            return value
        self.note(code, f"/{key}", value, expected="+01:00")
        return None

    def action(self, value: Any, key: str, code: str) -> str | None:
        """ADD, OBSERVE or DELETE."""
        if isinstance(value, str) and value in _ACTIONS:
            return value
        self.note(code, f"/{key}", value, expected="ADD | OBSERVE | DELETE")
        return value if isinstance(value, str) else ""  # told here; `rules` only asks whether there is one

    def own_name(self, value: Any, pointer: str, code: str) -> str | None:
        """An event's own name: a URI; XML never asked for one, so there any text is kept and the rules speak of it."""
        if self.urns and type(value) is str and value:
            return value
        return self.uri(value, pointer, code)

    def uri(self, value: Any, pointer: str, code: str) -> str | None:
        """A URI that names no thing of trade: kept as written."""
        if isinstance(value, str):
            full = self.terms.value(value)
            if ident.is_uri(full):
                return full
        self.note(code, f"/{pointer}", value, expected="a URI")
        return None

    def identifier(self, value: Any, pointer: str, code: str) -> str | None:
        """A thing of trade by its canonical identifier."""
        if type(value) is not str:
            self.note(code, f"/{pointer}", value, expected="a URI")
            return None
        if not value.startswith(PLAIN):
            value = self.terms.value(value)
        canonical, problem = examined(value)
        if problem:
            self._doubtful(value, pointer, code, problem)
        return canonical or None

    def parent(self, value: Any, pointer: str, code: str) -> str | None:
        """`parentID`: asked for by another rule where it is optional."""
        return self.identifier(value, pointer, code if self.kind == "AssociationEvent" else "EPC-020")

    def _doubtful(self, value: str, pointer: str, code: str, problem: str) -> None:
        if problem == "EPC-100":
            code = "EPC-122" if self.urns and _NEARLY.fullmatch(value) else code
            self.note(code, f"/{pointer}", value, expected="a URI")
        else:
            self.note(problem, f"/{pointer}", value, expected=ident.expected_digits(ident.canonical(value)) or "")

    def identifiers(self, value: Any, key: str, code: str) -> tuple[str, ...] | None:
        """A list of things; what is no URI is left out and told."""
        if type(value) is not list:
            self.note(code, f"/{key}", value, expected="[..]")
            value = [value]
        if len(value) > 1 and code in _UNIQUE and self.kind in _UNIQUE[code] and not self.urns:
            self.unique(value, key)
        try:
            pairs = [examined(text) for text in value]
        except TypeError:  # something that is no text stands in it
            pairs = []
        if pairs and not any(pair[1] for pair in pairs) and all(text.startswith(PLAIN) for text in value):
            return self.noted(tuple([pair[0] for pair in pairs]), key)
        read = [self.identifier(item, f"{key}/{index}", code) for index, item in enumerate(value)]
        return self.noted(tuple([item for item in read if item is not None]), key)

    def noted(self, read: tuple[str, ...], pointer: str) -> tuple[str, ...]:
        """A list as it is, with a note of what it names again; only the event hash counts that twice.

        Findings:
            EPC-131: named again, perhaps in another spelling.
        """
        if len(read) > 1 and len(set(read)) < len(read):
            for name in sorted({name for name in read if read.count(name) > 1}):
                self.note("EPC-131", f"/{pointer}", name, name=shown(name))
        return read

    def unique(self, value: list[Any], key: str) -> None:
        """A list that names nothing twice.

        Findings:
            EPC-128: at the second time.
        """
        if all(type(item) is str for item in value) and len(set(value)) == len(value):
            return
        for index, item in enumerate(value):
            if item in value[:index]:
                self.note("EPC-128", f"/{key}/{index}", item, name=shown(item))

    def certificates(self, value: Any, key: str, code: str) -> tuple[str, ...] | None:
        """One URI or a list of them."""
        items = value if type(value) is list else [value]
        pointers = [f"{key}/{index}" for index in range(len(items))] if type(value) is list else [key]
        read = [self.uri(item, pointer, code) for item, pointer in zip(items, pointers, strict=True)]
        return tuple(item for item in read if item is not None)

    def word(self, value: Any, key: str, code: str) -> str | None:
        """A CBV word or a URI, by the field it stands in."""
        kind = WORD_KINDS[key.split("/", maxsplit=1)[0] if "/" in key else key]
        return self.vocabulary(value, kind, key, code)

    def vocabulary(self, value: Any, kind: str, pointer: str, code: str) -> str | None:
        """A CBV word or a URI, by the kind of word."""
        if type(value) is str:
            if value in cbv.WORDS[kind]:
                return value
            full = self.terms.value(value)
            word = cbv.bare(kind, full)
            if word != full:
                if not self.urns and _IN_FULL.match(value):
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

    def number(self, value: Any, pointer: str, code: str) -> Decimal | None:
        """A number within the limits; one written as text is read and told."""
        if type(value) is Decimal:
            return value if self.is_modest(value) or self.bounded(value, pointer) else None
        self.note(code, f"/{pointer}", value, expected="a number")
        return _read_number(value)

    def is_modest(self, value: Decimal) -> bool:
        """Whether a number is surely within the limits, told quickly; nearly all are."""
        return abs(value.adjusted()) < self.power and len(str(value)) < self.signs

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

    def text(self, value: Any, pointer: str, code: str) -> str | None:
        """A text."""
        if type(value) is str:
            return value
        self.note(code, f"/{pointer}", value, expected="a text")
        return None

    def boolean(self, value: Any, pointer: str, code: str) -> bool | None:
        """True or false."""
        if type(value) is bool:
            return value
        self.note(code, f"/{pointer}", value, expected="true | false")
        return None

    def hex(self, value: Any, pointer: str, code: str) -> str | None:
        """Hexadecimal digits."""
        if type(value) is str and _HEX.fullmatch(value):
            return value
        self.note(code, f"/{pointer}", value, expected="0-9 A-F")
        return None

    def members(
        self, value: Any, pointer: str, *, without: tuple[str, ...] = (), code: str = "EPC-113"
    ) -> dict[str, Any]:
        """Partners' own members by expanded name; one without namespace is reported by the code and kept."""
        read: dict[str, Any] = {}
        for key, content in value.items():
            if key not in without and not self.foreign_member(read, key, content, pointer, lenient=code == "EPC-125"):
                self.note(code, f"{pointer}/{escaped(key)}", key, name=key)
                read[key] = self.foreign(content, f"{pointer}/{escaped(key)}")
        return read

    def foreign_member(
        self, read: dict[str, Any], key: str, value: Any, pointer: str, *, lenient: bool = False
    ) -> bool:
        """Take one partner's member into `read`; False if its name has no namespace.

        Findings:
            EPC-127: a name that JSON does not allow, unless `lenient`, as the schema is within places; kept.
            EPC-125: a name without a namespace in an `extension` of XML, which is there for later versions of the
            standard; kept, in the standard's own namespace where JSON asks for one.
        """
        full = self.terms.member(key)
        if key in self.loose:
            self.note("EPC-125", f"{pointer}/{escaped(key)}", key, name=key)
            full = full if lenient else joined(STANDARD["epcis"], key)
        elif ":" not in key:
            return False
        if not self.urns and not lenient and not self.terms.own_member(key):
            self.note("EPC-127", f"{pointer}/{escaped(key)}", key, name=key)
        read[full] = value if type(value) is str else self.foreign(value, f"{pointer}/{escaped(key)}")
        return True

    def foreign(self, value: Any, pointer: str) -> Any:
        """A partner's value with the names in it expanded; texts, numbers and order kept.

        Findings:
            EPC-121: nested too deep; the rest below is dropped.
            EPC-216: a number beyond the limits; dropped.
        """
        if type(value) is str:
            return value
        try:
            return self._foreign_quick(value, self.limits.depth)
        except _OddError:
            return self._foreign_slow(value, pointer, 1)

    def _foreign_quick(self, value: Any, depth: int) -> Any:
        """The value when all is well with it, without knowing where it stands."""
        kind = type(value)
        if kind is str or value is None or kind is bool:
            return value
        if kind is Decimal:
            if not self.is_modest(value):
                raise _OddError
            return value
        if depth <= 0:
            raise _OddError
        if kind is list:
            return [item if type(item) is str else self._foreign_quick(item, depth - 1) for item in value]
        member = self.terms.member
        return {
            member(key): item if type(item) is str else self._foreign_quick(item, depth - 1)
            for key, item in value.items()
        }

    def _foreign_slow(self, value: Any, pointer: str, depth: int) -> Any:
        if type(value) is str or value is None or type(value) is bool:
            return value
        if type(value) is Decimal:
            return value if self.bounded(value, pointer[1:]) else None
        if depth > self.limits.depth:
            self.note("EPC-121", pointer)
            return None
        if type(value) is list:
            return [self._foreign_slow(item, f"{pointer}/{index}", depth + 1) for index, item in enumerate(value)]
        member = self.terms.member
        return {
            member(key): self._foreign_slow(item, f"{pointer}/{escaped(key)}", depth + 1) for key, item in value.items()
        }


class _OddError(Exception):
    """Something is wrong with a value; the slow way will say what and where."""


def _read_number(value: Any) -> Decimal | None:
    try:
        number = Decimal(value) if isinstance(value, str) and len(value) <= Limits().digits else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None
