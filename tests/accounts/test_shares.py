"""Accounts of one form: coarser names are sums to the mg, a partner's attribute rides like origin, bounds hold the likely."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from filon.accounts.carried import ORIGIN, Characteristic, carried
from filon.accounts.custody.facts import Fact, Record
from filon.accounts.origin import origins
from filon.accounts.recall import OTHER, RECALLED, Tip, recall
from filon.accounts.shares import bounds, characteristic, shares
from filon.books.journal import UNKNOWN
from filon.books.post import post
from filon.books.register import EPC_CLASS, LOCATION, Register
from filon.core.finding import Place
from filon.epcis.event import FILON
from filon.views.build.shares import origin_view
from story import NS, birth, lot, said, site, step
from strategies import REGISTER, chains

SITES = Register.of([
    (LOCATION, site("m1"), {FILON + "kind": "mine", FILON + "country": "MA", FILON + "party": NS + "p/a"}),
    (LOCATION, site("m2"), {FILON + "kind": "mine", FILON + "country": "MA", FILON + "party": NS + "p/b"}),
    (LOCATION, site("m3"), {FILON + "kind": "mine", FILON + "country": "CD", FILON + "party": NS + "p/b"}),
    (LOCATION, site("r"), {FILON + "kind": "recycler", FILON + "country": "FR"}),
    (EPC_CLASS, lot("P3"), {FILON + "form": "Co", FILON + "grade": "C"}),
])  # fmt: skip
KG = 1_000_000


def mix(*more):
    """4 kg of each of three mines, 3 kg recycled, 1 kg of nobody knows where: 16 kg, of which 4 are drawn."""
    a = replace(
        birth(0, "w", "A", "4", form="Co", grade="A", origin=site("m1")),
        certificationInfo=("https://example.com/irma",),
    )
    return post(
        said(
            a, birth(0, "w", "B", "4", form="Co", grade="A", origin=site("m2")), birth(0, "w", "P3", "4", form="Co", origin=site("m3")),
            birth(0, "w", "R", "3", form="Co", recycledKind="post-consumer", origin=site("r")), birth(0, "w", "U", "1", form="Co"),
            step(1, "w", {"A": "4", "B": "4", "P3": "4", "R": "3", "U": "1"}, {"MIX": "16"}, form="Co"),
            step(2, "w", {"MIX": "4"}, {"OUT": "4"}, form="Co"),
            *more,
        ),
        SITES,
    )  # fmt: skip


def of(book, by, name="OUT", facts=()):
    return {key: mg / KG for key, mg in shares(book, "Co", by, facts).made[book.first(lot(name)).id].items()}


def test_by_hand():
    # a quarter of everything: 1 kg of each mine, 0.75 recycled, 0.25 unknown
    book = mix()
    assert of(book, "country") == {"MA": 2, "CD": 1, "FR": 0.75, UNKNOWN: 0.25}
    assert of(book, "region") == {"Northern Africa": 2, "Sub-Saharan Africa": 1, "Western Europe": 0.75, UNKNOWN: 0.25}
    assert of(book, "company") == {NS + "p/a": 1, NS + "p/b": 2, UNKNOWN: 1}
    assert of(book, "recycled") == {"primary": 3, "post-consumer": 0.75, UNKNOWN: 0.25}
    assert of(book, "certified") == {"irma": 1, UNKNOWN: 3}
    assert of(book, "grade") == {"A": 2, "C": 1, UNKNOWN: 1}, "P3's product says C, nobody says of R and U"
    assert of(book, FILON + "grade") == of(book, "grade")


def test_claims_of_the_custody_sheet_certify_too():
    facts = (
        Fact(Record.CERTIFICATE, 0, Place(), number="C-1", scheme="RMI"),
        Fact(Record.CLAIM, 0, Place(), lot="B", certificate="C-1"),
        Fact(Record.CLAIM, 0, Place(), lot=lot("P3"), scheme="IRMA"),
    )
    assert of(mix(), "certified", facts=facts) == {"irma": 1, "RMI": 1, "IRMA": 1, UNKNOWN: 1}


def test_what_the_maker_of_a_step_says_holds_from_there_on():
    relabelled = step(3, "w", {"MIX": "8"}, {"NEW": "8"}, form="Co", grade="Z")
    book = mix(relabelled, step(4, "w", {"NEW": "2", "OUT": "2"}, {"END": "4"}, form="Co"))
    assert of(book, "grade", "END") == {"Z": 2, "A": 1, "C": 0.5, UNKNOWN: 0.5}
    account = carried(book, "Co", characteristic(book, "grade"))
    assert sum(account.renamed.values()) == 0


def test_bounds_by_hand():
    # OUT's 4 of 16 kg: of Morocco's 8 at least 4 - 8 < 0, at most 4; of the recycled 3 at most 3; of the unknown at most 1
    book = mix()
    found = bounds(book, lot("OUT"), "Co", characteristic(book, "country"))
    assert {name: (a / KG, b / KG) for name, (a, b) in found.items()} == {
        "MA": (0, 4), "CD": (0, 4), "FR": (0, 3), UNKNOWN: (0, 1)
    }  # fmt: skip
    pure = bounds(book, lot("A"), "Co", ORIGIN)
    assert pure == {site("m1"): (4 * KG, 4 * KG)}
    # what nobody says of anything is not said of all of it; what all others cannot be is a name's own
    assert bounds(book, lot("OUT"), "Co", characteristic(book, "colour")) == {UNKNOWN: (4 * KG, 4 * KG)}
    more = mix(step(3, "w", {"MIX": "12"}, {"REST": "12"}, form="Co"))
    # REST has 12 of 16: all but 4; of grade A (8) at least 4, of C (4) and of the unsaid (4) perhaps none
    assert {name: (a / KG, b / KG) for name, (a, b) in
            bounds(more, lot("REST"), "Co", characteristic(more, "grade")).items()} == {
        "A": (4, 8), "C": (0, 4), UNKNOWN: (0, 4)
    }  # fmt: skip


def test_the_view_shows_every_kind():
    from filon.views.build.sight import Sight
    from filon.views.ledger_state import LedgerState

    sight = Sight(mix(), LedgerState(1, "", None), lambda _: None)
    for by in ("origin", "country", "region", "company", "recycled", "certified", "grade"):
        view = origin_view(sight, lot("OUT"), by=by, element="Co")
        (held,) = view.contained
        assert sum(row.mass.value for row in held.origins) == 4, by
        for row in held.origins:
            if row.least is not None and row.most.value is not None:
                assert row.least.value <= row.mass.value <= row.most.value, (by, row)


@given(chains)
def test_the_general_form_gives_the_origin_account(told):
    book = post(told, REGISTER)
    for substance in ("mass", "Co"):
        one, two = carried(book, substance, ORIGIN), origins(book, substance)
        assert list(one.made) == list(two.made)
        assert list(one.left) == list(two.left)
        assert dict(one.outside) == dict(two.outside)
        assert list(one.named) == list(two.named)
        assert one.renamed == {}


def test_what_a_weighing_found_of_a_lot_has_the_lots_origin():
    # all 100 kg of A are used, then 0.1 kg more, within two weighings' noise: Y is A's for certain, not nobody's
    book = post(said(
        birth(0, "mine", "A", "100", form="Co", origin="urn:A"),
        step(1, "mine", {"A": "100"}, {"X": "100"}, form="Co"),
        step(2, "mine", {"A": "0.1"}, {"Y": "0.1"}, form="Co"),
    ), REGISTER)  # fmt: skip
    assert bounds(book, lot("Y"), "Co", ORIGIN) == {"urn:A": (100_000, 100_000)}


@given(chains, st.integers(0, 1000))
def test_every_account_sums_to_the_content_and_coarser_names_are_sums(told, seed):
    book = post(told, REGISTER)
    for by in ("country", "company", "recycled", "certified", "origin"):
        made = shares(book, "Co", by).made
        for holding, vector in zip(book.holdings, made, strict=True):
            if vector is not None:
                assert sum(vector.values()) == holding.content.get("Co", 0)
                assert all(mg >= 0 for mg in vector.values())
    lots = sorted(book.of_lot)
    if not lots:
        return
    chosen = lots[seed % len(lots)]
    first = book.first(chosen)
    made = shares(book, "mass", "origin").made[first.id]
    if made is None or len(book.of_lot[chosen]) > 1:
        return
    found = bounds(book, chosen, "mass", ORIGIN)
    for name, mg in made.items():
        least, most = found.get(name, (0, None))
        assert least <= mg + 1
        assert most is None or mg <= most + 1


@given(chains, st.integers(0, 1000))
def test_within_the_cone_is_the_same_as_over_the_whole_book(told, seed):
    """A recall looks only at what comes after; looked at everywhere it would find the same, but for whole milligrams.

    Everywhere the rest has two names, OTHER and UNKNOWN: each flow rounds a little otherwise.
    """
    book = post(told, REGISTER)
    lots = sorted(book.of_lot)
    if not lots:
        return
    chosen = lots[seed % len(lots)]
    found = recall(book, Tip((chosen,)), "mass")
    everywhere = Characteristic("recall", lambda _: {OTHER: 1}, {index: {RECALLED: 1} for index in found.start})
    account = carried(book, "mass", everywhere)
    for one in found.affected:
        if one.made.likely is not None:
            everywhere_found = (account.made[one.holding] or {}).get(RECALLED, 0)
            assert abs(everywhere_found - one.made.likely) <= len(book.flows)
