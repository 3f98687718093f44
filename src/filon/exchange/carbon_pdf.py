"""The footprint report as a PDF, in French or English: verdict, bars, stages, lines with factors and readings, gaps.

Typst sets it; every text goes in as a quoted string, so that no lot number can become markup. It is tagged for screen
readers (PDF/UA-1), which Typst refuses to write if something is missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

import typst

from filon.exchange.carbon_sections import Section, Told, sections
from filon.views.carbon_board import CarbonContract
from filon.views.figure import Figure, Named
from filon.views.say import Tongue

_SHOWN = 12
LONGEST = 160
"""Letters of a cell that are printed."""


def carbon_pdf(view: Told, tongue: Tongue) -> bytes:
    """The report's bytes."""
    out: bytes = typst.compile(source(view, tongue).encode(), format="pdf", pdf_standards="ua-1")
    return out


def source(view: Told, tongue: Tongue) -> str:
    """The report as Typst reads it."""
    words, say = WORDS[tongue.language], tongue
    title, figures, known = _heading(view, say)
    parts = [
        f"#set document(title: {_q(title)})",
        f'#set text(lang: "{tongue.language}", size: 9.5pt)',
        '#set page(paper: "a4", margin: 18mm, numbering: "1 / 1")',
        "#set par(leading: 0.55em)",
        "#show table: set par(justify: false)",
        f"= #{_q(title)}",
        f"#text(size: 20pt, weight: 700)[#{_q(figures[0])}] #h(8pt) #{_q(figures[1])}",
        f"#{_q(words['known'].format(known=known))}" if known else "",
        f"== #{_q(words['made'])}" if view.contributions else "",
        _bars(view, say),
        *(part for section in sections(view, say) for part in _section(section, say)),
    ]
    return "\n\n".join(part for part in parts if part)


def _heading(view: Told, say: Tongue) -> tuple[str, tuple[str, str], str]:
    """(title, the figure and what goes with it, the known part where the whole is not known)."""
    if isinstance(view, CarbonContract):
        words = WORDS[say.language]
        mean = words["mean"].format(share=say.figure(view.covered), mass=say.figure(view.mass))
        return f"{view.reference} {view.year}".strip(), (say.figure(view.per_kg), mean), ""
    market = next(one for one in view.variants if one.variant == "market")
    known = say.figure(market.known) if market.total.value is None else ""
    per_kwh = "" if market.per_kwh.value is None else say.figure(market.per_kwh)
    return f"{view.product} · {view.number}", (say.figure(market.total), per_kwh), known


_WIDE = {"made": "(3fr, 3fr, 2.4fr, 2.2fr, 1.4fr, 5fr, 5fr, 3fr, 4fr)", "baselines": "(auto, auto, 2fr, 2fr, 3fr)",
         "declared": "(2fr, 4fr, 2.4fr, 2.4fr, 1.8fr, 1.8fr, 1.8fr, 2fr, 3fr)"}  # fmt: skip
"""Sections whose columns need their share of the page: long keys and sources would push the others out of it."""


def _section(section: Section, say: Tongue) -> Iterable[str]:
    yield f"== #{_q(section.title)}"
    rows = [[_short(say.figure(cell) if isinstance(cell, Figure) else str(cell)) for cell in row]
            for row in section.rows]  # fmt: skip
    size = "6.4pt" if section.key in _WIDE else "8.5pt"
    yield f"#text(size: {size})[{_table(section.heads, rows, _WIDE.get(section.key, ''))}]"


_LONG_WORD = re.compile(r"\S{17,}")
_JOINT = re.compile(r"(?<=[_./;@-])(?=\w)|(?<=\w{16})(?=\w)")


def _short(text: str) -> str:
    """As much of a long cell as a page holds, its long words ready to be broken; the workbook has all of it."""
    kept = text if len(text) <= LONGEST else text[: LONGEST - 2].rstrip() + " …"
    return _LONG_WORD.sub(lambda word: _JOINT.sub("\u200b", word[0]), kept)


def _bars(view: Told, say: Tongue) -> str:
    """One bar a contribution, as wide as its share of the greatest; each is told by its text too."""
    shown = [one for one in view.contributions if one.kg.value and one.kg.value > 0][:_SHOWN]
    if not shown:
        return ""
    most = max(one.kg.value or Decimal(0) for one in shown)
    rows = []
    for one in shown:
        width = max(Decimal("0.5"), 100 * (one.kg.value or Decimal(0)) / most)
        label = f"{say.name(Named('flow', one.flow))}, {one.site}"
        bar = f'pdf.artifact(rect(width: {width:.1f}%, height: 7pt, fill: rgb("#01665e")))'
        rows.append(f"[#{_q(label)}], {bar}, [#{_q(say.figure(one.kg))}]")
    return f"#grid(columns: (5fr, 6fr, 3fr), gutter: 5pt, align: (left, left, right), {', '.join(rows)})"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], columns: str) -> str:
    head = ", ".join(f"[*#{_q(one)}*]" for one in heads)
    body = ", ".join(f"[#{_q(cell)}]" for row in rows for cell in row)
    widths = columns or f"({', '.join(['auto'] * len(heads))})"
    return f"#table(columns: {widths}, stroke: 0.4pt + luma(200), inset: 3pt, table.header({head}), {body})"


def _q(text: str) -> str:
    """A string literal."""
    return json.dumps(text.replace("\x00", ""), ensure_ascii=False).replace("\\u", "\\\\u")


WORDS = {
    "en": {
        "known": "Known part: {known}. Something is missing; the whole is not known.",
        "made": "What it is made of",
        "mean": "mean of {share} of {mass} delivered",
    },
    "fr": {
        "known": "Part connue : {known}. Il manque des données ; le tout n’est pas connu.",
        "made": "De quoi elle est faite",
        "mean": "moyenne de {share} de {mass} livrés",
    },
}
