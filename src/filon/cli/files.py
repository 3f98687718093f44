"""Commands about files: `template`, `check`, `capture`, `export`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress as Bar

from filon.app.settings import Settings
from filon.cli.show import chosen, console, progress_bar, put_findings, put_json
from filon.core.errors import RefusedError, WrongCallError
from filon.core.finding import Language

if TYPE_CHECKING:
    from filon.app.capture import Outcome

Files = Annotated[list[Path], typer.Argument(help="Files or folders: xlsx, csv, zip of csv, EPCIS JSON or XML.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: filon template --lang fr supplier.xlsx")(template)
    app.command(epilog="Example: filon check november.xlsx --mark november-marked.xlsx")(check)
    app.command(epilog="Example: filon capture november.xlsx --accept IMP-14 --submitter 'Atlas'")(capture)


def template(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="File to write: .xlsx, or .zip for CSV sheets.")] = Path("filon.xlsx"),
    lang: Annotated[str, typer.Option(help="Language of headings and help: en or fr.")] = "",
    example: Annotated[bool, typer.Option(help="With example rows.")] = False,
    passport: Annotated[
        str, typer.Option(help="The sheet of passport data instead: ev, lmt, industrial, industrial-external.")
    ] = "",
    model: Annotated[str, typer.Option(help="GTIN of the model, filled into that sheet.")] = "",
    battery: Annotated[bool, typer.Option(help="What is measured on a battery, not what holds of its model.")] = False,
    custody: Annotated[bool, typer.Option(help="The custody sheet instead: certificates, claims, statements.")] = False,
    as_json: Json = False,
) -> None:
    """Write the workbook that suppliers fill in, empty or as an example; or the sheet of passport data or custody."""
    from filon.exchange import workbook

    language = chosen(lang or context.obj.language)
    if passport:
        data = _passport_sheet(passport, language, model, file.suffix, battery=battery)
    elif custody:
        data = _custody_sheet(language, file.suffix, example=example)
    elif file.suffix == ".zip":
        data = workbook.template_zip(language, example=example)
    elif file.suffix == ".xlsx":
        data = workbook.template(language, example=example)
    else:
        raise WrongCallError("the template is written as .xlsx, or as .zip of CSV sheets")
    try:
        with file.open("xb") as out:
            out.write(data)
    except FileExistsError:
        raise WrongCallError(f"{file} is there already and stays as it is; give another name") from None
    if as_json:
        put_json({"file": str(file), "language": language, "bytes": len(data)})
    else:
        console().print(f"{file}  ({len(data) / 1000:.0f} kB, {language})")


def _custody_sheet(language: Language, suffix: str, *, example: bool) -> bytes:
    from filon.exchange import custody

    if suffix not in {".csv", ".xlsx"}:
        raise WrongCallError("the custody sheet is written as .xlsx or .csv")
    return custody.template(language, example=example, csv=suffix == ".csv")


def _passport_sheet(category: str, language: Language, model: str, suffix: str, *, battery: bool) -> bytes:
    from filon.exchange import points
    from filon.passport.point import Category

    if category not in set(Category):
        raise WrongCallError(f"there is no category {category!r}; choose of {', '.join(Category)}")
    if suffix not in {".xlsx", ".csv"}:
        raise WrongCallError("the sheet of passport data is written as .xlsx or .csv")
    return points.template(Category(category), language, model=model, battery=battery, sheet=suffix == ".xlsx")


def check(
    context: typer.Context,
    files: Files,
    mark: Annotated[Path | None, typer.Option(help="Write the workbook back here, cells marked and commented.")] = None,
    lang: Annotated[str, typer.Option(help="Language of the findings: en or fr.")] = "",
    as_json: Json = False,
) -> None:
    """Say all that is wrong with files, without taking anything."""
    from filon.app import capture as deed
    from filon.app.ledger import MEMORY, Ledger, address_of
    from filon.exchange import workbook

    settings: Settings = context.obj
    language = chosen(lang or settings.language)
    there = settings.ledger.exists() or address_of(settings.ledger) is not None
    place: Path | str = settings.ledger if there else MEMORY  # a check leaves nothing behind
    with Ledger.open(place) as ledger, progress_bar(quiet=as_json) as bar:
        handed_in = deed.read_files(files, limit_mb=settings.max_file_mb)
        outcomes = deed.check(ledger, handed_in, today=datetime.now(UTC).date(), progress=_shown(bar))
    if mark is not None:
        if len(handed_in) != 1:
            raise WrongCallError("--mark writes back one workbook at a time")
        if mark.exists() and mark.samefile(files[0]):
            raise WrongCallError("--mark writes a copy; give it another name than the file's own")
        mark.write_bytes(workbook.mark(handed_in[0].data, outcomes[0].findings, language, name=handed_in[0].name))
    _put(outcomes, language, as_json=as_json)
    if mark is not None and not as_json:
        console().print(f"{'Copie marquée :' if language == 'fr' else 'Marked copy:'} {mark}")
    if any(one.refusable for one in outcomes):
        raise typer.Exit(1)


def capture(
    context: typer.Context,
    files: Files,
    accept: Annotated[
        list[str] | None, typer.Option(help="Code of a warning that you accept (repeat it), or 'all'.")
    ] = None,
    submitter: Annotated[str, typer.Option(help="Who hands the files in; kept in the log entry.")] = "",
    lang: Annotated[str, typer.Option(help="Language of the findings: en or fr.")] = "",
    as_json: Json = False,
) -> None:
    """Take files into the ledger, each wholly or not at all; the same file twice changes nothing."""
    from filon.app import capture as deed
    from filon.app.ledger import Ledger

    settings: Settings = context.obj
    language = chosen(lang or settings.language)
    codes = {code.strip().upper() for option in accept or () for code in option.split(",")}
    accepted = deed.ALL_WARNINGS if "ALL" in codes else frozenset(codes)
    handed_in = deed.read_files(files, limit_mb=settings.max_file_mb)
    with Ledger.open(settings.ledger) as ledger, progress_bar(quiet=as_json) as bar:
        outcomes = deed.capture(
            ledger,
            handed_in,
            now=lambda: datetime.now(UTC),
            submitter=submitter or settings.submitter,
            accept=accepted,
            progress=_shown(bar),
        )
    _put(outcomes, language, as_json=as_json)
    refused = [one for one in outcomes if one.state is deed.State.REFUSED]
    if refused:
        left = sorted({f.code for one in refused for f in one.findings if f.level == "warning"})
        errors = sum(one.errors for one in refused)
        refusal = WORDS[language]["refusal"].format(refused=len(refused), all=len(outcomes))
        way = WORDS[language]["way"].format(codes=" --accept ".join(left)) if left and not errors else ""
        print(refusal + way, file=sys.stderr)
        raise typer.Exit(RefusedError.exit_code)


def _shown(bar: Bar) -> Any:
    task = bar.add_task("", total=None)

    def progress(what: str, done: int, total: int) -> None:
        bar.update(task, description=what, completed=done, total=total)

    return progress


def _put(outcomes: Sequence[Outcome], language: str, *, as_json: bool) -> None:
    if as_json:
        put_json([_as_dict(one, language) for one in outcomes])
        return
    out = console()
    words = WORDS[chosen(language)]
    for one in outcomes:
        counts = words["counts"].format(events=one.events, new=one.new_events, errors=one.errors, warns=one.warnings)
        entry = f" · {words['entry']} {one.entry}" if one.entry is not None else ""
        out.print(f"[bold]{one.name}[/]  {words[one.state.value]}{entry} · {counts}")
        put_findings(one.findings, chosen(language), limit=20)


def _as_dict(one: Outcome, language: str) -> dict[str, Any]:
    return {
        "file": one.name,
        "state": one.state.value,
        "media_type": one.media_type,
        "entry": one.entry,
        "rows": one.rows,
        "events": one.events,
        "new_events": one.new_events,
        "errors": one.errors,
        "warnings": one.warnings,
        "findings": [finding.as_dict(chosen(language)) for finding in one.findings],
    }


WORDS = {
    "en": {
        "taken": "[green]taken[/]",
        "known": "known already, nothing changed",
        "refused": "[red]refused, nothing taken[/]",
        "checked": "checked, nothing taken",
        "entry": "log entry",
        "refusal": "Refused, and nothing of them taken: {refused} of {all}",
        "way": "; to take warnings as they are: --accept {codes}",
        "counts": "{events} events, {new} new · {errors} errors, {warns} warnings",
    },
    "fr": {
        "taken": "[green]pris[/]",
        "known": "déjà connu, rien ne change",
        "refused": "[red]refusé, rien n'est pris[/]",
        "checked": "vérifié, rien n'est pris",
        "entry": "inscription",
        "refusal": "Refusés, et rien n'en est pris : {refused} sur {all}",
        "way": " ; pour accepter les avertissements tels quels : --accept {codes}",
        "counts": "{events} événements, {new} nouveaux · {errors} erreurs, {warns} avertissements",
    },
}
