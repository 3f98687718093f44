"""A period's closure: every weight and assay counts once, however many lines it stands in."""

from dataclasses import replace
from math import hypot, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filon.books.balance import balances, by_site, chain
from filon.books.book import Verdict
from filon.books.closure import Readings, closures
from filon.books.lot import AccountKind
from filon.books.period import period_findings
from filon.books.post import post
from filon.epcis.event import FILON
from leach_tank import KG, case_a
from oracles.closure_by_definition import left_over, sigma
from story import birth, count, lot, receive, register, said, ship, site, step
from strategies import REGISTER, chains

SITES = register(m="mine", works="refinery")
WEIGH, LEVEL = 0.001, 0.01  # table `uncertainty`: scales 0.1 %, stocktakes 1 %
LIQUOR = {"form": "cobalt sulfate solution", "Co": "20.0"}
SALT = {"form": "CoSO4·7H2O", "Co": "20.0"}  # 0.10 points of 20.0 = 0.5 % of the value


def at_works(*events):
    book = post(said(*events), SITES)
    return closures(book, "Co", lambda event, where, lot: where)[site("works")]


def test_case_a_by_hand():
    """The leach tank of the worked cases with the table's uncertainties; kg Co.

    left over = h-m + h-d + M1 + D1 - P1 - residue - 30 200 kg of the tank: draws and charges are inside and cancel
        M1   7 507.2 sqrt(0.001^2 + (0.10/10.20)^2 + (0.3/92)^2)  = 77.93
        D1   2 376.0 sqrt(0.001^2 + (0.10/36.0)^2 + (0.3/55)^2)   = 14.74
        P1   8 757.0 sqrt(0.001^2 + (0.10/20.85)^2)               = 42.90
        residue 91.0 sqrt(0.001^2 + 0.01^2)                       =  0.91
        heel 1 200.0 and 800.0, each sqrt(0.001^2 + 0.01^2)       = 12.06, 8.04
        closing: level 3 020.0 x 1 %                              = 30.20
        and the tank's assay, a mixture of two: 3 020.0 x 1 % x (20 000, 98 832)/118 832 = 5.08, 25.12
    weights of the two charges: they move the closing share by (s_i - s)/.. = 0, for both were 10 % Co.
    """
    parts = (
        7507.2 * sqrt(0.001**2 + (0.10 / 10.20) ** 2 + (0.3 / 92) ** 2),
        2376.0 * sqrt(0.001**2 + (0.10 / 36.0) ** 2 + (0.3 / 55) ** 2),
        8757.0 * hypot(0.001, 0.10 / 20.85),
        *(held * hypot(0.001, 0.01) for held in (91.0, 1200.0, 800.0)),
        3020.0 * 0.01,
        *(3020.0 * 0.01 * filled / 118_832 for filled in (20_000, 98_832)),
    )
    closure = at_works(*case_a())
    assert closure.unaccounted == 15_200_000
    assert closure.sigma / KG == pytest.approx(hypot(*parts), rel=1e-9)
    assert f"{closure.sigma / KG:.1f}" == "99.5"
    assert closure.verdict is Verdict.PASS


def test_case_d_passes_as_the_reference_says():
    # M1 of 9.95 %: the tank holds 168.8 kg Co more than the books; the lone stocktake asks (BOK-019), the period, which
    # carries every assay along, passes it at 1.7 u (the reference at 1.6, with its own uncertainties)
    closure = at_works(*case_a(m1_percent="9.95", charged="96992"))
    assert closure.unaccounted == -168_800_000
    assert 1.6 < 168.8 * KG / closure.sigma < 1.8
    assert closure.verdict is Verdict.PASS


def test_a_lot_that_is_made_and_used_counts_no_more_at_all():
    """a (2 000 kg at 20.0 %: 400 kg Co) -> b (2 000 kg) -> c (2 000 kg): b leaves one step and enters the next.

    Line by line: sqrt(a^2 + b^2 + b^2 + c^2), each 400 sqrt(0.001^2 + 0.005^2) = 2.04; together sqrt(a^2 + c^2) = 2.88.
    """
    closure = at_works(
        birth(0, "works", "a", "2000", origin="urn:M", **SALT),
        step(1, "works", {"a": "2000"}, {"b": "2000"}, **SALT),
        step(2, "works", {"b": "2000"}, {"c": "2000"}, **SALT),
    )
    assert closure.sigma / KG == pytest.approx(400 * hypot(0.001, 0.005) * sqrt(2), rel=1e-9)


def test_one_certificate_behind_ten_lots_is_one_reading():
    """Ten lots of 1 000 kg at 20.0 %, put in together: 2 000 kg Co; the product's own assay 0.5 %, weights 0.1 %.

    One certificate: the assay moves all ten together: 2 000 x 0.5 % = 10; ten certificates: 200 x 0.5 % x sqrt(10) = 3.16.
    """

    def story(certificate):
        events = [birth(0, "works", f"a{i}", "1000", origin="urn:M", **SALT) for i in range(10)]
        for i, event in enumerate(events):
            assay = {**event.ilmd[FILON + "assay"][0], "certificate": certificate(i), "laboratory": "L"}
            events[i] = replace(event, ilmd={**event.ilmd, FILON + "assay": [assay]})
        return [*events, step(1, "works", {f"a{i}": "1000" for i in range(10)}, {"p": "10000"}, **SALT)]

    product, weights = 2000 * hypot(0.001, 0.005), 200 * 0.001 * sqrt(10)
    one, ten = at_works(*story(lambda i: "C-1")), at_works(*story(lambda i: f"C-{i}"))
    assert one.sigma / KG == pytest.approx(hypot(10, weights, product), rel=1e-9)
    assert ten.sigma / KG == pytest.approx(hypot(sqrt(10), weights, product), rel=1e-9)


def test_a_cheat_below_two_sigma_each_time_is_seen_over_the_period():
    """Twenty batches of 400 kg Co give 404: 1.0 % too much, each within 2 sqrt(2) 2.04 = 5.77. Twenty: 80 against 25.8."""
    events = []
    for i in range(20):
        events += [birth(i, "works", f"a{i}", "2000", origin="urn:M", **LIQUOR),
                   step(i + 0.5, "works", {f"a{i}": "2000"}, {f"p{i}": "2020"}, **SALT)]  # fmt: skip
    book = post(said(*events), SITES)
    assert {check.verdict for check in book.checks if check.substance == "Co"} == {Verdict.PASS}
    closure = at_works(*events)
    one = 400 * hypot(0.001, 0.005), 404 * hypot(0.001, 0.005)
    assert closure.sigma / KG == pytest.approx(sqrt(20) * hypot(*one), rel=1e-9)
    assert (closure.unaccounted, closure.verdict) == (-80 * KG, Verdict.FAIL)


def test_a_thief_below_two_sigma_each_time_is_seen_over_the_period():
    """Twenty batches of 400 kg Co give 394 and a weighed residue of 2: 4 kg lack each time, within 5.8; together 80."""
    events = []
    for i in range(20):
        events += [
            birth(i, "works", f"a{i}", "2000", origin="urn:M", **LIQUOR),
            step(i + 0.5, "works", {f"a{i}": "2000"}, {f"p{i}": "1970"}, f"urn:c{i}", **SALT),
            step(i + 0.5, "works", {}, {f"r{i}": "10"}, f"urn:c{i}", form="leach residue", Co="20", kind="waste"),
        ]
    book = post(said(*events), SITES)
    assert {check.verdict for check in book.checks if check.substance == "Co"} == {Verdict.PASS}
    closure = at_works(*events)
    assert (closure.unaccounted, closure.loss, closure.verdict) == (80 * KG, 0, Verdict.FAIL)


def test_the_references_own_uncertainties_give_its_parts():
    """Case A with the assay and moisture uncertainties that the reference names, M1 and D1 into P1 and residue, kg Co:

    M1 77.93, D1 29.40, P1 34.72, residue 91.0 x 10 % = 9.10: together 90.8 (with the reference's two tank levels,
    28.28 and 42.71, it is its 104.2)
    """

    def uncertain(event, points, moisture=None):
        assay = {**event.ilmd[FILON + "assay"][0], "uncertainty": points}
        wet = {FILON + "moistureUncertainty": moisture} if moisture else {}
        return replace(event, ilmd={**event.ilmd, FILON + "assay": [assay], **wet})

    m1, d1 = (next(one for one in case_a() if one.quantityList and one.quantityList[0].epcClass == lot(name))
              for name in ("M1", "D1"))  # fmt: skip
    closure = at_works(
        uncertain(m1, "0.10", "0.3"),
        uncertain(d1, "0.30", "0.5"),
        uncertain(step(2, "works", {"M1": "80000", "D1": "12000"}, {"P1": "42000"}, "urn:c", form="CoSO4·7H2O",
                       Co="20.85"), "0.08"),
        uncertain(step(2, "works", {}, {"residue": "6500"}, "urn:c", form="leach residue", Co="1.40", kind="waste",
                       weighingUncertainty="0"), "0.14"),
    )  # fmt: skip
    parts = [7507.2 * hypot(0.001, 0.10 / 10.20, 0.3 / 92), 2376 * hypot(0.001, 0.30 / 36, 0.5 / 55),
             8757 * hypot(0.001, 0.08 / 20.85), 9.1]  # fmt: skip
    assert [f"{part:.2f}" for part in parts] == ["77.93", "29.40", "34.72", "9.10"]
    assert closure.sigma / KG == pytest.approx(hypot(*parts), rel=1e-9)
    assert f"{hypot(*parts, 2000 * hypot(0.01, 0.01), 3020 * hypot(0.01, 0.01)):.1f}" == "104.2"


def test_noise_both_ways_is_no_alarm():
    """Forty batches, every other one 0.8 % too much or too little: surpluses stand in `unaccounted`, shortfalls in `loss`.

    Only together do they close; `unaccounted` alone (-64 kg) would be beyond 2 x 18.2.
    """
    events = []
    for i in range(40):
        out = "2016" if i % 2 else "1984"
        events += [birth(i, "works", f"a{i}", "2000", origin="urn:M", **LIQUOR),
                   step(i + 0.5, "works", {f"a{i}": "2000"}, {f"p{i}": out}, **SALT)]  # fmt: skip
    closure = at_works(*events)
    assert (closure.unaccounted, closure.loss, closure.verdict) == (-64 * KG, 64 * KG, Verdict.PASS)


def tank_story(factors):
    """Two sorts into one tank, drawn, weighed out, a part sent away and weighed again, the tank measured, drawn again.

    Readings: weights a, b; assays a, b; weights of both charges and their assays; draw, product weight and assay, part
    sent, part received, level, second draw, second product's weight and assay.
    """
    f = iter(factors)

    def told(value):
        return f"{value * next(f):.6f}"

    a, b = told(9000), told(5000)
    fa, fb = told(20.3), told(12.1)
    t1, t2, s1, s2 = told(18270), told(6051), told(10.0), told(9.1)
    d1, p1, w1, out, arrived, level, d2, p2, w2 = map(told, (13000, 6300, 20.1, 2500, 2498, 11280, 6100, 2950, 20.2))
    liquor = "cobalt sulfate solution"
    return [
        birth(0, "works", "a", a, origin="urn:M", form="CoSO4·7H2O", Co=fa),
        birth(0, "works", "b", b, origin="urn:N", form="cobalt sulfate solution", Co=fb),
        step(1, "works", {"a": a}, {"tank": t1}, form=liquor, Co=s1),
        step(2, "works", {"b": b}, {"tank": t2}, form=liquor, Co=s2),
        step(3, "works", {"tank": d1}, {"p1": p1}, form="CoSO4·7H2O", Co=w1),
        ship(4, "works", "works", "n", {"p1": out}),
        receive(5, "works", "n", {"p1": arrived}),
        count(6, "works", "tank", level),
        step(7, "works", {"tank": d2}, {"p2": p2}, form="CoSO4·7H2O", Co=w2),
    ]


TANK = [WEIGH, WEIGH, 0.1 / 20.3, 0.1 / 12.1, WEIGH, WEIGH, 0.01, 0.01, WEIGH, WEIGH, 0.1 / 20.1, WEIGH, WEIGH, LEVEL,
        WEIGH, WEIGH, 0.1 / 20.2]  # fmt: skip


def test_a_tank_by_definition():
    events = tank_story([1.0] * len(TANK))
    closure = at_works(*events)
    assert closure.unaccounted + closure.loss == left_over(events, SITES, site("works"), "Co")
    assert closure.sigma == pytest.approx(sigma(tank_story, TANK, SITES, site("works"), "Co"), rel=1e-4)


def handled_story(factors):
    """A part of a drum is split into two that nobody assays again, and a part of one of them is leached.

    Readings: weight and assay of the drum, the part drawn, both new weights, the part leached, product weight and assay.
    """
    f = iter(factors)

    def told(value):
        return f"{value * next(f):.6f}"

    a, fa, drawn, b1, b2, leached, p, fp = map(told, (100_000, 30.2, 90_000, 50_000, 39_950, 45_000, 64_000, 20.9))
    drum = {"form": "cobalt hydroxide", "moisture": "0"}
    return [
        birth(0, "works", "a", a, origin="urn:M", Co=fa, **drum),
        step(1, "works", {"a": drawn}, {"b1": b1}, "urn:split", **drum),
        step(1, "works", {}, {"b2": b2}, "urn:split", **drum),
        step(2, "works", {"b1": leached}, {"p": p}, form="CoSO4·7H2O", Co=fp),
    ]


HANDLED = [WEIGH, 0.1 / 30.2, *[WEIGH] * 5, 0.1 / 20.9]


def test_what_was_only_handled_passes_its_assay_on_by_definition():
    events = handled_story([1.0] * len(HANDLED))
    closure = at_works(*events)
    # 30.2 % of 50 kg that the split left over and of 45 000, less 20.9 % of 64 000: 15.1 + 13 590 - 13 376
    assert closure.unaccounted + closure.loss == left_over(events, SITES, site("works"), "Co") == 229_100_000
    assert closure.sigma == pytest.approx(sigma(handled_story, HANDLED, SITES, site("works"), "Co"), rel=1e-4)


def test_a_tank_by_monte_carlo():
    """What numpy says when 400 000 plants weigh and assay with these errors; the formula is the story's, told anew."""
    rng = np.random.default_rng(1)
    told = np.array([9000, 5000, 20.3, 12.1, 18270, 6051, 10.0, 9.1, 13000, 6300, 20.1, 2500, 2498, 11280, 6100, 2950,
                     20.2])  # fmt: skip
    a, b, fa, fb, t1, t2, s1, s2, d1, p1, w1, out, arrived, level, d2, p2, w2 = told[:, None] * (
        1 + np.array(TANK)[:, None] * rng.standard_normal((len(TANK), 400_000))
    )
    charged = (a * fa - t1 * s1) + (b * fb - t2 * s2)
    share = (t1 * s1 + t2 * s2) / (t1 + t2)
    drawn = d1 * share - p1 * w1
    sent = (out - arrived) * w1
    measured = (t1 + t2 - d1 - level) * share
    left = (charged + drawn + sent + measured + d2 * share - p2 * w2) / 100
    closure = at_works(*tank_story([1.0] * len(TANK)))
    assert left.mean() == pytest.approx((closure.unaccounted + closure.loss) / KG, abs=0.5)
    assert left.std() == pytest.approx(closure.sigma / KG, rel=0.01)


numbers = st.lists(st.integers(1, 999), min_size=12, max_size=12)


@settings(max_examples=8, deadline=None)
@given(numbers)
def test_random_plants_by_definition(drawn):
    """Charges and draws of any size, in any relation, also beyond what is there."""

    def story(factors):
        f = iter(factors)

        def told(value):
            return f"{value * next(f):.6f}"

        events, liquor = [], "cobalt sulfate solution"
        for i in range(4):
            mass, percent, into, share = (drawn[3 * i] * 10 + 5003, drawn[3 * i + 1] / 100 + 8,
                                          drawn[3 * i + 2] * 7 + 4007, drawn[3 * i] / 200 + 7)  # fmt: skip
            events.append(birth(i, "works", f"a{i}", told(mass + 0.123), origin="urn:M", form=liquor, Co=told(percent)))
            events.append(step(i + 0.2, "works", {f"a{i}": told(mass * 0.91)}, {"tank": told(into)}, form=liquor,
                               Co=told(share)))  # fmt: skip
            events.append(step(i + 0.4, "works", {"tank": told(into * 0.83)}, {f"p{i}": told(into * 0.41)}, form=liquor,
                               Co=told(share * 1.9)))  # fmt: skip
        events.append(count(5, "works", "tank", told(5000 + drawn[0])))
        return events

    sigmas = []
    for i in range(4):
        percent, share = drawn[3 * i + 1] / 100 + 8, drawn[3 * i] / 200 + 7
        for one in (percent, share, share * 1.9):
            assay = min(0.1 / one, 0.01) if one < 10 else 0.1 / one
            sigmas += {0: [WEIGH, assay], 1: [WEIGH, WEIGH, assay]}[int(one is not percent)]
    sigmas.append(LEVEL)
    events = story([1.0] * len(sigmas))
    closure = at_works(*events)
    expected = sigma(story, sigmas, SITES, site("works"), "Co")
    assert closure.unaccounted + closure.loss == left_over(events, SITES, site("works"), "Co")
    assert closure.sigma == pytest.approx(expected, rel=2e-3)


@given(chains)
def test_what_is_left_over_is_what_the_lines_show(said):
    book = post(said, REGISTER)
    for grouping in (by_site, chain):
        for line in balances(book, grouping, substances=["Co"]):

            def group(event, where, lot):
                return "chain" if grouping is chain else where  # noqa: B023 - used at once

            closure = closures(book, "Co", group).get(line.group)
            if closure:
                assert closure.unaccounted == line.left.get(AccountKind.UNACCOUNTED, 0)
                assert closure.loss == line.left.get(AccountKind.LOSS, 0)
                assert closure.sigma >= 0
            else:
                assert not line.left.get(AccountKind.UNACCOUNTED)
                assert not line.left.get(AccountKind.LOSS)


@given(chains)
def test_what_hangs_on_no_reading_may_be_left_out(told):
    """The flows between articles of which nothing was found or missed: with them it comes to the same, only later."""
    book = post(told, REGISTER)
    for substance in ("Co", "mass"):
        few = closures(book, substance, lambda event, where, lot: where)
        book.once(Readings, Readings).flows = book.flows
        assert closures(book, substance, lambda event, where, lot: where) == few
        del book.__dict__["_kept"]


def days(book):
    return lambda event: book.events[event].event.eventTime.date().isoformat()


def test_what_is_left_over_a_little_each_time_is_told_by_the_month_or_else_by_the_year():
    """The cheat of 1.0 %: 20 batches of one month are beyond two sigma (80 of 25.8); so are 10 in January and 10 in
    February (40 of 18.2 each); two in each of ten months are not by the month (8 of 8.2), but by the year (80 of 25.8).
    """

    def periods(dates):
        events = []
        for i, day in enumerate(dates):
            events += [birth(day, "works", f"a{i}", "2000", origin="urn:M", **LIQUOR),
                       step(day + 0.1, "works", {f"a{i}": "2000"}, {f"p{i}": "2020"}, **SALT)]  # fmt: skip
        book = post(said(*events), SITES)
        return [(one.code, one.values["period"], one.values["left"], one.values["allowed"])
                for one in period_findings(book, days(book))]  # fmt: skip

    assert periods([1 + i for i in range(20)]) == [("BOK-043", "2026-01", "-80.0", "25.9")]
    two_months = [1 + i for i in range(10)] + [32 + i for i in range(10)]
    assert periods(two_months) == [("BOK-043", "2026-01", "-40.0", "18.3"), ("BOK-043", "2026-02", "-40.0", "18.3")]
    firsts = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273)
    assert periods([first + i for first in firsts for i in (1, 2)]) == [("BOK-043", "2026", "-80.0", "25.9")]


def test_a_period_with_a_step_that_fails_or_that_nobody_can_tell_is_told_there_only():
    fine = [one for i in range(20) for one in (
        birth(i, "works", f"a{i}", "2000", origin="urn:M", **LIQUOR),
        step(i + 0.1, "works", {f"a{i}": "2000"}, {f"p{i}": "2020"}, **SALT))]  # fmt: skip
    wrong = [
        birth(25, "works", "b", "2000", origin="urn:M", **LIQUOR),
        step(26, "works", {"b": "2000"}, {"q": "2100"}, **SALT),
    ]
    book = post(said(*fine, *wrong), SITES)
    assert "BOK-013" in {one.code for one in book.findings}
    assert period_findings(book, days(book)) == []


def uncertain(event, points, moisture=None, weighing=None):
    """With the uncertainty that the laboratory told, in percentage points, and that of moisture and weight."""
    said = event.ilmd or event.extensions
    told = {**said, FILON + "assay": [{**said[FILON + "assay"][0], "uncertainty": points}]}
    told |= {FILON + "moistureUncertainty": moisture} if moisture else {}
    told |= {FILON + "weighingUncertainty": weighing} if weighing else {}
    return replace(event, **{"ilmd" if event.ilmd else "extensions": told})


def case_a_measured(m1="10.20", charge="98832"):
    """Case A with the reference's own uncertainties: the tank weighed and assayed (1 % x 1 %) at both ends of the month."""
    heel, other, fill, m1_lot, d1, charged, p1, residue, _ = case_a(m1_percent=m1, charged=charge)
    level = {"form": "cobalt sulfate solution", "weighingUncertainty": "1"}
    return [
        heel, other, fill, uncertain(count(0.9, "works", "tank", "20000", Co="10", **level), "0.1"),
        replace(uncertain(m1_lot, "0.10", "0.3"), eventTime=charged.eventTime),
        replace(uncertain(d1, "0.30", "0.5"), eventTime=charged.eventTime),
        charged, uncertain(p1, "0.08"), uncertain(residue, "0.14", weighing="0"),
        uncertain(count(4, "works", "tank", "30200", Co="10", **level), "0.1"),
    ]  # fmt: skip


def month(*events):
    """What January leaves over at the works, from the opening stocktake to the closing one."""
    book = post(said(*events), SITES)
    first = next(at for at, one in enumerate(book.events) if one.event.bizStep == "stock_taking") + 1
    return book, closures(book, "Co", lambda event, where, lot: where if event >= first else None)[site("works")]


def test_case_a_closes_with_the_references_own_figure():
    """kg Co; every draw and charge of the tank is inside and cancels, whatever its weight and assay were:

    heel 2 000.0 x (1 % and 1 %) 28.28, M1 77.93, D1 29.40, P1 34.72, residue 9.10, closing 3 020.0 x (1 % and 1 %) 42.71
    """
    book, closure = month(*case_a_measured())
    parts = (2000 * hypot(0.01, 0.01), 7507.2 * hypot(0.001, 0.10 / 10.20, 0.3 / 92),
             2376 * hypot(0.001, 0.30 / 36, 0.5 / 55), 8757 * hypot(0.001, 0.08 / 20.85), 9.1,
             3020 * hypot(0.01, 0.01))  # fmt: skip
    assert closure.sigma / KG == pytest.approx(hypot(*parts), rel=1e-9)
    assert f"{closure.sigma / KG:.1f}" == "104.2"
    assert (closure.unaccounted, closure.verdict) == (15_200_000, Verdict.PASS)
    assert f"{100 * 15.2 / (7507.2 + 2376):.2f}" == "0.15"  # of feed
    found = [check for check in book.checks if check.what == "stocktake"]
    assert [(c.substance, c.into, c.out, c.verdict) for c in found] == [
        ("Co", 2_000 * KG, 2_000 * KG, Verdict.PASS), ("Co", 3_035_200_000, 3_020 * KG, Verdict.PASS)]  # fmt: skip


def assayed_tank(factors):
    """Two sorts into one tank, drawn, weighed and assayed, drawn again; the readings in this order."""
    f = iter(factors)

    def told(value):
        return f"{value * next(f):.6f}"

    a, b, fa, fb, t1, t2, s1, s2, d1, p1, w1, level, s3, d2, p2, w2 = map(
        told, (9000, 5000, 20.3, 12.1, 18270, 6051, 10.0, 9.1, 13000, 6300, 20.1, 11280, 9.9, 6100, 2950, 20.2)
    )
    liquor, salt = "cobalt sulfate solution", "CoSO4·7H2O"
    return [
        birth(0, "works", "a", a, origin="urn:M", form=salt, Co=fa),
        birth(0, "works", "b", b, origin="urn:N", form=liquor, Co=fb),
        step(1, "works", {"a": a}, {"tank": t1}, form=liquor, Co=s1),
        step(2, "works", {"b": b}, {"tank": t2}, form=liquor, Co=s2),
        step(3, "works", {"tank": d1}, {"p1": p1}, form=salt, Co=w1),
        count(6, "works", "tank", level, Co=s3),
        step(7, "works", {"tank": d2}, {"p2": p2}, form=salt, Co=w2),
    ]  # fmt: skip


ASSAYED = [WEIGH, WEIGH, 0.1 / 20.3, 0.1 / 12.1, WEIGH, WEIGH, 0.01, min(0.01, 0.1 / 9.1), WEIGH, WEIGH,
           0.1 / 20.1, LEVEL, 0.01, WEIGH, WEIGH, 0.1 / 20.2]  # fmt: skip


@pytest.mark.parametrize("draws", [0, 1])
def test_an_assayed_tank_by_definition(draws):
    """Also where its level is above the books (it finds a surplus)."""

    def story(factors):
        events = assayed_tank(factors)
        return events if draws else [*events[:4], *events[5:6]]  # nothing drawn: far too little is found

    sigmas = ASSAYED if draws else [*ASSAYED[:8], 0, 0, 0, *ASSAYED[11:13], 0, 0, 0]
    closure = at_works(*story([1.0] * len(sigmas)))
    assert closure.unaccounted + closure.loss == left_over(story([1.0] * len(sigmas)), SITES, site("works"), "Co")
    assert closure.sigma == pytest.approx(sigma(story, sigmas, SITES, site("works"), "Co"), rel=1e-4)


def test_case_d_is_1_6_u():
    """M1 of 9.95 %: 7 323.2 instead of 7 507.2; -168.8 of u 104.1 (M1 77.72 instead of 77.93): 1.6 u, within two."""
    _, closure = month(*case_a_measured("9.95", "96992"))
    assert closure.unaccounted == -168_800_000
    assert f"{168.8 * KG / closure.sigma:.1f}" == "1.6"
    assert closure.verdict is Verdict.PASS
