"""The command `factors`: which emission factors a file holds, and the same as a table to choose from and to name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from filon.cli.show import chosen, console, grid, put_json
from filon.core.errors import WrongCallError

if TYPE_CHECKING:
    from filon.exchange.lca.read import Read

Brightway = Annotated[str, typer.Option(help="Factors of a Brightway project: PROJECT/DATABASE.")]
Method = Annotated[str, typer.Option(help='Its method: "IPCC 2021|climate change|GWP 100a".')]

WORDS = {
    "en": {
        "heads": "Key|kg CO2e|Per|Place|Year|Licence|Confirmed|Source",
        "left out": "Left out: {why}",
        "yes": "yes",
        "no": "no",
    },
    "fr": {
        "heads": "Clé|kg CO2e|Par|Lieu|Année|Licence|Confirmé|Source",
        "left out": "Laissé de côté : {why}",
        "yes": "oui",
        "no": "non",
    },
}


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog="Example: filon factors database.zip --out ours.csv")(factors)


def factors(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="Factors: CSV, xlsx, ILCD zip or ecoSpold 2.", exists=True)
    ] = None,
    brightway: Brightway = "",
    method: Method = "",
    activity: Annotated[
        list[str] | None, typer.Option(help="Only this activity of it, by code or name; repeat it.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write them as CSV, a table of your own.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Say which emission factors a file holds, and from where each is; exit 1 where some could not be read."""
    from filon.exchange.factor_table import csv_of

    words = WORDS[chosen(context.obj.language)]
    rows, left_out = _of_file(file) if file and not brightway else _of_project(file, brightway, method, activity or ())
    if out:
        out.write_bytes(csv_of(rows))
    if as_json:
        put_json({"factors": rows, "leftOut": left_out})
    else:
        columns = ("key", "value", "per", "geography", "year", "licence", "confirmed", "source")
        shown = [[words.get(row.get(name, ""), row.get(name, "")) for name in columns] for row in rows]
        console().print(grid(brightway or Path(file or "").name, words["heads"].split("|"), shown, right=(1,)))
        for why in left_out:
            console().print(words["left out"].format(why=why), markup=False)
    if left_out:
        raise typer.Exit(1)


def _of_file(file: Path) -> Read:
    from filon.exchange.factor_table import read_factors
    from filon.exchange.lca.parts import is_lca
    from filon.exchange.lca.read import read_lca

    data = file.read_bytes()
    return read_lca(data, file.name) if is_lca(data) else (read_factors(data, file.name).rows, ())


def _of_project(file: Path | None, place: str, method: str, only: Sequence[str]) -> Read:
    from filon.exchange.lca.brightway import read_brightway

    if file or not place:
        raise WrongCallError("name a file, or a Brightway project by --brightway PROJECT/DATABASE and --method")
    return read_brightway(place, method, only)
