"""Random supply chains: lists of small numbers read as deeds of suppliers, so that hypothesis can shrink them.

Nothing is kept from going wrong: lots are drawn that are not there, weights do not match, parts of the story are missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import strategies as st
from msgspec import structs

import story
from filon.books.movement import Said
from filon.books.register import EPC_CLASS, LOCATION, Register
from filon.epcis.event import FILON, ErrorDeclaration, Event, QuantityElement
from filon.epcis.key import body_key

SITES = ("mine", "works", "plant")


def _register(**mixing: str) -> Register:
    kinds = {"mine": "mine", "works": "refinery", "plant": "pack"}
    return Register.of([
        *((LOCATION, story.site(name), {FILON + "kind": kind, **({FILON + "mixing": mixing[name]} if name in mixing else {})})
          for name, kind in kinds.items()),
        (EPC_CLASS, story.NS + "tank", {FILON + "form": "cobalt sulfate solution"}),
    ])  # fmt: skip


REGISTER = _register()
LAYERED = _register(works="fifo", plant="layered")
registers = st.sampled_from([REGISTER, LAYERED])
"""Sites that mix what is filled in, and sites whose silos keep layers."""

GTIN = "09506000134352"
SORTS = (  # what is declared of a lot: well, badly, not at all
    {"form": "CoSO4·7H2O"},
    {"form": "CoSO4·7H2O", "Co": "20.8"},
    {
        "form": "arsenide concentrate",
        "moisture": "8.0",
        "dry_Co": "10.2",
        "dry_As": "59",
        "dry_Ni": "2.5",
        "dry_Fe": "7",
    },
    {"form": "cobalt hydroxide", "moisture": "45", "dry_Co": "36.0"},  # Cu, Mn, Ni unknown
    {"form": "CoSO4·7H2O", "origin": "urn:other-mine"},
    {},
    {"form": "NMC622 CAM"},
    {"form": "CoSO4·7H2O", "moisture": "3", "Co": "20.1", "kind": "by-product"},
)
VERBS = (
    "birth", "birth", "ship", "receive", "receive", "step", "step", "step", "fill", "draw", "cells", "pack", "pack",
    "unpack", "count", "remove", "err", "void", "box", "unbox", "campaign", "final", "rename",
)  # fmt: skip


@dataclass
class World:
    """What the storyteller remembers: enough to tell mostly sensible stories, not enough to keep the books."""

    events: list[Event] = field(default_factory=list)
    lots: list[tuple[str, str, str | None]] = field(default_factory=list)  # name, site, unit
    notes: list[tuple[str, str, str, str, str | None]] = field(default_factory=list)  # note, lot, to, weight, unit
    batches: list[tuple[str, int, int]] = field(default_factory=list)  # lot identifier, first, next free serial
    packs: list[str] = field(default_factory=list)
    boxes: list[tuple[str, str]] = field(default_factory=list)
    number: int = 0

    def fresh(self, kind: str) -> str:
        self.number += 1
        return f"{kind}{self.number}"


Code = tuple[int, int, int, int, int]
codes = st.lists(
    st.tuples(
        st.integers(0, len(VERBS) - 1), st.integers(0, 7), st.integers(0, 7), st.integers(1, 99_999_999), st.integers(0, 23)
    ),
    min_size=3, max_size=22,
)  # fmt: skip


def kg(n: int) -> str:
    """Up to 99 999.999 kg, to the gram; every seventh to the milligram."""
    return str(Decimal(n).scaleb(-6 if n % 7 == 0 else -3))


def told(listed: list[Code]) -> list[Event]:
    """The events of a random chain."""
    world = World()
    for index, (verb, a, b, n, when) in enumerate(listed):
        before = len(world.events)
        TELL[VERBS[verb]](world, index / 3, a, b, n)
        for at in range(before, len(world.events)):
            world.events[at] = _timed(world.events[at], when, at)
    return world.events


def _timed(event: Event, when: int, at: int) -> Event:
    """A third have a calendar day only, a third a whole hour that others have too, the rest an exact second."""
    if event.errorDeclaration:
        return event
    midnight = event.eventTime.replace(hour=0, minute=0, second=0, microsecond=0)
    if when % 3 == 0:
        return replace(event, eventTime=midnight, extensions={**event.extensions, FILON + "precision": "day"})
    if when % 3 == 1:
        return replace(event, eventTime=midnight + timedelta(hours=event.eventTime.hour))
    return replace(event, eventTime=event.eventTime + timedelta(seconds=at))


def _lot(world: World, at: int, unit: str | None = "KGM") -> tuple[str, str, str | None]:
    known = [one for one in world.lots if one[2] == unit]
    return known[at % len(known)] if known else ("nobody-knows", SITES[at % 3], unit)


def _birth(world: World, day: float, a: int, b: int, n: int) -> None:
    name = world.fresh("lot") if b != 7 or not world.lots else _lot(world, a)[0]  # sometimes declared twice
    where = SITES[b % 3]
    world.events.append(story.birth(day, where, name, kg(n), **SORTS[a]))
    world.lots.append((name, where, "KGM"))


def _ship(world: World, day: float, a: int, b: int, n: int) -> None:
    name, where, unit = _lot(world, a, None if n % 5 == 0 and world.batches else "KGM")
    note, to = world.fresh("note"), SITES[b % 3]
    amount = kg(n) if unit else str(n % 90 + 1)
    world.events.append(story.ship(day, where, to, note, {name: amount}, uom=unit))
    world.notes.append((note, name, to, amount, unit))


def _receive(world: World, day: float, a: int, b: int, n: int) -> None:
    if not world.notes:
        name, _, unit = _lot(world, a)
        world.events.append(story.receive(day, SITES[b % 3], "unheard", {name: kg(n)}, uom=unit))
        return
    note, name, to, amount, unit = world.notes[a % len(world.notes)]
    weight = Decimal(amount) * (Decimal(1), Decimal("0.9995"), Decimal("1.0007"), Decimal("1.2"), Decimal("0.5"))[b % 5]
    weight = Decimal(max(1, int(weight))) if unit is None else round(weight, 6)
    own = {"partial": "true"} if b == 4 else {}
    world.events.append(story.receive(day, to, note if b != 6 else "other", {name: str(weight)}, uom=unit, **own))
    world.lots.append((name, to, unit))


def _rename(world: World, day: float, a: int, b: int, n: int) -> None:
    bulk = [one for one in world.notes if one[4]]
    if bulk:
        note, name, to, amount, unit = bulk[a % len(bulk)]
        own = world.fresh("own")
        world.events.append(story.receive(day, to, note, {name: amount}, uom=unit, own=story.lot(own)))
        world.lots.append((own, to, unit))


def _step(world: World, day: float, a: int, b: int, n: int, campaign: str | None = None) -> None:  # noqa: PLR0917 - a deed's numbers
    chosen = [_lot(world, a + i) for i in range(b % 3 + 1)]
    where = chosen[0][1]
    inputs = {name: kg(n // (i + 2) + 1) for i, (name, _, _) in enumerate(chosen)}
    out = world.fresh("lot")
    traits = SORTS[(a + b) % 7]
    outputs = {out: kg(n)}
    if b == 5:
        outputs[world.fresh("lot")] = kg(n // 3 + 1)
    if b == 6:
        outputs = {chosen[0][0]: kg(n)}  # a lot that goes in and comes out
        out = chosen[0][0]
    world.events.append(story.step(day, where, inputs, outputs, campaign, **traits))
    world.lots.append((out, where, "KGM"))


def _campaign(world: World, day: float, a: int, b: int, n: int) -> None:
    name = world.fresh("urn:campaign:")
    _step(world, day, a, b, n, name)
    if a % 2:
        _step(world, day + (0, 0.5)[b % 2], b, a, n // 2 + 1, name)
    if a == 7:
        name = world.events[-1].transformationID
        world.events[-1] = replace(world.events[-1], inputQuantityList=())


TANK = story.NS + "tank/lot/T1"


def _tank(amount: str) -> QuantityElement:
    return QuantityElement(TANK, Decimal(amount), "KGM")


def _fill(world: World, day: float, a: int, b: int, n: int) -> None:
    name, where, _ = _lot(world, a)
    percent = ("7.5", "8.1", "6.02")[b % 3]
    event = story.step(day, where, {name: kg(n // 3 + 1)}, {}, form="cobalt sulfate solution", Co=percent)
    world.events.append(replace(event, outputQuantityList=(_tank(kg(n)),), bizLocation=story.site("works")))


def _draw(world: World, day: float, a: int, b: int, n: int) -> None:
    out = world.fresh("lot")
    event = story.step(day, "works", {}, {out: kg(n // 3 + 1)}, **SORTS[a % 2])
    world.events.append(replace(event, inputQuantityList=(_tank(kg(n)),)))
    world.lots.append((out, "works", "KGM"))


def _batch(number: int) -> str:
    return f"https://id.gs1.org/01/{GTIN}/10/B{number}"


def _piece(serial: int) -> str:
    return f"https://id.gs1.org/01/{GTIN}/21/{serial}"


def _cells(world: World, day: float, a: int, b: int, n: int) -> None:
    chosen = [_lot(world, a + i) for i in range(b % 2 + 1)]
    first, pieces = 1000 * len(world.batches), n % 90 + 3
    batch = _batch(len(world.batches))
    event = story.step(
        day, "plant", {name: kg(n // 5 + 1) for name, _, _ in chosen}, {}, form="cell",
        serials={"first": str(first), "last": str(first + pieces - 1)},
    )  # fmt: skip
    output = (QuantityElement(batch, Decimal(pieces)),)
    if b == 3:
        output += (QuantityElement(story.lot(world.fresh("scrap")), Decimal(kg(n // 50 + 1)), "KGM"),)
    world.events.append(replace(event, bizLocation=story.site(chosen[0][1]), outputQuantityList=output))
    world.batches.append((batch, first, first))


def _pack(world: World, day: float, a: int, b: int, n: int) -> None:
    if not world.batches:
        return
    at = a % len(world.batches)
    batch, first, free = world.batches[at]
    pack, pieces = world.fresh("pack"), n % 7 + 1
    event = story.assemble(day, SITES[b % 3], pack, {})
    if b % 2:
        epcs = tuple(_piece(free + i) for i in range(pieces))
        event = replace(event, childEPCs=epcs)
    else:
        ranges = [{"class": batch, "first": str(free), "last": str(free + pieces - 1)}]
        event = replace(
            event, childQuantityList=(QuantityElement(batch, Decimal(pieces)),), extensions={FILON + "ranges": ranges}
        )
    if b == 4 and world.packs:  # a pack in a pack
        event = replace(event, childEPCs=(story.lot(world.packs[a % len(world.packs)]),))
    made = [one.bizLocation for one in world.events if one.type == "TransformationEvent"
            and any(q.epcClass == batch for q in one.outputQuantityList)]  # fmt: skip
    world.events.append(replace(event, bizLocation=made[0]))
    world.batches[at] = (batch, first, free + pieces)
    world.packs.append(pack)


def _unpack(world: World, day: float, a: int, b: int, n: int) -> None:
    if not world.packs or not world.batches:
        return
    pack = world.packs[a % len(world.packs)]
    made = next(one for one in world.events if one.parentID == story.lot(pack))
    event = replace(story.assemble(day, "plant", pack, {}), action="DELETE", bizStep="disassembling",
                    bizLocation=made.bizLocation)  # fmt: skip
    if b % 2:
        event = replace(event, childEPCs=made.childEPCs)
    else:
        part = story.lot(world.fresh("part"))
        event = replace(event, childQuantityList=(QuantityElement(part, Decimal(b + 1)),))
    world.events.append(event)


def _count(world: World, day: float, a: int, b: int, n: int) -> None:
    name, where, _ = _lot(world, a)
    found = ({}, {}, {"Co": "20.4"}, {"moisture": "6"}, {"dry_Co": "21", "Ni": "3", "moisture": "0"})[b % 5]
    world.events.append(story.count(day, where, name, kg(n), **found))


def _remove(world: World, day: float, a: int, b: int, n: int) -> None:
    name, where, _ = _lot(world, a)
    event = story.count(day, where, name, kg(n))
    world.events.append(replace(event, action="DELETE", bizStep=("destroying", "retail_selling")[b % 2]))


def _err(world: World, day: float, a: int, b: int, n: int) -> None:
    at = (n + a) % max(1, len(world.events))
    if not world.events or world.events[at].errorDeclaration:
        return
    wrong = replace(world.events[at], eventID=f"urn:event:{at}")
    world.events[at] = wrong
    declaration = ErrorDeclaration(story.moment(day), "wrong")
    world.events.append(
        replace(wrong, errorDeclaration=declaration) if b % 2
        else Event("ObjectEvent", wrong.eventTime, "+00:00", eventID=wrong.eventID, errorDeclaration=declaration)
    )  # fmt: skip


def _void(world: World, day: float, a: int, b: int, n: int) -> None:
    if world.notes:
        note = world.notes[a % len(world.notes)][0]
        shipped = next(one for one in world.events if any(t.value.endswith("/" + note) for t in one.bizTransactionList))
        world.events.append(replace(shipped, eventTime=story.moment(day), bizStep="void_shipping", eventID=None))


def _box(world: World, day: float, a: int, b: int, n: int) -> None:
    name, where, _ = _lot(world, a)
    box = f"https://id.gs1.org/00/09506000134352{n % 3:04}"
    packed = replace(story.assemble(day, where, "x", {}), parentID=box, bizStep="packing")
    packed = replace(packed, childQuantityList=(QuantityElement(story.lot(name), Decimal(kg(n)), "KGM"),))
    world.events.append(packed)
    note = world.fresh("note")
    shipped = story.ship(day + 0.2, where, SITES[b % 3], note, {})
    world.events.append(replace(shipped, epcList=(box,)))
    world.boxes.append((box, note))
    world.lots.append((name, SITES[b % 3], "KGM"))


def _unbox(world: World, day: float, a: int, b: int, n: int) -> None:
    if world.boxes:
        box, note = world.boxes[a % len(world.boxes)]
        world.events.append(replace(story.receive(day, SITES[b % 3], note, {}), epcList=(box,)))
        if b % 2:
            event = replace(story.assemble(day + 0.1, SITES[b % 3], "x", {}), parentID=box, bizStep="unpacking")
            world.events.append(replace(event, action="DELETE"))


def _final(world: World, day: float, a: int, b: int, n: int) -> None:
    steps = [at for at, one in enumerate(world.events) if one.type == "TransformationEvent"
             and len(one.outputQuantityList) == 1]  # fmt: skip
    if not steps:
        return
    at = steps[a % len(steps)]
    early = world.events[at]
    world.events[at] = replace(early, ilmd={**early.ilmd, FILON + "status": "provisional"})
    item = early.outputQuantityList[0]
    event = story.birth(day, "works", "x", "1", **SORTS[b])
    if n % 3 == 0:  # an umpire settles what was provisional, or final already
        world.events[at] = early if a % 2 else world.events[at]
        measured = [{**one, "status": "umpire"} for one in event.ilmd.get(FILON + "assay", [])]
        event = replace(event, ilmd={**event.ilmd, FILON + "assay": measured})
    world.events.append(
        replace(event, quantityList=(structs.replace(item, quantity=Decimal(kg(n)) if item.uom else item.quantity),))
    )


TELL = {
    "birth": _birth, "ship": _ship, "receive": _receive, "step": _step, "fill": _fill, "draw": _draw, "cells": _cells,
    "pack": _pack, "unpack": _unpack, "count": _count, "remove": _remove, "err": _err, "void": _void, "box": _box,
    "unbox": _unbox, "campaign": _campaign, "final": _final, "rename": _rename,
}  # fmt: skip


def said(events: list[Event]) -> list[Said]:
    """As the log knows them: each event once."""
    known = {body_key(event).hex(): event for event in events}
    return [Said(event, key, index) for index, (key, event) in enumerate(known.items())]


chains = codes.map(told).map(said)
"""Random chains, as the log knows them."""
