"""Bring the French catalogues in step with the sources: `python scripts/catalogue.py`, then fill in what is empty.

One is of the pages (`filon/views` and `filon/web`), one of the command line's help; what is no longer said is dropped.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

import typer
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from filon.cli.french import sentences
from filon.cli.main import app, assembled
from filon.views.say import typeset

SOURCES = Path(__file__).resolve().parent.parent / "src" / "filon"
FRENCH = SOURCES / "views" / "locale" / "fr" / "LC_MESSAGES" / "filon.po"
HELP = SOURCES / "cli" / "locale" / "fr" / "LC_MESSAGES" / "help.po"
METHODS = [("views/**.py", "python"), ("web/**.py", "python"), ("web/templates/**.html", "jinja2")]
KEYWORDS = {
    "_": None,
    "N_": None,
    "NN_": (1, 2),
    "PN_": ((1, "c"), 2),
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}

HEADER = """\
# French of Filon. Quotation marks « », curved apostrophes, no-break spaces before : ; ! ? and %.
msgid ""
msgstr ""
"Language: fr\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def messages() -> Catalog:
    """Everything that can be said, in source order."""
    template = Catalog(project="Filon", charset="utf-8")
    options = {"web/templates/**.html": {"extensions": "jinja2.ext.i18n", "silent": "false", "trim_blocks": "true"}}
    for name, _, message, _, context in extract_from_dir(str(SOURCES), METHODS, options, keywords=KEYWORDS):
        template.add(message, locations=[(name, 0)] if name else [], context=context)
    return template


def helps() -> Catalog:
    """Every text of every command's help, in the order of the commands."""
    template = Catalog(project="Filon", charset="utf-8")
    for text in sentences(typer.main.get_command(assembled(app))):
        template.add(text)
    return template


def merged(path: Path, template: Catalog) -> list[str]:
    """Bring one catalogue in step; the messages that are still to be put into French."""
    old = read_po(BytesIO(path.read_bytes()), locale="fr") if path.exists() else Catalog(locale="fr", project="Filon")
    old.update(template, no_fuzzy_matching=True)
    old.obsolete.clear()
    for one in old:
        told = one.string or ""
        one.string = tuple(map(typeset, told)) if isinstance(told, tuple) else typeset(told)
    out = BytesIO()
    write_po(out, old, width=120, include_lineno=False, omit_header=True)
    path.write_bytes(HEADER.encode() + out.getvalue().strip() + b"\n")
    empty = [one for one in old if one.id and not (all(one.string) if isinstance(one.string, tuple) else one.string)]
    print(f"{path.name}: {len(old)} messages, {len(empty)} without French")
    return [str(one.id) for one in empty]


def main() -> int:
    """Merge, write, and tell how many are still to be put into French."""
    empty = [*merged(FRENCH, messages()), *merged(HELP, helps())]
    return bool(empty)


if __name__ == "__main__":
    sys.exit(main())
