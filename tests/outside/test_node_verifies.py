"""`jose`, `@sd-jwt/core` and `didwebvh-ts` on node verify what Filon seals, and refuse it once it is changed.

Needs node with npm (Debian: nodejs, npm), which fetches the packages of node/package.json into FILON_NODE or a scratch
folder; skipped by name without them.
"""

import json
import secrets
import subprocess
from datetime import UTC, datetime

import pytest

from filon.app.issuing import Issuing
from filon.app.sealer import create_sealer
from filon.passport.passport import disclosed
from filon.passport.point import Audience
from filon.seal.did import document
from filon.seal.key import new_key, secret_from_jwk
from filon.seal.sdjwt import concealed, presented
from filon.seal.seal import as_token
from filon.seal.webvh import continued, founded
from filon.store.memory import MemoryStore
from node_folder import node_folder
from passport_examples import EXAMPLES, example

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEY = new_key("did:web:id.example.com#2026", bytes(range(32)))
P256 = secret_from_jwk(
    {
        "kty": "EC", "crv": "P-256", "x": "WfTi93YuhsQxKbD0ftnjOXJndqhnJ5kgDV-ZDGyrhBQ",
        "y": "qUd_55EjX0mjKZ6W6mF4UXVYTQ41K6jfdnYFwN5uPyk", "d": "J_a5KH6A2Ru7iOAzvUkQEjKCJQCdxUXVajaW3CaPORs",
    },
    "did:web:id.example.com#p",
)  # fmt: skip
CREDENTIAL = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiableCredential"],
    "issuer": "did:web:id.example.com",
    "credentialSubject": {"id": "urn:x:1", "mass": "412.5", "tests": {"report": "r-7", "by": "Labo Garonne"}},
}


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """Asks the outside programs one question."""
    folder = node_folder(tmp_path_factory, "verify.mjs", "jose")

    def ask(**question):
        done = subprocess.run(
            ["node", "verify.mjs"], cwd=folder, input=json.dumps(question), capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout.strip().splitlines()[-1])

    return ask


@pytest.mark.parametrize(("key", "alg"), [(KEY, "EdDSA"), (KEY, "Ed25519"), (P256, "ES256")])
def test_jose_verifies_our_tokens(node, key, alg):
    if alg == "EdDSA":
        from filon.seal.jws import signed

        token = signed({"typ": "vc+jwt", "cty": "vc", "alg": "EdDSA"}, json.dumps(CREDENTIAL).encode(), key)
    else:
        token = as_token(CREDENTIAL, key)
    told = node(what="token", token=token, jwk=key.public.jwk, alg=alg)
    assert told["payload"] == CREDENTIAL
    assert (told["header"]["typ"], told["header"]["kid"]) == ("vc+jwt", key.public.id)
    head, payload, signature = token.split(".")
    changed = f"{head}.{payload[:-4]}AAAA.{signature}"
    assert "error" in node(what="token", token=changed, jwk=key.public.jwk, alg=alg)


def test_sd_jwt_core_opens_what_we_conceal(node):
    paths = [("credentialSubject", "mass"), ("credentialSubject", "tests"), ("credentialSubject", "tests", "report")]
    text = concealed(CREDENTIAL, paths, P256, salt=secrets.token_bytes, decoys=2)
    asked = {"what": "parts", "jwk": P256.public.jwk, "alg": "ES256"}
    assert node(**asked, token=text)["payload"] == CREDENTIAL
    part = presented(text, lambda path: path[-1] != "mass")
    subject = {k: v for k, v in CREDENTIAL["credentialSubject"].items() if k != "mass"}
    assert node(**asked, token=part)["payload"] == {**CREDENTIAL, "credentialSubject": subject}
    assert "error" in node(**asked, token=text[:-6] + "AAAAA~")


@pytest.mark.parametrize("name", EXAMPLES)
def test_jose_and_sd_jwt_core_verify_whole_passports_of_ours_for_each_reader(node, name, tmp_path):
    """As issued: the public credential, and the SD-JWT as each audience gets it; the outside opens just its points."""
    passport, sealer = example(name), create_sealer(tmp_path / "s", "id.atlas.example", "Atlas Packs")
    issuing = Issuing(Shelf(passport), "https://id.atlas.example", sealer)
    jwk = sealer.key.public.jwk
    token = issuing.written(passport, "vc", {Audience.PUBLIC}, now=NOW).data.decode()
    told = node(what="token", token=token, jwk=jwk, alg="Ed25519")
    assert told["payload"]["credentialSubject"]["product"]["id"] == passport.identifier
    for audience in Audience:
        text = issuing.written(passport, "sd-jwt", {audience}, now=NOW).data.decode()
        shown = node(what="parts", token=text, jwk=jwk, alg="Ed25519")["payload"]
        points = {one.code for one in disclosed(passport, {audience}).filled()}
        assert set(shown["credentialSubject"]["product"]["characteristics"]) == points, audience


class Shelf:
    """One passport, no books."""

    def __init__(self, passport):
        self.ledger, self.store, self.held = self, MemoryStore(), passport

    def passport(self, identifier, *, on=None, as_of=None):
        return self.held


def test_didwebvh_resolves_our_history(node):
    first, second = new_key("", b"\1" * 32), new_key("", b"\2" * 32)
    did, line = founded(
        "id.example.com", ["atlas"], first, lambda d: document(d, []), now=NOW, announced=[second.public]
    )
    keys = {"updateKeys": [second.public.multikey], "nextKeyHashes": []}
    log = line + continued(line, second, document(did, []), now=NOW.replace(day=21), parameters=keys)
    told = node(what="history", log=log)
    assert (told.get("id"), told.get("version", "")[:2]) == (did, "2-"), told
