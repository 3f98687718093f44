"""Keys and tokens against Wycheproof, CCTV and joserfc; canonical JSON against rfc8785."""

import json

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwk, jws

from corpora import corpus, lines
from filon.log.key import is_low_order
from filon.seal.base import base58, base64url, from_base58
from filon.seal.broken import BrokenSealError
from filon.seal.jcs import canonical, read
from filon.seal.jws import parse, proven, signed
from filon.seal.key import from_jwk, from_multikey, new_key, secret_from_jwk

KEY = new_key("did:web:id.example.com#2026", bytes(range(32)))


def wycheproof(name):
    return json.loads((corpus("integrity") / f"wycheproof/{name}_test.json").read_text())["testGroups"]


def key_of(group):
    if "publicKeyJwk" in group:
        return from_jwk(group["publicKeyJwk"])
    point = bytes.fromhex(group["publicKey"]["uncompressed"])[1:]
    return from_jwk({"kty": "EC", "crv": "P-256", "x": base64url(point[:32]), "y": base64url(point[32:])})


def accepts(key, test):
    return key.signed(bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["ed25519", "ecdsa_secp256r1_sha256_p1363"])
def test_wycheproof_signatures(name):
    counted = 0
    for group in wycheproof(name):
        try:
            key = key_of(group)
        except BrokenSealError:
            assert all(test["result"] == "invalid" for test in group["tests"])
            continue
        for test in group["tests"]:
            counted += 1
            assert accepts(key, test) is (test["result"] == "valid"), test
    assert counted > 80


def token_accepted(token, *keys):
    for one in keys:
        try:
            proven(parse(token), from_jwk(one))
        except BrokenSealError:
            continue
        return True
    return False


OURS = {"ES256", "ES384", "ES512", "EdDSA", "Ed25519"}


@pytest.mark.corpus
def test_wycheproof_tokens():
    """With our list of algorithms every HS, RS and PS token is refused, even a good one; ES521 is no algorithm."""
    for group in wycheproof("json_web_signature"):
        key = group.get("public", group["private"])
        for test in group["tests"]:
            good = test["result"] == "valid" and key.get("alg") in OURS
            assert token_accepted(test["jws"], key) is good, test["comment"]


@pytest.mark.corpus
def test_wycheproof_keys():
    for group in wycheproof("json_web_key"):
        keys = group.get("public", group["private"])["keys"]
        for test in group["tests"]:
            good = test["result"] == "valid" and all(key.get("alg") in OURS for key in keys)
            assert token_accepted(test["jws"], *keys) is good, test["comment"]


@pytest.mark.corpus
def test_cctv_edge_cases_of_ed25519():
    low = json.loads((corpus("integrity") / "cctv/low-order-public-keys.json").read_text())
    assert all(is_low_order(bytes.fromhex(one)) for one in low)
    seen = set()
    for one in lines("integrity", "cctv/ed25519.jsonl"):
        jwk_of = {"kty": "OKP", "crv": "Ed25519", "x": base64url(bytes.fromhex(one["key"]))}
        try:
            told = from_jwk(jwk_of).signed(bytes.fromhex(one["sig"]), one["msg"].encode())
        except BrokenSealError:
            told = False
        assert told is (one["filon"] == "accept"), one["number"]
        seen.add(told)
    assert seen == {True, False}


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-(2.0**52), 2.0**52)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=6), inner, max_size=5),
    max_leaves=25,
)


@given(json_values)
def test_the_fast_spelling_is_the_canonical_one(value):
    """Outside answer: the rfc8785 package, which spells every value the slow way."""
    assert canonical(value) == rfc8785.dumps(value)
    assert canonical(read(canonical(value))) == canonical(value)


@given(st.binary(max_size=60))
def test_base58_comes_back(data):
    assert from_base58(base58(data)) == data


@given(json_values)
def test_joserfc_reads_our_tokens_and_we_read_theirs(value):
    payload = orjson.dumps(value)
    ours = signed({"typ": "vc+jwt"}, payload, KEY)
    theirs_key = jwk.OKPKey.import_key(KEY.public.jwk)
    assert jws.deserialize_compact(ours, theirs_key, algorithms=["Ed25519"]).payload == payload
    secret = jwk.OKPKey.generate_key("Ed25519")
    theirs = jws.serialize_compact({"alg": "EdDSA", "typ": "vc+jwt"}, payload, secret, algorithms=["EdDSA"])
    assert proven(parse(theirs), from_jwk(secret.as_dict(private=False)), typ="vc+jwt") == payload


@pytest.mark.parametrize("curve", ["P-256", "P-384", "P-521"])
def test_nist_curves_both_ways(curve):
    theirs = jwk.ECKey.generate_key(curve)
    ours = secret_from_jwk(theirs.as_dict(private=True), "did:web:id.example.com#p")
    token = signed({"typ": "vc+jwt"}, b"{}", ours)
    name = ours.public.algorithm.value
    public = jwk.ECKey.import_key(ours.public.jwk)
    assert jws.deserialize_compact(token, public, algorithms=[name]).payload == b"{}"
    back = jws.serialize_compact({"alg": name}, b"x", theirs, algorithms=[name])
    assert proven(parse(back), ours.public) == b"x"
    if curve != "P-521":
        assert from_multikey(ours.public.multikey).jwk == ours.public.jwk


def test_a_header_does_not_choose_the_algorithm():
    good = signed({"typ": "vc+jwt"}, b"{}", KEY)
    head = parse(good).header
    for changed in ({"alg": "none"}, {"alg": "HS256"}, {"alg": "ES256"}, {"alg": ["Ed25519"]}, {}):
        told = {**{k: v for k, v in head.items() if k != "alg"}, **changed}
        forged = f"{base64url(orjson.dumps(told))}.{base64url(b'{}')}.{base64url(KEY.sign(b'x'))}"
        with pytest.raises(BrokenSealError):
            proven(parse(forged), KEY.public)
    with pytest.raises(BrokenSealError) as caught:
        proven(parse(good), KEY.public, typ="vp+jwt")
    assert caught.value.finding.code == "SEA-006"
    with pytest.raises(BrokenSealError):
        parse(signed({"crit": ["b64"], "b64": False}, b"{}", KEY))
