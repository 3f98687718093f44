"""Commands about the documents behind statements: `evidence add`, `list`, `get`, `check`, `erase`."""

from __future__ import annotations

import mimetypes
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from filon.cli.show import chosen, console, grid, put_json
from filon.cli.words import word
from filon.core.errors import NotFoundError

if TYPE_CHECKING:
    from filon.app.evidence import Evidence, Exhibit

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--evidence", envvar="FILON_EVIDENCE", help="Folder of the documents [beside the ledger: NAME-evidence]."
    ),
]
Digest = Annotated[str, typer.Argument(help="SHA-256 of a document.")]

group = typer.Typer(no_args_is_help=True, help="The documents behind statements: hand in, fetch, check, erase.")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    group.command(epilog="Example: filon evidence add type-test.pdf")(add)
    group.command("list", epilog="Example: filon evidence list --json")(listed)
    group.command(epilog="Example: filon evidence get 9f86d081884c7d65.. --out type-test.pdf")(get)
    group.command(epilog="Example: filon evidence check")(check)
    group.command(epilog="Example: filon evidence erase 9f86d081884c7d65.. --reason 'request of 3 May'")(erase)
    app.add_typer(group, name="evidence", epilog="Example: filon evidence add type-test.pdf")


def add(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Documents to keep.")],
    evidence: Folder = None,
    as_json: Json = False,
) -> None:
    """Keep documents under their SHA-256, to be named in statements; the same one twice is kept once."""
    kept = evidence_of(context, evidence)
    by, now = context.obj.submitter, datetime.now(UTC)
    made = [kept.keep(one.read_bytes(), _media(one), one.name, by=by, now=now) for one in files]
    _put(made, context, as_json=as_json)


def listed(context: typer.Context, evidence: Folder = None, as_json: Json = False) -> None:
    """List all documents that ever were handed in, erased ones too."""
    _put(list(evidence_of(context, evidence).listed()), context, as_json=as_json)


def get(
    context: typer.Context,
    digest: Digest,
    out: Annotated[Path, typer.Option(help="File to write.")],
    evidence: Folder = None,
    as_json: Json = False,
) -> None:
    """Fetch a document; what is no longer as it was handed in is refused."""
    kept = evidence_of(context, evidence)
    out.write_bytes(kept.data(_whole(kept, digest)))
    told = {"file": str(out), "sha256": _whole(kept, digest)}
    put_json(told) if as_json else console().print(f"{out}  {told['sha256']}", markup=False)


def check(context: typer.Context, evidence: Folder = None, as_json: Json = False) -> None:
    """Read every document again; exit 1 if one is missing or changed."""
    wrong = evidence_of(context, evidence).damaged()
    _put(wrong, context, as_json=as_json)
    if wrong:
        raise typer.Exit(1)


def erase(
    context: typer.Context,
    digest: Digest,
    reason: Annotated[str, typer.Option(help="Why, for ever readable; nothing of the document itself.")],
    evidence: Folder = None,
    as_json: Json = False,
) -> None:
    """Erase a document's bytes; that it was there, and why it went, stays."""
    kept = evidence_of(context, evidence)
    gone = kept.erase(_whole(kept, digest), reason=reason, by=context.obj.submitter, now=datetime.now(UTC))
    _put([gone], context, as_json=as_json)


def evidence_of(context: typer.Context, folder: Path | None = None) -> Evidence:
    """The documents beside the ledger."""
    from filon.app.evidence import Evidence

    ledger: Path = context.obj.ledger
    return Evidence(folder or ledger.with_name(f"{ledger.stem}-evidence"))


def _whole(kept: Evidence, digest: str) -> str:
    """The SHA-256 that begins so.

    Raises:
        NotFoundError: none, or several.
    """
    start = digest.lower().rstrip(".")
    alike = [one.sha256 for one in kept.listed() if start and one.sha256.startswith(start)]
    if len(alike) != 1:
        raise NotFoundError(f"{len(alike)} documents begin with {start!r}")
    return alike[0]


def _put(rows: list[Exhibit], context: typer.Context, *, as_json: bool) -> None:
    if as_json:
        put_json([asdict(one) for one in rows])
        return
    language = chosen(context.obj.language)
    heads = [word(one, language) for one in ("SHA-256", "Document", "Bytes", "Handed in", "State")]
    told = [
        (one.sha256, one.name, str(one.size), f"{one.at} {one.by}".strip(), f"{one.erased} {one.reason}".strip())
        for one in rows
    ]
    console().print(grid("", heads, told, right=(2,)))


def _media(path: Path) -> str:
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"
