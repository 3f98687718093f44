"""Passports as grants show them, and the record of who read what: the questions behind the door's pages."""

from __future__ import annotations

from filon.app.access.door import Door, Read
from filon.app.access.grants import grants
from filon.app.access.organisations import organisations
from filon.app.access.people import people
from filon.app.access.reader import Reader
from filon.app.desk.tokens import tokens
from filon.app.passport_pages import PassportPages
from filon.core.ident import elements, short
from filon.passport.passport import disclosed
from filon.passport.point import Audience
from filon.views.build.passport import passport_view
from filon.views.build.sight import battery_path
from filon.views.figure import Named
from filon.views.granted import GrantedView, GrantLine, GrantsView, ReadLine, ReadList


def granted(pages: PassportPages, door: Door, reader: Reader, identifier: str, *, way: str) -> GrantedView:
    """What a reader sees of a battery's passport; recorded where it is more than everybody sees.

    Args:
        way: `page` or `json`.

    Raises:
        NotFoundError: no such battery. GoneError: its passport has ceased.
        NotForDownloadError: asked for as JSON by somebody who may only read it.
    """
    pages.standing(identifier, {Audience.OPERATOR} if reader.operator else ())
    made = pages.passports.passport(identifier, on=pages.day())
    shown = door.show(made, reader, way=way)
    public = disclosed(made, ())
    state = pages.state()
    assert reader.organisation is not None
    return GrantedView(
        ledger=state,
        path=battery_path(made.identifier),
        serial=made.serial or short(made.identifier),
        reader=reader.name,
        organisation=reader.organisation.name,
        kind=Named("organisation", reader.organisation.kind.value),
        passport=passport_view(shown, state),
        restricted=tuple(one.code for one in shown.points if one.code not in public and one.value is not None),
    )


def grants_of(door: Door, reader: Reader) -> GrantsView:
    """What a reader's organisation was granted and may still see."""
    assert reader.organisation is not None
    now, of = door.now(), reader.organisation
    rows = tuple(
        GrantLine(one.scope, _page_of(one.scope), Named("purpose", one.purpose.value), one.basis, one.expires)
        for one in grants(door.desk, of.id)
        if one.good(now)
    )
    return GrantsView(reader.name, of.name, Named("organisation", of.kind.value), rows)


def _page_of(scope: str) -> str:
    return "/granted" + battery_path(scope) if {"01", "21"} <= elements(scope).keys() else ""


def read_list(pages: PassportPages, door: Door, battery: str = "") -> ReadList:
    """Who read what beyond the public, the last first; of one battery, or of all."""
    names = {one.id: one.name for one in organisations(door.desk)}
    who = {one.id: one.name for one in people(door.desk)} | {one.id: one.name for one in tokens(door.desk)}
    rows = tuple(_line(one, names, who) for one in door.readings(battery))
    return ReadList(pages.state(), rows)


def _line(one: Read, names: dict[str, str], who: dict[str, str]) -> ReadLine:
    return ReadLine(
        one.number,
        one.at,
        names.get(one.organisation, one.organisation),
        who.get(one.who, one.who),
        short(one.battery),
        one.version,
        Named("way", one.way),
        tuple(Named("point", code) for code in one.points),
    )
