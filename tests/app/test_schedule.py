"""Schedules of subscriptions: worked by hand, against a slow literal reading, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filon.app.desk.exceptions import SubscriptionControlsException
from filon.app.desk.schedule import FIELDS, Schedule

SUNDAY = datetime(2026, 11, 22, 12, 0, 7, tzinfo=UTC)  # 22 November 2026 is a Sunday


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"second": "0"}, datetime(2026, 11, 22, 12, 1, tzinfo=UTC)),
        ({"second": "7"}, datetime(2026, 11, 22, 12, 1, 7, tzinfo=UTC)),  # later, never the same moment
        ({"second": "8"}, datetime(2026, 11, 22, 12, 0, 8, tzinfo=UTC)),
        ({"second": "0", "minute": "0,30"}, datetime(2026, 11, 22, 12, 30, tzinfo=UTC)),
        ({"second": "0", "minute": "0", "hour": "[0-11]"}, datetime(2026, 11, 23, tzinfo=UTC)),
        (
            {"second": "0", "minute": "0", "hour": "8", "dayOfWeek": "1"},
            datetime(2026, 11, 23, 8, tzinfo=UTC),
        ),  # Monday
        (
            {"second": "0", "minute": "0", "hour": "8", "dayOfWeek": "7"},
            datetime(2026, 11, 29, 8, tzinfo=UTC),
        ),  # Sunday
        ({"second": "0", "minute": "0", "hour": "0", "dayOfMonth": "31"}, datetime(2026, 12, 31, tzinfo=UTC)),
        # 29 February 2028 is the next one; it is a Tuesday. One on a Monday comes in 2044.
        (
            {"second": "0", "minute": "0", "hour": "0", "dayOfMonth": "29", "month": "2"},
            datetime(2028, 2, 29, tzinfo=UTC),
        ),
        ({"second": "1,[3-5],59", "minute": "0"}, datetime(2026, 11, 22, 12, 0, 59, tzinfo=UTC)),
    ],
)
def test_the_next_run(told, expected):
    assert Schedule.of(told).following(SUNDAY) == expected


@pytest.mark.parametrize(
    "told",
    [
        {}, None, [], "0", {"second": "60"}, {"hour": "24"}, {"dayOfMonth": "0"}, {"month": "13"}, {"dayOfWeek": "0"},
        {"dayOfWeek": "8"}, {"minute": "[5-3]"}, {"minute": "0/30"}, {"minute": "*"}, {"minute": ""}, {"minute": "1,"},
        {"year": "2026"}, {"second": "-1"}, {"second": "٣٤٥"}, {"dayOfMonth": "31", "month": "2"},
        {"dayOfMonth": "30", "month": "2"},
    ],
)  # fmt: skip
def test_a_wrong_schedule_is_refused(told):
    with pytest.raises(SubscriptionControlsException):
        Schedule.of(told)


parts = {
    name: st.lists(st.integers(low, high), min_size=1, max_size=3, unique=True) for name, (low, high) in FIELDS.items()
}
few = {name: parts[name] for name in ("second", "minute", "hour", "dayOfWeek")}


@given(st.fixed_dictionaries({}, optional=few), st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)))  # noqa: DTZ001
def test_the_next_run_is_the_first_second_that_fits(chosen, moment):
    """The oracle: second by second, at most a week; skip what the literal walk cannot reach in a few hours."""
    if not chosen:
        return
    chosen = {**chosen, "hour": [*chosen.get("hour", [moment.hour]), (moment.hour + 1) % 24]}
    schedule = Schedule.of({name: ",".join(map(str, numbers)) for name, numbers in chosen.items()})
    moment = moment.replace(tzinfo=UTC)
    found = schedule.following(moment)
    assert found > moment
    assert found.microsecond == 0
    at = moment.replace(microsecond=0) + timedelta(seconds=1)
    for _ in range(8000):
        fits = all(
            number in chosen.get(name, [number])
            for name, number in {
                "second": at.second, "minute": at.minute, "hour": at.hour, "dayOfWeek": at.isoweekday(),
            }.items()
        )  # fmt: skip
        if fits:
            assert found == at
            return
        at += timedelta(seconds=1)
    assert found >= at
