"""The command of a battery's life: `deed`, from placing on the market to recycling."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from filon.cli.show import chosen, console, put_findings, put_json
from filon.core.errors import RefusedError

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog="Example: filon deed repurpose 000001 --into https://id.gs1.org/01/09521213000027/21/S-1")(deed)


def deed(
    context: typer.Context,
    kind: Annotated[
        str,
        typer.Argument(help="place, publish, suspend, archive, re-use, repurpose, remanufacture, waste or recycle."),
    ],
    batteries: Annotated[list[str], typer.Argument(help="Serial numbers or identifiers of the batteries.")],
    into: Annotated[
        list[str] | None, typer.Option(help="A new battery that they became; repeat it for several.")
    ] = None,
    operator: Annotated[str, typer.Option(help="Identifier of who answers for it from now on.")] = "",
    day: Annotated[str, typer.Option(help="Day on which it was done [today].")] = "",
    reason: Annotated[str, typer.Option(help="Why, in a few words.")] = "",
    as_json: Json = False,
) -> None:
    """Say what was done to batteries: published, placed on the market, second life, waste, recycled."""
    from filon.app import capture
    from filon.app.ledger import Ledger
    from filon.app.passport_data import deed_data
    from filon.app.passports import Passports

    with Ledger.open(context.obj.ledger) as ledger:
        passports = Passports(ledger)
        names = [one if "://" in one else passports.named(one) for one in batteries]
        now = datetime.now(UTC)
        body = deed_data(kind, names, day, now=now, into=into or (), operator=operator, reason=reason)
        file = capture.File(f"deed-{kind}.json", body)
        outcome = capture.take(
            ledger, file, now=lambda: now, submitter=context.obj.submitter, accept=capture.ALL_WARNINGS
        )
        lives = {name: passports.life(name) for name in names}
    language = chosen(context.obj.language)
    faults = (*outcome.findings, *(fault for one in lives.values() for fault in one.findings))
    if as_json:
        told = {name: {"state": one.state.value, "status": one.status} for name, one in lives.items()}
        put_json({"outcome": outcome.state.value, "entry": outcome.entry, "batteries": told,
                  "findings": [one.as_dict(language) for one in faults]})  # fmt: skip
    else:
        for name, one in lives.items():
            console().print(f"{name}  {one.state.value}  {one.status}", markup=False)
        put_findings(faults, language)
    if outcome.state is capture.State.REFUSED:
        raise typer.Exit(RefusedError.exit_code)
