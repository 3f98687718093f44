"""Write the docs that follow from the code: commands, rules, settings. `python scripts/pages.py` rewrites them.

A test compares the pages with what this script would write, so they cannot fall behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer

from filon.app.settings import SETTINGS
from filon.cli.main import app, assembled
from filon.core.finding import rules
from filon.core.tables import table
from filon.passport.dated import duties
from filon.passport.point import TABLES, Category, points
from filon.passport.value import types

DOCS = Path(__file__).resolve().parent.parent / "docs"


def commands() -> str:
    """docs/commands.md: every command with its arguments, options and an example."""
    out = [
        "# Commands",
        "",
        "Made by `scripts/pages.py` from the commands themselves. Every command has `--json` and `--help`;",
        "exit codes: 0 fine, 1 there are findings or something was refused, 2 wrong call.",
        "`filon --ledger FILE --lang fr COMMAND` chooses the ledger (else `FILON_LEDGER`, else `filon.db`)",
        "and the language.",
        "",
    ]
    for name, command in _commands(typer.main.get_command(assembled(app)), ""):
        out += [f"## filon {name}", "", command.help.strip() if command.help else "", ""]
        rows = [_parameter(one) for one in command.params if one.name != "help"]
        if rows:
            out += ["| argument or option | meaning | default |", "|---|---|---|", *rows, ""]
        if command.epilog:
            out += ["```", command.epilog.removeprefix("Example: ").strip(), "```", ""]
    return "\n".join(out)


def _commands(group: object, before: str) -> Iterator[tuple[str, object]]:
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield before + name, command


def _parameter(one: object) -> str:
    words = ", ".join(f"`{word}`" for word in one.opts) if one.param_type_name == "option" else f"`{one.name.upper()}`"
    default = "" if one.default in (None, "", False) or callable(one.default) else f"`{one.default}`"
    text = (getattr(one, "help", "") or "").replace("|", "\\|").replace("\n", " ")
    return f"| {words} | {text} | {default} |"


def rules_page() -> str:
    """docs/rules.md: every rule code in both languages."""
    out = [
        "# Rules / Règles",
        "",
        "Made by `scripts/pages.py` from the tables `core/tables/rules-*.csv`. An *error* refuses a deposit,",
        "a *warning* must be accepted by its code, a *note* is only shown.",
        "",
        "| code | level | clause | what is wrong | ce qui ne va pas | way out |",
        "|---|---|---|---|---|---|",
    ]
    for code, rule in sorted(rules().items()):
        cells = (code, rule.level.value, rule.clause, rule.text["en"], rule.text["fr"], rule.way_out["en"])
        out.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join([*out, ""])


_COLUMNS = ("no.", "code", "English", "français", "Annex XIII", "who reads", "level", "unit", "type", "EV", "LMT",
            "industrial", "from", "clause", "source")  # fmt: skip


def datapoints() -> str:
    """docs/datapoints.md: every data point, the shapes of values, from when duties apply."""
    version = table("datapoints", TABLES).version
    out = [
        "# Data points / Points de donnée",
        "",
        f"Made by `scripts/pages.py` from `passport/tables` (version {version}). `must`: mandatory; `if`: on a",
        "condition; `may`: at will; `later`: from the date below; `never`: not to be filled. Points without number are",
        "Filon's own.",
        "",
        "| " + " | ".join(_COLUMNS) + " |",
        "|" + "---|" * len(_COLUMNS),
    ]
    for one in points():
        needs = [one.need[each].value for each in (Category.EV, Category.LMT, Category.INDUSTRIAL)]
        kind = f"list of {one.type}" if one.many else one.type
        readers = ", ".join(sorted(one.audience)).replace("_", " ")
        cells = (str(one.number or ""), f"`{one.code}`", one.label["en"], one.label["fr"], one.annex, readers,
                 one.level.value, one.unit, kind, *needs, one.applies, one.clause, one.source)  # fmt: skip
        out.append("| " + " | ".join(cells) + " |")
    out += ["", "## Types / Types", "", "`*` = required.", "", "| type | members or words | English | français |",
            "|---|---|---|---|"]  # fmt: skip
    for one in types().values():
        members = " ".join(
            f"`{m.name}: {'list of ' if m.many else ''}{m.type}{'*' if m.required else ''}`" for m in one.members
        )
        told = members or ", ".join(one.words) or one.kind
        out.append(f"| `{one.name}` | {told} | {one.label['en']} | {one.label['fr']} |")
    out += ["", "## From when / À partir de quand", "", "The later of the date and so many months after the act.", "",
            "| rule | category | date | act | months | clause |", "|---|---|---|---|---|---|"]  # fmt: skip
    out += [
        f"| {one.rule} | {one.category.value} | {one.day} | {one.act} | {one.months or ''} | {one.clause} |"
        for one in duties().values()
    ]
    return "\n".join([*out, ""])


def settings_page() -> str:
    """docs/settings.md: every setting with its variable."""
    out = [
        "# Settings / Réglages",
        "",
        "Made by `scripts/pages.py` from `app/settings.py`.",
        "",
        "| setting | variable | default | English | français |",
        "|---|---|---|---|---|",
    ]
    out += [f"| {one.name} | `{one.variable}` | `{one.default}` | {one.en} | {one.fr} |" for one in SETTINGS]
    return "\n".join([*out, ""])


PAGES = {"datapoints.md": datapoints, "commands.md": commands, "rules.md": rules_page, "settings.md": settings_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        print(DOCS / name)
