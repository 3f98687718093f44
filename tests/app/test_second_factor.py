"""Six digits and a password: RFC 6238's own figures, codes that count once, recovery codes, and who has to have one."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from filon.app.access import Door, Kind, enter, invite, second
from filon.app.access.passwords import common, fit
from filon.app.access.people import TooManyTriesError, WrongPasswordError, welcome
from filon.app.desk.file import Desk
from filon.core.errors import WrongCallError

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
PASSWORD = "un cheval de bataille"


class House:
    def __init__(self, kinds=()):
        self.now, self.desk = NOW, Desk(None)
        self.door = Door(self.desk, lambda: self.now, second=kinds)
        self.firm = enter(self.desk, "Voltarine", Kind.OPERATOR, now=NOW)
        _, code = invite(self.desk, "anna", self.firm, now=NOW)
        self.anna = welcome(self.desk, code, PASSWORD, now=NOW)

    def enrolled(self):
        """Anna's device; its first code is used up."""
        secret = parse_qs(urlsplit(second.offer(self.desk, self.anna)).query)["secret"][0]
        self.device = pyotp.TOTP(secret)
        self.recovery = second.confirm(self.desk, self.anna, self.device.at(self.now), now=self.now)
        return self

    def signed_in(self, code):
        return self.door.show_code(self.door.enter("anna", PASSWORD).errand, code).session


@pytest.fixture
def house():
    return House().enrolled()


def test_the_codes_are_those_of_rfc_6238(monkeypatch):
    """Appendix B, SHA-1, the last six of its eight digits: 59 s -> 94287082, 1111111109 s -> 07081804 ..."""
    vectors = {59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924",
               2000000000: "69279037", 20000000000: "65353130"}  # fmt: skip
    monkeypatch.setattr(pyotp, "random_base32", lambda: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")  # 12345678901234567890
    for seconds, digits in vectors.items():
        house = House()
        second.offer(house.desk, house.anna)
        at = datetime.fromtimestamp(seconds, UTC)
        assert second.confirm(house.desk, house.anna, digits[2:], now=at), seconds


def test_a_password_alone_opens_nothing_once_there_is_a_second_factor(house):
    step = house.door.enter("anna", PASSWORD)
    assert (step.session, step.offer) == ("", "")
    assert house.door.reader(step.errand).organisation is None
    house.now += timedelta(seconds=30)
    session = house.door.show_code(step.errand, house.device.at(house.now)).session
    assert house.door.reader(session).name == "anna"


def test_a_code_counts_once_and_no_older_one_after_it(house):
    with pytest.raises(WrongPasswordError):
        house.signed_in(house.device.at(house.now))  # it confirmed the device
    house.now += timedelta(seconds=90)
    assert house.signed_in(house.device.at(house.now))
    for older in (0, 30):
        with pytest.raises(WrongPasswordError):
            house.signed_in(house.device.at(house.now - timedelta(seconds=older)))


def test_one_code_shown_by_many_at_once_counts_once(house):
    house.now += timedelta(seconds=60)
    errands = [house.door.enter("anna", PASSWORD).errand for _ in range(8)]
    code = house.device.at(house.now)

    def show(errand):
        try:
            return bool(house.door.show_code(errand, code).session)
        except WrongPasswordError:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(show, errands)) == [False] * 7 + [True]


def test_clocks_may_differ_by_half_a_minute_and_no_more(house):
    house.now += timedelta(minutes=10)
    for off in (-60, 60, 90):
        with pytest.raises(WrongPasswordError):
            house.signed_in(house.device.at(house.now + timedelta(seconds=off)))
    assert house.signed_in(house.device.at(house.now - timedelta(seconds=30)))
    assert house.signed_in(house.device.at(house.now + timedelta(seconds=30)))


@pytest.mark.parametrize("code", ["", "000000", "12345", "1234567", "١٢٣٤٥٦", "x" * 8000, "-1", "1e5"])
def test_what_is_no_code_is_refused(house, code):
    house.now += timedelta(minutes=1)
    if code != house.device.at(house.now):
        with pytest.raises(WrongPasswordError):
            house.signed_in(code)


def test_ten_wrong_codes_have_to_wait_even_if_the_password_is_right_each_time(house):
    """The right password must not give a thief of it new tries at the code."""
    house.now += timedelta(minutes=1)
    for _ in range(10):
        with pytest.raises(WrongPasswordError):
            house.signed_in("no code")
    with pytest.raises(TooManyTriesError):
        house.signed_in(house.device.at(house.now))
    house.now += timedelta(minutes=16)
    assert house.signed_in(house.device.at(house.now))


def test_each_recovery_code_opens_once_and_is_kept_as_a_hash_only(house):
    assert len(set(house.recovery)) == 10
    kept = repr(house.desk.rows("SELECT * FROM recovery"))
    for code in house.recovery:
        assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", code)
        assert code not in kept
        assert code.replace("-", "") not in kept
    assert house.signed_in(house.recovery[0].upper().replace("-", " "))
    with pytest.raises(WrongPasswordError):
        house.signed_in(house.recovery[0])
    assert house.signed_in(house.recovery[1])


def test_who_has_to_have_one_sets_it_up_before_the_first_session():
    house = House([Kind.OPERATOR])
    step = house.door.enter("anna", PASSWORD)
    assert step.session == ""
    assert step.offer.startswith("otpauth://totp/Filon:anna?")
    device = pyotp.parse_uri(step.offer)
    done = house.door.show_code(step.errand, device.at(house.now))
    assert done.session
    assert len(done.codes) == 10
    with pytest.raises(WrongPasswordError):
        house.door.show_code(step.errand, device.at(house.now + timedelta(seconds=30)))  # an errand is run once
    assert house.door.enter("anna", PASSWORD).offer == ""


def test_a_lost_device_is_taken_away_by_the_operator_and_all_sessions_end(house):
    house.now += timedelta(minutes=1)
    session = house.signed_in(house.device.at(house.now))
    second.take_away(house.desk, house.anna)
    assert house.door.reader(session).organisation is None
    assert house.door.enter("anna", PASSWORD).session


def test_half_a_sign_in_is_over_after_ten_minutes(house):
    errand = house.door.enter("anna", PASSWORD).errand
    house.now += timedelta(minutes=10)
    assert house.door.waiting(errand) is None
    with pytest.raises(WrongPasswordError):
        house.door.show_code(errand, house.device.at(house.now))


def test_a_second_device_is_never_put_over_the_first(house):
    with pytest.raises(WrongCallError):
        second.offer(house.desk, house.anna)
    assert second.confirm(house.desk, house.anna, house.device.at(house.now + timedelta(seconds=30)), now=NOW) == []


def test_every_wrong_password_and_code_is_recorded(house):
    with pytest.raises(WrongPasswordError):
        house.door.enter("anna", "wrong")
    with pytest.raises(WrongPasswordError):
        house.door.enter("nobody\n\x1b[31m", "wrong")
    with pytest.raises(WrongPasswordError):
        house.signed_in("wrong")
    told = [(one.what, one.about) for one in house.door.refusals()]
    assert told == [("code", "anna"), ("sign-in", "nobody??[31m"), ("sign-in", "anna")]


# ---- passwords


def test_the_most_common_passwords_are_refused_whatever_their_case():
    """ASVS 6.2.4 asks for the first 3 000; of the 30 000 known here every one of 15 characters or more is tried."""
    assert len(common()) >= 3_000
    assert {"password", "123456", "azerty", "qwerty"} <= common()
    long = [one for one in sorted(common()) if len(one) >= 15]
    assert long
    for one in long:
        for typed in (one, one.upper(), one.title()):
            with pytest.raises(WrongCallError):
                fit(typed)


@pytest.mark.parametrize(
    "typed",
    ["filonfilonfilonfilon", "passwordpassword", "motdepassemotdepasse", "azertyuiopqsdfghjklm", "qwertyuiopasdfghjkl",
     "aaaaaaaaaaaaaaaaaaaa", "123456789012345678", "Anna Voltarine 1", "voltarinevoltarine1", "abcabcabcabcabcabc",
     "too short", "x" * 1025, ""],
)  # fmt: skip
def test_what_is_easily_guessed_is_refused(typed):
    with pytest.raises(WrongCallError):
        fit(typed, ["anna", "Voltarine"])


@pytest.mark.parametrize(
    "typed", [PASSWORD, "correct horse battery staple", "rivière noire et trois merles", "V8!x p2#Lm qZ7 wN"]
)
def test_what_is_not_is_taken_without_rules_of_composition(typed):
    fit(typed, ["anna", "Voltarine"])
