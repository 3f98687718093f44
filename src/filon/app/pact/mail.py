"""The mail room: letters from partners are kept at once and dealt with in their turn; ours are sent until they arrive.

A request is answered by exactly one letter: the footprints that fit, or the news that there is none. What does not
arrive is tried again with growing pauses and given up after 72 hours. If the power goes between the partner's answer
and our writing it down, the same letter comes again under the same id.

Footprints that arrive go into the log as they came, as what they are: declared.

Source: PACT Data Exchange 3.0.3, asynchronous events; retry by exponential back-off, at most 72 hours.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from filon.app import capture
from filon.app.desk.acting import Part, acting
from filon.app.desk.exceptions import EpcisError
from filon.app.desk.file import Desk, Row
from filon.app.desk.outbound import UnreachableError
from filon.app.ledger import Ledger
from filon.app.pact import partners
from filon.app.pact.partners import Calls, Partner
from filon.app.pact.shelf import Shelf
from filon.core.errors import FilonError, NotFoundError, WrongCallError
from filon.exchange.pact import letter as letters
from filon.exchange.pact.letter import Kind, Letter
from filon.exchange.pact.search import Wanted
from filon.log.leaf import micros, moment

FIRST_PAUSE, LONGEST_PAUSE, GIVEN_UP = timedelta(seconds=10), timedelta(hours=6), timedelta(hours=72)
MOST = 1_000
"""So many footprints fit into one answer; who wants more lists them."""
IN, OUT = "in", "out"


@dataclass(frozen=True)
class Post:
    """A letter in the room.

    Args:
        way: `in` or `out`.
        address: base address of the partner.
        token: id of the token that brought it.
        outcome: empty while nothing came of it; then what did.
    """

    number: int
    way: str
    id: str
    address: str
    token: str
    body: Mapping[str, Any]
    created: datetime
    tries: int
    settled: datetime | None
    outcome: str


class Mail:
    """The mail room of one ledger.

    Args:
        here: address of our own interface, as partners are told it.
        calls: opens a partner's interface; another one in tests.
    """

    def __init__(
        self,
        ledger: Ledger,
        desk: Desk,
        *,
        here: str,
        now: Callable[[], datetime],
        hosts: frozenset[str] = frozenset(),
        calls: Callable[[Partner], Calls] | None = None,
    ) -> None:
        self.ledger, self.desk, self.here, self.now = ledger, desk, here.rstrip("/"), now
        self.shelf = Shelf(desk)
        self.calls = calls or (lambda partner: Calls(partner, hosts=hosts))

    def receive(self, body: Mapping[str, Any], token_id: str) -> Letter:
        """Keep a letter; the same one again is one letter.

        Raises:
            WrongCallError: it is not one.
        """
        letter = letters.read(body)
        with acting(Part("program", token_id)):
            self._keep(IN, letter.id, letter.base, json.dumps(body, ensure_ascii=False), token_id)
        return letter

    def ask(self, partner: Partner, filters: Mapping[str, Sequence[str]], comment: str = "") -> str:
        """Ask a partner for footprints; the id of the request.

        Raises:
            WrongCallError: filters that make no sense.
        """
        Wanted.of(filters)
        data: dict[str, Any] = {name: list(values) for name, values in filters.items() if values}
        return self._write(partner.base, Kind.REQUEST, data | ({"comment": comment} if comment else {}), str(uuid4()))

    def publish(self, partner: Partner, footprints: Iterable[str]) -> str:
        """Tell a partner of new footprints."""
        return self._write(partner.base, Kind.PUBLISHED, {"pfIds": list(footprints)}, str(uuid4()))

    def posts(self) -> list[Post]:
        """All letters, oldest first."""
        return [_post(row) for row in self.desk.rows(f"SELECT {_COLUMNS} FROM letter ORDER BY number")]  # noqa: S608

    def work(self) -> int:
        """Deal with every letter that is due; how many there were."""
        due = self.desk.rows(
            f"SELECT {_COLUMNS} FROM letter WHERE settled IS NULL AND due <= ? ORDER BY number",  # noqa: S608
            (micros(self.now()),),
        )
        for row in due:
            self._deal(_post(row))
        return len(due)

    def _deal(self, post: Post) -> None:
        try:
            outcome = self._sent(post) if post.way == OUT else self._read(post)
        except (UnreachableError, EpcisError) as error:
            self._later(post, str(error))
        except (FilonError, KeyError, ValueError, TypeError) as error:
            self._settle(post, f"failed: {error}")  # the same letter would fail the same way again
        else:
            self._settle(post, outcome)

    def _sent(self, post: Post) -> str:
        self._partner(post.address).tell(post.body)
        # A request stays open until its answer comes; everything else is done.
        return "sent"

    def _read(self, post: Post) -> str:
        letter = letters.read(post.body)
        match letter.kind:
            case Kind.REQUEST:
                return self._answer(post, letter)
            case Kind.PUBLISHED:
                caller = self._partner(post.address)
                return self._taken([caller.footprint(one) for one in letter.data["pfIds"]], post)
            case Kind.FULFILLED:
                self._answered(letter, "fulfilled")
                return self._taken(letter.data["pfs"], post)
            case Kind.REJECTED:
                error = letter.data["error"]
                self._answered(letter, f"rejected: {error['code']}, {error['message']}")
                return "noted"

    def _answer(self, post: Post, letter: Letter) -> str:
        """Written once: its id follows from the request, so a second try writes the same letter."""
        try:
            wanted = Wanted.of(letters.filters(letter.data))
            found = [one.body for one, _ in zip(self.shelf.find(wanted, post.token), range(MOST), strict=False)]
            error = {"code": "NotFound", "message": "No footprint matches the request."}
        except WrongCallError as wrong:
            found, error = [], {"code": "BadRequest", "message": wrong.detail}
        answer_id = str(uuid5(NAMESPACE_URL, f"{post.address} {letter.id}"))
        if found:
            self._write(post.address, Kind.FULFILLED, {"requestEventId": letter.id, "pfs": found}, answer_id)
            return f"fulfilled with {len(found)}"
        self._write(post.address, Kind.REJECTED, {"requestEventId": letter.id, "error": error}, answer_id)
        return "rejected"

    def _answered(self, letter: Letter, outcome: str) -> None:
        rows = self.desk.change(
            "UPDATE letter SET outcome = ?, settled = coalesce(settled, ?) WHERE way = ? AND id = ?",
            (outcome, micros(self.now()), OUT, letter.data["requestEventId"]),
        )
        if not rows:
            raise NotFoundError(f"nothing was asked under {letter.data['requestEventId']}")

    def keep(self, bodies: Sequence[Mapping[str, Any]], address: str) -> list[str]:
        """Footprints into the log, each by itself: one that is wrong keeps no other out; what became of each."""
        files = [
            capture.File(f"{body.get('id', 'footprint')}.json", json.dumps(body, ensure_ascii=False, indent=1).encode())
            for body in bodies
        ]
        told = capture.capture(self.ledger, files, now=self.now, submitter=address, accept=capture.ALL_WARNINGS)
        return [one.state.value for one in told]

    def _taken(self, bodies: Sequence[Mapping[str, Any]], post: Post) -> str:
        states = self.keep(bodies, post.address)
        return ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))

    def _partner(self, address: str) -> Calls:
        partner = partners.at(self.desk, address)
        if partner is None:
            raise UnreachableError(f"no credentials for {address}; `filon pact partner` keeps them")
        return self.calls(partner)

    def _write(self, address: str, kind: Kind, data: Mapping[str, Any], letter_id: str) -> str:
        body = letters.write(kind, data, id=letter_id, source=self.here, now=self.now())
        self._keep(OUT, letter_id, address, json.dumps(body, ensure_ascii=False))
        return letter_id

    def _keep(self, way: str, letter_id: str, address: str, body: str, token: str = "") -> None:
        now = micros(self.now())
        self.desk.change(
            """INSERT INTO letter (way, id, address, token, body, created, due) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING""",
            (way, letter_id, address, token, body, now, now),
        )

    def _settle(self, post: Post, outcome: str) -> None:
        self.desk.change(
            "UPDATE letter SET settled = ?, outcome = CASE WHEN outcome = '' OR settled IS NULL THEN ? ELSE outcome END"
            " WHERE number = ?",
            (micros(self.now()), outcome, post.number),
        )

    def _later(self, post: Post, reason: str) -> None:
        now = self.now()
        if now - post.created >= GIVEN_UP:
            self._settle(post, f"given up: {reason}")
            return
        pause = min(FIRST_PAUSE * 2**post.tries, LONGEST_PAUSE)
        self.desk.change(
            "UPDATE letter SET due = ?, tries = tries + 1, outcome = ? WHERE number = ?",
            (micros(now + pause), reason, post.number),
        )


_COLUMNS = "number, way, id, address, token, body, created, tries, settled, outcome"


def _post(row: Row) -> Post:
    number, way, letter_id, address, token, body, created, tries, settled, outcome = row
    return Post(
        number, way, letter_id, address, token, json.loads(body), moment(created), tries,
        None if settled is None else moment(settled), outcome,
    )  # fmt: skip
