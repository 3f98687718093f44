"""Check and capture: what a file says and what is wrong with it; then take it, wholly or not at all.

An error refuses a file. A warning must be accepted by its code, by whoever hands the file in; which ones were accepted
is kept in the log entry. A file whose events are all known already changes nothing. Several files captured together
are a set: one that needs another waits for it, so their order does not matter.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import chain
from pathlib import Path

from filon.app.intake import MEDIA_TYPES, epcis_document, is_workbook, media_type
from filon.app.knowledge import StoreKnowledge
from filon.app.ledger import Ledger
from filon.app.records import Made, Records, is_master, master_records, records, said
from filon.books.movement import Said
from filon.books.post import post
from filon.core.errors import NotFoundError, TooLargeError, WrongCallError
from filon.core.finding import Finding, Level, Place, found
from filon.core.pause import collector_paused
from filon.epcis.document import Document, Heading
from filon.exchange import activity, workbook
from filon.exchange.workbook.resolve import facts
from filon.log.store import Deposit, Record
from filon.passport.life import deeds
from filon.passport.statement import statements

Progress = Callable[[str, int, int], None]
"""(what is being done, done, total)."""

ALL_WARNINGS = frozenset({"all"})
"""Accept every warning; the codes that were found are kept in the log entry."""


CSV = MEDIA_TYPES["csv"]


class State(StrEnum):
    """What became of a file: taken into the log, known already, or refused."""

    TAKEN = "taken"
    KNOWN = "known"
    REFUSED = "refused"
    CHECKED = "checked"


@dataclass(frozen=True, slots=True)
class File:
    """Bytes that somebody hands in, with the name they came under."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Outcome:
    """What was found in a file and what became of it.

    Args:
        entry: index of its log entry, None if it made none.
        events, new_events: how many events it says, and how many of them nobody had said before.
        findings: gravest first.
        foreign: the file is of another trade: it says nothing of any form or assay, nor do its neighbours in the
            ledger; its warnings are told and kept, and refuse nothing.
    """

    name: str
    state: State
    entry: int | None
    events: int
    new_events: int
    findings: tuple[Finding, ...]
    media_type: str = ""
    rows: int = 0
    foreign: bool = False

    @property
    def refusable(self) -> bool:
        """Whether something must be mended, or accepted by name, before the file can be taken."""
        return bool(self.errors or (self.warnings and not self.foreign))

    @property
    def errors(self) -> int:
        """How many findings forbid taking the file."""
        return sum(1 for one in self.findings if one.level is Level.ERROR)

    @property
    def warnings(self) -> int:
        """How many findings must be accepted by name."""
        return sum(1 for one in self.findings if one.level is Level.WARNING)


@dataclass(frozen=True)
class Examined:
    """A file read and checked, not yet taken.

    Args:
        events: how many it says.
        records: those of its events first, in their order; none where an error forbids taking it.
    """

    file: File
    kind: str
    events: int
    findings: tuple[Finding, ...]
    records: Records | Made
    rows: int
    foreign: bool = False

    def new(self, known: set[bytes]) -> int:
        """How many of its events nobody had said before."""
        return len(set(self.records.keys[: self.events]) - known)


_LEFT_BESIDE = (".", "~$")


def read_files(paths: Iterable[Path], *, limit_mb: int) -> list[File]:
    """The files at the paths; a folder stands for the files in it, sorted by name.

    What office programs and systems leave beside a file while it is open (`~$nov.xlsx`, `.~lock.nov.xlsx#`,
    `.DS_Store`) is nobody's delivery: a folder does not stand for it. Named by itself it is read like any other.

    Raises:
        NotFoundError: a path that is not there.
        TooLargeError: a file above the limit.
        WrongCallError: a pipe, a socket or a device.
    """
    files: list[File] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith(_LEFT_BESIDE))
            files += read_files(inside, limit_mb=limit_mb)
        elif not path.exists():
            raise NotFoundError(f"no such file: {path}")
        elif not path.is_file():  # reading a pipe may wait for ever
            raise WrongCallError(f"{path} is no file; a pipe or a device is not read")
        elif path.stat().st_size > limit_mb * 1024 * 1024:
            raise TooLargeError(f"{path.name} is larger than {limit_mb} MB; send it in parts")
        else:
            files.append(File(path.name, path.read_bytes()))
    return bundled(files)


def bundled(files: Sequence[File]) -> list[File]:
    """CSV sheets that belong to one workbook (`nov-lots.csv`, `nov-mix.csv`) become one deposit: a zip of them."""
    groups: dict[str, list[File]] = {}
    for file in files:
        if media_type(file.data, file.name) == CSV:
            groups.setdefault(_SHEET_WORD.sub("", file.name.lower()), []).append(file)
    zipped = {group[0].name: _zip(group) for group in groups.values() if len(group) > 1}
    inside = {file.name for group in groups.values() if len(group) > 1 for file in group[1:]}
    return [zipped.get(file.name, file) for file in files if file.name not in inside]


_SHEET_WORD = re.compile(r"(?:^|[-_. ])(?:lots|mix|ship|recv|lists)(?=[-_. ])")


def _zip(files: Sequence[File]) -> File:
    """The files as they are, uncompressed, in one zip whose bytes depend on nothing else."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(files, key=lambda one: one.name):
            archive.writestr(zipfile.ZipInfo(file.name), file.data)
    stem = _SHEET_WORD.sub("", files[0].name).removesuffix(".csv").strip("-_. ") or "sheets"
    return File(f"{stem}.zip", out.getvalue())


def examine(ledger: Ledger, file: File, *, today: date) -> Examined:
    """Read a file and find everything that is wrong with it, without taking anything."""
    kind = media_type(file.data, file.name)
    return _workbook(ledger, file, kind, today) if is_workbook(kind) else _document(ledger, file, kind)


def _workbook(ledger: Ledger, file: File, kind: str, today: date) -> Examined:
    reading = workbook.read(file.data, file.name)
    known = facts(reading)
    energy = activity.inside(file.data, file.name)
    findings = [
        *workbook.check(reading, today=today, knowledge=StoreKnowledge(ledger), said=known),
        *energy.findings,
    ]
    rows = sum(len(sheet.rows) for sheet in reading.sheets)
    made, events = Made(), 0
    if not any(one.level is Level.ERROR for one in findings):
        about = Document(workbook.heading(known), name=file.name)
        made = Made.of(chain(workbook.told(reading, known), energy.events), about)
        events = len(made) - len(master_records(about))
    return Examined(file, kind, events, tuple(gravest_first(findings)), made, rows)


def _document(ledger: Ledger, file: File, kind: str) -> Examined:
    document = epcis_document(file.data, file.name, kind)
    findings, foreign = list(document.findings), False
    sound = not any(one.level is Level.ERROR for one in findings)
    made = records(document if sound else Document(Heading(), name=file.name))
    if made:
        consequent, foreign = consequences(ledger, document, made)
        findings += consequent
    return Examined(file, kind, len(document.events), tuple(gravest_first(findings)), made, 0, foreign)


def consequences(ledger: Ledger, document: Document, made: Sequence[Record]) -> tuple[list[Finding], bool]:
    """What the books would find about these events: overdrawn lots, surpluses, receipts that do not match.

    Only direct neighbours are looked at: the other events of the lots that these events name.

    Args:
        made: the document's records, its events first and in their order.

    Returns:
        (findings, whether the document is foreign: neither it nor its neighbours say any form or assay).
    """
    lots = {identifier for record in made for role, identifier in record.marks if role in _MATTER}
    mine = [Said(event, record.key.hex(), -1) for event, record in zip(document.events, made, strict=False)]
    keys = {one.key for one in mine}
    others = [said(one) for one in ledger.store.touching(lots) if not is_master(one.body) and one.key.hex() not in keys]
    neighbours = {lot for one in others for lot in _named(one)}
    book = post([*mine, *others], ledger.register_with(made), frozenset(lots | neighbours) if others else None)
    own = {one.place.event: one.event.place for one in mine}
    findings = [
        replace(one, place=Place(file=document.name, event=one.place.event, pointer=own[one.place.event]))
        for one in (*passport_findings(mine), *book.findings)
        if one.place.event in own
    ]
    return findings, not any(told.form_text or told.assays for told in book.declared.values())


def passport_findings(mine: Sequence[Said]) -> list[Finding]:
    """What is wrong with the statements and deeds of passports among these events.

    Findings:
        PAS-001 to PAS-005, PAS-010.
    """
    said = [one for one in mine if one.event.own("points")]
    done = [one for one in mine if one.event.own("life")]
    return [*(statements(said)[1] if said else ()), *(deeds(done)[1] if done else ())]


_MATTER = frozenset({"quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList", "epcList",
                     "childEPCs", "inputEPCList", "outputEPCList", "parentID"})  # fmt: skip


def _named(one: Said) -> list[str]:
    event = one.event
    made = event.outputQuantityList if event.type == "TransformationEvent" else event.quantityList
    return [item.epcClass for item in made]


def check(ledger: Ledger, files: Sequence[File], *, today: date, progress: Progress | None = None) -> list[Outcome]:
    """What is wrong with each file, and how much of it is new; nothing is taken."""
    outcomes = []
    for index, file in enumerate(files):
        _tell(progress, file.name, index, len(files))
        with collector_paused():
            seen = examine(ledger, file, today=today)
            outcomes.append(_outcome(seen, State.CHECKED, None, seen.new(ledger.store.known(seen.records.when))))
    _tell(progress, "", len(files), len(files))
    return outcomes


def capture(
    ledger: Ledger,
    files: Sequence[File],
    *,
    now: Callable[[], datetime],
    submitter: str = "",
    accept: frozenset[str] = frozenset(),
    progress: Progress | None = None,
) -> list[Outcome]:
    """Take files into the log, each wholly or not at all, in an order in which each finds what it needs.

    Args:
        accept: codes of warnings that whoever hands in accepts, or `ALL_WARNINGS`.
        now: the clock.

    Returns:
        One outcome a file, in the order given.
    """
    outcomes: dict[int, Outcome] = {}
    waiting = list(range(len(files)))
    moved = True
    while waiting and moved:
        moved = False
        for index in list(waiting):
            _tell(progress, files[index].name, len(files) - len(waiting), len(files))
            with collector_paused():
                outcomes[index] = take(ledger, files[index], now=now, submitter=submitter, accept=accept)
            if outcomes[index].state is not State.REFUSED:
                waiting.remove(index)
                moved = True
            elif not _may_come_later(outcomes[index]):
                waiting.remove(index)
    _tell(progress, "", len(files), len(files))
    return [outcomes[index] for index in range(len(files))]


def take(ledger: Ledger, file: File, *, now: Callable[[], datetime], submitter: str, accept: frozenset[str]) -> Outcome:
    """Take one file into the log if nothing forbids it."""
    seen = examine(ledger, file, today=now().astimezone(UTC).date())
    known = ledger.store.known(seen.records.when)
    if seen.records and known.issuperset(seen.records.keys):
        return _outcome(seen, State.KNOWN, None, 0)
    codes = {one.code for one in seen.findings if one.level is Level.WARNING}
    refused = any(one.level is Level.ERROR for one in seen.findings)
    if refused or not (seen.foreign or codes <= accept or accept == ALL_WARNINGS):
        return _outcome(seen, State.REFUSED, None, seen.new(known))
    if not seen.records:  # an empty event list, a call of the query interface: valid, and nothing changes
        nothing = found("EPC-232", Place(file=file.name))
        return _outcome(replace(seen, findings=(*seen.findings, nothing)), State.KNOWN, None, 0)
    deposit = Deposit(file.data, seen.kind, file.name, submitter, tuple(sorted(codes)))
    entry = ledger.store.append_new(deposit, seen.records, keys=seen.records.when, now=now())
    if entry is None:  # somebody handed the same in while we read it
        return _outcome(seen, State.KNOWN, None, 0)
    return _outcome(seen, State.TAKEN, entry.index, seen.new(known))


def _may_come_later(outcome: Outcome) -> bool:
    """Whether what is wrong with the file can be mended by another file of the set."""
    return all(one.code in _WAITS for one in outcome.findings if one.level is not Level.NOTE)


_WAITS = frozenset({"IMP-10", "IMP-11", "IMP-12", "IMP-14", "BOK-010", "BOK-011", "BOK-012", "BOK-013", "BOK-016"})
"""What is wrong only because another file has not come yet: a lot made, received or shipped elsewhere."""


def _outcome(seen: Examined, state: State, entry: int | None, new: int) -> Outcome:
    return Outcome(seen.file.name, state, entry, seen.events, new, seen.findings, seen.kind, seen.rows, seen.foreign)


def gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    """Errors, then warnings, then notes; within a level in the order found."""
    order = {level: rank for rank, level in enumerate(Level)}
    return sorted(findings, key=lambda one: order[one.level])


def _tell(progress: Progress | None, what: str, done: int, total: int) -> None:
    if progress is not None:
        progress(what, done, total)
