"""The commands `custody`, `credits`, `yields`, `alarms`: what may be claimed, what steps deliver, what is left open."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from filon.cli.show import AsOf, Json, On, asked, console, grid, put, put_findings
from filon.cli.words import word
from filon.views.balance import Verdict
from filon.views.say import Tongue

if TYPE_CHECKING:
    from filon.views.alarm import AlarmList
    from filon.views.custody import AccountLine, ClaimLine, CreditsView, CustodyView
    from filon.views.yields import FactorLine, YieldsView


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: filon custody PK-0001 --why")(custody)
    app.command(epilog="Example: filon alarms --element Co")(alarms)
    app.command("credits", epilog="Example: filon credits Rivage")(credit_accounts)
    app.command("yields", epilog="Example: filon yields Rivage --element Co")(step_yields)


def custody(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Lot number, serial number or identifier.")],
    why: Annotated[bool, typer.Option("--why", help="Every step that changed the claim.")] = False,
    element: Annotated[str, typer.Option("--element", "-e", help="Only this element, e.g. Co.")] = "",
    on: On = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Say what may be claimed of a lot by ISO 22095 model, and which step allows no more."""
    with asked(context) as (pages, say):
        view = pages.custody(name, element=element, as_of=as_of, on=on)
        put(view, say, partial(put_custody, why=why), as_json=as_json)


def credit_accounts(
    context: typer.Context,
    site: Annotated[str, typer.Argument(help="Identifier or part of the name of a site; all if left out.")] = "",
    on: On = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show the mass-balance accounts of a site by period; exit 1 where one breaks its scheme's rules."""
    with asked(context) as (pages, say):
        view = pages.credits(site=site, as_of=as_of, on=on)
        put(view, say, put_credits, as_json=as_json)
    if any(one.failures for account in view.accounts for one in account.periods):
        raise typer.Exit(1)


def step_yields(
    context: typer.Context,
    site: Annotated[str, typer.Argument(help="Identifier or part of the name of a site; all if left out.")] = "",
    element: Annotated[str, typer.Option("--element", "-e", help="Only this element, e.g. Co.")] = "",
    on: On = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show what steps deliver, by month and over twelve, and declared factors; exit 1 where one is not kept."""
    with asked(context) as (pages, say):
        view = pages.yields(site=site, element=element, as_of=as_of, on=on)
        put(view, say, put_yields, as_json=as_json)
    if Verdict.FAIL in {*(one.verdict for one in view.lines), *(one.verdict for one in view.factors)}:
        raise typer.Exit(1)


def alarms(
    context: typer.Context,
    site: Annotated[str, typer.Option(help="Identifier or part of the name of a site.")] = "",
    element: Annotated[str, typer.Option("--element", "-e", help="Co, Ni, Li, Mn, Cu, C, As, Fe, P, Al, mass.")] = "",
    on: On = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show every difference that measuring does not explain, what may, and the lots downstream; exit 1 if any."""
    with asked(context) as (pages, say):
        view = pages.alarms(site=site, element=element, as_of=as_of, on=on)
        put(view, say, put_alarms, as_json=as_json)
    if view.alarms:
        raise typer.Exit(1)


def put_alarms(view: AlarmList, say: Tongue) -> None:
    """Print alarms: what, where, how much, what may explain it, which lots it concerns."""
    out, words = console(), WORDS[say.language]
    for one in view.alarms:
        lots = ", ".join(number for number, _ in one.lots[:5])
        about = f"{say.name(one.what)} · {one.site.name} · {say.day(one.day)} · {say.name(one.element)} · {lots}"
        out.print(f"[bold]{say.figure(one.size)}[/]  {about}  [dim]±{say.figure(one.allowed)} · #{one.entry}[/]")
        if one.metals:
            held = ", ".join(f"{say.name(element)} {say.figure(mass)}" for element, mass in one.metals)
            out.print(words["with it"].format(metals=held))
        for each in one.explanations:
            out.print(f"    ? {say.tell(each)}")
        if one.downstream:
            first = ", ".join(f"{each.lot} ({say.figure(each.mass)})" for each in one.downstream[:5])
            out.print(words["downstream"].format(count=len(one.downstream) + one.more, first=first))
    if not view.alarms:
        out.print(words["no alarms"])
    if view.more:
        out.print(f"… {view.more}")


def put_custody(view: CustodyView, say: Tongue, *, why: bool = False) -> None:
    """Print what may be claimed of a lot."""
    out, words = console(), WORDS[say.language]
    out.print(f"[bold]{view.number}[/]  {view.product} · {view.site.name}")
    if not view.lines:
        out.print(words["nothing"])
    rows = [
        (say.name(one.element), one.characteristic, say.name(one.model), say.figure(one.share), say.figure(one.mass),
         _bounds(one, say), ", ".join(one.sources[:3]) + (" …" if len(one.sources) > 3 else ""),  # noqa: PLR2004 - of a line
         ", ".join(one.certificates))
        for one in view.lines
    ]  # fmt: skip
    if rows:
        out.print(grid("", words["claims"].split("|"), rows, right=(3, 4, 5)))
    for one in view.lines:
        for step in one.steps if why else filter(None, [one.limiting]):
            out.print(words["step"].format(
                element=say.name(one.element), lot=step.lot, site=step.site.name, day=say.day(step.day), rule=step.rule,
                told=say.tell(step.told), after=say.name(step.after), entry=step.entry))  # fmt: skip
    put_findings(view.findings, say.language, limit=10)


def _bounds(one: ClaimLine, say: Tongue) -> str:
    low, high = say.figure(one.low), say.figure(one.high)
    return low if low == high else f"{low} – {high}"


def put_credits(view: CreditsView, say: Tongue) -> None:
    """Print accounts, period by period."""
    words = WORDS[say.language]
    if not view.accounts:
        console().print(words["no accounts"])
    for toll in view.tolls:
        told = {name: say.figure(getattr(toll, name)) for name in TOLLS}
        console().print(
            words["toll"].format(site=toll.site.name, party=toll.party, element=say.name(toll.element), **told)
        )
    for one in view.accounts:
        _put_account(one, say)
    put_findings(view.findings, say.language, limit=10)


def put_yields(view: YieldsView, say: Tongue) -> None:
    """Print what steps deliver, and the declared factors."""
    out, words = console(), WORDS[say.language]
    rows = [
        (one.site.name, say.name(one.product), say.name(one.element), say.period(one.month), say.figure(one.spent),
         say.figure(one.made), say.figure(one.loss), say.figure(one.unaccounted), say.figure(one.share),
         say.figure(one.trailing), word(one.verdict.value, say.language))
        for one in view.lines
    ]  # fmt: skip
    out.print(grid("", words["yields"].split("|"), rows, right=tuple(range(4, 10))) if rows else words["no yields"])
    if view.factors:
        told = [_factor_row(one, say) for one in view.factors]
        out.print(grid("", words["factors"].split("|"), told, right=(4, 5, 6)))


def _factor_row(one: FactorLine, say: Tongue) -> tuple[str, ...]:
    days = " – ".join(say.day(day) if day else "" for day in (one.since, one.until)) if one.since or one.until else ""
    figures = (say.figure(each) for each in (one.declared, one.observed, one.consumption))
    return (one.site.name, say.name(one.element), one.material, days, *figures, word(one.verdict.value, say.language))


def _put_account(one: AccountLine, say: Tongue) -> None:
    out, words = console(), WORDS[say.language]
    about = [one.boundary, say.name(one.element), one.characteristic, one.material, one.scheme]
    rows = [
        (f"{say.day(p.since)} – {say.day(p.until)}", say.figure(p.opening), say.figure(p.matter), say.figure(p.earned),
         say.figure(p.adjusted), say.figure(p.claimed), say.figure(p.closing), say.figure(p.carried),
         say.figure(p.observed), ", ".join(map(say.name, p.failures)) or say.name(p.verdict))
        for p in one.periods
    ]  # fmt: skip
    heads = words["periods"].split("|")
    out.print(grid(" · ".join(filter(None, about)), heads, rows, right=tuple(range(1, 9))))
    for each in one.reopened:
        days = {"since": say.day(each.since), "until": say.day(each.until), "closed": say.day(each.closed)}
        out.print(words["reopened"].format(then=say.figure(each.then), now=say.figure(each.now), **days))
        for issued in each.statements:
            told = {"number": issued.number, "lot": issued.lot, "to": issued.to, "mass": say.figure(issued.mass)}
            gone = words["withdrawn"].format(mass=say.figure(issued.withdrawn)) if issued.withdrawn.value else ""
            out.print("  " + words["statement"].format(**told) + gone)


TOLLS = ("contract", "delivered", "due", "returned", "recovered", "from_toller")

WORDS = {
    "en": {
        "toll": "{site} for {party}, {element}: delivered {delivered}, due {due} ({contract}), returned {returned}; "
        "recovered {recovered}, of the site's own {from_toller}",
        "nothing": "Nobody claimed anything of what is in it.",
        "claims": "Element|Characteristic|Model|May be claimed|Mass|Physically|Sources|Certificates",
        "step": "  {element}: {after}, {rule}: {told} (lot {lot}, {site}, {day}, entry {entry})",
        "downstream": "    {count} lots downstream: {first}",
        "with it": "    of it: {metals}",
        "no alarms": "Everything that was checked adds up within measuring uncertainty.",
        "yields": "Site|Product|Element|Month|Left the steps|As product|Loss|Unaccounted|Yield|Twelve months|Verdict",
        "no yields": "No step has delivered anything yet.",
        "factors": "Site|Element|Product group|Valid|Declared factor|Observed|Inputs for one unit|Verdict",
        "no accounts": "No site keeps a mass-balance account.",
        "periods": "Period|Opening|Certified in|Credits|By observed factor|Claimed|Closing|Carried|Observed|Verdict",
        "reopened": "Reopen {since} – {until}: closed at {then} ({closed}), {now} as known now. Tell the holders of:",
        "statement": "{number}: {mass}, lot {lot}, {to}",
        "withdrawn": " – {mass} of it is not covered any more",
    },
    "fr": {
        "toll": "{site} pour {party}, {element} : livré {delivered}, dû {due} ({contract}), rendu {returned} ; "
        "récupéré {recovered}, du métal du site {from_toller}",
        "nothing": "Rien n’est allégué sur ce qu’il contient.",
        "claims": "Élément|Caractéristique|Modèle|Allégable|Masse|Physiquement|Sources|Certificats",
        "step": "  {element} : {after}, {rule} : {told} (lot {lot}, {site}, {day}, inscription {entry})",
        "downstream": "    {count} lots en aval : {first}",
        "with it": "    dont : {metals}",
        "no alarms": "Tout ce qui a été contrôlé est cohérent à l’incertitude de mesure près.",
        "yields": "Site|Produit|Élément|Mois|Sorti|En produit|Pertes|Inexpliqué|Rendement|Douze mois|Verdict",
        "no yields": "Aucune opération n’a encore rien livré.",
        "factors": "Site|Élément|Groupe de produits|Valable|Facteur déclaré|Observé|Entrées par unité|Verdict",
        "no accounts": "Aucun site ne tient de compte de bilan massique.",
        "periods": "Période|Ouverture|Certifié entré|Crédits|Selon l’observé|Allégué|Clôture|Reporté|Observé|Verdict",
        "reopened": "À rouvrir, {since} – {until} : clos à {then} ({closed}), {now} aujourd’hui. Prévenir pour :",
        "statement": "{number} : {mass}, lot {lot}, {to}",
        "withdrawn": " – {mass} n’en est plus couvert",
    },
}
