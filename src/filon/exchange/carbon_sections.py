"""What a footprint report tells, section by section, in French or English; the workbook and the PDF only draw it.

A cell is a text, a number, or a figure with its standing: an unknown figure is never an empty cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from filon.core.finding import Language
from filon.views.carbon import CarbonView, ContributionLine, GapLine, StageShare
from filon.views.carbon_board import CarbonContract, Trajectory
from filon.views.figure import Figure, Named
from filon.views.say import Tongue

Told: TypeAlias = CarbonView | CarbonContract
Cell: TypeAlias = str | int | Figure


@dataclass(frozen=True)
class Section:
    """One table of the report.

    Args:
        key: `made`, `gaps` ..
        heads: of its columns.
    """

    key: str
    title: str
    heads: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


def sections(view: Told, say: Tongue) -> list[Section]:
    """The sections that have something to tell, in the order in which they are read."""
    heads = _HEADS[say.language]
    told = _of_contract(view, say) if isinstance(view, CarbonContract) else _of_lot(view, say)
    return [Section(key, heads[key][0], heads[key][1:], rows) for key, rows in told if rows]


Rows: TypeAlias = Sequence[Sequence[Cell]]


def _of_lot(view: CarbonView, say: Tongue) -> Iterator[tuple[str, Rows]]:
    yield "totals", [(say.name(Named("variant", v.variant)), v.total, v.known, v.per_kwh) for v in view.variants]
    yield "stages", _stages(view.stages, say)
    if view.path:
        one = view.path
        standing = _standing(one.standing, one.because, say)
        yield "path", [(str(one.year), one.baseline, one.index, one.allowed, standing)]
    yield "declared", [
        (one.lot.label, one.by, one.value, one.computed, one.difference, one.explained, one.share,
         say.name(Named("beside", one.standing)), f"#{one.entry} {one.file}")
        for one in view.declared
    ]  # fmt: skip
    yield "beside", list(_beside(view, say))
    yield "made", _made(view.contributions, say)
    yield "gaps", _gaps(view.gaps, say)
    words = _WORDS[say.language]
    who = [(words["lot"], view.key), (words["product"], view.product), (words["unit"], view.per)]
    yield "rules", [*who, *view.stamp, *_log(view, say)]


def _of_contract(view: CarbonContract, say: Tongue) -> Iterator[tuple[str, Rows]]:
    shown = ("spoken", "lots", "mass", "covered", "market", "location", "direct", "per_element", "primary")
    yield "years", [[getattr(one, name) for name in shown] for one in view.years]
    yield "path", list(_path(view.path, say))
    yield "baselines", [(str(one.year), one.value, one.source, one.stamp, one.seal) for one in view.path.baselines]
    yield "stages", _stages(view.stages, say)
    yield "spots", [(one.name, one.kg, one.share) for one in view.sites]
    yield "made", _made(view.contributions, say)
    yield "gaps", _gaps(view.gaps, say)
    yield "lots", [(one.lot.label, one.year, one.shipment, one.mass, one.per_kg, one.kg) for one in view.lots]
    yield "rules", [(_WORDS[say.language]["parties"], " – ".join(view.parties)), *view.stamp, *_log(view, say)]


def _path(path: Trajectory, say: Tongue) -> Iterator[Sequence[Cell]]:
    base = path.baselines[0].value if path.baselines else ""
    for one in path.years:
        yield one.spoken, base, one.index, one.allowed, _standing(one.standing, one.because, say)


def _standing(standing: str, because: str, say: Tongue) -> str:
    told = say.name(Named("path", standing))
    return f"{told} ({say.name(Named('because', because))})" if because else told


def _stages(stages: Sequence[StageShare], say: Tongue) -> Rows:
    return [(say.name(Named("life", one.stage)), one.kg, one.per_kwh, one.share) for one in stages]


def _beside(view: CarbonView, say: Tongue) -> Iterator[Sequence[Cell]]:
    """Uncertainty, other allocations, the cut-off, data quality, end of life: what stands beside the figure."""
    words = _WORDS[say.language]
    yield words["primary"], view.primary, ""
    if view.spread:
        yield words["low"], view.spread.low, ""
        yield words["high"], view.spread.high, ""
    for other in view.sensitivity:
        yield words["allocation"].format(rule=other.allocation), other.total, other.change
    if view.cut_off:
        cut = view.cut_off
        yield words["cut-off"].format(rules=cut.ruleset, most=say.figure(cut.most)), cut.percent, words[cut.standing]
    yield from _kinds(view, say)
    if view.lifetime:
        yield words["lifetime"].format(rules=view.lifetime.ruleset), view.lifetime.per_kwh, view.lifetime.kwh
    if view.formula:
        yield words["formula"].format(rules=view.formula.ruleset), view.formula.correction, view.formula.end_of_life
    for law in view.legal:
        yield say.name(Named("law", law.what)) if not law.adopted else law.what, law.value, law.clause


def _kinds(view: CarbonView, say: Tongue) -> Iterator[Sequence[Cell]]:
    """How good the data are, and of what kind the footprint is."""
    words = _WORDS[say.language]
    for rated in view.ratings:
        yield words["rating"].format(what=say.name(Named("rating", rated.key))), rated.figure, ""
    for part in view.components:
        yield say.name(Named("component", part.key)), part.figure, ""
    for scope in view.scopes:
        yield say.name(Named("scope", scope.key)), scope.figure, ""
    for power in view.power:
        what = say.name(Named("technology", power.technology))
        yield words["power"].format(site=power.site, what=what), power.backed, power.share


def _made(lines: Sequence[ContributionLine], say: Tongue) -> Rows:
    return [
        (say.name(Named("flow", one.flow)), one.site, say.name(Named("life", one.stage)), one.kg, one.share,
         "; ".join(f"{key} {say.measured(value)}" for key, value, _ in one.factors),
         "; ".join(dict.fromkeys(source for _, _, source in one.factors)), "; ".join(one.readings),
         "; ".join(f"#{entry} {file}" for entry, file in one.entries))
        for one in lines
    ]  # fmt: skip


def _gaps(gaps: Sequence[GapLine], say: Tongue) -> Rows:
    return [(say.name(Named("gap", one.kind)), one.what, one.site, one.kg) for one in gaps]


def _log(view: Told, say: Tongue) -> list[Sequence[Cell]]:
    return [(_WORDS[say.language]["log"], f"{view.ledger.size} · {view.ledger.root[:32]}")]


_HEADS: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {
        "totals": ("Totals", "Electricity", "Total", "Known part", "Per kWh"),
        "stages": ("Stages", "Stage", "CO2e", "Per kWh", "Share"),
        "path": ("Path", "Year", "Baseline", "Index", "Allowed", "Standing"),
        "baselines": ("Baselines", "Year", "Value", "Source", "Rules", "Hash"),
        "declared": (
            "Declared", "Lot", "Declared by", "Declared", "Computed", "Difference", "Explained", "Of this footprint",
            "Standing", "Log",
        ),
        "beside": ("Beside the figure", "What", "Value", "Further"),
        "years": (
            "Years", "Year", "Deliveries", "Mass", "Covered", "Market", "Location", "Direct", "Per kg of element",
            "Primary",
        ),
        "spots": ("Hot spots", "Site", "CO2e", "Share"),
        "lots": ("Lots", "Lot", "Year", "Delivery", "Mass", "Per kg", "CO2e"),
        "made": ("Made of", "Flow", "Site", "Stage", "CO2e", "Share", "Factors", "Sources", "Readings", "Log"),
        "gaps": ("Missing", "Kind", "What", "Site", "In one unit"),
        "rules": ("Rules", "Name", "Value"),
    },
    "fr": {
        "totals": ("Totaux", "Électricité", "Total", "Part connue", "Par kWh"),
        "stages": ("Étapes", "Étape", "CO2e", "Par kWh", "Part"),
        "path": ("Trajectoire", "Année", "Référence", "Indice", "Permis", "Statut"),
        "baselines": ("Références", "Année", "Valeur", "Source", "Règles", "Empreinte numérique"),
        "declared": (
            "Déclaré", "Lot", "Déclaré par", "Déclaré", "Calculé", "Écart", "Expliqué", "De cette empreinte", "Statut",
            "Journal",
        ),
        "beside": ("À côté du chiffre", "Quoi", "Valeur", "Aussi"),
        "years": (
            "Années", "Année", "Livraisons", "Masse", "Couvert", "Contrats", "Réseau", "Direct", "Par kg d’élément",
            "Primaire",
        ),
        "spots": ("Points chauds", "Site", "CO2e", "Part"),
        "lots": ("Lots", "Lot", "Année", "Livraison", "Masse", "Par kg", "CO2e"),
        "made": ("Composition", "Flux", "Site", "Étape", "CO2e", "Part", "Facteurs", "Sources", "Relevés", "Journal"),
        "gaps": ("Lacunes", "Nature", "Quoi", "Site", "Dans une unité"),
        "rules": ("Règles", "Nom", "Valeur"),
    },
}  # fmt: skip
_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "lot": "lot",
        "product": "product",
        "unit": "per",
        "log": "log",
        "parties": "parties",
        "primary": "on primary data",
        "low": "uncertainty, 2.5 %",
        "high": "uncertainty, 97.5 %",
        "allocation": "allocated by {rule} instead",
        "cut-off": "left out, as told ({rules} allows {most})",
        "within": "within the limit",
        "beyond": "beyond the limit",
        "cannot tell": "cannot be told: there are gaps",
        "rating": "data quality, 1 best to 5: {what}",
        "power": "{site}: {what}, certified or own",
        "lifetime": "per kWh over the service life ({rules})",
        "formula": "circular footprint formula ({rules}): on raw materials; at the end of life",
    },
    "fr": {
        "lot": "lot",
        "product": "produit",
        "unit": "par",
        "log": "journal",
        "parties": "parties",
        "primary": "sur données primaires",
        "low": "incertitude, 2,5 %",
        "high": "incertitude, 97,5 %",
        "allocation": "réparti selon {rule}",
        "cut-off": "laissé de côté, selon les déclarations ({rules} admet {most})",
        "within": "dans la limite",
        "beyond": "au-delà de la limite",
        "cannot tell": "impossible à dire : lacunes",
        "rating": "qualité des données, de 1 (la meilleure) à 5 : {what}",
        "power": "{site} : {what}, certifiée ou propre",
        "lifetime": "par kWh sur la durée de service ({rules})",
        "formula": "formule d’empreinte circulaire ({rules}) : sur les matières ; en fin de vie",
    },
}
