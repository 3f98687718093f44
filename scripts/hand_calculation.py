"""Writes docs/hand-calculation.md and .fr.md: the first pack's cobalt, followed with a pocket calculator.

It reads the plan of the founding chain (seed 1) as a person reads the suppliers' rows and does the sums of a pocket
calculator: every number is rounded as printed and used so from there on. Run it after changing the simulator:

    python scripts/hand_calculation.py
"""

# ruff: noqa: E501 - sentences of the page, as long as they are when printed
from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

from filon.exchange.simulator.chain import chain
from filon.exchange.simulator.deed import Assembled, Deed, Line, Lot, Made
from filon.exchange.simulator.files import deliveries
from filon.exchange.simulator.world import SITES

DOCS = Path(__file__).parents[1] / "docs"
NAMES = {"en": "hand-calculation.md", "fr": "hand-calculation.fr.md"}


def rounded(value: Decimal, places: int) -> Decimal:
    """The number as printed."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)


@dataclass
class Sums:
    """Everything on the page."""

    pack: str = ""
    cells: Made | None = None
    scrap: Made | None = None
    cathode: Made | None = None
    precursor: Made | None = None
    tank: Made | None = None
    fed: list[tuple[Line, Made, str, Decimal]] = field(default_factory=list)
    """Line, how it was made, origin, kg Co."""
    into: Decimal = Decimal(0)
    shares: dict[str, Decimal] = field(default_factory=dict)
    coated: Decimal = Decimal(0)
    cut: Decimal = Decimal(0)
    batch: Decimal = Decimal(0)
    content: Decimal = Decimal(0)
    result: dict[str, Decimal] = field(default_factory=dict)
    closures: list[tuple[str, Decimal, Decimal]] = field(default_factory=list)
    """Step, kg Co in, kg Co out."""
    stands: list[tuple[str, str]] = field(default_factory=list)
    """Lot or pack, file that tells of its making; upstream first."""


def cobalt(line: Line, made: Made) -> Decimal:
    """Kg of cobalt in so much of a lot, to the gram."""
    percent = made.traits.assay["Co"]
    dry = 1 - (made.traits.moisture or Decimal(0)) / 100 if made.traits.basis == "dry" else Decimal(1)
    return rounded(line.amount * dry * percent / 100, 3)


def sums(seed: int = 1) -> Sums:
    """The page's figures."""
    plan = chain(seed)
    pack = next(one for one in plan if isinstance(one, Assembled))
    maker = {one.line.lot: one for one in plan if isinstance(one, Made) and one.traits.status == "final"}
    by_campaign: dict[str, list[Made]] = {}
    for one in maker.values():
        by_campaign.setdefault(one.campaign, []).append(one)

    def of(made: Made, product: str) -> Line:
        (line,) = [line for line in made.used if line.lot.product.key == product]
        return line

    def also(made: Made, product: str) -> Made:
        (one,) = [one for one in by_campaign[made.campaign] if one.line.lot.product.key == product]
        return one

    page = Sums(pack=pack.serial)
    (piece,) = pack.ranges
    page.cells = maker[piece.lot]
    page.scrap = also(page.cells, "cathode scrap")
    page.cathode = maker[of(page.cells, "cam").lot]
    page.precursor = maker[of(page.cathode, "pcam").lot]
    page.tank = maker[of(page.precursor, "tank").lot]
    for line in page.tank.used:
        page.fed.append((line, maker[line.lot], origin(line.lot, maker), cobalt(line, maker[line.lot])))
    page.into = sum((kg for *_, kg in page.fed), Decimal(0))
    for _, _, source, kg in page.fed:
        page.shares[source] = rounded(100 * kg / page.into, 4)
    page.coated = cobalt(of(page.cells, "cam"), page.cathode)
    page.cut = cobalt(page.scrap.line, page.scrap)
    page.batch = page.coated - page.cut
    page.content = rounded(page.batch * piece.pieces / page.cells.line.amount, 4)
    page.result = {source: rounded(page.content * share / 100, 4) for source, share in page.shares.items()}
    drawn, used = of(page.precursor, "tank"), of(page.cathode, "pcam")
    sludge, sievings = also(page.precursor, "sludge"), also(page.cathode, "sievings")
    page.closures = [
        (page.tank.line.lot.number, page.into, cobalt(page.tank.line, page.tank)),
        (
            page.precursor.line.lot.number,
            cobalt(drawn, page.tank),
            cobalt(page.precursor.line, page.precursor) + cobalt(sludge.line, sludge),
        ),
        (
            page.cathode.line.lot.number,
            cobalt(used, page.precursor),
            cobalt(page.cathode.line, page.cathode) + cobalt(sievings.line, sievings),
        ),
    ]
    page.stands = stands(plan, page, maker)
    return page


def stands(plan: tuple[Deed, ...], page: Sums, maker: dict[Lot, Made]) -> list[tuple[str, str]]:
    """The files in which a reader finds the rows."""
    told = {id(deed): one.name for one in deliveries(plan) for deed in one.deeds}
    waiting = [page.tank, page.precursor, page.cathode, page.cells, page.scrap, *(made for _, made, *_ in page.fed)]
    rows = {}
    while waiting:
        made = waiting.pop()
        if made:
            rows[made.line.lot.number] = told[id(made)]
            waiting += [maker[line.lot] for line in made.used if line.lot.product.key in {"concentrate", "hydroxide"}]
    pack = next(one for one in plan if isinstance(one, Assembled))
    rows[f"pack {pack.serial}"] = told[id(pack)]
    return sorted(rows.items(), key=lambda row: (row[1], row[0]))


def origin(lot: Lot, maker: dict[Lot, Made]) -> str:
    """The one origin of a lot, followed up to where it entered; UNKNOWN where nobody names it."""
    made = maker[lot]
    if made.used:
        (source,) = {origin(line.lot, maker) for line in made.used}
        return source
    if made.traits.origin:
        return SITES[made.traits.origin].name
    return made.site.name if made.site.kind in {"mine", "recycler"} else "UNKNOWN"


def shown(value: Decimal, language: str) -> str:
    """A number as people of the language write it."""
    text = f"{value:,f}"
    return text if language == "en" else text.replace(",", "\u202f").replace(".", ",")


WORDS = {
    "en": {
        "title": "The first pack's cobalt, by pocket calculator",
        "intro": """Where does the cobalt of pack {pack} come from? Filon says so in a second; this page says it by hand, from the
rows of the suppliers' files (`filon simulate --seed 1`). Every number is rounded as printed and used so from there
on. The script `scripts/hand_calculation.py` writes this page; a test holds it against `truth.json` and the books.""",
        "up": "## 1 Upwards: one lot at each stage",
        "up_text": """Pack {pack} holds cells {first} to {last} of batch {cells}. The batch was coated with cathode material {cam} only, which
was made of precursor {pcam} only, whose cobalt came from tank fill {tank} only. So the cobalt of the pack has the mix
of that tank fill. Shipping changes weights by a kilogram or two, not the mix.""",
        "fill": "## 2 What went into tank fill {tank} on {day}",
        "fill_head": "| lot | kg used | Co % | kg Co | comes from |",
        "fill_text": """kg Co = kg x Co % / 100. {atlas} was leached from the concentrate of two trucks of one mine; {kaarna} was refined from
one container of hydroxide of one mine; {boucle} is recycled. The heel {heel} stood in the tank when the books began:
nobody knows where its cobalt came from, and nobody guesses.""",
        "share": "## 3 The mix: each line divided by the sum",
        "share_head": "| origin | kg Co | share % |",
        "check": "## 4 Did any step make more cobalt than went in?",
        "check_head": "| step | kg Co in | kg Co out | difference |",
        "check_text": """Out counts the product and its waste (sludge, sievings). An excess beyond measurement (two sigma, here 2 to 3 %) would be undeclared matter of UNKNOWN origin; these differences are far within it, so the mix stands.""",
        "pack": "## 5 How much cobalt is in the pack",
        "pack_lines": [
            "| cathode material {cam} coated | {cam_kg} kg x {cam_co} % | {coated} kg Co |",
            "| cathode scrap {scrap} cut off | {scrap_kg} kg x {scrap_co} % | - {cut} kg Co |",
            "| in {batch_n} cells | | {batch} kg Co |",
            "| in the {pieces} cells of the pack | {batch} x {pieces} / {batch_n} | **{content} kg Co** |",
        ],
        "pack_head": "| what | how | gives |",
        "end": "## 6 The answer",
        "end_head": "| origin | share % x {content} kg | kg Co |",
        "rows": "## 7 Where the rows stand",
        "rows_head": "| lot | file |",
        "sum": "sum",
        "unknown": "UNKNOWN",
    },
    "fr": {
        "title": "Le cobalt du premier pack, à la calculette",
        "intro": """D'où vient le cobalt du pack {pack} ? Filon le dit en une seconde ; cette page le dit à la main, à partir des lignes
des fichiers des fournisseurs (`filon simulate --seed 1`). Chaque nombre est arrondi comme imprimé et repris tel quel.
Le script `scripts/hand_calculation.py` écrit cette page ; un test la compare à `truth.json` et aux livres.""",
        "up": "## 1 En remontant : un seul lot à chaque étape",
        "up_text": """Le pack {pack} contient les cellules {first} à {last} du lot {cells}. Ce lot a été enduit de la seule matière active {cam},
faite du seul précurseur {pcam}, dont le cobalt vient de la seule cuvée {tank}. Le cobalt du pack a donc le mélange de
cette cuvée. Le transport change les poids d'un kilogramme ou deux, pas le mélange.""",
        "fill": "## 2 Ce qui est entré dans la cuvée {tank} le {day}",
        "fill_head": "| lot | kg utilisés | Co % | kg Co | vient de |",
        "fill_text": """kg Co = kg x Co % / 100. {atlas} a été tiré du concentré de deux camions d'une seule mine ; {kaarna} d'un conteneur
d'hydroxyde d'une seule mine ; {boucle} est recyclé. Le pied de cuve {heel} était là quand les livres s'ouvrent :
personne ne sait d'où vient son cobalt, et personne ne devine.""",
        "share": "## 3 Le mélange : chaque ligne divisée par la somme",
        "share_head": "| origine | kg Co | part % |",
        "check": "## 4 Une opération a-t-elle produit plus de cobalt qu'il n'en est entré ?",
        "check_head": "| opération | kg Co entrés | kg Co sortis | différence |",
        "check_text": """Les sorties comptent le produit et ses déchets (boues, refus de tamis). Un excédent au-delà de la mesure (deux sigma, ici
2 à 3 %) serait une matière non déclarée d'origine UNKNOWN ; ces différences sont bien en deçà, le
mélange tient.""",
        "pack": "## 5 Combien de cobalt dans le pack",
        "pack_lines": [
            "| matière active {cam} enduite | {cam_kg} kg x {cam_co} % | {coated} kg Co |",
            "| chutes de cathode {scrap} | {scrap_kg} kg x {scrap_co} % | - {cut} kg Co |",
            "| dans {batch_n} cellules | | {batch} kg Co |",
            "| dans les {pieces} cellules du pack | {batch} x {pieces} / {batch_n} | **{content} kg Co** |",
        ],
        "pack_head": "| quoi | comment | donne |",
        "end": "## 6 La réponse",
        "end_head": "| origine | part % x {content} kg | kg Co |",
        "rows": "## 7 Où se trouvent les lignes",
        "rows_head": "| lot | fichier |",
        "sum": "somme",
        "unknown": "UNKNOWN (inconnue)",
    },
}


def page(language: str, seed: int = 1) -> str:
    """The whole page, Markdown."""
    it, say = sums(seed), WORDS[language]
    assert it.cells
    assert it.scrap
    assert it.cathode
    assert it.precursor
    assert it.tank
    assert it.cells.traits.serials

    def n(value: Decimal) -> str:
        return shown(value, language)

    def named(source: str) -> str:
        return str(say["unknown"]) if source == "UNKNOWN" else source

    numbers = [line.lot.number for line, *_ in it.fed]
    values = {
        "pack": it.pack,
        "cells": it.cells.line.lot.number,
        "first": str(it.cells.traits.serials[0]),
        "last": str(it.cells.traits.serials[0] + 287),
        "cam": it.cathode.line.lot.number,
        "pcam": it.precursor.line.lot.number,
        "tank": it.tank.line.lot.number,
        "day": f"{it.tank.when:%Y-%m-%d}",
        "heel": numbers[0],
        "atlas": numbers[1],
        "kaarna": numbers[2],
        "boucle": numbers[3],
        "scrap": it.scrap.line.lot.number,
        "cam_kg": n(next(line.amount for line in it.cells.used if line.lot == it.cathode.line.lot)),
        "cam_co": n(it.cathode.traits.assay["Co"]),
        "scrap_kg": n(it.scrap.line.amount),
        "scrap_co": n(it.scrap.traits.assay["Co"]),
        "coated": n(it.coated),
        "cut": n(it.cut),
        "batch": n(it.batch),
        "batch_n": n(it.cells.line.amount),
        "pieces": "288",
        "content": n(it.content),
    }
    out = [f"# {say['title']}", "", say["intro"], "", say["up"], "", say["up_text"], "", say["fill"], ""]
    out += [say["fill_head"], "|---|---|---|---|---|"]
    out += [
        f"| {line.lot.number} | {n(line.amount)} | {n(made.traits.assay['Co'])} | {n(kg)} | {named(source)} |"
        for line, made, source, kg in it.fed
    ]
    out += [f"| {say['sum']} | | | {n(it.into)} | |", "", say["fill_text"], "", say["share"], ""]
    out += [say["share_head"], "|---|---|---|"]
    out += [f"| {named(source)} | {n(kg)} | {n(it.shares[source])} |" for _, _, source, kg in it.fed]
    out += ["", say["check"], "", say["check_head"], "|---|---|---|---|"]
    out += [f"| {step} | {n(into)} | {n(gone)} | {n(gone - into)} |" for step, into, gone in it.closures]
    out += ["", say["check_text"], "", say["pack"], "", say["pack_head"], "|---|---|---|", *say["pack_lines"], ""]
    out += [say["end"], "", say["end_head"], "|---|---|---|"]
    out += [f"| {named(source)} | {n(it.shares[source])} | **{n(kg)}** |" for source, kg in it.result.items()]
    out += [f"| {say['sum']} | {n(sum(it.shares.values(), Decimal(0)))} | {n(sum(it.result.values(), Decimal(0)))} |"]
    out += ["", say["rows"], "", say["rows_head"], "|---|---|", *(f"| {lot} | `{file}` |" for lot, file in it.stands)]
    return "\n".join(str(line) for line in out).format_map(values) + "\n"


def main() -> None:
    """Write both pages."""
    for language, name in NAMES.items():
        (DOCS / name).write_text(page(language), encoding="utf-8")


if __name__ == "__main__":
    main()
