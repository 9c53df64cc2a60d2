"""Files by way of the server: identical at both ends, whatever breaks in between."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kezclient.sharing import uploading
from kezclient.store.store import Store
from kezclient.tests.conftest import NewMachine
from kezclient.tests.machine import Machine, RunningListener
from kezclient.tests.tunnel import Tunnel
from kezproto.digests import digest_of

MIB = 1024 * 1024
PROFILE = Path("profiles/default")


def a_file(machine: Machine, name: str, size: int) -> Path:
    path = machine.folder / name
    path.write_bytes(random.Random(size).randbytes(size))
    return path


def database(machine: Machine) -> Path:
    return machine.folder / "data/kez-chat" / PROFILE / "history.sqlite3"


def spooled(machine: Machine) -> list[Path]:
    return list((machine.folder / "data/kez-chat" / PROFILE / "uploads").glob("*"))


def reach_server_at(machine: Machine, url: str) -> None:
    path = machine.folder / "config/kez-chat" / PROFILE / "profile.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "server_url": url}))


def shared(machine: Machine) -> list[dict[str, Any]]:
    files: list[dict[str, Any]] = machine.look("shares")["files"]
    return files


@pytest.fixture
def broker(stack: Any) -> Iterator[Tunnel]:
    with Tunnel(stack.nats_url) as opened:
        yield opened


def test_a_picture_and_the_largest_file_arrive_byte_for_byte(
    alice: Machine, bob: Machine, new_machine: NewMachine
):
    picture, largest = a_file(alice, "cat.png", 5_000_000), a_file(alice, "all.zip", 10 * MIB)
    sent = alice.look("share", bob.handle, str(picture), str(largest))
    assert [(file["name"], file["mode"], file["state"]) for file in sent["files"]] == [
        ("cat.png", "chunked", "ready"),
        ("all.zip", "chunked", "ready"),
    ]
    lines = bob.hear()
    assert [line["file"]["id"] for line in lines] == [file["id"] for file in sent["files"]]
    assert f"kez-chat fetch {alice.handle} {lines[0]['file']['id'][:8]}" in bob.run("history").stdout
    bob.run("fetch", alice.handle, "cat.png", "--to", str(bob.folder))
    bob.look("fetch", "--all", "--to", str(bob.folder))
    for path in (picture, largest):
        assert digest_of((bob.folder / path.name).read_bytes()) == digest_of(path.read_bytes())
    assert [file["state"] for file in shared(bob)] == ["saved", "saved"]
    assert spooled(alice) == []
    # The sender's other device can fetch it as well.
    laptop = new_machine("alice").restore(alice)
    laptop.hear()
    laptop.look("fetch", "cat.png", "--to", str(laptop.folder))
    assert (laptop.folder / "cat.png").read_bytes() == picture.read_bytes()


# On the server: the file `gone` expires, `bad` is removed, and its sender has announced too many files today.
END = """
from django.conf import settings
from django.utils import timezone
from files import services
from files.models import Attachment
now = timezone.now()
gone, bad = (Attachment.objects.get(file_id=file_id) for file_id in ("{gone}", "{bad}"))
services.mark_expired(gone, now=now)
services.remove_attachment(bad, actor="operator:olga", reason="a test", now=now)
many = [Attachment.objects.get(pk=bad.pk) for _ in range(settings.KEZ_FILES_PER_DAY)]
for number, row in enumerate(many):
    row.pk, row.file_id = None, bad.file_id[:24] + f"{{number:08x}}"
Attachment.objects.bulk_create(many)
"""


def test_what_the_server_refuses_is_told_apart(alice: Machine, bob: Machine, stack: Any):
    paths = [str(a_file(alice, name, 100_000)) for name in ("gone.png", "bad.png", "kept.png")]
    gone, bad, _kept = alice.look("share", bob.handle, *paths)["files"]
    bob.hear()
    stack.manage("shell", "-c", END.format(gone=gone["id"], bad=bad["id"]))

    def code_of(name: str, exit_code: int) -> str:
        return str(bob.look("fetch", name, "--to", str(bob.folder), code=exit_code)["error"]["code"])

    assert code_of("gone.png", 21) == "file_expired"
    assert code_of("bad.png", 21) == "file_removed"
    for field, value, exit_code, code in (
        ("file_key", "00" * 32, 7, "token_wrong"),
        ("file_id", "00" * 16, 21, "file_unknown"),
    ):
        with closing(sqlite3.connect(database(bob))) as connection, connection:
            connection.execute(f"UPDATE message SET body = json_set(body, '$.{field}', ?)", (value,))  # noqa: S608
        assert code_of("kept.png", exit_code) == code
    assert not list(bob.folder.glob("*.p*"))

    refused = alice.look("share", bob.handle, str(a_file(alice, "more.png", 100_000)), code=7)
    assert refused["error"]["code"] == "quota_daily"
    assert refused["used"] >= refused["limit"] > 0
    assert (refused["files"][0]["state"], refused["files"][0]["cause_code"]) == ("failed", "quota_daily")
    assert alice.look("history", bob.handle)["messages"][-1]["type"] == "upload"


def test_offline_a_file_waits_and_goes_out_later(alice: Machine, bob: Machine, broker: Tunnel):
    alice.environment["KEZ_CHAT_NATS_URL"] = broker.url
    alice.look("add", bob.handle)
    broker.cut()
    path = a_file(alice, "cat.png", 300_000)
    answer = alice.look("share", bob.handle, str(path), code=10)
    assert (answer["error"]["code"], answer["files"][0]["state"]) == ("broker_down", "queued")
    [line] = alice.look("history", bob.handle)["messages"]
    assert (line["type"], line["state"], line["name"]) == ("upload", "queued", "cat.png")
    # Neither the original nor a key is needed to go on.
    data = path.read_bytes()
    path.unlink()

    broker.mend()
    url = json.loads((alice.folder / "config/kez-chat" / PROFILE / "profile.json").read_text())["server_url"]
    reach_server_at(alice, "http://127.0.0.1:1")
    answer = alice.look("shares", "--resume", code=6)
    assert (answer["error"]["code"], answer["files"][0]["state"]) == ("upload_waits", "queued")
    reach_server_at(alice, url)
    with RunningListener(alice) as listener:
        listener.wait_for(lambda seen: any("cat.png is ready for" in note for note in seen.notes), 60)
        assert listener.stop() == 0
    bob.hear()
    bob.look("fetch", "--to", str(bob.folder))
    assert (bob.folder / "cat.png").read_bytes() == data
    assert [file["state"] for file in shared(alice)] == ["ready"]


def test_a_killed_sender_is_gone_on_with_and_points_to_the_file_once(
    alice: Machine, bob: Machine, stack: Any
):
    alice.look("add", bob.handle)
    path = a_file(alice, "all.zip", 10 * MIB)
    with Tunnel(stack.nats_url, up=3 * MIB) as broker:
        process = subprocess.Popen(
            [sys.executable, "-m", "kezclient", "share", bob.handle, str(path)],
            env={**alice.environment, "KEZ_CHAT_NATS_URL": broker.url},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with Store(database(alice)) as store:
            while not any(upload.stored >= 10 for upload in store.uploads.all()):
                assert process.poll() is None
            process.kill()
            process.wait()
            [upload] = store.uploads.all()
    assert (upload.state, 10 <= upload.stored < 128, upload.message_id) == ("queued", True, None)
    assert bob.hear() == []

    alice.look("shares", "--resume")
    [line] = bob.hear()
    bob.look("fetch", "--to", str(bob.folder))
    assert (bob.folder / "all.zip").read_bytes() == path.read_bytes()
    assert [message["id"] for message in alice.look("history", bob.handle)["messages"]] == [line["id"]]


def test_a_killed_fetch_goes_on_where_it_stopped(alice: Machine, bob: Machine, stack: Any):
    path = a_file(alice, "all.zip", 10 * MIB)
    alice.look("share", bob.handle, str(path))
    bob.hear()
    part = bob.folder / f"all.zip.{shared(bob)[0]['id'][:8]}.part"
    with Tunnel(stack.base_url, down=4 * MIB) as server:
        reach_server_at(bob, server.url)
        process = subprocess.Popen(
            [sys.executable, "-m", "kezclient", "fetch", "--to", str(bob.folder)],
            env=bob.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not part.exists() or part.stat().st_size < 2 * MIB:
            assert process.poll() is None
        process.kill()
        process.wait()
    assert not (bob.folder / "all.zip").exists()
    with Tunnel(stack.base_url) as server:
        reach_server_at(bob, server.url)
        bob.look("fetch", "--to", str(bob.folder))
        assert server.carried["down"] < 9 * MIB
    assert (bob.folder / "all.zip").read_bytes() == path.read_bytes()
    assert not part.exists()


def test_one_flipped_bit_fails_at_both_ends_and_is_mended_by_another_try(
    alice: Machine, bob: Machine, broker: Tunnel
):
    alice.environment["KEZ_CHAT_NATS_URL"] = broker.url
    alice.look("add", bob.handle)
    broker.cut()
    path = a_file(alice, "cat.png", 300_000)
    alice.look("share", bob.handle, str(path), code=10)
    [sealed] = spooled(alice)
    data = bytearray(sealed.read_bytes())
    data[200_000] ^= 1
    sealed.write_bytes(data)
    broker.mend()

    answer = alice.look("shares", "--resume", code=22)
    assert answer["error"]["code"] == "upload_failed"
    assert answer["files"][0]["cause_code"] in ("digest_mismatch", "bad_chunk")
    assert "shares --retry" in alice.run("history", bob.handle).stdout
    bob.hear()
    assert bob.look("fetch", "--to", str(bob.folder), code=22)["error"]["code"] == "file_failed"

    file_id = answer["files"][0]["id"]
    assert alice.look("shares", "--retry", file_id[:6])["files"][0]["state"] == "ready"
    bob.look("fetch", "--to", str(bob.folder))
    assert (bob.folder / "cat.png").read_bytes() == path.read_bytes()
    assert len(alice.look("history", bob.handle)["messages"]) == 1


def test_a_file_that_is_not_complete_yet_is_waited_for(
    alice: Machine, bob: Machine, broker: Tunnel, monkeypatch: pytest.MonkeyPatch
):
    alice.environment["KEZ_CHAT_NATS_URL"] = broker.url
    alice.look("add", bob.handle)
    broker.cut()
    path = a_file(alice, "cat.png", 300_000)
    alice.look("share", bob.handle, str(path), code=10)
    with Store(database(alice)) as store, store.write():
        # The broker lost a chunk that it had confirmed.
        store.uploads.note_stored(store.uploads.all()[0].id, [2])
    broker.mend()
    alice.look("outbox", "retry")
    bob.hear()
    answer = bob.look("fetch", "--no-wait", "--to", str(bob.folder), code=20)
    assert answer["error"]["code"] == "file_pending"
    assert "of 4 parts" in answer["error"]["message"]
    waiting = subprocess.Popen(
        [sys.executable, "-m", "kezclient", "fetch", "--to", str(bob.folder)],
        env=bob.environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert waiting.stderr is not None
    assert "still on its way" in waiting.stderr.readline()
    monkeypatch.setattr(uploading, "STALLED_SECONDS", 0.1)
    monkeypatch.setattr(uploading, "WATCH_SECONDS", 1)
    assert alice.look("shares", "--resume")["files"][0]["state"] == "ready"
    waiting.communicate(timeout=60)
    assert waiting.returncode == 0
    assert (bob.folder / "cat.png").read_bytes() == path.read_bytes()
