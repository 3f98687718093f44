"""A view as a table of plain values, for spreadsheets and data frames: exact numbers, names as they are.

Column names say the unit. What is not known is None, never nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from filon.core.finding import Finding
from filon.views.balance import BalanceLine
from filon.views.flows import FlowsView
from filon.views.lot import LotRow
from filon.views.origin import Contained, OriginKind, OriginView
from filon.views.recall import Between, RecallView
from filon.views.trace import TraceView
from filon.views.why import WhyLine, WhyView
from filon.views.yields import YieldsView

Cell: TypeAlias = "str | int | Decimal | date | None"


class Kind(StrEnum):
    """What a column holds: text, whole numbers, kg to the mg, other exact numbers, days."""

    TEXT = "text"
    COUNT = "count"
    MASS = "mass"
    NUMBER = "number"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Listing:
    """A table: {column: kind} in order, and a tuple a row."""

    name: str
    columns: tuple[tuple[str, Kind], ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def heads(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(name for name, _ in self.columns)


def table(name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Listing:
    """A table; a column's kind is said after a colon (`made:day`), text otherwise."""
    split = [(head.partition(":")[0], head.partition(":")[2]) for head in columns]
    return Listing(name, tuple((head, Kind(kind or "text")) for head, kind in split), tuple(map(tuple, rows)))


BETWEEN = ("least_kg:mass", "likely_kg:mass", "most_kg:mass")


def _between(held: Between) -> tuple[Decimal | None, ...]:
    return (held.least.value, held.likely.value, held.most.value)


def recall_rows(view: RecallView) -> tuple[Listing, ...]:
    """A recall as tables: affected lots, whom to tell, what it came from, every delivery."""
    lots = table(
        "lots",
        ("lot", "identifier", "product", "stage", "state", "site", "country", "holder", "made:day", "mass_kg:mass",
         "pieces:count", "element", *BETWEEN),
        ((one.number, one.key, one.product, one.stage.key, one.state, one.site.name, one.site.country, one.holder,
          one.made, one.mass.value, one.pieces, view.element.key, *_between(one.held))
         for one in (*view.there, *view.used)),
    )  # fmt: skip
    receivers = table(
        "receivers",
        ("company", "identifier", "country", "sites", "delivery_notes", "first:day", "last:day", "lots:count",
         "mass_kg:mass", "pieces:count", "under_way_kg:mass", "element", *BETWEEN),
        ((one.name, one.key, one.country, ", ".join(one.sites), ", ".join(one.notes), one.first, one.last, one.lots,
          one.mass.value, one.pieces, one.under_way.value, view.element.key, *_between(one.held))
         for one in view.receivers),
    )  # fmt: skip
    deliveries = table(
        "deliveries",
        ("company", "identifier", "delivery_note", "shipped:day", "lot", "lot_identifier", "product", "mass_kg:mass",
         "pieces:count", "under_way_kg:mass", "element", *BETWEEN),
        ((one.name, one.key, each.note, each.day, each.number, each.key, each.product, each.mass.value, each.pieces,
          each.under_way.value, view.element.key, *_between(each.held))
         for one in view.receivers for each in one.deliveries),
    )  # fmt: skip
    behind = table(
        "came_from",
        ("lot", "identifier", "product", "stage", "site", "country", "made:day", "element", *BETWEEN),
        ((one.number, one.key, one.product, one.stage.key, one.site.name, one.site.country, one.made,
          view.element.key, *_between(one.through)) for one in view.behind),
    )  # fmt: skip
    return lots, receivers, behind, deliveries


def lot_rows(lots: Iterable[LotRow]) -> Listing:
    """Lots as a table, a row each."""
    return table(
        "lots",
        ("lot", "identifier", "product", "form", "stage", "site", "country", "made:day", "mass_kg:mass", "element",
         "element_kg:mass", "known_percent:number", "errors:count", "warnings:count"),
        ((one.number, one.key, one.product, one.form.key, one.stage.key, one.site.name, one.site.country, one.made,
          one.mass.value, one.leading[0].key if one.leading else None, one.leading[1].value if one.leading else None,
          one.known.value, one.errors, one.warnings) for one in lots),
    )  # fmt: skip


def origin_rows(contents: Iterable[Contained]) -> Listing:
    """What is in a lot by origin; an element of unknown amount has one row without figures."""
    rows: list[tuple[Cell, ...]] = []
    for one in contents:
        rows += [
            (one.element, share.origin.name or share.origin.key, share.origin.key, share.origin.country,
             share.origin.kind.value, share.mass.value, share.share.value)
            for share in one.origins
        ] or [(one.element, "", "", "", OriginKind.UNKNOWN.value, one.mass.value, None)]  # fmt: skip
    heads = ("element", "origin", "identifier", "country", "kind", "mass_kg:mass", "share_percent:number")
    return table("origins", heads, rows)


def trace_rows(view: TraceView) -> Listing:
    """A chain as a table, both ways: `direction` is `back` or `forward`."""
    both = (*(("back", one) for one in view.back), *(("forward", one) for one in view.forward))
    return table(
        "trace",
        ("direction", "lot", "identifier", "state", "site", "day:day", "element", "mass_kg:mass",
         "share_percent:number", "entry:count"),
        ((way, one.number, one.key, one.state, one.site, one.day, view.element, one.mass.value, one.share.value,
          one.entry) for way, one in both),
    )  # fmt: skip


def why_rows(view: WhyView) -> Listing:
    """A tree of reasons as a table: depth first, the depth beside."""
    rows: list[tuple[Cell, ...]] = []

    def walk(line: WhyLine, depth: int) -> None:
        rows.append((depth, line.kind, line.number, line.key, line.site, line.day, line.mass.value, line.entry,
                     line.deposit, line.row))  # fmt: skip
        for part in line.parts:
            walk(part, depth + 1)

    walk(view.tree, 0)
    return table(
        "why",
        ("depth:count", "what", "lot", "identifier", "site", "day:day", "mass_kg:mass", "entry:count", "file", "row"),
        rows,
    )


def balance_rows(lines: Iterable[BalanceLine]) -> Listing:
    """Balance lines as a table, kg."""
    figures = ("opening", "taken", "made", "by_product", "waste", "loss", "outside", "closing", "unaccounted")
    return table(
        "balance",
        ("what", "label", "site", "period", "element", *(f"{name}_kg:mass" for name in figures), "sigma_kg:mass",
         "verdict"),
        ((one.kind, one.label, one.site, one.period, one.element, *(getattr(one, name).value for name in figures),
          one.unaccounted.uncertainty, one.verdict.value) for one in lines),
    )  # fmt: skip


def yield_rows(view: YieldsView) -> Listing:
    """What steps deliver as a table, kg and percent."""
    figures = ("spent", "made", "by_product", "waste", "loss", "unaccounted")
    return table(
        "yields",
        ("site", "product", "element", "month", *(f"{name}_kg:mass" for name in figures), "yield_percent:number",
         "trailing_percent:number", "lowest_percent:number", "verdict"),
        ((one.site.name, one.product.key, one.element.key, one.month, *(getattr(one, name).value for name in figures),
          one.share.value, one.trailing.value, one.lowest.value, one.verdict.value) for one in view.lines),
    )  # fmt: skip


def finding_rows(findings: Iterable[Finding]) -> Listing:
    """Findings as a table, told in English."""
    return table(
        "findings",
        ("code", "level", "text", "way_out", "file", "entry:count", "event"),
        ((one.code, one.level.value, one.text("en"), one.way_out("en"), one.place.file, one.place.entry,
          one.place.event) for one in findings),
    )  # fmt: skip


def share_rows(view: OriginView) -> Listing:
    """A lot's content by a characteristic as a table, with bounds."""
    return table(
        "shares",
        ("element", "by", "name", "identifier", "mass_kg:mass", "share_percent:number", "least_kg:mass",
         "most_kg:mass"),
        ((one.element, view.by, row.origin.name or row.origin.country, row.origin.key, row.mass.value, row.share.value,
          row.least.value if row.least else None, row.most.value if row.most else None)
         for one in view.contained for row in one.origins),
    )  # fmt: skip


def flow_rows(view: FlowsView) -> Listing:
    """Flows between sites as a table."""
    label = {node.key: node.label if isinstance(node.label, str) else node.kind for node in view.sankey.nodes}
    return table(
        "flows",
        ("source", "target", "source_identifier", "target_identifier", "element", "mass_kg:mass"),
        ((label[band.source], label[band.target], band.source, band.target, view.sankey.element.key, band.mass.value)
         for band in view.sankey.bands),
    )  # fmt: skip
