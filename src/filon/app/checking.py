"""What a reader brings along to check a sealed passport, from the files it was given.

Source: W3C VC Data Model 2.0, 7.1; nothing is fetched (security reference, section 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from filon.core.errors import WrongCallError
from filon.log.policy import parse_policy
from filon.seal.broken import BrokenSealError
from filon.seal.check import Known
from filon.seal.jcs import read
from filon.seal.jws import parse
from filon.seal.sdjwt import Binding


def known_from(
    issuers: Iterable[bytes],
    status_lists: Iterable[str] = (),
    policy: bytes | None = None,
    *,
    binding: Binding | None = None,
) -> Known:
    """What the reader knows, from DID documents, status list tokens and the log's policy file.

    Raises:
        WrongCallError: a file that is none of these.
    """
    documents = [_object(one, "a DID document (did.json)") for one in issuers]
    lists: dict[str, bytes | str] = {}
    for one in status_lists:
        text = one.strip()
        try:
            body = text if text.startswith("{") else parse(text).payload
        except BrokenSealError as error:
            raise WrongCallError(f"a status list is a sealed token or document: {error.detail}") from error
        lists[str(_object(body, "a status list").get("id"))] = text
    return Known(documents, lists, parse_policy(policy) if policy is not None else None, binding)


def _object(data: bytes | str, what: str) -> Mapping[str, Any]:
    try:
        value = read(data)
    except BrokenSealError as error:
        raise WrongCallError(f"{what} is JSON: {error.detail}") from error
    if not isinstance(value, dict):
        raise WrongCallError(f"{what} is a JSON object")
    return value
