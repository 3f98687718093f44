"""Issuing footprints: unchanged stays one, changed replaces and names the old; who may see what; tokens that end."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from carbon_story import places, power, used
from filon.accounts.carbon.account import carbon_account
from filon.accounts.carbon.activity import activities
from filon.accounts.carbon.factor import Factors
from filon.app import capture
from filon.app.desk import tokens
from filon.app.desk.file import Desk
from filon.app.desk.outbound import UnreachableError
from filon.app.desk.tokens import Role
from filon.app.ledger import Ledger
from filon.app.pact import access
from filon.app.pact.mail import GIVEN_UP, Mail
from filon.app.pact.office import Company, Office
from filon.app.pact.partners import Partner, add, at
from filon.books.post import post
from filon.books.register import LOCATION
from filon.core.errors import NotFoundError, WrongCallError
from filon.core.ident import lgtin, sgtin
from filon.epcis.document import MasterElement, Vocabulary
from filon.epcis.event import FILON, Event, QuantityElement
from filon.epcis.jsonwrite import write
from filon.exchange.pact import evidence
from filon.exchange.pact.letter import Kind
from filon.exchange.pact.letter import write as letter
from filon.exchange.pact.search import Wanted
from filon.exchange.pact.take import take
from story import birth, lot, moment, said, site, step

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
A7 = lgtin("04006381333931", "A7")


def born(name):
    from decimal import Decimal

    return Event(
        "ObjectEvent", moment(1), "+00:00", action="ADD", bizStep="commissioning", bizLocation=site("works"),
        quantityList=(QuantityElement(name, Decimal(100), "KGM"),),
        ilmd={FILON + "form": "CoSO4·7H2O", FILON + "origin": "mine"},
    )  # fmt: skip


def kwh(amount, reading="1"):
    return used(2, "works", power(amount, "0.5", supply="own", reading=reading), since="2026-01-01", until="2026-01-31")


def taken(ledger, *events, name="a.jsonld"):
    works = MasterElement(site("works"), {FILON + "country": "MA", FILON + "name": "Works", FILON + "kind": "mine"})
    data = write(list(events), master=[Vocabulary(LOCATION, (works,))])
    out = capture.capture(ledger, [capture.File(name, data)], now=lambda: NOW, accept=capture.ALL_WARNINGS)
    assert out[0].state is capture.State.TAKEN, out[0].findings


@pytest.fixture
def office():
    desk, clock = Desk(None), [NOW]
    with Ledger.open("memory:") as ledger:
        made = Office(ledger, desk, Company("W", "works.example"), here="https://w.example", now=lambda: clock[0])
        made.clock = clock
        yield made
        desk.close()


def test_a_changed_footprint_replaces_the_old_and_names_it(office):
    """100 kWh x 0.5 on 100 kg: 0.5. A second reading of 100 kWh comes: 1. The first is deprecated, word for word."""
    taken(office.ledger, born(A7), kwh("100"))
    one = office.issue("A7")
    assert one.body["pcf"]["pcfExcludingBiogenicUptake"] == "0.5"
    office.clock[0] += timedelta(days=1)
    assert office.issue("A7") == one
    taken(office.ledger, kwh("100", "2"), name="b.jsonld")
    two = office.issue("A7")
    assert two.body["pcf"]["pcfExcludingBiogenicUptake"] == "1"
    assert two.body["precedingPfIds"] == [one.id]
    assert office.shelf.get(one.id).body == one.body | {"status": "Deprecated"}
    assert [found.id for found in office.shelf.find(Wanted.of({"status": ["Active"]}))] == [two.id]
    assert [found.id for found in office.shelf.find(Wanted.of({}))] == [one.id, two.id]


def test_what_was_deprecated_stays_so(office):
    taken(office.ledger, born(A7), kwh("100"))
    one = office.issue("A7")
    for _ in range(2):
        assert office.shelf.deprecate(one.id, now=NOW).body["status"] == "Deprecated"
    with pytest.raises(Exception, match="stays so"):
        office.issue("A7")


def test_a_footprint_for_one_is_not_there_for_others(office):
    taken(office.ledger, born(A7), kwh("100"))
    one = office.issue("A7", audience="atlas000")
    assert office.shelf.get(one.id, "atlas000") == one
    assert list(office.shelf.find(Wanted.of({}), "other000")) == []
    with pytest.raises(NotFoundError):
        office.shelf.get(one.id, "other000")


def test_who_has_no_name_issues_nothing(office):
    office.company = Company("", "")
    with pytest.raises(WrongCallError):
        office.issue("A7")


def test_access_ends_with_its_hour_and_with_its_token(office):
    desk = office.desk
    token, secret = tokens.create(desk, "p", [Role.PARTNER], now=NOW, valid=timedelta(days=1))
    other, other_secret = tokens.create(desk, "r", [Role.READER], now=NOW, valid=timedelta(days=1))

    def basic(name, key):
        return "Basic " + base64.b64encode(f"{name}:{key}".encode()).decode()

    assert access.client(desk, basic(other.id, other_secret), now=NOW) is None  # a reader is no partner
    assert access.client(desk, basic(other.id, secret), now=NOW) is None
    assert access.client(desk, "Basic é", now=NOW) is None
    assert access.client(desk, basic(token.id, secret), now=NOW) == tokens.by_id(desk, token.id)
    bearer = "Bearer " + access.granted(desk, token, now=NOW)
    assert access.partner(desk, bearer, now=NOW + timedelta(minutes=59)).id == token.id
    with pytest.raises(access.TokenExpiredError):
        access.partner(desk, bearer, now=NOW + timedelta(hours=1))
    tokens.revoke(desk, token.id, now=NOW)
    with pytest.raises(access.BadTokenError):
        access.partner(desk, bearer, now=NOW)


def test_the_mail_gives_up_after_72_hours(office):
    """Pauses of 10, 20, 40 .. seconds, six hours at most; nobody's credentials are known."""
    mail = office.mail
    mail.receive(letter(Kind.REQUEST, {"productId": ["x"]}, id="1", source="//nobody.example/3/events", now=NOW), "t")
    mail.work()
    tries = 0
    while not all(one.settled for one in mail.posts()):
        tries += mail.work()
        office.clock[0] += timedelta(seconds=10)
        if tries < 3 and office.clock[0] < NOW + timedelta(seconds=31):
            continue
        office.clock[0] += timedelta(hours=1)
    answer = next(one for one in mail.posts() if one.way == "out")
    assert answer.outcome.startswith("given up: no credentials for https://nobody.example")
    assert answer.settled - answer.created >= GIVEN_UP
    assert 10 <= answer.tries <= 40


def test_a_partner_is_found_by_host_and_path(office):
    desk = office.desk
    add(desk, Partner("a", "https://p.example", "c", "s"))
    add(desk, Partner("b", "https://p.example/b/3/events", "c", "s"))
    assert at(desk, "https://p.example/b/3/events").name == "b"
    assert at(desk, "//p.example/bb").name == "a"
    assert at(desk, "https://p.example.evil.example/") is None
    assert at(desk, "http://p.example/") is None
    with pytest.raises(WrongCallError):
        add(desk, Partner("c", "file:///etc/passwd", "c", "s"))


class Deaf:
    def __init__(self, *_):
        pass

    def tell(self, body):
        raise UnreachableError("no answer (TimeoutError)")


def test_a_letter_that_is_not_taken_waits(office):
    mail = Mail(office.ledger, office.desk, here="https://w.example", now=office.now, calls=Deaf)
    partner = add(office.desk, Partner("a", "https://p.example", "c", "s"))
    mail.publish(partner, ["6f1d2a54-0c35-4c7e-9a55-0d6c3b1f7a01"])
    assert mail.work() == 1
    assert mail.work() == 0
    assert mail.posts()[0].outcome == "no answer (TimeoutError)"


def declared(kg, product, **more):
    return {
        "id": "c9d3b7e4-1a2b-4c3d-9e4f-5a6b7c8d9e03", "specVersion": "3.0.3", "created": "2026-02-10T09:00:00Z", "status": "Active",
        "companyName": "Supplier", "companyIds": ["urn:x:y"], "productIds": [product], "productDescription": "", "productNameCompany": "P",
        "pcf": {
            "declaredUnitOfMeasurement": "kilogram", "declaredUnitAmount": "2", "productMassPerDeclaredUnit": "2",
            "referencePeriodStart": "2025-01-01T00:00:00Z", "referencePeriodEnd": "2026-01-01T00:00:00Z",
            "pcfExcludingBiogenicUptake": kg, "pcfIncludingBiogenicUptake": kg, "fossilGhgEmissions": kg, "fossilCarbonContent": "0",
            "ipccCharacterizationFactors": ["AR6"], "crossSectoralStandards": ["ISO14067"], "exemptedEmissionsPercent": "0",
            "primaryDataShare": "40", "dqi": {"technologicalDQR": "1.5", "geographicalDQR": "2", "temporalDQR": "1"},
        } | more,
    }  # fmt: skip


def account(*events):
    told = said(*events)
    listed, _ = activities(told)
    return carbon_account(post(told, places(works="MA", mill="MA")), listed, Factors.standard())


def received(body, of=""):
    got, findings = take(body)
    assert findings == []
    return evidence.event(got, of=of)


def test_a_declared_footprint_burdens_each_kilogram_that_came_in():
    """12.84 kg CO2e per 2 kg = 6.42 a kg, 40 % primary: 30 kg of S carry 192.6; of 60 kg T made of 30 S and nothing
    else, 192.6 + 10 kWh x 0.5 = 197.6: 3.29333.. a kg."""
    from fractions import Fraction

    made = account(
        birth(1, "works", "S", "30", form="CoSO4·7H2O"), received(declared("12.84", "urn:x:S"), of=lot("S")),
        step(3, "works", {"S": "30"}, {"T": "60"}, form="NMC811"),
        used(4, "works", power("10", "0.5", supply="own"), since="2026-01-01", until="2026-01-31", product=lot("T")),
    )  # fmt: skip
    one = made.footprint(lot("S"))
    assert (str(one.total()), one.primary_share(), one.whole) == ("6.42", 40, True)
    assert abs(Fraction(made.footprint(lot("T")).total()) - Fraction("197.6") / 60) < Fraction(1, 10**25)
    assert one.stamp.ruleset == "filon-1"


def test_the_newest_declared_footprint_of_the_lot_counts_once():
    """Two for the product and one for the lot itself: the lot's own counts, alone."""
    made = account(
        birth(1, "works", "S", "30", form="CoSO4·7H2O"), received(declared("2", "urn:x:S", primaryDataShare="1"), of="CoSO4·7H2O"),
        received(declared("12.84", "urn:x:S"), of=lot("S")), received(declared("4", "urn:x:S"), of="CoSO4·7H2O"),
    )  # fmt: skip
    assert str(made.footprint(lot("S")).total()) == "6.42"


def test_what_is_made_in_the_books_is_computed_not_declared():
    """30 kWh x 0.5 on S and 30 kWh x 0.5 on T, all 30 kg of S in 30 kg of T: 1 a kg, whatever the 50 declared."""
    made = account(
        birth(1, "works", "S", "30", form="CoSO4·7H2O"),
        used(2, "works", power("30", "0.5", supply="own"), since="2026-01-01", until="2026-01-31", product=lot("S")),
        step(3, "works", {"S": "30"}, {"T": "30"}, form="NMC811"),
        used(4, "works", power("30", "0.5", supply="own"), since="2026-01-01", until="2026-01-31", product=lot("T")),
        received(declared("100", "urn:x:T"), of=lot("T")),
    )  # fmt: skip
    assert str(made.footprint(lot("T")).total()) == "1"
    assert "CFP-016" in {one.code for one in made.findings}


def test_names_go_there_and_back():
    for name in (A7, sgtin("04006381333931", "0001"), lgtin("04006381333931", "A/7 #1&2+3"), lot("X")):
        urns = evidence.urns(name, "works.example")
        assert not set("#&+ ") & set("".join(urns))
        assert evidence.subject(urns) == name
    assert evidence.subject(("urn:gtin:4006381333931",)) == "https://id.gs1.org/01/04006381333931"
    assert evidence.subject(("urn:other:x",)) == "urn:other:x"
