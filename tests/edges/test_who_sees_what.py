"""Every data point x every reader x every surface: what is shown is what table and grants say, and nothing else.

Each point of the battery's passport holds a text of its own, so that one glance at an answer tells which points are
in it, wherever they stand.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from door_world import (
    ALL,
    AUTHORITY,
    DRAWN,
    FORMS,
    INTEREST,
    LATER,
    NOW,
    PARTNER,
    PASSWORD,
    PUBLIC,
    SHOWN_BY_GRANT,
    World,
    beyond,
    marked,
    shown,
)
from filon.app.access import Door, Kind, Purpose, delegate, disable, enter, invite, passwords, revoke, withdraw
from filon.app.access.people import person
from filon.app.desk.file import Desk
from filon.app.desk.tokens import Role, create
from filon.app.desk.tokens import revoke as withdrawn
from filon.app.pages import Pages
from filon.core.errors import ConflictError, WrongCallError
from filon.core.ident import elements
from filon.passport.passport import State
from filon.web.app import create_app

pytestmark = pytest.mark.xdist_group("founding chain")


@pytest.fixture(scope="module")
def world(chain):
    return World(chain)


@pytest.fixture
def fresh(chain):
    return World(chain)


def test_the_marks_are_there_to_be_found(world):
    """The public page and its twin show every public point; the operator sees every point there is."""
    stranger = world.surfaces(world.browser())
    assert stranger[""] >= PUBLIC - DRAWN
    assert stranger[".json?lang=en"] == PUBLIC
    for form in (*FORMS, "/v1/dpps/{}"):
        assert stranger[form] == PUBLIC, form
    assert world.elements(world.browser()) == PUBLIC
    operator = world.surfaces(world.operator)
    assert {operator[form] for form in ("/granted", *FORMS, "/v1/dpps/{}")} == {ALL}
    assert INTEREST - PUBLIC
    assert AUTHORITY - PUBLIC
    assert INTEREST - AUTHORITY
    assert AUTHORITY - INTEREST


def test_a_stranger_finds_nothing_that_is_not_public_on_any_surface(world):
    web = world.browser()
    assert not beyond(world.surfaces(web))
    assert web.get("/granted" + world.path).headers["location"].startswith("/sign-in?next=")
    assert web.get("/granted" + world.path + ".json").status_code == 401
    for secret in ("", "filon_" + "x" * 43, "Basic x"):
        told = web.get("/granted" + world.path + ".json", headers={"Authorization": f"Bearer {secret}"})
        assert told.status_code == 401
        assert not shown(told)


@pytest.mark.parametrize("kind", [Kind.INTEREST, Kind.AUTHORITY, Kind.PARTNER])
def test_whoever_signs_in_without_a_grant_sees_what_a_stranger_sees(fresh, kind):
    assert not beyond(fresh.surfaces(getattr(fresh, kind.value)))


@pytest.mark.parametrize(
    ("kind", "purpose", "theirs"),
    [(Kind.INTEREST, Purpose.REPAIR, INTEREST), (Kind.AUTHORITY, Purpose.SURVEILLANCE, AUTHORITY),
     (Kind.PARTNER, Purpose.SUPPLY, PARTNER)],
)  # fmt: skip
def test_a_grant_shows_the_points_of_the_audience_on_every_surface_that_asks_who_reads(fresh, kind, purpose, theirs):
    fresh.give(getattr(fresh, f"of_{kind.value}"), purpose)
    found = fresh.surfaces(getattr(fresh, kind.value))
    granted = {surface: codes for surface, codes in found.items() if surface.startswith(SHOWN_BY_GRANT)}
    assert {surface: codes ^ theirs for surface, codes in granted.items() if codes != theirs} == {}
    assert not beyond({surface: codes for surface, codes in found.items() if surface not in granted})


def test_a_grant_of_one_point_one_model_or_one_battery_shows_just_that(fresh):
    web, of = fresh.interest, fresh.of_interest
    chosen = min(INTEREST - PUBLIC)
    fresh.give(of, Purpose.REPAIR, points=[chosen])
    assert beyond(fresh.surfaces(web)) == {chosen}
    model, battery = World(fresh.pages.ledger), World(fresh.pages.ledger)
    model.give(model.of_interest, Purpose.RECYCLING, elements(model.battery)["01"])
    assert beyond(model.surfaces(model.interest)) == INTEREST - PUBLIC
    battery.give(battery.of_interest, Purpose.PURCHASER, battery.other)
    assert not beyond(battery.surfaces(battery.interest))
    battery.give(battery.of_interest, Purpose.PURCHASER, battery.battery)
    assert beyond(battery.surfaces(battery.interest)) == INTEREST - PUBLIC


def test_what_one_reader_was_shown_is_kept_by_no_cache_and_read_by_no_other_site(fresh):
    """Elements one by one too; the record names the file."""
    fresh.give(fresh.of_interest, Purpose.REPAIR)
    assert fresh.elements(fresh.interest) == INTEREST
    for path in (f"/dpp/jsonld{fresh.path}", f"/v1/dpps/{quote(fresh.battery, safe='')}/elements/{min(INTEREST)}"):
        for web, private in ((fresh.interest, True), (fresh.browser(), False)):
            headers = web.get(path).headers
            if not private and headers["content-type"].startswith("application/problem"):
                continue
            assert ("no-store" in headers["cache-control"]) == private, path
            assert ("access-control-allow-origin" not in headers) == private, path
    assert {one.way for one in Door(fresh.desk, lambda: NOW).readings(fresh.battery)} == {"file"}


def test_a_token_without_a_right_to_passports_and_one_that_is_revoked_open_nothing_more(fresh):
    grant = fresh.give(fresh.of_interest, Purpose.REPAIR)
    token, secret = create(fresh.desk, "Atelier", [Role.PASSPORTS], now=NOW, valid=timedelta(days=9),
                           organisation=fresh.of_interest.id)  # fmt: skip
    _, reader = create(fresh.desk, "ERP", [Role.READER], now=NOW, valid=timedelta(days=9))
    web = TestClient(fresh.app, base_url="https://testserver")

    def asked(key):
        return shown(web.get(f"/dpp/jsonld{fresh.path}", headers={"Authorization": f"Bearer {key}"}))

    assert asked(secret) == INTEREST
    assert asked(reader) == PUBLIC
    withdrawn(fresh.desk, token.id, now=NOW)
    assert asked(secret) == PUBLIC
    revoke(fresh.desk, grant.id, now=NOW)
    assert asked(secret) == PUBLIC


def test_what_is_over_or_revoked_shows_nothing_from_the_next_request_on(fresh):
    web, grant = fresh.interest, fresh.give(fresh.of_interest, Purpose.REPAIR)
    assert beyond(fresh.surfaces(web))
    revoke(fresh.desk, grant.id, now=fresh.now)
    assert not beyond(fresh.surfaces(web))
    fresh.give(fresh.of_interest, Purpose.REPAIR)
    assert beyond(fresh.surfaces(web))
    fresh.now = LATER - timedelta(minutes=1)
    web.post("/sign-in", data={"name": "interest", "password": PASSWORD})
    assert beyond(fresh.surfaces(web))
    fresh.now = LATER
    assert not beyond(fresh.surfaces(web))


def test_an_authority_never_sees_a_legitimate_interests_points_whatever_is_granted(fresh):
    """Masks, not a ladder: state of health is not an authority's (Annex XIII, point 4)."""
    fresh.give(fresh.of_authority, Purpose.SURVEILLANCE, points=sorted(ALL))
    assert frozenset().union(*fresh.surfaces(fresh.authority).values()) <= AUTHORITY
    assert "stateOfCertifiedEnergy" not in AUTHORITY


def test_a_program_reads_by_its_organisations_grants(fresh):
    _, secret = create(fresh.desk, "Atelier", [Role.PASSPORTS], now=NOW, valid=timedelta(days=9),
                       organisation=fresh.of_interest.id)  # fmt: skip
    _, other = create(fresh.desk, "ERP", [Role.READER], now=NOW, valid=timedelta(days=9))
    web = TestClient(fresh.app, base_url="https://testserver")

    def asked(key):
        return web.get("/granted" + fresh.path + ".json", headers={"Authorization": f"Bearer {key}"})

    assert shown(asked(secret)) == PUBLIC
    fresh.give(fresh.of_interest, Purpose.REPAIR)
    assert shown(asked(secret)) == INTEREST
    assert asked(other).status_code == 401


def test_what_may_be_read_but_not_taken_along_is_refused_as_json(fresh):
    fresh.give(fresh.of_interest, Purpose.REPAIR, download=False)
    page, twin = (fresh.interest.get("/granted" + fresh.path + end) for end in ("", ".json"))
    assert shown(page) == INTEREST
    assert twin.status_code == 403
    assert not shown(twin) - PUBLIC


def test_every_restricted_reading_is_recorded_and_no_public_one(fresh):
    door = Door(fresh.desk, lambda: fresh.now)
    fresh.surfaces(fresh.browser())
    fresh.surfaces(fresh.interest)
    assert door.readings() == []
    grant = fresh.give(fresh.of_interest, Purpose.REPAIR)
    fresh.interest.get("/granted" + fresh.path)
    (read,) = door.readings(fresh.battery)
    assert (read.organisation, read.way, read.grants) == (fresh.of_interest.id, "page", (grant.id,))
    assert frozenset(read.points) == INTEREST - PUBLIC
    board = fresh.operator.get("/readings")
    assert "interest" in board.text
    for change in ("UPDATE reading SET who = 'x'", "DELETE FROM reading", "DELETE FROM access_grant"):
        with pytest.raises(Exception, match=r"recorded|kept"):
            fresh.desk.change(change)


OWN = [
    "/",
    "/lots",
    "/lots.json",
    "/balance",
    "/findings.json",
    "/affected.json",
    "/log",
    "/passports",
    "/credits",
    "/owners",
    "/yields",
    "/alarms",
    "/readings",
]


@pytest.mark.parametrize("path", OWN)
def test_the_ledgers_own_pages_are_the_operators_alone_once_it_has_people(world, path):
    assert world.operator.get(path).status_code == 200
    assert world.operator.get(path).headers["cache-control"] == "no-store"
    foreign = world.partner.get(path)
    assert foreign.status_code == 404
    stranger = world.browser().get(path)
    assert stranger.status_code == (401 if path.endswith(".json") else 303)
    assert world.browser().get(path, headers={"Accept": "application/json"}).status_code == 401


def routes_of(app):
    """Every route there is, those of included routers too."""
    for one in app.routes:
        yield from one.original_router.routes if hasattr(one, "original_router") else [one]


def test_every_route_is_public_on_purpose_or_the_operators(world):
    """A new route is closed until somebody writes it into the one list."""
    web = world.browser()
    tried = [one.path for one in routes_of(world.app) if "{" not in one.path and "GET" in (one.methods or ())]
    assert {"/lots", "/readings", "/granted", "/passports"} <= set(tried)
    for path in tried:
        answer = web.get(path)
        if answer.status_code == 200:
            assert path in {
                "/.well-known/gs1resolver",
                "/sign-in",
                "/welcome",
                "/verify",
                "/healthz",
                "/readyz",
                "/checkpoint",
            }, path


def test_without_people_whoever_sits_at_the_machine_is_the_owner(chain):
    pages = Pages(chain, lambda: date(2027, 3, 1))
    web = TestClient(create_app(pages, door=Door(Desk(None), lambda: NOW)), base_url="https://testserver")
    assert web.get("/lots").status_code == 200
    battery = elements(next(lot for lot in chain.book().of_lot if "/21/" in lot))
    assert web.get(f"/granted/01/{battery['01']}/21/{battery['21']}.json").status_code == 200


# ---- coming in


def test_a_session_is_new_at_each_sign_in_and_bound_to_host_and_tls(fresh):
    web = fresh.browser()
    first, again = (web.post("/sign-in", data={"name": "partner", "password": PASSWORD}) for _ in range(2))
    cookies = [one.headers["set-cookie"] for one in (first, again)]
    assert cookies[0].split(";")[0] != cookies[1].split(";")[0]
    for one in cookies:
        assert one.startswith("__Host-filon=")
        for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
            assert part in one
        assert "Domain" not in one
        assert len(one.split("=", 1)[1].split(";")[0]) >= 43  # 256 bits


def test_a_session_ends_by_sign_out_by_idling_by_age_and_with_the_account(fresh):
    path = "/lots"
    assert fresh.operator.post("/sign-out", data={"leave": "now"}).status_code == 303
    assert fresh.operator.get(path).status_code == 303

    def signed_in():
        fresh.operator.post("/sign-in", data={"name": "operator", "password": PASSWORD})
        assert fresh.operator.get(path).status_code == 200

    signed_in()
    fresh.now = NOW + timedelta(minutes=59)
    assert fresh.operator.get(path).status_code == 200
    fresh.now += timedelta(minutes=60)
    assert fresh.operator.get(path).status_code == 303
    signed_in()
    for _ in range(14):  # never idle for an hour, and yet twelve hours are all
        fresh.now += timedelta(minutes=55)
        last = fresh.operator.get(path).status_code
    assert last == 303
    signed_in()
    disable(fresh.desk, "operator", now=fresh.now)
    assert fresh.operator.get(path).status_code == 303
    assert fresh.operator.post("/sign-in", data={"name": "operator", "password": PASSWORD}).status_code == 401


def test_wrong_name_and_wrong_password_are_told_alike_and_too_many_have_to_wait(fresh):
    web = fresh.browser()
    nobody = web.post("/sign-in", data={"name": "nobody", "password": PASSWORD})
    wrong = [web.post("/sign-in", data={"name": "partner", "password": f"wrong {n}"}) for n in range(10)]
    assert {one.status_code for one in (nobody, *wrong)} == {401}
    assert {one.text for one in (nobody, *wrong)} == {nobody.text}
    assert web.post("/sign-in", data={"name": "partner", "password": PASSWORD}).status_code == 429
    fresh.now += timedelta(minutes=16)
    assert web.post("/sign-in", data={"name": "partner", "password": PASSWORD}).status_code == 303


def test_an_invitation_opens_once_and_not_for_ever(fresh):
    _, code = invite(fresh.desk, "marie", fresh.of_partner, now=fresh.now)
    web = fresh.browser()
    assert web.post("/welcome", data={"code": code, "password": "too short"}).status_code == 400
    assert web.post("/welcome", data={"code": code, "password": "filonfilonfilonfilon"}).status_code == 400
    assert web.post("/welcome", data={"code": "x" + code, "password": PASSWORD}).status_code == 401
    assert web.post("/welcome", data={"code": code, "password": PASSWORD}).status_code == 303
    assert web.post("/welcome", data={"code": code, "password": PASSWORD}).status_code == 401
    _, late = invite(fresh.desk, "marie", fresh.of_partner, now=fresh.now)
    fresh.now += timedelta(days=3, seconds=1)
    assert web.post("/welcome", data={"code": late, "password": PASSWORD}).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "", "Origin": "null"},
     {"Content-Type": "text/plain"}, {"Content-Type": "application/json"}],
)  # fmt: skip
def test_a_form_from_elsewhere_is_refused(world, headers):
    web = world.browser()
    answer = web.post("/sign-in", content="name=partner&password=" + PASSWORD.replace(" ", "+"),
                      headers={"Content-Type": "application/x-www-form-urlencoded", **headers})  # fmt: skip
    assert answer.status_code in {400, 403}
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "away", ["//evil.example", "/\\evil.example", "https://evil.example", "/x\r\nSet-Cookie: a=b", ""]
)
def test_nobody_is_sent_to_another_host_after_signing_in(world, away):
    web = world.browser()
    answer = web.post("/sign-in", data={"name": "partner", "password": PASSWORD, "next": away})
    assert answer.headers["location"] == "/granted"


def test_a_huge_form_is_refused_and_changes_nothing(world):
    answer = world.browser().post("/sign-in", data={"name": "partner", "password": "x" * 1_000_000})
    assert answer.status_code == 413


def test_a_grant_covers_what_its_scope_says_and_no_more(fresh):
    grant = fresh.give(fresh.of_interest, Purpose.REPAIR, elements(fresh.battery)["01"])
    assert grant.covers(fresh.battery)
    assert not grant.covers(fresh.battery.replace("/01/0", "/01/1"))
    assert not grant.covers("https://example.com/battery/1")
    assert not replace(grant, scope=fresh.other).covers(fresh.battery)


# ---- acting for another


def delegated(world, giver, taker, purpose=Purpose.REPAIR, *, scope="*", points=(), until=LATER):
    return delegate(world.desk, giver, taker, purpose, scope, until, now=world.now, points=points)


def test_who_acts_for_another_sees_what_the_other_may_pass_on_and_both_names_are_recorded(fresh):
    """A partner for the legitimate interest: its points, not the partner's; as soon as the grant may be shared."""
    fresh.give(fresh.of_interest, Purpose.REPAIR)
    delegated(fresh, fresh.of_interest, fresh.of_partner)
    assert not beyond(fresh.surfaces(fresh.partner)), "the grant may not be passed on"
    grant = fresh.give(fresh.of_interest, Purpose.REPAIR, share=True)
    found = fresh.surfaces(fresh.partner)
    assert found["/granted"] == found["en18223"] == found["/v1/dpps/{}"] == INTEREST
    read = Door(fresh.desk, lambda: NOW).readings(fresh.battery)[0]
    assert (read.organisation, read.behalf, read.grants) == (
        fresh.of_partner.id, (fresh.of_interest.id,), (grant.id,))  # fmt: skip
    board = fresh.operator.get("/readings").text
    assert "for interest" in board


def test_a_delegation_reaches_no_further_than_grant_purpose_scope_points_and_day(fresh):
    chosen, other = sorted(INTEREST - PUBLIC)[:2]
    giver, taker = fresh.of_interest, fresh.of_authority
    grant = fresh.give(giver, Purpose.REPAIR, fresh.battery, points=[chosen, other], share=True)
    for more in ({"purpose": Purpose.RECYCLING}, {"scope": fresh.other}, {"points": [min(PUBLIC)]}):
        delegated(fresh, giver, taker, **more)
    assert not beyond(fresh.surfaces(fresh.authority))
    day = delegated(fresh, giver, taker, points=[chosen, min(ALL - INTEREST)], until=NOW + timedelta(days=1))
    assert beyond(fresh.surfaces(fresh.authority)) == {chosen}
    withdraw(fresh.desk, day.id, now=NOW)
    assert not beyond(fresh.surfaces(fresh.authority))
    delegated(fresh, giver, taker, until=NOW + timedelta(minutes=50))
    assert beyond(fresh.surfaces(fresh.authority)) == {chosen, other}
    fresh.now += timedelta(minutes=50)
    assert not beyond(fresh.surfaces(fresh.authority))
    delegated(fresh, giver, taker)
    revoke(fresh.desk, grant.id, now=fresh.now)
    assert not beyond(fresh.surfaces(fresh.authority))


def test_what_was_delegated_is_not_passed_on_again(fresh):
    fresh.give(fresh.of_interest, Purpose.REPAIR, share=True)
    delegated(fresh, fresh.of_interest, fresh.of_partner)
    delegated(fresh, fresh.of_partner, fresh.of_authority, Purpose.SUPPLY)
    with pytest.raises(WrongCallError):
        delegated(fresh, fresh.of_partner, fresh.of_authority)
    assert not beyond(fresh.surfaces(fresh.authority))


def test_who_acts_for_the_operator_sees_all_of_its_scope_and_is_recorded(fresh):
    delegated(fresh, fresh.of_operator, fresh.of_partner, scope=fresh.battery)
    assert fresh.surfaces(fresh.partner)["/granted"] == ALL
    assert Door(fresh.desk, lambda: NOW).readings(fresh.battery)[0].behalf == (fresh.of_operator.id,)
    assert fresh.partner.get("/lots").status_code == 404, "its passports, not its ledger"


def test_people_let_others_act_for_them_on_their_own_page(fresh):
    fresh.give(fresh.of_interest, Purpose.REPAIR, share=True)
    told = {"to": fresh.of_partner.id, "purpose": "repair", "scope": fresh.battery, "days": "9"}
    for wrong in ({"to": "ffffffff"}, {"to": "partner"}, {"to": fresh.of_interest.id}, {"to": fresh.of_operator.id},
                  {"purpose": "surveillance"}, {"purpose": "x"}, {"scope": "x y"}, {"days": "0"}, {"days": "-1"}):  # fmt: skip
        assert fresh.interest.post("/delegations", data=told | wrong).status_code == 400, wrong
    assert fresh.interest.post("/delegations", data=told).status_code == 303
    line = fresh.interest.get("/granted.json").json()["given"][0]
    assert (line["other"], line["purpose"]["key"]) == ("partner", "repair")
    assert fresh.partner.get("/granted.json").json()["taken"][0]["other"] == "interest"
    assert beyond(fresh.surfaces(fresh.partner)) == INTEREST - PUBLIC
    for web in (fresh.partner, fresh.authority, fresh.operator, fresh.browser()):
        assert web.post("/delegations", data={"end": line["id"]}).status_code == 404
    assert beyond(fresh.surfaces(fresh.partner))
    assert fresh.interest.post("/delegations", data={"end": line["id"]}).status_code == 303
    assert not beyond(fresh.surfaces(fresh.partner))


# ---- found by attacking the running application


@pytest.mark.parametrize("state", [State.DRAFT, State.SUSPENDED])
def test_a_passport_that_is_no_longer_or_not_yet_published_shows_a_stranger_nothing_of_any_version(fresh, state):
    """Withdrawn for now means all of it: `as_of` must not bring back what was public last week."""
    fresh.state = state
    for stem, end in (("", ""), ("", ".json"), ("/history", ""), ("/history", ".json"), ("/qr", ".svg")):
        for asked in ("", "?as_of=1", "?as_of=2026-09-01"):
            assert fresh.browser().get(stem + fresh.path + end + asked).status_code == 404, (stem, end, asked)
            assert fresh.interest.get(stem + fresh.path + end + asked).status_code == 404
        assert fresh.operator.get(stem + fresh.path + end).status_code == 200
    unknown = fresh.browser().get(fresh.path.rpartition("/")[0] + "/nosuch.json").json()
    assert fresh.browser().get(fresh.path + ".json").json() == unknown


def test_a_stranger_cannot_ask_whether_a_partners_lot_or_paper_is_in_the_ledger(fresh):
    """Only batteries whose life is told here and models of packs are known to the resolver and to EN 18222."""
    web, chain = fresh.browser(), fresh.pages.ledger
    lots = [lot for lot in chain.book().of_lot if "/10/" in lot][:5]
    told = web.post("/v1/dppsByProductIds", json={"productIds": [*lots, "urn:epc:id:sgln:9521201.00001.0"]})
    assert told.json()["dppIds"] == []
    for lot in lots:
        for asked in ("", "?linkType=all", "?linkType=linkset"):
            answer = web.get(lot.removeprefix("https://id.gs1.org") + asked, headers={"Accept": "application/json"})
            assert answer.status_code == 404
    model = fresh.path.partition("/21/")[0]
    assert web.get(model + "?linkType=linkset", headers={"Accept": "*/*"}).status_code == 200


def test_a_question_that_is_far_too_long_is_refused_before_it_is_read(fresh):
    answer = fresh.browser().post("/v1/dppsByProductIds", content=b'{"productIds":["' + b"x" * 2_000_000 + b'"]}')
    assert answer.status_code == 413


def test_what_the_host_header_says_opens_no_page(world):
    for host in ("x/static/?", "x/static/#", "testserver/static/..", "static\\"):
        answer = world.browser().get("/lots", headers={"Host": host, "Accept": "application/json"})
        assert answer.status_code in {400, 401}, host


def test_the_first_invitation_of_anybody_closes_the_pages(chain):
    """A partner who is let in before the operator has an account is not the owner of the ledger."""
    desk = Desk(None)
    door = Door(desk, lambda: NOW)
    web = TestClient(create_app(Pages(chain, lambda: date(2027, 3, 1)), door=door), base_url="https://testserver")
    assert web.get("/lots.json").status_code == 200
    invite(desk, "pia", enter(desk, "Tessier", Kind.PARTNER, now=NOW), now=NOW)
    assert web.get("/lots.json").status_code == 401


def test_an_id_is_never_mistaken_for_somebody_elses_name(fresh):
    """A person or an organisation whose name is another's id: the session stays with whom it belongs to."""
    invite(fresh.desk, person(fresh.desk, "partner").id, fresh.of_operator, now=NOW)
    for kind in (Kind.AUTHORITY, Kind.INTEREST):
        enter(fresh.desk, getattr(fresh, f"of_{kind.value}").id, Kind.OPERATOR, now=NOW)
    for one in (fresh.partner, fresh.authority, fresh.interest):
        assert one.get("/lots").status_code == 404


def test_a_hundred_tries_at_the_same_moment_are_a_hundred_tries(fresh):
    def wrong(number):
        return fresh.browser().post("/sign-in", data={"name": "partner", "password": f"wrong {number}"}).status_code

    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(wrong, range(30)))
    assert told.count(401) == 10
    assert told.count(429) == 20


def test_one_invitation_used_by_many_at_once_makes_one_account(fresh):
    _, code = invite(fresh.desk, "marie", fresh.of_partner, now=fresh.now)

    def begin(number):
        data = {"code": code, "password": f"{PASSWORD} {number}"}
        return fresh.browser().post("/welcome", data=data).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(begin, range(8))) == [303] + [401] * 7


def test_signing_in_again_ends_the_session_before(fresh):
    before = fresh.operator.cookies["__Host-filon"]
    fresh.operator.post("/sign-in", data={"name": "operator", "password": PASSWORD})
    assert fresh.operator.cookies["__Host-filon"] != before
    assert fresh.browser().get("/lots", headers={"Cookie": f"__Host-filon={before}"}).status_code == 303


def test_a_closed_account_is_not_invited_again(fresh):
    disable(fresh.desk, "partner", now=NOW)
    with pytest.raises(ConflictError):
        invite(fresh.desk, "partner", fresh.of_partner, now=NOW)
    assert fresh.partner.get("/granted.json").status_code == 401


def test_everybody_lands_on_a_page_of_their_own(fresh):
    """The operator at the ledger, others at what they were granted; each sees their name and can sign out there."""
    fresh.give(fresh.of_interest, Purpose.REPAIR, fresh.battery)
    for name, lands in (("operator", "/"), ("interest", "/granted"), ("partner", "/granted")):
        web = fresh.browser()
        answer = web.post("/sign-in", data={"name": name, "password": PASSWORD})
        assert answer.headers["location"] == lands
        text = web.get(lands).text
        assert f"<strong>{name}</strong>" in text
        assert 'action="/sign-out"' in text
        assert ('href="/lots"' in text) == (name == "operator")
        assert (f'href="/granted{fresh.path}"' in text) == (name == "interest")
    assert fresh.interest.get("/granted.json").json()["rows"][0]["basis"] == "Art. 77(2)"
    assert fresh.browser().get("/granted").headers["location"] == "/sign-in?next=%2Fgranted"
    assert fresh.browser().get("/granted.json").status_code == 401
    assert 'href="/readings"' in fresh.operator.get("/passports").text
    for path in ("/granted", "/history" + fresh.path, "/sign-in"):
        assert fresh.interest.get(path).headers["cache-control"] == "no-store", path


def test_anybody_may_verify_a_seal(world):
    assert world.browser().get("/verify").status_code == 200
    assert "operator" not in world.browser().get("/verify").text


@pytest.mark.parametrize("state", [State.DRAFT, State.SUSPENDED])
def test_nobody_learns_of_a_draft_by_asking_for_it_as_somebody(fresh, state):
    """With a grant or without, by page, JSON or file: told as of a battery that nobody made."""
    fresh.state = state
    fresh.pages.passports.passport = lambda identifier, **_: replace(marked(identifier), state=state)
    fresh.give(fresh.of_interest, Purpose.REPAIR)
    for web in (fresh.interest, fresh.partner):
        for path in (
            "/granted" + fresh.path,
            "/granted" + fresh.path + ".json",
            f"/dpp/jsonld{fresh.path}",
            fresh.path,
        ):
            answer = web.get(path, follow_redirects=True)
            assert answer.status_code == 404, path
            assert not shown(answer)
    unknown = fresh.interest.get("/granted" + fresh.path.rpartition("/")[0] + "/nosuch.json").json()
    assert fresh.interest.get("/granted" + fresh.path + ".json").json() == unknown


def test_an_unknown_name_a_wrong_password_and_a_closed_account_cost_the_same_work(fresh, monkeypatch):
    """One hash is verified, whoever it is; nothing else takes long."""
    work = []
    right = passwords.right
    monkeypatch.setattr(passwords, "right", lambda kept, typed: work.append(len(kept)) or right(kept, typed))
    disable(fresh.desk, "authority", now=NOW)
    for name, typed in (("nobody", "x"), ("partner", "x"), ("authority", PASSWORD), ("", ""), ("partner", "y" * 7000)):
        assert fresh.browser().post("/sign-in", data={"name": name, "password": typed}).status_code == 401
    assert len(work) == 5
    assert len(set(work)) == 1


def test_many_tries_from_one_address_have_to_wait_whatever_the_names(fresh, monkeypatch):
    monkeypatch.setattr("filon.web.door.FROM_ONE_ADDRESS", 5)
    web = fresh.browser()
    fresh.now += timedelta(minutes=20)
    tries = [{"name": f"name {number}", "password": "x"} for number in range(7)]
    told = [web.post("/sign-in", data=one).status_code for one in tries]
    assert told == [401] * 5 + [429] * 2
    fresh.now += timedelta(minutes=16)
    assert web.post("/sign-in", data={"name": "partner", "password": PASSWORD}).status_code == 303


def test_who_knocks_at_a_page_that_is_not_theirs_is_recorded(fresh):
    assert fresh.partner.get("/lots").status_code == 404
    told = Door(fresh.desk).refusals()[0]
    assert (told.what, told.organisation, told.about) == ("page", fresh.of_partner.id, "/lots")


def test_a_session_handed_to_a_victim_before_signing_in_is_not_theirs_afterwards(fresh):
    """Fixation: neither a session nor half a sign-in that somebody else began becomes the victim's."""
    mine = fresh.partner.cookies["__Host-filon"]
    victim = fresh.browser()
    victim.cookies.set("__Host-filon", mine, domain="testserver.local", path="/")
    answer = victim.post("/sign-in", data={"name": "operator", "password": PASSWORD},
                         headers={"Cookie": f"__Host-filon={mine}"})  # fmt: skip
    assert mine not in answer.headers["set-cookie"]
    assert fresh.browser().get("/granted.json", headers={"Cookie": f"__Host-filon={mine}"}).status_code == 401


def test_a_name_of_somebody_else_that_leads_here_opens_nothing_of_a_ledger_without_accounts(chain):
    """DNS rebinding: a page of evil.example whose name leads to 127.0.0.1 is our own origin to a browser."""
    pages = Pages(chain, lambda: date(2027, 3, 1))
    door = Door(Desk(None), lambda: NOW)
    app = create_app(pages, door=door, names={"localhost", "id.atlas.example"})
    web = TestClient(app, base_url="http://localhost:8765")
    for name, status in (("localhost:8765", 200), ("127.0.0.1:8765", 200), ("[::1]:8765", 200), ("id.atlas.example", 200),
                         ("evil.example", 421), ("evil.example:8765", 421), ("localhost.evil.example", 421),
                         ("127.0.0.1.evil.example", 421), ("localhost.", 421)):  # fmt: skip
        assert web.get("/lots.json", headers={"Host": name}).status_code == status, name
        battery = elements(next(lot for lot in chain.book().of_lot if "/21/" in lot))
        granted = web.get(f"/granted/01/{battery['01']}/21/{battery['21']}.json", headers={"Host": name})
        assert granted.status_code == status, name
    invite(door.desk, "anna", enter(door.desk, "V", Kind.OPERATOR, now=NOW), now=NOW)
    assert web.get("/lots.json", headers={"Host": "evil.example"}).status_code == 401


def test_the_desks_file_is_read_by_its_owner_alone(tmp_path):
    """It holds secrets of second factors and hashes of passwords; also one that an older Filon left open to all."""
    path = tmp_path / "x-desk.db"
    for _ in range(2):
        desk = Desk(path)
        desk.secret("x")
        for one in tmp_path.iterdir():
            assert one.stat().st_mode & 0o077 == 0, one
        desk.close()
        path.chmod(0o644)


def test_every_answer_wears_its_guards(world):
    """ASVS 3.4: whatever the page, the person and the status."""
    for web in (world.operator, world.partner, world.browser()):
        for path in (
            "/",
            "/lots",
            world.path,
            "/granted" + world.path,
            "/nosuch",
            "/sign-in",
            "/readings",
            "/dpp/jsonld" + world.path,
        ):
            headers = web.get(path).headers
            assert headers["x-content-type-options"] == "nosniff", path
            assert "max-age=31536000" in headers["strict-transport-security"], path
            assert "default-src 'none'" in headers["content-security-policy"], path
            assert "frame-ancestors 'none'" in headers["content-security-policy"], path
            assert headers["referrer-policy"] == "no-referrer", path
            if headers.get("content-type", "").startswith("text/"):
                assert "charset=" in headers["content-type"], path


QUERIES = ["", "as_of=1", "as_of=2026-09-01", "lang=fr", "representation=full", "linkType=all", "date=2035-01-01",
           "on=2030-01-01", "serial=x", "q=%25", "audience=operator", "as_of=-1", "sheet=0", "next=//x"]  # fmt: skip
ACCEPTED = ["*/*", "text/html", "application/json", "application/ld+json", "application/linkset+json", "text/csv", "x"]


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_sweep_over_every_route_as_stranger_finds_no_restricted_value_and_no_error_of_ours(world, data):
    """Whatever route, method, query, header or spelling of the path: no mark that is not public, and never a 500."""
    keys = elements(world.battery)
    lot = next(one for one in world.pages.ledger.book().of_lot if "/10/" in one)
    fills = {"gtin": keys["01"], "number": keys["01"], "serial": keys["21"], "identifier": world.battery, "ending": "json",
             "path": world.path[1:], "form": "en18223-full", "batch": lot.rpartition("/")[2]}  # fmt: skip
    paths = sorted({one.path for one in routes_of(world.app)})

    def filled(match):
        told = fills.get(match[1], "1")
        return data.draw(st.sampled_from([told, told, told + ".json", quote(told, safe=""), lot, "%2e%2e", "x" * 300]))

    path = re.sub(r"\{(\w+)(?::\w+)?\}", filled, data.draw(st.sampled_from(paths)))
    spelt = data.draw(st.sampled_from([path, path, path, path + "/", "/" + path, path + ".json", path.upper()]))
    query = "&".join(data.draw(st.lists(st.sampled_from(QUERIES), max_size=2)))
    headers = {"Accept": data.draw(st.sampled_from(ACCEPTED)), "Range": "bytes=0-99", "X-Original-URL": "/lots"}
    method = data.draw(st.sampled_from(["GET", "GET", "GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"]))
    answer = world.browser().request(method, f"https://testserver{spelt}?{query}", headers=headers)
    assert answer.status_code < 500, (method, spelt, query)
    assert shown(answer) <= PUBLIC, (method, spelt, query, headers)
