"""Identifiers: many spellings, one name."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filon.core import gs1, ident
from filon.core.errors import WrongCallError

CORPUS = Path(os.environ.get("FILON_CORPUS", Path(__file__).parents[3] / "shared" / "corpus")) / "epcis"

# EPC URN and Digital Link of every key. Worked by hand for the first: GTIN 0 4012345 12345 -> weights 3,1,3.. from
# the right over 0401234512345: (5+3+1+4+2+0 ... ) see test_check_digit_by_hand. The others: GS1 EPC TDS examples of form.
PAIRS = [
    ("urn:epc:id:sgtin:4012345.012345.12", "https://id.gs1.org/01/04012345123456/21/12"),
    ("urn:epc:class:lgtin:4012345.012345.A%2F7", "https://id.gs1.org/01/04012345123456/10/A%2F7"),
    ("urn:epc:idpat:sgtin:4054739.099914.*", "https://id.gs1.org/01/04054739999148"),
    ("urn:epc:id:sscc:4012345.0000000333", "https://id.gs1.org/00/040123450000003338"),
    ("urn:epc:id:sgln:4012345.00011.987", "https://id.gs1.org/414/4012345000115/254/987"),
    ("urn:epc:id:sgln:4012345.00011.0", "https://id.gs1.org/414/4012345000115"),
    ("urn:epc:id:pgln:4012345.00000", "https://id.gs1.org/417/4012345000009"),
    ("urn:epc:id:grai:4012345.66666.87", "https://id.gs1.org/8003/0401234566666387"),
    ("urn:epc:id:giai:4012345.AAbb", "https://id.gs1.org/8004/4012345AAbb"),
    ("urn:epc:id:gsrn:4012345.9876540000", "https://id.gs1.org/8018/401234598765400000"),
    ("urn:epc:id:gsrnp:4012345.0000098765", "https://id.gs1.org/8017/401234500000987658"),
    ("urn:epc:id:gdti:4012345.55555.98", "https://id.gs1.org/253/401234555555498"),
    ("urn:epc:id:cpi:4012345.ABC.123", "https://id.gs1.org/8010/4012345ABC/8011/123"),
    ("urn:epc:id:sgcn:4012345.99999.44", "https://id.gs1.org/255/401234599999044"),
    ("urn:epc:id:ginc:4012345.333", "https://id.gs1.org/401/4012345333"),
    ("urn:epc:id:gsin:4012345.999987654", "https://id.gs1.org/402/40123459999876541"),
    ("urn:epc:id:itip:4012345.012345.01.02.999", "https://id.gs1.org/8006/040123451234560102/21/999"),
    ("urn:epc:id:upui:4012345.012345.AB12", "https://id.gs1.org/01/04012345123456/235/AB12"),
    ("urn:epc:idpat:grai:4012345.66666.*", "https://id.gs1.org/8003/04012345666663"),
    ("urn:epc:idpat:gdti:4012345.55555.*", "https://id.gs1.org/253/4012345555554"),
    ("urn:epc:idpat:sgcn:4012345.99999.*", "https://id.gs1.org/255/4012345999990"),
    ("urn:epc:idpat:cpi:4012345.ABC.*", "https://id.gs1.org/8010/4012345ABC"),
    ("urn:epc:idpat:itip:4012345.012345.01.02.*", "https://id.gs1.org/8006/040123451234560102"),
]


@pytest.mark.parametrize(("urn", "link"), PAIRS)
def test_a_urn_and_its_link_are_one_name(urn, link):
    assert ident.canonical(urn) == link
    assert ident.canonical(link) == link
    assert ident.to_urn(link, 7) == urn
    assert ident.expected_digits(link) is None


def test_check_digit_by_hand():
    # 4012345 00011: from the right 1*3 1*1 0*3 0*1 0*3 5*1 4*3 3*1 2*3 1*1 0*3 4*1 = 3+1+5+12+3+6+1+4 = 35 -> 5
    assert gs1.check_digit("401234500011") == "5"
    # 0 4012345 12345: 5*3 4 3*3 2 1*3 5 4*3 3 2*3 1 0 4 0 = 15+4+9+2+3+5+12+3+6+1+0+4+0 = 64 -> 6
    assert gs1.check_digit("0401234512345") == "6"


@given(st.text("0123456789", min_size=7, max_size=17))
def test_check_digit_against_its_definition(digits):
    literal = 0
    weight = 3
    for digit in digits[::-1]:
        literal += weight * "0123456789".index(digit)
        weight = 4 - weight
    assert (literal + int(gs1.check_digit(digits))) % 10 == 0


@pytest.mark.parametrize(
    ("spelling", "canonical"),
    [
        ("https://id.gs1.de/01/04012345999990/21/XYZ-1234", "https://id.gs1.org/01/04012345999990/21/XYZ-1234"),
        ("HTTP://Example.com/a/b/gtin/4012345999990/lot/7?linkType=all#x", "https://id.gs1.org/01/04012345999990/10/7"),
        ("https://example.com/01/04012345123456/10/L1/21/S1", "https://id.gs1.org/01/04012345123456/21/S1"),
        ("https://example.com/01/04012345123456/22/V/10/L1", "https://id.gs1.org/01/04012345123456/10/L1"),
        ("https://id.gs1.org/01/04012345123456/10/A%2f7%2D", "https://id.gs1.org/01/04012345123456/10/A%2F7-"),
        ("https://id.gs1.org/01/04012345123456/10/A(7)", "https://id.gs1.org/01/04012345123456/10/A%287%29"),
        ("https://id.gs1.org/414/4012345000115/254/0", "https://id.gs1.org/414/4012345000115"),
        ("URN:EPC:ID:SGTIN:4012345.012345.aB", "https://id.gs1.org/01/04012345123456/21/aB"),
        ("urn:epc:id:grai:401234512345..87", "https://id.gs1.org/8003/0401234512345687"),
    ],
)
def test_other_spellings(spelling, canonical):
    assert ident.canonical(spelling) == canonical


@pytest.mark.parametrize(
    "private",
    [
        "http://transaction.example.com/po/12345678",
        "https://orders.example.com/401/abc",
        "https://example.com/01/notdigits",
        "https://example.com/01/04012345123456/99/x",
        "https://example.com/01/04012345123456/10/a/10/b",
        "https://example.com/01/04012345123456/10/123456789012345678901",
        "urn:epcglobal:cbv:bt:0614141073467:1152",
        "urn:epc:id:gid:95100000.12345.400",
        "urn:epc:id:sgtin:4012345.12345.12",  # one digit short
        "urn:epc:id:sgtin:40123456789012.5.12",
        "urn:epc:id:sgtin:4012345.012345.",
        "urn:epc:id:sgtin:4012345.012345.123456789012345678901",
        "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
        "",
        "Lot 7",
    ],
)
def test_private_names_stay(private):
    assert ident.canonical(private) == private


def test_what_people_read():
    assert ident.short("https://id.gs1.org/01/04012345123456/10/A%2F7") == "A/7"
    assert ident.short("urn:epc:id:sgtin:4012345.012345.12") == "12"
    assert ident.short("https://id.gs1.org/414/4012345000115") == "4012345000115"
    assert ident.short("https://lots.example.com/x/NOV%207?a=b") == "NOV 7"
    assert ident.short("urn:epcglobal:cbv:bt:0614141073467:1152") == "1152"
    assert ident.short("plain") == "plain"
    assert ident.short("") == ""


def test_making_keys():
    assert ident.lgtin("4012345123456", "A/7") == "https://id.gs1.org/01/04012345123456/10/A%2F7"
    assert ident.sgtin("04012345123456", "12") == PAIRS[0][1]
    assert ident.sgln("4012345000115", "987") == PAIRS[4][1]
    assert ident.gtin("04012345123456") == "https://id.gs1.org/01/04012345123456"
    assert ident.pgln("4012345000009") == PAIRS[6][1]
    assert ident.sscc("040123450000003338") == PAIRS[3][1]
    assert ident.elements(ident.lgtin("4012345123456", "A/7")) == {"01": "04012345123456", "10": "A/7"}
    with pytest.raises(WrongCallError):
        ident.lgtin("4012345123456", "more than twenty characters")
    with pytest.raises(WrongCallError):
        ident.sgln("40123")
    with pytest.raises(WrongCallError):
        ident.to_urn(PAIRS[0][1], 5)


def test_wrong_digit_is_told_and_the_name_is_left():
    assert ident.expected_digits("https://id.gs1.org/414/4012345000116") == "4012345000115"
    assert ident.canonical("https://id.gs1.org/414/4012345000116").endswith("4012345000116")
    assert ident.expected_digits("https://lots.example.com/1") is None
    assert ident.malformed("urn:epc:id:sgtin:4012345.12345.12")
    assert not ident.malformed("urn:epc:id:gid:95100000.12345.400")
    assert not ident.malformed(PAIRS[0][0])
    assert ident.malformed("urn:epc:idpat:sgtin:4012345.12345.*")
    for open_pattern in ("sgtin:4012345.*.*", "sgtin:*.*.*", "sscc:4012345.*", "itip:4012345.012345.*.*.*"):
        assert not ident.malformed(f"urn:epc:idpat:{open_pattern}")
    assert ident.company_prefix(PAIRS[0][0]) == "4012345"
    assert ident.company_prefix("urn:uuid:1") is None


@pytest.mark.parametrize(
    "text",
    [
        "urn:a:b",
        "urn:a:",
        "urn:epc:id:sgtin:4012345.012345.a:",
        "http://a.example/b?c#d",
        "http://[::1]:80/x",
        "cbv:x",
        "urn:uuid:1",
        "tag:a,2026:b%20c",
    ],
)
def test_uris(text):
    assert ident.is_uri(text)


@pytest.mark.parametrize(
    "text", ["", "a:", "foo", "a b:c", "http://a b", "urn:x:é", "2:3", "http://a/%2", "x:a#b#c", "//a/b", "x:<y>"]
)
def test_no_uris(text):
    assert not ident.is_uri(text)


serials = st.text([chr(n) for n in range(0x21, 0x7B) if chr(n) not in "$@[\\]^`#"], min_size=1, max_size=20)


@given(st.integers(6, 12), st.integers(10**11, 10**12 - 1), st.integers(0, 9), serials)
def test_there_and_back(length, digits, indicator, serial):
    """A key survives link -> URN -> link for every length of company prefix, whatever the serial."""
    body = f"{indicator}{digits}"
    key = body + gs1.check_digit(body)
    for made in (ident.sgtin(key, serial), ident.lgtin(key, serial)):
        urn = ident.to_urn(made, length)
        assert urn.startswith("urn:epc:")
        assert len(urn.split(":")[4].split(".")[0]) == length
        assert ident.canonical(urn) == made
        assert ident.canonical(made) == made
        assert ident.short(made) == serial


@given(st.text())
def test_any_text_is_taken_and_stays_canonical(text):
    once = ident.canonical(text)
    assert ident.canonical(once) == once
    ident.short(text)
    ident.elements(text)
    ident.malformed(text)
    ident.expected_digits(text)


@pytest.mark.corpus
def test_private_urns_of_others_pass_through():
    path = CORPUS / "identifiers" / "gdst_urn_tests.json"
    if not path.exists():
        if os.environ.get("CI"):
            pytest.fail("the corpus is missing")
        pytest.skip("needs the epcis corpus (FILON_CORPUS)")
    text = path.read_text(encoding="utf-8-sig")
    urns = {part for part in text.replace('"', " ").replace(",", " ").split() if part.startswith("urn:gdst")}
    assert len(urns) > 1
    json.loads(text)
    assert all(ident.canonical(urn) == urn for urn in urns)
