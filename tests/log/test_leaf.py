"""The leaf: canonical JSON, salted, telling nothing."""

import hashlib
import json
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora import corpus
from filon.core.errors import ConflictError, WrongCallError
from filon.log.check import entry_findings
from filon.log.leaf import (
    KINDS,
    SALTS_SIZE,
    canonical,
    commitment,
    erases,
    follow,
    kind_of,
    leaf,
    moment,
    moment_text,
    sealed,
)  # fmt: skip
from filon.log.store import Deposit

NOON = 1_795_348_800_000_000  # 2026-11-22T12:00:00Z: 20 779 days and half a day after 1970, times 86 400 000 000
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def jcs(value):
    """Canonical JSON, slow: for texts and small whole numbers Python's own writer gives it when keys are ASCII."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def by_hand(deposit, salts):
    """docs/ledger-format.md, literally."""

    def b64(raw):
        return urlsafe_b64encode(raw).rstrip(b"=").decode()

    said = {
        "media_type": deposit.media_type,
        "name": deposit.name,
        "submitter": deposit.submitter,
        "accepted": list(deposit.accepted),
    }
    one = ["filon.field.v1", b64(salts[:16]), "", "sha-256:" + hashlib.sha256(deposit.data).hexdigest()]
    two = ["filon.said.v1", b64(salts[16:]), said]
    fields = sorted(hashlib.sha256(b"\x00" + jcs(each)).digest() for each in (one, two))
    return hashlib.sha256(b"\x01" + b"".join(fields)).hexdigest()


said = st.builds(
    Deposit,
    st.binary(max_size=50),
    texts,
    texts,
    texts,
    st.lists(texts, max_size=3).map(tuple),
    st.sampled_from(sorted(KINDS)),
)


@given(said, st.binary(min_size=32, max_size=32))
def test_the_leaf_is_the_documented_canonical_json(deposit, salts):
    kind = deposit.kind
    told = {
        "v": 1,
        "type": kind,
        "logged": "2026-11-22T12:00:00.000000Z",
        "alg": "sha-256",
        "commitment": by_hand(deposit, salts),
    }
    assert leaf(deposit, salts, NOON) == jcs(told)
    assert len(jcs(told)) < 200
    assert kind_of(leaf(deposit, salts, NOON)) == kind


def test_moments_are_written_with_six_digits():
    assert moment_text(NOON + 1) == "2026-11-22T12:00:00.000001Z"
    assert moment_text(0) == "1970-01-01T00:00:00.000000Z"
    assert moment(NOON).isoformat() == "2026-11-22T12:00:00+00:00"


def test_foreign_canonical_json():
    folder = corpus("integrity") / "jcs"
    for name in ("arrays", "unicode"):
        value = json.loads((folder / f"input/{name}.json").read_text("utf-8"))
        assert canonical(value) == (folder / f"output/{name}.json").read_bytes().rstrip(b"\n"), name


def test_every_byte_of_what_was_handed_in_is_committed_to():
    salts = bytes(range(SALTS_SIZE))
    base = Deposit(b"data", "text/csv", "a.csv", "Atlas", ("IMP-07",))
    others = [
        (Deposit(b"datb", "text/csv", "a.csv", "Atlas", ("IMP-07",)), salts),
        (Deposit(b"data", "text/csx", "a.csv", "Atlas", ("IMP-07",)), salts),
        (Deposit(b"data", "text/csv", "b.csv", "Atlas", ("IMP-07",)), salts),
        (Deposit(b"data", "text/csv", "a.csv", "Rivage", ("IMP-07",)), salts),
        (Deposit(b"data", "text/csv", "a.csv", "Atlas", ("IMP-08",)), salts),
        (Deposit(b"data", "text/csv", "a.csv", "Atlas", ()), salts),
        (base, bytes(SALTS_SIZE)),
        (base, salts[:16] + bytes(16)),
    ]
    assert len({commitment(base, salts), *(commitment(*each) for each in others)}) == 9


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b'{"erases": []}',
        b'{"erases": [5]}',
        b'{"erases": [true]}',
        b'{"erases": ["1"]}',
        b'{"erases": [-1]}',
    ],
)
def test_an_erasure_that_names_no_earlier_entry_is_a_wrong_call(data):
    with pytest.raises(WrongCallError):
        erases(Deposit(data, "application/json", kind="erasure"), 5)


def test_what_is_no_leaf_has_no_kind():
    assert kind_of(b"") == kind_of(b"[]") == kind_of(b"{}") == kind_of(b'{"type": 1}') == ""


def test_entries_that_do_not_follow():
    one, two = (sealed(Deposit(b"x", "t"), i, bytes(32), NOON + i) for i in (0, 1))
    follow(0, 0, [one, two])
    for size, learned, entries in ((1, 0, [one]), (0, NOON + 1, [one]), (0, 0, [two]), (0, 0, [one, one])):
        with pytest.raises(ConflictError):
            follow(size, learned, entries)


def test_an_entry_that_holds_together_but_lies_before_the_one_before_is_told():
    kept = sealed(Deposit(b"x", "t"), 1, bytes(32), NOON)
    assert entry_findings(kept, NOON) == []
    assert [(f.code, f.place.entry) for f in entry_findings(kept, NOON + 1)] == [("LOG-008", 1)]
