"""Book and claim: instruments carry a right to claim without the goods; issued, handed over, retired once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from filon.accounts.custody.claims import Told
from filon.accounts.custody.facts import Record
from filon.core.finding import Finding, found
from filon.core.ident import short


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument.

    Args:
        mg: of the element that it lets somebody claim.
        holder: site or party that has it.
        retired: lot for which it was used up; empty while it can be.
    """

    number: str
    element: str
    characteristic: str
    mg: int
    holder: str
    retired: str = ""


def instruments(told: Told) -> list[Instrument]:
    """Every instrument as it stands, in the order of issue."""
    return _run(told)[0]


def instrument_findings(told: Told) -> list[Finding]:
    """What was done with instruments that cannot be.

    Findings:
        CUS-020: issued twice, retired twice, or handed over after it was retired; the first counts.
        CUS-021: nobody issued it.
    """
    return _run(told)[1]


def _run(told: Told) -> tuple[list[Instrument], list[Finding]]:
    known: dict[str, Instrument] = {}
    findings: list[Finding] = []
    kinds = (Record.ISSUE, Record.HANDOVER, Record.RETIREMENT)
    for one in sorted(told.of_kind(*kinds), key=lambda one: (one.day, kinds.index(one.record), one.entry)):
        mine = known.get(one.number)
        if one.record is Record.ISSUE and mine is None:
            known[one.number] = Instrument(one.number, one.element, one.characteristic, one.mg or 0, one.site)
        elif mine is None:
            findings.append(found("CUS-021", one.place, number=one.number))
        elif mine.retired or one.record is Record.ISSUE:
            lot = short(mine.retired) or "–"
            findings.append(found("CUS-020", one.place, number=one.number, lot=lot, record=one.record.value))
        elif one.record is Record.HANDOVER:
            known[one.number] = replace(mine, holder=one.to)
        else:
            known[one.number] = replace(mine, retired=one.lot)
    return list(known.values()), findings
