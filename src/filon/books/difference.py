"""What went into a step and did not come out, or came out and never went in: where the difference is posted.

Loss where the yield is plausible, else unaccounted; a surplus within two sigma is measurement noise of the pool's own
mixture, beyond it is undeclared matter of unknown origin (decision 0003). Total mass of a chemical step comes and goes
with reagents that nobody traces; where matter is only dried, its moistures tell how much water left it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache

from filon.books.book import Check, Flow, Holding, Verdict
from filon.books.campaign import Campaign
from filon.books.journal import COVERAGE, Journal, kg_text
from filon.books.lot import Account, AccountKind, Content, LotId
from filon.books.movement import Movement
from filon.core.finding import found
from filon.core.matter import MASS, TOLD
from filon.core.tables import table

FREE = frozenset({MASS, *TOLD})
"""What comes and goes with reagents that nobody traces."""


def settle(  # noqa: PLR0917 - a step, its pool with what is known in it, its outputs and their names
    journal: Journal,
    move: Movement,
    pool: Holding,
    known: Mapping[str, int],
    campaign: Campaign,
    outputs: Sequence[Content],
    names: str,
) -> None:
    """Compare substance by substance and post the difference; before the last deed of a campaign, keep it in process.

    Args:
        pool: what is in process; all that went in has been posted to it.
        known: {substance: mg} in the pool, as far as it is known.
        outputs: what is about to come out of it.
        names: of the products, for findings.

    Findings:
        BOK-013, BOK-015: more came out than went in; less than plausible.
        BOK-029: more came out than had been put in so far, while more is put in later.
    """
    rests: dict[str, int] = {}
    for substance in dict.fromkeys([MASS, *pool.content, *(s for content in outputs for s in content)]):
        listed = [content.get(substance, 0) for content in outputs]
        out = sum(mg or 0 for mg in listed)
        rests[substance] = known.get(substance, 0) - out
        campaign.out[substance] += out
        if pool.content.get(substance, 0) is None or None in listed:
            campaign.unknown.add(substance)
    if campaign.deeds:
        _keep(journal, move, pool, campaign, rests)
    else:
        _close(journal, move, pool, campaign, rests, names)


def _keep(journal: Journal, move: Movement, pool: Holding, campaign: Campaign, rests: Mapping[str, int]) -> None:
    """More is to come: what is left stays in process; what came out too early is lent by `unaccounted`."""
    early: dict[AccountKind, Content] = defaultdict(dict)
    for substance, rest in rests.items():
        if rest < 0:
            early[_lender(substance)][substance] = -rest
            campaign.early[substance] -= rest
        pool.left_content[substance] = None if pool.content.get(substance, 0) is None else max(0, rest)
    for kind, content in early.items():
        journal.gain(pool, Account(kind, f"campaign {move.campaign}"), content, like=None)
    if AccountKind.UNACCOUNTED in early:
        journal.findings.append(found("BOK-029", move.said.place, campaign=journal.name(LotId(move.campaign))))


def _lender(substance: str) -> AccountKind:
    return AccountKind.REAGENTS if substance in FREE else AccountKind.UNACCOUNTED


def _close(  # noqa: PLR0917
    journal: Journal, move: Movement, pool: Holding, campaign: Campaign, rests: Mapping[str, int], names: str
) -> None:
    """Post what lacks, or what is too much, where it belongs."""
    key = f"step {move.said.key}"
    surplus: Content = {}
    missing: dict[Account, dict[str, int]] = defaultdict(dict)
    for substance, rest in _dried(journal, pool, key, campaign.dried, rests).items():
        kind, verdict = _judge(campaign, substance)
        account, due = Account(kind, key), campaign.expected(substance)
        _check(journal, move, pool, Check(
            journal.event, "step", pool.lot, move.site, substance, due, campaign.out[substance],
            due - campaign.out[substance], round(campaign.sigma(substance)), verdict, account,
        ), names)  # fmt: skip
        if rest > 0:
            lent = min(rest, campaign.early[substance])
            if lent:
                missing[Account(_lender(substance), f"campaign {move.campaign}")][substance] = lent
            if rest > lent:
                missing[account][substance] = rest - lent
        elif rest < 0 and kind is AccountKind.REAGENTS:
            journal.gain(pool, account, {substance: -rest}, like=None)
        elif rest < 0 and verdict is Verdict.PASS:
            journal.gain(pool, account, {substance: -rest}, like=pool.id)
        elif rest < 0:
            surplus[substance] = -rest
    if surplus:
        journal.gain(pool, Account(AccountKind.UNACCOUNTED, key), surplus, like=None)
    for account, content in missing.items():
        journal.flows.append(Flow(journal.event, pool.id, account, 0, dict(content)))


def _dried(journal: Journal, pool: Holding, key: str, water: int, rests: Mapping[str, int]) -> Mapping[str, int]:
    """Post the water that left, or that matter took up, and say what else is left over."""
    account = Account(AccountKind.WATER, key)
    if water > 0:
        journal.flows.append(Flow(journal.event, pool.id, account, 0, {MASS: water}))
    elif water:
        journal.gain(pool, account, {MASS: -water})
    return {**rests, MASS: rests[MASS] - water}


def _judge(campaign: Campaign, substance: str) -> tuple[AccountKind, Verdict]:
    """Where the difference of one substance belongs, and what it says."""
    into, out = campaign.expected(substance), campaign.out[substance]
    if substance in FREE and not campaign.handling:
        return AccountKind.REAGENTS, Verdict.CANNOT_TELL
    if substance in campaign.unknown:
        return AccountKind.UNACCOUNTED, Verdict.CANNOT_TELL
    within = abs(into - out) <= COVERAGE * campaign.sigma(substance) + 1
    if into > out and not campaign.closed:
        plausible = within or out >= into * lowest_yield(campaign.stage or "other")
        return (AccountKind.LOSS, Verdict.PASS) if plausible else (AccountKind.UNACCOUNTED, Verdict.FAIL)
    return AccountKind.UNACCOUNTED, Verdict.PASS if within else Verdict.FAIL


@cache
def lowest_yield(stage: str) -> Fraction:
    """The least share of an element that a stage plausibly delivers in its products; table `yields`."""
    known = {row["stage"]: Fraction(row["lowest"]) for row in table("yields").rows}
    return known.get(stage, known["other"])


def _check(journal: Journal, move: Movement, pool: Holding, check: Check, names: str) -> None:
    if not (check.into or check.out):
        return
    journal.checks.append(check)
    if check.verdict is not Verdict.FAIL:
        return
    surplus = check.difference < 0
    share = (abs(check.difference) if surplus else check.out) / check.into if check.into else 1.0
    allowed = f"±{kg_text(COVERAGE * check.sigma)} kg"
    journal.findings.append(
        found(
            "BOK-013" if surplus else "BOK-015",
            move.said.place,
            expected=f"{kg_text(check.into)} kg {allowed}",
            found=f"{kg_text(check.out)} kg",
            step=names or pool.lot,
            element="total mass" if check.substance == MASS else check.substance,
            more=f"{kg_text(abs(check.difference))} kg",
            share=f"{100 * share:.2f} %",
            allowed=allowed,
        )
    )
