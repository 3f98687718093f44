"""Commands about passports that leave the house: `passport`, `label`, `verify-passport`, `import-passport`, `seal`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from filon.cli.show import AsOf, chosen, console, open_ledger, put_findings, put_json
from filon.cli.words import word
from filon.core.errors import NotFoundError, WrongCallError
from filon.core.finding import Language

if TYPE_CHECKING:
    from filon.app.issuing import Issuing
    from filon.app.sealer import Sealer
    from filon.seal.check import Verdict

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
SealerFolder = Annotated[
    Path | None,
    typer.Option("--sealer", envvar="FILON_SEALER", help="Folder of the sealer [beside the ledger: NAME-sealer]."),
]
Battery = Annotated[str, typer.Argument(help="Serial number or identifier of a battery.")]

seal = typer.Typer(no_args_is_help=True, help="The key that seals passports: make, show, rotate; withdraw a passport.")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: filon passport 000001 --format untp --out passport.json")(passport)
    app.command(epilog="Example: filon label 000001 000002 --out labels.pdf")(label)
    app.command("verify-passport", epilog="Example: filon verify-passport passport.jwt --issuer did.json")(verify)
    app.command("import-passport", epilog="Example: filon import-passport theirs.json --out said.json")(take)
    seal.command("create", epilog="Example: filon seal create id.atlas.example 'Atlas Packs'")(create)
    seal.command("show", epilog="Example: filon seal show > did.json")(show)
    seal.command("rotate", epilog="Example: filon seal rotate")(rotate)
    seal.command("withdraw", epilog="Example: filon seal withdraw 'https://id.gs1.org/01/..#passport-1-vc'")(withdraw)
    app.add_typer(seal, name="seal", epilog="Example: filon seal create id.atlas.example 'Atlas Packs'")


def passport(
    context: typer.Context,
    name: Battery,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="en18223, en18223-full, jsonld, samm, idta, idta-aas, untp, untp-0.7, vc, vc-json, sd-jwt or pdf.",
        ),
    ] = "en18223",
    audience: Annotated[
        list[str] | None,
        typer.Option(help="Who may read it: public, legitimate_interest, authorities, partner or operator [public]."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File to write [standard output].")] = None,
    on: Annotated[str, typer.Option(help="Day that duties are told for [today].")] = "",
    sealer: SealerFolder = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Hand on a battery's passport in a partner's format; exit 1 if the format asks for what it does not say."""
    readers = _audiences(audience or ["public"])
    with issuing_of(context, sealer) as issuing:
        made = issuing.issued(
            issuing.passports.named(name, as_of), form, readers, now=datetime.now(UTC),
            language=chosen(context.obj.language), on=_day(on), as_of=as_of,
        )  # fmt: skip
    _hand_over(made.data, out, binary=made.media in {"application/pdf", "application/zip"})
    told = {"file": str(out) if out else "", "media": made.media, "bytes": len(made.data)}
    _report(told, made.findings, context, as_json=as_json and out is not None)
    if made.findings:
        raise typer.Exit(1)


def label(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(help="Serial numbers or identifiers of batteries.")],
    out: Annotated[Path, typer.Option(help="File to write: .pdf, or .svg and .png for a single code.")],
    size: Annotated[float, typer.Option(help="Side of the code, mm, white border included.")] = 20,
    sheet: Annotated[
        str, typer.Option(help="a4-24 (24 stickers a page) or single (one sticker of 62 x 29 mm).")
    ] = "a4-24",
    as_json: Json = False,
) -> None:
    """Print the codes of batteries; exit 1 if a code would be too small to be read."""
    from filon.app.labels import labels
    from filon.exchange.label import SHEETS, Print, code_of, pdf, png, svg

    how = Print(Decimal(str(size)))
    if sheet not in SHEETS or out.suffix not in {".pdf", ".svg", ".png"}:
        raise WrongCallError(f"the sheet is one of {', '.join(SHEETS)}; the file ends in .pdf, .svg or .png")
    if out.suffix != ".pdf" and len(names) != 1:
        raise WrongCallError("a picture holds one code; print several as .pdf")
    with issuing_of(context, None) as issuing:
        made, faults = labels(issuing.passports, names, issuing.host, how.side_mm)
    writer = {".svg": svg, ".png": png}.get(out.suffix)
    code = code_of(made[0].link)
    out.write_bytes(writer(code, how) if writer else pdf(made, SHEETS[sheet], side_mm=how.side_mm))
    told = {"file": str(out), "labels": [{"link": one.link, "serial": one.serial} for one in made]}
    _report(told, faults, context, as_json=as_json)
    if any(one.level == "error" for one in faults):
        raise typer.Exit(1)


def verify(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Token, SD-JWT or sealed JSON document.")],
    issuer: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="The issuer's did.json (repeat it for several)."),
    ] = None,
    status: Annotated[
        list[Path] | None, typer.Option(exists=True, dir_okay=False, help="A status list, as fetched from its address.")
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Policy file: whose log's signatures count.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a sealed passport offline: seal, issuer, time, withdrawal, the log's proof; exit 1 if anything is wrong."""
    from filon.app.checking import known_from
    from filon.seal.check import check

    known = known_from(
        [path.read_bytes() for path in issuer or ()],
        [path.read_text("utf-8", "replace") for path in status or ()],
        policy.read_bytes() if policy else None,
    )
    verdict = check(file.read_bytes(), known, now=datetime.now(UTC))
    _put_verdict(verdict, context, as_json=as_json)
    if not verdict.holds:
        raise typer.Exit(1)


def _put_verdict(verdict: Verdict, context: typer.Context, *, as_json: bool) -> None:
    language = chosen(context.obj.language)
    text = json.dumps(verdict.sealed.document if verdict.sealed else {})
    document = json.loads(text, parse_float=Decimal)  # as it stands, digit by digit
    if as_json:
        told = {"holds": verdict.holds, "findings": [one.as_dict(language) for one in verdict.findings]}
        put_json(told | {"document": document})
        return
    say = {"en": ("The seal holds.", "The seal does not hold."), "fr": ("Le sceau tient.", "Le sceau ne tient pas.")}
    console().print(f"[{'green' if verdict.holds else 'red'}]{say[language][not verdict.holds]}[/]")
    put_findings(verdict.findings, language)


def take(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A passport in any of the formats.")],
    battery: Annotated[str, typer.Option(help="Which battery it is about [as the file says].")] = "",
    out: Annotated[Path | None, typer.Option(help="File to write, for filon capture [standard output].")] = None,
    as_json: Json = False,
) -> None:
    """Turn another's passport into statements for the log; what cannot be taken is said, nothing is changed."""
    from filon.app.taking import as_text, statements, taken_file

    data = file.read_bytes()
    form, told = taken_file(data, name=file.name)
    if not told.told:
        put_findings(told.findings, chosen(context.obj.language))
        raise typer.Exit(1)
    document = statements(told, battery, data, at=datetime.now(UTC))
    _hand_over(as_text(document).encode(), out, binary=False)
    said = {"format": form, "points": sorted(told.told), "file": str(out) if out else ""}
    _report(said, told.findings, context, as_json=as_json and out is not None)


def create(
    context: typer.Context,
    host: Annotated[str, typer.Argument(help="Host where passports live, id.atlas.example.")],
    name: Annotated[str, typer.Argument(help="Name of the company.")],
    sealer: SealerFolder = None,
    as_json: Json = False,
) -> None:
    """Make the key that seals passports, and its folder."""
    from filon.app.sealer import create_sealer

    _put_sealer(create_sealer(_folder(context, sealer), host, name), as_json)


def show(context: typer.Context, sealer: SealerFolder = None, as_json: Json = False) -> None:
    """Print the DID document to publish at /.well-known/did.json; `filon serve` does it by itself."""
    from filon.app.sealer import open_sealer

    put_json(open_sealer(_folder(context, sealer)).document())
    del as_json


def rotate(context: typer.Context, sealer: SealerFolder = None, as_json: Json = False) -> None:
    """Make a new key; what the old one sealed stays good."""
    from filon.app.sealer import open_sealer, rotated

    _put_sealer(rotated(open_sealer(_folder(context, sealer))), as_json)


def withdraw(
    context: typer.Context,
    credential: Annotated[str, typer.Argument(help="The sealed passport's own id.")],
    sealer: SealerFolder = None,
    as_json: Json = False,
) -> None:
    """Withdraw a sealed passport for good."""
    from filon.app.sealer import open_sealer

    mine = open_sealer(_folder(context, sealer))
    mine.withdraw(credential, now=datetime.now(UTC))
    place = mine.issued[credential]
    if as_json:
        put_json({"withdrawn": credential, "list": mine.list_address(place.list), "index": place.index})
    else:
        console().print(f"{credential}  {mine.list_address(place.list)}#{place.index}")


def _put_sealer(sealer: Sealer, as_json: bool) -> None:
    if as_json:
        put_json({"did": sealer.did, "name": sealer.name, "keys": [key.id for key in sealer.published]})
    else:
        console().print(f"{sealer.did}  {sealer.name}  {sealer.published[-1].multikey}")


def _hand_over(data: bytes, out: Path | None, *, binary: bool) -> None:
    if out is not None:
        out.write_bytes(data)
    elif binary and sys.stdout.isatty():
        raise WrongCallError("this is no text; name a file with --out")
    else:
        sys.stdout.buffer.write(data)


def _report(told: dict[str, Any], faults: Any, context: typer.Context, *, as_json: bool) -> None:
    language: Language = chosen(context.obj.language)
    if as_json:
        put_json(told | {"findings": [one.as_dict(language) for one in faults]})
    elif faults:
        out = console(stderr=True)
        for one in faults:
            out.print(f"{one.code} {one.text(language)}", markup=False)
    elif told.get("file"):
        console(stderr=True).print(f"{told['file']}  {word('written', language)}", markup=False)


def _audiences(names: list[str]) -> frozenset[Any]:
    from filon.passport.point import Audience

    try:
        return frozenset(map(Audience, names))
    except ValueError as error:
        raise WrongCallError(f"an audience is one of {', '.join(Audience)}") from error


def _day(text: str) -> Any:
    from datetime import date

    if not text:
        return None
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise WrongCallError("a day is written 2027-02-18")
    return date.fromisoformat(text)


def _folder(context: typer.Context, sealer: Path | None) -> Path:
    ledger: Path = context.obj.ledger
    return sealer or ledger.with_name(f"{ledger.stem}-sealer")


@contextmanager
def issuing_of(context: typer.Context, sealer: Path | None) -> Iterator[Issuing]:
    """What hands passports on, with the sealer if there is one."""
    from filon.app.issuing import Issuing
    from filon.app.passports import Passports

    with open_ledger(context) as ledger:
        yield Issuing(Passports(ledger), context.obj.base_url, sealer_of(context, sealer))


def sealer_of(context: typer.Context, folder: Path | None) -> Sealer | None:
    """The sealer beside the ledger, if there is one; one that was named must be there."""
    from filon.app.sealer import open_sealer

    try:
        return open_sealer(_folder(context, folder))
    except NotFoundError:
        if folder is not None:
            raise
        return None
