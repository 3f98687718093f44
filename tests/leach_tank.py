"""The leach tank of worked case A of the custody reference; its figures stand in `tests/books/test_worked_cases.py`."""

from dataclasses import replace

from filon.epcis.event import FILON
from story import birth, count, register, step

KG = 1_000_000
SITES = register(m="mine", d="mine", works="refinery")
SOLUTION = {"form": "cobalt sulfate solution", "Co": "10"}
M, D, UNKNOWN = "urn:M", "urn:D", "UNKNOWN"


def case_a(*, m1_percent="10.20", charged="98832", d1_day=2.0, m1_day=1.0, day_only=False, charge=None):
    """The events of case A; by default M1 and D1 are charged together on day 2."""
    events = [
        birth(0, "works", "h-m", "12000", origin=M, **SOLUTION),
        birth(0, "works", "h-d", "8000", origin=D, **SOLUTION),
        step(0.5, "works", {"h-m": "12000", "h-d": "8000"}, {"tank": "20000"}, **SOLUTION),
        birth(0, "works", "M1", "80000", form="arsenide concentrate", moisture="8.0", dry_Co=m1_percent, origin=M),
        birth(0, "works", "D1", "12000", form="cobalt hydroxide", moisture="45", dry_Co="36.0", origin=D),
    ]
    if charge is None:
        events.append(step(2, "works", {"M1": "80000", "D1": "12000"}, {"tank": charged}, **SOLUTION))
    else:
        events += [
            step(m1_day, "works", {"M1": "80000"}, {"tank": "75072"}, **SOLUTION),
            step(d1_day, "works", {"D1": "12000"}, {"tank": "23760"}, **SOLUTION),
        ]
    events += [
        step(3, "works", {"tank": "87570"}, {"P1": "42000"}, form="CoSO4·7H2O", Co="20.85"),
        step(3.1, "works", {"tank": "910"}, {"residue": "6500"}, form="leach residue", Co="1.40", kind="waste"),
        count(4, "works", "tank", "30200"),
    ]
    if day_only:
        events = [replace(e, eventTime=e.eventTime.replace(hour=0, minute=0), extensions={FILON + "precision": "day"})
                  for e in events]  # fmt: skip
    return events
