"""The command `factors`: which emission factors a file holds, and the same as a table to choose from and to name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from filon.cli.show import chosen, console, grid, put_json

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
    file: Annotated[Path, typer.Argument(help="Factors: CSV, xlsx, ILCD zip or ecoSpold 2.", exists=True)],
    out: Annotated[Path | None, typer.Option(help="Write them as CSV, a table of your own.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Say which emission factors a file holds, and from where each is; exit 1 where some could not be read."""
    from filon.exchange.factor_table import csv_of, read_factors
    from filon.exchange.lca.parts import is_lca
    from filon.exchange.lca.read import read_lca

    data, words = file.read_bytes(), WORDS[chosen(context.obj.language)]
    rows, left_out = read_lca(data, file.name) if is_lca(data) else (read_factors(data, file.name).rows, ())
    if out:
        out.write_bytes(csv_of(rows))
    if as_json:
        put_json({"factors": rows, "leftOut": left_out})
    else:
        columns = ("key", "value", "per", "geography", "year", "licence", "confirmed", "source")
        shown = [[words.get(row.get(name, ""), row.get(name, "")) for name in columns] for row in rows]
        console().print(grid(file.name, words["heads"].split("|"), shown, right=(1,)))
        for why in left_out:
            console().print(words["left out"].format(why=why), markup=False)
    if left_out:
        raise typer.Exit(1)
