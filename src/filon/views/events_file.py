"""A lot's events as a file for somebody else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventsFile:
    """The file.

    Args:
        events: how many it tells.
        left: identifiers of events that the workbook has no row for; none in EPCIS.
    """

    name: str
    data: bytes
    media_type: str
    events: int
    left: tuple[str, ...] = ()
