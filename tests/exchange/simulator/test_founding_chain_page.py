"""docs/founding-chain.md says what the chain of seed 1 does: lots, weights and the surplus, as the page writes them."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from filon.exchange.simulator.chain import chain
from filon.exchange.simulator.deed import Made, Mistaken, Received, Shipped
from filon.exchange.simulator.strand import LATE, SHORT_DELIVERY
from filon.exchange.simulator.truth import truth
from filon.exchange.simulator.truth_file import accidents

PAGE = (Path(__file__).parents[3] / "docs" / "founding-chain.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def plan():
    return chain(1)


def row(start: str) -> str:
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| {start} |")]
    return line


def written(value) -> str:
    return f"{value:,}".replace(",", " ")


def lots(plan, product):
    return sorted(
        {one.line.lot.number for one in plan if isinstance(one, Made) and one.line.lot.product.key == product}
    )


def test_every_accident_names_its_lot(plan):
    told = {
        "corrected weight": "corrected weight",
        "declared error": "declared error",
        "late receipt": "late receipt",
        "delivery note that does not match": "short delivery",
        "heel in a tank": "opening heel",
        "measured heel": "measured heel",
        "unexplained surplus": "surplus",
        "copper nobody names": "copper of unknown origin",
    }
    known = accidents(plan)
    assert set(told.values()) == set(known)
    for start, key in told.items():
        assert known[key].rpartition("/")[2] in row(start), start


def test_the_corrected_weight(plan):
    early, final = [one for one in plan if isinstance(one, Made) and one.line.lot.number == lots(plan, "hydroxide")[1]]
    assert (early.traits.status, final.traits.status) == ("provisional", "final")
    for one in (early, final):
        assert f"{written(one.line.amount)} kg at {one.traits.assay['Co']} %" in row("corrected weight")


def test_the_declared_error(plan):
    (one,) = [one for one in plan if isinstance(one, Mistaken)]
    assert f"{written(one.wrong.line.amount)} kg on {one.wrong.when.day} August" in row("declared error")
    assert f"on {one.when.day} August declared" in row("declared error")
    assert f"{written(one.right.line.amount)} kg" in row("declared error")


def test_the_late_receipt_and_the_short_delivery(plan):
    late, short = lots(plan, "recycled cobalt")[LATE], lots(plan, "atlas sulfate")[SHORT_DELIVERY]
    (came,) = [one for one in plan if isinstance(one, Received) and one.lines[0].lot.number == late]
    (used,) = [one for one in plan if isinstance(one, Made) and late in {line.lot.number for line in one.used}]
    assert f"on {came.when.day} July, used on {used.when.day} August" in row("late receipt")
    (sent,) = [one for one in plan if isinstance(one, Shipped) and one.lines[0].lot.number == short]
    (got,) = [one for one in plan if isinstance(one, Received) and one.lines[0].lot.number == short]
    was, now = sent.lines[0].amount, got.lines[0].amount
    assert f"{written(was)} kg shipped, {written(now)} kg received" in row("delivery note that does not match")
    assert f"{(was - now) / was * 100:.1f} % missing" in row("delivery note that does not match")


def test_the_surplus(plan):
    (one,) = [one for one in truth(plan).closures if one.surplus]
    line = row("unexplained surplus")
    for kg in (one.into, one.out, one.gain):
        assert f"{float(kg):,.1f}".replace(",", " ") in line
    assert f"{float(one.gain) / float(one.variance) ** 0.5:.0f} sigma" in line


def test_counts_and_the_agreements_delivery(plan):
    made = {one.line.lot for one in plan if isinstance(one, Made)}
    assert f"{len(made)} lots are made" in PAGE
    assert f"{sum(isinstance(one, Shipped) for one in plan)} deliveries leave" in PAGE
    arrived = sum(
        (
            line.amount
            for one in plan
            if isinstance(one, Received)
            for line in one.lines
            if line.lot.product.key == "atlas sulfate"
        ),
        Decimal(0),
    )
    assert re.search(rf"{float(arrived) / 1000:.1f} t arrive", PAGE)


def test_heels(plan):
    opening = next(one for one in plan if isinstance(one, Made) and one.line.lot.product.key == "tank")
    assert f"{written(opening.line.amount)} kg of solution" in row("heel in a tank")
    stuck = [
        held.amount for (lot, site), held in truth(plan).holdings.items() if site == "rivage" and "/CUV-26-004" in lot
    ]
    assert f"{stuck[0]} kg less" in row("measured heel")
