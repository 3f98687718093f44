"""Showing a part: the vectors of RFC 9901's editors, 36 cases with one fault each, and laws for random documents."""

import json
import secrets
from base64 import urlsafe_b64decode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora import corpus, lines
from filon.seal.base import base64url
from filon.seal.broken import BrokenSealError
from filon.seal.jcs import read
from filon.seal.key import from_jwk, new_key
from filon.seal.sdjwt import NEVER_HIDDEN, Binding, bound, concealed, digest, opened, presented

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = new_key("did:web:id.example.com#2026", bytes(range(32)))
HOLDER = new_key("", bytes(range(1, 33)))


def issuer():
    return from_jwk(json.loads((corpus("integrity") / "sd-jwt/issuer-key.json").read_text()))


@pytest.mark.corpus
def test_digests_of_the_standard():
    cases = json.loads((corpus("integrity") / "sd-jwt/digests.json").read_text())
    for one in cases["disclosures"]:
        assert digest(one["disclosure"]) == one["digest"]
        assert read(urlsafe_b64decode(one["disclosure"] + "==")) == one["array"]
    others = [digest(text) for text in cases["same_claim_other_encodings"]]
    assert not set(others) & {one["digest"] for one in cases["disclosures"]}


@pytest.mark.corpus
def test_positive_vectors_show_what_the_reference_shows():
    for one in lines("integrity", "sd-jwt/positive.jsonl"):
        assert opened(one["issuance"], issuer()).payload == one["issuance_expect"], one["id"]
        asked = one["key_binding"]
        binding = Binding(asked["aud"], asked["nonce"]) if asked else None
        assert opened(one["presentation"], issuer(), binding=binding).payload == one["presentation_expect"], one["id"]


@pytest.mark.corpus
def test_each_single_fault_is_refused():
    told = {"accept": 0, "reject": 0, "policy": 0}
    for one in lines("integrity", "sd-jwt/cases.jsonl"):
        told[one["expect"]] += 1
        asked = one["key_binding"]
        binding = Binding(asked["aud"], asked["nonce"]) if asked else None
        if one["expect"] == "reject":
            with pytest.raises(BrokenSealError):
                opened(one["sd_jwt"], issuer(), binding=binding)
        else:
            opened(one["sd_jwt"], issuer(), binding=binding)
    assert told == {"accept": 3, "reject": 32, "policy": 1}


def test_by_hand_a_hidden_member_leaves_no_trace_but_its_hash():
    # {"a": 1, "b": 2} with b hidden: the token holds a and one hash; with its disclosure it says b = 2.
    text = concealed({"a": 1, "b": 2}, [("b",)], KEY, salt=lambda n: b"\7" * n)
    token, disclosure, end = text.split("~")
    assert end == ""
    salt = base64url(b"\7" * 16)
    assert disclosure == base64url(f'["{salt}","b",2]'.encode())
    assert opened(token + "~", KEY.public).payload == {"a": 1}
    assert opened(text, KEY.public).payload == {"a": 1, "b": 2}
    assert opened(text, KEY.public).hidden == (("b",),)


def test_a_member_inside_a_hidden_one_needs_both_disclosures():
    document = {"part": {"open": 1, "deep": 2}, "list": [1, 2, 3]}
    text = concealed(document, [("part",), ("part", "deep"), ("list", 1)], KEY, salt=secrets.token_bytes)
    assert opened(text, KEY.public).payload == document
    without_deep = presented(text, lambda path: path != ("part", "deep"))
    assert opened(without_deep, KEY.public).payload == {"part": {"open": 1}, "list": [1, 2, 3]}
    without_part = presented(text, lambda path: path != ("part",))  # deep would hang in the air: it goes, too
    assert opened(without_part, KEY.public).payload == {"list": [1, 2, 3]}
    only = presented(text, lambda path: path == ("list", 1))
    assert opened(only, KEY.public).payload == {"list": [1, 2, 3]}
    assert opened(presented(text, lambda _: False), KEY.public).payload == {"list": [1, 3]}


def test_what_a_reader_needs_cannot_be_hidden():
    for path in (("issuer",), ("credentialStatus",), ("nobody",), ("list", 7)):
        with pytest.raises(BrokenSealError):
            concealed({"issuer": "x", "credentialStatus": {}, "list": [1]}, [path], KEY, salt=secrets.token_bytes)


def test_the_holder_signs_for_one_reader_and_one_request():
    document = {"a": 1, "b": 2, "cnf": {"jwk": HOLDER.public.jwk}}
    text = concealed(document, [("b",)], KEY, salt=secrets.token_bytes)
    asked = Binding("https://reader.example", "n-1")
    shown = bound(presented(text, lambda _: True), HOLDER, asked, now=NOW)
    assert opened(shown, KEY.public, binding=asked).payload["b"] == 2
    for other in (Binding("https://else.example", "n-1"), Binding("https://reader.example", "n-2"), None):
        with pytest.raises(BrokenSealError):
            opened(shown, KEY.public, binding=other)
    thief = bound(text, KEY, asked, now=NOW)
    with pytest.raises(BrokenSealError):
        opened(thief, KEY.public, binding=asked)


names = st.text(min_size=1, max_size=8).filter(lambda name: name not in {"_sd", "...", "_sd_alg"})
trees = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


def places(value, path=()):
    """Every path in a document, by the definition."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in pairs:
        yield (*path, name)
        yield from places(one, (*path, name))


@given(st.dictionaries(names, trees, min_size=1, max_size=5), st.data())
def test_law_everything_shown_is_the_document_and_nothing_shown_leaks_nothing(document, data):
    free = [path for path in places(document) if path[-1] not in NEVER_HIDDEN]
    hidden = data.draw(st.lists(st.sampled_from(free), unique=True, max_size=6)) if free else []
    text = concealed(document, hidden, KEY, salt=secrets.token_bytes)
    assert opened(text, KEY.public).payload == document
    nothing = presented(text, lambda _: False)
    assert nothing.count("~") == 1
    left = opened(nothing, KEY.public).payload
    objects = [path for path in hidden if isinstance(path[-1], str) and not any(isinstance(p, int) for p in path)]
    for path in objects:
        at = left
        for name in path:
            at = at.get(name, {}) if isinstance(at, dict) else {}
        assert at == {} or path not in set(places(left))


@given(st.dictionaries(names, trees, min_size=1, max_size=4), st.data())
def test_law_any_flipped_letter_is_noticed(document, data):
    hidden = [path for path in places(document) if len(path) == 1 and path[0] not in NEVER_HIDDEN][:2]
    text = concealed(document, hidden, KEY, salt=lambda n: b"\5" * (n - 1) + b"\6")
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("Ab0_~."))
    changed = text[:at] + other + text[at + 1 :]
    if changed != text:
        with pytest.raises(BrokenSealError):
            opened(changed, KEY.public)
