"""When a subscription is due: the standard's schedule of seconds, minutes, hours, days, months and weekdays, in UTC.

Each field is a list of numbers and ranges, `0,30` or `[9-17]` or `1,[10-12]`; one left out means any. Weekday 1 is
Monday. Day of month and day of week must both fit.

    Schedule.of({"minute": "0,30", "dayOfWeek": "[1-5]"}).following(now)   # next half hour of a working day

Source: EPCIS 2.0, 8.2.5.3 (QuerySchedule), as in 1.2.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from filon.app.desk.exceptions import SubscriptionControlsException

FIELDS: Mapping[str, tuple[int, int]] = {
    "second": (0, 59), "minute": (0, 59), "hour": (0, 23), "dayOfMonth": (1, 31), "month": (1, 12), "dayOfWeek": (1, 7),
}  # fmt: skip
"""{field: least and greatest number}."""
_PART = re.compile(r"(\d{1,2})|\[(\d{1,2})-(\d{1,2})\]")
_DAYS = 366 * 8 + 3
"""Within so many days every schedule that ever comes, comes: 29 February is at most eight years off."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The numbers of each field, sorted."""

    second: tuple[int, ...]
    minute: tuple[int, ...]
    hour: tuple[int, ...]
    dayOfMonth: tuple[int, ...]  # noqa: N815 - the standard's spelling, here and below
    month: tuple[int, ...]
    dayOfWeek: tuple[int, ...]  # noqa: N815

    @classmethod
    def of(cls, told: Any) -> Schedule:
        """The schedule that an object tells.

        Raises:
            SubscriptionControlsException: an unknown or empty field, a number out of range, a date that never comes.
        """
        if not isinstance(told, Mapping) or not told or told.keys() - FIELDS.keys():
            raise SubscriptionControlsException(f"a schedule is an object of {', '.join(FIELDS)}, at least one")
        schedule = cls(**{name: _numbers(name, told.get(name)) for name in FIELDS})
        schedule.following(datetime(2023, 12, 31, tzinfo=UTC))
        return schedule

    def following(self, after: datetime) -> datetime:
        """The first moment of the schedule later than a moment."""
        start = after.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        day, clock = start.date(), start.time()
        for _ in range(_DAYS):
            if self._on(day) and (found := self._at(clock)) is not None:
                return datetime.combine(day, found, UTC)
            day, clock = day + timedelta(days=1), time()
        raise SubscriptionControlsException("the schedule names a date that never comes")

    def _on(self, day: date) -> bool:
        return day.month in self.month and day.day in self.dayOfMonth and day.isoweekday() in self.dayOfWeek

    def _at(self, clock: time) -> time | None:
        """The first time of day at or after the clock."""
        for hour in self.hour[bisect_left(self.hour, clock.hour) :]:
            minute_from = clock.minute if hour == clock.hour else 0
            for minute in self.minute[bisect_left(self.minute, minute_from) :]:
                second_from = clock.second if (hour, minute) == (clock.hour, clock.minute) else 0
                for second in self.second[bisect_left(self.second, second_from) :]:
                    return time(hour, minute, second)
        return None


def _numbers(name: str, told: Any) -> tuple[int, ...]:
    least, greatest = FIELDS[name]
    if told is None:
        return tuple(range(least, greatest + 1))
    numbers: set[int] = set()
    for part in str(told).split(","):
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise SubscriptionControlsException(f"{name} is written 0,30 or [9-17]")
        first, last = int(match.group(1) or match.group(2)), int(match.group(1) or match.group(3))
        if not least <= first <= last <= greatest:
            raise SubscriptionControlsException(f"{name} lies from {least} to {greatest}, the lesser first")
        numbers.update(range(first, last + 1))
    return tuple(sorted(numbers))
