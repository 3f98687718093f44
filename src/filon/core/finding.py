"""Bad data is news: a `Finding` says what is wrong, where, what was expected, what was found and the way out.

The words stand in the tables `rules-*.csv` (one row a rule code, English and French); a finding carries the
code and the values only, so it can be told in either language at any time.

    finding = found("IMP-04", Place(file="exp.xlsx", sheet="Lots", row=7, column="net_kg"), found="-3")
    finding.text("fr")   # 'Le poids doit être positif'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, Literal

from filon.core.tables import table, table_names

Language = Literal["en", "fr"]


class Level(StrEnum):
    """How grave a finding is.

    ERROR: the deposit is refused. WARNING: whoever sends must accept it by name (kept in the log entry).
    NOTE: shown, never blocks.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a `rules-*.csv` table: what a code means, in both languages, and the clause it obeys."""

    code: str
    level: Level
    clause: str
    text: Mapping[str, str]
    way_out: Mapping[str, str]


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule of Filon by code; the single list from which messages, docs and checks are made."""
    found_rules: dict[str, Rule] = {}
    for name in table_names("rules-"):
        for row in table(name).rows:
            if row["code"] in found_rules:
                raise ValueError(f"rule {row['code']} stands twice")
            found_rules[row["code"]] = Rule(
                code=row["code"],
                level=Level(row["level"]),
                clause=row["clause"],
                text={"en": row["en"], "fr": row["fr"]},
                way_out={"en": row["way_en"], "fr": row["way_fr"]},
            )
    return found_rules


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding is: a cell of a sheet, a pointer into a document, or a step of the books.

    Args:
        file: name as received.
        sheet: sheet title as received.
        row: 1-based row as the spreadsheet shows it.
        column: the column's key, e.g. `lots.net_kg`.
        cell: e.g. `E7`.
        pointer: JSON pointer (RFC 6901) or XPath.
        event: canonical event id, where the books found it.
        entry: log index, where known.
    """

    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    cell: str = ""
    pointer: str = ""
    event: str = ""
    entry: int | None = None

    def __str__(self) -> str:
        return self.text()

    def text(self, language: Language = "en") -> str:
        """The place as people read it."""
        sheet = f"{self.sheet}!{self.cell}" if self.sheet and self.cell else self.sheet or self.cell
        word = "inscription" if language == "fr" else "entry"
        entry = f"{word} {self.entry}" if self.entry is not None else ""
        return " ".join(part for part in (self.file, sheet, self.pointer, entry, self.event) if part)


class _Gaps(dict[str, str]):
    """Values for a message; what is not given is shown as `?`."""

    def __missing__(self, key: str) -> str:
        return "?"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or worth knowing. Immutable, comparable, the same in every run."""

    code: str
    place: Place = Place()
    expected: str = ""
    found: str = ""
    values: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def rule(self) -> Rule:
        """The rule that was broken."""
        return rules()[self.code]

    @property
    def level(self) -> Level:
        """How grave it is."""
        return self.rule.level

    def text(self, language: Language = "en") -> str:
        """What is wrong, in one sentence."""
        return self.rule.text[language].format_map(self._told(language))

    def way_out(self, language: Language = "en") -> str:
        """What the reader can do about it."""
        return self.rule.way_out[language].format_map(self._told(language))

    def _told(self, language: Language) -> _Gaps:
        """What a message may name: what was expected and found, where it is known, and the values in its language."""
        sides = {"expected": self.expected, "found": self.found}
        values = {name: _words(language).get((name, text), text) for name, text in self.values.items()}
        return _Gaps({name: text for name, text in sides.items() if text} | values)

    def as_dict(self, language: Language = "en") -> dict[str, Any]:
        """The finding as JSON members; empty ones left out."""
        place = {
            name: value
            for name in ("file", "sheet", "row", "column", "cell", "pointer", "event", "entry")
            if (value := getattr(self.place, name)) not in ("", None)
        }
        told = {
            "code": self.code,
            "level": self.level.value,
            "text": self.text(language),
            "place": place,
            "expected": self.expected,
            "found": self.found,
            "way_out": self.way_out(language),
            "clause": self.rule.clause,
        }
        return {key: value for key, value in told.items() if value not in ("", {})}


@cache
def _words(language: Language) -> Mapping[tuple[str, str], str]:
    """{(name, value): what people read} of values that are words."""
    return {(row["name"], row["value"]): row[language] for row in table("finding-words").rows}


def found(code: str, place: Place = Place(), *, expected: str = "", found: str = "", **values: object) -> Finding:
    """A finding of a rule, its values as text.

    Raises:
        KeyError: the code is in no `rules-*.csv` table.
    """
    if code not in rules():
        raise KeyError(code)
    return Finding(code, place, expected, found, {name: str(value) for name, value in values.items()})


def worst(findings: Iterable[Finding]) -> Level | None:
    """The gravest level among the findings; None if there is none."""
    levels = {finding.level for finding in findings}
    return next((level for level in Level if level in levels), None)
