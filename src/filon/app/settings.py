"""Every setting of Filon, in one tuple: name, default, environment variable, what it does in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting; docs and the `settings` command are made from it."""

    name: str
    default: str
    en: str
    fr: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"FILON_{self.name.upper()}"


SETTINGS = (
    Setting("ledger", "filon.db", "File that holds the ledger", "Fichier du registre"),
    Setting("language", "", "Language of messages: en or fr (empty: as the system)", "Langue des messages : en ou fr"),
    Setting("submitter", "", "Who hands files in, kept in the log entry", "Qui dépose, conservé dans l'inscription"),
    Setting("base_url", "https://id.example.com", "Where the passport pages live", "Adresse des pages de passeport"),
    Setting("host", "127.0.0.1", "Address that `filon serve` listens on", "Adresse d'écoute de `filon serve`"),
    Setting("port", "8765", "Port that `filon serve` listens on", "Port d'écoute de `filon serve`"),
    Setting("max_file_mb", "200", "Largest file that is taken, MB", "Plus grand fichier accepté, Mo"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run."""

    ledger: Path
    language: str
    submitter: str
    base_url: str
    host: str
    port: int
    max_file_mb: int

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Settings:
        """Settings from environment variables, defaults where they are silent.

        Raises:
            ValueError: a number that is none.
        """
        values = {one.name: environment.get(one.variable, one.default) for one in SETTINGS}
        return cls(
            ledger=Path(values["ledger"]),
            language=values["language"],
            submitter=values["submitter"],
            base_url=values["base_url"].rstrip("/"),
            host=values["host"],
            port=int(values["port"]),
            max_file_mb=int(values["max_file_mb"]),
        )
