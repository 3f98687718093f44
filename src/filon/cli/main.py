"""The `filon` command: one list of commands, one place where errors become exit codes."""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from filon import __version__
from filon.app.settings import Settings
from filon.core.errors import FilonError, WrongCallError

LAZY = (100_000, 50, 50)
"""The collector looks for cycles less often: books are millions of small objects and hold none (40 % of posting)."""

app = typer.Typer(
    name="filon",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Follow battery metal from the mine to the pack, and prove it. Start with [bold]filon demo[/bold].",
    epilog="Exit codes: 0 fine, 1 findings, 2 wrong call. Every command has --json.",
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"filon {__version__}")
        raise typer.Exit


@app.callback()
def start(
    context: typer.Context,
    ledger: Annotated[Path | None, typer.Option(help="File or postgresql:// address [FILON_LEDGER, filon.db].")] = None,
    lang: Annotated[str, typer.Option(help="Language of what is printed: en or fr.")] = "",
    version: Annotated[  # noqa: ARG001 - typer calls it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version and stop.")
    ] = False,
) -> None:
    """Choose the ledger and the language."""
    settings = Settings.of(os.environ)
    context.obj = replace(settings, ledger=ledger or settings.ledger, language=lang or settings.language)


def assembled(root: typer.Typer) -> typer.Typer:
    """The command with all its groups; a second call adds nothing."""
    from filon.cli import (
        access,
        ask,
        bench,
        carbon,
        custody,
        deed,
        demo,
        events,
        evidence,
        factors,
        files,
        key,
        log,
        pact,
        passport,
        provider,
        readiness,
        recall,
        serve,
        token,
        witness,
    )

    if not root.registered_commands:
        for panel, groups in (
            ("Begin", (demo, files, serve)),
            ("Ask the books", (ask, recall, custody, events)),
            ("Carbon", (carbon, factors, pact)),
            ("Passports", (readiness, deed, passport, evidence, provider)),
            ("The log and its proofs", (log, key, witness)),
            ("Who may see what", (access, token)),
            ("Measure", (bench,)),
        ):
            _add(root, panel, groups)
    return root


def _add(root: typer.Typer, panel: str, groups: tuple[ModuleType, ...]) -> None:
    before = len(root.registered_commands), len(root.registered_groups)
    for group in groups:
        group.add_to(root)
    for command in root.registered_commands[before[0] :]:
        command.rich_help_panel = panel
    for below in root.registered_groups[before[1] :]:
        below.rich_help_panel = panel


def run() -> None:
    """Run the command line; a `FilonError` becomes one line on stderr and its exit code."""
    from filon.cli.french import called, spoken
    from filon.cli.show import chosen

    gc.set_threshold(*LAZY)
    try:
        french = chosen(spoken(sys.argv)) == "fr"
        sys.exit(called(typer.main.get_command(assembled(app)), french=french))
    except FilonError as error:
        from filon.views.details import detail, title

        spoken_in = chosen(spoken(sys.argv))
        colon = " : " if spoken_in == "fr" else ": "
        print(f"{title(error, spoken_in)}{colon}{detail(error.detail, spoken_in)}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:
        print(f"{WrongCallError.title}: {error.filename or 'output'}: {error.strerror}", file=sys.stderr)
        sys.exit(WrongCallError.exit_code)
