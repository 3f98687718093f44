"""The command line's help in French: every text there, none left over, set as French is."""

from importlib.resources import files
from io import BytesIO

import typer
from babel.messages.pofile import read_po

from filon.cli.french import sentences
from filon.cli.main import app, assembled
from filon.views.say import typeset


def catalogue():
    data = files("filon.cli").joinpath("locale", "fr", "LC_MESSAGES", "help.po").read_bytes()
    return {one.id: one.string for one in read_po(BytesIO(data), locale="fr") if one.id}


def said():
    return sentences(typer.main.get_command(assembled(app)))


def test_every_text_of_the_help_has_its_french():
    """Missing: run scripts/catalogue.py, then put French into src/filon/cli/locale/fr/LC_MESSAGES/help.po."""
    french = catalogue()
    assert [text for text in said() if not french.get(text)] == []


def test_the_catalogue_holds_nothing_that_is_no_longer_said():
    assert set(catalogue()) - set(said()) == set()


def test_it_is_set_as_french_is():
    assert [text for text in catalogue().values() if typeset(text) != text] == []
