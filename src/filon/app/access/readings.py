"""Passports as grants show them, and the record of who read what: the questions behind the door's pages."""

from __future__ import annotations

import re
from datetime import timedelta

from filon.app.access.delegations import Delegation, delegate, delegations, withdraw
from filon.app.access.door import Door, Read
from filon.app.access.grants import Purpose, grants
from filon.app.access.organisations import names as organisation_names
from filon.app.access.organisations import organisation
from filon.app.access.people import people
from filon.app.access.reader import Reader
from filon.app.desk.acting import OPERATOR, Part, acting
from filon.app.desk.tokens import tokens
from filon.app.passport_pages import PassportPages
from filon.core.errors import NotFoundError, WrongCallError
from filon.core.ident import elements, short
from filon.passport.passport import disclosed
from filon.passport.point import Audience
from filon.views.build.passport import passport_view
from filon.views.build.sight import battery_path
from filon.views.figure import Named
from filon.views.granted import DelegationLine, GrantedView, GrantLine, GrantsView, ReadLine, ReadList

_ID, _DAYS = re.compile(r"[0-9a-f]{8}"), re.compile(r"[1-9][0-9]{0,2}")


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
    if not shown.points and not reader.operator:  # a draft, or withdrawn: told as of one that nobody made
        raise NotFoundError("there is no such battery in this ledger")
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
    with acting(Part("organisation", of.id)):
        good = [one for one in grants(door.desk, of.id) if one.good(now)]
        given = [one for one in delegations(door.desk, giver=of.id) if one.good(now)]
        taken = [one for one in delegations(door.desk, taker=of.id) if one.good(now)]
        rows = tuple(
            GrantLine(one.scope, _page_of(one.scope), Named("purpose", one.purpose.value), one.basis, one.expires)
            for one in good
        )
        return GrantsView(
            reader.name,
            of.name,
            of.id,
            Named("organisation", of.kind.value),
            rows,
            tuple(Named("purpose", purpose) for purpose in sorted({one.purpose.value for one in good if one.share})),
            tuple(_between(door, one, one.taker) for one in given),
            tuple(_between(door, one, one.giver) for one in taken),
        )


def _between(door: Door, one: Delegation, other: str) -> DelegationLine:
    name, purpose = organisation(door.desk, other).name, Named("purpose", one.purpose.value)
    return DelegationLine(one.id, name, purpose, one.scope, _page_of(one.scope), one.expires)


def let_act(  # noqa: PLR0917 - the fields of the form
    door: Door, reader: Reader, taker: str, purpose: str, scope: str, days: str
) -> None:
    """Let another organisation act for the reader's own, as far as its shareable grants reach.

    Args:
        taker: the other's id: its people read it on their own page, nobody else is told who there is.

    Raises:
        WrongCallError: whatever of it makes no sense, all told alike where it would tell who there is.
    """
    assert reader.organisation is not None
    now = door.now()
    with acting(Part("organisation", reader.organisation.id)):
        if purpose not in list(Purpose) or not _DAYS.fullmatch(days):
            raise WrongCallError("say what for, and for how many days")
        try:
            other = organisation(door.desk, taker.strip()) if _ID.fullmatch(taker.strip()) else None
        except NotFoundError:
            other = None
        if other is None:
            raise WrongCallError("no organisation has this number; its people find it on their own page")
        delegate(door.desk, reader.organisation, other, Purpose(purpose), scope, now + timedelta(days=int(days)),
                 now=now, person=reader.who)  # fmt: skip


def end_acting(door: Door, reader: Reader, delegation: str) -> None:
    """End a delegation that the reader's organisation gave.

    Raises:
        NotFoundError: it gave no such one.
    """
    assert reader.organisation is not None
    with acting(Part("organisation", reader.organisation.id)):
        withdraw(door.desk, delegation, now=door.now(), giver=reader.organisation.id)


def _page_of(scope: str) -> str:
    return "/granted" + battery_path(scope) if {"01", "21"} <= elements(scope).keys() else ""


def read_list(pages: PassportPages, door: Door, battery: str = "") -> ReadList:
    """Who read what beyond the public, the last first; of one battery, or of all."""
    with acting(OPERATOR):
        names = organisation_names(door.desk)
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
        tuple(names.get(of, of) for of in one.behalf),
    )
