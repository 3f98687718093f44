"""Group commit: who waits for the disk is taken along by who has it next, so that one sync acknowledges many.

Each thread hands in what it wants kept and waits for its turn to write. Whoever gets the turn writes everything that
waits, in the order in which it came, in one durable commit; the others then find their answer and go. With one thread
nothing changes; with many, the disk's syncs bound the commits and not the deposits.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Lock

from filon.core.errors import StoreError, TooLargeError, WrongCallError
from filon.log.leaf import SALTS_SIZE, micros, sealed
from filon.log.store import Deposit, Entry, Kept, Record

TOGETHER = 256
"""So many callers share one commit; more make the first wait too long."""
TOGETHER_BYTES = 64_000_000


@dataclass(eq=False, slots=True)
class Wanted:
    """What one caller wants kept, all or none of it, and what became of it.

    Args:
        keys: if there are any and all of them are held already, nothing is taken.
        entries: the answer, once `done`.
    """

    deposits: Sequence[tuple[Deposit, Sequence[Record]]]
    now: datetime
    keys: Collection[bytes] = ()
    entries: list[Entry] = field(default_factory=list)
    error: Exception | None = None
    done: bool = False
    woken: Event = field(default_factory=Event)

    def tell(self) -> None:
        """It is done; wake who waits for it."""
        self.done = True
        self.woken.set()

    @property
    def size(self) -> int:
        """Bytes of its payloads."""
        return sum(len(deposit.data) for deposit, _ in self.deposits)


class Group:
    """The callers that wait for one ledger's disk.

    One of them leads: it writes what waits, tells each of those its answer, and hands the lead to the first who came
    meanwhile. All others sleep until they have one or the other; nobody queues for a lock.

    Args:
        write: keeps several in one durable commit, all or none, and sets their `entries`.
        turn: held while writing; others of the same ledger hold it for what they write.
    """

    def __init__(self, write: Callable[[Sequence[Wanted]], None], turn: Lock) -> None:
        self._write = write
        self._turn = turn
        self._waiting: deque[Wanted] = deque()
        self._mutex = Lock()
        self._led = False

    def take(self, wanted: Wanted) -> list[Entry]:
        """Keep it, together with what else waits; durable on return."""
        with self._mutex:
            self._waiting.append(wanted)
            leading, self._led = not self._led, True
        if not leading:
            self._wait(wanted)
        if leading or not wanted.done:
            try:
                while not wanted.done:
                    with self._turn:
                        self._commit(self._next())
            finally:
                self._hand_over()
        if wanted.error is not None:
            raise wanted.error
        return wanted.entries

    def _wait(self, wanted: Wanted) -> None:
        """Until it is done, or the lead is ours."""
        try:
            wanted.woken.wait()
        except BaseException:
            # Stopped while asleep: whoever leads may take it all the same; the lead, if it came to us, goes on.
            with self._mutex:
                ours = wanted.woken.is_set() and not wanted.done
                if wanted in self._waiting:
                    self._waiting.remove(wanted)
            if ours:
                self._hand_over()
            raise

    def _hand_over(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting[0].woken.set()
            else:
                self._led = False

    def _next(self) -> list[Wanted]:
        together = [self._waiting.popleft()]
        held = together[0].size
        while self._waiting and len(together) < TOGETHER:
            held += self._waiting[0].size
            if held > TOGETHER_BYTES:
                break
            together.append(self._waiting.popleft())
        return together

    def _commit(self, together: Sequence[Wanted]) -> None:
        try:
            self._write(together)
        except WrongCallError as error:
            # One of them asks for what cannot be; nothing was committed. The others must not suffer for it.
            if len(together) == 1:
                together[0].error = error
            else:
                for each in together:
                    self._commit([each])
        except Exception as error:  # noqa: BLE001 - whose turn it is answers for all: each is told what happened
            # After a failed COMMIT nobody knows; trying again here could take a deposit twice.
            for each in together:
                each.error = error
        except BaseException:
            for each in together:
                each.error = StoreError("the program was stopped while writing; look before trying again")
                each.tell()
            raise
        for each in together:
            each.tell()


class Appending(ABC):
    """A store that is handed deposits: one, several together, or one that may be known."""

    def append(self, deposit: Deposit, records: Sequence[Record], *, now: datetime) -> Entry:
        """Take a deposit whole; durable on return."""
        return self.append_all([(deposit, records)], now=now)[0]

    def append_all(self, deposits: Sequence[tuple[Deposit, Sequence[Record]]], *, now: datetime) -> list[Entry]:
        """Take several deposits in one durable commit."""
        return self._take_in(Wanted(deposits, now))

    def append_new(
        self, deposit: Deposit, records: Sequence[Record], *, keys: Collection[bytes], now: datetime
    ) -> Entry | None:
        """Take a deposit unless all these keys are held."""
        taken = self._take_in(Wanted([(deposit, records)], now, keys))
        return taken[0] if taken else None

    @abstractmethod
    def _take_in(self, wanted: Wanted) -> list[Entry]:
        """Keep what a caller wants kept, all or none of it; nothing if it holds all the keys."""


class Grouped(Appending):
    """One that takes along who waits for its disk.

    Args:
        payload_limit: bytes that it can hold of one deposit.
    """

    payload_limit: int
    _group: Group

    def _take_in(self, wanted: Wanted) -> list[Entry]:
        for deposit, _ in wanted.deposits:
            if len(deposit.data) > self.payload_limit:
                raise TooLargeError(f"{deposit.name or 'the file'} has more than {self.payload_limit} bytes; split it")
        return self._group.take(wanted)


class Held:
    """Which keys the ledger holds, as one transaction learns it: each is asked once, what it took itself is known.

    Args:
        ask: those of the keys that are held.
    """

    def __init__(self, ask: Callable[[Collection[bytes]], set[bytes]]) -> None:
        self._ask = ask
        self._asked: set[bytes] = set()
        self._held: set[bytes] = set()

    def __call__(self, keys: Collection[bytes]) -> set[bytes]:
        """Those of the keys, or of {key: when it happened}, that are held."""
        wanted = set(keys)
        if unasked := wanted - self._asked:
            self._held |= self._ask({key: keys[key] for key in unasked} if isinstance(keys, Mapping) else unasked)
            self._asked |= unasked
        return wanted & self._held

    def took(self, keys: Iterable[bytes]) -> None:
        """These are held from now on."""
        self._held.update(keys)
        self._asked |= self._held

    def forget(self) -> None:
        """Ask again: records went away with an erasure."""
        self._held, self._asked = set(), set()


def planned(
    together: Sequence[Wanted],
    held: Held,
    size: int,
    last: int,
    salts: Callable[[int], bytes],
) -> list[tuple[Wanted, list[Kept]]]:
    """What is to be written for each, numbered from `size`; whoever says nothing new gets nothing.

    Must be asked inside the transaction that writes: what another process took meanwhile is seen, never overtaken.

    Args:
        held: of this transaction.
        last: microseconds of the last entry; time does not run back.
    """
    plans: list[tuple[Wanted, list[Kept]]] = []
    fresh: set[bytes] = set()
    for each in together:
        if each.keys and fresh.union(held(each.keys)).issuperset(each.keys):
            plans.append((each, []))
            continue
        last = max(micros(each.now), last)
        kept = [sealed(d, size + i, salts(SALTS_SIZE), last) for i, (d, _) in enumerate(each.deposits)]
        size += len(kept)
        if len(together) > 1:
            fresh.update(each.keys or (record.key for _, said in each.deposits for record in said))
        plans.append((each, kept))
    return plans
