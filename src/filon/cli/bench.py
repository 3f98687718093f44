"""The command `bench`: what the engine does on this machine, beside what its memory allows."""

from __future__ import annotations

from typing import Annotated

import typer

from filon.cli.show import chosen, console, grid, put_json
from filon.views.say import tongue

HEADS = {"en": ("What", "Figure", "Of memory's speed"), "fr": ("Quoi", "Valeur", "De la vitesse de la mémoire")}
WORDS = {
    "en": {
        "bandwidth": "copying memory",
        "classes": "lots that hold the same mixture, as one",
        "quotient": "finding them among all lots",
        "all lots": "what all lots hold, by 200 origins",
        "correction": "a refined lot corrected, all that came of it made new",
        "pack back": "all that one pack came from",
        "pack shares": "the same with shares",
        "mine forward": "all that came of one mine",
        "title": "{engine}: a plant of {links} links between {lots} lots",
        "slow": "Without filon[kernel] everything is the same, and slower: pip install 'filon[kernel]'",
    },
    "fr": {
        "bandwidth": "copie de mémoire",
        "classes": "lots de même mélange, comptés pour un",
        "quotient": "les trouver parmi tous les lots",
        "all lots": "ce que contiennent tous les lots, par 200 origines",
        "correction": "un lot raffiné rectifié, tout ce qui en vient refait",
        "pack back": "tout ce dont vient un pack",
        "pack shares": "de même, avec les parts",
        "mine forward": "tout ce qui vient d’une mine",
        "title": "{engine} : une usine de {links} liens entre {lots} lots",
        "slow": "Sans filon[kernel], tout est pareil, mais plus lent : pip install 'filon[kernel]'",
    },
}


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog="Example: filon bench --links 10000000")(bench)


def bench(
    context: typer.Context,
    links: Annotated[int, typer.Option(min=100_000, max=100_000_000, help="Flow links of the made-up plant.")] = 10**6,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Measure the engine on this machine, beside the speed of its memory."""
    from filon.app.bench import measured

    say = tongue(chosen(context.obj.language))
    view = measured(links)
    if as_json:
        put_json(view, say)
        return
    words = WORDS[chosen(context.obj.language)]
    rows = [(words["bandwidth"], f"{say.number(view.bandwidth)} GB/s", "")]
    for line in view.lines:
        figure = say.number(line.value) if line.unit == "1" else f"{say.number(line.value)} {line.unit}"
        rows.append((words[line.code], figure, "" if line.bound is None else say.percent(100 * line.bound, 0)))
    title = words["title"].format(engine=view.engine, links=say.number(view.links), lots=say.number(view.lots))
    console().print(grid(title, HEADS[chosen(context.obj.language)], rows, right=(1, 2)))
    if not view.engine.startswith("numba"):
        console(stderr=True).print(words["slow"], markup=False)
