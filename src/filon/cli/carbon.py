"""The command `carbon`: the footprint of a lot or pack, three electricity ways, by stage, with every reason."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from filon.cli.show import AsOf, chosen, console, grid, put_json
from filon.views.say import Tongue, tongue

if TYPE_CHECKING:
    from filon.views.carbon import CarbonView

Lot = Annotated[str, typer.Argument(help="Lot number, serial number or identifier.")]


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog="Example: filon carbon 000001 --why")(carbon)


def carbon(
    context: typer.Context,
    name: Lot,
    made: Annotated[bool, typer.Option("--made", help="Where it was made, not where it was delivered.")] = False,
    unconfirmed: Annotated[bool, typer.Option("--unconfirmed", help="Use factors that nobody confirmed too.")] = False,
    allocation: Annotated[str, typer.Option(help="Row of table allocation, if not the ruleset's.")] = "",
    ruleset: Annotated[str, typer.Option(help="By whose rules: filon-1, pact-3.0, da-ev-draft ..")] = "filon-1",
    baseline: Annotated[Path | None, typer.Option(help="Baseline and targets, JSON.", exists=True)] = None,
    why: Annotated[bool, typer.Option("--why", help="Factors, readings and log entries of every line.")] = False,
    xlsx: Annotated[Path | None, typer.Option(help="Write the report as a workbook too.")] = None,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Say what one kg or piece cost in CO2e; exit 1 where something is missing."""
    from filon.app.carbon import Carbon
    from filon.app.ledger import Ledger

    say = tongue(chosen(context.obj.language))
    with Ledger.open(context.obj.ledger, create=False) as ledger:
        view = Carbon(ledger).pack(
            name, as_of=as_of, made=made, unconfirmed=unconfirmed, allocation=allocation, ruleset=ruleset,
            baseline=baseline.read_bytes() if baseline else None,
        )  # fmt: skip
    if xlsx:
        from filon.exchange.carbon_report import report

        xlsx.write_bytes(report(view, say.language))
    if as_json:
        put_json(view, say)
    else:
        put_carbon(view, say, why=why)
    if view.gaps:
        raise typer.Exit(1)


def put_carbon(view: CarbonView, say: Tongue, *, why: bool = False, limit: int = 12) -> None:
    """Print a footprint: variants, stages, wind, path, what it is made of, what is missing."""
    out, words = console(), WORDS[say.language]
    unit = words.get(view.per, view.per)
    out.print(f"[bold]{words['title'].format(number=view.number, product=view.product, unit=unit)}[/]")
    rows = [
        (
            words[one.variant],
            say.figure(one.total),
            say.figure(one.per_kwh),
            "" if one.total.value else say.figure(one.known),
        )
        for one in view.variants
    ]
    out.print(grid("", words["variants"].split("|"), rows, right=(1, 2, 3)))
    stages = [
        (words[one.stage], say.figure(one.kg), say.figure(one.per_kwh), say.figure(one.share)) for one in view.stages
    ]
    out.print(grid("", words["stages"].split("|"), stages, right=(1, 2, 3)))
    out.print(words["primary"].format(share=say.figure(view.primary)))
    for power in view.power:
        values = {"site": power.site, "what": words.get(power.technology, power.technology)}
        out.print(words["power"].format(share=say.figure(power.share), **values))
    _put_path(view, say)
    rows = [
        (words.get(one.flow, one.flow), one.site, say.figure(one.kg), say.figure(one.share))
        for one in view.contributions
    ]
    out.print(grid("", words["made"].split("|"), rows if why else rows[:limit], right=(2, 3)))
    if why:
        _put_reasons(view, say)
    elif len(rows) > limit:
        out.print(f"[dim]{words['more'].format(count=len(rows) - limit)}[/]")
    for gap in view.gaps:
        told = {"kind": words.get(gap.kind, gap.kind), "what": gap.what, "site": gap.site, "mass": say.figure(gap.kg)}
        out.print(f"  [yellow]?[/] {words['gap'].format(**told)}")


def _put_path(view: CarbonView, say: Tongue) -> None:
    if view.path is None:
        return
    words, one = WORDS[say.language], view.path
    because = words.get(one.because, one.because)
    out = {"year": one.year, "index": say.figure(one.index), "allowed": say.figure(one.allowed), "because": because,
           "baseline": say.figure(one.baseline)}  # fmt: skip
    console().print(words[one.standing].format(**out))


def _put_reasons(view: CarbonView, say: Tongue) -> None:
    out = console()
    for one in view.contributions:
        out.print(f"[bold]{one.flow}[/] {one.site}  {say.figure(one.kg)}")
        for key, value, source in one.factors:
            out.print(f"    {key}  {value}  [dim]{source}[/]", markup=True)
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
        "gaps": "il manque des données",
        "baseline unknown": "la référence est inconnue",
        "unit": "autre unité",
        "variant": "autre variante d’électricité",
        "rules": "autres règles ou facteurs",
        "year": "la trajectoire ne dit rien de cette année",
    },
}
