"""EN 18222 writing over HTTP: whole or nothing, into the log, never over what the books say; the answers of the standard.

The outside answer is the OpenAPI description in the corpus: what it asks of paths, statuses and payloads.
"""

import json
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

import jsonschema
import pytest
import schemathesis
import yaml
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS

from corpora import corpus
from filon.app.desk.file import Desk
from filon.app.desk.tokens import Role, create
from filon.app.issuing import Issuing
from filon.app.ledger import Ledger
from filon.app.pages import Pages
from filon.app.passport_data import PassportData
from filon.app.passport_writing import PassportWriting
from filon.exchange import en18223
from filon.exchange.en18223.changes import merged, put, steps_of
from filon.exchange.writing import as_json
from filon.passport.passport import State
from filon.web.app import create_app
from filon.web.dpp_openapi import OPERATIONS, document
from passport_examples import EXAMPLES, example

HOST = "https://id.atlas.example"
OPERATOR = "https://id.gs1.org/417/9521213000003"
BATTERY = "https://id.gs1.org/01/09521213000010/21/NEW-1"
MODEL = "https://id.gs1.org/01/09521213000010"


class World:
    """An empty ledger, a desk with one token of each role, and a browserless client."""

    def __init__(self, folder=None):
        self.time = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self.ledger = Ledger.open("memory:")
        self.desk = Desk(None)
        self.pages = Pages(self.ledger, lambda: date(2027, 3, 2))
        self.data = PassportData(self.ledger, self.desk, now=self.now)
        shelf = Issuing(self.pages.passports, HOST)
        self.writing = PassportWriting(self.data, shelf, folder and folder / "registry")
        app = create_app(self.pages, host=HOST, shelf=shelf, points=self.data, writing=self.writing)
        self.web = TestClient(app, base_url=HOST, raise_server_exceptions=False)
        self.secrets = {
            role: create(self.desk, "Voltarine", [role], now=self.time, valid=timedelta(days=900))[1]
            for role in (Role.SUBMITTER, Role.READER, Role.AUDITOR)
        }

    def now(self):
        self.time += timedelta(seconds=1)
        return self.time

    def call(self, method, path, body=None, *, role=Role.SUBMITTER, raw=None):
        headers = {"Content-Type": "application/json"}
        if role:
            headers["Authorization"] = f"Bearer {self.secrets[role]}"
        content = raw if raw is not None else None if body is None else as_json(body)
        return self.web.request(method, path, content=content, headers=headers)

    def patch(self, body, name=BATTERY, end="", **more):
        return self.call("PATCH", f"/v1/dpps/{quote(name, safe='')}{end}", body, **more)

    def element(self, path, body, **more):
        return self.patch(body, end=f"/elements/{quote(path, safe='')}", **more)

    def passport(self, name=BATTERY):
        return self.pages.passports.passport(name, on=date(2030, 1, 1))

    def value(self, code, name=BATTERY):
        return self.passport(name).value(code)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def whole(name=BATTERY, status="active", **elements):
    header = {
        "digitalProductPassportId": name, "uniqueProductIdentifier": name, "granularity": "item",
        "dppSchemaVersion": "EN 18223:2026", "dppStatus": status, "lastUpdated": "2027-03-01T00:00:00Z",
        "economicOperatorId": OPERATOR,
    }  # fmt: skip
    return header | elements


@pytest.fixture
def made(world):
    answer = world.call("POST", "/v1/dpps", whole(category="ev", weight=412.5, nominalVoltage={"value": 395}))
    assert answer.status_code == 201, answer.text
    return world


def messages(answer):
    return [one["code"] for one in answer.json()["message"]]


def test_a_passport_is_created_published_and_read_back_by_its_address(world):
    answer = world.call("POST", "/v1/dpps", whole(category="ev", weight=412.5))
    assert answer.status_code == 201, answer.text
    assert answer.json()["digitalProductPassportId"] == BATTERY
    read = world.web.get(answer.headers["location"])
    assert (read.status_code, read.json()["weight"], read.json()["dppStatus"]) == (200, 412.5, "active")
    one = world.passport()
    assert one.value("responsibleOperator")["id"] == OPERATOR
    assert one.value("batteryStatus") == "original"
    assert world.ledger.size() == 1, "one call, one entry"
    kept = json.loads(next(world.ledger.store.kept(0, 1)).data)
    assert json.loads(kept["received"]["body"])["weight"] == 412.5, "the call is kept as it came"


def test_a_passport_of_whose_matter_the_books_hold_nothing_has_its_page_and_history_all_the_same(made):
    path = BATTERY.removeprefix("https://id.gs1.org")
    page = made.web.get(path, headers={"Accept": "text/html", "Accept-Language": "fr"})
    assert page.status_code == 200
    assert "412,5" in page.text
    assert made.web.get("/history" + path, headers={"Accept": "text/html"}).status_code == 200
    assert made.web.get("/01/09521213000010/21/NOBODY", headers={"Accept": "text/html"}).status_code == 404


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("full", [True, False])
def test_what_another_filon_exports_is_created_here_with_every_point_that_can_be_said(world, name, full):
    passport = example(name)
    answer = world.call("POST", "/v1/dpps", en18223.document(passport, full=full))
    assert answer.status_code == 201, answer.text
    told = world.passport(passport.identifier)
    left = set((answer.json().get("message") or [{"text": ": "}])[0]["text"].partition(": ")[2].split(", "))
    assert left == {"batteryStatus", "modelAndSerial", "responsibleOperator"}
    for one in passport.filled():
        if one.code not in {*left, "uniqueIdentifier"}:
            assert told.value(one.code) == one.value, one.code


def test_created_twice_is_a_conflict_and_a_draft_is_nobodys_business(world):
    assert world.call("POST", "/v1/dpps", whole(status="inactive", weight=1)).status_code == 201
    again = world.call("POST", "/v1/dpps", whole(weight=2))
    assert (again.status_code, again.json()["statusCode"]) == (409, "ClientResourceConflict")
    assert world.web.get(f"/v1/dpps/{quote(BATTERY, safe='')}").status_code == 404
    assert world.passport().state is State.DRAFT
    assert world.patch({"dppStatus": "active"}).status_code == 200
    assert world.web.get(f"/v1/dpps/{quote(BATTERY, safe='')}").json()["weight"] == 1


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"uniqueProductIdentifier": "https://id.gs1.org/01/09521213000011/21/1"}, 400, "DPP-010"),
        ({"uniqueProductIdentifier": "http://inside/1"}, 400, "DPP-011"),
        ({"granularity": "model"}, 400, "WrongCallError"),
        ({"economicOperatorId": "Atlas"}, 400, "WrongCallError"),
        ({"economicOperatorId": None}, 400, "WrongCallError"),
        ({"wieght": 3}, 400, "PAS-001"),
        ({"weight": "heavy"}, 400, "DPP-002"),
    ],
)
def test_a_document_with_anything_wrong_makes_no_passport(world, changed, status, code):
    answer = world.call("POST", "/v1/dpps", whole(category="ev") | changed)
    assert answer.status_code == status
    assert code in messages(answer)
    assert world.ledger.size() == 0


def test_an_update_is_all_or_nothing_and_every_version_stays(made):
    assert made.patch({"stateOfCertifiedEnergy": 97.5, "cycles": 212}).status_code == 200
    bad = made.patch({"stateOfCertifiedEnergy": 96, "cycles": "many"})
    assert (bad.status_code, messages(bad)) == (400, ["PAS-002"])
    assert str(made.value("stateOfCertifiedEnergy")) == "97.5"
    made.patch({"stateOfCertifiedEnergy": 96})
    history = made.pages.passports.measurements(BATTERY, "stateOfCertifiedEnergy")
    assert [str(one.value) for one in history] == ["97.5", "96"]
    assert len(made.pages.passports.versions(BATTERY)) == 3
    assert str(made.pages.passports.passport(BATTERY, on=date(2030, 1, 1), as_of=2).value("cycles")) == "212"


def test_a_passport_sent_back_as_it_was_read_changes_nothing(made):
    read = made.web.get(f"/v1/dpps/{quote(BATTERY, safe='')}").json()
    answer = made.patch(read)
    assert answer.status_code == 200
    assert made.ledger.size() == 1
    assert made.patch(read | {"weight": 413}).status_code == 200
    assert (made.ledger.size(), made.value("weight")) == (2, 413)


def test_what_follows_from_the_books_or_the_life_cannot_be_overwritten(made):
    """batteryStatus follows from the deeds; the operator, the identifier and the granularity are of the header."""
    for body, code in (
        ({"batteryStatus": "re-used"}, "DPP-030"),
        ({"modelAndSerial": {"model": "X", "serial": "Y"}}, "DPP-030"),
        ({"economicOperatorId": "https://id.gs1.org/417/9521299000007"}, "DPP-031"),
        ({"digitalProductPassportId": BATTERY + "0"}, "DPP-031"),
        ({"granularity": "batch"}, "DPP-031"),
        ({"dppStatus": "invalid"}, "DPP-031"),
    ):
        answer = made.patch({"weight": 1} | body)
        assert (answer.status_code, messages(answer)) == (409, [code]), body
    assert made.ledger.size() == 1


def test_null_takes_a_value_back_and_the_models_counts_again(made):
    said = {
        "filonPoints": "1",
        "statements": [{"subject": MODEL, "at": "2026-01-01T00:00:00Z", "points": {"weight": "400"}}],
    }
    made.call("POST", "/passports/data", raw=json.dumps(said))
    assert str(made.value("weight")) == "412.5"
    assert made.patch({"weight": None, "capacity": None}).status_code == 200
    assert str(made.value("weight")) == "400"
    assert made.value("capacity") is None
    assert made.element("$.nominalVoltage", None, raw=b"null").status_code == 200
    assert made.value("nominalVoltage") is None
    made.patch({"weight": 410})
    assert str(made.value("weight")) == "410"


def test_one_element_is_changed_at_its_path(made):
    assert made.element("$.nominalVoltage.value", 400).json() == 400
    assert str(made.value("nominalVoltage")["value"]) == "400"
    listed = [{"name": "A", "cas": "21324-40-3", "percent": 1.4}, {"name": "B", "percent": 2}]
    assert made.element("hazardousSubstances", listed).status_code == 200
    assert made.element("$['hazardousSubstances'][1].percent", 3.5).json() == 3.5
    assert [str(one["percent"]) for one in made.value("hazardousSubstances")] == ["1.4", "3.5"]
    assert made.element("$.hazardousSubstances[0]", None, raw=b"null").status_code == 200
    assert [one["name"] for one in made.value("hazardousSubstances")] == ["B"]
    full = {"elementId": "weight", "objectType": "SingleValuedDataElement", "valueDataType": "xsd:decimal", "value": 7}
    assert made.element("$.weight", full).json() == 7
    for path in ("$..weight", "$.*", "$.hazardousSubstances[9].name", "$.weight.value.deep", "$['a']['b']"):
        assert made.element(path, 1).status_code in {400, 404}, path
    assert made.element("$.nosuch", 1).status_code == 400


def test_a_passport_ends_only_after_its_battery_became_waste(made):
    early = made.call("DELETE", f"/v1/dpps/{quote(BATTERY, safe='')}")
    assert early.status_code == 409
    assert "Article 77(8)" in early.json()["message"][0]["text"]
    waste = {"filonPoints": "1", "deeds": [{"deed": "waste", "of": [BATTERY], "at": "2026-03-01T13:00:00Z"}]}
    assert made.call("POST", "/passports/data", raw=json.dumps(waste)).json()["state"] == "taken"
    assert made.call("DELETE", f"/v1/dpps/{quote(BATTERY, safe='')}").status_code == 204
    gone = made.web.get(f"/v1/dpps/{quote(BATTERY, safe='')}")
    assert (gone.status_code, gone.json()["identifier"]) == (410, BATTERY)
    assert made.patch({"weight": 1}).status_code == 410
    assert made.call("POST", "/v1/dpps", whole()).status_code == 409, "an identifier is never used again (EN 18219)"


def test_publication_goes_its_ways_and_back(made):
    for status, state in (("inactive", State.SUSPENDED), ("active", State.ACTIVE), ("archived", State.ARCHIVED)):
        answer = made.patch({"dppStatus": status})
        assert (answer.status_code, answer.json()["dppStatus"]) == (200, status)
        assert made.passport().state is state


def test_a_models_data_are_created_and_updated_but_only_batteries_have_a_publication(world):
    body = whole(MODEL, "inactive", weight=412.5) | {"granularity": "model"}
    assert world.call("POST", "/v1/dpps", body).status_code == 201
    assert world.call("POST", "/v1/dpps", body).status_code == 409
    assert world.patch({"weight": 410}, MODEL).status_code == 200
    assert world.patch({"dppStatus": "active"}, MODEL).status_code == 409
    world.call("POST", "/v1/dpps", whole())
    assert str(world.value("weight")) == "410"


def test_registering_queues_and_tells_the_number_once_there_is_one(made):
    entry = {"uniqueProductIdentifier": BATTERY, "digitalProductPassportId": BATTERY,
             "uniqueEconomicOperatorIdentifier": OPERATOR, "dppApiEndpoint": f"{HOST}/v1",
             "backupUniqueEconomicOperatorIdentifier": "https://id.safe.example/p"}  # fmt: skip
    first = made.call("POST", "/v1/registerDPP", entry)
    assert (first.status_code, first.json()["statusCode"]) == (202, "SuccessAccepted")
    from filon.app.registry import Outbox
    from filon.app.registry_double import RegistryDouble
    from filon.seal.key import new_key

    def fetch(_, name):
        return made.web.get(f"/v1/dppsByProductId/{quote(name, safe='')}").content

    double = RegistryDouble(new_key("", b"\7" * 32), fetch, {OPERATOR: made.time})
    assert Outbox.open(made.writing.outbox).send(double, now=made.time) == []
    done = made.call("POST", "/v1/registerDPP", entry)
    assert done.status_code == 200
    assert done.json()["registrationId"]
    assert made.call("POST", "/v1/registerDPP", entry | {"dppApiEndpoint": "https://x.example"}).status_code == 400
    made.writing.outbox = None
    assert made.call("POST", "/v1/registerDPP", entry).status_code == 501


@pytest.mark.parametrize(("role", "status"), [(None, 401), (Role.READER, 403), (Role.AUDITOR, 403)])
def test_nobody_else_changes_anything(made, role, status):
    enc = quote(BATTERY, safe="")
    for method, path in (
        ("POST", "/v1/dpps"), ("PATCH", f"/v1/dpps/{enc}"), ("DELETE", f"/v1/dpps/{enc}"),
        ("PATCH", f"/v1/dpps/{enc}/elements/weight"), ("POST", "/v1/registerDPP"),
    ):  # fmt: skip
        answer = made.call(method, path, whole(), role=role)
        assert answer.status_code == status, (method, path)
        assert answer.json()["statusCode"] in {"ClientNotAuthorized", "ClientForbidden"}
    assert made.ledger.size() == 1


def test_an_update_tells_its_caller_nothing_that_it_did_not_say(made):
    """A submitter's token reads nothing: the answer has the header and what was sent, no restricted value besides."""
    made.patch({"stateOfCertifiedEnergy": 97.5})
    told = made.patch({"capacity": 190}).json()
    assert told["capacity"] == 190
    assert "stateOfCertifiedEnergy" not in told
    said = {
        "operatingConditions": {"temperature": 21},
        "negativeEvents": [{"day": "2026-02-01", "what": "deep discharge"}],
    }
    assert made.patch(said).status_code == 200
    asking = (
        made.patch({"operatingConditions": {}}), made.element("$.operatingConditions", {}),
        made.element("$.negativeEvents[0]", {}), made.patch({"stateOfCertifiedEnergy": 97.5}),
    )  # fmt: skip
    for answer in asking:
        assert answer.status_code == 200
        assert "temperature" not in answer.text
        assert "deep discharge" not in answer.text


# ---- from outside: the description in the corpus


@pytest.fixture(scope="module")
def described():
    told = yaml.safe_load((corpus("passport") / "openepcis/api/en18222-dpp-api.openapi.yaml").read_text())
    element = told["components"]["schemas"]["DataElement"]
    element["anyOf"] = element.pop("oneOf")  # it means "one by its discriminator", which JSON Schema does not know
    return told


def test_every_path_and_method_of_the_standard_is_served_and_described(described):
    theirs = {
        (method, path) for path, one in described["paths"].items() for method in one if method in {"get", "post", "patch", "delete"}
    }  # fmt: skip
    assert theirs == set(OPERATIONS)
    for (method, path), one in OPERATIONS.items():
        statuses = set(described["paths"][path][method]["responses"])
        assert set(one.good) <= statuses | {"202"}
        assert set(one.failures) - {"410", "413", "409"} <= statuses | {"400"}, (method, path)


def test_answers_fit_the_schemas_of_the_corpus(made, described):
    def fits(name, value):
        jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": described["components"]}).validate(value)  # fmt: skip

    enc = quote(BATTERY, safe="")
    fits("DigitalProductPassportCompressed", made.web.get(f"/v1/dpps/{enc}").json())
    whole_ = made.web.get(f"/v1/dpps/{enc}?representation=full").json()
    for one in whole_.pop("elements"):  # the description's oneOf means its discriminator
        fits(one["objectType"], one)
    fits("DppEnvelope", whole_)
    fits("DigitalProductPassportCompressed", made.patch({"cycles": 3}).json())
    created = made.call("POST", "/v1/dpps", whole(BATTERY + "2"))
    fits("CreateDPPResult", created.json())
    for answer in (made.patch({"cycles": "x"}), made.patch({"granularity": "model"}), made.patch({}, BATTERY + "9"),
                   made.patch({}, role=None), made.web.get("/v1/dpps/urn:x")):  # fmt: skip
        fits("Result", answer.json())


# ---- laws


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


def by_the_letter(target, patch):
    """RFC 7396, section 2, word by word."""
    if isinstance(patch, dict):
        if not isinstance(target, dict):
            target = {}
        target = dict(target)
        for name in patch:
            if patch[name] is None:
                if name in target:
                    del target[name]
            else:
                target[name] = by_the_letter(target.get(name), patch[name])
        return target
    return patch


@given(JSON, JSON)
def test_law_a_merge_patch_is_the_rfcs(target, patch):
    assert merged(target, patch) == by_the_letter(target, patch)


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [({"a": "b"}, {"a": "c"}, {"a": "c"}), ({"a": "b"}, {"a": None}, {}), ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
     (["a"], {"b": None}, {}), ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}), ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}})],
)  # fmt: skip
def test_merge_patches_of_the_rfcs_appendix(target, patch, result):
    assert merged(target, patch) == result


@given(st.dictionaries(st.sampled_from("abc"), JSON, min_size=1, max_size=3), JSON.filter(lambda one: one is not None))
def test_law_what_is_put_at_a_path_stands_there_and_the_rest_as_before(document, value):
    value = value if not isinstance(value, dict) else 7
    for path, name in ((f"$.{one}", one) for one in document):
        assert put(document, path, value) == {name: value}
    assert steps_of("$['a'][0].b") == ["a", 0, "b"]


# ---- whatever is sent


TRIED = World()
TRIED.call("POST", "/v1/dpps", whole(category="ev", weight=412.5))
SCHEMA = schemathesis.openapi.from_dict(json.loads(json.dumps(document())))
SCHEMA.app = TRIED.web.app
NAMES = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
CHECKED = [CHECKS.get_one(name) for name in NAMES]


def answered(case, role, *, known):
    """Half of the calls are about the passport that is there, so that they come past the first door."""
    if known and "dppId" in (case.path_parameters or {}):
        case.path_parameters["dppId"] = quote(BATTERY, safe="")
    answer = case.call(headers={"Authorization": f"Bearer {TRIED.secrets[role]}"} if role else {})
    case.validate_response(answer, checks=CHECKED)


@SCHEMA.parametrize()
@settings(
    max_examples=6, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)
def test_whatever_a_program_sends_is_answered_as_described(case):
    answered(case, Role.SUBMITTER, known=True)


@pytest.mark.nightly
@pytest.mark.parametrize("role", [None, Role.SUBMITTER, Role.READER])
@SCHEMA.parametrize()
@settings(
    max_examples=150, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)
def test_whatever_programs_of_each_role_send_is_answered_as_described(case, role):
    answered(case, role, known=hash(str(case.body)) % 2)
