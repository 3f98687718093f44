"""What a wrong call is told, in the caller's language: an error's detail is English, and known by its form.

The errors of the tree know no language (they are below all words), so their French is found from the English:
`locale/fr/LC_MESSAGES/details.po` has forms such as `no such file: {0}`. What has no French is told as it is.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from io import BytesIO

from babel.messages.pofile import read_po

from filon.core.errors import FilonError
from filon.core.finding import Language
from filon.views.figure import Named
from filon.views.say import tongue


def title(error: FilonError, language: Language) -> str:
    """What kind of error it is."""
    kind = type(error).__name__
    told = tongue(language).name(Named("error", kind))
    return error.title if told == kind else told


def detail(text: str, language: Language) -> str:
    """What is wrong with the call and what to do instead; English where no other words are known."""
    if language == "en":
        return text
    for form, said in _forms(language):
        if match := form.fullmatch(text):
            return said.format(*match.groups())
    return text


@cache
def _forms(language: Language) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Forms of details and how they are said; those with the most words of their own come first."""
    path = files(__package__).joinpath("locale", language, "LC_MESSAGES", "details.po")
    known = [(str(one.id), str(one.string)) for one in read_po(BytesIO(path.read_bytes()), locale=language) if one.id]
    known.sort(key=lambda pair: len(_PLACE.sub("", pair[0])), reverse=True)
    return tuple((_form(english), said) for english, said in known)


_PLACE = re.compile(r"\{\d\}")


def _form(english: str) -> re.Pattern[str]:
    return re.compile("(.*?)".join(re.escape(part) for part in _PLACE.split(english)), re.DOTALL)
