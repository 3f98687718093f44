"""The words of a stored event that it shares with many others: its type, action, step, disposition and places.

Read out of the canonical body without making an event of it, by the order in which members stand there. Where a member
with parts of a partner's own stands before one of them, all of it is read.
"""

from __future__ import annotations

import re
from functools import lru_cache

import orjson

Words = tuple[tuple[str, str], ...]
WORDS = ("action", "bizLocation", "bizStep", "disposition", "readPoint", "type")
"""The members that are words, in the order in which they stand in a body."""


def words(body: bytes) -> Words:
    """(member, word) of a canonical body, e.g. `("bizStep", "shipping")`; places by their identifiers."""
    point = body.rfind(_POINT)
    front = _FRONT.match(body)
    end = _END.match(body, point if point >= 0 else body.rfind(_TYPE))
    if front is None or end is None or b"\\" in body:
        return _read(body)
    time = body.find(_TIME, front.end())
    at = body.find(_DISPOSITION, front.end(), time)
    if body.startswith(_ODD, front.end()) or body.find(_DECLARED, front.end(), time) >= 0:
        return _read(body)
    disposition = b"" if at < 0 else body[at + len(_DISPOSITION) : body.find(b'"', at + len(_DISPOSITION))]
    return _told(*front.groups(), disposition, *end.groups())


_FRONT = re.compile(rb'\{(?:"action":"([A-Z]+)",)?(?:"bizLocation":\{"id":"([^"]+)"\},)?(?:"bizStep":"([^"]+)",)?')
_ODD = (b'"action":', b'"bizLocation":', b'"bizStep":')
_DISPOSITION, _DECLARED, _TIME = b'"disposition":"', b'"errorDeclaration":', b'"eventTime":'
_POINT, _TYPE = b'"readPoint":{', b'"type":'
# Up to the end of the body, so that what is matched stands in the event itself and not in a part of it.
_END = re.compile(
    rb'(?:"readPoint":\{"id":"([^"]+)"\},(?:"sourceList":\[[^\]]*\],)?(?:"transformationID":"[^"]+",)?)?'
    rb'"type":"([A-Za-z]+)"\}\Z'
)


@lru_cache(maxsize=4_096)
def _told(*said: bytes | None) -> Words:
    return tuple((name, word.decode()) for name, word in zip(WORDS, said, strict=True) if word)


def _read(body: bytes) -> Words:
    said = orjson.loads(body)
    told = ((name, said.get(name)) for name in WORDS)
    plain = ((name, word.get("id") if isinstance(word, dict) else word) for name, word in told)
    return tuple((name, word) for name, word in plain if word)
