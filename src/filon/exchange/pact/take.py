"""Taking a footprint that somebody sent: as evidence of standing `declared`, kept whole, used per kg or piece.

It enters the books' account as an activity `product footprint` of a lot; nothing of it is computed anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from filon.core.finding import Finding, Level
from filon.exchange.pact.check import check, without_nulls

PER = {"kilogram": "KGM", "piece": "H87", "kilowatt hour": "KWH", "ton kilometer": "TKM"}


@dataclass(frozen=True)
class Taken:
    """A footprint as received.

    Args:
        per: Rec 20 code of its declared unit, or the standard's word.
        kg: kg CO2e per one such unit, without biogenic uptake.
        primary: percent on primary data; None = not said.
        body: everything that was sent, nulls left out.
    """

    id: str
    company: str
    products: tuple[str, ...]
    per: str
    kg: Decimal
    primary: Decimal | None
    since: str
    until: str
    body: Mapping[str, Any]

    def member(self, amount: Decimal) -> dict[str, Any]:
        """The `filon:activity` member that this footprint makes of an amount of a lot."""
        return {"flow": "product footprint", "amount": format(amount, "f"), "uom": self.per, "ownFactor": self._own()}

    def each(self) -> dict[str, Any]:
        """The member that declares so much of each unit made, however many there are."""
        return {**self.member(Decimal(1)), "each": "true"}

    def _own(self) -> dict[str, Any]:
        own: dict[str, Any] = {"value": format(self.kg, "f"), "source": f"{self.company}, PACT {self.id}"}
        if self.primary is not None:
            own["primary"] = format(self.primary, "f")
        ratings = self.body["pcf"].get("dqi")
        if ratings:
            own["dqr"] = {name.removesuffix("DQR"): value for name, value in ratings.items() if name.endswith("DQR")}
        return own


def take(said: Any, name: str = "") -> tuple[Taken | None, list[Finding]]:
    """The footprint that a JSON value is; None if its shape is wrong."""
    findings = check(said, name)
    if any(one.level is Level.ERROR for one in findings):
        return None, findings
    body = without_nulls(said)
    pcf = body["pcf"]
    amount = Decimal(pcf["declaredUnitAmount"])
    share = pcf.get("primaryDataShare")
    unit = pcf["declaredUnitOfMeasurement"]
    return Taken(
        id=body["id"],
        company=body["companyName"],
        products=tuple(body["productIds"]),
        per=PER.get(unit, unit),
        kg=Decimal(pcf["pcfExcludingBiogenicUptake"]) / amount,
        primary=None if share is None else Decimal(share),
        since=pcf["referencePeriodStart"],
        until=pcf["referencePeriodEnd"],
        body=body,
    ), findings
