"""Every page of the founding chain, of a book out of files: the very same answers, now, as of then, and on a day."""

from datetime import date
from decimal import Decimal

import pytest

from filon.app import capture
from filon.app.ledger import Ledger
from filon.app.pages import Pages
from filon.books import book as books
from filon.books.book import Book
from filon.books.shelf.shelf import ShelvedBook
from filon.views.as_json import as_json
from filon.views.recall import Asked
from founding import captured

pytestmark = pytest.mark.xdist_group("founding chain")


@pytest.fixture(scope="module")
def both(chain_files, tmp_path_factory):
    """The ledger with its book out of files, and the same log with a book that was posted."""
    place = tmp_path_factory.mktemp("shelf") / "filon.db"
    with pytest.MonkeyPatch.context() as patch, Ledger.open(place) as ledger:
        assert all(one.state is capture.State.TAKEN for one in captured(ledger, chain_files))
        posted = Ledger(ledger.store)
        patch.setattr(books, "LARGE", 1)
        ledger.book()
        ledger.book(20)
        patch.undo()
        with Ledger.open(place) as shelved:
            yield shelved, posted


def lots_of(pages):
    book = pages.ledger.book()
    every = list(book.of_lot)
    pack = next(lot for lot in reversed(every) if "/21/" in lot)
    return [every[0], every[len(every) // 2], pack]


ASKED = {
    "home": lambda pages: pages.home(),
    "lots": lambda pages: pages.lots(),
    "lot": lambda pages: [pages.lot(one) for one in lots_of(pages)],
    "balance": lambda pages: [pages.balance(), pages.balance(element="Co")],
    "owners": lambda pages: pages.owners(),
    "origins": lambda pages: [
        pages.origins(one, by=by) for one in lots_of(pages) for by in ("origin", "country", "certified")
    ],
    "trace": lambda pages: [pages.trace(one, element="", back=True, forward=True) for one in lots_of(pages)],
    "flows": lambda pages: pages.flows(),
    "why": lambda pages: [pages.why(one, element="", smallest=Decimal(1)) for one in lots_of(pages)],
    "recall": lambda pages: pages.recall(Asked(tuple(lots_of(pages)[:1]))),
    "findings": lambda pages: pages.findings(),
    "custody": lambda pages: [pages.custody(one) for one in lots_of(pages)],
    "alarms": lambda pages: pages.alarms(),
    "yields": lambda pages: pages.yields(),
    "credits": lambda pages: pages.credits(),
    "carbon": lambda pages: pages.carbon(lots_of(pages)[-1]),
    "affected": lambda pages: pages.affected(),
    "as of then": lambda pages: [pages.balance(as_of=size) for size in (pages.ledger.size() - 1, 5)],
    "on a day": lambda pages: pages.lots(on=date(2026, 6, 1)),
}


@pytest.mark.parametrize("asked", ASKED)
def test_a_page_of_a_book_out_of_files_is_the_same(both, asked):
    shelved, posted = both
    assert type(shelved.book()) is ShelvedBook
    assert type(posted.book()) is Book
    assert as_json(ASKED[asked](Pages(shelved))) == as_json(ASKED[asked](Pages(posted)))
