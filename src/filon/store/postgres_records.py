"""The records of a ledger in PostgreSQL: what the entries say, interned and indexed, found among millions.

Identifiers and words are interned; words and times are told by parts of the log, as in a file (`parts`). A store is
made on top of this (`postgres`); what writes stands in its transaction.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial

from filon.log.store import EVER, Record, Stored
from filon.store import parts
from filon.store.group import Held
from filon.store.parts import Word
from filon.store.postgres_server import Server, before
from filon.store.search import SHORT, tail

_STORED = "SELECT sequence, entry, key, body FROM record WHERE"


class PostgresRecords:
    """The part of the store of `log/store.py` that is about records."""

    _server: Server

    def known(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the keys that are held."""
        return {bytes(key) for (key,) in self._server.rows("SELECT key FROM record WHERE key = ANY(%b)", (list(keys),))}

    def keyed(self, keys: Iterable[bytes], *, size: int | None = None) -> Iterator[Stored]:
        """The records with these keys, in sequence order."""
        return self._server.stored(
            f"{_STORED} key = ANY(%s) AND entry < %s ORDER BY sequence", list(keys), before(size)
        )

    def records(self, *, after: int = -1, first: int = 0, size: int | None = None) -> Iterator[Stored]:
        """Records in sequence order."""
        begin, end = self._stretch(after, first, size)
        return self._along(begin, end)

    def having(
        self,
        words: Sequence[Collection[tuple[str, str]]],
        *,
        occurred: tuple[int, int] = EVER,
        after: int = -1,
        first: int = 0,
        size: int | None = None,
    ) -> Iterator[Stored]:
        """Records that carry of each of these sets of words one."""
        begin, end = self._stretch(after, first, size)
        untold = self._server.number("SELECT max(first + size) FROM part WHERE told IS NULL", (), 0)
        told = self._told_numbers(words, occurred, max(begin, untold), end)
        return self._fetched(itertools.chain(range(begin, min(untold, end)), told), occurred)

    def touching(
        self, identifiers: Iterable[str], *, roles: Iterable[str] | None = None, size: int | None = None
    ) -> Iterator[Stored]:
        """Records that carry any of the identifiers (in any of the roles), each once."""
        marks = "SELECT sequence FROM mark JOIN identifier ON id = identifier WHERE text = ANY(%s)"
        values: list[object] = [list(identifiers)]
        if roles is not None:
            marks += " AND role = ANY(%s)"
            values.append(list(roles))
        sql = f"{_STORED} sequence IN ({marks}) AND entry < %s ORDER BY sequence"
        return self._server.stored(sql, *values, before(size))

    def marked(self, identifier: str, *, size: int | None = None) -> list[tuple[str, int]]:
        """(role, sequence) of every record that carries an identifier."""
        sql = """SELECT role, sequence FROM mark JOIN identifier ON id = identifier JOIN record USING (sequence)
            WHERE text = %s AND entry < %s"""
        return sorted((role, sequence) for role, sequence in self._server.rows(sql, (identifier, before(size))))

    def named(self, name: str, *, size: int | None = None) -> Iterator[Stored]:
        """Records with that own identifier."""
        sql = f"{_STORED} name = %s AND name <> '' AND entry < %s ORDER BY sequence"
        return self._server.stored(sql, name, before(size))

    def identifiers(self, part: str, *, roles: Iterable[str] | None = None, limit: int = 50) -> list[str]:
        """Identifiers for the search box."""
        sought = part.lower().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        where, values = "lower(tail) LIKE %s", [f"{sought}%"]
        if len(part) >= SHORT:
            where, values = "lower(text) LIKE %s", [f"%{sought}%"]
        held: list[object] = [*values]
        if roles is not None:
            where += " AND EXISTS (SELECT 1 FROM mark WHERE identifier = id AND role = ANY(%s))"
            held.append(list(roles))
        sql = f"SELECT text FROM identifier WHERE {where} ORDER BY id DESC LIMIT %s"  # noqa: S608 - our own words
        return sorted(str(text) for (text,) in self._server.rows(sql, (*held, limit)))

    def indexed(self, sequence: int, record: Record) -> bool:
        """Whether name, time, marks and words of a record are indexed as the record has them."""
        row = self._server.maybe("SELECT name, occurred FROM record WHERE sequence = %s", (sequence,))
        sql = """SELECT role, text, tail FROM unnest(%s::text[], %s::text[]) AS said (role, text)
            JOIN identifier USING (text) JOIN mark USING (role) WHERE identifier = id AND sequence = %s"""
        said = {(role, text, tail(text)) for role, text in record.marks}
        pairs = [role for role, _, _ in said], [text for _, text, _ in said]
        marked = set(self._server.rows(sql, (*pairs, sequence))) == said
        return row == (record.name, record.occurred) and marked and self._is_told(sequence, record)

    def _is_told(self, sequence: int, record: Record) -> bool:
        sql = "SELECT first, told FROM part WHERE first <= %s ORDER BY first DESC LIMIT 1"
        first, told = self._server.one(sql, (sequence,))
        sql = (
            "SELECT role, text, bits FROM told JOIN word ON word.id = told.word WHERE first = %s AND word.id = ANY(%s)"
        )
        ids = self._words(record.words, new=False)
        rows = self._server.rows(sql, (first, list(ids.values())))
        held = {(role, text) for role, text, bits in rows if parts.stands(bits, sequence - first)}
        return told is None or held == set(record.words)

    def marks(self) -> int:
        """How many (record, role, identifier) are indexed in all."""
        return int(self._server.one("SELECT count(*) FROM mark")[0])

    def _take(self, entry: int, records: Sequence[Record], held: Held) -> None:
        if not records:
            return
        there = held({record.key for record in records})
        fresh: dict[bytes, Record] = {}
        for record in records:
            if record.key not in there:
                fresh.setdefault(record.key, record)
        if not fresh:
            return
        held.took(fresh)
        new = list(fresh.values())
        first, lowest = self._server.one("SELECT sequence, identifier FROM head")
        ids, met = self._interned(dict.fromkeys(text for record in new for _, text in record.marks), lowest)
        rows = sorted({(ids[text], role, number) for number, r in enumerate(new, first) for role, text in r.marks})
        self._server.put("identifier", ("int8", "text", "text"), [(ids[text], text, tail(text)) for text in met])
        self._server.put("record", ("int8", "int8", "int8", "bytea", "text", "bytea"),
                  [(n, entry, r.occurred, r.key, r.name, r.body) for n, r in enumerate(new, first)])  # fmt: skip
        self._server.put("mark", ("int8", "text", "int8"), rows)
        self._tell(entry, first, new)
        self._server.run("UPDATE head SET sequence = %s, identifier = %s", (first + len(new), lowest + len(met)))

    def _interned(self, texts: Iterable[str], lowest: int) -> tuple[dict[str, int], list[str]]:
        """({text: id}, those not met before, which are numbered from `lowest` in the order in which they came)."""
        wanted = list(texts)
        ids: dict[str, int] = dict(self._server.rows("SELECT text, id FROM identifier WHERE text = ANY(%b)", (wanted,)))
        met = [text for text in wanted if text not in ids]
        ids.update((text, number) for number, text in enumerate(met, lowest))
        return ids, met

    def _tell(self, entry: int, first: int, new: Sequence[Record]) -> None:
        """Keep when the records of a part happened and under which words they are told."""
        part = (first, len(new), entry, *parts.times_of(new), parts.told_in(new))
        self._server.run("INSERT INTO part VALUES (%s, %s, %s, %s, %s, %s)", part)
        told = parts.words_of(new)
        ids = self._words(told)
        sql = "INSERT INTO told SELECT word, %s, bits FROM unnest(%b::int8[], %b::bytea[]) AS said (word, bits)"
        self._server.run(sql, (first, [ids[word] for word in told], list(told.values())))

    def _words(self, words: Iterable[Word], *, new: bool = True) -> dict[Word, int]:
        """{word: its number}; those met for the first time are numbered if they are `new`."""
        wanted = list(words)
        pairs = [role for role, _ in wanted], [text for _, text in wanted]
        known = """SELECT role, text, id FROM word
            WHERE (role, text) IN (SELECT * FROM unnest(%b::text[], %b::text[]))"""
        ids = {(role, text): int(number) for role, text, number in self._server.rows(known, pairs)}
        if new and (met := [word for word in wanted if word not in ids]):
            self._server.mine().cursor().executemany("INSERT INTO word (role, text) VALUES (%s, %s)", met)
            return self._words(wanted, new=False)
        return ids

    def _told_numbers(
        self, words: Sequence[Collection[Word]], occurred: tuple[int, int], begin: int, end: int
    ) -> Iterator[int]:
        few = None if occurred == EVER else self._in_time(occurred)
        ask, ids = partial(self._server.rows, values=()), partial(self._words, new=False)
        yield from parts.chosen(ask, ids, words, few, occurred=occurred, begin=begin, end=end)

    def _in_time(self, occurred: tuple[int, int]) -> set[int] | None:
        """Sequences of all records that happened then; None if they are more than a few."""
        sql = "SELECT sequence FROM record WHERE occurred BETWEEN %s AND %s LIMIT %s"
        return parts.few_of(self._server.rows(sql, (*occurred, parts.FEW + 1)))

    def _stretch(self, after: int, first: int, size: int | None) -> tuple[int, int]:
        """Sequences from .. to before which records lie after one, of entries first..size-1, as of now."""
        first_after = "SELECT min(first) FROM part WHERE entry >= %s"
        newest = int(self._server.one("SELECT sequence FROM head")[0])
        begin, end = (self._server.number(first_after, (one,), newest) for one in (first, before(size)))
        return max(after + 1, begin), end

    def _along(self, begin: int, end: int) -> Iterator[Stored]:
        """The records begin..end-1; some, then many at a time, for who asks may need but few."""
        sql = f"{_STORED} sequence >= %s AND sequence < %s ORDER BY sequence LIMIT %s"
        for some in parts.growing():
            found = list(self._server.some(sql, begin, end, some))
            yield from found
            if len(found) < some:
                return
            begin = found[-1].sequence + 1

    def numbered(self, sequences: Iterable[int]) -> Iterator[Stored]:
        """The records of these sequences."""
        return self._fetched(sequences, EVER)

    def _fetched(self, numbers: Iterable[int], occurred: tuple[int, int]) -> Iterator[Stored]:
        """The records of these sequences, as far as there are any and they happened then."""
        sql = f"{_STORED} sequence = ANY(%s) AND occurred BETWEEN %s AND %s ORDER BY sequence"
        for chosen in parts.handfuls(numbers):
            yield from self._server.some(sql, chosen, *occurred)

    def _forget(self) -> None:
        """Throw all records away."""
        self._server.run("DELETE FROM told; DELETE FROM word; DELETE FROM part")
        self._server.run("DELETE FROM mark; DELETE FROM record; DELETE FROM identifier")
        self._server.run("UPDATE head SET sequence = 0, identifier = 0")

    def _forget_entry(self, index: int) -> None:
        run = self._server.run
        told = "SELECT coalesce(min(first), 0), coalesce(max(first + size), 0) FROM part WHERE entry = %s"
        mine = tuple(self._server.one(told, (index,)))
        # No index leads from a record to its marks: an erasure reads them all once, which is rare.
        gone = "DELETE FROM mark WHERE sequence >= %s AND sequence < %s RETURNING identifier"
        ids = list({number for (number,) in self._server.rows(gone, mine)})
        run("DELETE FROM record WHERE sequence >= %s AND sequence < %s", mine)
        run("DELETE FROM told WHERE first >= %s AND first < %s", mine)
        run("DELETE FROM part WHERE entry = %s", (index,))
        run("DELETE FROM word WHERE NOT EXISTS (SELECT 1 FROM told WHERE word = id)")
        alone = "NOT EXISTS (SELECT 1 FROM mark WHERE identifier = id)"
        run(f"DELETE FROM identifier WHERE id = ANY(%s) AND {alone}", (ids,))  # noqa: S608
