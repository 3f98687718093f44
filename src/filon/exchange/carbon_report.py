"""The footprint report as a workbook: totals, stages, what it is made of with factors and readings, gaps, stamp."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter

from filon.core.finding import Language
from filon.views.carbon import CarbonView
from filon.views.figure import Figure

_HEADS = {
    "en": {
        "totals": ("Totals", "Electricity", "Total", "Known part", "Per kWh", "Unit", "Standing"),
        "stages": ("Stages", "Stage", "kg CO2e", "Per kWh", "Share %"),
        "made": ("Made of", "Flow", "Site", "Stage", "kg CO2e", "Share %", "Factors", "Sources", "Readings", "Log"),
        "gaps": ("Missing", "Kind", "What", "Site", "kg in one unit"),
        "rules": ("Rules", "Name", "Value"),
    },
    "fr": {
        "totals": ("Totaux", "Électricité", "Total", "Part connue", "Par kWh", "Unité", "Statut"),
        "stages": ("Étapes", "Étape", "kg CO2e", "Par kWh", "Part %"),
        "made": (
            "Composition",
            "Flux",
            "Site",
            "Étape",
            "kg CO2e",
            "Part %",
            "Facteurs",
            "Sources",
            "Relevés",
            "Journal",
        ),
        "gaps": ("Lacunes", "Nature", "Quoi", "Site", "kg par unité"),
        "rules": ("Règles", "Nom", "Valeur"),
    },
}


def report(view: CarbonView, language: Language = "en") -> bytes:
    """The workbook's bytes; text never becomes a formula, unknown figures are the word of their standing."""
    out, heads = io.BytesIO(), _HEADS[language]
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        for key, rows in _pages(view).items():
            title, *columns = heads[key]
            page = book.add_worksheet(title)
            page.write_row(0, 0, columns, bold)
            page.freeze_panes(1, 0)
            page.set_column(0, len(columns) - 1, 18)
            for number, row in enumerate(rows, 1):
                for column, cell in enumerate(row):
                    page.write(number, column, _cell(cell))
    return out.getvalue()


def _pages(view: CarbonView) -> dict[str, list[Sequence[Any]]]:
    who = [("lot", view.key), ("product", view.product), ("per", view.per), ("log size", view.ledger.size)]
    return {
        "totals": [
            (v.variant, v.total, v.known, v.per_kwh, v.total.unit, v.total.standing.value) for v in view.variants
        ],
        "stages": [(one.stage, one.kg, one.per_kwh, one.share) for one in view.stages],
        "made": [
            (one.flow, one.site, one.stage, one.kg, one.share, "; ".join(f"{k} {v}" for k, v, _ in one.factors),
             "; ".join(source for _, _, source in one.factors), "; ".join(one.readings),
             "; ".join(f"#{entry} {file}" for entry, file in one.entries))
            for one in view.contributions
        ],
        "gaps": [(one.kind, one.what, one.site, one.kg) for one in view.gaps],
        "rules": [*who, *view.stamp],
    }  # fmt: skip


def _cell(value: Any) -> Any:
    if isinstance(value, Figure):
        return value.standing.value if value.value is None else value.value
    return value if isinstance(value, int | Decimal) else str(value)
