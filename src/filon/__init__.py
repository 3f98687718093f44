"""Filon follows battery metal from the vein to the vehicle and back, and proves it.

    core <- epcis | log <- books <- accounts <- passport | contracts | diligence <- views
         <- store | exchange <- app <- web | cli

"A <- B" means that B may import A; nothing points the other way. `docs/architecture.md` tells the rest.
"""

__version__ = "0.1.0"
