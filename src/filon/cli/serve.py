"""Commands that draw pages: `serve` and `page`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from filon.cli.show import chosen, console, open_ledger, put_json
from filon.core.errors import NotFoundError
from filon.core.ident import elements


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: filon --ledger demo/filon.db serve --port 8765")(serve)
    app.command(epilog="Example: filon page 000001 --out pack.html --lang fr")(page)


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 0,
    witness: Annotated[
        Path | None, typer.Option(envvar="FILON_WITNESS", file_okay=False, help="Folder of the witness that we are.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the address as JSON, then serve.")] = False,
) -> None:
    """Show the ledger in a browser; answer partners below /epcis (with tokens), /checkpoint, /tile and /witness."""
    import uvicorn

    from filon.app.access import door_of
    from filon.app.ahead import Ahead
    from filon.app.desk.repository import Bounds, Repository
    from filon.app.issuing import Issuing
    from filon.app.ledger import Ledger
    from filon.app.pages import Pages
    from filon.app.passport_data import PassportData
    from filon.app.passport_writing import PassportWriting
    from filon.app.public_log import PublicLog
    from filon.app.witness import open_witness
    from filon.cli.evidence import evidence_of
    from filon.cli.pact import office_of
    from filon.cli.passport import sealer_of
    from filon.cli.provider import outbox_folder
    from filon.web.app import create_app

    settings = context.obj
    place = (host or settings.host, port or settings.port)
    with Ledger.open(settings.ledger, create=False) as ledger:
        secure = bool(settings.tls_cert)
        url = f"{'https' if secure else 'http'}://{place[0]}:{place[1]}/"
        if as_json:
            put_json({"url": url, "ledger": str(settings.ledger)})
        else:
            console().print(f"{url}   (Ctrl+C ends it)")
        requests = settings.requests_per_minute
        bounds = Bounds(settings.capture_mb * 1024 * 1024, settings.capture_events, requests=requests)
        repository = Repository(ledger, bounds=bounds, hosts=settings.webhook_hosts)
        repository.start()
        office = office_of(settings, ledger, repository.desk) if settings.company else None
        if office:
            office.start()
        ahead: Ahead | None = None
        tls = {"ssl_certfile": settings.tls_cert, "ssl_keyfile": settings.tls_key or None} if secure else {}
        try:
            pages = Pages(ledger, lambda: datetime.now(UTC).date())
            ahead = Ahead(pages)
            ahead.start()
            data = PassportData(ledger, repository.desk)
            shelf = Issuing(pages.passports, settings.base_url, sealer_of(context, None))
            app = create_app(
                pages,
                shelf=shelf,
                host=settings.base_url,
                repository=repository,
                office=office,
                points=data,
                evidence=evidence_of(context),
                writing=PassportWriting(data, shelf, outbox_folder(settings.ledger)),
                door=door_of(repository.desk, settings),
                names={"localhost", place[0].lower(), urlsplit(settings.base_url).hostname or "localhost"},
                log=PublicLog(ledger.store),
                witness=open_witness(witness) if witness else None,
            )
            uvicorn.run(app, host=place[0], port=place[1], log_level="warning", server_header=False, **tls)
        finally:
            if ahead:
                ahead.close()
            if office:
                office.close()
            repository.close()


def page(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Serial number or identifier of a battery.")],
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("battery.html"),
    lang: Annotated[str, typer.Option(help="Language: en or fr.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write the public page of a battery as one file that needs no server."""
    from filon.app.pages import Pages
    from filon.web.pages import render_battery

    language = chosen(lang or context.obj.language)
    with open_ledger(context) as ledger:
        pages = Pages(ledger)
        keys = elements(ledger.lot(name))
        if not {"01", "21"} <= keys.keys():
            raise NotFoundError(f"{name} is a lot, not a battery; only what has a serial number has a public page")
        view = pages.battery(keys["01"], keys["21"])
        data = render_battery(view, language, standalone=True, host=context.obj.base_url)
    out.write_bytes(data)
    if as_json:
        put_json({"file": str(out), "bytes": len(data), "language": language})
    else:
        console().print(f"{out}  ({len(data) / 1000:.1f} kB)")
