"""Keys, notes, checkpoints, cosignatures, tiles, receipts, policies, witness: against the vectors of others."""

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora import corpus, lines
from filon.core.errors import NotFoundError, NotProvenError, WrongCallError
from filon.log import checkpoint as checkpoints
from filon.log import merkle, tiles, witness
from filon.log.checkpoint import Checkpoint, cosign, opened, parse_checkpoint, sign, verified
from filon.log.key import Key, Kind, new_secret, parse_key, parse_secret
from filon.log.note import Note, parse_note
from filon.log.policy import Policy, parse_policy
from filon.log.receipt import Receipt, parse_receipt

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LOG = new_secret("log.example/atlas", Kind.ED25519, bytes(32))
CARMAKER = new_secret("carmaker.example/w1", Kind.ED25519_COSIGNATURE, b"\1" * 32)
AUDITOR = new_secret("auditor.example/w2", Kind.MLDSA44_COSIGNATURE, b"\2" * 32)


def load(name):
    return json.loads((corpus("integrity") / "tlog" / name).read_text("utf-8"))


def b64(text):
    return base64.b64decode(text)


# --- keys ---


def test_foreign_key_texts():
    cases = load("vkeys.json")
    for case in cases:
        if case["expect"] == "reject":
            with pytest.raises(NotProvenError):
                parse_key(case["vkey"])
            continue
        key = parse_key(case["vkey"])
        assert (key.name, key.id.hex(), key.kind) == (case["name"], case["key_id_hex"], case["type"])
        assert len(key.public) == case["public_key_len"]
        assert str(key) == case["vkey"]
    assert len(cases) == 8


def test_keys_made_from_foreign_seeds_are_the_foreign_keys():
    own = load("own-log/expected.json")
    kinds = {
        "log": Kind.ED25519,
        "witness_ed25519": Kind.ED25519_COSIGNATURE,
        "witness_mldsa44": Kind.MLDSA44_COSIGNATURE,
    }
    for who, kind in kinds.items():
        text = own["vkeys"][who]
        secret = new_secret(parse_key(text).name, kind, bytes.fromhex(own["seeds_hex"][who]))
        assert str(secret.key) == text
        assert parse_secret(secret.text()) == secret
        assert secret.seed.hex() not in repr(secret)


def test_keys_of_low_order_are_refused():
    keys = json.loads((corpus("integrity") / "cctv/low-order-public-keys.json").read_text())
    for text in keys:
        with pytest.raises(NotProvenError, match="low order"):
            parse_key(str(Key("low.example", Kind.ED25519, bytes.fromhex(text))))
    assert len(keys) == 14


def test_ed25519_vectors_of_others():
    # The verdict wanted of us: low-order keys refused, all else as OpenSSL decides.
    cases = lines("integrity", "cctv/ed25519.jsonl")
    for case in cases:
        key = Key("k", Kind.ED25519, bytes.fromhex(case["key"]))
        try:
            verdict = parse_key(str(key)).signed(bytes.fromhex(case["sig"]), case["msg"].encode())
        except NotProvenError:
            verdict = False
        assert verdict == (case["filon"] == "accept"), case["number"]
    assert len(cases) == 609


@pytest.mark.parametrize("text", ["", "a", "a+b", "a+00000000+", "a b+00000000+AQ==", "+00000000+AQ==", "é+zz+AQ=="])
def test_what_is_no_key(text):
    with pytest.raises(NotProvenError):
        parse_key(text)


def test_wrong_calls_for_keys():
    for name in ("", "a b", "a+b", "a\u2003b"):
        with pytest.raises(WrongCallError):
            new_secret(name, Kind.ED25519, bytes(32))
    with pytest.raises(WrongCallError):
        new_secret("a", Kind.ED25519, bytes(31))
    with pytest.raises(WrongCallError):
        sign(Checkpoint("x", 0, merkle.EMPTY_ROOT), CARMAKER)
    with pytest.raises(WrongCallError):
        cosign(Note("x\n"), LOG, NOON)
    with pytest.raises(NotProvenError):
        parse_secret("PRIVATE+KEY+a+00000000+" + base64.b64encode(b"\1" + bytes(32)).decode())
    with pytest.raises(NotProvenError):
        parse_secret(str(LOG.key))


# --- notes ---


def test_foreign_notes():
    cases = load("signed-notes.json")
    for case in cases:
        data = case["note"].encode() if "note" in case else b64(case["note_b64"])
        keys = [parse_key(text) for text in case["vkeys"]]
        try:
            names = [signer.key.name for signer in verified(parse_note(data), keys)]
        except NotProvenError:
            names = None
        expected = case["verified"] if case["expect"] == "accept" else None
        if case["expect"] in ("accept", "reject"):
            assert names == expected, case["id"]
        else:
            assert case["expect"] == "policy" or "limit" in case["reason"], case["id"]
    assert len(cases) == 24


def test_a_note_comes_back_byte_for_byte():
    for case in load("signed-notes.json"):
        if case["expect"] == "accept" and "repeated" not in case["id"]:
            assert bytes(parse_note(case["note"].encode())) == case["note"].encode(), case["id"]


def test_limits_of_notes():
    line = "— a AAAAAAA=\n"
    assert len(parse_note(("x\n\n" + line * 100).encode()).signatures) == 100
    for data in (("x\n\n" + line * 101).encode(), b"x" * 1_000_001):
        with pytest.raises(NotProvenError):
            parse_note(data)


def test_a_further_line_of_the_same_key_replaces_the_older():
    note = sign(Checkpoint("log.example/atlas", 0, merkle.EMPTY_ROOT), LOG)
    early, late = cosign(note, CARMAKER, NOON), cosign(note, CARMAKER, NOON.replace(hour=13))
    assert note.plus(early).plus(late).signatures == (note.signatures[0], late)


# --- checkpoints and cosignatures ---


def test_real_checkpoints_of_a_public_log():
    cases = lines("integrity", "tlog/rekor2-checkpoints.jsonl")
    for case in cases:
        keys = [parse_key(text) for text in case["log_vkeys"]]
        try:
            checkpoint, _ = opened(case["checkpoint"].encode(), keys, extensions=True)
            verdict = (
                "accept"
                if (checkpoint.size, checkpoint.root) == (int(case["size"]), b64(case["root_b64"]))
                else "other"
            )
        except NotProvenError:
            verdict = "reject"
        assert verdict == case["expect"]["checkpoint"], case["id"]
        path = [b64(text) for text in case["hashes_b64"]]
        leaf = merkle.leaf_hash(b64(case["body_b64"]))
        fits = merkle.includes(int(case["index"]), int(case["size"]), path, leaf, b64(case["root_b64"]))
        assert fits == (case["expect"]["inclusion"] == "accept"), case["id"]
    assert len(cases) == 13


def test_foreign_cosignatures():
    data = load("cosignatures.json")
    log_key = parse_key(data["log_vkey"])
    text = parse_note(data["checkpoint"].encode()).text
    key = parse_key(data["cases"][0]["vkey"])
    assert checkpoints._cosigned(key, text, 1767225600).decode() == data["ed25519_signed_message"]
    key = parse_key(data["cases"][1]["vkey"])
    assert checkpoints._cosigned(key, text, 1767225600).hex() == data["mldsa44_signed_message_hex"]
    for case in data["cases"]:
        note = (data["checkpoint"] + case["line"]).encode()
        key = parse_key(case["vkey"])
        try:
            _, signers = opened(note, [log_key, key])
        except NotProvenError:
            verdict = "reject"
        else:
            mine = [signer for signer in signers if signer.key == key]
            verdict = "ignored" if not mine else "accept" if mine[0].time else "policy"
            if verdict == "accept":
                assert mine[0].time == datetime.fromtimestamp(1767225600, UTC)
            if verdict == "policy":  # valid, but without a time it must not count towards a quorum
                alone = Policy((log_key,), {"w": key}, {}, "w")
                with pytest.raises(NotProvenError, match="quorum"):
                    alone.trusted(note)
        assert verdict == case["expect"], case["id"]
    assert len(data["cases"]) == 10


@pytest.mark.parametrize("secret", [CARMAKER, AUDITOR])
def test_our_own_cosignatures_verify_and_cover_everything(secret):
    note = sign(Checkpoint("log.example/atlas", 7, b"r" * 32), LOG)
    whole = bytes(note.plus(cosign(note, secret, NOON)))
    checkpoint, signers = opened(whole, [LOG.key, secret.key])
    assert checkpoint == Checkpoint("log.example/atlas", 7, b"r" * 32)
    assert [(s.key, s.time) for s in signers] == [(LOG.key, None), (secret.key, NOON)]
    for old, new in ((b"\n7\n", b"\n8\n"), (b"/atlas\n7", b"/other\n7"), (b"cnJy", b"cnJz")):
        with pytest.raises(NotProvenError):
            opened(whole.replace(old, new, 1), [secret.key])


@pytest.mark.parametrize(
    "text",
    ["", "a\n", "a\n1\n", "a\n01\nAAAA\n", "\n1\n" + "A" * 43 + "=\n", "a\n-1\n" + "A" * 43 + "=\n", "a\n1\n" + "A" * 42 + "==\n",
     "a\n1\nA%A=\n", "a\n1.0\n" + "A" * 43 + "=\n", "a\n" + "9" * 20 + "\n" + "A" * 43 + "=\n", "a\n1\n" + "A" * 43 + "=\n\nx\n"],
)  # fmt: skip
def test_what_is_no_checkpoint(text):
    with pytest.raises(NotProvenError):
        parse_checkpoint(text)


def test_unknown_lines_of_a_checkpoint_are_refused_on_our_own_logs():
    note = bytes(sign(Checkpoint("log.example/atlas", 0, merkle.EMPTY_ROOT, ("more",)), LOG))
    with pytest.raises(NotProvenError, match="not known"):
        opened(note, [LOG.key])
    assert opened(note, [LOG.key], extensions=True)[0].extensions == ("more",)


@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_reads_back(size, root):
    checkpoint = Checkpoint("log.example/atlas", size, root)
    assert parse_checkpoint(str(checkpoint)) == checkpoint


@given(st.data())
def test_one_flipped_bit_anywhere_in_a_note_is_noticed(data):
    note = bytes(sign(Checkpoint("log.example/atlas", 600, b"r" * 32), LOG))
    at, bit = data.draw(st.integers(0, len(note) - 1)), data.draw(st.integers(0, 7))
    changed = note[:at] + bytes([note[at] ^ (1 << bit)]) + note[at + 1 :]
    with pytest.raises(NotProvenError):
        opened(changed, [LOG.key])


# --- tiles ---


def test_foreign_paths():
    data = load("paths.json")
    for case in data["tile_index_paths"]:
        assert tiles.Tile(0, case["n"]).path == "tile/0/" + case["path"]
        assert tiles.parse_path("tile/0/" + case["path"]) == tiles.Tile(0, case["n"])
    for case in data["invalid_paths"]:
        with pytest.raises(NotProvenError):
            tiles.parse_path(case["path"])
    for case in data["tiles_for_size"]:
        if case["size"] > 10**6:
            continue
        for level in case["levels"]:
            mine = [t for t in tiles.tiles(case["size"]) if t.level == level["level"]]
            full = sum(t.width == 256 for t in mine)
            partial = sum(t.width for t in mine if t.width < 256)
            assert (full, partial) == (level["full_tiles"], level["partial_width"]), case
        assert {t.level for t in tiles.tiles(case["size"])} == {None, *(level["level"] for level in case["levels"])}
    assert tiles.parse_path("tile/entries/x001/067.p/17") == tiles.Tile(None, 1067, 17)


def own_log():
    folder = corpus("integrity") / "tlog/own-log"
    entries = [
        entry
        for number, width in ((0, 256), (1, 256), (2, 88))
        for entry in tiles.unbundle((folder / tiles.Tile(None, number, width).path).read_bytes(), width)
    ]
    edge = merkle.Frontier()
    stored = {(level, i): node for level, i, node in edge.grow(map(merkle.leaf_hash, entries))}
    return folder, entries, lambda level, i: stored[level, i]


def test_a_foreign_log_is_rebuilt_byte_for_byte_from_its_entries():
    folder, entries, nodes = own_log()
    expected = load("own-log/expected.json")
    assert len(entries) == expected["size"] == 600
    made = {}
    for size in (256, 600):
        for tile in tiles.tiles(size):
            first = tile.number * 256
            made[tile.path] = (
                tiles.bundle(entries[first : first + tile.width])
                if tile.level is None
                else tiles.hash_tile(nodes, tile)
            )
    files = {str(p.relative_to(folder)) for p in (folder / "tile").rglob("*") if p.is_file()}
    assert files == set(made)
    for path, data in made.items():
        assert (folder / path).read_bytes() == data, path
    key = parse_key(expected["vkeys"]["log"])
    for size, root in expected["roots_b64"].items():
        assert merkle.root(nodes, int(size)) == b64(root)
        if int(size):
            name = "checkpoint" if int(size) == 600 else f"checkpoints/{size}"
            assert opened((folder / name).read_bytes(), [key])[0].root == b64(root)


def test_foreign_proofs_come_out_of_tiles_alone():
    folder, _, nodes = own_log()
    from_tiles = tiles.nodes_of(lambda path: (folder / path).read_bytes(), 600)
    for case in lines("integrity", "tlog/own-log/inclusion.jsonl"):
        assert merkle.inclusion_path(nodes, case["index"], case["size"]) == [b64(h) for h in case["path_b64"]]
        assert merkle.inclusion_path(from_tiles, case["index"], case["size"]) == [b64(h) for h in case["path_b64"]]
    for case in lines("integrity", "tlog/own-log/consistency.jsonl"):
        assert merkle.consistency_path(from_tiles, case["old"], case["new"]) == [b64(h) for h in case["proof_b64"]]
    assert from_tiles(8, 0) == nodes(8, 0)
    for level, index in ((0, 600), (8, 2), (1, 300), (3, 75)):
        with pytest.raises(NotFoundError):
            from_tiles(level, index)


def test_a_log_written_by_another_program_is_read():
    folder = corpus("integrity") / "tlog/tessera-log"
    expected = load("tessera-log/expected.json")
    key = parse_key(expected["vkey"])
    for case in expected["checkpoints"]:
        checkpoint, _ = opened((folder / case["file"]).read_bytes(), [key])
        assert (checkpoint.size, checkpoint.root) == (case["size"], b64(case["root_b64"]))
        if checkpoint.size:
            nodes = tiles.nodes_of(lambda path: (folder / path).read_bytes(), checkpoint.size)
            assert merkle.root(nodes, checkpoint.size) == checkpoint.root
            bundle = (folder / tiles.Tile(None, 0, checkpoint.size).path).read_bytes()
            assert tiles.unbundle(bundle, checkpoint.size) == [
                e.encode() for e in expected["entries"][: checkpoint.size]
            ]
    assert len(expected["checkpoints"]) == 11


def test_a_tile_of_another_width_is_refused():
    with pytest.raises(NotProvenError):
        tiles.nodes_of(lambda path: bytes(31), 1)(0, 0)
    with pytest.raises(WrongCallError):
        tiles.bundle([bytes(65_536)])
    with pytest.raises(WrongCallError):
        tiles.hash_tile(lambda level, index: b"", tiles.Tile(None, 0))


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=20), st.data())
def test_bundles_read_back_and_hold_nothing_else(entries, data):
    packed = tiles.bundle(entries)
    assert tiles.unbundle(packed, len(entries)) == entries
    for wrong, width in ((packed + b"\0", len(entries)), (packed[:-1], len(entries)), (packed, len(entries) + 1)):
        with pytest.raises(NotProvenError):
            tiles.unbundle(wrong, width)


@given(st.integers(0, 200_000), st.integers(0, 200_000))
def test_what_is_new_since_and_what_was_there_is_all(a, b):
    old, new = min(a, b), max(a, b)
    before, after, fresh = set(tiles.tiles(old)), set(tiles.tiles(new)), list(tiles.tiles(new, since=old))
    assert len(fresh) == len(set(fresh))
    assert set(fresh) == after - before


# --- policies ---


def test_foreign_policies():
    cases = load("policies.json")
    for case in cases:
        data = case["policy"].encode() if "policy" in case else b64(case["policy_b64"])
        if case["expect"] == "invalid":
            with pytest.raises(NotProvenError):
                parse_policy(data)
            continue
        policy = parse_policy(data)
        for row in case["evaluate"]:
            assert policy.satisfied(row["cosigned_by"]) == row["quorum"], case["id"]
    assert len(cases) == 21


def test_a_policy_says_which_line_is_wrong():
    with pytest.raises(NotProvenError, match="line 2"):
        parse_policy(b"# mine\nquorum nobody\n")
    with pytest.raises(NotProvenError, match="line 1"):
        parse_policy(b"quorum\n")


def test_a_policy_wants_the_log_itself_and_enough_witnesses():
    note = sign(Checkpoint("log.example/atlas", 0, merkle.EMPTY_ROOT), LOG)
    policy = Policy((LOG.key,), {"carmaker": CARMAKER.key, "auditor": AUDITOR.key}, {}, "carmaker")
    with pytest.raises(NotProvenError, match="nobody"):
        policy.trusted(bytes(note))
    with pytest.raises(NotProvenError, match="auditor"):
        policy.trusted(bytes(note.plus(cosign(note, AUDITOR, NOON))))
    both = note.plus(cosign(note, AUDITOR, NOON), cosign(note, CARMAKER, NOON))
    assert len(policy.trusted(bytes(both))[1]) == 3
    witnesses_only = Note(both.text, both.signatures[1:])
    with pytest.raises(NotProvenError, match="did not sign"):
        policy.trusted(bytes(witnesses_only))


# --- receipts ---


def test_foreign_receipts():
    data = load("tlog-proofs.json")
    log, *cosigners = (parse_key(text) for text in data["vkeys"])
    with_quorum = Policy((log,), {"w1": cosigners[0], "w2": cosigners[1]}, {}, "w1")
    without = Policy((log,), {"w1": cosigners[0], "w2": cosigners[1]})
    for case in data["cases"]:

        def holds(policy, case=case):
            try:
                return bool(parse_receipt(case["proof"].encode()).proves(b64(case["entry_b64"]), policy))
            except NotProvenError:
                return False

        assert holds(without) == (case["expect"] in ("accept", "policy")), case["id"]
        assert not (case["expect"] == "policy" and holds(with_quorum)), case["id"]
    good = data["cases"][0]
    assert bytes(parse_receipt(good["proof"].encode())) == good["proof"].encode()
    extra = next(case for case in data["cases"] if case["id"] == "good-extra")
    assert parse_receipt(extra["proof"].encode()).extra == b"salt and payload go elsewhere"
    assert len(data["cases"]) == 18


def test_a_receipt_with_64_hashes_is_refused():
    text = bytes(Receipt(0, (bytes(32),) * 64, b"x"))
    with pytest.raises(NotProvenError):
        parse_receipt(text)


# --- witness ---


def test_a_foreign_conversation_with_a_witness():
    data = load("witness-requests.json")
    logs = {data["log_origin"]: [parse_key(data["log_vkey"])]}
    seen = {}
    for case in data["requests"]:
        answer = witness.add_checkpoint(case["body"].encode(), seen, logs, [CARMAKER, AUDITOR], NOON)
        assert answer.status == case["expect_status"], case["step"]
        assert (answer.seen is not None) == (answer.status == 200)
        if answer.seen:
            seen[answer.origin] = answer.seen
            note = case["body"].encode().partition(b"\n\n")[2] + answer.body.encode()
            _, signers = opened(note, [CARMAKER.key, AUDITOR.key])
            assert [s.time for s in signers] == [NOON, NOON]
        if answer.status == 409:
            assert answer.body == f"{seen[answer.origin].size}\n"
    assert seen[data["log_origin"]].size == 5


def grown(n):
    edge = merkle.Frontier()
    stored = {(level, i): node for level, i, node in edge.grow(merkle.leaf_hash(bytes([i])) for i in range(n))}
    return lambda level, i: stored[level, i]


def asked(old, new, root=None, proof=None):
    nodes = grown(20)
    checkpoint = Checkpoint(LOG.key.name, new, root or merkle.root(nodes, new))
    path = (merkle.consistency_path(nodes, old, new) if old else []) if proof is None else proof
    return witness.ask(old, path, bytes(sign(checkpoint, LOG)))


@pytest.mark.parametrize(
    ("request_body", "seen", "status"),
    [
        (asked(0, 0), 0, 200),
        (asked(0, 0, root=b"r" * 32), 0, 422),  # size 0 has one root only
        (asked(0, 9), 0, 200),
        (asked(0, 9, proof=[bytes(32)]), 0, 422),  # from nothing there is nothing to show
        (asked(7, 9), 7, 200),
        (asked(7, 7), 7, 200),
        (asked(7, 7, root=b"r" * 32), 7, 422),  # the fork: same size, another root
        (asked(9, 7, proof=[]), 9, 400),  # smaller than what it says it had
        (asked(3, 9), 7, 409),
        (asked(7, 9, proof=[bytes(32)] * 64), 7, 400),
        (asked(7, 9).replace(b"old 7", b"old 07"), 7, 400),
        (asked(7, 9).replace(b"old 7", b"new 7"), 7, 400),
        (b"", 0, 400),
        (b"old 0\n\nx\n\n\xe2\x80\x94 a AAAAAAA=\n", 0, 400),
    ],
)
def test_what_a_witness_answers(request_body, seen, status):
    state = {LOG.key.name: witness.Seen(seen, merkle.root(grown(20), seen))} if seen else {}
    answer = witness.add_checkpoint(request_body, state, {LOG.key.name: [LOG.key]}, [CARMAKER], NOON)
    assert answer.status == status
