"""Commands about footprints exchanged with partners: `pact issue`, `list`, `export`, `partner`, `fetch`, `ask`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from filon.cli.show import chosen, console, grid, put_json

if TYPE_CHECKING:
    from filon.app.desk.file import Desk
    from filon.app.ledger import Ledger
    from filon.app.pact.office import Office
    from filon.app.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Name = Annotated[str, typer.Argument(help="Name of the partner.")]

HEADS = {
    "en": {
        "issued": ("No.", "Id", "Product", "kg CO2e per unit", "Status"),
        "partners": ("Partner", "Address", "Client"),
        "letters": ("No.", "Way", "What", "With", "State"),
    },
    "fr": {
        "issued": ("N°", "Id", "Produit", "kg CO2e par unité", "État"),
        "partners": ("Partenaire", "Adresse", "Client"),
        "letters": ("N°", "Sens", "Quoi", "Avec", "État"),
    },
}
WORDS = {
    "en": {
        "open": "open", "taken": "{count} footprints taken", "known": "{count} known already",
        "refused": "{count} refused", "asked": "Asked: {id}", "kept": "{name} is kept: {base}",
    },
    "fr": {
        "open": "ouverte", "taken": "{count} empreintes prises", "known": "{count} déjà connues",
        "refused": "{count} refusées", "asked": "Demandé : {id}", "kept": "{name} est noté : {base}",
    },
}  # fmt: skip


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    pact = typer.Typer(no_args_is_help=True, help="Product footprints exchanged with partners (PACT 3).")
    pact.command(epilog="Example: filon pact issue 000001")(issue)
    pact.command("list", epilog="Example: filon pact list --json")(listed)
    pact.command(epilog="Example: filon pact deprecate 6f1d2a54-0c35-4c7e-9a55-0d6c3b1f7a01")(deprecate)
    pact.command(epilog="Example: filon pact export 6f1d2a54-0c35-4c7e-9a55-0d6c3b1f7a01 --out pcf.json")(export)
    pact.command(epilog="Example: filon pact partner atlas https://pcf.atlas.example client secret")(partner)
    pact.command(epilog="Example: filon pact partners")(partners)
    pact.command(epilog="Example: filon pact fetch atlas --product urn:gtin:04006381333931")(fetch)
    pact.command(epilog="Example: filon pact ask atlas --product urn:gtin:04006381333931")(ask)
    pact.command(epilog="Example: filon pact letters")(letters)
    app.add_typer(pact, name="pact")


def office_of(settings: Settings, ledger: Ledger, desk: Desk) -> Office:
    """The office of these settings."""
    from filon.app.pact.office import Company, Office

    company = Company(settings.company, settings.company_domain, settings.company_ids)
    return Office(ledger, desk, company, here=settings.base_url, hosts=settings.webhook_hosts)


class _Opened:
    """The office of the command line for a moment."""

    def __init__(self, context: typer.Context) -> None:
        from filon.app.desk.place import owners_desk
        from filon.app.ledger import Ledger

        self.ledger = Ledger.open(context.obj.ledger, create=False)
        self._desk = owners_desk(self.ledger.path)
        self.office = office_of(context.obj, self.ledger, self._desk.__enter__())

    def __enter__(self) -> Office:
        return self.office

    def __exit__(self, *_: object) -> None:
        self._desk.__exit__(None, None, None)
        self.ledger.store.close()


def issue(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Lot number, serial number or identifier.")],
    only: Annotated[str, typer.Option(help="Id of the only token that may see it; empty = every partner.")] = "",
    ruleset: Annotated[str, typer.Option(help="By whose rules.")] = "pact-3.0",
    as_json: Json = False,
) -> None:
    """Issue the footprint of a lot or pack; what was issued never changes, a new version names the old one."""
    with _Opened(context) as office:
        issued = office.issue(name, audience=only, ruleset=ruleset)
    if as_json:
        put_json(issued.body)
    else:
        _put([issued], context)


def listed(context: typer.Context, as_json: Json = False) -> None:
    """List what was issued."""
    from filon.exchange.pact.search import Wanted

    with _Opened(context) as office:
        found = list(office.shelf.find(Wanted.of({})))
    if as_json:
        put_json({"data": [one.body for one in found]})
    else:
        _put(found, context)


def _put(found: list[Any], context: typer.Context) -> None:
    rows = [
        (str(one.number), one.id, one.body["productNameCompany"], one.body["pcf"]["pcfExcludingBiogenicUptake"],
         one.body["status"])
        for one in found
    ]  # fmt: skip
    console().print(grid("", HEADS[chosen(context.obj.language)]["issued"], rows, right=(0, 3)))


def deprecate(
    context: typer.Context,
    footprint: Annotated[str, typer.Argument(help="Id of the footprint.")],
    as_json: Json = False,
) -> None:
    """Say that a footprint is not good any more; it stays to be seen."""
    with _Opened(context) as office:
        found = office.shelf.deprecate(footprint, now=datetime.now(UTC))
    if as_json:
        put_json(found.body)
    else:
        _put([found], context)


def export(
    context: typer.Context,
    footprint: Annotated[str, typer.Argument(help="Id of the footprint.")],
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("pcf.json"),
    as_json: Json = False,
) -> None:
    """Write an issued footprint as Catena-X wants it (io.catenax.pcf 9.0.0)."""
    from filon.exchange.catena_x import to_pcf, write

    with _Opened(context) as office:
        data = write(to_pcf(office.shelf.get(footprint).body))
    out.write_bytes(data)
    if as_json:
        put_json({"file": str(out), "bytes": len(data)})
    else:
        console().print(f"{out}  ({len(data)} B)")


def partner(
    context: typer.Context,
    name: Name,
    base: Annotated[str, typer.Argument(help="Address of the interface, without /3/.")],
    client: Annotated[str, typer.Argument(help="Client id that the partner gave us.")],
    secret: Annotated[str, typer.Argument(help="Its secret; - reads it from the keyboard.")],
    auth: Annotated[str, typer.Option(help="Address of the token service, if elsewhere.")] = "",
    as_json: Json = False,
) -> None:
    """Keep a partner whose interface we call."""
    from filon.app.pact.partners import Partner, add

    said = typer.prompt("secret", hide_input=True) if secret == "-" else secret  # noqa: S105 - the mark for asking
    with _Opened(context) as office:
        kept = add(office.desk, Partner(name, base, client, said, auth))
    if as_json:
        put_json({"name": kept.name, "base": kept.base, "client": kept.client})
    else:
        console().print(WORDS[chosen(context.obj.language)]["kept"].format(name=kept.name, base=kept.base))


def partners(context: typer.Context, as_json: Json = False) -> None:
    """List partners; their secrets are not shown."""
    from filon.app.pact import partners as kept

    with _Opened(context) as office:
        found = [(one.name, one.base, one.client) for one in kept.partners(office.desk)]
    if as_json:
        put_json([{"name": name, "base": base, "client": client} for name, base, client in found])
    else:
        console().print(grid("", HEADS[chosen(context.obj.language)]["partners"], found))


def fetch(
    context: typer.Context,
    name: Name,
    product: Annotated[list[str] | None, typer.Option(help="URN of a product; repeat it for several.")] = None,
    as_json: Json = False,
) -> None:
    """Fetch a partner's footprints into the log, as what they are: declared."""
    from filon.app.pact import partners as kept

    with _Opened(context) as office:
        caller = office.mail.calls(kept.named(office.desk, name))
        bodies = list(caller.footprints({"productId": product or []}))
        states = office.mail.keep(bodies, caller.partner.base)
    told = {state: states.count(state) for state in ("taken", "known", "refused")}
    if as_json:
        put_json(told)
    else:
        words = WORDS[chosen(context.obj.language)]
        console().print(", ".join(words[state].format(count=count) for state, count in told.items() if count))
    if told["refused"]:
        raise typer.Exit(1)


def ask(
    context: typer.Context,
    name: Name,
    product: Annotated[list[str], typer.Option(help="URN of a product; repeat it for several.")],
    comment: Annotated[str, typer.Option(help="A word to the partner.")] = "",
    as_json: Json = False,
) -> None:
    """Ask a partner for footprints; the answer comes as a letter to `filon serve`."""
    from filon.app.pact import partners as kept

    with _Opened(context) as office:
        asked = office.mail.ask(kept.named(office.desk, name), {"productId": product}, comment)
        office.mail.work()
    if as_json:
        put_json({"id": asked})
    else:
        console().print(WORDS[chosen(context.obj.language)]["asked"].format(id=asked))


def letters(context: typer.Context, as_json: Json = False) -> None:
    """List letters from and to partners, and what became of them."""
    with _Opened(context) as office:
        found = office.mail.posts()
    words = WORDS[chosen(context.obj.language)]
    rows = [
        (str(one.number), one.way, str(one.body["type"]).split(".")[-2], one.address,
         one.outcome or str(words["open"]))
        for one in found
    ]  # fmt: skip
    if as_json:
        names = ("number", "way", "what", "with", "state")
        put_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        console().print(grid("", HEADS[chosen(context.obj.language)]["letters"], rows, right=(0,)))
