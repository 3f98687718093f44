"""One battery as its passport sees it: what was said of it, its matter, its plant, its life.

battery = Battery(grounds, identifier, on)
battery.said("weight")        # the statement that counts on that day, or None
battery.books(value)          # a figure that follows from the books
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property

from filon.accounts.carried import shared
from filon.accounts.origin import Vector
from filon.books import trace
from filon.books.lot import LotId
from filon.books.register import EPC_CLASS
from filon.core.errors import NotFoundError
from filon.core.quantity import part
from filon.epcis.event import FILON
from filon.passport.derived import elements_of, weight_of
from filon.passport.grounds import Grounds, Group
from filon.passport.life import Life, life
from filon.passport.passport import Standing, Why
from filon.passport.statement import Statement, local_day, model_of
from filon.passport.value import Value


@dataclass(frozen=True, slots=True)
class Figure:
    """A value under way: what it is, how far it can be trusted, why."""

    value: Value | None
    standing: Standing
    why: Why


NOTHING = Figure(None, Standing.MISSING, Why("declared"))


class Battery:
    """What is known of one battery on a day.

    Args:
        identifier: canonical.
        on: statements that begin later do not count.

    Raises:
        NotFoundError: neither the books nor any statement or deed know it.
    """

    def __init__(self, grounds: Grounds, identifier: str, on: date) -> None:
        self.grounds, self.id, self.on = grounds, LotId(identifier), on
        self.book = grounds.book
        self.register = grounds.book.register
        source = grounds.matter.origin_of(identifier)
        self.first = source.first if source else None
        self.lot, self.pieces = (source.lot, source.pieces) if source else (self.id, 1)
        self.life: Life = life(self.id, grounds.deeds.get(self.id, ()), self.register)
        self.model = model_of(self.id) or self.register.product(self.id)
        self.plant = self.first.site if self.first else ""
        self.about: tuple[str, ...] = (self.id, self.model)
        if self.first is None and not self.life.entries and self.id not in grounds.sayings.by_subject:
            raise NotFoundError("there is no such battery in this ledger")
        if batch := self.said("batch"):
            self.about = (self.id, f"{self.model}/10/{batch.value}", self.model)

    def said(self, code: str) -> Statement | None:
        """The statement of a point that counts: of the battery, else its batch, else its model."""
        return self.grounds.sayings.best(code, self.about, self.plant, self.on)

    def holds(self, code: str) -> bool | None:
        """Whether the condition of a point holds; None = nobody said."""
        return self.grounds.sayings.holds(code, self.about, self.plant)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Everything that was said of it, its batch or its model at its plant."""
        table = self.grounds.sayings.by_subject
        listed = (one for subject in self.about for some in table.get(subject, {}).values() for one in some)
        return tuple(one for one in listed if one.plant in {"", self.plant})

    @cached_property
    def cone(self) -> tuple[int, ...]:
        """Log entries that brought the events behind the battery."""
        if self.first is None:
            return ()
        behind = trace.forebears(self.book, [self.lot])
        return tuple(sorted({self.book.events[self.book.holdings[i].made].entry for i in behind}))

    def books(self, value: Value | None, account: str = "books", **more: object) -> Figure:
        """A figure of the books, or unknown where they cannot tell."""
        why = Why(account, entries=self.cone, subject=self.id, at=self.made)
        why = replace(why, **more)  # type: ignore[arg-type]  # members of Why, by name
        return Figure(value, Standing.UNKNOWN if value is None else Standing.COMPUTED, why)

    def master(self, value: Value | None) -> Figure:
        """A figure of the master data: somebody's declaration without a day."""
        return Figure(value, Standing.MISSING if value is None else Standing.DECLARED, Why("books", "model"))

    @cached_property
    def made(self) -> date | None:
        """The day it was made, where it was made."""
        return local_day(self.book.events[self.first.made].event) if self.first else None

    @cached_property
    def group(self) -> Group:
        """The model, plant and year that recycled content and footprint are told for."""
        assert self.first is not None, "asked of batteries that the books have"
        return self.grounds.matter.group(self.lot, self.first)

    @cached_property
    def content(self) -> Mapping[str, int | None]:
        """{substance: mg} when it was made; of a batch, its share."""
        content = self.first.content if self.first else {}
        return {one: None if mg is None else part(mg, 1, self.pieces) for one, mg in content.items()}

    @cached_property
    def weight(self) -> int | None:
        """Mg of the whole battery."""
        said = self.said("weight")
        return weight_of(self.content, said.value if said else None)

    @cached_property
    def maker(self) -> str:
        """Party that runs the plant; the plant itself if nobody said."""
        return self.register.site(self.plant).party or self.plant

    @cached_property
    def energy(self) -> Decimal | None:
        """Rated energy, kWh: as said, else of the model's master data."""
        said = self.said("ratedEnergy")
        if said and isinstance(said.value, Decimal):
            return said.value
        text = self.register.vocabularies.get(EPC_CLASS, {}).get(self.model, {}).get(FILON + "ratedEnergy", "")
        try:
            energy = Decimal(text)
        except InvalidOperation:
            return None
        return energy if energy > 0 else None

    def origin_vectors(self) -> Mapping[str, Vector | None]:
        """{element: its origins in this battery}."""
        if self.first is None:
            return {}
        made = {one: self.grounds.matter.vector(self.first, one) for one in elements_of(self.content)}
        return {one: self._share(one, vector) for one, vector in made.items()} if self.pieces > 1 else made

    def _share(self, element: str, vector: Vector | None) -> Vector | None:
        """One piece's part of what is in its batch, to the mg; origins of less than half a mg of it drop out."""
        mg = self.content[element]
        return None if vector is None or mg is None else shared(mg, vector)

    def country(self, who: str) -> str:
        """Country of a party or site; empty if nobody said."""
        return next((one for one in self._countries(who) if one), "")

    def _countries(self, who: str) -> Iterator[str]:
        for known in self.register.vocabularies.values():
            yield str(known.get(who, {}).get(FILON + "country", ""))
