"""The Merkle tree against the RFC's own slow definition, foreign vectors and its laws."""

import base64
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora import corpus, lines
from filon.log import merkle

# --- the definition, slow and literal (RFC 6962, 2.1) ---


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(d):
    if not d:
        return hashlib.sha256(b"").digest()
    if len(d) == 1:
        return hashlib.sha256(b"\x00" + d[0]).digest()
    k = split(len(d))
    return hashlib.sha256(b"\x01" + mth(d[:k]) + mth(d[k:])).digest()


def path(m, d):
    if len(d) == 1:
        return []
    k = split(len(d))
    return [*path(m, d[:k]), mth(d[k:])] if m < k else [*path(m - k, d[k:]), mth(d[:k])]


def sub(m, d, whole):
    if m == len(d):
        return [] if whole else [mth(d)]
    k = split(len(d))
    return [*sub(m, d[:k], whole), mth(d[k:])] if m <= k else [*sub(m - k, d[k:], False), mth(d[:k])]


def grown(entries):
    edge = merkle.Frontier()
    stored = {(level, index): node for level, index, node in edge.grow(map(merkle.leaf_hash, entries))}
    return edge, lambda level, index: stored[level, index]


def leaves(n):
    return [bytes([i % 7]) * (i % 5) for i in range(n)]


@pytest.mark.parametrize("n", range(70))
def test_roots_and_all_proofs_of_small_trees_equal_the_definition(n):
    d = leaves(n)
    edge, nodes = grown(d)
    assert edge.root() == merkle.root(nodes, n) == mth(d)
    for m in range(n):
        assert merkle.root(nodes, m) == mth(d[:m])
        assert merkle.frontier(nodes, m).root() == mth(d[:m])
        proof = merkle.inclusion_path(nodes, m, n)
        assert proof == path(m, d)
        assert merkle.includes(m, n, proof, merkle.leaf_hash(d[m]), mth(d))
        if m:
            proof = merkle.consistency_path(nodes, m, n)
            assert proof == sub(m, d, True)
            assert merkle.consistent(m, n, proof, mth(d[:m]), mth(d))


def test_three_leaves_by_hand():
    # k = 2: root = H(1 | H(1 | a | b) | c); the path of c is one hash, that of a is b then c.
    a, b, c = (merkle.leaf_hash(x) for x in (b"a", b"b", b"c"))
    edge, nodes = grown([b"a", b"b", b"c"])
    ab = hashlib.sha256(b"\x01" + a + b).digest()
    assert edge.root() == hashlib.sha256(b"\x01" + ab + c).digest()
    assert merkle.inclusion_path(nodes, 2, 3) == [ab]
    assert merkle.inclusion_path(nodes, 0, 3) == [b, c]
    assert merkle.consistency_path(nodes, 2, 3) == [c]


def test_two_nodes_a_leaf_on_average():
    # 1 024 leaves complete 1 024 + 512 + .. + 1 = 2 047 subtrees.
    assert len(merkle.Frontier().grow([b"\0" * 32] * 1024)) == 2047


def test_a_leaf_outside_has_no_path():
    _, nodes = grown(leaves(5))
    for index, size in ((5, 5), (-1, 5), (0, 0)):
        with pytest.raises(IndexError):
            merkle.inclusion_path(nodes, index, size)
    for old, new in ((0, 5), (6, 5)):
        with pytest.raises(IndexError):
            merkle.consistency_path(nodes, old, new)


def test_the_reference_tree():
    tree = json.loads((corpus("integrity") / "merkle/reference-tree.json").read_text())
    _, nodes = grown([bytes.fromhex(x) for x in tree["leaves_hex"]])
    assert [merkle.root(nodes, n).hex() for n in range(9)] == tree["roots_hex_by_size"]
    for case in tree["inclusion"]:
        assert [h.hex() for h in merkle.inclusion_path(nodes, case["index"], case["size"])] == case["path_hex"]
    for case in tree["consistency"]:
        old, new = (value for key, value in case.items() if not key.endswith("hex"))
        given_path = next(value for key, value in case.items() if key.endswith("hex"))
        assert [h.hex() for h in merkle.consistency_path(nodes, old, new)] == given_path
    assert len(tree["inclusion"]) == len(tree["consistency"]) == 36


def test_foreign_inclusion_vectors():
    cases = lines("integrity", "merkle/inclusion.jsonl")
    for case in cases:
        verdict = merkle.includes(
            case["leafIdx"], case["treeSize"], b64s(case["proof"]), b64(case["leafHash"]), b64(case["root"])
        )
        assert verdict == (case["expect"] == "accept"), case["path"]
    assert len(cases) == 64


def test_foreign_consistency_vectors():
    cases = lines("integrity", "merkle/consistency.jsonl")
    for case in cases:
        verdict = merkle.consistent(
            case["size1"], case["size2"], b64s(case["proof"]), b64(case["root1"]), b64(case["root2"])
        )
        assert verdict == (case["expect"] == "accept"), case["path"]
    assert len(cases) == 74


def b64(text):
    return base64.b64decode(text or "")


def b64s(texts):
    return [b64(text) for text in texts or []]


@given(st.integers(1, 300), st.data())
def test_a_changed_proof_proves_nothing(n, data):
    d = leaves(n)
    edge, nodes = grown(d)
    m = data.draw(st.integers(0, n - 1))
    leaf = merkle.leaf_hash(d[m])
    proof = merkle.inclusion_path(nodes, m, n)
    for i in range(len(proof)):
        assert not merkle.includes(m, n, proof[:i] + proof[i + 1 :], leaf, edge.root())
        assert not merkle.includes(m, n, [*proof[:i], bytes(32), *proof[i + 1 :]], leaf, edge.root())
    assert not merkle.includes(m, n, [*proof, bytes(32)], leaf, edge.root())
    assert not merkle.includes(m, n, proof, merkle.leaf_hash(b"other"), edge.root())


@given(st.integers(0, 500), st.integers(0, 500))
def test_growing_in_two_goes_is_growing_in_one(a, b):
    hashes = [merkle.leaf_hash(x) for x in leaves(a + b)]
    one, two = merkle.Frontier(), merkle.Frontier()
    assert one.grow(hashes) == two.grow(hashes[:a]) + two.grow(hashes[a:])
    assert one == two


@given(st.integers(0, 2000), st.integers(0, 2000))
def test_spans_cover_each_leaf_once(a, b):
    low, high = min(a, b), max(a, b)
    covered = [i for level, index in merkle.spans(low, high) for i in range(index << level, (index + 1) << level)]
    assert covered == list(range(low, high))
