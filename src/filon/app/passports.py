"""Passports of a ledger: made from its books, accounts, statements and deeds, as known when; and every version of one.

    passports = Passports(ledger)
    passports.passport("https://id.gs1.org/01/09521213000010/21/000001", on=date(2027, 2, 18))

What is made is kept, and all of it is a cache. Books and accounts (`Matter`) stay until an entry moves matter, says
what was used, or describes something; statements and deeds are looked up battery by battery; and batteries that only
their names tell apart share one passport (`Kin`), found by the records that name them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import RLock
from typing import Any

from filon.app.alike import Alike
from filon.app.carbon import Carbon
from filon.app.heard import DEEDS_OF, POINTS_OF, Heard
from filon.app.ledger import Ledger
from filon.app.records import LIFE, POINTS, is_master, said
from filon.books.movement import movements
from filon.core.finding import Finding
from filon.core.ident import canonical, gtin
from filon.core.moment import Known
from filon.core.recent import Recent
from filon.log.leaf import moment
from filon.log.store import Store, Stored
from filon.passport.battery import Battery
from filon.passport.grounds import Grounds, Matter
from filon.passport.kin import Sides, renamed, sides
from filon.passport.life import Deed, Life, deeds, life
from filon.passport.make import passport
from filon.passport.passport import Cessation, Passport, State, disclosed
from filon.passport.point import LATEST, Audience
from filon.passport.statement import Sayings, Statement, model_of, statements

KEPT = 2
"""So many grounds are kept in memory."""
KEPT_KIN = 4096
"""So many kin are kept in memory; each can be made again from the log."""
SHORTEST_GTIN, LONGEST_GTIN = 8, 14
_SILENT_KINDS = frozenset({"deposit", "key", "stamp"})
"""Kinds of entries that say no more than their records; an erasure unsays."""


@dataclass
class Kin:
    """One passport for all batteries that only their names tell apart, and what else was made of it once.

    Args:
        passport: whole, of the battery that was asked for first.
        matter: what it was made from, as long as nothing moves.
    """

    passport: Passport
    matter: Matter = field(repr=False)
    _made: dict[object, Any] = field(default_factory=dict, repr=False)

    def once(self, what: object, make: Callable[[], Any]) -> Any:
        """Something that follows from the passport alone; made when it is asked for the first time."""
        if what not in self._made:
            self._made[what] = make()
        return self._made[what]

    def has(self, what: object) -> bool:
        """Whether it was made before."""
        return what in self._made

    def of(self, battery: str, size: int, audiences: Collection[Audience] | None = None) -> Passport:
        """The passport of one of them, whole (None) or as these audiences may see it."""
        if audiences is None:
            seen = self.passport
        else:
            seen = self.once(frozenset(audiences), lambda: disclosed(self.passport, audiences))
        return seen if (battery, size) == (seen.identifier, seen.size) else renamed(seen, battery, size=size)


class Passports:
    """The passports of one ledger."""

    def __init__(self, ledger: Ledger, carbon: Carbon | None = None) -> None:
        self.ledger = ledger
        self.carbon = carbon or Carbon(ledger)
        self._grounds = Recent[int, tuple[int, Grounds]](KEPT)
        self._kin: Alike[Kin] = Alike(KEPT_KIN)
        self._batches: Alike[tuple[str, ...]] = Alike(KEPT_KIN)
        self._deeds = Recent[int, Heard[Sequence[Deed]]](KEPT)
        self._lives: Alike[tuple[State, Cessation | None]] = Alike(KEPT_KIN)
        self._about = Recent[tuple[int, str], tuple[tuple[str, int], ...]](KEPT_KIN)
        self._lock = RLock()

    def grounds(self, as_of: Known | None = None) -> Grounds:
        """All that passports are made from."""
        return self._stamped(self.ledger.size(as_of))[1]

    def _stamped(self, size: int) -> tuple[int, Grounds]:
        """Grounds, and the size of the log when their matter was made."""
        with self._lock:
            if size not in self._grounds:
                before = max((known for known in self._grounds if known < size), default=None)
                stamp, matter = size, None
                if before is not None and _quiet(self.ledger.store, before, size):
                    stamp, matter = self._grounds[before][0], self._grounds[before][1].matter
                if matter is None:
                    matter = Matter(self.ledger.book(size), self.carbon.account(size))
                store = self.ledger.store
                told = Sayings(Heard(store, size, POINTS_OF))
                self._grounds[size] = stamp, Grounds(matter, told, self._done(size), size, self._learned)
            return self._grounds[size]

    def _done(self, size: int) -> Heard[Sequence[Deed]]:
        """What was done to batteries, read once for passports and for whether they stand."""
        with self._lock:
            if size not in self._deeds:
                self._deeds[size] = Heard(self.ledger.store, size, DEEDS_OF)
            return self._deeds[size]

    def _learned(self, entry: int) -> datetime:
        return self.ledger.store.entry(entry).learned

    def findings(self, as_of: Known | None = None) -> tuple[Finding, ...]:
        """What is wrong with statements and deeds as such; a passport has its own findings besides."""
        size, store = self.ledger.size(as_of), self.ledger.store
        points, lives = (
            (said(one) for one in store.touching([name], roles=[role], size=size)) for role, name in (POINTS, LIFE)
        )
        return (*statements(points)[1], *deeds(lives)[1])

    def day(self, as_of: Known | None = None) -> date:
        """The day of the last entry: what a passport is told for if nobody names a day, the same every time."""
        size = self.ledger.size(as_of)
        return self.ledger.store.entry(size - 1).learned.date() if size else moment(0).date()

    def kin(self, identifier: str, *, on: date | None = None, as_of: Known | None = None, ruleset: str = LATEST) -> Kin:
        """The passport that a battery shares with all whom only their names tell apart from it.

        Raises:
            NotFoundError: nothing is known of it.
        """
        size = self.ledger.size(as_of)
        (stamp, grounds), battery = self._stamped(size), canonical(identifier)
        day = on or self.day(size)
        key = self._key(stamp, grounds, battery, day)
        named = self._batches.of(battery, key, lambda: (Battery(grounds, battery, day).about[1:-1], ()))

        def make() -> tuple[Kin, Sides]:
            made = passport(grounds, battery, on=day, ruleset=ruleset)
            return Kin(made, grounds.matter), sides(grounds.deeds.get(battery, ()))

        return self._kin.of(battery, (*key, ruleset, *(self._said_of(one, size) for one in named)), make)

    def kept(self, identifier: str, *, on: date, ruleset: str = LATEST) -> Kin | None:
        """The same as known now if it was made before: at once, or None."""
        size, battery = self.ledger.size(), canonical(identifier)
        with self._lock:
            at_hand = self._grounds.get(size)
        if at_hand is None:
            return None
        key = self._key(*at_hand, battery, on)
        named = self._batches.kept(battery, key)
        if named is None:
            return None
        return self._kin.kept(battery, (*key, ruleset, *(self._said_of(one, size) for one in named)))

    def _key(self, stamp: int, grounds: Grounds, battery: str, day: date) -> tuple[Hashable, ...]:
        """What all of a kin have in common: matter, day, model, batch, and which records name them in which role."""
        made, model = grounds.matter.origin_of(battery), model_of(battery)
        alone = battery if made and made.pieces == 1 else ""
        batch = made.lot if made and not alone else ""
        marks = tuple(self.ledger.store.marked(battery, size=grounds.size))
        if not marks and not batch:
            alone = battery
        return stamp, day, model, batch, alone, self._said_of(model, grounds.size), marks

    def _said_of(self, subject: str, size: int) -> tuple[tuple[str, int], ...]:
        """Which records may say something of a model or batch; kept, for all its batteries ask."""
        if (size, subject) not in self._about:
            told = self.ledger.store.marked(subject, size=size)
            self._about[size, subject] = tuple(one for one in told if one[0] in POINTS_OF.roles)
        return self._about[size, subject]

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
        size = self.ledger.size(as_of)
        kin = self.kin(identifier, on=on, as_of=size, ruleset=ruleset)
        return kin.of(canonical(identifier), size, audiences)

    def life(self, identifier: str) -> Life:
        """What became of a battery, as known now."""
        battery, size = canonical(identifier), self.ledger.size()
        return life(battery, Heard(self.ledger.store, size, DEEDS_OF).get(battery, ()), self.ledger.register(size))

    def ceased(self, identifier: str) -> Cessation | None:
        """The end of a battery's passport, if it has come, as known now."""
        return self._life(identifier)[1]

    def state(self, identifier: str) -> State:
        """Whether others see a battery's passport, as known now: quick, without books."""
        return self._life(identifier)[0]

    def _life(self, identifier: str) -> tuple[State, Cessation | None]:
        battery, size = canonical(identifier), self.ledger.size()
        marks = tuple(self.ledger.store.marked(battery, size=size))
        if not any(role in DEEDS_OF.roles for role, _ in marks):
            return Life().state, None

        def make() -> tuple[tuple[State, Cessation | None], Sides]:
            done = self._done(size).get(battery, ())
            told = life(battery, done, self.ledger.register(size))
            return (told.state, told.ceased), sides(done)

        return self._lives.of(battery, marks, make)

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
        if wanted in grounds.deeds or grounds.matter.origin_of(wanted):
            return wanted
        models = {model_of(one) or one: one for one in grounds.matter.batteries}
        if wanted in models:
            return grounds.matter.last_of(models[wanted])
        register = grounds.register
        alike = [last for model, last in models.items() if name.casefold() in register.name(model).casefold()]
        if len(alike) == 1:
            return grounds.matter.last_of(alike[0])
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
        """All batteries that have a passport; of a batch whose serial numbers are a range, those that a deed names."""
        grounds = self.grounds(as_of)
        alone = (one for one in grounds.matter.batteries if grounds.matter.pieces(one) == 1)
        return tuple(sorted({*alone, *grounds.deeds}))


def _quiet(store: Store, first: int, size: int) -> bool:
    """Whether entries first..size-1 leave books, accounts and register as they were."""
    kinds = {one.kind for one in store.entries(first, size)}
    return kinds <= _SILENT_KINDS and all(map(_silent, store.records(first=first, size=size)))


def _silent(stored: Stored) -> bool:
    """Whether a record says something of batteries and moves no matter, uses nothing, takes nothing back."""
    if is_master(stored.body):
        return False
    one = said(stored)
    says = one.event.own("points") or one.event.own("life")
    loud = one.event.errorDeclaration or any(map(one.event.own, ("activity", "custody")))
    return bool(says) and not loud and next(iter(movements([one])), None) is None
