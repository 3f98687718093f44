"""The circular footprint formula: who bears what of recycled material, and the end of life of a battery.

Per kg of a material: what it costs to bring it in (stage 1) and what its end of life costs or saves (stage 4). With
A = 1 it is the cut-off: the recycled share bears its recycling, and the end of life its own treatment alone.

    material = Material(e_v=.., e_rec=.., r1=recycled_share, ..)
    stage_1(material), stage_4(material)

Source: circular footprint formula of the Product Environmental Footprint, by way of the carbon reference, section 6;
R1 comes from the books: what is not traced to a recycler is 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

from filon.accounts.recycled import CLASSES, recycled
from filon.books.book import Book
from filon.books.lot import LotId
from filon.core.errors import WrongCallError


@dataclass(frozen=True, slots=True)
class Material:
    """One material of a battery; footprints in kg CO2e per kg of it, shares 0..1.

    Args:
        e_v, e_rec: of virgin and of recycled material that comes in.
        r1: recycled share that comes in.
        a: share of burdens and credits that the user of recycled material bears.
        q_in, q_out: quality of what comes in recycled, and goes out, against virgin: Qsin/Qp, Qsout/Qp.
        r2: share that is recycled at its end; e_rec_eol: what that costs; e_v_star: what it saves.
        b, r3: the same for burning with energy: share kept by the energy's user, share burnt.
        e_er: of burning; saved: LHV x efficiency x footprint of the heat and electricity that it replaces.
        e_d: of disposal of the rest.
    """

    e_v: Fraction
    e_rec: Fraction = Fraction(0)
    r1: Fraction = Fraction(0)
    a: Fraction = Fraction(1)
    q_in: Fraction = Fraction(1)
    q_out: Fraction = Fraction(1)
    r2: Fraction = Fraction(0)
    e_rec_eol: Fraction = Fraction(0)
    e_v_star: Fraction = Fraction(0)
    b: Fraction = Fraction(0)
    r3: Fraction = Fraction(0)
    e_er: Fraction = Fraction(0)
    saved: Fraction = Fraction(0)
    e_d: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        shares = (self.r1, self.a, self.r2, self.b, self.r3, self.r2 + self.r3)
        if not all(0 <= one <= 1 for one in shares):
            raise WrongCallError("shares of the formula lie between 0 and 1, and R2 + R3 too")


def stage_1(one: Material) -> Fraction:
    """Kg CO2e per kg that comes in: (1-R1) Ev + R1 [A Erec + (1-A) Ev Qsin/Qp]."""
    recycled = one.a * one.e_rec + (1 - one.a) * one.e_v * one.q_in
    return (1 - one.r1) * one.e_v + one.r1 * recycled


def correction(one: Material) -> Fraction:
    """What the formula adds to a stage 1 that the books computed: they let the recycled share bear its recycling."""
    return stage_1(one) - ((1 - one.r1) * one.e_v + one.r1 * one.e_rec)


def stage_4(one: Material) -> Fraction:
    """Kg CO2e per kg at its end of life; below 0 where what is recovered saves more than it costs.

    (1-A) R2 (ErecEoL - E*v Qsout/Qp) + (1-B) R3 (EER - saved) + (1-R2-R3) ED; with A = 1 the recycling itself is the
    next user's.
    """
    recycled = (1 - one.a) * one.r2 * (one.e_rec_eol - one.e_v_star * one.q_out)
    burnt = (1 - one.b) * one.r3 * (one.e_er - one.saved)
    return recycled + burnt + (1 - one.r2 - one.r3) * one.e_d


@dataclass(frozen=True)
class Formula:
    """The formula for one battery.

    Args:
        ruleset: whose A it uses.
        of: {material: (kg in the battery, material)}.
    """

    ruleset: str
    of: Mapping[str, tuple[Fraction, Material]]

    @property
    def end_of_life(self) -> Fraction:
        """Stage 4, kg CO2e."""
        return sum((mass * stage_4(one) for mass, one in self.of.values()), Fraction(0))

    @property
    def correction(self) -> Fraction:
        """What the formula adds to stage 1, kg CO2e; told beside what the books computed, never mixed in."""
        return sum((mass * correction(one) for mass, one in self.of.values()), Fraction(0))


def recycled_share(book: Book, lot: LotId, element: str) -> Fraction:
    """R1: share of an element in a lot that came from recyclers, as the books trace it; what is unknown counts as 0."""
    parts = recycled(book, element).of(book, lot) or {}
    whole = sum(parts.values())
    return Fraction(sum(parts.get(kind, 0) for kind in CLASSES), whole) if whole else Fraction(0)


def materials(said: Iterable[Mapping[str, Any]]) -> dict[str, tuple[Fraction, Material]]:
    """{name: (kg in the battery, material)} from JSON objects whose members bear the names of `Material`.

    Raises:
        WrongCallError: a member is unknown or no number.
    """
    known = {one.name for one in fields(Material)}
    out = {}
    for row in said:
        members = {key: value for key, value in row.items() if key not in {"material", "kg", "source"}}
        if strange := members.keys() - known:
            raise WrongCallError(f"the formula knows no {', '.join(sorted(strange))}")
        try:
            values = {key: Fraction(str(value)) for key, value in members.items()}
            out[str(row["material"])] = (Fraction(str(row["kg"])), Material(**values))
        except (KeyError, ValueError, TypeError) as error:
            raise WrongCallError(f"a material needs its name, kg and e_v as numbers ({error})") from error
    return out
