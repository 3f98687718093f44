"""What a reader sees of a passport: the public part, and what good grants of its organisation add to it.

The one place where audience, grant, scope and time meet; pages, programs and files all ask here.

    reading = seen(passport, reader, openings(desk, reader.organisation, now=now))
    reading.passport          # nothing else may be shown
    reading.beyond            # codes of what a stranger would not have seen: these are recorded
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from filon.app.access.delegations import Opening
from filon.app.access.organisations import Kind, Organisation
from filon.passport.passport import Passport, disclosed


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
        behalf: ids of the organisations that the reader acts for.
        download: every grant that was needed lets it be taken along.
    """

    passport: Passport
    beyond: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()
    behalf: tuple[str, ...] = ()
    download: bool = True


def seen(passport: Passport, reader: Reader, given: Iterable[Opening]) -> Reading:
    """What a reader sees of a passport.

    Args:
        given: what opens restricted points to the reader's organisation now; those of other batteries open nothing.

    Source: Regulation (EU) 2023/1542, Article 77(2); passport reference, section 3 (masks, not a ladder).
    """
    if reader.operator:
        return Reading(passport)
    public = disclosed(passport, ())
    if reader.organisation is None:
        return Reading(public)
    opened: dict[str, list[Opening]] = {}
    for one in given:
        if one.covers(passport.identifier):
            for point in disclosed(passport, {one.audience}).points:
                if point.code not in public and one.shows(point.code):
                    opened.setdefault(point.code, []).append(one)
    points = tuple(point for point in passport.points if point.code in public or point.code in opened)
    beyond = tuple(point.code for point in points if point.code in opened and point.value is not None)
    used = {one for code in beyond for one in opened[code]}
    return Reading(
        replace(public, points=points),
        beyond,
        tuple(sorted({one.id for one in used})),
        tuple(sorted({one.behalf for one in used if one.behalf})),
        all(any(one.download for one in opened[code]) for code in beyond),
    )
