"""Labels of batteries: what stands beside the code, and what would keep a telephone from reading it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from filon.app.passports import Passports
from filon.core.finding import Finding
from filon.exchange.label import Label, Print, code_of, findings
from filon.passport.identity import identity, printed
from filon.passport.passport import Passport


def labels(
    passports: Passports, names: Iterable[str], host: str, side_mm: Decimal
) -> tuple[list[Label], tuple[Finding, ...]]:
    """One sticker a battery, in the order of the names, and what is wrong with each code at that size.

    Args:
        names: serial numbers or identifiers.
        host: where the batteries' pages live; empty = GS1's own resolver.
        side_mm: of the code, white border included.

    Raises:
        NotFoundError: a name that nothing is known of, or several batteries answer to.
    """
    made: list[Label] = []
    faults: list[Finding] = []
    for name in names:
        known = passports.passport(passports.named(name))
        link = printed(known.identifier, host)
        faults += [*identity(link)[1], *findings(code_of(link), Print(side_mm))]
        made.append(_sticker(known, link))
    return made, tuple(faults)


def _sticker(known: Passport, link: str) -> Label:
    model = known.value("modelAndSerial")
    name = model.get("model", "") if isinstance(model, dict) else ""
    told = ((known.value("ratedEnergy"), "kWh"), (known.value("weight"), "kg"))
    line = " · ".join(f"{value} {unit}" for value, unit in told if value is not None)
    return Label(link, str(name or known.value("manufacturer") or ""), known.serial, (line,))
