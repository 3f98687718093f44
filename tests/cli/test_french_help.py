"""Help and answers to wrong calls in the language asked for; one call's language does not stick to the next."""

import sys

import pytest

from filon.cli.french import spoken
from filon.cli.main import run


def called(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["filon", *words])
    monkeypatch.setenv("COLUMNS", "120")
    with pytest.raises(SystemExit) as stop:
        run()
    told = capsys.readouterr()
    return stop.value.code or 0, told.out, told.err


def test_help_in_french_and_the_next_call_in_english_again(monkeypatch, capsys):
    code, out, _ = called(monkeypatch, capsys, "--lang", "fr", "check", "--help")
    assert code == 0
    assert "Dire tout ce qui ne va pas" in out
    assert "Exemple\u00a0: filon check november.xlsx" in out
    assert "Montrer cette aide" in out
    code, out, _ = called(monkeypatch, capsys, "--lang", "en", "check", "--help")
    assert code == 0
    assert "Say all that is wrong with files" in out
    assert "Exemple" not in out


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["lots", "--pgae", "1"], "Option inconnue\u00a0: --pgae"),
        (["lotz"], "Commande inconnue\u00a0: «\u202flotz\u202f»"),
        (["lot"], "Il manque l’argument «\u202fname\u202f»."),
        (["serve", "--port", "99999"], "Valeur refusée pour «\u202f--port\u202f»\u00a0: au plus 65535"),
        (["serve", "--port", "x"], "un nombre entier est attendu"),
        (["lots", "a", "b"], "De trop\u00a0: b"),
    ],
)
def test_a_wrong_call_in_french(monkeypatch, capsys, words, part):
    code, _, err = called(monkeypatch, capsys, "--lang=fr", *words)
    assert code == 2
    assert part in err
    assert called(monkeypatch, capsys, "--lang", "en", *words)[0] == 2


@pytest.mark.parametrize(
    ("words", "language"),
    [
        (["lots"], ""),
        (["--lang", "fr", "lots"], "fr"),
        (["--lang=en"], "en"),
        (["--lang"], ""),
        (["x", "--lang", "fr"], "fr"),
    ],
)
def test_the_language_is_known_before_the_call_is_understood(words, language):
    assert spoken(["filon", *words]) == language
