"""The life of a battery: states by hand, transfers that both sides sign, and laws on random deeds."""

from base64 import b64encode
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filon.books.register import PARTY, Register
from filon.epcis.event import FILON
from filon.log.key import Kind as KeyKind
from filon.log.key import new_secret
from filon.passport.life import Kind, deeds, life, transfer_words
from filon.passport.passport import State
from passport_events import OTHER, PACK, deed
from story import said

MAKER, BUYER, STRANGER = (f"https://id.gs1.org/417/952{n}000000007" for n in (1, 2, 3))
SECRETS = {
    who: new_secret(f"key-{n}", KeyKind.ED25519, bytes([n]) * 32) for n, who in enumerate((MAKER, BUYER, STRANGER), 1)
}
KNOWN = Register.of((PARTY, who, {FILON + "key": str(secret.key)}) for who, secret in SECRETS.items())


def lived(*events, battery=PACK):
    told, findings = deeds(said(*events))
    assert not findings
    return life(battery, told, KNOWN)


def signed(*who, words=None):
    words = words or transfer_words([PACK], MAKER, BUYER, date(2027, 3, 5), "sale")
    return [{"key": str(SECRETS[one].key), "signature": b64encode(SECRETS[one].sign(words)).decode()} for one in who]


def transfer(*who, words=None):
    return deed(
        4, "transfer", [PACK], operator=BUYER, cause="sale", signatures=signed(*who, words=words), **{"from": MAKER}
    )


def test_a_whole_life_by_hand():
    """Placed, published, waste, recycled: original, then waste; the passport ends."""
    mine = lived(
        deed(0, "place", [PACK], operator=MAKER), deed(0, "publish", [PACK]), deed(900, "waste", [PACK]),
        deed(950, "recycle", [PACK], reason="hydrometallurgy"),
    )  # fmt: skip
    assert (mine.status, mine.state, mine.operator) == ("waste", State.CEASED, MAKER)
    assert mine.ceased.reason == "hydrometallurgy"
    assert mine.ceased.day == date(2029, 10, 6)
    assert not mine.findings


def test_nothing_said_is_a_draft_without_status():
    assert (lived().status, lived().state) == ("", State.DRAFT)


def test_direct_re_use_keeps_the_passport():
    mine = lived(deed(0, "place", [PACK], operator=MAKER), deed(1, "publish", [PACK]), deed(2, "re-use", [PACK]))
    assert (mine.status, mine.state, mine.after) == ("re-used", State.ACTIVE, [])


def test_repurposing_gives_new_linked_passports_and_the_old_one_stays_readable():
    events = [
        deed(0, "place", [PACK, OTHER], operator=MAKER), deed(1, "publish", [PACK]),
        deed(2, "repurpose", [PACK, OTHER], [f"{PACK}A", f"{PACK}B"], operator=BUYER),
    ]  # fmt: skip
    old, new = lived(*events), lived(*events, battery=f"{PACK}A")
    assert (old.state, old.status, old.after) == (State.SUPERSEDED, "original", [f"{PACK}A", f"{PACK}B"])
    assert (new.state, new.status, new.before) == (State.DRAFT, "repurposed", [PACK, OTHER])
    assert (old.operator, new.operator) == (MAKER, BUYER)


def test_responsibility_passes_only_if_both_sign_the_same_words():
    placed = deed(0, "place", [PACK], operator=MAKER)
    both = lived(placed, transfer(MAKER, BUYER))
    assert (both.operator, both.transfers[0].signed, both.findings) == (BUYER, True, [])
    for attempt in (transfer(BUYER), transfer(MAKER), transfer(STRANGER, BUYER), transfer(),
                    transfer(MAKER, BUYER, words=b"other words")):  # fmt: skip
        mine = lived(placed, attempt)
        assert mine.operator == MAKER
        assert mine.transfers[0].signed is False
        assert [one.code for one in mine.findings] == ["PAS-011"]


def test_who_is_not_responsible_cannot_hand_it_over():
    """The stranger and the buyer sign, but the maker answers for the battery."""
    words = transfer_words([PACK], STRANGER, BUYER, date(2027, 3, 5), "sale")
    event = deed(4, "transfer", [PACK], operator=BUYER, cause="sale",
                 signatures=signed(STRANGER, BUYER, words=words), **{"from": STRANGER})  # fmt: skip
    mine = lived(deed(0, "place", [PACK], operator=MAKER), event)
    assert mine.operator == MAKER
    assert [one.code for one in mine.findings] == ["PAS-011"]


@pytest.mark.parametrize("late", ["re-use", "transfer", "place", "recycle", "publish"])
def test_nothing_comes_after_the_end(late):
    """A recycled battery cannot be sold, used or recycled again."""
    mine = lived(deed(0, "recycle", [PACK]), deed(1, late, [PACK], operator=BUYER))
    assert mine.state is State.CEASED
    assert [one.code for one in mine.findings] == ["PAS-012"]


def test_a_battery_cannot_become_itself():
    mine = lived(deed(0, "repurpose", [PACK], [PACK]))
    assert "PAS-013" in [one.code for one in mine.findings]
    assert mine.before == []
    assert mine.after == []


@pytest.mark.parametrize("event", [deed(0, "explode", [PACK]), deed(0, "repurpose", [PACK]), deed(0, "waste", [])])
def test_no_such_deed_is_told(event):
    assert [one.code for one in deeds(said(event))[1]] == ["PAS-010"]


lives = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(Kind), st.booleans()), max_size=8
)  # fmt: skip


@given(lives, st.randoms(use_true_random=False))
def test_a_life_is_the_same_in_whatever_order_it_was_learned(told, chance):
    events = [
        deed(day, kind.value, [PACK], [OTHER] if into else [PACK + "X"], operator=MAKER) for day, kind, into in told
    ]
    shuffled = list(events)
    chance.shuffle(shuffled)
    one, other = lived(*events), lived(*shuffled)
    assert (one.status, one.state, one.operator, one.after) == (other.status, other.state, other.operator, other.after)
    if one.ceased:
        assert one.state is State.CEASED
        assert one.status == "waste" or one.after
