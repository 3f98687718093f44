"""The passport pages' questions: what a reader sees of a passport, its history, and how ready models are."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime

from filon.app.ledger import Ledger
from filon.app.passports import Passports
from filon.core.errors import GoneError, WrongCallError
from filon.core.ident import sgtin
from filon.core.moment import Known
from filon.core.recent import Recent
from filon.passport.passport import Cessation, disclosed
from filon.passport.point import LATEST, Audience, rulesets
from filon.views.build.log import entry_line
from filon.views.build.passport import board_view, history_view, passport_view, readiness_view
from filon.views.ledger_state import LedgerState
from filon.views.log import EntryLine
from filon.views.passport import BoardView, HistoryView, PassportView, ReadinessView

STRANGER: frozenset[Audience] = frozenset()
KEPT = 64
"""So many states of the log are remembered."""


class PassportPages:
    """Answers about passports, for pages and commands alike.

    Args:
        today: the day that duties are told for; None = the day of the last log entry.
    """

    def __init__(self, ledger: Ledger, today: Callable[[], date] | None = None) -> None:
        self.ledger = ledger
        self.passports = Passports(ledger)
        self.today = today
        self._states = Recent[int, tuple[str, datetime | None]](KEPT)  # never changes: entries stay

    def state(self, *, as_of: Known | None = None) -> LedgerState:
        """The log as it stood."""
        store, size = self.ledger.store, self.ledger.size(as_of)
        if size not in self._states:
            learned = store.entry(size - 1).learned if size else None
            self._states[size] = store.root(size).hex(), learned
        root, learned = self._states[size]
        return LedgerState(size, root, learned, latest=size == store.size())

    def passport(
        self,
        identifier: str,
        *,
        audiences: Collection[Audience] = STRANGER,
        on: date | None = None,
        as_of: Known | None = None,
    ) -> PassportView:
        """What a reader may see of a passport; a stranger by default.

        Raises:
            NotFoundError: nothing is known of the battery.
        """
        made = self.passports.passport(identifier, on=on or self._day(as_of), as_of=as_of, audiences=audiences)
        return passport_view(made, self.state(as_of=as_of))

    def history(
        self,
        gtin: str,
        serial: str,
        *,
        audiences: Collection[Audience] = STRANGER,
        as_of: Known | None = None,
    ) -> HistoryView:
        """Every version of a passport, with what the reader may know of each."""
        identifier = sgtin(gtin, serial)
        self.standing(identifier, audiences)
        made = self.passports.passport(identifier, on=self._day(as_of), as_of=as_of)
        codes = frozenset(one.code for one in disclosed(made, audiences))
        return history_view(made, self.passports.grounds(as_of), self.state(as_of=as_of), self._entry, codes)

    def board(self, *, on: date | None = None, ruleset: str = LATEST, as_of: Known | None = None) -> BoardView:
        """Every model, and how ready its passport is on a day.

        Raises:
            WrongCallError: no such ruleset.
        """
        day, grounds = on or self._day(as_of) or self.passports.day(as_of), self.passports.grounds(as_of)
        _ruleset(ruleset)
        return board_view(
            self.state(as_of=as_of),
            grounds,
            lambda one: self.passports.passport(one, on=day, as_of=as_of, ruleset=ruleset),
            day,
            ruleset,
        )

    def readiness(
        self, name: str, *, on: date | None = None, ruleset: str = LATEST, as_of: Known | None = None
    ) -> ReadinessView:
        """One model or battery, point by point.

        Raises:
            NotFoundError: no such model or battery.
            WrongCallError: no such ruleset.
        """
        _ruleset(ruleset)
        identifier = self.passports.named(name, as_of)
        made = self.passports.passport(identifier, on=on or self._day(as_of), as_of=as_of, ruleset=ruleset)
        return readiness_view(made, self.passports.grounds(as_of), self.state(as_of=as_of))

    def standing(self, identifier: str, audiences: Collection[Audience] = STRANGER) -> None:
        """Whether a passport still stands, as known now: what has ceased shows a tombstone, whatever is asked.

        Raises:
            GoneError: it ceased; the operator alone still reads it.
        """
        ceased = self.passports.ceased(identifier)
        if ceased and Audience.OPERATOR not in audiences:
            told = "this battery was recycled; its passport has ceased to exist"
            raise GoneError(told, **tombstone(identifier, ceased))

    def day(self) -> date | None:
        """The day that passports are told for now; None = that of the last entry."""
        return self._day(None)

    def _day(self, as_of: Known | None) -> date | None:
        return self.today() if self.today and as_of is None else None

    def _entry(self, index: int) -> EntryLine:
        return entry_line(self.ledger.store.entry(index), self.ledger.events_of(index))


def tombstone(identifier: str, ceased: Cessation) -> dict[str, str]:
    """What is left of a passport that has ceased.

    Source: Article 77(8); passport reference, section 4 (design).
    """
    return {"identifier": identifier, "ceasedAt": ceased.day.isoformat(), "reason": ceased.reason}


def _ruleset(name: str) -> None:
    if name not in rulesets():
        raise WrongCallError(f"there is no ruleset {name!r}; choose of {', '.join(rulesets())}")
