"""Commands that ask the ledger: `lots`, `lot`, `origin`, `trace`, `why`, `balance`, `findings`, `agreement`."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.tree import Tree

from filon.cli.show import AsOf, Json, On, asked, console, grid, put_findings, put_json
from filon.cli.words import word
from filon.core.errors import WrongCallError
from filon.views.figure import Figure, Named
from filon.views.say import Tongue

if TYPE_CHECKING:
    from filon.views.agreement import AgreementView
    from filon.views.balance import BalanceLine
    from filon.views.lot import LotView, Owned
    from filon.views.origin import Contained, OriginView
    from filon.views.owner import OwnersView
    from filon.views.trace import TraceLine
    from filon.views.why import WhyLine

Lot = Annotated[str, typer.Argument(help="Lot number, serial number or identifier.")]
Element = Annotated[str, typer.Option("--element", "-e", help="Co, Ni, Li, Mn, Cu, C (graphite), As, Fe, P, Al, mass.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: filon lots ATL")(lots)
    app.command(epilog="Example: filon lot ATL-26-0311")(lot)
    app.command(epilog="Example: filon origin PK-0001 --element Co")(origin)
    app.command(epilog="Example: filon flows --element Co --period 2026-08")(flows)
    app.command(epilog="Example: filon trace ATL-26-0311 --forward")(trace)
    app.command(epilog="Example: filon why PK-0001 --element Co")(why)
    app.command(epilog="Example: filon balance --element Co --site Rivage")(balance)
    app.command(epilog="Example: filon findings --json")(findings)
    app.command("log", epilog="Example: filon log --page 2")(entries)
    app.command(epilog="Example: filon agreement agreement.json --year 2026")(agreement)


def lots(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="Part of a lot number, product or site.")] = "",
    stage: Annotated[str, typer.Option(help="mine, concentrate, refined, pcam, cam, cell, pack, other.")] = "",
    site: Annotated[str, typer.Option(help="Identifier of a site.")] = "",
    page: Annotated[int, typer.Option(min=1, help="Page of the list.")] = 1,
    on: On = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """List lots, newest first."""
    with asked(context) as (pages, say):
        found = pages.lots(query, stage=stage, site=site, page=page, as_of=as_of, on=on)
        if as_json:
            put_json(found, say)
            return
        rows = [
            (row.number, row.product or say.name(row.form), say.name(row.stage), row.site.name,
             say.day(row.made) if row.made else "", say.figure(row.mass), say.figure(row.known),
             _marks(row.errors, row.warnings))
            for row in found.rows
        ]  # fmt: skip
        heads = _words(say, "Lot", "Product", "Stage", "Site", "Made", "Mass", "Origin known", "Findings")
        title = f"{found.total} lots · {found.page}/{found.pages}"
        console().print(grid(title, heads, rows, right=(5, 6)))


def lot(context: typer.Context, name: Lot, on: On = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """Show one lot: what is in it, from where, where it is, whether it adds up."""
    with asked(context) as (pages, say):
        view = pages.lot(name, as_of=as_of, on=on)
        if as_json:
            put_json(view, say)
            return
        out = console()
        out.print(f"[bold]{view.number}[/]  {view.product or say.name(view.form)} · {view.site.name} · "
                  f"{say.day(view.made) if view.made else ''} · {say.figure(view.mass)}")  # fmt: skip
        if view.crystal_water:
            out.print(
                word("Now with {number} H₂O on average", say.language).format(number=say.figure(view.crystal_water))
            )
        out.print(say.tell(view.verdict))
        _put_contents(view.contained, say)
        heads = _words(say, "Where", "Site", "Mass")
        out.print(
            grid(
                "",
                heads,
                [(word(w.state, say.language), w.site.name, say.figure(w.mass)) for w in view.whereabouts],
                right=(2,),
            )
        )
        if view.owned:
            _put_owned(view.owned, say)
        _put_measured(view, say)
        put_findings(view.findings, say.language, limit=10)


def _put_measured(view: LotView, say: Tongue) -> None:
    """Print the assays and weighings of a lot, where anybody told more than one thing of them."""
    assays = [
        (say.name(one.element), _exactly(one.share, say), say.name(one.basis), _standing(one.status, say, one.counts),
         ", ".join(filter(None, (one.by, one.laboratory, one.method))), one.certificate)
        for one in view.assays
    ]  # fmt: skip
    if any(one.by or one.laboratory or one.method or one.certificate or not one.counts for one in view.assays):
        heads = _words(say, "Assay of", "Content", "Basis", "Status", "By, laboratory, method", "Certificate")
        console().print(grid("", heads, assays, right=(1,)))
    if view.weighings:
        rows = [(say.figure(one.mass), say.name(one.status), one.by, one.scale) for one in view.weighings]
        console().print(grid("", _words(say, "Also weighed", "Status", "By", "Scale"), rows, right=(0,)))


def _standing(status: Named, say: Tongue, counts: bool) -> str:
    return say.name(status) if counts else f"{say.name(status)} ({word('does not count', say.language)})"


def _exactly(share: Figure, say: Tongue) -> str:
    """A content with every decimal that its certificate has."""
    told = f"{say.number(share.value or 0)} %"
    return told if share.uncertainty is None else f"{told} ± {say.number(share.uncertainty)}"


def origin(
    context: typer.Context,
    name: Lot,
    element: Element = "",
    by: Annotated[
        str, typer.Option(help="origin, country, region, company, recycled, certified, or an attribute of lots.")
    ] = "",
    on: On = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Say for each element of a lot how many kg come from which mine or recycler, or from where else you ask by."""
    with asked(context) as (pages, say):
        if not by and on is None:
            contents = pages.origin(name, element=element, as_of=as_of)
            if as_json:
                put_json(contents, say)
            else:
                _put_contents(contents, say)
            return
        view = pages.origins(name, by=by, element=element, as_of=as_of, on=on)
        if as_json:
            put_json(view, say)
        else:
            _put_shares(view, say)


def flows(
    context: typer.Context,
    element: Element = "",
    period: Annotated[str, typer.Option(help="Only this month, e.g. 2026-09.")] = "",
    on: On = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Say who sent how much of an element to whom, what came in from outside and what left."""
    with asked(context) as (pages, say):
        view = pages.flows(element=element, period=period, as_of=as_of, on=on)
        if as_json:
            put_json(view, say)
            return
        for sentence in view.sentences:
            console().print(say.tell(sentence))
        nodes = {one.key: one.label if isinstance(one.label, str) else say.name(one.label) for one in view.sankey.nodes}
        rows = [(nodes[band.source], nodes[band.target], say.figure(band.mass)) for band in view.sankey.bands]
        console().print(grid(say.name(view.sankey.element), _words(say, "From", "To", "Mass"), rows, right=(2,)))


def trace(
    context: typer.Context,
    name: Lot,
    element: Element = "",
    back: Annotated[bool, typer.Option("--back", help="Only where it came from.")] = False,
    forward: Annotated[bool, typer.Option("--forward", help="Only where it went.")] = False,
    on: On = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Follow a lot back to where its matter came from, and forward to where it went, with quantities."""
    with asked(context) as (pages, say):
        both = back == forward
        view = pages.trace(name, element=element, back=back or both, forward=forward or both, as_of=as_of, on=on)
        if as_json:
            put_json(view, say)
            return
        if not view.back and not view.forward:
            console().print(word("No other lot is known before or after it.", say.language))
        for title, lines in ((("Came from", "Vient de"), view.back), (("Went into", "Est allé dans"), view.forward)):
            if lines:
                _put_trace(title[say.language == "fr"], lines, say, view.element)


def why(
    context: typer.Context,
    name: Lot,
    element: Element = "",
    smallest: Annotated[
        float, typer.Option(min=0, max=100, help="Hide branches below so many percent; they are summed.")
    ] = 0.5,
    rows: Annotated[bool, typer.Option("--rows", help="Also name the row in the file, which is read again.")] = False,
    by: Annotated[
        str, typer.Option(help="Also say where matter is called so: country, recycled, certified, an attribute ..")
    ] = "",
    on: On = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show the tree of steps, shipments and log entries that a lot's content rests on."""
    with asked(context) as (pages, say):
        view = pages.why(name, element=element, smallest=Decimal(str(smallest)), rows=rows, by=by, as_of=as_of, on=on)
        if as_json:
            put_json(view, say)
            return
        console().print(_why_tree(view.tree, say))


def balance(
    context: typer.Context,
    element: Element = "",
    site: Annotated[str, typer.Option(help="Only this site: name or identifier.")] = "",
    period: Annotated[str, typer.Option(help="Only this month, e.g. 2026-09.")] = "",
    owner: Annotated[bool, typer.Option("--owner", help="By owner: what entered, changed hands and is held.")] = False,
    lang: Annotated[str, typer.Option(help="Language: en or fr.")] = "",
    on: On = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show whether matter adds up, by step, site, period and element, with its uncertainty; or whose it is."""
    with asked(context, lang) as (pages, say):
        if owner:
            if site or period:
                raise WrongCallError("--owner is of all sites; choose by --element, --on and --as-of")
            put_owners(pages.owners(element=element, as_of=as_of, on=on), say, as_json=as_json)
            return
        view = pages.balance(element=element, site=site, period=period, as_of=as_of, on=on)
        if as_json:
            put_json(view, say)
        else:
            console().print(say.tell(view.verdict))
            _put_balance(view.lines, say)
        if any(line.verdict == "fail" for line in view.lines):
            raise typer.Exit(1)


def findings(context: typer.Context, on: On = None, as_of: AsOf = None, as_json: Json = False) -> None:
    """List everything that is wrong or worth knowing in the ledger, gravest first."""
    with asked(context) as (pages, say):
        found = pages.findings(as_of=as_of, on=on)
        if as_json:
            put_json(found, say)
        else:
            put_findings(found, say.language, limit=100)
        if any(one.level != "note" for one in found):
            raise typer.Exit(1)


def entries(
    context: typer.Context,
    page: Annotated[int, typer.Option(min=1, help="Page of the list.")] = 1,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """List the log's entries, newest first: who handed in what, when we learned it; and the root hash over all."""
    with asked(context) as (pages, say):
        view = pages.log(page=page, as_of=as_of)
        if as_json:
            put_json(view, say)
            return
        rows = [
            (str(one.index), say.moment(one.learned), one.name, one.submitter, str(one.events), " ".join(one.accepted),
             one.leaf_hash[:12])
            for one in view.entries
        ]  # fmt: skip
        heads = _words(say, "Entry", "Learned", "File", "Submitter", "Events", "Accepted", "Leaf hash")
        console().print(grid(f"{view.ledger.size} · {view.ledger.root}", heads, rows, right=(0, 4)))


def agreement(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The agreement's terms as JSON.")],
    year: Annotated[int, typer.Option(help="Contract year to look at: the calendar year in which it begins.")],
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Say where an off-take agreement stands: delivered against due, in product, element and GWh."""
    with asked(context) as (pages, say):
        view = pages.agreement(file.read_bytes(), year, as_of=as_of)
        if as_json:
            put_json(view, say)
        else:
            put_agreement(view, say)


def _put_contents(contents: tuple[Contained, ...], say: Tongue) -> None:
    rows = []
    for one in contents:
        rows.append((f"[bold]{say.name(Named('element', one.element))}[/]", f"[bold]{say.figure(one.mass)}[/]", "", ""))
        for share in one.origins:
            unknown = say.name(Named("origin", "unknown"))
            name = share.origin.name or share.origin.key or unknown
            country = say.name(Named("country", share.origin.country)) if share.origin.country else ""
            rows.append((f"  {name}", say.figure(share.mass), say.figure(share.share), country))
        rows += [(f"  [dim]{say.tell(reason)}[/]", "", "", "") for reason in one.reasons]
    console().print(grid("", _words(say, "Element, origin", "Mass", "Share", "Country"), rows, right=(1, 2)))


def _put_shares(view: OriginView, say: Tongue) -> None:
    rows = []
    for one in view.contained:
        rows.append(
            (f"[bold]{say.name(Named('element', one.element))}[/]", f"[bold]{say.figure(one.mass)}[/]", *[""] * 3)
        )
        for row in one.origins:
            origin = row.origin
            unknown, country = say.name(Named("origin", "unknown")), say.name(Named("country", origin.country))
            name = say.name(origin.label) if origin.label else origin.name or (country if origin.country else unknown)
            span = ["" if figure is None else _measured(figure, say) for figure in (row.least, row.most)]
            rows.append((f"  {name}", say.figure(row.mass), say.figure(row.share), *span))
    named = say.name(Named("by", view.by)) if view.by in view.kinds else view.by
    heads = _words(say, "Element, origin", "Likely", "Share", "At least", "At most")
    console().print(grid(named, heads, rows, right=(1, 2, 3, 4)))


def _put_trace(title: str, lines: tuple[TraceLine, ...], say: Tongue, element: str) -> None:
    rows = [
        (line.number, line.site, word(line.state, say.language), say.day(line.day), _measured(line.mass, say),
         say.figure(line.share), str(line.entry))
        for line in lines
    ]  # fmt: skip
    heads = _words(say, "Lot", "Site", "State", "Day", "Mass", "Share", "Entry")
    console().print(grid(f"{title} ({say.name(Named('element', element))})", heads, rows, right=(4, 5, 6)))


def put_owners(view: OwnersView, say: Tongue, *, as_json: bool) -> None:
    """Print the ownership book."""
    if as_json:
        put_json(view, say)
        return
    rows = [
        (line.owner or word("not said", say.language), say.name(line.element),
         *(_measured(figure, say) for figure in (line.entered, line.taken, line.given, line.gone, line.held,
                                                 line.elsewhere)))
        for line in view.lines
    ]  # fmt: skip
    heads = _words(say, "Owner", "Element", "Entered", "Taken over", "Given over", "Gone", "Held", "Held by others")
    console().print(grid("", heads, rows, right=tuple(range(2, 8))))
    put_findings(view.findings, say.language, limit=10)


def _put_owned(lines: tuple[Owned, ...], say: Tongue) -> None:
    rows = [(one.owner, one.holder, one.site.name, say.name(one.element), say.figure(one.mass)) for one in lines]
    heads = _words(say, "Owner", "Held by", "Site", "Element", "Mass")
    console().print(grid("", heads, rows, right=(4,)))


def _put_balance(lines: tuple[BalanceLine, ...], say: Tongue) -> None:
    rows = [
        (line.label or word("Whole chain", say.language), say.period(line.period),
         say.name(Named("element", line.element)),
         *(_measured(figure, say) for figure in (line.opening, line.taken, line.made, line.by_product, line.waste,
                                                 line.loss, line.closing)),
         _unaccounted(line, say), word(line.verdict.value, say.language))
        for line in lines
    ]  # fmt: skip
    heads = _words(say, "What", "Period", "Element", "Opening", "In", "Out", "By-product", "Waste", "Loss", "Closing",
                   "Unaccounted ± 2σ", "Verdict")  # fmt: skip
    console().print(grid("", heads, rows, right=tuple(range(3, 11))))


def _unaccounted(line: BalanceLine, say: Tongue) -> str:
    spread = line.unaccounted.uncertainty
    around = f" ± {say.mass(2 * spread)}" if spread else ""
    return _measured(line.unaccounted, say) + around


def _measured(figure: Figure, say: Tongue) -> str:
    return "–" if figure.value == 0 else say.figure(figure)


def put_agreement(view: AgreementView, say: Tongue) -> None:
    """Print where an agreement stands."""
    for sentence in view.sentences:
        console().print(say.tell(sentence))
    gwh = [(name, say.figure(figure)) for name, figure in view.gwh]
    console().print(grid("", _words(say, "Chemistry", "Enough for"), gwh, right=(1,)))


def _why_tree(line: WhyLine, say: Tongue) -> Tree:
    """The tree; a run of nodes that have one part each is told in one breath, so that the page stays narrow."""
    told = [_why_text(line, say)]
    while len(line.parts) == 1 and not line.more:
        line = line.parts[0]
        told.append(_why_text(line, say))
    tree = Tree("\n".join(told))
    for part in line.parts:
        tree.add(_why_tree(part, say))
    if line.more:
        tree.add(f"[dim]… {line.more} {word('more', say.language)} · {say.figure(line.more_mass)}[/]")
    return tree


def _why_text(line: WhyLine, say: Tongue) -> str:
    where = f" @ {line.site}" if line.site else ""
    row = f" · {line.row}" if line.row else ""
    called = f" [green]{line.called}[/]" if line.called else ""
    told = (word(line.kind, say.language), line.number)
    if line.number == "UNKNOWN":
        told = (say.name(Named("origin", "unknown")), "")
    return (
        f"[bold]{say.figure(line.mass)}[/]  {' '.join(filter(None, told))}{where}{called}  "
        f"[dim]{say.day(line.day)} · #{line.entry} {line.deposit}{row}[/]"
    )


def _marks(errors: int, warnings: int) -> str:
    marks = [f"[red]{errors} ✗[/]" if errors else "", f"[yellow]{warnings} ![/]" if warnings else ""]
    return " ".join(mark for mark in marks if mark)


def _words(say: Tongue, *english: str) -> tuple[str, ...]:
    return tuple(word(one, say.language) for one in english)
