"""Verify a ledger: make every leaf, hash, node and root again from the stored bytes, and say what that proves.

Nothing that is stored is believed, and nothing is claimed that was not compared: `Verdict.proven` and
`Verdict.unproven` are the two lists an auditor wants to read.

    verdict = verify(store, keys=[key], held=[Path("checkpoint-of-my-own").read_bytes()], derive=derived)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from filon.core.errors import FilonError, NotProvenError
from filon.core.finding import Finding, Level, Place, found
from filon.log.check import TreeCheck, entry_findings
from filon.log.checkpoint import Checkpoint, opened, parse_checkpoint
from filon.log.key import Key
from filon.log.leaf import erases
from filon.log.note import parse_note
from filon.log.store import Deposit, Kept, Record, Store, Stored

Progress = Callable[[int, int], None]
"""(entries checked, entries in all)."""
Derive = Callable[[Deposit], Iterable[Record]]
"""The records that a payload says, as capture made them."""

FINDINGS_LIMIT = 1000
"""After so many the ledger is known to be unusable; the rest is counted."""
_EVERY = 1000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found, and what it proves.

    Args:
        entries: checked.
        root: RFC 6962 root that the entries give.
        findings: damage, by place; empty if the ledger is whole.
        proven: what now stands beyond doubt, as notes LOG-101..106.
        unproven: what this verification cannot show, as notes LOG-151..158.
        checkpoints: (size, root) of those that were compared and fit.
    """

    entries: int
    root: bytes
    findings: tuple[Finding, ...]
    proven: tuple[Finding, ...]
    unproven: tuple[Finding, ...]
    checkpoints: tuple[Checkpoint, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether no damage was found."""
        return not any(finding.level is Level.ERROR for finding in self.findings)


def verify(
    store: Store,
    *,
    keys: Sequence[Key] = (),
    held: Sequence[bytes] = (),
    derive: Derive | None = None,
    progress: Progress | None = None,
) -> Verdict:
    """Check everything that a ledger holds.

    Args:
        keys: of the log and its witnesses; without them signatures are not checked.
        held: checkpoints that somebody else kept: only they show that the file was not rewritten as a whole.
        derive: makes records from a payload, to compare the index with; None leaves the index unchecked.

    Findings:
        LOG-001 to LOG-015: damage; LOG-022, LOG-101 to LOG-158: notes.
    """
    return _Verification(store, keys, held, derive).run(progress or (lambda _done, _all: None))


class _Verification:
    def __init__(self, store: Store, keys: Sequence[Key], held: Sequence[bytes], derive: Derive | None) -> None:
        self.store = store
        self.keys = keys
        self.derive = derive
        self.findings: list[Finding] = []
        self.size = 0
        self.payloads = 0
        self.erased = 0
        self.outside = 0
        self.unknown = 0
        self.logged: dict[int, int] = {}
        self.fitting: list[tuple[Checkpoint, tuple[str, ...]]] = []
        self.records: _Records | None = None
        self.tree = TreeCheck(store.nodes, self._checkpoints(held))

    def run(self, progress: Progress) -> Verdict:
        try:
            self.findings += [found("LOG-001", fault=fault) for fault in self.store.faults()]
            self.size = self.store.size()
            self.logged = self.store.erasures()
            self.records = _Records(self.store) if self.derive else None
            self._entries(progress)
            self._add(self.tree.rest())
            if self.records:
                self._add(self.records.rest())
            self._erasures()
        except FilonError as error:
            # The file is so damaged that it cannot be read on; what was found so far stands.
            self.findings.append(found("LOG-001", fault=error.detail))
        return self._verdict()

    def _entries(self, progress: Progress) -> None:
        learned, index, hashes = 0, 0, list[bytes]()
        for kept in _readable(self.store, self.size, self.findings):
            if kept.index != index:
                place = Place(entry=index)
                self._add([found("LOG-002", place, first=index, last=kept.index - 1)])
            damage = entry_findings(kept, learned)
            if damage:
                self._add(damage)
            hashes.append(kept.leaf_hash)
            if kept.data is None or self.records:
                self._payload(kept, sound=not damage)
            else:
                self.payloads += 1
            learned, index = max(learned, kept.learned), kept.index + 1
            if len(hashes) == _EVERY:
                self._grown(hashes)
                progress(index, self.size)
        self._grown(hashes)
        progress(index, self.size)

    def _grown(self, hashes: list[bytes]) -> None:
        self._add(self.tree.grow(hashes))
        hashes.clear()

    def _payload(self, kept: Kept, *, sound: bool) -> None:
        if kept.data is None:
            self.erased += 1
            if kept.index not in self.logged:
                self._add([found("LOG-007", Place(entry=kept.index), entry=kept.index)])
            return
        self.payloads += 1
        # What a damaged payload says is nobody's word; its damage is told already.
        if self.records and self.derive:
            if not sound or kept.said is None:
                self.records.skipped.add(kept.index)
                return
            self._add(self.records.compare(kept.index, self.derive, kept.said))

    def _erasures(self) -> None:
        for index, by in self.logged.items():
            if not self._is_erasure(index, by):
                self._add([found("LOG-015", Place(entry=index), entry=index)])

    def _is_erasure(self, entry: int, by: int) -> bool:
        if not 0 <= by < self.size or self.store.entry(by).kind != "erasure":
            return False
        try:
            return entry in erases(Deposit(self.store.payload(by), ""), by)
        except FilonError:
            return False

    def _checkpoints(self, held: Sequence[bytes]) -> dict[int, Callable[[bytes], None]]:
        """{size: compares the root there with every checkpoint over so many entries}."""
        try:
            published = self.store.published()
        except FilonError as error:
            self.findings.append(found("LOG-001", fault=error.detail))
            published = []
        by_size: dict[int, list[tuple[Checkpoint, tuple[str, ...], bool]]] = defaultdict(list)
        for size, note in (*published, *((None, note) for note in held)):
            try:
                checkpoint, signers = self._opened(note)
                by_size[checkpoint.size].append((checkpoint, signers, size is None))
                if size not in (None, checkpoint.size):
                    self.findings.append(found("LOG-011", reason=f"it is kept as one over {size} entries"))
            except NotProvenError as error:
                self.findings.append(found("LOG-011", reason=error.detail))
        self._covered = by_size
        return {size: partial(self._compare, size) for size in by_size}

    def _opened(self, note: bytes) -> tuple[Checkpoint, tuple[str, ...]]:
        if not self.keys:
            return parse_checkpoint(parse_note(note).text), ()
        checkpoint, signers = opened(note, self.keys)
        if all(signer.key.name != checkpoint.origin for signer in signers):
            raise NotProvenError(f"the log {checkpoint.origin} itself did not sign it")
        self.unknown += len(parse_note(note).signatures) - len(signers)
        return checkpoint, tuple(dict.fromkeys(signer.key.name for signer in signers))

    def _compare(self, size: int, root: bytes) -> None:
        for checkpoint, signers, outside in self._covered.pop(size):
            if checkpoint.root == root:
                self.fitting.append((checkpoint, signers))
                self.outside += outside
            else:
                expected, got = checkpoint.root.hex(), root.hex()
                self.findings.append(found("LOG-010", expected=expected, found=got, size=size))

    def _add(self, findings: Iterable[Finding]) -> None:
        self.findings += islice(findings, max(0, FINDINGS_LIMIT - len(self.findings)))

    def _verdict(self) -> Verdict:
        size = self.tree.edge.size
        self.findings += [found("LOG-012", size=beyond, entries=size) for beyond in sorted(self._covered)]
        newest = max(self.fitting, key=lambda pair: pair[0].size, default=None)
        covered = newest[0].size if newest else 0
        root = self.tree.edge.root()
        whole = not any(finding.level is Level.ERROR for finding in self.findings)
        proven = [
            found("LOG-101", entries=size, root=root.hex()),
            found("LOG-102", payloads=self.payloads),
            *([found("LOG-103", checkpoints=len(self.fitting), size=covered)] if newest else []),
            *([found("LOG-104", records=self.records.compared)] if self.records else []),
            *([found("LOG-105", signers=", ".join(newest[1]))] if newest and newest[1] else []),
        ]
        unproven = [
            *([] if self.outside else [found("LOG-151")]),
            *([] if self.keys else [found("LOG-152")]),
            *([found("LOG-158", lines=self.unknown)] if self.unknown else []),
            *([found("LOG-153", entries=size - covered)] if size > covered else []),
            *([found("LOG-154", erased=self.erased)] if self.erased else []),
            *([] if self.derive else [found("LOG-157")]),
            found("LOG-155"),
        ]
        fitting = tuple(checkpoint for checkpoint, _ in self.fitting)
        return Verdict(size, root, tuple(self.findings), tuple(proven) if whole else (), tuple(unproven), fitting)


class _Records:
    """The stored records beside those that the payloads say, entry by entry."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stored = store.records()
        self._ahead = next(self._stored, None)
        self._marks = 0
        self.skipped: set[int] = set()
        self.compared = 0

    def compare(self, entry: int, derive: Derive, deposit: Deposit) -> Iterator[Finding]:
        mine = {stored.key: stored for stored in self._of(entry) if stored.entry not in self.skipped}
        self.compared += len(mine)
        try:
            said = {record.key: record for record in derive(deposit)}
        except FilonError:
            yield found("LOG-022", Place(entry=entry), entry=entry, records=len(mine))
            return
        new = [key for key in said if key in mine]
        elsewhere = self._store.known(said.keys() - mine.keys())
        if new != list(mine) or len(new) + len(elsewhere) < len(said):
            wanted, got = len(said) - len(elsewhere), len(mine)
            yield found("LOG-014", Place(entry=entry), entry=entry, wanted=wanted, got=got)
        for key in new:
            self._marks += len(set(said[key].marks))
            if said[key].body != mine[key].body or not self._store.indexed(mine[key].sequence, said[key]):
                yield found("LOG-013", Place(entry=entry), entry=entry)

    def rest(self) -> Iterator[Finding]:
        while self._ahead is not None:
            yield found("LOG-013", Place(entry=self._ahead.entry), entry=self._ahead.entry)
            self._ahead = next(self._stored, None)
        if (marks := self._store.marks()) != self._marks:
            yield found("LOG-023", expected=str(self._marks), found=str(marks), marks=marks, wanted=self._marks)

    def _of(self, entry: int) -> Iterator[Stored]:
        while self._ahead is not None and self._ahead.entry <= entry:
            yield self._ahead
            self._ahead = next(self._stored, None)


def _readable(store: Store, size: int, findings: list[Finding]) -> Iterator[Kept]:
    """The entries one by one; past one that cannot be read, from the next on."""
    first = 0
    while first < size:
        try:
            for kept in store.kept(first, size):
                yield kept
                first = kept.index + 1
        except FilonError as error:
            findings.append(found("LOG-003", Place(entry=first), entry=first, fault=error.detail))
            if len(findings) >= FINDINGS_LIMIT:
                return
            first += 1
        else:
            if first < size:
                findings.append(found("LOG-002", Place(entry=first), first=first, last=size - 1))
            return
