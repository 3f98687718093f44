"""What a partial EN 18223 document changes of a passport: values to be said, values taken back, its publication.

Elements that say what the passport says already change nothing, so a program may read a passport, alter one element
and send all of it back. What follows from the books or the battery's life cannot be overwritten.

    changes(passport, merged_all(document(passport), {"stateOfCertifiedEnergy": 97.5, "weight": None}))

Source: EN 18222, updates of passports and elements (passport reference, section 8); RFC 7396 (merge patch).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from filon.core.finding import Finding, Place, found
from filon.exchange.en18223.document import HEADER, header, said_value
from filon.exchange.lens import Json
from filon.passport.life import Kind
from filon.passport.passport import Passport, PointValue, Standing
from filon.passport.point import by_code
from filon.passport.statement import sayable
from filon.passport.value import Value

_PUBLISHING: Mapping[str, Kind] = {"active": Kind.PUBLISH, "inactive": Kind.SUSPEND, "archived": Kind.ARCHIVE}
"""{dppStatus: deed that leads there}; `invalid` has none: a passport ends by recycling alone."""
_MEMBER = re.compile(r"\.?([A-Za-z_][\w-]*)|\[(\d{1,6})\]|\['([^'\\]*)'\]|\[\"([^\"\\]*)\"\]")
_OURS = "lastUpdated"
"""Member of the header that is ours alone; whatever is sent for it means nothing."""


@dataclass(frozen=True, slots=True)
class Change:
    """One data point changed; `value` None = taken back."""

    code: str
    value: Value | None


@dataclass(frozen=True, slots=True)
class Changes:
    """All that a document changes.

    Args:
        deed: that changes the publication; None = it stays.
        findings: why nothing of it can be taken.
    """

    points: tuple[Change, ...] = ()
    deed: Kind | None = None
    findings: tuple[Finding, ...] = ()


def changes(passport: Passport, said: Mapping[str, Json]) -> Changes:
    """What a compressed document changes of a passport; members that it does not have stay as they are.

    Args:
        said: {member: its whole value, None to take it back}.

    Findings:
        DPP-030: it follows from the books or the battery's life. DPP-031: a member of the header that stays as it is.
        PAS-001, PAS-002: no such data point, not a value of its type.
    """
    points: list[Change] = []
    findings: list[Finding] = []
    deed: Kind | None = None
    current = header(passport)
    for name, node in said.items():
        if name in HEADER:
            asked = None if name != "dppStatus" or node == current[name] else _PUBLISHING.get(str(node))
            deed = asked or deed
            if name != _OURS and asked is None and node != current.get(name):
                findings.append(_fixed(name, node, current.get(name)))
            continue
        match _change(passport, name, node):
            case Finding() as fault:
                findings.append(fault)
            case Change() as change:
                points.append(change)
    return Changes(tuple(points), deed, tuple(findings))


def _fixed(name: str, node: Json, current: Json) -> Finding:
    return found("DPP-031", Place(pointer=f"/{name}"), member=name, found=str(node)[:80], expected=str(current))


def _change(passport: Passport, name: str, node: Json) -> Change | Finding | None:
    """The change of one data point; None where it stays as it is."""
    place = Place(pointer=f"/{name}")
    if name not in by_code() or not name.isidentifier():
        return found("PAS-001", place, found=name, point=name, number="")
    mine = passport[name] if name in passport else None  # noqa: SIM401 - a passport has no get
    value, expected = (None, "") if node is None else said_value(name, node)
    if expected:
        values = {"point": name, "subject": passport.serial or passport.identifier}
        return found("PAS-002", place, expected=expected, found=str(node)[:80], **values)
    if value == (mine.value if mine else None):
        return None
    if account := _derived(name, mine):
        return found("DPP-030", place, point=name, account=account)
    return Change(name, value)


def _derived(name: str, mine: PointValue | None) -> str:
    """What a point follows from, where that is not what somebody said; empty where it may be said."""
    if not sayable(by_code()[name]):
        return by_code()[name].source
    computed = mine is not None and mine.standing in {Standing.COMPUTED, Standing.INCONSISTENT}
    return mine.why.account if computed and mine is not None else ""


def merged(target: Json, patch: Json) -> Json:
    """A value with a merge patch applied: objects member by member, null takes away, anything else stands instead.

    Source: RFC 7396, section 2.
    """
    if not isinstance(patch, Mapping):
        return patch
    whole = dict(target) if isinstance(target, Mapping) else {}
    for name, node in patch.items():
        if node is None:
            whole.pop(name, None)
        else:
            whole[name] = merged(whole.get(name), node)
    return whole


def merged_all(current: Mapping[str, Json], patch: Mapping[str, Json]) -> dict[str, Json]:
    """The members that a merge patch names, each with its whole new value; None for those it takes away."""
    return {name: None if node is None else merged(current.get(name), node) for name, node in patch.items()}


def put(current: Mapping[str, Json], path: str, patch: Json) -> dict[str, Json] | None:
    """The member that a path leads into, with its whole new value; None where the path leads nowhere.

    Args:
        path: `$.voltage.low`, `$['hazardousSubstances'][0].percent`: names and places, nothing that names several.
        patch: of what stands there; None takes it away.

    Source: RFC 9535, singular queries (2.3.5.1).
    """
    steps = steps_of(path)
    if not steps or not isinstance(steps[0], str):
        return None
    changed = _put(current, steps, patch)
    return None if changed is _NOWHERE else {steps[0]: changed.get(steps[0])}


def steps_of(path: str) -> list[str | int]:
    """The members and places that a path names, outermost first; none where it is no such path."""
    rest, steps = path.removeprefix("$"), list[str | int]()
    rest = rest if rest.startswith(("[", ".")) else f".{rest}"
    while rest:
        match = _MEMBER.match(rest)
        if match is None:
            return []
        steps.append(int(match[2]) if match[2] else next(one for one in match.group(1, 3, 4) if one is not None))
        rest = rest[match.end() :]
    return steps


_NOWHERE: Any = object()


def _put(node: Json, steps: list[str | int], patch: Json) -> Json:
    """The node with a patch applied to what is below it, a new one; `_NOWHERE` where there is no such place."""
    if not steps:
        return None if patch is None else merged(node, patch)
    step, rest = steps[0], steps[1:]
    if isinstance(step, int) and isinstance(node, list) and step < len(node):
        inner = _put(node[step], rest, patch)
        return inner if inner is _NOWHERE else [*node[:step], *([] if inner is None else [inner]), *node[step + 1 :]]
    if isinstance(step, str) and isinstance(node, Mapping) and (not rest or step in node):
        inner = _put(node.get(step), rest, patch)
        kept = {name: one for name, one in node.items() if name != step}
        return inner if inner is _NOWHERE else kept | ({} if inner is None else {step: inner})
    return _NOWHERE
