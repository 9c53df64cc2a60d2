"""A file of 10 MiB from its announcement until it is ready, against the bare pieces that this is made of."""

import asyncio
import contextlib
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import blake3
import nats
from nats.js.api import StorageType, StreamConfig

from bench.measure import Comparison, Side
from bench.messages import LIMIT_SECONDS, bare_server
from bench.people import ALICE, DEVICE, SERVER
from devstack.ports import HOST
from devstack.stack import Stack
from kezproto.digests import digest_of_parts
from kezproto.file_announcement import file_announcement_payload
from kezproto.file_chunks import access_digest, access_token, chunk_frame, sealed_chunks
from kezproto.signed import sign
from kezproto.subjects import chunk_subject
from natslink.client import client_connection
from natslink.connection import SupervisedConnection
from natslink.publishing import PublishWindow

SIZE = 10 * 1024 * 1024
WINDOW = 64
ROUNDS = 9


def comparisons(stack: Stack) -> Iterator[Comparison]:
    """Needs broker, callout, web, ingest and worker of `stack`, and alice registered."""
    with asyncio.Runner() as runner, contextlib.ExitStack() as cleanup:
        ours = runner.run(OurWay.start(stack))
        cleanup.callback(lambda: runner.run(ours.close()))
        bare = runner.run(BareWay.start(cleanup.enter_context(bare_server(stack)), stack.folder))
        cleanup.callback(lambda: runner.run(bare.close()))
        yield Comparison(
            "A file of 10 MiB, from the announcement until it is ready",
            Side(
                "announce, publish 128 sealed chunks with PubAcks, wait until the server says ready",
                lambda sealed: runner.run(ours.send(sealed)),
                SealedFile,
            ),
            Side(
                "nats-py and a bare nats-server that syncs every write too: publish the same chunks with PubAcks, "
                "read them back, BLAKE3, write one file and sync it",
                lambda sealed: runner.run(bare.send(sealed)),
                SealedFile,
            ),
            operations=1,
            rounds=ROUNDS,
        )


@dataclass
class SealedFile:
    """10 MiB, sealed before the clock runs."""

    file_id: str = field(default_factory=lambda: secrets.token_hex(16))
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    chunks: list[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.chunks = list(sealed_chunks(bytes(SIZE), file_key=self.key, file_id=self.file_id))

    @property
    def token(self) -> bytes:
        return access_token(self.key)

    def frame(self, index: int) -> bytes:
        return chunk_frame(self.file_id, index, len(self.chunks), self.chunks[index])

    def announcement(self) -> dict[str, Any]:
        payload = file_announcement_payload(
            primary=ALICE.primary,
            server=SERVER,
            file_id=self.file_id,
            size=SIZE,
            digest=digest_of_parts(self.chunks),
            access=access_digest(self.token),
            created_at=datetime.now(UTC),
        )
        return sign("file_announcement", payload, ALICE)


class OurWay:
    """A client as the command line is one."""

    def __init__(self, conn: SupervisedConnection, port: int) -> None:
        self._conn = conn
        self._http = HTTPConnection(HOST, port, timeout=LIMIT_SECONDS)

    @classmethod
    async def start(cls, stack: Stack) -> "OurWay":
        conn = client_connection(urls=[stack.nats_url], key=ALICE, device=DEVICE)
        await conn.start()
        return cls(conn, stack.ports.web)

    async def send(self, sealed: SealedFile) -> None:
        self._ask("POST", "/v1/files", body=json.dumps(sealed.announcement()))
        session = await self._conn.session()
        assert session is not None
        async with PublishWindow(session) as window:
            for index in range(len(sealed.chunks)):
                subject = chunk_subject(ALICE.primary, sealed.file_id, index)
                await window.submit(index, subject, sealed.frame(index), msg_id=secrets.token_hex(16))
            for _ in sealed.chunks:
                outcome = await window.outcomes.get()
                assert outcome.error is None, outcome.error
        headers = {"Authorization": f"Bearer {sealed.token.hex()}"}
        while True:
            state = self._ask("GET", f"/v1/files/{sealed.file_id}?wait=25", headers=headers)["state"]
            assert state in ("pending", "ready"), state
            if state == "ready":
                return

    def _ask(
        self, method: str, path: str, *, body: str = "", headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        kind = {"Content-Type": "application/json"} if body else {}
        self._http.request(method, path, body=body or None, headers={**kind, **(headers or {})})
        answer = self._http.getresponse()
        text = answer.read()
        assert answer.status in (200, 201), text
        document: dict[str, Any] = json.loads(text)
        return document

    async def close(self) -> None:
        self._http.close()
        await self._conn.close()


class BareWay:
    """One process, no server but the broker, no announcement, no rights, no database."""

    def __init__(self, conn: Any, folder: Path) -> None:
        self._conn = conn
        self._stream = conn.jetstream()
        self._folder = folder

    @classmethod
    async def start(cls, url: str, folder: Path) -> "BareWay":
        conn = await nats.connect(url)
        config = StreamConfig(
            name="CHUNKS",
            subjects=["chunks.*.*"],
            storage=StorageType.FILE,
            max_msgs_per_subject=1,
            duplicate_window=120,
            allow_direct=True,
        )
        await conn.jetstream().add_stream(config)
        return cls(conn, folder)

    async def send(self, sealed: SealedFile) -> None:
        async with asyncio.timeout(LIMIT_SECONDS):
            await self._each(sealed, self._publish)
            parts = await self._each(sealed, self._read)
        hasher = blake3.blake3()
        with (self._folder / f"bare-{sealed.file_id}").open("wb") as file:
            for part in parts:
                hasher.update(part)
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        hasher.hexdigest()

    async def _each(self, sealed: SealedFile, do: Any) -> list[bytes]:
        room = asyncio.Semaphore(WINDOW)

        async def one(index: int) -> Any:
            async with room:
                return await do(f"chunks.{sealed.file_id}.{index}", sealed.chunks[index])

        return list(await asyncio.gather(*(one(index) for index in range(len(sealed.chunks)))))

    async def _publish(self, subject: str, chunk: bytes) -> None:
        headers = {"Nats-Msg-Id": secrets.token_hex(16)}
        await self._stream.publish(subject, chunk, headers=headers, timeout=LIMIT_SECONDS)

    async def _read(self, subject: str, _: bytes) -> bytes:
        answer = await self._conn.request(f"$JS.API.DIRECT.GET.CHUNKS.{subject}", timeout=LIMIT_SECONDS)
        return bytes(answer.data)

    async def close(self) -> None:
        await self._conn.close()
