"""Capacity: what a site cannot have made, month by month; and shipments that were under way for too long."""

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


def test_a_shipment_is_not_under_way_for_half_a_year():
    def found(day):
        book = chain(birth(0, "m", "a", "100", origin="urn:M", **CO), ship(1, "m", "works", "n", {"a": "100"}),
                     receive(day, "works", "n", {"a": "100"})).book  # fmt: skip
        return [(one.code, one.found) for one in book.findings]

    assert found(181.5) == []
    assert found(182.5) == [("BOK-042", "181")]
