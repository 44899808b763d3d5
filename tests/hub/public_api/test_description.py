"""The description of the public API is whole and true: every operation takes what it says, and never breaks by what is sent."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import hypothesis
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode

from raccord.public_api.description import PATH, document_of
from raccord.public_api.examples import EXAMPLES
from raccord.public_api.models import SCOPES
from support.programs import new_key
from support.web import Site, site

__all__ = ["site"]
EXAMPLES_EACH = 4
"""Generated requests of each kind and operation: enough to find what breaks, few enough for every run."""
SETTINGS = hypothesis.settings(
    max_examples=EXAMPLES_EACH, derandomize=True, deadline=None, database=None,
    phases=[hypothesis.Phase.generate], suppress_health_check=list(hypothesis.HealthCheck),
)  # fmt: skip
METHODS = ("get", "post", "put", "delete")


@pytest.fixture(scope="module")
def document(site: Site) -> dict[str, Any]:
    return document_of(site.client.app)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield path, method, operation


def test_it_is_openapi_3_1_and_served_to_everybody(site: Site, document: dict[str, Any]) -> None:
    answer = site.client.get(f"{PATH}/openapi.json")
    assert (200, "3.1.0") == (answer.status_code, answer.json()["openapi"])
    assert answer.json()["paths"].keys() == document["paths"].keys()


def test_every_operation_says_what_it_does_and_belongs_to_a_subject(document: dict[str, Any]) -> None:
    subjects = {tag["name"] for tag in document["tags"]}
    found = list(operations(document))
    assert len(found) > 70
    ids = [operation["operationId"] for _, _, operation in found]
    assert len(ids) == len(set(ids))
    for path, method, operation in found:
        assert operation.get("description"), (method, path)
        assert set(operation["tags"]) <= subjects, (method, path)
        assert set(operation["security"][0]["key"]) <= set(SCOPES), (method, path)
        if method == "post":
            assert "Idempotency-Key" in {one["name"] for one in operation["parameters"]}, path


def test_each_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            for inner in part.values():
                yield from references(inner)
        elif isinstance(part, list):
            for inner in part:
                yield from references(inner)

    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set() == set(references(document)) - known


def test_the_examples_are_such_as_the_schemas_say(document: dict[str, Any]) -> None:
    told = {
        f"{method.upper()} {path.removeprefix(PATH)}": operation
        for path, method, operation in operations(document)
    }
    assert set() == EXAMPLES.keys() - told.keys()
    checked = 0
    for name in EXAMPLES:
        parts = [told[name].get("requestBody", {}), *told[name]["responses"].values()]
        for content in [
            one for part in parts for one in part.get("content", {}).values() if "example" in one
        ]:
            schema = {**content["schema"], "components": document["components"]}
            jsonschema_rs.Draft202012Validator(schema).validate(content["example"])
            checked += 1
    assert checked >= len(EXAMPLES)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_request_breaks_the_server(site: Site, document: dict[str, Any], mode: GenerationMode) -> None:
    """Whatever is sent by whoever has a key: an answer that the description knows, and never a server error."""
    made = site.made
    known = {
        "channel": made.channel, "connection": made.erp, "order": made.orders["held"], "plan": made.plan, "paper": made.paper,
        "brake": made.brake, "agent": made.agent, "number": 1, "entry": 1, "endpoint": uuid4(), "stream": "products",
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {new_key(site.settings, made.tenant, made.people['owner'])}"}
    site.client.app.state.patience = 0.01
    site.client.app.state.api_requests_per_minute = 1_000_000
    tried = 0

    def check(operation: Any) -> None:
        @hypothesis.seed(1)
        @SETTINGS
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
        def send(case: Any, real: bool) -> None:
            nonlocal tried
            if real:
                case.path_parameters = {
                    name: str(known.get(name, value)) for name, value in (case.path_parameters or {}).items()
                }
            sent = case.as_transport_kwargs(base_url=str(site.client.base_url))
            sent["headers"] = {**dict(sent.get("headers") or {}), **headers}
            answer = site.client.request(**asked(sent), follow_redirects=False)
            tried += 1
            assert answer.status_code < 500, (operation.label, sent, answer.text)
            described = operation.definition.raw["responses"]
            assert str(answer.status_code) in described, (operation.label, answer.status_code, answer.text)

        send()

    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        operation: Any = found
        check(operation.ok())
    assert tried > 70


def asked(sent: dict[str, Any]) -> dict[str, Any]:
    """As httpx takes it."""
    names = {
        "method": "method",
        "url": "url",
        "headers": "headers",
        "params": "params",
        "json": "json",
        "data": "content",
    }
    told = {names[name]: value for name, value in sent.items() if name in names and value is not None}
    if isinstance(told.get("content"), dict):
        told["data"] = told.pop("content")
    told["headers"] = {
        name: value.encode("utf-8", "replace") if isinstance(value, str) else value for name, value in told["headers"].items()
    }  # fmt: skip
    return told


def test_whoever_has_no_key_is_told_so_at_every_operation(site: Site, document: dict[str, Any]) -> None:
    for path, method, _ in operations(document):
        url = path.format(**{name: uuid4() for name in names_in(path)}).replace("{", "").replace("}", "")
        answer = site.client.request(method, url, json={} if method in ("post", "put") else None)
        allowed = (404,) if "{number}" in path or "{entry}" in path else (401,)
        assert answer.status_code in allowed, (method, path, answer.status_code)


def names_in(path: str) -> list[str]:
    return [piece.partition("}")[0] for piece in path.split("{")[1:]]
