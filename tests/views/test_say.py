from __future__ import annotations

import re
import string
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from filon.core.finding import rules
from filon.views.figure import Figure, Named, Sentence, Standing, kg, percent
from filon.views.say import LANGUAGES, decimals, tongue
from filon.views.sentences import SENTENCES

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import catalogue as script

EN, FR = tongue("en"), tongue("fr")
N, NB = "\u202f", "\u00a0"


def test_numbers_of_the_interface_reference():
    # Reference, section 12: `24 150,5` (U+202F), `9,5 %`, `21 nov. 2026`.
    assert FR.number(Decimal("24150.5")) == f"24{N}150,5"
    assert FR.percent(Decimal("9.5")) == f"9,5{N}%"
    assert FR.day(date(2026, 11, 21)) == "21 nov. 2026"
    assert (EN.number(Decimal("24150.5")), EN.day(date(2026, 11, 21))) == ("24,150.5", "21 Nov 2026")
    assert FR.moment(datetime(2026, 11, 21, 14, 3, tzinfo=UTC)) == "21 nov. 2026, 14:03 UTC"
    assert (FR.period("2026-09"), EN.period("2026-09"), FR.period("x")) == ("sept. 2026", "Sept 2026", "x")


def test_whole_and_nothing_are_said_only_of_the_whole_and_nothing():
    assert EN.percent(Decimal(100)) == f"100{N}%"
    assert EN.percent(Decimal("99.9999")) == f">{N}99.9{N}%"
    assert EN.percent(Decimal("0.0001")) == f"<{N}0.1{N}%"
    assert EN.percent(Decimal(0)) == f"0{N}%"
    assert FR.number(Decimal("0.0001"), 1) == f"<{N}0,1"
    assert FR.number(Decimal(-21), 1) == "\u221221,0"


@pytest.mark.parametrize(
    ("kilograms", "shown"),
    [("812000", "812 t"), ("24150.5", "24,150.5 kg"), ("4.213", "4.213 kg"), ("0.15", "150 g"), ("0.0000125", "12 mg"),
     ("0", "0 kg"), ("99999.94", "99,999.9 kg"), ("-21", "−21 kg"), ("0.5625", "562.5 g")],
)  # fmt: skip
def test_a_mass_by_itself_takes_the_unit_that_reads_best(kilograms, shown):
    assert EN.mass(Decimal(kilograms)) == shown.replace(" ", N)


def test_a_figure_without_value_says_its_standing():
    assert FR.figure(kg(None)) == "inconnu"
    assert EN.figure(Figure(None, "kWh", Standing.MISSING)) == "missing"
    assert EN.figure(Figure(Decimal(60), "kWh", Standing.DECLARED)) == f"60{N}kWh"
    assert EN.figure(percent(None)) == "unknown"


@given(st.lists(st.integers(0, 10**13), min_size=1, max_size=8), st.integers(0, 3))
def test_a_column_of_parts_still_adds_up_after_rounding(milligrams, places):
    values = [Decimal(mg).scaleb(-6) for mg in milligrams]
    shown = EN.parts(values, places)
    units = [Decimal(text.replace(",", "")) for text in shown if N not in text]  # "< 0.1" stands for less than one unit
    assert abs(sum(units) - sum(values, Decimal(0))) <= Decimal("0.5").scaleb(-places)
    assert all(text.strip("0.") for value, text in zip(values, shown, strict=True) if value), (
        "something read as nothing"
    )


def test_three_thirds_are_a_hundred():
    assert EN.shares([Decimal("33.3333"), Decimal("33.3333"), Decimal("33.3334")]) == [
        f"33.3{N}%",
        f"33.3{N}%",
        f"33.4{N}%",
    ]
    assert EN.shares([Decimal("99.9999"), Decimal("0.0001")]) == [f">{N}99.9{N}%", f"<{N}0.1{N}%"]


def test_decimals_follow_the_largest_of_a_column():
    assert [decimals([Decimal(n)]) for n in ("5000", "645", "4.5", "0.2")] == [1, 2, 3, 6]


def test_french_zero_is_singular_and_english_zero_plural():
    lots = {n: Sentence("home.lots", {"count": n}) for n in (0, 1, 2)}
    assert [FR.tell(lots[n]) for n in (0, 1, 2)] == ["0 lot est tracé.", "1 lot est tracé.", "2 lots sont tracés."]
    assert [EN.tell(lots[n]) for n in (0, 1, 2)] == ["0 lots are traced.", "1 lot is traced.", "2 lots are traced."]


def test_elements_take_their_french_article_or_none():
    of = tuple(Named("element", one) for one in ("Co", "Al"))
    values = {"of": of, "total": kg(5_000_000)}
    assert FR.tell(Sentence("origin.all-known", values)) == (
        f"L’origine de chaque gramme de cobalt et d’aluminium est connue{NB}: 5{N}kg en tout."
    )
    assert EN.tell(Sentence("origin.all-known", values)) == (
        f"The origin of every gram of cobalt and aluminium in it is known: 5{N}kg in all."
    )


def test_names_by_language_and_keys_where_there_is_none():
    assert (FR.name(Named("country", "MA")), EN.name(Named("country", "CD"))) == ("Maroc", "DR Congo")
    assert FR.name(Named("form", "CoSO4·7H2O")) == "Sulfate de cobalt heptahydraté"
    assert FR.name(Named("form", "LiCoO2")) == "LiCoO2"
    assert FR.name(Named("stage", "no such")) == "no such"
    assert FR.name(Named("form", "")) == ""


def fields(text: str) -> set[str]:
    named = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    return named | set(re.findall(r"%\((\w+)\)s", text))


FRENCH = [one for one in read_po(script.FRENCH.open("rb"), locale="fr") if one.id]


def test_the_catalogue_is_in_step_with_the_sources():
    wanted = {(one.context, one.id if isinstance(one.id, str) else one.id[0]) for one in script.messages() if one.id}
    held = {(one.context, one.id if isinstance(one.id, str) else one.id[0]) for one in FRENCH}
    assert wanted - held == set(), "run scripts/catalogue.py and say it in French"
    assert held - wanted == set(), "run scripts/catalogue.py: these are no longer said"


@pytest.mark.parametrize("message", FRENCH, ids=lambda one: str(one.id)[:40])
def test_every_message_has_its_french_with_the_same_places(message):
    english = message.id if isinstance(message.id, tuple) else (message.id,)
    french = message.string if isinstance(message.string, tuple) else (message.string,)
    assert all(french)
    for text in french:
        assert fields(text) <= fields(english[-1])
    assert fields(english[-1]) - {"count", "n"} <= fields(french[-1])


@pytest.mark.parametrize("message", FRENCH, ids=lambda one: str(one.id)[:40])
def test_french_punctuation_never_breaks_a_line(message):
    for text in message.string if isinstance(message.string, tuple) else (message.string,):
        assert not re.search(r" [;:!?%»]", text), text
        assert not re.search(rf"[^\s{N}{NB}/d][;!?](?!\d)", text), text
        assert "'" not in text, "the apostrophe is ’"


def test_every_code_can_be_told_in_both_languages():
    samples = {
        "count": 3, "lines": 9, "senders": 2, "lot": "ATL-1", "step": "RIV-1", "site": "Rivage", "place": "Rivage",
        "learned": datetime(2026, 9, 1, tzinfo=UTC), "mass": kg(5), "total": kg(9), "known": kg(4), "unknown": kg(5),
        "share": percent(5), "of": (Named("element", "Co"),), "elements": (Named("element", "Co"),),
        "element": Named("element", "Co"),
    }  # fmt: skip
    own = {code: texts for code, texts in SENTENCES.items() if all(fields(text) <= samples.keys() for text in texts)}
    assert len(own) > 20
    for code in own:
        told = {EN.tell(Sentence(code, samples)), FR.tell(Sentence(code, samples))}
        assert len(told) == 2, code
        assert not any("{" in text for text in told)


def test_both_languages_are_the_languages_of_findings():
    assert set(LANGUAGES) == set(next(iter(rules().values())).text)


def test_measures_of_the_books_read_as_the_language_writes_them():
    text = "Excédent : KAA-26-004 a produit 19836.0 kg de plus (8.95 % ; ±32.8 kg), voir 2026.5 et A1.5 kg"
    assert FR.measured(text) == (
        f"Excédent{NB}: KAA-26-004 a produit 19{N}836,0{N}kg de plus (8,95{N}%{N}; ±32,8{N}kg), voir 2026.5 et A1.5 kg"
    )
    assert EN.measured("received 19836.0 kg, 660 kg less") == f"received 19,836.0{N}kg, 660{N}kg less"
