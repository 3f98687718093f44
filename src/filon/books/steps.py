"""Steps: inputs are pooled, outputs drawn from the pool, and the difference is posted in the open.

A measured output (assay, or pure form) has what was measured; an article (cell, module, pack) has what went in and
did not come out beside it. The rest is loss where the yield is plausible, else unaccounted; a surplus within two sigma
is measurement noise of the pool's own mixture, beyond it is undeclared matter of unknown origin (decision 0003).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import sqrt

from filon.books.book import Check, Flow, Holding, Verdict
from filon.books.declared import Declared, measured, spread, weighing_sigma
from filon.books.journal import COVERAGE, Journal, kg_text
from filon.books.lot import PIECE, Account, AccountKind, Content, LotId
from filon.books.movement import Line, Movement
from filon.books.stock import birth, output
from filon.core.finding import found
from filon.core.matter import MASS
from filon.core.quantity import part
from filon.core.tables import table


@dataclass(slots=True)
class Product:
    """One output of a step while it is being worked out."""

    move: Movement
    line: Line
    told: Declared
    content: Content
    sigma: dict[str, float]

    @property
    def pieces(self) -> int:
        """Counting units of the output."""
        return self.line.amount.number if self.line.amount else 0


def step(journal: Journal, group: list[Movement]) -> None:  # noqa: C901 - the order of a step, told in one place
    """Post a step; several movements are one campaign at one time, whose inputs may be in any of its outputs.

    Source: EPCIS 2.0 7.4.5 (transformationID); custody reference, I-7, I-9 to I-11.
    """
    takes = [(move, line) for move in group for line in move.takes if journal.takes_from(line)]
    made_here = any(journal.follows(line.lot) for move in group for line in move.gives)
    products = [
        product for move in group for line in move.gives if made_here and (product := _product(journal, move, line))
    ]
    if not any(move.takes for move in group):
        for product in products:
            birth(journal, product.move, product.line)
        return
    if not takes and not products:
        return
    pool = journal.new(LotId(group[0].campaign or group[0].said.key), group[0].site, AccountKind.STEP, PIECE)
    first = len(journal.flows)
    variance: dict[str, float] = defaultdict(float)
    for move, line in takes:
        for content, sigma in journal.take(move, line, pool.id):
            for substance, mg in content.items():
                variance[substance] += ((mg or 0) * sigma.get(substance, 0.0)) ** 2
    if not products and journal.scope is not None:
        journal.drain(pool, Account(AccountKind.OUT_OF_SCOPE, "elsewhere"))
        return
    for product in products:
        if not product.told.article:
            weigh = weighing_sigma(product.told)
            for substance, mg in product.content.items():
                variance[substance] += (mg or 0) ** 2 * (product.sigma.get(substance, 0.0) ** 2 + weigh**2)
    _share_by_conservation(pool, products)
    sigmas = {substance: sqrt(value) for substance, value in variance.items()}
    _settle(journal, group, pool, first, products, sigmas)
    for product in products:
        if product.told.article:
            product.sigma = {s: sigmas.get(s, 0.0) / mg for s, mg in product.content.items() if mg and s != MASS}
        output(journal, product.move, product.line, product.content, product.sigma, pool.id)


def _product(journal: Journal, move: Movement, line: Line) -> Product | None:
    if line.amount is None:
        journal.findings.append(found("BOK-023", move.said.place, lot=journal.name(line.lot)))
        return None
    told = journal.says(move, line.lot)
    content = measured(told, line.amount)
    return Product(move, line, told, content, {} if told.article else spread(told, content))


def _share_by_conservation(pool: Holding, products: list[Product]) -> None:
    """Give articles what went in less what came out beside them, by pieces: the n-th piece's share never changes."""
    articles = [product for product in products if product.told.article]
    total = sum(product.pieces for product in articles)
    if not total:
        return
    bounds = [0]
    for product in articles:
        bounds.append(bounds[-1] + product.pieces)
        product.content = {MASS: product.content.get(MASS)}
    for substance, held in pool.content.items():
        beside = [product.content.get(substance, 0) for product in products if not product.told.article]
        if substance == MASS:
            continue
        rest = None if held is None or None in beside else max(0, held - sum(mg or 0 for mg in beside))
        for product, (low, high) in zip(articles, pairwise(bounds), strict=True):
            product.content[substance] = None if rest is None else part(rest, high, total) - part(rest, low, total)


def _settle(  # noqa: PLR0917 - the six things a step is made of
    journal: Journal,
    group: list[Movement],
    pool: Holding,
    first: int,
    products: list[Product],
    sigmas: dict[str, float],
) -> None:
    """Compare, substance by substance, what went into the pool with what comes out, and post the difference."""
    key = f"step {group[0].said.key}"
    physical = _physical(journal, group, products)
    arrived = journal.flows[first:]
    surplus: Content = {}
    missing: dict[Account, Content] = defaultdict(dict)
    for substance in dict.fromkeys([MASS, *pool.content, *(s for product in products for s in product.content)]):
        into = sum(flow.content.get(substance) or 0 for flow in arrived)
        outs = [product.content.get(substance, 0) for product in products]
        out = sum(mg or 0 for mg in outs)
        known = pool.content.get(substance, 0) is not None and None not in outs
        kind, verdict = _judge(products, substance, into, out, sigmas.get(substance, 0.0), known, physical)
        account = Account(kind, key)
        _check(journal, group[0], products, Check(
            journal.event, "step", pool.lot, group[0].site, substance, into, out, into - out,
            round(sigmas.get(substance, 0.0)), verdict, account))  # fmt: skip
        if into > out:
            missing[account][substance] = into - out
        elif into < out and verdict is Verdict.PASS and kind is AccountKind.UNACCOUNTED:
            journal.gain(pool, account, {substance: out - into}, like=pool.id)
        elif into < out and kind is AccountKind.REAGENTS:
            journal.gain(pool, account, {substance: out - into}, like=None)
        elif into < out:
            surplus[substance] = out - into
    if surplus:
        journal.gain(pool, Account(AccountKind.UNACCOUNTED, key), surplus, like=None)
    for account, content in missing.items():
        journal.flows.append(Flow(journal.event, pool.id, account, 0, content))


def _judge(  # noqa: PLR0917
    products: list[Product], substance: str, into: int, out: int, sigma: float, known: bool, physical: bool
) -> tuple[AccountKind, Verdict]:
    """Where the difference of one substance belongs, and what it says.

    Total mass of a chemical step comes and goes with reagents that nobody traces: no verdict on it.
    """
    if substance == MASS and not physical:
        return AccountKind.REAGENTS, Verdict.CANNOT_TELL
    if not known:
        return AccountKind.UNACCOUNTED, Verdict.CANNOT_TELL
    within = abs(into - out) <= COVERAGE * sigma + 1
    closed = any(product.told.kind != "product" for product in products)  # residues were weighed: nothing else may lack
    if into > out and not closed:
        stage = next((p.told.form.stage for p in products if p.told.form), "other")
        plausible = within or out >= into * _lowest_yield(stage)
        return (AccountKind.LOSS, Verdict.PASS) if plausible else (AccountKind.UNACCOUNTED, Verdict.FAIL)
    return AccountKind.UNACCOUNTED, Verdict.PASS if within else Verdict.FAIL


@cache
def _lowest_yield(stage: str) -> Fraction:
    known = {row["stage"]: Fraction(row["lowest"]) for row in table("yields").rows}
    return known.get(stage, known["other"])


def _physical(journal: Journal, group: list[Movement], products: list[Product]) -> bool:
    """True where inputs and outputs have one form: nothing but handling, so total mass must be kept too."""
    told = [journal.told(line.lot) for move in group for line in move.takes] + [product.told for product in products]
    forms = {one.form.key if one.form else one.form_text for one in told}
    return len(forms) == 1 and "" not in forms


def _check(journal: Journal, move: Movement, products: list[Product], check: Check) -> None:
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
            step=", ".join(journal.name(one.line.lot) for one in products if one.told.kind == "product") or check.lot,
            element="total mass" if check.substance == MASS else check.substance,
            more=f"{kg_text(abs(check.difference))} kg",
            share=f"{100 * share:.2f} %",
            allowed=allowed,
        )
    )
