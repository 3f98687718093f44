"""ecoSpold 2: the scores that a data set states as `impactIndicator`, per amount of its reference product.

ecoSpold 1 has no place for a score, so there is none to be read.

Source: EcoSpold02.xsd (TFlowData, TImpactIndicatorResult, TTimePeriod, TDataGeneratorAndPublication).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from filon.exchange.lca.parts import Part
from filon.exchange.lca.score import Score, of_climate

NAMESPACE = "http://www.EcoInvent.org/EcoSpold02"
FIRST_NAMESPACE = "http://www.EcoInvent.org/EcoSpold01"
RESTRICTED = {"0": "public", "1": "licensees", "2": "results only", "3": "restricted"}
"""accessRestrictedTo: who may see the data set."""


def scores(part: Part, name: str) -> Iterator[Score]:
    """The scores of every data set in a document.

    The year is that from which the data are: the older one, where they span several.
    """
    for kind in ("activityDataset", "childActivityDataset"):
        for dataset in part.root.iterchildren(f"{{{NAMESPACE}}}{kind}"):
            yield from _of_dataset(dataset, part.path or name)


def _of_dataset(dataset: Any, path: str) -> Iterator[Score]:
    described, flows = _at(dataset, "e:activityDescription"), _at(dataset, "e:flowData")
    product = _at(flows, "e:intermediateExchange[e:outputGroup='0'][number(@amount)!=0]")
    if product is None:
        return
    activity = _at(described, "e:activity")
    for one in flows.iterfind(f"{{{NAMESPACE}}}impactIndicator"):
        method = ", ".join(_text(one, f"e:{name}") for name in ("impactMethodName", "impactCategoryName", "name"))
        unit = _text(one, "e:unitName")
        if of_climate(method, unit):
            yield Score(
                dataset=f"{activity.get('id', '')}.{product.get('intermediateExchangeId', '')}".strip("."),
                name=f"{_text(activity, 'e:activityName')}: {_text(product, 'e:name')}",
                method=method,
                score=one.get("amount", ""),
                score_unit=unit,
                amount=product.get("amount", ""),
                unit=_text(product, "e:unitName"),
                geography=_text(described, "e:geography/e:shortname"),
                year=_said(described, "e:timePeriod", "startDate")[:4],
                licence=_licence(dataset),
                gsd2="",
                cell=f"{path}, line {one.sourceline}, impactIndicator/@amount",
            )


def _licence(dataset: Any) -> str:
    published = _at(dataset, "e:administrativeInformation/e:dataGeneratorAndPublication")
    if published is None:
        return ""
    seen = RESTRICTED.get(published.get("accessRestrictedTo", ""), "")
    told = {"true": "protected by copyright", "false": "not protected by copyright"}
    kept = told.get(published.get("isCopyrightProtected", ""), "")
    return ", ".join(one for one in (kept, f"access: {seen}" if seen else "") if one)


def _at(node: Any, path: str) -> Any:
    found = node.xpath(path, namespaces={"e": NAMESPACE}) if node is not None else []
    return found[0] if found else None


def _text(node: Any, path: str) -> str:
    """In English, where a text stands in several languages."""
    found = node.xpath(path, namespaces={"e": NAMESPACE}) if node is not None else []
    found = [one for one in found if one.get("{http://www.w3.org/XML/1998/namespace}lang", "en") == "en"] or found
    return (found[0].text or "").strip() if found else ""


def _said(node: Any, path: str, attribute: str) -> str:
    found = _at(node, path)
    return str(found.get(attribute, "")) if found is not None else ""
