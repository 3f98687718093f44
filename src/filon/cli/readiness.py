"""Commands about passports: `readiness` of models on a day, `history` of one passport, `transfer` of responsibility."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from filon.cli.show import AsOf, chosen, console, grid, open_ledger, put_findings, put_json
from filon.cli.words import word
from filon.core.errors import WrongCallError
from filon.core.ident import elements
from filon.passport.point import LATEST
from filon.views.say import Tongue, tongue

if TYPE_CHECKING:
    from filon.app.pages import Pages
    from filon.views.passport import BoardView, ReadinessView

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: filon readiness 000001 --on 2027-02-18")(readiness)
    app.command(epilog="Example: filon history 000001")(history)
    app.command(
        epilog="Example: filon transfer 000001 --from https://id.gs1.org/417/9521213000003 "
        "--to https://id.gs1.org/417/9521299000007 --day 2027-03-05 --key ours.key --out deed.json"
    )(transfer)


def readiness(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Model or battery: GTIN, product name, serial number; empty = all.")] = "",
    on: Annotated[str, typer.Option(help="Day that duties are told for [today].")] = "",
    ruleset: Annotated[str, typer.Option(help="guidance-1.0 or guidance-2.0.")] = LATEST,
    every: Annotated[bool, typer.Option("--all", help="Also what is fulfilled, and what is not asked for.")] = False,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Say which data points of a passport are there, missing, open or not yet required; exit 1 if any is missing."""
    day = _day(on)
    with _asked(context) as (pages, say):
        if not name:
            board = pages.board(on=day, ruleset=ruleset, as_of=as_of)
            put_json(board, say) if as_json else _put_board(board, say)
            missing = sum(one.count for line in board.models for one in line.counts if one.duty.key == "missing")
        else:
            view = pages.readiness(name, on=day, ruleset=ruleset, as_of=as_of)
            put_json(view, say) if as_json else _put_readiness(view, say, every=every)
            missing = view.missing
    if missing:
        raise typer.Exit(1)


def history(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Serial number or identifier of a battery.")],
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """List every version of a battery's passport: the log entry that made it and what it brought."""
    from filon.passport.point import Audience

    with _asked(context) as (pages, say):
        keys = elements(pages.passports.named(name, as_of))
        if not {"01", "21"} <= keys.keys():
            raise WrongCallError(f"{name!r} is no battery with a GTIN and serial number")
        view = pages.history(keys["01"], keys["21"], audiences={Audience.OPERATOR}, as_of=as_of)
        if as_json:
            put_json(view, say)
            return
        rows = [
            (str(one.version), f"#{one.entry}", say.moment(one.learned), one.file,
             ", ".join(say.name(each) for each in (*one.deeds, *one.points)), str(one.events or ""))
            for one in view.versions
        ]  # fmt: skip
        heads = [word(text, say.language) for text in ("Version", "Entry", "Learned", "File", "Brought", "Events")]
        console().print(grid(view.link, heads, rows, right=(0, 5)))


@contextmanager
def _asked(context: typer.Context) -> Iterator[tuple[Pages, Tongue]]:
    from datetime import UTC, datetime

    from filon.app.pages import Pages

    with open_ledger(context) as ledger:
        yield Pages(ledger, lambda: datetime.now(UTC).date()), tongue(chosen(context.obj.language))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise WrongCallError(f"{text!r} is no day; write it as 2027-02-18") from error


def _put_board(view: BoardView, say: Tongue) -> None:
    duties = [one.duty for one in view.models[0].counts] if view.models else []
    heads = [word(text, say.language) for text in ("Product", "Batteries", "State")] + [say.name(one) for one in duties]
    rows = [
        (one.name or one.key, str(one.batteries), say.name(one.state), *(str(each.count) for each in one.counts))
        for one in view.models
    ]
    console().print(grid(say.day(view.on), heads, rows, right=tuple(range(3, 3 + len(duties)))))


def _put_readiness(view: ReadinessView, say: Tongue, *, every: bool) -> None:
    out = console()
    out.print(f"[bold]{view.name}[/] {view.battery}  {say.day(view.on)}  {say.name(view.passport.state)}")
    out.print(" · ".join(f"{say.name(one.duty)} {one.count}" for one in view.counts))
    shown = [one for one in view.passport.points if every or one.duty.key in {"missing", "condition open"}]
    rows = [
        (str(one.number or ""), say.name(one.point), say.name(one.duty) if one.duty.key else "",
         say.day(one.due) if one.due else "", say.clause(one.clause),
         "" if one.value is None else say.name(one.standing))
        for one in shown
    ]  # fmt: skip
    heads = [word(text, say.language) for text in ("No.", "Data point", "Verdict", "From", "Clause", "Standing")]
    out.print(grid("", heads, rows, right=(0,)))
    put_findings(view.passport.findings, say.language)


def transfer(
    context: typer.Context,
    battery: Annotated[str, typer.Argument(help="Serial number or identifier of a battery.")],
    giver: Annotated[str, typer.Option("--from", help="Identifier of the party that answers for it now.")],
    taker: Annotated[str, typer.Option("--to", help="Identifier of the party that will.")],
    day: Annotated[str, typer.Option(help="Day of the transfer.")],
    cause: Annotated[str, typer.Option(help="Why, in a word: sale, takeover.")] = "",
    key: Annotated[Path | None, typer.Option(help="File of your secret key: your signature is added.")] = None,
    signed: Annotated[
        Path | None, typer.Option(help="What the other side's `filon transfer` wrote: its signature is added.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the deed here, for the other side or for capture.")] = None,
    as_json: Json = False,
) -> None:
    """Make the deed that hands a battery's responsibility over; it counts once both sides have signed it."""
    from filon.app.handover import deed_of, with_signature

    with _asked(context) as (pages, _):
        identifier = pages.passports.named(battery)
    made = deed_of(identifier, giver, taker, _needed(day), cause)
    if signed is not None:
        made = with_signature(made, other=signed.read_bytes())
    if key is not None:
        made = with_signature(made, secret=key.read_text(encoding="ascii"))
    if out is not None:
        out.write_bytes(made.data)
    if as_json or out is None:
        print(made.data.decode())
    else:
        console().print(f"{out}: {len(made.signatures)}/2")


def _needed(text: str) -> date:
    made = _day(text)
    if made is None:
        raise WrongCallError("a transfer needs its --day")
    return made
