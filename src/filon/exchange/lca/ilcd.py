"""ILCD: the scores that a process data set states as `LCIAResult`, per amount of its reference flow.

The unit of the flow stands three documents further (flow, flow property, unit group), so a process needs the zip that
it came in. A declaration (EPD) states its score by module; that of A1 to A3 is read, cradle to gate.

Source: ILCD format 1.1 (ILCD_ProcessDataSet.xsd, ILCD_FlowDataSet.xsd); EPD extension of 2013. Decision 0091.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from filon.exchange.lca.parts import Part
from filon.exchange.lca.score import Score, of_climate

ROOT = "http://lca.jrc.it/ILCD/"
SPACES = {
    "p": ROOT + "Process", "f": ROOT + "Flow", "y": ROOT + "FlowProperty", "u": ROOT + "UnitGroup",
    "m": ROOT + "LCIAMethod", "c": ROOT + "Common", "epd": "http://www.iai.kit.edu/EPD/2013",
}  # fmt: skip
MODULES = ("A1", "A2", "A3")


class Library:
    """The documents of one file, by kind and identifier."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self.processes: list[Part] = []
        self.found: dict[tuple[str, str], Any] = {}
        for part in parts:
            kind = str(part.root.tag).rpartition("}")[2]
            if kind == "processDataSet":
                self.processes.append(part)
            elif kind.endswith("DataSet"):
                self.found[kind, text(part.root, ".//c:UUID")] = part.root

    def unit(self, flow: str) -> str:
        """The reference unit of a flow; empty where a document on the way to it is not in the file."""
        root = self.found.get(("flowDataSet", flow))
        wanted = text(root, ".//f:referenceToReferenceFlowProperty")
        path = f".//f:flowProperty[@dataSetInternalID='{wanted}']/f:referenceToFlowPropertyDataSet/@refObjectId"
        listed = self.found.get(("flowPropertyDataSet", text(root, path)))
        return self._of_group(text(listed, ".//y:referenceToReferenceUnitGroup/@refObjectId"))

    def score_unit(self, method: str) -> str:
        """The unit of a method's score, by its reference quantity."""
        root = self.found.get(("LCIAMethodDataSet", method))
        listed = self.found.get(("flowPropertyDataSet", text(root, ".//m:referenceQuantity/@refObjectId")))
        return self._of_group(text(listed, ".//y:referenceToReferenceUnitGroup/@refObjectId"))

    def _of_group(self, group: str) -> str:
        root = self.found.get(("unitGroupDataSet", group))
        wanted = text(root, ".//u:referenceToReferenceUnit")
        return text(root, f".//u:unit[@dataSetInternalID='{wanted}']/u:name")


def scores(library: Library, name: str) -> Iterator[Score]:
    """The scores of every process."""
    for part in library.processes:
        head = _head(library, part)
        for one in part.root.iterfind(".//p:LCIAResult", SPACES):
            method = _method(one)
            identifier = text(one, "p:referenceToLCIAMethodDataSet/@refObjectId")
            unit = text(one, ".//epd:referenceToUnitGroupDataSet/c:shortDescription") or library.score_unit(identifier)
            if of_climate(method, unit):
                score, member = _stated(one)
                lognormal = text(one, "p:uncertaintyDistributionType") == "log-normal"
                yield Score(
                    **head,
                    method=method,
                    score=score,
                    score_unit=unit,
                    # Of a logarithmic distribution the format writes the square of the geometric deviation here.
                    gsd2=text(one, "p:relativeStandardDeviation95In") if lognormal else "",
                    cell=f"{part.path or name}, line {one.sourceline}, LCIAResult/{member}",
                )


def _head(library: Library, part: Part) -> Mapping[str, str]:
    root = part.root
    wanted = text(root, ".//p:quantitativeReference/p:referenceToReferenceFlow")
    path = f".//p:exchanges/p:exchange[@dataSetInternalID='{wanted}']"
    amount = text(root, f"{path}/p:resultingAmount") or text(root, f"{path}/p:meanAmount")
    place = text(root, ".//p:geography/p:locationOfOperationSupplyOrProduction/@location")
    version = text(root, ".//p:publicationAndOwnership/c:dataSetVersion")
    named = text(root, ".//p:dataSetInformation/p:name/p:baseName")
    return {
        "dataset": text(root, ".//p:dataSetInformation/c:UUID"),
        "name": f"{named}, version {version}" if version else named,
        "amount": amount,
        "unit": library.unit(text(root, f"{path}/p:referenceToFlowDataSet/@refObjectId")),
        "geography": place,
        "year": text(root, ".//p:time/c:referenceYear")[:4],
        "licence": _licence(root),
    }


def _method(result: Any) -> str:
    return text(result, "p:referenceToLCIAMethodDataSet/c:shortDescription")


def _stated(result: Any) -> tuple[str, str]:
    """The score and where it stands: A1-A3 of a declaration, or its three modules together; else the mean."""
    amounts = {
        one.get(f"{{{SPACES['epd']}}}module", ""): (one.text or "").strip()
        for one in result.iterfind(".//epd:amount", SPACES)
        if not one.get(f"{{{SPACES['epd']}}}scenario")
    }
    if "A1-A3" in amounts:
        return amounts["A1-A3"], "amount A1-A3"
    if all(one in amounts for one in MODULES):
        return _sum(amounts[one] for one in MODULES), "amount A1 + A2 + A3"
    # A declaration that leaves A1 to A3 out states no cradle-to-gate score, whatever its mean is.
    return ("", "amount A1-A3") if amounts else (text(result, "p:meanAmount"), "meanAmount")


def _sum(amounts: Iterable[str]) -> str:
    try:
        return str(sum((Decimal(one) for one in amounts), Decimal(0)))
    except InvalidOperation:
        return ""


def _licence(root: Any) -> str:
    owned = ".//p:publicationAndOwnership"
    told = {"true": "protected by copyright", "false": "not protected by copyright"}
    kept = told.get(text(root, f"{owned}/c:copyright"), "")
    parts = (text(root, f"{owned}/c:licenseType"), kept, text(root, f"{owned}/c:accessRestrictions"))
    return ", ".join(one for one in parts if one)


def text(node: Any, path: str) -> str:
    """The first text or attribute there, in English where it stands in several languages; empty of nothing."""
    found = node.xpath(path, namespaces=SPACES) if node is not None else []
    if not found:
        return ""
    if isinstance(found[0], str):
        return found[0].strip()
    found = [one for one in found if one.get("{http://www.w3.org/XML/1998/namespace}lang", "en") == "en"] or found
    return (found[0].text or "").strip()
