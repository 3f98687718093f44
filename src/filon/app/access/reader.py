"""What a reader sees of a passport: the public part, and what good grants of its organisation add to it.

The one place where audience, grant, scope and time meet; pages, programs and files all ask here.

    reading = seen(passport, reader, grants(desk, reader.organisation.id), now)
    reading.passport          # nothing else may be shown
    reading.beyond            # codes of what a stranger would not have seen: these are recorded
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from filon.app.access.grants import Grant
from filon.app.access.organisations import Kind, Organisation
from filon.passport.passport import Passport, disclosed
from filon.passport.point import Audience


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: a person or a program of an organisation, or a stranger.

    Args:
        who: id of the person or token; empty for a stranger.
        name: as people know them.
        organisation: whose they are; None for a stranger.
    """

    who: str = ""
    name: str = ""
    organisation: Organisation | None = None

    @property
    def operator(self) -> bool:
        """Whether they are the operator's own people."""
        return self.organisation is not None and self.organisation.kind is Kind.OPERATOR


STRANGER = Reader()
OPERATOR = Reader("", "", Organisation("", "", Kind.OPERATOR))
"""Whoever sits at a ledger that has no accounts yet: its owner, on the own machine."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader sees of one passport.

    Args:
        passport: nothing in it that the reader may not see.
        beyond: codes of points with a value that a stranger would not have seen.
        grants: ids of the grants that opened them.
        download: every grant that was needed lets it be taken along.
    """

    passport: Passport
    beyond: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()
    download: bool = True


def seen(passport: Passport, reader: Reader, given: Iterable[Grant], now: datetime) -> Reading:
    """What a reader sees of a passport.

    Args:
        given: grants of the reader's organisation; those that are over or of other batteries open nothing.

    Source: Regulation (EU) 2023/1542, Article 77(2); passport reference, section 3 (masks, not a ladder).
    """
    if reader.operator:
        return Reading(passport)
    public = disclosed(passport, ())
    if reader.organisation is None:
        return Reading(public)
    opened: dict[str, list[Grant]] = {}
    audience = reader.organisation.kind.audience
    theirs = disclosed(passport, {audience} if audience is not Audience.OPERATOR else ())
    for grant in given:
        if grant.organisation == reader.organisation.id and grant.good(now) and grant.covers(passport.identifier):
            for one in theirs.points:
                if one.code not in public and (not grant.points or one.code in grant.points):
                    opened.setdefault(one.code, []).append(grant)
    points = tuple(one for one in theirs.points if one.code in public or one.code in opened)
    beyond = tuple(one.code for one in points if one.code in opened and one.value is not None)
    used = sorted({grant.id for code in beyond for grant in opened[code]})
    taken = all(any(grant.download for grant in opened[code]) for code in beyond)
    return Reading(replace(public, points=points), beyond, tuple(used), taken)
