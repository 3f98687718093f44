"""The suppliers' guide says what the table of columns says, and its commands and rules exist."""

import importlib.util
import re
from pathlib import Path

import pytest

from filon.core.finding import rules
from filon.exchange.workbook import check, read, template

ROOT = Path(__file__).resolve().parents[3]


def script():
    spec = importlib.util.spec_from_file_location("workbook_guide", ROOT / "scripts" / "workbook_guide.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_tables_are_those_of_the_columns(language):
    made = script()
    page = (ROOT / "docs" / made.NAMES[language]).read_text(encoding="utf-8")
    assert made.guide(language) in page
    assert made.filled(page, language) == page, "run python scripts/workbook_guide.py"


@pytest.mark.parametrize("name", ["workbook.md", "workbook.fr.md"])
def test_the_numbers_in_the_guide_are_those_of_the_code(name):
    from filon.exchange import sheets_child as child
    from filon.exchange.workbook import package

    page = (ROOT / "docs" / name).read_text(encoding="utf-8").replace("\u00a0", " ")
    codes = sorted(code for code in rules() if code.startswith("IMP-"))
    assert codes[0] in page
    assert codes[-1] in page
    for limit in (package.MAX_BYTES // 10**6, package.MAX_ENTRIES, package.MAX_INFLATED // 10**6, child.MAX_COLUMN):
        assert re.search(rf"\b{limit}\b", page)
    assert f"{child.MAX_ROW:,}".replace(",", " ") in page
    assert (child.MAX_INFLATED, package.MAX_INFLATED) == (200_000_000, 200_000_000)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_both_templates_are_clean(language):
    assert check(read(template(language, example=True), "t.xlsx")) == ()


def test_every_way_out_is_told_in_both_languages():
    for rule in rules().values():
        if rule.code.startswith("IMP-"):
            assert rule.text["fr"] != rule.text["en"]
            assert rule.way_out["fr"] != rule.way_out["en"]
            assert set(re.findall(r"{(\w+)}", rule.text["fr"])) == set(re.findall(r"{(\w+)}", rule.text["en"]))


def test_the_agreed_words_are_kept_to_the_letter():
    """Interface reference, section 11; `?` there means a warning."""
    agreed = {
        "IMP-02": ("Ce lot est déjà à la ligne {r}", "This lot is already on row {r}", "error"),
        "IMP-05": ("{w} kg seulement : tonnes ? Lire {w2} kg", "Only {w} kg: tonnes? Read {w2} kg", "warning"),
        "IMP-07": ("Teneur impossible pour {p} (max. {m} %)", "Assay impossible for {p} (max {m} %)", "warning"),
        "IMP-08": ("Pays ou site inconnu : {guess} ?", "Unknown country or site: {guess}?", "error"),
        "IMP-12": ("Consommé {d} kg de plus que disponible", "Used {d} kg more than available", "warning"),
        "IMP-14": ("Reçu {a}, expédié {b} kg", "Received {a}, shipped {b} kg", "warning"),
        "IMP-16": ("Colonne obligatoire absente : {c}", "Required column missing: {c}", "error"),
    }
    for code, (french, english, level) in agreed.items():
        rule = rules()[code]
        assert (rule.text["fr"], rule.text["en"], rule.level.value) == (french, english, level)
    warnings = {
        code for code in rules() if re.fullmatch(r"IMP-(0\d|1[0-6])", code) and rules()[code].level == "warning"
    }
    assert warnings == {"IMP-05", "IMP-07", "IMP-10", "IMP-12", "IMP-14", "IMP-15"}
