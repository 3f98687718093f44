"""Lenses: one member of a partner's passport format and the data point that it says, both ways.

A format is a list of lenses; writing, reading, and the list of what cannot be filled are made from it. Nothing is
invented: a member without a value stays out and is reported. Nothing is lost: what is read back is laid over the
document as it came, so foreign members stay as they were.

    written(LENSES, passport)              # Written(document, findings)
    taken(LENSES, document)                # Taken(told, findings)
    restated(LENSES, document, told)       # the document again, changed only where a value changed

Source: passport reference, sections 11 and 12 (models and their defects).
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from filon.core.finding import Finding, Place, found
from filon.passport.passport import Passport
from filon.passport.point import point
from filon.passport.value import Value, plain, read
from filon.seal.stamp import stamp, stamp_day

Json: TypeAlias = Any
Out: TypeAlias = Callable[[Passport], Json]
Back: TypeAlias = Callable[[Json], Mapping[str, Any]]
"""{code or code.member: what was said}; empty where nothing can be taken."""

NI = "ni:///sha-256;"
"""How a document known only by its hash is named.

Source: RFC 6920, 3.
"""


@dataclass(frozen=True, slots=True)
class Lens:
    """One member of a format.

    Args:
        path: of the member, `a.b.c`.
        out: its value from a passport; None where there is none.
        back: what it says, by data point; None: it is written only.
        must: the format requires it.
        codes: data points it is made of, for the report.
    """

    path: str
    out: Out
    back: Back | None = None
    must: bool = True
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """A passport in a partner's format, and what the format asked for in vain."""

    document: dict[str, Json]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What a partner's document says, by data point, and what could not be taken."""

    told: Mapping[str, Value]
    findings: tuple[Finding, ...] = ()


def written(lenses: Iterable[Lens], passport: Passport, *, name: str = "") -> Written:
    """The passport through the lenses.

    Findings:
        DPP-001: the format requires a member for which the passport has no value.
    """
    document: dict[str, Json] = {}
    findings = []
    for lens in lenses:
        value = lens.out(passport)
        if value not in (None, [], {}) or (value == [] and _none(passport, lens.codes)):
            put(document, lens.path, value)
        elif lens.must:
            findings.append(
                found("DPP-001", Place(file=name, pointer=_pointer(lens.path)), member=lens.path, points=_told(lens))
            )
    return Written(document, tuple(findings))


def _none(passport: Passport, codes: Iterable[str]) -> bool:
    """Whether it was said that there are none, which is not the same as nothing said."""
    return any(passport.value(code) == () for code in codes)


def taken(lenses: Iterable[Lens], document: Mapping[str, Json], *, name: str = "") -> Taken:
    """What the document says.

    Findings:
        DPP-002: a member that is not a value of its data point; it is kept as it came and not taken.
    """
    said: dict[str, Any] = {}
    where: dict[str, str] = {}
    findings: list[Finding] = []
    for lens in lenses:
        node = got(document, lens.path)
        if node is None or lens.back is None:
            continue
        try:
            own = lens.back(node)
        except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError, IndexError):
            findings.append(_unfit(lens, node, name))
            continue
        for key, one in own.items():
            code, _, member = key.partition(".")
            where.setdefault(code, lens.path)
            if not member:
                said.setdefault(code, one)
            elif isinstance(said.setdefault(code, {}), dict):
                said[code].setdefault(member, one)
    told: dict[str, Value] = {}
    for code, one in said.items():
        value, expected = read(point(code), one)
        if value is None:
            place = Place(file=name, pointer=_pointer(where[code]))
            label = point(code).label["en"]
            shown = str(plain(one) if not isinstance(one, dict | list | str) else one)[:80]
            findings.append(found("DPP-002", place, expected=expected, found=shown, member=where[code], point=label))
        else:
            told[code] = value
    return Taken(told, tuple(findings))


def _unfit(lens: Lens, node: Json, name: str) -> Finding:
    """A member whose inside is not what the format says."""
    place = Place(file=name, pointer=_pointer(lens.path))
    label = _told(lens) or lens.path
    return found("DPP-002", place, expected="members as the format has them", found=str(node)[:80], member=lens.path,
                 point=label)  # fmt: skip


def restated(lenses: Iterable[Lens], document: Mapping[str, Json], passport: Passport) -> dict[str, Json]:
    """The document as it came, changed only where the passport now says something else than it did.

    Law: with a passport of exactly what was taken from it, the document comes back unchanged.
    """
    listed = tuple(lenses)
    before = taken(listed, document).told
    changed = {code for code, value in before.items() if passport.value(code) != value}
    again: dict[str, Json] = deepcopy(dict(document))
    for lens in listed:
        if changed.intersection(lens.codes) and (value := lens.out(passport)) not in (None, [], {}):
            put(again, lens.path, value)
    return again


def put(document: dict[str, Json], path: str, value: Json) -> None:
    """Set the member at a path, making objects on the way."""
    *way, last = path.split(".")
    for name in way:
        document = document.setdefault(name, {})
    document[last] = value


def got(document: object, path: str) -> Json:
    """The member at a path; None where there is none."""
    for name in path.split("."):
        if not isinstance(document, Mapping) or name not in document:
            return None
        document = document[name]
    return document


def value_of(passport: Passport, key: str) -> Value | None:
    """A data point's value, or a member of it (`voltage.low`)."""
    code, _, member = key.partition(".")
    value = passport.value(code)
    if not member or value is None:
        return value
    return value.get(member) if isinstance(value, Mapping) else None


def _pointer(path: str) -> str:
    return "/" + path.replace(".", "/")


def _told(lens: Lens) -> str:
    return ", ".join(point(code).label["en"] for code in lens.codes)


# --- the usual lenses -------------------------------------------------------------------------------------------


def text(path: str, key: str, *, must: bool = True) -> Lens:
    """A text that is the same on both sides."""
    return Lens(path, lambda p: value_of(p, key), lambda node: {key: node} if isinstance(node, str) else {}, must,
                (key.partition(".")[0],))  # fmt: skip


def number(path: str, key: str, *, factor: str = "1", must: bool = True) -> Lens:
    """A number, ours times `factor` on their side."""
    times = Decimal(factor)

    def out(passport: Passport) -> Json:
        value = value_of(passport, key)
        return None if value is None or isinstance(value, bool) else scaled(value, times)

    return Lens(path, out, lambda node: {key: unscaled(node, times)} if is_number(node) else {}, must,
                (key.partition(".")[0],))  # fmt: skip


def words(path: str, key: str, table: Mapping[str, str], *, must: bool = True) -> Lens:
    """A choice, ours to theirs by table."""
    theirs = {value: ours for ours, value in table.items()}
    return Lens(path, lambda p: table.get(str(value_of(p, key))), lambda node: _one(key, theirs.get(str(node))), must,
                (key.partition(".")[0],))  # fmt: skip


def link(path: str, key: str, *, must: bool = True) -> Lens:
    """A document as one address."""
    return Lens(path, lambda p: address(value_of(p, key)), lambda node: _one(key, document(node)), must,
                (key.partition(".")[0],))  # fmt: skip


def fixed(path: str, out: Out, *codes: str, must: bool = True) -> Lens:
    """A member that is only written."""
    return Lens(path, out, None, must, codes)


def measured(path: str, key: str, member: str, at: str = "lastUpdate", *, must: bool = True) -> Lens:
    """A measured value with its moment: `{member: 12, lastUpdate: ..}`."""

    def out(passport: Passport) -> Json:
        value = value_of(passport, key)
        return None if value is None else {member: scaled(value, Decimal(1)), at: when(passport, key)}

    def back(node: Json) -> Mapping[str, Any]:
        inner = got(node, member)
        return {key: unscaled(inner, Decimal(1))} if is_number(inner) else {}

    return Lens(path, out, back, must, (key.partition(".")[0],))


def _one(key: str, said: Any) -> dict[str, Any]:
    return {} if said is None else {key: said}


def is_number(node: Json) -> bool:
    """Whether a JSON member is a number."""
    return isinstance(node, int | float | Decimal) and not isinstance(node, bool)


def scaled(value: Any, times: Decimal) -> Decimal:
    """A number of ours on their scale."""
    return _tidy(Decimal(str(value)) * times)


def unscaled(node: Json, times: Decimal) -> str:
    """Their number as our decimal text."""
    exact = node if isinstance(node, Decimal) else Decimal(repr(node))
    return format(_tidy(exact / times), "f")


def _tidy(number: Decimal) -> Decimal:
    whole = number.to_integral_value() if number.is_finite() and abs(number.adjusted()) < 28 else None  # noqa: PLR2004 - the context's digits
    return whole if whole is not None and whole == number else number.normalize()


def when(passport: Passport, key: str) -> str:
    """When a point was measured, as a moment."""
    code = key.partition(".")[0]
    day = passport[code].why.at or passport.on
    return f"{day.isoformat()}T00:00:00Z"


def updated(passport: Passport) -> str:
    """When the passport last changed, as a moment; the day it is told for where nobody knows."""
    return stamp(passport.updated) if passport.updated else stamp_day(passport.on)


def address(value: Value | None) -> str | None:
    """A document as a URI: its own, else the name that its hash is."""
    if isinstance(value, tuple):
        value = value[0] if value else None
    if not isinstance(value, Mapping):
        return None
    if "uri" in value:
        return str(value["uri"])
    return None if "sha256" not in value else NI + _b64(bytes.fromhex(str(value["sha256"])))


def addresses(value: Value | None, kind: str = "") -> list[str]:
    """Documents as URIs; with `kind` only those of that kind, or all if none says its kind."""
    listed = [one for one in value if isinstance(one, Mapping)] if isinstance(value, tuple) else []
    chosen = [one for one in listed if kind and one.get("kind") == kind] or listed
    return [uri for one in chosen if (uri := address(one))]


def document(node: Json) -> dict[str, str] | None:
    """A document from its URI."""
    if not isinstance(node, str) or not node:
        return None
    if node.startswith(NI):
        return {"sha256": urlsafe_b64decode(node.removeprefix(NI) + "=").hex()}
    return {"uri": node}


def records(value: Value | None) -> Sequence[Mapping[str, Value]]:
    """The records of a list."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, tuple) else []


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
