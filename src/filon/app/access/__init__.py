"""Who may see what: organisations and their people, sessions, grants, and the record of every restricted reading.

Deny by default: a stranger sees what is public and nothing more, an authority what the law gives it, everybody else
what a grant names, for as long as it lasts. The desk's file keeps all of it; nothing here is of the log.
"""

from pathlib import Path

from filon.app.access.delegations import Delegation, delegate, delegations, withdraw
from filon.app.access.door import Door
from filon.app.access.grants import Grant, Purpose, give, grants, revoke
from filon.app.access.openid import Client
from filon.app.access.organisations import Kind, Organisation, enter, names, organisation, organisations
from filon.app.access.people import Person, disable, invite, people
from filon.app.access.providers import providers
from filon.app.access.reader import OPERATOR, STRANGER, Reader, Reading, seen
from filon.app.desk.file import Desk
from filon.app.outside import asker
from filon.app.settings import Settings
from filon.core.errors import WrongCallError


def door_of(desk: Desk, settings: Settings) -> Door:
    """The door as the settings want it.

    Raises:
        WrongCallError: they name a kind of organisation that there is not, or a list of providers that is none.
    """
    if unknown := set(settings.second_factor) - set(Kind):
        raise WrongCallError(f"FILON_SECOND_FACTOR names {', '.join(sorted(unknown))}; there are {', '.join(Kind)}")
    ask, door = asker(settings.webhook_hosts), Door(desk, second=[Kind(one) for one in settings.second_factor])
    named = providers(Path(settings.openid)) if settings.openid else ()
    door.providers.update({one.key: Client(one, ask, door.now) for one in named})
    return door


__all__ = [
    "OPERATOR",
    "STRANGER",
    "Delegation",
    "Door",
    "Grant",
    "Kind",
    "Organisation",
    "Person",
    "Purpose",
    "Reader",
    "Reading",
    "delegate",
    "delegations",
    "disable",
    "door_of",
    "enter",
    "give",
    "grants",
    "invite",
    "names",
    "organisation",
    "organisations",
    "people",
    "revoke",
    "seen",
    "withdraw",
]
