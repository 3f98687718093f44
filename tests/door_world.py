"""A ledger with one of every kind of people at its door, and every surface that a passport is shown on.

Each point of the battery's passport holds a text of its own, so that one glance at an answer tells which points are
in it, wherever they stand.
"""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from filon.app.access import Door, Kind, enter, give, invite, passwords
from filon.app.desk.acting import OPERATOR, acting
from filon.app.desk.file import Desk
from filon.app.desk.repository import Repository
from filon.app.evidence import Evidence
from filon.app.issuing import Issuing
from filon.app.pact.office import Company, Office
from filon.app.pages import Pages
from filon.app.passport_data import PassportData
from filon.app.passport_writing import PassportWriting
from filon.app.passports import Kin
from filon.app.public_log import PublicLog
from filon.core.ident import canonical, elements
from filon.passport.passport import Passport, PointValue, Standing, State, Why, disclosed
from filon.passport.point import Audience, Category, Need, Shown, points
from filon.passport.verdict import Verdict
from filon.web.app import create_app

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
PASSWORD = "un cheval de bataille"
ALL = frozenset(one.code for one in points())
DRAWN = {"originShares", "uniqueIdentifier"}  # the public page shows these in its own way


def seen_by(*audiences):
    """By the table alone, without the code under test."""
    may = {Audience.PUBLIC, *audiences}
    asked = [one for one in points() if one.shown is not Shown.NEVER and one.need[Category.EV] is not Need.NEVER]
    return frozenset(one.code for one in asked if one.audience & may)


PUBLIC = seen_by()
INTEREST, AUTHORITY = seen_by(Audience.LEGITIMATE_INTEREST), seen_by(Audience.AUTHORITIES)
PARTNER = seen_by(Audience.PARTNER)


def marked(identifier):
    values = tuple(
        PointValue(one, mark(one.code), Standing.DECLARED, Why("declared"), Verdict.FULFILLED) for one in points()
    )
    return Passport(identifier, 1, 1, date(2027, 3, 1), Category.EV, State.ACTIVE, values)


def mark(code):
    text = f"MARK-{code}-"
    return {"model": text, "serial": "1"} if code == "modelAndSerial" else text


def made(identifier, *, audiences=None, **_):
    return marked(identifier) if audiences is None else disclosed(marked(identifier), audiences)


def shown(answer):
    return frozenset(re.findall(r"MARK-(\w+)-", answer.text))


# Argon2id as weak as it gets: these tests sign in hundreds of times, and what it costs is measured nowhere here.
passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
passwords.NOBODY = passwords.hashed("nobody's")

FORMS = ("en18223", "en18223-full", "jsonld", "untp-0.7")  # the others want values of each point's type
SHOWN_BY_GRANT = ("/granted", "scan", *FORMS, "/v1/")
"""Surfaces on which a grant shows more; the others are the same for everybody."""


class World:
    """A ledger, its door, and one of every kind of people."""

    def __init__(self, chain, desk=None, *, whole=None):
        """A world; `whole` is a folder for all that `filon serve` shows besides pages and passports."""
        self.desk = desk or Desk(None)
        self.now = NOW
        self.pages = Pages(chain, lambda: date(2027, 3, 1))
        self.pages.passports.passport = made
        self.pages.passports.kin, self.pages.passports.kept = self.kin, self.kept
        self.shown = {}
        self.pages.passports.state = lambda _: self.state
        self.state = State.ACTIVE
        self.battery = next(lot for lot in chain.book().of_lot if "/21/" in lot)
        keys = elements(self.battery)
        self.path = f"/01/{keys['01']}/21/{keys['21']}"
        self.other = next(one for one in self.pages.passports.batteries() if one != self.battery)
        shelf = Issuing(self.pages.passports, "https://testserver")
        rest = everything(chain, self.desk, shelf, whole) if whole else {}
        self.app = create_app(self.pages, shelf=shelf, door=Door(self.desk, lambda: self.now), **rest)
        for kind in Kind:
            with acting(OPERATOR):
                of = enter(self.desk, kind.value, kind, now=NOW)
            self.member(kind.value, of)

    def kin(self, identifier, **_):
        """The kin of a battery, all alone, in the state that the world is in."""
        whole = replace(marked(canonical(identifier)), state=self.state)
        return self.shown.setdefault((identifier, self.state), Kin(whole, self.pages.passports.grounds().matter))

    def kept(self, identifier, **_):
        """The same if it was shown before."""
        return self.shown.get((identifier, self.state))

    def member(self, name, of):
        """A person of an organisation, signed in."""
        with acting(OPERATOR):
            _, code = invite(self.desk, name, of, now=self.now)
        web = self.browser()
        assert web.post("/welcome", data={"code": code, "password": PASSWORD}).status_code == 303
        assert web.post("/sign-in", data={"name": name, "password": PASSWORD}).status_code == 303
        setattr(self, name.replace(" ", "_"), web)
        setattr(self, f"of_{name}".replace(" ", "_"), of)
        return web

    def browser(self):
        headers = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
        return TestClient(self.app, base_url="https://testserver", headers=headers, follow_redirects=False)

    def give(self, to, purpose, scope="*", *, download=True, **more):
        with acting(OPERATOR):
            return give(self.desk, to, purpose, scope, "Art. 77(2)", LATER, now=self.now, download=download, **more)

    def surfaces(self, web):
        """{surface: codes of the points in the answer} for everything that a browser can ask of a passport."""
        asked = ("", ".json?lang=en", ".json?lang=fr", "?lang=fr")
        found = {}
        for stem in ("", "/history", "/granted"):
            for end in asked:
                found[stem + end] = shown(web.get(stem + self.path + end))
        for end in ("", ".json"):
            found["scan" + end] = shown(web.get(self.path + end, follow_redirects=True))
        for form in FORMS:
            found[form] = shown(web.get(f"/dpp/{form}{self.path}"))
        named = quote(self.battery, safe="")
        for asked in (
            "dpps/{}",
            "dpps/{}?representation=full",
            "dppsByProductId/{}",
            "dppsByIdAndDate/{}?date=2027-03-01",
        ):
            found["/v1/" + asked] = shown(web.get("/v1/" + asked.format(named)))
        return found

    def elements(self, web):
        """The same asked one by one."""
        at = f"/v1/dpps/{quote(self.battery, safe='')}/elements/"
        answers = {code: web.get(at + code) for code in sorted(ALL)}
        assert all(shown(one) <= {code} for code, one in answers.items())
        return frozenset(code for code, one in answers.items() if one.status_code == 200)


def everything(ledger, desk, shelf, folder):
    """What `filon serve` shows besides pages and passports."""
    data = PassportData(ledger, desk)
    company = Company("Voltarine", "voltarine.example", ("urn:pact:company:customcode:1",))
    return {
        "repository": Repository(ledger, desk), "log": PublicLog(ledger.store), "points": data,
        "office": Office(ledger, desk, company, here="https://testserver"), "evidence": Evidence(folder),
        "writing": PassportWriting(data, shelf), "host": "https://testserver",
    }  # fmt: skip


def beyond(found):
    """What any surface shows that is not public."""
    return frozenset().union(*found.values()) - PUBLIC
