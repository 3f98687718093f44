"""The command line's help and its answers to wrong calls, in French: what stands in the source is the English.

`locale/fr/LC_MESSAGES/help.po` holds one message for every text of every command; `scripts/catalogue.py` keeps it in
step with the commands, and a test sees to it that none lacks.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from gettext import NullTranslations
from typing import Any

import typer
from typer import rich_utils

from filon.views.say import messages, typeset

_FRAMES = {
    "ARGUMENTS_PANEL_TITLE": "Arguments",
    "OPTIONS_PANEL_TITLE": "Options",
    "COMMANDS_PANEL_TITLE": "Commandes",
    "ERRORS_PANEL_TITLE": "Erreur",
    "ABORTED_TEXT": "Interrompu.",
    "REQUIRED_LONG_STRING": "[obligatoire]",
    "DEFAULT_STRING": "[par défaut : {}]",
    "ENVVAR_STRING": "[variable d’environnement : {}]",
    "RICH_HELP": "Essayez [blue]'{command_path} {help_option}'[/].",
}
"""The library's own frames around our texts."""
_EXAMPLE = "Example: "
_ENGLISH = {name: getattr(rich_utils, name) for name in _FRAMES}

_WRONG: Sequence[tuple[str, str]] = (
    (r"No such option: (.+)", r"Option inconnue : \1"),
    (r"No such command (.+?)\.?", r"Commande inconnue : \1"),
    (r"Missing argument (.+?)\.", r"Il manque l’argument \1."),
    (r"Missing option (.+?)\.", r"Il manque l’option \1."),
    (r"Missing command\.", "Il manque la commande."),
    (r"Got unexpected extra argument\(?s?\)? \((.+)\)", r"De trop : \1"),
    (r"Option (.+) requires an argument\.", r"L’option \1 demande une valeur."),
    (r"Invalid value for (.+?): (.+)", r"Valeur refusée pour \1 : \2"),
    (r"Input should be less than or equal to (.+)", r"au plus \1"),
    (r"Input should be greater than or equal to (.+)", r"au moins \1"),
    (r"Input should be a valid integer.*", "un nombre entier est attendu"),
)
_POSSIBLE = r" ?\(Possible options: (.+)\)"


def told(command: Any, words: NullTranslations) -> Any:
    """The command with every text of its help said in those words; groups with all that is in them."""
    for one, name, text in list(texts(command)):
        shown = text.startswith(_EXAMPLE)  # a call is typed as it stands
        said = text.replace(_EXAMPLE, "Exemple\u00a0: ") if shown else typeset(words.gettext(text))
        setattr(one, name, said)
    return command


def sentences(command: Any) -> list[str]:
    """What of a command's help is to be put into words: everything but the examples, each once."""
    return list(dict.fromkeys(text for _, _, text in texts(command) if not text.startswith(_EXAMPLE)))


def texts(command: Any) -> Iterator[tuple[Any, str, str]]:
    """(what carries it, its attribute, the text) of every help text of a command and of those below it."""
    for name in ("help", "short_help", "epilog", "rich_help_panel"):
        if isinstance(text := getattr(command, name, None), str) and text:
            yield command, name, text
    wanted = command.get_help_option(typer.Context(command))
    for param in (*command.params, *([wanted] if wanted else [])):
        if text := getattr(param, "help", None):
            yield param, "help", text
    for below in getattr(command, "commands", {}).values():
        yield from texts(below)


def called(command: Any, *, french: bool) -> int:
    """Run the command as it was called; what is wrong with the call is told on the error output.

    Returns:
        The exit code.
    """
    if french:
        told(command, messages("filon.cli", "help", "fr"))
    for name, text in (_FRAMES if french else _ENGLISH).items():
        setattr(rich_utils, name, text)
    try:
        code = command(standalone_mode=False)
    except typer.Abort:
        rich_utils.rich_abort_error()
        return 1
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        if french:
            error.format_message = _said(error.format_message())
        rich_utils.rich_format_error(error)  # type: ignore[arg-type]
        return int(getattr(error, "exit_code", 2))
    return code if isinstance(code, int) else 0


def _said(message: str) -> Any:
    """The library's message in French; one that we do not know stays as it is."""
    text, *near = re.split(_POSSIBLE, message)
    for pattern, french in _WRONG:
        text = re.sub(rf"(?<![^ ]){pattern}$", french, text)
    whole = text + f" (options proches : {near[0]})" if near else text
    quoted = typeset(re.sub(r"'([^']+)'", r"« \1 »", whole))
    return lambda: quoted


def spoken(words: Sequence[str] = sys.argv) -> str:
    """The language that a call asks for before anything of it is understood: the word after `--lang`."""
    for index, word in enumerate(words):
        if word == "--lang":
            return words[index + 1] if index + 1 < len(words) else ""
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
    return ""
