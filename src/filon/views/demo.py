"""What `filon demo` tells: one pack, its metals by origin, what is unknown, the balance, the agreement, the proof."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from filon.core.finding import Finding
from filon.views.agreement import AgreementView
from filon.views.balance import BalanceLine
from filon.views.battery import BatteryView
from filon.views.carbon import CarbonView
from filon.views.figure import Figure
from filon.views.origin import Contained, Origin


@dataclass(frozen=True, slots=True)
class DepositLine:
    """One file of the demo and what became of it."""

    name: str
    state: str
    events: int
    warnings: int
    entry: int | None


@dataclass(frozen=True, slots=True)
class DemoView:
    """The founding chain after capture.

    Args:
        deposits: the files, in the order they arrived.
        battery: the pack looked at, as everybody may see it.
        metals: what is in it by origin, as its maker may see it.
        mine: the mine of the agreement, with its share of the pack's cobalt.
        share: that share.
        alarms: findings of the books beyond measurement uncertainty.
        balance: the chain's balance, a line an element.
        agreement: where the off-take agreement stands.
        carbon: the pack's footprint, as delivered, and whether it is on the path to the promises.
        verified: what `filon verify` says: entries whose bytes were hashed again.
        seconds: how long reading, capture, books and proof took.
        page, ledger: paths of the static passport page and of the ledger file.
    """

    deposits: tuple[DepositLine, ...]
    events: int
    lots: int
    packs: int
    battery: BatteryView
    metals: tuple[Contained, ...]
    mine: Origin
    share: Figure
    alarms: tuple[Finding, ...]
    balance: tuple[BalanceLine, ...]
    agreement: AgreementView
    carbon: CarbonView
    verified: int
    root: str
    seconds: Decimal
    page: str
    ledger: str
