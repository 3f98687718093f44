"""A campaign: steps under one order number, whose inputs may be in any of its outputs.

What was put in and has not come out yet is in process at the site, from deed to deed, and is compared with what came
out when the last deed is posted. A step without order number is a campaign of one deed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt

from filon.books.declared import Declared, drying_sigma, weighing_sigma
from filon.books.lot import Content
from filon.books.movement import Line, Movement
from filon.core.matter import MASS
from filon.core.quantity import part


@dataclass(slots=True)
class Product:
    """One output of a step while it is being worked out; `handled` = it holds its part of what went in."""

    move: Movement
    line: Line
    told: Declared
    content: Content
    sigma: dict[str, float]
    handled: bool = False

    @property
    def pieces(self) -> int:
        """Counting units of the output."""
        return self.line.amount.number if self.line.amount else 0


@dataclass(slots=True)
class Campaign:
    """What is known of a campaign: the whole of it before anything is posted, and how far posting has come.

    Args:
        deeds: still to be posted.
        pieces: articles still to come out.
        fed: whether anything is put in at all; if not, its outputs enter the books from outside.
        followed: whether any of its outputs is followed in this run.
        pool: holding in which its matter is in process; None before the first deed.
        variance: {substance: mg squared} of all weights and assays so far.
        into, out: {substance: mg} so far.
        early: {substance: mg} that came out before it had been put in.
        unknown: substances of which some amount is not known.
        forms: of all inputs and outputs; one form only = nothing but handling.
        stage: of the first output with a known form.
        closed: whether residues were weighed: then nothing else may lack.
        wet: mg of moisture that went in less what came out; None where it was not told of all.
    """

    deeds: int = 0
    pieces: int = 0
    fed: bool = False
    followed: bool = False
    pool: int | None = None
    variance: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    into: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    out: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    early: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    unknown: set[str] = field(default_factory=set)
    forms: set[str] = field(default_factory=set)
    stage: str = ""
    closed: bool = False
    wet: int | None = 0

    def took(self, told: Declared, content: Content, sigma: Mapping[str, float]) -> None:
        """Note what was put in."""
        self.forms.add(told.form.key if told.form else told.form_text)
        for substance, mg in content.items():
            self.variance[substance] += ((mg or 0) * sigma.get(substance, 0.0)) ** 2
            self.into[substance] += mg or 0
        self._moist(told, content, 1)

    def made(self, told: Declared, content: Content, sigma: Mapping[str, float]) -> None:
        """Note what comes out; what an article holds is not measured but follows from what is in process."""
        self.forms.add(told.form.key if told.form else told.form_text)
        self.stage = self.stage or (told.form.stage if told.form else "")
        self.closed = self.closed or told.kind != "product"
        self._moist(told, content, -1)
        if not told.article:
            weigh = weighing_sigma(told)
            for substance, mg in content.items():
                self.variance[substance] += (mg or 0) ** 2 * (sigma.get(substance, 0.0) ** 2 + weigh**2)

    def _moist(self, told: Declared, content: Content, sign: int) -> None:
        mass = content.get(MASS)
        if told.moisture is None or mass is None:
            self.wet = None
        elif told.moisture and self.wet is not None:
            self.wet += sign * part(mass, told.moisture.numerator, told.moisture.denominator)
            self.variance[MASS] += (drying_sigma(told) * mass) ** 2

    @property
    def dried(self) -> int:
        """Mg of water that left a step which does nothing but handle or dry; negative where matter got wet."""
        return self.wet or 0 if self.handling else 0

    def expected(self, substance: str) -> int:
        """Mg that should come out: what went in, of total mass less the water that left."""
        return self.into[substance] - (self.dried if substance == MASS else 0)

    def sigma(self, substance: str) -> float:
        """One-sigma uncertainty of all weights and assays so far, mg."""
        return sqrt(self.variance[substance])

    @property
    def handling(self) -> bool:
        """True where inputs and outputs have one form: nothing but handling, so total mass must be kept too."""
        return len(self.forms) == 1 and "" not in self.forms
