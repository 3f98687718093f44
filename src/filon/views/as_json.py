"""A view as JSON: the same members in the same order every time, decimals as text so that nothing is lost.

Members bear the names of the dataclass. A view is the same in every language; only with a tongue are the sentences
and findings also told in words (`text`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

import orjson

from filon.core.finding import Finding
from filon.views.figure import Sentence
from filon.views.say import Tongue


def as_json(value: object, tongue: Tongue | None = None) -> Any:
    """Plain JSON values (dict, list, str, int, bool, None) of a view or any part of it.

    Raises:
        TypeError: a value of a type that views do not hold, such as a binary float.
    """
    if isinstance(value, Finding):
        return _finding(value, tongue)
    if isinstance(value, Mapping):
        return {str(key): as_json(item, tongue) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [as_json(item, tongue) for item in value]
    if not is_dataclass(value):
        return _scalar(value)
    kind: Any = type(value)
    members = {name: as_json(getattr(value, name), tongue) for name in _told(kind)}
    if isinstance(value, Sentence) and tongue is not None:
        members["text"] = tongue.tell(value)
    return members


@cache
def _told(view: type) -> tuple[str, ...]:
    """The members of a dataclass that are told."""
    return tuple(item.name for item in fields(view) if not item.metadata.get("inner"))


def _scalar(value: object) -> str | int | None:
    match value:
        case Enum():
            return str(value.value)
        case None | bool() | int() | str():
            return value
        case Decimal():
            return plain(value)
        case date():
            return value.isoformat()
    raise TypeError(f"not part of a view: {type(value).__name__}")


def _finding(finding: Finding, tongue: Tongue | None) -> dict[str, Any]:
    told = finding.as_dict(tongue.language if tongue else "en")
    if tongue is None:
        told.pop("text", None)
        told.pop("way_out", None)
    return {**told, "values": dict(finding.values)}


def plain(number: Decimal) -> str:
    """A decimal without exponent and without idle zeros: `24150.5`, `0`, `1200`."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def write_json(view: object, tongue: Tongue | None = None) -> bytes:
    """A view as JSON text, UTF-8, two spaces a level, ending in a newline."""
    plain_values = as_json(view, tongue)
    try:
        return orjson.dumps(plain_values, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # a number beyond 64 bits
        return (json.dumps(plain_values, ensure_ascii=False, indent=2) + "\n").encode()
