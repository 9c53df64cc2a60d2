"""What the server's answers do to an upload, without a broker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kezclient.errors import ServerRefused
from kezclient.file_errors import UploadWaits
from kezclient.identity import Profile
from kezclient.invocation import GlobalOptions, Invocation
from kezclient.progress import NoProgress
from kezclient.runtime import Runtime
from kezclient.sharing import uploading
from kezclient.sharing.choosing import choose
from kezclient.sharing.chunked import queue_chunked, seal_again, spool_of
from kezclient.sharing.sources import open_source
from kezclient.sharing.uploading import Uploader
from kezclient.store.uploads import Upload
from kezclient.tests.loopback import Answer, Loopback, json_answer, problem
from kezclient.tests.people import CHAIN_URL, NOW
from kezproto.handles import Handle
from kezproto.keys import SigningKey
from natslink.client import client_connection

ALICE, BOB = (SigningKey(bytes([number]) * 32) for number in (1, 2))
SIZE = 200_000


@pytest.fixture
def runtime(loopback: Loopback, home: Path) -> Iterator[Runtime]:
    handle = Handle("alice", "kez.lat")
    profile = Profile("default", handle, ALICE.primary, loopback.url, "00000000000000aa", "file", True)
    with Runtime(Invocation(GlobalOptions(json=True)), profile, ALICE) as opened:
        yield opened


@pytest.fixture
def upload_id(runtime: Runtime, home: Path) -> int:
    path = home / "cat.png"
    path.write_bytes(bytes(SIZE))
    bob = runtime.store.contacts.pin(Handle("bob", "kez.lat"), BOB.primary, CHAIN_URL, NOW)
    source = open_source(str(path))
    return queue_chunked(runtime, bob, source, choose(source)).upload_id or 0


def found(runtime: Runtime, upload_id: int) -> Upload:
    upload = runtime.store.uploads.find(upload_id)
    assert upload is not None
    return upload


def announce(runtime: Runtime, upload_id: int) -> Any:
    """The outcome of sending, which needs no broker as long as the server refuses."""
    connection = client_connection(urls=["nats://127.0.0.1:1"], key=ALICE, device="00000000000000aa")
    return asyncio.run(Uploader(runtime, NoProgress()).send(connection, upload_id))


def mark_sent(runtime: Runtime, upload_id: int) -> None:
    with runtime.store.write():
        runtime.store.uploads.note_announced(upload_id)
        runtime.store.uploads.note_stored(upload_id, range(3))
        runtime.store.uploads.sent(upload_id, "message")


def status(state: str, **more: Any) -> Answer:
    document = {"state": state, "received": 3, "chunks": 3, "missing": [], "cause": None, "cause_code": None}
    return json_answer({**document, **more})


def test_the_announcement_says_what_will_come_and_not_how_it_is_called(
    loopback: Loopback, runtime: Runtime, upload_id: int
):
    told: list[Any] = []

    def answer(_method: str, _path: str, body: bytes) -> Answer:
        told.append(json.loads(body)["payload"])
        return problem(429, "throttled", "Later.")

    loopback.answer = answer
    announce(runtime, upload_id)
    file = found(runtime, upload_id).file
    [payload] = told
    assert {name: payload[name] for name in ("size", "chunks", "digest", "file_id", "server")} == {
        "size": SIZE,
        "chunks": 3,
        "digest": file.digest,
        "file_id": file.file_id,
        "server": "kez.lat",
    }
    assert "cat" not in json.dumps(payload)


@pytest.mark.parametrize("code", ["quota_in_flight", "quota_stored", "quota_daily", "file_gone"])
def test_what_the_server_refuses_fails_with_its_code_and_may_be_tried_again(
    loopback: Loopback, runtime: Runtime, upload_id: int, code: str
):
    refusal = problem(403, code, "You have stored enough.")
    members = {**json.loads(refusal[2]), "limit": 10, "used": 9}
    loopback.answer = lambda *_: (403, refusal[1], json.dumps(members).encode())
    error = announce(runtime, upload_id)
    assert isinstance(error, ServerRefused)
    assert (error.code, error.exit_code) == (code, 7)
    assert {"limit": 10, "used": 9}.items() <= error.details.items()
    upload = found(runtime, upload_id)
    assert (upload.state, upload.cause_code, upload.cause) == ("failed", code, "You have stored enough.")
    assert seal_again(runtime, upload)


@pytest.mark.parametrize(
    "answer", [problem(429, "throttled", "Later."), (503, {}, b"down"), (200, {}, b"<html>")]
)
def test_what_passes_by_itself_leaves_it_queued(
    loopback: Loopback, runtime: Runtime, upload_id: int, answer: Answer
):
    loopback.answer = lambda *_: answer
    error = announce(runtime, upload_id)
    assert isinstance(error, UploadWaits)
    assert "goes out later" in str(error)
    assert found(runtime, upload_id).state == "queued"


@pytest.mark.parametrize(
    ("answer", "state", "cause_code"),
    [
        (status("ready"), "ready", None),
        (status("pending", received=1, missing=[0, 2]), "sent", None),
        (status("failed", cause_code="digest_mismatch"), "failed", "digest_mismatch"),
        (status("failed", cause_code="timed_out"), "failed", "timed_out"),
        (status("removed"), "failed", "removed"),
        (problem(404, "file_unknown", "No."), "queued", None),
        (problem(403, "token_wrong", "No."), "failed", "token_wrong"),
        (problem(429, "throttled", "No."), "sent", None),
        ((503, {}, b"down"), "sent", None),
    ],
)
def test_what_the_server_says_of_a_sent_one(
    loopback: Loopback, runtime: Runtime, upload_id: int, answer: Answer, state: str, cause_code: str | None
):
    mark_sent(runtime, upload_id)
    loopback.answer = lambda *_: answer
    asyncio.run(Uploader(runtime, NoProgress()).look(upload_id))
    upload = found(runtime, upload_id)
    assert (upload.state, upload.cause_code) == (state, cause_code)
    # What was forgotten there is announced again, and every chunk goes out anew.
    assert upload.announced == (state != "queued")
    assert len(runtime.store.uploads.to_send(upload_id)) == (3 if state == "queued" else 0)
    assert spool_of(runtime).path_of(upload.file_id).exists() == (state != "ready")


def test_chunks_that_never_come_there_go_out_again_after_a_while(
    loopback: Loopback, runtime: Runtime, upload_id: int, monkeypatch: pytest.MonkeyPatch
):
    mark_sent(runtime, upload_id)
    loopback.answer = lambda *_: status("pending", received=2, missing=[1])
    uploader = Uploader(runtime, NoProgress())

    async def look_twice() -> None:
        await uploader.look(upload_id)
        await uploader.look(upload_id)

    asyncio.run(look_twice())
    assert found(runtime, upload_id).state == "sent"
    monkeypatch.setattr(uploading, "STALLED_SECONDS", -1.0)
    asyncio.run(uploader.look(upload_id))
    assert found(runtime, upload_id).state == "queued"
    assert [chunk.number for chunk in runtime.store.uploads.to_send(upload_id)] == [1]


def test_a_damaged_spool_is_made_again_only_from_the_very_same_file(
    runtime: Runtime, upload_id: int, home: Path
):
    upload = found(runtime, upload_id)
    path = spool_of(runtime).path_of(upload.file_id)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"\0")
    assert seal_again(runtime, upload)
    assert path.read_bytes() == whole
    path.unlink()
    (home / "cat.png").write_bytes(b"\1" * SIZE)
    assert not seal_again(runtime, upload)
    (home / "cat.png").unlink()
    assert not seal_again(runtime, upload)
