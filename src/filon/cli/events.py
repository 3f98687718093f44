"""Commands on events: their hash, what a declared error changed, a lot's events as a file for somebody else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from filon.cli.show import AsOf, Json, asked, chosen, console, grid, put, put_findings, put_json
from filon.cli.words import word
from filon.core.errors import NotFoundError, RefusedError, WrongCallError
from filon.views.say import Tongue

if TYPE_CHECKING:
    from filon.views.affected import AffectedView

LINES = 40
"""So many lines of a table are printed; JSON has all."""


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("hash", epilog="Example: filon hash nov.jsonld --prehash")(hash_events)
    app.command(epilog="Example: filon affected urn:uuid:8ba2d17a-e43f-522f-8dfb-1d0cfffba013")(affected)
    app.command(epilog="Example: filon retract urn:uuid:8ba2d17a-e43f-522f-8dfb-1d0cfffba013 --reason incorrect_data")(
        retract
    )
    app.command(epilog="Example: filon export ATL-26-005 --out atl-26-005.xml")(export)


def hash_events(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="EPCIS document, JSON or XML.")],
    prehash: Annotated[bool, typer.Option("--prehash", help="Also the text that is hashed.")] = False,
    as_json: Json = False,
) -> None:
    """Print the CBV event hash of every event in a file, in its order; exit 1 if one cannot be read."""
    from filon.core.finding import Level
    from filon.epcis import hash as event_hashes
    from filon.epcis import read

    if not file.is_file():
        raise NotFoundError(f"no such file: {file}")
    document = read(file.read_bytes(), None, file.name)
    told = [
        {"event": one.eventID or one.place, "hash": event_hashes.event_hash(one)}
        | ({"prehash": event_hashes.prehash(one)} if prehash else {})
        for one in document.events
    ]
    wrong = [one for one in document.findings if one.level is Level.ERROR]
    if as_json:
        put_json({"events": told, "findings": [one.as_dict() for one in wrong]})
    else:
        for one in told:
            print(one["hash"])
            if prehash:
                print(one["prehash"])
        put_findings(wrong, chosen(context.obj.language))
    if wrong:
        raise typer.Exit(1)


def affected(
    context: typer.Context,
    event: Annotated[str, typer.Argument(help="The event that was taken back; without it, every one that was.")] = "",
    element: Annotated[str, typer.Option("--element", "-e", help="Of which kg are told: Co, Ni, .., mass.")] = "",
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Tell what a declared error and its corrections changed: lots, balances, statements, and who must be told."""
    from filon.core.matter import ELEMENTS, MASS

    if element and element not in {*ELEMENTS, MASS}:
        raise WrongCallError(f"{element!r} is not kept in the books; choose of {', '.join((*ELEMENTS, MASS))}")
    with asked(context) as (pages, say):
        put(pages.affected(event, element=element, as_of=as_of), say, _put, as_json=as_json)


def retract(
    context: typer.Context,
    event: Annotated[str, typer.Argument(help="The event, as findings name it.")],
    reason: Annotated[str, typer.Option(help="incorrect_data, did_not_occur, or an address of your own.")] = "",
    instead: Annotated[
        list[str] | None, typer.Option(help="The event that stands for it; repeat it for several.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Declare that an event was wrong: the books count it as never said; the log keeps both."""
    from filon.app import capture
    from filon.app.ledger import Ledger
    from filon.app.retract import retraction

    now = datetime.now(UTC)
    with Ledger.open(context.obj.ledger, create=False) as ledger:
        data = retraction(ledger, event, now, reason=reason, corrections=instead or ())
        file = capture.File("retraction.jsonld", data)
        submitter = context.obj.submitter
        outcome = capture.take(ledger, file, now=lambda: now, submitter=submitter, accept=capture.ALL_WARNINGS)
    language = chosen(context.obj.language)
    if as_json:
        told = [one.as_dict(language) for one in outcome.findings]
        put_json({"outcome": outcome.state.value, "entry": outcome.entry, "event": event, "findings": told})
    else:
        put_findings(outcome.findings, language)
        if outcome.state is capture.State.TAKEN:
            console().print(f"filon affected {event}", markup=False, highlight=False)
    if outcome.state is capture.State.REFUSED:
        raise typer.Exit(RefusedError.exit_code)


def export(
    context: typer.Context,
    lot: Annotated[str, typer.Argument(help="Lot or serial number, or identifier.")],
    out: Annotated[Path, typer.Option(help="File to write: .jsonld, .xml (EPCIS 2.0) or .xlsx (the workbook).")],
    chain: Annotated[bool, typer.Option("--chain", help="Also the events of everything that can be in it.")] = False,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Write the events of a lot for somebody else, as EPCIS in JSON-LD or XML, or as the workbook."""
    with asked(context) as (pages, say):
        told = pages.events_file(lot, out.suffix.removeprefix("."), chain=chain, as_of=as_of)
    out.write_bytes(told.data)
    if as_json:
        put_json({"file": str(out), "events": told.events, "left": list(told.left)})
        return
    print(f"{out}: {say.number(told.events)} {_word(say, 'Events').lower()}")
    for one in told.left:
        console().print(f"  [yellow]?[/] {one}")


def _put(view: AffectedView, say: Tongue) -> None:
    out = console()
    for one in view.retracted:
        out.print("  ".join(filter(None, (one.event, one.declared[:10], one.by, one.reason))))
        for name in one.corrections:
            out.print(f"  → {name}" + ("  [yellow]?[/]" if name in one.missing else ""))
    element = say.name(view.element)
    lots = [
        (one.number, one.product, "●" if one.itself else "○", say.figure(one.made_before), say.figure(one.made),
         say.figure(one.left_before), say.figure(one.left))
        for one in view.lots[:LINES]
    ]  # fmt: skip
    heads = _words(say, "Lot", "Product", "Itself", "Made, before", "Made, now", "Left, before", "Left, now")
    out.print(grid(element, heads, lots, right=(3, 4, 5, 6)))
    if len(view.lots) > LINES:
        out.print(f"[dim]… {len(view.lots) - LINES} {_word(say, 'more')} (--json)[/]")
    if view.balances:
        rows = [
            (one.lot, one.site, say.name(one.element), say.figure(one.difference_before), say.figure(one.difference),
             _word(say, one.verdict_before), _word(say, one.verdict))
            for one in view.balances[:LINES]
        ]  # fmt: skip
        heads = _words(say, "Lot", "Site", "Element", "Lacks, before", "Lacks, now", "Verdict, before", "Verdict")
        out.print(grid("", heads, rows, right=(3, 4)))
    if view.statements:
        issued = [(str(one.entry), one.name, one.learned[:10], ", ".join(one.lots[:5])) for one in view.statements]
        out.print(grid("", _words(say, "Entry", "File", "Learned", "Lots"), issued))
    if view.receivers:
        told = [
            (one.name, ", ".join(one.sites), say.day(one.first), str(one.lots), say.figure(one.mass))
            for one in view.receivers
        ]
        out.print(grid("", _words(say, "To tell", "Site", "Shipped", "Lots", "Mass"), told, right=(3, 4)))


def _word(say: Tongue, english: str) -> str:
    return word(english, say.language)


def _words(say: Tongue, *english: str) -> tuple[str, ...]:
    return tuple(word(one, say.language) for one in english)
