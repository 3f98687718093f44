"""Which events count: what was declared an error is as never said, a later standing replaces an earlier one.

Independent of the order in which events were learned: only what is known counts, not when it came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import IntEnum

from filon.books.assay import members
from filon.books.movement import Said
from filon.core.finding import Finding, found
from filon.core.ident import short
from filon.epcis.event import FILON, Event
from filon.epcis.key import body_key


def effective(said: Iterable[Said]) -> tuple[list[Said], list[Finding]]:
    """The events that count.

    An event declared an error is dropped, with its declaration (found by its id, and by what it says: a declaration
    repeats the event word for word); a corrective event stands on its own. Where a lot has
    provisional and final declarations of its making, the final one replaces the provisional: its quantity and traits,
    with the inputs of the provisional step where the final one names none. One with an umpire's assay replaces both,
    and keeps the final assays of what the umpire did not analyse.

    Returns:
        (events in the order given; findings BOK-024 for what was taken back, BOK-045 where the declaration says
        otherwise than the event of its id, BOK-027 where several finals might be meant and the provisional one stays,
        BOK-028 where none came yet).
    Source: EPCIS 2.0 7.4.1.3; interface reference 11 ("provisional and final are two observations").
    """
    everything = list(said)
    named, keys = taken_back(everything)
    if not keys:
        return _final(everything)
    counted, findings = [], []
    for one in everything:
        if one.event.errorDeclaration:
            findings.append(found("BOK-024", one.place, event=one.event.eventID or one.key))
        elif one.key not in keys:
            if one.event.eventID in named:
                findings.append(found("BOK-045", one.place, event=one.event.eventID))
            else:
                counted.append(one)
    counted, doubts = _final(counted)
    return counted, findings + doubts


def taken_back(said: Iterable[Said]) -> tuple[set[str], set[str]]:
    """(identifiers, keys) of the events that some events declare errors."""
    declared = [one.event for one in said if one.event.errorDeclaration]
    named = {event.eventID for event in declared if event.eventID}
    return named, {body_key(replace(event, errorDeclaration=None)).hex() for event in declared}


def _final(said: list[Said]) -> tuple[list[Said], list[Finding]]:
    if all(standing(one.event) is Standing.FINAL for one in said):
        return said, []
    makings: dict[str, list[int]] = defaultdict(list)
    for index, one in enumerate(said):
        if (lot := made(one.event)) is not None:
            makings[lot].append(index)
    replaced: dict[int, list[int]] = defaultdict(list)
    findings: list[Finding] = []
    for lot, told in makings.items():
        for index in told:
            late = _better(said, told, index)
            if len(late) == 1:
                replaced[late[0]].append(index)
            elif late or is_provisional(said[index].event):
                code = "BOK-027" if late else "BOK-028"
                findings.append(found(code, said[index].place, lot=short(lot), finals=len(late)))
    gone = {index for early in replaced.values() for index in early}
    merged = {late: completed(said[late], [said[index] for index in early]) for late, early in replaced.items()}
    return [merged.get(index, one) for index, one in enumerate(said) if index not in gone], findings


def _better(said: list[Said], told: list[int], index: int) -> list[int]:
    """Those of the makings told of a lot that may replace one of them: the ones of the highest standing above it."""
    event = said[index].event
    rank = {at: standing(said[at].event) for at in told if _replaces(said[at].event, event)}
    best = max(rank.values(), default=Standing.PROVISIONAL)
    return [at for at, one in rank.items() if one is best and one > standing(event)]


def _replaces(late: Event, early: Event) -> bool:
    """Whether a final making of a lot is of the same filling: a tank is filled many times under one name."""
    if late.type != "TransformationEvent" or late.eventTime == early.eventTime:
        return True
    return {item.epcClass for item in late.inputQuantityList} == {item.epcClass for item in early.inputQuantityList}


class Standing(IntEnum):
    """How settled a declaration of a lot's making is; a higher one replaces the lower ones."""

    PROVISIONAL = 0
    FINAL = 1
    UMPIRE = 2


def standing(event: Event) -> Standing:
    """Whether weight and assays of what an event makes will still change, are final, or an umpire settled them."""
    if not event.ilmd:
        return Standing.FINAL
    if is_provisional(event):
        return Standing.PROVISIONAL
    settled = any(str(one.get("status") or "") == "umpire" for one in members(event.trait("assay")))
    return Standing.UMPIRE if settled else Standing.FINAL


def is_provisional(event: Event) -> bool:
    """Whether weight and assays of what an event makes will still change."""
    return bool(event.ilmd) and str(event.trait("status") or "") == "provisional"


def made(event: Event) -> str | None:
    """The one lot that an event creates; None if it creates none or several."""
    if event.type == "TransformationEvent":
        outputs = event.outputQuantityList
    elif event.type == "ObjectEvent" and event.action == "ADD":
        outputs = event.quantityList
    else:
        return None
    return outputs[0].epcClass if len(outputs) == 1 else None


def completed(late: Said, early: Sequence[Said]) -> Said:
    """The declaration that counts, with what it leaves to those before: a step's inputs, assays beside an umpire's."""
    event, keys = late.event, tuple(one.key for one in early)
    finals = [one for one in early if standing(one.event) is Standing.FINAL]
    if finals:  # the umpire analysed what was in dispute; the rest stands as it was
        before = min(finals, key=lambda one: one.key).event
        together = [*members(before.trait("assay")), *members(event.trait("assay"))]
        event = replace(event, ilmd={**before.ilmd, **event.ilmd, FILON + "assay": together})
    steps = [one for one in finals or early if one.event.type == "TransformationEvent"]
    if event.type == "TransformationEvent" or not steps:
        return replace(late, event=event, completes=keys) if finals else late
    step = min(steps, key=lambda one: one.key).event
    traits: Mapping[str, object] = {**step.ilmd, **event.ilmd, FILON + "status": "final"}
    event = replace(step, outputQuantityList=event.quantityList, ilmd=traits, eventID=event.eventID)
    return replace(late, event=event, completes=keys)
