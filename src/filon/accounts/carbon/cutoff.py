"""Cut-off: whether what was left out of a footprint is within what its ruleset lets be left out.

    cut_off(footprint, rules).holds     # True, False, or None where something is missing

Source: carbon reference, section 6 (3 % cumulative: GBA, PEF, Catena-X; 5 %: PACT).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from filon.accounts.carbon.account import Footprint
from filon.accounts.carbon.ruleset import Ruleset


@dataclass(frozen=True, slots=True)
class CutOff:
    """What was left out, by the estimates of those who left it out.

    Args:
        percent: of the whole with it.
        most: percent that the ruleset allows, all together.
        holds: None where the footprint has gaps: percent of a whole that nobody knows.
    """

    percent: Decimal
    most: Decimal
    holds: bool | None


def cut_off(footprint: Footprint, rules: Ruleset) -> CutOff:
    """The cut-off in the ruleset's own electricity variant."""
    percent = footprint.exempted_percent(rules.variant)
    return CutOff(percent, rules.cutoff, percent <= rules.cutoff if footprint.whole else None)
