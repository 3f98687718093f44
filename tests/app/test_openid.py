"""Signing in by an OpenID provider: a provider of our own making says what it should, and then every wrong thing."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from filon.app.access import Door, Kind, disable, enter
from filon.app.access.openid import LOGOUT, Client, NotBelievedError
from filon.app.access.people import WrongPasswordError, people
from filon.app.access.providers import Provider, providers
from filon.app.desk.file import Desk
from filon.core.errors import FilonError, OutsideError, WrongCallError

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
ISSUER, BACK = "https://login.voltarine.example", "https://filon.example/sign-in/with/voltarine/back"
GROUPS = (("traceability", "Voltarine"), ("repair", "Seconde Vie"))
FIRST, OTHER = (ECKey.generate_key("P-256", {"kid": name, "use": "sig"}, private=True) for name in ("one", "two"))
RSA = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"}, private=True)


class Op:
    """A provider: what it publishes, and the tokens that it gives for a code."""

    def __init__(self):
        self.now, self.desk = NOW, Desk(None)
        self.keys, self.key, self.algorithm = [FIRST], FIRST, "ES256"
        self.claims, self.header, self.said, self.facts = {}, {}, {}, {}
        self.info = {}
        self.asked = []
        self.provider = Provider("voltarine", "Voltarine", ISSUER, "filon", "s3cret", "groups", GROUPS)
        self.client = Client(self.provider, self.ask, lambda: self.now)
        self.door = Door(self.desk, lambda: self.now, providers={"voltarine": self.client})
        self.firm = enter(self.desk, "Voltarine", Kind.OPERATOR, now=NOW)
        self.repairer = enter(self.desk, "Seconde Vie", Kind.INTEREST, now=NOW)

    def ask(self, method, address, body, headers):
        self.asked.append(address)
        if address.endswith("/.well-known/openid-configuration"):
            ends = {name: f"{ISSUER}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri",
                                                          "userinfo_endpoint", "end_session_endpoint")}  # fmt: skip
            return 200, json.dumps({"issuer": ISSUER, **ends, **self.facts}).encode()
        if address.endswith("jwks_uri"):
            return 200, json.dumps(KeySet(self.keys).as_dict(private=False)).encode()
        if address.endswith("userinfo_endpoint"):
            assert headers["Authorization"] == "Bearer access"
            return 200, json.dumps({"sub": self.claims.get("sub", "248289761001"), **self.info}).encode()
        form = dict(parse_qsl(body.decode()))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode()
        assert challenge.rstrip("=") == self.query["code_challenge"]
        assert headers["Authorization"] == "Basic " + base64.b64encode(b"filon:s3cret").decode()
        assert (form["redirect_uri"], form["code"]) == (BACK, "the code")
        token = self.token({"nonce": self.query["nonce"], "groups": ["repair"], **self.claims})
        return 200, json.dumps({"id_token": token, "access_token": "access", **self.said}).encode()

    def token(self, claims, **header):
        at = int(self.now.timestamp())
        whole = {"iss": ISSUER, "aud": "filon", "sub": "248289761001", "iat": at, "exp": at + 300, **claims}
        whole = {name: value for name, value in whole.items() if value is not None}
        head = {"alg": self.algorithm, "kid": self.key.kid, **self.header, **header}
        head = {name: value for name, value in head.items() if value is not None}
        return jwt.encode(head, whole, self.key, algorithms=[self.algorithm])

    def begin(self, then="/lots"):
        there, self.state = self.client.away(self.desk, BACK, then)
        self.query = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
        return self

    def back(self, **told):
        return self.door.come_back("voltarine", {"code": "the code", "state": self.state, **told}, self.state)

    def signed_in(self, **told):
        session, self.then = self.begin().back(**told)
        return self.door.reader(session)


@pytest.fixture
def op():
    return Op()


def test_the_way_there_asks_for_a_code_with_pkce_state_and_nonce(op):
    query = op.begin().query
    assert query["response_type"] == "code"
    assert query["code_challenge_method"] == "S256"
    assert query["redirect_uri"] == BACK
    assert query["scope"].split()[0] == "openid"
    assert query["state"] == op.state
    assert min(len(query[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    assert op.begin().query["nonce"] != query["nonce"]
    kept = repr(op.desk.rows("SELECT hash FROM errand"))
    assert op.state not in kept


def test_who_comes_back_is_of_the_organisation_that_their_group_says(op):
    reader = op.signed_in()
    assert (reader.name, reader.organisation.name, op.then) == ("248289761001", "Seconde Vie", "/lots")
    op.claims = {"groups": ["x", "repair", "traceability"], "preferred_username": "anna"}
    op.door.leave("")
    assert op.signed_in().operator, "the first of our list that fits"


def test_a_person_is_known_by_issuer_and_subject_and_never_by_a_name(op):
    first = op.signed_in()
    op.claims = {"preferred_username": first.name, "sub": "another"}
    assert op.signed_in().who != first.who
    op.claims = {"preferred_username": "renamed"}
    assert op.signed_in().who == first.who
    assert [one.ready for one in people(op.desk)] == [False, False], "nobody got a password"
    with pytest.raises(WrongPasswordError):
        op.door.enter(first.name, "")


def test_who_changes_groups_changes_organisation_and_older_sessions_end(op):
    session, _ = op.begin().back()
    op.claims = {"groups": ["traceability"]}
    assert op.signed_in().operator
    assert op.door.reader(session).organisation is None


def test_groups_may_be_told_by_userinfo_of_the_same_person_only(op):
    op.claims, op.info = {"groups": None}, {"sub": "248289761001", "groups": "traceability"}
    assert op.signed_in().operator
    op.info = {"sub": "somebody else", "groups": "traceability"}
    with pytest.raises(NotBelievedError):
        op.signed_in()


@pytest.mark.parametrize("groups", [None, "", [], ["nothing of ours"], {"repair": 1}, [["repair"]], 7, True])
def test_who_is_of_no_organisation_of_ours_does_not_come_in(op, groups):
    op.claims = {"groups": groups}
    with pytest.raises(NotBelievedError):
        op.signed_in()
    assert people(op.desk) == []
    assert op.door.refusals()[0].what == "openid"


def test_a_closed_account_stays_closed_whatever_the_provider_says(op):
    disable(op.desk, op.signed_in().name, now=NOW)
    with pytest.raises(WrongPasswordError):
        op.signed_in()


# ---- wrong tokens, one of each kind (RFC 8725; OpenID Connect Core 3.1.3.7; ASVS 9.1, 9.2, 10.5)

AT = int(NOW.timestamp())


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://login.evil.example"}, {"iss": ISSUER + "/"}, {"iss": None}, {"iss": [ISSUER]},
        {"aud": "another"}, {"aud": None}, {"aud": []}, {"aud": ["filon", "another"]}, {"aud": "filon", "azp": "another"},
        {"aud": ["filon", "another"], "azp": "another"}, {"nonce": None}, {"nonce": "another"}, {"nonce": ""},
        {"exp": None}, {"exp": AT - 61}, {"exp": "never"}, {"iat": None}, {"iat": AT + 120}, {"iat": AT - 601},
        {"nbf": AT + 120}, {"sub": None}, {"sub": ""}, {"sub": 7}, {"at_hash": "x"},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_that_does_not_say_what_it_should_is_not_believed(op, claims):
    op.claims = claims
    with pytest.raises(NotBelievedError):
        op.signed_in()
    assert people(op.desk) == []


def test_clocks_may_differ_by_a_minute_and_an_audience_may_be_a_list(op):
    op.claims = {"iat": AT + 50, "exp": AT - 50, "aud": ["filon", "another"], "azp": "filon"}
    half = hashlib.sha256(b"access").digest()[:16]
    op.claims["at_hash"] = base64.urlsafe_b64encode(half).decode().rstrip("=")
    assert op.signed_in().organisation


def forged(header, claims, seal=""):
    parts = [base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in (header, claims)]
    return ".".join([*parts, seal])


def right(op):
    return {"iss": ISSUER, "aud": "filon", "sub": "248289761001", "iat": AT, "exp": AT + 300, "groups": ["traceability"],
            "nonce": op.query["nonce"]}  # fmt: skip


def shared(op):
    """Signed with HMAC and the public key's own text as the secret (CVE-2015-9235)."""
    head, body, _ = forged({"alg": "HS256", "kid": "rsa"}, right(op)).split(".")
    mark = hmac.new(RSA.as_pem(private=False), f"{head}.{body}".encode(), "sha256").digest()
    return f"{head}.{body}.{base64.urlsafe_b64encode(mark).decode().rstrip('=')}"


FORGERIES = {
    "alg none": lambda op: forged({"alg": "none", "kid": "rsa"}, right(op)),
    "alg None": lambda op: forged({"alg": "None", "kid": "rsa"}, right(op)),
    "the public key as a shared secret": shared,
    "the client's secret as key": lambda op: jwt.encode(
        {"alg": "HS256"}, right(op), OctKey.import_key(b"s3cret" * 8), algorithms=["HS256"]
    ),
    "somebody else's key under the provider's name": lambda op: jwt.encode(
        {"alg": "ES256", "kid": "one"}, right(op), OTHER, algorithms=["ES256"]
    ),
    "its own key brought along": lambda op: jwt.encode(
        {"alg": "ES256", "jwk": OTHER.as_dict(private=False)}, right(op), OTHER, algorithms=["ES256"]
    ),
    "a key address brought along": lambda op: jwt.encode(
        {"alg": "ES256", "jku": "https://evil.example/keys", "kid": "two"}, right(op), OTHER, algorithms=["ES256"]
    ),
    "no key named where there are two": lambda op: jwt.encode({"alg": "ES256"}, right(op), FIRST, algorithms=["ES256"]),
    "a path as key name": lambda op: jwt.encode(
        {"alg": "ES256", "kid": "../../one"}, right(op), FIRST, algorithms=["ES256"]
    ),
    "another kind of token": lambda op: jwt.encode(
        {"alg": "ES256", "kid": "one", "typ": "at+jwt"}, right(op), FIRST, algorithms=["ES256"]
    ),
    "an unknown extension that must be understood": lambda op: forged(
        {"alg": "ES256", "kid": "one", "crit": ["x"], "x": 1}, right(op), "AAAA"
    ),
    "the other algorithm of the key's own": lambda op: forged({"alg": "ES512", "kid": "one"}, right(op), "AAAA"),
    "half a token": lambda op: "a.b",
    "no text": lambda op: {"alg": "none"},
    "five parts": lambda op: "a.b.c.d.e",
    "no claims": lambda op: forged({"alg": "ES256", "kid": "one"}, [1], "AAAA"),
}


def test_the_same_claims_under_the_providers_own_seal_are_believed(op):
    """So that each forgery below fails for what is forged and nothing else."""
    op.keys = [FIRST, RSA]
    op.begin()
    op.said = {"id_token": jwt.encode({"alg": "ES256", "kid": "one"}, right(op), FIRST, algorithms=["ES256"])}
    session, _ = op.back()
    assert op.door.reader(session).operator


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_token_is_not_believed(op, name):
    op.keys = [FIRST, RSA]
    op.begin()
    op.said = {"id_token": FORGERIES[name](op)}
    with pytest.raises(NotBelievedError):
        op.back()
    assert people(op.desk) == []
    assert not any("evil" in address for address in op.asked)


def test_a_signature_bent_anywhere_is_not_believed(op):
    op.begin()
    head, body, seal = op.token(right(op)).split(".")
    bent = seal[:10] + ("A" if seal[10] != "A" else "B") + seal[11:]
    other = forged({}, {**right(op), "groups": ["traceability"], "sub": "2"}).split(".")[1]
    for token in (f"{head}.{body}.{bent}", f"{head}.{other}.{seal}", f"{head}.{body}."):
        op.begin().said = {"id_token": token}
        with pytest.raises(NotBelievedError):
            op.back()


# ---- the way back


def test_a_way_back_is_walked_once_by_the_browser_that_began_it(op):
    told = {"code": "the code", "state": op.begin().state}
    for state in ("", "another"):
        with pytest.raises(NotBelievedError):
            op.door.come_back("voltarine", told, state)
    assert op.back()
    with pytest.raises(NotBelievedError):
        op.back()
    op.begin()
    with pytest.raises(NotBelievedError):
        op.door.come_back("voltarine", {"code": "the code", "state": "another"}, op.state)
    op.begin()
    op.now += timedelta(minutes=10)
    with pytest.raises(NotBelievedError):
        op.back()


def test_the_answer_of_another_provider_is_not_taken(op):
    """Mix-up (RFC 9207): `iss` beside the code is ours or there is none; asked of a provider that promises it."""
    with pytest.raises(NotBelievedError):
        op.signed_in(iss="https://login.evil.example")
    assert op.signed_in(iss=ISSUER).organisation
    op.facts = {"authorization_response_iss_parameter_supported": True}
    op.client._about = None
    with pytest.raises(NotBelievedError):
        op.signed_in()
    other = Client(Provider("b", "B", ISSUER, "filon", "s3cret", "groups", GROUPS), op.ask, lambda: op.now)
    op.door.providers["b"], op.facts = other, {}
    op.begin()
    with pytest.raises(NotBelievedError):
        op.door.come_back("b", {"code": "the code", "state": op.state}, op.state)


def test_no_code_no_token_or_no_answer_is_told_and_nobody_comes_in(op):
    op.begin()
    with pytest.raises(NotBelievedError):
        op.door.come_back("voltarine", {"error": "access_denied", "state": op.state}, op.state)
    op.said = {"id_token": None}
    with pytest.raises(NotBelievedError):
        op.signed_in()
    kept, op.client._ask = op.client._ask, lambda *_: (500, b"")
    op.client._about = None
    with pytest.raises(OutsideError):
        op.begin()
    op.client._ask = lambda *_: (200, b"[" * 100_000)
    with pytest.raises(FilonError):
        op.begin()
    op.client._ask, op.facts = kept, {"issuer": ISSUER + ".evil"}
    with pytest.raises(NotBelievedError):
        op.begin()


def test_the_provider_turns_its_keys_and_unknown_names_do_not_make_us_ask_all_the_time(op):
    assert op.signed_in()
    op.keys, op.key = [OTHER], OTHER
    with pytest.raises(NotBelievedError):
        op.signed_in()  # looked a moment ago
    op.now += timedelta(minutes=1)
    assert op.signed_in()
    before = len(op.asked)
    op.header = {"kid": "nobody's"}
    for _ in range(5):
        with pytest.raises(NotBelievedError):
            op.signed_in()
    assert sum("jwks" in one for one in op.asked[before:]) == 0


def test_other_signatures_of_the_provider_are_taken(op):
    op.keys, op.key = [FIRST, RSA], RSA
    for op.algorithm in ("RS256", "PS256", "RS512"):
        assert op.signed_in().organisation


def test_a_second_factor_that_is_asked_for_has_to_come_back(op):
    op.client.provider = Provider("voltarine", "V", ISSUER, "filon", "s3cret", "groups", GROUPS, acr="phr")
    assert op.begin().query["acr_values"] == "phr"
    for acr in (None, "0", "other"):
        op.claims = {"acr": acr}
        with pytest.raises(NotBelievedError):
            op.signed_in()
    op.claims = {"acr": "phr"}
    assert op.signed_in().organisation


# ---- signing out at the provider


def logout(op, **claims):
    told = {"jti": "j1", "events": {LOGOUT: {}}, "sid": "s1", "groups": None, "exp": AT + 120, **claims}
    return op.token(told, typ="logout+jwt")


def test_who_signs_out_at_the_provider_is_signed_out_here(op):
    op.claims = {"sid": "s1"}
    one, _ = op.begin().back()
    op.claims = {"sid": "s2"}
    two, _ = op.begin().back()
    assert op.door.sign_out_all("voltarine", logout(op, sub=None)) == 1
    assert op.door.reader(one).organisation is None
    assert op.door.reader(two).organisation
    assert op.door.sign_out_all("voltarine", logout(op, sid=None, jti="j2")) == 1
    assert op.door.reader(two).organisation is None


@pytest.mark.parametrize(
    "claims",
    [{"events": None}, {"events": {}}, {"events": {LOGOUT: True}}, {"nonce": "x"}, {"sub": None, "sid": None},
     {"jti": None}, {"aud": "another"}, {"iss": "https://evil.example"}, {"exp": AT - 99}, {"sid": 7}],
    ids=str,
)  # fmt: skip
def test_what_is_no_logout_token_ends_nothing(op, claims):
    op.claims = {"sid": "s1"}
    session, _ = op.begin().back()
    with pytest.raises(NotBelievedError):
        op.door.sign_out_all("voltarine", logout(op, **claims))
    assert op.door.reader(session).organisation


def test_a_logout_token_counts_once_and_an_id_token_is_none(op):
    token = logout(op)
    op.door.sign_out_all("voltarine", token)
    with pytest.raises(NotBelievedError):
        op.door.sign_out_all("voltarine", token)
    op.begin()
    with pytest.raises(NotBelievedError):
        op.door.sign_out_all("voltarine", op.token(right(op)))


# ---- the list of providers


def test_providers_are_read_from_a_file_and_secrets_from_elsewhere(tmp_path, monkeypatch):
    (tmp_path / "secret").write_text("s3cret\n")
    monkeypatch.setenv("OP_SECRET", "other")
    text = f"""
    [voltarine]
    name = "Voltarine"
    issuer = "{ISSUER}"
    client = "filon"
    secret_file = "{tmp_path / "secret"}"
    claim = "groups"
    organisations = {{ traceability = "Voltarine", repair = "Seconde Vie" }}
    [other]
    name = "Other"
    issuer = "https://other.example"
    client = "x"
    secret_env = "OP_SECRET"
    claim = "role"
    organisations = {{ r = "Other" }}
    """
    (tmp_path / "openid.toml").write_text(text)
    first, second = providers(tmp_path / "openid.toml")
    assert first == Provider("voltarine", "Voltarine", ISSUER, "filon", "s3cret", "groups", GROUPS)
    assert (second.secret, second.acr, second.scopes) == ("other", "", "openid profile")


@pytest.mark.parametrize(
    "text",
    ["x", "a = 1", "[A_B]\nname='x'", "[a]\nname='x'\n", "[a]\nname=1\nissuer='i'\nclient='c'\nclaim='g'\norganisations={x='y'}",
     "[a]\nname='n'\nissuer='i'\nclient='c'\nclaim='g'\norganisations={}", "[a]\nsecret='in the file'",
     "[a]\nname='n'\nissuer='i'\nclient='c'\nclaim='g'\nsecret_file='/nosuch'\norganisations={x='y'}",
     "[a]\nname='n'\nissuer='i'\nclient='c'\nclaim='g'\nsecret_env='NO_SUCH_THING'\norganisations={x='y'}"],
)  # fmt: skip
def test_a_list_that_says_something_else_is_refused(tmp_path, text):
    (tmp_path / "openid.toml").write_text(text)
    with pytest.raises(WrongCallError):
        providers(tmp_path / "openid.toml")
