"""Makes the tables of the suppliers' guide (docs/workbook.md and .fr.md) from the table of columns.

.venv/bin/python scripts/workbook_guide.py
"""

from __future__ import annotations

from pathlib import Path

from filon.core.finding import Language
from filon.exchange.workbook.columns import TITLES, WORD_LISTS, Column, sheet_columns, words

BEGIN, END = "<!-- made by scripts/workbook_guide.py -->", "<!-- end -->"
NAMES: dict[Language, str] = {"en": "workbook.md", "fr": "workbook.fr.md"}
HEADS: dict[Language, str] = {
    "en": "| column | key | | what to write | example | becomes in EPCIS |",
    "fr": "| colonne | clé | | à écrire | exemple | devient dans EPCIS |",
}
NEEDS = {"required": "●", "useful": "○", "optional": "", "extra": ""}
CHOICE: dict[Language, str] = {"en": "one of", "fr": "au choix"}


def guide(language: Language) -> str:
    """The tables of all sheets, one section a sheet."""
    return "\n".join(
        f"### {TITLES[sheet][language]}\n\n{HEADS[language]}\n|---|---|---|---|---|---|\n"
        + "\n".join(_line(one, language) for one in sheet_columns(sheet))
        + "\n"
        for sheet in TITLES
    )


def _line(one: Column, language: Language) -> str:
    told = one.help[language]
    if one.type in WORD_LISTS:
        choice = ", ".join(f"`{spoken[language]}`" for spoken in words(one.type).values())
        told = f"{told} ({CHOICE[language]}: {choice})"
    example = _example(one, language)
    cells = (one.heading[language], f"`{one.key}`", NEEDS[one.need], told, example, one.becomes)
    return f"| {' | '.join(cells)} |"


def _example(one: Column, language: Language) -> str:
    if one.type in WORD_LISTS and one.example:
        return words(one.type)[one.example][language]
    numeric = one.type in {"kg", "percent"}
    return one.example.replace(".", ",") if numeric and language == "fr" else one.example


def filled(page: str, language: Language) -> str:
    """The page with its tables made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{guide(language)}\n{END}{after}"


def main() -> None:
    """Write the tables into both pages."""
    for language, name in NAMES.items():
        path = Path(__file__).parent.parent / "docs" / name
        path.write_text(filled(path.read_text(encoding="utf-8"), language), encoding="utf-8")


if __name__ == "__main__":
    main()
