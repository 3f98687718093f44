"""A lot is found by its number as people write it, however its identifier spells it."""

from dataclasses import replace

import pytest
from msgspec import structs

from filon.app.ledger import Ledger
from filon.core.errors import NotFoundError
from filon.core.ident import lgtin
from filon.views.details import detail
from story import birth
from told_ledger import sites, tell


def made(identifier):
    event = birth(1, "mine", "ORE", "1000", Co="10")
    return replace(event, quantityList=(structs.replace(event.quantityList[0], epcClass=identifier),))


@pytest.mark.parametrize(
    ("number", "held"), [("B/8+x", "B%2F8%2Bx"), ("A=1;2'", "A=1;2'"), ("/", "%2F"), ("7%", "7%25")]
)
def test_a_number_that_its_identifier_holds_encoded(number, held):
    wanted, other = lgtin("09521234543213", number), lgtin("09521234543213", "C-9")
    assert wanted.endswith("/10/" + held)  # GS1 Digital Link URI Syntax 1.4: percent-encoded but for a few signs
    with Ledger.open("memory:") as ledger:
        tell(ledger, made(wanted), made(other), day=10, master=(sites(mine={"kind": "mine"}),))
        assert ledger.lot(number) == wanted
        assert ledger.lot("C-9") == other
        with pytest.raises(NotFoundError, match="no lot"):
            ledger.lot("B-8+x")


def test_a_number_that_several_lots_bear_names_them_all():
    one, other = lgtin("09521234543213", "7"), lgtin("09521234543220", "7")
    with Ledger.open("memory:") as ledger:
        tell(ledger, made(one), made(other), day=10, master=(sites(mine={"kind": "mine"}),))
        with pytest.raises(NotFoundError, match="several") as told:
            ledger.lot("7")
        assert one in told.value.detail
        assert other in told.value.detail
        assert detail(told.value.detail, "fr").startswith("plusieurs lots s’appellent '7' ; donnez")
