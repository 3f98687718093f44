"""Times as EPCIS writes them: a date, a time and a zone, none of them optional."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_MIDNIGHT = re.compile(r"(.{11})24:00:00(?:\.0+)?(Z|[+-]\d\d:\d\d)")
_LEAP = re.compile(r"(.{17})60((?:\.\d+)?(?:Z|[+-]\d\d:\d\d))")
_FINE = re.compile(r"\.\d{6}\d*[1-9]")
OFFSET = re.compile(r"[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00")
"""`+01:00`, within 14 hours."""


def moment(text: str) -> datetime:
    """The UTC moment of a dateTime with zone; what is finer than a microsecond is cut.

    `24:00:00` is midnight of the next day. A leap second (`23:59:60`) has no place in our calendar and is refused;
    see `after_leap`.

    Raises:
        ValueError: not such a text.

    Source: RFC 3339, 5.6; W3C XML Schema 1.1 part 2, 3.3.7.
    """
    if _TIME.fullmatch(text) is None:
        raise ValueError("a time is written 2026-11-03T14:00:00+01:00")
    midnight = _MIDNIGHT.fullmatch(text)
    if midnight is not None:
        return _utc(f"{midnight.group(1)}00:00:00{midnight.group(2)}") + timedelta(days=1)
    return _utc(text)


def _utc(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("the calendar ends there") from error


def after_leap(text: str) -> datetime | None:
    """The second after a leap second (`2016-12-31T23:59:60Z`), with the fraction that it had; None for any other text.

    Source: RFC 3339, 5.7: they come at the end of a month, UTC.
    """
    leap = _LEAP.fullmatch(text)
    if leap is None:
        return None
    try:
        time = moment(f"{leap[1]}59{leap[2]}") + timedelta(seconds=1)
    except (ValueError, OverflowError):
        return None
    return time if (time.day, time.hour, time.minute, time.second) == (1, 0, 0, 0) else None


def too_fine(text: str) -> bool:
    """Whether something would be lost below the microsecond."""
    return text[26:27].isdigit() and _FINE.search(text) is not None  # where the seventh decimal would stand


def written(time: datetime) -> str:
    """A UTC moment as `2026-11-03T13:00:00Z`, with as many decimals as it has."""
    text = time.isoformat()
    text = text[:-6] if text.endswith("+00:00") else time.astimezone(UTC).isoformat()[:-6]
    return (text.rstrip("0") if "." in text else text) + "Z"


def rounded(time: datetime) -> datetime:
    """The moment to the millisecond, a half and more up, carried into the second where need be.

    Source: CBV 2.0, 8.9.2: the fourth decimal decides.
    """
    over = time.microsecond % 1000
    return time + timedelta(microseconds=(1000 - over if over >= 500 else -over))  # noqa: PLR2004 - half a millisecond
