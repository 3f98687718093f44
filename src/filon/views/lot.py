"""One lot: what it is, what is in it, where that came from, where it went, whether it adds up, and how we know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from filon.core.finding import Finding
from filon.views.balance import BalanceLine, Choice
from filon.views.chain import Chain
from filon.views.figure import Figure, Named, Sentence
from filon.views.ledger_state import LedgerState
from filon.views.log import EntryLine
from filon.views.origin import Contained


@dataclass(frozen=True, slots=True)
class SiteName:
    """A site as people call it, with its country (ISO 3166-1 alpha-2); empty where not known."""

    key: str
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that a lot rests on.

    Args:
        kind: `testres` (certificate of analysis), `desadv` (delivery note), `po` (order), `prodorder`, or as sent.
        number: as written on it.
        entry: log index of the deposit that named it.
    """

    kind: str
    number: str
    entry: int


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where some of a lot is: in stock at a site, in transit, or gone (`used`, `waste`, `out of scope`)."""

    state: str
    site: SiteName
    mass: Figure
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Owned:
    """Some of a lot that is not of those who hold it: whose it is, who has it, where, and how much of an element."""

    owner: str
    holder: str
    site: SiteName
    element: Named
    mass: Figure


@dataclass(frozen=True, slots=True)
class AssayLine:
    """One assay of a lot as its certificate says.

    Args:
        share: percent of the mass on `basis` (`dry`, `wet`, or empty where nobody said), with its uncertainty.
        status: `provisional`, `final` or `umpire`.
        by: whose it is: seller, buyer or a name.
        counts: whether the books rest on it; of several assays of an element one does.
    """

    element: Named
    share: Figure
    basis: Named
    status: Named
    by: str
    laboratory: str
    method: str
    certificate: str
    sampled: str
    analysed: str
    counts: bool


@dataclass(frozen=True, slots=True)
class WeighingLine:
    """One weight that somebody found of a lot: who, on which scale; beside the maker's own, which counts."""

    mass: Figure
    status: Named
    by: str
    scale: str


@dataclass(frozen=True, slots=True)
class LotView:
    """One lot at one glance.

    Args:
        key: canonical identifier.
        number: what people call it.
        product: name of the product as its maker calls it; empty if unsaid.
        form: chemical or physical form; empty key if unsaid.
        stage: one of `chain.STAGES` or `other`.
        site: where it was made.
        made: the day it was made; None if not known.
        mass: as weighed by its maker.
        known: share of all contained elements that has a known origin.
        verdict: the same in one sentence.
        contained: element by element, the most first.
        whereabouts: where it is now.
        chain: both ways.
        balance: a line an element: in = out + stock + loss + unaccounted.
        owned: what of it belongs to others than those who hold it; empty where nobody said so.
        battery: path of the public battery page; empty unless it is a serialised pack.
        retracted: events about it that their sender took back.
        assays, weighings: all that were told, side by side.
        crystal_water: molecules of water a salt has left for each atom of its metal; None where none left or came.
    """

    ledger: LedgerState
    key: str
    number: str
    product: str
    form: Named
    stage: Named
    site: SiteName
    made: date | None
    mass: Figure
    known: Figure
    verdict: Sentence
    contained: tuple[Contained, ...]
    whereabouts: tuple[Whereabouts, ...]
    chain: Chain
    balance: tuple[BalanceLine, ...]
    findings: tuple[Finding, ...]
    papers: tuple[Paper, ...]
    entries: tuple[EntryLine, ...]
    battery: str = ""
    owned: tuple[Owned, ...] = ()
    retracted: tuple[str, ...] = ()
    assays: tuple[AssayLine, ...] = ()
    weighings: tuple[WeighingLine, ...] = ()
    crystal_water: Figure | None = None


@dataclass(frozen=True, slots=True)
class LotRow:
    """One lot in the list.

    Args:
        leading: the element it is made for, with its kg; None if it carries none.
        known: share of all its elements with a known origin.
        errors, warnings: how many findings.
    """

    key: str
    number: str
    product: str
    form: Named
    stage: Named
    site: SiteName
    made: date | None
    mass: Figure
    leading: tuple[Named, Figure] | None
    known: Figure
    errors: int
    warnings: int
    href: str


@dataclass(frozen=True, slots=True)
class LotList:
    """The lots that a search leaves, a page at a time.

    Args:
        query: as typed.
        total: how many lots match, on all pages.
        page, pages: 1-based; `pages` is at least 1.
        stages, sites: facets with counts.
        rows: newest first.
    """

    ledger: LedgerState
    query: str
    total: int
    page: int
    pages: int
    stages: tuple[Choice, ...]
    sites: tuple[Choice, ...]
    rows: tuple[LotRow, ...]
