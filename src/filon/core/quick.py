"""Frozen values made quickly: a frozen dataclass sets each field by a call, most of the time that a small value takes.

A twin with the same slots is filled as any plain object is, and then told what it is. Only for the few types of which a
ledger makes millions.

    event = quickly(Event)
    event("ObjectEvent", now, "+01:00")      # an Event like any other, in a third of the time
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, field, fields, make_dataclass
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
Value = TypeVar("Value")


def quickly(kind: Callable[P, Value]) -> Callable[P, Value]:
    """Makes values of a frozen dataclass with slots; whatever it is given, they equal `kind(..)`.

    Args:
        kind: checks nothing when it is made (no `__post_init__`).
    """

    def become(one: Any) -> None:
        one.__class__ = kind

    each = [_alike(one) for one in fields(cast(Any, kind))]
    twin = make_dataclass("Twin", each, namespace={"__post_init__": become}, slots=True, eq=False)
    return cast("Callable[P, Value]", twin)


def _alike(one: Any) -> Any:
    if one.default is not MISSING:
        return one.name, one.type, field(default=one.default)
    if one.default_factory is not MISSING:
        return one.name, one.type, field(default_factory=one.default_factory)
    return one.name, one.type
