"""The command `recall`: everything that came of some lots, where it is, whom to tell, and what they came from."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from filon.cli.show import AsOf, Json, On, Out, chosen, console, grid, open_ledger, put_json
from filon.cli.words import word
from filon.views.say import Tongue, tongue

if TYPE_CHECKING:
    from filon.views.recall import Between, MirrorLine, RecallLine, RecallView

Since = Annotated[Any, typer.Option(parser=date.fromisoformat, metavar="DATE", help="Made on this day or after.")]
Until = Annotated[Any, typer.Option(parser=date.fromisoformat, metavar="DATE", help="Made on this day or before.")]

LINES = 40
"""So many lines of a table are printed; JSON and files have all."""


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog="Example: filon recall ATL-26-005 --element Co --out recall.xlsx")(recall)


def recall(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(help="Lots, pieces, or 'CEL-26-001 100-388' for some pieces of a batch.")
    ] = None,
    listed: Annotated[
        Path | None, typer.Option("--list", help="File with a name a line (- = standard input); as many as you like.")
    ] = None,
    supplier: Annotated[str, typer.Option(help="All that this company made: name or identifier.")] = "",
    site: Annotated[str, typer.Option(help="All that was made at this site: name or identifier.")] = "",
    since: Since = None,
    until: Until = None,
    paper: Annotated[str, typer.Option(help="Number of a certificate, assay, order or delivery note.")] = "",
    element: Annotated[str, typer.Option("--element", "-e", help="Of which kg are told: Co, Ni, .., mass.")] = "",
    used: Annotated[bool, typer.Option("--used", help="Also list lots that went on wholly into others.")] = False,
    out: Out = None,
    letters: Annotated[
        Path | None,
        typer.Option(help="Also write pages to print: what to hold, a letter to each company."),
    ] = None,
    on: On = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Find all that came of some lots: where it is, how much of them is in it, whom to tell; what they came from."""
    from filon.app.pages import Pages
    from filon.exchange.tables import poured
    from filon.views.recall import Asked
    from filon.views.rows import recall_rows

    if listed:
        lines = sys.stdin.read() if str(listed) == "-" else listed.read_text(encoding="utf-8-sig")
        names = [*(names or ()), *lines.splitlines()]
    asked = Asked(tuple(names or ()), supplier, site, since, until, paper, element)
    say = tongue(chosen(context.obj.language))
    with open_ledger(context) as ledger:
        view = Pages(ledger).recall(asked, as_of=as_of, on=on)
    if out:
        out.write_bytes(poured(recall_rows(view), out.suffix.removeprefix(".")))
    told = _letters(view, letters, say) if letters else []
    if as_json:
        put_json(view, say)
        return
    put_recall(view, say, used=used)
    for path in [*([out] if out else []), *told]:
        console().print(str(path))


def _letters(view: RecallView, folder: Path, say: Tongue) -> list[Path]:
    from filon.web.pages import render_letters

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, page in render_letters(view, say.language):
        (folder / name).write_bytes(page)
        paths.append(folder / name)
    return paths


def put_recall(view: RecallView, say: Tongue, *, used: bool = False) -> None:
    """Print a recall."""
    out = console()
    for sentence in view.sentences:
        out.print(say.tell(sentence))
    element = say.name(view.element)
    if view.receivers:
        rows = [
            (one.name, ", ".join(one.sites), _period(one.first, one.last, say), str(one.lots), say.figure(one.mass),
             *_between(one.held, say), ", ".join(one.notes[:3]) + (" …" if len(one.notes) > 3 else ""))  # noqa: PLR2004
            for one in view.receivers
        ]  # fmt: skip
        heads = _words(say, "To tell", "Site", "Shipped", "Lots", "Mass", "At least", "Likely", "At most", "Notes")
        out.print(grid(element, heads, rows, right=(3, 4, 5, 6, 7)))
    _put_lines(_word(say, "Where it is now"), view.there, say, element)
    if used:
        _put_lines(_word(say, "Gone on into others"), view.used, say, element)
    if view.behind:
        _put_behind(view.behind, say, element)
    for name in (*view.unknown, *view.several)[:10]:
        out.print(f"  [yellow]?[/] {name}")


def _put_behind(lines: Sequence[MirrorLine], say: Tongue, element: str) -> None:
    rows = [
        (one.number, one.product, say.name(one.stage), one.site.name, say.day(one.made), *_between(one.through, say))
        for one in lines[:LINES]
    ]
    named = _words(say, "Lot", "Product", "Stage", "Site", "Made", "At least", "Likely", "At most")
    console().print(grid(f"{_word(say, 'Came from')} ({element})", named, rows, right=(5, 6, 7)))
    _put_more(lines, say)


def _put_more(lines: Sequence[object], say: Tongue) -> None:
    if len(lines) > LINES:
        console().print(f"[dim]… {len(lines) - LINES} {_word(say, 'more')} (--json, --out)[/]")


def _put_lines(title: str, lines: Sequence[RecallLine], say: Tongue, element: str) -> None:
    if not lines:
        return
    rows = [
        (one.number, one.product, say.name(one.stage), word(one.state, say.language), one.site.name or one.site.key,
         one.holder, say.figure(one.mass), "" if one.pieces is None else say.number(one.pieces),
         *_between(one.held, say))
        for one in lines[:LINES]
    ]  # fmt: skip
    heads = _words(say, "Lot", "Product", "Stage", "State", "Site", "Held by", "Mass", "Pieces", "At least", "Likely",
                   "At most")  # fmt: skip
    console().print(grid(f"{title} ({element})", heads, rows, right=(6, 7, 8, 9, 10)))
    _put_more(lines, say)


def _between(held: Between, say: Tongue) -> tuple[str, str, str]:
    least, likely, most = (say.figure(one) if one.value != 0 else "–" for one in (held.least, held.likely, held.most))
    return least, likely, most


def _period(first: date, last: date, say: Tongue) -> str:
    return say.day(first) if first == last else f"{say.day(first)} – {say.day(last)}"


def _word(say: Tongue, english: str) -> str:
    return word(english, say.language)


def _words(say: Tongue, *english: str) -> tuple[str, ...]:
    return tuple(word(one, say.language) for one in english)
