"""What was measured of a lot stands side by side, in the words of both languages, and says which of it counts."""

from dataclasses import replace
from decimal import Decimal

from filon.books.post import post
from filon.books.register import LOCATION, Register
from filon.epcis.event import FILON
from filon.views.build.measured import assays_of, weighings_of
from filon.views.build.sight import Sight
from filon.views.ledger_state import LedgerState
from filon.views.say import tongue
from story import birth, lot, said, site

REGISTER = Register.of([(LOCATION, site("m"), {FILON + "kind": "mine"})])
SELLER = {"element": "Co", "percent": "10.25", "basis": "dry", "by": "seller", "laboratory": "Labo", "method": "ICP",
          "uncertainty": "0.05", "certificate": "COA-1", "sampled": "2026-01-02", "analysed": "2026-01-03"}  # fmt: skip
UMPIRE = {"element": "Co", "percent": "10.1", "basis": "dry", "status": "umpire"}
SCALES = [{"kg": "19990", "by": "buyer", "scale": "PB-2", "uncertainty": "0.1", "status": "final"}]


def sight():
    made = birth(0, "m", "a", "20000", form="arsenide concentrate", moisture="8")
    own = {FILON + "assay": [SELLER, UMPIRE], FILON + "weighing": SCALES}
    return Sight(
        post(said(replace(made, ilmd={**made.ilmd, **own})), REGISTER), LedgerState(1, "", None), lambda _: None
    )


def test_assays_stand_side_by_side_and_the_umpires_counts():
    first, second = assays_of(sight(), lot("a"))
    assert (first.share.value, first.counts, first.share.uncertainty) == (Decimal("10.1"), True, None)
    assert (second.share.value, second.counts, second.share.uncertainty) == (Decimal("10.25"), False, Decimal("0.05"))
    assert (second.by, second.laboratory, second.method, second.certificate) == ("seller", "Labo", "ICP", "COA-1")
    assert (second.sampled, second.analysed) == ("2026-01-02", "2026-01-03")
    told = tongue("fr").name
    assert (told(first.status), told(second.status), told(first.basis)) == ("d’arbitrage", "finale", "sur sec")


def test_weights_stand_beside_the_makers_own():
    (one,) = weighings_of(sight(), lot("a"))
    # 0.1 % of 19 990 kg
    assert (one.mass.value, one.mass.uncertainty, one.by, one.scale) == (
        Decimal(19990),
        Decimal("19.99"),
        "buyer",
        "PB-2",
    )
