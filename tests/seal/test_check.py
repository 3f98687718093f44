"""A whole verdict: seal, issuer, time, withdrawal, the log's proof; each broken on purpose."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filon.app.signer import create_signer
from filon.log.merkle import inclusion_path
from filon.log.policy import parse_policy
from filon.log.receipt import Receipt
from filon.log.store import Deposit
from filon.seal.broken import BrokenSealError
from filon.seal.check import RECEIPT, Known, check
from filon.seal.did import did_web, document, keys_of
from filon.seal.key import new_key
from filon.seal.sdjwt import concealed
from filon.seal.seal import as_document, as_token
from filon.seal.status import ENTRIES, encode, new_list, place, with_status
from filon.seal.webvh import at, continued, founded, resolved
from filon.store.memory import MemoryStore

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DID = did_web("id.example.com", "atlas")
KEY = new_key(f"{DID}#2026", bytes(range(32)))
PUBLISHED = document(DID, [KEY.public])
LIST = "https://id.example.com/status/1"
CREDENTIAL = {
    "@context": ["https://www.w3.org/ns/credentials/v2", {"mass": "https://w3id.org/filon/mass"}],
    "id": "https://id.example.com/01/09506000134352/21/7",
    "type": ["VerifiableCredential"],
    "issuer": {"id": DID, "name": "Atlas Packs"},
    "validFrom": "2026-11-01T00:00:00Z",
    "validUntil": "2036-11-01T00:00:00Z",
    "credentialStatus": {
        "type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "94567",
        "statusListCredential": LIST,
    },
    "credentialSubject": {"id": "https://id.gs1.org/01/09506000134352/21/7", "mass": "412.5"},
}  # fmt: skip
KNOWN = Known(documents=[PUBLISHED])


def status_list(bits, key=KEY, issuer=DID):
    return as_token(
        {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": LIST,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": issuer,
            "credentialSubject": {
                "id": f"{LIST}#list", "type": "BitstringStatusList", "statusPurpose": "revocation",
                "encodedList": encode(bits),
            },
        },
        key,
    )  # fmt: skip


def codes(verdict):
    return [one.code for one in verdict.findings]


SEALS = {
    "token": lambda credential: as_token(credential, KEY),
    "proof": lambda credential: orjson.dumps(as_document(credential, KEY, created=NOW)),
    "parts": lambda credential: concealed(credential, [("credentialSubject", "mass")], KEY, salt=lambda n: b"\1" * n),
}


@pytest.mark.parametrize("kind", SEALS)
def test_a_good_document_holds_and_says_what_was_not_looked_at(kind):
    verdict = check(SEALS[kind](CREDENTIAL), KNOWN, now=NOW)
    assert verdict.holds
    assert verdict.sealed.document["credentialSubject"]["mass"] == "412.5"
    assert codes(verdict) == ["SEA-103", "SEA-104", "SEA-101"]


@pytest.mark.parametrize("kind", SEALS)
def test_it_holds_for_its_time_and_no_other(kind):
    sealed = SEALS[kind](CREDENTIAL)
    assert codes(check(sealed, KNOWN, now=datetime(2026, 10, 31, tzinfo=UTC)))[0] == "SEA-021"
    late = check(sealed, KNOWN, now=datetime(2036, 11, 2, tzinfo=UTC))
    assert codes(late)[0] == "SEA-022"
    assert not late.holds


@pytest.mark.parametrize("kind", SEALS)
def test_somebody_else_cannot_speak_in_the_issuers_name(kind):
    thief = new_key("did:web:thief.example#1", b"\7" * 32)
    theirs = document("did:web:thief.example", [thief.public])
    sealed = SEALS[kind]({**CREDENTIAL, "issuer": "did:web:other.example"})
    assert codes(check(sealed, KNOWN, now=NOW)) == ["SEA-008"]
    forged = as_token(CREDENTIAL, thief)
    assert codes(check(forged, Known(documents=[PUBLISHED, theirs]), now=NOW)) == ["SEA-008"]
    assert codes(check(SEALS[kind](CREDENTIAL), Known(), now=NOW)) == ["SEA-008"]


def test_withdrawn_is_said_only_by_the_issuers_own_list():
    bits = with_status(new_list(), 94567, 1)
    sealed = SEALS["token"](CREDENTIAL)
    thief = new_key("did:web:thief.example#1", b"\7" * 32)
    theirs = document("did:web:thief.example", [thief.public])

    def told(listed, *documents):
        return check(sealed, Known(documents=[PUBLISHED, *documents], status_lists={LIST: listed}), now=NOW)

    assert codes(told(status_list(new_list())))[-1] in {"SEA-101", "SEA-105"}
    assert told(status_list(new_list())).holds
    gone = told(status_list(bits))
    assert codes(gone)[0] == "SEA-031"
    assert not gone.holds
    foreign = told(status_list(new_list(), thief, "did:web:thief.example"), theirs)
    assert codes(foreign)[0] == "SEA-030"
    changed = told(status_list(bits)[:-3] + "AAA")
    assert not changed.holds


@given(st.sets(st.integers(0, ENTRIES - 1), max_size=8))
def test_law_a_list_holds_exactly_what_was_withdrawn(withdrawn):
    bits = new_list()
    for index in withdrawn:
        bits = with_status(bits, index, 1)
    # Oracle: the standard's picture, place 0 is the left-most bit.
    picture = f"{int.from_bytes(bits, 'big'):0{ENTRIES}b}"
    assert {i for i, bit in enumerate(picture) if bit == "1"} == withdrawn
    assert all(place(bits, index) == 1 for index in withdrawn)


def test_the_logs_proof_inside_is_checked(tmp_path):
    store, signer = MemoryStore(), create_signer(tmp_path, "log.example/atlas")
    store.append_all([(Deposit(b"%d" % i, "text/plain"), ()) for i in range(5)], now=NOW)
    note = signer.checkpoint(store, now=NOW)
    policy = parse_policy(f"log {signer.keys[0]}\nquorum none\n".encode())
    kept = next(store.kept(3, 4))
    receipt = bytes(Receipt(3, tuple(inclusion_path(store.node, 3, 5)), note))

    def evidence(leaf, told=receipt):
        return {**CREDENTIAL, "evidence": [
            {"type": [RECEIPT], "leaf": b64encode(leaf).decode(), "receipt": b64encode(told).decode()}
        ]}  # fmt: skip

    good = check(SEALS["proof"](evidence(kept.leaf)), Known(documents=[PUBLISHED], log=policy), now=NOW)
    assert good.holds
    (said,) = [one for one in good.findings if one.code == "SEA-102"]
    assert dict(said.values) == {"origin": "log.example/atlas", "entries": "1", "size": "5"}
    silent = check(SEALS["proof"](evidence(kept.leaf)), KNOWN, now=NOW)
    assert "SEA-106" in codes(silent)
    bad = check(SEALS["proof"](evidence(kept.leaf + b" ")), Known(documents=[PUBLISHED], log=policy), now=NOW)
    assert codes(bad)[0] == "SEA-050"


@given(st.data())
def test_law_any_changed_byte_of_a_sealed_document_is_noticed(data):
    sealed = data.draw(st.sampled_from([SEALS["token"](CREDENTIAL).encode(), SEALS["proof"](CREDENTIAL)]))
    at_byte = data.draw(st.integers(0, len(sealed) - 1))
    changed = sealed[:at_byte] + bytes([sealed[at_byte] ^ data.draw(st.integers(1, 127))]) + sealed[at_byte + 1 :]
    verdict = check(changed, KNOWN, now=NOW)
    # White space around a JSON document or between its members changes no member; nothing else may pass.
    assert not verdict.holds or verdict.sealed.document == CREDENTIAL


def test_a_history_of_ours_resolves_and_tomorrows_key_was_announced():
    first, second, thief = (new_key("", bytes([n]) * 32) for n in (1, 2, 3))
    state = lambda did: document(did, [])  # noqa: E731
    did, line = founded("id.example.com", ["atlas"], first, state, now=NOW, announced=[second.public])
    (only,) = resolved(did, line, now=NOW)
    assert only.state["id"] == did
    later = NOW + timedelta(days=1)
    keys = {"updateKeys": [second.public.multikey], "nextKeyHashes": []}
    log = line + continued(line, second, state(did), now=later, parameters=keys)
    history = resolved(did, log, now=later)
    assert [one.number for one in history] == [1, 2]
    assert at(history, NOW).number == 1
    assert at(history, later).number == 2
    stolen = line + continued(
        line, thief, state(did), now=later, parameters={**keys, "updateKeys": [thief.public.multikey]}
    )
    with pytest.raises(BrokenSealError):
        resolved(did, stolen, now=later)
    old = line + continued(line, first, state(did), now=later, parameters={})
    with pytest.raises(BrokenSealError):
        resolved(did, old, now=later)


def test_a_controllers_document_lets_only_its_own_keys_speak():
    assert set(keys_of(PUBLISHED, DID)) == {f"{DID}#2026", f"{DID}#2026-multikey"}
    faults = [
        {**PUBLISHED, "id": "did:web:else.example"},
        {
            **PUBLISHED,
            "verificationMethod": [{**PUBLISHED["verificationMethod"][0], "controller": "did:web:else.example"}],
        },
        {**PUBLISHED, "assertionMethod": ["#2026"]},
    ]
    for one in faults:
        with pytest.raises(BrokenSealError):
            keys_of(one, DID)
    assert keys_of({**PUBLISHED, "assertionMethod": []}, DID) == {}


def test_a_history_goes_forward_in_time():
    first = new_key("", b"\1" * 32)
    did, line = founded("id.example.com", [], first, lambda one: document(one, []), now=NOW)
    same = line + continued(line, first, document(did, []), now=NOW)
    with pytest.raises(BrokenSealError, match="versionTime"):
        resolved(did, same, now=NOW + timedelta(days=1))
