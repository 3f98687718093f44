"""A stranger and a person without a grant send whatever the API descriptions allow, everywhere: nothing restricted comes back.

The descriptions are the interfaces' own: EPCIS, EN 18222, and of everything else what the application says of its routes
(pages, resolver, downloads, PACT, evidence, log). Findings: never a value, lot or site that is not public, never a 5xx.
"""

import json

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from door_world import PUBLIC, World, shown
from filon.core.ident import elements
from filon.web.dpp_openapi import document as dpp
from filon.web.epcis.openapi import document as epcis

pytestmark = [
    pytest.mark.xdist_group("founding chain"),
    pytest.mark.filterwarnings("ignore:Duplicate Operation ID"),  # GET and HEAD of one route
]
METHODS = {"get", "head", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def town(chain, tmp_path_factory):
    return World(chain, whole=tmp_path_factory.mktemp("whole"))


def filled(said, town):
    """The description with values of this ledger as examples: a stranger may know identifiers, they stand on batteries."""
    keys = elements(town.battery)
    lot = next(one for one in town.pages.ledger.book().of_lot if "/10/" in one)
    known = {"gtin": [keys["01"]], "number": [keys["01"]], "serial": [keys["21"], keys["21"] + ".json"],
             "identifier": [town.battery, town.path[1:], lot], "path": [town.path[1:], lot.removeprefix("https://id.gs1.org/")],
             "batch": [lot.rpartition("/")[2]], "form": ["en18223-full", "jsonld"], "ending": ["csv"], "dppId": [town.battery],
             "productId": [town.battery], "epc": [town.battery]}  # fmt: skip
    for operations in said["paths"].values():
        for operation in (one for name, one in operations.items() if name in METHODS):
            for one in operation.get("parameters", []):
                if one["in"] == "path" and one["name"] in known:
                    one["schema"] = {"anyOf": [{"enum": known[one["name"]]}, one["schema"]]}
    return said


def descriptions(town):
    """{prefix: description} of all that is served."""
    pages = json.loads(json.dumps(town.app.openapi()))
    own = {path: one for path, one in pages["paths"].items() if not path.startswith("/v1")}
    return {
        "": {**pages, "paths": own},
        "/epcis": json.loads(json.dumps(epcis())),
        "/v1": json.loads(json.dumps(dpp())),
    }


def test_the_descriptions_cover_every_surface(town):
    """What is not described here would not be asked."""
    told = descriptions(town)
    paths = set(told[""]["paths"])
    assert {"/lots", "/01/{gtin}/21/{serial}", "/history/01/{gtin}/21/{serial}", "/dpp/{form}/{identifier}", "/3/footprints",
            "/granted/01/{gtin}/21/{serial}", "/evidence/{digest}/{identifier}", "/verify", "/checkpoint",
            "/sign-in/code", "/delegations", "/recall", "/readings", "/passports/data"} <= paths  # fmt: skip
    assert any("dpps" in path for path in told["/v1"]["paths"])
    assert any("events" in path for path in told["/epcis"]["paths"])


@pytest.fixture(scope="module")
def everything(town):
    """[(prefix, operation)], ready to make cases."""
    found = []
    for prefix, said in descriptions(town).items():
        schema = schemathesis.openapi.from_dict(filled(said, town))
        schema.app = town.app
        found += [(prefix, result.ok()) for result in schema.get_all_operations()]
    assert len(found) > 90
    return found


def sent(town, prefix, case, headers, web):
    """The answer of the application, by the client of who asks."""
    told = case.as_transport_kwargs(base_url="https://testserver")
    told.pop("app", None)
    url = told.pop("url")
    own = "" if prefix != "/epcis" or "/epcis" in url else "/epcis"
    url = url.replace("https://testserver", "https://testserver" + own, 1)
    method = told.pop("method")
    given = {**{str(k): v for k, v in (told.pop("headers", None) or {}).items()}, **headers}
    allowed = {name: told[name] for name in ("params", "json", "data", "files") if told.get(name) is not None}
    if isinstance(allowed.get("data"), (bytes, str)):
        allowed["content"] = allowed.pop("data")
    return web.request(
        method, url, headers={k: v for k, v in given.items() if v.isascii() and v.isprintable()}, **allowed
    )


def hidden(town):
    """Numbers of partners' lots, which no stranger is told."""
    return {lot.rpartition("/")[2] for lot in town.pages.ledger.book().of_lot if "/10/" in lot} - {""}


def asked(town, everything, data, web):
    prefix, operation = data.draw(st.sampled_from(everything), label="operation")
    case = data.draw(operation.as_strategy(), label="case")
    answer = sent(
        town, prefix, case, {"Accept": data.draw(st.sampled_from(["application/json", "text/html", "*/*"]))}, web
    )
    assert answer.status_code < 500, (operation.label, answer.status_code)
    assert shown(answer) <= PUBLIC, (operation.label, shown(answer) - PUBLIC)
    question = str(answer.request.url) + answer.request.content.decode("utf-8", "replace")
    told = {name for name in hidden(town) if len(name) > 5 and name in answer.text and name not in question}
    assert not told, (operation.label, told)
    return answer


def examples(number):
    return settings(
        max_examples=number, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        derandomize=True, database=None,
    )  # fmt: skip


@given(data=st.data())
@examples(250)
def test_whatever_a_stranger_sends_anywhere_nothing_restricted_comes_back(town, everything, data):
    asked(town, everything, data, TestClient(town.app, base_url="https://testserver", follow_redirects=False))


@given(data=st.data())
@examples(60)
def test_whatever_somebody_without_a_grant_sends_anywhere_nothing_restricted_comes_back(town, everything, data):
    asked(town, everything, data, town.partner)
    assert town.partner.get("/granted.json").status_code in {200, 401}


@pytest.mark.nightly
@given(data=st.data())
@examples(20_000)
def test_whatever_a_stranger_sends_for_a_long_time(town, everything, data):
    asked(town, everything, data, TestClient(town.app, base_url="https://testserver", follow_redirects=False))
