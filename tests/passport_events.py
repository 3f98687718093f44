"""Statements and deeds as events, for tests: points(..), deed(..), and a battery with its matter."""

from datetime import UTC, datetime, timedelta

from filon.epcis.event import FILON, Event, QuantityElement

GTIN = "https://id.gs1.org/01/09521213000010"
PACK = f"{GTIN}/21/000001"
OTHER = f"{GTIN}/21/000002"
START = datetime(2027, 3, 1, 12, tzinfo=UTC)


def when(day):
    return START + timedelta(days=day)


def points(day, about, *members, plant="", **values):
    """points(0, GTIN, weight="412.5"): what is said of a battery, batch or model."""
    listed = [*members, *({"point": code, "value": value} for code, value in values.items())]
    item = "/21/" in about
    return Event(
        "ObjectEvent", when(day), "+00:00", action="OBSERVE", bizStep="inspecting", bizLocation=plant or None,
        epcList=(about,) if item else (), quantityList=() if item else (QuantityElement(about),),
        extensions={FILON + "points": listed},
    )  # fmt: skip


def deed(day, word, of, into=(), **own):
    """deed(3, "repurpose", [PACK], [OTHER], operator=..)."""
    member = {"deed": word, "of": list(of), "into": list(into), **own}
    return Event(
        "ObjectEvent", when(day), "+00:00", action="OBSERVE", bizStep="inspecting", epcList=tuple(of),
        extensions={FILON + "life": member},
    )  # fmt: skip
