"""Mirrors: another party's copy of a log's public files, checked to the last hash before it is believed.

`audit` needs nothing but the files and the keys: it makes every leaf hash, tile and root again. `mirror` audits and
then copies; only a mirror can bring lost entries back, a witness alone cannot.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filon.app import durable
from filon.app.publish import CHECKPOINT, published_in
from filon.app.stamp import STAMPS, Stamp, stamps_in
from filon.app.verify import Progress, Verdict
from filon.core.errors import ConflictError, NotProvenError
from filon.core.finding import Finding, Place, found
from filon.log.checkpoint import Checkpoint, Signer, parse_checkpoint
from filon.log.merkle import HASH_SIZE, Frontier, leaf_hash
from filon.log.note import parse_note
from filon.log.policy import Policy
from filon.log.tiles import HEIGHT, WIDTH, Tile, tiles, unbundle

Read = Callable[[str], bytes]
"""Gives the file at a path of a log; OSError if there is none."""


def audit(
    source: Path | Read,
    policy: Policy,
    *,
    held: Checkpoint | None = None,
    roots: bytes | None = None,
    progress: Progress | None = None,
) -> Verdict:
    """Check a log's published files from the files alone.

    Args:
        source: the folder, or how its files are read.
        policy: whose signatures count.
        held: a checkpoint verified earlier; the log must begin with what it covers.
        roots: certificates of time-stamp authorities (PEM); the stamps in the folder are then checked.

    Findings:
        LOG-011: the checkpoint is not to be trusted. LOG-017, LOG-018: a file is missing or wrong. LOG-010, LOG-012:
        another history than the checkpoint or `held` stands for. LOG-024: a time stamp that does not hold.
    """
    kept = stamps_in(source / STAMPS) if isinstance(source, Path) and roots is not None else ()
    return _Audit(_reader(source), policy, held, Stamped.of(kept, policy, roots or b"")).run(
        progress or (lambda _done, _all: None)
    )


def mirror(source: Path | Read, target: Path, policy: Policy, *, progress: Progress | None = None) -> Verdict:
    """Bring a copy up to date: audit the source against what the copy has seen, then copy what is new.

    Args:
        source: the folder, or how its files are read.

    Returns:
        The audit's verdict; nothing is copied if it found damage.

    Raises:
        ConflictError: the source is another log than the copy's.
    """
    read = _settled(_reader(source))
    before = published_in(target)
    if before is not None and (origin := _origin(read)) not in (None, before.origin):
        raise ConflictError(f"{source} is {origin}, the copy is of {before.origin}")
    verdict = audit(read, policy, held=before, progress=progress)
    if verdict.whole:
        for tile in tiles(verdict.entries):
            if not (target / tile.path).exists():
                durable.write(target / tile.path, read(tile.path))
        durable.write(target / CHECKPOINT, read(CHECKPOINT))
        if isinstance(source, Path):
            _copy_stamps(source / STAMPS, target / STAMPS)
    return verdict


def _copy_stamps(source: Path, target: Path) -> None:
    for path in sorted(source.glob("*")):
        if path.suffix in {".tsr", ".checkpoint"} and not (target / path.name).exists():
            durable.write(target / path.name, path.read_bytes())


@dataclass(frozen=True, slots=True)
class Stamped:
    """The time stamps of a log that hold: which checkpoints an authority saw, and when."""

    times: tuple[tuple[datetime, Checkpoint], ...] = ()
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, stamps: Iterable[Stamp], policy: Policy, roots: bytes) -> Stamped:
        """Check stamps for themselves; whether the log fits what they cover, the audit compares."""
        times, findings = [], []
        for stamp in stamps:
            try:
                times.append((stamp.time(roots), policy.trusted(stamp.note)[0]))
            except NotProvenError as error:
                findings.append(found("LOG-024", Place(file=stamp.name), path=stamp.name, reason=error.detail))
        return cls(tuple(sorted(times, key=lambda pair: pair[0])), tuple(findings))

    def notes(self) -> list[Finding]:
        """What they prove, once the log fits them."""
        if not self.times:
            return []
        (first, _), (last, newest) = self.times[0], self.times[-1]
        count, size = len(self.times), newest.size
        return [found("LOG-107", stamps=count, time=last.isoformat(), first=first.isoformat(), size=size)]


def _reader(source: Path | Read) -> Read:
    return fetcher(source) if isinstance(source, Path) else source


def _settled(read: Read) -> Read:
    """The same files with the checkpoint read once: a log that grows meanwhile must not outrun what was audited."""
    notes: list[bytes] = []

    def settled(path: str) -> bytes:
        if path != CHECKPOINT:
            return read(path)
        if not notes:
            notes.append(read(CHECKPOINT))
        return notes[0]

    return settled


def _origin(read: Read) -> str | None:
    """What the source says it is; None where it says nothing readable, which the audit then tells."""
    try:
        return parse_checkpoint(parse_note(read(CHECKPOINT)).text).origin
    except (OSError, NotProvenError):
        return None


class _Audit:
    def __init__(self, read: Read, policy: Policy, held: Checkpoint | None, stamped: Stamped) -> None:
        self.read = read
        self.stamped = stamped
        self.before: dict[int, list[Checkpoint]] = defaultdict(list)
        for checkpoint in (*([held] if held else []), *(seen for _, seen in stamped.times)):
            self.before[checkpoint.size].append(checkpoint)
        self.policy = policy
        self.held = held
        self.findings: list[Finding] = list(stamped.findings)
        self.edge = Frontier()
        self.rows: dict[int, list[bytes]] = {}
        self.numbers: dict[int, int] = {}

    def run(self, progress: Progress) -> Verdict:
        opened = self._opened()
        if opened is None:
            return Verdict(0, self.edge.root(), tuple(self.findings), (), self._unproven())
        checkpoint, signers = opened
        self._seen(checkpoint)
        for tile in tiles(checkpoint.size):
            if tile.level is None and not self._bundle(tile):
                break
            progress(self.edge.size, checkpoint.size)
        for level in sorted(self.rows):
            if self.rows[level]:
                self._compare(level)
        if self.edge.size == checkpoint.size and self.edge.root() != checkpoint.root:
            self._other_root(checkpoint, self.edge.root())
        return self._verdict(checkpoint, signers)

    def _opened(self) -> tuple[Checkpoint, list[Signer]] | None:
        try:
            return self.policy.trusted(self.read(CHECKPOINT))
        except OSError:
            self.findings.append(found("LOG-017", Place(file=CHECKPOINT), path=CHECKPOINT))
        except NotProvenError as error:
            self.findings.append(found("LOG-011", Place(file=CHECKPOINT), reason=error.detail))
        return None

    def _seen(self, checkpoint: Checkpoint) -> None:
        self.findings += [found("LOG-012", size=b, entries=checkpoint.size) for b in self.before if b > checkpoint.size]

    def _bundle(self, tile: Tile) -> bool:
        try:
            entries = unbundle(self.read(tile.path), tile.width)
        except OSError:
            self.findings.append(found("LOG-017", Place(file=tile.path), path=tile.path))
            return False
        except NotProvenError:
            first = tile.number * WIDTH
            self.findings.append(found("LOG-018", Place(file=tile.path, entry=first), path=tile.path, entry=first))
            return False
        for entry in entries:
            self._grow(leaf_hash(entry))
        return True

    def _grow(self, hashed: bytes) -> None:
        for level, _, node in self.edge.grow((hashed,)):
            if level % HEIGHT == 0:
                row = self.rows.setdefault(level // HEIGHT, [])
                row.append(node)
                if len(row) == WIDTH:
                    self._compare(level // HEIGHT)
        for seen in self.before.get(self.edge.size, ()):
            if self.edge.root() != seen.root:
                self._other_root(seen, self.edge.root())

    def _compare(self, level: int) -> None:
        """A row of computed hashes against the tile file; the first that differs is named."""
        row, number = self.rows[level], self.numbers.get(level, 0)
        self.rows[level], self.numbers[level] = [], number + 1
        tile = Tile(level, number, len(row))
        try:
            data = self.read(tile.path)
        except OSError:
            self.findings.append(found("LOG-017", Place(file=tile.path), path=tile.path))
            return
        if data != b"".join(row):
            wrong = next(
                (i for i, each in enumerate(row) if data[i * HASH_SIZE : (i + 1) * HASH_SIZE] != each), len(row)
            )
            entry = (number * WIDTH + wrong) << (level * HEIGHT)
            self.findings.append(found("LOG-018", Place(file=tile.path, entry=entry), path=tile.path, entry=entry))

    def _other_root(self, checkpoint: Checkpoint, root: bytes) -> None:
        self.findings.append(found("LOG-010", expected=checkpoint.root.hex(), found=root.hex(), size=checkpoint.size))

    def _verdict(self, checkpoint: Checkpoint, signers: list[Signer]) -> Verdict:
        names = ", ".join(dict.fromkeys(signer.key.name for signer in signers))
        proven: tuple[Finding, ...] = (
            found("LOG-101", entries=self.edge.size, root=self.edge.root().hex()),
            found("LOG-103", checkpoints=1 + (self.held is not None), size=checkpoint.size),
            found("LOG-105", signers=names),
            *self.stamped.notes(),
        )
        whole = not self.findings
        return Verdict(
            self.edge.size,
            self.edge.root(),
            tuple(self.findings),
            proven if whole else (),
            self._unproven(),
            (checkpoint,),
        )

    def _unproven(self) -> tuple[Finding, ...]:
        when = () if self.stamped.times else (found("LOG-159"),)
        return *when, found("LOG-156"), found("LOG-155")


def fetcher(folder: Path) -> Callable[[str], bytes]:
    """Reads a mirror's files for `log.tiles.nodes_of`."""
    return lambda path: (folder / path).read_bytes()


def leaves(folder: Path, size: int) -> Iterator[bytes]:
    """The public leaves of a mirror, oldest first."""
    for tile in tiles(size):
        if tile.level is None:
            yield from unbundle((folder / tile.path).read_bytes(), tile.width)
