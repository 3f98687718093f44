"""Moments in credentials: a date, a time and a zone, all three.

Source: W3C VC Data Model 2.0, 4.9 and 4.15 (dateTimeStamp of XML Schema 1.1, 3.4.28).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_MICRO = re.compile(r"(\.\d{6})\d+")


def stamp(moment: datetime) -> str:
    """The moment as `2026-11-22T12:00:00Z`."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def is_stamp(value: object) -> bool:
    """Whether the value is a moment with its zone."""
    try:
        moment(value)
    except ValueError:
        return False
    return True


def moment(value: object) -> datetime:
    """The moment of a dateTimeStamp.

    Raises:
        ValueError: no such text.
    """
    if not isinstance(value, str) or not _STAMP.fullmatch(value):
        raise ValueError(f"{value!r} is no dateTimeStamp")
    return datetime.fromisoformat(_MICRO.sub(r"\1", value)).astimezone(UTC)


def stamp_day(day: date) -> str:
    """The beginning of a day as `2026-11-22T00:00:00Z`."""
    return f"{day.isoformat()}T00:00:00Z"
