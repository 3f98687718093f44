"""The chain of custody of a book: what may be claimed of every lot, the accounts behind it, and all that is wrong.

chain = ChainOfCustody(book, facts)
chain.states("Co", "responsible mining")[holding.id].model
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from filon.accounts.custody.account import CreditAccount, accounts
from filon.accounts.custody.capacity import capacity_findings
from filon.accounts.custody.claims import Told
from filon.accounts.custody.derive import derived
from filon.accounts.custody.facts import Fact
from filon.accounts.custody.instrument import instrument_findings
from filon.accounts.custody.model import Custody
from filon.accounts.custody.toll import Toll, toll_findings, tolls
from filon.accounts.custody.yields import factor_findings
from filon.accounts.owner import Ownership, names_owner, owner_findings, ownership
from filon.books.book import Book
from filon.core.finding import Finding
from filon.core.matter import MASS


class ChainOfCustody:
    """Custody worked out from a book and the facts; each part once, when it is asked for."""

    def __init__(self, book: Book, facts: Iterable[Fact]) -> None:
        self.book = book
        self.told = Told.of(book, facts)
        self._owned: dict[str, Ownership] = {}
        self._states: dict[tuple[str, str], Sequence[Custody]] = {}

    @property
    def subjects(self) -> tuple[tuple[str, str], ...]:
        """(element, characteristic) of all claims."""
        return self.told.subjects

    def states(self, element: str, characteristic: str) -> Sequence[Custody]:
        """What may be claimed of each holding, by id."""
        key = (element, characteristic)
        if key not in self._states:
            self._states[key] = derived(self.told, element, characteristic)
        return self._states[key]

    def ownership(self, element: str) -> Ownership:
        """Whose the milligrams of an element are, in every holding."""
        if element not in self._owned:
            self._owned[element] = ownership(self.told, element)
        return self._owned[element]

    def ownership_of(self, element: str, within: frozenset[int]) -> Ownership:
        """The same of some holdings and all that they came from, unless all is worked out."""
        known = self._owned.get(element)
        return known or ownership(self.told, element, within)

    def _owners(self) -> Iterable[Finding]:
        """What sender and receiver say differently; nothing is worked out where nobody names an owner."""
        if any(names_owner(said.event) for said in self.book.events):
            for element in sorted(self.book.once("carried", _carried) - {MASS}):
                yield from owner_findings(self.told, element)

    @cached_property
    def accounts(self) -> Sequence[CreditAccount]:
        """The mass-balance accounts, by key."""
        return accounts(self.told, self.states)

    @cached_property
    def tolls(self) -> Sequence[Toll]:
        """Work on contract."""
        return tolls(self.told)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that is wrong or worth knowing, each once."""
        for element, characteristic in self.subjects:
            self.states(element, characteristic)
        of_accounts = [one for account in self.accounts for one in account.findings]
        kept = {(site, account.key.element) for account in self.accounts for site in account.sites}
        every = [
            *self.told.findings, *instrument_findings(self.told), *of_accounts, *toll_findings(self.told),
            *capacity_findings(self.told), *factor_findings(self.told, kept), *self._owners(),
        ]  # fmt: skip
        return tuple({(one.code, one.place, tuple(sorted(one.values.items()))): one for one in every}.values())


def _carried(book: Book) -> set[str]:
    return {substance for holding in book.holdings for substance, mg in holding.content.items() if mg}
