"""How the terminal shows things: tables, findings, trees; everything also as JSON."""

from __future__ import annotations

import json
import locale
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.errors import MarkupError
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from filon.core.errors import WrongCallError
from filon.core.finding import Finding, Language, Level
from filon.core.moment import known
from filon.views.as_json import as_json
from filon.views.say import LANGUAGES, Tongue, tongue

if TYPE_CHECKING:
    from filon.app.ledger import Ledger
    from filon.app.pages import Pages

View = TypeVar("View")

AsOf = Annotated[
    Any, typer.Option("--as-of", parser=known, metavar="DATE", help="As known on a date, or with so many log entries.")
]
"""How far knowledge goes: a date, a moment or a number of log entries; None = all."""

On = Annotated[
    Any, typer.Option("--on", parser=date.fromisoformat, metavar="DATE", help="As things stood at the end of that day.")
]
"""A day of happening; None = now."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Out = Annotated[Path | None, typer.Option(help="Also write the tables: a file .xlsx, .csv, .zip, .parquet, .arrow.")]

LEVEL_STYLE = {Level.ERROR: "bold red", Level.WARNING: "yellow", Level.NOTE: "dim"}


def chosen(language: str) -> Language:
    """The language asked for, else the system's, else English.

    Raises:
        WrongCallError: one was asked for that is neither English nor French.
    """
    asked = (language or os.environ.get("FILON_LANGUAGE", "")).lower()
    if asked and asked[:2] not in LANGUAGES:
        raise WrongCallError(f"no {asked!r} yet: the languages are {' and '.join(LANGUAGES)}")
    return "fr" if (asked or (locale.getlocale()[0] or "").lower()).startswith("fr") else "en"


_FOREIGN = re.compile(r"(?<!\\)\[(?!(?:/|bold|dim|red|bold red|green|yellow)\])")
"""A bracket that opens none of our own marks: part of somebody's lot number or file name."""

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What moves the cursor, colours the terminal or turns the reading direction."""


class Terminal(Console):
    """A console on which partners' words are only words: their brackets, escapes and emoji codes do nothing."""

    def render_str(self, text: str, **options: Any) -> Text:
        """The text with our own marks drawn and everything else as it is written."""
        seen = _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text)
        try:
            return super().render_str(_FOREIGN.sub(r"\[", seen), **options)
        except MarkupError:  # a name holds one of our marks; drop all of them rather than what is told
            return super().render_str(seen, **{**options, "markup": False})


def console(*, stderr: bool = False) -> Console:
    """The terminal; wide enough for tables where the output goes to a file."""
    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
        stream.reconfigure(errors="replace")  # a terminal without our letters shows ? for them and tells the rest
    width = None if sys.stdout.isatty() else 140
    return Terminal(stderr=stderr, width=width, highlight=False, soft_wrap=False, emoji=False)


def progress_bar(*, quiet: bool) -> Progress:
    """How far long work is, on the error output of a terminal; nothing where nobody looks."""
    return Progress(console=console(stderr=True), transient=True, disable=quiet or not sys.stderr.isatty())


def put_json(value: Any, speech: Tongue | None = None) -> None:
    """Print a view (or plain values) as JSON on standard output."""
    escaped = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"  # JSON loses no letter in any encoding
    print(json.dumps(as_json(value, speech), ensure_ascii=escaped, indent=2))


def grid(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = ()) -> Table:
    """A table; the columns numbered in `right` hold figures."""
    drawn = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    for index, column in enumerate(columns):
        drawn.add_column(column, justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*row)
    return drawn


def put_findings(findings: Iterable[Finding], language: Language, *, limit: int = 50) -> None:
    """Print findings: where, what is wrong, expected and found, the way out; the rest is counted."""
    listed = list(findings)
    out = console()
    measured = tongue(language).measured
    for one in listed[:limit]:
        style = LEVEL_STYLE[one.level]
        out.print(f"[{style}]{one.code}[/] {_plain(one.place.text(language))}", markup=True)
        out.print(f"    {_plain(measured(one.text(language)))}")
        words = {"en": ("expected", "found", "way out"), "fr": ("attendu", "trouvé", "solution")}[language]
        told = [
            (words[0], measured(one.expected)),
            (words[1], _said(one, measured)),
            (words[2], measured(one.way_out(language))),
        ]
        colon = " : " if language == "fr" else ": "
        out.print("    [dim]" + " · ".join(f"{name}{colon}{_plain(value)}" for name, value in told if value) + "[/]")
    if len(listed) > limit:
        more = len(listed) - limit
        out.print(f"… {more} more (--json shows all)" if language == "en" else f"… {more} de plus (--json les montre)")


def _said(one: Finding, measured: Callable[[str], str]) -> str:
    """What was found: in a cell as it was typed, in the books as this language writes it."""
    return one.found if one.place.sheet else measured(one.found)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


def speech(language: str) -> Tongue:
    """The tongue for a `--lang` option."""
    return tongue(chosen(language))


@contextmanager
def open_ledger(context: typer.Context) -> Iterator[Ledger]:
    """The ledger that a command is about, which must be there."""
    from filon.app.ledger import Ledger

    with Ledger.open(context.obj.ledger, create=False) as ledger:
        yield ledger


@contextmanager
def asked(context: typer.Context, lang: str = "") -> Iterator[tuple[Pages, Tongue]]:
    """The pages of the ledger that the call names, and the language to tell them in."""
    from filon.app.pages import Pages

    with open_ledger(context) as ledger:
        yield Pages(ledger), tongue(chosen(lang or context.obj.language))


def put(view: View, say: Tongue, shown: Callable[[View, Tongue], None], *, as_json: bool) -> None:
    """A view as JSON, or as people read it."""
    if as_json:
        put_json(view, say)
    else:
        shown(view, say)
