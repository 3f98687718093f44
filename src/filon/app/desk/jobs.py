"""Capture jobs: what somebody posts is kept at once, read in turn, and taken into the log by the standard's manners.

`rollback`: one error and nothing is taken. `proceed`: events with errors are left out, the rest is taken. Warnings of
ours never stop a capture by REST; they are listed in the job and their codes stand in the log entry. A job that was
running when the power went is done again at the next start; what it had taken already is then known, not taken twice.

Source: EPCIS 2.0, 8.2.5 and 12.3 (capture interface, capture job).
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from filon.app.capture import consequences
from filon.app.desk import posted
from filon.app.desk.exceptions import ImplementationException, NoSuchResourceException
from filon.app.desk.file import Desk, Row
from filon.app.desk.tokens import Token
from filon.app.ledger import Ledger
from filon.core.errors import FilonError
from filon.core.finding import Finding, Level
from filon.epcis.quick import Parted
from filon.log.leaf import micros, moment
from filon.log.store import Deposit

_log = logging.getLogger(__name__)
LISTED = 1_000
"""So many errors and warnings a job lists."""
CHECKED = 200
"""Up to so many events a job lists what the books would say of them; of more the pages tell it."""
BEHAVIOURS = ("rollback", "proceed")


@dataclass(frozen=True, slots=True)
class Job:
    """A capture job.

    Args:
        number: in the order posted.
        token: id of the token it came with.
        success: no error so far.
        entry: index of the log entry it made.
        errors: as problem objects.
        warnings: findings that were accepted, as told to people.
        events, taken: how many the document says, how many of them nobody had said before.
    """

    id: str
    number: int
    token: str
    behaviour: str
    created: datetime
    finished: datetime | None
    success: bool
    entry: int | None
    errors: Sequence[Mapping[str, Any]] = ()
    warnings: Sequence[Mapping[str, Any]] = ()
    events: int = 0
    taken: int = 0
    media_type: str = ""
    progress: int = field(default=0, compare=False)

    @property
    def running(self) -> bool:
        """Whether it is still to be finished."""
        return self.finished is None


def post(desk: Desk, data: bytes, media_type: str, token: Token, behaviour: str, *, now: datetime) -> Job:
    """Keep a document to be captured; durable on return."""
    job_id = str(uuid.uuid4())
    desk.change(
        "INSERT INTO job (id, token, submitter, behaviour, media_type, created, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (job_id, token.id, token.name, behaviour, media_type, micros(now), data),
    )
    return one(desk, job_id)


def one(desk: Desk, job_id: str, *, token: str | None = None) -> Job:
    """A job; with `token`, only if it came with that one.

    Raises:
        NoSuchResourceException: there is none, or it is somebody else's.
    """
    row = desk.row(f"SELECT {_COLUMNS} FROM job WHERE id = ?", (job_id,))  # noqa: S608
    if row is None or token not in (None, row[2]):
        raise NoSuchResourceException(f"there is no capture job {job_id}")
    return _job(row)


def some(desk: Desk, per_page: int, *, before: int | None = None, token: str | None = None) -> list[Job]:
    """Jobs, newest first; with `token`, only those that came with it."""
    rows = desk.rows(
        f"""SELECT {_COLUMNS} FROM job WHERE number < ? AND (CAST(? AS TEXT) IS NULL OR token = ?)
        ORDER BY number DESC LIMIT ?""",  # noqa: S608
        (1 << 62 if before is None else before, token, token, per_page),
    )
    return [_job(row) for row in rows]


def unfinished(desk: Desk) -> list[str]:
    """Ids of the jobs to be done, in the order posted."""
    return [job_id for (job_id,) in desk.rows("SELECT id FROM job WHERE finished IS NULL ORDER BY number")]


def run(
    desk: Desk,
    ledger: Ledger,
    job_id: str,
    *,
    now: Callable[[], datetime],
    progress: Callable[[int], None] = lambda _: None,
) -> Job:
    """Do a job to its end; one that is finished already stays as it is."""
    row = desk.row("SELECT body, submitter, behaviour, media_type, finished FROM job WHERE id = ?", (job_id,))
    if row is None or row[4] is not None:
        return one(desk, job_id)
    body, submitter, behaviour, media_type, _ = row
    done = _tried(ledger, job_id, body, submitter, behaviour, media_type, now, progress)
    desk.change(
        """UPDATE job SET finished = ?, success = ?, entry = ?, errors = ?, findings = ?, events = ?, taken = ?,
           body = NULL WHERE id = ? AND finished IS NULL""",
        (micros(now()), *done.columns, job_id),
    )
    return one(desk, job_id)


def at_once(  # noqa: PLR0917 - as `post`, and the ledger
    desk: Desk,
    ledger: Ledger,
    data: bytes,
    media_type: str,
    token: Token,
    behaviour: str,
    *,
    now: Callable[[], datetime],
    parts: Parted | None = None,
) -> Job:
    """Capture a document now and keep only what became of it; both durable on return.

    Args:
        parts: the document parted from its events, if somebody has it already.

    If the power goes between the two, nobody was answered, and what is posted again is known, not taken twice.
    """
    job_id, created = str(uuid.uuid4()), micros(now())
    done = _tried(ledger, job_id, data, token.name, behaviour, media_type, now, lambda _: None, parts)
    desk.change(
        """INSERT INTO job (id, token, submitter, behaviour, media_type, created, finished, success, entry, errors,
           findings, events, taken) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (job_id, token.id, token.name, behaviour, media_type, created, micros(now()), *done.columns),
    )
    return one(desk, job_id)


def _tried(  # noqa: PLR0917 - the columns of a job
    ledger: Ledger,
    job_id: str,
    body: bytes,
    submitter: str,
    behaviour: str,
    media_type: str,
    now: Callable[[], datetime],
    progress: Callable[[int], None],
    parts: Parted | None = None,
) -> _Done:
    try:
        return _capture(ledger, job_id, body, submitter, behaviour, media_type, now, progress, parts)
    except FilonError as error:  # the disk is full, another writer sits in the log: nothing was taken
        return _Done(success=False, errors=[ImplementationException(error.detail).problem()])
    except Exception:  # noqa: BLE001 - a job that stumbles must not stumble again at every start
        _log.exception("unforeseen error in capture job %s", job_id)
        told = ImplementationException("the log of the server has the details")
        return _Done(success=False, errors=[told.problem()])


@dataclass(frozen=True, slots=True)
class _Done:
    success: bool
    errors: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    entry: int | None = None
    events: int = 0
    taken: int = 0

    @property
    def columns(self) -> tuple[Any, ...]:
        """success, entry, errors, findings, events, taken, as the desk keeps them."""
        told = json.dumps(self.errors), json.dumps(self.warnings)
        return self.success, self.entry, *told, self.events, self.taken


def _capture(  # noqa: PLR0917 - the columns of a job
    ledger: Ledger,
    job_id: str,
    body: bytes,
    submitter: str,
    behaviour: str,
    media_type: str,
    now: Callable[[], datetime],
    progress: Callable[[int], None],
    parts: Parted | None,
) -> _Done:
    name = f"capture-{job_id}.{'xml' if 'xml' in media_type else 'jsonld'}"
    said = posted.read(body, media_type, name, progress, parts)
    errors, events = said.errors, len(said.records)
    failed = _Done(success=False, errors=problems(errors), warnings=told(said.milder), events=events)
    if errors and (behaviour == "rollback" or said.spoilt):
        return failed
    if not events and not said.about.master:
        return failed if errors else _Done(success=True)
    return _take(ledger, said.sound(), Deposit(body, media_type, name, submitter), now, events)


def _take(ledger: Ledger, said: posted.Posted, deposit: Deposit, now: Callable[[], datetime], events: int) -> _Done:
    made = [*said.records, *said.master]
    errors, findings = said.errors, said.milder
    said_at = {one.key: one.occurred for one in made}
    known = ledger.store.known(said_at)
    fresh = {key: occurred for key, occurred in said_at.items() if key not in known}
    if fresh and len(said.records) <= CHECKED:
        findings += consequences(ledger, said.document(), made)[0]
    done = _Done(not errors, problems(errors), told(findings), None, events, 0)
    if not fresh:
        return done
    accepted = {one.code for one in findings if one.level is Level.WARNING} | {one.code for one in errors}
    deposit = replace(deposit, accepted=tuple(sorted(accepted)))
    entry = ledger.store.append_new(deposit, made, keys=fresh, now=now())
    if entry is None:  # somebody captured the same meanwhile
        return done
    return replace(done, entry=entry.index, taken=len(fresh.keys() & {one.key for one in said.records}))


def problems(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Findings as the standard's problem objects, with code and way out."""
    return [_problem(finding) for finding in findings[:LISTED]]


def _problem(finding: Finding) -> dict[str, Any]:
    told = {
        "type": "epcisException:ValidationException",
        "title": finding.text(),
        "status": 400,
        "detail": "; ".join(
            part
            for part in (
                f"expected {finding.expected}" if finding.expected else "",
                f"found {finding.found}" if finding.found else "",
                finding.way_out(),
            )
            if part
        ),
        "instance": finding.place.pointer,
        "filon:code": finding.code,
        "filon:clause": finding.rule.clause,
    }
    return {name: value for name, value in told.items() if value != ""}


def told(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Warnings and notes as JSON members."""
    return [one.as_dict() for one in findings if one.level is not Level.ERROR][:LISTED]


_COLUMNS = (
    "id, number, token, behaviour, created, finished, success, entry, errors, findings, events, taken, media_type"
)


def _job(row: Row) -> Job:
    job_id, number, token, behaviour, created, finished, success, entry, errors, findings, events, taken, kind = row
    return Job(
        job_id,
        number,
        token,
        behaviour,
        moment(created),
        None if finished is None else moment(finished),
        bool(success),
        entry,
        json.loads(errors),
        json.loads(findings),
        events,
        taken,
        kind,
    )
