"""Passports handed on: every format, every audience, sealed with the log's proof inside, withdrawn; the sealer's folder."""

import io
import zipfile
from datetime import UTC, datetime

import orjson
import pytest

from filon.app.issuing import FORMATS, Issuing, sealed_all
from filon.app.sealer import create_sealer, open_sealer, rotated
from filon.app.signer import create_signer
from filon.core.errors import ConflictError, NotFoundError, WrongCallError
from filon.log.policy import parse_policy
from filon.log.store import Deposit
from filon.passport.passport import State, disclosed
from filon.passport.point import Audience, points
from filon.seal.check import Known, check
from filon.store.memory import MemoryStore
from passport_examples import EXAMPLES, example

NOW = datetime(2027, 2, 18, 12, tzinfo=UTC)
HOST = "https://id.atlas.example"


class Ground:
    """A ledger of ten deposits, signed."""

    def __init__(self, folder):
        self.store = MemoryStore()
        self.store.append_all([(Deposit(b"%d" % i, "text/plain"), ()) for i in range(10)], now=NOW)
        self.signer = create_signer(folder, "log.example/atlas")
        self.store.publish(10, self.signer.checkpoint(self.store, now=NOW))
        self.ledger = self


@pytest.fixture
def issuing(tmp_path):
    ground = Ground(tmp_path / "signer")
    return Issuing(ground, HOST, create_sealer(tmp_path / "sealer", "id.atlas.example", "Atlas Packs"))


def known(issuing):
    policy = parse_policy(f"log {issuing.passports.signer.keys[0]}\nquorum none\n".encode())
    return Known(documents=[issuing.did_document()], log=policy)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("audience", Audience)
def test_every_format_for_every_audience_tells_only_what_the_table_allows(issuing, form, audience):
    """Oracle: the data point table itself, code by code, on the bytes handed out."""
    passport = example("ev")
    made = issuing.written(passport, form, {audience}, now=NOW)
    seen = readable(made.data, form)
    allowed = {one.code for one in disclosed(passport, {audience})}
    secrets = {
        "testReports": "type-test",
        "spareSources": "parts@atlas-packs.example",
        "negativeEvents": "deep discharge",
    }
    for code, mark in secrets.items():
        assert mark not in seen or code in allowed, (code, form, audience)
    if form in {"en18223", "jsonld", "untp", "vc", "sd-jwt", "vc-json"}:
        for code, mark in secrets.items():
            assert (mark in seen) is (code in allowed), (code, form)


def readable(data, form):
    """The bytes as an eavesdropper with all decoders would see them."""
    from filon.seal.base import from_base64url
    from filon.seal.jws import parse

    if form in {"samm", "idta"}:
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            return " ".join(bundle.read(one).decode() for one in bundle.namelist())
    if form in {"vc", "sd-jwt"}:
        token, *shown = data.decode().split("~")
        return " ".join([parse(token).payload.decode(), *(from_base64url(one).decode() for one in shown if one)])
    return data.decode("utf-8", "ignore")


@pytest.mark.parametrize("form", ["vc", "vc-json", "sd-jwt"])
@pytest.mark.parametrize("battery", EXAMPLES)
def test_what_we_seal_holds_with_the_logs_proof_inside(issuing, form, battery):
    made = issuing.written(example(battery), form, {Audience.PUBLIC}, now=NOW)
    verdict = check(made.data, known(issuing), now=NOW)
    assert verdict.holds, [one.text() for one in verdict.findings]
    (logged,) = [one for one in verdict.findings if one.code == "SEA-102"]
    assert dict(logged.values) == {"origin": "log.example/atlas", "entries": "2", "size": "10"}  # entries 3 and 5
    product = verdict.sealed.document["credentialSubject"]["product"]
    assert product["characteristics"]["weight"] == EXAMPLES[battery]["weight"]


def test_one_sd_jwt_serves_each_reader_its_own_part(issuing):
    passport = example("ev")
    for audience in Audience:
        made = issuing.written(passport, "sd-jwt", {audience}, now=NOW)
        verdict = check(made.data, known(issuing), now=NOW)
        told = verdict.sealed.document["credentialSubject"]["product"]["characteristics"]
        assert set(told) == {one.code for one in disclosed(passport, {audience}).filled()}, audience


def test_a_withdrawn_passport_no_longer_holds_and_others_do(issuing):
    sealer = issuing.sealer
    passports = [example("ev"), example("lmt")]
    first, second = sealed_all(issuing, passports, now=NOW)
    sealer.withdraw(f"{passports[0].identifier}#passport-1-vc", now=NOW)
    address = sealer.list_address(1)
    brought = Known(documents=[sealer.document()], status_lists={address: sealer.status_list(1, now=NOW)})
    assert [check(one, brought, now=NOW).holds for one in (first, second)] == [False, True]
    with pytest.raises(NotFoundError):
        sealer.withdraw("urn:nobody", now=NOW)
    with pytest.raises(NotFoundError):
        sealer.status_list(2, now=NOW)


def test_the_sealers_folder_is_opened_again_with_all_it_did(tmp_path):
    sealer = create_sealer(tmp_path, "id.atlas.example", "Atlas Packs")
    first = sealer.places(["urn:a", "urn:b", "urn:a"])
    assert first[0] == first[2] != first[1]
    sealer.withdraw("urn:b", now=NOW)
    again = open_sealer(tmp_path)
    assert (again.issued, again.withdrawn) == (sealer.issued, {"urn:b"})
    assert again.places(["urn:a"]) == first[:1]
    with (tmp_path / "issued.jsonl").open("ab") as file:  # the power went in the middle of a line
        file.write(b'{"id": "urn:c", "li')
    torn = open_sealer(tmp_path)
    assert set(torn.issued) == {"urn:a", "urn:b"}
    torn.places(["urn:d"])
    assert set(open_sealer(tmp_path).issued) == {"urn:a", "urn:b", "urn:d"}
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
    with pytest.raises(ConflictError):
        create_sealer(tmp_path, "id.atlas.example", "Atlas Packs")


def test_a_new_key_leaves_old_seals_good(issuing):
    old = issuing.written(example("ev"), "vc", {Audience.PUBLIC}, now=NOW).data
    issuing.sealer = rotated(issuing.sealer)
    new = issuing.written(example("lmt"), "vc", {Audience.PUBLIC}, now=NOW).data
    assert all(check(one, known(issuing), now=NOW).holds for one in (old, new))
    assert len({check(one, known(issuing), now=NOW).sealed.method for one in (old, new)}) == 2


def test_a_draft_is_handed_to_nobody_but_its_operator(issuing):
    from dataclasses import replace

    draft = replace(example("ev"), state=State.DRAFT)
    for audience in set(Audience) - {Audience.OPERATOR}:
        with pytest.raises(NotFoundError):
            issuing.written(draft, "vc", {audience}, now=NOW)
    assert issuing.written(draft, "en18223", {Audience.OPERATOR}, now=NOW).data


def test_wrong_calls(issuing):
    with pytest.raises(WrongCallError):
        issuing.written(example("ev"), "excel", {Audience.PUBLIC}, now=NOW)
    issuing.sealer = None
    with pytest.raises(WrongCallError):
        issuing.written(example("ev"), "vc", {Audience.PUBLIC}, now=NOW)
    with pytest.raises(NotFoundError):
        issuing.did_document()


def test_an_imported_passport_becomes_statements_that_say_the_same():
    from filon.app.taking import statements, taken_file

    data = orjson.dumps({})
    assert taken_file(data)[1].findings
    from filon.exchange import en18223
    from filon.exchange.writing import as_json

    data = as_json(en18223.document(example("ev")))
    form, told = taken_file(data)
    assert form == "en18223"
    document = statements(told, "", data, at=NOW)
    (event,) = document["epcisBody"]["eventList"]
    assert event["epcList"] == [example("ev").identifier]
    said = {one["filon:point"] for one in event["filon:points"]}
    fixed = {one.code for one in points() if one.source in {"ledger", "life", "none"}}
    assert said == ({one.code for one in example("ev").filled()} - fixed) | {
        "ratedEnergy",
        "placeOfManufacture",
        "dateOfManufacture",
    }


def test_no_two_credentials_share_a_place_and_a_half_full_list_is_followed_by_another(tmp_path, monkeypatch):
    from filon.app import sealer as module

    drawn = iter([5, 5, 5, 7, 5, 9])
    monkeypatch.setattr(module.secrets, "randbelow", lambda _: next(drawn))
    monkeypatch.setattr(module, "FULL", 2)
    sealer = create_sealer(tmp_path, "id.atlas.example", "Atlas Packs", random=lambda n: b"\1" * n)
    told = sealer.places(["urn:a", "urn:b", "urn:c"])
    places = [(one["statusListCredential"][-1], one["statusListIndex"]) for one in told]
    assert places == [("1", "5"), ("1", "7"), ("2", "5")]
