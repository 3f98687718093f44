"""The docs say what the code does: commands, rules, settings and words are compared with it."""

import importlib
import importlib.util
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import filon
from filon.core.finding import Level, rules

ROOT = Path(__file__).resolve().parents[2]


def script():
    spec = importlib.util.spec_from_file_location("pages_script", ROOT / "scripts" / "pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["commands.md", "rules.md", "settings.md", "datapoints.md"])
def test_the_page_is_what_the_code_says(name):
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == script().PAGES[name](), f"run python scripts/pages.py and look at docs/{name}"


def test_every_command_has_an_example_and_json():
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    sections = page.split("\n## ")[1:]
    assert len(sections) >= 15
    for section in sections:
        assert "```\nfilon" in section, section.splitlines()[0]
        assert "`--json`" in section, section.splitlines()[0]


def test_every_rule_speaks_both_languages_and_shows_a_way_out():
    for code, rule in rules().items():
        assert re.fullmatch(r"[A-Z]{3}-\d{2,3}", code)
        for language in ("en", "fr"):
            assert rule.text[language].strip(), code
            assert rule.way_out[language].strip() or rule.level is Level.NOTE, code
        gaps = [sorted(re.findall(r"\{(\w+)", rule.text[language])) for language in ("en", "fr")]
        assert gaps[0] == gaps[1], f"{code}: the languages fill different gaps"


def public_types():
    for package in ("core", "epcis", "log", "seal", "books", "accounts", "views"):
        root = importlib.import_module(f"filon.{package}")
        for info in pkgutil.walk_packages(root.__path__, root.__name__ + "."):
            module = importlib.import_module(info.name)
            for name, value in vars(module).items():
                if inspect.isclass(value) and value.__module__ == info.name and not name.startswith("_"):
                    yield package, name


def test_every_public_type_is_a_word_of_the_glossary():
    words = (ROOT / "docs" / "words.md").read_text(encoding="utf-8")
    missing = sorted({f"{package}: {name}" for package, name in public_types() if f"`{name}`" not in words})
    assert not missing


def test_every_link_between_pages_leads_somewhere():
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_package_says_its_version():
    assert re.fullmatch(r"\d+\.\d+\.\d+", filon.__version__)
