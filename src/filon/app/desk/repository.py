"""The repository that partners' programs talk to: the ledger, the desk's file, the limits, and who does the work.

repository = Repository(ledger)
repository.start()                # jobs that a power cut left unfinished, subscriptions that are due
...
repository.close()
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

from filon.app.desk import jobs
from filon.app.desk.answers import Answers, Position
from filon.app.desk.cards import Cards
from filon.app.desk.exceptions import QueryParameterException
from filon.app.desk.file import Desk, beside
from filon.app.desk.jobs import Job
from filon.app.desk.tokens import Token
from filon.app.ledger import Ledger
from filon.log.leaf import micros, moment

PAGE_LIFE = timedelta(days=1)
"""So long a page token is good."""
_MAC = 16


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one call may hold.

    Args:
        capture_bytes, capture_events: of one captured document.
        per_page: events of a page when nothing is asked, and at most.
    """

    capture_bytes: int = 64 * 1024 * 1024
    capture_events: int = 50_000
    per_page: int = 30
    most_per_page: int = 1_000


class Repository:
    """One ledger with its desk.

    Args:
        desk: the desk's file; None = beside the ledger.
        now: the clock.
        hosts: hosts besides the public internet that webhooks may go to, `name:port`.
    """

    def __init__(
        self,
        ledger: Ledger,
        desk: Desk | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        bounds: Bounds = Bounds(),
        hosts: frozenset[str] = frozenset(),
    ) -> None:
        self.ledger = ledger
        self.desk = desk or Desk(beside(ledger.path))
        self.now = now
        self.bounds = bounds
        self.hosts = hosts
        self.answers = Answers(ledger)
        self.cards = Cards(self.desk, self.answers)
        self._worker: ThreadPoolExecutor | None = None
        self._jobs: list[Future[Job]] = []
        self._read: dict[str, int] = {}
        self._lock = Lock()
        self._page_key = self.desk.secret("page")

    def start(self) -> None:
        """Take up what was left unfinished."""
        for job_id in jobs.unfinished(self.desk):
            self._submit(job_id)

    def capture(self, data: bytes, media_type: str, token: Token, behaviour: str) -> Job:
        """Keep a document and have it captured in its turn."""
        job = jobs.post(self.desk, data, media_type, token, behaviour, now=self.now())
        self._submit(job.id)
        return job

    def progress(self, job_id: str) -> int:
        """How many events of a running job have been read."""
        return self._read.get(job_id, 0)

    def settle(self) -> None:
        """Wait until all jobs posted so far are done."""
        with self._lock:
            waiting = list(self._jobs)
        for future in waiting:
            future.result()

    def close(self) -> None:
        """Finish the job at hand, leave the others for the next start, let go of the desk's file."""
        with self._lock:
            worker, self._worker = self._worker, None
        if worker:
            worker.shutdown(wait=True, cancel_futures=True)
        self.desk.close()

    def page_token(self, at: Position, belongs: str) -> tuple[str, datetime]:
        """An opaque token for the page at a position of one question, and when it expires."""
        expires = self.now() + PAGE_LIFE
        said = json.dumps([at.size, at.after, micros(expires), belongs]).encode()
        return base64.urlsafe_b64encode(self._mac(said) + said).decode().rstrip("="), expires

    def position(self, token: str, belongs: str) -> Position:
        """Where the page of a token begins.

        Raises:
            QueryParameterException: not a token of ours, of another question, or expired.
        """
        try:
            raw = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
            mac, said = raw[:_MAC], raw[_MAC:]
        except ValueError:
            mac, said = b"", b""
        if not said or not hmac.compare_digest(mac, self._mac(said)):
            raise QueryParameterException("nextPageToken is none of ours; follow the Link header")
        size, after, expires, question = json.loads(said)
        if question != belongs:
            raise QueryParameterException("nextPageToken belongs to another query; follow the Link header")
        if self.now() >= moment(expires):
            raise QueryParameterException("nextPageToken has expired; ask for the first page again")
        return Position(size, after)

    def _mac(self, said: bytes) -> bytes:
        return hmac.new(self._page_key, said, hashlib.sha256).digest()[:_MAC]

    def _submit(self, job_id: str) -> None:
        with self._lock:
            # One job at a time: reading is bound by the processor, the log by its one writer.
            self._worker = self._worker or ThreadPoolExecutor(max_workers=1, thread_name_prefix="capture")
            self._jobs = [future for future in self._jobs if not future.done()]
            self._jobs.append(self._worker.submit(self._run, job_id))

    def _run(self, job_id: str) -> Job:
        def progress(read: int) -> None:
            self._read[job_id] = read

        try:
            return jobs.run(self.desk, self.ledger, job_id, now=self.now, progress=progress)
        finally:
            self._read.pop(job_id, None)
