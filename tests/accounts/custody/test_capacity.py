"""Capacity: what a site cannot have made, month by month."""

import pytest

from custody_story import chain_of, codes, fact
from story import birth, receive, register, ship, step

CO = {"form": "Co metal", "Co": "100"}
SITES = register(m="mine", works="refinery")


def chain(*events):
    return chain_of(*events, register=SITES)


def test_a_refinery_makes_no_more_than_its_capacity_times_the_days():
    # January has 31 days: at 10 kg a day 310 kg; 300 kg on the 2nd and 11 on the 9th are one too many
    metal = birth(0, "works", "a", "400", origin="urn:M", **CO)
    most = fact("capacity", 0, site="works", element="Co", kg="10")
    first = step(1, "works", {"a": "300"}, {"p": "300"}, **CO)

    def told(day, kg, *more):
        # what is bought comes from elsewhere: only lots that steps make, or the ground gives, are output
        return codes(chain(metal, most, first, step(day, "works", {"a": kg}, {"q": kg}, **CO), *more))

    assert told(8, "10") == ["CUS-023"]  # with the 400 that were told as made here


def test_matter_that_comes_in_is_no_output_and_rework_counts_once():
    most = fact("capacity", 0, site="works", element="Co", kg="10")
    events = [birth(0, "m", "a", "310", origin="urn:M", **CO), ship(1, "m", "works", "n", {"a": "310"}),
              receive(2, "works", "n", {"a": "310"}), step(3, "works", {"a": "310"}, {"p": "310"}, **CO),
              step(4, "works", {"p": "310"}, {"q": "310"}, **CO)]  # fmt: skip
    assert codes(chain(most, *events)) == []
    assert codes(chain(fact("capacity", 0, site="works", element="Co", kg="9.9"), *events)) == ["CUS-023"]
    assert codes(chain(fact("capacity", 0, site="m", element="Co", kg="9.9"), *events)) == ["CUS-023"]
    assert codes(chain(fact("capacity", 0, site="m", element="Co", kg="10"), *events)) == []
    late = fact("capacity", 0, site="works", element="Co", kg="9.9", since="2026-02-01")
    assert codes(chain(late, *events)) == []


@pytest.mark.parametrize(
    ("kg", "until", "found"),
    [("310", "2026-01-04", []), ("309.9", "2026-01-04", ["CUS-028"]), ("309.9", "2026-01-03", [])],
)
def test_a_quota_is_of_its_days(kg, until, found):
    """310 kg of metal are made on the 4th of January; made again of themselves on the 5th they are no more."""
    events = [birth(0, "m", "a", "310", origin="urn:M", **CO), ship(1, "m", "works", "n", {"a": "310"}),
              receive(2, "works", "n", {"a": "310"}), step(3, "works", {"a": "310"}, {"p": "310"}, **CO)]  # fmt: skip
    quota = fact("quota", 0, site="works", element="Co", kg=kg, since="2026-01-01", until=until)
    assert codes(chain(quota, *events)) == found
    whole = fact("quota", 0, site="works", element="Co", kg="310", since="2026-01-01", until="2026-12-31")
    assert codes(chain(whole, *events, step(4, "works", {"p": "310"}, {"q": "310"}, **CO))) == []
