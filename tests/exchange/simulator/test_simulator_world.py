"""The invented world: legal keys of the range for examples, known forms, names that tell things apart."""

from __future__ import annotations

import pytest

from filon.core.ident import elements, expected_digits, is_uri
from filon.core.matter import form
from filon.exchange.simulator.world import COMPANIES, PRODUCTS, SITES


def digits(key: str) -> list[int]:
    return [int(digit) for digit in key]


def valid(key: str) -> bool:
    """GS1 General Specifications 7.9, said once more: weighted from the right, 1 and 3 in turn, the sum ends in 0."""
    return sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits(key)))) % 10 == 0


def test_the_rule_knows_a_right_and_a_wrong_key():
    # 4 006 381 333 931 is the textbook EAN: 1+3*3+9+3*3+3+3*3+1+8*3+3+6*3+0+0*3+4 = 90.
    assert valid("4006381333931")
    assert not valid("4006381333932")


@pytest.mark.parametrize("product", PRODUCTS.values(), ids=lambda one: one.key)
def test_products_have_valid_gtins_of_the_range_for_examples(product):
    assert len(product.gtin) == 14
    assert product.gtin.startswith("0952")
    assert valid(product.gtin)
    assert form(product.form) is not None


def test_all_keys_are_valid_uris_and_differ():
    keys = [one.id for group in (COMPANIES, SITES, PRODUCTS) for one in group.values()]
    assert len(set(keys)) == len(keys)
    for key in keys:
        assert is_uri(key)
        assert expected_digits(key) is None
        (value, *_) = elements(key).values()
        assert valid(value)
        assert value.lstrip("0").startswith("952")


def test_names_tell_products_of_one_workbook_apart():
    for language in ("en", "fr"):
        names = [one.name(language) for one in PRODUCTS.values()]
        assert len(set(names)) == len(names)


def test_suppliers_deliver_before_their_customers():
    order = [one.day for one in COMPANIES.values()]
    assert order == sorted(order)


def test_lots_and_pieces_carry_the_makers_key():
    assert elements(PRODUCTS["cam"].lot("KAT-26-001")) == {"01": PRODUCTS["cam"].gtin, "10": "KAT-26-001"}
    assert elements(PRODUCTS["pack"].piece("000001")) == {"01": PRODUCTS["pack"].gtin, "21": "000001"}
