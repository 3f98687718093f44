"""Commands of the outside: `registry` (the Union's registry of passports) and `provider` (back-up of passports)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from filon.cli.evidence import evidence_of
from filon.cli.passport import SealerFolder, issuing_of
from filon.cli.show import chosen, console, grid, put_findings, put_json
from filon.cli.words import word
from filon.core.errors import OutsideError

if TYPE_CHECKING:
    from filon.app.registry import Outbox

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Names = Annotated[list[str] | None, typer.Argument(help="Serial numbers or identifiers of batteries [all].")]
BoxFolder = Annotated[
    Path | None, typer.Option("--outbox", help="Folder of the registry's outbox [beside the ledger: NAME-registry].")
]

registry = typer.Typer(no_args_is_help=True, help="The Union's registry: what it has, what waits, and the proofs.")
provider = typer.Typer(
    no_args_is_help=True, help="Back-up of passports: pack them, restore them elsewhere, serve them."
)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    registry.command("queue", epilog="Example: filon registry queue 000001 --backup https://id.safe.example/p")(queue)
    registry.command("send", epilog="Example: filon registry send --by-hand uploads/")(send)
    registry.command("list", epilog="Example: filon registry list --json")(listed)
    provider.command("pack", epilog="Example: filon provider pack --out passports.zip")(pack)
    provider.command("restore", epilog="Example: filon provider restore passports.zip kept/ --issuer did.json")(restore)
    provider.command("serve", epilog="Example: filon provider serve kept/ --port 8766")(serve)
    app.add_typer(registry, name="registry", epilog="Example: filon registry list")
    app.add_typer(provider, name="provider", epilog="Example: filon provider pack --out passports.zip")


def queue(
    context: typer.Context,
    names: Names = None,
    backup: Annotated[str, typer.Option(help="Identifier of the back-up provider.")] = "",
    commodity: Annotated[str, typer.Option(help="Combined nomenclature code, 8 digits.")] = "85076000",
    outbox: BoxFolder = None,
    sealer: SealerFolder = None,
    as_json: Json = False,
) -> None:
    """Queue passports for the registry; what it has already and has not changed stays."""
    from filon.app.registry import entry_of
    from filon.passport.point import Audience

    box, now = _box(context, outbox), datetime.now(UTC)
    with issuing_of(context, sealer) as issuing:
        wanted = [issuing.passports.named(one) for one in names] if names else issuing.passports.batteries()
        for name in wanted:
            whole = issuing.passports.passport(name, on=now.date())
            public = issuing.written(whole, "en18223", {Audience.PUBLIC}, now=now).data
            box.queue(entry_of(whole, issuing.host, public, commodity=commodity, backup=backup), now=now)
    _put_box(box, context, as_json=as_json)


def send(
    context: typer.Context,
    by_hand: Annotated[Path, typer.Option(file_okay=False, help="Folder for files to upload and answers saved.")],
    outbox: BoxFolder = None,
    as_json: Json = False,
) -> None:
    """Write what waits as files for the registry's page, or take its saved answers; exit 1 if it refused any."""
    from filon.app.registry import ByHand

    box = _box(context, outbox)
    faults = []
    try:
        faults = box.send(ByHand(by_hand), now=datetime.now(UTC))
    except OutsideError as waiting:
        console(stderr=True).print(waiting.detail, markup=False)
    _put_box(box, context, as_json=as_json)
    put_findings(faults, chosen(context.obj.language))
    if faults:
        raise typer.Exit(1)


def listed(context: typer.Context, outbox: BoxFolder = None, as_json: Json = False) -> None:
    """List every passport in the outbox, its state and registration."""
    _put_box(_box(context, outbox), context, as_json=as_json)


def pack(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="File to write.")],
    names: Names = None,
    sealer: SealerFolder = None,
    as_json: Json = False,
) -> None:
    """Pack passports for a back-up provider: every version, seals, pages, tombstones, signed."""
    from filon.app.holding import packed
    from filon.app.pages import Pages
    from filon.core.ident import elements
    from filon.web.pages import render_battery

    with issuing_of(context, sealer) as issuing:
        pages = Pages(issuing.passports.ledger)
        wanted = [issuing.passports.named(one) for one in names] if names else issuing.passports.batteries()

        def page(name: str, language: str) -> bytes:
            key = elements(name)
            view = pages.battery(key["01"], key["21"])
            return render_battery(view, chosen(language), standalone=True, host=issuing.host)

        kept = evidence_of(context)
        out.write_bytes(packed(issuing, wanted, now=datetime.now(UTC), pages=page, evidence=kept))
    told = {"file": str(out), "passports": len(wanted)}
    put_json(told) if as_json else console().print(f"{out}  {len(wanted)}")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The package.")],
    folder: Annotated[Path, typer.Argument(file_okay=False, help="Folder to restore into.")],
    issuer: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The maker's did.json.")] = None,
    as_json: Json = False,
) -> None:
    """Check a package of passports and restore it: wholly, or not at all."""
    from filon.app.holding import restored
    from filon.seal.jcs import read

    document = read(issuer.read_bytes()) if issuer else None
    holding = restored(file.read_bytes(), folder, now=datetime.now(UTC), document=document)
    told = {"folder": str(folder), "issuer": holding.manifest["issuer"], "passports": len(holding.manifest["shelf"])}
    put_json(told) if as_json else console().print(f"{told['issuer']}  {told['passports']}  {folder}", markup=False)
    del context


def serve(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A restored package.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 0,
    as_json: Json = False,
) -> None:
    """Serve passports of a maker that is gone, under the maker's own addresses."""
    import uvicorn

    from filon.app.holding import open_holding
    from filon.web.holding import create_holding_app

    settings = context.obj
    app = create_holding_app(open_holding(folder))
    place = (host or settings.host, port or settings.port)
    url = f"http://{place[0]}:{place[1]}/"
    put_json({"url": url}) if as_json else console().print(url)
    uvicorn.run(app, host=place[0], port=place[1], log_level="warning", server_header=False)


def _box(context: typer.Context, outbox: Path | None) -> Outbox:
    from filon.app.registry import Outbox

    return Outbox.open(outbox or outbox_folder(context.obj.ledger))


def outbox_folder(ledger: Path) -> Path:
    """Where the registry's outbox is if nobody says otherwise: beside the ledger."""
    return ledger.with_name(f"{ledger.stem}-registry")


def _put_box(box: Outbox, context: typer.Context, *, as_json: bool) -> None:
    rows = list(box.lines.values())
    if as_json:
        names = ("state", "registration", "fault", "at")
        told_json = [{name: getattr(one, name) for name in names} for one in rows]
        put_json(
            [
                {"identifier": one.entry.uniqueProductIdentifier} | told
                for one, told in zip(rows, told_json, strict=True)
            ]
        )
        return
    language = chosen(context.obj.language)
    columns = [word(one, language) for one in ("Battery", "State", "Registration", "Why")]
    told = [(one.entry.uniqueProductIdentifier, word(one.state, language), one.registration, one.fault) for one in rows]
    console().print(grid("", columns, told))
