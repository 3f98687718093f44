"""What partners write stays what it is on the terminal: no mark, no escape, no emoji comes of it, and no error."""

import pytest
from rich.tree import Tree

from filon.cli.show import console, grid

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
