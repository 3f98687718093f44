"""Filon follows battery metal from the vein to the vehicle and back, and proves it.

    core <- epcis | log <- books <- accounts <- passport | contracts | diligence <- views
         <- store | exchange <- app <- web | cli

"A <- B" means that B may import A; nothing points the other way. `docs/architecture.md` tells the rest.

In Python: `filon.open("filon.db")` gives the books of a ledger to be asked; `docs/python.md` shows how.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filon.app.notebook import open_book as open  # noqa: A004 - filon.open, as one would say it

__all__ = ["__version__", "open"]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """`filon.open`, found when it is asked for: importing filon alone stays quick."""
    if name != "open":
        raise AttributeError(f"module 'filon' has no attribute {name!r}")
    from filon.app.notebook import open_book  # noqa: PLC0415

    return open_book
