"""The ledger's tables on PostgreSQL, one list of migrations; the same columns as in the SQLite file.

`head` is one row: whoever appends locks it, so that index order is commit order without gaps; a sequence would leave
holes and show later indexes before earlier ones.
"""

MIGRATIONS: tuple[str, ...] = (
    # 1: the founding format
    """
    CREATE TABLE head (
      one boolean PRIMARY KEY DEFAULT true CHECK (one),
      size bigint NOT NULL, learned bigint NOT NULL, sequence bigint NOT NULL, identifier bigint NOT NULL
    );
    INSERT INTO head (size, learned, sequence, identifier) VALUES (0, 0, 0, 0);

    CREATE TABLE entry (
      idx bigint PRIMARY KEY, learned bigint NOT NULL, leaf bytea NOT NULL,
      leaf_hash bytea NOT NULL CHECK (length(leaf_hash) = 32)
    );
    CREATE TABLE payload (
      entry bigint PRIMARY KEY REFERENCES entry (idx), media_type text NOT NULL, name text NOT NULL,
      submitter text NOT NULL, accepted text NOT NULL, salts bytea NOT NULL CHECK (length(salts) = 32),
      data bytea NOT NULL
    );
    ALTER TABLE payload ALTER COLUMN data SET STORAGE EXTERNAL;
    CREATE TABLE erased (
      entry bigint PRIMARY KEY REFERENCES entry (idx), by bigint NOT NULL REFERENCES entry (idx)
    );
    CREATE TABLE node (
      level integer NOT NULL CHECK (level > 0), idx bigint NOT NULL, hash bytea NOT NULL CHECK (length(hash) = 32),
      PRIMARY KEY (level, idx)
    );
    CREATE TABLE published (number bigserial PRIMARY KEY, size bigint NOT NULL, note bytea NOT NULL);

    CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION '% rows do not change and stay', TG_TABLE_NAME; END $$;
    CREATE FUNCTION payload_stays() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NOT EXISTS (SELECT 1 FROM erased WHERE entry = OLD.entry) THEN
          RAISE EXCEPTION 'payloads stay unless their erasure is logged';
        END IF;
        RETURN OLD;
      END $$;
    CREATE FUNCTION entry_dense() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.idx <> coalesce((SELECT max(idx) + 1 FROM entry), 0)
           OR NEW.learned < (SELECT learned FROM entry WHERE idx = NEW.idx - 1) THEN
          RAISE EXCEPTION 'entries are dense and time does not run back';
        END IF;
        RETURN NEW;
      END $$;
    CREATE TRIGGER entry_dense BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION entry_dense();
    CREATE TRIGGER entry_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON entry EXECUTE FUNCTION kept();
    CREATE TRIGGER node_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON node EXECUTE FUNCTION kept();
    CREATE TRIGGER erased_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON erased EXECUTE FUNCTION kept();
    CREATE TRIGGER published_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON published EXECUTE FUNCTION kept();
    CREATE TRIGGER payload_kept BEFORE UPDATE OR TRUNCATE ON payload EXECUTE FUNCTION kept();
    CREATE TRIGGER payload_stays BEFORE DELETE ON payload FOR EACH ROW EXECUTE FUNCTION payload_stays();

    -- from here on a cache: made again from the payloads at any time
    CREATE TABLE record (
      sequence bigint PRIMARY KEY, entry bigint NOT NULL REFERENCES entry (idx), occurred bigint NOT NULL,
      key bytea NOT NULL UNIQUE CHECK (length(key) = 32), name text NOT NULL, body bytea NOT NULL
    );
    CREATE INDEX record_entry ON record (entry, sequence);
    CREATE INDEX record_name ON record (name) WHERE name <> '';
    CREATE TABLE identifier (id bigint PRIMARY KEY, text text NOT NULL UNIQUE, tail text NOT NULL);
    CREATE INDEX identifier_tail ON identifier (lower(tail) text_pattern_ops);
    CREATE TABLE mark (
      identifier bigint NOT NULL, role text NOT NULL, sequence bigint NOT NULL, PRIMARY KEY (identifier, role, sequence)
    );
    CREATE INDEX mark_sequence ON mark (sequence);
    """,
    # 2: records are told by words and time a part at a time; what parts tell needs no index, nor a check a row
    """
    ALTER TABLE record DROP CONSTRAINT record_entry_fkey;
    DROP INDEX record_entry;
    DROP INDEX mark_sequence;
    CREATE TABLE part (
      first bigint PRIMARY KEY, size bigint NOT NULL, entry bigint NOT NULL REFERENCES entry (idx),
      earliest bigint NOT NULL, latest bigint NOT NULL, told bigint
    );
    INSERT INTO part SELECT min(sequence), max(sequence) - min(sequence) + 1, entry, min(occurred), max(occurred), NULL
      FROM record GROUP BY entry;
    CREATE INDEX part_entry ON part (entry, first);
    CREATE INDEX part_untold ON part (first) WHERE told IS NULL;
    CREATE TABLE word (id bigserial PRIMARY KEY, role text NOT NULL, text text NOT NULL, UNIQUE (role, text));
    CREATE TABLE told (word bigint NOT NULL, first bigint NOT NULL, bits bytea NOT NULL, PRIMARY KEY (word, first));
    CREATE INDEX record_time ON record (occurred, sequence);
    """,
)
"""Applied in order under a lock; table `format` says how many were. Never edit one: add one."""
