"""The outbox against the registry's double: the state machine, batches, crashes between any two steps, proofs archived."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filon.app.registry import BATCH, Entry, Outbox, State, batch_number, entry_of
from filon.app.registry_double import RegistryDouble
from filon.core.errors import NotFoundError, OutsideError, StoreError, WrongCallError
from filon.seal.did import key_of_did_key
from filon.seal.key import new_key
from filon.seal.proof import proven
from passport_examples import example

NOW = datetime(2027, 2, 18, tzinfo=UTC)
OPERATOR = "https://id.gs1.org/417/9521213000003"
MODEL = "https://id.gs1.org/01/09521213000010"


class World:
    """Served passports, and the registry that reads them."""

    def __init__(self):
        self.served = {}
        self.double = RegistryDouble(new_key("", b"\7" * 32), lambda _, name: self.served.get(name), {OPERATOR: NOW})
        self.calls = []
        self.silent = 0

    def entry(self, serial, data=b"v1", **changes):
        name = f"{MODEL}/21/{serial}"
        self.served[name] = data
        told = Entry(
            name,
            name,
            OPERATOR,
            "https://id.atlas.example/v1",
            "item",
            "85076000",
            sha256(data).hexdigest(),
            "urn:backup",
            (MODEL,),
        )
        from dataclasses import replace

        return replace(told, **changes)

    def submit(self, batch, entries, *, now):
        self.calls.append((batch, len(entries)))
        answer = self.double.submit(batch, entries, now=now)
        if self.silent:
            self.silent -= 1
            raise OutsideError("no answer")
        return answer


def states(box):
    return {name.rpartition("/")[2]: line.state for name, line in box.lines.items()}


def test_a_passport_is_registered_and_its_proof_archived(tmp_path):
    world, box = World(), Outbox.open(tmp_path)
    entry = world.entry("1")
    assert box.queue(entry, now=NOW) is State.QUEUED
    assert box.send(world, now=NOW) == []
    assert states(box) == {"1": State.REGISTERED}
    proof = box.proof(entry.uniqueProductIdentifier)
    shown, _ = proven(dict(proof), lambda method, _: key_of_did_key(method))
    assert shown["digest"] == entry.digest
    late = NOW + timedelta(days=91)
    with pytest.raises(NotFoundError):
        world.double.download(entry.uniqueProductIdentifier, now=late)
    assert Outbox.open(tmp_path).proof(entry.uniqueProductIdentifier) == proof


def test_a_new_version_is_stale_until_it_is_sent_and_keeps_its_number(tmp_path):
    world, box = World(), Outbox.open(tmp_path)
    box.queue(world.entry("1"), now=NOW)
    box.send(world, now=NOW)
    first = box.proof(f"{MODEL}/21/1")
    assert box.queue(world.entry("1"), now=NOW) is State.REGISTERED  # nothing changed
    assert box.queue(world.entry("1", b"v2"), now=NOW) is State.STALE
    box.send(world, now=NOW)
    second = box.proof(f"{MODEL}/21/1")
    assert states(box) == {"1": State.REGISTERED}
    assert (first["registrationId"], first["version"], second["version"]) == (second["registrationId"], 1, 2)


FAULTS = {
    "no https": {"uniqueProductIdentifier": "http://id.atlas.example/p/9"},
    "granularity": {"granularity": "model"},
    "commodity": {"commodity": "87032100"},
    "no back-up": {"backupUniqueEconomicOperatorIdentifier": ""},
    "operator": {"uniqueEconomicOperatorIdentifier": "urn:nobody"},
    "other version": {"digest": "0" * 64},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_one_bad_entry_refuses_the_batch_and_only_it_is_rejected(tmp_path, fault):
    world, box = World(), Outbox.open(tmp_path)
    for serial in ("1", "2", "3"):
        box.queue(world.entry(serial), now=NOW)
    bad = world.entry("9", **FAULTS[fault])
    box.queue(bad, now=NOW)
    (told,) = box.send(world, now=NOW)
    assert (told.code, told.found) == ("DPP-020", bad.uniqueProductIdentifier)
    assert sorted(states(box).values()) == [State.REGISTERED] * 3 + [State.REJECTED]
    box.queue(world.entry("9"), now=NOW)  # corrected
    assert box.send(world, now=NOW) == []
    assert states(box)["9"] is State.REGISTERED


def test_a_verification_of_the_operator_ends_after_three_years(tmp_path):
    world, box = World(), Outbox.open(tmp_path)
    box.queue(world.entry("1"), now=NOW)
    assert [one.code for one in box.send(world, now=NOW + timedelta(days=1096))] == ["DPP-020"]


def test_batches_hold_a_hundred(tmp_path):
    world, box = World(), Outbox.open(tmp_path)
    for number in range(2 * BATCH + 1):
        box.queue(world.entry(str(number)), now=NOW)
    box.send(world, now=NOW)
    assert [size for _, size in world.calls] == [BATCH, BATCH, 1]
    assert set(states(box).values()) == {State.REGISTERED}


def test_no_answer_is_asked_again_under_the_same_number_and_taken_once(tmp_path):
    world, box = World(), Outbox.open(tmp_path)
    box.queue(world.entry("1"), now=NOW)
    world.silent = 1
    with pytest.raises(OutsideError):
        box.send(world, now=NOW)
    again = Outbox.open(tmp_path)
    assert states(again) == {"1": State.SUBMITTED}
    again.send(world, now=NOW)
    assert states(again) == {"1": State.REGISTERED}
    assert len({batch for batch, _ in world.calls}) == 1
    assert [one["version"] for one in world.double.registered[f"{MODEL}/21/1"]] == [1]


def test_a_torn_line_is_cut_off_and_a_lying_registry_is_not_believed(tmp_path):
    world, box = World(), Outbox.open(tmp_path)
    box.queue(world.entry("1"), now=NOW)
    with (tmp_path / "outbox.jsonl").open("ab") as file:
        file.write(b'{"entry": {"uni')
    assert states(Outbox.open(tmp_path)) == {"1": State.QUEUED}
    from filon.app.registry import Answer

    class Liar:
        def submit(self, batch, entries, *, now):
            return Answer(
                {
                    one.uniqueProductIdentifier: {"registrationId": "../../etc/x", "digest": one.digest}
                    for one in entries
                }
            )

    with pytest.raises(OutsideError):
        Outbox.open(tmp_path).send(Liar(), now=NOW)
    assert not list(tmp_path.glob("**/x.json"))


def test_no_step_leads_where_the_table_does_not_allow(tmp_path):
    from dataclasses import replace

    world, box = World(), Outbox.open(tmp_path)
    box.queue(world.entry("1"), now=NOW)
    (line,) = box.lines.values()
    for state in (State.REGISTERED, State.REJECTED, State.STALE):
        with pytest.raises(StoreError):
            box._set([replace(line, state=state)])


deeds = st.lists(
    st.one_of(
        st.tuples(st.just("queue"), st.sampled_from("123"), st.sampled_from([b"v1", b"v2", b"v3"])),
        st.tuples(st.just("bad"), st.sampled_from("89")),
        st.tuples(st.just("send")),
        st.tuples(st.just("silent")),
        st.tuples(st.just("reopen")),
    ),
    max_size=14,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds)
def test_law_nothing_is_lost_and_after_a_good_send_everything_good_is_registered(tmp_path_factory, told):
    folder = tmp_path_factory.mktemp("box")
    world, box = World(), Outbox.open(folder)
    last = {}
    for what, *rest in told:
        if what == "queue":
            entry = world.entry(*rest)
            box.queue(entry, now=NOW)
            last[entry.uniqueProductIdentifier] = True
        elif what == "bad":
            entry = world.entry(rest[0], commodity="0")
            box.queue(entry, now=NOW)
            last[entry.uniqueProductIdentifier] = False
        elif what == "silent":
            world.silent = 1
        elif what == "reopen":
            box = Outbox.open(folder)
        else:
            try:
                box.send(world, now=NOW)
            except OutsideError:
                box = Outbox.open(folder)
    world.silent = 0
    for _ in range(3):
        box.send(world, now=NOW)
    assert set(box.lines) == set(last)
    for name, good in last.items():
        assert box.lines[name].state in ({State.REGISTERED, State.REJECTED} if good else {State.REJECTED}), name
    assert {n: li.state for n, li in Outbox.open(folder).lines.items()} == {n: li.state for n, li in box.lines.items()}


def test_the_entry_of_a_passport():
    entry = entry_of(example("ev"), "https://id.atlas.example", b"{}", backup="urn:backup")
    assert entry.uniqueProductIdentifier == example("ev").identifier
    assert (entry.granularity, entry.parents) == ("item", (MODEL,))
    assert batch_number([entry]) == batch_number([entry])
    assert json.loads(__import__("filon.app.registry", fromlist=["x"]).batch_file("b", [entry]))["batch"] == "b"
    from passport_examples import without

    with pytest.raises(WrongCallError):
        entry_of(without(example("ev"), "responsibleOperator"), "https://x.example", b"{}")
