"""A repository in memory with one program of each role, and short ways to talk to it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.testclient import TestClient

from filon.app.desk import tokens
from filon.app.desk.repository import Bounds, Repository
from filon.app.desk.tokens import Role
from filon.app.ledger import Ledger
from filon.web.epcis import Below, Interface

CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"ex": "https://ns.example.com/"}]
LOT = "https://id.gs1.org/01/09521234543213/10/"
PIECE = "https://id.gs1.org/01/09521234543213/21/"
SITE = "https://id.gs1.org/414/9521234000013"


class Clock:
    def __init__(self):
        self.time = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self):
        self.time += timedelta(milliseconds=1)
        return self.time


@dataclass
class World:
    repository: Repository
    client: TestClient
    clock: Clock
    tokens: dict

    def call(self, method, path, role="reader", headers=None, **more):
        secret = self.tokens.get(role)
        auth = {"Authorization": f"Bearer {secret}"} if secret else {}
        return self.client.request(method, "/epcis" + path, headers={**auth, **(headers or {})}, **more)

    def get(self, path, role="reader", **more):
        return self.call("GET", path, role, **more)

    def capture(self, *events, headers=None, role="submitter", body=None):
        body = json.dumps(document(*events)).encode() if body is None else body
        answer = self.call(
            "POST", "/capture", role, headers={"Content-Type": "application/ld+json", **(headers or {})}, content=body
        )
        self.repository.settle()
        return answer

    def job(self, answer, role="submitter"):
        return self.get(answer.headers["location"].partition("/epcis")[2], role).json()

    def ids(self, path, role="reader", **more):
        answer = self.get(path, role, **more)
        assert answer.status_code == 200, answer.text
        return [event["eventID"] for event in listed(answer)]


def listed(answer):
    return answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]


class Mounted:
    """The interface at /epcis, without the pages around it."""

    def __init__(self, repository):
        from starlette.applications import Starlette

        self.app = Starlette(routes=[Below("/epcis", Interface(repository))])


def world(tmp_path=None, bounds=Bounds(), hosts=frozenset()):  # noqa: B008
    clock = Clock()
    ledger = Ledger.open(tmp_path / "filon.db" if tmp_path else "memory:")
    repository = Repository(ledger, now=clock, bounds=bounds, hosts=hosts)

    def token(name, roles):
        days = timedelta(days=9)
        return tokens.create(repository.desk, name, roles, now=clock(), valid=days, organisation="urn:x:org")[1]

    secrets = {role.value: token(f"{role} Ltd", [role]) for role in Role}
    secrets["other"] = tokens.create(
        repository.desk, "Other Ltd", [Role.SUBMITTER, Role.READER], now=clock(), valid=timedelta(days=9)
    )[1]
    secrets["all"] = token("All Ltd", Role)
    client = TestClient(Mounted(repository).app, raise_server_exceptions=True)
    return World(repository, client, clock, secrets)


def uuid(number):
    return f"urn:uuid:00000000-0000-4000-8000-{number:012d}"


def event(number, **more):
    """An ObjectEvent about piece `number`, a day later than the one before."""
    made = {
        "type": "ObjectEvent",
        "eventID": uuid(number),
        "eventTime": (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)).isoformat().replace("+00:00", "Z"),
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "bizStep": "shipping",
        "readPoint": {"id": SITE},
        "epcList": [f"{PIECE}{number}"],
        **more,
    }
    return {name: value for name, value in made.items() if value is not None}


def document(*events, **more):
    return {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-22T12:00:00Z",
        "epcisBody": {"eventList": list(events)},
        **more,
    }
