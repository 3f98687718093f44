"""A disk that forgets what was not synced: an SQLite VFS in memory whose power can be cut at any operation.

What was written since the last sync of a file survives a cut sector by sector at random, some sectors torn in the
middle, the file's length old or new. A new file's name is durable with its first sync, as SQLite syncs the folder then.
"""

import contextlib
import random
import sqlite3
from types import SimpleNamespace

import apsw

SECTOR = 512


class PowerCut(Exception):
    """The power is gone."""


class File:
    def __init__(self):
        self.durable = b""
        self.current = bytearray()
        self.dirty = set()
        self.named = False

    def after_cut(self, dice):
        """What the platters hold."""
        length = len(self.current if dice.random() < 0.5 else self.durable)
        old = self.durable[:length]
        out = bytearray(old + dice.randbytes(length - len(old)))  # what was never written holds anything
        for sector in sorted(self.dirty):
            a, b = sector * SECTOR, min((sector + 1) * SECTOR, length)
            fate = dice.random()
            if a < b and fate >= 0.45:
                torn = b if fate < 0.9 else dice.randrange(a, b)
                new = bytes(self.current[a:torn])
                out[a : a + len(new)] = new
        return bytes(out)


class Disk:
    """Files by name; `cut_at` is the number of the operation that the power does not survive."""

    def __init__(self, contents=None):
        self.files = {}
        for name, data in (contents or {}).items():
            file = self.files[name] = File()
            file.durable, file.current, file.named = data, bytearray(data), True
        self.ghosts = {}  # unlinked, but the folder was not synced since
        self.operations = 0
        self.cut_at = None
        self.fault = None  # called at each operation; may raise

    def step(self):
        self.operations += 1
        if self.cut_at is not None and self.operations >= self.cut_at:
            raise PowerCut
        if self.fault is not None:
            self.fault(self.operations)

    def after_cut(self, seed):
        dice = random.Random(seed)
        left = {}
        for name, file in self.ghosts.items():
            if dice.random() < 0.5:
                left[name] = file.after_cut(dice)
        for name, file in self.files.items():
            if file.named or dice.random() < 0.5:
                left[name] = file.after_cut(dice)
        return left

    def contents(self):
        return {name: bytes(file.current) for name, file in self.files.items()}


class DiskFile(apsw.VFSFile):
    def __init__(self, disk, name):
        self.disk, self.name = disk, name
        self.file = disk.files[name]

    def xRead(self, amount, offset):
        return bytes(self.file.current[offset : offset + amount])

    def xWrite(self, data, offset):
        self.disk.step()
        current = self.file.current
        if len(current) < offset:
            current.extend(bytes(offset - len(current)))
        current[offset : offset + len(data)] = data
        self.file.dirty.update(range(offset // SECTOR, (offset + len(data) + SECTOR - 1) // SECTOR))

    def xTruncate(self, size):
        self.disk.step()
        del self.file.current[size:]

    def xSync(self, flags):
        self.disk.step()
        self.file.durable = bytes(self.file.current)
        self.file.dirty.clear()
        if not self.file.named:
            self.file.named = True
            self.disk.ghosts.clear()

    def xFileSize(self):
        return len(self.file.current)

    def xClose(self):
        pass

    def xLock(self, level):
        pass

    def xUnlock(self, level):
        pass

    def xCheckReservedLock(self):
        return False

    def xFileControl(self, op, ptr):
        return False

    def xSectorSize(self):
        return SECTOR

    def xDeviceCharacteristics(self):
        return 0


class DiskVFS(apsw.VFS):
    def __init__(self, name):
        super().__init__(name, "")
        self.disk = None

    def xFullPathname(self, name):
        return name

    def xAccess(self, name, flags):
        return name in self.disk.files

    def xOpen(self, name, flags):
        text = name.filename() if isinstance(name, apsw.URIFilename) else name or "temporary"
        if text not in self.disk.files:
            self.disk.step()
            self.disk.files[text] = File()
        flags[1] = flags[0]
        return DiskFile(self.disk, text)

    def xDelete(self, name, sync):
        self.disk.step()
        file = self.disk.files.pop(name, None)
        if file is not None and not sync:
            self.disk.ghosts[name] = file


VFS = DiskVFS("filon-torture")


class Connection:
    """An apsw connection that speaks as `sqlite3` does, as far as the store needs it."""

    def __init__(self, path):
        self.raw = told(lambda: apsw.Connection(str(path), vfs="filon-torture"))
        # Without shared memory WAL works for one connection only; the store's reader is given the same one.
        self.execute("PRAGMA locking_mode = EXCLUSIVE")

    @property
    def in_transaction(self):
        return self.raw.in_transaction

    def execute(self, sql, values=None):
        if "query_only" in sql:
            return None
        return Rows(told(lambda: self.raw.execute(sql, values)))

    def executemany(self, sql, rows):
        return told(lambda: self.raw.executemany(sql, rows))

    def close(self):
        with contextlib.suppress(sqlite3.Error, PowerCut):
            told(lambda: self.raw.close(True))


class Rows:
    def __init__(self, cursor):
        self.cursor = cursor

    def __iter__(self):
        return self

    def __next__(self):
        return told(lambda: next(self.cursor))

    def fetchone(self):
        return told(self.cursor.fetchone)

    def fetchall(self):
        return told(self.cursor.fetchall)

    def fetchmany(self, limit):
        return self.fetchall()[:limit]


def told(call):
    try:
        return call()
    except apsw.Error as error:
        ours = sqlite3.OperationalError(str(error))
        ours.sqlite_errorcode = getattr(error, "result", 1)
        raise ours from error


class Machine:
    """A machine with this disk: the store's own code runs on it until the power goes."""

    def __init__(self, disk, monkeypatch):
        self.disk, self.patch = disk, monkeypatch
        VFS.disk = disk
        self.opened = None
        fake = SimpleNamespace(
            connect=self.connect,
            Connection=Connection,
            Error=sqlite3.Error,
            SQLITE_BUSY=sqlite3.SQLITE_BUSY,
            SQLITE_LOCKED=sqlite3.SQLITE_LOCKED,
            SQLITE_READONLY=sqlite3.SQLITE_READONLY,
            complete_statement=sqlite3.complete_statement,
        )
        monkeypatch("filon.store.connection.sqlite3", fake)

    def connect(self, path, **_):
        if self.opened is None:
            self.opened = Connection(path)
        return self.opened
