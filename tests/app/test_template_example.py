"""The template's own example: taken as it is, its books close and nothing is left to say."""

from datetime import UTC, datetime

from filon.app.capture import File, State, capture
from filon.app.ledger import Ledger
from filon.exchange.workbook import template

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_the_example_of_the_template_leaves_nothing_to_say():
    """61 200 kg of concentrate, 8 % moist: 56 304 kg dry, with 9.8 % cobalt 5 517.8 kg.

    Out of it come 24 053.9 kg of dry sulfate with 20.9 %: 5 027.3 kg, and 46 000 kg of dry residue with 1.07 %: 492.2 kg,
    together 5 519.5 kg; of arsenic 32 768.9 kg go in and 0.712 x 46 000 = 32 752 kg into the residue.
    """
    with Ledger.open("memory:") as ledger:
        file = File("example.xlsx", template("en", example=True))
        (outcome,) = capture(ledger, [file], submitter="Atlas", now=lambda: NOON)
        assert (outcome.state, outcome.findings) == (State.TAKEN, ())
        assert list(ledger.book().findings) == []
