"""The front door answers as Django does: byte for byte, but for the date."""

import asyncio
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import override_settings

from httpapi.front import Front, Health
from httpapi.pooled import PooledDjango
from registry import front as registry_front
from registry.front import look_up_routes
from registry.tests.cast import ALICE, BOB, registered

pytestmark = pytest.mark.django_db(transaction=True)

RESOURCE = "resource=acct%3Aalice%40kez.lat"


@pytest.fixture(scope="module")
def django():
    return PooledDjango(1)


class Answered:
    """What an application sent."""

    def __init__(self, sent: list[dict[str, Any]]) -> None:
        start, *rest = sent
        self.status: int = start["status"]
        self.body = b"".join(message.get("body", b"") for message in rest)
        self.headers = sorted(
            (name.lower(), value) for name, value in start["headers"] if name.lower() != b"date"
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answered) and vars(self) == vars(other)

    def __repr__(self) -> str:
        return f"{self.status} {self.headers} {self.body!r}"


async def ask(
    application: Any, path: str, query: str = "", *, method: str = "GET", **headers: str
) -> Answered:
    named = {"host": "kez.lat", **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        "client": ("198.51.100.9", 4000),
        "server": ("127.0.0.1", 6969),
    }
    sent: list[dict[str, Any]] = []
    came = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        return came.pop()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application(scope, receive, send)
    return Answered(sent)


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError(f"{scope['path']} was passed on")


def door(django: PooledDjango, application: Any) -> Front:
    return Front(django, application, {"/v1/healthz": Health(), **look_up_routes()})


ASKED = [
    ("/v1/healthz", ""),
    ("/v1/u/alice", ""),
    ("/v1/u/Alice@KEZ.lat", ""),
    ("/v1/u/nobody", ""),
    ("/v1/u/cut-off", ""),
    ("/v1/u/-no-handle-", ""),
    ("/v1/u/alice@evil.example", ""),
    ("/.well-known/webfinger", RESOURCE),
    ("/.well-known/webfinger", f"{RESOURCE}&rel=self"),
    ("/.well-known/webfinger", "resource=acct%3Anobody%40kez.lat"),
    ("/.well-known/webfinger", ""),
]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_it_answers_as_django_does(django, method):
    registered(ALICE, "alice")
    registered(BOB, "cut-off", status="suspended")

    async def both() -> list[tuple[Answered, Answered]]:
        front = door(django, refuse)
        return [
            (await ask(front, path, query, method=method), await ask(django, path, query, method=method))
            for path, query in ASKED
        ]

    for ours, djangos in asyncio.run(both()):
        if method == "HEAD":  # the server leaves the body out
            djangos.body = b""
        assert ours == djangos


def test_entity_tags(django):
    registered(ALICE, "alice")

    async def both() -> None:
        front = door(django, refuse)
        for path, query in (("/v1/u/alice", ""), ("/.well-known/webfinger", RESOURCE)):
            etag = dict((await ask(front, path, query)).headers)[b"etag"].decode()
            for header in (etag, f"W/{etag}", "*", '"other"'):
                ours = await ask(front, path, query, if_none_match=header)
                assert ours == await ask(django, path, query, if_none_match=header)
                assert ours.status == (200 if "other" in header else 304)

    asyncio.run(both())


def test_the_rate_is_djangos_too(django, settings):
    settings.KEZ_THROTTLE_LOOKUP = "3/hour"
    registered(ALICE, "alice")

    async def both() -> list[int]:
        front = door(django, refuse)
        ways = [front, django, front, front, django]
        return [(await ask(way, "/v1/u/alice", x_forwarded_for="203.0.113.77")).status for way in ways]

    settings.KEZ_TRUSTED_PROXIES = 1
    assert asyncio.run(both()) == [200, 200, 200, 429, 429]


def test_many_at_once_each_get_their_own(django):
    registered(ALICE, "alice")
    registered(BOB, "bobby")
    names = ["alice", "bobby", "nobody"] * 20

    async def all_of_them() -> list[Answered]:
        front = door(django, refuse)
        return await asyncio.gather(*(ask(front, f"/v1/u/{name}") for name in names))

    for name, answered in zip(names, asyncio.run(all_of_them()), strict=True):
        assert answered.status == (404 if name == "nobody" else 200)
        assert f'"handle":"{name}"'.encode() in answered.body or name == "nobody"


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/v1/u/", {}),
        ("/v1/u/alice/", {}),
        ("/v1/healthz", {"method": "POST"}),
        ("/v1/healthz", {"host": "evil.example"}),
        ("/v1/healthz", {"x_forwarded_proto": "gopher"}),
        ("/v1/registration", {}),
    ],
)
def test_what_is_not_plain_goes_on(django, path, more):
    passed_on = []

    async def take(scope: Any, receive: Any, send: Any) -> None:
        passed_on.append(scope["path"])
        await send({"type": "http.response.start", "status": 204, "headers": []})

    asyncio.run(ask(door(django, take), path, **more))
    assert passed_on == [path]


def test_a_database_that_is_out_of_reach_is_djangos_to_report(django, monkeypatch):
    def fail(names: Any) -> Any:
        raise DatabaseError

    monkeypatch.setattr(registry_front, "active_handles", fail)
    answered = asyncio.run(ask(door(django, django), "/v1/u/nobody"))
    assert answered.status == 404  # Django could


def test_without_the_cache_look_ups_go_on(django, caplog, settings, unused_tcp_port):
    registered(ALICE, "alice")
    cache = settings.CACHES["default"] | {"LOCATION": f"redis://127.0.0.1:{unused_tcp_port}"}
    with override_settings(CACHES={"default": cache}):
        front = door(django, refuse)
    assert asyncio.run(ask(front, "/v1/u/alice")).status == 200
    assert "out of reach" in caplog.text
