"""Certificates: whether one covers a site, a material, a characteristic, a model and a day; revocation runs forward.

A certificate of several sites stands in several facts of one number; the parts must not be mixed: each row covers its
own site and material.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from filon.accounts.custody.facts import Fact, Record
from filon.accounts.custody.model import Model
from filon.books.register import Register
from filon.core.matter import form


@dataclass(frozen=True, slots=True)
class Step:
    """What a certificate has to cover: something of a material, done at a site on a day, for an element."""

    site: str
    day: str
    element: str
    characteristic: str
    materials: frozenset[str]


@dataclass(frozen=True)
class Coverage:
    """The certificates that somebody told of.

    Args:
        certificates: one a row.
        revoked: {number: first day on which it is worth nothing}.
    """

    certificates: Sequence[Fact]
    revoked: Mapping[str, str]

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> Coverage:
        """The coverage that facts tell; of two revocations the earlier day counts."""
        told = list(facts)
        revoked: dict[str, str] = {}
        for one in told:
            if one.record is Record.REVOCATION:
                since = one.since or one.day
                revoked[one.number] = min(revoked.get(one.number, since), since)
        return cls([one for one in told if one.record is Record.CERTIFICATE], revoked)

    @cached_property
    def numbered(self) -> Mapping[str, Sequence[Fact]]:
        """{number: its rows}."""
        rows: dict[str, list[Fact]] = defaultdict(list)
        for one in self.certificates:
            rows[one.number].append(one)
        return rows

    def lacks(self, certificate: Fact, step: Step) -> str:
        """Why a certificate does not cover a step: `site`, `characteristic` ..; empty if it does."""
        wanted = set(step.characteristic.split("+"))
        if not wanted <= set(certificate.characteristic.split("+")):
            return "characteristic"
        if certificate.site != step.site:
            return "site"
        if certificate.element and certificate.element != step.element:
            return "element"
        if certificate.material and plain_material(certificate.material) not in step.materials:
            return "material"
        if not certificate.holds(step.day):
            return "date"
        return "revoked" if self.revoked.get(certificate.number, "9999") <= step.day else ""

    def covering(self, step: Step) -> tuple[Fact | None, str]:
        """The certificate that covers a step: a mass-balance one, else that of the strongest model; else what lacks.

        Returns:
            (certificate, "") or (None, `none`, `site`, `element`, `material`, `date` or `revoked`): of several
            certificates that do not cover it, the one that comes nearest says what lacks.
        """
        reasons = [(self.lacks(one, step), one) for one in self.certificates]
        fit = [one for lack, one in reasons if not lack]
        if fit:
            return min(fit, key=lambda one: (one.model is not Model.MASS_BALANCE, one.model.rank, one.number)), ""
        near = [lack for lack, one in reasons if one.site == step.site and lack != "characteristic"]
        return None, max(near, key=_ORDER.index, default="none")

    def boundary(self, site: str, element: str, characteristic: str) -> str:
        """The name under which a site keeps its mass-balance account: its group's, else its own."""
        groups = {
            one.group
            for one in self.balancing
            if one.site == site and one.group and one.characteristic == characteristic
            and one.element in {"", element}
        }  # fmt: skip
        return min(groups, default=site)

    @cached_property
    def balancing(self) -> Sequence[Fact]:
        """The certificates under which sites keep mass-balance accounts."""
        return [one for one in self.certificates if one.model is Model.MASS_BALANCE]


_ORDER = ("none", "characteristic", "site", "element", "material", "date", "revoked")


def plain_material(text: str) -> str:
    """A product group as written, in the form's own spelling where it is one."""
    known = form(text)
    return (known.key if known else text).casefold()


def materials(register: Register, lot: str, form_key: str) -> frozenset[str]:
    """All names that a certificate may call a lot's material by: its form, its product and the product's name."""
    product = register.product(lot)
    names = {form_key, product, register.name(product)}
    return frozenset(plain_material(one) for one in names if one)
