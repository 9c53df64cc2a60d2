"""The service as its clients call it, and the shape of its refusals."""

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from kezproto.canonical import canonical_bytes
from kezproto.keys import SigningKey
from sigchain.tests.cast import make_chain


def events_path(key: SigningKey) -> str:
    return f"/v1/sigchains/ed25519/{key.primary.hex}/events"


def chain_path(key: SigningKey) -> str:
    return f"/v1/sigchains/ed25519/{key.primary.hex}"


@dataclass(frozen=True)
class Sigchain:
    """The service as a client calls it."""

    client: Client

    def post(self, key: SigningKey, document: Any, **headers: str) -> Any:
        body = document if isinstance(document, bytes) else canonical_bytes(document)
        return self.client.post(events_path(key), body, content_type="application/json", headers=headers)

    def get(self, key: SigningKey, query: str = "", **headers: str) -> Any:
        return self.client.get(
            chain_path(key) + query, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )

    def served(self, key: SigningKey, query: str = "") -> dict[str, Any]:
        return dict(json.loads(self.get(key, query).content))

    def fill(self, key: SigningKey, length: int) -> list[dict[str, Any]]:
        """A chain of that length, posted event by event."""
        chain = make_chain(key, length)
        for document in chain:
            assert self.post(key, document).status_code == 201
        return chain


def assert_refused(response: Any, status: int, code: str) -> dict[str, Any]:
    """The members of a refusal of exactly this status and code, in the one shape."""
    problem: dict[str, Any] = json.loads(response.content)
    assert (response.status_code, problem["code"]) == (status, code), problem
    assert response["Content-Type"] == "application/problem+json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert problem["status"] == status
    assert {"type", "title", "detail"} <= problem.keys()
    assert "Traceback" not in problem["detail"]
    return problem
