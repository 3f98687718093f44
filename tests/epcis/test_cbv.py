"""CBV words: how many there are, and every spelling of each."""

import pytest

from filon.epcis import cbv

COUNTS = {
    "bizStep": 41,
    "disposition": 33,
    "bizTransaction": 13,
    "party": 3,
    "reason": 2,
    "component": 14,
    "exception": 2,
    "measurement": 72,
}


def test_as_many_as_the_standard_has():
    """CBV 2.0, 7 and 8, counted in the standard's own lists."""
    assert {kind: len(words) for kind, words in cbv.WORDS.items()} == COUNTS


@pytest.mark.parametrize(
    ("kind", "word", "urn", "web"),
    [
        ("bizStep", "shipping", "urn:epcglobal:cbv:bizstep:shipping", "https://ref.gs1.org/cbv/BizStep-shipping"),
        ("disposition", "in_transit", "urn:epcglobal:cbv:disp:in_transit", "https://ref.gs1.org/cbv/Disp-in_transit"),
        ("bizTransaction", "desadv", "urn:epcglobal:cbv:btt:desadv", "https://ref.gs1.org/cbv/BTT-desadv"),
        ("party", "location", "urn:epcglobal:cbv:sdt:location", "https://ref.gs1.org/cbv/SDT-location"),
        ("reason", "did_not_occur", "urn:epcglobal:cbv:er:did_not_occur", "https://ref.gs1.org/cbv/ER-did_not_occur"),
        ("component", "x", "https://ref.gs1.org/cbv/Comp-x", "https://ref.gs1.org/cbv/Comp-x"),
        ("measurement", "Mass", "gs1:Mass", "https://gs1.org/voc/Mass"),
        ("exception", "ERROR_CONDITION", "gs1:ERROR_CONDITION", "https://gs1.org/voc/ERROR_CONDITION"),
    ],
)
def test_spellings(kind, word, urn, web):
    assert cbv.urn(kind, word) == urn
    assert cbv.web(kind, word) == web
    assert cbv.bare(kind, urn) == cbv.bare(kind, web) == cbv.bare(kind, word) == word


def test_both_vocabularies_of_gs1_say_the_same_word():
    assert cbv.bare("measurement", "https://ref.gs1.org/voc/Mass") == "Mass"


def test_foreign_values_stay():
    for value in ("https://steps.example.com/leaching", "urn:epcglobal:cbv:bizstep:leaching", "leaching"):
        assert cbv.bare("bizStep", value) == cbv.web("bizStep", value) == cbv.urn("bizStep", value) == value
