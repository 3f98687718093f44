"""Showing a part: a token whose restricted members are hashes, and the disclosures that open them.

The maker seals once; the holder hands on the token with the disclosures that a reader may see. What is not shown
stays a random-looking hash. Stricter than common libraries: each of the 32 faults of the corpus is refused.

    text = concealed(payload, [("credentialSubject", "testReports")], key, salt=secrets.token_bytes)
    shown = presented(text, lambda path: path[-1] == "testReports")
    opened(shown, issuer_key).payload

Source: RFC 9901 (SD-JWT), 4, 7.1, 7.3; VC-JOSE-COSE 3.1.3 (`vc+sd-jwt`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from filon.seal.base import base64url, from_base64url
from filon.seal.broken import broken
from filon.seal.jcs import read
from filon.seal.jws import Token, parse, proven, signed
from filon.seal.key import PublicKey, SecretKey, from_jwk

Path = tuple[str | int, ...]
"""Where a member stands: names, and places in lists."""

ALGORITHM = "sha-256"
NAMES, ELEMENT = "_sd", "..."
_RESERVED = {NAMES, ELEMENT}
_SALT = 16
NEVER_HIDDEN = frozenset(
    {"iss", "exp", "nbf", "iat", "cnf", "status", "vct", "_sd_alg", "@context", "type", "issuer", "credentialStatus",
     "credentialSchema", "validFrom", "validUntil"}
)  # fmt: skip
"""Members that a reader needs in order to judge the rest.

Source: RFC 9901, 9.7; VC-JOSE-COSE 3.1.3.
"""
_OBJECT, _LIST = 3, 2


@dataclass(frozen=True, slots=True)
class Opened:
    """An SD-JWT that holds.

    Args:
        payload: the members that were signed and shown, hashes gone.
        header: of the issuer's token.
        hidden: paths of what was disclosed here; the rest of the hashes stay closed.
    """

    payload: dict[str, Any]
    header: Mapping[str, Any]
    hidden: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """What a reader asks of the one who shows the document, so that nobody shows a copy."""

    audience: str
    nonce: str


def concealed(
    payload: Mapping[str, Any], paths: Iterable[Path], key: SecretKey, *, salt: Callable[[int], bytes],
    typ: str = "vc+sd-jwt", decoys: int = 0,
) -> str:  # fmt: skip
    """The token with every disclosure, for its holder.

    Args:
        paths: members and list elements to hide; deeper ones may lie within others.
        salt: gives so many random bytes (`secrets.token_bytes`); a salt used twice would let a reader compare.
        decoys: hashes of nothing in every object, so that their number tells nothing.

    Raises:
        BrokenSealError: SEA-040, a path leads nowhere or to a member that must stay visible.
    """
    body = orjson.loads(orjson.dumps(payload))
    deepest_first = sorted(paths, key=len, reverse=True)  # so that it ends up inside its parent's disclosure
    disclosures = [_hide(body, path, salt(_SALT)) for path in deepest_first]
    for place in sorted({path[:-1] for path in deepest_first}, key=str) if decoys else ():
        _decoy(body, place, decoys, salt)
    body["_sd_alg"] = ALGORITHM
    return "~".join([signed({"typ": typ, "cty": "vc"}, orjson.dumps(body), key), *disclosures, ""])


def _hide(body: Any, path: Path, salt: bytes) -> str:
    holder = _within(body, path[:-1])
    name = path[-1]
    if isinstance(holder, dict) and name in holder and name not in NEVER_HIDDEN | _RESERVED:
        disclosure = _written([base64url(salt), name, holder.pop(name)])
        holder[NAMES] = sorted([*holder.get(NAMES, ()), digest(disclosure)])  # sorted: the order tells nothing
        return disclosure
    if isinstance(holder, list) and isinstance(name, int) and name < len(holder):
        disclosure = _written([base64url(salt), holder[name]])
        holder[name] = {ELEMENT: digest(disclosure)}
        return disclosure
    raise broken("SEA-040", "/" + "/".join(map(str, path)), fault="no such member, or it must stay visible")


def _within(body: Any, path: Path) -> Any:
    for name in path:
        try:
            body = body[name]
        except (KeyError, IndexError, TypeError):
            return None
    return body


def _decoy(body: Any, place: Path, number: int, salt: Callable[[int], bytes]) -> None:
    holder = _within(body, place)
    if isinstance(holder, dict):
        holder[NAMES] = sorted([*holder.get(NAMES, ()), *(base64url(salt(32)) for _ in range(number))])


def _written(disclosure: list[Any]) -> str:
    return base64url(orjson.dumps(disclosure))


def digest(disclosure: str) -> str:
    """The hash of a disclosure, over its text as it travels."""
    return base64url(sha256(disclosure.encode("ascii")).digest())


def presented(text: str, shows: Callable[[Path], bool]) -> str:
    """The token with only the disclosures whose path is to be shown; one within another needs that one, too."""
    token, *disclosures = text.split("~")[:-1]
    opening = _Opening(disclosures)
    opening.walk(read(parse(token).payload), ())
    keep = {name for name, path in opening.paths.items() if all(shows(part) for part in opening.chain(path))}
    return "~".join([token, *(one for one in disclosures if one in keep), ""])


def bound(text: str, holder: SecretKey, binding: Binding, *, now: datetime) -> str:
    """The presentation with the holder's signature over exactly what is shown, for one reader and one request."""
    claims = {
        "iat": int(now.timestamp()),
        "aud": binding.audience,
        "nonce": binding.nonce,
        "sd_hash": digest(text),
    }
    return text + signed({"typ": "kb+jwt"}, orjson.dumps(claims), holder)


def opened(text: str, key: PublicKey, *, binding: Binding | None = None, typ: str | None = None) -> Opened:
    """What an SD-JWT shows, once everything in it holds.

    Args:
        binding: what was asked of the holder; None: no holder's signature is expected, and one is refused.

    Raises:
        BrokenSealError: SEA-040 or SEA-041, and those of the token.
    """
    parts = text.split("~")
    if len(parts) < 2:  # noqa: PLR2004 - a token and what follows its tilde
        raise broken("SEA-040", fault="no ~: a plain token shows no parts")
    token, *disclosures, last = parts
    if not all(disclosures):
        raise broken("SEA-040", fault="an empty disclosure")
    taken = parse(token)
    payload = read(proven(taken, key, typ=typ))
    if not isinstance(payload, dict) or payload.get("_sd_alg", ALGORITHM) != ALGORITHM:
        raise broken("SEA-040", fault="only sha-256 is taken")
    opening = _Opening(disclosures)
    shown = opening.walk(payload, ())
    shown.pop("_sd_alg", None)
    if opening.unused:
        raise broken("SEA-040", fault="a disclosure that nothing refers to")
    _held(payload, text.removesuffix(last), last, binding)
    return Opened(shown, taken.header, tuple(opening.paths.values()))


@dataclass(slots=True)
class _Opening:
    """Puts disclosures back where their hashes stand; every fault of RFC 9901, 7.1 ends it."""

    disclosures: Sequence[str]
    known: dict[str, tuple[str, list[Any]]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    paths: dict[str, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for text in self.disclosures:
            name = digest(text) if text.isascii() else ""
            if not name or name in self.known:
                raise broken("SEA-040", fault="a disclosure stands twice")
            self.known[name] = (text, _disclosure(text))

    @property
    def unused(self) -> set[str]:
        """Disclosures that nothing referred to."""
        return {text for text, _ in self.known.values()} - self.paths.keys()

    def chain(self, path: Path) -> list[Path]:
        """The path and those of the disclosures that it lies within."""
        return [one for one in self.paths.values() if path[: len(one)] == one]

    def walk(self, value: Any, path: Path) -> Any:
        """The value with what is disclosed put in and every hash gone."""
        if isinstance(value, dict):
            return self._object(value, path)
        if isinstance(value, list):
            return self._list(value, path)
        return value

    def _object(self, value: dict[str, Any], path: Path) -> dict[str, Any]:
        if ELEMENT in value:
            raise broken("SEA-040", fault="`...` outside a list")
        hashes = value.get(NAMES, [])
        if not isinstance(hashes, list):
            raise broken("SEA-040", fault="_sd is no list")
        shown = {name: self.walk(one, (*path, name)) for name, one in value.items() if name != NAMES}
        for one in hashes:
            found = self._taken(one, _OBJECT)
            if found is None:
                continue
            text, (_, name, content) = found
            if not isinstance(name, str) or name in _RESERVED or name in shown:
                raise broken("SEA-040", fault=f"the name {name!r} is reserved or there already")
            self.paths[text] = (*path, name)
            shown[name] = self.walk(content, (*path, name))
        return shown

    def _list(self, value: list[Any], path: Path) -> list[Any]:
        shown = []
        for place, one in enumerate(value):
            if isinstance(one, dict) and ELEMENT in one:
                if len(one) != 1:
                    raise broken("SEA-040", fault="`...` has no other member beside it")
                found = self._taken(one[ELEMENT], _LIST)
                if found is not None:
                    text, (_, content) = found
                    self.paths[text] = (*path, place)
                    shown.append(self.walk(content, (*path, place)))
            else:
                shown.append(self.walk(one, (*path, place)))
        return shown

    def _taken(self, name: object, size: int) -> tuple[str, list[Any]] | None:
        """The disclosure of a hash, if it is shown; a hash may stand only once in the whole document."""
        if not isinstance(name, str) or name in self.seen:
            raise broken("SEA-040", fault="a hash stands twice, or is no text")
        self.seen.add(name)
        found = self.known.get(name)
        if found is not None and len(found[1]) != size:
            raise broken("SEA-040", fault=f"a disclosure of {len(found[1])} parts where {size} belong")
        return found


def _disclosure(text: str) -> list[Any]:
    try:
        parts = read(from_base64url(text))
    except ValueError as error:
        raise broken("SEA-040", fault="a disclosure that is not base64url") from error
    if not isinstance(parts, list) or len(parts) not in {_OBJECT, _LIST} or not isinstance(parts[0], str):
        raise broken("SEA-040", fault="a disclosure is [salt, name, value] or [salt, value]")
    return parts


def _held(payload: Mapping[str, Any], shown: str, last: str, binding: Binding | None) -> None:
    """The holder's signature, exactly if it was asked for; whether it is asked for is the reader's to say."""
    if binding is None:
        if last:
            raise broken("SEA-041", fault="a holder's signature that was not asked for")
        return
    if not last:
        raise broken("SEA-041", fault="there is no holder's signature")
    confirmed = payload.get("cnf")
    key = from_jwk(confirmed.get("jwk") if isinstance(confirmed, dict) else None)
    token = parse(last)
    claims = _claims(token, key)
    wanted = {"aud": binding.audience, "nonce": binding.nonce, "sd_hash": digest(shown)}
    for name, value in wanted.items():
        if claims.get(name) != value:
            raise broken("SEA-041", fault=name, expected=value, found=str(claims.get(name))[:60])
    if type(claims.get("iat")) is not int:
        raise broken("SEA-041", fault="iat")


def _claims(token: Token, key: PublicKey) -> dict[str, Any]:
    claims = read(proven(token, key, typ="kb+jwt"))
    if not isinstance(claims, dict):
        raise broken("SEA-041", fault="no object")
    return claims
