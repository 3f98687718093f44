"""Who may see what: organisations and their people, sessions, grants, and the record of every restricted reading.

Deny by default: a stranger sees what is public and nothing more, an authority what the law gives it, everybody else
what a grant names, for as long as it lasts. The desk's file keeps all of it; nothing here is of the log.
"""

from filon.app.access.door import Door
from filon.app.access.grants import Grant, Purpose, give, grants, revoke
from filon.app.access.organisations import Kind, Organisation, enter, organisation, organisations
from filon.app.access.people import Person, disable, invite, people
from filon.app.access.reader import OPERATOR, STRANGER, Reader, Reading, seen

__all__ = [
    "OPERATOR",
    "STRANGER",
    "Door",
    "Grant",
    "Kind",
    "Organisation",
    "Person",
    "Purpose",
    "Reader",
    "Reading",
    "disable",
    "enter",
    "give",
    "grants",
    "invite",
    "organisation",
    "organisations",
    "people",
    "revoke",
    "seen",
]
