"""Requests made up from the API's own description: no 500, and no answer that the description does not have."""

import logging
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode, checks
from schemathesis.core.result import Ok

from registry.tests.cast import ALICE, registered

CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
# One address asks the broker, which is not there in this test and costs a time-out; its shape is tried elsewhere.
SLOW = {"GET /v1/readyz"}
TAKE_INPUT = {
    "POST /v1/register",
    "GET /.well-known/webfinger",
    "POST /v1/challenges",
    "POST /v1/files",
    "POST /v1/reports",
    "GET /v1/transparency",
}
EXPECTED = {
    GenerationMode.POSITIVE: {
        *TAKE_INPUT,
        "GET /v1/u/{handle}",
        "GET /v1/files/{file_id}",
        "GET /v1/registration",
        "GET /v1/registration/state",
        "GET /v1/reports",
        "GET /v1/healthz",
    },
    GenerationMode.NEGATIVE: TAKE_INPUT,
}


@pytest.mark.django_db
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_generated_request_gets_a_described_answer(mode, caplog):
    registered(ALICE, "alice")
    caplog.set_level(logging.CRITICAL, logger="django.request")  # thousands of refusals are what is wanted
    # The sigchain's addresses have a test of their own.
    schema = schemathesis.openapi.from_wsgi("/v1/schema", get_wsgi_application()).exclude(
        path_regex="sigchains"
    )
    # A wrong body that is also too large is refused with 413, which the check's own list does not have.
    schema.config.checks.negative_data_rejection.expected_statuses = ["4xx"]
    tried = set()
    for operation in (result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)):
        if operation.label in SLOW or not can_be_made(operation, mode):
            continue

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=30, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
        def answers_as_described(case: schemathesis.Case) -> None:
            case.call_and_validate(checks=CHECKS)

        answers_as_described()
        tried.add(operation.label)
    assert EXPECTED[mode] <= tried, tried


def can_be_made(operation, mode) -> bool:
    """Only bodies and queries can break their description; a handle in a path may be any text."""
    return mode is GenerationMode.POSITIVE or bool(operation.body or operation.query)


@pytest.mark.django_db
def test_the_good_requests_are_described_too():
    """What random requests hardly ever hit: the answers to requests that are right."""
    schema = schemathesis.openapi.from_wsgi("/v1/schema", get_wsgi_application())
    registered(ALICE, "alice")
    good: list[tuple[str, str, dict[str, Any]]] = [
        ("/v1/u/{handle}", "GET", {"path_parameters": {"handle": "alice"}}),
        (
            "/v1/u/{handle}",
            "GET",
            {"path_parameters": {"handle": "alice"}, "headers": {"If-None-Match": "*"}},
        ),
        ("/.well-known/webfinger", "GET", {"query": {"resource": "acct:alice@kez.lat"}}),
        (
            "/v1/challenges",
            "POST",
            {"body": {"primary": str(ALICE.primary)}, "media_type": "application/json"},
        ),
        ("/v1/healthz", "GET", {}),
    ]
    for path, method, given_parts in good:
        response = schema[path][method].Case(**given_parts).call_and_validate(checks=CHECKS)
        assert response.status_code < 400, (path, response.status_code)
