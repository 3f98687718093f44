"""Back-up: what one Filon packs, a second one checks, restores and serves; any changed byte is refused."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filon.app.holding import open_holding, packed, restored, versions
from filon.app.issuing import Issuing
from filon.app.sealer import create_sealer
from filon.core.errors import NotFoundError, NotProvenError
from filon.passport.passport import State, disclosed
from filon.passport.point import Audience
from filon.passport.resolver import Tombstone
from filon.seal.broken import BrokenSealError
from filon.seal.check import Known, check
from filon.store.memory import MemoryStore
from filon.web.holding import create_holding_app
from passport_examples import EXAMPLES, example

NOW = datetime(2027, 2, 18, 12, tzinfo=UTC)
HOST = "https://id.atlas.example"
GONE = "https://id.gs1.org/01/09521213000010/21/GONE"
DRAFT = "https://id.gs1.org/01/09521213000010/21/DRAFT"


class Passports:
    """Three passports with two versions each, one draft, one ceased."""

    def __init__(self):
        self.store, self.ledger = MemoryStore(), self
        self.held = {one.identifier: one for one in map(example, EXAMPLES)}
        self.held[DRAFT] = replace(example("ev"), identifier=DRAFT, serial="DRAFT", state=State.DRAFT)

    def passport(self, identifier, *, on=None, as_of=None):
        held = self.held[identifier]
        if as_of == 4:  # after entry 3: lighter, and a week earlier
            return replace(held, version=1, on=date(2027, 2, 11), size=4)
        return replace(held, version=2)


class Maker(Issuing):
    def known(self, identifier):
        return identifier in self.passports.held

    def ceased(self, identifier):
        return Tombstone(GONE, "2037-01-01", "recycled") if identifier == GONE else None


def page(name, language):
    return f"<!doctype html><html lang={language}><title>{name}</title>".encode()


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    maker = Maker(
        Passports(), HOST, create_sealer(tmp_path_factory.mktemp("m") / "s", "id.atlas.example", "Atlas Packs")
    )
    return packed(maker, [*maker.passports.held, GONE], now=NOW, pages=page), maker


@pytest.fixture(scope="module")
def second(package, tmp_path_factory):
    """The second Filon: another folder, no ledger, no key of the maker."""
    folder = tmp_path_factory.mktemp("provider")
    restored(package[0], folder, now=NOW, document=package[1].did_document())
    return TestClient(create_holding_app(open_holding(folder)), base_url=HOST, follow_redirects=False)


def test_the_second_filon_serves_what_the_maker_served(package, second):
    _, maker = package
    for name in (example(one).identifier for one in EXAMPLES):
        enc = quote(name, safe="")
        assert second.get(f"/v1/dppsByProductId/{enc}").content == maker.written(
            maker.passports.passport(name), "en18223", {Audience.PUBLIC}, now=NOW
        ).data  # fmt: skip
        token = second.get(f"/dpp/vc/{enc}").text
        brought = Known(
            documents=[second.get("/.well-known/did.json").json()],
            status_lists={f"{HOST}/status/1": second.get("/status/1").text},
        )
        verdict = check(token, brought, now=NOW)
        assert verdict.holds
        assert "SEA-105" in {one.code for one in verdict.findings}
        path = name.removeprefix("https://id.gs1.org")
        shown = second.get(path, headers={"accept": "text/html", "accept-language": "fr"})
        assert shown.content == page(name, "fr")
        told = second.get(f"{path}?linkType=linkset").json()["linkset"][0]
        assert told["anchor"] == HOST + path


def test_ceased_and_unpublished_stay_so(second):
    assert second.get("/01/09521213000010/21/GONE").status_code == 410
    assert second.get(f"/v1/dpps/{quote(GONE, safe='')}").json()["ceasedAt"] == "2037-01-01"
    assert second.get(f"/v1/dpps/{quote(DRAFT, safe='')}").status_code == 404
    assert second.get(f"/dpp/vc/{quote(DRAFT, safe='')}").status_code == 404
    assert second.get("/01/09521213000010/21/NOBODY").status_code == 404


def test_a_stranger_finds_nothing_restricted_at_the_provider_either(second):
    from filon.app.issuing import FORMATS

    enc = quote(example("ev").identifier, safe="")
    for form in FORMATS:
        answer = second.get(f"/dpp/{form}/{enc}")
        assert answer.status_code == 200, form
        for mark in (b"type-test", b"parts@atlas-packs.example", b"deep discharge"):
            assert mark not in answer.content, form


def test_each_reader_gets_its_part_without_the_makers_key(package, tmp_path):
    data, maker = package
    holding = restored(data, tmp_path, now=NOW)
    passport = example("ev")
    for audience in Audience:
        made = holding.issued(passport.identifier, "sd-jwt", {audience}, now=NOW)
        verdict = check(made.data, Known(documents=[maker.did_document()]), now=NOW)
        assert verdict.holds
        told = verdict.sealed.document["credentialSubject"]["product"]["characteristics"]
        assert set(told) == {one.code for one in disclosed(passport, {audience}).filled()}, audience


def test_every_version_is_there_for_the_operator(package, tmp_path):
    holding = restored(package[0], tmp_path, now=NOW)
    name = example("ev").identifier
    assert [one["lastUpdated"][:10] for one in versions(holding, name)] == ["2027-02-11", "2027-02-18"]
    week = holding.issued(name, "en18223", {Audience.OPERATOR}, now=NOW, on=date(2027, 2, 12))
    assert b"2027-02-11" in week.data
    with pytest.raises(NotFoundError):
        holding.issued(name, "en18223", {Audience.OPERATOR}, now=NOW, on=date(2020, 1, 1))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_law_a_package_with_anything_changed_is_refused_whole(package, tmp_path_factory, data):
    with zipfile.ZipFile(io.BytesIO(package[0])) as bundle:
        files = {one: bundle.read(one) for one in bundle.namelist()}
    path = data.draw(st.sampled_from(sorted(files)))
    what = data.draw(st.sampled_from(["flip", "drop", "add", "swap"]))
    if what == "flip":
        at = data.draw(st.integers(0, len(files[path]) - 1))
        files[path] = files[path][:at] + bytes([files[path][at] ^ 1]) + files[path][at + 1 :]
    elif what == "drop":
        del files[path]
    elif what == "add":
        files["../../evil"] = b"x"
    else:
        other = data.draw(st.sampled_from(sorted(set(files) - {path})))
        if files[path] == files[other]:
            return
        files[path], files[other] = files[other], files[path]
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as bundle:
        for name, body in files.items():
            bundle.writestr(name, body)
    folder = tmp_path_factory.mktemp("x")
    with pytest.raises(BrokenSealError) as caught:
        restored(raw.getvalue(), folder, now=NOW, document=package[1].did_document())
    assert caught.value.finding.code in {"DPP-021", "SEA-004"}
    assert list(folder.iterdir()) == []


def test_another_makers_package_and_a_changed_disk_are_not_served(package, tmp_path):
    other = create_sealer(tmp_path / "o", "id.other.example", "Other")
    with pytest.raises(BrokenSealError):
        restored(package[0], tmp_path / "a", now=NOW, document=other.document())
    with pytest.raises(BrokenSealError):
        restored(b"PK no zip", tmp_path / "a", now=NOW)
    holding = restored(package[0], tmp_path / "b", now=NOW)
    name = example("ev").identifier
    for path in (tmp_path / "b").iterdir():
        if path.name != "manifest.jwt":
            path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(NotProvenError):
        holding.issued(name, "en18223", {Audience.PUBLIC}, now=NOW)
    with pytest.raises(NotFoundError):
        open_holding(tmp_path / "nothing")
