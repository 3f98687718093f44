"""Named queries: what a partner asks again and again, kept under a name.

Source: EPCIS 2.0, 8.2.7 and 12.4 (query control interface).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from filon.app.desk.exceptions import (
    NoSuchNameException,
    QueryParameterException,
    QueryValidationException,
    ResourceAlreadyExistsException,
    TooManyException,
)
from filon.app.desk.file import Desk, Row
from filon.app.desk.questions import SETTINGS, Question, asked, checked
from filon.app.desk.tokens import Token
from filon.epcis.jsonld import terms_of
from filon.log.leaf import micros, moment

QUERIES = 1_000
"""So many one token may keep."""
_NAME = re.compile(r"[A-Za-z0-9._~-]{1,128}")
RESERVED = frozenset({"SimpleEventQuery", ".", ".."})


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query under its name; `body` is as it was posted."""

    name: str
    body: Mapping[str, Any]
    token: str
    created: datetime
    number: int = 0

    @property
    def question(self) -> Question:
        """What it asks."""
        return _question(self.body)


def keep(desk: Desk, name: str, body: Mapping[str, Any], token: Token, *, now: datetime) -> NamedQuery:
    """Keep a query; durable on return.

    Raises:
        QueryValidationException, QueryParameterException: it makes no sense.
        ResourceAlreadyExistsException: the name is taken.
        TooManyException: the token keeps enough.
    """
    if _NAME.fullmatch(name) is None or name in RESERVED:
        raise QueryValidationException("a query's name has 1 to 128 letters, digits, '.', '_', '~' or '-'")
    _question(body)
    with desk.changing() as connection:
        if connection.execute("SELECT 1 FROM query WHERE name = ?", (name,)).fetchone():
            raise ResourceAlreadyExistsException(f"there is a query {name} already")
        if connection.execute("SELECT count(*) FROM query WHERE token = ?", (token.id,)).fetchone()[0] >= QUERIES:
            raise TooManyException(f"one token keeps at most {QUERIES} queries")
        connection.execute(
            "INSERT INTO query (name, body, token, created) VALUES (?, ?, ?, ?)",
            (name, json.dumps(body), token.id, micros(now)),
        )
    return one(desk, name)


def one(desk: Desk, name: str) -> NamedQuery:
    """The query of that name.

    Raises:
        NoSuchNameException: there is none.
    """
    row = desk.row(f"SELECT {_COLUMNS} FROM query WHERE name = ?", (name,))  # noqa: S608
    if row is None:
        raise NoSuchNameException(f"there is no query {name}")
    return _query(row)


def some(desk: Desk, per_page: int, *, after: int = 0) -> list[NamedQuery]:
    """Queries, oldest first."""
    sql = f"SELECT {_COLUMNS} FROM query WHERE number > ? ORDER BY number LIMIT ?"  # noqa: S608
    return [_query(row) for row in desk.rows(sql, (after, per_page))]


def drop(desk: Desk, name: str) -> None:
    """Forget a query; its subscriptions end with it.

    Raises:
        NoSuchNameException: there is none.
    """
    if not desk.change("DELETE FROM query WHERE name = ?", (name,)):
        raise NoSuchNameException(f"there is no query {name}")


def _question(body: Mapping[str, Any]) -> Question:
    if not isinstance(body, Mapping):
        raise QueryValidationException("a query is an object of parameters")
    params = {name: value for name, value in body.items() if name not in {"@context", "queryType"}}
    if strange := SETTINGS & params.keys():
        raise QueryParameterException(f"{', '.join(sorted(strange))} is asked for when the query is run")
    return asked(checked(params), prefixes_of(body.get("@context")))


def prefixes_of(context: Any) -> dict[str, str]:
    """The prefixes that a query's @context gives."""
    if context is None:
        return {}
    parts = context if isinstance(context, list) else [context]
    if not all(isinstance(part, str | dict) for part in parts):
        raise QueryValidationException("the @context is an address, an object of prefixes, or a list of them")
    own: dict[str, str] = {}
    for part in parts:
        if isinstance(part, dict):
            own |= {prefix: terms_of(part).prefixes.get(prefix, "") for prefix in part if not prefix.startswith("@")}
    return {prefix: space for prefix, space in own.items() if space}


_COLUMNS = "name, body, token, created, number"


def _query(row: Row) -> NamedQuery:
    name, body, token, created, number = row
    return NamedQuery(name, json.loads(body), token, moment(created), number)
