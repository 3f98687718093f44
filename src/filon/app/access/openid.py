"""Signing in by an OpenID provider: the way there and back, and what its tokens have to say before we believe them.

Authorization code with PKCE. State, nonce and verifier are kept by the desk for ten minutes and used once; the
browser that began holds the state, so nobody can be signed in as somebody else by a link. Keys are the provider's own
list and nothing that a token brings along; a key that is not known yet is looked for once a minute (rotation).

Source: OpenID Connect Core 1.0, 3.1; Discovery 1.0, 3-4; Back-Channel Logout 1.0, 2.6; RFC 7636; RFC 9207; RFC 8725;
OWASP ASVS 5.0, 6.8.1, 9.1-2, 10.1.2, 10.2.1-2, 10.5.1-4.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from filon.app.access import errands
from filon.app.access.providers import Provider
from filon.app.desk.file import Desk
from filon.core.errors import FilonError, OutsideError

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures by a private key only: neither none nor a shared secret (RFC 8725, 3.1)."""
LEEWAY = 60
"""Seconds that clocks may differ."""
OLDEST = timedelta(minutes=10)
"""An ID token that was made longer ago was not made for this sign-in."""
KEPT, AGAIN = timedelta(hours=1), timedelta(minutes=1)
"""So long a provider's description and keys are kept; so soon an unknown key may be asked for again."""
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
_OK = 200
Ask = Callable[[str, str, bytes | None, Mapping[str, str]], tuple[int, bytes]]
"""(method, address, body, headers) -> (status, answer)."""


class NotBelievedError(FilonError):
    """What came back from the OpenID provider is not what was asked for, or not the provider's."""

    status = 401
    title = "Not signed in"


class Client:
    """What this server is to one provider.

    Args:
        ask: how the provider is asked; see `app.outside`.
        now: the clock.
    """

    def __init__(self, provider: Provider, ask: Ask, now: Callable[[], datetime]) -> None:
        self.provider, self._ask, self._now = provider, ask, now
        self._about: tuple[datetime, Mapping[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    def away(self, desk: Desk, back: str, then: str) -> tuple[str, str]:
        """Where to send the browser, and the state that it has to bring back.

        Args:
            back: our address that the provider sends it back to.
            then: the page that was asked for.
        """
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        about = {"provider": self.provider.key, "nonce": nonce, "verifier": verifier, "then": then, "back": back}
        state = errands.begin(desk, "openid", about, now=self._now())
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "response_type": "code", "client_id": self.provider.client, "redirect_uri": back,
            "scope": self.provider.scopes, "state": state, "nonce": nonce, "code_challenge": challenge,
            "code_challenge_method": "S256",
        }  # fmt: skip
        if self.provider.acr:
            asked["acr_values"] = self.provider.acr
        return f"{self._described('authorization_endpoint')}?{urlencode(asked)}", state

    def back(self, desk: Desk, told: Mapping[str, str], state: str) -> tuple[Mapping[str, Any], str]:
        """The claims about whoever comes back, and the page that was asked for.

        Args:
            told: the query that the provider sent along.
            state: what the browser held.

        Raises:
            NotBelievedError: another browser's way, another provider's answer, a token that is not for us.
            OutsideError: the provider does not answer.
        """
        about = errands.end(desk, "openid", state, now=self._now()) if state else None
        if about is None or told.get("state") != state or about["provider"] != self.provider.key:
            raise NotBelievedError("this way back was used, is too old, or began in another browser; sign in again")
        issuer = told.get("iss", "" if self._facts().get("authorization_response_iss_parameter_supported") else None)
        if issuer is not None and issuer != self.provider.issuer:
            raise NotBelievedError("the answer is another provider's")
        if "code" not in told:
            raise NotBelievedError(f"the provider did not sign you in ({told.get('error', 'no code')[:80]})")
        tokens = self._exchanged(told["code"], about)
        claims = self._claims(tokens, about["nonce"])
        if not {self.provider.claim, "preferred_username"} <= claims.keys():
            claims = {**self._more(tokens, claims["sub"]), **claims}
        return claims, about["then"]

    def farewell(self, then: str) -> str:
        """Where somebody ends their session at the provider, too; empty if there is no such page."""
        end = self._facts().get("end_session_endpoint")
        asked = urlencode({"client_id": self.provider.client, "post_logout_redirect_uri": then})
        return f"{end}?{asked}" if isinstance(end, str) and end.startswith(("https://", "http://")) else ""

    def ended(self, desk: Desk, token: str) -> tuple[str, str]:
        """Whose sessions a logout token of the provider ends: (subject, its session); one of the two may be empty.

        Raises:
            NotBelievedError: it is not the provider's, not for us, not for logging out, or was used.
        """
        options = {"sub": {"essential": False}, "jti": {"essential": True}}
        header, claims = self._read(token, options)
        if header.get("typ", "logout+jwt").lower() != "logout+jwt" or "nonce" in claims:
            raise NotBelievedError("this is no logout token")
        events = claims.get("events")
        subject, session = claims.get("sub", ""), claims.get("sid", "")
        if not isinstance(events, dict) or not isinstance(events.get(LOGOUT), dict) or not (subject or session):
            raise NotBelievedError("this is no logout token")
        if not isinstance(subject, str) or not isinstance(session, str):
            raise NotBelievedError("this is no logout token")
        if not errands.once(desk, "logout", f"{self.provider.issuer} {claims['jti']}", now=self._now()):
            raise NotBelievedError("this logout token was used")
        return subject, session

    def _exchanged(self, code: str, about: Mapping[str, str]) -> Mapping[str, Any]:
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": about["back"],
                 "code_verifier": about["verifier"], "client_id": self.provider.client}  # fmt: skip
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if self.provider.secret:
            ours = f"{quote_plus(self.provider.client)}:{quote_plus(self.provider.secret)}"
            methods = self._facts().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            if "client_secret_basic" in methods:
                headers["Authorization"] = "Basic " + base64.b64encode(ours.encode()).decode()
                del asked["client_id"]
            else:
                asked["client_secret"] = self.provider.secret
        status, answer = self._ask("POST", self._described("token_endpoint"), urlencode(asked).encode(), headers)
        if status != _OK:
            raise NotBelievedError("the provider did not take its own code back")
        return _object(answer)

    def _claims(self, tokens: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        """What the ID token says, once everything about it is right."""
        token = tokens.get("id_token")
        if not isinstance(token, str):
            raise NotBelievedError("the provider gave no ID token")
        options: dict[str, Any] = {"sub": {"essential": True}, "nonce": {"essential": True, "value": nonce}}
        if self.provider.acr:
            options["acr"] = {"essential": True, "value": self.provider.acr}
        header, claims = self._read(token, options)
        if header.get("typ", "JWT").upper() != "JWT":
            raise NotBelievedError("this is no ID token")
        access = tokens.get("access_token", "")
        if "at_hash" in claims and claims["at_hash"] != _half(str(access), header["alg"]):
            raise NotBelievedError("the ID token belongs to another access token")
        return claims

    def _more(self, tokens: Mapping[str, Any], subject: str) -> Mapping[str, Any]:
        """What the provider says of the same person when asked; nothing if it cannot be asked."""
        where = self._facts().get("userinfo_endpoint")
        if not isinstance(where, str) or "access_token" not in tokens:
            return {}
        headers = {"Authorization": f"Bearer {tokens['access_token']}", "Accept": "application/json"}
        status, answer = self._ask("GET", where, None, headers)
        said = _object(answer) if status == _OK else {}
        if said and said.get("sub") != subject:
            raise NotBelievedError("the provider speaks of somebody else")
        return {name: value for name, value in said.items() if name not in {"iss", "aud", "sid"}}

    def _read(self, token: str, options: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Header and claims of a token that the provider signed for us, now."""
        now = int(self._now().timestamp())
        try:
            header = jws.extract_compact(token.encode()).headers()
            read = jwt.decode(token, self._key(header.get("kid")), algorithms=ALGORITHMS)
            rules = {
                "iss": {"essential": True, "value": self.provider.issuer},
                "aud": {"essential": True, "value": self.provider.client},
                "exp": {"essential": True},
                "iat": {"essential": True},
                **options,
            }
            jwt.JWTClaimsRegistry(now=now, leeway=LEEWAY, **rules).validate(read.claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise NotBelievedError(f"the provider's token is not good ({type(error).__name__})") from error
        claims: Mapping[str, Any] = read.claims
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self.provider.client:
            raise NotBelievedError("the token was made for somebody else, too")
        if claims.get("azp", self.provider.client) != self.provider.client:
            raise NotBelievedError("the token was made for somebody else")
        if now - claims["iat"] > OLDEST.total_seconds() or claims.get("sub") == "":
            raise NotBelievedError("the token is too old, or of nobody")
        return read.header, claims

    def _key(self, kid: object) -> Any:
        """The provider's own key of that name; without a name, its only one."""
        for _ in range(2):
            keys = [one for one in self._keyset().keys if one.get("use") != "enc"]
            named = [one for one in keys if one.kid == kid] if kid is not None else keys
            if len(named) == 1:
                return named[0]
            if not self._stale():
                break
        raise NotBelievedError("the token names no key of the provider")

    def _keyset(self) -> KeySet:
        now = self._now()
        if self._keys is None or now - self._keys[0] > KEPT:
            said = self._object(self._described("jwks_uri"))
            listed = said.get("keys")
            # A shared secret in a public list is nobody's secret: only keys that cannot sign are taken.
            known = [one for one in listed if _public(one)] if isinstance(listed, list) else []
            self._keys = now, KeySet.import_key_set({"keys": known})
        return self._keys[1]

    def _stale(self) -> bool:
        """Forget the keys if they may have changed since; whether they were forgotten."""
        if self._keys is None or self._now() - self._keys[0] < AGAIN:
            return False
        self._keys = None
        return True

    def _facts(self) -> Mapping[str, Any]:
        now = self._now()
        if self._about is None or now - self._about[0] > KEPT:
            said = self._object(self.provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if said.get("issuer") != self.provider.issuer:
                raise NotBelievedError("the provider calls itself by another name")
            self._about = now, said
        return self._about[1]

    def _described(self, endpoint: str) -> str:
        found = self._facts().get(endpoint)
        if not isinstance(found, str):
            raise OutsideError(f"{self.provider.issuer} names no {endpoint}")
        return found

    def _object(self, address: str) -> Mapping[str, Any]:
        status, answer = self._ask("GET", address, None, {"Accept": "application/json"})
        if status != _OK:
            raise OutsideError(f"{address} answers {status}")
        return _object(answer)


def _object(answer: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise NotBelievedError("the provider's answer is no JSON") from error
    if not isinstance(said, dict):
        raise NotBelievedError("the provider's answer is no object")
    return said


def _public(one: object) -> bool:
    return isinstance(one, dict) and one.get("kty") in {"RSA", "EC", "OKP"} and "d" not in one


def _half(access: str, algorithm: str) -> str:
    """The left half of the access token's hash.

    Source: OpenID Connect Core 1.0, 3.1.3.6.
    """
    size = algorithm[-3:] if algorithm[-3:] in {"256", "384", "512"} else "512"
    digest = hashlib.new(f"sha{size}", access.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).decode().rstrip("=")
