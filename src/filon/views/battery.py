"""What everybody may see behind the QR code of a battery: its metals, their origins, and what nobody knows.

Only what is public, of the passport too: no test report, no item data, no site name without the site's consent (then
its country).

Source: Regulation (EU) 2023/1542, Annex XIII point 1; passport reference, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from filon.views.figure import Figure, Named, Sentence
from filon.views.ledger_state import LedgerState
from filon.views.origin import Contained
from filon.views.passport import PassportView


@dataclass(frozen=True, slots=True)
class Leg:
    """One stage of the journey.

    Args:
        stage: one of `chain.STAGES`.
        countries: where it took place, ISO codes, most mass first.
        names: sites that agreed to be named.
        lots: how many lots of that stage are behind this battery; 0 for mines and recyclers known only as origins.
    """

    stage: Named
    countries: tuple[str, ...]
    names: tuple[str, ...]
    lots: int


@dataclass(frozen=True, slots=True)
class BatteryView:
    """The public page of one battery.

    Args:
        link: canonical identifier, GS1 Digital Link.
        gtin, serial: model (14 digits) and item.
        model, maker: names; empty if unsaid.
        maker_country: ISO 3166-1 alpha-2, empty if unsaid.
        made: the day it was made.
        mass: the pack's, kg.
        energy: rated energy, kWh.
        known: share of all metals below that has a known origin.
        verdict: first sentence of the page.
        metals: by origin, the most critical first.
        unknown: what is unknown and why, a sentence each; empty only if nothing is.
        balance: does the chain behind it add up?
        journey: stage by stage, from the mines on.
        passport: the data points that everybody may see; None where there is none.
        evidence: sentences on how we know: events, deposits, root hash.
        kept: what was drawn of the part that all of its kin share, by whoever draws;
            no part of the view, None = nothing is kept.
    """

    ledger: LedgerState
    link: str
    gtin: str
    serial: str
    model: str
    maker: str
    maker_country: str
    made: date | None
    mass: Figure
    energy: Figure
    known: Figure
    verdict: Sentence
    metals: tuple[Contained, ...]
    unknown: tuple[Sentence, ...]
    balance: Sentence
    journey: tuple[Leg, ...]
    evidence: tuple[Sentence, ...]
    passport: PassportView | None = None
    kept: dict[str, Any] | None = field(default=None, compare=False, repr=False, metadata={"inner": True})

    @property
    def path(self) -> str:
        """Path of the page, below the host: `/01/{gtin}/21/{serial}` as the Digital Link has it."""
        return "/" + self.link.split("/", 3)[3]
