"""What a maker declares of a lot, in Filon's words inside EPCIS (`docs/vocabulary.md`)."""

from __future__ import annotations

from filon.epcis.event import FILON
from filon.exchange.simulator.deed import Made, Traits
from filon.exchange.simulator.world import place


def ilmd_of(deed: Made) -> dict[str, object]:
    """The ILMD of the event that tells a making: expanded names, numbers as decimal text."""
    traits, product = deed.traits, deed.line.lot.product
    said: dict[str, object] = {"form": product.form}
    if product.kind != "product":
        said["kind"] = product.kind
    if traits.moisture is not None:
        said["moisture"] = str(traits.moisture)
    if traits.assay:
        said["assay"] = _assays(traits)
    if traits.status != "final":
        said["status"] = traits.status
    if traits.origin:
        said["origin"] = place(traits.origin).id
    if traits.recycled is not None:
        said |= {"recycled": str(traits.recycled), "recycledKind": "post-consumer"}
    if traits.piece is not None:
        said["pieceMass"] = str(traits.piece)
    if traits.serials:
        first, last = traits.serials
        said["serials"] = {"first": str(first), "last": str(last)}
    return {FILON + name: value for name, value in said.items()}


def _assays(traits: Traits) -> list[dict[str, str]]:
    listed = []
    for element, percent in traits.assay.items():
        one = {"element": element, "percent": str(percent), "basis": traits.basis}
        if traits.certificate:
            one["certificate"] = traits.certificate
        listed.append(one)
    return listed
