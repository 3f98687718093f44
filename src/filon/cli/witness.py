"""Commands of a witness: `witness new`, `witness watch`, `witness show`; `filon serve --witness` answers the logs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from filon.cli.show import console, put_json

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Folder = Annotated[
    Path, typer.Option("--folder", envvar="FILON_WITNESS", file_okay=False, help="Folder of the witness.")
]
HERE = Path("witness")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    witness = typer.Typer(no_args_is_help=True, help="Being a witness: cosign partners' logs, so that none can fork.")
    witness.command(epilog="Example: filon witness new carmaker.example/w1")(new)
    witness.command(epilog="Example: filon witness watch atlas-policy.txt")(watch)
    witness.command(epilog="Example: filon witness show")(show)
    app.add_typer(witness, name="witness", epilog="Example: filon witness new carmaker.example/w1")


def new(
    name: Annotated[str, typer.Argument(help="The witness's name for ever: host and path.")],
    folder: Folder = HERE,
    mldsa: Annotated[bool, typer.Option("--mldsa", help="An ML-DSA-44 cosignature beside the Ed25519 one.")] = False,
    as_json: Json = False,
) -> None:
    """Make a witness; prints the lines that logs put into their policies."""
    from filon.app.witness import create_witness

    create_witness(folder, name, mldsa=mldsa)
    _put(folder, as_json)


def watch(
    policy: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Policy file with the log's keys.")],
    folder: Folder = HERE,
    as_json: Json = False,
) -> None:
    """Watch the logs that a policy names (their `filon key show`)."""
    from filon.app.witness import open_witness
    from filon.log.policy import parse_policy

    open_witness(folder).watch(parse_policy(policy.read_bytes()).logs)
    _put(folder, as_json)


def show(folder: Folder = HERE, as_json: Json = False) -> None:
    """Print the witness's keys and the logs that it watches, with the size last cosigned."""
    _put(folder, as_json)


def _put(folder: Path, as_json: bool) -> None:
    from filon.app.witness import open_witness

    witness = open_witness(folder)
    watched = {origin: witness.seen(origin).size for origin in witness.logs()}
    if as_json:
        put_json({"keys": [str(key) for key in witness.keys], "logs": watched})
        return
    for key in witness.keys:
        print(f"witness {key.name.replace('/', '-')}-{key.kind.name.split('_')[0].lower()} {key}")
    for origin, size in watched.items():
        console().print(f"{origin}: {size}", markup=False)
