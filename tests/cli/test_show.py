"""What partners write stays what it is on the terminal: no mark, no escape, no emoji comes of it, and no error."""

import io
import json
import sys

import pytest
from rich.tree import Tree

from filon.cli.show import console, grid, put_json

NAMES = ["L-[a]1", "[red]y", "[/bold]x", "[/]", "a:x:1", "[link=file:///etc]z", "back\\slash", "A[1][b]"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_told_as_it_is_written(name, capsys):
    console().print(f"[bold]{name}[/]")
    console().print(grid("", ["Lot"], [(name,)]))
    console().print(Tree(f"{name} @ here"))
    told = capsys.readouterr().out
    for mark in ("[red]", "[/]"):  # our own marks in a name may go, the rest of it may not
        name = name.replace(mark, "")
    assert told.count(name.rstrip("\\")) >= 3, told


@pytest.mark.parametrize("name", ["\x1b[31mred", "\x1b]0;title\x07", "\u202egpj", "a\rb", "\x9b31m"])
def test_nothing_in_a_name_steers_the_terminal(name, capsys):
    console().print(name)
    console().print(grid("", ["Lot"], [(name,)]))
    told = capsys.readouterr().out
    assert not set(told) & set("\x1b\x07\u202e\r\x9b"), repr(told)


def ascii_only(monkeypatch):
    """Standard output of a terminal that knows ASCII only."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict", write_through=True)
    monkeypatch.setattr(sys, "stdout", stream)
    return stream


def test_a_terminal_without_our_letters_is_told_the_rest(monkeypatch):
    narrow = ascii_only(monkeypatch)
    console().print("pris · 208\u202fkg d'été")
    assert narrow.buffer.getvalue() == b"pris ? 208?kg d'?t?\n"


def test_json_loses_no_letter_on_such_a_terminal(monkeypatch):
    narrow = ascii_only(monkeypatch)
    put_json({"name": "Forêt · 漢"})
    assert json.loads(narrow.buffer.getvalue()) == {"name": "Forêt · 漢"}
