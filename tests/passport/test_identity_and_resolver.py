"""Identifiers and the resolver, by the tables of the standards; laws for any Accept header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filon.passport.identity import Scheme, identity, opaque, printed
from filon.passport.point import Level
from filon.passport.resolver import Anchor, Asked, Link, Tombstone, linkset, resolved

HOST = "https://id.atlas.example"
ITEM = f"{HOST}/01/09521213000010/21/7"


@pytest.mark.parametrize(
    ("link", "scheme", "level"),
    [
        (f"{HOST}/01/09521213000010", Scheme.GS1, Level.MODEL),
        (f"{HOST}/01/09521213000010/10/B-47", Scheme.GS1, Level.BATCH),
        (ITEM, Scheme.GS1, Level.ITEM),
        (f"{HOST}/8010/952121300ABC/8011/7", Scheme.GS1, Level.ITEM),
        (f"{HOST}/p/AP-75?s=7", Scheme.IEC_61406, Level.ITEM),
        (f"{HOST}/i/AAAAAAAAAAAAAAAAAAAAAA", Scheme.OPAQUE, Level.ITEM),
        (f"{HOST}/0e1c2ad8-5f7e-4a55-9a30-8d3c55a8d1f0", Scheme.OPAQUE, Level.ITEM),
    ],
)
def test_what_an_address_names(link, scheme, level):
    named, faults = identity(link)
    assert (named.scheme, named.level, [one for one in faults if one.level == "error"]) == (scheme, level, [])


@pytest.mark.parametrize(
    ("link", "code"),
    [
        (f"{HOST}/01/09521213000011/21/7", "DPP-010"),  # 10 is right: 3*(0+5+1+1+0+0+1)+(9+2+2+3+0+0)=40 -> 0
        ("http://id.atlas.example/01/09521213000010/21/7", "DPP-011"),
        ("https://192.168.0.7/x", "DPP-011"),
        ("https://localhost/x", "DPP-011"),
        ("https://a:b@id.atlas.example/x", "DPP-011"),
        ("https://id.atlas.example/", "DPP-011"),
        ("https://id.atlas.example/x#y", "DPP-011"),
        ("https://id.atlas.example/" + "x" * 300, "DPP-011"),
        ("https://id.atlas.example/a b", "DPP-011"),
        ("urn:epc:id:sgtin:9521213.000001.7", "DPP-011"),
    ],
)
def test_what_cannot_stand_on_a_battery(link, code):
    named, faults = identity(link)
    assert named is None
    assert [one.code for one in faults] == [code]


def test_an_internal_host_is_refused_as_the_corpus_has_it():
    assert identity("http://batterypass.internal/passport/1")[0] is None


def test_a_long_address_is_told_how_large_its_code_grows():
    assert [one.code for one in identity(ITEM + "0" * 40)[1]] == ["DPP-012"]


def test_gs1_keys_are_printed_below_our_own_host():
    assert printed("https://id.gs1.org/01/09521213000010/21/7", HOST) == ITEM
    assert printed("https://other.example/p/1", HOST) == "https://other.example/p/1"
    assert opaque(HOST, b"\0" * 16) == f"{HOST}/i/AAAAAAAAAAAAAAAAAAAAAA"
    assert identity(opaque(HOST, bytes(range(16))))[0].scheme is Scheme.OPAQUE


PAGE = Link("dpp", ITEM, "text/html", ("en", "fr"))
JSON = Link("dpp", f"{HOST}/v1/x", "application/json")
TOKEN = Link("certificationInfo", f"{HOST}/dpp/vc/x", "application/vc+jwt")
MODEL = Anchor(f"{HOST}/01/09521213000010", (Link("dpp", f"{HOST}/v1/m", "application/json"),))
ANCHORS = [Anchor(ITEM, (PAGE, JSON, TOKEN)), MODEL]


@pytest.mark.parametrize(
    ("asked", "status", "where"),
    [
        (Asked(), 307, PAGE.href),
        (Asked(accept="text/html,application/xhtml+xml;q=0.9"), 307, PAGE.href),
        (Asked(link_type="gs1:dpp"), 307, PAGE.href),
        (Asked(link_type="https://ref.gs1.org/voc/dpp", accept="application/json"), 307, JSON.href),
        (Asked(link_type="gs1:defaultLink"), 307, PAGE.href),
        (Asked(link_type="gs1:certificationInfo"), 307, TOKEN.href),
        (Asked(accept="application/vc+jwt"), 307, TOKEN.href),
        (Asked(query="a=1&b=2"), 307, f"{PAGE.href}?a=1&b=2"),
        (Asked(link_type="gs1:recallStatus"), 404, ""),
        (Asked(link_type="linkset"), 200, ""),
        (Asked(link_type="all"), 200, ""),
        (Asked(accept="application/linkset+json"), 200, ""),
    ],
)
def test_answers_of_the_resolver(asked, status, where):
    answer = resolved(asked, ANCHORS)
    assert (answer.status, answer.location) == (status, where)


def test_unknown_is_404_ceased_is_410_and_tells_nothing_else():
    assert resolved(Asked(), []).status == 404
    end = Tombstone(ITEM, "2037-01-01", "recycled", ("https://id.gs1.org/01/09521213000010/21/8",))
    for asked in (Asked(), Asked(link_type="linkset"), Asked(accept="application/json")):
        answer = resolved(asked, ANCHORS, end)
        assert (answer.status, answer.location) == (410, "")
        assert answer.body == end.as_dict()


def test_several_equal_links_are_offered_with_300():
    two = [
        Anchor(ITEM, (Link("pip", "https://a.example/1", "text/html"), Link("pip", "https://a.example/2", "text/html")))
    ]
    answer = resolved(Asked(link_type="gs1:pip"), two)
    assert answer.status == 300
    assert len(answer.body["linkset"][0]["https://ref.gs1.org/voc/pip"]) == 2


def test_the_linkset_has_all_levels_one_default_each_and_titles():
    told = linkset(ANCHORS)["linkset"]
    assert [one["anchor"] for one in told] == [ITEM, MODEL.id]
    for one in told:
        assert len(one["https://ref.gs1.org/voc/defaultLink"]) == 1
        assert all(link["title"] for name, links in one.items() if name != "anchor" for link in links)


@given(st.text(max_size=60), st.sampled_from(["", "gs1:dpp", "all", "gs1:x"]), st.sampled_from(["", "en", "fr", "de"]))
def test_law_any_accept_header_is_answered(accept, kind, language):
    answer = resolved(Asked(kind, accept, language), ANCHORS)
    assert answer.status in {200, 300, 307, 404}
    assert (answer.status == 307) is bool(answer.location)
    assert not answer.location or answer.location in {PAGE.href, JSON.href, TOKEN.href}
