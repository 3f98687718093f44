"""The shelf of footprints that this company has issued: once there they stay, word for word.

The only change there is: Active becomes Deprecated, for good. A new version is a new footprint that names the old one.
The database itself refuses anything else.

Source: PACT Data Exchange 3.0.3, life cycle of footprints.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from filon.app.desk.acting import OPERATOR, Part, acting
from filon.app.desk.file import Desk, Row
from filon.core.errors import ConflictError, NotFoundError
from filon.exchange.pact.search import Wanted
from filon.log.leaf import micros

DEPRECATED = "Deprecated"
_COLUMNS = "number, id, lot, audience, body, deprecated"


@dataclass(frozen=True)
class Issued:
    """One footprint on the shelf.

    Args:
        number: order of issue.
        lot: what it is of.
        audience: id of the only token that may see it; empty = every partner.
        body: the ProductFootprint as it is now.
    """

    number: int
    id: str
    lot: str
    audience: str
    body: dict[str, Any]


class Shelf:
    """The footprints of one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def put(self, body: dict[str, Any], lot: str, *, audience: str = "", now: datetime) -> Issued:
        """Put a footprint on the shelf; the same one again changes nothing.

        The versions that it names as older are deprecated in the same breath.

        Raises:
            ConflictError: another footprint has its id.
        """
        text = json.dumps(body, ensure_ascii=False)
        with acting(OPERATOR), self.desk.changing() as desk:
            known = desk.execute("SELECT body FROM footprint WHERE id = ?", (body["id"],)).fetchone()
            if known is None:
                desk.execute(
                    "INSERT INTO footprint (id, lot, audience, body, created) VALUES (?, ?, ?, ?, ?)",
                    (body["id"], lot, audience, text, micros(now)),
                )
                for older in body.get("precedingPfIds", ()):
                    desk.execute(
                        "UPDATE footprint SET deprecated = ? WHERE id = ? AND deprecated IS NULL", (micros(now), older)
                    )
            elif json.loads(known[0])["pcf"] != body["pcf"]:
                raise ConflictError(f"another footprint has the id {body['id']}")
        return self.get(body["id"])

    def get(self, footprint_id: str, token_id: str | None = None) -> Issued:
        """One footprint, as that token may see it (None: as we do ourselves).

        Raises:
            NotFoundError: there is none, or it is for others.
        """
        with acting(_reader(token_id)):
            row = self.desk.row(f"SELECT {_COLUMNS} FROM footprint WHERE id = ?", (footprint_id.lower(),))  # noqa: S608
        if row is None or not _may(row[3], token_id):
            raise NotFoundError(f"there is no footprint {footprint_id}")
        return _issued(row)

    def find(self, wanted: Wanted, token_id: str | None = None, *, after: int = 0) -> Iterator[Issued]:
        """The footprints that fit, in the order of issue, from one number on."""
        with acting(_reader(token_id)):
            rows = self.desk.rows(f"SELECT {_COLUMNS} FROM footprint WHERE number > ? ORDER BY number", (after,))  # noqa: S608
        return (one for row in rows if _may(row[3], token_id) and wanted.fits((one := _issued(row)).body))

    def of(self, lot: str) -> Sequence[Issued]:
        """What was issued of a lot, oldest first."""
        with acting(OPERATOR):
            rows = self.desk.rows(f"SELECT {_COLUMNS} FROM footprint WHERE lot = ? ORDER BY number", (lot,))  # noqa: S608
        return [_issued(row) for row in rows]

    def deprecate(self, footprint_id: str, *, now: datetime) -> Issued:
        """Say that a footprint is not good any more."""
        with acting(OPERATOR):
            self.desk.change(
                "UPDATE footprint SET deprecated = ? WHERE id = ? AND deprecated IS NULL", (micros(now), footprint_id)
            )
        return self.get(footprint_id)


def _reader(token_id: str | None) -> Part:
    return OPERATOR if token_id is None else Part("program", token_id)


def _may(audience: str, token_id: str | None) -> bool:
    return token_id is None or audience in {"", token_id}


def _issued(row: Row) -> Issued:
    number, footprint_id, lot, audience, text, deprecated = row
    body = json.loads(text)
    if deprecated is not None:
        body["status"] = DEPRECATED
    return Issued(number, footprint_id, lot, audience, body)
