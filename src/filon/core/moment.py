"""Moments: when it happened, when we learned it; a date is a day, not midnight."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias

from filon.core.remember import remembered

Known: TypeAlias = int | datetime
"""How far knowledge goes: so many log entries, or what the log held at a moment."""

_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")


def instant(text: str) -> datetime:
    """The aware UTC moment of an ISO 8601 dateTime with zone.

    Raises:
        ValueError: not such a text, or without zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone")
    return moment.astimezone(UTC)


@remembered(256)
def offset(text: str) -> timedelta:
    """`+01:00` as a timedelta.

    Raises:
        ValueError: not `[+-]hh:mm` within 14 hours.
    """
    match = _OFFSET.fullmatch(text)
    if match is None:
        raise ValueError("a zone is written +01:00")
    sign, hours, minutes = match.groups()
    span = timedelta(hours=int(hours), minutes=int(minutes))
    if span > timedelta(hours=14) or int(minutes) > 59:  # noqa: PLR2004 - minutes in an hour
        raise ValueError("a zone lies within 14 hours")
    return -span if sign == "-" else span


def day(moment: datetime, zone: str) -> tuple[datetime, datetime]:
    """First and last microsecond (UTC) of the local day that the moment falls in."""
    shift = offset(zone)
    start = datetime.combine(local_day(moment, zone), time(), UTC) - shift
    return start, start + timedelta(days=1, microseconds=-1)


def local_day(moment: datetime, zone: str) -> date:
    """The calendar day that the moment falls in where the zone holds."""
    return (moment + offset(zone)).date()


def day_text(moment: datetime, zone: str = "+00:00") -> str:
    """The local calendar day as `2026-11-03`."""
    return local_day(moment, zone).isoformat()


def known(text: str) -> Known:
    """How far knowledge is to go, as people write it.

    `7` is seven log entries, `2026-09-30` all that was learned until the end of that day (UTC), `2026-09-30T12:00Z`
    until that moment.

    Raises:
        ValueError: none of these.
    """
    if text.isdecimal() and len(text) < len("20260930"):
        return int(text)
    if len(text) == len("2026-09-30"):
        return datetime.combine(date.fromisoformat(text), time.max, UTC)
    try:
        return instant(text)
    except ValueError as error:
        raise ValueError(
            f"{text!r} is no date (2026-09-30), moment (2026-09-30T12:00Z) or number of entries"
        ) from error
