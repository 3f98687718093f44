"""Commands of the log's keys: `key new`, `show`, `rotate`, `retire`; and where the signer's folder is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from filon.cli.show import open_ledger, put_json

if TYPE_CHECKING:
    from filon.app.signer import Signer

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
SignerFolder = Annotated[
    Path | None,
    typer.Option("--signer", envvar="FILON_SIGNER", help="Folder of the signer [beside the ledger: NAME-signer]."),
]

key = typer.Typer(no_args_is_help=True, help="Keys of the log: make, show, rotate, retire.")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    key.command("new", epilog="Example: filon key new log.example/atlas")(new)
    key.command("show", epilog="Example: filon key show > atlas-policy.txt")(show)
    key.command("rotate", epilog="Example: filon key rotate")(change_over)
    key.command("retire", epilog="Example: filon key retire")(end_rotation)
    app.add_typer(key, name="key", epilog="Example: filon key new log.example/atlas")


def new(
    context: typer.Context,
    origin: Annotated[str, typer.Argument(help="The log's name for ever: host and path, e.g. log.example/atlas.")],
    signer: SignerFolder = None,
    mldsa: Annotated[bool, typer.Option("--mldsa", help="An ML-DSA-44 signature beside the Ed25519 one.")] = False,
    as_json: Json = False,
) -> None:
    """Make the log's key and the signer's folder; prints the policy line for partners."""
    from filon.app.signer import create_signer

    _put_keys(create_signer(folder(context, signer), origin, mldsa=mldsa), as_json)


def show(context: typer.Context, signer: SignerFolder = None, as_json: Json = False) -> None:
    """Print the public keys as a policy file, for partners and auditors."""
    _put_keys(signer_of(context, signer), as_json)


def change_over(context: typer.Context, signer: SignerFolder = None, as_json: Json = False) -> None:
    """Announce a new key in the log; both sign until `filon key retire`."""
    from filon.app.signer import rotate

    with open_ledger(context) as ledger:
        rotate(signer_of(context, signer), ledger.store, now=datetime.now(UTC))
    _put_keys(signer_of(context, signer), as_json)


def end_rotation(context: typer.Context, signer: SignerFolder = None, as_json: Json = False) -> None:
    """End a rotation: the oldest key signs no more and its secret is removed."""
    from filon.app.signer import retire

    with open_ledger(context) as ledger:
        retire(signer_of(context, signer), ledger.store, now=datetime.now(UTC))
    _put_keys(signer_of(context, signer), as_json)


def _put_keys(signer: Signer, as_json: bool) -> None:
    from filon.log.key import Kind

    if as_json:
        put_json({"origin": signer.origin, "keys": [str(each) for each in signer.keys]})
        return
    for each in signer.keys:
        print(f"log {each}" if each.kind is Kind.ED25519 else f"witness {signer.origin}-pq {each}")
    print("quorum none")


def folder(context: typer.Context, signer: Path | None) -> Path:
    """The signer's folder: the one named, else the one beside the ledger."""
    return signer or beside(context, "signer")


def beside(context: typer.Context, what: str) -> Path:
    """A folder that belongs to the ledger: beside its file, or where the program runs for one on a server."""
    from filon.app.ledger import address_of

    ledger: Path = context.obj.ledger
    return Path(f"filon-{what}") if address_of(ledger) else ledger.with_name(f"{ledger.stem}-{what}")


def signer_of(context: typer.Context, signer: Path | None) -> Signer:
    """The signer whose folder that is."""
    from filon.app.signer import open_signer

    return open_signer(folder(context, signer))
