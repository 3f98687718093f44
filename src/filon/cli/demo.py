"""Commands that make things up: `simulate` (supplier files) and `demo` (the whole way)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer
from rich.panel import Panel

from filon.cli.ask import put_agreement
from filon.cli.carbon_shown import put_carbon
from filon.cli.show import chosen, console, grid, progress_bar, put_json
from filon.views.figure import Named
from filon.views.say import Tongue, tongue

if TYPE_CHECKING:
    from filon.views.battery import BatteryView
    from filon.views.demo import DemoView

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: filon simulate files --seed 7")(simulate)
    app.command(epilog="Example: filon demo demo --lang fr")(demo)


def simulate(
    context: typer.Context,  # noqa: ARG001 - every command has it
    folder: Annotated[Path, typer.Argument(help="Folder to write the supplier files into.")] = Path("files"),
    seed: Annotated[int, typer.Option(help="The same seed writes the same files.")] = 1,
    scale: Annotated[int, typer.Option(min=1, help="So many times as much of everything.")] = 1,
    as_json: Json = False,
) -> None:
    """Write the founding chain's supplier files as they would arrive: workbooks, CSV, EPCIS, energy sheets."""
    from filon.exchange.simulator.energy import simulate_energy
    from filon.exchange.simulator.files import simulate as write_files
    from filon.exchange.simulator.promises import baseline

    paths = [*write_files(folder, seed, scale), *simulate_energy(folder, seed, scale)]
    (folder / "baseline.json").write_bytes(baseline())
    if as_json:
        put_json([str(path) for path in paths])
        return
    for path in paths:
        console().print(f"{path.name:44} {path.stat().st_size / 1000:8.1f} kB")


def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Folder for the files, the ledger and the page.")] = Path("demo"),
    seed: Annotated[int, typer.Option(help="Seed of the simulation.")] = 1,
    lang: Annotated[str, typer.Option(help="Language: en or fr.")] = "",
    as_json: Json = False,
) -> None:
    """Follow cobalt from suppliers' files to a battery: simulate, capture, verify, and tell of one pack."""
    from filon.app.demo import run
    from filon.web.pages import render_battery

    settings = context.obj

    def render(view: BatteryView, language: str) -> bytes:
        spoken = cast("Literal['en', 'fr']", language)
        return render_battery(view, spoken, standalone=True, host=settings.base_url)

    say = tongue(chosen(lang or settings.language))
    with progress_bar(quiet=as_json) as bar:
        task = bar.add_task("", total=None)

        def progress(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        view = run(folder, seed, now=lambda: datetime.now(UTC), render=render, progress=progress)
    if as_json:
        put_json(view, say)
    else:
        _put(view, say, folder)


def _put(view: DemoView, say: Tongue, folder: Path) -> None:
    out, words = console(), WORDS[say.language]
    warned = sum(1 for one in view.deposits if one.warnings)
    out.print(words["taken"].format(files=len(view.deposits), events=view.events, lots=view.lots, packs=view.packs,
                                    warned=warned))  # fmt: skip
    out.print()
    out.print(Panel(f"[bold]{view.battery.model} · {view.battery.serial}[/]\n{say.tell(view.battery.verdict)}",
                    expand=False, border_style="green"))  # fmt: skip
    _put_metals(view, say)
    cobalt = say.name(Named("element", "Co"))
    out.print(words["mine"].format(share=say.figure(view.share), metal=cobalt, mine=view.mine.name))
    for sentence in (reason for metal in view.metals for reason in metal.reasons):
        out.print(f"  [yellow]?[/] {say.tell(sentence)}")
    out.print()
    _put_chain(view, say)
    for finding in view.alarms:
        out.print(f"  [yellow]![/] {finding.code}  {say.measured(finding.text(say.language))}")
    out.print()
    put_agreement(view.agreement, say)
    out.print()
    put_carbon(view.carbon, say, limit=6)
    out.print()
    out.print(words["proof"].format(entries=view.verified, root=view.root))
    out.print(words["page"].format(page=view.page, ledger=view.ledger, seconds=say.number(view.seconds)))
    out.print(words["next"].format(ledger=view.ledger, folder=folder, serial=view.battery.serial))


def _put_metals(view: DemoView, say: Tongue) -> None:
    rows = []
    for metal in view.metals:
        name = say.name(Named("element", metal.element))
        for index, share in enumerate(metal.origins):
            origin = share.origin.name or say.name(Named("origin", share.origin.kind.value))
            country = say.name(Named("country", share.origin.country)) if share.origin.country else ""
            first = index == 0
            rows.append((f"[bold]{name}[/]" if first else "", say.figure(metal.mass) if first else "", origin, country,
                         say.figure(share.mass), say.figure(share.share)))  # fmt: skip
        if not metal.origins:
            rows.append((f"[bold]{name}[/]", say.figure(metal.mass), "", "", "", ""))
    console().print(grid("", WORDS_OF_TABLE[say.language], rows, right=(1, 4, 5)))


def _put_chain(view: DemoView, say: Tongue) -> None:
    rows = [
        (say.name(Named("element", line.element)), say.figure(line.taken), say.figure(line.closing),
         say.figure(line.waste), say.figure(line.loss), say.figure(line.unaccounted),
         "± " + say.mass(2 * line.unaccounted.uncertainty) if line.unaccounted.uncertainty else "")
        for line in view.balance
    ]  # fmt: skip
    words = WORDS_OF_BALANCE[say.language]
    console().print(grid(WORDS[say.language]["balance"], words, rows, right=(1, 2, 3, 4, 5, 6)))


WORDS = {
    "en": {
        "taken": "{files} files taken ({warned} with warnings, accepted by name): {events} events, {lots} lots, "
        "{packs} packs.",
        "mine": "{share} of its {metal} comes from {mine}, the mine of the agreement.",
        "balance": "Does the chain add up? What came in = what is there + waste + loss + unaccounted",
        "proof": "Log verified from the stored bytes: {entries} entries, root hash {root}",
        "page": "Passport page: {page} · ledger: {ledger} · {seconds} s",
        "next": "Next: filon --ledger {ledger} why {serial} -e Co    filon --ledger {ledger} serve    "
        "ls {folder}/files",
    },
    "fr": {
        "taken": "{files} fichiers pris (dont {warned} avec avertissements, acceptés nommément) : {events} événements, "
        "{lots} lots, {packs} packs.",
        "mine": "{share} de son {metal} vient de {mine}, la mine du contrat.",
        "balance": "La chaîne tombe-t-elle juste ? Entré = présent + déchets + pertes + inexpliqué",
        "proof": "Journal vérifié depuis les octets conservés : {entries} inscriptions, empreinte racine {root}",
        "page": "Page du passeport : {page} · registre : {ledger} · {seconds} s",
        "next": "Ensuite : filon --ledger {ledger} why {serial} -e Co    filon --ledger {ledger} serve    "
        "ls {folder}/files",
    },
}
WORDS_OF_TABLE = {
    "en": ("Metal", "In the pack", "Origin", "Country", "Mass", "Share"),
    "fr": ("Métal", "Dans le pack", "Origine", "Pays", "Masse", "Part"),
}
WORDS_OF_BALANCE = {
    "en": ("Element", "Came in", "Is there", "Waste", "Loss", "Unaccounted", "2σ"),
    "fr": ("Élément", "Entré", "Présent", "Déchets", "Pertes", "Inexpliqué", "2σ"),
}
