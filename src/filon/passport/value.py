"""Values of data points: their shapes, read strictly from what was said, never mended.

A value is a text, a Decimal, a whole number, a truth value, a mapping of members or a tuple of values; which, the
point's row of table `types` says. Numbers come as decimal text, so nothing passes through binary floats.

    read(point("weight"), "412.5")     # (Decimal("412.5"), "")
    read(point("weight"), "heavy")     # (None, "a decimal number")
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, TypeAlias

from filon.core.finding import Language
from filon.core.ident import is_uri
from filon.core.tables import table
from filon.passport.point import TABLES, Point

Value: TypeAlias = "str | Decimal | int | bool | Mapping[str, Value] | tuple[Value, ...]"

MOST_DIGITS = 40
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_CAS = re.compile(r"(\d{2,7})-(\d{2})-(\d)")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class UnfitError(ValueError):
    """A value that is not of its type; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a record."""

    name: str
    type: str
    many: bool
    required: bool


@dataclass(frozen=True, slots=True)
class Type:
    """A type of value.

    Args:
        kind: `text`, `number`, .., `record`, or the words it may be.
        members: of a record.
        label: by language.
    """

    name: str
    kind: str
    members: tuple[Member, ...]
    label: Mapping[Language, str]

    @property
    def words(self) -> tuple[str, ...]:
        """The words a choice allows; none for other types."""
        return tuple(self.kind.split("|")) if "|" in self.kind else ()


@cache
def types() -> Mapping[str, Type]:
    """All types by name."""
    return {row["type"]: _type(row) for row in table("types", TABLES).rows}


def _type(row: Mapping[str, str]) -> Type:
    members = tuple(_member(text) for text in row["members"].split())
    return Type(row["type"], row["kind"], members, {"en": row["en"], "fr": row["fr"]})


def _member(text: str) -> Member:
    name, _, kind = text.partition(":")
    bare = kind.removesuffix("*")
    inner = bare.removeprefix("list(").removesuffix(")")
    return Member(name, inner, many=inner != bare, required=bare != kind)


def read(point: Point, said: object) -> tuple[Value | None, str]:
    """The value of a point from what was said, and what was expected where it is none.

    A list of one may come without its brackets.
    """
    try:
        if not point.many:
            return _read(point.type, said), ""
        listed = said if isinstance(said, Sequence) and not isinstance(said, str) else [said]
        return tuple(_read(point.type, one) for one in listed), ""
    except UnfitError as unfit:
        return None, str(unfit)


def _read(name: str, said: object) -> Value:
    kind = types()[name]
    if kind.kind == "record":
        return _record(kind, said)
    if isinstance(said, Sequence) and not isinstance(said, str) and len(said) == 1:
        said = said[0]
    if isinstance(said, Mapping | list | tuple) or said is None:
        raise UnfitError(_EXPECTED.get(kind.kind, kind.kind))
    text = str(said).strip()
    if kind.words:
        if text not in kind.words:
            raise UnfitError(", ".join(kind.words))
        return text
    return scalar(kind.kind, text)


def _record(kind: Type, said: object) -> Value:
    if isinstance(said, Sequence) and not isinstance(said, str) and len(said) == 1:
        said = said[0]
    if not isinstance(said, Mapping):
        raise UnfitError("{" + ", ".join(one.name for one in kind.members) + "}")
    own = {str(name).rpartition("/")[2]: value for name, value in said.items()}
    if strange := sorted(own.keys() - {one.name for one in kind.members}):
        raise UnfitError(f"{{{', '.join(one.name for one in kind.members)}}}, not {strange[0]}")
    out: dict[str, Value] = {}
    for one in kind.members:
        value = own.get(one.name)
        if value in (None, "", [], ()):
            if one.required:
                raise UnfitError(one.name)
            continue
        try:
            out[one.name] = _many(one, value) if one.many else _inner(one.type, value)
        except UnfitError as unfit:
            raise UnfitError(f"{one.name}: {unfit}") from unfit
    if not out:
        raise UnfitError("{" + ", ".join(one.name for one in kind.members) + "}")
    return out


def _many(one: Member, value: object) -> Value:
    listed = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    return tuple(_inner(one.type, item) for item in listed)


def _inner(name: str, value: object) -> Value:
    return _read(name, value) if name in types() else scalar(name, str(value).strip())


def scalar(kind: str, text: str) -> Value:
    """A value without members from its text.

    Raises:
        UnfitError: it is none of that kind.
    """
    value = _SCALARS[kind](text) if text else None
    if value is None:
        raise UnfitError(_EXPECTED[kind])
    return value


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    fits = number.is_finite() and len(number.as_tuple().digits) <= MOST_DIGITS and abs(number.adjusted()) < MOST_DIGITS
    return number if fits else None


def _percent(text: str) -> Decimal | None:
    number = _number(text)
    return number if number is not None and 0 <= number <= 100 else None  # noqa: PLR2004 - percent


def _date(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _cas(text: str) -> str | None:
    """A CAS registry number, by its check digit: the digits before it, weighted 1, 2, .. from the right, modulo 10."""
    match = _CAS.fullmatch(text)
    if match is None:
        return None
    digits = (match[1] + match[2])[::-1]
    check = sum(weight * int(digit) for weight, digit in enumerate(digits, 1)) % 10
    return text if check == int(match[3]) else None


def _country(text: str) -> str | None:
    return text if len(text) == 2 and text.isascii() and text.isupper() else None  # noqa: PLR2004 - ISO 3166-1


_SCALARS: Mapping[str, Callable[[str], Value | None]] = {
    "text": lambda text: text,
    "number": _number,
    "integer": lambda text: int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None,
    "percent": _percent,
    "boolean": lambda text: {"true": True, "false": False}.get(text.lower()),
    "uri": lambda text: text if is_uri(text) else None,
    "date": _date,
    "month": lambda text: text if _MONTH.fullmatch(text) else None,
    "cas": _cas,
    "email": lambda text: text if _MAIL.fullmatch(text) else None,
    "country": _country,
    "sha256": lambda text: text.lower() if _SHA256.fullmatch(text.lower()) else None,
}
_EXPECTED: Mapping[str, str] = {
    "text": "a text",
    "number": "a decimal number",
    "integer": "a whole number, 0 or more",
    "percent": "percent, 0 to 100",
    "boolean": "true or false",
    "uri": "a web address or other URI",
    "date": "a day as 2026-11-22",
    "month": "a month as 2026-11",
    "cas": "a CAS number with its check digit",
    "email": "an e-mail address",
    "country": "a country code as FR",
    "sha256": "a SHA-256, 64 hexadecimal digits",
}


def plain(value: Value) -> Any:
    """A value as JSON can hold it: numbers as decimal text."""
    match value:
        case bool() | str():
            return value
        case int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case Mapping():
            return {name: plain(item) for name, item in value.items()}
    return [plain(item) for item in value]
