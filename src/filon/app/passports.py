"""Passports of a ledger: made from its books, accounts, statements and deeds, as known when; and every version of one.

    passports = Passports(ledger)
    passports.passport("https://id.gs1.org/01/09521213000010/21/000001", on=date(2027, 2, 18))

Grounds are a cache by log size; each can be made again from the log.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator
from datetime import date, datetime
from threading import RLock

from filon.app.carbon import Carbon
from filon.app.ledger import Ledger
from filon.app.records import LIFE, POINTS, said
from filon.books.movement import Said
from filon.core.finding import Finding
from filon.core.ident import canonical, gtin
from filon.core.moment import Known
from filon.log.leaf import moment
from filon.passport.grounds import Grounds
from filon.passport.life import Life, deeds, life
from filon.passport.make import passport
from filon.passport.passport import Cessation, Passport, State
from filon.passport.point import LATEST, Audience
from filon.passport.statement import Sayings, Statement, model_of, statements

KEPT = 2
"""So many grounds are kept in memory."""
SHORTEST_GTIN, LONGEST_GTIN = 8, 14


class Passports:
    """The passports of one ledger."""

    def __init__(self, ledger: Ledger, carbon: Carbon | None = None) -> None:
        self.ledger = ledger
        self.carbon = carbon or Carbon(ledger)
        self._grounds: OrderedDict[int, Grounds] = OrderedDict()
        self._lock = RLock()

    def grounds(self, as_of: Known | None = None) -> Grounds:
        """All that passports are made from; kept until the log has grown."""
        size = self.ledger.size(as_of)
        with self._lock:
            if size not in self._grounds:
                told, done = statements(self._marked(POINTS, size))[0], deeds(self._marked(LIFE, size))[0]
                book, carbon = self.ledger.book(size), self.carbon.account(size)
                self._grounds[size] = Grounds(book, Sayings.of(told), done, carbon, size, self._learned)
                while len(self._grounds) > KEPT:
                    self._grounds.popitem(last=False)
            return self._grounds[size]

    def _learned(self, entry: int) -> datetime:
        return self.ledger.store.entry(entry).learned

    def findings(self, as_of: Known | None = None) -> tuple[Finding, ...]:
        """What is wrong with statements and deeds as such; a passport has its own findings besides."""
        size = self.ledger.size(as_of)
        return (*statements(self._marked(POINTS, size))[1], *deeds(self._marked(LIFE, size))[1])

    def _marked(self, mark: tuple[str, str], size: int) -> Iterator[Said]:
        role, name = mark
        return (said(one) for one in self.ledger.store.touching([name], roles=[role], size=size))

    def day(self, as_of: Known | None = None) -> date:
        """The day of the last entry: what a passport is told for if nobody names a day, the same every time."""
        size = self.ledger.size(as_of)
        return self.ledger.store.entry(size - 1).learned.date() if size else moment(0).date()

    def passport(
        self,
        identifier: str,
        *,
        on: date | None = None,
        as_of: Known | None = None,
        ruleset: str = LATEST,
        audiences: Collection[Audience] | None = None,
    ) -> Passport:
        """The passport of one battery (or model) by its identifier.

        Args:
            on: the day that its verdicts are for; None = the day of the last entry.
            audiences: only what these may see; None = everything.

        Raises:
            NotFoundError: nothing is known of it.
        """
        day = on or self.day(as_of)
        return passport(self.grounds(as_of), canonical(identifier), on=day, ruleset=ruleset, audiences=audiences)

    def ceased(self, identifier: str) -> Cessation | None:
        """The end of a battery's passport, if it has come, as known now."""
        return self._life(identifier).ceased

    def state(self, identifier: str) -> State:
        """Whether others see a battery's passport, as known now: quick, without books."""
        return self._life(identifier).state

    def _life(self, identifier: str) -> Life:
        battery, size = canonical(identifier), self.ledger.size()
        named = self.ledger.store.touching([battery], roles=["life"], size=size)
        done, _ = deeds(said(one) for one in named)
        return life(battery, done, self.ledger.register(size)) if done else Life()

    def named(self, name: str, as_of: Known | None = None) -> str:
        """The battery or model that a person means: identifier, GTIN, serial number, or the name of a product.

        A model is answered by one of its batteries, the last one made, so that derived values are there.

        Raises:
            NotFoundError: none, or several.
        """
        grounds = self.grounds(as_of)
        wanted = canonical(name.strip())
        if name.strip().isdecimal() and SHORTEST_GTIN <= len(name.strip()) <= LONGEST_GTIN:
            wanted = gtin(name.strip())
        if wanted in grounds.deeds_of or wanted in grounds.book.of_lot:
            return wanted
        models = {model_of(one) or one: one for one in grounds.batteries}
        if wanted in models:
            return models[wanted]
        register = grounds.book.register
        alike = [last for model, last in models.items() if name.casefold() in register.name(model).casefold()]
        if len(alike) == 1:
            return alike[0]
        if wanted in grounds.sayings.by_subject:
            return wanted
        return self.ledger.lot(name, as_of)

    def measurements(self, identifier: str, code: str, *, as_of: Known | None = None) -> tuple[Statement, ...]:
        """Everything that was said of a point of one battery, oldest first."""
        battery = canonical(identifier)
        return tuple(self.grounds(as_of).sayings.history(code, (battery, model_of(battery))))

    def versions(self, identifier: str, *, as_of: Known | None = None) -> tuple[int, ...]:
        """The log entries that made a version of a passport, oldest first: as of entry + 1 each is there again.

        Raises:
            NotFoundError: nothing is known of the battery.
        """
        return self.passport(identifier, as_of=as_of).touched

    def batteries(self, as_of: Known | None = None) -> tuple[str, ...]:
        """All batteries that have a passport."""
        grounds = self.grounds(as_of)
        return tuple(sorted({*grounds.batteries, *grounds.deeds_of}))
