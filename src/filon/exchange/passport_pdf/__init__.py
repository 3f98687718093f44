"""A passport as PDF, for whoever needs paper: every data point that its reader may see, its standing and clause.

    pdf(disclosed(passport, {Audience.PUBLIC}), link="https://id.atlas.example/01/..", language="fr")

Typst sets the page; texts are data, never markup. The same passport gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, time
from decimal import Decimal
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from filon.core.finding import Language
from filon.exchange.label.code import code_of, svg
from filon.passport.passport import Passport
from filon.passport.value import Value, types

WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "title": "Battery passport", "version": "Version", "on": "as of", "point": "Data point", "value": "Value",
        "how": "How it is known", "clause": "Regulation (EU) 2023/1542", "missing": "not said", "yes": "yes",
        "no": "no",
        "declared": "declared", "evidenced": "evidenced", "computed": "computed from the books", "unknown": "unknown",
        "inconsistent": "sources disagree", "expired": "evidence expired",
        "foot": "Only what this reader may see. The code leads to the passport as it is now.",
    },
    "fr": {
        "title": "Passeport de batterie", "version": "Version", "on": "au", "point": "Donnée", "value": "Valeur",
        "how": "Comment on le sait", "clause": "Règlement (UE) 2023/1542", "missing": "non renseigné", "yes": "oui",
        "no": "non", "declared": "déclaré", "evidenced": "attesté", "computed": "calculé d’après les livres",
        "unknown": "inconnu", "inconsistent": "sources en désaccord", "expired": "preuve expirée",
        "foot": "Seulement ce que ce lecteur peut voir. Le code mène au passeport tel qu’il est maintenant.",
    },
}  # fmt: skip
"""The words of the page."""


def pdf(passport: Passport, *, link: str, language: Language = "en") -> bytes:
    """The passport as PDF/A-2b.

    Args:
        passport: already disclosed to its reader.
        link: where the code on the page leads.
    """
    import typst  # noqa: PLC0415 - thirty megabytes that only printing needs

    words = WORDS[language]
    told = {
        "words": dict(words),
        "language": language,
        "identifier": passport.identifier,
        "line": f"{words['version']} {passport.version} · {words['on']} {passport.on.isoformat()}",
        "code": svg(code_of(link)).decode(),
        "rows": [
            [one.point.label[language], _told(one.value, one.point.type, language, one.point.unit),
             words.get(one.standing.value, one.standing.value), one.point.clause]
            for one in passport.filled()
        ],
    }  # fmt: skip
    made = datetime.combine(passport.on, time(), ZoneInfo("UTC"))
    template = files(__package__).joinpath("passport.typ").read_bytes()
    return typst.compile(
        template, sys_inputs={"told": json.dumps(told)}, pdf_standards=["a-2b"], timestamp=int(made.timestamp())
    )


def _told(value: Value | None, kind: str, language: Language, unit: str = "") -> str:
    """A value as a person reads it, members with their names."""
    words = WORDS[language]
    if value is None:
        return words["missing"]
    if isinstance(value, bool):
        return words["yes"] if value else words["no"]
    if isinstance(value, int | Decimal):
        text = format(value, "f") if isinstance(value, Decimal) else str(value)
        plain = text.replace(".", ",") if language == "fr" else text
        return f"{plain}\u202f{unit}" if unit else plain
    if isinstance(value, Mapping):
        return ", ".join(_members(value, kind, language))
    return value if isinstance(value, str) else " · ".join(_told(one, kind, language) for one in value)


def _members(value: Mapping[str, Any], kind: str, language: Language) -> Iterator[str]:
    inner = {one.name: one.type for one in types()[kind].members} if kind in types() else {}
    for name, one in value.items():
        told = _told(one, inner.get(name, "text"), language)
        yield told if name in {"value", "uri", "name"} else f"{name}: {told}"
