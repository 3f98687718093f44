"""The data points: one table from which model, forms, checks, docs and exporters are made.

    point("recycledCobalt").number       # 20
    points()                             # all, in the order of the guidance, Filon's own after them

Source: Regulation (EU) 2023/1542, Annex XIII; Commission guidance on battery passport data points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from filon.core.finding import Language
from filon.core.tables import table

TABLES = "filon.passport.tables"
LATEST = "guidance-2.0"
"""The ruleset that the table itself holds; `rulesets.csv` says where older ones differ."""


class Audience(StrEnum):
    """Who may read: not a ladder, so never compared; authorities do not see what a legitimate interest does.

    OPERATOR is the responsible operator, who reads and writes everything of its own.

    Source: Regulation (EU) 2023/1542, Article 77(2); passport reference, section 3.
    """

    PUBLIC = "public"
    LEGITIMATE_INTEREST = "legitimate_interest"
    AUTHORITIES = "authorities"
    PARTNER = "partner"
    OPERATOR = "operator"


class Category(StrEnum):
    """Kinds of battery that have a passport; industrial means rechargeable, above 2 kWh.

    Source: Regulation (EU) 2023/1542, Articles 3 and 7(1).
    """

    EV = "ev"
    LMT = "lmt"
    INDUSTRIAL = "industrial"
    INDUSTRIAL_EXTERNAL = "industrial-external"


class Level(StrEnum):
    """What a value is true of: the whole model, a production batch, or one battery."""

    MODEL = "model"
    BATCH = "batch"
    ITEM = "item"


class Need(StrEnum):
    """Whether a category must fill a point: always, on a condition, at will, from a later date, or never."""

    MUST = "must"
    CONDITION = "if"
    MAY = "may"
    LATER = "later"
    NEVER = "never"


class Shown(StrEnum):
    """Whether others see a value before its duty begins.

    ALWAYS; DUE: only once due, unless the operator shows it early; EARLY: only where the operator shows it early,
    or its duty has begun; NEVER: a repetition, not to be displayed at all.
    """

    ALWAYS = "always"
    DUE = "due"
    EARLY = "early"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Point:
    """One data point.

    Args:
        code: `recycledCobalt`; ours, stable, on the wire and in files.
        number: of the Commission's guidance; 0 = Filon's own.
        group: what it is about, for pages: `identity`, `performance`, `matter`, `footprint`, `use`, `conformity`,
            `condition`.
        label: short, for pages and forms, by language.
        name: the wording of the law, by language.
        annex: point of Annex XIII, `1(e)`; empty if none.
        audience: who may read it; the public includes everybody.
        unit: `kg`, `%`, `Ah`; empty if none.
        type: of its value, a row of table `types`; a list where `many`.
        need: by category.
        applies: row of table `applies` that says from when; `none` = no duty.
        source: where the value comes from: `declared`, `measured`, `ledger`, `life`, `composition`, `origin`,
            `carbon`, `recycled`, or `none`.
    """

    code: str
    number: int
    group: str
    label: Mapping[Language, str]
    name: Mapping[Language, str]
    annex: str
    audience: frozenset[Audience]
    level: Level
    unit: str
    type: str
    many: bool
    need: Mapping[Category, Need]
    applies: str
    clause: str
    source: str
    shown: Shown
    note: str

    @property
    def own(self) -> bool:
        """Whether it is Filon's, in no law."""
        return not self.number

    @property
    def dynamic(self) -> bool:
        """Whether it is measured on one battery, again and again."""
        return self.source == "measured"


@cache
def points(ruleset: str = LATEST) -> tuple[Point, ...]:
    """All data points under a ruleset, in the order of the guidance, Filon's own after them.

    Raises:
        KeyError: no such ruleset.
    """
    if ruleset not in rulesets():
        raise KeyError(ruleset)
    changed = {row["code"]: row for row in table("rulesets", TABLES).rows if row["ruleset"] == ruleset}
    return tuple(_changed(_point(row), changed.get(row["code"])) for row in table("datapoints", TABLES).rows)


@cache
def rulesets() -> tuple[str, ...]:
    """Names of all rulesets, the latest last."""
    older = dict.fromkeys(row["ruleset"] for row in table("rulesets", TABLES).rows)
    return (*older, LATEST)


def point(code: str, ruleset: str = LATEST) -> Point:
    """One data point by its code or number.

    Raises:
        KeyError: there is none.
    """
    return by_code(ruleset)[code]


@cache
def by_code(ruleset: str = LATEST) -> Mapping[str, Point]:
    """{code, and number as text: point}."""
    return {key: one for one in points(ruleset) for key in (one.code, str(one.number)) if key != "0"}


def _point(row: Mapping[str, str]) -> Point:
    inner = row["type"].removeprefix("list(").removesuffix(")")
    return Point(
        code=row["code"],
        number=int(row["number"] or 0),
        group=row["group"],
        label={"en": row["label_en"], "fr": row["label_fr"]},
        name={"en": row["name_en"], "fr": row["name_fr"]},
        annex=row["annex"],
        audience=frozenset(map(Audience, row["audience"].split(";"))),
        level=Level(row["level"]),
        unit=row["unit"],
        type=inner,
        many=inner != row["type"],
        need=_needs(row),
        applies=row["applies"],
        clause=row["clause"],
        source=row["source"],
        shown=Shown(row["shown"]),
        note=row["note"],
    )


def _needs(row: Mapping[str, str]) -> Mapping[Category, Need]:
    """Industrial batteries with external storage are industrial ones with later dates."""
    return {one: Need(row[one.value.partition("-")[0]]) for one in Category}


def _changed(one: Point, row: Mapping[str, str] | None) -> Point:
    return one if row is None else replace(one, need=_needs(row), applies=row["applies"])
