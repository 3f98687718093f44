"""Passwords: long enough, not among the common ones, not guessed in a few tries; kept as Argon2id hashes.

Whether one is easily guessed is zxcvbn's estimate, with its thirty thousand most common passwords and the words that
belong to this person; no rule of composition, nothing cut off.

Source: OWASP ASVS 5.0, 6.2.1-12, 11.4.2; NIST SP 800-63B, 3.1.1.2; decision 0110.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from filon.core.errors import WrongCallError

SHORTEST, LONGEST = 15, 1024
"""Characters."""
GUESSES = 10**10
"""A password that is found in fewer tries is refused."""
_LOOKED_AT = 72
"""zxcvbn's own limit: what comes after it only makes a password harder to guess."""
_OURS = ("filon", "passeport", "passport", "batterie", "battery", "motdepasse", "cobalt", "azertyuiop", "qsdfghjklm")
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
NOBODY = _HASHER.hash(secrets.token_hex(32))
"""Verified when the name is unknown, so that an unknown name takes as long as a wrong password."""


def hashed(password: str) -> str:
    """As it is kept."""
    return _HASHER.hash(password)


def right(kept: str, password: str) -> bool:
    """Whether that is the password behind the hash."""
    try:
        return _HASHER.verify(kept, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False


def stale(kept: str) -> bool:
    """Whether it was hashed with less than is asked today."""
    return _HASHER.check_needs_rehash(kept)


def fit(password: str, words: Iterable[str] = ()) -> None:
    """Take a password that somebody chose, or say why not.

    Args:
        words: that belong to them: their name, their organisation's.

    Raises:
        WrongCallError: too short, too long, a common one, or one that is easily guessed.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise WrongCallError(f"a password has {SHORTEST} to {LONGEST} characters; a few words in a row do well")
    if password.casefold() in common() or _guesses(password, words) < GUESSES:
        raise WrongCallError("this password is easily guessed; a few words in a row do well")


@cache
def common() -> frozenset[str]:
    """The most common passwords, in small letters."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 - a megabyte that only choosing one needs

    return frozenset(map(str.casefold, FREQUENCY_LISTS["passwords"]))


def _guesses(password: str, words: Iterable[str]) -> int:
    from zxcvbn import zxcvbn  # noqa: PLC0415 - as above

    told = {word for text in (*words, *_OURS) for word in (text, *re.split(r"\W+", text)) if len(word) > 2}  # noqa: PLR2004
    return int(zxcvbn(password[:_LOOKED_AT], user_inputs=sorted(told))["guesses"])
