"""The ledger file's tables, one list of migrations; `docs/ledger-format.md` explains them to a stranger.

The triggers refuse what an entry must never suffer (change, removal, a gap, time running back). They guard against
accidents; against somebody who owns the file stand the checkpoints and witnesses outside.
"""

APPLICATION_ID = 0x46696C6E  # "Filn"

MIGRATIONS: tuple[str, ...] = (
    # 1: the founding format
    """
    CREATE TABLE entry (
      idx INTEGER PRIMARY KEY,
      learned INTEGER NOT NULL,
      leaf BLOB NOT NULL,
      leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32)
    );
    CREATE TRIGGER entry_dense BEFORE INSERT ON entry
      WHEN NEW.idx IS NOT (SELECT coalesce(max(idx), -1) + 1 FROM entry)
        OR NEW.learned < (SELECT learned FROM entry WHERE idx = NEW.idx - 1)
      BEGIN SELECT RAISE(ABORT, 'entries are dense and time does not run back'); END;
    CREATE TRIGGER entry_kept BEFORE UPDATE ON entry
      BEGIN SELECT RAISE(ABORT, 'entries do not change'); END;
    CREATE TRIGGER entry_stays BEFORE DELETE ON entry
      BEGIN SELECT RAISE(ABORT, 'entries stay'); END;

    CREATE TABLE payload (
      entry INTEGER PRIMARY KEY REFERENCES entry (idx),
      media_type TEXT NOT NULL,
      name TEXT NOT NULL,
      submitter TEXT NOT NULL,
      accepted TEXT NOT NULL,
      salts BLOB NOT NULL CHECK (length(salts) = 32),
      data BLOB NOT NULL
    );
    CREATE TABLE erased (
      entry INTEGER PRIMARY KEY REFERENCES entry (idx),
      by INTEGER NOT NULL REFERENCES entry (idx)
    );
    CREATE TRIGGER payload_kept BEFORE UPDATE ON payload
      BEGIN SELECT RAISE(ABORT, 'payloads do not change'); END;
    CREATE TRIGGER payload_stays BEFORE DELETE ON payload
      WHEN NOT EXISTS (SELECT 1 FROM erased WHERE entry = OLD.entry)
      BEGIN SELECT RAISE(ABORT, 'payloads stay unless their erasure is logged'); END;
    CREATE TRIGGER erased_kept BEFORE UPDATE ON erased
      BEGIN SELECT RAISE(ABORT, 'erasures do not change'); END;
    CREATE TRIGGER erased_stays BEFORE DELETE ON erased
      BEGIN SELECT RAISE(ABORT, 'erasures stay'); END;

    CREATE TABLE node (
      level INTEGER NOT NULL CHECK (level > 0),
      idx INTEGER NOT NULL,
      hash BLOB NOT NULL CHECK (length(hash) = 32),
      PRIMARY KEY (level, idx)
    ) WITHOUT ROWID;
    CREATE TRIGGER node_kept BEFORE UPDATE ON node
      BEGIN SELECT RAISE(ABORT, 'nodes do not change'); END;
    CREATE TRIGGER node_stays BEFORE DELETE ON node
      BEGIN SELECT RAISE(ABORT, 'nodes stay'); END;

    CREATE TABLE published (
      number INTEGER PRIMARY KEY,
      size INTEGER NOT NULL,
      note BLOB NOT NULL
    );
    CREATE TRIGGER published_kept BEFORE UPDATE ON published
      BEGIN SELECT RAISE(ABORT, 'published checkpoints do not change'); END;
    CREATE TRIGGER published_stays BEFORE DELETE ON published
      BEGIN SELECT RAISE(ABORT, 'published checkpoints stay'); END;

    -- from here on a cache: made again from the payloads at any time
    CREATE TABLE record (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      entry INTEGER NOT NULL REFERENCES entry (idx),
      occurred INTEGER NOT NULL,
      key BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
      name TEXT NOT NULL,
      body BLOB NOT NULL
    );
    CREATE INDEX record_entry ON record (entry);
    CREATE INDEX record_name ON record (name) WHERE name <> '';
    CREATE TABLE role (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
    CREATE TABLE identifier (
      id INTEGER PRIMARY KEY,
      text TEXT NOT NULL UNIQUE,
      tail TEXT NOT NULL COLLATE NOCASE
    );
    CREATE INDEX identifier_tail ON identifier (tail);
    CREATE TABLE mark (
      identifier INTEGER NOT NULL,
      role INTEGER NOT NULL,
      sequence INTEGER NOT NULL,
      PRIMARY KEY (identifier, role, sequence)
    ) WITHOUT ROWID;
    CREATE VIRTUAL TABLE identifier_text USING fts5 (
      text, content = 'identifier', content_rowid = 'id', tokenize = 'trigram'
    );
    """,
    # 2: records are held once by time and key, whose places in an index lie together; `sqlite_runs` finds the rest
    """
    ALTER TABLE record RENAME TO record_1;
    CREATE TABLE record (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      entry INTEGER NOT NULL REFERENCES entry (idx),
      occurred INTEGER NOT NULL,
      key BLOB NOT NULL CHECK (length(key) = 32),
      name TEXT NOT NULL,
      body BLOB NOT NULL
    );
    INSERT INTO record SELECT sequence, entry, occurred, key, name, body FROM record_1 ORDER BY sequence;
    DELETE FROM sqlite_sequence WHERE name = 'record';
    INSERT INTO sqlite_sequence SELECT 'record', seq FROM sqlite_sequence WHERE name = 'record_1';
    DROP TABLE record_1;
    CREATE INDEX record_entry ON record (entry);
    CREATE UNIQUE INDEX record_key ON record ((occurred + 62135596800000500) / 1000, key);
    CREATE TABLE run (number INTEGER PRIMARY KEY, rank INTEGER NOT NULL, size INTEGER NOT NULL);
    CREATE TABLE sought (
      run INTEGER NOT NULL,
      hash INTEGER NOT NULL,
      sequence INTEGER NOT NULL,
      PRIMARY KEY (run, hash, sequence)
    ) WITHOUT ROWID;
    """,
    # 3: records are told by words and time a part at a time; runs in blocks; the search box's index follows when asked
    """
    DROP TABLE sought;
    CREATE TABLE sought (
      run INTEGER NOT NULL,
      least BLOB NOT NULL,
      pairs BLOB NOT NULL,
      PRIMARY KEY (run, least)
    ) WITHOUT ROWID;
    CREATE TABLE part (
      first INTEGER PRIMARY KEY,
      size INTEGER NOT NULL,
      entry INTEGER NOT NULL REFERENCES entry (idx),
      earliest INTEGER NOT NULL,
      latest INTEGER NOT NULL,
      told INTEGER
    );
    INSERT INTO part SELECT min(sequence), max(sequence) - min(sequence) + 1, entry, min(occurred), max(occurred), NULL
      FROM record GROUP BY entry;
    CREATE INDEX part_entry ON part (entry);
    CREATE INDEX part_untold ON part (first) WHERE told IS NULL;
    DROP INDEX record_entry;
    CREATE TABLE word (id INTEGER PRIMARY KEY, role TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (role, text));
    CREATE TABLE told (
      word INTEGER NOT NULL,
      first INTEGER NOT NULL,
      bits BLOB NOT NULL,
      PRIMARY KEY (word, first)
    ) WITHOUT ROWID;
    DROP INDEX identifier_tail;
    CREATE TABLE ending (
      tail TEXT NOT NULL COLLATE NOCASE,
      identifier INTEGER NOT NULL,
      PRIMARY KEY (tail, identifier)
    ) WITHOUT ROWID;
    INSERT INTO ending SELECT tail, id FROM identifier ORDER BY tail, id;
    ALTER TABLE identifier RENAME TO identifier_2;
    CREATE TABLE identifier (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
    INSERT INTO identifier SELECT id, text FROM identifier_2 ORDER BY id;
    DROP TABLE identifier_2;
    """,
)
"""Applied in order, each in one transaction; PRAGMA user_version says how many were. Never edit one: add one."""
MOMENT = "(occurred + 62135596800000500) / 1000"
"""The millisecond, counted from year 1, to which a record's time is rounded: records with one key have one."""
