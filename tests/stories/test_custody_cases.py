"""The worked cases A to F of the custody reference (section 3) as chains of events, to the last digit they print.

All kg are of cobalt unless said; a mine M is audited ("responsible mining"), D is not.
"""

from dataclasses import replace
from fractions import Fraction

import pytest

from custody_story import KG, chain_of, codes, fact, state
from filon.accounts.custody.account import reopening
from filon.accounts.custody.derive import limiting, path
from filon.accounts.custody.facts import Record
from filon.accounts.custody.model import Because, Model
from filon.books.register import LOCATION, Register
from filon.epcis.event import FILON, ErrorDeclaration, Typed
from story import assemble, birth, count, lot, receive, register, ship, site, step

C = "responsible mining"
SITES = register(m="mine", d="mine", works="refinery")
SOLUTION = {"form": "cobalt sulfate solution", "Co": "10"}


def audited(day, name, **more):
    return fact("claim", day, lot=name, element="Co", characteristic=C, **more)


def moved(day, start, end, goods):
    """Dispatched, and received with the same weights a little later."""
    note = "-".join((start, end, *goods))
    return [ship(day, start, end, note, goods), receive(day + 0.1, end, note, goods)]


def case_a(*, apart=False, d1_day=2.0, day_only=False):
    """The tank of case A: heel 2 000.0 (1 200.0 of M), M1 7 507.2, D1 2 376.0; 87 570 kg of 10 % solution drawn.

    M1  80 000 kg wet, 8.0 % moisture, 10.20 % dry: 80 000 x 0.92 x 0.1020 = 7 507.2
    D1  12 000 kg wet, 45 % moisture, 36.0 % dry:   12 000 x 0.55 x 0.36   = 2 376.0
    pool 11 883.2, of M 1 200.0 + 7 507.2 = 8 707.2
    """
    events = [
        birth(0, "works", "h-m", "12000", origin="urn:M", **SOLUTION),
        birth(0, "works", "h-d", "8000", origin="urn:D", **SOLUTION),
        step(0.5, "works", {"h-m": "12000", "h-d": "8000"}, {"tank": "20000"}, **SOLUTION),
        birth(1, "works", "M1", "80000", form="arsenide concentrate", moisture="8.0", dry_Co="10.20", origin="urn:M"),
        birth(1, "works", "D1", "12000", form="cobalt hydroxide", moisture="45", dry_Co="36.0", origin="urn:D"),
    ]
    if apart:
        charges = [
            step(2.0, "works", {"M1": "80000"}, {"tank": "75072"}, **SOLUTION),
            step(d1_day, "works", {"D1": "12000"}, {"tank": "23760"}, **SOLUTION),
        ]
    else:
        charges = [step(2.0, "works", {"M1": "80000", "D1": "12000"}, {"tank": "98832"}, **SOLUTION)]
    draw = step(3, "works", {"tank": "87570"}, {"P1": "42000"}, form="CoSO4·7H2O", Co="20.85")
    later = [*charges, draw]
    if day_only:
        later = [
            replace(e, eventTime=e.eventTime.replace(day=4, hour=0), extensions={FILON + "precision": "day"})
            for e in later
        ]
    return [*events, *later, audited(4, "h-m"), audited(4, "M1")]


def test_a_controlled_blending_with_the_pools_share():
    chain = chain_of(*case_a(), register=SITES)
    p1 = state(chain, "P1", "Co", C)
    assert p1.model is Model.BLENDED
    assert p1.claim == p1.low == p1.high == Fraction(87072, 118832)
    assert f"{float(100 * p1.claim):.3f}" == "73.273"
    assert f"{float(8757 * p1.claim):.1f}" == "6416.5"
    assert p1.sources == {"urn:M"}
    first = limiting(path(chain.states("Co", C), chain.book.first(lot("P1")).id))
    assert (first.because, first.after) == (Because.BLENDED, Model.BLENDED)  # the charge with D1
    assert codes(chain) == []


def test_a_drawn_before_d1_the_share_is_the_tanks_of_then():
    # 8 707.2 / 9 507.2 = 91.585 %
    chain = chain_of(*case_a(apart=True, d1_day=3.5), register=SITES)
    p1 = state(chain, "P1", "Co", C)
    assert (p1.model, p1.claim) == (Model.BLENDED, Fraction(87072, 95072))
    assert f"{float(100 * p1.claim):.3f}" == "91.585"


def test_a_order_unknown_gives_bounds_and_the_lower_one_as_mass_balance():
    # Charges and draw on one day: before both 20 000 kg, with D1 alone 43 760 kg are less than the 87 570 drawn;
    # after M1 91.585 %, after both 73.273 %.
    chain = chain_of(*case_a(apart=True, day_only=True), register=SITES)
    p1 = state(chain, "P1", "Co", C)
    assert p1.model is Model.MASS_BALANCE
    assert (p1.low, p1.high) == (Fraction(87072, 118832), Fraction(87072, 95072))
    assert p1.claim == p1.low
    first = limiting(path(chain.states("Co", C), chain.book.first(lot("P1")).id))
    assert first.because is Because.ORDER_UNKNOWN


# Case B: a quarter on credits, factor 0.970; certified 2 000, 1 500, 500; claimed 1 800, 1 900, 300; opening 150.

Q1 = ("2026-01-01", "2026-03-31")
BUYER = register(m="mine", x="mine", works="refinery", buyer="pcam")
CERTIFIED = (("J", 9, "2000"), ("F", 40, "1500"), ("A", 68, "500"))
CLAIMED = (("S1", 19, "1800"), ("S2", 50, "1900"), ("S3", 78, "300"))


def arrival(day, name, kg, mine="m"):
    """Metal from a mine to the works: a mass in kg that is its cobalt."""
    return [
        birth(day - 2, mine, name, kg, form="Co metal", Co="100", origin=f"urn:{mine}"),
        ship(day - 1, mine, "works", f"n-{name}", {name: kg}),
        receive(day, "works", f"n-{name}", {name: kg}),
    ]


def case_b(*, scheme="default", made="9700", certified=CERTIFIED, close=None, factor="0.970", method=""):
    """10 000 kg of cobalt come in during the quarter, 4 000 of them certified; `made` kg leave as products."""
    events = [
        fact("certificate", 0, number="MB-1", scheme=scheme, site="works", characteristic=C, model="mass balance",
             since="2026-01-01", until="2026-12-31"),
        fact("certificate", 0, number="M-1", scheme=scheme, site="m", characteristic=C, since="2025-01-01",
             until="2027-12-31"),
        fact("opening", 0, site="works", element="Co", characteristic=C, kg="150"),
    ]  # fmt: skip
    if factor:
        events.append(fact("factor", 0, site="works", element="Co", factor=factor))
    for name, day, kg in certified:
        events += [*arrival(day, name, kg), audited(day, name, certificate="M-1", number=f"claim-{name}")]
    events += arrival(8, "X", "6000", "x")
    parts = (("P1", 19, "X", "6000"), ("P2", 50, "J", "2000"), ("P3", 78, "F", "1500"), ("P4", 79, "A", "500"))
    yields = Fraction(int(made), 10_000)
    for name, day, used, kg in parts:
        metal = str(float(int(kg) * yields))
        events.append(step(day - 0.5, "works", {used: kg}, {name: metal}, form="Co metal", Co="100"))
    for (number, day, kg), name in zip(CLAIMED, ("P1", "P2", "P3"), strict=True):
        events.append(
            fact("statement", day, number=number, site="works", lot=name, element="Co", characteristic=C, kg=kg, to="B")
        )
    if close is not None:
        kg = {"kg": close} if close else {}
        events.append(fact("close", 90, site="works", element="Co", characteristic=C, since=Q1[0], until=Q1[1],
                           method=method, **kg))  # fmt: skip
    return events


def quarter(chain):
    (account,) = chain.accounts
    return account.period(*Q1)


def test_b_a_credit_quarter_month_by_month():
    chain = chain_of(*case_b(), register=BUYER)
    (account,) = chain.accounts
    running, ends = 0, {}
    for one in account.credits:
        running += one.mg
        ends[one.day[:7]] = running
    assert ends == {"2026-01": 290 * KG, "2026-02": -155 * KG, "2026-03": 30 * KG}
    told = quarter(chain)
    assert (told.opening, told.earned, told.claimed) == (150 * KG, 3_880 * KG, 4_000 * KG)
    assert [one.mg for one in account.credits if one.matter] == [1_940 * KG, 1_455 * KG, 485 * KG]


def test_b_never_negative_fails_in_february_and_at_the_close_it_passes():
    strict, iscc = (quarter(chain_of(*case_b(scheme=name), register=BUYER)) for name in ("default", "ISCC PLUS"))
    assert (strict.lowest, strict.lowest_day, strict.failures) == (-155 * KG, "2026-02-20", ("negative",))
    assert iscc.passes
    assert iscc.closing == 30 * KG


def test_b_what_is_not_in_stock_expires_at_the_close():
    told = quarter(chain_of(*case_b(close="25"), register=BUYER))
    assert (told.closing, told.carried, told.expired) == (30 * KG, 25 * KG, 5 * KG)


def test_b_a_factor_above_the_observed_one_is_replaced_by_it():
    # 10 000 in, 9 620 out: 0.962 < 0.970; 4 000 x 0.962 = 3 848; 150 + 3 848 - 4 000 = -2
    chain = chain_of(*case_b(scheme="iscc", made="9620"), register=BUYER)
    told = quarter(chain)
    assert told.observed == Fraction(962, 1000)
    assert told.earned + told.adjusted == 3_848 * KG
    assert told.closing == -2 * KG
    assert told.failures == ("factor", "negative at close")
    assert codes(chain) == ["CUS-017", "CUS-018", "CUS-033"]
    (lacking,) = [one.values["lacking"] for one in chain.findings if one.code == "CUS-033"]
    assert lacking == "2.0"  # of the last statement


def test_b_the_rolling_average_gives_the_same_total():
    # 4 000 / 10 000 = 40 % of 9 620 = 3 848
    told = quarter(chain_of(*case_b(made="9620", close="0", method="rolling average"), register=BUYER))
    assert told.earned == 3_848 * KG


def test_b_products_have_what_statements_give_them_and_nothing_else():
    chain = chain_of(*case_b(), register=BUYER)
    p1, p4 = (state(chain, name, "Co", C) for name in ("P1", "P4"))
    assert (p1.model, p1.claim) == (Model.MASS_BALANCE, Fraction(1800, 5820))
    assert (p1.low, p1.high) == (0, 0)  # made of uncertified metal: by bookkeeping, not by physics
    assert (p4.model, p4.claim, p4.low) == (Model.NONE, 0, 1)  # certified metal whose credits went elsewhere


# Case C is about hydrates and assays: tests/books/test_worked_cases.py.


def test_d_a_correction_after_the_close_shows_both_and_who_has_to_be_told():
    # An umpire assay takes 40.0 off a January lot: credits -38.8; +30.0 as known on 31 March, -8.8 on 20 April.
    events = case_b(scheme="iscc", close="")
    wrong = next(e for e in events if e.quantityList and e.quantityList[0].epcClass == lot("J") and e.action == "ADD")
    moves = [e for e in events if e.quantityList and e.quantityList[0].epcClass == lot("J")]
    uses = [e for e in events if any(q.epcClass == lot("J") for q in e.inputQuantityList)]
    later = [
        *(replace(old, errorDeclaration=ErrorDeclaration(old.eventTime, "umpire assay")) for old in [*moves, *uses]),
        *arrival(9, "J", "1960"),
        step(49.5, "works", {"J": "1960"}, {"P2": "1901.2"}, form="Co metal", Co="100"),
    ]
    assert wrong in moves
    then, now = (chain_of(*some, register=BUYER) for some in (events, [*events, *later]))
    (before,), (after,) = then.accounts, now.accounts
    (close,) = [one for one in now.told.facts if one.record is Record.CLOSE]
    told = reopening(before, after, close)
    assert told.then.closing == 30 * KG
    assert told.now.closing == -8_800_000
    assert told.now.earned - told.then.earned == -38_800_000
    assert [one.number for one in told.statements] == ["S1", "S2", "S3"]
    assert [(one.number, mg) for one, mg in told.withdrawn] == [("S3", 8_800_000)]  # the last statement first
    assert reopening(before, before, close) is None


def test_e_a_toller_gives_credits_for_what_was_recovered_not_for_what_the_contract_returns():
    # R delivers 10 000, T adds 15 000; one pool; 94.5 % recovered: 23 625. The contract returns 96 %: 9 600.
    sites = register(r="mine", t="mine", works="refinery")
    events = [
        birth(1, "works", "R", "10000", form="Co metal", Co="100", origin="urn:R"),
        birth(1, "works", "T", "15000", form="Co metal", Co="100", origin="urn:T"),
        fact("claim", 1, lot="R", element="Co", characteristic=C),
        step(2, "works", {"R": "10000", "T": "15000"}, {"pool": "23625"}, form="Co metal", Co="100"),
        step(3, "works", {"pool": "9600"}, {"back": "9600"}, form="Co metal", Co="100"),
    ]
    toll = fact("toll", 0, site="works", element="Co", party="R", factor="0.96")
    pooled = chain_of(*events, register=sites)
    assert (state(pooled, "back", "Co", C).model, state(pooled, "back", "Co", C).claim) == (
        Model.BLENDED,
        Fraction(2, 5),
    )
    tolled = chain_of(*events, toll, register=sites)
    assert state(tolled, "back", "Co", C).model is Model.MASS_BALANCE  # R11
    # As a mass-balance site: 10 000 x 0.945 = 9 450 credits; a statement of 9 600 is 150 too much.
    account = [
        fact("certificate", 0, number="MB-T", scheme="iscc", site="works", characteristic=C, model="mass balance",
             since="2026-01-01", until="2026-12-31"),
        fact("factor", 0, site="works", element="Co", factor="0.945"),
    ]  # fmt: skip
    for kg, closing in (("9450", 0), ("9600", -150 * KG)):
        claim = fact("statement", 4, number="S", site="works", lot="back", element="Co", characteristic=C, kg=kg)
        ((one,),) = ([a.periods for a in chain_of(*events, *account, claim, register=sites).accounts],)
        assert one[0].earned == 9_450 * KG
        assert one[0].closing == closing


def toll_story(back="9600"):
    """R sends 10 000 to be worked beside 15 000 of the works' own; 23 625 come out, 9 600 go back."""
    places = [(name, {FILON + "kind": kind, FILON + "party": f"urn:{name}"}) for name, kind in
              (("r", "mine"), ("t", "mine"), ("works", "refinery"), ("buyer", "pcam"))]  # fmt: skip
    sites = Register.of((LOCATION, site(name), attributes) for name, attributes in places)
    events = [
        birth(0, "r", "R", "10000", origin="urn:R", form="Co metal", Co="100"),
        birth(0, "t", "T", "15000", origin="urn:T", form="Co metal", Co="100"),
        *moved(1, "r", "works", {"R": "10000"}), *moved(1, "t", "works", {"T": "15000"}),
        step(2, "works", {"R": "10000", "T": "15000"}, {"pool": "23625"}, form="Co metal", Co="100"),
        step(3, "works", {"pool": "9700"}, {"back": "9700"}, form="Co metal", Co="100"),
        step(3, "works", {"pool": "5000"}, {"sold": "5000"}, form="Co metal", Co="100"),
        *moved(4, "works", "buyer", {"sold": "5000"}),
        ship(5, "works", "buyer", "back", {"back": back}),
        fact("toll", 6, site="works", element="Co", party="urn:r", factor="0.96"),
    ]  # fmt: skip
    owner = Typed("urn:r", "owning_party")
    events[-2] = replace(events[-2], destinationList=(*events[-2].destinationList, owner))
    return chain_of(*events, register=sites)


def test_e_the_owner_gets_what_the_contract_says_and_the_toller_puts_in_the_rest():
    chain = toll_story()
    (told,) = chain.tolls
    assert (told.delivered, told.due, told.loss) == (10_000 * KG, 9_600 * KG, 400 * KG)
    assert (told.recovered, told.from_toller) == (9_450 * KG, 150 * KG)
    assert (told.returned, told.balance) == (9_600 * KG, 0)
    assert codes(chain) == []


def test_e_less_returned_is_owed_and_more_is_told():
    (told,) = toll_story("9000").tolls
    assert told.balance == 600 * KG
    assert codes(toll_story("9600")) == []
    chain = toll_story("9600.5")  # 0.5 kg more than was due
    assert codes(chain) == ["CUS-022"]


def test_e_a_campaign_of_its_own_stays_segregated():
    # the pool is emptied before and after: 10 000 x 0.945 = 9 450 of R alone
    events = [
        birth(1, "works", "R1", "6000", form="Co metal", Co="100", origin="urn:R1"),
        birth(1, "works", "R2", "4000", form="Co metal", Co="100", origin="urn:R2"),
        *(fact("claim", 1, lot=name, element="Co", characteristic=C) for name in ("R1", "R2")),
        step(2, "works", {"R1": "6000", "R2": "4000"}, {"pool": "9450"}, form="Co metal", Co="100"),
        step(3, "works", {"pool": "9450"}, {"back": "9450"}, form="Co metal", Co="100"),
        fact("toll", 0, site="works", element="Co", party="R", factor="0.96"),
    ]
    chain = chain_of(*events, register=register(works="refinery"))
    back = state(chain, "back", "Co", C)
    assert (back.model, back.claim, back.sources) == (Model.SEGREGATED, 1, {"urn:R1", "urn:R2"})
    assert chain.book.first(lot("back")).content["Co"] == 9_450 * KG


def test_f_the_downgrade_path_names_its_limiting_step():
    """Mine IP, concentrate IP, pool with recycled metal CB 88 %, pCAM with a sulfate of unknown order MB, cell, pack."""
    sites = register(mine="mine", rec="recycler", works="refinery", pcam="pcam", plant="cell")
    solution = {"form": "cobalt sulfate solution", "Co": "10"}
    events = [
        birth(0, "mine", "ore", "1000", form="Co metal", Co="100"),
        fact("claim", 0, lot="ore", element="Co", characteristic=C),
        step(1, "mine", {"ore": "1000"}, {"conc": "880"}, form="Co metal", Co="100"),
        birth(1, "rec", "scrap", "120", form="Co metal", Co="100"),
        *moved(1.1, "mine", "works", {"conc": "880"}),
        *moved(1.1, "rec", "works", {"scrap": "120"}),
        step(3, "works", {"conc": "880", "scrap": "120"}, {"pool": "10000"}, **solution),
        *moved(3.1, "works", "pcam", {"pool": "10000"}),
        birth(3, "pcam", "other", "5000", origin="urn:X", **solution),
        step(4, "pcam", {"pool": "10000", "other": "5000"}, {"mix": "15000"}, **solution),
        fact("practice", 0, site="pcam", mixing="unknown"),
        step(5, "pcam", {"mix": "12000"}, {"precursor": "18750"}, form="NMC811 pCAM", Co="6.4", Ni="50.8", Mn="5.9"),
        *moved(5.1, "pcam", "plant", {"precursor": "18750"}),
        step(6, "plant", {"precursor": "18750"}, {"cells": "1000"}, uom=None, form="cell"),
        assemble(7, "plant", "pack", {"cells": 288}),
    ]
    chain = chain_of(*events, register=sites)
    assert state(chain, "conc", "Co", C).model is Model.IDENTITY
    pool = state(chain, "pool", "Co", C)
    assert (pool.model, pool.claim) == (Model.BLENDED, Fraction(88, 100))
    pack = state(chain, "pack", "Co", C)
    assert pack.model is Model.MASS_BALANCE
    first = limiting(path(chain.states("Co", C), chain.book.first(lot("pack")).id))
    assert (first.because, first.before, first.after) == (Because.ORDER_UNKNOWN, Model.BLENDED, Model.MASS_BALANCE)
    assert chain.book.holdings[first.holding].site == site("pcam")
    # 1 200 of 1 500 kg are drawn of a mixture of 88 % and 0 %: at least 1 200 - 620 = 580, at most 880 of them
    precursor = state(chain, "precursor", "Co", C)
    assert (precursor.low, precursor.high) == (Fraction(580, 1200), Fraction(880, 1200))
    assert precursor.claim == Fraction(880, 1500)  # on average, as mass balance goes
    assert codes(chain) == []


@pytest.mark.parametrize("day", [100.0])
def test_a_stocktake_does_not_change_what_may_be_claimed(day):
    chain = chain_of(*case_a(), count(day, "works", "tank", "30200"), register=SITES)
    assert state(chain, "P1", "Co", C).claim == Fraction(87072, 118832)
