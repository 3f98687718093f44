"""OpenID providers: who else may say who somebody is, and of which of our organisations that makes them.

One TOML file lists them (setting `openid`), a table each:

    [voltarine]                                  # its place in our addresses: /sign-in/with/voltarine
    name = "Voltarine"                           # on the button
    issuer = "https://login.voltarine.example"   # exactly as it calls itself
    client = "filon"
    secret_file = "/run/secrets/filon-openid"    # or secret_env = "NAME"; neither: a public client
    claim = "groups"                             # what of the person decides; a text or a list of texts
    organisations = { traceability = "Voltarine", repair = "Seconde Vie" }      # the first that fits
    acr = "phr"                                  # what the sign-in there must have been, if anything
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filon.core.errors import WrongCallError

_KEY = re.compile(r"[a-z0-9-]{1,32}")
_MEMBERS = frozenset(
    {"name", "issuer", "client", "secret_file", "secret_env", "claim", "organisations", "acr", "scopes"}
)


@dataclass(frozen=True, slots=True)
class Provider:
    """One OpenID provider.

    Args:
        key: its place in our addresses.
        claim: the claim that decides the organisation.
        organisations: ((value of the claim, name of the organisation), ..), the first that fits counts.
        acr: the authentication context that is asked for and must come back; empty = none.
    """

    key: str
    name: str
    issuer: str
    client: str
    secret: str
    claim: str
    organisations: tuple[tuple[str, str], ...]
    acr: str = ""
    scopes: str = "openid profile"

    def organisation(self, claims: Mapping[str, Any]) -> str | None:
        """The name of the organisation that these claims make somebody of; None: of none."""
        told = claims.get(self.claim)
        has = {one for one in (told if isinstance(told, list) else [told]) if isinstance(one, str)}
        return next((name for value, name in self.organisations if value in has), None)


def providers(path: Path) -> Sequence[Provider]:
    """The providers of a file.

    Raises:
        WrongCallError: the file is absent or says something else.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WrongCallError(f"{path} is no list of OpenID providers: {error}") from error
    return [_provider(path, key, told) for key, told in said.items()]


def _provider(path: Path, key: str, told: object) -> Provider:
    if not _KEY.fullmatch(key) or not isinstance(told, dict) or told.keys() - _MEMBERS:
        raise WrongCallError(f"{path}: [{key}] is no provider; it may hold {', '.join(sorted(_MEMBERS))}")
    texts = {name: told.get(name, "") for name in _MEMBERS - {"organisations"}}
    chosen = told.get("organisations")
    if not all(isinstance(one, str) for one in texts.values()) or not isinstance(chosen, dict):
        raise WrongCallError(f"{path}: [{key}] holds texts, and organisations as {{ group = name }}")
    if missing := [name for name in ("name", "issuer", "client", "claim") if not texts[name]] or not chosen:
        raise WrongCallError(f"{path}: [{key}] needs name, issuer, client, claim and organisations ({missing})")
    return Provider(
        key, texts["name"], texts["issuer"], texts["client"], _secret(path, texts), texts["claim"],
        tuple((str(value), str(name)) for value, name in chosen.items()), texts["acr"],
        texts["scopes"] or "openid profile",
    )  # fmt: skip


def _secret(path: Path, texts: Mapping[str, str]) -> str:
    if texts["secret_env"]:
        found = os.environ.get(texts["secret_env"], "")
        if not found:
            raise WrongCallError(f"{path}: the variable {texts['secret_env']} is empty")
        return found
    if not texts["secret_file"]:
        return ""
    try:
        return Path(texts["secret_file"]).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise WrongCallError(f"{path}: {texts['secret_file']} cannot be read") from error
