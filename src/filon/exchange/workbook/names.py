"""Whom and what the names in a workbook mean: its own sheet of lists, or the GLN, GTIN or URI that a cell holds.

A workbook explains itself. Nothing outside its bytes is asked, so the same names mean the same ten years later.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal
from urllib.parse import quote

from filon.core import ident, matter
from filon.core.finding import Finding, found
from filon.exchange.workbook.columns import plain
from filon.exchange.workbook.reading import Reading, Row

Kind = Literal["site", "product", "partner"]

_DIGITS = re.compile(r"\d{8,14}", re.ASCII)
_GLN = 13
_ELEMENT_STRING = re.compile(r"\(01\)(\d{14})\(10\)(.{1,20})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Site:
    """A place where matter is made, kept or received; `zone` and `party` are empty where unknown."""

    id: str
    name: str
    zone: str = ""
    country: str = ""
    party: str = ""
    kind: str = ""
    mixing: str = ""


@dataclass(frozen=True, slots=True)
class Product:
    """What lots are lots of; `form` is empty where unknown."""

    id: str
    name: str
    form: str = ""
    use: str = ""


@dataclass(frozen=True, slots=True)
class Partner:
    """A company."""

    id: str
    name: str
    country: str = ""


def full_identifier(text: str) -> str | None:
    """The canonical identifier that a cell holds in full: a web address, a URN, or `(01)..(10)..` as scanned."""
    if match := _ELEMENT_STRING.fullmatch(text):
        return ident.lgtin(match.group(1), match.group(2))
    if text.startswith(("https://", "http://", "urn:")) and ident.is_uri(text):
        return ident.canonical(text)
    return None


def identifier(kind: Kind, text: str) -> str | None:
    """The canonical identifier of a site, product or partner; None if the text is none or its check digit is wrong."""
    if whole := full_identifier(text):
        return None if ident.expected_digits(whole) or ident.malformed(text) else whole
    digits = re.sub(r"[\s\u00a0]", "", text)
    if not _DIGITS.fullmatch(digits):
        return None
    if kind == "product":
        made = ident.gtin(digits) if len(digits) in {8, 12, 13, 14} else None
    else:
        made = (ident.sgln(digits) if kind == "site" else ident.pgln(digits)) if len(digits) == _GLN else None
    return made if made and not ident.expected_digits(made) else None


def scoped(owner: str, kind: str, number: str) -> str:
    """An identifier for somebody's own number: unique because it stands below the owner's identifier.

    Delivery notes, orders and certificates of a company with a GLN take the form of the standard; all others stand
    below the owner's address or URN.

    Source: CBV 2.0, 8.5.3 (`urn:epcglobal:cbv:bt:GLN:number`), 8.6 (`xform`).
    """
    return _below(owner, kind) + quote(number, safe="")


@lru_cache(maxsize=4096)
def _below(owner: str, kind: str) -> str:
    """What all numbers of that kind of one owner begin with."""
    keys = ident.elements(owner)
    if keys:
        digits = "".join(keys.values())
        standard = kind in {"bt", "xform"} and len(digits) == _GLN
        return f"urn:epcglobal:cbv:{kind}:{digits}:" if standard else f"urn:filon:{kind}:{digits}:"
    separator = ":" if owner.startswith("urn:") else "/"
    return f"{owner.rstrip('/')}{separator}{kind}{separator}"


_EASY_LOT = re.compile(r"[A-Za-z0-9._-]{1,20}")


@lru_cache(maxsize=4096)
def _gtin(owner: str) -> str:
    return ident.elements(owner).get("01", "")


def lot_number_fault(owner: str, number: str) -> str:
    """Why a number cannot be a GS1 lot number of this GTIN; empty if it can, or if the owner has no GTIN.

    Source: GS1 General Specifications, AI (10): up to 20 characters of the set 82.
    """
    if _EASY_LOT.fullmatch(number) or not _gtin(owner):
        return ""
    if len(number) > 20:  # noqa: PLR2004 - AI (10)
        return f"{len(number)} > 20"
    strange = re.sub(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]", "", number)
    return " ".join(sorted({"space" if letter.isspace() else letter for letter in strange}))


def lot_identifier(owner: str, number: str) -> str:
    """The identifier of a lot: the number within the numbering of a product (its maker's) or of a site (its own).

    Raises:
        WrongCallError: the owner has a GTIN and the number is no GS1 lot number.
    """
    digits = _gtin(owner)
    if digits and _EASY_LOT.fullmatch(number):
        return f"https://id.gs1.org/01/{digits}/10/{number}"
    return ident.lgtin(digits, number) if digits else scoped(owner, "lot", number)


def piece_identifier(owner: str, serial: str) -> str:
    """The identifier of one piece: its serial number within the product."""
    digits = _gtin(owner)
    return ident.sgtin(digits, serial) if digits else scoped(owner, "item", serial)


_OF_PIECES = ("/21/", "/00/", "/item/", ":item:")


def is_piece(identifier: str) -> bool:
    """Whether an identifier is that of one piece or container, not of a lot."""
    return any(mark in identifier for mark in _OF_PIECES)


@dataclass(frozen=True)
class Directory:
    """The sites, products and partners that a workbook knows, by plain name and by identifier."""

    sites: Mapping[str, Site] = field(default_factory=dict)
    products: Mapping[str, Product] = field(default_factory=dict)
    partners: Mapping[str, Partner] = field(default_factory=dict)
    remembered: dict[tuple[str, str], Site | Product | Partner | None] = field(default_factory=dict, compare=False)

    def site(self, text: str) -> Site | None:
        """The site of that name, GLN or URI."""
        one = self._look("site", text)
        return one if isinstance(one, Site) else None

    def product(self, text: str) -> Product | None:
        """The product of that name, GTIN or URI."""
        one = self._look("product", text)
        return one if isinstance(one, Product) else None

    def partner(self, text: str) -> Partner | None:
        """The partner of that name, GLN or URI."""
        one = self._look("partner", text)
        return one if isinstance(one, Partner) else None

    def _look(self, kind: Kind, text: str) -> Site | Product | Partner | None:
        key = (kind, text)
        if key not in self.remembered:
            self.remembered[key] = self._find(kind, text)
        return self.remembered[key]

    def _find(self, kind: Kind, text: str) -> Site | Product | Partner | None:
        shelf = self.shelf(kind)
        if one := shelf.get(plain(text)):
            return one
        whole = identifier(kind, text)
        if whole is None:
            return None
        if one := shelf.get(whole):
            return one
        made: dict[Kind, type[Site | Product | Partner]]
        made = {"site": Site, "product": Product, "partner": Partner}
        return made[kind](whole, text)

    def shelf(self, kind: Kind) -> Mapping[str, Site | Product | Partner]:
        """All of one kind."""
        if kind == "site":
            return self.sites
        return self.products if kind == "product" else self.partners

    def near(self, kind: Kind, text: str) -> str:
        """The listed name most like a text; empty if none is near."""
        names = {plain(one.name): one.name for one in self.shelf(kind).values()}
        close = difflib.get_close_matches(plain(text), names, 1, 0.6)
        return names[close[0]] if close else ""


def directory(reading: Reading) -> tuple[Directory, list[Finding]]:
    """The directory in the sheet of lists.

    Findings:
        IMP-17: a row without kind, name or identifier. IMP-19: the company of a site is not listed.
        IMP-20: not an identifier, or a wrong check digit. IMP-25: one name for two things.
    """
    findings: list[Finding] = []
    shelves: dict[Kind, dict[str, Site | Product | Partner]] = {"partner": {}, "product": {}, "site": {}}
    rows = list(_complete(reading, findings))
    for kind in shelves:
        for row, each in rows:
            if each == kind:
                _shelve(reading, kind, row, shelves, findings)
    found_: Directory = Directory(shelves["site"], shelves["product"], shelves["partner"])  # type: ignore[arg-type]
    return found_, findings


def _complete(reading: Reading, findings: list[Finding]) -> Iterable[tuple[Row, str]]:
    for row in reading.rows("lists"):
        kind = row.text("lists.kind")
        missing = [key for key in ("lists.kind", "lists.name", "lists.id") if key not in row.values]
        findings += [found("IMP-17", reading.cell(row, key), c=key) for key in missing if key not in row.bad]
        if not missing:
            yield row, kind


def _shelve(
    reading: Reading,
    kind: Kind,
    row: Row,
    shelves: dict[Kind, dict[str, Site | Product | Partner]],
    findings: list[Finding],
) -> None:
    name, text = row.text("lists.name"), row.text("lists.id")
    whole = identifier(kind, text)
    if whole is None:
        place = reading.cell(row, "lists.id")
        findings.append(found("IMP-20", place, expected=_right(kind, text), found=text))
        return
    known = shelves[kind].get(plain(name))
    if known is not None and known.id != whole:
        place = reading.cell(row, "lists.id")
        findings.append(found("IMP-25", place, expected=known.id, found=text, name=name))
        return
    one = _made(kind, whole, row, _party(reading, row, shelves, findings))
    shelves[kind].setdefault(plain(name), one)
    shelves[kind].setdefault(whole, one)


def _right(kind: Kind, text: str) -> str:
    """The number with the right check digit, where only that is wrong."""
    digits = re.sub(r"[\s\u00a0]", "", text)
    if not _DIGITS.fullmatch(digits):
        return "GTIN" if kind == "product" else "GLN"
    if kind == "product":
        return ident.expected_digits(ident.gtin(digits)) or "GTIN"
    return (ident.expected_digits(ident.sgln(digits)) if len(digits) == _GLN else None) or "GLN"


def _party(
    reading: Reading, row: Row, shelves: dict[Kind, dict[str, Site | Product | Partner]], findings: list[Finding]
) -> str:
    text = row.text("lists.party")
    if not text or row.text("lists.kind") != "site":
        return ""
    listed = shelves["partner"].get(plain(text))
    whole = listed.id if listed else identifier("partner", text)
    if whole is None:
        names = [each.name for each in shelves["partner"].values()]
        guess = (difflib.get_close_matches(text, names, 1, 0.6) or [""])[0]
        findings.append(found("IMP-19", reading.cell(row, "lists.party"), found=text, guess=guess))
    return whole or ""


def _made(kind: Kind, whole: str, row: Row, party: str) -> Site | Product | Partner:
    name = row.text("lists.name")
    if kind == "site":
        told = (row.text(f"lists.{key}") for key in ("type", "mixing"))
        return Site(whole, name, row.text("lists.zone"), row.text("lists.country"), party, *told)
    if kind == "product":
        form = row.text("lists.form") or (name if matter.form(name) else "")
        return Product(whole, name, form, row.text("lists.use"))
    return Partner(whole, name, row.text("lists.country"))
