"""What a stocktake says of a lot beside what the books say: how sure its weight is, and what was measured anew."""

from __future__ import annotations

from dataclasses import replace

from filon.books.book import Holding
from filon.books.declared import Declared, default_sigma
from filon.books.journal import Journal
from filon.books.lot import Account, AccountKind
from filon.books.movement import Movement
from filon.core.finding import found


def anew(told: Declared, said: Declared | None) -> Declared:
    """What was declared of a lot, with what a stocktake measured of it since."""
    if said is None:
        return told
    return replace(
        told,
        form=told.form or said.form,
        assays={**told.assays, **said.assays},
        moisture=told.moisture if said.moisture is None else said.moisture,
        drying=told.drying if said.moisture is None else said.drying,
        weighing=said.weighing,
        density=said.density or told.density,
    )


def level_sigma(told: Declared) -> float:
    """Relative one-sigma uncertainty of what a stocktake weighs: as it said, else the table's."""
    return float(told.weighing) if told.weighing is not None else default_sigma("stocktake") / 100


def account_of(kind: AccountKind, holding: Holding) -> Account:
    """Where the difference between a stocktake and the books stands."""
    return Account(kind, f"stocktake {holding.lot}@{holding.site}")


def differ(journal: Journal, move: Movement, holding: Holding, measured: str, book: str) -> None:
    """Tell that measured and booked differ by more than measuring explains (BOK-019)."""
    names = {"lot": journal.name(holding.lot), "site": journal.register.name(holding.site)}
    journal.findings.append(
        found("BOK-019", move.said.place, expected=book, found=measured, measured=measured, book=book, **names)
    )
