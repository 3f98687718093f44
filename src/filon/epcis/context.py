"""Names of partners' own members: `ex:grade` in a document, `https://ns.example.com/grade` inside.

A document's JSON-LD @context says what its prefixes mean. Nothing is fetched: the contexts of EPCIS are known here, any
other address is reported and its names stay as written. A namespace that does not end where a URI is naturally
parted (`https://ns.example.com/epcis` + `grade`) is kept in braces, `{https://ns.example.com/epcis}grade`, so
that XML and the event hash find the border again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import count
from types import MappingProxyType
from typing import Any

from filon.core.remember import remembered
from filon.epcis import cbv
from filon.epcis.event import FILON

KNOWN = re.compile(
    r"https?://(?:ref\.gs1\.org/standards/epcis/|(?:gs1\.github\.io|www\.gs1\.org)/(?:EPCIS|epcis)/)"
    r"(?:\d[\d.]*/)?epcis-context\.jsonld"
)
"""Addresses of the EPCIS 2.0 context."""

STANDARD: Mapping[str, str] = MappingProxyType(
    {
        "cbv": cbv.WEB,
        "cbvmda": "urn:epcglobal:cbv:mda:",
        "dcterms": "http://purl.org/dc/terms/",
        "epcis": "https://ref.gs1.org/epcis/",
        "gs1": cbv.GS1,
        "owl": "http://www.w3.org/2002/07/owl#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)
"""Prefixes that the EPCIS context gives."""

USUAL: Mapping[str, str] = MappingProxyType({**STANDARD, "filon": FILON})
"""Prefixes that we write without thinking of a new one."""

ADDRESS = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
"""The context that we write."""

_OWN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:(?:[^\x00-\x20\x7f\"<>\\^`{|}%]|%[0-9A-Fa-f]{2})*")
_BORDER = re.compile(r"(.*[/#:])([^/#:]+)", re.DOTALL)


_PINNED = dict.fromkeys(cbv.GS1_SPELLINGS, cbv.GS1)
"""{namespace: the one that we say instead}: contexts and documents name the GS1 Web Vocabulary differently."""


def joined(namespace: str, local: str) -> str:
    """The one name of a member: the plain URI where its border can be seen, else `{namespace}local`."""
    namespace = _PINNED.get(namespace, namespace)
    name = namespace + local
    return name if parted(name) == (namespace, local) else f"{{{namespace}}}{local}"


@remembered(16_384)
def parted(name: str) -> tuple[str, str]:
    """(namespace, local name); ("", name) for a bare name."""
    if name.startswith("@"):
        return "", name
    if name.startswith("{") and "}" in name:
        namespace, _, local = name[1:].rpartition("}")
        return namespace, local
    match = _BORDER.fullmatch(name)
    return (match.group(1), match.group(2)) if match else ("", name)


class Terms:
    """What the names in one document (or one event) mean; immutable but for its memory of names already looked up."""

    __slots__ = ("_own", "_seen", "names", "prefixes", "vocabulary")

    def __init__(self, prefixes: Mapping[str, str], names: Mapping[str, str], vocabulary: str = "") -> None:
        self.prefixes = prefixes
        self.names = names
        self.vocabulary = vocabulary
        self._seen: dict[str, str] = {}
        self._own: dict[str, str] = {}

    def own_member(self, key: str) -> str:
        """The expanded name of a partner's own member of the event; "" if JSON has no such name.

        Source: EPCIS 2.0 JSON schema 2.0.1, `vocab-uri`: a URI or prefix:name; letters beyond ASCII are taken too (RFC
        3987), since XML writes them.
        """
        try:
            return self._own[key]
        except KeyError:
            name = self.member(key) if _OWN_NAME.fullmatch(key) else ""
            if len(self._own) < 10_000:  # noqa: PLR2004 - as in `member`
                self._own[key] = name
            return name

    def member(self, key: str) -> str:
        """The expanded name of a member; a bare name that no context explains stays bare."""
        try:
            return self._seen[key]
        except KeyError:
            name = self._member(key)
            if len(self._seen) < 10_000:  # noqa: PLR2004 - a hostile document must not grow our memory
                self._seen[key] = name
            return name

    def _member(self, key: str) -> str:
        if key.startswith("@"):
            return key
        if key in self.names:
            return joined(*parted(self.names[key]))
        prefix, colon, local = key.partition(":")
        if not colon:
            return joined(self.vocabulary, key) if self.vocabulary else key
        namespace = self.prefixes.get(prefix)
        whole = namespace is None or local.startswith("//")
        return joined(*parted(key)) if whole else joined(namespace or "", local)

    def value(self, text: str) -> str:
        """A URI in full: `cbv:BizStep-shipping` with its prefix replaced, all else unchanged."""
        prefix, colon, local = text.partition(":")
        namespace = self.prefixes.get(prefix) if colon else None
        return text if namespace is None or local.startswith("//") else _PINNED.get(namespace, namespace) + local

    def with_context(self, context: Any) -> tuple[Terms, list[str]]:
        """These terms and those of an inner @context, with the parts of it that are not understood.

        Source: JSON-LD 1.1, 4.1 and 9.15, for prefixes, terms and @vocab; scoped contexts are not followed.
        """
        prefixes, names, vocabulary, strange = dict(self.prefixes), dict(self.names), self.vocabulary, list[str]()
        for part in context if isinstance(context, list) else [context]:
            if isinstance(part, str) and KNOWN.fullmatch(part):
                prefixes = {**STANDARD, **prefixes}
            elif isinstance(part, dict):
                vocabulary = _taken(part, prefixes, names, strange) or vocabulary
            else:
                strange.append(part if isinstance(part, str) else repr(part))
        return Terms(prefixes, names, vocabulary), strange


def _taken(part: dict[str, Any], prefixes: dict[str, str], names: dict[str, str], strange: list[str]) -> str:
    vocabulary = ""
    own = {name: told for name, meaning in part.items() if isinstance(told := _identifier(meaning), str)}
    for name, meaning in part.items():
        identifier = _identifier(meaning)
        if name == "@vocab" and isinstance(identifier, str):
            vocabulary = identifier
        elif name.startswith("@") or (isinstance(identifier, str) and identifier.startswith("@")):
            continue  # keywords and their aliases (`type`, `id`) mean nothing more here
        elif not isinstance(identifier, str) or not identifier:  # no namespace: the name stays as it is written
            if meaning is not None and not isinstance(meaning, dict):
                strange.append(name)
        elif not (meant := _in_full(identifier, own, prefixes)) or (":" in name and not _OWN_NAME.fullmatch(meant)):
            strange.append(name)  # JSON-LD 1.1 API, 4.2.2, steps 2 and 14.3: a circle, or an invalid IRI mapping
        elif ":" in name:
            names[name] = meant
        else:
            prefixes[name] = names[name] = meant
    return vocabulary


_LONGEST = 16
"""So many prefixes may say one another; a hostile circle of them ends there."""


def _identifier(meaning: Any) -> Any:
    return meaning.get("@id") if isinstance(meaning, dict) else meaning


def _in_full(identifier: str, own: Mapping[str, str], prefixes: Mapping[str, str]) -> str:
    """A namespace in full: it may be said by others, which may stand behind it; "" if it is said by itself.

    Source: JSON-LD 1.1 API, 4.2.2: a context's terms are defined in whatever order they need each other.
    """
    for _ in range(_LONGEST):
        prefix, colon, local = identifier.partition(":")
        known = own.get(prefix, prefixes.get(prefix)) if colon and not local.startswith("//") else None
        if known is None:
            return identifier
        identifier = known + local
    return ""


BUILT_IN = Terms(STANDARD, {})
"""What every document may use."""


def prefixes_for(names: Iterable[str]) -> dict[str, str]:
    """{prefix: namespace} for all the names, always the same for the same names: usual ones, then ext1, ext2 ..

    Namespaces that are no URI in their own right (an unknown prefix such as `dpp:`) need none and get none.
    """
    parts = {parted(name) for name in names}
    used = {space for space, _ in parts if space}
    strange = {space[:-1] for space in used if _NO_SPACE.fullmatch(space)}
    bare = {local for space, local in parts if not space}  # in JSON a prefix is a name as well
    usual = {namespace: prefix for prefix, namespace in USUAL.items() if prefix not in bare}
    spaces = sorted(space for space in used if space[:-1] not in strange)
    taken = {usual[space]: space for space in spaces if space in usual}
    free = (prefix for number in count(1) if (prefix := f"ext{number}") not in strange | bare)
    return taken | dict(zip(free, (space for space in spaces if space not in usual), strict=False))


_NO_SPACE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")


def compacted(name: str, spaces: Mapping[str, str]) -> str:
    """A name as it is written, with {namespace: prefix}."""
    space, local = parted(name)
    return f"{spaces[space]}:{local}" if space in spaces else name
