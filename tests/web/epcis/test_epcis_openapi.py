"""What the interface says of itself: whole, true, and never a 5xx whatever a program sends."""

import json
import re
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS

from epcis_desk import Mounted, event, world
from filon.web.epcis.interface import PATHS
from filon.web.epcis.openapi import OPERATIONS, document

W = world()
W.capture(event(1), event(2))
W.call("POST", "/queries", json={"name": "q", "query": {"EQ_bizStep": "shipping"}})


def schema(parameters):
    """The document with so many query parameters of an operation at most: making values for all takes seconds each."""
    said = json.loads(json.dumps(document()))
    for operations in said["paths"].values():
        for operation in operations.values():
            asked = [one for one in operation["parameters"] if one["in"] == "query"]
            spare = [one["name"] for one in asked[parameters:]]
            operation["parameters"] = [one for one in operation["parameters"] if one["name"] not in spare]
    made = schemathesis.openapi.from_dict(said)
    made.app = Mounted(W.repository).app
    return made


SHORT, SCHEMA = schema(6), schema(1000)


def test_every_path_and_method_is_described_and_nothing_else():
    served = {(method, path.template) for path in PATHS for method in path.methods}
    assert served == set(OPERATIONS)


def test_every_operation_stands_in_the_table_of_the_docs_with_tests_that_exist():
    root = Path(__file__).parents[3]
    tests = "".join(file.read_text("utf-8") for file in (root / "tests").rglob("test_*.py"))
    page = (root / "docs/standards/epcis-rest.md").read_text("utf-8")
    rows = re.findall(r"^\| (GET|POST|DELETE) (/\S*) \|(.*)$", page, re.MULTILINE)
    assert sorted((method, path) for method, path, _ in rows) == sorted(OPERATIONS)
    named = re.findall(r"`(test_\w+)`", page)
    assert [name for name in named if not name.startswith("test_epcis_") and f"def {name}(" not in tests] == []
    for method, path, rest in rows:
        assert set(re.findall(r"\b4\d\d\b", rest.split("|")[2])) <= {*OPERATIONS[method, path].failures, "403"}


def test_the_document_is_open_to_everybody():
    answer = W.get("/openapi.json", None)
    assert answer.status_code == 200
    assert answer.json() == json.loads(json.dumps(document()))


def test_it_names_no_schema_that_is_not_there():
    text = json.dumps(document())
    named = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= set(document()["components"]["schemas"])


NAMES = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
CHECKED = [CHECKS.get_one(name) for name in NAMES]


def answered_as_described(case, role):
    answer = case.call(headers={"Authorization": f"Bearer {W.tokens[role]}"})
    W.repository.settle()
    case.validate_response(answer, checks=CHECKED)


def examples(number):
    return settings(
        max_examples=number,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@SHORT.parametrize()
@examples(4)
def test_whatever_a_program_sends_is_answered_as_described(case):
    answered_as_described(case, "all")


@pytest.mark.nightly
@SCHEMA.parametrize()
@examples(200)
def test_whatever_a_program_that_may_all_sends_is_answered_as_described(case):
    answered_as_described(case, "all")


@pytest.mark.nightly
@pytest.mark.parametrize("role", ["reader", "submitter", "auditor"])
@SCHEMA.parametrize()
@examples(40)  # most is refused at the door
def test_whatever_programs_of_each_role_send_is_answered_as_described(case, role):
    answered_as_described(case, role)
