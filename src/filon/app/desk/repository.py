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
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Condition, Event, Lock, Thread
from time import monotonic
from typing import Any, NamedTuple

from filon.app.desk import jobs
from filon.app.desk.answers import Answers
from filon.app.desk.cards import Cards
from filon.app.desk.courier import Courier
from filon.app.desk.exceptions import NoSuchResourceException, QueryParameterException
from filon.app.desk.file import Desk
from filon.app.desk.jobs import Job
from filon.app.desk.pace import Pace
from filon.app.desk.place import open_desk
from filon.app.desk.tokens import Token
from filon.app.ledger import Ledger
from filon.epcis.quick import Parted
from filon.log.leaf import micros, moment

_log = logging.getLogger(__name__)
COURIERS = 2
"""So many deliveries at a time: one slow receiver does not hold up all."""
LOOK_SECONDS = 1.0
"""What other processes record is noticed within so many seconds."""
PAGE_LIFE = timedelta(days=1)
"""So long a page token is good."""
_MAC = 16


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one call may hold.

    Args:
        capture_bytes, capture_events: of one captured document.
        per_page: events of a page when nothing is asked, and at most.
        requests: calls a minute of one token; 0 = as many as come.
    """

    capture_bytes: int = 64 * 1024 * 1024
    capture_events: int = 50_000
    per_page: int = 30
    most_per_page: int = 1_000
    requests: int = 0


class Listed(NamedTuple):
    """What is known of a document before it is read.

    Args:
        events: how many it lists.
        parts: it parted from its events; None if that is not to be told at once.
    """

    events: int
    parts: Parted | None = None


AT_ONCE = 2 * 1024 * 1024
"""Bytes of a document that is read within a fraction of a second."""


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
        self.desk = desk or open_desk(ledger.path)
        self.now = now
        self.bounds = bounds
        self.hosts = hosts
        self.pace = Pace(bounds.requests, monotonic)
        self.answers = Answers(ledger)
        self.cards = Cards(self.desk, self.answers)
        self._worker: ThreadPoolExecutor | None = None
        self._jobs: list[Future[Job]] = []
        self._read: dict[str, int] = {}
        self._lock = Lock()
        self._news = Condition()
        self.courier = Courier(self.desk, self.answers, self.cards, now=now, hosts=hosts)
        self._couriers: list[Thread] = []
        self._closing = Event()
        self._page_key = self.desk.secret("page")

    def start(self) -> None:
        """Take up what was left unfinished."""
        for job_id in jobs.unfinished(self.desk):
            self._submit(job_id)
        for number in range(COURIERS):
            thread = Thread(target=self._deliver, name=f"courier-{number}", daemon=True)
            self._couriers.append(thread)
            thread.start()

    def capture(self, data: bytes, media_type: str, token: Token, behaviour: str, said: Listed | None = None) -> Job:
        """Keep a document and have it captured in its turn.

        One with more events than the books are asked about, but not so many that somebody would wait for it, is
        captured before the answer: to keep it twice costs more than to read it.

        Args:
            said: how many events it lists, and it parted from them, where that is known.
        """
        self.cards.learn(data)
        if said and said.events > jobs.CHECKED and len(data) <= AT_ONCE:
            job = jobs.at_once(
                self.desk, self.ledger, data, media_type, token, behaviour, now=self.now, parts=said.parts
            )
            self.woke()
            return job
        job = jobs.post(self.desk, data, media_type, token, behaviour, now=self.now())
        self._submit(job.id)
        return job

    def progress(self, job_id: str) -> int:
        """How many events of a running job have been read."""
        return self._read.get(job_id, 0)

    def woke(self) -> None:
        """Something was captured or dropped: who waits for it may look now."""
        with self._news:
            self._news.notify_all()

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
        self._closing.set()
        self.woke()
        for thread in self._couriers:
            thread.join()
        self.desk.close()

    def page_token(self, at: Sequence[int | str], belongs: str) -> tuple[str, datetime]:
        """An opaque token for the page that begins there, and when it expires.

        Args:
            belongs: what is paged; the token is good for nothing else.
        """
        expires = self.now() + PAGE_LIFE
        said = json.dumps([micros(expires), belongs, *at]).encode()
        return base64.urlsafe_b64encode(self._mac(said) + said).decode().rstrip("="), expires

    def page_start(self, token: str, belongs: str) -> list[Any]:
        """Where the page of a token begins.

        Raises:
            QueryParameterException: not a token of ours, of another question, or expired.
        """
        at: list[Any]
        expires, question, *at = self._read_page_token(token)
        if question != belongs:
            raise QueryParameterException("nextPageToken belongs to another query; follow the Link header")
        if self.now() >= moment(expires) or self.desk.row("SELECT 1 FROM spent WHERE token = ?", (token,)):
            raise QueryParameterException("nextPageToken has expired; ask for the first page again")
        return at

    def give_back(self, token: str) -> None:
        """Make a page token good for nothing.

        Raises:
            NoSuchResourceException: it is none of ours.
        """
        try:
            expires = self._read_page_token(token)[0]
        except QueryParameterException as error:
            raise NoSuchResourceException("there is no such page token") from error
        with self.desk.changing() as connection:
            connection.execute("DELETE FROM spent WHERE expires <= ?", (micros(self.now()),))
            connection.execute("INSERT INTO spent VALUES (?, ?) ON CONFLICT DO NOTHING", (token, expires))

    def _read_page_token(self, token: str) -> list[Any]:
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except ValueError:
            raw = b""
        mac, said = raw[:_MAC], raw[_MAC:]
        if not said or not hmac.compare_digest(mac, self._mac(said)):
            raise QueryParameterException("nextPageToken is none of ours; follow the Link header")
        read: list[Any] = json.loads(said)
        return read

    def _deliver(self) -> None:
        while not self._closing.is_set():
            try:
                self.courier.round()
            except Exception:  # noqa: BLE001 - a courier that ends ends all deliveries; what is due stays due
                _log.exception("deliveries pause")
            with self._news:
                self._news.wait(LOOK_SECONDS)

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
            self.woke()
