"""Footprints, contracts and the board as text in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from filon.cli.show import console, grid
from filon.views.figure import Figure, Named
from filon.views.say import Tongue

if TYPE_CHECKING:
    from filon.views.carbon import CarbonView
    from filon.views.carbon_board import CarbonBoard, CarbonContract, Trajectory


def put_board(view: CarbonBoard, say: Tongue) -> None:
    """Print all packs by model, plant and year, and where each year stands."""
    words, out = WORDS[say.language], console()
    rows = [
        (one.product, one.plant, str(one.year), str(one.packs), str(one.gaps) if one.gaps else "",
         say.figure(one.market), say.figure(one.location), say.figure(one.direct), say.figure(one.primary))
        for one in view.models
    ]  # fmt: skip
    out.print(grid("", words["models"].split("|"), rows, right=(2, 3, 4, 5, 6, 7, 8)))
    for path in (view.packs, *view.others):
        _put_trajectory(path, say)
    for link in view.contracts:
        out.print(words["agreement"].format(number=link.label))
    for law in view.legal:
        out.print(f"[dim]{say.name(Named('law', law.what))} ({law.clause})[/]")


def _put_trajectory(path: Trajectory, say: Tongue) -> None:
    """Print what was promised, its baselines, and where each year stands."""
    out, words = console(), WORDS[say.language]
    goals = ", ".join(f"{year}: {say.figure(percent)}" for year, percent in path.targets)
    for number, one in enumerate(path.baselines):
        note = words["replaced"] if number else goals
        of = path.of or words["all packs"]
        out.print(f"{of}, {one.year} = 100: {say.figure(one.value)}  {note}  [dim]{one.stamp} {one.seal[:16]}[/]")
    for year in path.years:
        because = say.name(Named("because", year.because)) if year.because else ""
        out.print(
            f"{year.spoken}: {say.figure(year.value)}  {say.figure(year.index)} / {say.figure(year.allowed)}  "
            f"{say.name(Named('path', year.standing))}  [dim]{because}[/]"
        )


def put_contract(view: CarbonContract, say: Tongue, *, why: bool = False, limit: int = 8) -> None:
    """Print what an agreement's deliveries cost, year by year, the path, and what they are made of."""
    words, out = WORDS[say.language], console()
    values = {"mass": say.figure(view.mass), "per": say.figure(view.per_kg), "share": say.figure(view.covered)}
    head = words["contract" if view.lots else "nothing"]
    out.print(f"[bold]{head.format(reference=view.reference, year=view.year or words['term'], **values)}[/]")
    out.print(f"[dim]{' → '.join(view.parties)}[/]")
    years = [
        (one.spoken, str(one.lots), say.figure(one.mass), say.figure(one.covered), say.figure(one.market),
         say.figure(one.location), say.figure(one.per_element), say.figure(one.primary))
        for one in view.years
    ]  # fmt: skip
    out.print(grid("", words["contract years"].split("|"), years, right=(1, 2, 3, 4, 5, 6, 7)))
    _put_trajectory(view.path, say)
    for power in view.power:
        what = words.get(power.technology, power.technology)
        out.print(words["power"].format(share=say.figure(power.share), site=power.site, what=what))
    _put_made(view, say, why=why, limit=limit)
    rows = [
        (one.lot.label, one.year, one.shipment, say.figure(one.mass), say.figure(one.per_kg), say.figure(one.kg))
        for one in view.lots
    ]
    if rows:
        out.print(grid("", words["deliveries"].split("|"), rows, right=(3, 4, 5)))


def _put_made(view: CarbonView | CarbonContract, say: Tongue, *, why: bool, limit: int) -> None:
    """Print what a footprint is made of, why, and what is missing."""
    out, words = console(), WORDS[say.language]
    rows = [
        (words.get(one.flow, one.flow), one.site, say.figure(one.kg), say.figure(one.share))
        for one in view.contributions
    ]
    if rows:
        out.print(grid("", words["made"].split("|"), rows if why else rows[:limit], right=(2, 3)))
    if why:
        _put_reasons(view, say)
    elif len(rows) > limit:
        out.print(f"[dim]{words['more'].format(count=len(rows) - limit)}[/]")
    for gap in view.gaps:
        told = {"kind": words.get(gap.kind, gap.kind), "what": gap.what, "site": gap.site, "mass": say.figure(gap.kg)}
        out.print(f"  [yellow]?[/] {words['gap'].format(**told)}")


def put_carbon(view: CarbonView, say: Tongue, *, why: bool = False, limit: int = 12) -> None:
    """Print a footprint: variants, stages, wind, path, what it is made of, what is missing."""
    out, words = console(), WORDS[say.language]
    unit = words.get(view.per, view.per)
    out.print(f"[bold]{words['title'].format(number=view.number, product=view.product, unit=unit)}[/]")
    rows = [
        (
            words[one.variant],
            say.figure(one.total),
            _per_kwh(view, one.per_kwh, say),
            "" if one.total.value is not None else say.figure(one.known),
        )
        for one in view.variants
    ]
    out.print(grid("", words["variants"].split("|"), rows, right=(1, 2, 3)))
    stages = [
        (words[one.stage], say.figure(one.kg), _per_kwh(view, one.per_kwh, say), say.figure(one.share))
        for one in view.stages
    ]
    out.print(grid("", words["stages"].split("|"), stages, right=(1, 2, 3)))
    out.print(words["primary"].format(share=say.figure(view.primary)))
    for power in view.power:
        values = {"site": power.site, "what": words.get(power.technology, power.technology)}
        out.print(words["power"].format(share=say.figure(power.share), **values))
    _put_path(view, say)
    _put_made(view, say, why=why, limit=limit)
    _put_declared(view, say)
    _put_more(view, say)


def _per_kwh(view: CarbonView, figure: Figure, say: Tongue) -> str:
    """Nothing for what is told by the kg: cobalt sulfate has no kWh that could be missing."""
    return "" if view.per == "kg" else say.figure(figure)


def _put_more(view: CarbonView, say: Tongue) -> None:
    """Uncertainty, ratings, effects of changes, end of life, and what the law says."""
    out, words = console(), WORDS[say.language]
    if view.spread:
        figures = {name: say.figure(getattr(view.spread, name)) for name in ("low", "high", "gsd2")}
        out.print(words["spread"].format(**figures))
    if view.ratings:
        rated = ", ".join(f"{say.name(Named('rating', one.key))} {say.figure(one.figure)}" for one in view.ratings)
        out.print(f"[dim]{words['ratings'].format(ratings=rated)}[/]")
    for other in view.sensitivity:
        total, change = say.figure(other.total), say.figure(other.change)
        said = words["otherwise"] if other.total.value is not None else words["no prices"]
        out.print(f"[dim]{said.format(rule=other.allocation, total=total, change=change)}[/]")
    if view.cut_off:
        cut = {"percent": say.figure(view.cut_off.percent), "most": say.figure(view.cut_off.most)}
        out.print(words["cut " + view.cut_off.standing].format(rules=view.cut_off.ruleset, **cut))
    if view.formula:
        told = {"correction": say.figure(view.formula.correction), "end": say.figure(view.formula.end_of_life)}
        out.print(words["formula"].format(ruleset=view.formula.ruleset, **told))
    if view.what_if:
        for one in view.what_if.effects:
            change = f"{say.name(Named('change', one.change))} {one.what}".strip()
            out.print(f"  {words['effect'].format(change=change, site=one.site, kg=say.figure(one.delta))}")
        after = {"after": say.figure(view.what_if.after), "per": say.figure(view.what_if.per_kwh)}
        out.print(f"  [bold]{words['after'].format(**after)}[/]")
    if view.lifetime:
        per, kwh = say.figure(view.lifetime.per_kwh), say.figure(view.lifetime.kwh)
        out.print(f"[dim]{words['lifetime'].format(per=per, kwh=kwh, ruleset=view.lifetime.ruleset)}[/]")
    for law in view.legal:
        out.print(f"[dim]{say.name(Named('law', law.what))} ({law.clause})[/]")


def _put_declared(view: CarbonView, say: Tongue) -> None:
    words = WORDS[say.language]
    for one in view.declared:
        told = {name: say.figure(getattr(one, name)) for name in ("value", "computed", "difference", "share")}
        console().print(words["declared " + one.standing].format(lot=one.lot.label, by=one.by, **told))


def _put_path(view: CarbonView, say: Tongue) -> None:
    if view.path is None:
        return
    words, one = WORDS[say.language], view.path
    because = words.get(one.because, one.because)
    out = {"year": one.year, "index": say.figure(one.index), "allowed": say.figure(one.allowed), "because": because,
           "baseline": say.figure(one.baseline)}  # fmt: skip
    console().print(words[one.standing].format(**out))


def _put_reasons(view: CarbonView | CarbonContract, say: Tongue) -> None:
    out, words = console(), WORDS[say.language]
    for one in view.contributions:
        out.print(f"[bold]{words.get(one.flow, one.flow)}[/] {one.site}  {say.figure(one.kg)}")
        for key, value, source in one.factors:
            out.print(f"    {key}  {say.measured(value)}  [dim]{source}[/]", markup=True)
        papers = ", ".join(one.readings[:6]) + (" …" if len(one.readings) > 6 else "")  # noqa: PLR2004 - of a line
        if papers:
            out.print(f"    [dim]{papers}[/]")
        out.print("    [dim]" + " · ".join(f"#{entry} {file}" for entry, file in one.entries) + "[/]")


WORDS = {
    "en": {
        "title": "CO2e per {unit}: {product}, {number}",
        "kg": "kg",
        "piece": "piece",
        "location": "location-based",
        "market": "market-based",
        "direct": "direct",
        "variants": "Electricity|Total|Per kWh|Known part",
        "stages": "Stage (market-based)|CO2e|Per kWh|Share",
        "raw": "raw materials",
        "main": "cells and pack",
        "distribution": "distribution",
        "end-of-life": "end of life",
        "primary": "Primary data: {share} of it.",
        "power": "{site}: {share} of its electricity is {what}, certified or own.",
        "wind": "wind",
        "solar": "solar",
        "hydro": "hydropower",
        "made": "Made of|Site|CO2e|Share",
        "more": "… {count} more (--why shows all)",
        "gap": "{kind}: {what} at {site} ({mass} of it in one unit)",
        "no data": "nobody said what was used",
        "no factor": "no factor",
        "unconfirmed factor": "unconfirmed factor",
        "transport": "transport unknown",
        "undeclared matter": "undeclared matter",
        "unshared": "not shared out",
        "on path": "On the path: {index} of the baseline ({baseline}) in {year}, {allowed} allowed.",
        "above path": "Above the path: {index} of the baseline ({baseline}) in {year}, {allowed} allowed.",
        "cannot tell": "Whether it is on the path cannot be told: {because}.",
        "models": "Model|Plant|Year|Packs|With gaps|Market|Location|Direct|Primary",
        "deliveries": "Lot|Year|Delivery|Mass|Per kg|CO2e",
        "contract": "{reference}, {year}: {per} on average over {share} of {mass} delivered.",
        "contract years": "Year|Deliveries|Mass|Covered|Market|Location|Per kg of element|Primary",
        "term": "the whole term so far",
        "agreement": "Agreement: filon carbon {number}",
        "all packs": "All packs",
        "nothing": "Nothing was delivered under {reference} in {year}.",
        "replaced": "replaced",
        "spread": "Uncertainty: {low} to {high} in 95 of 100 draws (GSD² {gsd2}).",
        "ratings": "Data quality, 1 best to 5: {ratings}.",
        "declared counts": "Declared: {lot} {value} by {by}; it is in the figure, {share} of it.",
        "declared agrees": "Declared: {lot} {value} by {by}; computed {computed} ({difference}), which agrees.",
        "declared differs": "[red]Declared: {lot} {value} by {by}; computed {computed} ({difference}): they differ.[/]",
        "declared cannot tell": "Declared: {lot} {value} by {by}; computed {computed}, cannot be compared.",
        "otherwise": "Allocated by {rule} instead: {total} (difference {change}).",
        "no prices": "Allocated by {rule} instead: not told, prices are missing.",
        "cut within": "Left out, as told: {percent}; {rules} allows {most}.",
        "cut beyond": "[red]Left out: {percent}, more than the {most} that {rules} allows.[/]",
        "cut cannot tell": "Whether no more is left out than the {most} of {rules} cannot be told: there are gaps.",
        "formula": "Circular footprint formula ({ruleset}): {correction} on raw materials, {end} at the end.",
        "effect": "{change}, {site}: {kg}",
        "after": "With all of it: {after}, {per}",
        "lifetime": "Over the service life: {per} ({kwh}, {ruleset}).",
        "gaps": "something is missing in the figure",
        "baseline unknown": "the baseline is not known",
        "unit": "another unit",
        "variant": "another electricity variant",
        "rules": "other rules or factors",
        "year": "the path says nothing of that year",
    },
    "fr": {
        "title": "CO2e par {unit} : {product}, {number}",
        "kg": "kg",
        "piece": "pièce",
        "location": "réseau local",
        "market": "contrats",
        "direct": "direct",
        "variants": "Électricité|Total|Par kWh|Part connue",
        "stages": "Étape (contrats)|CO2e|Par kWh|Part",
        "raw": "matières premières",
        "main": "cellules et pack",
        "distribution": "distribution",
        "end-of-life": "fin de vie",
        "primary": "Données primaires : {share}.",
        "power": "{site} : {share} de son électricité est {what}, certifiée ou propre.",
        "wind": "éolienne",
        "solar": "solaire",
        "hydro": "hydraulique",
        "made": "Composé de|Site|CO2e|Part",
        "electricity": "électricité",
        "heat": "chaleur",
        "diesel": "gazole",
        "product footprint": "empreinte déclarée",
        "purchased material": "matière achetée",
        "road": "route",
        "sea": "mer",
        "rail": "rail",
        "air": "air",
        "more": "… {count} de plus (--why les montre)",
        "gap": "{kind} : {what} à {site} ({mass} dans une unité)",
        "no data": "consommations non déclarées",
        "no factor": "sans facteur",
        "unconfirmed factor": "facteur non confirmé",
        "transport": "transport inconnu",
        "undeclared matter": "matière non déclarée",
        "unshared": "non réparti",
        "on path": "Sur la trajectoire : {index} de la référence ({baseline}) en {year}, {allowed} permis.",
        "above path": "Au-dessus de la trajectoire : {index} de la référence ({baseline}) en {year}, {allowed} permis.",
        "cannot tell": "Impossible de dire s’il est sur la trajectoire : {because}.",
        "models": "Modèle|Usine|Année|Packs|Avec lacunes|Contrats|Réseau|Direct|Primaire",
        "deliveries": "Lot|Année|Livraison|Masse|Par kg|CO2e",
        "contract": "{reference}, {year} : {per} en moyenne sur {share} de {mass} livrés.",
        "contract years": "Année|Livraisons|Masse|Couvert|Contrats|Réseau|Par kg d’élément|Primaire",
        "term": "toute la durée jusqu’ici",
        "agreement": "Contrat : filon carbon {number}",
        "all packs": "Tous les packs",
        "nothing": "Rien n’a été livré au titre de {reference} en {year}.",
        "replaced": "remplacée",
        "spread": "Incertitude : {low} à {high} dans 95 tirages sur 100 (GSD² {gsd2}).",
        "ratings": "Qualité des données, de 1 (la meilleure) à 5 : {ratings}.",
        "declared counts": "Déclaré : {lot} {value} par {by} ; c’est dans le chiffre, {share} de lui.",
        "declared agrees": "Déclaré : {lot} {value} par {by} ; calculé {computed} ({difference}), cela concorde.",
        "declared differs": "[red]Déclaré : {lot} {value} par {by} ; calculé {computed} ({difference}) : écart.[/]",
        "declared cannot tell": "Déclaré : {lot} {value} par {by} ; calculé {computed}, incomparable.",
        "otherwise": "Réparti selon {rule} : {total} (écart {change}).",
        "no prices": "Réparti selon {rule} : inconnu, il manque les prix.",
        "cut within": "Laissé de côté, selon les déclarations : {percent} ; {rules} admet {most}.",
        "cut beyond": "[red]Laissé de côté : {percent}, plus que les {most} admis par {rules}.[/]",
        "cut cannot tell": "Impossible de dire si plus des {most} de {rules} est laissé de côté : lacunes.",
        "formula": "Formule d’empreinte circulaire ({ruleset}) : {correction} sur les matières, {end} en fin de vie.",
        "effect": "{change}, {site} : {kg}",
        "after": "Avec le tout : {after}, {per}",
        "lifetime": "Sur la durée de service : {per} ({kwh}, {ruleset}).",
        "gaps": "il manque des données",
        "baseline unknown": "la référence est inconnue",
        "unit": "autre unité",
        "variant": "autre variante d’électricité",
        "rules": "autres règles ou facteurs",
        "year": "la trajectoire ne dit rien de cette année",
    },
}
