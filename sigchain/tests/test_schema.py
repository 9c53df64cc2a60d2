"""What the service says of itself: the committed OpenAPI file is what it serves, and what it serves holds."""

import os
import subprocess
import sys

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode, checks
from schemathesis.core.result import Ok

from devstack.environment import ROOT
from kezproto.keys import SigningKey
from kezproto.sigchain import replay
from sigchain.tests.cast import make_event
from sigchain.tests.processes import Processes
from sigchain.tests.service import chain_path

COMMITTED = ROOT / "docs" / "api" / "sigchain-openapi.yaml"
REMAKE = (
    "python manage.py spectacular --settings kezsite.sigchain_settings --file docs/api/sigchain-openapi.yaml"
)


def test_the_committed_description_is_the_current_one() -> None:
    made = subprocess.run(
        [sys.executable, "manage.py", "spectacular", "--validate", "--fail-on-warn"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "kezsite.sigchain_settings"},
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    assert made.stderr == ""
    assert COMMITTED.read_text() == made.stdout, f"docs/api has drifted; run: {REMAKE}"


CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_generated_request_gets_a_described_answer(processes: Processes, mode: GenerationMode) -> None:
    # Something to find: an empty service would answer every read alike.
    key = SigningKey(bytes([99]) * 32)
    processes.race(key, [make_event(key)])
    schema = schemathesis.openapi.from_url(processes.urls[0] + "/v1/schema")
    tried = set()

    for operation in (result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)):

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
        def answers_as_described(case: schemathesis.Case) -> None:
            case.call_and_validate(checks=CHECKS)

        if mode is GenerationMode.POSITIVE or operation.label.startswith(("GET /v1/sig", "POST")):
            answers_as_described()
            tried.add(operation.label)
    assert {"POST /v1/sigchains/ed25519/{primary}/events", "GET /v1/sigchains/ed25519/{primary}"} <= tried


def test_what_the_running_service_serves_replays(processes: Processes) -> None:
    key = SigningKey(bytes([98]) * 32)
    document = make_event(key)
    processes.race(key, [document])
    answer = processes.http.get(processes.urls[0] + chain_path(key))
    assert replay(key.primary, answer.json()["events"]).events[0].document == document
