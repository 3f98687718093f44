"""Time stamps: the corpus of others, a local double of an authority made with `openssl ts`, what audit says of them."""

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from corpora import corpus
from filon.app import checkpoint, mirror, stamp
from filon.app.outside import poster
from filon.app.signer import create_signer
from filon.app.stamp import Authority, Stamp, daily, stamps_in
from filon.core.errors import NotProvenError, OutsideError, WrongCallError
from filon.log.policy import parse_policy
from filon.log.store import Deposit
from filon.store.memory import MemoryStore

pytest.importorskip("rfc3161_client")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CONFIG = """
[tsa]
dir = .
serial = ./serial
crypto_device = builtin
signer_cert = ./tsa.pem
signer_key = ./tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
[v3_tsa]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
basicConstraints = critical,CA:false
[v3_ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[req]
distinguished_name = dn
[dn]
"""


class Double:
    """An authority on this machine: answers as `openssl ts` does."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        (folder / "openssl.cnf").write_text(CONFIG)
        (folder / "serial").write_text("01")
        ca = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "openssl.cnf"]
        self.run(
            "req",
            "-x509",
            *ca,
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
            "-days",
            "9000",
            "-subj",
            "/CN=Root",
            "-extensions",
            "v3_ca",
        )
        self.run("req", "-new", *ca, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Double")
        self.run("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "tsa.pem",
                 "-days", "9000", "-extfile", "openssl.cnf", "-extensions", "v3_tsa")  # fmt: skip
        self.asked = 0

    def run(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def __call__(self, address, body, media_type):
        assert (address, media_type) == ("https://tsa.example/", "application/timestamp-query")
        self.asked += 1
        (self.folder / "q.tsq").write_bytes(body)
        self.run("ts", "-reply", "-config", "openssl.cnf", "-section", "tsa", "-queryfile", "q.tsq", "-out", "a.tsr")
        return 200, (self.folder / "a.tsr").read_bytes()

    @property
    def roots(self):
        return (self.folder / "ca.pem").read_bytes()


@pytest.fixture(scope="module")
def double(tmp_path_factory):
    if shutil.which("openssl") is None:
        pytest.skip("no openssl")
    return Double(tmp_path_factory.mktemp("tsa") / "tsa")


@pytest.fixture
def authority(double):
    return Authority("https://tsa.example/", double.roots)


# --- the corpus ---


@pytest.mark.corpus
def test_the_corpus():
    folder = corpus("integrity") / "timestamp"
    told = json.loads((folder / "expected.json").read_text())
    note = (corpus("integrity") / "tlog/own-log/checkpoint").read_bytes()
    roots = (folder / told["root"]).read_bytes()
    for case in told["cases"]:
        message = note + b"x" if "message" in case else note
        one = Stamp(case["response"], message, (folder / case["response"]).read_bytes())
        if case["expect"] == "accept":
            assert one.time(roots) == datetime.fromisoformat(case["gen_time"])
        else:
            with pytest.raises(NotProvenError):
                one.time(roots)


@pytest.mark.corpus
def test_every_flipped_bit_of_a_stamp_is_refused_or_changes_nothing():
    folder = corpus("integrity") / "timestamp"
    note, roots = (corpus("integrity") / "tlog/own-log/checkpoint").read_bytes(), (folder / "root.pem").read_bytes()
    answer = (folder / "checkpoint.tsr").read_bytes()
    sound, accepted = Stamp("a", note, answer).time(roots), []
    for at in range(len(answer)):
        changed = answer[:at] + bytes([answer[at] ^ 1]) + answer[at + 1 :]
        try:
            assert Stamp("a", note, changed).time(roots) == sound
            accepted.append(at)
        except NotProvenError:
            continue
    # What no signature covers: the status text and the unsigned wrapping. Never the time.
    assert len(accepted) < len(answer) // 20, accepted


# --- asking ---


def made(tmp_path, entries=5):
    store, signer = MemoryStore(), create_signer(tmp_path / "signer", "log.example/atlas")
    for i in range(entries):
        store.append(Deposit(b"%d" % i, "text/plain"), [], now=NOON)
    return store, signer


def test_one_stamp_a_day_over_the_checkpoint_file(tmp_path, double, authority):
    store, signer = made(tmp_path)
    note = signer.checkpoint(store, now=NOON)
    asked = double.asked
    path = daily(tmp_path / "s", note, authority, double, now=NOON)
    assert path == tmp_path / "s" / "2026-11-22-5.tsr"
    assert daily(tmp_path / "s", note, authority, double, now=NOON.replace(hour=23)) is None
    assert daily(tmp_path / "s", note, authority, double, now=NOON + timedelta(days=1)).name == "2026-11-23-5.tsr"
    assert double.asked == asked + 2
    first, second = stamps_in(tmp_path / "s")
    assert abs(first.time(authority.roots) - datetime.now(UTC)) < timedelta(minutes=1)
    assert second.note == note
    # What another program says of the pair.
    double.run("ts", "-verify", "-data", str(path.with_suffix(".checkpoint")), "-in", str(path), "-CAfile", "ca.pem")


def test_an_answer_to_another_question_is_not_kept(tmp_path, double, authority):
    store, signer = made(tmp_path)
    note = signer.checkpoint(store, now=NOON)
    old = double("https://tsa.example/", stamp_request(note), "application/timestamp-query")
    for answer in (old, (200, b"nonsense"), (500, b""), (200, b"")):
        with pytest.raises(OutsideError):
            daily(tmp_path / "s", note, authority, lambda *_, told=answer: told, now=NOON)
    with pytest.raises(WrongCallError):
        daily(tmp_path / "s", note, Authority("https://tsa.example/", b"no pem"), double, now=NOON)
    assert list(stamps_in(tmp_path / "s")) == []


def stamp_request(note):
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    return TimestampRequestBuilder().data(note).hash_algorithm(HashAlgorithm.SHA256).build().as_bytes()


# --- the whole way, and the audit ---


def test_audit_tells_what_an_authority_saw_and_when(tmp_path, double, authority):
    store, signer = made(tmp_path)
    policy = parse_policy(f"log {signer.keys[0]}\nquorum none\n".encode())
    outside = checkpoint.Outside(double, policy, authority)
    for day in range(2):
        done = checkpoint.checkpoint(
            store, signer, now=NOON + timedelta(days=day), folder=tmp_path / "public", outside=outside
        )
        assert (done.troubles, done.enough, done.stamp is not None) == ((), True, True)
        store.append(Deposit(b"more", "text/plain"), [], now=NOON)
    again = checkpoint.checkpoint(
        store, signer, now=NOON + timedelta(days=1), folder=tmp_path / "public", outside=outside
    )
    assert again.stamp is None
    public = tmp_path / "public"
    verdict = mirror.audit(public, policy, roots=authority.roots)
    [told] = [finding for finding in verdict.proven if finding.code == "LOG-107"]
    assert (told.values["stamps"], told.values["size"]) == ("2", "6")
    assert "LOG-159" in [f.code for f in mirror.audit(public, policy).unproven]
    # A mirror of the folder brings the stamps with it.
    assert mirror.mirror(public, tmp_path / "copy", policy).whole
    assert len(list(stamps_in(tmp_path / "copy/stamps"))) == 2
    # A stamp of somebody else, or over another history: told.
    path = public / "stamps/2026-11-22-5.tsr"
    sound = path.read_bytes()
    path.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
    assert [f.code for f in mirror.audit(public, policy, roots=authority.roots).findings] == ["LOG-024"]
    path.write_bytes(sound)
    forged, forger = MemoryStore(), tmp_path / "forger"
    shutil.copytree(signer.folder, forger)
    for i in range(7):
        forged.append(Deposit(b"forged %d" % i, "text/plain"), [], now=NOON)
    note = bytes(signer.sign(type(signer.signed)(7, forged.root()), NOON))
    elsewhere = tmp_path / "elsewhere"
    from filon.app.publish import publish

    publish(forged, note, elsewhere)
    shutil.copytree(public / "stamps", elsewhere / "stamps")
    codes = [f.code for f in mirror.audit(elsewhere, policy, roots=authority.roots).findings]
    assert codes == ["LOG-010", "LOG-010"]


def test_an_authority_that_is_away_stops_nothing(tmp_path, authority):
    store, signer = made(tmp_path)
    done = checkpoint.checkpoint(
        store, signer, now=NOON, folder=tmp_path / "public",
        outside=checkpoint.Outside(poster(frozenset()), None, Authority("https://localhost/", authority.roots)),
    )  # fmt: skip
    assert done.files > 1
    assert done.stamp is None
    assert len(done.troubles) == 1


def test_without_the_library_the_way_out_is_named(tmp_path, monkeypatch, authority):
    import builtins

    real = builtins.__import__

    def without(name, *rest, **more):
        if name.startswith("rfc3161_client"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(WrongCallError, match=r"filon\[stamps\]"):
        Stamp("a", b"note", b"answer").time(authority.roots)
    assert stamp.STAMPS == "stamps"
