"""The resolver: what a scan of a battery's code is answered, as a pure function of what was asked and what is known.

One default link, every link with a title and type, links of all levels up to the model, the linkset for whoever asks;
unknown is 404, ceased is 410 with a tombstone.

    resolved(Asked("https://id.gs1.org/01/../21/7", accept="text/html"), Known(..)).status     # 307

Source: GS1-Conformant Resolver Standard 1.2; RFC 9264 (linkset); RFC 9110, 12 and 15; passport reference, section 9.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

GS1_VOCABULARY = "https://ref.gs1.org/voc/"
LINKSET = "application/linkset+json"
TYPES: Mapping[str, tuple[str, str]] = {
    "dpp": ("Digital product passport", "Passeport numérique de produit"),
    "pip": ("Product information", "Informations sur le produit"),
    "certificationInfo": ("Credential, sealed", "Attestation scellée"),
    "traceability": ("Where its metals come from", "D’où viennent ses métaux"),
    "epcis": ("Events", "Événements"),
}
"""{link type of GS1: title in both languages}."""
_ALL = {"linkset", "all"}


@dataclass(frozen=True, slots=True)
class Link:
    """One thing that an identifier leads to.

    Args:
        type: of the GS1 vocabulary, without its address: `dpp`.
        href: absolute.
        media: what comes back; empty = anything.
        languages: of the page.
    """

    type: str
    href: str
    media: str = ""
    languages: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """In words."""
        return TYPES.get(self.type, (self.type, self.type))[0]


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of a battery that was recycled.

    Source: Regulation (EU) 2023/1542, Article 77(8); the rest is ours.
    """

    identifier: str
    ceased: str
    reason: str
    successors: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As JSON members."""
        return {
            "identifier": self.identifier,
            "ceasedAt": self.ceased,
            "reason": self.reason,
            "successors": list(self.successors),
        }


@dataclass(frozen=True, slots=True)
class Anchor:
    """One level of an identifier, its links, the default first."""

    id: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to the resolver.

    Args:
        link_type: as in `?linkType=`, `gs1:dpp`, `https://ref.gs1.org/voc/dpp`, or empty.
        accept: the Accept header.
        language: the language preferred, `fr`.
        query: the rest of the query string, passed on.
    """

    link_type: str = ""
    accept: str = "*/*"
    language: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What to answer: a status, where to, or a body."""

    status: int
    location: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    link: str = ""


def resolved(asked: Asked, anchors: Sequence[Anchor], tombstone: Tombstone | None = None) -> Answer:
    """The answer to a scan.

    Args:
        anchors: the identifier itself first, then the levels above it; empty = nothing is known.
        tombstone: the battery ceased; nothing else of it is told.
    """
    if tombstone is not None:
        return Answer(410, body=tombstone.as_dict())
    if not anchors or not anchors[0].links:
        return Answer(404)
    wanted = _bare(asked.link_type)
    if wanted in _ALL or _prefers_linkset(asked.accept):
        return Answer(200, body=linkset(anchors))
    offered = [one for one in anchors[0].links if not wanted or wanted in {"defaultLink", one.type}]
    if not offered:
        return Answer(404)
    if not wanted or wanted == "defaultLink":
        offered = offered[:1] if not _other_media(asked.accept) else offered
    fits = [one for one in offered if _acceptable(one, asked.accept)] or offered[:1]
    spoken = [one for one in fits if asked.language in one.languages] or fits
    best = [one for one in spoken if (one.media, one.type) == (spoken[0].media, spoken[0].type)]
    if len(best) > 1:
        return Answer(300, body=linkset([Anchor(anchors[0].id, tuple(best))]))
    return Answer(307, location=_with_query(best[0].href, asked.query), link=f'<{anchors[0].id}>; rel="linkset"')


def linkset(anchors: Sequence[Anchor]) -> dict[str, Any]:
    """The links of all levels as RFC 9264 JSON; exactly one default link a level."""
    return {"linkset": [{"anchor": one.id, **dict(_relations(one))} for one in anchors if one.links]}


def _relations(anchor: Anchor) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    yield GS1_VOCABULARY + "defaultLink", [_target(anchor.links[0])]
    for kind in dict.fromkeys(link.type for link in anchor.links):
        yield GS1_VOCABULARY + kind, [_target(link) for link in anchor.links if link.type == kind]


def _target(link: Link) -> dict[str, Any]:
    told: dict[str, Any] = {"href": link.href, "title": link.title}
    if link.media:
        told["type"] = link.media
    if link.languages:
        told["hreflang"] = list(link.languages)
    words = TYPES.get(link.type)
    if words:
        told["title*"] = [{"value": words[0], "language": "en"}, {"value": words[1], "language": "fr"}]
    return told


def _bare(link_type: str) -> str:
    return link_type.removeprefix(GS1_VOCABULARY).removeprefix("gs1:")


def _media(accept: str) -> list[str]:
    """Media types of an Accept header, the best first; those with q=0 left out."""
    weighed = []
    for place, part in enumerate(accept.split(",")):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        value = float(weight) if weight.replace(".", "", 1).isdecimal() else 0.0
        if name and value > 0:
            weighed.append((-value, place, name.lower()))
    return [name for _, _, name in sorted(weighed)]


def _prefers_linkset(accept: str) -> bool:
    return _media(accept)[:1] == [LINKSET]


def _other_media(accept: str) -> bool:
    """Whether a program asks for something else than a page."""
    best = _media(accept)[:1]
    return bool(best) and best[0] not in {"*/*", "text/html", "application/xhtml+xml", "text/*"}


def _acceptable(link: Link, accept: str) -> bool:
    best = _media(accept)[:1]
    return not best or best[0] in {"*/*", link.media, link.media.partition("/")[0] + "/*"}


def _with_query(href: str, query: str) -> str:
    if not query:
        return href
    return href + ("&" if "?" in href else "?") + query
