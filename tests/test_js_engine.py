"""The pure parts of the chat engine and of what the websocket sends, and the web app's only fetch(), in Node."""

import json
from typing import Any

import pytest

from kezclient.tests.loopback import Answer, Loopback, json_answer, problem
from kezclient.tests.lying import LyingServer
from kezproto.handles import Handle
from kezproto.keys import SigningKey
from tests.test_js_vectors import FOLDER, node

ALICE = SigningKey(bytes([1]) * 32).primary
BOB = SigningKey(bytes([2]) * 32).primary


def ask(url: str, *asks: tuple[str, str]) -> list[Any]:
    found: list[Any] = json.loads(node(str(FOLDER / "api_asks.js"), url, given=json.dumps(asks)))
    return found


@pytest.mark.parametrize("name", ["engine", "files", "lists", "sending"])
def test_the_pure_parts(name: str):
    node("--test", str(FOLDER / f"{name}.test.js"))


def test_answers_are_read_and_checked():
    with Loopback() as loopback:
        lying = LyingServer(loopback, {Handle("alice", "kez.lat"): ALICE})
        entry = lying.entry(Handle("bob", "kez.lat"), BOB)
        chain = f"/v1/sigchains/ed25519/{ALICE.hex}"
        answers: dict[str, Answer] = {
            "/v1/u/bob@kez.lat": json_answer({**entry, "fqhn": "carol@kez.lat"}),
            "/v1/u/dave@kez.lat": json_answer(
                {**entry, "fqhn": "dave@kez.lat", "sigchain_url": f"{loopback.url}{chain}"}
            ),
            "/v1/u/erin@kez.lat": (200, {}, b'{"a": 1, "a": 2}'),
            "/v1/u/frank@kez.lat": (200, {}, b'"' + b"x" * 300_000 + b'"'),
            "/v1/u/grace@kez.lat": (500, {}, b"<html>"),
            "/v1/u/heidi@kez.lat": (403, {}, b"<html>"),
            "/v1/u/ivan@kez.lat": (302, {"Location": "/v1/u/alice@kez.lat"}, b""),
            "/v1/healthz": json_answer({"server": "kez.lat", "version": "1"}),
        }
        usual = loopback.answer
        loopback.answer = lambda method, path, body: answers.get(path) or usual(method, path, body)
        names = ("alice", "nobody", "bob", "dave", "erin", "frank", "grace", "heidi", "ivan")
        found = ask(
            loopback.url,
            *(("look_up", f"{name}@kez.lat") for name in names),
            ("chain", chain),
            ("health", ""),
        )
    assert found[0] == ALICE.hex
    assert found[9:] == [0, "1"]
    assert [each[:2] for each in found[1:9]] == [
        ["not_found", 404],
        ["bad_answer", 0],
        ["bad_answer", 0],
        ["bad_answer", 0],
        ["bad_answer", 0],
        ["unreachable", 500],
        ["bad_answer", 403],
        ["unreachable", 0],
    ]


def test_a_refusal_says_when_to_come_back_and_silence_is_told():
    with Loopback() as loopback:
        status, headers, body = problem(429, "throttled", "Too many requests.")
        loopback.answer = lambda *_: (status, {**headers, "Retry-After": "7"}, body)
        [[*refused, sentence]] = ask(loopback.url, ("look_up", "alice@kez.lat"))
    assert refused == ["throttled", 429, 7]
    assert sentence == "Too many requests. Try again in 7 s."
    [[*silent, sentence]] = ask("http://127.0.0.1:1", ("look_up", "alice@kez.lat"))
    assert silent == ["unreachable", 0, None]
    assert sentence == "127.0.0.1:1 is out of reach (no connection)."
