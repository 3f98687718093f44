"""Stored bytes that no Filon wrote are told, whatever they are: a time beyond the calendar, members of other types."""

from dataclasses import replace

import pytest

from filon.core.errors import StoreError
from filon.log.check import entry_findings
from filon.log.leaf import entered, moment, sealed
from filon.log.merkle import leaf_hash
from filon.log.store import Deposit

SOUND = sealed(Deposit(b"x", "text/plain", "x.txt", "Atlas"), 0, bytes(32), 1_700_000_000_000_000)


def codes(kept):
    return [finding.code for finding in entry_findings(kept, 0)]


def test_a_sound_entry_has_no_findings():
    assert codes(SOUND) == []


@pytest.mark.parametrize("learned", [1 << 62, 400_000_000_000_000_000])
def test_a_time_beyond_the_calendar(learned):
    damaged = replace(SOUND, learned=learned)
    assert codes(damaged) == ["LOG-008"]
    assert codes(replace(damaged, data=None, said=None, salts=None)) == ["LOG-008"]
    with pytest.raises(StoreError):
        moment(learned)
    with pytest.raises(StoreError):
        entered(damaged)


@pytest.mark.parametrize(
    "leaf",
    [
        b'{"alg":"sha-256","commitment":7,"logged":[],"type":{},"v":1}',
        b'{"alg":1,"commitment":null,"logged":null,"type":null,"v":null}',
    ],
)
def test_members_of_other_types(leaf):
    told = codes(replace(SOUND, leaf=leaf, leaf_hash=leaf_hash(leaf)))
    assert set(told) == {"LOG-006", "LOG-008"}
    for finding in entry_findings(replace(SOUND, leaf=leaf, leaf_hash=leaf_hash(leaf)), 0):
        assert finding.text()
        assert finding.as_dict("en")
