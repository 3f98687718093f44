"""JSON as it is handed on: decimals as JSON numbers, digit by digit, so that nothing passes through a binary float."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson


def as_json(document: object, *, indent: bool = False) -> bytes:
    """The bytes of a document with Decimals in it."""
    return orjson.dumps(document, default=_other, option=orjson.OPT_INDENT_2 if indent else None)


def _other(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)
