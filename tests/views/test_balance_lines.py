from __future__ import annotations

from decimal import Decimal

from example_ledger import CAM, NICKEL, PCAM, REFINERY, SILENT
from filon.views.balance import Verdict, gap, judge, verdict_of

PASS, FAIL, SILENCE = Verdict.PASS, Verdict.FAIL, Verdict.CANNOT_TELL


def test_the_blending_refinery_passes_and_its_correction_is_one_point_six_sigma():
    # Custody reference 3 A: unaccounted 15.2 with u = 104.2 passes; 3 D: -168.8 = 1.6 u passes; 2.1 u would not.
    assert judge(Decimal("15.2"), Decimal("104.2")) is PASS
    assert judge(Decimal("-168.8"), Decimal("104.2")) is PASS
    assert judge(Decimal("-218.9"), Decimal("104.2")) is FAIL


def test_the_limit_itself_passes():
    assert judge(Decimal(2), Decimal(1)) is PASS
    assert judge(Decimal("2.000001"), Decimal(1)) is FAIL


def test_without_figure_or_uncertainty_nobody_can_tell_but_nothing_unexplained_passes():
    assert judge(None, Decimal(1)) is SILENCE
    assert judge(Decimal(1), None) is SILENCE
    assert judge(Decimal(0), None) is PASS


def test_each_line_of_the_example_adds_up():
    for line in (PCAM, REFINERY, CAM, NICKEL):
        assert gap(line).value == line.unaccounted.value, line.label
    assert gap(SILENT).value is None


def test_one_sentence_says_the_gravest():
    assert verdict_of([]).code == "balance.nothing"
    assert verdict_of([PASS, PASS]).values["count"] == 2
    assert verdict_of([PASS, SILENCE]).code == "balance.cannot-tell"
    assert (verdict_of([PASS, SILENCE, FAIL]).code, verdict_of([PASS, FAIL]).values["lines"]) == ("balance.fail", 2)
