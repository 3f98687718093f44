"""Every vector of others that belongs to seals, byte for byte: JCS, Data Integrity, VC-JOSE-COSE, DIDs, status lists."""

import json
import secrets
import struct
from datetime import UTC, datetime

import pytest

from corpora import ROOT, corpus, lines
from filon.seal import webvh
from filon.seal.base import from_base58, from_multibase
from filon.seal.broken import BrokenSealError
from filon.seal.credential import presentation_shape, shape
from filon.seal.did import address, key_of_did_key, raw_of_did_key
from filon.seal.jcs import canonical, read
from filon.seal.jws import parse
from filon.seal.jws import proven as proven_token
from filon.seal.key import from_jwk, from_multikey, new_key, secret_from_jwk
from filon.seal.proof import digest, proven, with_proof
from filon.seal.sdjwt import concealed, opened
from filon.seal.seal import _parts, _token, as_presentation, as_token, opened_seal
from filon.seal.stamp import moment
from filon.seal.status import status

pytestmark = pytest.mark.corpus
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def integrity(path):
    return json.loads((corpus("integrity") / path).read_text("utf-8"))


def text(path):
    return (corpus("integrity") / path).read_text("utf-8").strip()


def cases(path):
    """One test a line; none where the corpus is absent (the tests that read whole files say so)."""
    return lines("integrity", path) if (ROOT / "integrity").is_dir() else []


# --- JCS -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["arrays", "unicode", "values", "weird"])
def test_jcs_examples_are_byte_equal(name):
    raw = (corpus("integrity") / f"jcs/input/{name}.json").read_bytes()
    out = canonical(read(raw))
    assert out == (corpus("integrity") / f"jcs/output/{name}.json").read_bytes()
    assert out == bytes.fromhex("".join(text(f"jcs/outhex/{name}.txt").split()))


def test_jcs_numbers():
    for one in lines("integrity", "jcs/numbers.jsonl"):
        (double,) = struct.unpack(">d", bytes.fromhex(one["ieee754_hex"]))
        assert canonical(double).decode() == one["jcs"], one


def test_jcs_refuses_what_parsers_read_differently():
    for one in integrity("jcs/reject.json"):
        raw = one["json"].encode() if "json" in one else bytes.fromhex(one["json_hex"])
        with pytest.raises(BrokenSealError):
            canonical(read(raw))


def test_jcs_same_bytes():
    for one in integrity("jcs/same-bytes.json"):
        if "jcs" in one:
            assert canonical(read(one["json"])) == one["jcs"].encode(), one["id"]
        else:
            assert canonical(read(one["json_a"])) != canonical(read(one["json_b"]))


# --- Data Integrity ----------------------------------------------------------------------------------------------


def test_w3c_eddsa_vector_has_every_intermediate_value():
    where = "data-integrity/eddsa-jcs-2022"
    pair, unsigned, signed = (integrity(f"{where}/{n}.json") for n in ("keyPair", "unsigned", "signedJCS"))
    options = integrity(f"{where}/proofConfigJCS.json")
    assert canonical(unsigned) == text(f"{where}/canonDocJCS.txt").encode()
    assert canonical(options) == text(f"{where}/proofCanonJCS.txt").encode()
    assert digest(options, unsigned).hex() == text(f"{where}/combinedHashJCS.txt")
    seed = from_multibase(pair["privateKeyMultibase"])[2:]
    key = new_key(options["verificationMethod"], seed)
    assert key.public.multikey == pair["publicKeyMultibase"]
    made = with_proof(unsigned, key, created=moment(options["created"]))
    assert made == signed
    assert from_base58(made["proof"]["proofValue"][1:]).hex() == text(f"{where}/sigHexJCS.txt")


def test_w3c_ecdsa_vector_has_every_intermediate_value_and_a_signature_that_holds():
    where = "data-integrity/ecdsa-jcs-2019-p256"
    pair, unsigned = integrity(f"{where}/p256KeyPair.json"), integrity(f"{where}/unsigned.json")
    options = integrity(f"{where}/proofConfigJCSECDSAP256.json")
    assert canonical(unsigned) == text(f"{where}/canonDocJCSECDSAP256.txt").encode()
    assert canonical(options) == text(f"{where}/proofCanonJCSECDSAP256.txt").encode()
    together = digest(options, unsigned)
    assert together.hex() == text(f"{where}/combinedHashJCSECDSAP256.txt")
    key = from_multikey(pair["publicKeyMultibase"])
    assert key.multikey == pair["publicKeyMultibase"]
    assert key.signed(bytes.fromhex(text(f"{where}/sigHexJCSECDSAP256.txt")), together)


def test_eddsa_jcs_cases():
    seen = set()
    for one in lines("integrity", "data-integrity/eddsa-jcs-cases.jsonl"):
        document = one["document"]
        seen.add(one["expect"])
        if one["expect"] == "reject":
            with pytest.raises(BrokenSealError):
                proven(document, lambda method, _: key_of_did_key(method))
        else:
            shown, _ = proven(document, lambda method, _: key_of_did_key(method))
            assert shown["@context"] == document["proof"].get("@context", shown["@context"]), one["id"]
            assert "proof" not in shown
    assert "reject" in seen
    assert len(seen) > 1


# --- VC-JOSE-COSE ------------------------------------------------------------------------------------------------


CASES = [
    "1", "2", "3", "4", "6", "8", "10", "11", "12", "14", "15", "16", "17", "19", "20", "21", "22", "24", "25",
]  # fmt: skip


@pytest.mark.parametrize("number", CASES)
def test_vc_jose_cose(number):
    (case,) = [one for one in integrity("vc-jose-cose/expected.json") if str(one["number"]) == number]
    method = integrity(f"vc-jose-cose/{case['key']}")
    public = from_jwk(method["publicKeyJwk"], method["id"])
    where = corpus("integrity") / "vc-jose-cose" / case["input_file"]
    resolve = lambda _kid, _purpose: public  # noqa: E731 - the suite gives the one key
    if case["fn"] == "issue":
        secret = secret_from_jwk(method["secretKeyJwk"], method["id"])
        document = json.loads(where.read_text())
        if case["feature"] == "credential_jose":
            sealed = as_token(document, secret)
        elif case["feature"] == "presentation_jose":
            sealed = as_presentation(document, secret)
        else:
            paths = [path_of(one) for one in case["disclosure_paths"]]
            typ = "vc+sd-jwt" if case["feature"] == "credential_sdjwt" else "vp+sd-jwt"
            sealed = concealed(document, paths, secret, salt=secrets.token_bytes, typ=typ)
        if "sdjwt" in case["feature"]:
            assert opened(sealed, public).payload == document
        else:
            assert read(proven_token(parse(sealed), public)) == document
        return
    raw = where.read_text().strip()

    def verify():
        if raw.startswith("{"):
            return opened_seal(raw, resolve)
        return _parts(raw, resolve, None) if "~" in raw else _token(raw, resolve)

    if case["expect"] == "accept":
        verify()
    else:
        with pytest.raises(BrokenSealError):
            verify()


def path_of(told):
    parts = told.replace("[", ".[").split(".")
    return tuple(int(one[1:-1]) if one.startswith("[") else one for one in parts)


# --- DIDs --------------------------------------------------------------------------------------------------------


def test_did_key():
    listed = integrity("did/did-key.json")
    for one in listed["accept"]:
        curve, raw = raw_of_did_key(one["did"])
        assert raw.hex() == one["public_key_hex"], one["id"]
        if curve in {"X25519", "secp256k1"}:
            with pytest.raises(BrokenSealError):
                key_of_did_key(one["did"])
        else:
            key = key_of_did_key(one["did"])
            assert f"did:key:{key.multikey}" == one["did"]
            if "jwk" in one:
                assert key.jwk == one["jwk"]
    for one in listed["reject"]:
        with pytest.raises(BrokenSealError):
            key_of_did_key(one["did"])


def test_did_web():
    listed = integrity("did/did-web.json")
    for one in listed["url"]:
        assert address(one["did"]) == one["url"]
    for one in listed["reject"]:
        with pytest.raises(BrokenSealError):
            address(one["did"])


def test_webvh_identifiers():
    for one in integrity("did/webvh-identifiers.json"):
        if one["expect"] == "accept":
            assert webvh.address(one["did"]) == one["url"]
        else:
            with pytest.raises(BrokenSealError):
                webvh.address(one["did"])


@pytest.mark.parametrize("one", cases("did/webvh-positive.jsonl"), ids=lambda one: one["id"])
def test_webvh_histories_of_others_hold(one):
    history = webvh.resolved(one["did"], one["log"], one["witness_proofs"] or (), now=NOW)
    assert len(history) == one["versions"]
    assert history[-1].id == one["latest_version_id"]
    assert history[-1].parameters.get("deactivated", False) == one["deactivated"]


@pytest.mark.parametrize(
    "one",
    [*cases("did/webvh-negative.jsonl"), *cases("did/webvh-mutations.jsonl")],
    ids=lambda one: one["id"],
)
def test_webvh_histories_with_one_fault_are_refused(one):
    with pytest.raises(BrokenSealError):
        webvh.resolved(one["did"], one["log"], one["witness_proofs"] or (), now=NOW)


# --- Status lists and the data model ---------------------------------------------------------------------------


def test_bitstring_status_lists():
    for one in lines("integrity", "bitstring-status-list/cases.jsonl"):
        expect = one["expect"]
        if isinstance(expect, str):
            with pytest.raises(BrokenSealError) as caught:
                status(one["entry"], one["statusListSubject"])
            named = caught.value.finding.values
            assert named["error"] == expect or expect.endswith(named["fault"]), one["id"]
            continue
        said = status(one["entry"], one["statusListSubject"])
        assert said.value == expect["status"], one["id"]
        if "valid" in expect:
            assert said.withdrawn is not expect["valid"], one["id"]
        if "message" in expect:
            assert said.message == expect["message"]


@pytest.mark.parametrize("one", cases("vcdm2/documents.jsonl"), ids=lambda one: one["path"].split("/")[-1])
def test_data_model(one):
    document = one["document"]
    presented = "presentation" in one["path"]
    if not presented and "issuer" not in one["path"] and "issuer" not in document:
        document = {**document, "issuer": "did:example:issuer"}  # the suite adds its own issuer
    if "issuer" in one["path"] and isinstance(document.get("issuer"), dict) and one["expect"] == "accept":
        document = {**document, "issuer": {"id": "did:example:issuer", **document["issuer"]}}
    faults = [f for f in (presentation_shape if presented else shape)(document) if f.level == "error"]
    if one["expect"].startswith("accept"):
        assert faults == []
    else:
        assert faults
