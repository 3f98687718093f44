"""Every setting of Filon, in one tuple: name, default, environment variable, what it does in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from filon.core.errors import WrongCallError


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
    Setting(
        "ledger",
        "filon.db",
        "File of the ledger, or a postgresql:// address",
        "Fichier du registre, ou adresse postgresql://",
    ),
    Setting("language", "", "Language of messages: en or fr (empty: as the system)", "Langue des messages : en ou fr"),
    Setting("submitter", "", "Who hands files in, kept in the log entry", "Qui dépose, conservé dans l'inscription"),
    Setting("base_url", "https://id.example.com", "Where the passport pages live", "Adresse des pages de passeport"),
    Setting("host", "127.0.0.1", "Address that `filon serve` listens on", "Adresse d'écoute de `filon serve`"),
    Setting("port", "8765", "Port that `filon serve` listens on", "Port d'écoute de `filon serve`"),
    Setting("max_file_mb", "200", "Largest file that is taken, MB", "Plus grand fichier accepté, Mo"),
    Setting("capture_mb", "64", "Largest document that /epcis/capture takes, MB", "Plus grand document de capture, Mo"),
    Setting("capture_events", "50000", "Most events in one such document", "Nombre maximal d'événements par capture"),
    Setting(
        "requests_per_minute",
        "6000",
        "Calls a minute that one token may make below /epcis",
        "Appels par minute qu'un jeton peut faire sous /epcis",
    ),
    Setting(
        "webhook_hosts",
        "",
        "Hosts of your own that webhooks, mirrors, witnesses and time stamps may go to, name:port, comma between; "
        "others must be public and https",
        "Hôtes internes autorisés (webhooks, miroirs, témoins, horodatage), nom:port, séparés par des virgules ; "
        "les autres : publics, https",
    ),
    Setting("company", "", "Name of the company that issues footprints", "Nom de la société qui émet les empreintes"),
    Setting(
        "company_domain",
        "",
        "Its internet domain, in whose name footprints number products",
        "Son domaine internet, au nom duquel les empreintes numérotent les produits",
    ),
    Setting("company_ids", "", "Its URNs, separated by commas", "Ses URN, séparés par des virgules"),
    Setting("tls_cert", "", "Certificate of `filon serve`, PEM", "Certificat de `filon serve`, PEM"),
    Setting("tls_key", "", "Its private key, PEM", "Sa clé privée, PEM"),
    Setting(
        "stamp_url",
        "",
        "Time-stamp authority (RFC 3161) asked once a day by `filon checkpoint` (empty: none)",
        "Autorité d'horodatage (RFC 3161) sollicitée une fois par jour par `filon checkpoint` (vide : aucune)",
    ),
    Setting(
        "stamp_roots",
        "",
        "PEM file with the root certificates of the time-stamp authority",
        "Fichier PEM des certificats racines de l'autorité d'horodatage",
    ),
    Setting(
        "second_factor",
        "",
        "Organisations whose people need a second factor: operator, interest, authority, partner; comma between",
        "Organisations dont les personnes ont besoin d'un second facteur : operator, interest, authority, partner",
    ),
    Setting(
        "openid",
        "",
        "TOML file of the OpenID providers that people may sign in by (docs/access.md)",
        "Fichier TOML des fournisseurs OpenID par lesquels on peut se connecter (docs/access.md)",
    ),
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
    capture_mb: int
    capture_events: int
    requests_per_minute: int
    webhook_hosts: frozenset[str]
    company: str = ""
    company_domain: str = ""
    company_ids: tuple[str, ...] = ()
    tls_cert: str = ""
    tls_key: str = ""
    stamp_url: str = ""
    stamp_roots: str = ""
    second_factor: tuple[str, ...] = ()
    openid: str = ""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Settings:
        """Settings from environment variables, defaults where they are silent.

        Raises:
            WrongCallError: a number that is none.
        """
        values = {one.name: environment.get(one.variable, one.default) for one in SETTINGS}
        return cls(
            ledger=Path(values["ledger"]),
            language=values["language"],
            submitter=values["submitter"],
            base_url=values["base_url"].rstrip("/"),
            host=values["host"],
            port=_number("port", values["port"]),
            max_file_mb=_number("max_file_mb", values["max_file_mb"]),
            capture_mb=_number("capture_mb", values["capture_mb"]),
            capture_events=_number("capture_events", values["capture_events"]),
            requests_per_minute=_number("requests_per_minute", values["requests_per_minute"]),
            webhook_hosts=frozenset(_listed(values["webhook_hosts"])),
            company=values["company"],
            company_domain=values["company_domain"],
            company_ids=tuple(one.strip() for one in values["company_ids"].split(",") if one.strip()),
            tls_cert=values["tls_cert"],
            tls_key=values["tls_key"],
            stamp_url=values["stamp_url"],
            stamp_roots=values["stamp_roots"],
            second_factor=tuple(_listed(values["second_factor"])),
            openid=values["openid"],
        )


def _number(name: str, text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        raise WrongCallError(f"FILON_{name.upper()} is {text!r}; a whole number above zero is needed")
    return int(text)


def _listed(text: str) -> list[str]:
    return [part.strip().lower() for part in text.split(",") if part.strip()]
