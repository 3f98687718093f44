"""All that is wrong with a workbook, told before anything is taken: cell by cell, row by row, file against ledger.

for finding in check(read(data, "nov.xlsx"), today=today):
print(finding.place, finding.text("fr"))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from filon.core.finding import Finding, Place, found
from filon.core.pause import collector_paused
from filon.exchange.workbook import between, plausible
from filon.exchange.workbook.columns import TITLES
from filon.exchange.workbook.facts import Facts
from filon.exchange.workbook.knowledge import Knowledge, Nothing
from filon.exchange.workbook.reading import Reading
from filon.exchange.workbook.resolve import facts

_FILE_LEVEL = frozenset({f"IMP-{number}" for number in range(50, 65)})


def check(
    reading: Reading, knowledge: Knowledge | None = None, *, today: date | None = None, said: Facts | None = None
) -> tuple[Finding, ...]:
    """Every finding of a workbook, in the order of its sheets, rows and columns.

    Args:
        today: days after it are reported; without it none are.
        knowledge: what the ledger can tell; without it the file is checked by itself.
        said: the reading's facts where somebody has them already.

    Returns:
        The findings of the reading and all further ones; an error among them means that nothing may be taken.

    Findings:
        IMP-15: the same bytes were taken before. IMP-42: nothing is filled in. The others in `resolve`, `plausible`,
        `between`.
    """
    with collector_paused():
        return _checked(reading, said or facts(reading), knowledge or Nothing(), today)


def _checked(reading: Reading, said: Facts, ledger: Knowledge, today: date | None) -> tuple[Finding, ...]:
    findings = [
        *reading.findings,
        *(_with_proposal(finding, ledger) for finding in said.findings),
        *_whole(reading, ledger),
        *plausible.rows(reading),
        *plausible.forms(reading, said),
        *between.doubles(reading, said),
        *between.times(reading, said, today),
        *between.amounts(reading, said, ledger),
        *between.lineage(reading, said, ledger),
    ]
    return tuple(sorted(dict.fromkeys(findings), key=_order(reading)))


def _whole(reading: Reading, ledger: Knowledge) -> list[Finding]:
    place = Place(file=reading.name)
    before = ledger.deposited(reading.sha256)
    told = [found("IMP-15", place, date=before.isoformat())] if before else []
    filled = any(reading.rows(sheet) for sheet in TITLES if sheet != "lists")
    if not filled and not any(finding.code in _FILE_LEVEL for finding in reading.findings):
        told.append(found("IMP-42", place))
    return told


def _with_proposal(finding: Finding, ledger: Knowledge) -> Finding:
    """An unknown lot number with the identifier the ledger has for it, if there is just one."""
    if finding.code != "IMP-11" or "proposal" in finding.values:
        return finding
    lots = ledger.lots_numbered(finding.found)
    return replace(finding, values={**finding.values, "proposal": lots[0]}) if len(lots) == 1 else finding


def _order(reading: Reading) -> Callable[[Finding], tuple[int, int, int, str]]:
    sheets = {sheet.title: index for index, sheet in enumerate(reading.sheets)}
    columns = {key: index for sheet in reading.sheets for key, index in sheet.columns.items()}

    def rank(finding: Finding) -> tuple[int, int, int, str]:
        place = finding.place
        return sheets.get(place.sheet, -1), place.row or 0, columns.get(place.column, -1), finding.code

    return rank
