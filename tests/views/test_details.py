"""Details of wrong calls in French: known by their form, and no form that the source no longer says."""

import ast
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from filon.core.errors import NotFoundError
from filon.views.details import detail, title

SOURCES = Path(__file__).parents[2] / "src" / "filon"


def form(node):
    """The first argument of an error as its form: `no such file: {0}`."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if not isinstance(node, ast.JoinedStr):
        return ""
    parts, places = [], 0
    for part in node.values:
        parts.append(part.value if isinstance(part, ast.Constant) else f"{{{places}}}")
        places += not isinstance(part, ast.Constant)
    return "".join(parts)


def said_in_the_source():
    calls = (
        node
        for file in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and node.args
    )
    return {
        form(call.args[0])
        for call in calls
        if str(getattr(call.func, "id", getattr(call.func, "attr", ""))).endswith(("Error", "Exception"))
    }


def test_every_form_is_still_said_with_the_same_places():
    path = SOURCES / "views" / "locale" / "fr" / "LC_MESSAGES" / "details.po"
    told = [one for one in read_po(BytesIO(path.read_bytes()), locale="fr") if one.id]
    assert len(told) > 100
    assert {one.id for one in told} <= said_in_the_source()
    for one in told:
        assert {n for n in range(4) if f"{{{n}}}" in one.id} == {n for n in range(4) if f"{{{n}}}" in one.string}, (
            one.id
        )


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("no such file: a/b {c}.xlsx", "fichier introuvable\u00a0: a/b {c}.xlsx"),
        ("no lot 'X' is known", "aucun lot 'X' n’est connu"),
        ("no lot 'X' is known; did you mean one of X1?", "aucun lot 'X' n’est connu ; vouliez-vous dire X1 ?"),
        ("nobody ever said this", "nobody ever said this"),
    ],
)
def test_a_detail_in_french(english, french):
    assert detail(english, "fr") == french
    assert detail(english, "en") == english


def test_the_kind_of_an_error_in_both():
    assert title(NotFoundError("x"), "en") == "Not found"
    assert title(NotFoundError("x"), "fr") not in {"", "Not found", "NotFoundError"}
