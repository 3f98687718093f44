"""PACT Data Exchange 3.0.3: product footprints as JSON, checked by the standard, made from lots, taken as declared.

footprint, findings = take(json.loads(data))
body = issue(view, ..)
"""

from filon.exchange.pact.check import check
from filon.exchange.pact.issue import Issuer, issue
from filon.exchange.pact.take import Taken, take

__all__ = ["Issuer", "Taken", "check", "issue", "take"]
