"""The footprint report as a PDF, in French or English: verdict, bars, stages, lines with factors and readings, gaps.

Typst sets it; every text goes in as a quoted string, so that no lot number can become markup. It is tagged for screen
readers (PDF/UA-1), which Typst refuses to write if something is missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal

import typst

from filon.views.carbon import CarbonView
from filon.views.figure import Named
from filon.views.say import Tongue

_SHOWN = 12


def carbon_pdf(view: CarbonView, tongue: Tongue) -> bytes:
    """The report's bytes."""
    out: bytes = typst.compile(source(view, tongue).encode(), format="pdf", pdf_standards="ua-1")
    return out


def source(view: CarbonView, tongue: Tongue) -> str:
    """The report as Typst reads it."""
    words, heads, say = WORDS[tongue.language], HEADS[tongue.language], tongue
    market = next(one for one in view.variants if one.variant == "market")
    title = f"{view.product} · {view.number}"
    parts = [
        f"#set document(title: {_q(title)})",
        f'#set text(lang: "{tongue.language}", size: 9.5pt)',
        '#set page(paper: "a4", margin: 18mm, numbering: "1 / 1")',
        "#set par(leading: 0.55em)",
        f"= #{_q(title)}",
        f"#text(size: 20pt, weight: 700)[#{_q(say.figure(market.total))}] #h(8pt) #{_q(say.figure(market.per_kwh))}",
        f"#{_q(words['known'].format(known=say.figure(market.known)))}" if market.total.value is None else "",
        f"== #{_q(words['made'])}",
        _bars(view, say),
        f"== #{_q(words['variants'])}",
        _table(
            heads["variant-heads"],
            [
                (say.name(Named("variant", one.variant)), say.figure(one.total), say.figure(one.per_kwh))
                for one in view.variants
            ],
        ),
        f"== #{_q(words['stages'])}",
        _table(
            heads["stage-heads"],
            [
                (say.name(Named("life", one.stage)), say.figure(one.kg), say.figure(one.per_kwh), say.figure(one.share))
                for one in view.stages
            ],
        ),
        *(_missing(view, say, words["missing"]) if view.gaps else ()),
        f"== #{_q(words['lines'])}",
        _lines(view, say, heads["line-heads"]),
        f"== #{_q(words['rules'])}",
        _table(heads["rule-heads"], [*view.stamp, ("log", f"{view.ledger.size} · {view.ledger.root[:32]}")]),
    ]
    return "\n\n".join(part for part in parts if part)


def _bars(view: CarbonView, say: Tongue) -> str:
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


def _lines(view: CarbonView, say: Tongue, heads: Sequence[str]) -> str:
    rows = []
    for one in view.contributions:
        factors = "; ".join(f"{key} {value}" for key, value, _ in one.factors[:3])
        sources = "; ".join(dict.fromkeys(source for _, _, source in one.factors[:3]))
        papers = ", ".join([*one.readings[:3], *(f"#{entry} {file}" for entry, file in one.entries[:3])])
        flow = say.name(Named("flow", one.flow))
        rows.append((flow, one.site, say.figure(one.kg), f"{factors} ({sources})" if sources else factors, papers))
    return f"#text(size: 7pt)[{_table(heads, rows)}]"


def _missing(view: CarbonView, say: Tongue, title: str) -> Iterable[str]:
    yield f"== #{_q(title)}"
    for one in view.gaps:
        kind = say.name(Named("gap", one.kind))
        yield f"- #{_q(f'{kind}: {one.what}, {one.site}')}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = ", ".join(f"[*#{_q(one)}*]" for one in heads)
    body = ", ".join(f"[#{_q(cell)}]" for row in rows for cell in row)
    columns = ", ".join(["auto"] * len(heads))
    return f"#table(columns: ({columns}), stroke: 0.4pt + luma(200), inset: 4pt, table.header({head}), {body})"


def _q(text: str) -> str:
    """A string literal."""
    return json.dumps(text.replace("\x00", ""), ensure_ascii=False).replace("\\u", "\\\\u")


HEADS = {
    "en": {
        "variant-heads": ("Electricity", "Total", "Per kWh"),
        "stage-heads": ("Stage", "CO2e", "Per kWh", "Share"),
        "line-heads": ("What", "Site", "CO2e", "Factor and source", "Reading and file"),
        "rule-heads": ("Name", "Value"),
    },
    "fr": {
        "variant-heads": ("Électricité", "Total", "Par kWh"),
        "stage-heads": ("Étape", "CO2e", "Par kWh", "Part"),
        "line-heads": ("Quoi", "Site", "CO2e", "Facteur et source", "Relevé et fichier"),
        "rule-heads": ("Nom", "Valeur"),
    },
}
WORDS = {
    "en": {
        "known": "Known part: {known}. Something is missing; the whole is not known.",
        "made": "What it is made of",
        "variants": "Three ways to count electricity",
        "stages": "By life-cycle stage",
        "missing": "What is missing",
        "lines": "Line by line",
        "rules": "Rules and factors",
    },
    "fr": {
        "known": "Part connue : {known}. Il manque des données ; le tout n’est pas connu.",
        "made": "Composition",
        "variants": "Trois façons de compter l’électricité",
        "stages": "Par étape du cycle de vie",
        "missing": "Ce qui manque",
        "lines": "Ligne par ligne",
        "rules": "Règles et facteurs",
    },
}
