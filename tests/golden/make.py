"""Make the golden ledger of a release: `PYTHONPATH=tests:src python tests/golden/make.py 0.1`. Never made twice.

What is made here is opened by every later version: the ledger file, a backup, a published log, a receipt, a bundle.
"""

import gzip
import json
import random
import shutil
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from filon.app import backup, prove
from filon.app.publish import publish
from filon.log.checkpoint import Checkpoint, cosign, sign
from filon.log.merkle import inclusion_path
from filon.log.receipt import Receipt
from filon.store.sqlite import SqliteStore
from log_story import LOG, NOON, WITNESS, fill

HERE = Path(__file__).parent


def main(version):
    folder = HERE / version
    folder.mkdir()
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "filon.db"
        with closing(SqliteStore(path, random=random.Random(1).randbytes)) as store:
            fill(store)
            note = sign(Checkpoint(LOG.key.name, 9, store.root()), LOG)
            note = bytes(note.plus(cosign(note, WITNESS, NOON)))
            store.publish(9, note)
            backup.backup(store, folder / "backup")
            publish(store, note, Path(name) / "public")
            receipt = Receipt(2, tuple(inclusion_path(store.node, 2, 9)), note)
            (folder / "entry-2.tlog-proof").write_bytes(bytes(receipt))
            (folder / "bundle.zip").write_bytes(prove.prove(store, [0, 1, 2], note, [LOG.key], disclosed=[0]))
            records = [[s.sequence, s.entry, s.body.decode()] for s in store.records()]
            told = {
                "root": store.root().hex(),
                "entries": 9,
                "records": records,
                "leaf 2": store.entry(2).leaf.decode(),
            }
        (folder / "expected.json").write_text(json.dumps(told, indent=1) + "\n")
        (folder / "policy.txt").write_text(f"log {LOG.key}\nwitness w {WITNESS.key}\nquorum w\n")
        (folder / "filon.db.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
        shutil.make_archive(str(folder / "public"), "zip", Path(name) / "public")


if __name__ == "__main__":
    main(sys.argv[1])
